"""What headers declare: values, as the parser gives them, and which of two sets of them are others."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from abiding.providers.numbering import is_version

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

__all__ = [
    "CONSTANTS",
    "MEANT",
    "Changed",
    "Declaration",
    "Declared",
    "Reading",
    "bodies",
    "changes",
    "comparable",
    "constants",
    "dropped",
    "gone",
    "specialised",
]

# What libraries have; a constant is in who uses it.
MEANT = frozenset({"type", "function", "variable"})
# Macros and variables, macros that are guards, and what stands in enumerations.
CONSTANTS = frozenset({"constant", "guard", "enumerator"})


class Declaration(NamedTuple):
    """Something that a header declares: where, of which kind, what it means to a binary, and what it leads to.

    `key` is the same for all declarations of one thing, `name` is what people call it. `members` are constants of an
    enumeration, of which there may be more. `uses` are keys of types, `symbol` is the name in a library's table, and
    `begins` are keys of types that a value begins with.
    """

    place: str
    kind: str
    key: str
    name: str
    meaning: str
    members: frozenset[str] = frozenset()
    uses: tuple[str, ...] = ()
    symbol: str = ""
    begins: tuple[str, ...] = ()

    def is_kept_by(self, other: Declaration) -> bool:
        """Whether another one means the same, or the same and more."""
        return self.meaning == other.meaning and self.members <= other.members


class Reading(NamedTuple):
    """One header as it was read in one language: what it includes, errors by places, and what it has not found."""

    place: str
    language: str
    declared: tuple[Declaration, ...] = ()
    includes: frozenset[str] = frozenset()
    errors: Mapping[str, str] = MappingProxyType({})
    missing: tuple[str, ...] = ()
    failed: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all of the header itself was understood."""
        return not self.failed and not self.missing and self.place not in self.errors


class Changed(NamedTuple):
    """A declaration or a constant that is another one now: what it is of, and both meanings."""

    old: Declaration
    new: Declaration


class Declared(NamedTuple):
    """What all headers of a release declare, by place and language; `of_both` are those meant for C and for C++."""

    readings: Mapping[tuple[str, str], Reading]
    of_both: frozenset[str] = frozenset()

    @classmethod
    def of(cls, readings: Collection[Reading], of_both: Collection[str] = ()) -> Declared:
        """Return what some readings came to."""
        return cls({(one.place, one.language): one for one in readings}, frozenset(of_both))

    def without(self, left_out: Collection[tuple[str, str]]) -> Declared:
        """Return the same without some readings."""
        return self._replace(readings={key: one for key, one in self.readings.items() if key not in left_out})

    def failing(self, why: Mapping[tuple[str, str], str]) -> Declared:
        """Return the same without what some readings came to, each with the reason."""
        failed = {key: Reading(*key, failed=text) for key, text in why.items() if key in self.readings}
        return self._replace(readings={**self.readings, **failed})

    def of_kind(self, *kinds: str) -> Iterator[tuple[Reading, Declaration]]:
        """Yield all that is declared of some kinds."""
        for reading in self.readings.values():
            for one in reading.declared:
                if one.kind in kinds:
                    yield reading, one

    def faults(self) -> dict[str, str]:
        """Return the headers that were not wholly read, not even where others include them, each with a reason."""
        clean: set[tuple[str, str]] = set()
        why: dict[tuple[str, str], str] = {}
        for (place, language), reading in self.readings.items():
            if reading.failed:
                why[place, language] = reading.failed
                continue
            lost = reading.missing[0] if reading.missing else ""
            for one in {*reading.includes, place}:
                if error := reading.errors.get(one) or (lost if one == place else ""):
                    why.setdefault((one, language), error)
                else:
                    clean.add((one, language))
        return {
            place: text
            for (place, language), text in sorted(why.items())
            if (place, language) not in clean and (place in self.of_both or (place, _OTHER[language]) not in clean)
        }


_OTHER = {"c": "c++", "c++": "c"}


