"""Edit the text of a pyproject.toml. What is not edited keeps its form, and the result is checked."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from copy import deepcopy
from functools import reduce
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import InlineTable, Table, Whitespace

from abiding.edits.arrays import comments, with_first, with_item, with_other, without
from abiding.edits.file import NOTHING
from abiding.findings.errors import DeclarationError
from abiding.project.pyproject import Pyproject

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tomlkit.container import Container
    from tomlkit.items import Item

    from abiding.project.keys import Key

__all__ = ["Document", "not_understood"]


_MARK = "\0"  # in no TOML
_UNSAFE = "this file is written in a way that can't be edited safely"


class Document:
    """A pyproject.toml that is being edited: its text, held by tomlkit, and in `table` what the text has to mean.

    Each edit changes both, and `edited` compares them. Keys are as in `Pyproject`, without indices.
    """

    def __init__(self, pyproject: Pyproject) -> None:
        self.pyproject = pyproject
        self.table: dict[str, Any] = deepcopy(dict(pyproject.table))
        try:
            self._toml = tomlkit.parse(pyproject.text)
        except (ValueError, RecursionError) as exc:  # what tomllib reads and tomlkit does not
            raise self.refusal(_UNSAFE, ("build-system",)) from exc
        self._appended: list[str] = []
        self._dropped: list[str] = []

    def refusal(self, message: str, key: Key, hint: str = "") -> DeclarationError:
        """Return the error for a value that can't be edited."""
        return not_understood(self.pyproject, message, key, hint)

    # What stands there

    def has(self, key: Key) -> bool:
        """Return whether there is a value at a key."""
        return any(self._pieces(key))

    def is_inline(self, key: Key) -> bool:
        """Return whether the value at a key is an inline table."""
        return any(isinstance(item, InlineTable) for _, item in self._pieces(key))

    def source(self, key: Key) -> str:
        """Return the value at a key as it is written, with the comment behind it."""
        _, item = self._piece(key)
        return f"{item.as_string()}{item.trivia.comment_ws}{item.trivia.comment}"

    # What is done

    def replace(self, key: Key, value: str) -> None:
        """Replace the string at a key, in the same quotes."""
        self._rewrite(key, lambda text: f"{text[0]}{value}{text[0]}")
        self._around(key)[key[-1]] = value

    def insert_first(self, key: Key, *values: str) -> None:
        """Insert strings at the start of an array, in the array's own style."""
        self._rewrite(key, lambda array: reduce(with_first, reversed(values), array))
        self._around(key)[key[-1]][:0] = values

    def insert_items(self, key: Key, items: Sequence[str]) -> None:
        """Insert items, given as TOML, at the start of an array."""
        self._rewrite(key, lambda array: reduce(with_item, reversed(items), array))
        self._around(key)[key[-1]][:0] = [tomllib.loads(f"x = {item}")["x"] for item in items]

    def replace_string(self, key: Key, old: str, new: str) -> None:
        """Replace a string inside an array; the key has indices."""
        array = key[: next(place for place, part in enumerate(key) if isinstance(part, int))]
        self._rewrite(array, lambda text: with_other(text, old, new))
        self._around(key)[key[-1]] = new

    def remove(self, key: Key, values: Collection[str]) -> None:
        """Remove strings from an array, each with the comment on its line."""
        self._dropped.append(self._piece(key)[1].as_string())
        self._rewrite(key, lambda array: without(array, values))
        self._around(key)[key[-1]] = [item for item in self._around(key)[key[-1]] if item not in values]

    def add_after(self, anchor: Key, name: str, text: str, value: object) -> None:
        """Insert the line `name = text` below `anchor`, in the same table; `value` is what the text means."""
        holder, item = self._piece(anchor)
        if isinstance(holder, InlineTable):
            raise self.refusal(f"`{anchor[-1]}` is not on a line of its own", anchor)
        (_, added), *_ = tomlkit.parse(f"{name} = {text}\n").body
        added.trivia.indent = item.trivia.indent
        _container(holder)._insert_after(str(anchor[-1]), name, added)  # noqa: SLF001 (in public it only adds at the end)
        self._around(anchor)[name] = value

    def drop(self, key: Key) -> None:
        """Remove a key, or a table with the comments inside; comments right above the next header are kept."""
        for holder in self._holders(key):
            body = _container(holder).body
            # It may be there in several pieces, which are all gone at once.
            pieces = [(place, item) for place, (name, item) in enumerate(body) if name and name.key == key[-1]]
            if pieces:
                del holder[str(key[-1])]
            for place, item in pieces:
                self._dropped.append(f"{item.as_string()}{item.trivia.comment}")
                if isinstance(item, Table):
                    gap, stays = _above_the_next(item)
                    body[place] = (None, Whitespace(stays if not gap or self._gap_before(body, place) else gap + stays))
        del self._around(key)[key[-1]]

    def _gap_before(self, body: list[Any], place: int) -> bool:
        """Return whether the item at this place of a table is first in the file, or follows an empty line."""
        body[place] = (None, Whitespace(_MARK))
        before = self._toml.as_string().partition(_MARK)[0]
        return not before or before.endswith("\n\n")

    def append(self, text: str, table: Mapping[str, Any]) -> None:
        """Append tables to the file, after an empty line; `table` is their meaning."""
        self._appended.append(text)
        _merge(self.table, table)

    # What comes out

    def edited(self) -> Pyproject:
        """Return the new file. Raises `DeclarationError` if it does not mean `table`, or a comment is lost."""
        text = self._toml.as_string()
        if self._dropped:
            text = re.sub(r"\n{2,}\Z", "\n", text)
        if text and not text.endswith("\n"):
            text += "\n"
        text = "\n".join([text, *self._appended] if text else self._appended)
        try:
            is_meant = _without_empty_tool(tomllib.loads(text)) == _without_empty_tool(self.table)
        except ValueError:
            is_meant = False
        if not is_meant or self._lost(text):
            raise self.refusal(_UNSAFE, ("build-system",))
        return Pyproject.parse(text)

    def _lost(self, text: str) -> Counter[str]:
        """Return the comments that are lost, without those in what was removed."""
        left_out = Counter(comment for dropped in self._dropped for comment in comments(dropped))
        return Counter(comments(self.pyproject.text)) - Counter(comments(text)) - left_out

    # Where things are: a table may be written in several pieces, with other tables between them

    def _holders(self, key: Key) -> list[Any]:
        """Return the tables, or the file, that may contain a key."""
        holders: list[Any] = [self._toml]
        for part in key[:-1]:
            holders = [
                item
                for holder in holders
                for name, item in _container(holder).body
                if name and name.key == part and isinstance(item, Table | InlineTable)
            ]
        return holders

    def _pieces(self, key: Key) -> Iterator[tuple[Any, Item]]:
        """Yield the values at a key, each after the table, or the file, that contains it."""
        for holder in self._holders(key):
            for name, item in _container(holder).body:
                if name and name.key == key[-1]:
                    yield holder, item

    def _around(self, key: Key) -> Any:  # noqa: ANN401 (a table, or an array)
        return reduce(lambda table, part: table[part], key[:-1], self.table)  # type: ignore[index]

    def _rewrite(self, key: Key, change: Callable[[str], str]) -> None:
        """Change the text of the value at a key."""
        holder, item = self._piece(key)
        try:
            holder[str(key[-1])] = tomlkit.value(change(item.as_string()))
        except ValueError as exc:
            raise self.refusal(_UNSAFE, key) from exc

    def _piece(self, key: Key) -> tuple[Any, Item]:
        piece = next(self._pieces(key), None)
        if piece is None:
            raise self.refusal(f"`{key[-1]}` can't be found in the text", key)
        return piece


