"""CPython's stable ABI: whether the symbols that a wheel's files use fit the Python of its tag.

Some functions are older than their place in the stable ABI. An older Python may import a file that uses one, but
that is not promised. The table `tables/python.json` lists the versions, with source and date; `scripts/evidence python`
updates it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from abiding.evidence import beyond_stable_abi
from abiding.evidence.interfaces import Interface, Kind
from abiding.findings.errors import AbidingError, MissingExtraError, needing
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of
from abiding.metadata import markers
from abiding.metadata.exclusions import installable
from abiding.native.names import module_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from abiding.evidence.beyond_stable_abi import Unpromised

__all__ = [
    "LeastPython",
    "Stable",
    "Uses",
    "is_readable",
    "judge_stable_abi",
    "needed",
    "of_file",
    "tag_of",
    "tags_among",
    "unread",
]


_MOST_NAMED = 3


class LeastPython(NamedTuple):
    """A Python, and a phrase for the symbols that need it."""

    python: str
    symbols: str

    def numbers(self) -> tuple[int, ...]:
        """Return the parts of its version, to compare it by."""
        return tuple(map(int, self.python.split(".")))


class Stable(NamedTuple):
    """A file for the stable ABI, by its place below site-packages.

    `promised` is the lowest Python whose stable ABI has all that the file uses, `there` the lowest that has it at all,
    and so have all later ones.
    """

    file: str
    promised: LeastPython
    there: LeastPython

    @property
    def interface(self) -> Interface:
        """The entry for its build record: the lowest Python that can import it."""
        return Interface(Kind.STABLE_ABI, "", self.there.symbols, floor=self.there.python)


class Uses(NamedTuple):
    """The symbols of CPython that a file uses: those of the stable ABI, and those `beyond` it."""

    stable: Stable | None = None
    beyond: Unpromised | None = None


def tags_among(tags: Iterable[str]) -> list[str]:
    """Return the tags for the stable ABI."""
    return [tag for tag in tags if tag.split("-")[1].startswith("abi3")]


def of_file(place: str, contents: Callable[[], bytes]) -> Uses:
    """Return what a file of a wheel for the stable ABI uses of CPython.

    None if it is not for the stable ABI by its name, or can't be read, which is reported elsewhere. `contents` returns
    the file; its exceptions are passed on.
    """
    name, _, suffix = place.rpartition("/")[2].partition(".")
    # Every Python imports a module without a tag in its name. On Windows, those for the stable ABI have none.
    for_any = suffix in ("pyd", "so")
    if not ((for_any or ".abi3" in f".{suffix}") and is_readable()):
        return Uses()
    data = contents()
    from abiding.native.images import Format
    from abiding.native.reading import read_image, read_symbols

    try:
        image = read_image(data, place)
        symbols = read_symbols(data, image) if image else None
    except AbidingError:
        return Uses()
    if image is None or symbols is None or (suffix == "so" and f"PyInit_{name}" not in symbols.exported):
        return Uses()
    names = [name for some in symbols.imported.values() for name in some]
    promised = needed(names)
    # On Windows, files for the stable ABI are linked with python3.dll, which has nothing else.
    there = promised if image.format is Format.PE else needed(names, _exported())
    stable = Stable(place, max(promised, there, key=LeastPython.numbers), there) if promised and there else None
    return Uses(stable, beyond_stable_abi.of_image(image, symbols))


def tag_of(least: LeastPython) -> str:
    """Return the tag of a wheel that needs such a Python."""
    return f"cp{least.python.replace('.', '')}-abi3"


def is_readable() -> bool:
    """Return whether the tools to read symbols, and the list of the stable ABI, are installed."""
    try:
        _need()
    except MissingExtraError:
        return False
    return True


def unread(filename: str, number: int, tags: Iterable[str]) -> Iterator[Finding]:
    """Report a wheel for the stable ABI if no tool to read its symbols is installed."""
    if number and tags_among(tags):
        try:
            _need()
        except MissingExtraError as exc:
            yield from exc.noted(filename)


def _need() -> None:
    """Raise `MissingExtraError` if a tool to read symbols of the stable ABI is missing."""
    with needing("native", "reading what compiled files use of CPython's stable ABI"):
        import abi3info  # noqa: F401
        import elftools  # noqa: F401


def needed(symbols: Iterable[str], exported: Mapping[str, tuple[int, int]] | None = None) -> LeastPython | None:
    """Return the lowest Python whose stable ABI has these symbols; None if none is in it.

    `exported` has, for each that differs, the Python since which all export a symbol: it counts instead.
    """
    from abi3info import DATAS, FUNCTIONS
    from abi3info.models import Symbol

    known = {}
    for name in symbols:
        symbol = Symbol(name)
        entry = FUNCTIONS.get(symbol) or DATAS.get(symbol)
        if entry is not None and entry.added is not None:
            added = (entry.added.major, entry.added.minor)
            known[name] = (exported or {}).get(name, added)
    if not known:
        return None
    least = max(known.values())
    names = sorted(name for name, added in known.items() if added == least)
    return LeastPython(".".join(map(str, least)), first_of(names, _MOST_NAMED))


@lru_cache(maxsize=1)
def _exported() -> dict[str, tuple[int, int]]:
    """Return since when all Pythons export a symbol, where that is not since it is of the stable ABI.

    Most were there before. A few got lost in some Python, also one that promises them.
    """
    text = files("abiding.evidence").joinpath("tables/python.json").read_text("utf-8")
    table: dict[str, str] = json.loads(text)["exported"]
    return {name: (int(first.partition(".")[0]), int(first.partition(".")[2])) for name, first in table.items()}


def judge_stable_abi(
    filename: str, modules: Iterable[Stable], tags: Iterable[str], requires_python: str
) -> Iterator[Finding]:
    """Judge a wheel by the Pythons that it admits: its tags and `Requires-Python`."""
    tags = tags_among(tags)
    if not tags:
        return
    where = installable(requires_python, tags)
    for module in modules:
        # The more severe first: a symbol that joined the stable ABI later.
        for lacking in (module.there, module.promised):
            if (where & markers.of_releases(f'python_version < "{lacking.python}"')).branch is not False:
                yield _too_old(filename, module, lacking, tags)
                break


def _too_old(filename: str, module: Stable, lacking: LeastPython, tags: list[str]) -> Finding:
    name = module_name(module.file) or module.file
    promised = module.promised.python
    tag = tag_of(module.promised)
    is_there = lacking.python != module.there.python
    message = f"the tag admits Pythons before {lacking.python}, whose stable ABI lacks what `{name}` uses"
    notes = [f"the stable ABI has `{module.promised.symbols}` since {promised}"]
    if is_there:
        notes.append("older ones have it, outside of the stable ABI: the import works, and nobody has promised that")
    return Finding(
        "bound-too-loose",
        Severity.WARNING if is_there else Severity.ERROR,
        message,
        artifact=filename,
        field="Tag",
        expected=tag,
        expected_from=f"what `{name}` needs",
        found=tuple(dict.fromkeys(tag.rpartition("-")[0] for tag in tags)),
        found_from="file name",
        notes=tuple(notes),
        hints=(
            f"compile it with `Py_LIMITED_API` of the Python in the tag, or tag the wheel `{tag}`",
            f'or require it: `requires-python = ">={promised}"`',
        ),
    )
