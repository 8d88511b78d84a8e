"""The pages whose commands take minutes, the README's before and after, and the documentation as Sphinx builds it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from makers.environments import Environment
from makers.trees import metadata, pkg_info
from tests import pages

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]

SLOW = [page for page in pages.pages() if pages.commands(page, real=True) != pages.commands(page, real=False)]
README = (CHECKOUT / "README.md").read_text("utf-8")
# The column at which the wheel begins.
WHEEL = 39


def _without_output(text: str) -> str:
    """The page without what its commands print: what a note advises is not what a reader has."""
    return re.sub(r"(?ms)^```console\n.*?^```", lambda block: "\n".join(re.findall(r"(?m)^\$ .*", block[0])), text)


@pytest.mark.parametrize("page", SLOW, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_commands_print_what_the_page_shows(
    page: Path, tmp_path: Path, wheelhouse: Path, request: pytest.FixtureRequest
) -> None:
    text = page.read_text("utf-8")
    # What the commands of the examples have built, which tests of their own look at too.
    built = {name.upper(): name for name in ("gmp", "dots") if f"${name.upper()}" in text}
    if built and not shutil.which("dpkg-query"):
        pytest.skip("the examples use the libraries of Debian")
    places = {name: str(request.getfixturevalue(fixture) / "work") for name, fixture in built.items()}
    # Who reads the other pages has no more than `pip install abiding` brings: their wheels are not looked into.
    named = re.search(r"abiding\[[a-z,]+\]", _without_output(text))
    own = "abiding[index,native]" if built else named[0] if named else "abiding"
    installed = (own, "build", "pip", "uv")
    environment = Environment(tmp_path / "environment", wheelhouse, places).make(installed)
    folder = tmp_path / "reader"
    folder.mkdir()
    pages.check(page, folder, environment.variables(), real=True, timeout=1800)


def shown(before_or_after: str) -> tuple[list[str], list[str]]:
    """Return what the README shows of the sdist and of the wheel."""
    found = re.search(rf"^{before_or_after}, .*?:\n\n```text\n.*?\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    assert found
    lines = found[1].splitlines()
    left, right = [line[:WHEEL].rstrip() for line in lines], [line[WHEEL:] for line in lines]
    return [line for line in left if line], [line for line in right if line]


def test_readme_shows_before_and_after(tmp_path: Path, wheelhouse: Path) -> None:
    (after,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    bare = after.partition("[tool.abiding]")[0].replace('"abiding", ', "").replace("abiding.backend", "mesonpy")
    before = re.sub("^dynamic.*\n", "", bare, flags=re.MULTILINE)
    environment = Environment(tmp_path / "environment", wheelhouse).make(("build", "pip"))
    tree = tmp_path / "spam"
    tree.mkdir()
    (tree / "meson.build").write_text("project('spam', version: '1.4.0')\nimport('python').find_installation()\n")
    for name, pyproject in (("Before", before), ("After", after)):
        (tree / "pyproject.toml").write_text(pyproject)
        commit = ("-c", "user.name=x", "-c", "user.email=x@example.invalid", "commit", "--quiet", "--all", "-m", name)
        for arguments in (("init", "--quiet"), ("add", "."), commit):
            environment.run("git", *arguments, cwd=tree)
        environment.run(environment.python, "-m", "build", "--outdir", tmp_path / name, tree)
        (sdist,), (wheel,) = (tmp_path / name).glob("*.tar.gz"), (tmp_path / name).glob("*.whl")
        said = tuple(one.data.decode().split("\n\n")[0].splitlines() for one in (pkg_info(sdist), metadata(wheel)))
        assert said == shown(name)


def test_pages_are_built_without_a_warning(tmp_path: Path, wheelhouse: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    environment.run("bash", CHECKOUT / "scripts" / "docs", cwd=tmp_path)
