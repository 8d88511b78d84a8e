"""Plugin for meson-python's own tests: with `--through-abiding`, the hooks that they call are abiding's.

The projects of the suite are then wrapped by `abiding init`, before any test: some tests commit them to git.
"""

from __future__ import annotations

import functools
import os
import shutil
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesonpy

import abiding.backend
from abiding import cli

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

HOOKS = (
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
)
# Fixtures of the suite that hold what a hook has built.
BUILT = ("editable_", "sdist_", "wheel_")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--through-abiding", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    # The suite makes an environment with pip for many a test: `ensurepip`, which installs it, takes most of its time.
    setattr(venv.EnvBuilder, "_setup_pip", copy_pip)  # noqa: B010
    setattr(mesonpy, "_get_meson_command", once_for_each_meson(getattr(mesonpy, "_get_meson_command")))  # noqa: B009, B010
    if not config.getoption("--through-abiding"):
        return
    for name in HOOKS:
        setattr(mesonpy, name, Between(name, getattr(mesonpy, name)))
    if not hasattr(config, "workerinput"):  # once, not also in each worker of pytest-xdist
        for path in sorted((config.rootpath / "tests" / "packages").glob("*/pyproject.toml")):
            assert cli.main(["init", "--yes", str(path)]) == 0, path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Leave out the tests that call no hook, in both runs: a backend in between makes no difference to them."""
    calling = [item for item in items if calls_a_hook(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in calling])
    items[:] = calling


def calls_a_hook(item: pytest.Function) -> bool:
    return any(name.startswith(BUILT) for name in item.fixturenames) or bool(
        set(item.function.__code__.co_names) & set(HOOKS)
    )


def once_for_each_meson(own: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Ask a meson for its version once, and not for each project: it takes as long as a build does without compiling."""
    asked: dict[Any, list[str]] = {}

    @functools.wraps(own)
    def between(*arguments: Any, **keywords: Any) -> list[str]:
        key = (os.environ.get("MESON"), os.environ["PATH"], arguments, *keywords.items())
        if key not in asked:
            asked[key] = own(*arguments, **keywords)
        return asked[key]

    return between


def copy_pip(_: venv.EnvBuilder, context: Any) -> None:
    """Give a new environment the pip of this one."""
    there = sysconfig.get_path("purelib", "venv", {"base": context.env_dir, "platbase": context.env_dir})
    for path in Path(sysconfig.get_path("purelib")).glob("pip*"):
        shutil.copytree(path, Path(there, path.name))


class Between:
    """A hook of mesonpy that is abiding's when a test calls it, and mesonpy's own when abiding does."""

    inside = False

    def __init__(self, name: str, own: Callable[..., Any]) -> None:
        self.name = name
        self.own = own
        functools.update_wrapper(self, own)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if Between.inside:
            return self.own(*arguments, **keywords)
        Between.inside = True
        try:
            with Path(os.environ["HOOK_CALLS"]).open("a", encoding="utf-8") as calls:
                calls.write(f"{self.name}\n")
            return getattr(abiding.backend, self.name)(*arguments, **keywords)
        finally:
            Between.inside = False
