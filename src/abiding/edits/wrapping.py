"""Add abiding to a pyproject.toml, around the backend that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.edits.document import Document, not_understood
from abiding.edits.draft import hold
from abiding.files.plain import is_there
from abiding.findings.named_tuple import NamedTuple
from abiding.project.keys import table_at
from abiding.project.known_backends import DEFAULT_BACKEND, OURS, is_for_abiding, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TypeGuard

    from abiding.project.declaration import Declaration
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["Edited", "notes_on_scripts", "without_example", "wrap"]


_DEFAULT_REQUIRES = ("abiding", "setuptools")
_SEE_EXAMPLE = " Take the line below as an example."
_EXAMPLE = '    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },\n'
_WHEEL_TABLE = f"""\
# What a wheel requires on top of what its sdist does, because of what it was
# compiled against or linked with.{_SEE_EXAMPLE}
[tool.abiding.wheel]
dependencies = [
{_EXAMPLE}]
"""


class Edited(NamedTuple):
    """A new pyproject.toml, and what its author should know about it."""

    text: str
    notes: tuple[str, ...]


def wrap(pyproject: Pyproject) -> Edited:
    """Return the new text. Raises `DeclarationError` if the file is written in a way that can't be edited."""
    if pyproject.declares:
        raise not_understood(
            pyproject,
            "`[tool.abiding]` is there, but `[build-system]` does not use it",
            ("tool", "abiding"),
            hint=f'write `build-backend = "{OURS}"` under `[build-system]`, and add `abiding` to its `requires`',
        )
    _refuse_own_reader(pyproject)
    document = Document(pyproject)
    inner = _take_backend(document)
    _make_dynamic(document, inner["build-backend"].value)
    _add_tool(document, inner)
    new = document.edited()
    hold(pyproject, document.table, {("tool", "abiding", name): ("build-system", name) for name in inner})
    return Edited(new.text, _notes(pyproject))


# A front end has setuptools read a `[project]` that it accepts; `python setup.py` has it read the file itself.
_SETUP_PY = (
    "`python setup.py` refuses `dependencies` that are given and dynamic, so use a front end: "
    "`pip install --no-build-isolation -e .` builds in place, where all that `requires` of `[build-system]` lists is "
    "installed"
)


def notes_on_scripts(declaration: Declaration, folder: Path) -> tuple[str, ...]:
    """Return what to know if the setup.py of a wrapped project is run by hand; empty if nothing changes for it."""
    project = declaration.project
    is_refused = "dependencies" in (project.table or {}) and "dependencies" in project.dynamic
    is_run = module_of(declaration.backend) == "setuptools" and is_there(folder / "setup.py")
    return (_SETUP_PY,) if is_refused and is_run else ()


def without_example(text: str) -> str:
    """Return the text of a pyproject.toml without the example that `wrap` writes, if it is there."""
    before, see, after = text.partition(f"{_SEE_EXAMPLE}\n[tool.abiding.wheel]\n")
    return before + see.removeprefix(_SEE_EXAMPLE) + after.replace(_EXAMPLE, "", 1) if see else text


def _refuse_own_reader(pyproject: Pyproject) -> None:
    """Raise `DeclarationError` for a backend that can't be shown its view of `[project]`."""
    backend = str(pyproject.get(("build-system", "build-backend")))
    if backend.partition(":")[0] == "uv_build":
        raise not_understood(
            pyproject,
            "`uv_build` can't be wrapped: it reads pyproject.toml in a program of its own, and refuses there what is "
            "given and dynamic (PEP 808)",
            ("build-system", "build-backend"),
            hint="let a backend build that reads it in Python, as `hatchling` and `flit_core.buildapi` do, and run "
            "`abiding init` again",
        )


class _Setting(NamedTuple):
    """What `[tool.abiding]` says under one key: the value, and how it is written."""

    value: Any
    text: str


def _take_backend(document: Document) -> dict[str, _Setting]:
    """Name abiding in `[build-system]`; returns, by key, what `[tool.abiding]` has to say of the backend before."""
    build = document.table.get("build-system")
    if build is None:
        names = ", ".join(f'"{requirement}"' for requirement in _DEFAULT_REQUIRES)
        document.append(
            f'[build-system]\nrequires = [{names}]\nbuild-backend = "{OURS}"\n',
            {"build-system": {"requires": list(_DEFAULT_REQUIRES), "build-backend": OURS}},
        )
        return {"build-backend": _Setting(DEFAULT_BACKEND, f'"{DEFAULT_BACKEND}"')}
    requires = build.get("requires") if isinstance(build, dict) else None
    if not _are_strings(requires):
        message = "`[build-system]` has no list `requires`, which PEP 518 asks for"
        raise document.refusal(message, ("build-system",))
    if not any(map(is_for_abiding, requires)):
        document.insert_first(("build-system", "requires"), "abiding")
    key: Key = ("build-system", "build-backend")
    backend = build.get("build-backend", DEFAULT_BACKEND)
    if not isinstance(backend, str):
        raise document.refusal("`build-backend` is not a string", key)
    inner = {"build-backend": _Setting(backend, f'"{backend}"')}
    if "build-backend" in build:
        document.replace(key, OURS)
    else:
        document.add_after(("build-system", "requires"), "build-backend", f'"{OURS}"', OURS)
    if "backend-path" in build:
        # Front ends look for `build-backend` in these folders only.
        path: Key = ("build-system", "backend-path")
        inner["backend-path"] = _Setting(build["backend-path"], document.source(path))
        document.drop(path)
    return inner


