"""Compare what the headers of two releases declare: what changed, what is gone, and what has another body."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.providers.declarations import CONSTANTS, MEANT, OTHER_LANGUAGE, HeaderDeclaration, ParsedHeaders, Reading
from abiding.providers.version_constants import is_version

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = [
    "Changed",
    "changes",
    "comparable_parts",
    "constants",
    "differing_bodies",
    "differing_specialisations",
    "lost_constants",
    "lost_declarations",
]


class Changed(NamedTuple):
    """A declaration or a constant whose meaning has changed."""

    old: HeaderDeclaration
    new: HeaderDeclaration


def comparable_parts(old: ParsedHeaders, new: ParsedHeaders) -> tuple[ParsedHeaders, ParsedHeaders]:
    """Leave out readings that can't be compared: in the wrong language, or without an included header.

    A name that ends with `.h` leaves the language open. A header that is read as C without errors is C; it is both if
    it, or a header that it includes, tests for C++. A header that misses another one in one release only has failed.
    """
    sides = (old, new)
    both = old.of_both | new.of_both
    left_out: set[tuple[str, str]] = set()
    lacking: dict[tuple[str, str], str] = {}
    for place in {place for side in sides for place, _ in side.readings}:
        by_language = {
            language: [side.readings[place, language] for side in sides if (place, language) in side.readings]
            for language in OTHER_LANGUAGE
        }
        whole = {language: all(header.is_whole for header in readings) for language, readings in by_language.items()}
        is_of_both = any(
            not both.isdisjoint((place, *header.includes)) for readings in by_language.values() for header in readings
        )
        if all(by_language.values()):
            # A header in one release only may be in the other one under a name for C++.
            if whole["c"] and not is_of_both and len(by_language["c"]) == len(sides):
                left_out.add((place, "c++"))
            elif whole["c++"] and not whole["c"]:
                left_out.add((place, "c"))
        for language, readings in by_language.items():
            if len({header.missing for header in readings}) > 1:
                reading = next(header for header in readings if header.missing)
                lacking[place, language] = reading.errors.get(place, reading.missing[0])
    return old.without(left_out).failing(lacking), new.without(left_out).failing(lacking)


class _Index:
    """The declarations of a release, by key."""

    def __init__(self, side: ParsedHeaders, kinds: Collection[str]) -> None:
        self.side = side
        self.everywhere: dict[tuple[str, str], list[HeaderDeclaration]] = defaultdict(list)
        self.own: dict[tuple[str, str, str], list[HeaderDeclaration]] = defaultdict(list)
        for reading, declaration in _of_kind(side, kinds):
            self.everywhere[reading.language, declaration.key].append(declaration)
            if declaration.place == reading.place:
                self.own[reading.language, declaration.place, declaration.key].append(declaration)

    def successor(self, reading: Reading, old: HeaderDeclaration, before: _Index) -> HeaderDeclaration | None:
        """Return the declaration that replaces one of the release `before`, if its meaning differs."""
        language = reading.language
        candidates = self.everywhere.get((language, old.key), [])
        is_own = old.place == reading.place
        own = self.own.get((language, old.place, old.key)) if is_own else None
        if any(map(old.is_kept_by, own or candidates)):
            return None
        if own:
            return own[-1]
        # It has moved, or another header changes its meaning before including it.
        here = self.side.readings.get((reading.place, language))
        if here is None:
            moved = [new for new in candidates if (language, new.place, old.key) not in before.own]
            is_gone = not any((reading.place, language) in self.side.readings for language in OTHER_LANGUAGE)
            return moved[-1] if moved and is_own and is_gone else None
        if not here.is_whole or (not is_own and old.place not in here.includes):
            return None
        return candidates[-1] if candidates else None


def _of_kind(side: ParsedHeaders, kinds: Collection[str]) -> Iterator[tuple[Reading, HeaderDeclaration]]:
    """Yield all declarations of some kinds; constants include the members of named enumerations."""
    yield from side.of_kind(*kinds)
    if "enumerator" in kinds:
        for reading, type_ in side.of_kind("type"):
            yield from ((reading, member) for member in _members(type_))


def _members(enumeration: HeaderDeclaration) -> Iterator[HeaderDeclaration]:
    """Yield the members of an enumeration as constants, with their qualified names."""
    within, separator, name = enumeration.key.removeprefix("tag ").rpartition("::")
    is_scoped = not enumeration.meaning.removeprefix("enum ").isdigit()
    prefix = f"{within}{separator}{f'{name}::' if is_scoped else ''}"
    for member in sorted(enumeration.members):
        name, _, value = member.partition(" = ")
        yield HeaderDeclaration(enumeration.place, "enumerator", f"{prefix}{name}", f"{prefix}{name}", value)


def changes(old: ParsedHeaders, new: ParsedHeaders, *kinds: str) -> Iterator[Changed]:
    """Yield the declarations whose meaning has changed, each once; missing headers are not compared."""
    before, after = (_Index(side, kinds or MEANT) for side in (old, new))
    names: set[str] = set()
    if "enumerator" in kinds:
        # Members of an enumeration in both: the comparison of types reports these.
        kept = {(reading.language, type_.key) for reading, type_ in new.of_kind("type") if type_.members}
        types = (type_ for reading, type_ in old.of_kind("type") if (reading.language, type_.key) in kept)
        names.update(member.name for type_ in types for member in _members(type_))
    for reading, declaration in _of_kind(old, kinds or MEANT):
        if declaration.name not in names and (successor := after.successor(reading, declaration, before)):
            names.add(declaration.name)
            yield Changed(declaration, successor)


def constants(side: ParsedHeaders) -> dict[str, HeaderDeclaration]:
    """Return the constants of a release by name, without those for its version, which are never in enumerations."""
    by_name = {constant.key: constant for _, constant in _of_kind(side, CONSTANTS)}
    return {
        name: constant
        for name, constant in by_name.items()
        if constant.kind == "enumerator" or not is_version(name, by_name)
    }


def lost_constants(old: ParsedHeaders, new: ParsedHeaders, *, is_all: bool) -> tuple[str, ...]:
    """Return constants that are missing in a release, as far as it was read; `is_all` is whether all headers were."""
    known = {constant.name for _, constant in _of_kind(new, CONSTANTS)}
    known |= {member.name for _, type_ in old.of_kind("type") for member in _members(type_)}
    is_read = _reader(new, is_all=is_all)
    return tuple(
        name
        for name, constant in constants(old).items()
        if constant.kind != "guard" and name not in known and is_read(constant.place)
    )


def lost_declarations(old: ParsedHeaders, new: ParsedHeaders, *, is_all: bool) -> tuple[str, ...]:
    """Return the names of declarations that are missing in a release, as `lost_constants` does."""
    known = {declaration.key for _, declaration in new.of_kind(*MEANT)}
    # A header in one release only was read as C++ too, even if it is C.
    of_c = known | {function.key for reading, function in old.of_kind("function") if reading.language == "c"}
    is_read = _reader(new, is_all=is_all)
    lost = (each for _, each in old.of_kind(*MEANT) if each.key not in known and is_read(each.place))
    return tuple(
        dict.fromkeys(
            each.name
            for each in lost
            if each.name.startswith(f"{each.symbol}()") or "::" in each.name or f"{each.symbol}()" not in of_c
        )
    )


def _reader(side: ParsedHeaders, *, is_all: bool) -> Callable[[str], bool]:
    """Return a function that tells whether a header was read completely, or is missing while all others were read."""
    faulty = {place for (place, _), reading in side.readings.items() if not reading.is_whole} | side.faults().keys()
    there = {place for place, _ in side.readings}
    return lambda place: place not in faulty and (is_all or place in there)


def differing_bodies(old: ParsedHeaders, new: ParsedHeaders, kind: str) -> list[str]:
    """Return the names of declarations with changed code of one kind, which is compiled into its users.

    Kinds are the `body` or a `default` of a function, the `initialiser` of a variable, and the text of a `macro`.
    """
    before, after = ({(body.name, body.meaning) for _, body in side.of_kind(kind)} for side in (old, new))
    return sorted({name for name, _ in before - after} & {name for name, _ in after})


def differing_specialisations(old: ParsedHeaders, new: ParsedHeaders) -> list[str]:
    """Return specialisations that only one release has, of a template of both."""
    before, after = ({special.name: special.meaning for _, special in side.of_kind("special")} for side in (old, new))
    primaries, in_both = {**before, **after}, _templates(old) & _templates(new)
    return sorted(name for name in before.keys() ^ after.keys() if primaries[name] in in_both)


def _templates(side: ParsedHeaders) -> set[str]:
    """Return the keys of possible templates; of functions without their parameters."""
    return {
        f"function {declaration.name.partition('(')[0]}" if declaration.kind == "function" else declaration.key
        for _, declaration in side.of_kind("type", "text", "function")
    }
