"""`abiding diff A B`: where two artifacts, or two metadata files, differ in meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.cli.arguments import path
from abiding.files.plain import read_plain
from abiding.findings import bounds
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError, MissingFileError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.report.changes import changes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterator
    from pathlib import Path

    from abiding.metadata.difference import Difference

__all__ = ["register", "run"]


_DESCRIPTION = """\
Compare the metadata of two files, each an sdist, a wheel, or a METADATA or PKG-INFO file. What is only spelled
differently (spaces, quotes, order, line ends) is left out. Exit status: 0 the same, 1 different, 2 not comparable."""
_SDISTS = (".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")
# Of a description that differs, this many lines are enough to see what happened.
_MOST_LINES = 30


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("diff", help="show where two artifacts differ in meaning", description=_DESCRIPTION)
    parser.add_argument("left", metavar="A", type=path, help="an sdist, a wheel, METADATA or PKG-INFO")
    parser.add_argument("right", metavar="B", type=path, help="the file to compare it with")
    parser.add_argument(
        "--all", action="store_true", help="show spelling too, line by line; then it counts in the exit status"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print the differences. Returns 0 if there are none, else 1."""
    from abiding.metadata.difference import compare

    left, right = _read(options.left), _read(options.right)
    differences = compare(left, right)
    print(f"--- {visible(str(options.left))}\n+++ {visible(str(options.right))}\n")
    for difference in differences:
        print("\n".join(_block(difference)), end="\n\n")
    print(_summary(len(differences), spelling=left.data != right.data and not options.all))
    if not options.all:
        for note in _of_the_file(left, right):
            print(note)
    elif left.data != right.data:
        print("\nline by line:")
        for line in _lines(left, right):
            print(line)
        return 1
    return 1 if differences else 0


_FILES = "give an sdist (`.tar.gz`, `.zip`), a wheel (`.whl`), or a METADATA or PKG-INFO file"


def _read(path: Path) -> CoreMetadata:
    name = path.name.lower()
    if name.endswith(".whl"):
        from abiding.archives.wheel import read_metadata

        return CoreMetadata.parse(read_metadata(path), path.name)
    if name.endswith(_SDISTS):
        from abiding.archives.sdist import read_pkg_info

        return CoreMetadata.parse(read_pkg_info(path), path.name)
    try:
        metadata = CoreMetadata.parse(read_plain(path, bounds.METADATA), str(path))
    except FileNotFoundError as exc:
        raise MissingFileError.at(path, "Nothing was compared", _FILES) from exc
    except OSError as exc:
        raise _unreadable(path, f"the file can't be read: {exc.strerror}") from exc
    if not metadata.get("Name") and not metadata.get("Metadata-Version"):
        raise _unreadable(path, "this is no metadata: it has neither `Name` nor `Metadata-Version`")
    return metadata


def _unreadable(path: Path, message: str) -> AbidingError:
    return AbidingError(
        Finding("bad-metadata", Severity.ERROR, message, artifact=visible(str(path)), hints=(_FILES,)),
        "Nothing was compared",
    )


def _block(difference: Difference) -> Iterator[str]:
    """The field, then what only the left and what only the right file says."""
    yield visible(difference.field)
    if any("\n" in value for value in (*difference.left, *difference.right)):
        lines = list(_text_lines(*(text or "" for text in difference.texts)))
        yield from lines[:_MOST_LINES]
        if len(lines) > _MOST_LINES:
            yield f"  … {len(lines) - _MOST_LINES} more lines (`--all` shows them)"
        return
    yield from (f"  - {visible(value)}" for value in difference.left)
    yield from (f"  + {visible(value)}" for value in difference.right)


def _text_lines(left: str, right: str) -> Iterator[str]:
    for line in changes(left.split("\n"), right.split("\n"), context=1):
        yield "  …" if line.startswith("@@") else f"  {line[:1]} {visible(line[1:])}".rstrip()


def _summary(count: int, *, spelling: bool) -> str:
    if count:
        return f"{count} field{'s differ' if count > 1 else ' differs'} in meaning"
    if spelling:
        return "the same in meaning, though not to the byte (`--all` shows how)"
    return "no difference in meaning"


def _of_the_file(left: CoreMetadata, right: CoreMetadata) -> Iterator[str]:
    """What is not compared, since it speaks of the file and not of the project, and yet is not the same."""
    for field in ("Metadata-Version", "Dynamic"):
        values = [", ".join(f"`{visible(one)}`" for one in metadata.all(field)) for metadata in (left, right)]
        if values[0] != values[1]:
            yield f"not counted, being about the file: `{field}` (- {values[0] or 'none'}, + {values[1] or 'none'})"


def _lines(left: CoreMetadata, right: CoreMetadata) -> Iterator[str]:
    """Both files as they are, line by line: what is invisible is spelled out."""
    before, after = (data.decode("utf-8", "surrogateescape").split("\n") for data in (left.data, right.data))
    for line in changes(before, after, context=0):
        yield visible(line)
