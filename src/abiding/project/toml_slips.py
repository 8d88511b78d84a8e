"""Recognise frequent slips in a line that tomllib refuses: its message names what it expected, not what is wrong."""

from __future__ import annotations

import re

__all__ = ["slip_in"]


_ONE_LINE = "write an inline table, `{ … }`, on one line: it takes no line break and no comment"
_CURLY = "[\u201c\u201d\u201e\u2018\u2019]"
_CLOSE = "end an inline table, `{ … }`, on the line on which it begins"
_STRAIGHT = "write straight quotes instead of curly ones"
_NO_COMMA = "a comma stands only in an array, `[…]`, or in an inline table, `{…}`"
_COMMENT = "delete the rest of the line: a comment begins with `#`, and nothing else may follow a value"
_INSIDE = "a quote before this ends the string: use single quotes within double ones"
_BEFORE = "add the missing comma before this"
_LOWER = "write `true` and `false` in lower case"
_NULL = "delete the key: TOML has no such value"
_MISSING = "write the value on the line of its key"
_TWO = "write one `=`"
_COLON = "write `=` for `:`"
_BRACKETS = 'write an array with square brackets: `["a", "b"]`'
_LAST = "delete the comma before `}`"
_HEADER = "add the missing `]` above: this line is read as an item of an array that does not end"

# By the beginning of tomllib's message: what stands on the line before and after the place, and what to do.
_SLIPS = tuple(
    (reason, re.compile(before), re.compile(after), hint)
    for reason, before, after, hint in (
        ("Invalid initial character", r"[{,]\s*$", r"\s*(#|$)", _ONE_LINE),
        ("Invalid initial character", r",\s*$", r"\}", _LAST),
        ("Invalid initial character", "", _CURLY, _STRAIGHT),
        ("Unclosed inline table", "", r"\s*(#|$)", _CLOSE),
        ("Unclosed inline table", r"[\"']$", r"\w", _INSIDE),
        ("Unclosed array", r"[\"']$", r"\w", _INSIDE),
        ("Unclosed array", r"(^|[\"'}])\s*$", r"[\"'{]", _BEFORE),
        ("Invalid value", "", r"(True|False|TRUE|FALSE)\b", _LOWER),
        ("Invalid value", "", r"(None|null|nil)\b", _NULL),
        ("Invalid value", "", _CURLY, _STRAIGHT),
        ("Invalid value", r"=\s*$", r"\s*(#|$)", _MISSING),
        ("Invalid value", r"=\s*$", r"=", _TWO),
        ("Invalid value", r"=\s*$", r"\(", _BRACKETS),
        ("Invalid value", r"^\s*\[+$", r"[\w.\"'-]+\]+\s*(#|$)", _HEADER),
        ("Expected newline", r"[\"']$", r"\w", _INSIDE),
        ("Expected newline", "", ",", _NO_COMMA),
        ("Expected newline", "", r"(;|//)", _COMMENT),
        ("Expected '='", "", ":", _COLON),
    )
)
_WHOLE = re.compile(r"^\s*[\w.\"'-]+\s*=\s*$")
_WORD = re.compile(r"[A-Za-z_][^\"'#{}\[\]]*")
_MOST = 60


def slip_in(line: str, place: int, reason: str) -> str:
    """Return what to do about the slip at a place (from 0) of a line; empty if it is not a known one."""
    before, after = line[:place], line[place:]
    for beginning, pattern, following, hint in _SLIPS:
        if reason.startswith(beginning) and pattern.search(before) and following.match(after):
            return hint
    word = _WORD.match(after) if reason.startswith("Invalid value") else None
    text = word[0].strip() if word else ""
    if not _WHOLE.match(before):  # an item of an array or of an inline table ends at a comma
        text = text.partition(",")[0].strip()
    return f'put strings in quotes: `"{text}"`' if 0 < len(text) <= _MOST else ""
