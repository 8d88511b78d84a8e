"""Hints on how the wrapped backend makes a tag that names a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.native.machines import NAMING_PLATFORM
from abiding.project.known_backends import module_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.findings.finding import Finding

__all__ = ["naming_platform"]


# How each backend is told that a wheel is for one platform.
_PLATFORM_BY = {
    "setuptools": "compile the module as one of `ext_modules`; or, if the file is there before the build, give `setup` "
    "in setup.py a `distclass` whose `has_ext_modules` returns True",
    "hatchling": 'in a build hook, set `build_data["infer_tag"] = True` and `build_data["pure_python"] = False`',
    "mesonpy": "install the package with `pure: false` in meson.build",
    "scikit_build_core": "write `wheel.platlib = true` under `[tool.scikit-build]`",
    "pdm": "write `is-purelib = false` under `[tool.pdm.build]`",
    "poetry": "name the script that compiles it as `script` under `[tool.poetry.build]`",
    "flit_core": "wrap another backend: flit-core makes wheels for `any` alone",
}


def naming_platform(findings: Iterable[Finding], backend: str) -> tuple[Finding, ...]:
    """Return findings with the way in which the wrapped backend makes a tag that names a platform, if it is known."""
    way = _PLATFORM_BY.get(module_of(backend), NAMING_PLATFORM)
    return tuple(
        finding._replace(hints=tuple(way if hint == NAMING_PLATFORM else hint for hint in finding.hints))
        for finding in findings
    )
