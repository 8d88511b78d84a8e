"""Files of one name from several folders. Oracle: each alone; what is said of two is what is said of each, and which."""

from __future__ import annotations

import json
import shutil
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.artifacts.artifact import Artifact
from abiding.cli import main
from abiding.metadata.core import CoreMetadata
from abiding.releases.check import releases, with_findings
from abiding.releases.namesakes import name_apart
from abiding.report import html, sarif
from abiding.report.summary import summary
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.evident import CP311, NUMPY_1, image, wheel

if TYPE_CHECKING:
    from collections.abc import Callable

    from abiding.releases.release import Release

OLD = {"spam/_core.cpython-311-x86_64-linux-gnu.so": image(NUMPY_1)}
PURE = wheel_name()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(*paths: Path) -> Release:
    (release,) = abiding.check(paths)
    return release


def apart(folder: Path, of: str) -> Path:
    """A wheel called as the others, of which one thing is wrong."""
    said = metadata("Requires-Dist: numpy")
    if of == "compiled":
        return wheel(folder, "numpy", files=OLD)
    if of == "metadata":
        return write_wheel(folder, CP311, said + b"Requires-Dist: egg\n", more={"spam/_a.py": b""})
    if of == "record":
        return write_wheel(folder, CP311, said, more={"spam-1.0.dist-info/abiding.json": b"{"})
    if of == "unreadable":
        folder.mkdir()
        (folder / CP311).write_bytes(b"no archive")
        return folder / CP311
    return write_wheel(folder, CP311, said, tags=["cp312-cp312-win_amd64"])


@pytest.mark.parametrize("of", ["compiled", "record", "unreadable", "tags"])
def test_what_is_wrong_with_one_is_said_of_it_whatever_comes_first(of: str) -> None:
    bad, good = apart(Path("bad"), of), wheel(Path("good"), "numpy", files={"spam/_core.py": b""})
    alone = {one.rule for one in check(bad).everything if one.severity != "note"}
    assert alone
    assert not check(good).everything
    for order in permutations([bad, good]):
        release = check(*order)
        found = [one for one in release.everything if one.rule in alone]
        assert {one.rule for one in found} == alone
        assert {one.artifact for one in found} == {str(bad)}
        assert {file.called for file in release.files} == {str(bad), str(good)}


