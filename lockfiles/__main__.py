"""`python -m lockfiles [--write]`: ask every tool, print the tables, and write them into the page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from lockfiles import page
from lockfiles.questions import Desk
from lockfiles.tools import TOOLS
from makers.environments import Environment, uv

_CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/lock-files", description="What tools lock, of the examples.")
    parser.add_argument(
        "--write", action="store_true", help=f"write the tables into {page.PAGE.relative_to(_CHECKOUT)}"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        wheelhouse = Path(name, "wheelhouse")
        wheelhouse.mkdir()
        Environment(wheelhouse, wheelhouse).run(*uv("build", "--wheel", "--quiet", "--out-dir", wheelhouse, _CHECKOUT))
        desk = Desk(Path(name), wheelhouse)
        for title, rows_of in ((page.LOCKS, page.rows_of_locks), (page.DIFFERENT, page.rows_of_different_wheels)):
            rows = []
            for tool in TOOLS:
                print(f"{title}: {tool.command}", file=sys.stderr, flush=True)
                rows += rows_of(desk, tool)
            print(f"\n{page.table(title, rows)}\n", flush=True)
            if options.write:
                page.write(title, rows)


if __name__ == "__main__":
    main()
