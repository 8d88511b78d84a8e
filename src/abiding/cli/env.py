"""`abiding env`: which libraries compiled files in an environment really get, and whether these are the right ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.findings import Severity
from abiding.report.characters import on_one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterator, Sequence

    from abiding.native.environment import Row

__all__ = ["register", "run"]


def __dir__() -> list[str]:
    return __all__


_DESCRIPTION = """\
Show where the compiled files of an environment get their libraries from: another distribution, a bundled copy, or the
system. Nothing is imported unless it is asked for. Exit status: 0 all is well, 1 something is not, 2 not possible."""
_HEAD = ("DISTRIBUTION", "USED BY", "LIBRARY", "COMES FROM", "BUILT WITH", "VERDICT")


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "env", help="show which libraries compiled code in an environment gets", description=_DESCRIPTION
    )
    parser.add_argument(
        "--python", metavar="PATH", type=Path, default=Path(sys.executable), help="the Python of the environment"
    )
    parser.add_argument("--load", action="store_true", help="import the modules, in processes of their own, and look")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print the table, and what is wrong. Returns 1 if anything is an error."""
    from abiding.native import environment
    from abiding.report.screen import block

    rows, findings = environment.survey(environment.Interpreter.ask(options.python), load=options.load)
    if rows:
        print("\n".join(_table(rows)))
    else:
        print("no compiled file here uses a library of another distribution, or a bundled one")
    for finding in findings:
        print(f"\n{block(finding)}")
    wrong = any(row.wrong for row in rows) or any(finding.severity is Severity.ERROR for finding in findings)
    return 1 if wrong else 0


def _table(rows: Sequence[Row]) -> Iterator[str]:
    lines = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    files = row.files[0].rpartition("/")[2].partition(".")[0] if len(row.files) == 1 else f"{len(row.files)} files"
    cells = (row.owner, files, row.library, row.origin or "-", row.built_with or "-", row.verdict)
    return tuple(map(on_one_line, cells))
