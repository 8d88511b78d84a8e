"""The declarations of one header as they are listed, without those that can't be relied on.

Kinds are `type`, `function`, `variable`, `constant` and `enumerator`; what is compiled into the code that uses it is
`body`, `initialiser` or `default`; and what libclang has no cursor for is `macro`, `guard` or `taken`.
"""

from __future__ import annotations

from bisect import bisect_left
from hashlib import sha256
from typing import TYPE_CHECKING

from abiding.native.transitive import reachable
from abiding.providers.cursor_names import TYPES, Names
from abiding.providers.declarations import HeaderDeclaration
from abiding.providers.header_reach import ANYTHING
from abiding.providers.implicit_uses import leading_types, leads_anywhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clang.cindex import Cursor

    from abiding.providers.header_files import Files
    from abiding.providers.type_spelling import Meanings

__all__ = ["DeclarationList"]

_LONGEST = 120
_DEEPEST = 60
_USING = frozenset({"type", "function", "variable"})


class DeclarationList:
    """Collects declarations of one header and those that it includes."""

    def __init__(self, files: Files, errors: Mapping[str, list[int]], names: Names, meanings: Meanings) -> None:
        """Begin with the offsets of the compiler's errors, by header, in order."""
        self._files, self._errors, self._names, self._meanings = files, errors, names, meanings
        self.declarations: list[HeaderDeclaration] = []
        self._cursors: list[Cursor] = []
        # Keys of declarations that have errors, or could not be spelled out.
        self._unsure: set[str] = set()
        # Headers with something that is not compared, each with its line and the reason.
        self.left_out: dict[str, tuple[int, str]] = {}

    def add(
        self,
        cursor: Cursor,
        place: str,
        kind: str,
        names: tuple[str, str],
        meaning: str,
        *,
        members: frozenset[str] = frozenset(),
        symbol: str = "",
    ) -> None:
        """Add the declaration of a cursor; `names` are its key and what people call it."""
        key, shown = names
        if self._meanings.is_cut:
            self._meanings.is_cut = False
            self.leave_out(cursor)
            self._unsure.add(key)
            return
        if self.is_faulty(cursor, place):
            self._unsure.add(key)
            return
        if len(meaning) > _LONGEST:
            meaning = sha256(meaning.encode("utf-8", "replace")).hexdigest()[:32]
        self.declarations.append(HeaderDeclaration(place, kind, key, shown, meaning, members, symbol=symbol))
        self._cursors.append(cursor)

    def is_faulty(self, cursor: Cursor, place: str) -> bool:
        """Return whether the compiler has found an error in a declaration."""
        errors = self._errors.get(place)
        if not errors:
            return False
        extent = cursor.extent
        first = bisect_left(errors, extent.start.offset)
        return first < len(errors) and errors[first] <= extent.end.offset

    def leave_out(self, cursor: Cursor, why: str = "it is nested too deeply") -> None:
        """Remember that a declaration, or what is in it, is not compared."""
        file = cursor.location.file
        if file and (place := self._files.place(file.name)):
            at = cursor.location
            self.left_out.setdefault(place, (self._files.line(place, at.line, at.offset), why))

    def sure(self, *, uses: bool) -> Iterator[HeaderDeclaration]:
        """Return the declarations that no error affects; with `uses` each lists the types that it uses."""
        if not self._unsure and not uses:
            return iter(self.declarations)
        declarations = list(map(self._with_uses, self.declarations, self._cursors))
        users: dict[str, list[str]] = {}
        for declaration in declarations:
            for used in declaration.uses:
                users.setdefault(used, []).append(declaration.key)
        self._unsure |= reachable(self._unsure, users)
        return (declaration for declaration in declarations if declaration.key not in self._unsure)

    def _with_uses(self, declaration: HeaderDeclaration, cursor: Cursor) -> HeaderDeclaration:
        """Return a declaration with the keys of what it uses and, for a type, of what it begins with."""
        if declaration.kind not in _USING:
            return declaration
        uses = sorted(filter(None, self._uses(cursor, set()) - {declaration.key}))
        begins = leading_types(cursor) if declaration.kind == "type" else ()
        return declaration._replace(
            uses=(*uses, *[ANYTHING] * leads_anywhere(cursor)),
            begins=tuple(sorted(filter(None, map(self._names.key, begins)))),
        )

    def _uses(self, cursor: Cursor, keys: set[str], depth: int = 0) -> set[str]:
        """Add the keys of the types that a declaration names, outside of a function's body."""
        for child in cursor.get_children():
            kind = child.kind.name
            if kind in {"TYPE_REF", "TEMPLATE_REF"}:
                keys.add(self._names.key(child.referenced))
            elif kind != "COMPOUND_STMT" and depth < _DEEPEST:
                if kind in TYPES:
                    keys.add(self._names.key(child))
                self._uses(child, keys, depth + 1)
        return keys
