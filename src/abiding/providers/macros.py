"""Macros in headers that are constants, evaluated by the compiler."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.native.transitive import reachable
from abiding.providers.declarations import HeaderDeclaration
from abiding.providers.header_files import MARK
from abiding.providers.libclang import value_of
from abiding.providers.version_constants import is_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from clang.cindex import TranslationUnit

    from abiding.providers.header_files import Files

__all__ = ["CONDITION", "Guard", "Probes", "closure", "guard_of", "macro_texts", "without_comments"]

_DEFINE = pattern(rb"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\(?)((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)
_INCLUDE = pattern(rb'^[ \t]*#[ \t]*include(?:_next)?[ \t]*[<"]([^>"\n]+)', re.MULTILINE)
_WORD = pattern(rb"[A-Za-z_]\w*")
# Tokens of no expression, after which the compiler could not recover.
_STATEMENT = pattern(rb"[{};#]|<%|%>|%:|\b(?:asm|__asm__|_Pragma|template|namespace|extern|typedef)\b")
# Macros whose value differs with place or time.
_OF_PLACE = pattern(
    rb"\b__(?:FILE|FILE_NAME|BASE_FILE|LINE|COUNTER|INCLUDE_LEVEL|DATE|TIME|TIMESTAMP)__\b|\b__(?:func|FUNCTION)__\b"
)
_PLAIN = rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_LITERAL = rb"\bR\"([^()\\\s\"]{0,16})\([^\n]{0,400}?\)\1\"|" + _PLAIN
_COMMENT = pattern(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|" + _PLAIN, re.DOTALL)
_COMMENT_OF_CXX = pattern(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|" + _LITERAL, re.DOTALL)
_TEXT = pattern(_LITERAL, re.DOTALL)
_BRACKET = pattern(rb"<:|:>|[()\[\]]")
_BLANK = pattern(_LITERAL + rb"|(?:\s|\\\r?\n)+", re.DOTALL)
_CLOSED_BY = {b"(": b")", b"[": b"]", b"<:": b":>"}
# What may be before an include guard, and the guard.
_BEFORE = pattern(rb"\s+|//[^\n]*|/\*.*?\*/|#[ \t]*pragma[ \t]+once\b", re.DOTALL)
_GUARD = pattern(rb"#\s*if(?:ndef\s+|\s+!\s*defined\s*\(?\s*)(\w+)\W[^#]{0,2000}?#\s*define\s+\1\b", re.DOTALL)
CONDITION = pattern(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b(?:[^\n\\]|\\\r?\n|\\.)*", re.MULTILINE
)
# Names of guards with values; an overridable macro that is alone in its header looks like one.
_OF_GUARD = pattern(r"_(?:H|HH|HPP|HXX|INC|INL|INCLUDED?|GUARD)_*$", re.IGNORECASE)
_NAMED = "abiding_value_"
# Macros that a header leaves to the code that includes it.
_HELP = "#include <stddef.h>\n#include <stdint.h>\n#include <limits.h>\n#include <float.h>\n"
_HELP_IN_C = "#ifndef true\n#define true 1\n#define false 0\n#endif\n"
_MOST = 20_000
# The size of the cache of guards.
_HEADERS = 1000


class Probes:
    """Variables with the values of a header's macros; `is_cut` is whether there are too many."""

    def __init__(self, files: Files, place: str, language: str) -> None:
        places = _candidates(files, place, language)
        self._files, self._places = files, dict(list(places.items())[:_MOST])
        self.is_cut = len(places) > _MOST
        auto = "__auto_type" if language == "c" else "auto"
        probes = (f"#ifdef {name}\nstatic const {auto} {_NAMED}{name} = ({name});\n#endif\n" for name in self._places)
        self.number = len(self._places)
        self.text = "".join((_HELP, _HELP_IN_C if language == "c" else "", *probes)) if self._places else ""

    def values(self, unit: TranslationUnit) -> Iterator[HeaderDeclaration]:
        """Yield the macros that are constants, with their values."""
        for cursor in unit.cursor.get_children() if self._places else ():
            name = cursor.spelling.removeprefix(_NAMED)
            if name != cursor.spelling and (value := value_of(cursor)) is not None:
                place = self._places.get(name)
                kind = self._kind(name, value) if place else ""
                if place and kind:
                    yield HeaderDeclaration(place, kind, name, name, value)

    def _kind(self, name: str, value: str) -> str:
        """Return the kind of a macro with a value: `constant`, `guard`, or empty for one without use."""
        guard = guard_of(self._files.text(self._places[name]))
        if name.startswith(MARK):
            return "taken"
        if guard is None or guard.name != name or guard.is_used:
            return "constant"
        looks_so = bool(_OF_GUARD.search(name))
        if value == "1" or looks_so:
            return "" if looks_so and not guard.is_alone else "guard"
        return "constant"


def macro_texts(files: Files, places: Iterable[str], constants: Collection[str]) -> Iterator[HeaderDeclaration]:
    """Yield digests of the texts of macros in some headers, except for those that are `constants`."""
    by_place = {place: _macros(files.text(place)) for place in places}
    names = {macro.name for macros in by_place.values() for macro in macros}
    for place, macros in by_place.items():
        texts: dict[str, set[str]] = {}
        for macro in macros:
            is_own = macro.name not in constants and not macro.name.startswith(MARK)
            if macro.text and is_own and not is_version(macro.name, names):
                texts.setdefault(macro.name, set()).add(macro.text)
        guard = guard_of(files.text(place))
        for name in texts.keys() - ({guard.name} if guard and not (guard.is_used or guard.is_alone) else set()):
            yield HeaderDeclaration(place, "macro", f"macro {name}", name, " ".join(sorted(texts[name])))


