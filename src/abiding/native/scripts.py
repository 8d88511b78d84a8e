"""What the Python files of a distribution do before compiled code is loaded: what they import, and what they open.

They are read, not run, and read as text: also what is written for another Python. What is found is a sign, not a proof,
and where a file name can't be told the benefit of the doubt is the code's.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.native.names import module_name, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from abiding.native.contents import Contents
    from abiding.native.images import Image

__all__ = ["Opening", "Script", "imports_before", "may_load", "openings", "scripts", "with_parents"]


_LONGEST_CALL = 400
_MOST_NAMES = 16

_OPENS = r"CDLL|PyDLL|WinDLL|OleDLL|LoadLibrary\w*|load_library|dlopen"
_ADDS = "add_dll_directory"
_MAY_OPEN = re.compile(rf"\b(?:{_OPENS}|{_ADDS})\b")
_CALL = re.compile(rf"(?<!def )\b(?:({_OPENS})|{_ADDS})\s*\(")
# `map(CDLL, libraries)`: the function as a value, for who knows what.
_AS_VALUE = re.compile(rf"[=(,]\s{{0,80}}(?:\w+\.){{0,4}}(?:({_OPENS})|{_ADDS})\s*(?=[,)\n])")
_BINDING = re.compile(
    r"^[ \t]{0,80}(?:for[ \t]+)?(\w+)[ \t]*(?::[^=\n]{1,80})?(?:=(?!=)|\bin\b)[ \t]*([^\n]{1,400})", re.MULTILINE
)
_PARENTHESIS = re.compile(r"[()]")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\b(?![\w(])")
# A string, or what is none: a comment, and a string of many lines. Possessive, so that no text is read twice.
_LITERAL = r"""'([^'\\\n]*+(?:\\.[^'\\\n]*+)*+)'|"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)\""""
_STRING = re.compile(_LITERAL)
# In a possessive group nothing may fail behind a lookahead or a repetition: Pythons before 3.11.5 go on from there.
_IN_MANY_LINES = r"[^{q}\\]++|\\.|{q}[^{q}\\]|{q}\\.|{q}{q}[^{q}\\]|{q}{q}\\."
_MANY_LINES = "|".join(rf"(?s:{q}{{3}}(?:{_IN_MANY_LINES.format(q=q)})*+(?:{q}{{3}}|{q}{{0,2}}\Z))" for q in "'\"")
_NO_CODE = re.compile(rf"({_MANY_LINES}|#[^\n]*+)|{_LITERAL}")
_FOUND_BY_NAME = re.compile(r"find_library\s*\(\s*['\"](?:lib)?([^'\"]+)['\"]")
_LIBRARY = re.compile(r"\.(?:so|dylib|dll|pyd)(?![a-z])|^lib\w{2,}", re.IGNORECASE)


# What is for type checkers alone: the rest of the line, or the lines below that are further in, up to a bound: a group
# that gives back remembers each of them.
_NOT_RUN = re.compile(
    r"^([ \t]{0,80})if[ \t]+(?:\w{1,20}\.)?TYPE_CHECKING[ \t]*:[ \t]*+"
    r"(?:[^\s][^\n]*+|(?:\n(?:\1[ \t]++[^\n]*+|(?=\n))){0,5000})",
    re.MULTILINE,
)


def _code(text: str) -> str:
    """Return the text without comments, strings of many lines, and what is for type checkers alone."""
    return _NOT_RUN.sub("", _NO_CODE.sub(lambda match: "" if match[1] else match[0], _without_patches(text)))


def _without_patches(text: str) -> str:
    """Return the text with what delvewheel puts into it as one call: it adds the folder of what it has copied in."""
    first, *parts = text.split("# start delvewheel patch")
    return "".join([first, *map(_as_one_call, parts)])


def _as_one_call(text: str) -> str:
    patch, end, rest = text.partition("# end delvewheel patch")
    return f"{_ADDS}({_COPIED_INTO.findall(patch)[:1]}){rest}" if end else text


_COPIED_INTO = re.compile(r"'([^'\n]{1,200}\.libs)'")


def _strings(text: str) -> Iterator[str]:
    return (double or single for double, single in _STRING.findall(text))


def _names(text: str) -> list[str]:
    return _NAME.findall(_STRING.sub("", text))


class Opening(NamedTuple):
    """A call that opens a library, or with `folder` one that adds a folder to those that Windows searches.

    `literals` are the strings that say which one, as far as can be told. `always` is the name of the library, if that
    is a literal of the call and each import of the module makes it; else empty.
    """

    folder: bool
    literals: tuple[str, ...]
    always: str = ""

    def names(self, image: Image) -> bool:
        """Return whether a literal says that it is this file."""
        return not self.folder and any(_fits(literal, image) for literal in self.literals)

    def may_open(self, image: Image) -> bool:
        """Return whether it may be this file: also if no literal says which one."""
        if self.folder:
            return False
        return not any(_LIBRARY.search(_last(literal)) for literal in self.literals) or self.names(image)

    def may_add(self, folder: str) -> bool:
        """Return whether it may be this folder that is added."""
        parts = [part for literal in self.literals for part in re.split(r"[/\\]", literal) if part.strip(".")]
        return self.folder and (not parts or folder.rpartition("/")[2].lower() in (part.lower() for part in parts))


def _last(literal: str) -> str:
    return re.split(r"[/\\]", literal)[-1]


def _fits(literal: str, image: Image) -> bool:
    name = _last(literal).lower()
    pieces = re.split(r"\{[^}]*\}|\*+|%s", name)
    if len(pieces) > 1:
        return bool(re.fullmatch(".*".join(map(re.escape, pieces)), image.file_name.lower()))
    return bool(name) and stem(name).removeprefix("lib") == stem(image.file_name).removeprefix("lib")


@lru_cache(maxsize=64)
def openings(contents: Contents) -> Mapping[str, tuple[Opening, ...]]:
    """Return the calls by which Python files open libraries, by the places of these files."""
    by_place: dict[str, tuple[Opening, ...]] = {}
    left = bounds.OPENINGS
    for place, text in contents.texts():
        calls = tuple(islice(_openings(_code(text)), left)) if _MAY_OPEN.search(text) else ()
        left -= len(calls)
        if calls:
            by_place[place] = calls
    return by_place


def _openings(text: str) -> Iterator[Opening]:
    """Yield the calls in a file; behind so many as nobody writes, one that may open anything."""
    bound: dict[str, list[str]] = {}
    for name, value in _BINDING.findall(text):
        bound.setdefault(name, []).append(value)
    elsewhere = tuple(dict.fromkeys(string for string in _strings(text) if _names_library(string)))
    for number, call in enumerate(_CALL.finditer(text)):
        if number == bounds.CALLS:
            yield Opening(folder=False, literals=())
            break
        argument = _argument(text[call.end() : call.end() + _LONGEST_CALL])
        if argument.strip() not in ("", "None"):
            literals = _literals(argument, bound, elsewhere) if call[1] else _told(argument, bound)
            yield Opening(not call[1], literals, _always(text, call.start(), argument) if call[1] else "")
    for value in islice(_AS_VALUE.finditer(_IMPORT.sub("", text)), bounds.CALLS):
        yield Opening(not value[1], ())


# What stands before a call at the beginning of a line: nothing is indented, and no `if` and no `lambda` is there.
_STATEMENT = re.compile(r"(?:[A-Za-z_]\w*[ \t]*(?::[^=\n]{1,80})?=[ \t]*)?(?:[A-Za-z_]\w*\.){0,4}")
_ONE_LITERAL = re.compile(rf"\s*(?:{_LITERAL})\s*(?:,|\Z)")


def _always(text: str, start: int, argument: str) -> str:
    """Return the literal that is given to a call which each import of the module makes; empty for any other."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    literal = _ONE_LITERAL.match(argument) if _STATEMENT.fullmatch(line) else None
    return (literal[1] or literal[2] or "") if literal else ""


def _argument(text: str) -> str:
    """Return what stands between the parentheses of a call."""
    depth = 1
    for match in _PARENTHESIS.finditer(text):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return text[: match.start()]
    return text


def _literals(argument: str, bound: Mapping[str, list[str]], elsewhere: tuple[str, ...]) -> tuple[str, ...]:
    """Return the strings that say which library is opened."""
    literals = _told(argument, bound)
    if not _names(argument):
        return tuple(literal if _names_library(literal) else f"lib{literal}" for literal in literals)
    # A function that is given the name: it is one of those in the file.
    return literals if any(map(_names_library, literals)) else (*literals, *elsewhere)


def _names_library(literal: str) -> bool:
    return bool(_LIBRARY.search(_last(literal))) and _last(literal).lower() not in ("lib64", "lib32", "libs")


def _told(expression: str, bound: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the strings in an expression, and in what its names are bound to in the file."""
    names: dict[str, None] = {}
    known: set[str] = set()
    waiting = [expression]
    while waiting and len(known) < _MOST_NAMES:
        text = waiting.pop()
        names |= dict.fromkeys(f"lib{name}.so" for name in _FOUND_BY_NAME.findall(text))
        text = _FOUND_BY_NAME.sub("", text)
        names |= dict.fromkeys(_strings(text))
        for name in _names(text):
            if name not in known:
                known.add(name)
                waiting += bound.get(name, ())[:_MOST_NAMES]
    return tuple(names)


class Script(NamedTuple):
    """A Python file: the names that it imports, absolute and in their order, and those only in the end of functions."""

    imports: tuple[str, ...]
    later: tuple[str, ...]


_IMPORT = re.compile(
    r"^([ \t]*)(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]{0,4000}\)|[^\n;]{0,2000})|import[ \t]+([^\n;]{1,1000}))",
    re.MULTILINE,
)
_BY_NAME = re.compile(r"\b(?:import_module|__import__)\(\s*['\"]([\w.]+)['\"]")
_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+)?def\b")


@lru_cache(maxsize=64)
def scripts(contents: Contents) -> Mapping[str, Script]:
    """Return the Python files by the names of their modules."""
    return {module: _script(text, place) for place, text in contents.texts() if (module := module_name(place))}


def _script(text: str, place: str) -> Script:
    text = _code(text).replace("\\\n", " ")
    module = module_name(place)
    package = module if place.endswith("/__init__.py") else module.rpartition(".")[0]
    inside = deque(_functions(text))
    now: dict[str, None] = {}
    later: dict[str, None] = dict.fromkeys(_BY_NAME.findall(text))
    for match in _IMPORT.finditer(text):
        while inside and inside[0][1] <= match.start():
            inside.popleft()
        target = later if inside and inside[0][0] <= match.start() else now
        target |= dict.fromkeys(_imported(match, package))
    return Script(tuple(now), tuple(later))


def _functions(text: str) -> Iterator[tuple[int, int]]:
    """Yield the outermost functions, each from its `def` to where it ends."""
    begun: tuple[int, int] | None = None
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            indented = len(line) - len(line.lstrip())
            if begun and indented <= begun[1]:
                yield begun[0], at
                begun = None
            if not begun and _DEFINITION.match(line):
                begun = (at, indented)
        at += len(line)
    if begun:
        yield begun[0], at


def _imported(match: re.Match[str], package: str) -> Iterator[str]:
    _, origin, names, modules = match.groups()
    if modules:
        yield from (module.split()[0] for module in modules.split(",") if module.split())
        return
    name = origin.lstrip(".")
    levels = len(origin) - len(name)
    if levels:
        parts = package.split(".") if package else []
        name = ".".join([*parts[: len(parts) - levels + 1], *filter(None, [name])])
    yield name
    for single in names.strip("()").split(","):
        words = single.split()
        if words and words[0].isidentifier():
            yield f"{name}.{words[0]}" if name else words[0]


def imports_before(
    module: str, scripts: Mapping[str, Script], extensions: Collection[str], count: Callable[[], None]
) -> tuple[str, ...]:
    """Return in order the extension modules imported before `module`; `count` is called for each look."""
    order: list[str] = []
    begun: set[str] = set()
    running = [iter(with_parents([module]))]
    while running:
        count()
        name = next(running[-1], None)
        if name is None:
            running.pop()
        elif name == module:
            break
        elif name not in begun:
            begun.add(name)
            if name in extensions:
                order.append(name)
            elif name in scripts:
                running.append(iter(with_parents(scripts[name].imports)))
    return tuple(order)


def with_parents(names: Iterable[str]) -> Iterator[str]:
    """Yield the modules that an import of these runs: the packages that they are in come first."""
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:i]) for i in range(1, len(parts) + 1))


def may_load(contents: Contents, image: Image) -> bool:
    """Return whether code of a distribution may open one of its libraries."""
    return any(call.may_open(image) for calls in openings(contents).values() for call in calls)
