"""Describe many wheels in few words: ranges of Pythons, and platforms."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.project.select_globs import alike
from abiding.report.grouping import each_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from abiding.releases.release import Release

__all__ = ["briefly", "compact", "in_order", "parts"]


# `cp310`, `cp313t`: what counts up, and what can't be told from it otherwise.
_COUNTED = pattern(r"([a-z]+\d)(\d+)(.*)")
# Redundant beside a tag of PEP 600.
_OLDER = {"manylinux1_": "manylinux_2_5_", "manylinux2010_": "manylinux_2_12_", "manylinux2014_": "manylinux_2_17_"}
_FEWEST = 3  # consecutive names to write as a range


class Tags(NamedTuple):
    """The tags that distinguish a wheel from others of its release."""

    build: str
    label: str
    python: str
    platform: str


def compact(names: Iterable[str], release: Iterable[str]) -> tuple[str, ...]:
    """Describe wheels by their tags, each exactly once; `release` are the names of all files to distinguish.

    Files without tags, such as sdists, are given by name.
    """
    labels = {name: _tags(name) for name in release}
    times = Counter(labels.values())
    known: list[Tags] = []
    others: list[str] = []
    for name in dict.fromkeys(names):
        tags = labels.get(name) or _tags(name)
        if tags is not None and times[tags] <= 1:
            known.append(tags)
        else:
            others.append(name)
    return (*_describe(known), *others)


def briefly(names: Sequence[str], release: Release) -> str:
    """Describe files of a release on one line: one by its name, several by their tags."""
    if len(names) == 1:
        return names[0]
    tags = "; ".join(compact(names, [file.called for file in release.files]))
    return f"{release.name} {release.version}, {each_of(names)} ({tags})"


def parts(name: str) -> tuple[str, str]:
    """Return the Python and the platform of a wheel, as `compact` names them; empty for other files."""
    tags = _tags(name)
    return (tags.python, tags.platform) if tags else ("", "")


def in_order(pythons: Iterable[str]) -> tuple[str, ...]:
    """Return the sort key of Pythons: 3.9 before 3.10."""
    return tuple(sorted(pythons, key=_order))


def _tags(name: str) -> Tags | None:
    split = WheelName.split(name)
    if split is None:
        return None
    return Tags(split.build, split.label, _python(split.python, split.abi), _platform(split.platform))


def _python(python: str, abi: str) -> str:
    """Return one word for interpreter and ABI, if they have the same name."""
    return abi if abi.startswith(python) else f"{python}-{abi}"


def _platform(platform: str) -> str:
    names = platform.split(".")
    for old, new in _OLDER.items():
        names = [name for name in names if name.replace(old, new) == name or name.replace(old, new) not in names]
    return ".".join(names)


def _describe(wheels: Sequence[Tags]) -> Iterator[str]:
    for (build, label), group in groupby(sorted(wheels), key=lambda key: key[:2]):
        parts = (f"build {build}" if build else "", f"variant {label}" if label else "")
        prefix = f"{', '.join(filter(None, parts))}: " if any(parts) else ""
        yield from (f"{prefix}{shown}" for shown in _products([(tags.python, tags.platform) for tags in group]))


def _products(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the pairs as products of sets, grouped by the side that gives fewer."""
    by_platform = alike((platform, python) for python, platform in pairs)
    by_python = alike(pairs)
    products: list[tuple[Iterable[str], Iterable[str]]] = [*by_platform.items()]
    if len(by_python) < len(by_platform):
        products = [(pythons, platforms) for platforms, pythons in by_python.items()]
    for pythons, platforms in products:
        yield f"{_ranges(pythons)} × {', '.join(sorted(platforms))}"  # noqa: RUF001 (a product)


def _ranges(names: Iterable[str]) -> str:
    """Return the names in order; three or more consecutive ones as a range."""
    shown: list[str] = []
    for _, group in groupby(enumerate(sorted(names, key=_order)), key=lambda pair: _run(*pair)):
        run = [name for _, name in group]
        shown += run if len(run) < _FEWEST else [f"{run[0]}–{run[-1]}"]  # noqa: RUF001 (a range)
    return ", ".join(shown)


def _order(name: str) -> tuple[str, str, int, str]:
    match = _COUNTED.fullmatch(name)
    return (match[1], match[3], int(match[2]), "") if match else (name, "", 0, name)


def _run(place: int, name: str) -> Hashable:
    """Return a value that is equal for consecutive names, given the position of a name."""
    prefix, suffix, number, other = _order(name)
    return name if "-" in suffix else (prefix, suffix, number - place, other)
