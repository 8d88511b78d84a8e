"""What one file requires, held against itself: each line can be read, and no version is ruled out by all together."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_installable", "judge_readable"]


_NAME = re.compile(r"\s*([A-Za-z0-9._-]+)")


# What most lines look like. They are not parsed: that takes longer than all the rest that is done for them. Nothing is
# tried twice, whatever a line looks like (possessive quantifiers).
_RELEASE, _SUFFIX = r"[0-9]++(?:\.[0-9]++)*+", r"(?:(?:a|b|rc|\.post|\.dev)[0-9]++)*+"
_CLAUSE = rf"(?:(?:==|!=)\s*+{_RELEASE}(?:\.\*|{_SUFFIX})|(?:<=|>=|<|>)\s*+{_RELEASE}{_SUFFIX})"
_CLAUSES = rf"{_CLAUSE}(?:\s*+,\s*+{_CLAUSE})*+\s*+"
_WORD = (
    r"(?:and|or|not|in|extra|os_name|sys_platform|(?:platform|python|implementation)_\w++"
    r"""|"[^"]*+"|'[^']*+'|[<>=!~]++|[()])"""
)
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*+(?<![._-])\s*+"
_PLAIN = re.compile(
    rf"{_PART}(?:\[\s*+{_PART}(?:,\s*+{_PART})*+\]\s*+)?"
    rf"(?:{_CLAUSES}|\(\s*+{_CLAUSES}\)\s*+)?(?:;(?:\s*+{_WORD})++\s*+)?"
)
_REFUSED = "pip and uv refuse metadata with a line that they can't parse"


def judge_readable(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find the requirements of a file that no installer can read: all of them in one finding."""
    lines = [line for line in metadata.all("Requires-Dist") if not _PLAIN.fullmatch(line)]
    if not lines:
        return
    from abiding.metadata import requirements

    answers = {line: requirements.refused(line) for line in lines}
    refused = {line: why for line, why in answers.items() if why}
    if not refused:
        return
    first = next(iter(refused))
    more = f", and neither are {len(refused) - 1:,} more" if len(refused) > 1 else ""
    yield Finding(
        "bad-requirement",
        severity,
        f"`{first}` is not a requirement (PEP 508){more}",
        artifact=filename,
        field="Requires-Dist",
        found=tuple(refused),
        found_from=_kind(filename),
        notes=(refused[first], _REFUSED),
        hints=(f"mend what the {_kind(filename)} was built from, and build it again",),
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
