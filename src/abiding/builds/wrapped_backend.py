"""The wrapped backend: import it, show it its view of pyproject.toml, and call its hooks."""

from __future__ import annotations

import functools
import os
import sys
import tomllib
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.builds.children import seeing
from abiding.builds.import_path import ImportPath
from abiding.findings.errors import BackendError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import short
from abiding.project.pyproject import Pyproject, as_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.findings.rules import Rule

__all__ = ["WrappedBackend", "view"]


_MOST_SHOWN = 100
# A backend has at least one of these; PEP 517 requires both.
_HOOKS = ("build_wheel", "build_sdist")


class WrappedBackend(NamedTuple):
    """The backend that `[tool.abiding]` names, for the source tree in `folder`.

    `name` is of the form `module` or `module:object.attribute`. `path` lists folders of the tree in which it is looked
    for first (PEP 517 `backend-path`).
    """

    name: str
    path: tuple[str, ...]
    folder: Path

    def has(self, hook: str) -> bool:
        """Return whether the backend has an attribute of this name. Raises `BackendError` if it can't be imported."""
        loaded = _load(self)
        with loaded.path.searched():
            return hasattr(loaded.hooks, hook)

    def requirements(self, hook: str, *arguments: object) -> list[str]:
        """Call a hook that returns requirements. Raises `BackendError` if it returns anything else."""
        returned = self._call(hook, *arguments)
        if isinstance(returned, (list, tuple)) and all(isinstance(item, str) for item in returned):
            return list(returned)
        raise self._broken(hook, returned, "and PEP 517 asks for a list of requirements")

    def file(self, hook: str, directory: Path, *arguments: object) -> str:
        """Call a hook that makes a plain file in `directory`, and return its name. Raises `BackendError`."""
        return self._made(hook, directory, arguments, Path.is_file)

    def dist_info(self, hook: str, directory: Path, *arguments: object) -> str:
        """Call a hook that makes a `.dist-info` folder in `directory`, and return its name. Raises `BackendError`."""
        return self._made(hook, directory, arguments, Path.is_dir)

    def _made(self, hook: str, directory: Path, arguments: tuple[object, ...], is_there: Callable[[Path], bool]) -> str:
        returned = self._call(hook, str(directory), *arguments)
        if not isinstance(returned, str) or returned in ("", ".", "..") or not set("/\\:\0").isdisjoint(returned):
            raise self._broken(hook, returned, "and PEP 517 asks for the name of what it wrote, without the folder")
        try:
            made = is_there(directory / returned) and not (directory / returned).is_symlink()
        except (OSError, ValueError):  # a name that is too long for a file, or not one of this system
            made = False
        if not made:
            raise self._broken(hook, returned, "which it did not write")
        return returned

    def _call(self, hook: str, *arguments: object) -> Any:  # noqa: ANN401 (each hook has its own)
        """Call a hook while the backend sees its view of `[project]`. Its exceptions are passed on.

        Raises `BackendError` if there is no such function, or if it exits with status 0.
        """
        loaded = _load(self)
        with loaded.path.searched():
            function = getattr(loaded.hooks, hook, None)
        if not callable(function):
            is_there = self.has(hook)
            message = f"`{hook}` of `{self.name}` is not a function" if is_there else f"`{self.name}` has no `{hook}`"
            raise _problem(self, message, "PEP 517 asks for it", rule="broken-backend")
        try:
            with view(), seeing(self.name), loaded.path.searched(), _warnings_apart():
                return function(*arguments)
        except SystemExit as exc:
            if not _is_of_success(exc):
                raise
            message = f"`{hook}` of `{self.name}` ended the process, with exit status 0, and returned nothing"
            raise _problem(self, message, rule="broken-backend") from exc

    def failure(self, exc: BaseException) -> str:
        """Return what of the backend has raised an exception, its import or a hook; empty if neither has."""
        import traceback

        for frame, _ in reversed(list(traceback.walk_tb(exc.__traceback__))):  # a hook imports it
            if frame.f_code in (self._call.__code__, self.has.__code__):
                return f"`{frame.f_locals['hook']}` of `{self.name}` failed"
            if frame.f_code is _load.__wrapped__.__code__:
                return f"`{self.name}` failed when it was imported"
        return ""

    def _broken(self, hook: str, returned: object, why: str) -> BackendError:
        text = f"{returned}" if isinstance(returned, str) else repr(returned)
        message = f"`{hook}` of `{self.name}` returned `{short(text, _MOST_SHOWN)}`, {why}"
        return _problem(self, message, rule="broken-backend", closing="Nothing was handed over")

    def load(self) -> Any:  # noqa: ANN401 (a module, or anything in one)
        """Import the backend. Raises `BackendError` if it is not there."""
        return _load(self).hooks


@contextmanager
def _warnings_apart() -> Iterator[None]:
    """Let a backend treat warnings as it likes, and ours, which come later, not: meson-python shows all as its own."""
    shown = warnings.showwarning
    try:
        with warnings.catch_warnings():
            yield
    finally:
        warnings.showwarning = shown  # where warnings are kept by thread, it is left


class _Loaded(NamedTuple):
    """What has the hooks of a backend, and where it finds what it imports."""

    hooks: Any
    path: ImportPath


