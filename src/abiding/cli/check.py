"""`abiding check`: whether the files of a release agree with each other and with the declaration."""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import add_index_url, one_of, path_or_release, versions
from abiding.cli.specs import is_name, is_spec
from abiding.findings.characters import without_login
from abiding.findings.errors import AbidingError, IndexAccessError, MissingExtraError, MissingFileError
from abiding.findings.words import number_of
from abiding.project.level import Level
from abiding.report.printing import unguarded

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TextIO

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.evidence.index_wheels import Ahead
    from abiding.findings.finding import Finding
    from abiding.findings.terminal import Terminal
    from abiding.releases.release import Release

__all__ = ["register", "run"]


_DESCRIPTION = """\
Check releases: sdists and wheels on disk, or releases on the package index that pip is configured for: NAME==VERSION,
or NAME for the newest. From an index only metadata is read. Exit status: 0 no error found, 1 errors found, 2 something
could not be checked."""
_FORMATS = ("text", "concise", "json", "github", "html", "sarif")


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("check", help="check the sdists and wheels of releases", description=_DESCRIPTION)
    parser.add_argument(
        "what",
        metavar="PATH | NAME==VERSION",
        nargs="+",
        type=path_or_release,
        help="an sdist, a wheel, a folder of them, or a release on an index",
    )
    add_index_url(parser)
    parser.add_argument(
        "--level",
        type=one_of(Level),
        choices=list(Level),
        help="the level that all wheels have to be built at (default: either)",
    )
    parser.add_argument(
        "--providers-from-index",
        action="store_true",
        help="for wheels on disk, look up on the index which libraries their requirements contain, if they need any",
    )
    parser.add_argument(
        "--baseline",
        metavar="FOLDER | NAME[==VERSION]",
        type=path_or_release,
        help="compare the libraries of wheels on disk with the last release of the same provider",
    )
    parser.add_argument(
        "--compiled",
        action="store_true",
        help="for wheels on an index, also read from their compiled files which versions these accept (but not whether"
        " they find their libraries): of one wheel for each platform and Python",
    )
    parser.add_argument("--all", action="store_true", help="with `--compiled`: read every wheel")
    outputs.add_judging(parser, _FORMATS)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--full", action="store_true", help="show all values in full (text)")
    shown.add_argument("--quiet", action="store_true", help="show only the verdicts, one line for each release (text)")
    parser.set_defaults(run=run, closing="Nothing was checked")


def run(options: Namespace) -> int:
    """Print the result. Returns 1 if a finding is as severe as `--fail-on`, 2 if a file is unreadable, else 0.

    Raises `AbidingError` if there is nothing to check.
    """
    from abiding.artifacts import index
    from abiding.artifacts.disk import read_artifacts
    from abiding.releases.check import releases, with_compiled, with_findings

    specs = [word for word in options.what if is_spec(word)]
    paths = [Path(word) for word in options.what if word not in specs]
    looking = index.listings(options.index_url) if options.providers_from_index else nullcontext()
    stream = sys.stdout if options.output_format == "text" else sys.stderr
    sources: dict[str, Callable[[], list[Artifact | Unreadable]]] = {"": lambda: read_artifacts(paths)} if paths else {}
    sources |= {spec: partial(_on_index, spec, options.index_url, stream) for spec in specs}
    with looking as listings:
        checked = with_compiled(releases(_gather(sources), options.level), paths, listings)
    if options.baseline:
        checked = with_findings(checked, _held_to_baseline(options.baseline, paths, options.index_url))
    if options.compiled and specs:
        checked = with_findings(checked, _held_to_compiled(checked, options))
    forms: dict[str, outputs.Form] = {form: partial(_render, form, checked) for form in _FORMATS if form != "text"}
    forms["html"] = partial(_page, checked, options.argv)
    outputs.write(options, forms, partial(_text, checked, options))
    if any(release.unread for release in checked):
        return 2
    return int(outputs.failing((finding for release in checked for finding in release.everything), options.fail_on))


def _held_to_baseline(baseline: str, paths: Sequence[Path], index_url: str | None) -> dict[str, tuple[Finding, ...]]:
    """Compare wheels with the last release of a provider, in a folder or on an index."""
    from abiding.artifacts import index
    from abiding.providers.baseline import compare_with_folder, compare_with_index

    if not is_spec(baseline):
        return compare_with_folder(paths, Path(baseline))
    with index.listings(index_url) as listings:
        return compare_with_index(paths, versions(baseline), listings)


