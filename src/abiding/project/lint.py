"""Warn of declarations that are valid and probably not meant."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity
from abiding.findings.nearest import Slips
from abiding.metadata import narrowing, pins, requirements
from abiding.project.keys import table_at
from abiding.project.known_backends import (
    DEFAULT_BACKEND,
    KNOWN,
    OURS,
    brings,
    distribution_of,
    misspelled,
    uses_abiding,
)
from abiding.project.never_true import never_selected, never_true
from abiding.project.project_table import ApiLevel
from abiding.project.requirement_checks import bad_build_requirements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from abiding.project.declaration import Declaration
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["could_be_markers", "lint", "unwired"]


def lint(declaration: Declaration, pyproject: Pyproject) -> tuple[Finding, ...]:
    """Return what is lawful in a declaration and yet probably not meant: warnings and notes, no errors."""
    idle = islice(_not_narrower(declaration, pyproject), bounds.FAULTS)
    idle_markers = islice(never_true(declaration, pyproject), bounds.FAULTS)
    idle_globs = islice(never_selected(declaration, pyproject), bounds.FAULTS)
    slips = islice(_misspelt(declaration, pyproject), bounds.FAULTS)
    return (*idle, *idle_markers, *idle_globs, *slips, *_from_sdist_unset(declaration, pyproject))


def unwired(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield what in `[build-system]` keeps front ends from calling a hook at all: so no hook can tell."""
    build = table_at(pyproject.table, ("build-system",))
    names = {requirements.name_of(line) for _, line in pyproject.build_requires}
    finding = partial(pyproject.finding, "bad-value", severity=Severity.WARNING)
    key = ("build-system", "requires")
    if not uses_abiding(pyproject.table):
        backend = build.get("build-backend", DEFAULT_BACKEND)
        message = f"the build backend is `{backend}`, so `[tool.abiding]` has no effect"
        yield finding(message, ("build-system", "build-backend"), hints=(f'write `build-backend = "{OURS}"`',))
    if "abiding" not in names:
        message = "`abiding` is not among what the build requires: no isolated build will find it"
        yield finding(message, key, hints=("add `abiding` to `requires`",))
    yield from (fault._replace(severity=Severity.WARNING) for fault in bad_build_requirements(pyproject))
    if not declaration.backend_path:
        yield from _not_brought(declaration.backend, names, pyproject)


def _not_brought(backend: str, names: AbstractSet[str], pyproject: Pyproject) -> Iterator[Finding]:
    """Yield what a build says of a wrapped backend, as far as that can be known where nothing is installed."""
    key, requires = ("tool", "abiding", "build-backend"), ("build-system", "requires")
    finding = partial(pyproject.finding, "no-backend", severity=Severity.WARNING)
    if wrong := misspelled(backend):
        yield finding(wrong.message, key, hints=(wrong.hint,))
        backend = wrong.meant
    provider = distribution_of(backend)
    others = names - {"abiding"} - KNOWN
    if any(brings(name, provider) for name in names) or (others and not provider):
        return
    message = f"nothing that the build requires brings the wrapped backend `{backend}`"
    if others:  # one of them may require it in turn
        message = f"`{provider}`, which brings the wrapped backend `{backend}`, is not among what the build requires"
    what = f"`{provider}`" if provider else "the distribution that brings it"
    yield finding(message, requires, also=((key, "is wrapped"),), hints=(f"add {what} to `requires`",))


def _not_narrower(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    entries = [entry for entry in declaration.entries if not pins.has_pins(entry.requires)]
    level = ApiLevel.of(declaration.project) if entries else ApiLevel({})
    of_name: Counter[str] = Counter()
    for entry in entries:
        of_name[entry.name] += 1
        if of_name[entry.name] > bounds.FAULTS:
            continue
        abi = requirements.parse(entry.requires)
        for line in level.about(entry.name, entry.extra):
            api = line.requirement
            # A native line decides what is linked with, too.
            if entry.native or not requirements.applies_wherever(api, abi):
                continue
            finding = partial(
                pyproject.finding,
                key=entry.key,
                severity=Severity.WARNING,
                also=((line.key, "the API level"),),
            )
            if narrowing.is_repeated(api, abi):
                message = f"`{entry.requires}` excludes nothing: `{line.text}` admits the same versions"
                yield finding(
                    "not-narrower",
                    message,
                    hints=("delete the line, or let it exclude what the wheel does not work with",),
                )
                continue
            way = "leave the clause out" if len(abi.specifier) > 1 else "delete the line"
            for clause in narrowing.idle_clauses(api, abi):
                yield finding(
                    "not-narrower",
                    f"`{clause}` of `{entry.requires}` excludes nothing: `{line.text}` is narrower",
                    notes=("a wheel carries both lines, so the wider one has no effect",),
                    hints=(f"{way}, or lower the bound in `[project]` if that was meant",),
                )


def _from_sdist_unset(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    native = next((entry for entry in declaration.entries if entry.native), None)
    if native is not None and declaration.from_sdist is None:
        yield pyproject.finding(
            "from-sdist-unset",
            "installing from the sdist will ask for a native requirement",
            native.key,
            severity=Severity.WARNING,
            notes=("on a platform without a wheel of the provider, the sdist can't be built",),
            hints=(
                'set `from-sdist = "api"` under `[tool.abiding]` to build with the library of the machine',
                'or `from-sdist = "refuse"` to build nothing unless a level is asked for',
                'or `from-sdist = "abi"` to build what the wheels are, as now',
            ),
        )


def _misspelt(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a warning for each declared line whose distribution nothing else names, and whose name is off by a slip."""
    if not declaration.entries:
        return
    names: dict[str, tuple[Key, str]] = {}
    for key, text, _ in declaration.project.requirements():
        names.setdefault(requirements.name_of(text), (key, "the source"))
    for key, text in pyproject.build_requires:
        names.setdefault(requirements.name_of(text), (key, "the build"))
    unnamed = [entry for entry in declaration.entries if entry.name not in names]
    if not unnamed:
        return
    from abiding.metadata.lookalikes import distribution_meant

    slips = Slips(names)
    for entry in unnamed:
        if suggestion := distribution_meant(entry.name, slips):
            key, who = names[suggestion]
            yield pyproject.finding(
                "bad-value",
                f"`{entry.name}` is spelled almost like `{suggestion}`, which {who} requires",
                entry.key,
                severity=Severity.WARNING,
                also=((key, f"{who} requires it"),),
                notes=("installers take whatever has that name on an index",),
                hints=(f"did you mean `{suggestion}`?",),
            )


def could_be_markers(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a note for each entry whose globs are nearly as good as a marker; those that are as good are a fault."""
    from abiding.project.select_globs import near_marker

    for entry in declaration.entries:
        marker = "" if entry.marker or pins.has_pins(entry.requires) else near_marker(entry.select)
        if marker:
            yield pyproject.finding(
                "could-be-a-marker",
                f"`select` says nearly what the marker `{marker}` says",
                entry.key,
                severity=Severity.NOTE,
                notes=(
                    "it is true of a Python for another machine too: 32 bits on a kernel of 64, or one under Rosetta",
                ),
            )
