"""The versions of a distribution that have wheels for an environment, from built-in tables.

The table `tables/wheels.json` names its source and date; `scripts/evidence wheels` updates it. It lists final versions
only. Versions newer than the table are missing, which makes nothing else in it wrong.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.version import Version

__all__ = ["Available", "available", "kind_of", "kinds_beside"]


class Available(NamedTuple):
    """The final versions of a distribution, the yanked ones, and those that have a wheel of each kind."""

    versions: tuple[Version, ...]
    yanked: frozenset[Version]
    wheels: Mapping[str, frozenset[Version]]


@lru_cache(maxsize=8)
def available(name: str) -> Available | None:
    """Return the entry of a distribution, by its normalised name, or None."""
    from packaging.version import Version

    known = _table()["distributions"].get(name)
    if known is None:
        return None
    versions = tuple(map(Version, known["versions"]))
    wheels = {
        kind: frozenset(version for first, last in spans for version in versions[first : last + 1])
        for kind, spans in known["wheels"].items()
    }
    return Available(versions, frozenset(map(Version, known["yanked"])), wheels)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, dict[str, dict[str, list[list[int]]]]]]:
    table: dict[str, dict[str, dict[str, dict[str, list[list[int]]]]]] = json.loads(
        files("abiding.evidence").joinpath("tables/wheels.json").read_text("utf-8")
    )
    return table


def kind_of(tag: str) -> Iterator[str]:
    """Yield the kinds of a tag: interpreter, `t` for a free-threaded one, and platform without version.

    `cp313-cp313t-manylinux_2_28_x86_64` has the kind `cp313t-manylinux_x86_64`; a universal binary of macOS has two.
    """
    interpreter, abi, platform = tag.split("-")
    threads = "t" if abi.startswith("cp") and abi.endswith("t") else ""
    for kind in _platforms(platform):
        yield f"{interpreter}{threads}-{kind}"


def _platforms(platform: str) -> Iterator[str]:
    system, _, rest = platform.partition("_")
    if system in ("win32", "any", "") or system == "win":
        yield platform
    elif system.startswith(("manylinux", "linux")):
        yield f"manylinux_{_machine(rest)}"
    elif system == "musllinux":
        yield f"musllinux_{_machine(rest)}"
    elif system == "macosx":
        machine = _machine(rest)
        for part in _UNIVERSAL.get(machine, (machine,)):
            yield f"macosx_{part}"
    else:
        yield platform


_UNIVERSAL = {"universal2": ("arm64", "x86_64"), "intel": ("x86_64",)}


def _machine(rest: str) -> str:
    """Return `x86_64` for `2_28_x86_64`; `linux_x86_64` has no version."""
    parts = rest.split("_")
    while parts and parts[0].isdigit():
        parts = parts[1:]
    return "_".join(parts)


def kinds_beside(tag: str, known: Available) -> Iterator[str]:
    """Yield the known kinds of wheels that can be installed where one with this tag can."""
    interpreter, abi, _ = tag.split("-")
    many = interpreter[:2] if abi == "none" or abi.startswith("abi3") else ""
    least = int(interpreter[3:]) if interpreter[3:].isdigit() else 0
    for own in kind_of(tag):
        machine = own.partition("-")[2]
        for kind in known.wheels:
            python, _, platform = kind.partition("-")
            minor = python.removesuffix("t")[3:]
            later = many in ("cp", "py") and python.startswith("cp3") and minor.isdigit() and int(minor) >= least
            later = later and (abi != "abi3" or not python.endswith("t"))  # which is what `abi3t` is for
            if machine in (platform, "any") and (kind == own or later):
                yield kind
