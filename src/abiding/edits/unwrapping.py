"""Remove abiding from a pyproject.toml, so that it names the wrapped backend again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.edits.document import Document
from abiding.edits.file import NOTHING
from abiding.edits.wrapping import Edited
from abiding.files.plain import is_plain, read_for
from abiding.findings import bounds
from abiding.findings.patterns import pattern
from abiding.findings.words import all_of
from abiding.metadata import pins
from abiding.project.declaration import Declaration
from abiding.project.keys import at, table_at
from abiding.project.known_backends import is_for_abiding
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["mentions", "unwrap"]


# A command line of abiding.
_COMMAND = pattern(r"\s*(?:python3? -m )?abiding (?:check|repair|prove|env) |python3? -m pip install abiding\S*\s*$")
_NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
# A build setting, and a variable that says the same.
_SETTING = pattern(r"abiding\..*|ABIDING_[A-Z]+")
_VARIABLE = pattern(r"ABIDING_[A-Z]+(=\S*)?")
_SPOKEN = pattern(r"(?<![A-Za-z0-9])abiding(?![A-Za-z0-9])", re.IGNORECASE)
_WHERE_TOOLS_ARE_NAMED: tuple[Key, ...] = (
    ("build-system",),
    ("dependency-groups",),
    ("project", "dependencies"),
    ("project", "optional-dependencies"),
    ("tool",),
)
# Where else the guides have people write something, beside pyproject.toml.
_ELSEWHERE = (
    ".pre-commit-config.yaml",
    ".gitlab-ci.yml",
    "cibuildwheel.toml",
    "noxfile.py",
    "tox.ini",
    "uv.toml",
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
)


def unwrap(pyproject: Pyproject) -> Edited:
    """Return the new text. Raises `DeclarationError` if the declaration is wrong, or the file can't be edited."""
    declaration = Declaration.read(pyproject, NOTHING)
    document = Document(pyproject)
    _restore_backend(document, declaration)
    _leave_dynamic(document)
    _drop_tools(document)
    new = document.edited()
    return Edited(new.text, (*_notes(declaration, new), *_left(new)))


def _restore_backend(document: Document, declaration: Declaration) -> None:
    """Name the wrapped backend in `[build-system]`, and remove abiding from `requires`."""
    build = document.table.get("build-system")
    if not isinstance(build, dict) or not isinstance(build.get("requires"), list):
        message = "`[build-system]` has no list `requires`, which PEP 518 asks for"
        raise document.refusal(message, ("build-system",))
    requires: Key = ("build-system", "requires")
    if declaration.backend_path:
        path = document.source(("tool", "abiding", "backend-path"))
        document.add_after(requires, "backend-path", path, list(declaration.backend_path))
    if "build-backend" in build:
        document.replace(("build-system", "build-backend"), declaration.backend)
    else:
        document.add_after(requires, "build-backend", f'"{declaration.backend}"', declaration.backend)
    _remove(document, requires, is_for_abiding)


def _remove(document: Document, key: Key, is_ours: Callable[[str], object]) -> None:
    """Remove some strings from an array."""
    array = at(document.table, key)
    ours = [item for item in array if isinstance(item, str) and is_ours(item)] if isinstance(array, list) else []
    if ours:
        document.remove(key, ours)


def _leave_dynamic(document: Document) -> None:
    """Remove from `dynamic` the names that have a value too, because most backends refuse that."""
    project = table_at(document.table, ("project",))
    dynamic = project.get("dynamic")
    if isinstance(dynamic, list) and all(name in project for name in dynamic):
        document.drop(("project", "dynamic"))
    else:
        _remove(document, ("project", "dynamic"), project.__contains__)


def _drop_tools(document: Document) -> None:
    """Remove `[tool.abiding]`, and what the guides add to the tables of other tools."""
    document.drop(("tool", "abiding"))
    for key in (("tool", "cibuildwheel"), ("tool", "uv")):
        table = at(document.table, key)
        if isinstance(table, dict):
            _drop_settings(document, table, key)
            if not table:
                document.drop(key)


def _drop_settings(document: Document, table: dict[str, Any], key: Key) -> None:
    for name, value in list(table.items()):
        here = (*key, name)
        is_command = isinstance(value, str) and (_COMMAND.match(value) or _VARIABLE.fullmatch(value))
        if _SETTING.fullmatch(name) or is_command:
            document.drop(here)
        elif isinstance(value, dict):
            _drop_settings(document, value, here)
            if not value:
                document.drop(here)
        elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            if all(map(_is_ours, value)):
                document.drop(here)
            else:
                _remove(document, here, _is_ours)


def _is_ours(text: str) -> bool:
    """Return whether an item of an array is there for abiding."""
    return is_for_abiding(text) or _VARIABLE.fullmatch(text) is not None


# What has to be done by hand


def _notes(declaration: Declaration, new: Pyproject) -> Iterator[str]:
    lines = [f"`{entry.requires}`" for entry in declaration.entries]
    if lines:
        yield (
            f"wheels then do not require {all_of(lines)} any more: what they need beyond what the source does has to "
            "go into `[project]`, for all who build it too, or wheels will be installed where they don't work"
        )
    natives = list(dict.fromkeys(entry.name for entry in declaration.entries if entry.native))
    if natives:
        names = all_of(f"`{name}`" for name in natives)
        yield (
            f"the build found the headers and libraries of {names} by itself, and the extension has a run path to "
            "them: list what is to be linked with in `[build-system] requires`, tell the build where it is "
            "(`PKG_CONFIG_PATH`, `LIBRARY_PATH`), and let a repair tool copy the libraries into each wheel, or leave "
            "them out (`auditwheel repair --exclude`) and set the run path yourself"
        )
    names_of_pins = dict.fromkeys(entry.name for entry in declaration.entries if pins.has_pins(entry.requires))
    texts = (text for _, text in new.build_requires)
    required = {normalised(match[0]) for text in texts if (match := _NAME.match(text.strip()))}
    pinned = [name for name in names_of_pins if name not in required]
    if pinned:
        names = all_of(f"`{name}`" for name in pinned)
        yield f"{names} joined the requirements of the build by a pin: list in `[build-system] requires` what it needs"


def _left(new: Pyproject) -> Iterator[str]:
    """Yield the values in the new pyproject.toml that still mention abiding."""
    for key, text in _texts(new.table, ()):
        if _SPOKEN.search(text) and any(key[: len(place)] == place for place in _WHERE_TOOLS_ARE_NAMED):
            yield f"`{key_text(key)}` (line {new.line_of(key)}) still mentions abiding: `{text}`"


def _texts(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, (*key, name))
            if _SETTING.fullmatch(name):
                yield (*key, name), f"{name} = {item!r}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*key, index))


def mentions(folder: Path) -> Iterator[str]:
    """Yield the other files of the project that mention abiding; only those that often call it are read."""
    for glob in _ELSEWHERE:
        for path in sorted(folder.glob(glob)):
            if is_plain(path) and _SPOKEN.search(read_for(path, bounds.PYPROJECT).decode("utf-8", "replace")):
                yield f"`{path.relative_to(folder).as_posix()}` mentions abiding: remove it there too"
