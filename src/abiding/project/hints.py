"""Hints for findings. The tests apply each as printed, and check that the error is gone."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from abiding.findings.patterns import pattern
from abiding.findings.words import joined_literals
from abiding.metadata import pins, requirements
from abiding.project.keys import table_at
from abiding.project.known_backends import backend_of, may_be_dynamic
from abiding.project.project_table import FIELDS
from abiding.project.pyproject import BARE_KEY, as_toml, key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.project.pyproject import Pyproject

__all__ = [
    "EDITED",
    "EDITED_WHEEL",
    "INCOMPLETE",
    "OLDER_SDIST",
    "ONE_STATE",
    "TWO_STATES",
    "WITHOUT_A_LINE",
    "declared_under",
    "declaring",
    "in_every_build",
    "making_dynamic",
    "naming_backend",
    "pasted",
    "places_of",
    "where_a_backend_differs",
]


_WHEEL = ("tool", "abiding", "wheel")
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
# Of a wheel with a build record, and an sdist without a declaration.
OLDER_SDIST = "the sdist was built before the project used abiding, and the wheel after that: build the sdist again"
TWO_STATES = "if pyproject.toml was changed after one of the two was built, build sdist and wheels again from one state"
_COMPUTED = (
    "a version that is computed from git, or from an environment variable, is another one in an unpacked sdist: let it "
    "be read from PKG-INFO there, or from a file that is written into the sdist"
)


def pasted(pyproject: Pyproject, tables: Mapping[tuple[str, ...], Sequence[str]], what: str) -> Iterator[str]:
    """Yield what is to be pasted where, for rows of TOML that tables lack; `what` says what to do with them.

    Followed to the letter it is TOML: a table that is there is named with its line, and the others are given whole.
    """
    new: list[str] = []
    for table, rows in tables.items():
        name = key_text(table)
        if line := _line_below(pyproject, table, rows):
            yield f"{what} below `[{name}]` (pyproject.toml:{line}):\n{_indent(rows)}"
        elif _is_there(pyproject, table):
            yield f"{what} in `{name}` (pyproject.toml:{pyproject.line_of(table)}):\n{_indent(rows)}"
        else:
            new += [f"[{name}]", *rows]
    if new:
        yield f"{what}:\n{_indent(new)}"


_HEADER = pattern(r"^[ \t]*\[[^\[\]\n]+\][ \t]*(?:#[^\n]*)?$", re.MULTILINE)


def _indent(rows: Iterable[str]) -> str:
    """Return rows of TOML as hints have them."""
    return "\n".join(f"    {row}" for row in rows)


def _line_below(pyproject: Pyproject, table: tuple[str, ...], rows: Sequence[str]) -> int | None:
    """Return the line of the header below which these rows would belong to a table, tried out; None if none."""
    expected = {**table_at(pyproject.table, table), **tomllib.loads("\n".join(rows))}
    for header in _HEADER.finditer(pyproject.text):
        try:
            if not _is_of(tomllib.loads(header[0]), table):
                continue
            pasted = tomllib.loads(
                "\n".join((pyproject.text[: header.end()], *rows, pyproject.text[header.end() + 1 :]))
            )
        except ValueError:
            continue
        if table_at(pasted, table) == expected:
            return pyproject.text.count("\n", 0, header.start()) + 1
    return None


def _is_there(pyproject: Pyproject, table: tuple[str, ...]) -> bool:
    """Return whether a table could not be given anew, with its header, at the end of the file."""
    try:
        tomllib.loads(f"{pyproject.text}\n[{key_text(table)}]\n")
    except ValueError:
        return True
    return False


def _is_of(header: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Return whether a header alone, as TOML, is that of the table at a key."""
    for name in key:
        if list(header) != [name]:
            return False
        header = header[name]
    return not header


def declaring(lines: Iterable[str], pyproject: Pyproject, what: str = "it") -> Iterator[str]:
    """Yield how `Requires-Dist` lines are declared for wheels: a line of an extra goes to that extra."""
    of_extras: dict[str, list[str]] = {}
    for line in lines:
        text, extra = pins.split_extra(line) or (line, "")
        of_extras.setdefault(extra, []).append(as_toml(text))
    tables: dict[tuple[str, ...], list[str]] = {}
    for extra, texts in of_extras.items():
        *table, name = key = (*_WHEEL, *(("optional-dependencies", extra) if extra else ("dependencies",)))
        if isinstance(pyproject.get(key), list):
            quoted = joined_literals(texts)
            yield f"add {quoted} to `{key_text(key)}` (pyproject.toml:{pyproject.line_of(key)})"
        else:
            shown_name = name if BARE_KEY.fullmatch(name) else as_toml(name)
            tables.setdefault(tuple(table), []).append(f"{shown_name} = [{', '.join(texts)}]")
    # The table first that the other is in.
    yield from pasted(pyproject, dict(sorted(tables.items())), f"declare {what}")


