"""How to come by a wrapped backend that is not installed where it is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.project.keys import Key

__all__ = ["of_its_own", "ways_to"]


def of_its_own(module: str) -> tuple[str, ...]:
    """Return how a backend comes by a module that it imports itself."""
    if not module:
        return ()
    name = module.partition(".")[0]
    return (f"install what brings `{name}`: list it in `[build-system] requires`, if the backend does not require it",)


def ways_to(backend: str, requires: Iterable[tuple[Key, str]]) -> Iterator[str]:
    """Yield what brings a backend that can't be found, where `[build-system]` requires that, or does not.

    Without build isolation front ends install nothing.
    """
    from abiding.metadata.requirements import name_of
    from abiding.project.known_backends import KNOWN, distribution_of, similar_to

    suggestion = similar_to(backend)
    # What would bring a misspelled name is on no index, or worse.
    distribution = distribution_of(suggestion or backend)
    by_name = {name_of(text): text for _, text in requires}
    if distribution in by_name:
        yield from _of_listed(by_name[distribution], was_misspelt=bool(suggestion))
        return
    what = f"`{distribution}`" if distribution else "its distribution"
    yield f"list {what} in `[build-system] requires`, next to `abiding`; without build isolation, install it too"
    others = [text for name, text in by_name.items() if name not in {"abiding", *KNOWN}]
    if not distribution and others:
        names = ", ".join(f"`{_without_marker(text)}`" for text in others[:_MOST])
        yield f"if {'one of ' * bool(others[1:])}{names} brings it, install that: {_ALONE}"


# So many are named.
_MOST = 5
_ALONE = f"without build isolation front ends install nothing, and it is `{sys.executable}` that builds"


def _of_listed(line: str, *, was_misspelt: bool) -> Iterator[str]:
    from packaging.requirements import InvalidRequirement

    from abiding.metadata import requirements

    try:
        applies = requirements.applies(requirements.parse(line))
    except InvalidRequirement:  # no front end takes it
        return
    if not applies:
        yield f"the marker of `{line}` in `[build-system] requires` is false here: leave it out, or correct it"
    elif not was_misspelt:
        yield f"install `{_without_marker(line)}`, which `[build-system] requires` lists: {_ALONE}"


def _without_marker(line: str) -> str:
    return line.partition(";")[0].strip()
