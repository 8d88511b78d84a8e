"""Functions of libclang that its Python binding lacks: values of constants, overridden methods, new kinds."""

from __future__ import annotations

import ctypes
from functools import cache, partial
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import CDLL

    from clang.cindex import Cursor, Type

__all__ = ["accept_new_kinds", "calling_convention", "overridden_classes", "value_of"]

_WIDEST = 8
_WHOLE, _FLOATING, _TEXTS = 1, 2, frozenset({3, 4, 5})


@cache
def _library() -> CDLL:
    from clang.cindex import Cursor, Type, conf

    library = conf.lib
    pointer, whole = ctypes.c_void_p, ctypes.c_int
    for name, takes, gives in (
        ("clang_Cursor_Evaluate", [Cursor], pointer),
        ("clang_EvalResult_getKind", [pointer], whole),
        ("clang_EvalResult_getAsLongLong", [pointer], ctypes.c_longlong),
        ("clang_EvalResult_getAsUnsigned", [pointer], ctypes.c_ulonglong),
        ("clang_EvalResult_isUnsignedInt", [pointer], ctypes.c_uint),
        ("clang_EvalResult_getAsDouble", [pointer], ctypes.c_double),
        ("clang_EvalResult_getAsStr", [pointer], ctypes.c_char_p),
        ("clang_EvalResult_dispose", [pointer], None),
        ("clang_getOverriddenCursors", [Cursor, pointer, pointer], None),
        ("clang_disposeOverriddenCursors", [pointer], None),
        ("clang_getFunctionTypeCallingConv", [Type], whole),
    ):
        function = getattr(library, name)
        function.argtypes, function.restype = takes, gives
    return cast("CDLL", library)


def value_of(cursor: Cursor) -> str | None:
    """Return the value of a variable with an initialiser, if that is a number or a text."""
    library = _library()
    result = library.clang_Cursor_Evaluate(cursor)
    if result:
        try:
            return _literal(library, result, cursor.type.get_size())
        finally:
            library.clang_EvalResult_dispose(result)
    return _text(cursor)


def _literal(library: CDLL, result: int, size: int) -> str | None:
    kind = library.clang_EvalResult_getKind(result)
    if kind == _WHOLE:
        if size > _WIDEST:  # the library gives the lower part
            return None
        is_unsigned = library.clang_EvalResult_isUnsignedInt(result)
        read = library.clang_EvalResult_getAsUnsigned if is_unsigned else library.clang_EvalResult_getAsLongLong
        return str(read(result))
    if kind == _FLOATING:
        return repr(library.clang_EvalResult_getAsDouble(result))
    if kind in _TEXTS:
        return f'"{(library.clang_EvalResult_getAsStr(result) or b"").decode("utf-8", "replace")}"'
    return None


def _text(cursor: Cursor) -> str | None:
    """Return the text literal that an expression in brackets is."""
    from clang.cindex import CursorKind

    passing = {CursorKind.VAR_DECL, CursorKind.UNEXPOSED_EXPR, CursorKind.PAREN_EXPR}
    while cursor.kind in passing:
        inner = list(cursor.get_children())
        if len(inner) != 1:
            return None
        cursor = inner[0]
    return str(cursor.spelling) if cursor.kind == CursorKind.STRING_LITERAL else None


def overridden_classes(cursor: Cursor) -> set[str]:
    """Return the classes, by libclang's identifiers, of the functions that a virtual one overrides."""
    from clang.cindex import Cursor

    library = _library()
    overridden, number = ctypes.c_void_p(), ctypes.c_uint()
    library.clang_getOverriddenCursors(cursor, ctypes.byref(overridden), ctypes.byref(number))
    if overridden.value is None:
        return set()
    classes = set()
    for function in ctypes.cast(overridden, ctypes.POINTER(Cursor))[: number.value]:
        function._tu = cursor._tu  # noqa: SLF001 (its binding does the same)
        classes.add(str(function.semantic_parent.get_usr()))
    library.clang_disposeOverriddenCursors(overridden)
    return classes


def calling_convention(type_: Type) -> int:
    """Return how a function is called, as a number of libclang's."""
    return int(_library().clang_getFunctionTypeCallingConv(type_))


def accept_new_kinds() -> None:
    """Have the binding take kinds that it does not know (`_Float16`) as ones that are not exposed."""
    from clang.cindex import CursorKind, TypeKind

    for kinds, other in ((TypeKind, TypeKind.UNEXPOSED), (CursorKind, CursorKind.UNEXPOSED_EXPR)):
        kinds.from_id = staticmethod(partial(_kind, kinds.from_id, other))


def _kind(from_id: Callable[[int], object], other: object, number: int) -> object:
    try:
        return from_id(number)
    except ValueError:
        return other
