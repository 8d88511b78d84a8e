"""`abiding env`: which libraries the compiled files in an environment really get, and whether they fit."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import path
from abiding.files.plain import is_plain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

__all__ = ["register", "run"]


_DESCRIPTION = """\
Show where the compiled files of an environment get their libraries from: another distribution, a copy bundled in their
own, or the system. Without --load, nothing is imported. Exit status: 0 no error found, 1 errors found, 2 something
could not be read."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "env", help="show where compiled files of an environment get their libraries from", description=_DESCRIPTION
    )
    parser.add_argument(
        "--python",
        metavar="PATH",
        type=path,
        default=Path(sys.executable),
        help="the Python of the environment (default: this one)",
    )
    parser.add_argument(
        "--load", action="store_true", help="import the modules, in separate processes, and see what they load"
    )
    parser.add_argument(
        "--full", action="store_true", help="also show the pybind11 and nanobind internals of all distributions (text)"
    )
    outputs.add_judging(parser, ("text", "concise", "json", "github", "sarif"))
    parser.set_defaults(run=run, closing="Nothing was looked at", instead=_meant)


def _meant(word: str) -> str:
    """Return a hint for a positional argument, of which there are none."""
    from abiding.native.interpreter import python_meant

    path = Path(word)
    is_python = path.name.startswith("python") and is_plain(path)
    return f"name it as `--python {word}`" if is_python else python_meant(path)


def run(options: Namespace) -> int:
    """Print libraries and findings. Returns 1 if a finding is as severe as `--fail-on`, 2 if a file is unreadable."""
    from abiding.evidence import environment
    from abiding.native.environment import survey
    from abiding.native.interpreter import Interpreter
    from abiding.report.environment import as_text, forms

    python = Interpreter.ask(options.python)
    interfaces = environment.survey(python, load=options.load)
    failures = [module for use in interfaces.uses for module in use.failures or ()]
    seen = survey(python, load=options.load, reported=failures)
    seen = seen._replace(findings=(*interfaces.findings, *seen.findings))
    text = partial(as_text, seen, interfaces.uses, interfaces.internals if options.full else ())
    outputs.write(options, forms(seen, options.python, interfaces.uses, interfaces.internals), text)
    if seen.unread:
        return 2
    return int(outputs.failing(seen.findings, options.fail_on) or any(row.wrong for row in seen.rows))
