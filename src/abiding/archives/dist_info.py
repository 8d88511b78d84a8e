"""Find the `NAME-VERSION.dist-info` folder of a wheel, the one that all readers agree on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from abiding.archives.member_paths import is_short_for, landing, literal
from abiding.archives.names import normalised
from abiding.archives.wheel_name import NOT_A_NAME, WheelName
from abiding.archives.wheel_tags import parse
from abiding.archives.zipend import REBUILD
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

__all__ = ["NOT_A_WHEEL", "dist_info_in", "hold_to_name"]


NOT_A_WHEEL = "the backend that built it did not finish it, or it is not a wheel"
_DIST_INFO = ".dist-info"
_READ_BY_ALL = ("METADATA", "RECORD", "WHEEL")


def dist_info_in(names: Sequence[str], filename: str) -> str:
    """Return the metadata folder on which all readers agree. Raises `ArchiveError` if there is none."""
    split = WheelName.split(filename)
    if split is None:
        raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME)
    usual = f"{split.name}-{split.version}{_DIST_INFO}"
    if _is_clear(names, usual):
        return usual
    tops = {name.partition("/")[0] for name in names}
    tell = partial(_is_dist_info, usual=usual)
    installed = _into_dist_info(names, {top for top in tops if landing(top).endswith(".data")}, tell)
    folders = sorted((*filter(tell, tops), *installed))
    if len(folders) != 1 or not folders[0].endswith(_DIST_INFO):
        several = " and ".join(map(literal, folders))
        message = f"has more than one metadata folder: {several}" if len(folders) > 1 else "has no `.dist-info` folder"
        raise ArchiveError.at(filename, message, hint=NOT_A_WHEEL)
    (folder,) = folders
    if not _is_of_project(folder.removesuffix(_DIST_INFO), filename):
        raise _of_another(folder, filename)
    for name in (f"{folder}/{file}" for file in _READ_BY_ALL):
        spelled = [other for other in names if other.startswith(f"{folder}/") and landing(other) == landing(name)]
        if name not in spelled and name != f"{folder}/WHEEL":
            raise ArchiveError.at(filename, f"has no `{name}`", hint=NOT_A_WHEEL)
        if len(spelled) > 1:
            message = f"has members that are one file on some systems: {' and '.join(map(literal, spelled))}"
            raise ArchiveError.at(filename, message, hint=REBUILD)
    return folder


def hold_to_name(folder: str, filename: str) -> None:
    """Raise `ArchiveError` if a metadata folder has another distribution than the wheel's name."""
    if not _belongs(folder.removesuffix(_DIST_INFO), filename):
        raise _of_another(folder, filename)


def _is_clear(names: Sequence[str], folder: str) -> bool:
    """Return whether this is obviously the folder, as in nearly all wheels; ten times as fast."""
    text = "\0".join(("", *names, ""))
    if "~" in text:  # it may be the short name of another
        return False
    start, lower = f"\0{folder}/", text.lower()
    first = start.lower()
    return (
        text.isascii()
        and lower.count(_DIST_INFO) == text.count(start)
        and f"{start}METADATA\0" in text
        and f"{start}RECORD\0" in text
        and lower.count(f"{first}metadata") == lower.count(f"{first}record") == 1
        and lower.count(f"{first}wheel") <= 1
    )


def _is_dist_info(folder: str, usual: str) -> bool:
    """Return whether it is a metadata folder on some system, or the short name of the usual one on Windows."""
    return landing(folder).endswith(_DIST_INFO) or is_short_for(folder, usual)


def _into_dist_info(names: Sequence[str], data: Collection[str], tell: Callable[[str], bool]) -> Iterator[str]:
    """Yield the members of `.data` folders that are installed into a metadata folder, over the wheel's own files."""
    for name in names if data else ():
        top, _, rest = name.partition("/")
        if top in data and any(map(tell, rest.split("/"))):
            yield name


def _of_another(folder: str, filename: str) -> ArchiveError:
    of = "version" if _is_of_project(folder.removesuffix(_DIST_INFO), filename) else "distribution"
    hint = f"don't rename a wheel: its own name begins with {literal(folder.removesuffix(_DIST_INFO))}"
    return ArchiveError.at(filename, f"has the metadata folder of another {of}: {literal(folder)}", hint=hint)


def _is_of_project(folder: str, filename: str) -> bool:
    """Return whether a folder `name-version` has the project of the wheel's name, in any version."""
    parts = filename.split("-")
    if folder.startswith(f"{parts[0]}-"):
        return True
    if len(folder) > bounds.FILENAME:
        return False
    dashes = [i for i, letter in enumerate(folder) if letter == "-"]
    return any(normalised(folder[:i]) == normalised(parts[0]) for i in dashes)


def _belongs(folder: str, filename: str) -> bool:
    """Return whether a folder `name-version` has the name and version of the wheel, in any spelling."""
    if folder == "-".join(filename.split("-")[:2]):
        return True
    if len(folder) > bounds.FILENAME:
        return False
    from packaging.utils import InvalidWheelFilename, canonicalize_version

    try:
        name, version, _ = parse(filename)
    except InvalidWheelFilename as exc:
        raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME) from exc
    # Old backends left dashes in names, so that any dash may be the one before the version.
    dashes = [i for i, letter in enumerate(folder) if letter == "-"]
    own = (name, canonicalize_version(version))
    return any((normalised(folder[:i]), canonicalize_version(folder[i + 1 :])) == own for i in dashes)
