"""Requires-Python of one file: it can be read, and admits a Python that the file is for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.archives.naming import kind_of
from abiding.findings.finding import Finding, Severity
from abiding.metadata.usual import are_usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_python"]


# A bound below, and perhaps one above that no Python has reached: most projects say no more.
_FROM = re.compile(r"\s*>=\s*3\.(\d{1,3})(?:\.0)?\s*(?:,\s*<\s*4(?:\.0)?\s*)?")
_FITTING = re.compile(r"py3|cp3(\d{1,3})")


def judge_python(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find that not all tools read `Requires-Python`, or that no Python is in it which the file is for."""
    text = metadata.get("Requires-Python")
    if not text or _is_plainly_within(filename, text):
        return
    yield from _unread(filename, text, severity)
    if not _nowhere(filename, text):
        return
    for_all = _nowhere("", text)
    yield Finding(
        "unsatisfiable",
        severity,
        "`Requires-Python` admits no Python" if for_all else "`Requires-Python` admits no Python that the wheel is for",
        artifact=filename,
        field="Requires-Python",
        found=text.strip(),
        found_from=kind_of(filename),
        notes=() if for_all else ("what Python a wheel is for stands in its file name",),
        hints=(f"mend what the {kind_of(filename)} was built from, and build it again",),
    )


def _is_plainly_within(filename: str, text: str) -> bool:
    """Return whether it is seen without any algebra that the wheel's Python is in `Requires-Python`."""
    from abiding.archives.wheel_name import WheelName

    least, wheel = _FROM.fullmatch(text), WheelName.split(filename)
    if not least or not wheel:
        return bool(least)
    pythons = list(map(_FITTING.fullmatch, wheel.python.split(".")))
    return any(version and (not version[1] or int(version[1]) >= int(least[1])) for version in pythons)


def _nowhere(filename: str, requires_python: str) -> bool:
    from abiding.archives.tagging import expanded
    from abiding.metadata.exclusions import installable

    return installable(requires_python, expanded(filename) if filename else ()).branch is False


def _unread(filename: str, text: str, severity: Severity) -> Iterator[Finding]:
    if are_usual(text):
        return
    from abiding.metadata import refusals

    unread = refusals.unread_python(text)
    if unread:
        yield Finding(
            "bad-requirement",
            severity if unread.is_grave else Severity.NOTE,
            f"not all tools read `Requires-Python: {text.strip()}`",
            artifact=filename,
            field="Requires-Python",
            found=text.strip(),
            found_from=kind_of(filename),
            notes=(unread.why, unread.outcome),
            hints=("write it as version specifiers (PEP 440): `>=3.10` or `>=3.10,<4`",),
        )