def making_dynamic(fields: Sequence[str], pyproject: Pyproject) -> Iterator[str]:
    """Yield how names of `[project]` come to be in `project.dynamic`."""
    names = [as_toml(field) for field in fields]
    key = ("project", "dynamic")
    if isinstance(pyproject.get(key), list):
        quoted = joined_literals(names)
        yield f"add {quoted} to `{key_text(key)}` (pyproject.toml:{pyproject.line_of(key)})"
    else:
        yield from pasted(
            pyproject,
            {key[:1]: [f"dynamic = [{', '.join(names)}]"]},
            f"list {'them' if names[1:] else 'it'} as dynamic",
        )


def naming_backend(pyproject: Pyproject, what: str) -> tuple[str, ...]:
    """Return a hint where to name the backend that a pyproject.toml suggests, or where to look for it."""
    backend = backend_of(pyproject.table)
    if not backend:
        return (f"{what}, with the backend that `[build-system]` named before: none is among what it requires",)
    return tuple(pasted(pyproject, {_WHEEL[:2]: [f'build-backend = "{backend}"']}, what))


def declared_under(lines: Iterable[str]) -> str:
    """Return a hint to which lists `Requires-Dist` lines are to be added, if their pyproject.toml is not known."""
    adds: dict[str, None] = {}
    own: dict[str, None] = {}
    for line in lines:
        text, extra = requirements.split_extra(line) or (line, "")
        below = ".optional-dependencies" if extra else ""
        adds[f"`{as_toml(text)}` to `{extra or 'dependencies'}` under `[tool.abiding.wheel{below}]`"] = None
        own[f"`[project{below}]`"] = None
    return f"add {' and '.join(adds)}, or, without `abiding.backend`, under {' and '.join(own)}"


def places_of(line: str) -> tuple[str, str]:
    """Return where a line is given: its name in `[project]`, and the table for what wheels require on top."""
    if requirements.split_extra(line):
        return "optional-dependencies", "[tool.abiding.wheel.optional-dependencies]"
    return "dependencies", "[tool.abiding.wheel]"


def in_every_build(field: str, *, from_sdist: bool, backend: str = "", value: str = "") -> Iterator[str]:
    """Yield how a field comes to say the same in every build; what an sdist has settled is not opened again.

    `value` is what a backend has written for it where `[project]` says nothing.
    """
    if from_sdist and field == "Version":
        yield _COMPUTED
    elif field in ("Name", "Version"):
        yield "let the field say the same in every build: a release has one name and one version"
    else:
        name = _name_of(field)
        may_vary = name and not from_sdist and field != "Provides-Extra" and may_be_dynamic(backend, name)
        way = f", or, if the backend computes it, list `{name}` in `project.dynamic` and give it no value"
        other = way if may_vary else ""
        written = "" if from_sdist else _line(field, name, value, backend)
        if other or not written:
            yield f"let the field say the same in every build{other}"
        if written:
            yield f"{'or ' if other else ''}{written}"
    if from_sdist:
        yield from (INCOMPLETE, EDITED)


def where_a_backend_differs(field: str, backend: str, value: str = "") -> Iterator[str]:
    """Yield how an sdist comes to agree with itself if its backend writes it so; `value` as in `in_every_build`."""
    name = _name_of(field)
    if name == "name":
        yield "if the backend makes it so each time, let it take the name from `[project]`"
    elif name:
        may_vary = may_be_dynamic(backend, name)
        other = f", or list `{name}` in `project.dynamic` and give it no value" if may_vary else ""
        yield f"if the backend makes it so each time, let it take the value from `[project]`{other}"
        if written := _line(field, name, value, backend):
            yield f"or {written}"


def _name_of(field: str) -> str:
    return next((name for name, fields in FIELDS.items() if field in fields), "")


def _line(field: str, name: str, value: str, backend: str) -> str:
    """Return the line of `[project]` for a value that the backend writes by itself; empty if it is not one string."""
    if not value or field not in ("Requires-Python", "Summary"):
        return ""
    return f"say what `{backend or 'the backend'}` says: `{name} = {as_toml(value)}` under `[project]`"
