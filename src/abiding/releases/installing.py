"""What one file requires, held against itself: each line can be read, and no version is ruled out by all together."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_installable", "judge_readable"]


_NAME = re.compile(r"\s*([A-Za-z0-9._-]+)")


# What most lines look like. They are not parsed: that takes longer than all the rest that is done for them. Nothing is
# tried twice, whatever a line looks like (possessive quantifiers).
_RELEASE = r"[0-9]{1,18}+(?:\.[0-9]{1,18}+)*+"
_SUFFIX = r"(?:(?:a|b|rc)[0-9]{1,18}+)?+(?:\.post[0-9]{1,18}+)?+(?:\.dev[0-9]{1,18}+)?+"
_CLAUSE = rf"(?:(?:==|!=)\s*+{_RELEASE}(?:\.\*|{_SUFFIX})|(?:<=|>=|<|>)\s*+{_RELEASE}{_SUFFIX})"
_CLAUSES = rf"{_CLAUSE}(?:\s*+,\s*+{_CLAUSE})*+\s*+"
_VARIABLE = (
    r"(?:os_name|sys_platform|platform_(?:machine|python_implementation|release|system|version)"
    r"|python_(?:full_)?version|implementation_(?:name|version)|extra)"
)
_STRING = r"""(?:"[^"'\s]*+"|'[^"'\s]*+')"""
_COMPARED = rf"{_VARIABLE}\s*+(?:[<>=!]=|[<>])\s*+{_STRING}\s*+"
_ALL = rf"{_COMPARED}(?:(?:and|or)\s++{_COMPARED})*+"
_TERM = rf"(?:\(\s*+{_ALL}\)\s*+|{_COMPARED})"
_MARKER = rf"{_TERM}(?:(?:and|or)\s++{_TERM})*+"
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*+(?<![._-])\s*+"
_PLAIN = re.compile(
    rf"{_PART}(?:\[\s*+{_PART}(?:,\s*+{_PART})*+\]\s*+)?"
    rf"(?:{_CLAUSES}|\(\s*+{_CLAUSES}\)\s*+)?(?:;\s*+{_MARKER})?"
)
_PLAIN_PYTHON = re.compile(rf"\s*+{_CLAUSES}")
_REFUSED = "pip and uv refuse metadata with a line that they can't parse"
_BY_UV = "uv refuses metadata with such a line, so nobody can install it with uv; pip takes it"


def judge_readable(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find what a file requires in words that installers can't read: all lines of one kind in one finding."""
    yield from _python(filename, metadata.get("Requires-Python"), severity)
    lines = [line for line in metadata.all("Requires-Dist") if not _PLAIN.fullmatch(line)]
    if not lines:
        return
    from abiding.metadata import refusals, requirements

    refused = {line: why for line in lines if (why := requirements.refused(line))}
    by_uv = {line: why for line in lines if line not in refused and (why := refusals.by_uv(line))}
    if refused:
        yield _unreadable("`{}` is not a requirement (PEP 508)", filename, refused, severity, _REFUSED)
    if by_uv:
        yield _unreadable("uv does not take the requirement `{}`", filename, by_uv, Severity.WARNING, _BY_UV)


def _unreadable(message: str, filename: str, refused: Mapping[str, str], severity: Severity, outcome: str) -> Finding:
    first, *others = refused
    more = f", and neither {'are' if others[1:] else 'is'} {len(others):,} more" if others else ""
    return Finding(
        "bad-requirement",
        severity,
        message.format(first) + more,
        artifact=filename,
        field="Requires-Dist",
        found=tuple(refused),
        found_from=_kind(filename),
        notes=(refused[first], outcome),
        hints=(f"mend what the {_kind(filename)} was built from, and build it again",),
    )


def _python(filename: str, text: str, severity: Severity) -> Iterator[Finding]:
    if not text or _PLAIN_PYTHON.fullmatch(text):
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
            found_from=_kind(filename),
            notes=(unread.why, unread.outcome),
            hints=("write it as version specifiers (PEP 440): `>=3.10` or `>=3.10,<4`",),
        )


def judge_installable(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find the requirements of a file that exclude each other where it can be installed."""
    lines = dict.fromkeys(metadata.all("Requires-Dist"))
    names = Counter(_plain_name(line) for line in lines)
    # Most often no distribution is required twice, and nothing has to be parsed.
    if max(names.values(), default=0) < 2:  # noqa: PLR2004
        return
    from abiding.archives.tagging import expanded
    from abiding.archives.wheel_name import WheelName
    from abiding.metadata import markers, variant_markers
    from abiding.metadata.exclusions import exclusions, installable
    from abiding.metadata.requires_dist import Line

    own = _plain_name(metadata.get("Name"))
    asked = [line for line in lines if names[_plain_name(line)] > 1 or _plain_name(line) == own]
    # Of which properties a wheel is a variant is not known here: what asks for them excludes nothing.
    read = (Line.read(line, own) for line in asked if not any(one in line for one in variant_markers.SETS))
    within = installable(metadata.get("Requires-Python"), expanded(filename))
    wheel = WheelName.split(filename)
    if wheel and '"' not in wheel.label and any("variant_label" in line for line in asked):
        within &= markers.environments(f'variant_label == "{wheel.label}"')
    for exclusion in exclusions(read, within):
        texts = tuple(line.text for line in exclusion.lines)
        with_extra = f" with the extra `{exclusion.extra}`" if exclusion.extra else ""
        yield Finding(
            "unsatisfiable",
            severity,
            f"no version of `{exclusion.name}` satisfies all that the {_kind(filename)} requires of it",
            artifact=filename,
            field="Requires-Dist",
            found=tuple(texts),
            found_from=_kind(filename),
            notes=(f"all lines have to hold, so nothing can install it{with_extra}",),
            hints=("one of them has to change",),
        )


def _kind(filename: str) -> str:
    return "wheel" if filename.endswith(".whl") else "sdist"


def _plain_name(text: str) -> str:
    found = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""
