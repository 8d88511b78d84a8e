"""Hints that say how to declare a line that the backend has written into a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.metadata import pins
from abiding.metadata.exclusions import exclusions
from abiding.metadata.pinned import pin_of_installed, pin_of_local
from abiding.metadata.requires_dist import Line
from abiding.project import hints
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.project.pyproject import Pyproject

__all__ = ["are_opposed", "declaring", "pin_notes"]


def declaring(line: str, declared: Mapping[str, str], pyproject: Pyproject, where: str = "") -> str:
    """Return a hint to declare a line: as a pin if each build writes another, in place of lines that exclude it.

    `declared` are the lines that are declared for the same wheel, each with its place.
    """
    written = pin_of_installed(line) or line
    text, _ = pins.split_extra(written) or (written, "")
    opposed = [f"`{other}` ({place})" for other, place in declared.items() if are_opposed(other, line)]
    if opposed:
        return f"write `{as_toml(text)}` in place of {' and '.join(opposed)}"
    (way,) = hints.declaring([written], pyproject, f"`{text}` {where}" if where else "it")
    return way


def pin_notes(line: str) -> tuple[str, ...]:
    """Explain why a pin should be declared instead of the line; empty for a line that is equal in every build."""
    what = f"`{line}` is the version installed in this build"
    if pin := pin_of_installed(line):
        text, _ = pins.split_extra(pin) or (pin, "")
        return (f"{what}; each build fills in the pin `{text}`",)
    if local := pin_of_local(line):
        text, _ = pins.split_extra(local) or (local, "")
        return (f"{what}, and no pin becomes it: declare `{text}`, which takes the local version, and write none",)
    return ()


def are_opposed(line: str, other: str) -> bool:
    """Return whether there is an environment in which both lines apply, and no version satisfies both."""
    pair = exclusions([Line.read(line, ""), Line.read(other, "")])
    return any(len(exclusion.places) > 1 for exclusion in pair)
