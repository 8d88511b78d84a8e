"""Hints on what to install where the wrapped backend can't be imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.project.keys import Key

__all__ = ["bringing", "ways_to_install"]


def bringing(module: str) -> tuple[str, ...]:
    """Return a hint to install a module that a backend imports."""
    if not module:
        return ()
    name = module.partition(".")[0]
    return (f"install what brings `{name}`: list it in `[build-system] requires`, if the backend does not require it",)


def ways_to_install(backend: str, requires: Iterable[tuple[Key, str]]) -> Iterator[str]:
    """Yield hints to install a backend that can't be imported; `requires` are the lines of `[build-system]`."""
    from abiding.metadata.requirements import name_of
    from abiding.project.known_backends import KNOWN, distribution_of, similar_to

    suggestion = similar_to(backend)
    # A distribution with a misspelt name does not exist, or is malicious.
    distribution = distribution_of(suggestion or backend)
    by_name = {name_of(text): text for _, text in requires}
    if distribution in by_name:
        yield from _ways_for_listed(by_name[distribution], was_misspelt=bool(suggestion))
        return
    what = f"`{distribution}`" if distribution else "its distribution"
    yield f"list {what} in `[build-system] requires`, next to `abiding`; without build isolation, install it too"
    others = [text for name, text in by_name.items() if name not in {"abiding", *KNOWN}]
    if not distribution and others:
        names = ", ".join(f"`{_without_marker(text)}`" for text in others[:_MOST_NAMED])
        yield f"if {'one of ' * bool(others[1:])}{names} brings it, install that: {_ALONE}"


_MOST_NAMED = 5
_ALONE = f"without build isolation front ends install nothing, and it is `{sys.executable}` that builds"


def _ways_for_listed(line: str, *, was_misspelt: bool) -> Iterator[str]:
    from abiding.metadata import requirements

    requirement = requirements.try_parse(line)
    if requirement is None:  # no front end takes it
        return
    if not requirements.applies(requirement):
        yield f"the marker of `{line}` in `[build-system] requires` is false here: leave it out, or correct it"
    elif not was_misspelt:
        yield f"install `{_without_marker(line)}`, which `[build-system] requires` lists: {_ALONE}"


def _without_marker(line: str) -> str:
    return line.partition(";")[0].strip()
