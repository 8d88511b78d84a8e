"""What the cursors of libclang declare, and what each declaration means to a binary, however it is spelled.

Kinds are `type`, `function`, `variable`, `constant` and `enumerator`, or what is compiled into who uses it: `body`,
`initialiser`, `default`; and of what is no cursor `macro`, `guard`, `taken`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from hashlib import sha256
from typing import TYPE_CHECKING

from abiding.native.reachable import reachable
from abiding.providers.declarations import HeaderDeclaration
from abiding.providers.leading import leading_types, leads_anywhere
from abiding.providers.meanings import Meanings, is_const, is_template, without_const
from abiding.providers.naming import TYPES, Names
from abiding.providers.reaching import ANYTHING
from abiding.providers.templates import arguments_of, constraints, digest, is_special, primary_of
from abiding.providers.values import calling_convention, value_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from clang.cindex import Cursor

    from abiding.providers.places import Files

__all__ = ["Walk"]

_LONGEST = 120
_DEEPEST = 60


class Walk:
    """Goes through what was parsed of one header and those that it includes."""

    def __init__(
        self, files: Files, language: str, errors: Mapping[str, list[int]], known: Collection[str] = ()
    ) -> None:
        """Begin. `known` are headers that are passed over."""
        self.files, self.language, self.errors, self.known = files, language, errors, known
        self.meanings = Meanings(language)
        self.names = Names(files, language, self.meanings)
        self.declarations: list[HeaderDeclaration] = []
        self._cursors: list[Cursor] = []
        self.unsure: set[str] = set()
        # Headers with something that is not compared, each with its line and the reason.
        self.left_out: dict[str, tuple[int, str]] = {}

    def all(self, cursor: Cursor, depth: int = 0) -> None:
        """Take what stands in a unit, a namespace or a class."""
        if depth > _DEEPEST:
            self._leave_out(cursor)
            return
        for child in cursor.get_children():
            take = _TAKEN.get(child.kind.name)
            if take is None:
                continue
            file = child.location.file
            place = self.files.place(file.name) if file else None
            if place and place not in self.known:
                try:
                    take(self, child, place, depth)
                except Exception as exc:  # noqa: BLE001 (the other declarations are understood)
                    self._leave_out(child, f"the parser fails: {type(exc).__name__}")

    def _leave_out(self, cursor: Cursor, why: str = "it is nested too deeply") -> None:
        """Keep in mind that a declaration, or what stands in it, is not compared."""
        file = cursor.location.file
        if file and (place := self.files.place(file.name)):
            at = cursor.location
            self.left_out.setdefault(place, (self.files.line(place, at.line, at.offset), why))

    def sure(self, *, uses: bool) -> Iterator[HeaderDeclaration]:
        """Return the declarations that no error concerns; with `uses` each says what it leads to."""
        if not self.unsure and not uses:
            return iter(self.declarations)
        declarations = list(map(self._with_uses, self.declarations, self._cursors))
        users: dict[str, list[str]] = {}
        for declaration in declarations:
            for used in declaration.uses:
                users.setdefault(used, []).append(declaration.key)
        self.unsure |= reachable(self.unsure, users)
        return (declaration for declaration in declarations if declaration.key not in self.unsure)

    def _with_uses(self, declaration: HeaderDeclaration, cursor: Cursor) -> HeaderDeclaration:
        """Return a declaration with the keys of what it uses and, for a type, of what it begins with."""
        if declaration.kind not in _USING:
            return declaration
        uses = sorted(filter(None, self._uses(cursor, set()) - {declaration.key}))
        begins = leading_types(cursor) if declaration.kind == "type" else ()
        return declaration._replace(
            uses=(*uses, *[ANYTHING] * leads_anywhere(cursor)),
            begins=tuple(sorted(filter(None, map(self.names.key, begins)))),
        )

    # Each kind of cursor

    def within(self, cursor: Cursor, place: str, depth: int) -> None:
        """Take what stands in a namespace, or in `extern "C"`; what has a name and is not exposed is a variable."""
        if cursor.kind.name == "UNEXPOSED_DECL" and cursor.spelling:
            self._text(cursor, place)
        else:
            self.all(cursor, depth + 1)

    def record(self, cursor: Cursor, place: str, depth: int) -> None:
        """Take a class, a struct or a union with its body, and what is declared in it."""
        if not cursor.is_definition():
            return
        key, shown = self.names.tag(cursor)
        if key:
            kind = "private" if self._is_private(cursor) else "type"
            self._add(cursor, place, kind, (key, shown), self.meanings.meaning(cursor))
            self._defaults(cursor, place, shown)
            self._constraints(cursor, place, shown)
            if primary := primary_of(key):
                self._special(cursor, place, shown, primary)
        self.all(cursor, depth + 1)

    def friend(self, cursor: Cursor, place: str, depth: int) -> None:
        """Take a function that a class declares outside of itself."""
        for child in cursor.get_children():
            if child.kind.name in {"FUNCTION_DECL", "FUNCTION_TEMPLATE"}:
                self.function(child, place, depth)

    def concept(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take a concept."""
        self._text(cursor, place)

    def field(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take what a field is at first: who makes an object has that compiled in."""
        if self.language == "c++" and cursor.spelling:
            self._initialiser(cursor, place, self.names.name(cursor))

    def enumeration(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take an enumeration: its size, and what its constants are, of which there may be more."""
        if not cursor.is_definition():
            return
        constants = (child for child in cursor.get_children() if child.kind.name == "ENUM_CONSTANT_DECL")
        values = {constant.spelling: constant.enum_value for constant in constants}
        key, shown = self.names.tag(cursor)
        if key and not self._is_private(cursor):
            size = cursor.enum_type.get_canonical().get_size()
            kind = f"enum {cursor.enum_type.get_canonical().spelling}" if cursor.is_scoped_enum() else f"enum {size}"
            members = frozenset(f"{name} = {value}" for name, value in values.items())
            self._add(cursor, place, "type", (key, shown), kind, members=members)
            return
        prefix = self.names.prefix(cursor if key and cursor.is_scoped_enum() else cursor.semantic_parent)
        for name, value in values.items():
            self._add(cursor, place, "enumerator", (f"{prefix}{name}", f"{prefix}{name}"), str(value))

    def typedef(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take another name of a type, unless that is of an unnamed namespace."""
        if self._is_private(cursor.semantic_parent):
            return
        name = self.names.name(cursor)
        if cursor.kind.name == "TYPE_ALIAS_TEMPLATE_DECL":
            inner = next((child for child in cursor.get_children() if child.kind.name == "TYPE_ALIAS_DECL"), None)
            meaning = self.meanings.parameters(cursor)
        else:
            inner, meaning = cursor, ""
        if inner is not None:
            meaning += self.meanings.spell(inner.underlying_typedef_type)
            if inner.type.get_align() != inner.type.get_canonical().get_align():
                meaning += f" by {inner.type.get_align()}"
            self._add(cursor, place, "type", (f"typedef {name}", f"typedef {name}"), meaning)

    def function(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take a function: what it gives and takes, unless all who use it have their own; and its body, if any."""
        name = self.names.name(cursor)
        text = self._text_of(cursor)
        if text.endswith(b"}"):
            self._add(cursor, place, "body", (f"body {name}", name), digest(text))
        self._defaults(cursor, place, name)
        self._constraints(cursor, place, name)
        kind = cursor.kind.name
        outer = cursor.semantic_parent
        if kind in {"FUNCTION_DECL", "CXX_METHOD"} and is_special(text):
            within = f"{self.names.tag(outer)[0].removeprefix('tag ')}::" if outer.kind.name in TYPES else ""
            self._special(
                cursor, place, f"{within or self.names.prefix(outer)}{cursor.displayname}", f"function {name}"
            )
        # A method that is defined outside of its class was declared in it.
        is_again = outer.kind.name in TYPES and outer != cursor.lexical_parent
        if cursor.linkage.name == "INTERNAL" or kind in {"CONSTRUCTOR", "DESTRUCTOR"} or is_again:
            return
        signature = self.meanings.signature(cursor)
        label = _label(cursor)
        meaning = f"{signature.result}{f' __asm__({label})' if label else ''} {calling_convention(cursor.type)}"
        if kind == "CXX_METHOD":
            meaning += " static" if cursor.is_static_method() else ""
            if cursor.is_deleted_method() and cursor.access_specifier.name != "PRIVATE":
                meaning += " = delete"
        is_of_c = self.language == "c" or cursor.get_usr().endswith(f"@F@{cursor.spelling}")
        if is_of_c:
            key = shown = f"{cursor.spelling}()"
            meaning += without_const(signature.taken)
        elif kind == "CONVERSION_FUNCTION":
            shown = f"{name}()"
            conversions = sum(child.kind.name == kind for child in outer.get_children())
            key = shown if conversions > 1 else f"{name.partition('operator ')[0]}operator"
        else:
            key = shown = f"{name}{signature.taken}{signature.qualified}"
            if kind == "FUNCTION_TEMPLATE":
                key = f"template {self.meanings.parameters(cursor)} {key}"
        self._add(cursor, place, "function", (key, shown), meaning, symbol=label or cursor.spelling)

    def variable(self, cursor: Cursor, place: str, _depth: int) -> None:
        """Take a variable that others see, and what has a value that never changes."""
        name = self.names.name(cursor)
        if cursor.linkage.name != "INTERNAL":
            label = _label(cursor)
            tls = "" if cursor.tls_kind.name == "NONE" else " thread_local"
            meaning = f"{self.meanings.spell(cursor.type)}{f' __asm__({label})' if label else ''}{tls}"
            self._add(cursor, place, "variable", (name, name), meaning, symbol=label or cursor.spelling)
        if is_const(cursor.type.get_canonical()) and not self._is_faulty(cursor, place) and not is_template(cursor):
            value = value_of(cursor)
            if value is not None and self.files.folder not in value:
                self._add(cursor, place, "constant", (name, name), value)
                return
        self._initialiser(cursor, place, name)

    # What is compiled into who uses it

    def _initialiser(self, cursor: Cursor, place: str, name: str) -> None:
        """Add what a variable or a field is made with, if a header says it."""
        text = self.files.text(place)[cursor.location.offset + len(cursor.spelling) : cursor.extent.end.offset]
        if initialiser := _INITIALISER.search(text):
            self._add(cursor, place, "initialiser", (f"initialiser {name}", name), digest(text[initialiser.start() :]))

    def _defaults(self, cursor: Cursor, place: str, name: str) -> None:
        """Add the arguments that a function or a template takes where who uses it gives none."""
        defaults = []
        for child in cursor.get_children():
            if child.kind.name in _ARGUMENTS:
                extent = child.extent
                _, equals, text = self.files.text(place)[extent.start.offset : extent.end.offset].partition(b"=")
                defaults += [digest(text)] if equals else []
        if defaults:
            self._add(cursor, place, "default", (f"default {name}", name), " ".join(defaults))

    def _constraints(self, cursor: Cursor, place: str, name: str) -> None:
        """Add what a template asks of what it is used with."""
        if text := constraints(cursor, self._text_of):
            self._add(cursor, place, "constraint", (f"constraint {name}", name), text)

    def _special(self, cursor: Cursor, place: str, name: str, primary: str) -> None:
        """Add that something is there instead of what a template would make."""
        if is_special(self._text_of(cursor)):
            self._add(cursor, place, "special", (f"special {name}", name), primary)

    def _text(self, cursor: Cursor, place: str) -> None:
        """Add what is compared by its text alone: a concept, or a variable that is a template."""
        text, name = self._text_of(cursor), self.names.name(cursor)
        arguments = arguments_of(cursor.spelling, text)
        self._add(cursor, place, "text", (f"text {name}{arguments}", f"{name}{arguments}"), digest(text))
        if arguments:
            self._special(cursor, place, f"{name}{arguments}", f"text {name}")

    # What is kept of them

    def _uses(self, cursor: Cursor, keys: set[str], depth: int = 0) -> set[str]:
        """Add the keys of the types that are named in a declaration, but not in a function's body."""
        for child in cursor.get_children():
            kind = child.kind.name
            if kind in {"TYPE_REF", "TEMPLATE_REF"}:
                keys.add(self.names.key(child.referenced))
            elif kind != "COMPOUND_STMT" and depth < _DEEPEST:
                if kind in TYPES:
                    keys.add(self.names.key(child))
                self._uses(child, keys, depth + 1)
        return keys

    def _add(
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
        key, shown = names
        if self.meanings.is_cut:
            self.meanings.is_cut = False
            self._leave_out(cursor)
            self.unsure.add(key)
            return
        if self._is_faulty(cursor, place):
            self.unsure.add(key)
            return
        if len(meaning) > _LONGEST:
            meaning = sha256(meaning.encode("utf-8", "replace")).hexdigest()[:32]
        self.declarations.append(HeaderDeclaration(place, kind, key, shown, meaning, members, symbol=symbol))
        self._cursors.append(cursor)

    # What stands in the text

    def _is_faulty(self, cursor: Cursor, place: str) -> bool:
        """Return whether the compiler has found an error in a declaration."""
        errors = self.errors.get(place)
        if not errors:
            return False
        extent = cursor.extent
        first = bisect_left(errors, extent.start.offset)
        return first < len(errors) and errors[first] <= extent.end.offset

    def _text_of(self, cursor: Cursor) -> bytes:
        extent = cursor.extent
        place = self.files.place(cursor.location.file.name)
        return self.files.text(place)[extent.start.offset : extent.end.offset] if place else b""

    def _is_private(self, cursor: Cursor) -> bool:
        """Return whether something is an unnamed namespace, or in one: each file has its own."""
        is_unnamed = cursor.kind.name == "NAMESPACE" and not cursor.spelling
        return self.language == "c++" and bool(is_unnamed or cursor.linkage.name == "INTERNAL")


def _label(cursor: Cursor) -> str:
    """Return the symbol that an `__asm__` names; empty if there is none."""
    return next((child.spelling for child in cursor.get_children() if child.kind.name == "ASM_LABEL_ATTR"), "")


_ARGUMENTS = frozenset(
    {"PARM_DECL", "TEMPLATE_TYPE_PARAMETER", "TEMPLATE_NON_TYPE_PARAMETER", "TEMPLATE_TEMPLATE_PARAMETER"}
)
_INITIALISER = re.compile(rb"[={]")
_USING = frozenset({"type", "function", "variable"})
_TAKEN = {
    "NAMESPACE": Walk.within,
    "LINKAGE_SPEC": Walk.within,
    "UNEXPOSED_DECL": Walk.within,
    **dict.fromkeys(TYPES - {"ENUM_DECL"}, Walk.record),
    "ENUM_DECL": Walk.enumeration,
    **dict.fromkeys(("TYPEDEF_DECL", "TYPE_ALIAS_DECL", "TYPE_ALIAS_TEMPLATE_DECL"), Walk.typedef),
    **dict.fromkeys(("FUNCTION_DECL", "FUNCTION_TEMPLATE", "CXX_METHOD"), Walk.function),
    **dict.fromkeys(("CONSTRUCTOR", "DESTRUCTOR", "CONVERSION_FUNCTION"), Walk.function),
    "FRIEND_DECL": Walk.friend,
    "CONCEPT_DECL": Walk.concept,
    "VAR_DECL": Walk.variable,
    "FIELD_DECL": Walk.field,
}
