"""Which distribution counts of those that are installed under one name, and what is said of one that can't be used."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from abiding.builds import installed_exports
from abiding.metadata import filling
from abiding.native import building
from abiding.native.entry_distributions import brings_nothing, distributions_for
from abiding.native.installed import Installed, find_installed
from abiding.project.build_record import BuildRecord
from abiding.project.exports import Export
from makers.scenes import Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def install(site: Path, version: str, info: str) -> str:
    """Install `Prov_A` as tools old and new do, with a library whose name has the version; return what is searched."""
    path, _, folder = info.rpartition("/")
    text = (
        f"Metadata-Version: 2.1\nName: prov-a\nVersion: {version}\nRequires-Dist: brings-{version[0]}; extra == 'all'\n"
    )
    library = f"prov_a/libprov{version[0]}.so"
    exports = BuildRecord("mesonpy", "0.22", "abi", "", exports=Export(f"prov-a=={version}", (), "")).to_json()
    record = "" if "meta" in folder else f"{library},,\n"
    files: dict[str, bytes] = {
        f"{folder}/{'METADATA' if folder.endswith('dist-info') else 'PKG-INFO'}": text.encode(),
        f"{folder}/RECORD": f"{record}{folder}/METADATA,,\n".encode(),
        f"{folder}/abiding.json": exports,
        library: b"\x7fELF\0",
    }
    if path.endswith(".zip"):
        with ZipFile(site / path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return str(site / path)
    for name, data in files.items():
        file = site / path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return str(site / path).rstrip("/")


TWO = [
    ("Prov_A-1.0.dist-info", "Prov_A-2.0.dist-info"),
    ("prov_a-2.0.dist-info", "prov.a-1.0.dist-info"),
    ("prov_a-1.0.DIST-INFO", "prov_a-2.0.dist-info"),
    ("prov_a.egg-info", "prov_a-2.0.dist-info"),
    ("prov_a-1.0-py3.11.egg-info", "prov_a.egg-info"),
    ("b/prov_a-1.0.dist-info", "a/prov_a-2.0.dist-info"),
    ("b/prov_a-2.0.dist-info", "prov_a-1.0.dist-info"),
    ("prov_a-1.0-py3.11.egg/EGG-INFO", "prov_a-2.0.dist-info"),
    ("prov_a-2.0.dist-info", "prov_a-1.0-py3.11.egg/EGG-INFO"),
]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("first", "second"), TWO)
def test_of_two_with_one_name_that_counts_which_python_finds(
    first: str, second: str, turned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pins are filled by `importlib.metadata`, which goes by the order that the file system has."""
    listed = os.listdir

    def ordered(folder: str = ".") -> list[str]:
        return sorted(listed(folder), reverse=turned)

    monkeypatch.setattr(os, "listdir", ordered)
    paths = [install(tmp_path, "1.0", first), install(tmp_path, "2.0", second)]
    for path in reversed(dict.fromkeys(paths)):
        monkeypatch.syspath_prepend(path)
    version = importlib.metadata.version("prov-a")
    assert filling.fill("prov-a==x.x").line == f"prov-a=={version}"
    there = find_installed("prov-a")
    assert there
    assert there.metadata.get("Version") == version
    export = installed_exports.of_installed("prov-a")
    assert export
    assert (export.version, export.export.requires) == (version, f"prov-a=={version}")
    assert building.shared_libraries(["prov-a"]) == {"prov-a": [f"libprov{version[0]}.so"]}
    for shelf in (Installed(), Installed(tuple(paths))):
        (every,) = (each for each in shelf.distributions() if each.name == "prov-a")
        contents = shelf.get("prov-a")
        assert contents
        assert (every.metadata.get("Version"), contents.version) == (version, version)


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_metapackage_brings_is_that_of_the_one_that_counts(
    turned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder=".": sorted(listed(folder), reverse=turned))
    for version in ("1.0", "2.0"):
        install(tmp_path, version, f"prov_a-{version}+meta.dist-info")
    monkeypatch.syspath_prepend(str(tmp_path))
    version = importlib.metadata.version("prov-a")
    assert distributions_for("prov-a[all]") == [f"brings-{version[0]}"]


