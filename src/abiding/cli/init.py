"""`abiding init`: make a project's pyproject.toml wrap the backend that it has, and leave every other byte of it."""

from __future__ import annotations

import re
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.cli.arguments import naming, path
from abiding.cli.asking import agreed
from abiding.files.plain import is_there, read_plain
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, DeclarationError, MissingFileError
from abiding.findings.finding import Finding, Severity
from abiding.findings.wrapping import fill
from abiding.project.unlisted import filled_in

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

    from abiding.project.pyproject import Key, Pyproject

__all__ = ["Wrapping", "register", "run", "wrap"]


_OURS = "abiding.backend"
# What PEP 517 has front ends use where nothing is named.
_DEFAULT_BACKEND = "setuptools.build_meta:__legacy__"
_DEFAULT_REQUIRES = ("abiding", "setuptools")
_NOTHING = "Nothing was written"
_WHEEL_TABLE = """\
# What a wheel requires on top of what its sdist does, because of what it was
# compiled against or linked with. Take the line below as an example.
[tool.abiding.wheel]
dependencies = [
    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },
]
"""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "init",
        help="make a project use abiding",
        description="Edit pyproject.toml so that abiding wraps the project's build backend. Comments and blank lines "
        "stay; the change is shown first. Exit status: 0 wrapped, 1 you said no, 2 could not.",
    )
    parser.add_argument("source", metavar="SOURCE", type=path, nargs="?", default=Path(), help="the project's folder")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Show the change, ask, write. Raises `AbidingError` if the file can't be read, understood or written."""
    from abiding.project.declaration import Declaration
    from abiding.project.pyproject import Pyproject

    path = options.source if options.source.name == "pyproject.toml" else options.source / "pyproject.toml"
    before = _read(path)
    with naming(str(path)):
        pyproject = Pyproject.decode(before)
        if _is_wrapped(pyproject):
            try:
                backend = Declaration.read(pyproject).backend
            except DeclarationError as exc:
                raise DeclarationError(exc.findings, "It uses abiding already, but not rightly") from exc
            print(f"{path} uses abiding already; it wraps `{backend}`")
            return 0
        wrapping = wrap(pyproject)
    print(_difference(pyproject.text, wrapping.text), end="")
    for note in wrapping.notes:
        print("\n" + fill(f"note: {note}", 78, "      "), file=sys.stderr)
    if not options.yes and not agreed(
        f"write this to {path}?", str(path), yes="writes without asking", closing=_NOTHING
    ):
        return 1
    _write(path, before, _as_before(wrapping.text, before))
    print(f"\nwrote {path}; `abiding show` shows what sdist and wheels will require", file=sys.stderr)
    return 0


@dataclass(frozen=True, slots=True)
class Wrapping:
    """A pyproject.toml that uses abiding, and what its author should know about it."""

    text: str
    notes: tuple[str, ...]


def wrap(pyproject: Pyproject) -> Wrapping:
    """Make the new text. Raises `DeclarationError` where the file is written in a way that this does not understand."""
    from abiding.project.declaration import Declaration
    from abiding.project.pyproject import Pyproject

    tool = pyproject.table.get("tool", {})
    if isinstance(tool, dict) and "abiding" in tool:
        raise _not_understood(
            pyproject,
            "`[tool.abiding]` is there, but `[build-system]` does not use it",
            ("tool", "abiding"),
            hint=f'write `build-backend = "{_OURS}"` under `[build-system]`, and add `abiding` to its `requires`',
        )
    _refuse_own_reader(pyproject)
    editor = _Editor(pyproject)
    editor.build_system()
    editor.project()
    editor.tool()
    text = editor.edited()
    # The edits are made in the text; here TOML has the word on whether they mean what they should.
    try:
        new = Pyproject.parse(text)
    except DeclarationError:
        new = None
    if new is None or new.table != editor.expected:
        raise _not_understood(pyproject, "this file is written in a way that can't be edited safely", ("build-system",))
    try:
        Declaration.read(new)
    except DeclarationError as exc:
        raise DeclarationError(exc.findings, _NOTHING) from exc
    return Wrapping(text, _notes(pyproject))


