"""Make text from artifacts safe to print, whatever characters it contains."""

from __future__ import annotations

import re

from abiding.findings.patterns import pattern

__all__ = ["on_one_line", "printable", "steers", "visible", "without_login"]


# What services that run builds take for a command of the program whose output they log: a line of GitHub's that begins
# with `::error`, blanks before it or not, and anywhere in a line `##[error]`, Azure's `##vso[` and TeamCity's.
_COMMAND = pattern(r"^[ \t]*::[A-Za-z]|##[A-Za-z]*\[", re.MULTILINE)
# What makes a terminal do something else than show it: controls, line ends that are none to Python, the direction of
# writing, bytes that are no text.
_STEERING = pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]",
)


def visible(text: str) -> str:
    """Escape control characters and undecodable bytes of a text, which is then safe for terminals and files."""
    return "\n".join(line if line.isprintable() else _spell_out(line) for line in text.split("\n"))


def _spell_out(line: str) -> str:
    # By a table, because a string for each character would take a hundred times the memory of the line.
    return line.translate(
        {ord(char): ascii(char)[1:-1] for char in set(line) if not char.isprintable() and char != "\t"}
    )


def on_one_line(text: str) -> str:
    """Return the text as `visible` does, with escaped line ends and tabs, so that a name can't look like a line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def printable(text: str) -> str:
    """Return the text as `visible` has it, and no line of it a command to the service that runs a build."""
    return _COMMAND.sub(lambda match: f"{match[0][:-1]}\\x{ord(match[0][-1]):02x}", visible(text))


def steers(text: str) -> bool:
    """Return whether a text would control a terminal or a CI service if it were printed."""
    return bool(_STEERING.search(text) or _COMMAND.search(text))


def without_login(text: str) -> str:
    """Remove credentials from the URLs in a text."""
    return re.sub(r"(?<=//)[^/\s]*@", "", text)
