"""`python -m abiding`."""

import sys

from abiding.cli import main

if __name__ == "__main__":
    sys.exit(main())
