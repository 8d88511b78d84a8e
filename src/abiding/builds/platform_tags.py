"""Hints on how the wrapped backend makes a tag that names a platform."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern
from abiding.findings.rule_groups import is_of_the_tag
from abiding.findings.words import all_of
from abiding.native.machines import NAMING_PLATFORM
from abiding.project.known_backends import module_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

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


# What the files of a project set a tag by, for setuptools alone, and what makes it name a platform.
_SETTING = pattern(rb"(?m)^[^#\n]*?\b(get_tag(?=\(self)|python[-_]tag|plat[-_]name|py[-_]limited[-_]api)\b")
_MODULES = pattern(rb"\bext[-_]modules\b")


def naming_platform(findings: Iterable[Finding], backend: str, folder: Path) -> tuple[Finding, ...]:
    """Return findings with the way in which the wrapped backend makes a tag that names a platform, if it is known.

    `folder` is that of the project, whose files may set another tag.
    """
    module = module_of(backend)
    way = _PLATFORM_BY.get(module, NAMING_PLATFORM)
    removing = tuple(_removing(folder)) if module == "setuptools" else ()
    return tuple(_led(finding, way, removing) for finding in findings)


def _led(finding: Finding, way: str, removing: tuple[str, ...]) -> Finding:
    """Return a finding with these ways out: one in place of the usual one, and the others behind the first."""
    ways = tuple(way if hint == NAMING_PLATFORM else hint for hint in finding.hints)
    more = removing if is_of_the_tag(finding) else ()
    return finding._replace(hints=(*ways[:1], *more, *ways[1:]))


def _removing(folder: Path) -> Iterator[str]:
    """Yield a hint to remove what sets the tag for setuptools: where it is, or that it is somewhere."""
    texts: dict[str, bytes] = {}
    for name in ("setup.py", "setup.cfg", "pyproject.toml"):
        with suppress(OSError):
            texts[name] = (folder / name).read_bytes()
    set_by = [f"`{match[1].decode()}` in {name}" for name, text in texts.items() if (match := _SETTING.search(text))]
    if set_by:
        yield f"or remove what sets the tag: {all_of(set_by)}"
    elif any(map(_MODULES.search, texts.values())):
        yield "or remove what sets the tag"
