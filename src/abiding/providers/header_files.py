"""The places of headers: in the folder that is read, in the compiler's, or elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARK", "WRAPPER", "Files"]

# The file that includes a header, followed by code that makes the compiler evaluate its constants.
WRAPPER = "abiding-wrapper"
# The prefix of macros that mark branches of a header.
MARK = "abiding_taken_"
_WRAPPERS = frozenset({f"{WRAPPER}.c", f"{WRAPPER}.cpp"})


class Files:
    """The headers in a folder, as opposed to those of the compiler or from elsewhere."""

    def __init__(self, folder: str, others: list[str]) -> None:
        self.folder = folder
        self.others = tuple(os.path.join(os.path.realpath(other), "") for other in others)  # noqa: PTH118
        self._places: dict[str, str | None] = {}
        self._texts: dict[str, bytes] = {}
        self._called: dict[str, list[str]] = {}

    def all(self) -> Iterator[Path]:
        """Yield all headers."""
        return (path for path in Path(self.folder).rglob("*") if path.is_file())

    def path(self, place: str) -> str:
        """Return the path of a header."""
        return os.path.join(self.folder, place)  # noqa: PTH118

    def place(self, name: str) -> str | None:
        """Return the place of a header; empty if it is the compiler's, None if it is from elsewhere."""
        if name not in self._places:
            self._places[name] = self._place(os.path.normpath(name))
        return self._places[name]

    def _place(self, name: str) -> str | None:
        inside = os.path.join(self.folder, "")  # noqa: PTH118
        if name.startswith(inside):
            place = name.removeprefix(inside)
            return "" if place in _WRAPPERS else place
        return "" if os.path.realpath(name).startswith(self.others) else None

    def called(self, name: str) -> list[str]:
        """Return the places of headers to which an `#include` may refer."""
        if not self._called:
            for path in self.all():
                self._called.setdefault(path.name, []).append(path.relative_to(self.folder).as_posix())
        last = [part for part in name.split("/") if part not in {"", ".", ".."}]
        places = self._called.get(last[-1] if last else "", ())
        return [place for place in places if place.split("/")[-len(last) :] == last]

    def text(self, place: str) -> bytes:
        """Return the text of a header."""
        if place not in self._texts:
            self._texts[place] = Path(self.path(place)).read_bytes()
        return self._texts[place]

    def line(self, place: str, line: int, offset: int) -> int:
        """Return a line number without counting the lines that mark branches."""
        return line - self.text(place)[:offset].count(b"#define %s" % MARK.encode())
