"""Which files are worth opening, told by their names: nothing is imported here for those that have no code."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["has_code", "may_be_image", "wheels_among"]


def __dir__() -> list[str]:
    return __all__


_CODE = frozenset({"dylib", "dll", "pyd", "exe"})
_TEXT = frozenset({"py", "pyi", "txt", "json", "md", "h", "hpp", "pxd", "pyx", "npy", "npz", "gz", "cmake", "pc"})


def may_be_image(place: str) -> bool:
    """Whether a file with this name is worth opening: shared libraries, and programs, which have no suffix."""
    suffix = place.rpartition(".")[2].lower()
    if suffix in _TEXT or ".dist-info/" in place:
        return False
    name = place.rpartition("/")[2].lower()
    return suffix in _CODE or ".so" in name or "." not in name


def wheels_among(paths: Iterable[Path]) -> list[Path]:
    """The wheels among some files, and right in some folders."""
    found = (child for path in paths for child in (sorted(path.glob("*.whl")) if path.is_dir() else (path,)))
    return [one for one in found if one.name.endswith(".whl") and one.is_file()]


def has_code(path: Path) -> bool:
    """Whether a wheel has a file that is worth opening; one that can't be read has none."""
    from abiding.wheel import read_names

    with suppress(ArchiveError):
        return any(map(may_be_image, read_names(path)))
    return False
