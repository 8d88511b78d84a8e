"""An environment: a table with a line for each library of each distribution, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, visible
from abiding.findings.finding import Severity, by_weight, worst
from abiding.findings.screen import block
from abiding.native.environment import Outcome
from abiding.report import concise, github, sarif
from abiding.report.json import document, finding_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from abiding.evidence.environment import Use
    from abiding.native.environment import Row, Survey

__all__ = ["forms", "table", "verdict"]


_HEAD = ("DISTRIBUTION", "USED BY", "LIBRARY", "COMES FROM", "BUILT WITH", "VERDICT")
_WORDS = {
    Outcome.BUNDLED: "its own",
    Outcome.FOUND: "found",
    Outcome.AS_BUILT: "as built",
    Outcome.ANOTHER_BUILD: "another build",
    Outcome.OTHER_VERSION: "other version",
    Outcome.LACKS_SYMBOLS: "lacks symbols",
    Outcome.SYSTEM: "the system's",
    Outcome.NOT_REACHED: "not reached",
    Outcome.MISSING: "missing",
    Outcome.GONE: "gone",
    Outcome.EQUAL_LOADED: "an equal one",
    Outcome.ANOTHER_LOADED: "another one",
    Outcome.IMPORT_FAILS: "import fails",
}


def forms(seen: Survey, python: Path, uses: Sequence[Use] = ()) -> dict[str, Callable[[], str]]:
    """What makes each of the formats; `python` is the Python of the environment."""
    findings = by_weight((*seen.findings, *seen.unread))
    told = sarif.Told("environment", None, findings)
    return {
        "text": lambda: "\n".join(_text(seen, uses)) + "\n",
        "concise": lambda: concise.written(concise.lines(findings)),
        "json": lambda: _as_json(seen, python, uses),
        "github": lambda: "".join(f"{line}\n" for line in github.commands(findings, "")),
        "sarif": lambda: sarif.log("env", [told], complete=not seen.unread),
    }


def _text(seen: Survey, uses: Sequence[Use]) -> Iterator[str]:
    if seen.rows:
        yield from table(seen.rows)
    else:
        yield "no compiled file here uses a library of another distribution, or a bundled one"
    if uses:
        yield ""
        yield from interfaces(uses)
    for finding in (*seen.findings, *seen.unread):
        yield f"\n{block(finding)}"


def _as_json(seen: Survey, python: Path, uses: Sequence[Use]) -> str:
    findings = by_weight((*seen.findings, *seen.unread))
    gravest = Severity.ERROR if any(row.wrong for row in seen.rows) else worst(findings)
    return document(
        "env",
        read_from=visible(str(python)),
        severity=gravest and str(gravest),
        libraries=[_library(row) for row in seen.rows],
        interfaces=[_interface(use) for use in uses],
        findings=[finding_data(finding) for finding in findings],
    )


def _library(row: Row) -> dict[str, object]:
    return {
        "distribution": visible(row.owner),
        "library": visible(row.library),
        "files": [visible(file) for file in row.files],
        "comes_from": visible(row.origin) or None,
        "provider": visible(row.wanted) or None,
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
    }


def interfaces(uses: Sequence[Use]) -> Iterator[str]:
    """The lines of the table of interfaces, the head first."""
    head = ("DISTRIBUTION", "USED BY", "INTERFACE", "ACCEPTS", "INSTALLED", "VERDICT")
    lines = [head, *(tuple(map(on_one_line, _interface_cells(use))) for use in uses)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _interface_cells(use: Use) -> tuple[str, ...]:
    count = f"{len(use.files)} files" if len(use.files) > 1 else "1 file"
    word = "refused" if use.wrong else f"{len(use.refusing)} refuse it" if use.refusing else "accepted"
    word = word if use.installed else "not installed"
    return (use.owner, count, use.interface, use.accepts, use.installed or "-", word)


def verdict(row: Row) -> str:
    """What is to be said of a library, in a few words."""
    word = _WORDS[row.outcome]
    if row.loaded:
        between = " " if row.outcome in (Outcome.EQUAL_LOADED, Outcome.ANOTHER_LOADED) else ", "
        return f"{word}{between}loaded"
    if row.wanted and row.outcome in (Outcome.SYSTEM, Outcome.MISSING):
        return f"{word}: no {row.wanted}"
    return f"{word}: not in {row.wanted} {row.installed}" if row.outcome is Outcome.GONE else word


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the table, the head first."""
    lines = [_HEAD, *(tuple(map(on_one_line, _cells(row))) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    files = row.files[0].rpartition("/")[2].partition(".")[0] if len(row.files) == 1 else f"{len(row.files)} files"
    return (row.owner, files, row.library, row.origin or "-", row.built_with or "-", verdict(row))
