"""Edit a project's pyproject.toml: show the change, ask, and write it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli.arguments import path
from abiding.cli.confirmation import ask, need_terminal
from abiding.edits.file import NOTHING
from abiding.findings.words import fill

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from abiding.edits.file import EditedFile
    from abiding.edits.wrapping import Edited
    from abiding.findings.finding import Finding

__all__ = ["add_arguments", "add_asking", "carry_out", "warn"]


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of commands that only edit."""
    parser.add_argument("source", metavar="SOURCE", type=path, nargs="?", default=Path(), help="the project's folder")
    add_asking(parser)
    parser.set_defaults(closing=NOTHING)


def add_asking(parser: ArgumentParser) -> None:
    """Add `--yes` and `--dry-run`, which exclude each other."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="write without asking")
    how.add_argument("--dry-run", action="store_true", help="show the change, and write nothing")


def warn(file: EditedFile, doubts: Iterable[Finding]) -> None:
    """Print findings on a file below its path."""
    from abiding.findings.screen import block

    for finding in doubts:
        print(f"\n{block(finding._replace(artifact=str(file.path)))}", file=sys.stderr)


def carry_out(
    options: Namespace, file: EditedFile, edited: Edited, *, after: str, done: str, doubts: Iterable[Finding] = ()
) -> int:
    """Show the change, ask, write. `after` says what the new file is, `done` what comes next, `doubts` is on that file.

    Returns 1 if the answer is no. Raises `AbidingError` if the file can't be written.
    """
    print(_difference(file.pyproject.text, edited.text, after), end="")
    yes, artifact = "writes without asking", str(file.path)
    if not options.dry_run and not options.yes:
        # Without a terminal nobody could agree to the change, so it is not explained.
        need_terminal(artifact, yes=yes, closing=NOTHING)
    for note in (*edited.notes, *([_MARKED] if file.is_marked else [])):
        print("\n" + fill(f"note: {note}", 78, "      "), file=sys.stderr)
    warn(file, doubts)
    if options.dry_run:
        print(f"\n{NOTHING[0].lower()}{NOTHING[1:]}: this is what would be", file=sys.stderr)
        return 0
    question = f"write this to {file.path}?"
    if not options.yes and not ask(question, artifact, yes=yes, closing=NOTHING):
        return 1
    file.write(edited.text, f"abiding {options.command}")
    print(f"\nwrote {file.path}; {done}", file=sys.stderr)
    return 0


_MARKED = "the file begins with a byte order mark, and keeps it: save it without, since pip and build refuse it"


def _difference(before: str, new: str, after: str) -> str:
    from abiding.report.changes import changes

    # A missing or empty file has no lines.
    left, right = (text.removesuffix("\n").split("\n") if text else [] for text in (before, new))
    head = ("--- pyproject.toml", f"+++ pyproject.toml {after}")
    return "".join(f"{line}\n" for line in (*head, *changes(left, right, context=3)))
