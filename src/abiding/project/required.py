"""The requirement of one entry, held to what a line of METADATA may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.words import short
from abiding.metadata import pins, readers, refusals, requirements
from abiding.project.meant import COMPARED, EXAMPLES, ways_out

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from abiding.project.faults import Faults
    from abiding.project.keys import Key

__all__ = ["required"]


_PINNED = "epoch and pre-release are filled in where they are needed; `===x.x.x` takes the local version too"


def required(faults: Faults, text: str, key: Key, extra: str) -> str | None:
    """Take the requirement at `key`, of an entry for `extra`; None, and a fault, if it is none."""
    parsed = _parse(faults, text, key)
    if parsed is None:
        return None
    _hold(faults, text, parsed, key, extra)
    return text


def _parse(faults: Faults, text: str, key: Key) -> Requirement | None:
    """Read a requirement, pins filled from a sample; None, and a fault, if it is none, or not the same for all."""
    from packaging.requirements import InvalidRequirement

    quoted = short(text)
    try:
        parsed = requirements.parse(pins.sample(text))
    except InvalidRequirement as exc:
        reason = str(exc).partition("\n")[0]
        hints = ways_out(text, fills_pins=True)
        faults.problem(
            "bad-requirement", f"`{quoted}` is not a requirement (PEP 508)", key, notes=(reason,), hints=hints
        )
        return None
    if reader := readers.unlike("Requires-Dist", text):
        faults.problem(
            "bad-requirement",
            f"not all tools would read `{quoted}` in METADATA in the same way",
            key,
            notes=(f"it would be another one for {reader}",),
            hints=("write it in one line, without other characters than those that it needs",),
        )
        return None
    if unknown := pins.malformed(text):
        faults.problem(
            "bad-requirement",
            f"`{unknown}` in `{quoted}` is no part of a pinned version",
            key,
            notes=("a part is `x`, `x+N`, a number, or a last `*`",),
            hints=(_PINNED,),
        )
        return None
    return parsed


def _hold(faults: Faults, text: str, parsed: Requirement, key: Key, extra: str) -> None:
    """Add a fault if no wheel may require it, or nobody could install the wheel."""
    quoted = short(text)
    if parsed.url:
        faults.problem(
            "url-requirement",
            f"`{quoted}` points to a URL, and no index accepts a wheel that does",
            key,
            hints=("require a version: the distribution has to be on the index",),
        )
    elif requirements.asks_for_extras(parsed):
        faults.problem(
            "extra-in-marker",
            f"`{quoted}` has `extra` in its marker",
            key,
            hints=("put it under `[tool.abiding.wheel.optional-dependencies]`, which writes that marker",)
            if not extra
            else (f"leave it out: the entry already belongs to the extra `{extra}`",),
        )
    elif pins.has_pins(text) and (outcome := pins.never_fits(text)):
        faults.problem(
            "unsatisfiable",
            f"`{quoted}` excludes every version that it could be filled from",
            key,
            notes=(f"filled from {outcome.version} it is `{short(outcome.line)}`",),
            hints=(f"write `{short(outcome.instead)}`",) if outcome.instead else (),
            recent=True,
        )
    elif reason := requirements.without_answer(parsed):
        faults.problem(
            "bad-requirement",
            f"the marker of `{quoted}` has no answer",
            key,
            notes=(reason,),
            hints=(COMPARED,),
            recent=True,
        )
    elif reason := refusals.by_uv(pins.sample(text)):
        faults.problem(
            "bad-requirement",
            f"uv does not take the requirement `{quoted}`",
            key,
            notes=(reason, "nobody could install the wheel with uv"),
            hints=(EXAMPLES,),
            recent=True,
        )
