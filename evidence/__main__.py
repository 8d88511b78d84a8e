"""`python -m evidence wheels`: renew what `abiding.evidence` goes by."""

from __future__ import annotations

import sys

from evidence import wheels

COMMANDS = {"wheels": wheels.renew}

if __name__ == "__main__":
    for name in sys.argv[1:] or COMMANDS:
        COMMANDS[name]()
