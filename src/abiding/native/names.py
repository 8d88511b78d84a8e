"""Tell from file names which files may be compiled code, without importing anything heavy."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.files.plain import is_folder, is_plain
from abiding.findings.errors import ArchiveError
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "has_code",
    "is_mangled",
    "may_be_image",
    "module_name",
    "only_tells",
    "place_of",
    "stem",
    "untagged",
    "wheels_among",
]


_CODE = frozenset({"dylib", "dll", "pyd", "exe"})
_PYTHON = (".py", ".pyi")
_TEXT = frozenset({"py", "pyi", "txt", "json", "md", "h", "hpp", "pxd", "pyx", "npy", "npz", "gz", "cmake", "pc"})


def may_be_image(place: str) -> bool:
    """Return whether a file may be compiled code, by its name: shared libraries, and programs, which have no suffix."""
    suffix = place.rpartition(".")[2].lower()
    if suffix in _TEXT or only_tells(place):
        return False
    name = place.rpartition("/")[2].lower()
    return suffix in _CODE or ".so" in name or "." not in name


def only_tells(place: str) -> bool:
    """Return whether a file is metadata of its distribution, in `.dist-info` or in the form of old tools."""
    return place.partition("/")[0].endswith((".dist-info", ".egg-info"))


def wheels_among(paths: Iterable[Path]) -> list[Path]:
    """Return the wheels among some files, and directly in some folders."""
    files = (child for path in paths for child in (sorted(path.glob("*.whl")) if is_folder(path) else (path,)))
    return [file for file in files if file.name.endswith(".whl") and is_plain(file)]


def has_code(path: Path) -> bool:
    """Return whether a wheel may have compiled files; false if it can't be read."""
    from abiding.archives.wheel import read_names

    with suppress(ArchiveError):
        return any(may_be_image(name) for name in read_names(path) if not name.endswith(_PYTHON))
    return False


# Where the files of `name.data/data` go, seen from site-packages of a Linux or macOS environment.
_PREFIX = "../../.."


def place_of(member: str) -> str:
    """Return where an installer puts a member (binary distribution format, "the .data directory")."""
    top, _, rest = member.partition("/")
    if not top.endswith(".data"):
        return member
    scheme, _, rest = rest.partition("/")
    if scheme in ("purelib", "platlib"):
        return rest
    folder = {"data": _PREFIX, "scripts": f"{_PREFIX}/bin"}.get(scheme, f"{_PREFIX}/{scheme}")
    return f"{folder}/{rest}"


def module_name(place: str) -> str:
    """Return the module name of the file at a place; empty if it is no module."""
    *folders, file = place.rpartition("site-packages/")[2].split("/")
    name, _, suffix = file.partition(".")
    if file == "__init__.py" and folders:
        name = folders.pop()
    elif not (suffix in ("py", "pyd") or (suffix == "so" and not name.startswith("lib")) or _TAGGED.fullmatch(suffix)):
        return ""
    parts = [*folders, name]
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


# All that follows the name, with the tag of an interpreter: `cpython-311-x86_64-linux-gnu.so`, `abi3.so`,
# `cp311-win_amd64.pyd`. `abi3.so.6.9` is the end of a library's name.
_TAGGED = pattern(r"(?:cpython-\d|abi3|pypy\d|graalpy\d|cp\d|pp\d)[^/.]*\.(?:so|pyd)")
_MANGLED = pattern(r"(-[0-9a-f]{8,})+(?=\.|$)")


def untagged(text: str) -> str:
    """Return a text with the tag of each extension module, which is in backticks, replaced by `.*`."""
    parts = text.split("`")
    parts[1::2] = map(_for_any_tag, parts[1::2])
    return "`".join(parts)


def _for_any_tag(place: str) -> str:
    if not (place.endswith((".so", ".pyd")) and module_name(place)):
        return place
    folder, slash, file = place.rpartition("/")
    return f"{folder}{slash}{file.partition('.')[0]}.*"


def is_mangled(name: str) -> bool:
    """Return whether the name of a library was made by a repair tool, and so is unique."""
    return bool(_MANGLED.search(name))


def stem(library: str) -> str:
    """Return the name of a library without its version and the additions of repair tools: `libgmp`."""
    name = _MANGLED.sub("", library.rpartition("/")[2].lower())
    return re.split(r"\.so\b|\.dylib$|\.dll$|(?<=[a-z])[-.]\d", name)[0]
