"""Write large documents piece by piece, because they take ten times the memory of their findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Later", "as_json", "in_pieces"]


# Characters of a piece: so many that it costs nothing to write one after the other.
_PIECE = 1 << 16
_Item = TypeVar("_Item")


class Later(list, Generic[_Item]):  # type: ignore[type-arg]  # `json` knows lists by their class
    """A list for a document whose items are made when they are written, one after the other."""

    def __init__(self, items: Callable[[], Iterable[_Item]]) -> None:
        super().__init__()
        self._items = items

    def __iter__(self) -> Iterator[_Item]:
        return iter(self._items())

    def __bool__(self) -> bool:
        return any(True for _ in self)


def as_json(data: object) -> Iterator[str]:
    """Write data down as JSON, with a newline at its end; no line is a command to the service of a CI."""
    encoder = json.JSONEncoder(indent=2, ensure_ascii=False)
    yield from in_pieces(part.replace("##", "\\u0023#") for part in encoder.iterencode(data))
    yield "\n"


def in_pieces(parts: Iterable[str]) -> Iterator[str]:
    """Yield the same text in fewer pieces."""
    waiting, size = [], 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _PIECE:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)
