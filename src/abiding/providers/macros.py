"""The macros of headers that are constants: the compiler works them out, where each is the value of a variable."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.providers.numbering import is_version
from abiding.providers.places import MARK
from abiding.providers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from clang.cindex import TranslationUnit

    from abiding.providers.places import Files

__all__ = ["CONDITION", "Guard", "Probes", "closure", "guard_of", "texts", "without_comments"]

_DEFINE = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\(?)((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include(?:_next)?[ \t]*[<"]([^>"\n]+)', re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z_]\w*")
# What is in no expression; behind one of these the compiler would not find back to the next one.
_STATEMENT = re.compile(rb"[{};#]|<%|%>|%:|\b(?:asm|__asm__|_Pragma|template|namespace|extern|typedef)\b")
# What is another value in each place, or each time.
_OF_PLACE = re.compile(
    rb"\b__(?:FILE|FILE_NAME|BASE_FILE|LINE|COUNTER|INCLUDE_LEVEL|DATE|TIME|TIMESTAMP)__\b|\b__(?:func|FUNCTION)__\b"
)
_PLAIN = rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_LITERAL = rb"\bR\"([^()\\\s\"]{0,16})\([^\n]{0,400}?\)\1\"|" + _PLAIN
_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|" + _PLAIN, re.DOTALL)
_COMMENT_OF_CXX = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|" + _LITERAL, re.DOTALL)
_TEXT = re.compile(_LITERAL, re.DOTALL)
_BRACKET = re.compile(rb"<:|:>|[()\[\]]")
_BLANK = re.compile(_LITERAL + rb"|(?:\s|\\\r?\n)+", re.DOTALL)
_CLOSED_BY = {b"(": b")", b"[": b"]", b"<:": b":>"}
# What may stand before a guard, and the guard.
_BEFORE = re.compile(rb"\s+|//[^\n]*|/\*.*?\*/|#[ \t]*pragma[ \t]+once\b", re.DOTALL)
_GUARD = re.compile(rb"#\s*if(?:ndef\s+|\s+!\s*defined\s*\(?\s*)(\w+)\W[^#]{0,2000}?#\s*define\s+\1\b", re.DOTALL)
CONDITION = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b(?:[^\n\\]|\\\r?\n|\\.)*", re.MULTILINE
)
# How a guard is called that has a value: what is overridable alone in its header looks like one.
_OF_GUARD = re.compile(r"_(?:H|HH|HPP|HXX|INC|INL|INCLUDED?|GUARD)_*$", re.IGNORECASE)
_NAMED = "abiding_value_"
# What a header leaves to who includes it.
_HELP = "#include <stddef.h>\n#include <stdint.h>\n#include <limits.h>\n#include <float.h>\n"
_HELP_IN_C = "#ifndef true\n#define true 1\n#define false 0\n#endif\n"
_MOST = 20_000
# The guards of so many are kept.
_HEADERS = 1000


class Probes:
    """Variables that have the values of macros, for the macros of a header and of those that it includes.

    `is_cut` is whether there are more than are looked at.
    """

    def __init__(self, files: Files, place: str, language: str) -> None:
        places = _candidates(files, place, language)
        self._files, self._places = files, dict(list(places.items())[:_MOST])
        self.is_cut = len(places) > _MOST
        auto = "__auto_type" if language == "c" else "auto"
        probes = (f"#ifdef {name}\nstatic const {auto} {_NAMED}{name} = ({name});\n#endif\n" for name in self._places)
        self.number = len(self._places)
        self.text = "".join((_HELP, _HELP_IN_C if language == "c" else "", *probes)) if self._places else ""

    def values(self, unit: TranslationUnit) -> Iterator[list[Any]]:
        """Yield the constants among them, as entries of what a header declares."""
        if not self._places:
            return
        for cursor in unit.cursor.get_children():
            name = cursor.spelling
            if name.startswith(_NAMED) and (value := value_of(cursor)) is not None:
                name = name.removeprefix(_NAMED)
                place = self._places.get(name)
                kind = self._kind(name, value) if place else ""
                if kind:
                    yield [place, kind, name, name, value, [], [], "", []]

    def _kind(self, name: str, value: str) -> str:
        """Return what a macro with a value is: a `guard` is one that nobody misses, and empty what nobody uses."""
        guard = guard_of(self._files.text(self._places[name]))
        if name.startswith(MARK):
            return "taken"
        if guard is None or guard.name != name or guard.is_used:
            return "constant"
        looks_so = bool(_OF_GUARD.search(name))
        if value == "1" or looks_so:
            return "" if looks_so and not guard.is_alone else "guard"
        return "constant"


def texts(files: Files, places: Iterable[str], constants: Collection[str]) -> Iterator[list[Any]]:
    """Yield what stands for the texts of macros in some headers, as entries, but of those that are `constants`."""
    there = {place: _macros(files.text(place)) for place in places}
    names = {macro.name for some in there.values() for macro in some}
    for place, some in there.items():
        found: dict[str, list[str]] = {}
        for macro in some:
            is_own = macro.name not in constants and not macro.name.startswith(MARK)
            if macro.text and is_own and not is_version(macro.name, names):
                found.setdefault(macro.name, []).append(macro.text)
        guard = guard_of(files.text(place))
        for name in {*found} - ({guard.name} if guard and not (guard.is_used or guard.is_alone) else set()):
            yield [place, "macro", f"macro {name}", name, " ".join(sorted({*found[name]})), [], [], "", []]


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
    bare = _COMMENT_OF_CXX.sub(lambda found: b" " if found[0][:1] == b"/" else found[0], text)
    return tuple(_macro(*found.groups()) for found in _DEFINE.finditer(bare))


def _macro(name: bytes, bracket: bytes, rest: bytes) -> Macro:
    taken, _, value = rest.partition(b")") if bracket else (b"", b"", rest)
    plain = _TEXT.sub(b" 0 ", value)
    words = {*_WORD.findall(plain)} - {*_WORD.findall(taken)}
    is_empty = not value.strip() or (not bracket and _is_of_version(value))
    text = _BLANK.sub(lambda found: b" " if found[0][:1].isspace() or found[0][:1] == b"\\" else found[0], rest)
    return Macro(
        name.decode(),
        not bracket and not is_empty,
        bool(_STATEMENT.search(plain) or _OF_PLACE.search(plain)) or not _is_balanced(plain),
        b"::" in plain,
        frozenset(word.decode() for word in words),
        "" if is_empty else sha256(text.strip()).hexdigest()[:16],
    )


def _is_of_version(value: bytes) -> bool:
    """Whether a macro is another name of one that says which release it is."""
    name = value.strip(b" ()\t").decode("utf-8", "replace")
    return name.isidentifier() and is_version(name, ())


def _is_balanced(value: bytes) -> bool:
    """Whether brackets that open also close."""
    waiting: list[bytes] = []
    for found in _BRACKET.findall(value):
        if found in _CLOSED_BY:
            waiting.append(_CLOSED_BY[found])
        elif not waiting or waiting.pop() != found:
            return False
    return not waiting


@cache
def _included(text: bytes) -> tuple[str, ...]:
    return tuple(name.decode("utf-8", "replace") for name in _INCLUDE.findall(text))


def closure(files: Files, place: str) -> list[str]:
    """Return the headers that one includes, in turn, by their names; it stands last."""
    found = {place: None}
    waiting = [place]
    while waiting:
        for name in _included(files.text(waiting.pop())):
            more = [one for one in files.called(name) if one not in found]
            found |= dict.fromkeys(more)
            waiting += more
    return [*found][::-1]


def _candidates(files: Files, place: str, language: str) -> dict[str, str]:
    """Return the macros that may be constants, by name, each with the header that defines it last."""
    found: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    bad: set[str] = set()
    for one in closure(files, place):
        for macro in _macros(files.text(one)):
            others.setdefault(macro.name, set()).update(macro.words)
            bad |= {macro.name} if macro.is_statement or (macro.is_of_cxx and language == "c") else set()
            if macro.is_value:
                found[macro.name] = one
    uses: dict[str, list[str]] = {}
    for name, words in others.items():
        for word in words:
            uses.setdefault(word, []).append(name)
    waiting = list(bad)
    while waiting:
        more = [name for name in uses.get(waiting.pop(), ()) if name not in bad]
        bad.update(more)
        waiting += more
    return {name: one for name, one in found.items() if name not in bad}


class Guard(NamedTuple):
    """The name by which a header finds out that it was read before, and that nothing in it stands outside of.

    `is_used` is whether the header has that name elsewhere than in a condition, `is_alone` whether it has nothing else.
    """

    name: str
    is_used: bool
    is_alone: bool


@lru_cache(_HEADERS)
def guard_of(data: bytes) -> Guard | None:
    """Return the guard of a header, if it has one."""
    start = 0
    while before := _BEFORE.match(data, start):
        start = before.end()
    found = _GUARD.match(data, start)
    if not found:
        return None
    bare = without_comments(data[start:])
    if (end := _end_of(bare)) < 0 or bare[end:].strip():
        return None
    own = rb"#[ \t]*(?:define|undef)[ \t]+%s\b(?:[^\n\\]|\\\r?\n|\\.)*" % found[1]
    inner = re.sub(own, b"", CONDITION.sub(b"", bare[:end]))
    return Guard(found[1].decode(), bool(re.search(rb"\b%s\b" % found[1], inner)), not inner.strip())


def without_comments(text: bytes) -> bytes:
    """Return a text with blanks for its comments."""
    return _COMMENT.sub(lambda found: b" " * len(found[0]) if found[0][:1] == b"/" else found[0], text)


def _end_of(text: bytes) -> int:
    """Return where the condition ends that a text begins with; -1 if it has another branch, or no end."""
    depth = 0
    for found in CONDITION.finditer(text):
        word = found[1]
        depth += 1 if word.startswith(b"if") else -1 if word == b"endif" else 0
        if depth == 0 or (depth == 1 and word.startswith(b"el")):
            return found.end() if depth == 0 else -1
    return -1
