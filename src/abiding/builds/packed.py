"""The pyproject.toml that the wrapped backend has packed into an sdist: builds from the sdist go by it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.findings.errors import DeclarationError
from abiding.findings.words import literals
from abiding.project.apart import apart
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.findings.finding import Finding, Severity
    from abiding.project.apart import Apart
    from abiding.project.pyproject import Pyproject

__all__ = ["judge_packed"]


def judge_packed(name: str, data: bytes, pyproject: Pyproject, severity: Severity) -> tuple[Finding, ...]:
    """Find that the pyproject.toml that was packed into an sdist lets it be built in another way than this folder."""
    differing: tuple[Apart, ...] = ()
    with suppress(DeclarationError):  # no front end reads it then, and says so
        differing = apart(pyproject.table, pyproject.decode(data).table)
    if not differing:
        return ()
    keys = literals([key_text(value.key) for value in differing])
    finding = pyproject.finding(
        "other-pyproject",
        f"the pyproject.toml in `{name}` has another {keys} than this one",
        differing[0].key,
        severity=severity,
        also=tuple((value.key, "another one, too") for value in differing[1:_MOST_QUOTED] if value.own is not None),
        notes=(*map(_difference, differing[:_MOST_QUOTED]), "who builds from the sdist goes by what is in it"),
        hints=("commit pyproject.toml, and build again: meson-python and others pack the last commit, not the folder",),
    )
    return (finding,)


_MOST_QUOTED = 5


def _difference(difference: Apart) -> str:
    """Say what a value is in the sdist: of lists, what they have there alone, or have not."""
    key, own, packed = key_text(difference.key), difference.own, difference.other
    if packed is None:
        return f"in the sdist, `{key}` is missing"
    if not isinstance(own, list) or not isinstance(packed, list):
        return f"in the sdist, `{key}` is {_literals([packed])}"
    more, less = [value for value in packed if value not in own], [value for value in own if value not in packed]
    has = [f"{what} {_literals(some)}" for what, some in (("has", more), ("lacks", less)) if some]
    return f"in the sdist, `{key}` {' and '.join(has) or 'has another order'}"


def _literals(values: Iterable[object]) -> str:
    return literals([value if isinstance(value, str) else json.dumps(value, default=str) for value in values])
