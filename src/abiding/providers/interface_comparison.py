"""Compare two releases of a provider: names that both have, and whose meaning has changed.

It compares kinds of symbols, layouts and function types that `abidiff` finds in debug information, and the declarations
in headers. It also says what could not be compared.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of, literals, number_of
from abiding.providers import branches, headers, layouts, symbol_kinds
from abiding.providers.declaration_changes import (
    changes,
    comparable_parts,
    constants,
    differing_bodies,
    differing_specialisations,
    lost_constants,
    lost_declarations,
)
from abiding.providers.declarations import CONSTANTS
from abiding.providers.header_reach import ANYTHING, headers_at_hand, reach_of
from abiding.providers.version_constants import is_number_of, is_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from abiding.providers.declaration_changes import Changed
    from abiding.providers.declarations import ParsedHeaders
    from abiding.providers.header_reach import Reach

__all__ = ["LAYOUTS", "Change", "InterfaceComparison", "Material", "compare_interfaces"]

_NONE = "headers were not compared: this release has none"
LAYOUTS = "layouts or function types"
_MOST_NAMED = 3
_first = partial(literals, most=_MOST_NAMED)


class Change(NamedTuple):
    """Something that consumers may use, and that is gone or, if `is_other`, another thing: where, what, a few names."""

    library: str
    what: str
    names: tuple[str, ...] = ()
    is_other: bool = False


class Material(NamedTuple):
    """What there is of a release: how its libraries are read, by their names, its headers, and its version if known."""

    libraries: Mapping[str, Callable[[], bytes]]
    headers: headers.Headers
    version: str = ""


class InterfaceComparison(NamedTuple):
    """What has changed, and in sentences which layouts, and which headers, were not compared.

    `by_headers` is whether all headers were compared: these say less than layouts, for what they only name is laid out
    elsewhere. `is_blind` is whether there were headers, and none was wholly compared. `lost_constants` are those that
    the headers have no more, or that can't be worked out any more: what is compiled has their values;
    `lost_declarations` is what else they have no more.
    `of_bodies` says what is compiled into who uses it, and is another now (bodies of functions, macros, initialisers,
    default arguments, what is named as a version): nobody can tell what that means. `unsure` are constants that are
    others now, where only what some functions lead to counts: which function a constant is for is not to be seen, nor
    what `void *` points to.
    """

    changes: tuple[Change, ...] = ()
    of_layouts: tuple[str, ...] = ()
    of_headers: tuple[str, ...] = ()
    by_headers: bool = False
    is_blind: bool = False
    lost_constants: tuple[str, ...] = ()
    of_bodies: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    lost_declarations: tuple[str, ...] = ()

    @property
    def by_layouts(self) -> bool:
        """Whether all layouts were compared."""
        return not self.of_layouts

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that was not compared."""
        return (*self.of_layouts, *self.of_headers, *self.of_bodies)


def compare_interfaces(old: Material, new: Material, used: Collection[str] | None = None) -> InterfaceComparison:
    """Find what has changed. Where it is known which symbols are `used`, only what these lead to counts."""
    without: dict[str, list[str]] = {}
    names = None if used is None or any(symbol.startswith("_Z") for symbol in used) else frozenset(used)
    changes = (*_kinds(old, new, used), *_layouts(old, new, names, without))
    of_layouts = tuple(
        f"layouts of {first_of(libraries, _MOST_NAMED)} were not compared: {why}" for why, libraries in without.items()
    )
    by_headers = _headers(old, new, names)
    return by_headers._replace(
        changes=(*changes, *by_headers.changes),
        of_layouts=of_layouts,
        by_headers=bool(old.headers.texts and new.headers.texts and not by_headers.of_headers),
    )


def _kinds(old: Material, new: Material, used: Collection[str] | None) -> Iterator[Change]:
    """Yield the symbols that are functions, or data of a size, and something else now."""
    for name in sorted(set(old.libraries) & set(new.libraries)):
        symbols = symbol_kinds.changed_kinds(old.libraries[name](), new.libraries[name]())
        shown = tuple(f"{symbol}: {both}" for symbol, both in symbols.items() if used is None or symbol in used)
        if shown:
            yield Change(name, number_of(len(shown), "symbol"), shown, is_other=True)