def comparable(old: Declared, new: Declared) -> tuple[Declared, Declared]:
    """Leave out what says nothing: a header in the language that it is not in, and one that lacks another header.

    A name that ends with `.h` says neither. What is read as C without an error is C; where it asks itself which of
    them it is, or what it includes does, it is both. One that lacks another header in one release alone has failed.
    """
    sides = (old, new)
    both = old.of_both | new.of_both
    left_out: set[tuple[str, str]] = set()
    lacking: dict[tuple[str, str], str] = {}
    for place in {place for side in sides for place, _ in side.readings}:
        found = {
            language: [side.readings[place, language] for side in sides if (place, language) in side.readings]
            for language in _OTHER
        }
        whole = {language: all(one.is_whole for one in some) for language, some in found.items()}
        is_of_both = any(not both.isdisjoint((place, *one.includes)) for some in found.values() for one in some)
        if all(found.values()):
            # What is there in one release alone may be in the other one by a name that is of C++.
            if whole["c"] and not is_of_both and len(found["c"]) == len(sides):
                left_out.add((place, "c++"))
            elif whole["c++"] and not whole["c"]:
                left_out.add((place, "c"))
        for language, some in found.items():
            if len({one.missing for one in some}) > 1:
                lacking[place, language] = next(one.errors.get(place, one.missing[0]) for one in some if one.missing)
    return old.without(left_out).failing(lacking), new.without(left_out).failing(lacking)


class _Index:
    """The declarations of a release, by what they are of."""

    def __init__(self, side: Declared, kinds: Collection[str]) -> None:
        self.side = side
        self.everywhere: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        self.own: dict[tuple[str, str, str], list[Declaration]] = defaultdict(list)
        for reading, one in _of_kind(side, kinds):
            self.everywhere[reading.language, one.key].append(one)
            if one.place == reading.place:
                self.own[reading.language, one.place, one.key].append(one)

    def another(self, reading: Reading, one: Declaration, before: _Index) -> Declaration | None:
        """Return what a declaration of the release `before` is here, if that is another thing."""
        language = reading.language
        found = self.everywhere.get((language, one.key), [])
        is_own = one.place == reading.place
        own = self.own.get((language, one.place, one.key)) if is_own else None
        if any(map(one.is_kept_by, own or found)):
            return None
        if own:
            return own[-1]
        # It is elsewhere now, or meant by what another header does before it includes this one.
        here = self.side.readings.get((reading.place, language))
        if here is None:
            moved = [each for each in found if (language, each.place, one.key) not in before.own]
            return moved[-1] if moved and is_own and not self._has(reading.place) else None
        if not here.is_whole or (not is_own and one.place not in here.includes):
            return None
        return found[-1] if found else None

    def _has(self, place: str) -> bool:
        return any((place, language) in self.side.readings for language in _OTHER)


def _of_kind(side: Declared, kinds: Collection[str]) -> Iterator[tuple[Reading, Declaration]]:
    """Yield all of some kinds; constants with those that are members of an enumeration that has a name."""
    yield from side.of_kind(*kinds)
    if "enumerator" in kinds:
        for reading, one in side.of_kind("type"):
            yield from ((reading, each) for each in _members(one))


def _members(one: Declaration) -> Iterator[Declaration]:
    """Yield the members of an enumeration as constants, by the names that they have where the enumeration is."""
    within, separator, name = one.key.removeprefix("tag ").rpartition("::")
    is_scoped = not one.meaning.removeprefix("enum ").isdigit()
    prefix = f"{within}{separator}{f'{name}::' if is_scoped else ''}"
    for member in sorted(one.members):
        name, _, value = member.partition(" = ")
        yield Declaration(one.place, "enumerator", f"{prefix}{name}", f"{prefix}{name}", value)


