"""compared(two releases of a provider) -> changes: what both have by the same names, and does not mean the same.

What a symbol is, layouts and types of functions as `abidiff` finds them in debug information, and the declarations in
headers. What could not be compared is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.findings.words import counted, first_of
from abiding.providers import branches, headers, kinds, layouts
from abiding.providers.declarations import (
    CONSTANTS,
    bodies,
    changes,
    comparable,
    constants,
    dropped,
    gone,
    specialised,
)
from abiding.providers.numbering import is_number_of, is_stamp
from abiding.providers.reaching import ANYTHING, reached, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from abiding.providers.declarations import Changed, Declared
    from abiding.providers.reaching import Reached

__all__ = ["LAYOUTS", "Change", "Comparison", "Material", "compared"]

_NONE = "headers were not compared: this release has none"
LAYOUTS = "layouts or function types"
_MOST_NAMED = 3


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


class Comparison(NamedTuple):
    """What has changed, and in sentences which layouts, and which headers, were not compared.

    `by_headers` is whether all headers were compared: these say less than layouts, for what they only name is laid out
    elsewhere. `is_blind` is whether there were headers, and none was wholly compared. `gone`
    are constants that the headers have no more, or none that can be worked out: what is compiled has their values;
    `dropped` is what else they have no more.
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
    gone: tuple[str, ...] = ()
    of_bodies: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def by_layouts(self) -> bool:
        """Whether all layouts were compared."""
        return not self.of_layouts

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that was not compared."""
        return (*self.of_layouts, *self.of_headers, *self.of_bodies)


def compared(old: Material, new: Material, used: Collection[str] | None = None) -> Comparison:
    """Find what has changed. Where it is known which symbols are `used`, only what these lead to counts."""
    without: dict[str, list[str]] = {}
    names = None if used is None or any(symbol.startswith("_Z") for symbol in used) else frozenset(used)
    changes = (*_kinds(old, new, used), *_layouts(old, new, names, without))
    of_layouts = tuple(
        f"layouts of {first_of(some, _MOST_NAMED)} were not compared: {why}" for why, some in without.items()
    )
    declared = _headers(old, new, names)
    return declared._replace(
        changes=(*changes, *declared.changes),
        of_layouts=of_layouts,
        by_headers=bool(old.headers.texts and new.headers.texts and not declared.of_headers),
    )


def _kinds(old: Material, new: Material, used: Collection[str] | None) -> Iterator[Change]:
    """Yield the symbols that are functions, or data of a size, and something else now."""
    for name in sorted(set(old.libraries) & set(new.libraries)):
        others = kinds.others(old.libraries[name](), new.libraries[name]())
        shown = tuple(f"{symbol}: {both}" for symbol, both in others.items() if used is None or symbol in used)
        if shown:
            yield Change(name, counted(len(shown), "symbol"), shown, is_other=True)


def _layouts(
    old: Material, new: Material, used: Collection[str] | None, without: dict[str, list[str]]
) -> Iterator[Change]:
    """Yield what is laid out otherwise, and put into `without` the libraries without a comparison, by reasons."""
    places = {*old.headers.texts, *new.headers.texts} if old.headers.texts and new.headers.texts else ()
    for name in sorted(set(old.libraries) & set(new.libraries)):
        layout = layouts.compared(old.libraries[name](), new.libraries[name](), places)
        if layout.not_compared:
            without.setdefault(layout.not_compared, []).append(f"`{name}`")
        words = set(re.findall(r"\w+", " ".join(line for line in layout.changes if line.startswith("[C]"))))
        if layout.changes and (used is None or not words.isdisjoint(used)):
            yield Change(name, LAYOUTS, layout.changes, is_other=True)


def _headers(old: Material, new: Material, used: Collection[str] | None) -> Comparison:
    """Compare what the headers declare; a header that is gone takes nothing away from what is compiled."""
    if not old.headers.texts:
        return Comparison()
    if not new.headers.texts:
        return Comparison(of_headers=(_NONE,), is_blind=True)
    sides = [
        (one.headers.texts, branches.differing(one.headers.texts, other.headers.texts))
        for one, other in ((old, new), (new, old))
    ]
    try:
        first, second = comparable(*(headers.read(branches.marked(*side), uses=used is not None) for side in sides))
    except headers.NoParserError as exc:
        return Comparison(of_headers=(f"headers were not compared: {exc}",), is_blind=True)
    counting = None if used is None else reached(first, used)
    meant = list(changes(first, second))
    changed = [one.old.name for one in meant if counting is None or one.old.key in counting.keys]
    faults = {**dict(_unread(old, new, first, second)), **first.faults(), **second.faults()}
    skipped = {
        place: f"`{condition}` has changed, and this compiler skips it"
        for side, (_, some) in zip((first, second), sides, strict=True)
        for place, condition in branches.skipped(some, {one.name for _, one in side.of_kind("taken")}).items()
    }
    passed_over = max(old.headers.passed_over, new.headers.passed_over)
    known = constants(first)
    values = [one for one in changes(first, second, *CONSTANTS) if not _is_of_release(one, old, new)]
    others = [one for one in values if one.old.name in known]
    versions = [one for one in values if one.old.name not in known and not is_stamp(one.old.name)]
    unsure: tuple[str, ...] = ()
    if used is not None and counting is not None:
        # An enumeration is constants as well, for who hands them over as numbers; any type, where `void *` is taken.
        # Who has what begins with another type has that at hand too.
        others += [one for one in meant if one.old.key not in counting.keys and _may_be(one, counting)]
        at_hand = seen(first, used) if counting.is_all else ()
        unsure = tuple(
            _both(one) for one in others if not at_hand or one.old.place in at_hand or one.old.key in counting.beyond
        )
        others = []
    found = [("declaration", changed), ("constant", [_both(one) for one in others])]
    return Comparison(
        tuple(
            Change("its headers", counted(len(names), what), tuple(names), is_other=True)
            for what, names in found
            if names
        ),
        of_headers=(*_undeclared(counting), *_faulty({**skipped, **faults}), *_passed_over(passed_over)),
        is_blind=faults.keys() >= old.headers.texts.keys(),
        gone=gone(first, second, is_all=not passed_over) if used is None else (),
        dropped=dropped(first, second, is_all=not passed_over) if used is None else (),
        of_bodies=(*_bodies(first, second), *_versions(versions, new.version)),
        unsure=unsure,
    )


def _unread(old: Material, new: Material, *declared: Declared) -> Iterator[tuple[str, str]]:
    """Yield the parts of headers that are others now, and that no header has been read with; each with the reason."""
    read = {place for side in declared for one in side.readings.values() for place in (one.place, *one.includes)}
    read |= {place for side in declared for place in side.faults()}
    for place, text in old.headers.texts.items():
        if place not in read and new.headers.texts.get(place, text) != text:
            yield place, "no header includes it"


def _may_be(one: Changed, counting: Reached) -> bool:
    """Whether some functions may be handed what has changed, though they don't say so."""
    takes_any = ANYTHING in counting.keys or not counting.is_all
    return bool(one.old.members) or one.old.key in counting.beyond or (takes_any and one.old.kind == "type")


