"""What an sdist has settled binds its wheels, and what `dynamic` lets grow only grows. Real builds, and real archives."""

from __future__ import annotations

from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import pytest

import abiding
from abiding.findings.finding import Severity
from abiding.metadata.core import CoreMetadata
from abiding.metadata.difference import compare
from abiding.project.project_table import Project
from makers.archives import metadata as lines_of
from makers.archives import wheel_name, write_sdist, write_wheel
from makers.backends import SETUP_PY
from makers.releases import LINUX, SDIST, checked, said
from makers.trees import HookFailed, Tree, metadata, pkg_info, unpacked

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

# The wrapped backend computes the version, and the summary, from the module.
COMPUTED = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
{project}

[tool.abiding]
build-backend = "flit_core.buildapi"
"""
MODULE = '"""A package"""\n__version__ = "1.4.0"\n'
STATIC = 'dynamic = ["version", "description"]'
GROWS = 'dependencies = []\ndynamic = ["version", "description", "dependencies"]'


def from_sdist(tmp_path: Path, project: str) -> Tree:
    """An unpacked sdist of version 1.4.0."""
    files = {"pyproject.toml": COMPUTED.format(project=project), "spam.py": MODULE}
    tree = Tree.write(tmp_path / "tree", files)
    return Tree(unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in"), tree.environment, [])


def edit(tree: Tree, name: str, old: str, new: str) -> None:
    file = tree.folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize("project", [STATIC, GROWS], ids=["static", "dependencies grow"])
@pytest.mark.parametrize("hook", ["build_wheel", "build_editable"])
def test_another_version_is_refused(tmp_path: Path, project: str, hook: str) -> None:
    tree = from_sdist(tmp_path, project)
    edit(tree, "spam.py", "1.4.0", "1.4.0.dev3")
    with pytest.raises(HookFailed) as caught:
        tree.hook(hook, tmp_path / "out")
    screen = " ".join(caught.value.output.split())
    assert "error[undeclared-change]: `Version` of the" in screen
    assert "is not what the sdist says" in screen
    assert "| --- PKG-INFO" in screen
    assert "- 1.4.0 + 1.4.0.dev3" in screen
    assert "computed from git, or from an environment variable" in screen
    assert "`project.dynamic`" not in screen
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("project", [STATIC, GROWS], ids=["static", "dependencies grow"])
def test_whatever_the_sdist_has_settled_binds(tmp_path: Path, project: str) -> None:
    tree = from_sdist(tmp_path, project)
    edit(tree, "spam.py", "A package", "Another package")
    with pytest.raises(HookFailed, match=r"`Summary` of the wheel is not what the\s+sdist says"):
        tree.hook("build_wheel", tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "old", "new", "version"),
    [
        ("spam.py", "1.4.0", "1.4", "1.4"),  # the same version
        ("PKG-INFO", "Summary: A package", "Dynamic: Summary\nSummary: Another", "1.4.0"),
        ("PKG-INFO", "Metadata-Version: 2.4\n", "Metadata-Version: 2.1\nSummary: Another\n", "1.4.0"),  # 2.1 binds only so much
        ("pyproject.toml", 'dynamic = ["version", "description"]', 'version = "2.0"\ndescription = "B"', "2.0"),
        ("pyproject.toml", "[project]", '[project]\nlicense = "MIT"', "1.4.0"),  # as distributions do
    ],
    ids=["spelling", "dynamic", "old metadata", "version in an edited sdist", "other field of an edited sdist"],
)  # fmt: skip
def test_what_is_not_settled_does_not_bind(tmp_path: Path, name: str, old: str, new: str, version: str) -> None:
    tree = from_sdist(tmp_path, STATIC)
    edit(tree, name, old.replace("2.4", pkg_info_version(tree)), new)
    with catch_warnings():
        simplefilter("ignore")  # that the sdist was edited
        assert metadata(tmp_path / "out" / tree.hook("build_wheel", tmp_path / "out")).get("Version") == version


def pkg_info_version(tree: Tree) -> str:
    return CoreMetadata.parse((tree.folder / "PKG-INFO").read_bytes(), "METADATA").get("Metadata-Version")


@pytest.mark.parametrize("change", ["edited pyproject.toml", "old metadata"])
def test_the_version_binds_even_then(tmp_path: Path, change: str) -> None:
    tree = from_sdist(tmp_path, STATIC)
    match change:
        case "edited pyproject.toml":
            edit(tree, "pyproject.toml", "[project]", '[project]\nlicense = "MIT"')
        case _:
            edit(tree, "PKG-INFO", f"Metadata-Version: {pkg_info_version(tree)}", "Metadata-Version: 2.1")
    edit(tree, "spam.py", "1.4.0", "1.4.1")
    with pytest.raises(HookFailed, match=r"`Version` of the wheel is not what the\s+sdist says"):
        tree.hook("build_wheel", tmp_path / "out")


@pytest.mark.parametrize("level", ["", "2.1"])
def test_the_version_binds_without_a_project_table(tmp_path: Path, level: str) -> None:
    """A setup.py that takes it from the environment, in an sdist of today's and in one of old."""
    setup = 'import os, setuptools\nsetuptools.setup(name="spam", version=os.environ["SPAM"], py_modules=["spam"])'
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": SETUP_PY, "setup.py": setup, "spam.py": ""}, SPAM="1.4.0")
    sdist = tmp_path / tree.hook("build_sdist", tmp_path)
    tree = Tree(unpacked(sdist, tmp_path / "in"), tree.environment, [])
    if level:
        edit(tree, "PKG-INFO", f"Metadata-Version: {pkg_info_version(tree)}", f"Metadata-Version: {level}")
    assert tree.hook("build_wheel", tmp_path / "out").startswith("spam-1.4.0-")
    with pytest.raises(HookFailed, match=r"`Version` of the wheel is not what the\s+sdist says"):
        tree.hook("build_wheel", tmp_path / "out", SPAM="1.4.1")