def changes(old: Declared, new: Declared, *kinds: str) -> Iterator[Changed]:
    """Yield what is another thing now, each once; a header that is gone takes nothing away."""
    before, index = (_Index(side, kinds or MEANT) for side in (old, new))
    told = _told_by_type(old, new) if "enumerator" in kinds else set()
    for reading, one in _of_kind(old, kinds or MEANT):
        if one.name not in told and (other := index.another(reading, one, before)):
            told.add(one.name)
            yield Changed(one, other)


def _told_by_type(old: Declared, new: Declared) -> set[str]:
    """Return the names of the constants that are members of one enumeration in both: that tells of them."""
    kept = {(reading.language, one.key) for reading, one in new.of_kind("type") if one.members}
    return {
        each.name
        for reading, one in old.of_kind("type")
        if (reading.language, one.key) in kept
        for each in _members(one)
    }


def constants(side: Declared) -> dict[str, Declaration]:
    """Return the constants of a release by name, but those that say which release it is: in no enumeration one does."""
    found = {one.key: one for _, one in _of_kind(side, CONSTANTS)}
    return {name: one for name, one in found.items() if one.kind == "enumerator" or not is_version(name, found)}


def gone(old: Declared, new: Declared, *, is_all: bool) -> tuple[str, ...]:
    """Return the constants that a release has no more, as far as it was read; `is_all` is whether all headers were."""
    known = {one.name for _, one in _of_kind(new, CONSTANTS)}
    known |= {each.name for _, one in old.of_kind("type") for each in _members(one)}
    is_read = _reader(new, is_all=is_all)
    return tuple(
        name for name, one in constants(old).items() if one.kind != "guard" and name not in known and is_read(one.place)
    )


def dropped(old: Declared, new: Declared, *, is_all: bool) -> tuple[str, ...]:
    """Return the names of what a release declares no more, as `gone` does: what is compiled may work all the same."""
    known = {one.key for _, one in new.of_kind(*MEANT)}
    # A header that is in one release alone was read as C++ too, where it may be of C.
    of_c = known | {one.key for reading, one in old.of_kind("function") if reading.language == "c"}
    is_read = _reader(new, is_all=is_all)
    lost = [one for _, one in old.of_kind(*MEANT) if one.key not in known and is_read(one.place)]
    return tuple(
        dict.fromkeys(
            one.name
            for one in lost
            if one.name.startswith(f"{one.symbol}()") or "::" in one.name or f"{one.symbol}()" not in of_c
        )
    )


def _reader(side: Declared, *, is_all: bool) -> Callable[[str], bool]:
    """Return what says whether all of a header was read, or of those that there are if it is none of them."""
    faulty = {place for (place, _), reading in side.readings.items() if not reading.is_whole} | side.faults().keys()
    there = {place for place, _ in side.readings}
    return lambda place: place not in faulty and (is_all or place in there)


def bodies(old: Declared, new: Declared, kind: str) -> list[str]:
    """Return the names of one kind of what is compiled into who uses it, and is another now.

    Of a function that may be its `body` or a `default`, of a variable its `initialiser`; and the text of a `macro`.
    """
    before, after = ({(one.name, one.meaning) for _, one in side.of_kind(kind)} for side in (old, new))
    return sorted({name for name, _ in before - after} & {name for name, _ in after})


def specialised(old: Declared, new: Declared) -> list[str]:
    """Return what one release has instead of what a template of both makes: elsewhere that is another thing."""
    before, after = ({one.name: one.meaning for _, one in side.of_kind("special")} for side in (old, new))
    in_both = _templates(old) & _templates(new)
    alone = {
        name: primary
        for one, other in ((before, after), (after, before))
        for name, primary in one.items()
        if name not in other
    }
    return sorted(name for name, primary in alone.items() if primary in in_both)


def _templates(side: Declared) -> set[str]:
    """Return the keys of what may be a template, of functions without what they take."""
    return {
        f"function {one.name.partition('(')[0]}" if one.kind == "function" else one.key
        for _, one in side.of_kind("type", "text", "function")
    }