def _layouts(
    old: Material, new: Material, used: Collection[str] | None, without: dict[str, list[str]]
) -> Iterator[Change]:
    """Yield what is laid out otherwise, and put into `without` the libraries without a comparison, by reasons."""
    places = {*old.headers.texts, *new.headers.texts} if old.headers.texts and new.headers.texts else ()
    for name in sorted(set(old.libraries) & set(new.libraries)):
        layout = layouts.compare_layouts(old.libraries[name](), new.libraries[name](), places)
        if layout.not_compared:
            without.setdefault(layout.not_compared, []).append(f"`{name}`")
        words = set(re.findall(r"\w+", " ".join(line for line in layout.changes if line.startswith("[C]"))))
        if layout.changes and (used is None or not words.isdisjoint(used)):
            yield Change(name, LAYOUTS, layout.changes, is_other=True)


def _headers(old: Material, new: Material, used: Collection[str] | None) -> InterfaceComparison:
    """Compare what the headers declare; a header that is gone takes nothing away from what is compiled."""
    if not old.headers.texts:
        return InterfaceComparison()
    if not new.headers.texts:
        return InterfaceComparison(of_headers=(_NONE,), is_blind=True)
    before, after = old.headers.texts, new.headers.texts
    differing = [branches.differing_branches(before, after), branches.differing_branches(after, before)]
    texts = [branches.mark(*pair) for pair in zip((before, after), differing, strict=True)]
    try:
        first, second = comparable_parts(*(headers.read(each, uses=used is not None) for each in texts))
    except headers.NoParserError as exc:
        return InterfaceComparison(of_headers=(f"headers were not compared: {exc}",), is_blind=True)
    faults = {**dict(_unread(old, new, first, second)), **first.faults(), **second.faults()}
    skipped = {
        place: f"`{condition}` has changed, and this compiler skips it"
        for parsed, by_place in zip((first, second), differing, strict=True)
        for place, condition in branches.skipped_conditions(by_place, parsed.names("taken")).items()
    }
    passed_over = max(old.headers.passed_over, new.headers.passed_over)
    known = constants(first)
    values = [change for change in changes(first, second, *CONSTANTS) if not _is_of_release(change, old, new)]
    of_constants = [change for change in values if change.old.name in known]
    versions = [change for change in values if change.old.name not in known and not is_stamp(change.old.name)]
    declared = list(changes(first, second))
    reach = None if used is None else reach_of(first, used)
    unsure: tuple[str, ...] = ()
    if used is not None and reach is not None:
        unsure = tuple(_unsure(first, used, reach, declared, of_constants))
        declared = [change for change in declared if change.old.key in reach.keys]
        of_constants = []
    differences = {
        "declaration": tuple(change.old.name for change in declared),
        "constant": tuple(map(_difference, of_constants)),
    }
    return InterfaceComparison(
        tuple(
            Change("its headers", number_of(len(names), what), names, is_other=True)
            for what, names in differences.items()
            if names
        ),
        of_headers=(*_undeclared(reach), *_faulty({**skipped, **faults}), *_passed_over(passed_over)),
        is_blind=faults.keys() >= before.keys(),
        lost_constants=lost_constants(first, second, is_all=not passed_over) if used is None else (),
        lost_declarations=lost_declarations(first, second, is_all=not passed_over) if used is None else (),
        of_bodies=(*_bodies(first, second), *_versions(versions, new.version)),
        unsure=unsure,
    )


def _unread(old: Material, new: Material, *sides: ParsedHeaders) -> Iterator[tuple[str, str]]:
    """Yield the parts of headers that are others now, and that no header has been read with; each with the reason."""
    read = {
        place for side in sides for header in side.readings.values() for place in (header.place, *header.includes)
    }.union(*(side.faults() for side in sides))
    for place, text in old.headers.texts.items():
        if place not in read and new.headers.texts.get(place, text) != text:
            yield place, "no header includes it"