def _both(one: Changed) -> str:
    """Write what a constant was, and what it is now."""
    return f"{one.old.name} = {one.old.meaning}, now {one.new.meaning}" if one.old.kind in CONSTANTS else one.old.name


def _is_of_release(one: Changed, old: Material, new: Material) -> bool:
    """Whether a constant is the number of each release."""
    both = ((one.old, old.version), (one.new, new.version))
    return all(version and is_number_of(version, one.old.name, each.meaning) for each, version in both)


def _versions(changed: Collection[Changed], version: str) -> Iterator[str]:
    """Say which constants are left out by their names, and are the number of something else than the release."""
    if changed and version:
        has = "1 constant" if len(changed) == 1 else f"{len(changed)} constants"
        shown = first_of([f"`{_both(one)}`" for one in changed], _MOST_NAMED)
        yield f"{has} in its headers not compared, by the name of a version, which is not {version}: {shown}"


def _undeclared(counting: Reached | None) -> Iterator[str]:
    if counting is not None and not counting.is_all:
        shown = first_of([f"`{symbol}`" for symbol in sorted(counting.undeclared)], _MOST_NAMED)
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


# What is compiled into who uses it, and may be another: what has it, one and more of them.
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


def _bodies(old: Declared, new: Declared) -> Iterator[str]:
    for kind, (one, more, other) in _COMPILED.items():
        if names := bodies(old, new, kind):
            has = f"1 {one} in its headers has" if len(names) == 1 else f"{len(names)} {more} in its headers have"
            shown = first_of([f"`{name}`" for name in names], _MOST_NAMED)
            yield f"{has} {other}: {shown}; what is compiled keeps the one that it had"
    if names := specialised(old, new):
        are = "1 specialisation is" if len(names) == 1 else f"{len(names)} specialisations are"
        shown = first_of([f"`{name}`" for name in names], _MOST_NAMED)
        yield f"{are} in one release alone, and not compared: {shown}; what is compiled keeps what it had"
