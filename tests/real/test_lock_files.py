"""Lockers and installers, with releases from real indexes on this machine, and the page that says what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lockfiles import page, servers, shelf
from lockfiles.projects import VERSIONS, Way
from lockfiles.questions import Desk, Published
from lockfiles.tools import TOOLS, Tool
from pypi_simple import ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY, PyPISimple

from makers.contents import metadata_of_wheel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.command)
NAMED = {tool.command: tool for tool in TOOLS}
# What dots was linked with, whatever comes out later.
PROVIDER = ("scipy-openblas32", "0.3.34.481.3")
USE = """
import array, dots, eggs, numpy, spam
numbers = numpy.array([3.0, 4.0])
assert (spam.total(numbers), eggs.largest(numbers), dots.dot(numbers, numbers)) == (7.0, 4.0, 25.0)
"""


@pytest.fixture(scope="session")
def desk(shared: Path, wheelhouse: Path) -> Desk:
    """Return the place where the examples are built and the tools are asked, each thing made once."""
    return Desk(shared / "lockfiles", wheelhouse)


@every_tool
def test_page_shows_what_is_locked(desk: Desk, tool: Tool) -> None:
    rows = page.rows_of_locks(desk, tool)
    for row in rows:
        _, _, reads, locks, refuses, *_ = row.split(" | ")
        assert "compiles" not in f"{reads}{locks}{refuses}"
    assert PROVIDER[0] in rows[0]
    assert rows_shown(page.LOCKS, tool) == rows


@every_tool
def test_page_shows_which_wheel_is_read(desk: Desk, tool: Tool) -> None:
    assert rows_shown(page.DIFFERENT, tool) == page.rows_of_different_wheels(desk, tool)


@pytest.mark.parametrize("name", page.HEADS)
def test_page_shows_these_tools_alone(name: str) -> None:
    titles = {row.removeprefix("| ").partition(" | ")[0] for row in page.shown(name)}
    assert titles == {page.title_of(tool) for tool in TOOLS}


def rows_shown(name: str, tool: Tool) -> list[str]:
    return [row for row in page.shown(name) if row.startswith(f"| {page.title_of(tool)} |")]


@every_tool
def test_wheels_are_installed_and_nothing_is_built(desk: Desk, tool: Tool) -> None:
    with desk.ask(tool, Way.ABIDING, "sdist, wheel", *VERSIONS) as answer:
        assert answer.chosen is not None
        assert {*VERSIONS.items(), PROVIDER} < answer.chosen.items()
        assert len(answer.wheels) == len(VERSIONS)
        assert (answer.sdists, answer.asked_backend) == ([], False)
        answer.install()
    assert answer.calls == []
    assert answer.check().code == 0, str(answer.check())
    assert answer.run(USE).code == 0, str(answer.run(USE))


@pytest.mark.parametrize("command", ["uv lock", "pip install"])
def test_what_is_built_of_an_sdist_is_what_was_locked(desk: Desk, command: str) -> None:
    with desk.ask(NAMED[command], Way.ABIDING, "sdist", "spam") as answer:
        assert (answer.wheels, answer.calls) == ([], [])
        answer.install()
    assert answer.calls, "a build that the watched compilers do not see"
    assert answer.check().code == 0, str(answer.check())
    assert answer.run("import spam").code == 0, str(answer.run("import spam"))


def test_every_tool_finds_the_same_on_pypiserver(desk: Desk, tmp_path: Path) -> None:
    server = desk.environment("server", "pypiserver==2.4.2", "twine==7.0.0")
    with servers.pypiserver(server, tmp_path / "packages") as url:
        anybody = ("--username", "anybody", "--password", "anything", "--non-interactive", "--disable-progress-bar")
        server.run("twine", "upload", "--repository-url", url, *anybody, *desk.releases(Way.ABIDING))
        for tool in TOOLS:
            answer = desk.ask_index(tool, f"{url}simple/", *VERSIONS)
            assert answer.chosen is not None, answer.said
            assert {*VERSIONS.items(), PROVIDER} < answer.chosen.items()
            assert answer.calls == []


@pytest.mark.parametrize(("command", "way", "published", "example", "check", "use"), [
    # The wheel says nothing of what it needs: pip check has nothing to complain of, and the import fails.
    ("uv lock", Way.BARE, "sdist, wheel", "spam", 0, 1),
    # The sdist does not say what the wheel will: what was locked is not what is needed.
    ("uv lock", Way.BY_HAND, "sdist", "eggs", 1, 1),
    # Not even with abiding, as poetry does not ask about what may be added.
    ("poetry lock", Way.ABIDING, "sdist", "spam", 1, 1),
])  # fmt: skip
def test_what_is_locked_by_mistake_does_not_work(
    desk: Desk, command: str, way: Way, published: Published, example: str, check: int, use: int
) -> None:
    with desk.ask(NAMED[command], way, published, example, "numpy<2") as answer:
        answer.install()
    assert answer.check().code == check, str(answer.check())
    assert answer.run(f"import {example}").code == use, str(answer.run(f"import {example}"))


def test_both_forms_of_a_shelf_say_the_same(desk: Desk, tmp_path: Path) -> None:
    sdist, wheel = sorted((one for one in desk.releases(Way.ABIDING) if "spam" in one.name), key=lambda one: one.suffix)
    shelf.lay(tmp_path / "shelf", [sdist, wheel])
    with servers.static(tmp_path / "shelf") as served, PyPISimple(served.url) as index:
        pages = [index.get_project_page("spam", accept=accept) for accept in (ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY)]
        html, json = (
            [(one.filename, one.url, one.digests, one.requires_python, one.has_metadata) for one in each.packages]
            for each in pages
        )
        assert html == json
        assert [name for name, *_, has_metadata in json if has_metadata] == [wheel.name]
        (package,) = (one for one in pages[0].packages if one.has_metadata)
        assert index.get_package_metadata_bytes(package) == metadata_of_wheel(wheel)
