"""`abiding show`: what the sdist and the wheels of a project require and why, or the METADATA of its wheel."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import one_of, path, project, tags
from abiding.cli.show_project import NOTHING, ShownProject
from abiding.cli.specs import downloading
from abiding.files.plain import is_plain, is_there
from abiding.findings.characters import steers
from abiding.findings.errors import MissingFileError
from abiding.findings.screen import block
from abiding.findings.words import fill, first_of
from abiding.metadata import pins
from abiding.project.level import Level
from abiding.project.sets import AbiLine
from abiding.report import sets as report
from abiding.report.sets import as_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterator

    from abiding.findings.terminal import Terminal
    from abiding.report.project import LevelLines

__all__ = ["register", "run"]


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "show",
        help="show what sdist and wheels require, and why",
        description="Show the two requirement sets of a project side by side: that of its sdist (API level), and "
        "what its wheels require on top (ABI level). Nothing is built.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        type=path,
        nargs="?",
        default=Path(),
        help="the project's folder, an sdist, or a wheel",
    )
    parser.add_argument(
        "--level", type=one_of(Level), choices=list(Level), help="show wheels of this level (default: abi)"
    )
    parser.add_argument("--variant", metavar="NAME", help="show wheels of this variant")
    parser.add_argument("--tag", metavar="TAG", type=tags, help="show a wheel of this tag: cp313-cp313-win_amd64")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--metadata", action="store_true", help="print the METADATA that a wheel will have")
    form.add_argument(
        "--for",
        dest="audience",
        choices=["distributor"],
        help="print only requirement lines, with those that a distributor may ignore set apart",
    )
    outputs.add_formats(parser, ("text", "json"))
    parser.set_defaults(run=run, closing=NOTHING, parser=parser)


def run(options: Namespace) -> int:
    """Print what is requested. Raises `AbidingError` if it is not known."""
    _check_form(options)
    if options.source.name.endswith(".whl"):
        _show_wheel(options)
        return 0
    hint = _hint(str(options.source))
    with project(options.source, NOTHING, hint=hint) as name, _folder(options.source) as folder:
        subject = ShownProject.read(folder, options)
        if options.metadata:
            _print_metadata(subject)
        elif options.audience:
            _print_lines(subject)
        else:
            data = {"json": lambda: as_json(subject.sets(), str(options.source))}
            outputs.write(options, data, partial(_table, subject))
            _warn(subject, name)
    return 0


def _hint(text: str) -> str:
    """Return a hint for a path that does not exist, such as how to download a release."""
    return downloading(text, "files are shown", _OF_RELEASES) or "give a project's folder, an sdist, or a wheel"


_OF_RELEASES = "`abiding check '{}'` tells which files there are, `abiding diff` takes releases and `--tag`"


def _warn(subject: ShownProject, name: str) -> None:
    """Print warnings on stderr: what is valid and probably not meant, and errors that an sdist may have."""
    from abiding.project.lint import lint, unwired

    declaration, pyproject = subject.declaration, subject.pyproject
    of_tree = () if subject.source.unpacked else (*unwired(declaration, pyproject), *lint(declaration, pyproject))
    for finding in (*declaration.warnings, *of_tree):
        print(f"\n{block(finding._replace(artifact=name))}", file=sys.stderr)


def _check_form(options: Namespace) -> None:
    """Exit with an error if options exclude each other, or don't apply to a wheel that is already built."""
    alone = "--metadata" if options.metadata else "--for" if options.audience else ""
    if alone and (options.output_format != "text" or options.output):
        options.parser.error(f"`{alone}` has a form of its own: leave out `--output-format` and `--output`")
    build_options = [f"--{name}" for name in ("level", "variant", "tag") if getattr(options, name) is not None]
    if build_options and options.source.name.endswith(".whl"):
        options.parser.error(
            f"`{build_options[0]}` is for what is still to be built: leave it out, the wheel has been built"
        )


# A wheel


