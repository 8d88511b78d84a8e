"""The values of a field, and what each means."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.fields import Fields

__all__ = ["COMPARED", "align", "is_repeated", "is_text", "meaning_of", "values"]


_SINGLE = frozenset(
    {"Name", "Version", "Summary", "Description", "Description-Content-Type", "Keywords", "Home-page", "Download-URL",
     "Author", "Author-email", "Maintainer", "Maintainer-email", "License", "License-Expression", "Requires-Python"}
)  # fmt: skip
_REPEATED = frozenset(
    {"Requires-Dist", "Provides-Extra", "Requires-External", "Provides-Dist", "Obsoletes-Dist", "Requires", "Provides",
     "Obsoletes", "Classifier", "Project-URL", "Platform", "Supported-Platform", "License-File", "Dynamic",
     "Import-Name", "Import-Namespace", "Keywords", "Author-email", "Maintainer-email"}
)  # fmt: skip
# Fields with a single value; in the others here, values are separated by commas.
_TEXTS = _SINGLE - {"Keywords", "Author-email", "Maintainer-email"}
_NEVER_UNKNOWN = frozenset({"Requires-Dist", "Provides-Extra"})


def is_text(field: str) -> bool:
    """Return whether a field has a single value, which is a text."""
    return field in _TEXTS


def is_repeated(field: str) -> bool:
    """Return whether a field of core metadata (in the specification's spelling) may have several values."""
    return field in _REPEATED


# Characters with a meaning in a list of people. In quotes, a backslash escapes the next one.
_MARK, _MARK_IN_QUOTES = pattern('[",]'), pattern(r'\\.|[",]', re.DOTALL)


def _people(text: str) -> Iterator[str]:
    """Split at commas outside of quotes, which belong to names. In one pass, because there may be megabytes."""
    cuts: list[int] = []
    in_quotes: list[int] = []
    quoted, at = False, 0
    while mark := (_MARK_IN_QUOTES if quoted else _MARK).search(text, at):
        at = mark.end()
        if mark[0] == '"':
            quoted, in_quotes = not quoted, []
        elif mark[0].endswith(","):
            (in_quotes if quoted else cuts).append(mark.end() - 1)
    if quoted:
        cuts += in_quotes
    for start, stop in pairwise((-1, *cuts, len(text))):
        yield text[start + 1 : stop]


def values(metadata: CoreMetadata | Fields, field: str) -> tuple[str, ...]:
    """Return the values of a field (in the specification's spelling) as written, unfolded.

    Of a single-value field, the first counts, as for all readers. UNKNOWN, which old tools wrote for a missing value,
    is none, except in fields in which they never wrote it.
    """
    texts = tuple(map(_unfold, metadata.all(field)[: 1 if field in _SINGLE else None]))
    if field == "Description" and not texts:
        texts = (_with_plain_ends(metadata.body),)
    elif field == "Keywords":
        texts = tuple(word for value in texts for word in value.split(","))
    elif field in ("Author-email", "Maintainer-email"):
        texts = tuple(person.strip() for value in texts for person in _people(value))
    nothing = ("",) if field in _NEVER_UNKNOWN else ("", "UNKNOWN")
    return tuple(value for value in texts if value.strip() not in nothing)


def _unfold(text: str) -> str:
    """Return a header's text without the indentation of its continuation lines: spaces, or a bar."""
    if "\n" not in text and "\r" not in text:
        return text
    first, *rest = _with_plain_ends(text).split("\n")
    for prefix in (" " * 8, "       |"):
        if all(not line.strip() or line.startswith(prefix) for line in rest):
            rest = [line.removeprefix(prefix) for line in rest]
    return "\n".join((first, *rest))


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Functions to the meaning of a value, which is equal for values that mean the same.


def _fold(text: str) -> str:
    return " ".join(text.split())


def _name(text: str) -> str:
    return normalised(text.strip())


def _version(text: str) -> str:
    from packaging.utils import canonicalize_version

    try:
        return canonicalize_version(text.strip())
    except ValueError:  # a number of thousands of digits
        return text.strip()


def _specifiers(text: str) -> Hashable:
    from abiding.metadata.ranges import range_of, specifiers_of, without_wildcards

    try:
        return range_of(specifiers_of(without_wildcards(text)))
    except ValueError:
        return _fold(text)


def _without_margin(text: str) -> str:
    """Return a text without the common indentation of all lines after the first.

    Old tools removed the indentation of a description in `setup.py` in the wheel, and not in the sdist.
    """
    from textwrap import dedent

    first, *rest = text.split("\n")
    return "\n".join((first.strip(), dedent("\n".join(rest)))).strip()


def _margin(text: str) -> int:
    rest = text.split("\n")[1:]
    return min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)


def _description(text: str) -> str:
    return _without_margin("\n".join(line.rstrip() for line in text.strip("\n").split("\n")))


def _license_expression(text: str) -> str:
    return _fold(text).lower()


def _content_type(text: str) -> Hashable:
    """Remove the defaults UTF-8 and GFM."""
    kind, *parameters = (re.sub(r"\s", "", part).lower() for part in text.split(";"))
    return (kind, frozenset(parameters) - {"charset=utf-8", "variant=gfm"})


_MEANING: dict[str, Callable[[str], Hashable]] = {
    "Name": _name,
    "Version": _version,
    "Requires-Python": _specifiers,
    "Provides-Extra": _name,
    "Summary": _fold,
    "Description": _description,
    "Description-Content-Type": _content_type,
    "Keywords": str.strip,
    "License": _fold,
    "License-Expression": _license_expression,
}
# Fields with several spellings; Requires-Dist is compared as a whole.
COMPARED = tuple(_MEANING)


def meaning_of(field: str, value: str) -> Hashable:
    """Return the meaning of a value, which is equal for values that mean the same."""
    return _MEANING.get(field, _fold)(value)


def align(left: str, right: str) -> tuple[str, str]:
    """Return two texts to compare on screen, without their margins if these differ."""
    return (left, right) if _margin(left) == _margin(right) else (_without_margin(left), _without_margin(right))
