"""Symbols that files of a wheel take from libraries of others, and those that are missing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import joined_literals
from abiding.native.images import Format
from abiding.native.links import Inside, Missing, Provided, System
from abiding.native.loader import base_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.links import Link
    from abiding.native.subject import Subject

__all__ = ["Lacking", "lacking", "missing_symbols", "of_others_alone"]


class Lacking(NamedTuple):
    """Symbols that are used, and libraries of one provider of which none has them."""

    provider: Contents
    libraries: tuple[str, ...]
    symbols: frozenset[str]


def missing_symbols(subject: Subject) -> Iterator[Finding]:
    """Yield a finding for each provider that lacks symbols: recorded at the build, or used now."""
    for provider, libraries, missing in lacking(subject):
        names = joined_literals(libraries)
        lacks = "lacks" if len(libraries) == 1 else "lack"
        yield Finding(
            "missing-symbol",
            Severity.ERROR,
            f"{names} of `{provider.name}` {lacks} {len(missing)} of the symbols that are used",
            artifact=subject.artifact,
            field=", ".join(libraries),
            expected=tuple(sorted(missing)),
            expected_from="used",
            found_from=f"not in {provider.name} {provider.version}",
            notes=("where a symbol is missing, the import fails, or does at the first call",),
            hints=("build with the version that will be installed, and let the requirement say which that is",),
        )


def lacking(subject: Subject) -> Iterator[Lacking]:
    """Yield the symbols that are used and not there, each once."""
    reported: set[str] = set()
    # The record has the library of each symbol, so it comes first.
    for lost in (*_recorded_and_gone(subject), *_never_there(subject)):
        missing = lost.symbols - reported
        reported |= missing
        if missing:
            yield lost._replace(symbols=missing)


def _recorded_and_gone(subject: Subject) -> Iterator[Lacking]:
    """Yield the symbols that a wheel used of a library when it was built, and that are missing now."""
    for shared in subject.record.libraries if subject.record and not subject.building else ():
        provider = subject.at_hand(normalised(shared.distribution))
        shipped = provider.shipped_as(shared.library) if provider else None
        used = frozenset(symbol for user in shared.users for symbol in user.symbols)
        if provider and shipped and used:
            missing = used - provider.symbols(shipped, subject.platform.machine).exported
            if missing:
                yield Lacking(provider, (shared.library,), missing)


# All their symbols have versions.
_VERSIONED = pattern(r"ld-linux.*|lib(c|m|pthread|dl|rt|util|gcc_s|stdc\+\+)\.so\.\d+")
_OF_PYTHON = ("Py", "_Py")


def _never_there(subject: Subject) -> Iterator[Lacking]:
    """Yield symbols without version that none of a file's libraries exports, if all of these can be read.

    A file does not say which library should have one, so all libraries of the first provider are named.
    """
    by_image: dict[str, list[Link]] = {}
    for link in subject.links:
        by_image.setdefault(link.image.place, []).append(link)
    for links in by_image.values():
        image = links[0].image
        mine = [origin for link in links if isinstance(origin := link.origin, Provided)]
        if not mine or any(isinstance(link.origin, Missing) for link in links):
            continue
        if image.format is Format.PE or not all(_looked_into(link) for link in links):
            continue
        missing = _lacked(image, links, subject)
        if missing:
            libraries = dict.fromkeys(link.image.name for link in mine if link.contents is mine[0].contents)
            yield Lacking(mine[0].contents, tuple(libraries), frozenset(missing))


def of_others_alone(links: list[Link], subject: Subject) -> frozenset[str]:
    """Return the symbols without version that one file can only get from libraries of other distributions.

    `links` are all links of that file. Empty if a library that can't be read might have them.
    """
    image = links[0].image
    mine = [link for link in links if not isinstance(link.origin, Provided)]
    if image.format is not Format.ELF or any(isinstance(link.origin, Missing) for link in mine):
        return frozenset()
    return frozenset(_lacked(image, mine, subject)) if all(map(_looked_into, mine)) else frozenset()


def _looked_into(link: Link) -> bool:
    if isinstance(link.origin, System):
        return link.image.format is Format.MACH_O or bool(_VERSIONED.fullmatch(link.library))
    return not isinstance(link.origin, Provided) or link.origin.contents.readable


def _lacked(image: Image, links: list[Link], subject: Subject) -> set[str]:
    machine = subject.platform.machine
    symbols = subject.consumer.symbols(image, machine)
    exported: set[str] = set()
    for link in links:
        if isinstance(link.origin, Inside | Provided):
            owner = link.origin.contents if isinstance(link.origin, Provided) else subject.consumer
            exported |= owner.symbols(link.origin.image, machine).exported
            # The libraries that a library needs count, too.
            brought = set(map(base_name, link.origin.image.needs))
            others = (image for image in owner.images if image.name in brought)
            exported = exported.union(*(owner.symbols(image, machine).exported for image in others))
    if image.format is Format.MACH_O:
        theirs = (link.library for link in links if isinstance(link.origin, Provided))
        used = set[str]().union(*(symbols.imported.get(library, ()) for library in theirs))
    else:
        used = {name for name in symbols.imported.get("", frozenset()) if not name.startswith(_OF_PYTHON)}
    return used - exported