def _refuse_own_reader(pyproject: Pyproject) -> None:
    """Raise `DeclarationError` for a backend that can't be shown its view of `[project]`."""
    build = pyproject.table.get("build-system")
    backend = str(build.get("build-backend", "")) if isinstance(build, dict) else ""
    if backend.partition(":")[0] == "uv_build":
        raise _not_understood(
            pyproject,
            "`uv_build` can't be wrapped: it reads pyproject.toml in a program of its own, and refuses there what is "
            "given and dynamic (PEP 808)",
            ("build-system", "build-backend"),
            hint="let a backend build that reads it in Python, as `hatchling` and `flit_core.buildapi` do, and run "
            "`abiding init` again",
        )


class _Editor:
    """Gathers edits as (from, to, new text) on the original text, and the table that they must amount to."""

    def __init__(self, pyproject: Pyproject) -> None:
        self.pyproject = pyproject
        self.edits: list[tuple[int, int, str]] = []
        self.appended: list[str] = []
        self.expected: dict[str, Any] = deepcopy(dict(pyproject.table))
        self.inner: dict[str, Any] = {}  # what [tool.abiding] says
        self.moved: list[str] = []  # how it says it

    def edited(self) -> str:
        text = self.pyproject.text
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        if text and not text.endswith("\n"):
            text += "\n"
        return "\n".join([text, *self.appended] if text else self.appended)

    # The three tables

    def build_system(self) -> None:
        build = self.expected.get("build-system")
        if build is None:
            self.expected["build-system"] = {"requires": list(_DEFAULT_REQUIRES), "build-backend": _OURS}
            requires = ", ".join(f'"{one}"' for one in _DEFAULT_REQUIRES)
            self.appended.append(f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{_OURS}"\n')
            self.wraps(_DEFAULT_BACKEND)
            return
        needed = build.get("requires") if isinstance(build, dict) else None
        if not isinstance(needed, list) or not _are_strings(needed):
            raise self.refusal("`[build-system]` has no list `requires`, which PEP 518 asks for", ("build-system",))
        if not any(re.match(r"\s*abiding\b(?![-_.]\w)", one, re.IGNORECASE) for one in needed):
            self.insert(("build-system", "requires"), "abiding")
            needed.insert(0, "abiding")
        self.backend(build)

    def backend(self, build: dict[str, Any]) -> None:
        key = ("build-system", "build-backend")
        old = build.get("build-backend", _DEFAULT_BACKEND)
        if not isinstance(old, str):
            raise self.refusal("`build-backend` is not a string", key)
        if "build-backend" in build:
            start, end = self.span(key)
            quote = self.pyproject.text[start]
            self.edits.append((start, end, f"{quote}{_OURS}{quote}"))
        else:
            self.add_after(("build-system", "requires"), "build-backend", f'"{_OURS}"')
        build["build-backend"] = _OURS
        self.wraps(old)
        if "backend-path" in build:
            self.move_path()
            self.inner["backend-path"] = build.pop("backend-path")

    def wraps(self, backend: str) -> None:
        self.inner["build-backend"] = backend
        self.moved.append(f'build-backend = "{backend}"')

    def move_path(self) -> None:
        """Take the whole line, its comment too: front ends look for `build-backend` in these folders only."""
        start, end = self.span(("build-system", "backend-path"))
        line, _ = self.line_and_prefix(start, ("build-system", "backend-path"))
        end = self.end_of_line(end)
        self.moved.append("backend-path = " + self.pyproject.text[start:end].rstrip())
        self.edits.append((line, min(end + 1, len(self.pyproject.text)), ""))

    def project(self) -> None:
        project = self.expected.get("project")
        if project is None:
            return
        if not isinstance(project, dict) or not isinstance(project.get("name"), str):
            raise self.refusal("`[project]` has no `name`", ("project",))
        dynamic = project.get("dynamic", [])
        if not _are_strings(dynamic):
            raise self.refusal("`project.dynamic` is not a list of strings", ("project", "dynamic"))
        filled = filled_in(self.inner["build-backend"], self.pyproject.table)
        new = [name for name in dict.fromkeys(("dependencies", *filled)) if name not in dynamic]
        if not new:
            return
        anchor = next(name for name in ("dependencies", "requires-python", "version", "name") if name in project)
        if "dependencies" not in (*project, *filled, *dynamic):
            self.add_after(("project", anchor), "dependencies", "[]")
            project["dependencies"] = []
        if "dynamic" in project:
            self.insert(("project", "dynamic"), *new)
        else:
            why = "the backend fills these in; wheels may add to dependencies" if filled else "wheels may add to them"
            listed = ", ".join(f'"{name}"' for name in new)
            self.add_after(("project", anchor), "dynamic", f"[{listed}]  # {why}")
        project["dynamic"] = [*new, *dynamic]

    def tool(self) -> None:
        self.appended += ["[tool.abiding]\n" + "\n".join(self.moved) + "\n", _WHEEL_TABLE]
        tool = self.expected.setdefault("tool", {})
        if not isinstance(tool, dict):
            raise self.refusal("`tool` is not a table", ("tool",))
        span = self.pyproject.span(("tool",)) if tool else None
        if span and self.pyproject.text[span[0]] == "{":
            raise _not_understood(
                self.pyproject,
                "`tool = {...}` is an inline table: TOML lets nothing be added to it from outside",
                ("tool",),
                hint="write what is in it under `[tool.NAME]` headers, and run `abiding init` again",
            )
        tool["abiding"] = {**self.inner, "wheel": {"dependencies": []}}

    # The edits

    def insert(self, key: Key, *values: str) -> None:
        """Put strings at the head of an array, in the array's own style."""
        start, end = self.span(key)
        array = self.pyproject.text[start:end]
        for value in reversed(values):
            array = _with_first(array, value)
        self.edits.append((start, end, array))

    def add_after(self, anchor: Key, name: str, value: str) -> None:
        """Put `name = value` on a line of its own below the value at `anchor`, which is in the same table."""
        start, end = self.span(anchor)
        _, prefix = self.line_and_prefix(start, anchor)
        at = self.end_of_line(end)
        # Two lines may be added at one place: `sorted` in reverse puts the later one of the alphabet first.
        self.edits.append((at, at, f"\n{prefix}{name} = {value}"))

    def line_and_prefix(self, start: int, key: Key) -> tuple[int, str]:
        """Where the line of `key = ` begins, and what stands before the last part of a dotted key."""
        text = self.pyproject.text
        line = text.rfind("\n", 0, start) + 1
        name = re.escape(str(key[-1]))
        found = re.fullmatch(rf"""([ \t]*(?:[\w-]+\.)*)["']?{name}["']?[ \t]*=[ \t]*""", text[line:start])
        if not found:
            raise self.refusal(f"`{key[-1]}` is not on a line of its own", key)
        return line, found[1]

    def end_of_line(self, position: int) -> int:
        end = self.pyproject.text.find("\n", position)
        return len(self.pyproject.text) if end < 0 else end

    def span(self, key: Key) -> tuple[int, int]:
        """Where the value at `key` stands in the text."""
        span = self.pyproject.span(key)
        if span is None:
            raise self.refusal(f"`{key[-1]}` can't be found in the text", key)
        return span

    def refusal(self, message: str, key: Key) -> DeclarationError:
        return _not_understood(self.pyproject, message, key)


def _with_first(array: str, value: str) -> str:
    """The text of an array of strings with one more in front: on its own line if the others have theirs."""
    quote = next((char for char in re.sub(r"#.*", "", array) if char in "\"'"), '"')
    item = f"{quote}{value}{quote}"
    first_line, newline, rest = array[1:].partition("\n")
    if newline and not re.sub(r"#.*", "", first_line).strip():
        below = next((line for line in rest.split("\n") if line.strip()), "]")
        indent = "    " if below.strip().startswith("]") else below[: len(below) - len(below.lstrip())]
        return f"[{first_line}\n{indent}{item},\n{rest}"
    inside = array[1:].lstrip(" \t")
    space = array[1 : len(array) - len(inside)]
    return f"[{space}{item}{'' if inside.startswith(']') else ', '}{inside}"


def _are_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _notes(pyproject: Pyproject) -> tuple[str, ...]:
    """What stays as it is, and what that means."""
    table = pyproject.table
    build, project, tool = table.get("build-system", {}), table.get("project"), table.get("tool", {})
    backend = build.get("build-backend", _DEFAULT_BACKEND)
    notes = []
    filled = filled_in(backend, table)
    if filled:
        listed = ", ".join(f"`{name}`" for name in filled)
        notes.append(
            f"`{backend}` fills in what `[project]` leaves out, from `[tool.poetry]`: {listed} must then be listed "
            "in `project.dynamic`, as Poetry says too"
        )
    if "build-backend" not in build:
        notes.append(f"no backend was named; front ends then use `{_DEFAULT_BACKEND}`, which is wrapped now")
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
        notes.append("`dependencies = []` says what its absence said; as it is also dynamic, wheels may add to it")
    return tuple(notes)


def _not_understood(pyproject: Pyproject, message: str, key: Key, hint: str = "") -> DeclarationError:
    hints = (hint or "make the change by hand: `abiding explain not-understood` shows it",)
    return DeclarationError(pyproject.finding("not-understood", message, key, hints=hints), _NOTHING)


# Reading, asking, writing


def _is_wrapped(pyproject: Pyproject) -> bool:
    build = pyproject.table.get("build-system")
    return isinstance(build, dict) and str(build.get("build-backend")).partition(":")[0] == _OURS


def _read(path: Path) -> bytes:
    """The file; empty where a project of setuptools has none, as front ends read that (PEP 517)."""
    if not is_there(path) and any(is_there(path.with_name(name)) for name in ("setup.py", "setup.cfg")):
        return b""
    try:
        data = read_plain(path, bounds.PYPROJECT)
        data.decode("utf-8-sig")
    except FileNotFoundError as exc:
        raise MissingFileError.at(path, _NOTHING, "give the folder of a project, which has pyproject.toml") from exc
    except OSError as exc:
        raise _problem(path, f"the file can't be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise _problem(path, "the file is not UTF-8, which TOML asks for") from exc
    if data.count(b"\r\n") not in (0, data.count(b"\n")):
        raise _problem(
            path, "some lines end with CR LF and some with LF", "make them alike: an edit could not keep both"
        )
    return data


def _difference(before: str, after: str) -> str:
    from abiding.report.changes import changes

    left, right = (text.removesuffix("\n").split("\n") for text in (before, after))
    head = ("--- pyproject.toml", "+++ pyproject.toml with abiding")
    return "".join(f"{line}\n" for line in (*head, *changes(left, right, context=3)))


def _as_before(text: str, before: bytes) -> bytes:
    """The new text in the encoding of the old file: its line ends, and its byte order mark if it has one."""
    data = text.encode()
    if b"\r\n" in before:
        data = data.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + data if before.startswith(b"\xef\xbb\xbf") else data


def _write(path: Path, before: bytes, after: bytes) -> None:
    """Replace the file in one step, unless somebody else has changed it in the meantime."""
    from abiding.files.placing import commit, new_file, write_all

    target = path.resolve()
    try:
        there = target.exists()
        if (target.read_bytes() if there else b"") != before:
            raise _problem(path, "the file has been changed in the meantime", "run `abiding init` again")
        # A file that is new gets the permissions of the one beside it that makes this a project.
        like = target if there else next(target.parent.glob("setup.*"))
        with new_file(target, like) as file:
            write_all(file, after)
            Path(file.name).chmod(like.stat().st_mode & (0o7777 if there else 0o666))
            commit(file, target)
    except OSError as exc:
        raise _problem(path, f"the file can't be written: {exc.strerror}") from exc


def _problem(path: Path, message: str, hint: str = "", *, rule: str = "bad-pyproject") -> AbidingError:
    hints = (hint,) if hint else ()
    return AbidingError(Finding(rule, Severity.ERROR, message, artifact=str(path), hints=hints), _NOTHING)
