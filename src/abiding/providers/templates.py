"""Constraints and specialisations of templates."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from clang.cindex import Cursor

__all__ = ["arguments_of", "constraints", "digest", "is_special", "primary_of"]

# Comments and white space, which are removed, and strings, which are kept.
_SPACING = pattern(
    rb'R"(?P<end>[^()\\\s"]{0,16})\(.*?\)(?P=end)"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|/\*.*?\*/|//[^\n]*|\s+',
    re.DOTALL,
)
_TEMPLATE = pattern(rb"\s*template\s*<")
_REQUIRES = pattern(rb"\brequires\b")
_TEMPLATES = frozenset({"FUNCTION_TEMPLATE", "CLASS_TEMPLATE", "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION"})
_PARAMETERS = frozenset({"TEMPLATE_TYPE_PARAMETER", "TEMPLATE_NON_TYPE_PARAMETER", "TEMPLATE_TEMPLATE_PARAMETER"})


def digest(text: bytes) -> str:
    """Return a digest of a text without comments and white space."""
    bare = _SPACING.sub(lambda token: token[0] if token[0][:1] in b"\"'R" else b" ", text)
    return sha256(b" ".join(bare.split())).hexdigest()[:32]


def is_special(text: bytes) -> bool:
    """Return whether a class or function is a specialisation; explicit instantiations have no `<>`."""
    return bool(_TEMPLATE.match(text))


def primary_of(name: str) -> str:
    """Return the name of the template of a specialisation such as `n::V<int>`; empty for others."""
    depth = 0
    for at in range(len(name) - 1, -1, -1) if name.endswith(">") else ():
        depth += {">": 1, "<": -1}.get(name[at], 0)
        if depth == 0:
            return name[:at]
    return ""


def arguments_of(name: str, text: bytes) -> str:
    """Return the arguments of a variable that is a specialisation, as written: `<T *>`; else empty."""
    arguments = re.search(rb"\b%s\s*(<[^={;]*>)" % re.escape(name.encode()), text)
    return " ".join(arguments[1].decode("utf-8", "replace").split()) if arguments else ""


def constraints(cursor: Cursor, text_of: Callable[[Cursor], bytes]) -> str:
    """Return a digest of the constraints of a template, independent of parameter names; empty if it has none."""
    if cursor.kind.name not in _TEMPLATES:
        return ""
    parts: list[bytes] = []
    names: list[str] = []
    end = cursor.extent.end.offset
    is_function = cursor.kind.name == "FUNCTION_TEMPLATE"
    for child in cursor.get_children():
        kind = child.kind.name
        if kind in _PARAMETERS:
            names.append(child.spelling)
            if any(inner.kind.name == "TEMPLATE_REF" for inner in child.get_children()):
                parts.append(text_of(child).partition(b"=")[0])
        elif kind == "COMPOUND_STMT":
            end = child.extent.start.offset
        elif child.kind.is_expression() and not is_function:
            parts.append(text_of(child))
    if is_function:
        head = text_of(cursor)[: end - cursor.extent.start.offset]
        requires = _REQUIRES.search(head)
        parts += [head[requires.start() :]] if requires else []
    text = b" ".join(parts)
    for number, name in enumerate(names):
        if name:
            text = re.sub(rb"\b%s\b" % name.encode(), b"$%d" % number, text)
    return digest(text) if parts else ""