def _show_wheel(options: Namespace) -> None:
    from abiding.artifacts.sets import of_wheel

    if not is_there(options.source):
        raise MissingFileError.at(options.source, NOTHING, _hint(""))
    if options.metadata:
        from abiding.archives.wheel import read_metadata

        _print_bytes(read_metadata(options.source))
        return
    sets, record = of_wheel(options.source)
    if options.audience:
        print("\n".join(sets.for_distributor(_accepted(options.source))))
        return
    data = {"json": lambda: as_json(sets, str(options.source))}
    outputs.write(options, data, lambda to: report.as_text(sets, record, to))


def _accepted(path: Path) -> dict[str, str] | None:
    """Return the bounds of a wheel's compiled files, each with its evidence; None if it has no such files."""
    from abiding.evidence import asked_versions

    wheel = asked_versions.of_wheel(path)
    if not wheel.files:
        return None
    bounds = [bound for bound in wheel.bounds if bound.distribution and bound.declare]
    return {bound.declare: first_of(bound.files, 1) for bound in bounds}


# Reading


@contextmanager
def _folder(source: Path) -> Iterator[Path]:
    """Yield the folder with pyproject.toml; for an sdist, a temporary one with that file and PKG-INFO."""
    if not is_plain(source):
        yield source
    elif source.name == "pyproject.toml":
        yield source.parent
    else:
        from tempfile import TemporaryDirectory

        from abiding.archives.sdist import read_members

        members = read_members(source, ("pyproject.toml", "PKG-INFO"))
        with TemporaryDirectory(prefix="abiding-") as folder:
            for name, data in members.items():
                Path(folder, name).write_bytes(data)
            yield Path(folder)


# The METADATA, and the lines alone


def _print_metadata(subject: ShownProject) -> None:
    entries = subject.entries_of_one_wheel()
    metadata, remark = subject.metadata()
    for entry in entries:
        if pins.has_pins(entry.requires):
            _remark(f"the build fills the `x` of `{entry.requires}` with the version of `{entry.name}` that it finds")
    if remark:
        _remark(remark)
    _print_bytes(metadata.with_requirements(entry.template for entry in entries).data)


def _print_bytes(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    if steers(text):
        _remark("it is not shown to the byte: what could steer a terminal, or the service of a CI, is spelled out")
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    # As bytes: METADATA is UTF-8, and its line ends must not be converted.
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _print_lines(subject: ShownProject) -> None:
    entries = subject.entries_of_one_wheel()
    if subject.api_lines() is None:
        raise subject.unknown(f"`{subject.declaration.backend}` computes the requirements when it builds", None, _GIVE)
    sets = subject.sets()._replace(abi=tuple(map(AbiLine.of_entry, entries)))
    print("\n".join(sets.for_distributor()))


_GIVE = "an sdist knows them: `abiding show NAME-VERSION.tar.gz`"


def _remark(text: str) -> None:
    print(fill(f"note: {text}", 78, "      "), file=sys.stderr)


# The two sets side by side


def _table(subject: ShownProject, to: Terminal) -> str:
    from abiding.report.project import as_text

    title = " ".join(subject.name_and_version()).strip() or "a project without `[project]`"
    return as_text(title, subject.declaration, list(_groups(subject)), to)


def _groups(subject: ShownProject) -> Iterator[LevelLines]:
    """Yield both sets without an extra, then those of each extra."""
    from abiding.report.project import LevelLines

    declaration, entries = subject.declaration, subject.entries()
    project, pkg_info = declaration.project, subject.source.pkg_info
    lines: dict[str, list[str]] = {"": []}
    for _, text, extra in project.requirements():
        lines.setdefault(extra, []).append(text)
    plain: list[str] | None = lines.pop("")
    if not project.gives("dependencies") and (project.table is None or "dependencies" in project.dynamic):
        plain = list(pkg_info.all("Requires-Dist")) if pkg_info else None
    computed = f"(computed by {declaration.backend})"
    nothing = "(left out: level api)" if subject.level is Level.API and declaration.entries else "(nothing)"
    for extra in dict.fromkeys(["", *lines, *(entry.extra for entry in entries)]):
        api = plain if not extra else lines.get(extra, [])
        own = tuple(entry for entry in entries if entry.extra == extra)
        yield LevelLines(extra, None if api is None else tuple(api), own, (computed if not extra else "", nothing))
