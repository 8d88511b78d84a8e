"""What one metadata says against itself: a Python for it, a version of each distribution, extras that it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.artifacts.satisfiable import _may_exclude_itself
from abiding.metadata import requirements
from makers.archives import metadata, wheel_name, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

ANY = "py3-none-any"
LINUX, WINDOWS = "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-win_amd64"


def found(folder: Path, rule: str, *lines: str, tags: tuple[str, ...] = (ANY,)) -> list[tuple[str, str, object]]:
    for tag in tags:
        write_wheel(folder, wheel_name(tag), metadata(*lines))
    (release,) = abiding.check([folder])
    return [(str(one.severity), one.artifact, one.found) for one in release.findings if one.rule == rule]


@pytest.mark.parametrize(
    ("text", "tag", "nobody"),
    [
        (">=3.12,<3.12", ANY, True),
        (">=3.12", LINUX, True),
        (">=3.12", "cp311.cp312-none-any", False),
        (">=3.8", "cp37-abi3-win_amd64", False),
        (">=3.8", "py2.py3-none-any", False),
        (">=3.8", "py2-none-any", True),
        (">=3.8", "py27-none-any", True),
        (">=3.8", "py35-none-any", False),
        ("<3", "py2-none-any", False),
        ("<3", "py27-none-any", False),
        ("<3", "py3-none-any", True),
        (">=3.9,<4", LINUX, False),
        (">=3.9,<3.11", LINUX, True),
        ("!=3.10.*,>=3.9", LINUX, False),
        ("==3.10.*", LINUX, True),
        (">=3.10", "pp310-pypy310_pp73-win_amd64", False),
        (">=3.11", "pp310-pypy310_pp73-win_amd64", True),
    ],
)
def test_a_python_for_the_wheel(text: str, tag: str, nobody: bool, tmp_path: Path) -> None:
    said = found(tmp_path, "unsatisfiable", f"Requires-Python: {text}", tags=(tag,))
    assert said == ([("warning", wheel_name(tag), text)] if nobody else [])


@pytest.mark.parametrize(
    ("line", "itself"),
    [
        ("good>2,<1", True),
        ("good>=2,<2", True),
        ("good==1.0,!=1.*", True),
        ("good>=1,<2", False),
        ("good (<2,>=1)", False),
        ("good>=1,<2,!=1.5", False),
        ("spam>=2", True),
        ("spam==1.0", False),
        ("spam[docs]>=1", False),
        ("spam[docs]; extra == 'all'", False),
    ],
)
def test_one_line_alone(line: str, itself: bool, tmp_path: Path) -> None:
    said = found(tmp_path, "unsatisfiable", f"Requires-Dist: {line}")
    assert said == ([("warning", wheel_name(ANY), (line,))] if itself else [])


@pytest.mark.parametrize("line", ["a", "a>=1", "a>=1,<2", "a<2 , >=1.9", "a (>=1,<2)", "a[b]>=1,<2; x == 'a,b'"])
def test_what_people_write_is_not_parsed(line: str) -> None:
    assert not _may_exclude_itself(line)


def test_the_other_wheels_with_the_same_metadata_are_asked_too(tmp_path: Path) -> None:
    lines = [f'Requires-Dist: good{one}; sys_platform == "win32"' for one in (">=2", "<1")]
    ((severity, file, both),) = found(tmp_path, "unsatisfiable", *lines, tags=(LINUX, WINDOWS))
    assert (severity, file) == ("warning", wheel_name(WINDOWS))
    assert both == ('good>=2; sys_platform == "win32"', 'good<1; sys_platform == "win32"')


def test_where_no_wheel_is_for_nothing_is_excluded(tmp_path: Path) -> None:
    lines = [f'Requires-Dist: good{one}; sys_platform == "win32"' for one in (">=2", "<1")]
    assert found(tmp_path, "unsatisfiable", *lines, tags=(LINUX,)) == []


@pytest.mark.parametrize(
    ("marker", "answer"),
    [
        ("os_name === 'posix'", False),
        ("python_version ~= '3'", False),
        ("sys_platform ~= 'linux'", False),
        ("dependency_groups == 'x'", False),
        ("'a' == 'a'", False),
        ("'x' in extras", False),
        ("python_version ~= '3.8'", True),
        ("'linux' in sys_platform", True),
        ("platform_release >= '5'", True),
    ],
)
def test_markers_without_an_answer(marker: str, answer: bool, tmp_path: Path) -> None:
    line = f"good; {marker}"
    assert bool(requirements.without_answer(requirements.parse(line))) is not answer
    said = found(tmp_path, "bad-requirement", f"Requires-Dist: {line}")
    assert said == ([] if answer else [("warning", wheel_name(ANY), (line,))])


@pytest.mark.parametrize(
    ("provided", "asked", "known"),
    [("docs", "docs", True), ("Docs_x", "docs-x", True), ("docs", "test", False), ("", "docs", False)],
)
def test_extras_that_are_not_listed(provided: str, asked: str, known: bool, tmp_path: Path) -> None:
    line = f"good; extra == '{asked}'"
    lines = [f"Provides-Extra: {provided}"] if provided else []
    said = found(tmp_path, "bad-requirement", *lines, f"Requires-Dist: {line}")
    assert said == ([] if known else [("note", wheel_name(ANY), (line,))])


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("editables~=0.3", True),
        ("editables; python_version >= '3'", True),
        ("editables-evil", False),
        ("editablesevil>=1", False),
        ("editables @ https://example.org/editables.whl", False),
        ("editables~=", False),
    ],
)
def test_the_library_of_editable_wheels(text: str, own: bool) -> None:
    assert requirements.is_editable_mechanism(text) is own
