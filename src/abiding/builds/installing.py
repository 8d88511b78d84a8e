"""Hints on what to install where the wrapped backend, or a module that it imports, is not there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["bringing", "ways_to_bring", "ways_to_install"]


# What later Pythons have removed of their own modules. setuptools has one of them.
_REMOVED = {
    "3.10": "formatter parser symbol",
    "3.11": "binhex",
    "3.12": "asynchat asyncore distutils imp smtpd",
    "3.13": "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr "
    "spwd sunau telnetlib uu xdrlib",
    "3.15": "sre_compile sre_constants sre_parse",
}
_IN_SETUPTOOLS = "distutils"


def bringing(module: str) -> tuple[str, ...]:
    """Return a hint to install a module that a backend imports."""
    if not module:
        return ()
    name = module.partition(".")[0]
    if removed := _removed(name):
        return (f"{removed}: build with an earlier Python, or use another version of the backend",)
    return (f"install what brings `{name}`: list it in `[build-system] requires`, if the backend does not require it",)


def ways_to_bring(module: str, pyproject: Pyproject) -> str:
    """Return why a module that code of the project imports is not there, and what to do."""
    from abiding.archives.names import normalised
    from abiding.metadata import requirements

    line = pyproject.line_of(("build-system", "requires"))
    requires = f"`requires` under `[build-system]` (pyproject.toml:{line})"
    absent = f"the build environment has no module `{on_one_line(module)}`"
    if removed := _removed(module):
        return f"{removed}: change the line, or build with an earlier Python"
    name = "setuptools" if module == _IN_SETUPTOOLS else normalised(module)
    listed = [text for _, text in pyproject.build_requires if requirements.name_of(text) == name]
    parsed = [requirement for text in listed if (requirement := requirements.try_parse(text))]
    if parsed and not any(map(requirements.applies, parsed)):
        marker = f"the marker of `{on_one_line(listed[0])}` in {requires} is false here"
        return f"{absent}: {marker}: leave it out, or correct it"
    if listed:
        return f"{absent}: install what {requires} lists, since without build isolation front ends install nothing"
    what = "`setuptools`, which has one," if module == _IN_SETUPTOOLS else "the distribution that brings it"
    return f"{absent}: add {what} to {requires}"


def _removed(module: str) -> str:
    """Return in words that Python has removed a module, which nothing brings back; empty for any other."""
    versions = (version for version, names in _REMOVED.items() if module in names.split())
    version = "" if module == _IN_SETUPTOOLS or module in sys.stdlib_module_names else next(versions, "")
    return version and f"Python {version} has removed its module `{module}`"


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
