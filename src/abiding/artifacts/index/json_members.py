"""Read the members of a JSON object one by one as they arrive, keeping only one in memory."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["members"]


_CHUNK = 64 << 10
_BEHIND = frozenset(" \t\r\n,:]}")
_SPACE = pattern(r"[ \t\r\n]*+")


def members(file: BinaryIO, list_key: str) -> Iterator[tuple[str, Any]]:
    """Yield the key and the value of each member; for the list under `list_key`, each item like a member.

    Raises `ValueError` or `RecursionError` if it is no JSON object, or a value in it is too large.
    """
    text = _Text(file)
    text.expect("{")
    if text.peek() == "}":
        text.expect("}")
    else:
        yield from _members(text, list_key)
    if text.peek():
        raise ValueError("there is more behind the object")


def _members(text: _Text, list_key: str) -> Iterator[tuple[str, Any]]:
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise ValueError("a key that is not a string")  # noqa: TRY004 (of what was read, not of an argument)
        text.expect(":")
        if key != list_key:
            yield key, text.value()
        else:
            text.expect("[")
            if text.peek() == "]":
                text.expect("]")
            else:
                yield key, text.value()
                while text.expect(",]") == ",":
                    yield key, text.value()
        if text.expect(",}") == "}":
            return


class _Text:
    """The text of a file, as far as it has arrived; `_at` is the position of the next token."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character after white space; empty at the end."""
        while True:
            blank = _SPACE.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more(_CHUNK)

    def expect(self, characters: str) -> str:
        """Read the next character, which must be one of these. Raises `ValueError`."""
        character = self.peek()
        if not character or character not in characters:
            raise ValueError(f"there is {f'`{character}`' if character else 'an end'} in place of `{characters[0]}`")
        self._at += 1
        return character

    def value(self) -> Any:  # noqa: ANN401 (JSON has values of all kinds)
        """Read the next value. Raises `ValueError`, `RecursionError`."""
        self.peek()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except ValueError:
                # It may be incomplete only.
                if self._ended:
                    raise
            else:
                # A number may be incomplete, too.
                if self._ended or self._text[end : end + 1] in _BEHIND:
                    self._at = end
                    return value
            there = len(self._text) - self._at
            if there > bounds.INDEX_VALUE:
                raise ValueError(f"one value has more than {bounds.INDEX_VALUE:,} characters")
            self._more(min(max(there, _CHUNK), bounds.INDEX_VALUE + 1 - there))

    def _more(self, size: int) -> None:
        data = self._file.read(size)
        self._ended = not data
        self._text = self._text[self._at :] + self._decoder.decode(data, final=not data)
        self._at = 0
