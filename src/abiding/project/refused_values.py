"""Check values of `[project]` that the standards forbid, and that the wrapped backend refuses too.

What each backend refuses was measured, with setuptools 84, hatchling 1.33, flit-core 4.2, meson-python 0.22,
scikit-build-core 1.1, poetry-core 2.5, pdm-backend 2.5, maturin 1.16 and py-build-cmake 0.5. Where one of them
takes such a value, or the project asks for an older one that may, the metadata is judged that it writes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import short
from abiding.project.known_backends import KNOWN, distribution_of, module_of
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.project.faults import Faults
    from abiding.project.keys import Key

__all__ = ["refused_values"]


class _Refused(NamedTuple):
    """A value at a key that is refused: the message, without who refuses it, and how to correct it."""

    key: Key
    message: str
    hints: tuple[str, ...]
    by: frozenset[str]


_BY_METADATA = frozenset({"mesonpy", "scikit_build_core", "py_build_cmake"})  # pyproject-metadata reads it for them
_BY_MOST = _BY_METADATA | {"setuptools", "pdm"}
_BY_ALL = _BY_MOST | {"hatchling", "flit_core", "poetry", "maturin"}


def refused_values(faults: Faults, table: Mapping[str, Any], backend: str) -> None:
    """Add an error for each value of `[project]` that the standards forbid and the wrapped backend refuses."""
    module = module_of(backend)
    distribution = distribution_of(backend)
    if module not in _BY_ALL or distribution not in KNOWN:
        return
    refused_by_it = [each for each in (*_singles(table), *_licence(table), *_names_within(table)) if module in each.by]
    if not refused_by_it or _may_be_old(faults.pyproject.get(("build-system", "requires")), distribution):
        return
    for refused in refused_by_it:
        message = f"{refused.message}: `{backend}` refuses it"
        faults.problem("bad-value", message, refused.key, hints=refused.hints, recent=True)


_BOUNDING = {"<", "<=", "==", "===", "~="}


def _may_be_old(requires: object, distribution: str) -> bool:
    """Return whether the build requirements have an upper bound for a backend: older ones may take other values."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requires if isinstance(requires, list) else ():
        with suppress(InvalidRequirement, TypeError):
            requirement = Requirement(line)
            bounded = requirement.url or any(each.operator in _BOUNDING for each in requirement.specifier)
            if bounded and normalised(requirement.name) == distribution:
                return True
    return False


# Values that stand for themselves


