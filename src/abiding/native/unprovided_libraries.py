"""Libraries that a wheel needs, and that neither it, its platform nor its requirements provide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Severity
from abiding.findings.words import literals
from abiding.native.index_distributions import Indexed
from abiding.native.links import Missing
from abiding.native.loader import base_name
from abiding.native.names import stem
from abiding.native.subject import finding_about
from abiding.native.windows import is_newer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.findings.finding import Finding
    from abiding.native.links import Link
    from abiding.native.subject import Subject

__all__ = ["missing_libraries"]


def missing_libraries(subject: Subject) -> Iterator[Finding]:
    """Find libraries that neither the wheel, nor the platform, nor a distribution has (`unprovided-library`)."""
    missing = _by_library(link for link in subject.links if isinstance(link.origin, Missing))
    newer = {library: missing.pop(library) for library in tuple(missing) if is_newer(library.lower())}
    for library, links in newer.items():
        message = f"`{library}` is part of newer Windows only, and not in the wheel"
        yield _finding(Severity.WARNING, message, subject, links, notes=_OF_NEWER, hints=_WITHOUT)
    unknown = subject.neighbours.unknown
    # On macOS and Windows, a wheel has its final tag when it is built.
    if missing and subject.unrepaired:
        yield _open(subject, missing, f"{_NOWHERE} yet", "a repair tool has to copy {1} into the wheel", _DECLARE)
    elif missing and unknown:
        # In the message: of a note a screen shows no more than that.
        is_told = any(isinstance(shelf, Indexed) for shelf in subject.neighbours.shelves)
        message = _NOWHERE if is_told else "{} not in the wheel; `abiding check --providers-from-index` looks further"
        note = f"{{0}} may be in one of {_listed(unknown)}, which can't be looked into"
        yield _open(subject, missing, message, note, _LOOK_FURTHER)
    else:
        for library, links in missing.items():
            notes = (*_wanting(subject), *_renamed(library, subject))
            message, hint = _NOWHERE.format(f"`{library}` is"), _DECLARE.format("it")
            yield _finding(Severity.ERROR, message, subject, links, notes=notes, hints=(hint,))


def _finding(
    severity: Severity,
    message: str,
    subject: Subject,
    links: list[Link],
    *,
    notes: tuple[str, ...],
    hints: tuple[str, ...],
) -> Finding:
    return finding_about(
        "unprovided-library", severity, message, subject, links, expected=None, notes=notes, hints=hints
    )


_OF_NEWER = ("Server 2016 has no such library, and no tag keeps the wheel from being installed there",)
_WITHOUT = ("look for it by `LoadLibrary` when it is needed, and do without it where it is missing",)
_NOWHERE = "{} neither the platform's nor in the wheel"
_DECLARE = "declare the distribution that ships {}, with `native = true`"
_LOOK_FURTHER = "give `abiding check` the wheels of what it requires, too, or `--providers-from-index`"


def _open(subject: Subject, missing: Mapping[str, list[Link]], message: str, note: str, hint: str) -> Finding:
    """Return the common finding on libraries that a repair may still copy."""
    are, they, them = ("are", "they", "them") if len(missing) > 1 else ("is", "it", "it")
    links = [link for each in missing.values() for link in each]
    whole, notes, hints = (
        message.format(f"{literals(missing, 1)} {are}"),
        (note.format(they, them),),
        (hint.format(them),),
    )
    finding = _finding(Severity.NOTE, whole, subject, links, notes=notes, hints=hints)
    if len(missing) == 1:
        return finding
    return finding._replace(field="", found=tuple(missing), found_from="needed by the wheel")


def _wanting(subject: Subject) -> tuple[str, ...]:
    """Return why no requirement of a wheel provides a library; one that applies conditionally may have it."""
    conditional = subject.neighbours.conditional
    if conditional:
        return tuple(
            f"`{name}` may have it, and is required only where `{where}`" for name, where in conditional.items()
        )
    requires = subject.consumer.requires
    return ("no distribution that it requires has it" if requires else "it requires no other distribution",)


def _renamed(library: str, subject: Subject) -> Iterator[str]:
    """Yield notes on libraries of required distributions that may be another version of the missing one."""
    for provider in subject.neighbours.direct.values():
        similar = sorted({image.name for image in provider.images if stem(image.name) == stem(library)})
        if similar:
            yield f"`{provider.name}` {provider.version} has {_listed(similar)}"


def _by_library(links: Iterable[Link]) -> dict[str, list[Link]]:
    by_library: dict[str, list[Link]] = {}
    for link in links:
        by_library.setdefault(base_name(link.library), []).append(link)
    return by_library


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
