"""The properties of `fuzz/` for seconds; `scripts/fuzz` goes on for minutes."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from fuzz import bombs, readers
from fuzz.__main__ import PROPERTIES, property_of

from abiding.archives import tarblocks
from abiding.archives.sdist import read_members, rewrite
from abiding.findings.errors import AbidingError, ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject
from makers.archives import metadata, write_wheel
from makers.tars import OLD, TOP, member, pack

pytestmark = pytest.mark.slow


# Of a large example hypothesis would only say that it is large, not what it has broken.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("kind", PROPERTIES)
def test_bad_input(kind: str) -> None:
    property_of(kind, examples=100)()


@pytest.mark.parametrize("name", sorted(bombs.BOMBS.keys() - set(bombs.SLOW)))
def test_bomb(name: str, tmp_path: Path) -> None:
    result = bombs.defuse(bombs.write(name, tmp_path))
    assert not result["error"]
    assert result["memory"] <= bombs.MOST_MEMORY


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not here")
@pytest.mark.parametrize("marker", ["", "; os_name != 'x'", "; python_version >= '3'"])
def test_what_uv_requires_is_seen(marker: str, tmp_path: Path) -> None:
    """It says so in other words where there is a marker."""
    path = write_wheel(tmp_path, "spam-1.0-py3-none-any.whl", metadata(f"Requires-Dist: nobody-has-this{marker}"))
    assert readers.read_by_uv(path) == {"nobody-has-this"}
    path = write_wheel(
        tmp_path, "spam-1.0-py3-none-any.whl", metadata("Requires-Dist: nobody-has-this; os_name == 'x'")
    )
    assert readers.read_by_uv(path) == set()


# What the slow bombs are about, with smaller limits; and what fuzzing has found.


@pytest.mark.parametrize(("limit", "value"), [("_MOST_HEADERS", 5), ("_MOST_ZEROS", 4096)])
def test_sdist_larger_than_meant(limit: str, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pack(tmp_path / f"{TOP}.tar.gz", [member("PKG-INFO", OLD), *(member(f"{i}.py") for i in range(5))])
    assert read_members(source, ["PKG-INFO"]) == {"PKG-INFO": OLD}
    monkeypatch.setattr(tarblocks, limit, value)
    with pytest.raises(ArchiveError, match="has more than"):
        read_members(source, ["PKG-INFO"])


def test_too_many_headers_for_one_member(tmp_path: Path) -> None:
    extensions = [member("", type=tarfile.XGLTYPE) for _ in range(101)]
    source = pack(tmp_path / f"{TOP}.tar.gz", [*extensions, member("PKG-INFO", OLD)])
    with pytest.raises(ArchiveError, match="has more than 100 blocks for the headers of one member"):
        read_members(source, ["PKG-INFO"])


def test_many_of_a_name_do_not_cost_a_pass_each(tmp_path: Path) -> None:
    source = pack(tmp_path / f"{TOP}.tar.gz", [member("PKG-INFO", OLD)] * 99)
    target = tmp_path / "new" / source.name
    target.parent.mkdir()
    with pytest.raises(ArchiveError, match="has more than 5 members with the name `PKG-INFO`"):
        rewrite(source, target, lambda _, data: data)


def test_integer_of_too_many_digits() -> None:
    with pytest.raises(AbidingError, match="not valid TOML"):
        Pyproject.parse("a = " + "9" * 5000)


def test_metadata_larger_than_meant() -> None:
    usual = metadata(*["Classifier: x"] * 19_000, body="x\n" * 100_000)
    assert len(CoreMetadata.parse(usual, "METADATA").fields) == 19_003
    for larger in (metadata(*["Classifier: x"] * 20_000), metadata(body="x" * (2 << 20))):
        with pytest.raises(ArchiveError, match="which is too many"):
            CoreMetadata.parse(larger, "METADATA")
