"""Walk through a parsed header and list what it declares, each with its meaning to a binary, however it is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern
from abiding.providers.cursor_names import TYPES, Names
from abiding.providers.declaration_list import DeclarationList
from abiding.providers.libclang import calling_convention, value_of
from abiding.providers.templates import arguments_of, constraints, digest, is_special, primary_of
from abiding.providers.type_spelling import Meanings, is_const, is_template, without_const

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from clang.cindex import Cursor

    from abiding.providers.header_files import Files

__all__ = ["Walk"]

_DEEPEST = 60


class Walk:
    """A walk through one parsed header and those that it includes."""

    def __init__(
        self, files: Files, language: str, errors: Mapping[str, list[int]], known: Collection[str] = ()
    ) -> None:
        """Begin with the offsets of the compiler's errors, by header, in order. Headers in `known` are passed over."""
        self.files, self.language, self.known = files, language, known
        self.meanings = Meanings(language)
        self.names = Names(files, language, self.meanings)
        self.listed = DeclarationList(files, errors, self.names, self.meanings)

    def all(self, cursor: Cursor, depth: int = 0) -> None:
        """List what is declared directly in a translation unit, a namespace or a class."""
        if depth > _DEEPEST:
            self.listed.leave_out(cursor)
            return
        for child in cursor.get_children():
            take = _METHODS.get(child.kind.name)
            if take is None:
                continue
            file = child.location.file
            place = self.files.place(file.name) if file else None
            if place and place not in self.known:
                try:
                    take(self, child, place, depth)
                except Exception as exc:  # noqa: BLE001 (the other declarations are understood)
                    self.listed.leave_out(child, f"the parser fails: {type(exc).__name__}")

    def within(self, cursor: Cursor, place: str, depth: int) -> None:
        """List what is in a namespace or in `extern "C"`; an unexposed name is a template of a variable."""
        if cursor.kind.name == "UNEXPOSED_DECL" and cursor.spelling:
            self._text(cursor, place)
        else:
            self.all(cursor, depth + 1)

    def record(self, cursor: Cursor, place: str, depth: int) -> None:
        """List a class, a struct or a union that has a body, and what is declared in it."""
        if not cursor.is_definition():
            return
        key, shown = self.names.tag(cursor)
        if key:
            kind = "private" if self._is_private(cursor) else "type"
            self.listed.add(cursor, place, kind, (key, shown), self.meanings.meaning(cursor))
            self._defaults(cursor, place, shown)
            self._constraints(cursor, place, shown)
            if primary := primary_of(key):
                self._special(cursor, place, shown, primary)
        self.all(cursor, depth + 1)

    def friend(self, cursor: Cursor, place: str, depth: int) -> None:
        """List a function that a class declares as its friend."""
        for child in cursor.get_children():
            if child.kind.name in {"FUNCTION_DECL", "FUNCTION_TEMPLATE"}:
                self.function(child, place, depth)

    def concept(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List a concept."""
        self._text(cursor, place)

    def field(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List the initialiser of a field, which is compiled into the code that creates an object."""
        if self.language == "c++" and cursor.spelling:
            self._initialiser(cursor, place, self.names.name(cursor))

    def enumeration(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List an enumeration: its size and its constants, to which others may be added."""
        if not cursor.is_definition():
            return
        constants = (child for child in cursor.get_children() if child.kind.name == "ENUM_CONSTANT_DECL")
        values = {constant.spelling: constant.enum_value for constant in constants}
        key, shown = self.names.tag(cursor)
        if key and not self._is_private(cursor):
            size = cursor.enum_type.get_canonical().get_size()
            kind = f"enum {cursor.enum_type.get_canonical().spelling}" if cursor.is_scoped_enum() else f"enum {size}"
            members = frozenset(f"{name} = {value}" for name, value in values.items())
            self.listed.add(cursor, place, "type", (key, shown), kind, members=members)
            return
        prefix = self.names.prefix(cursor if key and cursor.is_scoped_enum() else cursor.semantic_parent)
        for name, value in values.items():
            self.listed.add(cursor, place, "enumerator", (f"{prefix}{name}", f"{prefix}{name}"), str(value))

    def typedef(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List a `typedef` or an alias, unless it is in an unnamed namespace."""
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
            self.listed.add(cursor, place, "type", (f"typedef {name}", f"typedef {name}"), meaning)

    def function(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List a function by its signature, if it has one symbol for all its users; and its body, if there is one."""
        name = self.names.name(cursor)
        text = self._text_of(cursor)
        if text.endswith(b"}"):
            self.listed.add(cursor, place, "body", (f"body {name}", name), digest(text))
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
        self.listed.add(cursor, place, "function", (key, shown), meaning, symbol=label or cursor.spelling)

    def variable(self, cursor: Cursor, place: str, _depth: int) -> None:
        """List a variable with external linkage, and a constant by its value."""
        name = self.names.name(cursor)
        if cursor.linkage.name != "INTERNAL":
            label = _label(cursor)
            tls = "" if cursor.tls_kind.name == "NONE" else " thread_local"
            meaning = f"{self.meanings.spell(cursor.type)}{f' __asm__({label})' if label else ''}{tls}"
            self.listed.add(cursor, place, "variable", (name, name), meaning, symbol=label or cursor.spelling)
        if (
            is_const(cursor.type.get_canonical())
            and not self.listed.is_faulty(cursor, place)
            and not is_template(cursor)
        ):
            value = value_of(cursor)
            if value is not None and self.files.folder not in value:
                self.listed.add(cursor, place, "constant", (name, name), value)
                return
        self._initialiser(cursor, place, name)

    # What is compiled into the code that uses it

    def _initialiser(self, cursor: Cursor, place: str, name: str) -> None:
        """List the initialiser of a variable or a field, if there is one."""
        text = self.files.text(place)[cursor.location.offset + len(cursor.spelling) : cursor.extent.end.offset]
        if initialiser := _INITIALISER.search(text):
            self.listed.add(
                cursor, place, "initialiser", (f"initialiser {name}", name), digest(text[initialiser.start() :])
            )

    def _defaults(self, cursor: Cursor, place: str, name: str) -> None:
        """List the default arguments of a function or a template."""
        defaults = []
        for child in cursor.get_children():
            if child.kind.name in _ARGUMENTS:
                extent = child.extent
                _, equals, text = self.files.text(place)[extent.start.offset : extent.end.offset].partition(b"=")
                defaults += [digest(text)] if equals else []
        if defaults:
            self.listed.add(cursor, place, "default", (f"default {name}", name), " ".join(defaults))

    def _constraints(self, cursor: Cursor, place: str, name: str) -> None:
        """List the constraints of a template."""
        if text := constraints(cursor, self._text_of):
            self.listed.add(cursor, place, "constraint", (f"constraint {name}", name), text)

    def _special(self, cursor: Cursor, place: str, name: str, primary: str) -> None:
        """List a specialisation, which is used instead of what the template `primary` would generate."""
        if is_special(self._text_of(cursor)):
            self.listed.add(cursor, place, "special", (f"special {name}", name), primary)

    def _text(self, cursor: Cursor, place: str) -> None:
        """List what is compared by its text alone: a concept, or a template of a variable."""
        text, name = self._text_of(cursor), self.names.name(cursor)
        arguments = arguments_of(cursor.spelling, text)
        self.listed.add(cursor, place, "text", (f"text {name}{arguments}", f"{name}{arguments}"), digest(text))
        if arguments:
            self._special(cursor, place, f"{name}{arguments}", f"text {name}")

    def _text_of(self, cursor: Cursor) -> bytes:
        extent = cursor.extent
        place = self.files.place(cursor.location.file.name)
        return self.files.text(place)[extent.start.offset : extent.end.offset] if place else b""

    def _is_private(self, cursor: Cursor) -> bool:
        """Return whether something is an unnamed namespace or in one, so that each file has its own."""
        is_unnamed = cursor.kind.name == "NAMESPACE" and not cursor.spelling
        return self.language == "c++" and bool(is_unnamed or cursor.linkage.name == "INTERNAL")


def _label(cursor: Cursor) -> str:
    """Return the symbol that an `__asm__` names; empty if there is none."""
    return next((child.spelling for child in cursor.get_children() if child.kind.name == "ASM_LABEL_ATTR"), "")


_ARGUMENTS = frozenset(
    {"PARM_DECL", "TEMPLATE_TYPE_PARAMETER", "TEMPLATE_NON_TYPE_PARAMETER", "TEMPLATE_TEMPLATE_PARAMETER"}
)
_INITIALISER = pattern(rb"[={]")
_METHODS = {
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
