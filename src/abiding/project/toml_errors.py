"""Explain TOML syntax errors: the line, what TOML expects there, and how to correct it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Excerpt, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["marked", "no_toml", "no_utf8", "without_end"]


_QUOTED = 'a text stands in quotes, a version too: `"1.0"`'
_BACKSLASH = "write a path with `/`, or in single quotes, in which a backslash is nothing special"
_CLOSED = "a text ends on its line with the quote that it begins with, one of many lines with three of them"
_ONCE = "a key, and a table, stands in a file once: bring both together"
_FLAT = "write it as people do: arrays and tables a few levels deep, numbers of a few digits"
_ENDED = "the file ends within a value: see whether `]` is missing, or `}`, or a quote"
_UTF_8 = "save the file as UTF-8"
# By the beginning of tomllib's messages, whose rest differs between versions of Python.
_HINTS = {
    "Invalid value": f"{_QUOTED}; what else there is are numbers, `true` and `false`, `[arrays]` and `{{ tables }}`",
    "Invalid date": _QUOTED,
    "Expected newline": f"each `key = value` has a line of its own, and {_QUOTED}",
    "Expected '='": "a key and its value are written `key = value`",
    "Expected ']'": "the head of a table is `[name]`, on a line of its own",
    "Expected ']]'": "the head of a table in an array is `[[name]]`, on a line of its own",
    "Expected": _CLOSED,
    "Unclosed array": "see whether `]` is missing at its end, or a comma between two items, here or above",
    "Unclosed inline table": "see whether `}` is missing at its end, or a comma between two keys",
    "Cannot": _ONCE,
    "Duplicate": _ONCE,
    "Illegal character": _CLOSED,
    "Unterminated string": _CLOSED,
    "Unescaped": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Escaped character": _BACKSLASH,
    "Found invalid character": "delete it: it can't be seen, and can't stand there",
    "Invalid initial character": "a key of other characters than letters, digits, `-` and `_` stands in quotes",
    "Invalid statement": "a line is `key = value`, the head of a table, `[name]`, or a comment, `# …`",
}
_MERGE = re.compile(r"(<{7}|={7}|>{7}|\|{7})(\s|$)")
_MERGED = "this line is left from a merge: keep one of both sides, and delete these lines"
_WHERE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_TWICE = re.compile(r"Cannot declare \(('[\w-]+'(?:, '[\w-]+')*),?\) twice")


def no_toml(text: str, exc: ValueError | RecursionError) -> DeclarationError:
    """Return the error for a text that tomllib refuses."""
    match = _WHERE.fullmatch(str(exc))
    reason = match[1] if match else "nested too deeply" if isinstance(exc, RecursionError) else str(exc)
    lines = text.split("\n")
    number = 0
    if match:
        number = int(match[2] or 0) or next((n for n in range(len(lines), 0, -1) if lines[n - 1].strip()), 0)
    quoted = [_excerpt(number, lines)] if number else []
    quoted += [_excerpt(first, lines, "first here") for first in _before(reason, lines, number)]
    twice = _TWICE.fullmatch(reason)
    if twice:
        reason = f"`[{'.'.join(twice[1].replace(chr(39), '').split(', '))}]` stands in it twice"
    column = f", at column {match[3]}" if match and match[3] else ""
    ended = match and not match[2] and reason == "Invalid value"
    hint = _ENDED if ended else _MERGED if number and _MERGE.match(lines[number - 1]) else _hint(reason)
    message = f"`pyproject.toml` is not valid TOML: {reason[:1].lower()}{reason[1:]}{column}"
    return _error(message, number, quoted, hint)


def no_utf8(data: bytes, exc: UnicodeDecodeError) -> DeclarationError:
    """Return the error for bytes that are not UTF-8; `exc` has the position of the first."""
    message = "`pyproject.toml` is not UTF-8, which TOML asks for"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _error(message, 0, [], f"it is UTF-16: {_UTF_8}")
    number = data.count(b"\n", 0, exc.start) + 1
    lines = data.decode("utf-8", "replace").split("\n")
    return _error(message, number, [_excerpt(number, lines)], _UTF_8)


def marked(*, in_sdist: bool) -> Finding:
    """Make the finding about a file that begins with a byte order mark."""
    again = ", and build the sdist anew" if in_sdist else ""
    return Finding(
        "bad-pyproject",
        Severity.ERROR,
        "`pyproject.toml` begins with a byte order mark, which is no part of TOML",
        artifact="pyproject.toml",
        line=1,
        notes=("pip and build refuse the file, and so do backends that read it with Python's `tomllib`; uv reads it",),
        hints=(f"save the file as UTF-8 without it (BOM, or signature, in some editors){again}",),
    )


def without_end(text: str, line: int) -> DeclarationError:
    """Return the error for a key or table header with far too many parts."""
    message = f"`pyproject.toml` has a key of more than {bounds.KEY_PARTS} parts, which nobody means"
    return _error(message, line, [_excerpt(line, text.split("\n"))], _FLAT)


def _hint(reason: str) -> str:
    """Return the hint for the longest matching beginning of a message; empty if none matches."""
    start = max((start for start in _HINTS if reason.startswith(start)), key=len, default="")
    return _HINTS.get(start, _ONCE if reason.endswith(" twice") else _FLAT)


def _before(reason: str, lines: list[str], number: int) -> Iterator[int]:
    """Yield a note with the line of the first of two tables with the same name."""
    if twice := _TWICE.fullmatch(reason):
        head = r"\s*\.\s*".join(rf"""["']?{re.escape(name)}["']?""" for name in re.findall(r"'([^']+)'", twice[1]))
        pattern = re.compile(rf"\s*\[\s*{head}\s*\]")
        yield from [index for index, line in enumerate(lines[: number - 1], 1) if pattern.match(line)][:1]


def _excerpt(number: int, lines: list[str], remark: str = "") -> Excerpt:
    return Excerpt(number, lines[number - 1].strip()[: bounds.EXCERPT], remark)


def _error(message: str, line: int, excerpts: list[Excerpt], hint: str) -> DeclarationError:
    return DeclarationError(
        Finding(
            "bad-pyproject",
            Severity.ERROR,
            message,
            artifact="pyproject.toml",
            line=line or None,
            excerpts=tuple(excerpts),
            hints=(hint,),
        )
    )
