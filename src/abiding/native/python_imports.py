"""What the Python files of a distribution import, and in which order, told from their text."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.native.names import module_name
from abiding.native.python_code import IMPORT, code

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from abiding.native.contents import Contents

__all__ = ["Script", "imports_before", "scripts", "with_parents"]


class Script(NamedTuple):
    """A Python file: the absolute names that it imports, in order.

    `later` are those that only its functions import. `always` are those of the first that stand in no block: no
    condition keeps them away, and no failure is caught.
    """

    imports: tuple[str, ...]
    later: tuple[str, ...]
    always: tuple[str, ...] = ()


_BY_NAME = pattern(r"\b(?:import_module|__import__)\(\s*['\"]([\w.]+)['\"]")
_DEFINITION = pattern(r"[ \t]*(?:async[ \t]+)?def\b")


@lru_cache(maxsize=64)
def scripts(contents: Contents) -> Mapping[str, Script]:
    """Return the Python files by the names of their modules."""
    return {module: _script(text, place) for place, text in contents.texts() if (module := module_name(place))}


def _script(text: str, place: str) -> Script:
    text = code(text).replace("\\\n", " ")
    module = module_name(place)
    package = module if place.endswith("/__init__.py") else module.rpartition(".")[0]
    inside = deque(_functions(text))
    now: dict[str, None] = {}
    always: dict[str, None] = {}
    later: dict[str, None] = dict.fromkeys(_BY_NAME.findall(text))
    for match in IMPORT.finditer(text):
        while inside and inside[0][1] <= match.start():
            inside.popleft()
        target = later if inside and inside[0][0] <= match.start() else now
        names = dict.fromkeys(_imported(match, package))
        target |= names
        always |= {} if match[1] else names
    return Script(tuple(now), tuple(later), tuple(always))


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
