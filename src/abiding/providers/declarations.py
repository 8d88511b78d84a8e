"""declare(the preprocessed text of a header): what its declarations mean to a binary, by name.

Two spellings of one thing are one text: types by `declarators`, values by `constants`. What is no part of a binary is
left out: names of parameters, methods that are not virtual, the order of what has names, bodies of functions.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from abiding.providers import enumerations, macros
from abiding.providers.constants import literal, spelled
from abiding.providers.declarators import KINDS, Reader, UnreadableError
from abiding.providers.preprocessing import PACK
from abiding.providers.tokens import ATTRIBUTE, closing, split, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from abiding.providers.declarators import Declarator, Specifiers

__all__ = ["Declared", "declare"]


class Declared(NamedTuple):
    """What headers declare, by name: functions, variables and types, and the values of constants, macros among them.

    `values` are those of names that stand for whole numbers, of macros and of all enumerations. `bodies` are functions
    that are compiled into whoever calls them, by their names, and `unread` are declarations that are not understood,
    both in their own words.
    """

    found: dict[str, str]
    constants: dict[str, str]
    values: dict[str, int]
    bodies: set[tuple[str, str]]
    unread: dict[str, None]

    @classmethod
    def empty(cls) -> Declared:
        """Return what declares nothing."""
        return cls({}, {}, {}, set(), {})


def declare(text: str, known: Declared, guards: Collection[str] = (), *, cxx: bool = False) -> None:
    """Add to what is `known` what a text declares, among whose lines are those of `preprocessing`, and `#define`.

    `guards` are macros that say no more than that a header was read; `cxx` is whether the text can be no C.
    """
    lines = text.splitlines()
    words = tokens("\n".join(line for line in lines if not line.startswith("#")))
    header = _Header(words, known, cxx=cxx or not _OF_CXX.isdisjoint(words))
    header.read(_Scope(), 0, len(words))
    header.define_loose()
    named = {name: value for name, value in macros.defined(lines).items() if name not in guards}
    known.constants.update(macros.constants(named, known.values))


_OF_CXX = frozenset({"class", "namespace", "template", "public", "private", "protected", "constexpr", "::"})
# What begins something that no binary has.
_NOTHING = frozenset({"using", "friend", "static_assert", "concept", "requires", "asm", "__asm__", "import", "export"})
_ACCESS = frozenset({"public", "private", "protected"})
_DEEPEST, _LONGEST = 30, 500


class _Scope(NamedTuple):
    """Where something is declared: within what, whether its names are C's, and in which class."""

    prefix: str = ""
    is_c: bool = False
    owner: str = ""
    depth: int = 0


