"""A wheel on disk, looked at as a whole: what its files need, and what it says of that."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from abiding.errors import AbidingError, ArchiveError
from abiding.native import contents
from abiding.native.images import may_be_image
from abiding.native.links import follow
from abiding.native.platforms import Platform
from abiding.native.provenance import MEMBER, Provenance
from abiding.native.providers import Neighbours, Recorded, Wheels, target
from abiding.native.rules import judge
from abiding.native.subject import Subject
from abiding.wheel import Wheel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from packaging.tags import Tag

    from abiding.findings import Finding
    from abiding.native.providers import Shelf

__all__ = ["checked", "examine", "provenance_of", "subject_of"]


def __dir__() -> list[str]:
    return __all__


def examine(path: Path, wheels: Iterable[Path] = ()) -> tuple[Finding, ...]:
    """Judge the compiled files of a wheel; `wheels` are those at hand of distributions that it may require."""
    return judge(subject_of(path, [Wheels(_fitting(path, wheels))]))


def checked(paths: Iterable[Path]) -> dict[str, tuple[Finding, ...]]:
    """Judge all wheels among some files and right in some folders, each with the others at hand."""
    wheels = [file for path in paths for file in _wheels(path)]
    found: dict[str, tuple[Finding, ...]] = {}
    for path in wheels:
        found[path.name] = ()
        with suppress(ArchiveError):  # who reads its metadata says so
            if _has_code(path):
                found[path.name] = _examined(path, wheels)
    return found


def _examined(path: Path, wheels: Iterable[Path]) -> tuple[Finding, ...]:
    try:
        return examine(path, wheels)
    except AbidingError as exc:
        if exc.findings[0].rule != "missing-extra":
            return exc.findings
        if provenance_of(path):
            raise
        return ()


def _wheels(path: Path) -> list[Path]:
    found = sorted(path.glob("*.whl")) if path.is_dir() else [path]
    return [one for one in found if one.name.endswith(".whl") and one.is_file()]


def _has_code(path: Path) -> bool:
    return any(may_be_image(name) for name in Wheel.open(path).names)


def subject_of(path: Path, shelves: Iterable[Shelf], requires: Iterable[str] | None = None) -> Subject:
    """Read a wheel and follow what it needs; `requires` is given if METADATA is still to say so.

    Raises `AbidingError`.
    """
    tags = _tags(path)
    platform = Platform.of(tags)
    consumer = contents.of_wheel(path).loadable(platform.format)
    if requires is not None:
        consumer = replace(consumer, requires=tuple(requires))
    provenance = provenance_of(path)
    shelves = tuple(shelves)
    recorded = [Recorded(provenance)] if provenance else []
    neighbours = Neighbours.of(consumer.requires, target(tags), [*shelves, *recorded])
    return Subject(
        path.name,
        consumer,
        follow(consumer, neighbours, platform),
        neighbours,
        platform,
        provenance,
        lambda name: next((one for shelf in shelves if (one := shelf.get(name))), None),
    )


def provenance_of(path: Path) -> Provenance | None:
    """Read the provenance.json of a wheel; None if it has none. Raises `ArchiveError`."""
    wheel = Wheel.open(path)
    name = f"{wheel.dist_info}/{MEMBER}"
    return Provenance.from_json(wheel.read(name), path.name) if name in wheel.names else None


def _tags(path: Path) -> frozenset[Tag]:
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return parse_wheel_filename(path.name)[3]
    except InvalidWheelFilename as exc:
        raise ArchiveError.at(path.name, "does not have the name of a wheel") from exc


def _fitting(path: Path, wheels: Iterable[Path]) -> tuple[Path, ...]:
    """Those of the wheels that can stand beside this one: of the same system and machine, and of the same Python."""
    own = _tags(path)
    return tuple(one for one in wheels if one != path and any(_beside(mine, tag) for tag in _tags(one) for mine in own))


def _beside(mine: Tag, other: Tag) -> bool:
    same_python = other.abi in ("none", mine.abi) or other.abi.startswith("abi3") or mine.abi == "none"
    return same_python and (other.platform == "any" or _machine(mine.platform) == _machine(other.platform))


def _machine(platform: str) -> tuple[str, str]:
    system = next((one for one in ("musllinux", "linux", "macosx", "win") if one in platform), platform)
    return system, platform.rsplit("_", 2 if platform.endswith(("x86_64", "86_64")) else 1)[-1]