@pytest.mark.parametrize(
    ("record", "brought"),
    [
        ("{0}/METADATA,,\n{0}/licenses/LICENSE,,\n", "brings-1"),
        ("{0}/METADATA,,\nprov_a/libprov.so,,\n", "prov-a"),
        ("{0}/METADATA,,\n../../../lib/libprov.so,,\n", "prov-a"),  # the scheme `data`
        ("{0}/METADATA,,\n__editable__.prov_a.pth,,\n", "prov-a"),
        ("", "prov-a"),  # it is not known, which the build says
    ],
)
def test_what_has_files_of_its_own_is_no_metapackage(
    record: str, brought: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = "prov_a-1.0.dist-info"
    install(tmp_path, "1.0", folder)
    (tmp_path / folder / "RECORD").write_text(record.format(folder))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert distributions_for("prov-a[all]") == [brought]
    assert brings_nothing("prov-a") == (brought == "brings-1")


@pytest.mark.parametrize("raised", [OSError, ValueError, KeyError])
def test_a_finder_that_fails_hides_nothing_that_is_there(
    raised: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later Pythons read METADATA of each to choose one, and so what is broken in it raises."""

    def broken(name: str) -> None:
        raise raised(name)

    install(tmp_path, "1.0", "prov_a-1.0.dist-info")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(importlib.metadata, "distribution", broken)
    there = find_installed("prov-a")
    assert there
    assert there.label == "prov-a 1.0"
    assert find_installed("prov-b") is None


# One that can't be read as a provider


def as_egg(scene: Scene) -> None:
    """A folder that is named in a `.pth` file, as `setup.py install` made it."""
    egg = scene.site / "prov-1.0-py3.11.egg"
    egg.mkdir()
    shutil.move(scene.site / "prov", egg)
    (scene.site / "prov-1.0.dist-info" / "METADATA").rename(scene.site / "prov-1.0.dist-info" / "PKG-INFO")
    (scene.site / "prov-1.0.dist-info" / "RECORD").unlink()
    shutil.move(scene.site / "prov-1.0.dist-info", egg / "EGG-INFO")
    searched(scene, egg)


def as_zip(scene: Scene) -> None:
    as_egg(scene)
    egg = scene.site / "prov-1.0-py3.11.egg"
    shutil.move(shutil.make_archive(str(scene.folder / "egg"), "zip", egg), scene.site / "prov.zip")
    shutil.rmtree(egg)
    shutil.move(scene.site / "prov.zip", egg)


def searched(scene: Scene, egg: Path) -> None:
    """Let Python search it: a hook reads no `.pth` file of the scene's folder."""
    variables = scene.tree.environment
    scene.tree = replace(scene.tree, environment={**variables, "PYTHONPATH": f"{variables['PYTHONPATH']}:{egg}"})


def as_egg_info(scene: Scene) -> None:
    """A folder without a list, as packages of Debian have it."""
    info = scene.site / "prov-1.0.egg-info"
    info.mkdir()
    shutil.move(scene.site / "prov-1.0.dist-info" / "METADATA", info / "PKG-INFO")
    shutil.rmtree(scene.site / "prov-1.0.dist-info")


def as_one_file(scene: Scene) -> None:
    """What distutils wrote."""
    text = (scene.site / "prov-1.0.dist-info" / "METADATA").read_bytes()
    shutil.rmtree(scene.site / "prov-1.0.dist-info")
    (scene.site / "prov-1.0.egg-info").write_bytes(text)


def without_record(installer: str) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        info = scene.site / "prov-1.0.dist-info"
        (info / "RECORD").unlink()
        if installer:
            (info / "INSTALLER").write_text(f"{installer}\n")

    return change


AGAIN = "hint: install it again: `pip install --ignore-installed --no-deps prov==1.0`"
ELSEWHERE = "hint: install its wheel by pip or uv in an environment of its own"


@pytest.mark.parametrize(
    ("change", "what", "hint"),
    [
        (without_record("pip"), "`prov-1.0.dist-info` has no RECORD, or an empty one", AGAIN),
        (without_record("uv"), "`prov-1.0.dist-info` has no RECORD, or an empty one", AGAIN),
        (without_record(""), "`prov-1.0.dist-info` has no RECORD, or an empty one", ELSEWHERE),
        (without_record("debian"), "note: it was installed by `debian`", ELSEWHERE),
        (as_egg_info, "`prov-1.0.egg-info` is of an old tool, with no list of its files", ELSEWHERE),
        (as_one_file, "`prov-1.0.egg-info` is of an old tool, with no list of its files", ELSEWHERE),
        (as_egg, "`prov-1.0-py3.11.egg` is of an old tool, with no list of its files", ELSEWHERE),
        (as_zip, "`prov-1.0-py3.11.egg` is zipped, so that nothing can be linked with it", "hint: install it again:"),
    ],
)  # fmt: skip
def test_a_provider_that_is_there_and_can_not_be_used(
    change: Callable[[Scene], None], what: str, hint: str, tmp_path: Path
) -> None:
    """Before a long build, and with a way out: at the API level nothing is asked of it."""
    scene = Scene(tmp_path)
    change(scene)
    output = re.sub(r"\s*\n {4,}", " ", scene.refused())
    assert "error[broken-install]" in output
    assert what in output
    assert hint in output
    assert not (scene.tree.folder / "searched").exists()
    assert scene.build(WITHOUT="1", ABIDING_LEVEL="api").is_file()