@functools.cache
def _load(backend: WrappedBackend) -> _Loaded:
    import importlib

    module_name, _, attributes = backend.name.partition(":")
    folders = [str(_resolve(backend, folder)) for folder in backend.path]
    path = ImportPath(backend.folder, folders)
    try:
        with view(), path.searched(), _warnings_apart():
            module = importlib.import_module(module_name)
    except ImportError as exc:
        raise _not_importable(backend, exc) from exc
    except SystemExit as exc:
        if not _is_of_success(exc):
            raise
        message = f"the wrapped backend `{backend.name}` ended the process, with exit status 0, when it was imported"
        raise _problem(backend, message, rule="broken-backend") from exc
    if folders and not _lies_in(module, folders):
        raise _problem(
            backend,
            f"`{module_name}` was imported from outside `backend-path`",
            f"it was found at {getattr(module, '__file__', 'no file')}",
        )
    try:
        with path.searched():  # what is asked for may be imported only then
            hooks = functools.reduce(getattr, attributes.split("."), module) if attributes else module
            is_backend = any(hasattr(hooks, hook) for hook in _HOOKS)
    except AttributeError as exc:
        raise _no_such(backend, f"`{module_name}` has no `{attributes}`", str(exc)) from exc
    if not is_backend:
        raise _no_such(backend, f"`{backend.name}` is not a build backend", f"`{backend.name}` has no hook of PEP 517")
    return _Loaded(hooks, path)


def _is_of_success(exc: SystemExit) -> bool:
    """Return whether Python would exit with status 0: an empty text is one for a failure."""
    status = exc.code or 0 if exc.code is None or isinstance(exc.code, int) else 1
    return not (status & 0xFF if os.name == "posix" else status)


_BEFORE = "name the module that `[build-system] build-backend` named before"


def _no_such(backend: WrappedBackend, message: str, note: str) -> BackendError:
    """Return the error for a name that is no backend although its module exists, with a suggestion."""
    from abiding.project.known_backends import misspelled

    wrong = misspelled(backend.name)
    return _problem(backend, wrong.message if wrong else message, note, wrong.hint if wrong else _BEFORE)


def _resolve(backend: WrappedBackend, folder: str) -> Path:
    """Return a folder of `backend-path`. Raises `BackendError` if a link leads out of the source tree (PEP 517)."""
    path = (backend.folder / folder).resolve()
    if not path.is_relative_to(backend.folder.resolve()):
        raise _problem(
            backend, f"`{folder}` of `backend-path` leads out of the source tree", f"it is a link to `{path}`"
        )
    return path


def _lies_in(module: object, folders: list[str]) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and any(Path(file).resolve().is_relative_to(folder) for folder in folders)


def _not_importable(backend: WrappedBackend, exc: ImportError) -> BackendError:
    from abiding.builds.installing import bringing, ways_to_install
    from abiding.project.known_backends import is_known, misspelled

    module_name = backend.name.partition(":")[0]
    missing = exc.name if isinstance(exc, ModuleNotFoundError) and exc.name else ""
    if not missing or not f"{module_name}.".startswith(f"{missing}."):  # something that it imports is missing
        message = f"the wrapped backend `{backend.name}` can't be imported"
        return _problem(backend, message, f"{type(exc).__name__}: {exc}", *bringing(missing))
    parent, _, name = missing.rpartition(".")
    is_there = bool(parent) and not is_known(backend.name)
    wrong = misspelled(backend.name)
    hints = (wrong.hint,) if wrong else ()
    message = f"the wrapped backend `{backend.name}` is not installed"
    if wrong:
        message = wrong.message
    elif is_there:
        message = f"the wrapped backend `{backend.name}` does not exist: `{parent}` has no module `{name}`"
    if backend.path:
        ways = [
            f"it was looked for in {', '.join(f'`{folder}`' for folder in backend.path)} first, as `backend-path` says"
        ]
    elif is_there:
        ways = [] if hints else [_BEFORE]
    else:
        ways = list(ways_to_install(backend.name, Pyproject.read(backend.folder).build_requires))
    return _problem(backend, message, str(exc), *hints, *ways)


def _problem(
    backend: WrappedBackend,
    message: str,
    note: str = "",
    *hints: str,
    rule: Rule = "no-backend",
    closing: str = "Nothing was built",
) -> BackendError:
    key = ("tool", "abiding", "build-backend")
    notes = (note,) if note else ()
    finding = Pyproject.read(backend.folder).finding(rule, message, key, notes=notes, hints=hints)
    return BackendError(finding, closing)


# The second is part of setuptools before 70.
_FORERUNNERS = ("tomli", "setuptools.extern.tomli")


@contextmanager
def view() -> Iterator[None]:
    """Replace the readers of `tomllib` by ones that return the wrapped backend's view of pyproject.toml.

    Every backend uses `tomllib`, or its predecessor `tomli`, which `tomllib` can replace. A hook runs in its own
    process, so nothing else is affected, and no file is changed.
    """
    load, loads = tomllib.load, tomllib.loads
    forerunners = {name: sys.modules.get(name) for name in _FORERUNNERS}
    tomllib.load, tomllib.loads = _seen(load), _seen(loads)
    sys.modules.update(dict.fromkeys(forerunners, tomllib))
    try:
        yield
    finally:
        tomllib.load, tomllib.loads = load, loads
        for name, module in forerunners.items():
            if module is None:
                sys.modules.pop(name, None)  # a backend, or the end of the process, may have removed it
            else:
                sys.modules[name] = module


def _seen(read: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @functools.wraps(read)
    def reader(*arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        return as_shown(read(*arguments, **options))

    return reader
