"""Globs over wheel tags, and the environment markers that are equivalent to them.

A wheel can be installed where its tag fits. A marker is equivalent to globs if it is true wherever a wheel that they
match can be installed, and false wherever any other wheel can. This is tested on a sample of the tags of compiled
wheels. If two tags fit the same environment and only one of them matches, there is no such marker.
"""

from __future__ import annotations

import functools
import re
from fnmatch import translate
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from typing import TypeVar

    _One = TypeVar("_One")
    _Other = TypeVar("_Other")

__all__ = ["A_TAG", "Never", "alike", "exact_marker", "near_marker", "never"]


class Never(NamedTuple):
    """Why a glob matches no tag; `recent` is whether earlier versions accepted it."""

    message: str
    hint: str
    notes: tuple[str, ...] = ()
    recent: bool = False


_PARTS = 3  # python, abi, platform
A_TAG = "a tag has three parts, for example `cp311-cp311-manylinux_2_28_x86_64`"
_CHOICE = pattern(r"\[[^]]*\]")


def never(pattern: str) -> Never | None:
    """Return why a glob can't match any tag, as far as its text alone tells."""
    if len(pattern) > bounds.GLOB:
        return Never(f"the glob has {len(pattern):,} characters, and no wheel's tag is so long", A_TAG)
    parts = len(pattern.split("-"))
    if parts < _PARTS and "*" not in pattern:
        return Never(f"`{pattern}` can't match a wheel's tag", A_TAG)
    if "." not in _CHOICE.sub("", pattern):
        return None
    is_whole = parts == _PARTS and not pattern.endswith(".whl")
    hint = f"name one of them: `{re.sub(r'[.][^-.]*', '', pattern)}`" if is_whole else A_TAG
    notes = ("a file name joins tags by it; each of them is matched by itself",)
    return Never(f"`{pattern}` can't match a wheel's tag: no tag has a `.`", hint, notes, recent=True)


def exact_marker(patterns: Iterable[str]) -> str | None:
    """Return the marker for exactly the environments of wheels with these tags: empty for all, None for none."""
    return _marker(tuple(patterns), by_machine=False)


def near_marker(patterns: Iterable[str]) -> str | None:
    """Return the marker that would be exact if every Python ran on the machine for which it is built."""
    return _marker(tuple(patterns), by_machine=True)


class _Wheel(NamedTuple):
    """The tags of a wheel, and the values of an environment in which it can be installed; empty for any value."""

    tags: tuple[str, ...]
    implementation: str
    system: str
    machine: str


_PYTHONS = {
    "CPython": (
        *(f"cp{version}-cp{version}" for version in ("38", "39", "310", "311", "312", "313", "314", "315")),
        *(f"cp{version}-cp{version}t" for version in ("313", "314", "315")),
        *(f"cp{version}-abi3" for version in ("38", "311", "314")),
        "cp315-abi3t",
    ),
    "PyPy": ("pp39-pypy39_pp73", "pp310-pypy310_pp73", "pp311-pypy311_pp73"),
    "GraalVM": ("graalpy311-graalpy242_311_native", "graalpy312-graalpy250_312_native"),
}
_LINUX = ("aarch64", "armv7l", "i686", "ppc64le", "riscv64", "s390x", "x86_64")
# By `sys_platform`, each with its machines. Some wheels have two tags: repair tools write both.
_PLATFORMS: dict[str, dict[tuple[str, ...], str]] = {
    "linux": {
        tags: machine
        for machine in _LINUX
        for tags in (
            (f"manylinux_2_17_{machine}", f"manylinux2014_{machine}"),
            (f"manylinux_2_28_{machine}",),
            (f"manylinux_2_39_{machine}",),
            (f"musllinux_1_1_{machine}",),
            (f"musllinux_1_2_{machine}",),
        )
    },
    "darwin": {
        (f"macosx_{version}_{machine}",): machine
        for machine, versions in {
            "x86_64": ("10_9", "10_13", "11_0", "14_0", "26_0"),
            "arm64": ("11_0", "12_0", "14_0", "26_0"),
            "universal2": ("10_9", "11_0", "14_0"),
        }.items()
        for version in versions
    },
    "win32": {("win32",): "", ("win_amd64",): "AMD64", ("win_arm64",): "ARM64"},
}
_ONLY_CPYTHON: dict[str, dict[tuple[str, ...], str]] = {
    "android": {("android_21_arm64_v8a",): "", ("android_24_x86_64",): ""},
    "emscripten": {
        ("emscripten_4_0_9_wasm32",): "",
        ("pyodide_2025_0_wasm32", "pyemscripten_2025_0_wasm32"): "",
        ("pyemscripten_2026_0_wasm32",): "",
    },
    "ios": {
        ("ios_13_0_arm64_iphoneos",): "",
        ("ios_13_0_arm64_iphonesimulator",): "",
        ("ios_14_0_x86_64_iphonesimulator",): "",
    },
    "": {("freebsd_14_2_release_amd64",): ""},
}
# Python for these also runs on machines with another name.
_FOREIGN = ("armv7l", "i686", "universal2")