def _unsure(
    old: ParsedHeaders, used: Collection[str], reach: Reach, declared: list[Changed], of_constants: list[Changed]
) -> Iterator[str]:
    """Yield changes that may matter to some functions, although these don't name the type.

    Members of an enumeration may be passed as numbers, and any type as `void *`. A type that begins with another one
    may be passed in its place.
    """
    takes_any = ANYTHING in reach.keys or not reach.is_all
    at_hand = headers_at_hand(old, used) if reach.is_all else ()
    of_types = [
        change
        for change in declared
        if change.old.key not in reach.keys
        if change.old.members or change.old.key in reach.beyond or (takes_any and change.old.kind == "type")
    ]
    for change in (*of_constants, *of_types):
        if not at_hand or change.old.place in at_hand or change.old.key in reach.beyond:
            yield _difference(change)


def _difference(change: Changed) -> str:
    """Write what a constant was, and what it is now; of what is no constant only the name."""
    old, new = change
    return f"{old.name} = {old.meaning}, now {new.meaning}" if old.kind in CONSTANTS else old.name


def _is_of_release(change: Changed, old: Material, new: Material) -> bool:
    """Return whether a constant is the number of each release."""
    both = ((change.old, old.version), (change.new, new.version))
    return all(version and is_number_of(version, change.old.name, constant.meaning) for constant, version in both)


def _versions(changed: Collection[Changed], version: str) -> Iterator[str]:
    """Return the constants that are left out by their names, but are not the number of the release."""
    if changed and version:
        has = number_of(len(changed), "constant")
        shown = _first(list(map(_difference, changed)))
        yield f"{has} in its headers not compared, by the name of a version, which is not {version}: {shown}"


def _undeclared(reach: Reach | None) -> Iterator[str]:
    if reach is not None and not reach.is_all:
        shown = _first(sorted(reach.undeclared))
        yield f"its headers do not declare {shown}"


def _faulty(faults: Mapping[str, str]) -> Iterator[str]:
    if faults:
        shown = first_of([f"`{place}` ({why})" for place, why in sorted(faults.items())], _MOST_NAMED)
        were = "1 header was" if len(faults) == 1 else f"{len(faults)} headers were"
        yield f"{were} not wholly compared: {shown}"


def _passed_over(number: int) -> Iterator[str]:
    if number:
        yield (
            f"{number} more header{'s were' if number > 1 else ' was'} not compared: of a wheel the first "
            f"{bounds.HEADERS} are, up to {bounds.HEADER_BYTES >> 20} MiB"
        )


# What is compiled into who uses it, and may be another: what has it, in the singular and in the plural.
_COMPILED = {
    "body": ("function", "functions", "another body, which is not compared"),
    "macro": ("macro", "macros", "another text, which is not compared"),
    "initialiser": ("variable or field", "variables or fields", "another initialiser, which is not compared"),
    "constraint": ("template", "templates", "other constraints, which are not compared"),
    "private": (
        "type of an unnamed namespace",
        "types of unnamed namespaces",
        "another meaning, which is not compared",
    ),
    "text": ("variable template or concept", "variable templates or concepts", "another text, which is not compared"),
    "default": ("function or template", "functions or templates", "other default arguments, which are not compared"),
}


def _bodies(old: ParsedHeaders, new: ParsedHeaders) -> Iterator[str]:
    for kind, (singular, plural, other) in _COMPILED.items():
        if names := differing_bodies(old, new, kind):
            has = (
                f"1 {singular} in its headers has" if len(names) == 1 else f"{len(names)} {plural} in its headers have"
            )
            shown = _first(names)
            yield f"{has} {other}: {shown}; what is compiled keeps the one that it had"
    if names := differing_specialisations(old, new):
        are = "1 specialisation is" if len(names) == 1 else f"{len(names)} specialisations are"
        shown = _first(names)
        yield f"{are} in one release alone, and not compared: {shown}; what is compiled keeps what it had"
