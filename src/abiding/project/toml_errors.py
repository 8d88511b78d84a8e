"""Explain TOML syntax errors: the line, what TOML expects there, and how to correct it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Excerpt, Finding, Severity
from abiding.findings.patterns import pattern
from abiding.project.toml_slips import slip_in

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["marked", "no_toml", "no_utf8", "without_end"]


_QUOTED = 'strings need quotes, versions too: `"1.0"`'
_BACKSLASH = "write paths with `/`, or in single quotes, where a backslash has no special meaning"
_CLOSED = "end the string on its line with the quote that it began with; a longer one has three quotes on both sides"
_ONCE = "write each key and each table only once: merge the two"
_FLAT = "nest arrays and tables a few levels deep at most, and write numbers with a few digits"
_ENDED = "the file ends within a value: add the missing `]`, `}` or quote"
_UTF_8 = "save the file as UTF-8"
# By the beginning of tomllib's messages, whose rest differs between versions of Python.
_HINTS = {
    "Invalid value": f"{_QUOTED}; other values are numbers, `true`, `false`, `[arrays]` and `{{ tables }}`",
    "Invalid date": _QUOTED,
    "Expected newline": f"write each `key = value` on a line of its own; {_QUOTED}",
    "Expected '='": "write a key and its value as `key = value`",
    "Expected ']'": "write the header of a table as `[name]`, on a line of its own",
    "Expected ']]'": "write the header of a table in an array as `[[name]]`, on a line of its own",
    "Expected": _CLOSED,
    "Unclosed array": "add the missing `]` at its end, or the comma between two items, here or above",
    "Unclosed inline table": "add the missing `}` at its end, or the comma between two keys",
    "Cannot": _ONCE,
    "Duplicate": _ONCE,
    "Illegal character": _CLOSED,
    "Unterminated string": _CLOSED,
    "Unescaped": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Escaped character": _BACKSLASH,
    "Found invalid character": "delete this invisible character, which TOML does not allow",
    "Invalid initial character": "put a key in quotes if it has other characters than letters, digits, `-` and `_`",
    "Invalid statement": "write `key = value`, the header of a table, `[name]`, or a comment, `# …`",
}
_MERGE = pattern(r"(<{7}|={7}|>{7}|\|{7})(\s|$)")
_MERGED = "this line is left from a merge: keep one of the two sides, and delete these lines"
_WHERE = pattern(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_TWICE = pattern(r"Cannot declare \(('[\w-]+'(?:, '[\w-]+')*),?\) twice")


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
    line = lines[number - 1] if number else ""
    place = int(match[3]) - 1 if match and match[3] else len(line)
    slip = slip_in(line, place, match[1]) if match else ""
    hint = _MERGED if _MERGE.match(line) else slip or (_ENDED if ended else _hint(reason))
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
    """Return the finding about a file that begins with a byte order mark."""
    again = ", and build the sdist anew" if in_sdist else ""
    return Finding(
        "bad-pyproject",
        Severity.ERROR,
        "`pyproject.toml` begins with a byte order mark, which is not part of TOML",
        artifact="pyproject.toml",
        line=1,
        notes=("pip and build refuse the file, and so do backends that read it with Python's `tomllib`; uv reads it",),
        hints=(f"save the file as UTF-8 without it (BOM, or signature, in some editors){again}",),
    )


def without_end(text: str, line: int) -> DeclarationError:
    """Return the error for a key or table header with far too many parts."""
    message = f"`pyproject.toml` has a key of more than {bounds.KEY_PARTS} parts, which is too many"
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
