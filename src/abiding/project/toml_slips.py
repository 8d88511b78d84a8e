"""Recognise frequent slips in a line that tomllib refuses: its message names what it expected, not what is wrong."""

from __future__ import annotations

from abiding.findings.patterns import pattern

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
_PREFIXED = "delete the letters before the quote: they are Python's, not TOML's"
_MISSING = "write the value on the line of its key"
_TWO = "write one `=`"
_COLON = "write `=` for `:`"
_BRACKETS = 'write an array with square brackets: `["a", "b"]`'
_INVISIBLE = "delete the invisible character here, or write a plain blank for it"
_SPARE = "delete this comma: nothing stands before it"
_OWN_LINE = "write each `key = value` on a line of its own"
_LAST = "delete the comma before `}`"
_HEADER = "add the missing `]` above: this line is read as an item of an array that does not end"

# By the beginning of tomllib's message: what stands on the line before and after the place, and what to do.
_SLIPS = tuple(
    (reason, pattern(before), pattern(after), hint)
    for reason, before, after, hint in (
        ("", "", "[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]", _INVISIBLE),
        ("Invalid initial character", r"[{,]\s*$", r"\s*(#|$)", _ONE_LINE),
        ("Invalid initial character", r",\s*$", r"\}", _LAST),
        ("Invalid initial character", r"[{,]\s*$", ",", _SPARE),
        ("Invalid initial character", "", _CURLY, _STRAIGHT),
        ("Unclosed inline table", "", r"\s*(#|$)", _CLOSE),
        ("Unclosed inline table", r"[\"']$", r"\w", _INSIDE),
        ("Unclosed array", r"[\"']$", r"\w", _INSIDE),
        ("Unclosed array", r"(^|[\"'}])\s*$", r"[\"'{](?![^\"']*[\"']\s*=)", _BEFORE),
        ("Invalid value", "", r"(True|False|TRUE|FALSE)\b", _LOWER),
        ("Invalid value", "", r"(None|null|nil)\b", _NULL),
        ("Invalid value", "", _CURLY, _STRAIGHT),
        ("Invalid value", "", r"(?i:[rbfu]{1,2})([\"']).*\1", _PREFIXED),
        ("Invalid value", r"(^|[\[,])\s*$", ",", _SPARE),
        ("Invalid value", r"=\s*$", r"\s*(#|$)", _MISSING),
        ("Invalid value", r"=\s*$", r"=", _TWO),
        ("Invalid value", r"=\s*$", r"\(", _BRACKETS),
        ("Invalid value", r"^\s*\[+$", r"[\w.\"'-]+\]+\s*(#|$)", _HEADER),
        ("Expected newline", r"[\"']$", r"\w", _INSIDE),
        ("Expected newline", "", r"[,;]\s*[\w.\"'-]+\s*=", _OWN_LINE),
        ("Expected newline", "", ",", _NO_COMMA),
        ("Expected newline", "", r"(;|//)", _COMMENT),
        ("Expected '='", "", ":", _COLON),
    )
)
_WHOLE = pattern(r"^\s*[\w.\"'-]+\s*=\s*$")
_WORD = pattern(r"[A-Za-z_][^#]*")
# An item ends at a comma or a bracket, but for those of a requirement: `pkg[extra]>=1,<2`.
_ITEM = pattern(r"(?:[^\[\]{},]|\[[^\[\]]*\]|,(?=\s*[<>=!~]))+")
_MOST = 60


def slip_in(line: str, place: int, reason: str) -> str:
    """Return what to do about the slip at a place (from 0) of a line; empty if it is not a known one."""
    before, after = line[:place], line[place:]
    for beginning, preceding, following, hint in _SLIPS:
        if reason.startswith(beginning) and preceding.search(before) and following.match(after):
            return hint
    word = _WORD.match(after) if reason.startswith("Invalid value") else None
    item = word if word is None or _WHOLE.match(before) else _ITEM.match(word[0])
    quoted = _quoted(item[0].strip()) if item else ""
    return f"put strings in quotes: `{quoted}`" if quoted else ""


def _quoted(text: str) -> str:
    """Return a text as a string; empty if it is too long for a hint, or has quotes of both kinds."""
    quotes = [char for char in text if char in "\"'"]
    if len(quotes) == 1 and text.endswith(quotes[0]):  # only the one before it is missing
        text, quotes = text[:-1], []
    quote = "'" if '"' in quotes else '"'
    return f"{quote}{text}{quote}" if 0 < len(text) <= _MOST and quote not in quotes else ""
