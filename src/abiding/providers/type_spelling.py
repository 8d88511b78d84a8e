"""Spell types and layouts of libclang in one way, so that equal types have equal text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.providers.base_classes import classes_by_table, is_virtual_base, members_of
from abiding.providers.libclang import overridden_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clang.cindex import Cursor, Type

__all__ = ["Meanings", "Signature", "is_const", "is_template", "without_const"]

_KEYWORD = pattern(r"\b(?:struct|union|enum|class) (?!\(|\{)")
_UNNAMED = pattern(r"\((?:unnamed|anonymous)[^()]* at [^()]*\)|\(lambda at [^()]*\)")
_DEEPEST = 30
_TEMPLATES = frozenset({"CLASS_TEMPLATE", "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION", "FUNCTION_TEMPLATE"})
_RECORDS = frozenset({"STRUCT_DECL", "CLASS_DECL", "UNION_DECL", *_TEMPLATES})
# Annotations matter to a binary besides the layout.
_ANNOTATION = "ANNOTATE_ATTR"
_OF_LAYOUT = frozenset({"PACKED_ATTR", "ALIGNED_ATTR"})
_NO_RETURN = " __attribute__((noreturn))"
_BYTE = 8


def is_template(cursor: Cursor) -> bool:
    """Return whether a declaration is in a template."""
    while cursor is not None and cursor.kind.name != "TRANSLATION_UNIT":
        if cursor.kind.name in _TEMPLATES:
            return True
        cursor = cursor.semantic_parent
    return False


class Signature(NamedTuple):
    """The result, the parameters, and the qualifiers (`const`, `&`) of a function."""

    result: str
    taken: str
    qualified: str


class Meanings:
    """Spells types, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        # Set when something was nested too deeply to be spelled.
        self.is_cut = False
        self._plain: dict[int, bool] = {}
        # Names of template parameters that are values, which don't matter.
        self._parameters: set[str] = set()

    def clean(self, text: str) -> str:
        """Return a spelling without `struct`, `class` and the like."""
        text = _KEYWORD.sub("", text).replace("[0]", "[]").replace(_NO_RETURN, "")
        for name in self._parameters & set(_WORDS.findall(text)):
            text = re.sub(rf"\b{name}\b", "$", text)
        return text

    def spell(self, type_: Type, depth: int = 0) -> str:
        """Return the canonical spelling of a type, with aliases resolved, and types without names written out.

        `const` in pointers does not matter to a binary, except in arguments of templates.
        """
        canonical = type_.get_canonical()
        text = str(canonical.spelling)
        if _UNNAMED.search(text):
            return self._unnamed(canonical, depth)
        return self.clean(text if "<" in text else f"{'const ' * is_const(canonical)}{without_const(text)}")

    def _unnamed(self, type_: Type, depth: int) -> str:
        if depth > _DEEPEST:
            self.is_cut = True
            return "?"
        kind = type_.kind.name
        if kind in {"POINTER", "LVALUEREFERENCE", "RVALUEREFERENCE"}:
            const = " const" if type_.is_const_qualified() and not depth else ""
            return f"{kind}({self.spell(type_.get_pointee(), depth + 1)}){const}"
        if kind in {"CONSTANTARRAY", "INCOMPLETEARRAY"}:
            return f"({self.spell(type_.get_array_element_type(), depth + 1)})[{max(type_.get_array_size(), 0)}]"
        if kind == "FUNCTIONPROTO":
            taken = ", ".join(self.spell(argument, depth + 1) for argument in type_.argument_types())
            return f"{self.spell(type_.get_result(), depth + 1)}({taken})"
        declared = type_.get_declaration()
        if kind == "ENUM":
            constants = (child for child in declared.get_children() if child.spelling)
            return f"enum {{{''.join(f'{each.spelling} = {each.enum_value};' for each in constants)}}}"
        if kind == "RECORD":
            const = "const " if type_.is_const_qualified() and not depth else ""
            return f"{const}{self.meaning(declared, depth + 1)}"
        return _UNNAMED.sub("(unnamed)", self.clean(str(type_.spelling)))

    def signature(self, cursor: Cursor) -> Signature:
        """Return the type of a function, in parts."""
        if cursor.kind.name == "FUNCTION_TEMPLATE":
            self.parameters(cursor)
        type_ = cursor.type.get_canonical()
        text, result = str(type_.spelling).replace(_NO_RETURN, ""), str(type_.get_result().spelling)
        if " at " not in text and (parts := _PARTS.fullmatch(text.removeprefix(result).lstrip())):
            taken = self.clean("()" if parts[1] == "(void)" else parts[1])
            return Signature(self.spell(type_.get_result()), taken, parts[2] or "")
        arguments = list(map(self.spell, type_.argument_types())) if type_.kind.name == "FUNCTIONPROTO" else []
        if type_.kind.name == "FUNCTIONPROTO" and type_.is_function_variadic():
            arguments.append("...")
        const = " const" if cursor.kind.name != "FUNCTION_DECL" and cursor.is_const_method() else ""
        reference = {"LVALUE": " &", "RVALUE": " &&"}.get(type_.get_ref_qualifier().name, "")
        return Signature(self.spell(type_.get_result()), f"({', '.join(arguments)})", f"{const}{reference}")

    def parameters(self, cursor: Cursor) -> str:
        """Return the parameters of a template, without their names."""
        parameters = []
        for child in cursor.get_children():
            kind = child.kind.name
            if kind == "TEMPLATE_NON_TYPE_PARAMETER":
                self._parameters |= {child.spelling} if child.spelling else set()
                parameters.append(self.spell(child.type))
            elif kind in {"TEMPLATE_TYPE_PARAMETER", "TEMPLATE_TEMPLATE_PARAMETER"}:
                parameters.append("typename" if kind == "TEMPLATE_TYPE_PARAMETER" else "template")
        return f"<{', '.join(parameters)}>" if parameters else ""

    # Classes

    def meaning(self, cursor: Cursor, depth: int = 0) -> str:
        """Return the meaning of a class to a binary: the layout of its fields, its bases, its virtual functions."""
        if depth > _DEEPEST:
            self.is_cut = True
            return "?"
        type_ = cursor.type
        children = list(cursor.get_children())
        kind = "union" if cursor.kind.name == "UNION_DECL" else "struct"
        size = -1 if is_template(cursor) else type_.get_size()
        parts = [f"{self.parameters(cursor)}{kind}"]
        if size >= 0:
            parts.append(f"{size} bytes by {type_.get_align()}")
            fields = list(type_.get_fields())
        else:
            fields = [child for child in children if child.kind.name == "FIELD_DECL"]
            parts += [f"{child.kind.name} {child.spelling}" for child in children if child.kind.name in _OF_LAYOUT]
        parts += [str(child.spelling) for child in children if child.kind.name == _ANNOTATION]
        bases = (child for child in children if child.kind.name == "CXX_BASE_SPECIFIER")
        parts += [f"{'virtual ' * is_virtual_base(base)}base {self.spell(base.type)}" for base in bases]
        end = 0
        for field in fields:
            at = field.get_field_offsetof() if size >= 0 else 0
            width = field.get_bitfield_width() if field.is_bitfield() else -1
            end = max(end, at + (width if width >= 0 else _BYTE * max(field.type.get_size(), 0)))
            bits = f" : {width}" if width >= 0 else ""
            name = "" if _UNNAMED.search(f"({field.spelling})") or " at " in field.spelling else field.spelling
            parts.append(f"{name} {self.spell(field.type, depth + 1)}{bits} at {at}")
        parts += [f"virtual {text}" for text in self._virtual(cursor, children)]
        if self.language == "c++" and size >= 0:
            parts += [] if self.is_plain(cursor) else ["passed by its address"]
            # Derived classes may use its padding, unless it is a C struct.
            parts += ["open"] if end < _BYTE * size and not type_.is_pod() else []
        return "; ".join(parts)

    def _virtual(self, cursor: Cursor, children: list[Cursor]) -> Iterator[str]:
        """Yield the virtual functions that have a new place in the table of a class.

        The class shares the table of its first base with one. Other bases have their own tables; functions that
        override theirs are in the class's table, too.
        """
        own, others = classes_by_table(cursor)
        for child in children:
            is_method = child.kind.name in {"CXX_METHOD", "DESTRUCTOR", "CONVERSION_FUNCTION"}
            if not is_method or not child.is_virtual_method():
                continue
            overridden = overridden_classes(child)
            if not overridden or (own.isdisjoint(overridden) and not others.isdisjoint(overridden)):
                signature = self.signature(child)
                name = "~" if child.kind.name == "DESTRUCTOR" else child.spelling
                yield f"{signature.result} {name}{signature.taken}{signature.qualified}"

    def is_plain(self, cursor: Cursor) -> bool:
        """Return whether a value of a class is copied byte by byte, and passed in registers."""
        known = self._plain.get(cursor.hash)
        if known is None:
            self._plain[cursor.hash] = True  # a cycle decides nothing
            known = self._plain[cursor.hash] = self._is_copied_plainly(cursor)
        return known

    def _is_copied_plainly(self, cursor: Cursor) -> bool:
        usable = deleted = False
        for member in members_of(cursor):
            kind = member.kind.name
            if kind in {"CXX_BASE_SPECIFIER", "FIELD_DECL"}:
                if is_virtual_base(member) or not self._is_plain_type(member.type):
                    return False
            elif kind in {"CXX_METHOD", "DESTRUCTOR"} and member.is_virtual_method():
                return False
            elif kind == "DESTRUCTOR" or (
                kind == "CONSTRUCTOR" and (member.is_copy_constructor() or member.is_move_constructor())
            ):
                if member.is_deleted_method():
                    deleted = deleted or kind == "CONSTRUCTOR"
                elif not member.is_default_method():
                    return False
                else:
                    usable = usable or kind == "CONSTRUCTOR"
        return usable or not deleted

    def _is_plain_type(self, type_: Type) -> bool:
        canonical = type_.get_canonical()
        while canonical.kind.name == "CONSTANTARRAY":
            canonical = canonical.get_array_element_type().get_canonical()
        declared = canonical.get_declaration() if canonical.kind.name == "RECORD" else None
        return declared is None or declared.kind.name not in _RECORDS or self.is_plain(declared)


def without_const(text: str) -> str:
    """Return the spelling of a type without `const`."""
    return _CONST.sub("", text)


def is_const(type_: Type) -> bool:
    """Return whether a type is constant, or the elements of an array are."""
    while type_.kind.name != "INVALID":
        if type_.is_const_qualified():
            return True
        type_ = type_.get_array_element_type()
    return False


_CONST = pattern(r"\bconst\b ?| ?\bconst\b")
# The type of a function after its result: parameters and qualifiers.
_PARTS = pattern(r"(\(.*\))((?: const)?(?: &&?)?)(?: noexcept(?:\(.*\))?)?")
_WORDS = pattern(r"[A-Za-z_]\w*")
