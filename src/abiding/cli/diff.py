"""`abiding diff A B`: where two artifacts or metadata files differ in meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from abiding.archives.names import SDIST_ENDINGS
from abiding.archives.wheel_name import WheelName, build_order
from abiding.cli import outputs
from abiding.cli.arguments import add_index_url, one_in, path_or_release, tags
from abiding.cli.specs import is_name, is_one_release
from abiding.files.plain import is_folder, is_plain, is_there, read_for
from abiding.findings import bounds
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError, MissingFileError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.project.corrections import release_meant
from abiding.report.difference import ComparedFile, FileComparison, as_json, as_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Sequence

__all__ = ["register", "run"]


_NOTHING = "Nothing was compared"


_DESCRIPTION = """\
Compare the metadata of two files: sdists, wheels, METADATA or PKG-INFO files, or files of releases on an index.
NAME==VERSION is the sdist of a release or, with --tag, one of its wheels. With --tag and a single NAME==VERSION, that
wheel is compared with the sdist of its release. Differences in spelling alone (spaces, quotes, order, line ends) are
not shown. Exit status: 0 the same, 1 different, 2 not comparable."""
# Those of old sdists too.
_SDISTS = (*SDIST_ENDINGS, ".tgz", ".tar.bz2", ".tar.xz")


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diff", help="show how the metadata of two files differs in meaning", description=_DESCRIPTION
    )
    parser.add_argument(
        "left", metavar="A", type=path_or_release, help="an sdist, a wheel, METADATA, PKG-INFO, or NAME==VERSION"
    )
    parser.add_argument(
        "right",
        metavar="B",
        type=path_or_release,
        nargs="?",
        help="the file to compare it with (default: the wheel of --tag)",
    )
    parser.add_argument(
        "--tag",
        metavar="TAG",
        type=tags,
        action="append",
        default=[],
        help="for a release, read the wheel of this tag instead of the sdist; if given twice, first for A, then for B",
    )
    add_index_url(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        help="show differences in spelling too, line by line; they then count for the exit status",
    )
    outputs.add_formats(parser, ("text", "json"))
    parser.set_defaults(run=run, closing=_NOTHING, parser=parser)


def run(options: Namespace) -> int:
    """Print the differences. Returns 0 if there are none, else 1. Raises `AbidingError` if one can't be read."""
    (first, its_tag), (second, other_tag) = _asked(options)
    left, right = _side(first, its_tag, options), _side(second, other_tag, options)
    if _is_one_file(left, right):
        way_on = "give another one"
        if is_one_release(first):
            left_out = " and ".join(["`B`"] * bool(options.right) + ["one `--tag`"] * (len(options.tag) == _SIDES))
            way_on = f"leave out {left_out} to compare the sdist with the wheel of `--tag`"
        options.parser.error(f"both sides are one file, `{visible(left.name)}`: {way_on}")
    compared = FileComparison.of(left, right)
    outputs.write(options, {"json": lambda: as_json(compared)}, lambda to: as_text(compared, to, every=options.all))
    return int(bool(compared.differences) or (options.all and not compared.identical))


_Tag: TypeAlias = "frozenset[str] | None"


def _asked(options: Namespace) -> tuple[tuple[str, _Tag], tuple[str, _Tag]]:
    """Return what each side is, with the tag of a release's wheel. Exits with an error if that is not clear."""
    left, right = options.left, options.right
    releases = [argument is not None and is_one_release(argument) for argument in (left, right)]
    error = options.parser.error
    if right is None and not releases[0]:
        release = release_meant(left) or (
            f"{left}==VERSION" if is_name(left) and not is_there(Path(left)) else "NAME==VERSION"
        )
        error(
            "`B` is missing: name a second file; or compare a wheel of a release with its sdist: "
            f"`abiding diff {release} --tag TAG`"
        )
    if right is None and not options.tag:
        error(f"`B` is missing: name a second file; or, with `--tag TAG`, a wheel of `{visible(left)}`")
    if options.tag and not any(releases):
        error("`--tag` chooses a wheel of a release, and neither `A` nor `B` is `NAME==VERSION`")
    most = 1 if right is not None and not all(releases) else _SIDES
    if len(options.tag) > most:
        error("there is one `--tag` for each of `A` and `B` that is `NAME==VERSION`, and no more")
    first, last = (options.tag[0], options.tag[-1]) if options.tag else (None, None)
    if right is None:
        return (left, first if len(options.tag) == _SIDES else None), (left, last)
    return (left, first), (right, last)


_SIDES = 2


