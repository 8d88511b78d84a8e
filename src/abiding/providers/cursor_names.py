"""Names of libclang's cursors, and keys by which they are found again in another release."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clang.cindex import Cursor

    from abiding.providers.header_files import Files
    from abiding.providers.type_spelling import Meanings

__all__ = ["TYPES", "Names"]

_KINDS = {"STRUCT_DECL": "struct", "UNION_DECL": "union", "ENUM_DECL": "enum"}
TYPES = frozenset({*_KINDS, "CLASS_DECL", "CLASS_TEMPLATE", "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION"})


class Names:
    """Names of declarations in some headers, in one language."""

    def __init__(self, files: Files, language: str, meanings: Meanings) -> None:
        self._files, self._language, self._meanings = files, language, meanings
        self._prefixes: dict[int, str] = {}
        self._keys: dict[int, str] = {}

    def tag(self, cursor: Cursor) -> tuple[str, str]:
        """Return the key of a type and its name with its kind; empty for a type without a name."""
        kind = _KINDS.get(cursor.kind.name, "class")
        if cursor.kind.name == "CLASS_TEMPLATE":
            name = self.name(cursor)
        else:
            name = self._meanings.clean(cursor.type.get_canonical().spelling)
        if " at " in name:
            return "", ""
        return f"tag {name}", f"{kind} {name}"

    def name(self, cursor: Cursor) -> str:
        """Return the qualified name of a declaration."""
        return f"{self.prefix(cursor.semantic_parent)}{cursor.spelling}"

    def prefix(self, cursor: Cursor) -> str:
        """Return the prefix of qualified names in a namespace or class."""
        if cursor is None or cursor.kind.name in {"TRANSLATION_UNIT", "LINKAGE_SPEC", "UNEXPOSED_DECL"}:
            return ""
        if self._language == "c":
            return ""
        known = self._prefixes.get(cursor.hash)
        if known is None:
            outer = self.prefix(cursor.semantic_parent)
            is_named = cursor.spelling and not cursor.is_anonymous() and " at " not in cursor.spelling
            known = f"{outer}{cursor.spelling}::" if is_named else outer
            self._prefixes[cursor.hash] = known
        return known

    def key(self, cursor: Cursor) -> str:
        """Return the key of a type that one of these headers declares; else empty."""
        known = self._keys.get(cursor.hash)
        if known is None:
            file = cursor.location.file
            known = ""
            if file and self._files.place(file.name):
                kind = cursor.kind.name
                if kind in TYPES:
                    known = self.tag(cursor)[0]
                elif kind in {"TYPEDEF_DECL", "TYPE_ALIAS_DECL", "TYPE_ALIAS_TEMPLATE_DECL"}:
                    known = f"typedef {self.name(cursor)}"
            self._keys[cursor.hash] = known
        return known