def _merge(table: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(table.get(name), dict):
            _merge(table[name], value)
        else:
            table[name] = value


def _without_empty_tool(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != "tool" or value}


def _container(holder: Any) -> Container:  # noqa: ANN401 (a table, or the file, which is a container itself)
    container: Container = holder.value if isinstance(holder, Table | InlineTable) else holder
    return container


def _above_the_next(table: Table) -> tuple[str, str]:
    """Return what at the end of a table belongs to the next header: an empty line if there is one, and comments."""
    body = table.value.body
    while body and isinstance(body[-1][1], Table):
        body = body[-1][1].value.body
    keys = [place for place, (name, _) in enumerate(body) if name]
    tail = [item for _, item in body[keys[-1] + 1 if keys else 0 :]]
    gaps = [place for place, item in enumerate(tail) if isinstance(item, Whitespace)]
    # Behind a last gap there is nothing: what is before it is parted from the header, and from the keys by another gap.
    behind = gaps[-2:-1] if gaps[-1:] == [len(tail) - 1] and len(gaps) > 1 else gaps[-1:]
    first = behind[0] + 1 if behind else 0
    return ("\n" if gaps else ""), "".join(item.as_string() for item in tail[first:])


def not_understood(pyproject: Pyproject, message: str, key: Key, hint: str) -> DeclarationError:
    """Return the error for a file that can't be edited because of its form; without a `hint`, it has the usual one."""
    hints = (hint or "make the change by hand: `abiding explain not-understood` shows it",)
    return DeclarationError(pyproject.finding("not-understood", message, key, hints=hints), NOTHING)
