"""Make a project use abiding: its pyproject.toml wraps the backend that it has."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.edits.document import Document, not_understood
from abiding.edits.draft import hold
from abiding.project.itself import OURS, is_for_abiding
from abiding.project.known_backends import DEFAULT_BACKEND
from abiding.project.unlisted import filled_in

if TYPE_CHECKING:
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["Edited", "wrap"]


_DEFAULT_REQUIRES = ("abiding", "setuptools")
_WHEEL_TABLE = """\
# What a wheel requires on top of what its sdist does, because of what it was
# compiled against or linked with. Take the line below as an example.
[tool.abiding.wheel]
dependencies = [
    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },
]
"""


class Edited(NamedTuple):
    """A new pyproject.toml, and what its author should know about it."""

    text: str
    notes: tuple[str, ...]


def wrap(pyproject: Pyproject) -> Edited:
    """Make the new text. Raises `DeclarationError` where the file is written in a way that this does not understand."""
    if pyproject.declares:
        raise not_understood(
            pyproject,
            "`[tool.abiding]` is there, but `[build-system]` does not use it",
            ("tool", "abiding"),
            hint=f'write `build-backend = "{OURS}"` under `[build-system]`, and add `abiding` to its `requires`',
        )
    _refuse_own_reader(pyproject)
    wrapping = _Wrapping(pyproject)
    wrapping.build_system()
    wrapping.project()
    wrapping.tool()
    new = wrapping.document.edited(wrapping.expected)
    hold(pyproject, wrapping.expected, {f"tool.abiding.{name}": ("build-system", name) for name in wrapping.inner})
    return Edited(new.text, _notes(pyproject))


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


class _Wrapping:
    """The edits of the three tables, and the table that they must amount to."""

    def __init__(self, pyproject: Pyproject) -> None:
        self.document = Document(pyproject)
        self.table = pyproject.table
        self.expected: dict[str, Any] = deepcopy(dict(pyproject.table))
        self.inner: dict[str, Any] = {}  # what [tool.abiding] says
        self.moved: list[str] = []  # how it says it

    def build_system(self) -> None:
        build = self.expected.get("build-system")
        if build is None:
            self.expected["build-system"] = {"requires": list(_DEFAULT_REQUIRES), "build-backend": OURS}
            requires = ", ".join(f'"{requirement}"' for requirement in _DEFAULT_REQUIRES)
            self.document.append(f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{OURS}"\n')
            self.wraps(DEFAULT_BACKEND)
            return
        needed = build.get("requires") if isinstance(build, dict) else None
        if not isinstance(needed, list) or not _are_strings(needed):
            message = "`[build-system]` has no list `requires`, which PEP 518 asks for"
            raise self.document.refusal(message, ("build-system",))
        if not any(is_for_abiding(line) for line in needed):
            self.document.insert_first(("build-system", "requires"), "abiding")
            needed.insert(0, "abiding")
        self.backend(build)

    def backend(self, build: dict[str, Any]) -> None:
        key = ("build-system", "build-backend")
        old = build.get("build-backend", DEFAULT_BACKEND)
        if not isinstance(old, str):
            raise self.document.refusal("`build-backend` is not a string", key)
        if "build-backend" in build:
            self.document.replace(key, OURS)
        else:
            self.document.add_after(("build-system", "requires"), "build-backend", f'"{OURS}"')
        build["build-backend"] = OURS
        self.wraps(old)
        if "backend-path" in build:
            # Front ends look for `build-backend` in these folders only.
            path: Key = ("build-system", "backend-path")
            self.moved.append(f"backend-path = {self.document.source(path)}")
            self.document.drop(path)
            self.inner["backend-path"] = build.pop("backend-path")

    def wraps(self, backend: str) -> None:
        self.inner["build-backend"] = backend
        self.moved.append(f'build-backend = "{backend}"')

    def project(self) -> None:
        project = self.expected.get("project")
        if project is None:
            return
        if not isinstance(project, dict) or not isinstance(project.get("name"), str):
            raise self.document.refusal("`[project]` has no `name`", ("project",))
        dynamic = project.get("dynamic", [])
        if not _are_strings(dynamic):
            raise self.document.refusal("`project.dynamic` is not a list of strings", ("project", "dynamic"))
        filled = filled_in(self.inner["build-backend"], self.table)
        new = [name for name in dict.fromkeys(("dependencies", *filled)) if name not in dynamic]
        if not new:
            return
        anchor = next(name for name in ("dependencies", "requires-python", "version", "name") if name in project)
        if "dependencies" not in (*project, *filled, *dynamic):
            self.document.add_after(("project", anchor), "dependencies", "[]")
            project["dependencies"] = []
            anchor = "dependencies"
        if "dynamic" in project:
            self.document.insert_first(("project", "dynamic"), *new)
        else:
            why = "the backend fills these in; wheels may add to dependencies" if filled else "wheels may add to them"
            names = ", ".join(f'"{name}"' for name in new)
            self.document.add_after(("project", anchor), "dynamic", f"[{names}]  # {why}")
        project["dynamic"] = [*new, *dynamic]

    def tool(self) -> None:
        self.document.append("[tool.abiding]\n" + "\n".join(self.moved) + "\n")
        self.document.append(_WHEEL_TABLE)
        tool = self.expected.setdefault("tool", {})
        if not isinstance(tool, dict):
            raise self.document.refusal("`tool` is not a table", ("tool",))
        if self.document.is_inline(("tool",)):
            raise not_understood(
                self.document.pyproject,
                "`tool = {...}` is an inline table: TOML lets nothing be added to it from outside",
                ("tool",),
                hint="write what is in it under `[tool.NAME]` headers, and run `abiding init` again",
            )
        tool["abiding"] = {**self.inner, "wheel": {"dependencies": []}}


def _are_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _notes(pyproject: Pyproject) -> tuple[str, ...]:
    """Return what stays as it is, and what that means."""
    table = pyproject.table
    build, project, tool = table.get("build-system", {}), table.get("project"), table.get("tool", {})
    backend = build.get("build-backend", DEFAULT_BACKEND)
    notes = []
    filled = filled_in(backend, table)
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
            "line, the sdist says `Dynamic: Requires-Dist`: nobody then takes its requirements for all there are"
        )
    elif "dependencies" not in project and "dependencies" in (*project.get("dynamic", []), *filled):
        notes.append(
            f"`project.dynamic` lists `dependencies` and nothing gives them: `{backend}` goes on to compute them, and "
            "wheels say the lines under `[tool.abiding.wheel]` too"
        )
    elif project.get("dependencies"):
        notes.append("`project.dependencies` stays as it is: move those bounds that only a wheel needs by hand")
    else:
        stays = "`dependencies = []` stays as it is: the change makes it dynamic, so wheels may add to it"
        changes = "`dependencies = []` says what its absence said; as it is also dynamic, wheels may add to it"
        notes.append(stays if "dependencies" in project else changes)
    return tuple(notes)