@functools.cache
def _sample() -> tuple[_Wheel, ...]:
    return tuple(
        _Wheel(tuple(f"{python}-{tag}" for tag in tags), implementation, system, machine)
        for implementation, pythons in _PYTHONS.items()
        for system, platforms in (_PLATFORMS | (_ONLY_CPYTHON if implementation == "CPython" else {})).items()
        for tags, machine in platforms.items()
        for python in pythons
    )


@functools.cache
def _tags() -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for wheel in _sample() for tag in wheel.tags))


# What a marker can test: the implementation, the system, and the machine if needed.
_Place = tuple[str, str]
_Cell = tuple[str, _Place]


@functools.lru_cache(maxsize=1024)
def _marker(patterns: tuple[str, ...], *, by_machine: bool) -> str | None:
    if not patterns:
        return ""
    answers: dict[_Cell, bool] = {}
    matching = re.compile("|".join(map(translate, patterns)))
    hits = frozenset(filter(matching.match, _tags()))
    if not hits:
        return None
    for wheel in _sample():
        if by_machine and wheel.machine == "universal2":
            continue
        machine = wheel.machine if by_machine and wheel.machine not in _FOREIGN else ""
        cell = (wheel.implementation, (wheel.system, machine))
        answer = not hits.isdisjoint(wheel.tags)
        if answers.setdefault(cell, answer) is not answer:
            return None
    return _said(answers)


def _said(answers: dict[_Cell, bool]) -> str | None:
    """Return the marker that is true in exactly the cells with a true answer; None if one can't be described."""
    chosen = [cell for cell, answer in answers.items() if answer]
    if not chosen:
        return None
    places = {place for _, place in chosen}
    if all(answer for (_, place), answer in answers.items() if place in places):
        return _of_places(places, {place for _, place in answers})
    ways = []
    for theirs, implementations in alike(chosen).items():
        possible = {place for implementation, place in answers if implementation in implementations}
        of_places = _of_places(theirs, possible)
        if of_places is None:
            return None
        names = [f'platform_python_implementation == "{name}"' for name in _PYTHONS if name in implementations]
        ways.append(_join("and", filter(None, (of_places, _join("or", names)))))
    return _join("or", ways)


def alike(pairs: Iterable[tuple[_One, _Other]]) -> dict[frozenset[_Other], set[_One]]:
    """Group the first items of pairs by the set of their second items."""
    partners: dict[_One, set[_Other]] = {}
    for left, right in pairs:
        partners.setdefault(left, set()).add(right)
    by_partners: dict[frozenset[_Other], set[_One]] = {}
    for left, others in partners.items():
        by_partners.setdefault(frozenset(others), set()).add(left)
    return by_partners


def _of_places(places: AbstractSet[_Place], possible: AbstractSet[_Place]) -> str | None:
    if places == possible:
        return ""
    ways = []
    for system in dict.fromkeys(wheel.system for wheel in _sample()):
        machines, others = (
            [pair[1] for pair in sorted(some) if pair[0] == system] for some in (places, possible - places)
        )
        if not machines:
            continue
        if not system or ("" in machines and others):
            return None
        names = [f'platform_machine == "{machine}"' for machine in machines if others]
        ways.append(_join("and", filter(None, (f'sys_platform == "{system}"', _join("or", names)))))
    return _join("or", ways)


def _join(word: str, parts: Iterable[str]) -> str:
    several = list(parts)
    other = " or " if word == "and" else " and "
    return f" {word} ".join(f"({part})" if len(several) > 1 and other in part else part for part in several)
