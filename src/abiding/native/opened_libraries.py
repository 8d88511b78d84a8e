"""Check that libraries which code opens by name, without linking, are provided.

A compiled file lists them in a note (`.note.dlopen`, of the UAPI group), with a priority. In Python code, only those
calls count that each import of the module makes, with the library's name as a literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern
from abiding.native.images import Format
from abiding.native.python_openings import openings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.native.subject import Subject

__all__ = ["undeclared", "unprovided"]


# Names of libraries by format; calls with names for another system are skipped.
_CALLED = {
    Format.ELF: pattern(r"[^/]+\.so(\.\d+)*"),
    Format.MACH_O: pattern(r"[^/]+\.dylib"),
    Format.PE: pattern(r"[^/\\]+\.dll", re.IGNORECASE),
}
_REQUIRED = "required"


def undeclared(subject: Subject) -> Iterator[Finding]:
    """Find libraries that code opens and requires, and that nothing provides."""
    unknown = subject.neighbours.unknown
    for names, users in unprovided(subject).items():
        first, *others = names
        or_others = f" (or {' or '.join(f'`{other}`' for other in others)})" if others else ""
        transitive = sorted(
            f"`{contents.name}`"
            for contents in subject.neighbours.transitive.values()
            if any(contents.shipped_as(name) for name in names)
        )
        notes = [f"{transitive[0]} has it, which only another requirement requires"] if transitive else []
        if unknown:
            quoted = ", ".join(f"`{name}`" for name in unknown)
            notes = [f"it may be in one of {quoted}, which can't be looked into"]
        yield Finding(
            "undeclared-dlopen",
            Severity.NOTE if unknown else Severity.WARNING,
            f"`{first}`{or_others} is opened by its name, and nothing provides it",
            artifact=subject.artifact,
            field=first,
            expected=None,
            found=users,
            found_from="opened by",
            notes=tuple(notes),
            hints=("declare the distribution that ships it, or open it where the code can do without",),
        )


def unprovided(subject: Subject) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return required libraries that nothing provides, as alternative names, with the files that open them."""
    by_names: dict[tuple[str, ...], list[str]] = {}
    for names, place in _opened(subject):
        if not any(_is_provided(name, subject) for name in names):
            by_names.setdefault(names, []).append(place)
    return {names: tuple(dict.fromkeys(places)) for names, places in by_names.items()}


def _opened(subject: Subject) -> Iterator[tuple[tuple[str, ...], str]]:
    for image in subject.consumer.images:
        yield from (
            (opened.names, image.place) for opened in image.opens if opened.priority == _REQUIRED and opened.names
        )
    called = _CALLED[subject.platform.format] if subject.platform.format else None
    for place, calls in openings(subject.consumer).items() if called else ():
        yield from (((call.always,), place) for call in calls if called and called.fullmatch(call.always))


def _is_provided(name: str, subject: Subject) -> bool:
    format_ = subject.platform.format
    if format_ is Format.PE:
        name = name.lower()
    if format_ is None or subject.platform.has(name, format_) or subject.consumer.shipped_as(name):
        return True
    return any(provider.shipped_as(name) for provider in subject.neighbours.direct.values())
