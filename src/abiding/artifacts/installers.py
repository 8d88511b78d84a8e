"""Check the members of a wheel against what installers do: refuse some, and put some elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.archives.wheel import Wheel

__all__ = ["ALL", "PIP", "UV", "Fault", "faults_in", "judge_contents", "judge_encoding", "judge_wheel"]


# The folders of a `.data` folder that the standard knows.
_SCHEMES = ("purelib", "platlib", "headers", "scripts", "data")
_ENDING = ".data"
_SCRIPTS = "entry_points.txt"
_NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?")
_MOST_SHOWN = 200
_WHERE = (
    f"below a `.data` folder there are files in {', '.join(f'`{scheme}`' for scheme in _SCHEMES)}, and nothing else"
)


def judge_contents(filename: str, dist_info: str, names: Sequence[str], scripts: bytes | None) -> tuple[Finding, ...]:
    """Find what installers refuse in a wheel: an error if none can install it, else a warning.

    `names` are its members, `dist_info` its metadata folder, `scripts` its entry_points.txt.
    """
    faults = (*_name(filename), *_data(dist_info, names), *_entry_points(scripts))
    groups: dict[frozenset[str], dict[str, None]] = {}
    for fault in faults:
        groups.setdefault(fault.by, {})[fault.what] = None
    return tuple(_finding(filename, by, tuple(what)) for by, what in groups.items())


def judge_encoding(filename: str, metadata: bytes) -> tuple[Finding, ...]:
    """Warn of a wheel whose METADATA is not UTF-8. An sdist is not reported: a build may change it."""
    try:
        metadata.decode()
    except UnicodeDecodeError as exc:
        line = metadata.count(b"\n", 0, exc.start) + 1
        return (_finding(filename, PIP, (f"`METADATA`: line {line} is not UTF-8",)),)
    return ()


def judge_wheel(wheel: Wheel) -> tuple[Finding, ...]:
    """Return the findings of both on an open wheel. Raises `ArchiveError`."""
    scripts, filename = f"{wheel.dist_info}/{_SCRIPTS}", wheel.path.name
    names = wheel.names
    entry_points = wheel.read(scripts) if scripts in names else None
    return (
        *judge_contents(filename, wheel.dist_info, names, entry_points),
        *judge_encoding(filename, wheel.metadata()),
    )


def _name(filename: str) -> Iterator[Fault]:
    name = filename.partition("-")[0]
    if not _NAME.fullmatch(name):
        yield Fault(f"`{name}` is not a project name: it begins and ends with a letter or a digit (PEP 508)", ALL)
    elif "__" in name:
        yield Fault(f"`{name}` has two underscores on end", PIP)


def _entry_points(scripts: bytes | None) -> Iterator[Fault]:
    for what, by in faults_in(scripts) if scripts else ():
        yield Fault(f"`{_SCRIPTS}`: {what}", by)


def _data(dist_info: str, names: Sequence[str]) -> Iterator[Fault]:
    """Yield errors in `.data` folders; of many files in one, the first."""
    if _ENDING not in "\0".join(names):
        return
    own = dist_info.removesuffix(".dist-info") + _ENDING
    seen = set()
    for name in names:
        top, _, rest = name.partition("/")
        if not top.endswith(_ENDING) or name.endswith("/"):
            continue
        scheme, _, below = rest.partition("/")
        fault = _misplaced(name, top, own, scheme, below)
        if fault and (top, scheme, fault.by) not in seen:
            seen.add((top, scheme, fault.by))
            yield fault


_ELSEWHERE: frozenset[str] = frozenset()


def _misplaced(name: str, top: str, own: str, scheme: str, below: str) -> Fault | None:
    if scheme not in _SCHEMES or not below:
        # Only pip uses `.data` folders with another name, or a file with such a name.
        return Fault(f"`{name}` is of no kind that is known", ALL if top == own and scheme else PIP)
    if top != own:
        return Fault(f"`{top}/` is not `{own}/`", _ELSEWHERE)
    return Fault(f"`{name}` is a script in a folder of its own", UV) if scheme == "scripts" and "/" in below else None


def _finding(filename: str, by: frozenset[str], what: tuple[str, ...]) -> Finding:
    who = " and ".join(sorted(by))
    refuse = f"{who} {'refuse' if len(by) > 1 else 'refuses'} the wheel"
    message = f"{refuse}: {what[0]}" if by else f"pip and uv install the wheel differently: {what[0]}"
    others = len(what) - 1
    return Finding(
        "not-installable",
        Severity.ERROR if by == ALL else Severity.WARNING,
        short(message, _MOST_SHOWN) + (f", and {others} more" if others else ""),
        artifact=filename,
        found=what,
        found_from="this wheel",
        notes=()
        if by
        else ("to pip every top folder that ends with `.data` is one; uv takes it for a folder like others",),
        hints=tuple(_ways_out(what)),
    )


def _ways_out(what: Sequence[str]) -> Iterator[str]:
    if any(_ENDING in fault.partition(": ")[0] for fault in what):
        yield _WHERE
    if any(_SCRIPTS in fault for fault in what):
        yield "write each script as `name = module:function`, below `[console_scripts]` or `[gui_scripts]`"
    if any(fault.endswith("UTF-8") and "METADATA" in fault for fault in what):
        yield "save as UTF-8 what the metadata is made from: pyproject.toml or setup.py, and the description"


PIP, UV = frozenset({"pip"}), frozenset({"uv"})
ALL = PIP | UV


class Fault(NamedTuple):
    """Something in a wheel that installers refuse, and which of them do."""

    what: str
    by: frozenset[str]


_SCRIPT_GROUPS = ("console_scripts", "gui_scripts")
_LONGEST_NAME = 255
# `module:object`, as pip and as uv read it.
_TO_UV = pattern(r"[\w.-]+\s*:\s*[\w.-]+\s*(?:\[[^\]]*\])?")
_TO_PIP = pattern(r"\w+(?:[:.]\w+)*")
_PYTHON = pattern(r"python(?:w|3(?:\.\d+t?)?)?", re.IGNORECASE)
_BREAK = pattern(r"\r\n?|\n")
# The header of a group, with a comment after it.
_GROUP = pattern(r"\[([^\]]*)\]\s*(?:[#;].*)?")


def faults_in(data: bytes) -> Iterator[Fault]:
    """Find lines of an entry_points.txt that pip 26.3 or uv 0.13 refuses, in order.

    pip reads it line by line, as `importlib.metadata` does, and uses as much of a script's line as it understands. uv
    reads a configuration file, without duplicate sections or keys, as a whole.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Fault("it is not UTF-8", ALL)
        return
    section: str | None = None
    sections: set[str] = set()
    keys: set[str] = set()
    for number, line in _lines(text):
        if line.endswith("\\"):  # uv continues on the next line, so the result is not known
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
    """Yield non-empty lines with numbers, as uv splits them; only pip splits at form feeds and the like."""
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
    elif section in _SCRIPT_GROUPS:
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
