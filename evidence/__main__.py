"""`python -m evidence [wheels] [python] [torch] [trials] [series]`: renew what `abiding.evidence` goes by."""

from __future__ import annotations

import sys

from evidence import python, series, torch, trials, wheels

COMMANDS = {
    "wheels": wheels.renew,
    "python": python.renew,
    "torch": torch.renew,
    "trials": trials.run,
    "series": series.run,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or COMMANDS:
        COMMANDS[name]()
