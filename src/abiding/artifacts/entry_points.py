"""`entry_points.txt` of a wheel: what of it pip or uv refuse, as measured with pip 26.3 and uv 0.13.

pip reads it line by line, as `importlib.metadata` does, and takes of what a script names as much as it understands.
uv reads it as a configuration file, in which no section and no key is there twice, and understands all or nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ALL", "PIP", "UV", "Fault", "faults_in"]


PIP, UV = frozenset({"pip"}), frozenset({"uv"})
ALL = PIP | UV


class Fault(NamedTuple):
    """Something in a wheel that installers refuse, in words, and which of them do."""

    what: str
    by: frozenset[str]


_SCRIPTS = ("console_scripts", "gui_scripts")
_LONGEST_NAME = 255
# `module:object`, as each of them knows it.
_TO_UV = re.compile(r"[\w.-]+\s*:\s*[\w.-]+\s*(?:\[[^\]]*\])?")
_TO_PIP = re.compile(r"\w+(?:[:.]\w+)*")
_PYTHON = re.compile(r"python(?:w|3(?:\.\d+t?)?)?", re.IGNORECASE)
_BREAK = re.compile(r"\r\n?|\n")
# The beginning of a group, with a remark behind it.
_GROUP = re.compile(r"\[([^\]]*)\]\s*(?:[#;].*)?")


def faults_in(data: bytes) -> Iterator[Fault]:
    """Find what an installer refuses, in the order of the lines."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Fault("it is not UTF-8", ALL)
        return
    section: str | None = None
    sections: set[str] = set()
    keys: set[str] = set()
    for number, line in _lines(text):
        if line.endswith("\\"):  # uv goes on with the next line: what comes of it is not known
            return
        if group := _GROUP.fullmatch(line):
            section, keys = group[1].strip(), set()
            if section in sections or not section:
                yield Fault(f"line {number}: `{line}` is there twice" if section else f"line {number}: `[]`", UV)
            sections.add(section)
        elif section is None:
            yield Fault(f"line {number}: `{line}` stands before the first group", UV)
        else:
            yield from _of_entry(f"line {number}: ", line, section, keys)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Number the lines that say something, as uv reads them: at a form feed and the like only pip begins another."""
    for number, raw in enumerate(_BREAK.split(text), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield number, line.splitlines()[0] if line.startswith("[") else line


def _of_entry(place: str, line: str, section: str, keys: set[str]) -> Iterator[Fault]:
    name, equals, value = (part.strip() for part in line.partition("="))
    if not equals:
        remark = line.startswith(";")
        yield Fault(
            f"{place}`{line}` has no `=`" + (" (a remark begins with `#`)" if remark else ""), PIP if remark else ALL
        )
        return
    if name in keys:
        yield Fault(f"{place}`{name}` is there twice in `[{section}]`", UV)
    keys.add(name)
    if not name:
        yield Fault(f"{place}`{line}` has no name", UV)
    elif section in _SCRIPTS:
        yield from (Fault(place + what, by) for what, by in (*_of_name(name), *_of_reference(name, value)))


def _of_name(name: str) -> Iterator[Fault]:
    import posixpath

    place = posixpath.normpath(f"bin/{name}") if not name.startswith("/") else name
    if not place.startswith("bin/"):
        yield Fault(f"the script `{name}` would lie outside of the folder of scripts", ALL)
    elif len(name.encode()) > _LONGEST_NAME:
        yield Fault(f"the script has a name of {len(name.encode()):,} bytes", ALL)
    elif "/" in place.removeprefix("bin/"):
        yield Fault(f"the script `{name}` would lie in a folder of its own", UV)
    elif _PYTHON.fullmatch(name):
        yield Fault(f"the script would take the place of `{name}`", UV)


def _of_reference(name: str, value: str) -> Iterator[Fault]:
    match = _TO_PIP.match(value.lstrip("= "))
    to_pip = bool(match and match[0].count(":") == 1 and value.count("[") == value.count("]"))
    to_uv = bool(_TO_UV.fullmatch(value))
    by = (frozenset() if to_pip else PIP) | (frozenset() if to_uv else UV)
    if by:
        yield Fault(f"the script `{name}` is `{value}`, not of the form `module:function`", by)
