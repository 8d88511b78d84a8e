"""The C declarations in the headers of a wheel, after the preprocessor, and which of them another one has changed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.providers.preprocessing import PreprocessingError, preprocessing
from abiding.providers.statements import declared, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = ["Changed", "Declarations", "Headers", "changes", "compiler", "declarations", "gathered", "reached"]


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
    """What headers declare, by name, and why some, by their places, could not be preprocessed."""

    found: dict[str, str]
    failed: dict[str, str]


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
    """What headers declare, by name: types with their bodies, functions with their arguments; nothing of the system's.

    A header that can't be preprocessed, because it needs others that are not there, declares nothing.
    """
    found: dict[str, str] = {}
    failed: dict[str, str] = {}
    left = bounds.DECLARED
    with preprocessing(headers, command) as preprocessor:
        for place in sorted(headers):
            try:
                left = _add(found, declared(preprocessor.lines(place)), left)
            except PreprocessingError as exc:
                failed[place] = str(exc)
    return Declarations(found, failed)


def _add(found: dict[str, str], more: Iterable[tuple[str, str]], left: int) -> int:
    """Add declarations to those that were found, and return how many characters may still come."""
    for name, text in more:
        left -= 0 if found.get(name) == text else len(text) + _EACH
        if left < 0:
            raise PreprocessingError(f"headers declare more than {bounds.DECLARED >> 20} MiB")
        found[name] = text
    return left


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Changed, ...]:
    """The declarations that are others now, or are gone."""
    return tuple(
        Changed(name, text, new.get(name, ""))
        for name, text in old.items()
        if new.get(name) != text and not (name.startswith("enum ") and _is_longer(text, new.get(name, "")))
    )


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
        words = words_of(declarations[waiting.pop()])
        more = {name for word in words for name in by_word.get(word, ())} - found
        found |= more
        waiting += more
    return frozenset(found)


def _is_longer(old: str, new: str) -> bool:
    """Whether an enumeration has got values behind the ones that it had, which changes none of them."""
    first, second = (re.fullmatch(r"(.*?)\{(.*?),?\s*\}(.*)", text) for text in (old, new))
    if not (first and second) or (first[1], first[3]) != (second[1], second[3]):
        return False
    return f"{second[2].strip()} ,".startswith(f"{first[2].strip()} ,")
