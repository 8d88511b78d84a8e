"""Wheels and sdists that were renamed, or edited: one fault is told once, and as what it is."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import abiding
from abiding.report.summary import summary
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.evident import NUMPY_1, image

if TYPE_CHECKING:
    from abiding.releases.release import Release

TAG = "cp311-cp311-manylinux_2_17_x86_64"
CONTENTS = {"pure": {}, "compiled": {"spam/_core.cpython-311-x86_64-linux-gnu.so": image(NUMPY_1)}}


def renamed(folder: Path, version: str, to: str, stated: str, more: dict[str, bytes]) -> Path:
    path = write_wheel(folder, wheel_name(TAG, version=version), metadata(version=stated), more=more)
    return path.rename(folder / wheel_name(TAG, version=to))


def errors(release: Release) -> list[tuple[str, str]]:
    return [
        (one.rule, one.message) for one in release.everything if one.severity == "error" and one.rule != "bad-image"
    ]


@pytest.mark.parametrize("contents", CONTENTS)
def test_a_renamed_wheel_is_told_once_and_not_of_its_compiled_files(contents: str, tmp_path: Path) -> None:
    renamed(tmp_path, "0.3.0", "0.4.0", "0.3.0", CONTENTS[contents])
    (release,) = abiding.check([tmp_path])
    assert [rule for rule, _ in errors(release)] == ["wrong-version"]
    assert release.compiled == ()
    assert "compiled files" not in summary(release)


@pytest.mark.parametrize("stated", ["0.4.0", "0.4"])
@pytest.mark.parametrize("contents", CONTENTS)
def test_a_metadata_folder_of_another_version_is_told_as_what_it_is(contents: str, stated: str, tmp_path: Path) -> None:
    """METADATA was edited, and its folder was not: nothing else says so."""
    renamed(tmp_path, "0.3.0", "0.4.0", stated, CONTENTS[contents])
    (release,) = abiding.check([tmp_path])
    message = "the file has the metadata folder of another version: `spam-0.3.0.dist-info`"
    assert errors(release) == [("bad-archive", message)]
    assert release.compiled == ()
    assert summary(release).startswith("1 error of `bad-archive`. Metadata clean")


@pytest.mark.parametrize("spelled", ["1.0", "1.0.0", "01.0"])
def test_another_spelling_of_the_version_is_none(spelled: str, tmp_path: Path) -> None:
    renamed(tmp_path, spelled, "1.0", "1.0", {})
    (release,) = abiding.check([tmp_path])
    assert errors(release) == []


def test_a_compiled_file_that_can_not_be_unpacked_is_an_error_about_compiled_files(tmp_path: Path) -> None:
    """The control: what is wrong with a file in it is not known to who reads metadata."""
    path = write_wheel(tmp_path, wheel_name(TAG), metadata(), more={"spam/_core.so": bytes(range(256)) * 64})
    with ZipFile(path) as archive:
        at = archive.getinfo("spam/_core.so").header_offset
    data = bytearray(path.read_bytes())
    data[at + 50 : at + 60] = b"\xff" * 10
    path.write_bytes(data)
    (release,) = abiding.check([tmp_path])
    assert [one.rule for one in release.compiled] == ["bad-archive"]
    assert "1 error about the compiled files" in summary(release)


@pytest.mark.parametrize("stem", ["spam-1.1", "eggs-1.0", "spam-1.0 (1)"])
@pytest.mark.parametrize("extension", [".tar.gz", ".zip"])
def test_a_renamed_sdist_is_told_its_own_name(extension: str, stem: str, tmp_path: Path) -> None:
    own = f"spam-1.0{extension}"
    path = write_sdist(tmp_path, own, metadata()).rename(tmp_path / f"{stem}{extension}")
    (release,) = abiding.check([path])
    (finding,) = release.everything
    if "(" in stem:  # as a browser calls the second of two
        assert finding.message == "the file has the name of neither an sdist nor a wheel"
        return
    assert finding.message == f"the file has the top folder `spam-1.0`, and its name says `{stem}`"
    assert finding.hints == (f"don't rename an sdist: call it `{own}` again",)
    (release,) = abiding.check([path.rename(tmp_path / own)])
    assert release.everything == ()


NOT_RENAMED = {
    "no PKG-INFO": (["spam-1.0/setup.py"], "has no PKG-INFO in the folder `spam-1.0`", "no sdist, or a very old one"),
    "of version control": (
        ["spam-main/setup.py", "spam-main/"],
        "has the top folder `spam-main`, and its name says `spam-1.0`",
        "no sdist, or a very old one",
    ),
    "PKG-INFO further down": (
        ["spam-main/spam.egg-info/PKG-INFO"],
        "has the top folder `spam-main`, and its name says `spam-1.0`",
        "no sdist, or a very old one",
    ),
    "two folders": (["a-1.0/PKG-INFO", "b-1.0/PKG-INFO"], "has no PKG-INFO in the folder `spam-1.0`", "is called"),
    "no folder": (["PKG-INFO"], "has no PKG-INFO in the folder `spam-1.0`", "is called `name-version.tar.gz`"),
    "nothing": ([], "has no PKG-INFO in the folder `spam-1.0`", "is called `name-version.tar.gz`"),
}


@pytest.mark.parametrize("case", NOT_RENAMED)
def test_what_is_no_sdist_is_not_told_to_be_renamed(case: str, tmp_path: Path) -> None:
    members, message, hint = NOT_RENAMED[case]
    with tarfile.open(tmp_path / "spam-1.0.tar.gz", "w:gz") as archive:
        for name in members:
            info = tarfile.TarInfo(name.rstrip("/"))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO())
    (release,) = abiding.check([tmp_path])
    (finding,) = release.everything
    assert message in finding.message
    assert hint in finding.hints[0]
