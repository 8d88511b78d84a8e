"""The lines that are declared for one build: filled from its environment, and held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import pins
from abiding.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.declaration import Entry
    from abiding.findings import Finding
    from abiding.pyproject import Pyproject

__all__ = ["filled"]


def __dir__() -> list[str]:
    return __all__


_SELECT = "its marker is false here, and nothing is installed for it: say by `select` which wheels the line is for"
_INSTALL = "install it first: without build isolation nobody else does"


def filled(entries: Iterable[Entry], pyproject: Pyproject) -> tuple[dict[Entry, str], tuple[Finding, ...]]:
    """Write the line of each entry as METADATA is to have it, pins filled from what is installed here.

    Returns with them what is wrong with lines that exclude the very version they were filled from. Raises
    `DeclarationError` if a pin can't be filled.
    """
    lines: dict[Entry, str] = {}
    unfilled: list[Finding] = []
    findings: list[Finding] = []
    for entry in entries:
        if not pins.has_pins(entry.requires):
            lines[entry] = entry.template
            continue
        try:
            found = pins.fill(entry.requires)
        except (LookupError, ValueError) as exc:
            message = f"`{entry.requires}` can't be filled: {exc}"
            unfilled.append(pyproject.finding("unfilled-pin", message, entry.key, hints=_way_on(entry, exc)))
            continue
        lines[entry] = entry.in_metadata(found.line)
        if found.excluding:
            findings.append(_excluding(entry, found, pyproject))
    if unfilled:
        raise DeclarationError([*unfilled, *findings], "Nothing was built")
    return lines, tuple(findings)


def _way_on(entry: Entry, exc: Exception) -> tuple[str, ...]:
    if not isinstance(exc, LookupError):
        return ()
    # Then a front end installs nothing for it, and rightly so.
    return (_INSTALL,) if entry.applies_here else (_SELECT,)


def _excluding(entry: Entry, found: pins.Filled, pyproject: Pyproject) -> Finding:
    clauses = " and ".join(
        f"`{clause}` of `{entry.requires}`" + (f" becomes `{filled}`, which" if filled != clause else "")
        for clause, filled in found.excluding
    )
    hint = f"write `{found.instead}`" if found.instead else f"write a line that {entry.name} {found.version} satisfies"
    return pyproject.finding(
        "unfilled-pin",
        f"{clauses} excludes the version that is installed, {entry.name} {found.version}",
        entry.key,
        notes=("the wheel would exclude what it was built against",),
        hints=(hint,),
    )
