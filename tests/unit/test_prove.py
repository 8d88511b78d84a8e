"""`abiding prove`: small projects built by real hooks in this environment, and the real environments without an index."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import abiding
from abiding.archives.wheel import Wheel
from abiding.cli import main
from abiding.findings.errors import AbidingError, ArchiveError, DeclarationError
from abiding.findings.finding import Severity
from abiding.findings.screen import block
from abiding.findings.terminal import Terminal as Screen
from abiding.metadata.core import CoreMetadata
from abiding.project.level import Level
from abiding.proof import ProofVerdict, prove
from abiding.proof.building import Result, StepOutcome, StepState
from abiding.proof.commands import CommandError
from abiding.proof.copies import copy_of, unpack
from abiding.proof.environments import Isolated
from abiding.proof.failures import failures
from abiding.proof.own_wheel import with_own, write_wheel
from abiding.proof.plan import BuiltFrom, Setting, Step, What, settings_of, steps_of
from abiding.proof.rules import judge_builds
from abiding.proof.subject import ProofSubject
from abiding.report import explanations
from abiding.report import proof as report
from makers.proving import Here, git, odd_tree, proven
from makers.trees import SOURCES, WRAPPED_FLIT, Tree, flit_tree
from tests.unit.sarif import valid

from . import contract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from abiding.proof import Proof

pytestmark = pytest.mark.slow

DYNAMIC = '"Dynamic: Requires-Dist"'


def rules_of(proof: Proof) -> list[str]:
    return sorted({one.rule for one in proof.findings if one.severity is not Severity.NOTE})


def said(proof: Proof, what: What, level: Level | None = None) -> list[tuple[str, ...]]:
    return [
        result.metadata.all("Requires-Dist")
        for built in proof.builds
        if built.step.what is what and built.step.setting.level is level
        for result in built.results
    ]


# Projects that keep their word


def test_a_wrapped_project(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    before = tree.snapshot()
    proof = proven(tree.folder)
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.PROVEN, [])
    assert (proof.name, proof.version) == ("spam", "1.4.0")
    assert len(proof.builds) == 2 * 8
    for what in What:
        abi = ("numpy>=1.26",) if what is What.SDIST else ("numpy>=1.26", "libgmp==6.3.0")
        assert set(said(proof, what, Level.ABI)) == {abi}
        assert set(said(proof, what, Level.API)) == {("numpy>=1.26",)}
        assert len(said(proof, what, Level.ABI)) == (2 if what.kind == "editable" else 4)
    assert tree.snapshot() == before


def test_a_project_that_does_not_use_abiding(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace("abiding.backend", "flit_core.buildapi").replace('dynamic = ["dependencies"]\n', "")
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text[: text.index("[tool")], "spam.py": '"""x"""\n'})
    proof = proven(tree.folder)
    assert (proof.verdict, rules_of(proof), len(proof.builds)) == (ProofVerdict.PROVEN, [], 8)
    assert {built.step.setting for built in proof.builds} == {Setting()}


def test_setup_py_alone(tmp_path: Path) -> None:
    setup = 'from setuptools import setup\nsetup(name="spam", version="1", py_modules=["spam"])\n'
    tree = Tree.write(tmp_path / "tree", {"setup.py": setup, "spam.py": ""})
    before = tree.snapshot()
    proof = proven(tree.folder)
    assert proof.verdict is ProofVerdict.PROVEN, report.as_text(proof, Screen())
    assert proof.authors == "setuptools.build_meta:__legacy__"
    assert tree.snapshot() == before


@pytest.mark.parametrize(("is_unpacked", "level"), [(False, "abi"), (True, "api")])
def test_an_sdist(is_unpacked: bool, level: str, tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    sdist = tmp_path / "out" / tree.hook("build_sdist", tmp_path / "out")
    proof = proven(unpack(sdist, tmp_path / "unpacked") if is_unpacked else sdist, level=level)
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.PROVEN, [])
    assert {built.step.origin for built in proof.builds} == {BuiltFrom.SDIST}
    lines = ("numpy>=1.26", "libgmp==6.3.0") if level == "abi" else ("numpy>=1.26",)
    assert set(said(proof, What.WHEEL, Level(level))) == {lines}
    # It was asked for.
    assert [one for one in proof.findings if one.rule.startswith("level")] == []


VARIANTS = '"libgmp==6.3.0",\n    { requires = "cupy", variant = "cuda" },'


def test_variants(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', VARIANTS)
    settings = settings_of(ProofSubject.read(tree.folder).declaration)
    assert [str(one) for one in settings] == ["level abi", "level abi, variant cuda", "level api"]


def test_one_environment_for_each_set_of_requirements(tmp_path: Path) -> None:
    made: list[Here] = []

    def make(folder: Path) -> Here:
        made.append(Here(folder))
        return made[-1]

    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '"packaging>=x.x"')
    assert prove(tree.folder, make, level=Level.ABI).verdict is ProofVerdict.PROVEN
    asked = {tuple(one) for one in made[0].asked}
    pinned = ("abiding", "flit-core", "packaging", "dynamic-metadata>=0.6")
    assert asked == {("abiding", "flit-core"), pinned}


def test_a_line_of_the_source_is_not_taken_for_a_pin(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '"packaging>=x.x", "packaging<99"')
    file = tree.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("numpy>=1.26", "packaging>=23.2"))
    proof = proven(tree.folder)
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.PROVEN, []), report.as_text(proof, Screen())
    assert set(said(proof, What.WHEEL, Level.API)) == {("packaging>=23.2",)}


def test_lines_for_some_tags(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '{ requires = "libgmp==6.3.0", select = "*-*" }')
    proof = proven(tree.folder, level="abi")
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.PROVEN, []), report.as_text(proof, Screen())


# Projects that do not


WRONG = {
    "not-repeatable": (
        f'return [{DYNAMIC}, f"Requires-Dist: a{{count}}"]',
        "`Requires-Dist` of the wheel is not the same twice",
    ),
    "prepared-differs (the second time)": (
        f'return [{DYNAMIC}, "Requires-Dist: " + ("numpy" if hook == "build_wheel" and count % 2 == 0 else "rich")]',
        "`Requires-Dist` of the wheel is not what was prepared for it",
    ),
    "prepared-differs": (
        f'return [{DYNAMIC}, "Requires-Dist: " + ("rich" if hook == "prepare" else "numpy")]',
        "`Requires-Dist` of the wheel is not what was prepared for it",
    ),
    "builds-disagree": (
        f'return [{DYNAMIC}, "Requires-Dist: " + ("numpy" if IN_SDIST and hook != "build_sdist" else "rich")]',
        "`Requires-Dist` of the wheel from the sdist is not that of the wheel from the tree",
    ),
    "builds-disagree (editable)": (
        f'return [{DYNAMIC}, "Requires-Dist: " + ("numpy" if hook == "build_editable" else "rich")]',
        "`Requires-Dist` of the editable is not that of the wheel",
    ),
    "builds-disagree (sdist)": (
        f'return [{DYNAMIC}, "Requires-Dist: " + ("numpy" if IN_SDIST and hook == "build_sdist" else "rich")]',
        "`Requires-Dist` of the sdist from the sdist is not that of the sdist from the tree",
    ),
    "undeclared-requirement": (
        'return ["Requires-Dist: numpy"] if hook != "build_sdist" else []',
        "the wheel adds `numpy`, and the sdist does not say so",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_project(case: str, tmp_path: Path) -> None:
    lines, message = WRONG[case]
    proof = proven(odd_tree(tmp_path / "tree", lines))
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.REFUTED, [case.partition(" ")[0]]), report.as_text(
        proof, Screen()
    )
    assert message in {one.message for one in proof.findings}, [one.message for one in proof.findings]


def test_the_editable_may_require_its_mechanism(tmp_path: Path) -> None:
    lines = f'return [{DYNAMIC}, *(["Requires-Dist: editables>=0.5"] if hook == "build_editable" else [])]'
    assert rules_of(proven(odd_tree(tmp_path / "tree", lines))) == []


def test_what_no_resolver_reads_is_the_business_of_the_project(tmp_path: Path) -> None:
    proof = proven(odd_tree(tmp_path / "tree", 'return ["Dynamic: Summary", f"Summary: {count}"]'))
    assert (proof.verdict, rules_of(proof)) == (ProofVerdict.PROVEN, ["not-repeatable"])
    assert report.summary(proof).endswith(" warnings")


def test_spelling_is_no_difference(tmp_path: Path) -> None:
    lines = 'return ["Requires-Dist: a >= 1" if count % 2 else "Requires-Dist: a>=1"]'
    proof = proven(odd_tree(tmp_path / "tree", lines))
    assert rules_of(proof) == []
    assert "agrees twice" in report.as_text(proof, Screen())


def test_a_file_that_the_sdist_lacks(tmp_path: Path) -> None:
    more = "() if hook == 'build_sdist' else ('table.txt',)"
    proof = proven(odd_tree(tmp_path / "tree", "return []", more, **{"table.txt": "x\n"}))
    (finding,) = (one for one in proof.findings if one.severity is not Severity.NOTE)
    assert (finding.rule, finding.expected, proof.verdict) == ("other-files", ("table.txt",), ProofVerdict.PROVEN)
    assert finding.message == "the wheel from the sdist lacks 1 file of the wheel from the tree"


def test_a_build_that_fails_and_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = proven(odd_tree(tmp_path / "tree", 'print("no luck") if hook == "build_wheel" else 0; return [] if hook != "build_wheel" else exit(3)'))  # fmt: skip
    states = {(built.step.what, built.step.origin): built.state for built in proof.builds}
    assert proof.verdict is ProofVerdict.UNPROVEN
    assert [key for key, state in states.items() if state is StepState.FAILED] == [
        (What.WHEEL, one) for one in BuiltFrom
    ]
    assert states[What.PREPARED_EDITABLE, BuiltFrom.TREE] is StepState.ABSENT
    assert states[What.EDITABLE, BuiltFrom.TREE] is states[What.SDIST, BuiltFrom.SDIST] is StepState.BUILT
    finding = proof.findings[0]
    assert (finding.rule, finding.message) == ("failed-build", "`build_wheel` did not succeed")
    assert finding.notes == ("no luck",)
    assert capsys.readouterr() == ("", "")


def test_without_an_sdist_nothing_is_built_from_it(tmp_path: Path) -> None:
    proof = proven(odd_tree(tmp_path / "tree", "return [] if hook != 'build_sdist' else exit(1)"))
    assert [built.state for built in proof.builds if built.step.origin is BuiltFrom.SDIST] == [StepState.IMPOSSIBLE] * 3
    assert proof.verdict is ProofVerdict.UNPROVEN
    assert report.summary(proof) == "unproven: 4 of 7 builds could not be made"


def test_what_abiding_refuses_is_said(tmp_path: Path) -> None:
    tree = odd_tree(tmp_path / "tree", 'return ["Requires-Dist: rich"] if hook != "build_sdist" else []')
    text = 'requires = ["abiding"]\nbuild-backend = "abiding.backend"\n[project]\nname = "spam"\nversion = "1.4.0"\n'
    text += '[tool.abiding]\nbuild-backend = "odd"\nbackend-path = ["."]\n'
    (tree / "pyproject.toml").write_text(f"[build-system]\n{text}", encoding="utf-8")
    proof = proven(tree)
    assert proof.verdict is ProofVerdict.UNPROVEN
    notes = {note for one in proof.findings for note in one.notes}
    assert "abiding: error[undeclared-requirement]: the wheel adds `rich`, and nothing declares it" in notes


def test_an_environment_that_can_not_be_made(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"abiding", "flit-core"', '"abiding", "missing"')
    proof = proven(tree.folder, level="abi")
    assert proof.builds[0].output == "no matching distribution for missing\n"
    assert proof.verdict is ProofVerdict.UNPROVEN


def test_a_backend_that_is_not_there(tmp_path: Path) -> None:
    tree = Tree.write(tmp_path, {"pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "nowhere"\n'})
    proof = proven(tree.folder)
    assert proof.verdict is ProofVerdict.UNPROVEN
    assert "No module named 'nowhere'" in proof.builds[0].output


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({}, "missing-file"),
        ({"pyproject.toml": "[build-system]\nrequires = 1\n"}, "bad-pyproject"),
        ({"pyproject.toml": "project = 'x'\n[build-system]\nrequires = []\n"}, "bad-pyproject"),
        ({"pyproject.toml": "[build-system]\nrequires = ['-r/etc/passwd']\n"}, "bad-requirement"),
        ({"pyproject.toml": "[build-system]\nrequires = ['./folder']\n"}, "bad-requirement"),
        ({"pyproject.toml": WRAPPED_FLIT.replace("libgmp==6.3.0", "libgmp=6.3.0")}, "bad-requirement"),
    ],
)  # fmt: skip
def test_what_can_not_be_begun(files: dict[str, str], rule: str, tmp_path: Path) -> None:
    Tree.write(tmp_path, files)
    with pytest.raises(DeclarationError) as caught:
        proven(tmp_path)
    assert caught.value.findings[0].rule == rule


def test_settings_that_do_not_exist(tmp_path: Path) -> None:
    for tree, option, rule in (
        (flit_tree(tmp_path / "1").folder, {"variant": "cuda"}, "unknown-variant"),
        (odd_tree(tmp_path / "2", "return []"), {"level": "api"}, "no-declaration"),
    ):
        with pytest.raises(AbidingError) as caught:
            proven(tree, **option)
        assert caught.value.findings[0].rule == rule
    with pytest.raises(ArchiveError, match="no such file"):
        proven(tmp_path / "nowhere")


# The plan and what is held against it


def test_the_plan() -> None:
    assert settings_of(None) == (Setting(),)
    steps = [(step.what, step.origin) for step in steps_of(Setting(), from_tree=True)]
    assert steps[:5] == [(what, BuiltFrom.TREE) for what in What]
    assert steps[5:] == [(what, BuiltFrom.SDIST) for what in (What.SDIST, What.PREPARED_WHEEL, What.WHEEL)]
    assert [one.origin for one in steps_of(Setting(), from_tree=False)] == [BuiltFrom.SDIST] * 5


@pytest.mark.parametrize(
    ("level", "variant", "lines", "rule", "message"),
    [
        (Level.ABI, "", "numpy>=1.26 libgmp==6.3.0", "", ""),
        (Level.API, "", "numpy>=1.26", "", ""),
        (Level.ABI, "cuda", "numpy>=1.26 libgmp==6.3.0 cupy", "", ""),
        (Level.ABI, "", "numpy>=1.26", "missing-requirement", "the wheel at level abi does not have `libgmp==6.3.0`, which is declared for it"),
        (Level.API, "", "numpy>=1.26 libgmp==6.3.0", "undeclared-requirement", "the wheel at level api has `libgmp==6.3.0`, which is declared for others"),
        (Level.ABI, "", "numpy>=1.26 libgmp==6.3.0 cupy", "undeclared-requirement", "the wheel at level abi has `cupy`, which is declared for others"),
    ],
)  # fmt: skip
def test_a_wheel_has_the_lines_of_its_level(
    level: Level, variant: str, lines: str, rule: str, message: str, tmp_path: Path
) -> None:
    subject = ProofSubject.read(flit_tree(tmp_path, '"libgmp==6.3.0",', VARIANTS).folder)
    text = "Metadata-Version: 2.4\nName: spam\nVersion: 1.4.0\n"
    text += "".join(f"Requires-Dist: {line}\n" for line in lines.split())
    result = Result(
        tmp_path / "spam-1.4.0-py3-none-any.whl", CoreMetadata.parse(text.encode(), "METADATA"), frozenset(), 1.0
    )
    step = Step(Setting(level, variant), What.WHEEL, BuiltFrom.TREE)
    findings = judge_builds(subject, [StepOutcome(step, StepState.BUILT, (result, result))])
    assert [(one.rule, one.message) for one in findings] == ([(rule, message)] if rule else [])


def test_an_sdist_has_no_level(tmp_path: Path) -> None:
    subject = ProofSubject.read(flit_tree(tmp_path).folder)
    builds = []
    for level, line in ((Level.ABI, "a"), (Level.API, "b")):
        metadata = CoreMetadata.parse(f"Name: spam\nVersion: 1.4.0\nKeywords: {line}\n".encode(), "METADATA")
        result = Result(tmp_path / "spam-1.4.0.tar.gz", metadata, frozenset(), 1.0)
        builds.append(StepOutcome(Step(Setting(level), What.SDIST, BuiltFrom.TREE), StepState.BUILT, (result, result)))
    found = [one.message for one in judge_builds(subject, builds) if one.rule == "builds-disagree"]
    assert found == ["`Keywords` of the sdist at level api is not that of the sdist at level abi"]


# Copies


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a project in a folder of it, and changes of every kind."""
    folder = tmp_path / "repository"
    Tree.write(folder, {".gitignore": "*.so\n", "packages/spam/kept.py": "1\n", "packages/spam/gone.py": "1\n", "shared.txt": "1\n"})  # fmt: skip
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    git(folder, "tag", "v1.4.0")
    spam = folder / "packages" / "spam"
    (spam / "kept.py").write_text("2\n")
    (spam / "gone.py").unlink()
    (spam / "new.py").write_text("3\n")
    (spam / "staged.py").write_text("4\n")
    git(folder, "add", "packages/spam/staged.py")
    (spam / "ignored.so").write_text("x")
    (spam / "link.py").symlink_to("kept.py")
    return folder


