"""What headers declare, as values that the parser gives."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["CONSTANTS", "MEANT", "OTHER_LANGUAGE", "HeaderDeclaration", "ParsedHeaders", "Reading"]

# Kinds that libraries contain; constants are compiled into their users.
MEANT = frozenset({"type", "function", "variable"})
# Macros and variables with values, include guards, and members of unnamed enumerations.
CONSTANTS = frozenset({"constant", "guard", "enumerator"})
OTHER_LANGUAGE = {"c": "c++", "c++": "c"}


class HeaderDeclaration(NamedTuple):
    """A declaration in a header: its place, its kind, its meaning to a binary, and the types that it uses.

    `key` is equal for all declarations of one thing, `name` is for people. `members` are constants of an enumeration,
    to which others may be added. `uses` are keys of types, `symbol` is the name in a library's symbol table, and
    `begins` are keys of types that are at the start of a value.
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

    def is_kept_by(self, other: HeaderDeclaration) -> bool:
        """Return whether another declaration has the same meaning, and all its members."""
        return self.meaning == other.meaning and self.members <= other.members


class Reading(NamedTuple):
    """One header, read in one language: its declarations, its includes, errors by header, and missing headers."""

    place: str
    language: str
    declarations: tuple[HeaderDeclaration, ...] = ()
    includes: frozenset[str] = frozenset()
    errors: Mapping[str, str] = MappingProxyType({})
    missing: tuple[str, ...] = ()
    failed: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the header itself was read without errors."""
        return not self.failed and not self.missing and self.place not in self.errors


class ParsedHeaders(NamedTuple):
    """The readings of all headers of a release, by place and language; `of_both` are headers for both C and C++."""

    readings: Mapping[tuple[str, str], Reading]
    of_both: frozenset[str] = frozenset()

    @classmethod
    def of(cls, readings: Collection[Reading], of_both: Collection[str] = ()) -> ParsedHeaders:
        """Collect readings."""
        return cls({(reading.place, reading.language): reading for reading in readings}, frozenset(of_both))

    def without(self, left_out: Collection[tuple[str, str]]) -> ParsedHeaders:
        """Return the same without some readings."""
        return self._replace(readings={key: header for key, header in self.readings.items() if key not in left_out})

    def failing(self, why: Mapping[tuple[str, str], str]) -> ParsedHeaders:
        """Return the same with some readings marked as failed, each with the reason."""
        failed = {key: Reading(*key, failed=text) for key, text in why.items() if key in self.readings}
        return self._replace(readings={**self.readings, **failed})

    def of_kind(self, *kinds: str) -> Iterator[tuple[Reading, HeaderDeclaration]]:
        """Yield all declarations of some kinds, each with its reading."""
        for reading in self.readings.values():
            for declaration in reading.declarations:
                if declaration.kind in kinds:
                    yield reading, declaration

    def names(self, *kinds: str) -> set[str]:
        """Return the names of all declarations of some kinds."""
        return {declaration.name for _, declaration in self.of_kind(*kinds)}

    def faults(self) -> dict[str, str]:
        """Return the headers that were not completely read, not even by inclusion, each with a reason."""
        clean: set[tuple[str, str]] = set()
        why: dict[tuple[str, str], str] = {}
        for (place, language), reading in self.readings.items():
            if reading.failed:
                why[place, language] = reading.failed
                continue
            lost = reading.missing[0] if reading.missing else ""
            for included in {*reading.includes, place}:
                if error := reading.errors.get(included) or (lost if included == place else ""):
                    why.setdefault((included, language), error)
                else:
                    clean.add((included, language))
        return {
            place: text
            for (place, language), text in sorted(why.items())
            if (place, language) not in clean
            and (place in self.of_both or (place, OTHER_LANGUAGE[language]) not in clean)
        }
