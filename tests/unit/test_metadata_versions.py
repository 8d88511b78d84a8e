"""What tools refuse of lawful metadata is said once: for a build of a tree, and for a release that no index has taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.artifacts.artifact import Artifact
from abiding.metadata.core import CoreMetadata
from abiding.releases.check import releases
from abiding.report import text
from makers.archives import metadata as lines_of
from makers.archives import write_sdist, write_wheel
from makers.backends import CHANGING
from makers.releases import LINUX, MAC, SDIST, WINDOWS
from makers.trees import WRAPPED_FLIT, Tree, unpacked

if TYPE_CHECKING:
    from pathlib import Path

RULE = "new-metadata-version"
WHEELS = {LINUX, MAC, WINDOWS}


@pytest.mark.parametrize(
    ("sdist", "wheel", "newest", "where", "hint"),
    [
        ("2.5", "2.4", "2.5", {SDIST}, "twine 7"),
        ("2.4", "2.5", "2.5", WHEELS, "twine 7"),
        ("2.5", "2.6", "2.6", WHEELS, "write 2.5 or less"),
        ("2.6", "2.6", "2.6", {SDIST, *WHEELS}, "write 2.5 or less"),
        ("3.0", "2.5", "3.0", {SDIST}, "write 2.5 or less"),
    ],
)
def test_each_file_of_a_release_is_told_of_and_all_at_once(
    tmp_path: Path, sdist: str, wheel: str, newest: str, where: set[str], hint: str
) -> None:
    write_sdist(tmp_path, SDIST, lines_of(level=sdist))
    for filename in (LINUX, MAC, WINDOWS):
        write_wheel(tmp_path, filename, lines_of(level=wheel))
    (release,) = abiding.check([tmp_path])
    found = [one for one in release.findings if one.rule == RULE]
    assert {one.artifact for one in found} == where
    assert text.render([release]).count(RULE) == 2  # with the hint at the end
    finding = found[0]
    assert (finding.severity, finding.found, finding.found_from) == ("note", newest, "")
    assert hint in finding.hints[0]
    assert "August 2026" in finding.notes[0]


@pytest.mark.parametrize("level", ["1.0", "2.1", "2.2", "2.3", "2.4"])
def test_what_every_tool_takes(tmp_path: Path, level: str) -> None:
    write_wheel(tmp_path, LINUX, lines_of(level=level))
    (release,) = abiding.check([tmp_path])
    assert RULE not in {one.rule for one in release.findings}


def test_what_an_index_has_is_taken() -> None:
    metadata = CoreMetadata.parse(lines_of(level="2.5"), LINUX)
    artifact = Artifact(LINUX, "wheel", "spam", "1.0", metadata)
    for on_index in (False, True):
        (release,) = releases([artifact._replace(on_index=on_index)])
        assert (RULE in {one.rule for one in release.findings}) is not on_index


@pytest.mark.parametrize("level", ["2.4", "2.5"])
def test_a_build_is_told_once_and_not_from_an_sdist(tmp_path: Path, level: str) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"changing"\nbackend-path = ["."]')
    text += '\n[tool.flit.sdist]\ninclude = ["changing.py"]\n'
    changing = CHANGING.replace("data.replace(OLD, NEW)", "LEVEL.sub(NEW, data, count=1)").format(change=(b"", b""))
    changing += f"""
    import re, io, tarfile, gzip
    LEVEL, NEW = re.compile(rb"(?<=Metadata-Version: )\\S+"), b"{level}"
    def build_sdist(directory, settings=None):
        name = buildapi.build_sdist(directory, settings)
        path = pathlib.Path(directory, name)
        with tarfile.open(path) as old:
            members = [(one, old.extractfile(one).read()) for one in old if one.isfile()]
        with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as new:
            for one, data in members:
                data = LEVEL.sub(NEW, data, count=1) if one.name.endswith("PKG-INFO") else data
                one.size = len(data)
                new.addfile(one, io.BytesIO(data))
        return name
"""
    tree = Tree.write(
        tmp_path / "tree", {"pyproject.toml": text, "spam.py": '"""A package"""', "changing.py": changing}
    )
    sdist = tree.hook("build_sdist", tmp_path)
    wheel = tree.hook("build_wheel", tmp_path / "out")
    tree.hook("build_editable", tmp_path / "editable")
    told = re.findall(rf"abiding: note\[{RULE}\]: Metadata-Version 2\.5 [^>]*--> (\S+)", "".join(tree.said))
    assert told == ([sdist, wheel] if level == "2.5" else [])
    inside = Tree(unpacked(tmp_path / sdist, tmp_path / "in"), tree.environment, [])
    inside.hook("build_wheel", tmp_path / "from sdist")
    assert RULE not in "".join(inside.said)


@pytest.mark.parametrize("level", ["", "x", "2", "2.", "2.2.0", "2_2", "٢.٢", "-2.2", "2.2rc1", "2. 2", "1e3.0"])
def test_a_wheel_of_no_version_is_told_of(tmp_path: Path, level: str) -> None:
    write_sdist(tmp_path, SDIST, lines_of())
    write_wheel(tmp_path, LINUX, lines_of(level=level))
    write_wheel(tmp_path, MAC, lines_of())
    (release,) = abiding.check([tmp_path])
    (finding,) = (one for one in release.findings if one.rule == "bad-metadata")
    assert (finding.severity, finding.artifact, finding.found or "") == ("warning", LINUX, level)
    assert CoreMetadata.parse(lines_of(level=level), LINUX).version == (1, 0)


@pytest.mark.parametrize("level", ["1.0", "1.2", "2.1", "2.2", "2.4", " 2.4\t", "3.0"])
def test_a_wheel_of_a_version_is_not(tmp_path: Path, level: str) -> None:
    write_wheel(tmp_path, LINUX, lines_of(level=level))
    (release,) = abiding.check([tmp_path])
    assert "bad-metadata" not in {one.rule for one in release.findings}
