"""The C declarations in the headers of a wheel, after the preprocessor, and which of them another one has changed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.providers import enumerations, macros
from abiding.providers.declarations import Declared, declare
from abiding.providers.preprocessing import PreprocessingError, preprocessing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from abiding.providers.preprocessing import Preprocessor

__all__ = ["Changed", "Declarations", "Headers", "changes", "compiler", "declarations", "gathered", "reached"]


_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_HEADER = re.compile(r".*\.(?:h|hh|hpp|hxx)", re.IGNORECASE)


_EACH = 200  # what it takes in memory to have one more text


class Changed(NamedTuple):
    """A declaration that is another one now: what it is of (`struct toy_point`), and both texts, empty if gone."""

    name: str
    old: str
    new: str


class Headers(NamedTuple):
    """The headers of a distribution, by their places, and how many there are that are not looked at."""

    texts: Mapping[str, bytes]
    passed_over: int = 0


class Declarations(NamedTuple):
    """What headers declare, and why some, by their places, could not be preprocessed."""

    declared: Declared
    failed: dict[str, str]

    @property
    def found(self) -> dict[str, str]:
        """Functions, variables and types, by name."""
        return self.declared.found


def compiler() -> list[str] | None:
    """The C compiler at hand, with its arguments: the one that `CC` names, or one of the usual names."""
    named = shlex.split(os.environ.get("CC", ""))
    found = shutil.which(named[0]) if named else next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    return [found, *named[1:]] if found else None


def is_header(place: str) -> bool:
    """Whether the file at a place is a header, by its name."""
    return bool(_HEADER.fullmatch(place))


def gathered(places: Iterable[str], read: Callable[[list[str]], Iterable[tuple[str, bytes]]]) -> Headers:
    """Read the headers among some files, as far as they are looked at. `read` is given places, and yields contents."""
    wanted = sorted(filter(is_header, places))
    texts: dict[str, bytes] = {}
    left = bounds.HEADER_BYTES
    for place, data in read(wanted[: bounds.HEADERS]):
        left -= len(data)
        if left < 0:
            break
        texts[place] = data
    return Headers(texts, len(wanted) - len(texts))


def declarations(headers: Mapping[str, bytes], command: list[str]) -> Declarations:
    """What headers declare, by name: types with their bodies, functions, constants; nothing of the system's.

    A header that can't be preprocessed, because it needs others that are not there, declares what it does where another
    one includes it.
    """
    known = Declared.empty()
    failed: dict[str, str] = {}
    guards = {guard for data in headers.values() for guard in macros.guards(data)}
    # What several include is read once, but for what belongs to what stands around it.
    seen: set[tuple[str, str]] = set()
    included: set[str] = set()
    with preprocessing(headers, command) as preprocessor:
        for place in sorted(headers):
            if place in included:
                continue
            try:
                language, parts = _parts(preprocessor, place)
                new = "\n".join(text for file, text in parts if (file, text) not in seen or ";" not in text)
                declare(new, known, guards, cxx=language == "c++")
                _hold_to_be_bounded(known)
            except PreprocessingError as exc:
                failed[place] = str(exc)
                continue
            seen |= {*parts}
            included |= {place, *(file for file, _ in parts)}
    return Declarations(known, {place: why for place, why in failed.items() if place not in included})


def _parts(preprocessor: Preprocessor, place: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the language of a header, and its parts, by the files that they are from; `.h` may be C++ as well."""
    if not place.lower().endswith(".h"):
        return "c++", _joined(preprocessor.lines(place, "c++"))
    try:
        return "c", _joined(preprocessor.lines(place, "c"))
    except PreprocessingError as exc:
        # C has no `<vector>`, of which both gcc and clang say that there is no such file.
        with suppress(PreprocessingError):
            if _ABSENT.search(str(exc)):
                return "c++", _joined(preprocessor.lines(place, "c++"))
        raise


_ABSENT = re.compile(r"No such file|file not found")


def _joined(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the lines of each file together that follow each other."""
    parts: list[tuple[str, str]] = []
    left = bounds.DECLARING
    for place, some in groupby(lines, itemgetter(0)):
        texts = []
        for _, text in some:
            left -= len(text) + 1
            if left < 0:
                raise PreprocessingError(f"it has more than {bounds.DECLARING >> 20} MiB")
            texts.append(text)
        parts.append((place, "\n".join(texts)))
    return parts


def _hold_to_be_bounded(known: Declared) -> None:
    """Raise `PreprocessingError` where headers declare more than anybody has written."""
    texts = (*known.found.values(), *known.constants.values(), *known.unread, *(text for _, text in known.bodies))
    if sum(map(len, texts)) + _EACH * len(texts) > bounds.DECLARED:
        raise PreprocessingError(f"headers declare more than {bounds.DECLARED >> 20} MiB")


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Changed, ...]:
    """The declarations that are others now, or are gone."""
    before, after = _Names(old), _Names(new)
    return tuple(
        Changed(name, text, new.get(name, ""))
        for name, text in old.items()
        if new.get(name) != text
        and not (name.startswith("enum ") and enumerations.is_longer(text, new.get(name, "")))
        and not (name in new and before.resolved(text) == after.resolved(new[name]))
    )


class _Names:
    """Other names of types, each with what it stands for in the end."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = found
        self._meant: dict[str, str] = {}

    def resolved(self, text: str, depth: int = 0) -> str:
        """Return what a declaration means where other names stand for what they are names of."""
        return _TYPE.sub(lambda word: self._of(word[0], depth), text) if len(text) <= _MOST_RESOLVED else text

    def _of(self, word: str, depth: int) -> str:
        if word not in self._meant and (text := self._found.get(f"typedef {word}")) and depth < _DEPTH:
            self._meant[word] = word  # what leads to itself stays
            more = self.resolved(text, depth + 1)
            self._meant[word] = more if len(more) <= _LONGEST else word
        return self._meant.get(word, word)


# A word that may be another name of a type: no tag, and no name of a field, which is what a body or a `;` comes before.
_TYPE = re.compile(r"(?<![{:])(?<!; )(?<!struct )(?<!union )(?<!enum )(?<!class )\b[A-Za-z_]\w*(?:::\w+)*")
# Characters of a declaration, and of what a name stands for; and how many names it may be of each other.
_MOST_RESOLVED, _LONGEST, _DEPTH = 20_000, 500, 10


def reached(declarations: Mapping[str, str], symbols: Collection[str]) -> frozenset[str]:
    """The declarations that the functions with these names lead to, by the types in them; all, if none is declared."""
    by_word: dict[str, list[str]] = {}
    for name in declarations:
        by_word.setdefault(name.rpartition(" ")[2].removesuffix("()"), []).append(name)
    waiting = [name for symbol in symbols for name in by_word.get(symbol, ())]
    if not waiting:
        return frozenset(declarations)
    found = set(waiting)
    while waiting:
        words = _IDENTIFIER.findall(declarations[waiting.pop()])
        more = {name for word in words for name in by_word.get(word, ())} - found
        found |= more
        waiting += more
    return frozenset(found)
