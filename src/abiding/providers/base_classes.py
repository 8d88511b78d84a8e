"""The bases of a C++ class as libclang sees them, and which of them have a table of virtual functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from clang.cindex import Cursor

__all__ = ["classes_by_table", "is_virtual_base", "members_of"]

_POINTER = 8


def members_of(cursor: Cursor) -> list[Cursor]:
    """Return the members of a class; for an instance of a template, those of the template."""
    from clang.cindex import conf

    children = list(cursor.get_children())
    if any(child.kind.name in {"FIELD_DECL", "CXX_METHOD", "CONSTRUCTOR", "CXX_BASE_SPECIFIER"} for child in children):
        return children
    template = conf.lib.clang_getSpecializedCursorTemplate(cursor)
    return list(template.get_children()) if template is not None else children


def classes_by_table(cursor: Cursor) -> tuple[set[str], set[str]]:
    """Return the bases with which a class shares its table of virtual functions, and all other bases."""
    everything: set[str] = set()
    waiting = _bases_of(cursor)
    while waiting:
        base = waiting.pop().cursor
        if base.get_usr() not in everything:
            everything.add(base.get_usr())
            waiting += _bases_of(base)
    own: set[str] = set()
    bases = _bases_of(cursor)
    while bases:
        first = next((base for base in bases if base.has_table and not base.is_virtual), None)
        # One that has nothing but its table.
        first = first or next((base for base in bases if base.has_table and base.is_small), None)
        # A template may derive from itself, for other arguments.
        if first is None or first.cursor.get_usr() in own:
            break
        own.add(first.cursor.get_usr())
        bases = _bases_of(first.cursor)
    return own, everything - own


class _Base(NamedTuple):
    cursor: Cursor
    is_virtual: bool
    is_small: bool

    @property
    def has_table(self) -> bool:
        """Whether it has virtual functions or virtual bases, itself or by inheritance."""
        waiting, known = [self.cursor], {self.cursor.get_usr()}
        while waiting:
            class_ = waiting.pop()
            methods = (each for each in members_of(class_) if each.kind.name in {"CXX_METHOD", "DESTRUCTOR"})
            if any(method.is_virtual_method() for method in methods):
                return True
            bases = _bases_of(class_)
            if any(base.is_virtual for base in bases):
                return True
            waiting += [base.cursor for base in bases if base.cursor.get_usr() not in known]
            known.update(base.cursor.get_usr() for base in bases)
        return False


def _bases_of(cursor: Cursor) -> list[_Base]:
    """Return the direct bases of a class."""
    bases = []
    for member in members_of(cursor):
        if member.kind.name == "CXX_BASE_SPECIFIER":
            type_ = member.type.get_canonical()
            declared = type_.get_declaration()
            is_small = type_.get_size() == _POINTER
            bases.append(_Base(declared.get_definition() or declared, is_virtual_base(member), is_small))
    return bases


def is_virtual_base(cursor: Cursor) -> bool:
    """Return whether a base specifier says `virtual`."""
    from clang.cindex import conf

    return bool(conf.lib.clang_isVirtualBase(cursor))
