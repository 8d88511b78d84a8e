"""Types that a declaration uses without naming them: by `void *`, or as the start of another struct."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clang.cindex import Cursor, Type

__all__ = ["leading_types", "leads_anywhere"]

_POINTERS = frozenset({"POINTER", "LVALUEREFERENCE", "RVALUEREFERENCE"})
_ARRAYS = frozenset({"CONSTANTARRAY", "INCOMPLETEARRAY", "VARIABLEARRAY"})
_RECORDS = frozenset({"STRUCT_DECL", "UNION_DECL", "CLASS_DECL"})
_DEEPEST = 30
# Whatever else a function is given.
_LIST = "__va_list_tag"


def leads_anywhere(cursor: Cursor) -> bool:
    """Return whether a declaration has a pointer that does not say to what, also in what a function pointer is given.

    Types with a name that are in it have declarations of their own.
    """
    if cursor.kind.name in _RECORDS:
        return any(_is_of_anything(field.type) for field in cursor.type.get_fields())
    return _is_of_anything(cursor.type)


def _is_of_anything(type_: Type, depth: int = 0) -> bool:
    inner, is_pointer = type_.get_canonical(), False
    while (kind := inner.kind.name) in _POINTERS or kind in _ARRAYS:
        is_pointer = kind in _POINTERS
        inner = (inner.get_pointee() if is_pointer else inner.get_array_element_type()).get_canonical()
    if depth > _DEEPEST or kind == "FUNCTIONNOPROTO":
        return True
    if kind == "FUNCTIONPROTO":
        parts = [inner.get_result(), *inner.argument_types()]
        return inner.is_function_variadic() or any(_is_of_anything(part, depth + 1) for part in parts)
    if kind == "RECORD":
        if _LIST in inner.spelling:
            return True
        declared = inner.get_declaration()
        return _is_unnamed(declared) and any(_is_of_anything(field.type, depth + 1) for field in inner.get_fields())
    return is_pointer and kind == "VOID"


def leading_types(cursor: Cursor, depth: int = 0) -> Iterator[Cursor]:
    """Yield the types that a value of a class begins with: who is given one of these may have the whole.

    That is its first field, each field of a union, and each base.
    """
    for child in cursor.get_children() if cursor.kind.name != "UNION_DECL" else ():
        if child.kind.name == "CXX_BASE_SPECIFIER":
            yield child.type.get_canonical().get_declaration()
    fields = list(cursor.type.get_fields())
    for field in fields if cursor.kind.name == "UNION_DECL" else fields[:1]:
        inner = field.type.get_canonical()
        while inner.kind.name in _ARRAYS:
            inner = inner.get_array_element_type().get_canonical()
        if inner.kind.name == "RECORD":
            declared = inner.get_declaration()
            if not _is_unnamed(declared):
                yield declared
            elif depth < _DEEPEST:
                yield from leading_types(declared, depth + 1)


def _is_unnamed(cursor: Cursor) -> bool:
    """Return whether a type has no name, not even by a `typedef`."""
    return " at " in cursor.type.get_canonical().spelling
