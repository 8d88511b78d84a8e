"""The project to prove: a tree or an sdist, its backend, and its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.project.declaration import Declaration
from abiding.project.known_backends import DEFAULT_BACKEND, uses_abiding
from abiding.project.pyproject import Pyproject
from abiding.project.requirement_checks import bad_build_requirements

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ProofSubject"]


_LEGACY_REQUIRES = ("setuptools",)
_ARRAYS = ("requires", "backend-path")
_WRONG_BUILD_SYSTEM = "`[build-system]` is not a table, or its `requires` or `backend-path` is not an array of strings"


@dataclass(frozen=True, slots=True)
class ProofSubject:
    """A project.

    `folder` is its tree, or an unpacked sdist: then `pkg_info` is the metadata of that. `backend`, `backend_path` and
    `requires` are those of `[build-system]`, or the defaults of PEP 517. `declaration` is None for a project that does
    not use abiding.
    """

    folder: Path
    pyproject: Pyproject
    backend: str
    backend_path: tuple[str, ...]
    requires: tuple[str, ...]
    declaration: Declaration | None
    pkg_info: CoreMetadata | None

    @classmethod
    def read(cls, folder: Path) -> ProofSubject:
        """Read the project in `folder`. Raises `DeclarationError` if there is none, or its declaration is wrong."""
        legacy = not (folder / "pyproject.toml").exists() and (folder / "setup.py").exists()
        pyproject = Pyproject("", {}) if legacy else Pyproject.read(folder)
        table = pyproject.table.get("build-system", {})
        arrays = [table.get(name, []) for name in _ARRAYS] if isinstance(table, dict) else [None]
        if not all(isinstance(array, list) and all(isinstance(item, str) for item in array) for array in arrays):
            raise _not_a_project(_WRONG_BUILD_SYSTEM, "build-system")
        if not isinstance(pyproject.table.get("project", {}), dict):
            raise _not_a_project("`project` is not a table", "project")
        for fault in bad_build_requirements(pyproject):
            raise DeclarationError(fault, "Nothing was built")
        backend = str(table.get("build-backend", DEFAULT_BACKEND))
        pkg_info = folder / "PKG-INFO"
        return cls(
            folder,
            pyproject,
            backend,
            tuple(table.get("backend-path", ())),
            tuple(table.get("requires", _LEGACY_REQUIRES)),
            Declaration.read(pyproject) if uses_abiding(pyproject.table) else None,
            CoreMetadata.parse(pkg_info.read_bytes(), "PKG-INFO") if pkg_info.is_file() else None,
        )

    @property
    def authors(self) -> str:
        """Its backend, for a heading."""
        if self.declaration is None:
            return self.backend
        return f"{self.declaration.backend}, wrapped by abiding"


def _not_a_project(message: str, field: str) -> DeclarationError:
    finding = Finding("bad-pyproject", Severity.ERROR, message, artifact="pyproject.toml", field=field)
    return DeclarationError(finding, "Nothing was built")
