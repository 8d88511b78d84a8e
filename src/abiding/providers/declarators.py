"""The types in declarations of C and C++: what is declared, as one text for all ways to write it.

`int const *const p[4]`, `const int *const (p[4])` and `const signed *const p[2 * 2]` are all `[4] const *(const int)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.providers.constants import spelled
from abiding.providers.tokens import ATTRIBUTE, split

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

__all__ = ["KINDS", "Declarator", "Reader", "Specifiers", "UnreadableError", "is_name"]

KINDS = ("struct", "union", "class", "enum")
_QUALIFIERS = frozenset({"const", "volatile", "_Atomic"})
_STORAGE = frozenset(
    {
        "typedef",
        "extern",
        "static",
        "virtual",
        "friend",
        "explicit",
        "mutable",
        "constexpr",
        "consteval",
        "thread_local",
    }
)
_BASIC = frozenset(
    {"void", "bool", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "complex", "__int128"}
    | {"auto"}
)
_CALLED = frozenset({"typeof", "decltype", "_Atomic", "_BitInt"})
# Nobody nests deeper, and no type that somebody has written has more parts.
_DEEPEST, _MOST_PARTS = 30, 300


class UnreadableError(Exception):
    """A declaration is none that is understood here."""


class Specifiers(NamedTuple):
    """What stands before the names: `storage` words, the type, and attributes."""

    storage: frozenset[str]
    type: str
    attributes: tuple[str, ...] = ()


class Declarator(NamedTuple):
    """One name that a declaration gives, or none, and its type. `parameters` are those of a function: `(int, long)`."""

    name: str
    type: str
    parameters: str | None = None
    attributes: tuple[str, ...] = ()


def is_name(word: str) -> bool:
    """Whether a word may be the name of something."""
    return word.isidentifier() and word not in _QUALIFIERS | _BASIC | _STORAGE and word not in KINDS


class Reader:
    """Reads declarations, from one place in some words on to the next.

    `known` are the values of constants, and `types` the declarations so far, by name. `define` is asked for the name of
    a type whose body is met, with its kind, its tag, and where the body is.
    """

    def __init__(
        self,
        words: Sequence[str],
        ends: Mapping[int, int],
        known: Mapping[str, int],
        types: Container[str],
        define: Callable[[str, str, int, int], str],
        *,
        cxx: bool,
    ) -> None:
        self.words, self.ends, self.known, self.types, self.define = words, ends, known, types, define
        self.cxx = cxx
        self.place = self.stop = self.depth = 0

    def at(self, place: int, stop: int) -> Reader:
        """Go to a place, and read no further than to another."""
        self.place, self.stop = place, stop
        return self

    @property
    def word(self) -> str:
        """The word that is next; empty at the end."""
        return self.words[self.place] if self.place < self.stop else ""

    def skipped(self) -> int:
        """Step over the bracket that is next, with what is in it; return where that starts."""
        end = self.ends.get(self.place, self.stop)
        if end >= self.stop:
            raise UnreadableError
        start, self.place = self.place + 1, end + 1
        return start

    # Types

    def specifiers(self) -> Specifiers:
        """Read what stands before the names."""
        storage: set[str] = set()
        qualifiers: set[str] = set()
        basic: list[str] = []
        attributes: list[str] = []
        named = ""
        while word := self.word:
            if word in _STORAGE:
                storage.add(word)
            elif word in _BASIC:
                basic.append(word)
            elif word in _QUALIFIERS and not self._is_called("_Atomic"):
                qualifiers.add(word)
            elif word.startswith(ATTRIBUTE):
                attributes.append(word)
            elif named or basic or not (named := self._type()):
                break
            else:
                continue
            self.place += 1
        if not (named or basic):
            raise UnreadableError
        return Specifiers(frozenset(storage), _qualify(named or _of_basic(basic), qualifiers), tuple(attributes))

    def _type(self) -> str:
        """Read the name of a type, or its body; empty where there is none."""
        if self.word in KINDS:
            return self._elaborated()
        if self.word in _CALLED and self._is_called(self.word):
            word = self.word
            self.place += 1
            start = self.skipped()
            return f"{word}({' '.join(self.words[start : self.place - 1])})"
        return self._qualified() if is_name(self.word) or self.word in {"::", "typename"} else ""

    def _is_called(self, word: str) -> bool:
        return self.word == word and self._next() == "("

    def _next(self) -> str:
        return self.words[self.place + 1] if self.place + 1 < self.stop else ""

    def _elaborated(self) -> str:
        """Read `struct toy`, `enum toy : int { … }` and the like."""
        kind = self.word
        self.place += 1
        if kind == "enum" and self.word in {"class", "struct"}:
            self.place += 1
        start = self.place
        while self.word.startswith(ATTRIBUTE):
            self.place += 1
        name = self._qualified() if is_name(self.word) or self.word == "::" else ""
        head = self.place
        if self.word in {":", "final"}:
            while self.word and self.word != "{":
                self.place += 1
        if self.word != "{":
            self.place = head
            return name if self.cxx and name else f"{kind} {name}".rstrip()
        self.skipped()
        while self.word.startswith(ATTRIBUTE):
            self.place += 1
        behind, stop = self.place, self.stop
        found = self.define(kind, name, start, behind)
        self.at(behind, stop)
        return found

    def _qualified(self) -> str:
        """Read `toy`, `std::vector<int>::iterator`."""
        parts: list[str] = []
        if self.word == "typename":
            self.place += 1
        while True:
            if self.word == "::":
                self.place += 1
                continue
            if self.word == "template":
                self.place += 1
            if not is_name(self.word):
                raise UnreadableError
            parts.append(self.word)
            self.place += 1
            if self.word == "<" and self.cxx:
                parts[-1] += self.angles()
            if self.word != "::" or not (is_name(self._next()) or self._next() == "template"):
                return "::".join(parts)

    def angles(self) -> str:
        """Read `<…>`; of one that is not closed it is a comparison."""
        depth, start = 0, self.place
        while self.word:
            depth += {"<": 1, ">": -1}.get(self.word, 0)
            if self.word in {";", "{", "}"}:
                break
            if depth == 0:
                self.place += 1
                return " ".join(self.words[start : self.place])
            self.place = self.ends.get(self.place, self.place) + 1
        raise UnreadableError

    # Names

    def declarator(self, base: str, *, abstract: bool = False) -> Declarator:
        """Read one name with what belongs to it; in parameters it may be missing."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableError
        try:
            return self._declarator(base, abstract=abstract)
        finally:
            self.depth -= 1

    def _declarator(self, base: str, *, abstract: bool) -> Declarator:
        base, attributes = self._pointers(base)
        inner: tuple[int, int] | None = None
        name = ""
        if self.word == "(" and self._groups(abstract=abstract):
            start = self.skipped()
            inner = start, self.place - 1
        elif self.word == "operator":
            name = self._operator()
        elif self.word == "~" or is_name(self.word) or self.word == "::":
            tilde = self.word == "~"
            self.place += tilde
            name = "~" * tilde + self._qualified()
        elif not abstract and self.word != ":":
            raise UnreadableError
        type_, parameters = self._suffixes(base)
        while self.word.startswith(ATTRIBUTE):
            attributes.append(self.word)
            self.place += 1
        if inner:
            behind, stop = self.place, self.stop
            found = self.at(*inner).declarator(type_, abstract=abstract)
            if self.word:
                raise UnreadableError
            self.at(behind, stop)
            # `int (f)(void)` is a function by what stands behind it.
            own = found.parameters if found.parameters is not None else parameters if found.type == type_ else None
            return found._replace(parameters=own, attributes=(*found.attributes, *attributes))
        return Declarator(name, type_, parameters, tuple(attributes))

    def _pointers(self, base: str) -> tuple[str, list[str]]:
        attributes: list[str] = []
        while self.word in {"*", "&", "&&", "^", "..."} or self.word.startswith(ATTRIBUTE):
            if self.word.startswith(ATTRIBUTE):
                attributes.append(self.word)
                self.place += 1
                continue
            sign = self.word
            self.place += 1
            if base.count("(") > _MOST_PARTS:
                raise UnreadableError
            qualifiers = set()
            while self.word in _QUALIFIERS:
                qualifiers.add(self.word)
                self.place += 1
            base = _qualify(f"{sign}({base})", qualifiers)
        if is_name(self.word) and self._next() == "::":  # a pointer to a member
            place = self.place
            owner = self._qualified()
            if self.word == "::" and self._next() == "*":
                self.place += 2
                return self._pointers(f"{owner}::*({base})")
            self.place = place
        return base, attributes

    def _groups(self, *, abstract: bool) -> bool:
        """Whether a parenthesis is around a name, and not around parameters."""
        following = self._next()
        if not abstract:
            return True
        if following in {"*", "&", "&&", "^", "("} or following.startswith(ATTRIBUTE):
            return True
        closed = self.words[self.place + 2 : self.place + 3] == [")"]
        return closed and is_name(following) and f"typedef {following}" not in self.types

    def _operator(self) -> str:
        start = self.place
        self.place += 1
        if self.word == "(":
            self.skipped()
        while self.word and self.word != "(":
            self.place += 1
        return "".join(self.words[start : self.place])

    def _suffixes(self, base: str) -> tuple[str, str | None]:
        """Read `[4]` and `(int, long)`: the type that they make of another, and the parameters of a function."""
        sizes = []
        while self.word == "[":
            start = self.skipped()
            sizes.append(spelled(self.words[start : self.place - 1], self.known))
        if sizes:
            return f"{''.join(f'[{size}](' for size in sizes)}{base}{')' * len(sizes)}", None
        if self.word != "(":
            return base, None
        start = self.skipped()
        stop = self.place - 1
        parameters = self._parameters(start, stop)
        qualifiers, returned = self._trailing()
        parameters = f"({parameters}){qualifiers}"
        return f"{parameters}->({returned or base})", parameters

    def _parameters(self, start: int, stop: int) -> str:
        behind, end = self.place, self.stop
        texts = [self._parameter(*part) for part in split(self.words, self.ends, start, stop, angles=self.cxx)]
        self.at(behind, end)
        return ", ".join(texts) if texts != ["void"] else ""

    def _parameter(self, start: int, stop: int) -> str:
        self.at(start, stop)
        if self.word == "...":
            return "..."
        specifiers = self.specifiers()
        declared = self.declarator(specifiers.type, abstract=True)
        if self.word not in {"", "="}:
            raise UnreadableError
        return adjusted(declared.type)

    def _trailing(self) -> tuple[str, str]:
        """Read what stands behind the parameters of a method, and the type that may stand there."""
        found = set()
        while self.word in {"const", "volatile", "&", "&&", "override", "final"}:
            found.add(self.word)
            self.place += 1
        returned = ""
        if self.word == "->":
            self.place += 1
            returned = self.declarator(self.specifiers().type, abstract=True).type
        return "".join(f" {word}" for word in sorted(found - {"override", "final"})), returned


def adjusted(type_: str) -> str:
    """Return what a parameter of a type is: an array and a function are pointers, and no `const` of its own counts."""
    for qualifier in sorted(_QUALIFIERS - {"_Atomic"}):
        type_ = type_.removeprefix(f"{qualifier} ") if not type_.startswith("[") else type_
    if type_.startswith("["):
        return f"*{type_[type_.index(']') + 1 :]}"
    return f"*({type_})" if type_.startswith("(") else type_


def _qualify(text: str, qualifiers: set[str]) -> str:
    return " ".join((*sorted(qualifiers), text))


def _of_basic(words: Sequence[str]) -> str:
    """Return the one name of a type of several words: `long unsigned int` and `unsigned long` are one."""
    rest = [word for word in words if word not in {"int", "signed", "unsigned", "long", "short"}]
    longs = ["long"] * words.count("long") + ["short"] * words.count("short")
    sign = "unsigned" if "unsigned" in words else "signed" if "signed" in words and rest == ["char"] else ""
    core = rest or ([] if longs else ["int"])
    return " ".join(filter(None, (sign, *longs, *sorted(core))))
