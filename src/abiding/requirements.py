"""Requirements in meaning: which two lines say the same, and which exclude each other.

A requirement is a PEP 508 string. `packaging` is imported inside the functions: a build in which nothing has to be
compared in meaning does not pay for it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from packaging.requirements import Requirement

__all__ = [
    "excludes",
    "idle_clauses",
    "meaning",
    "parse",
    "with_extra",
]


def __dir__() -> list[str]:
    return __all__


def parse(text: str) -> Requirement:
    """Parse one requirement. Raises `packaging.requirements.InvalidRequirement`."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except RecursionError as exc:
        raise InvalidRequirement("its marker is nested too deeply") from exc
    try:
        requirement.specifier.to_range()
    except ValueError as exc:  # Python makes no integer of thousands of digits
        raise InvalidRequirement("a number in its versions has too many digits") from exc
    return requirement


@functools.lru_cache(maxsize=8192)  # the wheels of a release say the same lines, one after the other
def meaning(text: str) -> Hashable:
    """A value that two requirements share exactly when they mean the same.

    Spelling goes: spaces, quotes, parentheses, name and extra normalisation, the order of specifiers and of marker
    operands, `==1.0` or `==1.0.0`. A requirement that can't be parsed means its own text.
    """
    try:
        return _meaning(parse(text))
    except (ValueError, RecursionError):  # no requirement, a number of thousands of digits, a marker without end
        return " ".join(text.split())


def _meaning(requirement: Requirement) -> Hashable:
    from packaging.utils import canonicalize_name

    return (
        canonicalize_name(requirement.name),
        frozenset(canonicalize_name(extra) for extra in requirement.extras),
        requirement.specifier.to_range(),
        requirement.url,
        _marker_meaning(str(requirement.marker)) if requirement.marker else None,
    )


def with_extra(text: str, extra: str) -> str:
    """The requirement as core metadata writes it under an extra: `a; b` becomes `a; (b) and extra == "name"`."""
    requirement, separator, marker = text.partition(";")
    condition = f'extra == "{extra}"'
    if separator:
        marker = marker.strip()
        condition = f"({marker}) and {condition}" if re.search(r"\bor\b", marker) else f"{marker} and {condition}"
    return f"{requirement.strip()}; {condition}"


def excludes(first: Requirement, second: Requirement) -> bool:
    """Whether no version satisfies both. Pre-releases count as the specifiers say (PEP 440)."""
    return (first.specifier.to_range() & second.specifier.to_range()).is_empty


def idle_clauses(api: Requirement, abi: Requirement) -> tuple[str, ...]:
    """The clauses of `abi` that exclude no version which `api` accepts, and accept some which it does not.

    `>=1.20` beside an API level of `>=1.26` is one; `<2.5` is none, since it narrows.
    """
    from packaging.specifiers import SpecifierSet

    def final(text: str) -> SpecifierSet:
        # With pre-releases counted, `==2.*` would not lie within `>=2`: it accepts 2.0.dev0.
        return SpecifierSet(text, prereleases=False)

    whole = final(str(api.specifier))
    if not str(whole):
        return ()
    idle = []
    for clause in abi.specifier:
        if "===" in (clause.operator, *(one.operator for one in api.specifier)):
            continue
        part = final(str(clause))
        if whole.is_subset(part) and not part.is_subset(whole):
            idle.append(str(clause))
    return tuple(sorted(idle))


_TOKEN = re.compile(r""""[^"]*"|'[^']*'|[()]|[^\s()"']+""")
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def _marker_meaning(marker: str) -> Hashable:
    """The marker as nested sets: `and` and `or` know neither order nor repetition."""
    tokens = _TOKEN.findall(marker)[::-1]

    def either() -> Hashable:
        return _joined("or", both)

    def both() -> Hashable:
        return _joined("and", one)

    def one() -> Hashable:
        if tokens[-1] == "(":
            tokens.pop()
            inner = either()
            tokens.pop()
            return inner
        left, operator = tokens.pop(), tokens.pop()
        if operator == "not":
            operator = f"not {tokens.pop()}"
        right = tokens.pop()
        if left[0] in "\"'" and operator in _FLIPPED:
            left, operator, right = right, _FLIPPED[operator], left
        return (left.strip("\"'"), operator, right.strip("\"'"), left[0] in "\"'")

    def _joined(word: str, operand: Callable[[], Hashable]) -> Hashable:
        operands = [operand()]
        while tokens and tokens[-1] == word:
            tokens.pop()
            operands.append(operand())
        parts: set[Hashable] = set()
        for item in operands:
            # `a and (b and c)` is `a and b and c`.
            parts |= item[1] if isinstance(item, tuple) and item[0] == word else {item}
        return (word, frozenset(parts)) if len(parts) > 1 else parts.pop()

    return either()