def _is_one_file(left: ComparedFile, right: ComparedFile) -> bool:
    if left.read_from == right.read_from:
        return left.name == right.name
    on_disk = all(is_there(Path(side.read_from)) for side in (left, right))
    return on_disk and Path(left.read_from).samefile(right.read_from)


def _side(argument: str, tag: _Tag, options: Namespace) -> ComparedFile:
    if not is_one_release(argument):
        return ComparedFile(argument, argument, _read(Path(argument)))
    from abiding.artifacts.index import read_file

    artifact = read_file(argument, options.index_url, lambda names: _choose(argument, names, tag))
    return ComparedFile(artifact.filename, artifact.read_from, artifact.metadata)


def _label(wheel: str) -> str:
    split = WheelName.split(wheel)
    return split.label if split else ""


def _choose(spec: str, names: Sequence[str], tag: _Tag) -> str:
    """Return the requested file of a release: its sdist, or the wheel with a tag. Raises `AbidingError`."""
    if tag:
        from abiding.archives.wheel_tags import expanded

        fitting = [name for name in names if name.endswith(".whl") and tag.intersection(expanded(name))]
        what = "no wheel of that tag"
    else:
        # Of several, the one of the standard.
        fitting = sorted(
            (name for name in names if not name.endswith(".whl")), key=lambda name: name.endswith(".tar.gz")
        )
        what = "no sdist"
    if fitting:
        # A tag has no variant label: the wheel without one is meant, if there is any.
        return max(fitting, key=lambda name: (not _label(name), build_order(name))) if tag else fitting[-1]
    wheels = [name for name in names if name.endswith(".whl")]
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    if wheels:
        from abiding.report.compact import compact

        notes = (f"it has wheels of {'; '.join(compact(wheels, names))}",)
        hints = (_which(wheels, tag),)
    raise AbidingError(
        Finding("missing-file", Severity.ERROR, f"the release has {what}", artifact=spec, notes=notes, hints=hints),
        _NOTHING,
    )


def _which(wheels: Sequence[str], own: _Tag) -> str:
    """Return a hint on how to choose a wheel, with the one most similar to what was requested."""
    from abiding.archives.wheel_name import WheelName
    from abiding.metadata.nearest_wheel import nearest_wheel

    split = WheelName.split(nearest_wheel(min(own), wheels) if own else wheels[0])
    tag = f"`--tag {split.python}-{split.abi}-{split.platform}`" if split else "`--tag`"
    return f"the nearest is {tag}" if own else f"say which wheel: {tag}, for example"


_FILES = "give an sdist (`.tar.gz`, `.zip`), a wheel (`.whl`), a METADATA or PKG-INFO file, or NAME==VERSION"


def _read(path: Path) -> CoreMetadata:
    if not is_there(path):
        suggestion = release_meant(str(path))
        raise MissingFileError.at(path, _NOTHING, f"did you mean `{suggestion}`?" if suggestion else _FILES)
    if is_folder(path):
        raise _folder(path)
    name = path.name.lower()
    if name.endswith(".whl"):
        from abiding.archives.wheel import read_metadata

        return CoreMetadata.parse(read_metadata(path), path.name)
    if name.endswith(_SDISTS):
        from abiding.archives.sdist import read_pkg_info

        return CoreMetadata.parse(read_pkg_info(path), path.name)
    try:
        metadata = CoreMetadata.parse(read_for(path, bounds.METADATA), str(path))
    except OSError as exc:
        raise _unreadable(path, f"the file can't be read: {exc.strerror}") from exc
    if not metadata.get("Name") and not metadata.get("Metadata-Version"):
        raise _unreadable(path, "this is not metadata: it has neither `Name` nor `Metadata-Version`")
    return metadata


def _folder(path: Path) -> AbidingError:
    """Return the error for a folder, in which any file could be meant."""
    file = one_in(path)
    hint = f"give one of the files in it, for example `{visible(str(file))}`" if file else _FILES
    if file is None and is_plain(path / "pyproject.toml"):
        hint = "build it first, `python -m build`, and give one of the files in its `dist`"
    finding = Finding("missing-file", Severity.ERROR, _IS_FOLDER, artifact=visible(str(path)), hints=(hint,))
    return AbidingError(finding, _NOTHING)


_IS_FOLDER = "this is a folder, and files are compared"


def _unreadable(path: Path, message: str) -> AbidingError:
    finding = Finding("bad-metadata", Severity.ERROR, message, artifact=visible(str(path)), hints=(_FILES,))
    return AbidingError(finding, _NOTHING)
