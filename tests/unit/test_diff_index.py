"""`abiding diff` of releases on an index: which file is meant, and what is read for it."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from abiding.artifacts.index import settings
from abiding.cli import main
from abiding.metadata.nearest_wheel import nearest_wheel
from makers.archives import wheel_name
from makers.index import METADATA, OTHER, File, Index, sdist, serving, wheel

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """Two releases: an sdist and two wheels of 1.0, one wheel of 2.0."""
    monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    monkeypatch.chdir(tmp_path)
    index = Index()
    index.files["spam-1.0.tar.gz"] = File(sdist())
    index.add("cp313-cp313-win_amd64")
    index.add("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", data=wheel(OTHER))
    new = OTHER.replace(b"1.0", b"2.0")
    index.files["spam-2.0-cp313-cp313-win_amd64.whl"] = File(wheel(new, version="2.0"))
    with serving(index):
        yield index


def diff(index: Index, *arguments: str) -> int:
    return main(["diff", *arguments, "--index-url", index.url])


def test_of_a_release_it_is_the_sdist(index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "METADATA").write_bytes(METADATA)
    assert diff(index, "spam==1.0", "METADATA") == 0
    assert capsys.readouterr().out == "--- spam-1.0.tar.gz\n+++ METADATA\n\nno difference in meaning\n"
    assert not index.asked_for(".whl")


@pytest.mark.parametrize("tag", ["cp313-cp313-manylinux2014_x86_64", "cp313-cp313-manylinux_2_17_x86_64"])
def test_with_a_tag_it_is_that_wheel(
    tag: str, index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "METADATA").write_bytes(METADATA)
    assert diff(index, "METADATA", "spam==1.0", "--tag", tag, "--output-format", "json") == 1
    data = document(capsys.readouterr().out, "diff")
    assert data["right"]["filename"] == "spam-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    assert data["right"]["read_from"].startswith("http://127.0.0.1:")
    assert data["differences"] == [{"field": "Requires-Dist", "left": ["numpy>=2"], "right": ["numpy>=2.1"]}]
    assert (data["differs"], data["identical"]) == (True, False)
    assert not index.asked_for("win_amd64.whl")


def test_of_several_builds_it_is_the_last(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    """As installers choose, by the number."""
    for build in ("10", "9", "2a"):
        index.files[f"spam-1.0-{build}-cp313-cp313-win_amd64.whl"] = File(wheel(OTHER))
    assert diff(index, "spam==1.0", "--tag", "cp313-cp313-win_amd64", "--output-format", "json") == 1
    assert document(capsys.readouterr().out, "diff")["right"]["filename"] == "spam-1.0-10-cp313-cp313-win_amd64.whl"


def test_two_releases(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(index, "spam==1.0", "spam==2.0", "--tag", "cp313-cp313-win_amd64", "--output-format", "json") == 1
    data = document(capsys.readouterr().out, "diff")
    assert [(data[side]["version"], data[side]["name"]) for side in ("left", "right")] == [("1.0", "spam"), ("2.0", "spam")]  # fmt: skip
    assert {one["field"]: (one["left"], one["right"]) for one in data["differences"]}["Version"] == ("1.0", "2.0")


LINUX, WINDOWS = "cp313-cp313-manylinux2014_x86_64", "cp313-cp313-win_amd64"


@pytest.mark.parametrize(
    ("arguments", "left", "right"),
    [
        (["spam==1.0", "--tag", LINUX], ".tar.gz", "manylinux2014_x86_64.whl"),
        (["--tag", WINDOWS, "spam==1.0"], ".tar.gz", "win_amd64.whl"),
        (["spam==1.0", "--tag", WINDOWS, "--tag", LINUX], "win_amd64.whl", "manylinux2014_x86_64.whl"),
        (["spam==1.0", "spam==1.0", "--tag", LINUX, "--tag", WINDOWS], "manylinux2014_x86_64.whl", "win_amd64.whl"),
        (["spam==1.0", "spam==2.0", "--tag", LINUX, "--tag", WINDOWS], "manylinux2014_x86_64.whl", "win_amd64.whl"),
    ],
)
def test_files_of_one_release(
    arguments: list[str], left: str, right: str, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(index, *arguments, "--output-format", "json") in (0, 1)
    data = document(capsys.readouterr().out, "diff")
    assert data["left"]["filename"].endswith(left)
    assert data["right"]["filename"].endswith(right)


@pytest.mark.parametrize(
    "arguments",
    [
        ["spam==1.0", "spam==1.0", "--tag", WINDOWS],
        ["spam==1.0", "SPAM==1.0.0"],
        ["spam==1.0", "--tag", WINDOWS, "--tag", WINDOWS],
        ["METADATA", "./METADATA"],
        ["METADATA", "link"],
    ],
)
def test_a_file_is_not_compared_with_itself(
    arguments: list[str], index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "METADATA").write_bytes(METADATA)
    (tmp_path / "link").symlink_to("METADATA")
    (tmp_path / "copy").write_bytes(METADATA)
    with pytest.raises(SystemExit) as caught:
        diff(index, *arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "both sides are one file" in err
    left_out = "one `--tag`" if arguments[1] == "--tag" else "`B`"
    assert (f"leave out {left_out} to compare the sdist" in err) is arguments[0].startswith("spam")
    assert diff(index, "METADATA", "copy") == 0


@pytest.mark.parametrize(
    ("arguments", "rule", "words"),
    [
        (["spam==2.0", "spam==1.0"], "missing-file", "the release has no sdist"),
        (
            ["spam==2.0", "spam==1.0"],
            "missing-file",
            "it has wheels of cp313 × win_amd64 hint: say which wheel: `--tag cp313-cp313-win_amd64`",
        ),
        (["spam==1.0", "spam==2.0", "--tag", "cp312-cp312-win32"], "missing-file", "no wheel of that tag"),
        (["spam==3.0", "spam==1.0"], "unknown-release", "3.0"),
        (["eggs==3.0", "spam==1.0"], "unknown-release", "eggs"),
        (["spam>=1.0", "spam==1.0"], "unknown-release", "many releases"),
        (["spam", "spam==1.0"], "missing-file", "or NAME==VERSION"),
        (["spam-1.0.tar.gz", "spam==1.0"], "missing-file", "spam-1.0.tar.gz"),
    ],
)
def test_what_is_not_there(
    arguments: list[str], rule: str, words: str, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(index, *arguments) == 2
    printed = capsys.readouterr()
    said = " ".join(printed.err.split())
    assert printed.out == ""
    assert f"error[{rule}]: " in said
    assert words in said


def test_of_a_tag_that_is_not_there_the_nearest_is_named(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    """It is one that then is there."""
    index.files["spam-1.0-pp310-pypy310_pp73-win_amd64.whl"] = File(wheel(OTHER))
    for asked, there in {
        "cp313-cp313-manylinux_2_28_x86_64": "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp312-cp312-win_amd64": "cp313-cp313-win_amd64",
        "pp39-pypy39_pp73-win_amd64": "pp310-pypy310_pp73-win_amd64",
    }.items():
        assert diff(index, "spam==1.0", "--tag", asked) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert f"hint: the nearest is `--tag {there}`" in said
        assert "pp310-pypy310_pp73 × win_amd64" in said
        assert diff(index, "spam==1.0", "--tag", there) in (0, 1)
        capsys.readouterr()


@pytest.mark.parametrize(
    ("asked", "expected", "others"),
    [
        ("cp313-cp313-win_amd64", "cp312-cp312-win_amd64", ["cp313-cp313-macosx_11_0_arm64", "cp39-cp39-win_amd64"]),
        ("cp310-cp310-win_amd64", "cp39-cp39-win_amd64", ["cp312-cp312-win_amd64", "cp310-cp310-macosx_11_0_arm64"]),
        ("cp313-cp313t-win_amd64", "cp313-cp313-win_amd64", ["cp314-cp314t-win_amd64"]),
        ("cp313-cp313-musllinux_1_2_x86_64", "cp313-cp313-musllinux_1_1_x86_64", ["cp313-cp313-manylinux_2_28_x86_64"]),
        ("cp313-cp313-manylinux_2_28_aarch64", "cp312-cp312-manylinux_2_17_aarch64", ["cp313-cp313-win_arm64"]),
        ("pp311-pypy311_pp73-win32", "pp311-pypy311_pp73-win_amd64", ["py3-none-any", "cp312-cp312-macosx_11_0_arm64"]),
        ("py2-none-any", "py3-none-any", ["cp27-cp27m-win32"]),
    ],
)
def test_which_is_the_nearest(asked: str, expected: str, others: list[str]) -> None:
    for tags in permutations([expected, *others]):
        assert nearest_wheel(asked, [wheel_name(tag) for tag in tags]) == wheel_name(expected)


def test_a_damaged_file(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.files["spam-2.0-cp313-cp313-win_amd64.whl"] = File(b"PK")
    assert diff(index, "spam==1.0", "spam==2.0", "--tag", "cp313-cp313-win_amd64") == 2
    assert "error[" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a", "b", "--tag", "cp313-cp313-win_amd64"], "neither `A` nor `B` is `NAME==VERSION`"),
        (["spam==1.0", "b", "--tag", "cp313"], "`cp313` is not a wheel's tag"),
        (["spam==1.0"], "name a second file; or, with `--tag TAG`, a wheel of `spam==1.0`"),
        (
            ["a"],
            "`B` is missing: name a second file; or compare a wheel of a release with its sdist: `abiding diff a==VERSION --tag TAG`",
        ),
        (["numpy 2.0", "--tag", "cp313-cp313-win_amd64"], "`abiding diff numpy==2.0 --tag TAG`"),
        (["dist/a.whl", "--tag", "cp313-cp313-win_amd64"], "`abiding diff NAME==VERSION --tag TAG`"),
        (["METADATA"], "`abiding diff NAME==VERSION --tag TAG`"),
        (["a", "spam==1.0", *["--tag", "cp313-cp313-win_amd64"] * 2], "one `--tag` for each"),
        (["spam==1.0", "spam==2.0", *["--tag", "cp313-cp313-win_amd64"] * 3], "one `--tag` for each"),
        (["a", "b", "--output-format", "html"], "json"),
    ],
)
def test_options(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "METADATA").write_bytes(METADATA)
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit) as caught:
        main(["diff", *arguments])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_json_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not compared is there as well, and a description is one text."""
    for name, level, body in (("A", "2.1", "one\ntwo\n"), ("B", "2.4\nDynamic: License", "one\n2\n")):
        (tmp_path / name).write_text(f"Metadata-Version: {level}\nName: spam\nVersion: 1.0\n\n{body}")
    assert main(["diff", str(tmp_path / "A"), str(tmp_path / "B"), "--output-format", "json"]) == 1
    data = document(capsys.readouterr().out, "diff")
    assert data["left"]["filename"] == "A"
    assert data["differences"] == [{"field": "Description", "left": "one\ntwo", "right": "one\n2"}]
    assert data["not_counted"] == [
        {"field": "Metadata-Version", "left": "2.1", "right": "2.4"},
        {"field": "Dynamic", "left": None, "right": ["License"]},
    ]
