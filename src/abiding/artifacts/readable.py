"""Check that pip and uv can read the requirements and Requires-Python of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import kind_of, normalised
from abiding.findings.characters import on_one_line
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern
from abiding.metadata.plain_lines import are_usual, is_usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from abiding.metadata.core import CoreMetadata


__all__ = ["judge_python", "judge_readable"]


_REFUSED = "pip refuses metadata with a line that it can't parse; uv takes some of them for what is probably meant"
_NO_ANSWER = "pip stops at a marker that compares what can't be compared, so it can't install the file"
_BY_UV = "uv refuses metadata with such a line, so nobody can install it with uv; pip takes it"


def judge_readable(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find requirements that installers can't read; similar lines are in one finding."""
    yield from _extras(filename, metadata)
    lines = [line for line in metadata.all("Requires-Dist") if not is_usual(line)]
    if not lines:
        return
    from abiding.findings.words import short
    from abiding.metadata import refusals, requirements
    from abiding.project.corrections import requirement_meant

    refused = {line: why for line in lines if (why := requirements.refused(line))}
    unanswered = {line: why for line in lines if line not in refused and (why := _unanswered(line))}
    read = [line for line in lines if line not in refused and line not in unanswered]
    by_uv = {line: why for line in read if (why := refusals.by_uv(line))}
    if refused:
        finding = _unreadable("`{}` is not a requirement (PEP 508)", filename, refused, severity, _REFUSED)
        suggestion = requirement_meant(next(iter(refused)))
        hints = (f"did you mean `{short(suggestion)}`?",) if suggestion else ()
        yield finding._replace(hints=(*hints, *finding.hints))
    if unanswered:
        yield _unreadable("the marker of `{}` can't be evaluated", filename, unanswered, severity, _NO_ANSWER)
    if by_uv:
        yield _unreadable("uv does not take the requirement `{}`", filename, by_uv, Severity.WARNING, _BY_UV)


def _unanswered(line: str) -> str:
    from abiding.metadata import requirements, variant_markers

    if any(variable in line for variable in variant_markers.SETS):  # tools that support variants can evaluate it
        return ""
    requirement = requirements.try_parse(line)
    return requirements.without_answer(requirement) if requirement else ""


def _unreadable(message: str, filename: str, refused: Mapping[str, str], severity: Severity, outcome: str) -> Finding:
    first, *others = refused
    more = f", and neither {'are' if others[1:] else 'is'} {len(others):,} more" if others else ""
    return Finding(
        "bad-requirement",
        severity,
        message.format(on_one_line(first)) + more,
        artifact=filename,
        field="Requires-Dist",
        found=tuple(refused),
        found_from=kind_of(filename),
        notes=(refused[first], outcome),
        hints=(f"correct what the {kind_of(filename)} was built from, and build it again",),
    )


_EXTRA = pattern(r"""\bextra\s*==\s*["']([A-Za-z0-9._-]+)["']""")


def _extras(filename: str, metadata: CoreMetadata) -> Iterator[Finding]:
    """Find requirements for extras that the file does not list, which tools treat differently."""
    lines = [line for line in metadata.all("Requires-Dist") if "extra" in line]
    if not lines:
        return
    provided = {normalised(extra.strip()) for extra in metadata.all("Provides-Extra")}
    of_extras = {line: match[1] for line in lines if (match := _EXTRA.search(line))}
    without = {line: extra for line, extra in of_extras.items() if normalised(extra) not in provided}
    if without:
        first, *others = dict.fromkeys(without.values())
        more = f", nor {len(others):,} more" if others else ""
        yield Finding(
            "bad-requirement",
            Severity.NOTE,
            f"`Provides-Extra` does not list the extra `{first}`{more}, which requirements are for",
            artifact=filename,
            field="Requires-Dist",
            found=tuple(without),
            found_from=kind_of(filename),
            notes=("uv installs what such an extra requires; pip says that there is none of this name",),
        )


# A lower bound, and perhaps an upper one above all existing Pythons, as in most projects.
_FROM = pattern(r"\s*>=\s*3\.(\d{1,3})(?:\.0)?\s*(?:,\s*<\s*4(?:\.0)?\s*)?")
_FITTING = pattern(r"py3|cp3(\d{1,3})")


def judge_python(
    filename: str, metadata: CoreMetadata, severity: Severity, place_of: Callable[[], str] = str
) -> Iterator[Finding]:
    """Find a `Requires-Python` that some tools can't read, or that excludes every Python of the file.

    `place_of` returns where the project gives it, empty if that is not known.
    """
    text = metadata.get("Requires-Python")
    if not text or _is_plainly_within(filename, text):
        return
    yield from _unread(filename, text, severity)
    if not _nowhere(filename, text):
        return
    for_all = _nowhere("", text)
    place = place_of()
    yield Finding(
        "unsatisfiable",
        severity,
        "`Requires-Python` admits no Python" if for_all else "`Requires-Python` admits no Python that the wheel is for",
        artifact=filename,
        field="Requires-Python",
        found=text.strip(),
        found_from=place or kind_of(filename),
        notes=() if for_all else ("what Python a wheel is for stands in its file name",),
        hints=(
            f"correct what the {kind_of(filename)} was built from, and build it again"
            if for_all
            else _fitting(filename, place),
        ),
    )


def _fitting(filename: str, place: str) -> str:
    """Return a hint how the Python of a wheel and `Requires-Python` come to fit."""
    from abiding.archives.wheel_name import WheelName

    wheel = WheelName.split(filename)
    is_for_any = wheel is not None and all(python.startswith("py") for python in wheel.python.split("."))
    way = "let the tag name" if is_for_any else "build with"
    there = f" ({place})" if place else ""
    return f"{way} a Python that `requires-python` admits, or let `requires-python`{there} admit that of the tag"


def _is_plainly_within(filename: str, text: str) -> bool:
    """Return whether `Requires-Python` obviously includes the wheel's Python."""
    least = _FROM.fullmatch(text)
    if not least or kind_of(filename) == "sdist":
        return bool(least)
    from abiding.archives.wheel_name import WheelName

    wheel = WheelName.split(filename)
    if not wheel:
        return True
    pythons = list(map(_FITTING.fullmatch, wheel.python.split(".")))
    return any(version and (not version[1] or int(version[1]) >= int(least[1])) for version in pythons)


def _nowhere(filename: str, requires_python: str) -> bool:
    from abiding.archives.wheel_tags import expanded
    from abiding.metadata.exclusions import installable

    return installable(requires_python, expanded(filename) if filename else ()).branch is False


def _unread(filename: str, text: str, severity: Severity) -> Iterator[Finding]:
    if are_usual(text):
        return
    from abiding.metadata import refusals

    unread = refusals.unread_python(text)
    if unread:
        yield Finding(
            "bad-requirement",
            severity if unread.is_grave else Severity.NOTE,
            f"not all tools read `Requires-Python: {text.strip()}`",
            artifact=filename,
            field="Requires-Python",
            found=text.strip(),
            found_from=kind_of(filename),
            notes=(unread.why, unread.outcome),
            hints=("write it as version specifiers (PEP 440): `>=3.10` or `>=3.10,<4`",),
        )