class Macro(NamedTuple):
    """A macro as it stands in a header: of what it may be a part, and its words, but for those that are arguments.

    `text` stands for its text, unless it has none, or says which release it is. In C the parser does not come to an end
    of `(::a::b)`.
    """

    name: str
    is_value: bool
    is_statement: bool
    is_of_cxx: bool
    words: frozenset[str]
    text: str


@cache
def _macros(text: bytes) -> tuple[Macro, ...]:
    bare = _COMMENT_OF_CXX.sub(lambda match: b" " if match[0][:1] == b"/" else match[0], text)
    return tuple(_macro(*match.groups()) for match in _DEFINE.finditer(bare))


def _macro(name: bytes, bracket: bytes, rest: bytes) -> Macro:
    taken, _, value = rest.partition(b")") if bracket else (b"", b"", rest)
    plain = _TEXT.sub(b" 0 ", value)
    words = {*_WORD.findall(plain)} - {*_WORD.findall(taken)}
    # A macro that only has another name for the version.
    other = value.strip(b" ()\t").decode("utf-8", "replace")
    is_empty = not value.strip() or (not bracket and other.isidentifier() and is_version(other, ()))
    text = _BLANK.sub(lambda match: b" " if match[0][:1].isspace() or match[0][:1] == b"\\" else match[0], rest)
    return Macro(
        name.decode(),
        not bracket and not is_empty,
        bool(_STATEMENT.search(plain) or _OF_PLACE.search(plain)) or not _is_balanced(plain),
        b"::" in plain,
        frozenset(word.decode() for word in words),
        "" if is_empty else sha256(text.strip()).hexdigest()[:16],
    )


def _is_balanced(value: bytes) -> bool:
    """Return whether brackets are balanced."""
    waiting: list[bytes] = []
    for bracket in _BRACKET.findall(value):
        if bracket in _CLOSED_BY:
            waiting.append(_CLOSED_BY[bracket])
        elif not waiting or waiting.pop() != bracket:
            return False
    return not waiting


@cache
def _included_names(text: bytes) -> tuple[str, ...]:
    return tuple(name.decode("utf-8", "replace") for name in _INCLUDE.findall(text))


def closure(files: Files, place: str) -> list[str]:
    """Return the headers that one includes, directly or not, and itself at the end."""
    headers = {place: None}
    waiting = [place]
    while waiting:
        for name in _included_names(files.text(waiting.pop())):
            more = [header for header in files.called(name) if header not in headers]
            headers |= dict.fromkeys(more)
            waiting += more
    return [*headers][::-1]


def _candidates(files: Files, place: str, language: str) -> dict[str, str]:
    """Return the macros that may be constants, by name, each with the last header that defines it."""
    places: dict[str, str] = {}
    uses: dict[str, set[str]] = {}
    bad: set[str] = set()
    for header in closure(files, place):
        for macro in _macros(files.text(header)):
            for word in macro.words:
                uses.setdefault(word, set()).add(macro.name)
            bad |= {macro.name} if macro.is_statement or (macro.is_of_cxx and language == "c") else set()
            if macro.is_value:
                places[macro.name] = header
    unfit = reachable(bad, uses)
    return {name: header for name, header in places.items() if name not in unfit}


class Guard(NamedTuple):
    """The include guard of a header.

    `is_used` is whether the header uses its name outside of conditions, `is_alone` whether it has nothing else.
    """

    name: str
    is_used: bool
    is_alone: bool


@lru_cache(_HEADERS)
def guard_of(data: bytes) -> Guard | None:
    """Return the include guard of a header, if it has one."""
    start = 0
    while before := _BEFORE.match(data, start):
        start = before.end()
    guard = _GUARD.match(data, start)
    if not guard:
        return None
    bare = without_comments(data[start:])
    if (end := _end_of(bare)) < 0 or bare[end:].strip():
        return None
    own = rb"#[ \t]*(?:define|undef)[ \t]+%s\b(?:[^\n\\]|\\\r?\n|\\.)*" % guard[1]
    inner = re.sub(own, b"", CONDITION.sub(b"", bare[:end]))
    return Guard(guard[1].decode(), bool(re.search(rb"\b%s\b" % guard[1], inner)), not inner.strip())


def without_comments(text: bytes) -> bytes:
    """Return a text with comments replaced by spaces."""
    return _COMMENT.sub(lambda match: b" " * len(match[0]) if match[0][:1] == b"/" else match[0], text)


def _end_of(text: bytes) -> int:
    """Return the end of the condition at the start of a text; -1 if it has another branch, or no end."""
    depth = 0
    for condition in CONDITION.finditer(text):
        word = condition[1]
        depth += 1 if word.startswith(b"if") else -1 if word == b"endif" else 0
        if depth == 0 or (depth == 1 and word.startswith(b"el")):
            return condition.end() if depth == 0 else -1
    return -1
