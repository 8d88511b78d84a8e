"""Report on an environment: a table of the libraries that each distribution uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.findings.finding import Severity, by_weight, worst
from abiding.findings.screen import labelled, lines
from abiding.findings.terminal import Span, Style, style_of
from abiding.findings.words import number_of
from abiding.native.library_use import LibraryOutcome
from abiding.report import concise, github, sarif
from abiding.report.columns import NOTHING, columns
from abiding.report.grouping import groups
from abiding.report.json import document, findings_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from abiding.evidence.environment import Use
    from abiding.evidence.identities import Internals
    from abiding.findings.terminal import Line, Terminal
    from abiding.native.environment import Survey
    from abiding.native.library_use import LibraryUse

__all__ = ["as_text", "forms", "verdict"]


_LIBRARIES = ("distribution", "used by", "library", "comes from", "built with", "verdict")
_INTERFACES = ("distribution", "used by", "interface", "accepts", "installed", "verdict")
_INTERNALS = ("distribution", "used by", "internals", "identity")
_WORDS = {
    LibraryOutcome.BUNDLED: "its own",
    LibraryOutcome.FOUND: "found",
    LibraryOutcome.AS_BUILT: "as built",
    LibraryOutcome.ANOTHER_BUILD: "another build",
    LibraryOutcome.OTHER_VERSION: "other version",
    LibraryOutcome.LACKS_SYMBOLS: "lacks symbols",
    LibraryOutcome.SYSTEM: "the system's",
    LibraryOutcome.NOT_REACHED: "not reached",
    LibraryOutcome.MISSING: "missing",
    LibraryOutcome.GONE: "gone",
    LibraryOutcome.EQUAL_LOADED: "an equal one",
    LibraryOutcome.ANOTHER_LOADED: "another one",
    LibraryOutcome.IMPORT_FAILS: "import fails",
}


def forms(
    seen: Survey, python: Path, uses: Sequence[Use] = (), internals: Sequence[Internals] = ()
) -> dict[str, Callable[[], str]]:
    """Return the functions for the formats for programs; `python` is that of the environment."""
    findings = by_weight((*seen.findings, *seen.unread))
    report = sarif.Report("environment", None, groups(findings))
    return {
        "concise": lambda: concise.as_lines(concise.lines(findings)),
        "json": lambda: _as_json(seen, python, uses, internals),
        "github": lambda: github.as_commands(findings, ""),
        "sarif": lambda: sarif.log("env", [report], complete=not seen.unread),
    }


def as_text(seen: Survey, uses: Sequence[Use], internals: Sequence[Internals], to: Terminal) -> str:
    """Return the text for people, with a newline at its end."""
    return to.written(_text(seen, uses, internals, to))


def _text(seen: Survey, uses: Sequence[Use], internals: Sequence[Internals], to: Terminal) -> Iterator[Line]:
    if seen.rows:
        yield from columns(_LIBRARIES, [_cells(row) for row in seen.rows], to)
    else:
        nothing = "no compiled file that was looked into uses a library of another distribution, or a bundled one"
        yield from labelled(Span(nothing), to.width)
    if uses:
        yield ()
        yield from columns(_INTERFACES, [_interface_cells(use) for use in uses], to)
    if internals:
        yield ()
        yield from columns(_INTERNALS, [_internals_cells(each) for each in internals], to)
    for group in groups(by_weight((*seen.findings, *seen.unread))):
        yield ()
        yield from lines(group.finding._replace(artifact=", ".join(group.artifacts)), to.width)


def _as_json(seen: Survey, python: Path, uses: Sequence[Use], internals: Sequence[Internals]) -> str:
    findings = by_weight((*seen.findings, *seen.unread))
    gravest = Severity.ERROR if any(row.wrong for row in seen.rows) else worst(findings)
    return document(
        "env",
        read_from=visible(str(python)),
        severity=gravest and str(gravest),
        libraries=[_library(row) for row in seen.rows],
        interfaces=[_interface(use) for use in uses],
        internals=[_internals(each) for each in internals],
        findings=findings_data(findings),
    )


def _library(row: LibraryUse) -> dict[str, object]:
    return {
        "distribution": visible(row.owner),
        "library": visible(row.library),
        "files": [visible(file) for file in row.files],
        "comes_from": visible(row.origin) or None,
        "provider": visible(row.provider) or None,
        "built_with": visible(row.built_with) or None,
        "installed": visible(row.installed) or None,
        "outcome": str(row.outcome),
        "loaded": row.loaded,
        "wrong": row.wrong,
    }


def _interface(use: Use) -> dict[str, object]:
    return {
        "distribution": visible(use.owner),
        "interface": visible(use.interface),
        "accepts": visible(use.accepts),
        "installed": visible(use.installed) or None,
        "files": [visible(file) for file in use.files],
        "refusing": [visible(file) for file in use.refusing],
        "failures": None
        if use.failures is None
        else [{"module": visible(module), "said": visible(reason)} for module, reason in use.failures.items()],
    }


def _internals(internals: Internals) -> dict[str, object]:
    return {
        "distribution": visible(internals.owner.label),
        "kind": str(internals.kind),
        "identities": [visible(identity) for identity in internals.identities],
        "files": [visible(file) for file in internals.files],
    }


def _interface_cells(use: Use) -> tuple[Span, ...]:
    word = "refused" if use.wrong else f"{len(use.refusing)} refuse it" if use.refusing else "accepted"
    if use.failures is not None:
        word += ", import fails" if use.failures else ", but imported"
    style = Style.ERROR if use.wrong else Style.WARNING if use.refusing else Style.GOOD
    state = Span(word, style) if use.installed else Span("not installed", Style.FAINT)
    count = number_of(len(use.files), "file")
    cells = (count, use.interface, use.accepts, use.installed or NOTHING)
    return (Span(use.owner, Style.STRONG), *map(Span, cells), state)


def _internals_cells(internals: Internals) -> tuple[Span, ...]:
    cells = (number_of(len(internals.files), "file"), str(internals.kind), ", ".join(internals.identities))
    return (Span(internals.owner.label, Style.STRONG), *map(Span, cells))


def verdict(row: LibraryUse) -> str:
    """Return a phrase for the outcome of a library."""
    word = _WORDS[row.outcome]
    if row.loaded:
        between = " " if row.outcome in (LibraryOutcome.EQUAL_LOADED, LibraryOutcome.ANOTHER_LOADED) else ", "
        return f"{word}{between}loaded"
    if row.provider and row.outcome in (LibraryOutcome.SYSTEM, LibraryOutcome.MISSING):
        return f"{word}: no {row.provider}"
    return f"{word}: not in {row.provider} {row.installed}" if row.outcome is LibraryOutcome.GONE else word


def _cells(row: LibraryUse) -> tuple[Span, ...]:
    files = row.files[0].rpartition("/")[2].partition(".")[0] if len(row.files) == 1 else f"{len(row.files)} files"
    cells = (files, row.library, row.origin or NOTHING, row.built_with or NOTHING)
    style = style_of(Severity.ERROR) if row.wrong else Style.GOOD
    return (Span(row.owner, Style.STRONG), *map(Span, cells), Span(verdict(row), style))