_NAME = pattern(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
_USUAL_VERSION = pattern(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")
_USUAL_PYTHON = pattern(r">=3(?:\.[0-9]{1,9})*")


def _singles(table: Mapping[str, Any]) -> Iterator[_Refused]:
    name, version, python = (_text(table, key) for key in ("name", "version", "requires-python"))
    if name and not _NAME.fullmatch(name):
        message = f"`{short(name)}` is not a name for a distribution"
        hint = "use ASCII letters and digits, with `-`, `_` and `.` between them"
        yield _Refused(("project", "name"), message, (hint,), _BY_MOST | {"hatchling", "flit_core"})
    if version is not None and not _USUAL_VERSION.fullmatch(version) and not _is_version(version):
        message = f"`{short(version)}` is not a version (PEP 440)"
        hint = "for example `1.4.0`, `1.4.0rc1` or `1.4.0.dev1`"
        yield _Refused(("project", "version"), message, (hint,), _BY_ALL)
    if python and not _USUAL_PYTHON.fullmatch(python) and not _is_specifiers(python):
        message = f"`{short(python)}` is not a list of version specifiers (PEP 440)"
        hints = (_python_meant(python) or "for example `>=3.11` or `>=3.11,<4`",)
        yield _Refused(("project", "requires-python"), message, hints, _BY_MOST | {"hatchling", "maturin"})


def _text(table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name)
    return value if isinstance(value, str) and len(value) <= bounds.EXCERPT else None


def _is_version(text: str) -> bool:
    from packaging.version import Version

    try:
        Version(text)
    except ValueError:
        return False
    return True


def _is_specifiers(text: str) -> bool:
    from packaging.specifiers import SpecifierSet

    try:
        SpecifierSet(text)
    except ValueError:
        return False
    return True


_FROM = pattern(r"v?([0-9]+(?:\.[0-9]+)*)\s*\+?")


def _python_meant(text: str) -> str:
    """Return a hint with what was probably meant by a `requires-python`; empty if there is no good guess."""
    from abiding.project.corrections import requirement_meant

    if number := _FROM.fullmatch(text.strip()):
        meant = f">={number[1]}"
    else:
        requirement = requirement_meant(f"python {text.strip()}")
        meant = requirement.removeprefix("python").strip()
    return f"write `requires-python = {as_toml(meant)}`" if meant and _is_specifiers(meant) else ""


# Licences


_BY_TABLE = _BY_MOST | {"flit_core"}
_USUAL_LICENCES = frozenset(
    {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "ISC", "GPL-3.0-or-later", "LGPL-3.0-or-later"}
)


def _licence(table: Mapping[str, Any]) -> Iterator[_Refused]:
    licence, key = table.get("license"), ("project", "license")
    if isinstance(licence, dict):
        both = {"text", "file"} & licence.keys()
        if len(both) != 1:
            message = f"`license` has {'both `text` and `file`' if both else 'neither `text` nor `file`'}"
            by = _BY_TABLE | {"hatchling", "poetry"} | (frozenset() if both else {"maturin"})
            yield _Refused(key, message, ('give one of them, or an SPDX expression: `license = "MIT"`',), by)
        elif "license-files" in table:
            message = "`license` is a table, and `license-files` is given too (PEP 639)"
            hint = 'write an SPDX expression instead of the table: `license = "MIT"`'
            yield _Refused(key, message, (hint,), _BY_TABLE | {"poetry"})
    elif (text := _text(table, "license")) is not None:
        if text not in _USUAL_LICENCES and not _is_expression(text):
            message = f"`{short(text)}` is not an SPDX licence expression (PEP 639)"
            by = _BY_METADATA - {"py_build_cmake"} | {"setuptools", "hatchling", "flit_core"}
            yield _Refused(key, message, _licence_meant(text), by)
        yield from _classified(table)


def _classified(table: Mapping[str, Any]) -> Iterator[_Refused]:
    """Yield the error for a classifier that names a licence, where there is an expression."""
    classifiers = table.get("classifiers")
    for index, text in enumerate(classifiers if isinstance(classifiers, list) else ()):
        if isinstance(text, str) and text.startswith("License ::"):
            message = f"`{short(text)}` is given beside the licence expression (PEP 639)"
            hint = "leave the classifier out: `license` says it"
            yield _Refused(("project", "classifiers", index), message, (hint,), _BY_TABLE)
            return


def _is_expression(text: str) -> bool:
    """Return whether a text is an SPDX expression; True where `packaging`, before 24.2, can't tell."""
    try:
        from packaging.licenses import canonicalize_license_expression
    except ImportError:
        return True
    try:
        canonicalize_license_expression(text)
    except ValueError:
        return False
    return True


_IDLE_WORDS = pattern(r"\b(?:the|licen[cs]e|version)\b|,", re.IGNORECASE)
_BEFORE_NUMBER = pattern(r"(?<=[A-Za-z])[\s-]*v?(?=[0-9])")
_SUFFIXES = {"+": ("-or-later", ".0-or-later"), "": ("-only", ".0-only", "", ".0")}
_NO_ID = 'for example `"MIT"`, `"BSD-3-Clause"` or `"Apache-2.0"`; a licence without an SPDX id is `"LicenseRef-NAME"`'


def _licence_meant(text: str) -> tuple[str, ...]:
    """Return a hint with the licence that was probably meant, or with examples if there is no good guess."""
    words = _IDLE_WORDS.sub(" ", text).strip()
    plus = "+" * words.endswith("+")
    stem = re.sub(r"\s+", "-", _BEFORE_NUMBER.sub("-", words.removesuffix("+").strip(), count=1))
    for suffix in _SUFFIXES[plus]:
        if stem and _is_expression(stem + suffix):
            return (f"write `license = {as_toml(_canonical(stem + suffix))}`",)
    return (_NO_ID,)


def _canonical(expression: str) -> str:
    from packaging.licenses import canonicalize_license_expression

    return canonicalize_license_expression(expression)


# Names of extras and of groups of entry points


_SCRIPTS = {
    "console_scripts": ("scripts", frozenset({"hatchling", "flit_core", "poetry", "maturin"})),
    "gui_scripts": ("gui-scripts", frozenset({"flit_core", "poetry", "maturin"})),
}


def _names_within(table: Mapping[str, Any]) -> Iterator[_Refused]:
    extras, groups = table.get("optional-dependencies"), table.get("entry-points")
    for extra in extras if isinstance(extras, dict) else ():
        if not _NAME.fullmatch(extra):
            hint = "use ASCII letters and digits, with `-`, `_` and `.` between them"
            message = f"`{short(extra)}` is not a name for an extra"
            by = frozenset({"setuptools", "hatchling", "flit_core", "maturin"})
            yield _Refused(("project", "optional-dependencies", extra), message, (hint,), by)
    for group, (place, by) in _SCRIPTS.items():
        if isinstance(groups, dict) and group in groups:
            hint = f"put what is in it under `[project.{place}]`"
            message = f"`{group}` is not a group for `[project.entry-points]` (PEP 621)"
            yield _Refused(("project", "entry-points", group), message, (hint,), by)