def test_a_copy_of_a_repository(repository: Path, tmp_path: Path) -> None:
    before = git(repository, "status", "--porcelain")
    copy = copy_of(repository / "packages" / "spam", tmp_path / "work")
    assert sorted(path.name for path in copy.iterdir()) == ["kept.py", "link.py", "new.py", "staged.py"]
    assert (copy / "kept.py").read_text() == "2\n"
    assert (copy / "link.py").is_symlink()
    assert (copy.parents[1] / "shared.txt").exists()
    assert git(copy, "describe", "--tags") == "v1.4.0\n"
    assert git(copy, "status", "--porcelain") == before
    (copy / "kept.py").write_text("5\n")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "y")
    assert git(repository, "status", "--porcelain") == before
    assert git(repository, "describe", "--tags") == "v1.4.0\n"


def test_a_copy_of_another_tree(repository: Path, tmp_path: Path) -> None:
    """What git does not know is copied as it is: an unpacked sdist below a repository, for example."""
    spam = repository / "not-under-git"
    spam.mkdir()
    (spam / "ignored.so").write_text("x")
    copy = copy_of(spam, tmp_path / "work")
    assert [path.name for path in copy.iterdir()] == ["ignored.so"]
    assert not (copy.parent / ".git").exists()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


# Pythons before 3.11.4 have no filters; one that has them does without in the same way if it is not later than 3.11.
FILTERING = pytest.mark.parametrize("filtering", [True, False] if sys.version_info < (3, 12) else [True])
ODD_SDISTS = {
    "no folder": [member("a")],
    "two folders": [member("other/a")],
    "a link out": [member("spam-1.0/l", tarfile.SYMTYPE, "../../../x")],
    "an absolute link": [member("spam-1.0/l", tarfile.SYMTYPE, "/etc/passwd")],
    "a hard link to nothing": [member("spam-1.0/l", tarfile.LNKTYPE, "spam-1.0/nothing")],
    "a device": [member("spam-1.0/d", tarfile.CHRTYPE)],
    "a file below a file": [member("spam-1.0/setup.py"), member("spam-1.0/setup.py/b")],
    "a path out": [member("../x")],
    "an absolute path": [member("/x")],
}  # fmt: skip


