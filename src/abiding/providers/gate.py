"""compare(the last release of a provider, the new one) -> findings: does the new one keep what the last has promised?

The promise is the line that the last release exports: whoever was linked with it takes each version within. Where it
exports nothing, a library that keeps its name promises to keep what it has.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from packaging.version import Version

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals, number_of
from abiding.metadata import requirements
from abiding.providers.changed import Change, InterfaceComparison, compare_interfaces
from abiding.providers.honest import honest_version
from abiding.providers.release import class_of
from abiding.providers.tables import BASE, missing_symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.providers.release import ProviderRelease
    from abiding.providers.tables import Exports

__all__ = ["compare"]


_listed = partial(literals, most=5)


def compare(old: ProviderRelease, new: ProviderRelease) -> Iterator[Finding]:
    """Hold a new release against the last one. Nothing is found if neither ships a library that is promised."""
    export = old.export
    promised = {name for name, library in old.libraries.items() if not export or export.is_for([name, library.place])}
    if not promised:
        return
    kept = sorted(promised & set(new.libraries))
    yield from _exported_less(old, new, kept)
    yield from _moved(old, new, kept)
    comparison = compare_interfaces(old.material(kept), new.material(kept)) if kept else InterfaceComparison()
    on_each = {machine: (old.on(machine), new.on(machine)) for machine in sorted(old.machines & new.machines) or [""]}
    losses = [*_losses(on_each, promised), *comparison.changes]
    weak = {name: symbols for name in kept if (symbols := _lost_weak(name, on_each.values()))}
    if losses:
        yield _broken(old, new, losses, _remarks(weak, comparison))
        return
    added = {name: symbols for name in kept if (symbols := _added(name, on_each.values()))}
    yield _kept(old, new, added, weak, comparison)


def _exported_less(old: ProviderRelease, new: ProviderRelease, libraries: Sequence[str]) -> Iterator[Finding]:
    """Warn of an export that the new release has no more, or that has lost its upper bound."""
    if old.export is None:
        return
    line = old.export.requires
    without = [name for name in libraries if not (new.export and new.export.is_for([name, new.libraries[name].place]))]
    now = None
    if without:
        what = f"exports nothing for {_listed(without)}, for which {old.contents.version} exports `{line}`"
    elif new.export and _is_limited(line) and not _is_limited(new.export.requires):
        now = new.export.requires
        what = f"exports `{now}`, without the upper bound of `{line}`, which {old.contents.version} exports"
    else:
        return
    yield Finding(
        "unbounded-provider",
        Severity.WARNING,
        f"{new.contents.name} {new.contents.version} {what}",
        artifact=new.path.name,
        field="exports",
        expected=line,
        found=now,
        expected_from=old.contents.version,
        found_from="this release",
        notes=("who is linked with it from now on takes each later version, whatever that has lost",),
        hints=("declare it in `[tool.abiding.exports]`, with an upper bound: `x.x` and `x+1` stand for the version",),
    )


def _moved(old: ProviderRelease, new: ProviderRelease, libraries: Sequence[str]) -> Iterator[Finding]:
    """Warn of libraries that lie in another folder: the run paths of who is linked with them lead to the old one."""
    there = {(image.name, posixpath.dirname(image.place)) for image in new.contents.images}
    there |= {(name, posixpath.dirname(library.place)) for name, library in new.libraries.items()}
    moved = [name for name in libraries if (name, posixpath.dirname(old.libraries[name].place)) not in there]
    if moved:
        before, after = (side.libraries[moved[0]].place for side in (old, new))
        yield Finding(
            "promise-broken",
            Severity.WARNING,
            f"{new.contents.name} {new.contents.version} has {_listed(moved)} in another folder",
            artifact=new.path.name,
            expected=before,
            found=after,
            expected_from=old.contents.version,
            found_from="this release",
            notes=(f"who was linked with {old.contents.version} has a run path that leads to the old one",),
            hints=('leave it there, unless code loads the library before anybody needs it (`load = "preload"`)',),
        )


def _is_limited(line: str) -> bool:
    return any(clause.operator in _LIMITING for clause in requirements.parse(line).specifier)


_LIMITING = frozenset({"<", "<=", "==", "~=", "==="})


def _losses(on_each: Mapping[str, tuple[ProviderRelease, ProviderRelease]], promised: set[str]) -> Iterator[Change]:
    """Yield what is gone on one machine or another; on which, where it is not on all."""
    by_loss: dict[Change, list[str]] = {}
    for machine, sides in on_each.items():
        for loss in _losses_on_one(*sides, promised):
            by_loss.setdefault(loss, []).append(machine)
    for loss, machines in by_loss.items():
        where = f" for {' and '.join(machines)}" if len(machines) < len(on_each) else ""
        yield loss._replace(what=f"{loss.what}{where}")


def _losses_on_one(old: ProviderRelease, new: ProviderRelease, promised: set[str]) -> Iterator[Change]:
    for name in sorted(promised):
        if name not in new.libraries:
            yield Change(name, "the library")
            continue
        loaded = _with_needs(name, new)
        missing = missing_symbols(old.libraries[name].own_symbols(), loaded)
        names = {symbol.partition("@")[0] for library in loaded for symbol in library.symbols}
        versions = {symbol for symbol in missing if symbol.partition("@")[0] in names}
        classes = set(filter(None, map(class_of, missing - versions)))
        symbols = {symbol for symbol in missing - versions if not class_of(symbol)}
        for singular, plural, lost in (
            ("class", "classes", classes),
            ("symbol", "symbols", symbols),
            ("version of a symbol", "versions of symbols", versions),
        ):
            if lost:
                yield Change(name, f"{len(lost)} {singular if len(lost) == 1 else plural}", _names(lost))


def _lost_weak(name: str, sides: Iterable[tuple[ProviderRelease, ProviderRelease]]) -> tuple[str, ...]:
    """Return what a library has no more of what each file defines that uses it: templates, inline functions.

    It comes and goes with what the library's own code makes of them.
    """
    return _names(
        symbol
        for old, new in sides
        for symbol in missing_symbols(old.libraries[name].vague_symbols(), _with_needs(name, new))
    )


def _added(name: str, sides: Iterable[tuple[ProviderRelease, ProviderRelease]]) -> tuple[str, ...]:
    return _names(
        symbol
        for old, new in sides
        for symbol in missing_symbols(new.libraries[name].own_symbols(), [old.libraries[name].exports])
    )


def _names(symbols: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({symbol.removesuffix(f"@{BASE}") for symbol in symbols}))


def _with_needs(name: str, side: ProviderRelease) -> list[Exports]:
    """Return a library and those that it brings along: what has moved into one of these is still found."""
    library = side.libraries[name].exports
    needs = _needs(library, side)
    return [library, *(other.exports for other in side.libraries.values() if other.exports.name in needs)]


def _needs(library: Exports, side: ProviderRelease) -> set[str]:
    """Return the libraries of the same release that one brings along, in turn."""
    names: set[str] = set()
    waiting = [library]
    while waiting:
        for need in (name.rpartition("/")[2] for name in waiting.pop().needs):
            if need in side.libraries and need not in names:
                names.add(need)
                waiting.append(side.libraries[need].exports)
    return names


def _broken(old: ProviderRelease, new: ProviderRelease, losses: list[Change], remarks: Iterable[str]) -> Finding:
    name, before, after = new.contents.name, old.contents.version, new.contents.version
    promise = old.export.requires if old.export else ""
    within = not promise or requirements.parse(promise).specifier.contains(after, prereleases=True)
    notes = (*map(_loss, losses), *remarks)
    if not within:
        return Finding(
            "promise-kept",
            Severity.NOTE,
            f"{name} {after} breaks with {before}, outside of what that promised",
            artifact=new.path.name,
            notes=notes,
        )
    honest = honest_version(after, promise)
    if promise:
        message = f"{name} {after} lacks or changes what `{promise}`, exported by {before}, promises"
        hint = (
            f"release it as {honest}, the first version that nobody takes for {before}, or bring back what is gone"
            if honest
            else "bring back what is gone: the promise admits each later version"
        )
    else:
        message = f"{name} {after} lacks or changes what {before} has, in libraries of the same name"
        hint = "give the library another SONAME, or let `[tool.abiding.exports]` say which versions fit"
    return Finding(
        "promise-broken",
        Severity.ERROR if promise else Severity.WARNING,
        message,
        artifact=new.path.name,
        field="version",
        expected=honest or None,
        found=after,
        expected_from="honest" if honest else "",
        found_from="of this release",
        notes=notes,
        hints=(hint,),
    )


def _loss(loss: Change) -> str:
    if not loss.names:
        return f"`{loss.library}` is gone"
    if loss.is_other:
        library = loss.library if " " in loss.library else f"`{loss.library}`"
        return f"{library}: {loss.what} changed: {_listed(loss.names)}"
    return f"`{loss.library}` has lost {loss.what}: {_listed(loss.names)}"


def _remarks(weak: Mapping[str, tuple[str, ...]], comparison: InterfaceComparison) -> Iterator[str]:
    """Yield what is no loss for sure, and what was not compared."""
    for library, symbols in weak.items():
        yield (
            f"`{library}` no longer has {_listed(symbols)}, weak in C++: of a template or an inline function each file "
            "has its own that uses it, unless a header says `extern template`"
        )
    if comparison.lost_constants:
        yield f"gone from its headers, or no longer to be worked out: {_listed(comparison.lost_constants)}"
    if comparison.lost_declarations:
        yield f"no longer declared in its headers: {_listed(comparison.lost_declarations)}"
    yield from comparison.remarks


def _kept(
    old: ProviderRelease,
    new: ProviderRelease,
    added: Mapping[str, tuple[str, ...]],
    weak: Mapping[str, tuple[str, ...]],
    comparison: InterfaceComparison,
) -> Finding:
    name, before, after = new.contents.name, old.contents.version, new.contents.version
    count = sum(map(len, added.values()))
    asked = bool(count) and _series(before) == _series(after)
    # Remarks are not on every screen, and a structure may have changed under the same symbols.
    unseen = "" if comparison.by_layouts else f"; {_UNSEEN}{_of_headers(comparison)}"
    blind = comparison.is_blind and not comparison.by_layouts
    gone = "".join(_numbers_lost(comparison))
    but = " but for weak ones of C++" if weak else ""
    is_whole = comparison.by_layouts and not gone and not but
    if count:
        lost = "nothing" if is_whole else "no symbol"
        message = f"{name} {after} loses {lost} of {before}{but}, and has {number_of(count, 'new symbol')}"
    elif is_whole:
        message = (
            f"{name} {after} has the interface of {before}, as far as symbols and types tell: nothing is lost or new"
        )
    else:
        message = f"{name} {after} has the symbols of {before}{but}, none lost and none new"
    return Finding(
        "promise-kept",
        Severity.WARNING if asked or comparison.lost_constants or blind else Severity.NOTE,
        message + (": that asks for another minor version" if asked else "") + gone + unseen,
        artifact=new.path.name,
        notes=(
            *(f"`{library}` has {_listed(symbols)}" for library, symbols in added.items()),
            *_remarks(weak, comparison),
        ),
        hints=(
            *([_NEW] if asked else []),
            *([_GONE] if comparison.lost_constants else []),
            *([_BLIND] if blind else []),
        ),
    )


def _numbers_lost(comparison: InterfaceComparison) -> Iterator[str]:
    if comparison.lost_constants:
        yield f"; {number_of(len(comparison.lost_constants), 'constant')} of its headers can't be found again"
    if comparison.lost_declarations:
        yield f"; {number_of(len(comparison.lost_declarations), 'declaration')} can't be found in its headers again"


def _of_headers(comparison: InterfaceComparison) -> str:
    if comparison.by_headers:
        but = " but for what is compiled into their users" if comparison.of_bodies else ""
        same = (
            "what else its headers declare is"
            if comparison.lost_constants or comparison.lost_declarations
            else "its headers declare"
        )
        return f", and {same} the same{but}"
    return ", nor all of its headers" if comparison.of_headers else ""


_UNSEEN = "layouts were not compared"
_NEW = "who uses what is new could not say so by `x.x`, which both versions share"
_BLIND = "a structure that has changed would not be seen: the notes say why nothing was compared that tells of it"
_GONE = (
    "keep them, or say it in the notes of the release: what is compiled has their values, and what is built anew fails"
)


def _series(version: str) -> tuple[int, int, int]:
    """Return what `x.x` is filled with: the epoch, and the first two numbers."""
    parsed = Version(version)
    return parsed.epoch, parsed.major, parsed.minor