def _held_to_compiled(releases: Sequence[Release], options: Namespace) -> dict[str, tuple[Finding, ...]]:
    """Check the compiled files of wheels on an index, and print on stderr what was read."""
    from abiding.artifacts import index
    from abiding.artifacts.index.progress import ProgressBar
    from abiding.evidence import index_wheels

    findings: dict[str, tuple[Finding, ...]] = {}
    with index.listings(options.index_url) as listings:
        for release in releases:
            artifacts = [checked.artifact for checked in release.artifacts]
            read = index_wheels.judge_published(
                artifacts,
                listings,
                every=options.all,
                progress=ProgressBar(unguarded(sys.stderr)),
                beforehand=partial(_announce, f"{release.name} {release.version}"),
            )
            findings |= read.findings
            if read.of_wheels:
                # To find libraries, all files of a wheel are needed.
                message = f"{read.files} compiled files of {read.wheels} of {read.of_wheels} wheels were read"
                message += (
                    " for the versions that they accept; whether they find their libraries is told of wheels on disk"
                )
                print(f"{release.name} {release.version}: {message}", file=sys.stderr)
            for name in read.passed_over:
                print(f"not read, for its size: {name}", file=sys.stderr)
    return findings


def _announce(release: str, ahead: Ahead) -> None:
    """Print on stderr how much is about to be downloaded, if that takes long."""
    if ahead.size < _MUCH and not ahead.untold:
        return
    sizes = [f"at most {ahead.size / 1e6:,.0f} MB"] * (ahead.size > 0)
    sizes += [f"the index does not tell the size of {ahead.untold} of them"] * (ahead.untold > 0)
    message = f"the compiled files of {number_of(ahead.wheels, 'wheel')} are read now: {', and '.join(sizes)}"
    print(f"{release}: {message}", file=sys.stderr, flush=True)


_MUCH = 8 << 20


def _render(form: str, checked: Sequence[Release]) -> str | Iterator[str]:
    text: str | Iterator[str] = import_module(f"abiding.report.{form}").render(checked)
    return text


def _page(checked: Sequence[Release], arguments: Sequence[str]) -> str:
    import shlex
    from datetime import UTC, datetime

    from abiding.report import html

    # As all tools for reproducible builds do.
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    command = shlex.join(("abiding", *map(without_login, arguments)))
    return html.render(checked, html.PageOrigin(command, datetime.fromtimestamp(seconds, UTC)))


def _text(checked: Sequence[Release], options: Namespace, terminal: Terminal) -> str:
    from abiding.report import text

    return text.last_lines(checked, terminal) if options.quiet else text.render(checked, terminal, full=options.full)


def _gather(sources: Mapping[str, Callable[[], list[Artifact | Unreadable]]]) -> list[Artifact | Unreadable]:
    """Read all sources, and report those that fail. Raises `AbidingError` if none could be read."""
    from abiding.artifacts.artifact import Unreadable
    from abiding.artifacts.disk import unreadable

    artifacts: list[Artifact | Unreadable] = []
    problems: list[tuple[str, Finding]] = []
    for name, read in sources.items():
        try:
            artifacts += read()
        except AbidingError as exc:
            problems += [(name or finding.artifact, finding) for finding in exc.findings]
    if not artifacts:
        raise AbidingError([finding for _, finding in problems], "Nothing was checked")
    return [
        *(
            Unreadable(name, "release", name, "", finding._replace(artifact=finding.artifact or name), read_from=name)
            if name in sources
            else unreadable(Path(name), finding)
            for name, finding in problems
        ),
        *artifacts,
    ]


def _on_index(spec: str, index_url: str | None, stream: TextIO) -> list[Artifact | Unreadable]:
    """Read a release from an index. Prints a note for a bare name, which may have been meant as a path."""
    from abiding.artifacts.disk import GIVE
    from abiding.artifacts.index import read_release
    from abiding.artifacts.index.progress import ProgressBar

    progress = ProgressBar(unguarded(sys.stderr))
    if not is_name(spec):
        return read_release(spec, index_url, progress)
    try:
        artifacts = read_release(spec, index_url, progress)
    except MissingExtraError as exc:
        # The argument may not have been meant as a release at all.
        (needed,) = exc.findings
        notes, hints = (f"or, if a release on an index is meant: {needed.message}",), (GIVE, *needed.hints)
        (missing,) = MissingFileError.at(spec, "").findings
        raise MissingFileError(missing._replace(notes=notes, hints=hints), exc.closing) from exc
    except IndexAccessError as exc:
        note = f"there is no file and no folder `{spec}` here, so it was looked up on the index"
        findings = [finding._replace(notes=(*finding.notes, note)) for finding in exc.findings]
        raise type(exc)(findings, exc.closing) from exc
    print(f"`{spec}` was looked up on the index; its newest release there is {artifacts[0].version}\n", file=stream)
    return artifacts
