"""What is said of one wheel, said of several that share a finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abiding.findings.finding import Finding

__all__ = ["VERBS", "of_several"]


# What a wheel does, and what several do.
VERBS = {
    "accepts": "accept",
    "adds": "add",
    "admits": "admit",
    "asks": "ask",
    "can": "can",
    "claims": "claim",
    "could": "could",
    "does": "do",
    "gets": "get",
    "has": "have",
    "is": "are",
    "may": "may",
    "needs": "need",
    "reaches": "reach",
    "requires": "require",
    "says": "say",
    "uses": "use",
    "was": "were",
    "would": "would",
}
_DOES = re.compile(rf"(?<!\bof )\b(the|this) wheel ({'|'.join(VERBS)})\b")
_DONE_TO = re.compile(r"\b(build|let|leave|repair) the wheel\b|\b(of) the wheel(?= is not\b)")
# A text that goes on about the one wheel stays as it is.
_GOES_ON = re.compile(r"\b(its|itself|it has|it was|build it)\b")
_QUOTED = re.compile(r"(`[^`]*`)")


def of_several(finding: Finding) -> Finding:
    """The same finding, of several wheels that each are as it says."""
    return finding._replace(
        message=_plural(finding.message),
        found_from="these wheels" if finding.found_from == "this wheel" else finding.found_from,
        notes=tuple(map(_plural, finding.notes)),
        hints=tuple(map(_plural, finding.hints)),
    )


def _plural(text: str) -> str:
    """The text of several wheels; what is quoted in it is left alone."""
    if _GOES_ON.search(_QUOTED.sub("", text)):
        return text
    return "".join(part if part.startswith("`") else _of_words(part) for part in _QUOTED.split(text))


def _of_words(text: str) -> str:
    text = _DOES.sub(lambda said: f"{'these' if said[1] == 'this' else 'the'} wheels {VERBS[said[2]]}", text)
    return _DONE_TO.sub(lambda said: f"{said[0]}s", text)
