"""The `x` pin that would produce a given line of one build."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern
from abiding.metadata import filling, pins, requirements
from abiding.metadata.installed import installed

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["pin_of_installed", "pin_of_local", "pin_of_named"]


# A bound with so many numbers is probably computed.
_WHOLE = 3
_CLAUSE = pattern(r"(===|==|~=|>=|<)(\s*)([^\s,()]+)")
_EPOCH = pattern(r"(?:(\d+)!)?(.*)", re.DOTALL)


def pin_of_installed(line: str) -> str:
    """Return the pin that becomes `line` if it is filled from the installed version.

    Empty if the line has another version, or one that may be meant for every build: `numpy>=2`. For a line of an extra,
    the pin has the extra's marker too.
    """
    text, extra = requirements.split_extra(line) or (line, "")
    version = _installed(text)
    pin = _pin_of(text, version) if version else ""
    return requirements.with_extra(pin, extra) if pin and extra else pin


def pin_of_local(line: str) -> str:
    """Return the `===` pin for a line that names the installed version with its local part; else empty.

    It is filled differently from the line, because no pin with `==` can have a local version.
    """
    text, extra = requirements.split_extra(line) or (line, "")
    version = _installed(text)
    if version is None or not version.local:
        return ""
    exact = _CLAUSE.sub(
        lambda match: f"==={version}" if match[1] == "==" and _is(version, match[3]) else match[0], text.split(";")[0]
    )
    _, separator, marker = text.partition(";")
    exact = f"{exact}{separator}{marker}"
    pin = _pin_of(exact, version) if exact != text else ""
    return requirements.with_extra(pin, extra) if pin and extra else pin


def _installed(text: str) -> Version | None:
    """Return the installed version of a line's distribution; None if there is none, or the line is invalid."""
    from packaging.requirements import InvalidRequirement

    try:
        return installed(requirements.parse(text).name)
    except (InvalidRequirement, LookupError, ValueError):
        return None


def _is(version: Version, text: str) -> bool:
    """Return whether a text is a valid version."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def pin_of_named(line: str) -> str:
    """Return the pin that becomes `line` if the version in it is installed; empty if there is none."""
    from packaging.version import InvalidVersion, Version

    named = [match[3].removesuffix(".*") for match in _CLAUSE.finditer(line.partition(";")[0]) if match[1] == "=="]
    try:
        return _pin_of(line, Version(named[0])) if len(named) == 1 else ""
    except InvalidVersion:
        return ""


def _pin_of(line: str, version: Version) -> str:
    parsed = requirements.parse(line)
    head, separator, marker = line.partition(";")
    # Without a clause that has the version, a bound is probably meant as it is.
    named = any(_names(version, match[1], match[3]) for match in _CLAUSE.finditer(head))
    if not named or parsed.url or requirements.asks_for_extras(parsed):
        return ""
    unfilled = _CLAUSE.sub(lambda match: match[1] + match[2] + _unfilled(version, match[1], match[3]), head)
    pin = f"{unfilled}{separator}{marker}"
    return pin if pins.fits(pin, line) and not filling.never_fits(pin) else ""


def _names(version: Version, operator: str, text: str) -> bool:
    """Return whether a clause contains a version, or its series (`==2.4.*`)."""
    from packaging.version import InvalidVersion, Version

    series, star, _ = text.partition(".*")
    if star:
        epoch, parts = _split(series)
        numbers = list(map(str, version.release[: len(parts)]))
        return operator == "==" and len(parts) > 1 and (epoch, parts) == (version.epoch, numbers)
    try:
        named = Version(text)
    except InvalidVersion:
        return False
    if operator == "===":
        return named == version
    # `>=2.0` is probably meant as it is even if that version is installed; `>=2.0.4` is probably computed.
    is_bound = operator == "<" or (operator == ">=" and len(named.release) < _WHOLE)
    return not is_bound and Version(named.public) == Version(version.public)


def _unfilled(version: Version, operator: str, text: str) -> str:
    """Replace the numbers of a version by `x`, also in an upper bound (`<2.5`, `<3`)."""
    release, star, _ = text.partition(".*")
    epoch, parts = _split(release)
    if _names(version, operator, text):
        numbers = itertools.takewhile(lambda part: part[:1].isdigit(), parts)
        return ".".join("x" for _ in numbers) + star
    known = version.release[: len(parts)]
    if operator == "<" and (epoch, parts) == (version.epoch, [*map(str, known[:-1]), str(known[-1] + 1)]):
        return ".".join([*("x" for _ in parts[1:]), "x+1"])
    return text


def _split(release: str) -> tuple[int, list[str]]:
    """Return the epoch of a release, which a pin is filled with where there is one, and its parts."""
    match = _EPOCH.fullmatch(release)
    epoch, rest = (match[1], match[2]) if match else ("", release)
    return int(epoch or 0), rest.split(".")
