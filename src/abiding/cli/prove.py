"""`abiding prove`: whether a project builds the same in every way, and what it declares."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import one_of, path, project
from abiding.cli.confirmation import ask
from abiding.cli.parser import InParagraphs
from abiding.files.plain import is_plain
from abiding.findings.characters import visible
from abiding.project.level import Level

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Callable

    from abiding.proof import Proof

__all__ = ["register", "run"]


_DESCRIPTION = """\
Build a project in every way that its users may build it, and compare the results. From the tree, these are an sdist, a
wheel and an editable wheel; from that sdist, another sdist and a wheel; and before each wheel its prepared metadata, if
the backend has the hook for it. Each is built twice, at each level and in each variant that the project declares.

The project is proven if both builds of each agree, each wheel has the metadata that was prepared for it, the wheel from
the sdist says what the one from the tree says, the second sdist says what the first one says, and everything is as
declared. A project that does not use abiding is judged by the standards alone.

A build runs code of the project and of everything that it requires to build, with your rights. A folder is taken for
your own. For an sdist you are asked first; without a terminal, `--yes` is needed.

SOURCE is a project's folder or an sdist, and is not changed. Everything is built in copies; in the copy of a git
working tree are all files that git does not ignore, uncommitted changes included. Hooks run in isolated environments,
one for each set of build requirements, made by uv if it is on PATH, else by venv and pip. At each setting three wheels
are compiled: the one from the tree, the one from the sdist, and the editable one. Both builds of each share a copy, so
a backend that keeps its object files compiles them once. The first build gets the prepared metadata, as from pip; the
second does not. No wheel is built to prepare metadata.

Exit status: 0 proven, 1 refuted, 2 something could not be built."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "prove",
        help="build a project in every way that users do, and compare the results",
        description=_DESCRIPTION,
        formatter_class=InParagraphs,
    )
    parser.add_argument(
        "source", metavar="SOURCE", type=path, nargs="?", default=Path(), help="the project's folder, or an sdist"
    )
    parser.add_argument(
        "--level", type=one_of(Level), choices=list(Level), help="build only at this level (default: at both)"
    )
    parser.add_argument("--variant", metavar="NAME", help="build only this variant; an empty name stands for none")
    parser.add_argument("--python", metavar="PATH", type=path, help="the Python to build with (default: this one)")
    outputs.add_judging(parser, ("text", "concise", "json", "github", "sarif"))
    parser.add_argument("--yes", action="store_true", help="run the code of an sdist without asking")
    parser.set_defaults(run=run, closing="Nothing was proven")


def run(options: Namespace) -> int:
    """Print the result. Returns 1 if a finding is as severe as `--fail-on`, 2 if a build failed, else 0.

    Raises `AbidingError` if there is nothing to build.
    """
    from abiding.native.interpreter import Interpreter
    from abiding.proof import ProofVerdict, prove
    from abiding.proof.environments import Isolated
    from abiding.report import proof as report

    with project(options.source, "Nothing was built", legacy=True):
        python = Interpreter.ask(options.python).executable if options.python else Path(sys.executable)
        if not _may_run(options.source, yes=options.yes):
            return 2
        say = _talk()
        proof = prove(
            options.source,
            lambda folder: Isolated(folder, python, say),
            level=options.level,
            variant=options.variant,
            say=say,
        )
    _show_failures(proof)
    outputs.write(options, report.forms(proof, options.source), partial(report.as_text, proof))
    if proof.verdict is ProofVerdict.UNPROVEN:
        return 2
    return int(outputs.failing(proof.findings, options.fail_on))


def _may_run(source: Path, *, yes: bool) -> bool:
    """Ask before the code of an sdist is run; a tree is taken for the user's own. Returns whether to go on."""
    if source.name == "pyproject.toml" or not is_plain(source):
        return True
    from abiding.archives.sdist import read_pkg_info

    read_pkg_info(source)  # a file that is no sdist is refused without a question
    print(
        f"proving {visible(source.name)} runs its code, and that of all that it requires to build, with your rights",
        file=sys.stderr,
    )
    yes_does = "runs it without asking"
    return yes or ask("run it?", str(source), yes=yes_does, closing="Nothing was built")


def _talk() -> Callable[[str], None]:
    """Return a function that prints a line of progress, with the seconds since the start."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    return say


def _show_failures(proof: Proof) -> None:
    """Print the output of failed builds; of those with the same error, that of the first."""
    from abiding.proof.failures import failures

    for output, (first, *others) in failures(proof.builds):
        also = f", and {len(others)} more with the same error" if others else ""
        print(f"\n--- {first}{also} ---\n{visible(output)}", file=sys.stderr)
