"""`python -m evidence [wheels] [trials]`: renew what `abiding.evidence` goes by."""

from __future__ import annotations

import sys

from evidence import trials, wheels

COMMANDS = {"wheels": wheels.renew, "trials": trials.run}

if __name__ == "__main__":
    for name in sys.argv[1:] or COMMANDS:
        COMMANDS[name]()