def test_without_pkg_info_the_version_is_what_is_computed(tmp_path: Path) -> None:
    tree = from_sdist(tmp_path, STATIC)
    (tree.folder / "PKG-INFO").unlink()
    edit(tree, "spam.py", "1.4.0", "1.4.1")
    assert tree.hook("build_wheel", tmp_path / "out").startswith("spam-1.4.1-")


# What is given and dynamic

GROWING = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
description = "A package"
keywords = ["a", "c"]
classifiers = ["Operating System :: OS Independent", "Typing :: Typed"]
authors = [{ name = "A", email = "a@example.org" }]
dependencies = []
scripts = {}
urls = { a = "https://example.org" }
dynamic = [DYNAMIC]

[tool.abiding]
build-backend = "sorting"
backend-path = ["."]

[tool.flit.sdist]
include = ["sorting.py"]
"""
# Sorts classifiers, and so inserts one before others; keywords likewise.
SORTING = """
    import pathlib, zipfile
    from flit_core.buildapi import *
    from flit_core import buildapi
    def build_wheel(directory, settings=None, metadata=None):
        name = buildapi.build_wheel(directory, settings, metadata)
        path = pathlib.Path(directory, name)
        with zipfile.ZipFile(path) as archive:
            members = {info: archive.read(info) for info in archive.infolist()}
        with zipfile.ZipFile(path, "w") as archive:
            for info, data in members.items():
                if info.filename.endswith("METADATA"):
                    for old, new in CHANGES:
                        assert old in data, data
                        data = data.replace(old, new)
                archive.writestr(info, data)
        return name
    CHANGES = """
INSERTS = [
    (b"Classifier: Operating", b"Classifier: Environment :: GPU\nClassifier: Operating"),
    (b"Keywords: a,c", b"Keywords: a,b,c"),
    (b"Author-email: A <a@example.org>", b"Author-email: B <b@example.org>, A <a@example.org>"),
]
REMOVES = [
    (b"Classifier: Typing :: Typed\n", b""),
    (b"Keywords: a,c", b"Keywords: c"),
    (b"A <a@example.org>", b"B <b@example.org>"),
]
FIELDS = ("Classifier", "Keywords", "Author-email")


def growing(folder: Path, changes: list[tuple[bytes, bytes]], *names: str) -> Tree:
    listed = ", ".join(f'"{name}"' for name in names)
    text = GROWING.replace("DYNAMIC", listed)
    return Tree.write(folder, {"pyproject.toml": text, "spam.py": '"""A"""', "sorting.py": SORTING + repr(changes)})


@pytest.mark.parametrize("unpack", [False, True], ids=["tree", "sdist"])
@pytest.mark.parametrize("change", range(3), ids=FIELDS)
def test_a_wheel_may_insert_and_never_remove(tmp_path: Path, change: int, unpack: bool) -> None:
    def built(name: str, changes: list[tuple[bytes, bytes]], *dynamic: str) -> CoreMetadata:
        tree = growing(tmp_path / name, changes, *dynamic)
        if unpack:
            sdist = tmp_path / tree.hook("build_sdist", tmp_path)
            tree = Tree(unpacked(sdist, tmp_path / f"{name} in"), tree.environment, [])
        return metadata(tmp_path / name / tree.hook("build_wheel", tmp_path / name))

    every = ("keywords", "classifiers", "authors", "dependencies")
    inserted = INSERTS[change]
    assert inserted[1] in built("inserts", [inserted], *every).data
    field = FIELDS[change].removesuffix("-email") if not unpack else FIELDS[change]
    with pytest.raises(HookFailed, match=rf"`{field}.*` of the wheel is not what the"):
        built("static", [inserted], "dependencies")
    if unpack or field != "Author":  # backends write people too differently to hold them against [project]
        with pytest.raises(HookFailed, match=rf"`{field}` of the wheel is not what the"):
            built("removes", [REMOVES[change]], *every)


def test_the_sdist_says_what_grows(tmp_path: Path) -> None:
    """PEP 643: whoever reads an sdist goes by its `Dynamic` lines. The wrapped backend was not shown that they are."""
    tree = growing(tmp_path, [], "keywords", "classifiers", "authors", "scripts", "urls")
    found = pkg_info(tmp_path / tree.hook("build_sdist", tmp_path))
    assert set(found.all("Dynamic")) == {"Author", "Author-email", "Classifier", "Keywords", "Project-URL"}


def test_fields_by_name() -> None:
    table: dict[str, object] = {"urls": {}, "keywords": [], "dependencies": [], "scripts": {}}
    project = Project({**table, "dynamic": [*table, "version", "readme"]})
    assert project.growing == ("Keywords", "Project-URL")
    assert project.left_open == {"Version", "Description", "Description-Content-Type"}


@pytest.mark.parametrize("level", ["2.4", "2.6"])
@pytest.mark.parametrize(
    ("sdist", "wheel", "lost"),
    [
        (["Keywords: a,c"], ["Keywords: a, b, c"], False),
        (["Keywords: a,c"], ["Keywords: a,b"], True),
        (["Author-email: A <a@x.org>"], ['Author-email: "B, C" <b@x.org>, A <a@x.org>'], False),
        (['Author-email: "B, C" <b@x.org>, A <a@x.org>'], ["Author-email: A <a@x.org>"], True),
        (["Maintainer-email: A <a@x.org>"], ["Maintainer-email: A <a@x.org>, B <b@x.org>"], False),
        (["Classifier: A", "Classifier: C"], ["Classifier: A", "Classifier: B", "Classifier: C"], False),
        (["Classifier: A", "Classifier: C"], ["Classifier: A", "Classifier: B"], True),
    ],
)
def test_an_element_of_a_list_is_a_value(
    tmp_path: Path, level: str, sdist: list[str], wheel: list[str], lost: bool
) -> None:
    """From metadata 2.6 on what is dynamic may only grow; before that it may say anything."""
    field = sdist[0].partition(":")[0]
    files = {SDIST: lines_of(f"Dynamic: {field}", *sdist, level=level), LINUX: lines_of(*wheel, level=level)}
    release = checked(tmp_path, files)
    assert (field in {one[2] for one in said(release)}) == (lost and level == "2.6")


DECLARED = """\
[project]
name = "spam"
version = "1.0"
keywords = ["a", "c"]
dynamic = ["keywords"]
[tool.abiding]
build-backend = "mesonpy"
"""


@pytest.mark.parametrize(("keywords", "verdict"), [("a,b,c", "declared"), ("a,b", "inconsistent"), ("c,a", "equal")])
def test_check_holds_a_declared_release_to_it(tmp_path: Path, keywords: str, verdict: str) -> None:
    sdist = lines_of("Dynamic: Keywords", "Keywords: a,c")
    release = checked(tmp_path, {SDIST: sdist, LINUX: lines_of(f"Keywords: {keywords}")}, DECLARED)
    assert release.verdict == verdict


def test_people_in_quotes() -> None:
    one, other = (
        CoreMetadata.parse(lines_of(f"Author-email: {value}"), "METADATA")
        for value in ('"A, B" <a@x>, C', 'C,"A, B" <a@x>')
    )
    assert compare(one, other) == ()


# check: one release under two versions


@pytest.mark.parametrize(
    ("sdist", "wheels", "alike"),
    [
        ("0.5.0.dev0+git1", ["0.5.0.dev0"], ["0.5.0.dev0"]),
        ("0.5.0.dev0+git1", ["0.5.0.dev0+git1.d20260821", "0.5.0.dev1"], ["0.5.0.dev0+git1.d20260821", "0.5.0.dev1"]),
        ("1.2.0", ["0.1.dev1+gabc"], ["0.1.dev1+gabc"]),  # a tree without tags
        ("0.0.0+unknown", ["1.2.0"], ["1.2.0"]),
        ("1.2", ["1.2.0rc1"], ["1.2.0rc1"]),
        ("1.2.0", ["1.2"], []),  # one version
        ("1.2.0", ["1.1.0"], []),
        ("1.2.0", ["1.3.0", "1.1.0"], []),
    ],
)
def test_one_release_under_two_versions(tmp_path: Path, sdist: str, wheels: list[str], alike: list[str]) -> None:
    write_sdist(tmp_path, f"spam-{sdist}.tar.gz", lines_of(version=sdist))
    for version in wheels:
        write_wheel(tmp_path, wheel_name(version=version), lines_of(version=version))
    found = [one for release in abiding.check([tmp_path]) for one in release.findings if one.rule == "two-versions"]
    assert {(one.expected, one.found, one.severity) for one in found} == {
        (sdist, one, Severity.WARNING) for one in alike
    }


def test_releases_that_are_whole_are_no_two_versions_of_one(tmp_path: Path) -> None:
    for version in ("1.0.dev1", "1.0.dev2"):
        write_sdist(tmp_path, f"spam-{version}.tar.gz", lines_of(version=version))
        write_wheel(tmp_path, wheel_name(version=version), lines_of(version=version))
    write_wheel(tmp_path, wheel_name(version="1.0.dev3"), lines_of(version="1.0.dev3"))
    write_sdist(tmp_path, "egg-1.0.dev4.tar.gz", lines_of(version="1.0.dev4", name="egg"))
    assert not any(release.findings for release in abiding.check([tmp_path]))