def test_that_there_are_two_is_said_with_both_paths(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (write_wheel(Path(name), PURE, metadata(), more={name: b""}) for name in "ab")
    for order in permutations([one, other]):
        (finding,) = check(*order).findings
        assert (finding.rule, finding.severity, finding.artifact) == ("two-wheels", "warning", str(other))
        assert f"`{one}`" in finding.message
    assert main(["check", str(one), str(other), "--output-format", "json"]) == 0
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    assert {file["filename"] for file in release["artifacts"]} == {str(one), str(other)}
    assert main(["check", "--fail-on", "warning", "a", "b"]) == 1
    capsys.readouterr()


def test_three_of_one_name_are_three() -> None:
    paths = [write_wheel(Path(name), PURE, metadata(), more={name: b""}) for name in "abc"]
    assert [one.artifact for one in check(*paths).findings] == [str(paths[1]), str(paths[2])]


@pytest.mark.parametrize("write", [write_wheel, write_sdist])
def test_a_file_that_is_given_twice_is_one(write: Callable[[Path, str, bytes], Path]) -> None:
    name = PURE if write is write_wheel else "spam-1.0.tar.gz"
    path = write(Path("a"), name, metadata())
    Path("b").mkdir()
    copy = Path(shutil.copy(path, "b"))
    for given in ([path, copy], [Path("a"), Path("b")], [path, Path("a", "..", "a", name)]):
        release = check(*given)
        assert [one.filename for one in release.artifacts] == [name]
        assert (release.findings, release.verdict) == ((), "clean")


def test_a_copy_of_a_file_keeps_what_is_said_of_it() -> None:
    path = wheel(Path("a"), "numpy", files=OLD)
    Path("b").mkdir()
    copy = Path(shutil.copy(path, "b"))
    for given in permutations([path, copy]):
        assert check(*given).compiled == check(path).compiled != ()


def test_two_sdists_of_one_name_are_told_by_their_paths() -> None:
    one = write_sdist(Path("a"), "spam-1.0.tar.gz", metadata(), "[project]\nname = 'spam'\n")
    other = write_sdist(Path("b"), "spam-1.0.tar.gz", metadata())
    (finding,) = check(one, other).findings
    assert (finding.rule, finding.artifact) == ("two-sdists", str(other))
    assert f"`{one}`" in finding.message
    assert f"`{one}`" in finding.hints[0]


def test_folders_of_one_name_are_told_apart() -> None:
    for name in "ab":
        folder = Path(name, "spam-1.0")
        folder.mkdir(parents=True)
        (folder / "PKG-INFO").write_bytes(metadata(f"Requires-Dist: {name}"))
    release = check(Path("a", "spam-1.0"), Path("b", "spam-1.0"))
    assert {file.called for file in release.files} == {"a/spam-1.0/", "b/spam-1.0/"}
    assert {one.artifact for one in release.findings if one.rule == "two-sdists"} == {"b/spam-1.0/"}


def test_files_of_other_names_are_called_by_these() -> None:
    """The control: a path is shown where it is needed alone."""
    one = write_wheel(Path("a"), PURE, metadata())
    other = write_wheel(Path("b"), wheel_name(build="1"), metadata())
    release = check(one, other)
    assert [file.called for file in release.files] == [other.name, one.name]
    assert release.everything == ()


def test_what_a_wheel_is_for_is_read_from_its_name_behind_a_path() -> None:
    """A page and a log have places for files: neither is at a loss for one with a path, nor puts two in one."""
    bad, good = wheel(Path("x-1/bad"), "numpy", files=OLD), wheel(Path("good"), "numpy", files={})
    release = check(bad, good)
    log = json.loads("".join(sarif.render([release])))
    results = [one for one in log["runs"][0]["results"] if one["ruleId"] == "bound-too-loose"]
    assert [[place["name"] for place in one["locations"][0]["logicalLocations"]] for one in results] == [[str(bad)]]
    page = html.render([release])
    assert str(bad) in page
    assert str(good) in page
    assert 'class="w p0 y0"' in page
    assert "about the compiled files" in summary(release)


def test_bounds_of_two_of_one_name_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = wheel(Path("bad"), "numpy", files=OLD), wheel(Path("good"), "numpy<2", files=OLD)
    assert main(["bounds", str(bad), str(good), "--no-index"]) == 1
    out = capsys.readouterr().out
    assert out.index(f"{bad}\n") < out.index("too loose") < out.index(f" --> {bad}\n") < out.index(f"{good}\n")
    assert main(["bounds", str(bad), "--no-index"]) == 1
    assert capsys.readouterr().out.startswith(f"{CP311}\n")


def test_a_file_on_an_index_is_not_the_one_on_disk() -> None:
    """What it says byte by byte is not at hand: no word that they differ, and no finding of one at the other."""
    said = CoreMetadata.parse(metadata("Requires-Dist: numpy"), PURE)
    here, there = (
        Artifact(PURE, "wheel", "spam", "1.0", said, read_from=place, on_index="//" in place)
        for place in (f"dist/{PURE}", f"https://index.test/spam/{PURE}?token")
    )
    (release,) = releases([here, there])
    assert [one.called for one in release.artifacts] == [f"dist/{PURE}", f"https://index.test/spam/{PURE}"]
    assert {one.filename for one in release.artifacts} == {PURE}
    assert release.findings == ()
    finding = check(wheel(Path("a"), "numpy", files=OLD)).compiled[0]._replace(artifact=PURE)
    (held,) = with_findings([release], {here.read_from: (finding,)})
    assert [one.artifact for one in held.compiled] == [f"dist/{PURE}"]
    # What was read from nowhere, by a program for example, keeps its name.
    bare = here._replace(read_from="")
    assert name_apart([bare, bare]) == [bare, bare]


CP311_LINUX = "cp311-cp311-manylinux_2_17_x86_64"
ONE_NAME = "keep one of the two files of this name, and check it without the other"
# The tag and the build number of a wheel, and of another one that requires something else.
NO_MARKER = {
    "name": ((CP311_LINUX, ""), (CP311_LINUX, ""), ONE_NAME),
    "pure": (("py3-none-any", ""), ("py3-none-any", ""), ONE_NAME),
    "number": ((CP311_LINUX, "1"), (CP311_LINUX, "2"), "which has the same tags"),
    "C library": ((CP311_LINUX, ""), ("cp311-cp311-musllinux_1_2_x86_64", ""), "`select` or `variant`"),
    "threads": (("cp313-cp313-win_amd64", ""), ("cp313-cp313t-win_amd64", ""), "`select` or `variant`"),
    "one of several": ((CP311_LINUX, ""), ("cp310.cp311-none-manylinux1_x86_64", ""), "`select` or `variant`"),
}


@pytest.mark.parametrize("case", NO_MARKER)
@pytest.mark.parametrize("more", [(), ("cp312-cp312-win_amd64",), ("cp39-cp39-win32", "cp312-cp312-win_amd64")])
def test_no_marker_is_proposed_where_none_can_tell(case: str, more: tuple[str, ...]) -> None:
    """Oracle: two wheels go into one environment, so that a marker is true for both or for none."""
    *wheels, hint = NO_MARKER[case]
    for number, (tag, build) in enumerate(wheels):
        write_wheel(Path(f"{number}"), wheel_name(tag, build=build), metadata(f"Requires-Dist: numpy>={number + 1}"))
    for tag in more:
        write_wheel(Path("0"), wheel_name(tag), metadata("Requires-Dist: numpy>=1"))
    (finding,) = [one for one in check(Path("0"), Path("1")).findings if one.rule == "wheels-disagree"]
    (said,) = finding.hints
    assert hint in said
    assert "marker" not in said or "no marker tells it from" in said


@pytest.mark.parametrize("field", ["Requires-Python: >=3.1{}", "Provides-Extra: x{}"])
def test_a_field_without_markers_is_to_say_the_same(field: str) -> None:
    for number, tag in enumerate(("cp311-cp311-musllinux_1_2_x86_64", CP311_LINUX)):
        write_wheel(Path("a"), wheel_name(tag), metadata(field.format(number)))
    write_wheel(Path("b"), wheel_name(CP311_LINUX), metadata(field.format(0)))
    for paths, hint in (([Path("a")], "let the field say the same in every build"), ([Path("a"), Path("b")], ONE_NAME)):
        (finding,) = [one for one in check(*paths).findings if one.rule == "wheels-disagree"]
        assert finding.hints == (hint,)


def test_a_marker_is_proposed_where_one_can_tell() -> None:
    """The control."""
    write_wheel(Path("a"), wheel_name("cp311-cp311-win_amd64"), metadata("Requires-Dist: numpy>=1"))
    write_wheel(Path("a"), wheel_name(CP311_LINUX), metadata("Requires-Dist: numpy>=2"))
    (finding,) = check(Path("a")).findings
    assert all("`; sys_platform" in hint for hint in finding.hints)
