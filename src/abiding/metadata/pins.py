"""The `x` pins of a requirement, which stand for parts of the installed version: `torch==x.x.*`.

The notation is that of `dynamic_metadata.plugins.pin_installed`; `filling` fills it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packaging.version import Version

__all__ = [
    "FILLING",
    "MOST_CLAUSES",
    "MOST_DIGITS",
    "PIN",
    "Clause",
    "clauses_of",
    "distribution_of",
    "fits",
    "has_pins",
    "malformed",
    "sample",
    "split_extra",
    "with_specifiers",
    "without_pins",
    "without_specifiers",
]


# The parts of a requirement: before its specifiers, its specifiers, and its marker. PEP 508 has no pins.
_TEMPLATE = pattern(r"(?P<name>[^<>=!~;@(]*)(?P<specifiers>[^;@]*)(?P<marker>;.*)?", re.DOTALL)
# What fills pins.
FILLING = "dynamic-metadata>=0.6"
PIN = pattern(r"(?<![\w*])x(?:\+\d+)?(?![\w*])")
# A pin, or a local version, in which `x` is a letter.
_PIN_OR_LOCAL = pattern(rf"(?<=\w)(?<!x)\+[\w.]+|(?P<pin>{PIN.pattern})")
# More digits than any number in a version has.
MOST_DIGITS = 9
# The maximum number of clauses to compare, which takes long for many.
MOST_CLAUSES = 16
_CLAUSE = pattern(r"(===|==|!=|<=|>=|<|>|~=)\s*([^\s,()]+)")
_VERSION = pattern(r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)(?P<beyond>.*)", re.DOTALL)


def has_pins(text: str) -> bool:
    """Return whether a specifier has parts of the version in the build environment."""
    match = _TEMPLATE.fullmatch(text)
    return bool(match and _has_pin(match["specifiers"]))


def sample(text: str) -> str:
    """Fill every pin with an example, so that the rest of the requirement can be checked."""
    return with_specifiers(
        text, lambda specifiers: _PIN_OR_LOCAL.sub(lambda match: "1" if match["pin"] else match[0], specifiers)
    )


def _has_pin(text: str) -> bool:
    return any(match["pin"] for match in _PIN_OR_LOCAL.finditer(text))


def malformed(text: str) -> str:
    """Find the first part of a pinned version that is not of the notation: `x`, `x+N`, a number or a last `*`."""
    for clause in clauses_of(text):
        for part in clause.version.removesuffix(".*").split(".") if clause.has_pins else ():
            if not part.isdigit() and not PIN.fullmatch(part):
                return part
            if len(part) > len("x+") + MOST_DIGITS:
                return f"{part[:MOST_DIGITS]}…"
    return ""


def without_specifiers(text: str) -> str:
    """Keep name, extras and marker only."""
    return with_specifiers(text, lambda _: "")


def without_pins(text: str) -> str:
    """Return the part of a requirement that holds for any version of its pins: `a>=2,<4` for `a>=2.x,<4`."""
    return with_specifiers(text, lambda _: ",".join(filter(None, map(_without_pins, clauses_of(text)))))


def _without_pins(clause: Clause) -> str:
    if not clause.has_pins:
        return str(clause)
    fixed = next(place for place, part in enumerate(clause.parts) if PIN.fullmatch(part))
    release = ".".join(clause.parts[:fixed])
    if not release:
        return ""
    return {"==": f"=={release}.*", "~=": f"=={release}.*", ">=": f">={release}"}.get(clause.operator, "")


def with_specifiers(text: str, change: Callable[[str], str]) -> str:
    """Return a requirement with its specifiers changed by `change`."""
    match = _TEMPLATE.fullmatch(text)
    if not match:
        return text
    return match["name"].rstrip() + change(match["specifiers"].strip()) + (match["marker"] or "")


def split_extra(text: str) -> tuple[str, str] | None:
    """Return a requirement with its pins, and its extra; None if it has no single extra."""
    split = requirements.split_extra(sample(text))
    match = _TEMPLATE.fullmatch(text)
    if not split or not match or not has_pins(text):
        return split
    return with_specifiers(split[0], lambda _: match["specifiers"].strip()), split[1]


class Clause(NamedTuple):
    """One specifier: its operator, and its version as it is written."""

    operator: str
    version: str

    def __str__(self) -> str:
        return self.operator + self.version

    @property
    def has_pins(self) -> bool:
        """Whether a part of its version is a pin."""
        return _has_pin(self.version)

    @property
    def parts(self) -> list[str]:
        """The parts of its version between the dots."""
        return self.version.split(".")

    def admits(self, version: Version) -> bool:
        """Return whether a version satisfies it, once it has no pins."""
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(str(self)).contains(version, prereleases=True)


def clauses_of(text: str) -> list[Clause]:
    """Return the specifiers of a requirement, in order."""
    match = _TEMPLATE.fullmatch(text)
    return [Clause(*groups) for groups in _CLAUSE.findall(match["specifiers"])] if match else []


def distribution_of(text: str) -> str:
    """Return the name of a requirement, as written."""
    match = _TEMPLATE.fullmatch(text)
    return match["name"].partition("[")[0].strip() if match else ""


# Recognising


def fits(template: str, line: str) -> bool:
    """Return whether `line` is `template` filled from some version; without pins, whether they mean the same.

    Name, extras, marker and all clauses have to match, in any order of the clauses.
    """
    if not has_pins(template):
        return requirements.meaning(template) == requirements.meaning(line)
    if requirements.meaning(without_specifiers(template)) != requirements.meaning(without_specifiers(line)):
        return False
    # A tool may write equal clauses once.
    clauses, filled = set(clauses_of(template)), frozenset(clauses_of(line))
    if not len(filled) <= len(clauses) <= MOST_CLAUSES:
        return False
    try:
        return _are_filled(sorted(clauses, key=lambda clause: clause.has_pins), filled, filled, {})
    except ValueError:  # Python makes no integer of thousands of digits
        return False


# Parts of a version: the numbers of its release by position, `epoch`, `local`, and `beyond`, the rest.
_Parts = dict[int | str, int | str]


def _are_filled(clauses: Sequence[Clause], filled: frozenset[Clause], unused: frozenset[Clause], known: _Parts) -> bool:
    """Return whether a version, as far as `known`, fills all `clauses` to `filled`, with none of `unused` left."""
    if not clauses:
        return not unused
    first, *rest = clauses
    for clause in filled:
        version = _learn(first, clause, known)
        if version is not None and _are_filled(rest, filled, unused - {clause}, version):
            return True
    return False


def _learn(template: Clause, filled: Clause, known: _Parts) -> _Parts | None:
    """Return what is known of the version if one clause is the other, filled; None if it is not."""
    if template.operator != filled.operator:
        return None
    if not template.has_pins:
        return known if requirements.meaning(f"a{template}") == requirements.meaning(f"a{filled}") else None
    parts = _parts(template, filled)
    if parts is None or any(known.get(key, part) != part for key, part in parts.items()):
        return None
    return known | parts


def _parts(template: Clause, filled: Clause) -> _Parts | None:
    split = _VERSION.fullmatch(filled.version.removesuffix(".*"))
    if not split or template.version.endswith(".*") != filled.version.endswith(".*"):
        return None
    pattern = template.version.removesuffix(".*").split(".")
    numbers = [int(number) for number in split["release"].split(".")]
    if not _BEYOND[template.operator].fullmatch(split["beyond"]):
        return None
    if len(numbers) != len(pattern) and template.operator != "===":
        return None
    parts: _Parts = {"epoch": int(split["epoch"] or 0)}
    # `===` includes the local version, other clauses don't.
    public, _, local = split["beyond"].partition("+")
    parts |= {name: part for name, part in (("beyond", public), ("local", local)) if part}
    for place, (part, number) in enumerate(zip(pattern, numbers, strict=False)):
        if PIN.fullmatch(part):
            parts[place] = number - int(part[2:] or 0)
        elif int(part) != number:
            return None
    return parts if all(part >= 0 for part in parts.values() if isinstance(part, int)) else None


# The parts beyond the release that a filled clause may have, by operator.
_NOTHING, _PUBLIC = pattern(""), pattern(r"((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
_BEYOND = {
    **dict.fromkeys(("!=", "<", ">"), _NOTHING),
    **dict.fromkeys(("==", "<=", ">=", "~="), _PUBLIC),
    "===": pattern(_PUBLIC.pattern + r"(\+[a-z0-9.]+)?"),
}
