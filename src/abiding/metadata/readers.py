"""Find where tools that read METADATA would read different values.

pip, uv, `packaging` and `importlib.metadata` read METADATA as an e-mail message, each with its own parser. Other tools
split lines like `str.splitlines`, or continue after a line that is not a field. A requirement that only some of them
read could be smuggled past a review. So a file is refused if they would differ on a field that installers use, or on
where the fields end; on any other field it is a note.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata.fields import beginning_of_body, headers_of, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.metadata.fields import Header

__all__ = ["Disagreement", "disagreements", "is_clear", "note", "refuse", "unlike"]


# Fields that installers and resolvers read, in lower case; the first four may be there once.
_SINGLE = ("metadata-version", "name", "version", "requires-python")
_DECISIVE = frozenset({*_SINGLE, "requires-dist", "provides-extra", "dynamic"})
_MOST_SHOWN = 200

_LINE_END = pattern(rb"\r?\n|[\r\v\f\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]|\Z")
# Line ends for some readers only: a lone CR, and others at which `str.splitlines` splits.
_ODD_LINE_END = pattern(rb"\r(?!\n)|[\v\f\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]")
_SUSPECT = pattern(rb"[\r\v\f\x1c-\x1e\xc2\xe2]")
_EMPTY_LINE = pattern(rb"(?:\A|\n)\r?\n")
# A decisive field, as the most lenient reader finds it. 85 and A0 are spaces in Latin-1 and not in ASCII.
_LOOSE_FIELD = pattern(
    rb"(?:\A|(?<=[\n\r\v\f\x1c-\x1e])|(?<=\xc2\x85)|(?<=\xe2\x80[\xa8\xa9])|(?<=\n[\x85\xa0])|(?<=\A[\x85\xa0]))"
    rb"(%s)[\s\x85\xa0]*+:" % "|".join(sorted(_DECISIVE)).encode(),
    re.IGNORECASE,
)
_ENCODED_WORD = pattern(r"=\?[^?]*\?[bq]\?[^?]*\?=", re.IGNORECASE)
_PLAIN_VALUE = pattern(r"[ \t]*[!-~][ -~\t]*")

_BY_LINES = "whoever reads it line by line"
_AS_MAIL = "pip, uv and packaging, which read it as an e-mail message"
_SPLITTING = "whoever splits lines as `str.splitlines` does"
_FORGIVING = "whoever takes a space before the colon, or goes on behind a line that is not a field"
_JOINING = "uv, which joins lines; pip refuses them"
_DECODING = "uv, which decodes words as in an e-mail message; pip refuses them"
_STOPPING_AT_WORDS = "uv, which refuses encoded words of e-mail that it can't decode"
_LATIN = "whoever takes bytes that are not UTF-8 for Latin-1; pip refuses them"
_STOPPING = "pip and uv, which refuse an empty requirement"
_UNDECIDED = "packaging, which takes none if there are two; others take the first"
_DECODING_ALL = "packaging, which decodes the description by it"
_HINT = "build it again with every field on a line of its own, ended by a line feed, and an empty line behind the last"


class Disagreement(NamedTuple):
    """Two values of a field, as different readers find it.

    `field` is empty if it is about the end of all fields, `line` counts from 1. `ours` is the value of `headers_of` and
    `theirs` that of `reader`, None for a missing field. It is `decisive` if the installation may depend on it.
    """

    field: str
    line: int
    ours: str | None
    theirs: str | None
    reader: str
    decisive: bool = True


def refuse(data: bytes, headers: Sequence[Header], name: str) -> None:
    """Raise `ArchiveError` (`ambiguous-metadata`), about the archive `name`, if readers differ in a decisive way.

    `headers` are those of `data`, as `headers_of` reads them.
    """
    for disagreement in disagreements(data, headers):
        if disagreement.decisive:
            raise ArchiveError(_finding(disagreement, Severity.ERROR, name))


def note(data: bytes, name: str) -> Finding | None:
    """Return notes on the archive `name` if readers differ in other fields."""
    disagreed = disagreements(data, headers_of(data))
    return next(
        (_finding(disagreement, Severity.NOTE, name) for disagreement in disagreed if not disagreement.decisive), None
    )


def unlike(field: str, value: str) -> str:
    """Return the reader that would read a value in METADATA differently; empty if all agree."""
    data = f"{field}: {value}\n".encode()
    headers = headers_of(data)
    if [header.value.strip() for header in headers] != [value.strip()]:
        return _BY_LINES
    return next((disagreement.reader for disagreement in disagreements(data, headers) if disagreement.decisive), "")


def _finding(disagreement: Disagreement, severity: Severity, artifact: str) -> Finding:
    what = f"`{disagreement.field}`" if disagreement.field else "where the fields end"
    return Finding(
        "ambiguous-metadata",
        severity,
        f"not all tools read {what} in line {disagreement.line} of the metadata in the same way",
        artifact=artifact,
        field=disagreement.field,
        expected=disagreement.ours,
        expected_from=_BY_LINES,
        found=disagreement.theirs,
        found_from=disagreement.reader,
        hints=(_HINT,),
    )


def disagreements(data: bytes, headers: Sequence[Header]) -> Iterator[Disagreement]:
    """Find everything on which readers disagree."""
    if not is_clear(data, headers):
        yield from _about_values(data, headers)
        yield from _about_mail(data, headers)
        yield from _about_lines(data, headers)


def is_clear(data: bytes, headers: Sequence[Header]) -> bool:
    """Return whether all readers obviously agree, as on nearly every file."""
    end = headers[-1].end if headers else 0
    if not (end == len(data) or data.startswith((b"\n", b"\r\n"), end)):
        return False
    if _SUSPECT.search(data, 0, end) and _ODD_LINE_END.search(data, 0, end):
        return False
    single = set()
    for header in headers:
        key = header.name.lower()
        if key in _DECISIVE:
            if key in single or "=?" in header.value or not _PLAIN_VALUE.fullmatch(header.value):
                return False
            if key in _SINGLE:
                single.add(key)
        elif key.startswith("content-"):
            return False
    return True


# Fields that `packaging` ignores, or that stop installers


def _about_values(data: bytes, headers: Sequence[Header]) -> Iterator[Disagreement]:
    first: dict[str, str] = {}
    for name, value, start, _ in headers:
        key, text = name.lower(), value.strip()
        if key == "requires-dist" and not text:
            yield Disagreement(name, _line(data, start), None, text, _STOPPING)
        elif key in first:
            # Equal fields don't matter, whichever of them a reader uses.
            yield Disagreement(name, _line(data, start), first[key], None, _UNDECIDED, decisive=first[key] != text)
        elif key in _SINGLE:
            first[key] = text
        elif key in ("content-type", "content-transfer-encoding"):
            yield Disagreement(name, _line(data, start), None, text, _DECODING_ALL, decisive=False)


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


# The whole, as an e-mail message


def _about_mail(data: bytes, headers: Sequence[Header]) -> Iterator[Disagreement]:
    from email.parser import Parser
    from email.policy import compat32

    searched = _EMPTY_LINE.search(data)
    head = data[: searched.end() if searched else None]
    # Names and line ends are ASCII, and in Latin-1 each byte is one character.
    message = Parser(policy=compat32).parsestr(head.decode("latin-1"), headersonly=True)
    begins = (beginning_of_body(data, headers), len(head) - len(str(message.get_payload())))
    ends = (headers[-1].end if headers else 0, _end_as_mail(head[: begins[1]]))
    if begins[0] != begins[1] or ends[0] != ends[1]:
        places = begins if begins[0] != begins[1] else ends
        ours, other = (text(data[at : at + _MOST_SHOWN]).partition("\n")[0] for at in places)
        yield Disagreement("", _line(data, min(ends)), ours, other, _AS_MAIL)
    match = _ODD_LINE_END.search(head)
    line = _line(data, match.start() if match else 0)
    theirs = [(name, text(value.encode("latin-1"))) for name, value in message.raw_items()]
    ours_by, theirs_by = _by_name((header.name, header.value) for header in headers), _by_name(theirs)
    for name in dict.fromkeys([*ours_by, *theirs_by]):
        for mine, other in zip_longest(ours_by.get(name, ()), theirs_by.get(name, ())):
            if mine != other:
                yield Disagreement(_spelled(name), line, mine, other, _AS_MAIL, decisive=name in _DECISIVE)


def _end_as_mail(head: bytes) -> int:
    """Return the end of the fields, without the empty line after them, if any line end counts."""
    rest = head.removesuffix(b"\n").removesuffix(b"\r") if head.endswith(b"\n") else head.removesuffix(b"\r")
    return len(rest) if rest.endswith((b"\r", b"\n")) or not rest else len(head)


def _by_name(fields: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for name, value in fields:
        by_name.setdefault(name.lower(), []).append(value.strip())
    return by_name


# Decisive fields that only readers with other line ends find, or whose value they read differently


def _about_lines(data: bytes, headers: Sequence[Header]) -> Iterator[Disagreement]:
    ours = {header.start: header.value for header in headers}
    searched = _EMPTY_LINE.search(data)
    head = data[: searched.start() + 1 if searched else None]
    for match in _LOOSE_FIELD.finditer(head):
        start, key = match.start(), match[1].decode().lower()
        value, reader = _lenient(list(_lines_from(head, match.end())))
        if start not in ours:
            reader = _FORGIVING if head[start - 1 : start] in (b"", b"\n") else _SPLITTING
        if _without_spaces(key, value) != _without_spaces(key, ours.get(start)):
            yield Disagreement(_spelled(key), _line(data, start), ours.get(start), value, reader)


def _lines_from(head: bytes, at: int) -> Iterator[bytes]:
    """Yield the rest of the line, and the lines that continue it."""
    while end := _LINE_END.search(head, at):
        yield head[at : end.start()].strip()
        at = end.end()
        if not head.startswith((b" ", b"\t"), at):
            return


def _lenient(lines: Sequence[bytes]) -> tuple[str, str]:
    """Return the value after the changes of all readers, and the last reader that changes it."""
    data = b" ".join(lines)
    reader = _JOINING if len(lines) > 1 else _SPLITTING
    try:
        value = data.decode()
    except UnicodeDecodeError:
        value, reader = data.decode("latin-1"), _LATIN
    if _ENCODED_WORD.search(value):
        from email.errors import HeaderParseError
        from email.header import decode_header, make_header

        try:
            value, reader = str(make_header(decode_header(value[:_MOST_SHOWN]))), _DECODING
        except (HeaderParseError, LookupError, ValueError):
            value, reader = "", _STOPPING_AT_WORDS
    return value, reader


def _without_spaces(key: str, value: str | None) -> str | None:
    """Return the value for a comparison: specifiers may have white space between them."""
    if value is None:
        return None
    return " ".join(value.split()) if key == "requires-python" else value.strip()


def _spelled(key: str) -> str:
    return "-".join(word.capitalize() for word in key.split("-"))
