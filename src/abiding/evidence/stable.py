"""CPython's stable ABI: the tag of a wheel promises a Python, and the symbols that its files use need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives import tagging
from abiding.evidence.interfaces import Interface, Kind, Module
from abiding.evidence.reading import fair, is_image
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.metadata import markers
from abiding.metadata.exclusions import installable
from abiding.native.names import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.archives.wheel import Wheel
    from abiding.metadata.core import CoreMetadata

__all__ = ["judge", "modules_of", "needed"]


# Of one file: what a module of Python has never reached.
_LARGEST = 256 << 20
_MOST_NAMED = 3


def judge(wheel: Wheel, metadata: CoreMetadata) -> tuple[Finding, ...]:
    """Judge a wheel with a tag of the stable ABI; nothing is found where the libraries are not installed that read it.

    Raises `ArchiveError`.
    """
    tags = [tag for tag in tagging.expanded(wheel.path.name) if tag.split("-")[1].startswith("abi3")]
    modules = modules_of(wheel) if tags else ()
    if not modules:
        return ()
    return tuple(_too_old(wheel.path.name, modules, tags, metadata.get("Requires-Python")))


def modules_of(wheel: Wheel) -> tuple[Module, ...]:
    """The files of a wheel that are for the stable ABI, each with the least Python whose symbols it uses."""
    try:
        import abi3info  # noqa: F401

        from abiding.native.reading import read_image, read_symbols
    except ModuleNotFoundError:
        return ()
    found = []
    for member in fair(wheel.directory.members()):
        if not _is_for_stable_abi(member.name.rpartition("/")[2]):
            continue
        data = wheel.contents(member, _LARGEST)
        place = place_of(member.name)
        try:
            image = read_image(data, place) if is_image(data) else None
            symbols = read_symbols(data, image) if image else None
        except AbidingError:  # who judges images says it
            continue
        if symbols:
            least = needed(name for names in symbols.imported.values() for name in names)
            found += [Module(place, (least,))] if least else []
    return tuple(found)


def _is_for_stable_abi(name: str) -> bool:
    """Whether a file is for the stable ABI by its name; on Windows those are that have no tag."""
    return ".abi3" in name or (name.endswith(".pyd") and name.count(".") == 1)


def needed(symbols: Iterable[str]) -> Interface | None:
    """The least Python that has all the symbols which are of the stable ABI; None if none of them is."""
    from abi3info import DATAS, FUNCTIONS
    from abi3info.models import Symbol

    known = {}
    for name in symbols:
        symbol = Symbol(name)
        one = FUNCTIONS.get(symbol) or DATAS.get(symbol)
        if one is not None and one.added is not None:
            known[name] = (one.added.major, one.added.minor)
    if not known:
        return None
    least = max(known.values())
    names = sorted(name for name, added in known.items() if added == least)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    seen = ", ".join(names[:_MOST_NAMED]) + more
    return Interface(Kind.STABLE_ABI, "", seen, floor=".".join(map(str, least)))


def _too_old(filename: str, modules: Iterable[Module], tags: list[str], requires_python: str) -> Iterator[Finding]:
    where = installable(requires_python, tags)
    for module in modules:
        (least,) = module.interfaces
        older = where & markers.of_releases(f'python_version < "{least.floor}"')
        if older.branch is False:
            continue
        interpreter = f"cp{least.floor.replace('.', '')}"
        yield Finding(
            "bound-too-loose",
            Severity.ERROR,
            f"the tag admits Pythons before {least.floor}, whose stable ABI lacks what `{module.name}` uses",
            artifact=filename,
            field="Tag",
            expected=f"{interpreter}-abi3",
            expected_from=f"what `{module.name}` needs",
            found=tuple(dict.fromkeys(tag.rpartition("-")[0] for tag in tags)),
            found_from="file name",
            notes=(f"the stable ABI has `{least.seen}` since {least.floor}",),
            hints=(
                f"compile it with `Py_LIMITED_API` of the Python in the tag, or tag the wheel `{interpreter}-abi3`",
                f'or require it: `requires-python = ">={least.floor}"`',
            ),
        )
