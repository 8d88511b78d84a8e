"""`abiding repair`: run auditwheel, delocate or delvewheel without declared libraries, and check the result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding.cli.arguments import one_in, path
from abiding.files.plain import is_folder, is_there
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError, MissingFileError, RefusedError
from abiding.findings.finding import Finding, Severity
from abiding.findings.terminal import Terminal

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from pathlib import Path

__all__ = ["register", "run"]


_DESCRIPTION = """\
Prepare a wheel for an index, with auditwheel on Linux, delocate on macOS and delvewheel on Windows: copy the libraries
that it needs into it, except those of requirements with `native = true`. Then check the result: its metadata is what
was built, no declared library was copied, and its tag is not older than those of its requirements. Exit status: 0
written, 1 refused, 2 not possible."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "repair",
        help="repair a wheel for an index, without copying declared libraries into it",
        description=_DESCRIPTION,
    )
    parser.add_argument("wheel", metavar="WHEEL", type=path, help="the wheel that was built")
    parser.add_argument(
        "-w", "--wheel-dir", metavar="DEST", type=path, required=True, help="the folder for the repaired wheel"
    )
    parser.add_argument("--plat", metavar="TAG", help="the platform tag for auditwheel to give it")
    parser.add_argument(
        "arguments", metavar="ARGUMENT", nargs="*", default=[], help="an argument for the tool itself, after `--`"
    )
    parser.set_defaults(run=run, closing="No wheel was written", rest="arguments")


def run(options: Namespace) -> int:
    """Repair one wheel. Returns 0 if it was written, 1 if it was refused. Raises `AbidingError` on other failures."""
    from abiding import evidence
    from abiding.findings.screen import block, error_text
    from abiding.native import repairing

    def refuted(wheel: Path) -> tuple[Finding, ...]:
        """Return findings on the bounds of the wheel by its compiled files."""
        return evidence.judge_wheels([wheel]).get(str(wheel), ())

    _hold_to_be_a_wheel(options.wheel, options.closing)
    try:
        written, findings = repairing.repair(
            options.wheel, options.wheel_dir, options.plat, options.arguments, sys.stderr.write, look=refuted
        )
    except RefusedError as exc:
        print(error_text(exc, Terminal.of(sys.stderr), options.closing), file=sys.stderr)
        return 1
    for finding in findings:
        print(block(finding, "abiding: "), end="\n\n", file=sys.stderr)
    print(written)
    return 0


_GIVE = "give a wheel, which ends in .whl"


def _hold_to_be_a_wheel(path: Path, closing: str) -> None:
    """Raise `AbidingError` if the name is not that of a wheel."""
    if not is_there(path):
        raise MissingFileError.at(path, closing, "give the wheel that was built, in `dist` for example")
    if path.name.endswith(".whl") and not is_folder(path):
        return
    built = one_in(path, ".whl") if is_folder(path) else None
    hint = f"give one of those in it, for example `{visible(str(built))}`" if built else _GIVE
    message = "this is a folder, and one wheel is repaired" if is_folder(path) else "this is not a wheel"
    raise AbidingError(
        Finding("missing-file", Severity.ERROR, message, artifact=visible(str(path)), hints=(hint,)), closing
    )