def sdist_with(folder: Path, members: Sequence[tarfile.TarInfo]) -> Path:
    sdist = folder / "spam-1.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name, text in (("PKG-INFO", "Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n"), ("setup.py", "")):
            info = member(f"spam-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
        for info in members:
            archive.addfile(info)
    return sdist


@pytest.mark.parametrize("case", ODD_SDISTS)
@FILTERING
def test_an_sdist_that_can_not_be_unpacked(
    case: str, filtering: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with a Python whose `tarfile` has no filters."""
    if not filtering:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    sdist_with(tmp_path, ODD_SDISTS[case])
    before = set(tmp_path.rglob("*"))
    with pytest.raises(ArchiveError):
        unpack(tmp_path / "spam-1.0.tar.gz", tmp_path / "out" / "in")
    assert set(tmp_path.rglob("*")) == before


@FILTERING
def test_a_fair_sdist_is_unpacked(filtering: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is whose who unpacks it: git refuses to work in the folders of others."""
    if not filtering:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    members = [
        member("spam-1.0/docs", tarfile.DIRTYPE), member("spam-1.0/docs/a"), member("spam-1.0/b", tarfile.SYMTYPE, "docs"),
        member("spam-1.0/c", tarfile.LNKTYPE, "spam-1.0/PKG-INFO"),
    ]  # fmt: skip
    for info in members:
        info.uid = info.gid = 4321
        info.mode = 0o6777 if info.isfile() else 0
    folder = unpack(sdist_with(tmp_path, members), tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["PKG-INFO", "b", "c", "docs", "setup.py"]
    assert (folder / "c").read_bytes() == (folder / "PKG-INFO").read_bytes()
    assert (folder / "b" / "a").is_file()
    states = [path.lstat() for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    assert {state.st_uid for state in states} == {tmp_path.stat().st_uid}
    assert not any(state.st_mode & 0o6022 for state in states)


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda _: b"\x1f\x8b\x08", lambda _: b"PK\3\4"]
)
@pytest.mark.parametrize("extension", [".tar.gz", ".zip"])
def test_a_damaged_sdist_is_one_error(tmp_path: Path, damage: Callable[[bytes], bytes], extension: str) -> None:
    data = sdist_with(tmp_path, []).read_bytes()
    path = tmp_path / f"spam-2.0{extension}"
    path.write_bytes(damage(data))
    with pytest.raises(ArchiveError):
        unpack(path, tmp_path / "out")


def test_a_damaged_member_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "spam-2.0.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("spam-2.0/PKG-INFO", "Metadata-Version: 2.2\nName: spam\nVersion: 2.0\n")
        archive.writestr("spam-2.0/setup.py", "setup()")
    path.write_bytes(path.read_bytes().replace(b"setup()", b"upset()"))
    with pytest.raises(ArchiveError, match="can't be unpacked"):
        unpack(path, tmp_path / "out")


# Environments


def test_a_wheel_of_this_abiding(tmp_path: Path) -> None:
    path = write_wheel(tmp_path)
    assert path
    wheel = Wheel.open(path)
    metadata = CoreMetadata.parse(wheel.metadata(), "METADATA")
    assert (metadata.get("Name"), metadata.get("Version")) == ("abiding", abiding.__version__)
    assert any(line.startswith("packaging") for line in metadata.all("Requires-Dist"))
    assert {"abiding/backend.py", "abiding/project/schema.json", "abiding/explanations/other-files.md"} <= set(
        wheel.names
    )
    assert not [name for name in wheel.names if "__pycache__" in name]
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", target, path], check=True)
    code = "import abiding.backend as b; print(b.__file__)"
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(target)}, cwd=tmp_path, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == str(target / "abiding" / "backend.py")


@pytest.mark.parametrize(
    ("text", "directed"),
    [
        ("abiding", "abiding @ URL"),
        ("Abiding>=0.0.1", "abiding @ URL"),
        ("abiding[native]; python_version > '3'", 'abiding[native] @ URL ; python_version > "3"'),
        ("abiding==99", "abiding==99"),  # another one is pinned
        ("abiding @ https://example.invalid/abiding.whl", "abiding @ https://example.invalid/abiding.whl"),
        ("abiding-plugin", "abiding-plugin"),
        ("not a requirement", "not a requirement"),
    ],
)
def test_the_abiding_that_is_proven_is_this_one(text: str, directed: str, tmp_path: Path) -> None:
    wheel = tmp_path / "abiding.whl"
    assert with_own([text], wheel) == [directed.replace("URL", wheel.as_uri())]
    assert with_own([text], None) == [text]


@pytest.mark.parametrize("with_uv", [True, False])
def test_environments_have_what_is_asked_for(
    with_uv: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    which = shutil.which
    if with_uv and not which("uv"):
        pytest.skip("uv is not here")
    monkeypatch.setattr(shutil, "which", lambda name: which(name) if with_uv else None)
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))
    monkeypatch.setenv("ABIDING_LEVEL", "api")
    said: list[str] = []
    isolated = Isolated(tmp_path / "environments", Path(sys.executable), said.append)
    environment = isolated.having([])
    assert isolated.having([]) is environment
    assert said == ["environment: nothing"]
    code = "import importlib.util as u, os; print([n for n in ('pip', 'setuptools', 'abiding') if u.find_spec(n)], 'ABIDING_LEVEL' in os.environ)"
    done = subprocess.run([environment.python, "-c", code], env=environment.variables, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "[] False\n"


def test_an_environment_that_fails_fails_again(tmp_path: Path) -> None:
    said: list[str] = []
    isolated = Isolated(tmp_path / "environments", tmp_path / "no-python", said.append)
    for _ in range(2):
        with pytest.raises(CommandError, match="no-python"):
            isolated.having(["flit-core"])
    assert len(said) == 1


@pytest.mark.parametrize("with_uv", [True, False])
@pytest.mark.parametrize("text", ["-r{}", "--requirement={}", "-e.", "./x", "-"])
def test_what_a_hook_asks_for_is_never_an_option(
    with_uv: bool, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: which(name) if with_uv else None)
    (tmp_path / "secret").write_text("top secret\n")
    with pytest.raises(CommandError) as caught:
        Isolated(tmp_path / "environments", Path(sys.executable), lambda _: None).having(
            [text.format(tmp_path / "secret")]
        )
    assert "is not a requirement (PEP 508)" in caught.value.output
    assert "top secret" not in caught.value.output


# The command


@pytest.fixture
def in_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abiding.proof.environments.Isolated", lambda folder, _python, _say: Here(folder))


@pytest.mark.usefixtures("in_this_environment")
def test_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Where a level is named, an sdist that is not to be built from otherwise is built from all the same.
    tree = flit_tree(tmp_path / "tree", '"flit_core.buildapi"', '"flit_core.buildapi"\nfrom-sdist = "refuse"')
    assert main(["prove", str(tree.folder), "--level", "abi"]) == 0
    out, err = capsys.readouterr()
    assert re.sub(r"\d+\.\d \+ \d+\.\d s", "0.0 + 0.0 s", out) == dedent("""\
        spam 1.4.0   built by flit_core.buildapi, wrapped by abiding

          level abi
          sdist              from the tree   same twice                     0.0 + 0.0 s
          prepared wheel     from the tree   same twice  +1 line, declared  0.0 + 0.0 s
          wheel              from the tree   same twice  +1 line, declared  0.0 + 0.0 s
          prepared editable  from the tree   same twice  +1 line, declared  0.0 + 0.0 s
          editable           from the tree   same twice  +1 line, declared  0.0 + 0.0 s
          sdist              from the sdist  same twice                     0.0 + 0.0 s
          prepared wheel     from the sdist  same twice  +1 line, declared  0.0 + 0.0 s
          wheel              from the sdist  same twice  +1 line, declared  0.0 + 0.0 s

        proven: 8 builds, each made twice: all agree with the declaration
        """)
    assert [line.split("s  ")[1] for line in err.splitlines()][:2] == [
        "level abi: sdist from the tree",
        "level abi: prepared wheel from the tree",
    ]


@pytest.mark.usefixtures("in_this_environment")
def test_statuses_and_where_things_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines, message = WRONG["prepared-differs"]
    assert main(["prove", str(odd_tree(tmp_path / "1", lines))]) == 1
    out, _ = capsys.readouterr()
    assert re.search(r"^  wheel +from the tree +DIFFERS +Requires-Dist +\d", out, re.MULTILINE)
    assert message in " ".join(out.split())
    assert out.endswith("\nrefuted: 1 error, in 7 builds, each made twice\n")
    assert main(["prove", str(odd_tree(tmp_path / "2", 'print("no luck"); exit(3)'))]) == 2
    out, err = capsys.readouterr()
    assert "\n--- sdist from the tree, and 3 more with the same error ---\n" in err
    assert "no luck" in err
    assert "FAILED" in out
    assert re.search(r"^  wheel +from the sdist +not built +there is no sdist$", out, re.MULTILINE)
    assert main(["prove", str(tmp_path / "nowhere")]) == 2


TRACEBACK = """\
Traceback (most recent call last):
  File "/x/_in_process.py", line 406, in <module>
    main()
    ^^^^
  File "/x/abiding/backend.py", line 33, in {0}
    return build.{0}()
  File "{1}", line {2}, in <module>
    raise RuntimeError("{3}")
RuntimeError: {3}
abiding: `{0}` of `setuptools.build_meta` failed at {1}:{2}: the error is there, not in abiding
"""


def failing(*outputs: str) -> list[StepOutcome]:
    """Builds that printed these texts; an empty one has not failed."""
    states = (StepState.FAILED if output else StepState.BUILT for output in outputs)
    steps = (Step(Setting(), what, BuiltFrom.TREE) for what in What)
    return [
        StepOutcome(step, state, output=output) for step, state, output in zip(steps, states, outputs, strict=False)
    ]


@pytest.mark.parametrize(
    ("first", "second", "are_alike"),
    [
        (("build_sdist", "/x/a.py", 1, "no"), ("build_wheel", "/x/a.py", 1, "no"), True),
        (("get_requires_for_build_sdist", "/x/a.py", 1, "no"), ("prepare_metadata_for_build_editable", "/x/a.py", 1, "no"), True),
        (("build_sdist", "/t/build-1/tree/a.py", 1, "no"), ("build_wheel", "/t/build-12/tree/a.py", 1, "no"), True),
        (("build_sdist", "/x/a.py", 1, "no"), ("build_wheel", "/x/a.py", 1, "no more"), False),
        (("build_sdist", "/x/a.py", 1, "no"), ("build_wheel", "/x/a.py", 2, "no"), False),
        (("build_sdist", "/x/a.py", 1, "no"), ("build_wheel", "/x/b.py", 1, "no"), False),
        (("build_sdist", "/t/tree-1/a.py", 1, "no"), ("build_wheel", "/t/tree-2/a.py", 1, "no"), False),
    ],
)  # fmt: skip
def test_one_error_is_shown_once(first: tuple[object, ...], second: tuple[object, ...], *, are_alike: bool) -> None:
    """Whatever hook it is in; what else is printed, or from elsewhere, is another one."""
    one, other = TRACEBACK.format(*first), TRACEBACK.format(*second)
    shown = [(output, len(steps)) for output, steps in failures(failing(one, "", other))]
    assert shown == ([(one, 2)] if are_alike else [(one, 1), (other, 1)])
    printed = list(failures(failing(f"{one}  more\n", f"{one}  less\n")))
    assert len(printed) == 2
    assert len(list(failures(failing(one, one, f"cc: a.c: error\n{one}")))) == 2


@pytest.mark.usefixtures("in_this_environment")
def test_the_traceback_of_a_backend_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = WRAPPED_FLIT.replace("flit-core", "setuptools").replace("flit_core.buildapi", "setuptools.build_meta")
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "setup.py": 'raise RuntimeError("no luck")\n'})
    assert main(["prove", str(tree.folder), "--level", "abi"]) == 2
    _, err = capsys.readouterr()
    assert err.count("Traceback (most recent call last)") == 1
    assert "\n--- level abi: sdist from the tree, and 4 more with the same error ---\n" in err
    assert "failed at setup.py:1" in err


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Path, Path]:
    """An sdist that leaves a mark when its code runs."""
    tree = odd_tree(tmp_path / "tree", f"pathlib.Path({str(tmp_path / 'mark')!r}).touch(); return []")
    (tree / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: spam\nVersion: 1.4.0\n", encoding="utf-8")
    sdist = tmp_path / "spam-1.4.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(tree, "spam-1.4.0")
    return sdist, tmp_path / "mark"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("in_this_environment")
@pytest.mark.parametrize(
    ("arguments", "stdin", "runs"),
    [
        ([], io.StringIO("y\n"), False),
        ([], None, False),
        ([], Terminal("n\n"), False),
        ([], Terminal(""), False),
        ([], Terminal("y\n"), True),
        (["--yes"], None, True),
    ],
)
def test_code_of_an_sdist_runs_only_if_somebody_says_so(
    marked: tuple[Path, Path],
    arguments: list[str],
    stdin: io.StringIO | None,
    runs: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sdist, mark = marked
    monkeypatch.setattr(sys, "stdin", stdin)
    status = main(["prove", str(sdist), *arguments])
    assert mark.exists() is runs
    assert status == (0 if runs else 2)
    said = capsys.readouterr().err
    assert said.startswith(
        f"proving {sdist.name} runs its code, and that of all that it requires to build, with your rights"
    )
    if not isinstance(stdin, Terminal) and not runs:
        assert "hint: `--yes` runs it without asking" in said


@pytest.mark.usefixtures("in_this_environment")
def test_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', VARIANTS)
    outputs = [f"--output={form}={tmp_path / form}" for form in ("text", "concise", "json", "github", "sarif")]
    assert main(["prove", str(tree.folder), "--variant", "cuda", "--level", "abi", *outputs]) == 0
    said = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir() if path.is_file()}
    assert said["text"] == capsys.readouterr().out
    assert (
        said["concise"]
        == said["github"]
        == "spam 1.4.0: proven: 8 builds, each made twice: all agree with the declaration\n"
    )
    assert valid(said["sarif"])["results"] == []
    data = contract.document(said["json"], "prove")
    builds = data.pop("builds")
    assert (data["project"], data["read_from"]) == ({"name": "spam", "version": "1.4.0"}, str(tree.folder))
    assert (data["verdict"], data["severity"], data["findings"]) == ("proven", None, [])
    assert [build.pop("seconds").__len__() for build in builds] == [2] * 8
    assert builds[2] == {
        "what": "wheel",
        "from": "tree",
        "level": "abi",
        "variant": "cuda",
        "state": "built",
        "filename": "spam-1.4.0-py2.py3-none-any.whl",
        "requires_dist": ["numpy>=1.26", "libgmp==6.3.0", "cupy"],
        "output": None,
    }


# The pages


EXAMPLES = {
    "not-repeatable": f'return [{DYNAMIC}, "Requires-Dist: " + ("rich" if count % 2 else "numpy")]',
    "builds-disagree": f'return [{DYNAMIC}, "Requires-Dist: " + ("numpy" if IN_SDIST and hook != "build_sdist" else "rich")]',
}  # fmt: skip


@pytest.mark.parametrize("rule", ["not-repeatable", "builds-disagree", "other-files", "failed-build"])
def test_example_of_the_page(rule: str, tmp_path: Path) -> None:
    more = "() if hook == 'build_sdist' else ('spam/table.txt',)" if rule == "other-files" else "()"
    if rule == "failed-build":
        step = Step(Setting(Level.ABI), What.WHEEL, BuiltFrom.SDIST)
        output = "Traceback\n  File\nFileNotFoundError: [Errno 2] No such file or directory: 'README.md'\n"
        findings = judge_builds(
            ProofSubject.read(flit_tree(tmp_path).folder), [StepOutcome(step, StepState.FAILED, (), output)]
        )
    else:
        tree = odd_tree(tmp_path, EXAMPLES.get(rule, "return []"), more, **{"spam/table.txt": ""})
        findings = proven(tree).findings
    printed = block(next(one for one in findings if one.rule == rule))
    (example,) = re.findall(r"^```text\n(.*?)\n```$", explanations.page(rule), re.MULTILINE | re.DOTALL)
    assert printed == example
