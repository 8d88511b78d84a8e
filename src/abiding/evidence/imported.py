"""Which modules Python code of a wheel imports whatever happens: without a condition, and with no failure caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.native.names import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.archives.wheel import Wheel
    from abiding.native.python_imports import Script

__all__ = ["imported_always", "reached"]


def imported_always(wheel: Wheel) -> frozenset[str]:
    """Return the modules that are imported with a module at the top of the wheel, as far as its text tells."""
    # Late: few wheels give a reason to read their code.
    from abiding.native.contents import Contents, module_text
    from abiding.native.python_imports import scripts

    members = {member.name: member for member in wheel.directory.members()}
    files = {place_of(name): name for name in members if name.endswith(".py")}
    code = Contents("", "", (), (), files, (), lambda name: module_text(wheel, members[name]))
    return reached(scripts(code))


def reached(code: Mapping[str, Script]) -> frozenset[str]:
    """Return the modules that those at the top import always, and those that these import always, and so on.

    Left out are those that their package imports on a condition.
    """
    from abiding.native.python_imports import with_parents

    names: set[str] = set()
    waiting = [name for name in code if "." not in name]
    while waiting:
        name = waiting.pop()
        if name not in names and not _is_attempted(name, code):
            names.add(name)
            waiting += with_parents(code[name].always) if name in code else ()
    return frozenset(names)


def _is_attempted(name: str, code: Mapping[str, Script]) -> bool:
    """Return whether the package of a module imports it in a block: that may give its name to what stands in for it."""
    package = code.get(name.rpartition(".")[0])
    return package is not None and name in package.imports and name not in package.always
