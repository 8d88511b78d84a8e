"""Known backends and the distributions that contain them, for hints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import nearest
from abiding.findings.patterns import pattern
from abiding.project.keys import at, table_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DEFAULT_BACKEND",
    "KNOWN",
    "OURS",
    "backend_of",
    "brings",
    "distribution_of",
    "is_for_abiding",
    "is_known",
    "may_be_dynamic",
    "misspelled",
    "module_of",
    "needs_version",
    "script_of",
    "similar_to",
    "uses_abiding",
    "wrapped_in",
]


# setuptools comes last: others are often listed together with it.
_BACKENDS = {
    "meson-python": "mesonpy",
    "scikit-build-core": "scikit_build_core.build",
    "hatchling": "hatchling.build",
    "flit-core": "flit_core.buildapi",
    "flit-scm": "flit_scm:buildapi",
    "poetry-core": "poetry.core.masonry.api",
    "pdm-backend": "pdm.backend",
    "maturin": "maturin",
    "sip": "sipbuild.api",
    "py-build-cmake": "py_build_cmake.build",
    "enscons": "enscons.api",
    "setuptools": "setuptools.build_meta",
}
# What PEP 517 has front ends use where nothing is named.
DEFAULT_BACKEND = "setuptools.build_meta:__legacy__"
# What else those distributions bring, or have brought.
_OTHERS = frozenset(
    {DEFAULT_BACKEND, "scikit_build_core.setuptools.build_meta", "flit.buildapi", "flit_core.build_thyself"}
    | {"hatchling.ouroboros", "poetry.masonry.api", "pdm.pep517.api"}
)
# The older distributions whose backends lie beside those of newer ones.
_BESIDE = {"pdm.pep517": "pdm-pep517", "poetry.masonry": "poetry"}
# The distributions, each of which brings its own backend and no other one.
KNOWN = frozenset(_BACKENDS)
# What of `[project]` may be dynamic with those that refuse the rest of it.
_DYNAMIC = {
    "sipbuild": frozenset[str](),
    "flit_core": frozenset({"version", "description", "import-names", "import-namespaces"}),
    "mesonpy": frozenset({"version", "license", "license-files"}),
}
# Which have no other place for a version that is not dynamic, as poetry has `[tool.poetry]`, and maturin Cargo.toml.
_VERSIONED = ("setuptools", "hatchling", "flit_core", "mesonpy", "pdm.backend")
# What requires a distribution that brings a backend.
_REQUIRING = {("flit-scm", "flit-core"), ("poetry", "poetry-core")}
# What is no backend, and needs one.
_PLUGINS = {"hatch-": "hatchling", "poetry-": "poetry-core", "setuptools-": "setuptools", "scikit-build": "setuptools"}


def backend_of(table: Mapping[str, Any]) -> str:
    """Return the backend that a pyproject.toml names, or suggests by its build requirements; else empty."""
    build = table_at(table, ("build-system",))
    named = build.get("build-backend")
    if isinstance(named, str) and module_of(named) != "abiding":
        return named
    requires = build.get("requires")
    names = {_name(text) for text in requires if isinstance(text, str)} if isinstance(requires, list) else set()
    names |= {needed for plugin, needed in _PLUGINS.items() for name in names if name.startswith(plugin)}
    return next((backend for name, backend in _BACKENDS.items() if name in names), "")


def wrapped_in(table: Mapping[str, Any]) -> str:
    """Return the backend that writes the metadata of a project, wrapped or not; empty if that is not said."""
    wrapped = at(table, ("tool", "abiding", "build-backend"))
    return wrapped if isinstance(wrapped, str) else backend_of(table)


def may_be_dynamic(backend: str, name: str) -> bool:
    """Return whether a backend can compute a name of `[project]` that is in `dynamic`; most can do so with any.

    With setuptools it takes a setup.py, which should not have one `requires-python` here and another there.
    """
    module = module_of(backend)
    if name == "requires-python" and module in ("", "setuptools"):
        return False
    return name in _DYNAMIC.get(module, {name})


def needs_version(backend: str) -> bool:
    """Return whether a backend refuses a `[project]` without `version`, given or dynamic: some have it elsewhere."""
    return any(_is_within(backend, module) for module in _VERSIONED)


def _is_within(backend: str, module: str) -> bool:
    return f"{backend.replace(':', '.')}.".startswith(f"{module}.")


def module_of(backend: str) -> str:
    """Return the top-level module of a backend, which has the form `module` or `module:object.attribute`."""
    return backend.partition(":")[0].partition(".")[0]


def script_of(backend: str, folder: Path, table: Mapping[str, Any], name: str) -> str:
    """Return the file of a project that a backend runs in each build, and that decides a name of `[project]` there.

    `table` is pyproject.toml, `name` that of requirements. What is given there setuptools takes, and not what setup.py
    hands over, whose code can only change it later.
    """
    if "setuptools" not in re.split(r"[.:]", backend):
        return ""
    try:
        text = (folder / "setup.py").read_bytes()
    except OSError:
        return ""
    decisive = rb"\." if _is_settled(table, name) else rb"\b"
    return "setup.py" if re.search(decisive + rb"(?:install_requires|extras_require)\b", text) else ""


def _is_settled(table: Mapping[str, Any], name: str) -> bool:
    """Return whether setuptools has the value of a name from pyproject.toml, be it that it has none."""
    project = table_at(table, ("project",))
    dynamic = project.get("dynamic")
    is_open = isinstance(dynamic, list) and name in dynamic and name not in project
    return bool(project) and (not is_open or name in table_at(table, ("tool", "setuptools", "dynamic")))


def distribution_of(backend: str) -> str:
    """Return the distribution that brings a backend, as it is named in pyproject.toml; empty if that is not known."""
    for beside, distribution in _BESIDE.items():
        if _is_within(backend, beside):
            return distribution
    module = module_of(backend)
    return next((name for name, known in _BACKENDS.items() if module_of(known) == module), "")


def brings(name: str, distribution: str) -> bool:
    """Return whether a distribution is one that brings a backend, or a plugin for that which requires it."""
    plugin = name not in KNOWN and any(name.startswith(start) for start, of in _PLUGINS.items() if of == distribution)
    return plugin or name == distribution or (name, distribution) in _REQUIRING


class Misspelled(NamedTuple):
    """What is wrong with the name of a backend that there is not: who lacks it, and which one is `meant`."""

    message: str
    meant: str

    @property
    def hint(self) -> str:
        """The question whether that is meant."""
        return f"did you mean `{self.meant}`?"


def misspelled(backend: str) -> Misspelled | None:
    """Return what is wrong with the name of a backend; None if it is known, or nothing is known of it."""
    distribution = distribution_of(backend)
    meant = "" if is_known(backend) else similar_to(backend) or _BACKENDS.get(distribution, "")
    message = f"`{distribution}` has no backend `{backend}`" if distribution else f"no backend `{backend}` is known"
    return Misspelled(message, meant) if meant else None


def is_known(backend: str) -> bool:
    """Return whether a backend is one of those that are known, as it is written."""
    return backend in _BACKENDS.values() or backend in _OTHERS


def similar_to(backend: str) -> str:
    """Find the backend that is meant by one that is none: of that package or distribution, or in like letters."""
    if is_known(backend) or not backend.strip():
        return ""
    if backend.startswith("setuptools.build_meta:") and backend != DEFAULT_BACKEND:
        return DEFAULT_BACKEND  # it finds what lies beside setup.py, which the other one does not
    own = _BACKENDS.get(_name(backend)) or next(
        (known for known in _BACKENDS.values() if known.startswith(backend)), ""
    )
    if own:
        return own
    # With another beginning it is another one: `my_backend` is not meant for `pdm.backend`.
    known = [
        candidate
        for candidate in (*_BACKENDS.values(), *sorted(_OTHERS))
        if candidate[0] == backend.lstrip()[0].lower()
    ]
    return nearest(backend, known, 0.75)


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]*", requirement.strip())
    return normalised(match[0] if match else "")


OURS = "abiding.backend"
_REQUIREMENT = pattern(r"\s*abiding\b(?![-_.]\w)", re.IGNORECASE)


def uses_abiding(table: Mapping[str, Any]) -> bool:
    """Return whether `[build-system]` names abiding as the backend, in the right way or not."""
    backend = at(table, ("build-system", "build-backend"))
    return isinstance(backend, str) and re.match(r"abiding\s*(?:[.:]|$)", backend) is not None


def is_for_abiding(requirement: str) -> bool:
    """Return whether a requirement, well-formed or not, is for abiding itself."""
    return _REQUIREMENT.match(requirement) is not None
