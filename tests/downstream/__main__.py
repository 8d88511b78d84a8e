"""`python -m tests.downstream [--write]`: run the suites, print the table and what differs, and write the page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from makers.environments import Environment, uv

from .page import PAGE, page, section, table
from .running import CHECKOUT, run
from .suites import SUITES


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/downstream", description="The wrapped backends' own tests.")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(CHECKOUT)}")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        wheelhouse = folder / "wheelhouse"
        wheelhouse.mkdir()
        Environment(folder, wheelhouse).run(*uv("build", "--wheel", "--quiet", "--out-dir", wheelhouse, CHECKOUT))
        results = []
        for suite in SUITES:
            sys.stderr.write(f"{suite.title}, bare and wrapped\n")
            results.append(run(suite, folder / suite.name, wheelhouse))
            sys.stderr.write(f"{results[-1].calls} hooks were called through abiding\n")
    faults = [f"{result.suite.title}: {fault}" for result in results for fault in result.faults()]
    parts = [table(results), *map(section, results), *faults]
    sys.stdout.write("\n\n".join(parts) + "\n")
    if options.write and not faults:
        PAGE.write_text(page(results), encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
