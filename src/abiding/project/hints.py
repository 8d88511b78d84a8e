"""Ways out that findings propose. The tests apply each as it is printed, and look whether the error is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.metadata import requirements
from abiding.project.known_backends import may_be_dynamic
from abiding.project.pyproject import BARE_KEY, as_toml, key_text
from abiding.project.table import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.project.pyproject import Pyproject

__all__ = [
    "EDITED",
    "EDITED_WHEEL",
    "INCOMPLETE",
    "ONE_STATE",
    "WITHOUT_A_LINE",
    "declaration_of",
    "in_every_build",
    "place_for",
    "places_of",
    "where_a_backend_differs",
]


INCOMPLETE = (
    "something that the build reads may be missing from the sdist, a file with requirements for example: see to it "
    "that the sdist has it"
)
EDITED = "if the sdist was edited on purpose, edit its PKG-INFO in the same way"
# Of a wheel that is held against the declaration in its sdist, and has other lines than are declared.
EDITED_WHEEL = "if METADATA was edited after the build, build the wheel again from the sdist"
WITHOUT_A_LINE = (
    EDITED_WHEEL,
    "if the wheel was built before the declaration was changed, build sdist and wheels again from one state",
)
ONE_STATE = "if METADATA was edited, or the wheel built from another state, build the wheel again from the sdist"
_COMPUTED = (
    "a version that is computed from git, or from an environment variable, is another one in an unpacked sdist: let it "
    "be read from PKG-INFO there, or from a file that is written into the sdist"
)


def declaration_of(*lines: str) -> str:
    """The tables that declare `Requires-Dist` lines for wheels, in TOML: a line of an extra goes to that extra."""
    of_extras: dict[str, list[str]] = {}
    for line in lines:
        text, extra = requirements.split_extra(line) or (line, "")
        of_extras.setdefault(extra, []).append(as_toml(text))
    tables = []
    if plain := of_extras.pop("", []):
        tables += ["[tool.abiding.wheel]", f"dependencies = [{', '.join(plain)}]"]
    if of_extras:
        tables += ["[tool.abiding.wheel.optional-dependencies]"]
    for extra, texts in of_extras.items():
        key = extra if BARE_KEY.fullmatch(extra) else as_toml(extra)
        tables += [f"{key} = [{', '.join(texts)}]"]
    return "\n".join(f"    {row}" for row in tables)


def place_for(line: str, pyproject: Pyproject) -> str:
    """Say what is to be added where, if the list that a `Requires-Dist` line is declared in is there; else empty.

    Whoever pastes the whole table then has it twice, which is no TOML.
    """
    text, extra = requirements.split_extra(line) or (line, "")
    table: object = pyproject.table
    key = ("tool", "abiding", "wheel", *(("optional-dependencies", extra) if extra else ("dependencies",)))
    for part in key:
        table = table.get(part) if isinstance(table, dict) else None
    if not isinstance(table, list):
        return ""
    return f"add `{as_toml(text)}` to `{key_text(key)}` (pyproject.toml:{pyproject.line_of(key)})"


def places_of(line: str) -> tuple[str, str]:
    """Return where a line is given: its name in `[project]`, and the table for what wheels require on top."""
    if requirements.split_extra(line):
        return "optional-dependencies", "[tool.abiding.wheel.optional-dependencies]"
    return "dependencies", "[tool.abiding.wheel]"


def in_every_build(field: str, *, from_sdist: bool, backend: str = "", said: str = "") -> Iterator[str]:
    """Yield how a field comes to say the same in every build; what an sdist has settled is not opened again.

    `said` is what a backend has written for it where `[project]` says nothing.
    """
    if from_sdist and field == "Version":
        yield _COMPUTED
    elif field in ("Name", "Version"):
        yield "let the field say the same in every build: a release has one name and one version"
    else:
        name = next((name for name, fields in FIELDS.items() if field in fields), "")
        may_vary = name and not from_sdist and field != "Provides-Extra" and may_be_dynamic(backend, name)
        other = f", or, if it has to vary, list `{name}` in `project.dynamic` and give it no value" if may_vary else ""
        written = "" if from_sdist else _written(field, name, said, backend)
        if other or not written:
            yield f"let the field say the same in every build{other}"
        if written:
            yield f"{'or ' if other else ''}{written}"
    if from_sdist:
        yield from (INCOMPLETE, EDITED)


def where_a_backend_differs(field: str, backend: str, said: str = "") -> Iterator[str]:
    """Yield how an sdist comes to agree with itself if its backend makes it so: built anew it would be the same.

    `said` is as in `in_every_build`.
    """
    name = next((name for name, fields in FIELDS.items() if field in fields), "")
    if name == "name":
        yield "if the backend makes it so each time, let it take the name from `[project]`"
    elif name:
        may_vary = may_be_dynamic(backend, name)
        other = f", or list `{name}` in `project.dynamic` and give it no value" if may_vary else ""
        yield f"if the backend makes it so each time, let it take the value from `[project]`{other}"
        if written := _written(field, name, said, backend):
            yield f"or {written}"


def _written(field: str, name: str, said: str, backend: str) -> str:
    """Give the line of `[project]` that says what the backend says by itself, where that is one string; else empty."""
    if not said or field not in ("Requires-Python", "Summary"):
        return ""
    return f"say what `{backend or 'the backend'}` says: `{name} = {as_toml(said)}` under `[project]`"