class _Header:
    """What was found so far, while the words of a header are read."""

    def __init__(self, words: Sequence[str], known: Declared, *, cxx: bool) -> None:
        self.words, self.cxx, self.ends = words, cxx, closing(words)
        self.known, self.found, self.values = known, known.found, known.values
        # The constants of enumerations that have no name, by the text of each.
        self.loose: dict[str, dict[str, str]] = {}
        self.packing = [""]
        self.scope, self.depth, self.base = _Scope(), 0, ""
        self.reader = Reader(words, self.ends, self.values, self.found, self.define, cxx=cxx)

    # Statements

    def read(self, scope: _Scope, start: int, stop: int) -> None:
        """Read all that is declared in a range, outside of classes."""
        place = start
        while place < stop:
            opened = self._opened(scope, place, stop)
            if opened:
                inner, opening = opened
                if inner.depth > _DEEPEST:
                    return
                end = min(self.ends.get(opening, stop), stop)
                self.read(inner, opening + 1, end)
            else:
                end = self._end(place, stop)
                linkage = self.words[place + 1] if self.words[place : place + 1] == ["extern"] and place < end else ""
                is_named = linkage.startswith('"')
                inner = scope._replace(is_c=linkage == '"C"') if is_named else scope
                self._one(inner, place + 2 * is_named, end)
            place = end + 1

    def _opened(self, scope: _Scope, place: int, stop: int) -> tuple[_Scope, int] | None:
        """Return what stands within `extern "C"` or a namespace, and where that begins."""
        words = self.words
        if words[place] == "extern" and words[place + 2 : place + 3] == ["{"]:
            return scope._replace(is_c=words[place + 1] == '"C"', depth=scope.depth + 1), place + 2
        if words[place] != "namespace":
            return None
        opening = place + 1
        while opening < stop and words[opening] not in {"{", ";", "="}:
            opening += 1
        if words[opening : opening + 1] != ["{"]:
            return None
        names = [word for word in words[place + 1 : opening] if word.isidentifier()]
        prefix = scope.prefix + "".join(f"{name}::" for name in names)
        return scope._replace(prefix=prefix, depth=scope.depth + 1), opening

    def _end(self, place: int, stop: int) -> int:
        """Return where a statement ends: at its semicolon, or at the brace behind the body of a function."""
        called = assigned = initialising = False
        words = self.words
        while place < stop:
            word, before = words[place], words[place - 1]
            if word in {";", "}"}:
                return place
            if (
                word == "{"
                and called
                and not assigned
                and not (initialising and (before.isidentifier() or before == ">"))
            ):
                return min(self.ends.get(place, stop), stop)
            called |= word == "("
            assigned |= word == "=" and before != "operator"
            initialising |= called and word == ":"
            place = self.ends.get(place, place) + 1
        return stop

    def _one(self, scope: _Scope, start: int, stop: int) -> None:
        """Read one statement."""
        words = self.words
        first = words[start] if start < stop else ";"
        if first in {PACK, *_NOTHING} or words[start : start + 2] == ["extern", "template"]:
            self._pack(words[start:stop])
        elif first == "template":
            self._template(scope, start, stop)
        elif self._has_body(start, stop):
            self._note_body(start, stop)
        elif first not in {";", "}"}:
            with self._understanding(start, stop):
                self._declaration(scope, start, stop)

    @contextmanager
    def _understanding(self, start: int, stop: int) -> Iterator[None]:
        outer, self.depth = self.scope, 0
        try:
            yield
        except UnreadableError:
            self.known.unread[" ".join(self.words[start:stop])] = None
        finally:
            self.scope = outer

    def _has_body(self, start: int, stop: int) -> bool:
        """Whether a statement is the definition of a function, which ends with a brace."""
        return self.words[stop : stop + 1] == ["}"] and stop in map(self.ends.get, range(start, stop))

    def _note_body(self, start: int, stop: int) -> None:
        place = next((place for place in range(start + 1, stop) if self.words[place] == "("), start + 1)
        self.known.bodies.add((self.words[place - 1], " ".join(self.words[start:stop])))

    def _template(self, scope: _Scope, start: int, stop: int) -> None:
        """Read the template of a class; that of a function has a body, and is no more."""
        if self._has_body(start, stop):
            self._note_body(start, stop)
            return
        with self._understanding(start, stop):
            parameters = ""
            self.reader.at(start, stop)
            while self.reader.word == "template":
                self.reader.place += 1
                parameters = self.reader.angles()
            if self.reader.word in KINDS:
                before = frozenset(self.found)
                self._declaration(scope, self.reader.place, stop)
                self.found |= {
                    name: f"template {parameters} {text}" for name, text in self.found.items() if name not in before
                }

    def _pack(self, words: Sequence[str]) -> None:
        """Follow `#pragma pack`, if that is what some words are of: what holds now stands last."""
        if words[:1] != [PACK]:
            return
        number = next((word for word in words if word.isdigit()), "")
        if "pop" in words:
            self.packing[:] = self.packing[:-1] or [""]
        elif "push" in words:
            self.packing.append(number or self.packing[-1])
        else:
            self.packing[-1] = number

    # Declarations

    def _declaration(self, scope: _Scope, start: int, stop: int) -> None:
        """Read functions, variables, types and other names of types, of one statement outside of a class."""
        self.scope = scope
        specifiers = self.reader.at(start, stop).specifiers()
        for declarator, _, value in self._declarators(specifiers, stop):
            if "typedef" in specifiers.storage:
                self._typedef(scope, specifiers, declarator)
            else:
                self._named(scope, specifiers, declarator, value)

    def _declarators(self, specifiers: Specifiers, stop: int) -> Iterator[tuple[Declarator, str, Sequence[str]]]:
        """Give all names of a declaration, each with the width of a field of bits, and the words of its value."""
        reader, self.base = self.reader, specifiers.type
        while reader.word:
            declarator = reader.declarator(self.base)
            width, value = "", self.words[0:0]
            if reader.word == ":":
                width = spelled(self._until(stop), self.values)
            if reader.word == "=":
                value = self._until(stop)
            elif reader.word == "{":
                reader.skipped()
            if reader.word not in {"", ","}:
                raise UnreadableError
            place = reader.place
            yield declarator, width, value
            if len(self.base) > _LONGEST:  # to have it once is enough
                self.base = f"#{sha256(self.base.encode()).hexdigest()}"
            reader.at(place + 1, stop)

    def _until(self, stop: int) -> Sequence[str]:
        """Read an expression: to the next comma, or the value of a field of bits."""
        reader = self.reader
        start = reader.place = reader.place + 1
        _, end = next(split(self.words, self.ends, start, stop, angles=self.cxx), (start, stop))
        reader.place = next((place for place in range(start, end) if self.words[place] == "="), end)
        return self.words[start : reader.place]

    def _typedef(self, scope: _Scope, specifiers: Specifiers, declarator: Declarator) -> None:
        """Note another name of a type; the first one is the name of what has none of its own."""
        name, type_ = f"{scope.prefix}{declarator.name}", declarator.type
        attributes = (*specifiers.attributes, *declarator.attributes)
        kind = type_.partition(" ")[0]
        if kind in KINDS and type_.startswith((f"{kind} {{", f"{kind} :")):
            self.loose.pop(type_, None)
            self._put(f"{kind} {name}", type_, attributes)
            self.base = type_ = name if self.cxx else f"{kind} {name}"
            attributes = ()
        if type_ not in {name, declarator.name}:
            self._put(f"typedef {name}", type_, attributes)

    def _named(self, scope: _Scope, specifiers: Specifiers, declarator: Declarator, value: Sequence[str]) -> None:
        """Note a function or a variable: one that others see, or a constant."""
        name = f"{scope.prefix}{declarator.name}"
        attributes = (*specifiers.attributes, *declarator.attributes)
        constant = literal(value, self.values)
        if declarator.parameters is not None:
            if "static" not in specifiers.storage:
                of_c = scope.is_c or not self.cxx
                key = f"{declarator.name}()" if of_c else f"{name}{declarator.parameters}"
                self._put(key, declarator.type, attributes)
        elif constant and ("constexpr" in specifiers.storage or specifiers.type.startswith("const ")):
            self._constant(name, constant)
        elif "extern" in specifiers.storage:
            self._put(name, declarator.type, (*attributes, *specifiers.storage & {"thread_local"}))

    def _constant(self, name: str, value: str) -> None:
        self.known.constants[name] = value
        if value.lstrip("-").isdigit():
            self.values[name.rpartition("::")[2]] = int(value)

    def _put(self, name: str, text: str, attributes: Iterable[str] = ()) -> None:
        self.found[name] = " ".join((text, *sorted(set(attributes))))

    # Types with a body

    def define(self, kind: str, tag: str, start: int, stop: int) -> str:
        """Note a type whose body is in a range, and return what it is called: by its text, if it has no name."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableError
        opening = next(place for place in range(start, stop) if self.words[place] == "{" and place in self.ends)
        closing_ = self.ends[opening]
        outside = (*self.words[start:opening], *self.words[closing_ + 1 : stop])
        attributes = {word for word in outside if word.startswith(ATTRIBUTE)}
        scope = self.scope
        if kind == "enum":
            text = self._enumeration(start, opening, closing_, packed="@packed()" in attributes)
        else:
            attributes |= {f"#pragma pack {self.packing[-1]}"} if self.packing[-1] else set()
            inner = _Scope(
                f"{scope.prefix}{tag}::" if self.cxx and tag else scope.prefix,
                scope.is_c,
                tag.partition("<")[0].rpartition("::")[2],
            )
            members = "; ".join(self._members(inner, opening + 1, closing_))
            text = f"{{{members}}}"
            bases = self._bases(start, opening)
            text = f"{bases} {text}" if bases else text
        self.scope = scope
        self.depth -= 1
        text = " ".join((text, *sorted(attributes)))
        own = f"{kind} {text}"
        if not tag:
            return own
        self.loose.pop(own, None)
        self.found[f"{kind} {scope.prefix}{tag}"] = own
        return tag if self.cxx else f"{kind} {tag}"

    def _bases(self, start: int, opening: int) -> str:
        colon = next((place for place in range(start, opening) if self.words[place] == ":"), opening)
        return " ".join(word for word in self.words[colon:opening] if word not in _ACCESS)

    def _enumeration(self, start: int, opening: int, end: int, *, packed: bool) -> str:
        found = enumerations.constants(self.words, self.ends, self.values, (opening + 1, end))
        size = enumerations.size(found, packed=packed)
        colon = next((place for place in range(start, opening) if self.words[place] == ":"), opening)
        if colon < opening:
            size = self.reader.at(colon + 1, opening).specifiers().type
        body = f"{size and f': {size} '}{{{enumerations.shown(found)}}}"
        self.loose[f"enum {body}"] = {f"{self.scope.prefix}{name}": value for name, value in found.items()}
        return body

    # Members of structures and classes

    def _members(self, scope: _Scope, start: int, stop: int) -> Iterator[str]:
        place = start
        while place < stop:
            if self.words[place] in _ACCESS and self.words[place + 1 : place + 2] == [":"]:
                place += 2
                continue
            end = self._end(place, stop)
            yield from self._member(scope, place, end)
            place = end + 1

    def _member(self, scope: _Scope, start: int, stop: int) -> Iterator[str]:
        """Give what one statement adds to the layout of a class, or to its table of functions."""
        words = self.words
        first = words[start] if start < stop else ";"
        if first in {PACK, ";", "}", "template", *_NOTHING}:
            self._pack(words[start:stop])
            return
        if self._has_body(start, stop):
            self._note_body(start, stop)
            stop = next(place for place in range(start, stop) if self.ends.get(place) == stop)
        special = self._special(scope, start, stop)
        if special is not None:
            yield from filter(None, [special])
            return
        self.scope = scope
        specifiers = self.reader.at(start, stop).specifiers()
        if not self.reader.word and specifiers.type.startswith(_WITHOUT_NAME):
            yield specifiers.type
        for declarator, width, value in self._declarators(specifiers, stop):
            if "typedef" in specifiers.storage:
                self._typedef(scope, specifiers, declarator)
            elif declarator.parameters is None and "static" in specifiers.storage:
                if constant := literal(value, self.values):
                    self._constant(f"{scope.prefix}{declarator.name}", constant)
            elif declarator.parameters is None or _is_in_table(specifiers, words[start:stop]):
                weighing = (*specifiers.storage & {"virtual"}, declarator.name, declarator.type)
                attributes = sorted({*specifiers.attributes, *declarator.attributes})
                yield " ".join(filter(None, (*weighing, width and f": {width}", *attributes)))

    def _special(self, scope: _Scope, start: int, stop: int) -> str | None:
        """Give what a constructor, a destructor or a conversion changes: who is not simply copied is passed otherwise.

        None for any other member.
        """
        words = self.words
        place = start
        while place < stop and words[place] in {"explicit", "virtual", "constexpr", "extern"}:
            place += 1
        rest = words[place:stop]
        if rest[:1] == ["operator"]:
            return ""
        if rest[:1] == ["~"]:
            virtual = "virtual " if "virtual" in words[start:place] else ""
            return "" if rest[-2:] == ["=", "default"] and not virtual else f"{virtual}~"
        if not scope.owner or rest[:2] != [scope.owner, "("]:
            return None
        if rest[-1] in {"default", "delete"} or place + 1 not in self.ends:
            return ""
        inner = [word for word in words[place + 2 : self.ends[place + 1]] if word != "const"]
        return "copied" if inner[:2] in ([scope.owner, "&"], [scope.owner, "&&"]) and "," not in inner else ""

    def define_loose(self) -> None:
        """Note the constants of enumerations that nobody has given a name."""
        for constants in self.loose.values():
            self.known.constants.update(constants)


_WITHOUT_NAME = ("struct {", "union {", "class {")


def _is_in_table(specifiers: Specifiers, words: Sequence[str]) -> bool:
    """Whether a method has a place of its own in the table of virtual functions."""
    return "virtual" in specifiers.storage and "override" not in words