def _make_dynamic(document: Document, backend: str) -> None:
    """List in `project.dynamic` what wheels may add to, and what the backend fills in without being asked."""
    project = document.table.get("project")
    if project is None:
        return
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise document.refusal("`[project]` has no `name`", ("project",))
    dynamic = project.get("dynamic", [])
    if not _are_strings(dynamic):
        raise document.refusal("`project.dynamic` is not a list of strings", ("project", "dynamic"))
    filled = _filled_in(backend, document.pyproject.table)
    new = [name for name in dict.fromkeys(("dependencies", *filled)) if name not in dynamic]
    if not new:
        return
    anchor = next(name for name in ("dependencies", "requires-python", "version", "name") if name in project)
    if "dependencies" not in (*project, *filled, *dynamic):
        document.add_after(("project", anchor), "dependencies", "[]", [])
        anchor = "dependencies"
    if "dynamic" in project:
        document.insert_first(("project", "dynamic"), *new)
    else:
        why = "the backend fills these in; wheels may add to dependencies" if filled else "wheels may add to them"
        names = ", ".join(f'"{name}"' for name in new)
        document.add_after(("project", anchor), "dynamic", f"[{names}]  # {why}", new)


def _add_tool(document: Document, inner: Mapping[str, _Setting]) -> None:
    """Add `[tool.abiding]`, with these keys, and a table for lines that wheels require on top."""
    if not isinstance(document.table.get("tool", {}), dict):
        raise document.refusal("`tool` is not a table", ("tool",))
    if document.is_inline(("tool",)):
        message = "`tool = {...}` is an inline table: TOML lets nothing be added to it from outside"
        hint = "write what is in it under `[tool.NAME]` headers, and run `abiding init` again"
        raise document.refusal(message, ("tool",), hint)
    rows = "".join(f"{name} = {setting.text}\n" for name, setting in inner.items())
    values = {name: setting.value for name, setting in inner.items()}
    document.append(f"[tool.abiding]\n{rows}", {"tool": {"abiding": values}})
    document.append(_WHEEL_TABLE, {"tool": {"abiding": {"wheel": {"dependencies": []}}}})


# By the names of `[project]`, from what of `[tool.poetry]` Poetry takes them.
_OF_POETRY = {
    "dependencies": ("dependencies",),
    "optional-dependencies": ("extras",),
    "version": ("version",),
    "description": ("description",),
    "readme": ("readme",),
    "license": ("license",),
    "authors": ("authors",),
    "maintainers": ("maintainers",),
    "keywords": ("keywords",),
    "urls": ("homepage", "repository", "documentation", "urls"),
    "scripts": ("scripts",),
    "entry-points": ("plugins",),
}


def _filled_in(backend: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of `[project]` that the backend will fill in, and that it should list in `project.dynamic`."""
    project = table.get("project")
    if not backend.startswith("poetry.") or not isinstance(project, dict):
        return ()
    there = project.get("dynamic")
    known = {*project, *(there if isinstance(there, list) else ())}
    return tuple(name for name in _of_poetry(table_at(table, ("tool", "poetry"))) if name not in known)


def _of_poetry(table: Mapping[str, Any]) -> Iterator[str]:
    requires = table_at(table, ("dependencies",))
    for name, keys in _OF_POETRY.items():
        values = [table.get(key) for key in keys]
        if any(set(requires) - {"python"} if name == "dependencies" else value for value in values):
            yield name
    if "python" in requires:
        yield "requires-python"


def _are_strings(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _notes(pyproject: Pyproject) -> tuple[str, ...]:
    """Return what stays as it is, and what that means."""
    table = pyproject.table
    build, project, tool = table.get("build-system", {}), table.get("project"), table.get("tool", {})
    backend = build.get("build-backend", DEFAULT_BACKEND)
    notes = []
    filled = _filled_in(backend, table)
    if filled:
        names = ", ".join(f"`{name}`" for name in filled)
        notes.append(
            f"`{backend}` fills in what `[project]` leaves out, from `[tool.poetry]`: {names} must then be listed "
            "in `project.dynamic`, as Poetry says too"
        )
    if backend.startswith("sipbuild.") and isinstance(project, dict) and "requires-python" not in project:
        notes.append(
            f"`{backend}` writes a `Requires-Python` of its own where `[project]` gives none, and takes no `dynamic`: "
            "write `requires-python` under `[project]`, as a build without abiding says it in METADATA"
        )
    if "build-backend" not in build:
        notes.append(f"no backend was named; front ends then use `{DEFAULT_BACKEND}`, which the change wraps")
    if project is None:
        poetry = " from `[tool.poetry]`, where the dependencies stay" if "poetry" in tool else ""
        notes.append(
            f"there is no `[project]` table, so `{backend}` goes on to compute all metadata{poetry}; sdist and wheel "
            "say what it computes, and wheels say the lines under `[tool.abiding.wheel]` too. Once there is such a "
            "line, the sdist says `Dynamic: Requires-Dist`, so tools know that wheels may require more"
        )
    elif "dependencies" not in project and "dependencies" in (*project.get("dynamic", []), *filled):
        notes.append(
            f"`project.dynamic` lists `dependencies` and nothing gives them: `{backend}` goes on to compute them, and "
            "wheels say the lines under `[tool.abiding.wheel]` too"
        )
    elif project.get("dependencies"):
        notes.append(
            "`project.dependencies` stays as it is: move bounds that only wheels need to `[tool.abiding.wheel]`"
        )
    else:
        stays = "`dependencies = []` stays as it is: the change makes it dynamic, so wheels may add to it"
        changes = "added `dependencies = []`: still no requirements, but wheels may now add some"
        notes.append(stays if "dependencies" in project else changes)
    return tuple(notes)
