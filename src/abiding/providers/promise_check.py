"""Check whether a new release of a provider keeps what the last one promised.

The promise is the requirement that the last release exports: wheels that were linked with it accept every version that
matches. Where it exports nothing, a library that keeps its name promises to keep its symbols.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from packaging.version import Version

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals, number_of
from abiding.metadata import requirements
from abiding.providers.breaking_version import honest_version
from abiding.providers.interface_comparison import Change, InterfaceComparison, compare_interfaces
from abiding.providers.lost_symbols import added_symbols, lost_symbols, lost_weak_symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.providers.release import ProviderRelease

__all__ = ["compare"]


_listed = partial(literals, most=5)


def compare(old: ProviderRelease, new: ProviderRelease) -> Iterator[Finding]:
    """Compare a new release with the last one. Yields nothing if the last one promises no library."""
    export = old.export
    promised = {name for name, library in old.libraries.items() if not export or export.is_for([name, library.place])}
    if not promised:
        return
    kept = sorted(promised & set(new.libraries))
    yield from _exported_less(old, new, kept)
    yield from _moved(old, new, kept)
    comparison = compare_interfaces(old.material(kept), new.material(kept)) if kept else InterfaceComparison()
    on_each = {machine: (old.on(machine), new.on(machine)) for machine in sorted(old.machines & new.machines) or [""]}
    losses = [*lost_symbols(on_each, promised), *comparison.changes]
    weak = {name: symbols for name in kept if (symbols := lost_weak_symbols(name, on_each.values()))}
    if losses:
        yield _broken(old, new, losses, _remarks(weak, comparison))
        return
    added = {name: symbols for name in kept if (symbols := added_symbols(name, on_each.values()))}
    yield _kept(old, new, added, weak, comparison)


def _exported_less(old: ProviderRelease, new: ProviderRelease, libraries: Sequence[str]) -> Iterator[Finding]:
    """Warn of an export that is missing in the new release, or has lost its upper bound."""
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
        notes=("wheels linked with it from now on accept every later version, whatever that has lost",),
        hints=("declare it in `[tool.abiding.exports]`, with an upper bound: `x.x` and `x+1` stand for the version",),
    )


def _moved(old: ProviderRelease, new: ProviderRelease, libraries: Sequence[str]) -> Iterator[Finding]:
    """Warn of libraries in another folder: run paths of wheels that are linked with them lead to the old one."""
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
            notes=(f"wheels linked with {old.contents.version} have a run path that leads to the old one",),
            hints=('leave it there, unless code loads the library before anybody needs it (`load = "preload"`)',),
        )


def _is_limited(line: str) -> bool:
    return any(clause.operator in _LIMITING for clause in requirements.parse(line).specifier)


_LIMITING = frozenset({"<", "<=", "==", "~=", "==="})


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
    """Yield notes on possible losses, and on what was not compared."""
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
    # Remarks are not always shown, and a structure may have changed under the same symbols.
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
_NEW = "a consumer of what is new could not say so by `x.x`, which both versions share"
_BLIND = "a structure that has changed would not be seen: the notes say why nothing was compared that tells of it"
_GONE = (
    "keep them, or say it in the notes of the release: what is compiled has their values, and what is built anew fails"
)


def _series(version: str) -> tuple[int, int, int]:
    """Return the part of a version for `x.x`: the epoch, and the first two numbers."""
    parsed = Version(version)
    return parsed.epoch, parsed.major, parsed.minor
