"""`abiding check`: do the files of a release say the same, and what they were declared to say?"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Sequence

    from abiding.artifact import Artifact
    from abiding.release import Release

__all__ = ["register", "run"]


def __dir__() -> list[str]:
    return __all__


_DESCRIPTION = """\
Check releases: sdists and wheels on disk, or NAME==VERSION (or NAME, for the newest) on the package index that pip is
configured for, of which only metadata is read. Exit status: 0 no error found, 1 some found, 2 something could not be
checked."""
_FORMATS = ("text", "concise", "json", "github", "html")
_SPEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\s*==\s*[^\s/\\]+)?")


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("check", help="check the sdists and wheels of releases", description=_DESCRIPTION)
    parser.add_argument(
        "what",
        metavar="PATH | NAME==VERSION",
        nargs="+",
        help="an sdist, a wheel, a folder of them, or a release on an index",
    )
    parser.add_argument("--index-url", metavar="URL", help="the index to look on (default: the one of pip)")
    parser.add_argument(
        "--providers-from-index",
        action="store_true",
        help="look up there which libraries the requirements of a wheel on disk have, if it needs any of them",
    )
    parser.add_argument(
        "--output-format", choices=_FORMATS, default="text", help="how to write the result (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print the result. Returns 0 if there is no finding of severity error, 1 if there is, 2 if a file is unreadable.

    Raises `AbidingError` if there is nothing that could be checked.
    """
    from contextlib import nullcontext

    from abiding import index
    from abiding.release import releases, with_compiled
    from abiding.report.printing import unguarded

    paths = [Path(one) for one in options.what if not _is_spec(one)]
    looking = index.listings(options.index_url) if options.providers_from_index else nullcontext()
    with looking as listings:
        found = with_compiled(releases(_artifacts(options.what, options.index_url)), paths, listings)
    report = import_module(f"abiding.report.{options.output_format}")
    # The commands to GitHub are meant, and what is in them is spelled out there.
    stream = unguarded(sys.stdout) if options.output_format == "github" else sys.stdout
    stream.write(report.render(found))
    return _status(found)


def _artifacts(arguments: Sequence[str], index_url: str | None) -> list[Artifact]:
    from abiding.disk import read_artifacts

    artifacts = read_artifacts(Path(one) for one in arguments if not _is_spec(one))
    for spec in filter(_is_spec, arguments):
        from abiding.index import read_release
        from abiding.index.progress import Bar
        from abiding.report.printing import unguarded

        artifacts += read_release(spec, index_url, Bar(unguarded(sys.stderr)))
    return artifacts


def _is_spec(argument: str) -> bool:
    """Whether a release on an index is meant: what has the form of one, and is neither there nor like a file."""
    from abiding.disk import is_artifact

    if os.path.lexists(argument) or is_artifact(argument):
        return False
    return _SPEC.fullmatch(argument) is not None


def _status(releases: Sequence[Release]) -> int:
    from abiding.findings import Severity

    if any(release.unread for release in releases):
        return 2
    return 1 if any(release.worst is Severity.ERROR for release in releases) else 0
