"""Symbols of CPython that a file for the stable ABI uses although they are not in it: a later CPython may lack them.

The table `tables/python.json` lists the symbols of CPython and the Pythons that export them. Names alone don't tell:
libshiboken, for one, has functions of its own whose names look like CPython's.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import literals
from abiding.metadata import markers
from abiding.metadata.exclusions import installable
from abiding.native.images import Format
from abiding.native.names import is_mangled, module_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.native.images import Image, Symbols

__all__ = ["Pythons", "Unpromised", "judge_unpromised", "of_image"]


class Pythons(NamedTuple):
    """The Pythons that export a name: the first and the last of each run, for a name may be lost, and come back.

    The last is empty where the newest that was looked into has the name.
    """

    runs: tuple[tuple[str, str], ...]

    @property
    def without(self) -> tuple[str, ...]:
        """The markers of those that lack it: the older ones, those between two runs, and the later ones."""
        bounds = [(f'python_version < "{first}"', last and f'python_version > "{last}"') for first, last in self.runs]
        between = (f"{last} and {first}" for (_, last), (first, _) in pairwise(bounds))
        return (bounds[0][0], *between, *filter(None, [bounds[-1][1]]))


class Unpromised(NamedTuple):
    """A file for the stable ABI, by its place below site-packages, and what it uses beyond that, by name."""

    file: str
    symbols: Mapping[str, Pythons]


# Libraries that have nothing of Python, and Python's own. Of any other a symbol may be, which does not say whose it is.
_NOT_THEIRS = pattern(
    r"ld-(linux|musl).*|lib(c|m|pthread|dl|rt|util|gcc_s|stdc\+\+|atomic)\.(so|musl)\b.*|libpython\d.*|/usr/lib/.*"
)


def of_image(image: Image, symbols: Symbols) -> Unpromised | None:
    """Return what an image uses of CPython that no stable ABI has; None for nothing, and where others may have it.

    On Windows what is for the stable ABI is linked with python3.dll, which has nothing else.
    """
    if image.format is Format.PE:
        return None
    if image.format is Format.ELF and not all(_NOT_THEIRS.fullmatch(need) or is_mangled(need) for need in image.needs):
        return None
    known = _known()
    used = {name: known[name] for name in sorted(symbols.imported.get("", ())) if name in known}
    return Unpromised(image.place, used) if used else None


@lru_cache(maxsize=1)
def _known() -> dict[str, Pythons]:
    """Return the Pythons that export each of the names that are of no stable ABI."""
    text = files("abiding.evidence").joinpath("tables/python.json").read_text("utf-8")
    table: dict[str, str] = json.loads(text)["unpromised"]
    known = {}
    for pythons, names in table.items():
        runs = tuple((first, last) for first, _, last in (run.partition("-") for run in pythons.split()))
        known.update(dict.fromkeys(names.split(), Pythons(runs)))
    return known


def judge_unpromised(
    filename: str, modules: Iterable[Unpromised], tags: Iterable[str], requires_python: str
) -> Iterator[Finding]:
    """Judge a wheel with these tags, all of the stable ABI, by what its files use beyond that."""
    tags = list(tags)
    where = installable(requires_python, tags)
    for module in modules:
        lacking = {
            name: gone
            for name, pythons in module.symbols.items()
            if (
                gone := [
                    marker for marker in pythons.without if (where & markers.of_releases(marker)).branch is not False
                ]
            )
        }
        yield _beyond(filename, module, lacking, tags)


def _beyond(filename: str, module: Unpromised, lacking: Mapping[str, list[str]], tags: Iterable[str]) -> Finding:
    name = module_name(module.file) or module.file
    notes = [f"CPython has {literals(tuple(module.symbols))}, and no stable ABI does: a later CPython may drop it"]
    by_python: dict[str, list[str]] = {}
    for symbol, gone in lacking.items():
        by_python.setdefault(" or ".join(gone), []).append(symbol)
    notes += [f"it is not there where `{where}`: {literals(names)}" for where, names in by_python.items()]
    message = f"`{name}` uses symbols of CPython that are outside of the stable ABI, which its tag names"
    if lacking:
        message = f"the tag admits Pythons that lack what `{name}` uses outside of the stable ABI"
    return Finding(
        "bound-too-loose",
        Severity.ERROR if lacking else Severity.WARNING,
        message,
        artifact=filename,
        field="Tag",
        found=tuple(dict.fromkeys(tag.rpartition("-")[0] for tag in tags)),
        found_from="file name",
        notes=tuple(notes),
        hints=(
            "compile it with `Py_LIMITED_API`, which leaves only the stable ABI to use",
            "or build a wheel for each Python, without the stable ABI in its tag",
        ),
    )
