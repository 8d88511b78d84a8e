"""Wheels held against what their project declares: each fault is said once, with a way out, and counted rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.project.build_record import MEMBER, BuildRecord, RecordedLine
from abiding.report import html, text
from abiding.report.summary import summary
from makers.archives import metadata, wheel_name, write_sdist, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.releases.release import Release

PYPROJECT = """
[project]
name = "spam"
version = "1.0"
dependencies = ["numpy>=1.26"]
optional-dependencies = { gpu = ["cupy"] }
dynamic = ["dependencies", "optional-dependencies"]
[tool.abiding]
build-backend = "x"
[tool.abiding.wheel]
dependencies = ["libgmp==6.3.0", "numpy<3"]
optional-dependencies.gpu = ["cupy>=14"]
"""
API = ("numpy>=1.26", 'cupy; extra == "gpu"')
GMP, NUMPY, CUPY = "libgmp==6.3.0", "numpy<3", 'cupy>=14; extra == "gpu"'
SDIST = "spam-1.0.tar.gz"
LINUX, WINDOWS, MAC = (
    wheel_name(f"cp313-cp313-{one}") for one in ("manylinux_2_28_x86_64", "win_amd64", "macosx_14_0_arm64")
)
ENTRIES = ((GMP, "libgmp==6.3.0", ""), (NUMPY, "numpy<3", ""), (CUPY, "cupy>=14", "gpu"))
RECORD = BuildRecord(
    "x", "1", "abi", "", tuple(RecordedLine(*one, native=False, reason="abi", note="") for one in ENTRIES)
)


def said(*lines: str, more: tuple[str, ...] = ()) -> bytes:
    return metadata("Provides-Extra: gpu", *more, *(f"Requires-Dist: {line}" for line in (*API, *lines)))


def checked(folder: Path, wheels: dict[str, tuple[str, ...]], *, record: bool = True) -> Release:
    write_sdist(folder, SDIST, said(more=("Dynamic: Requires-Dist", "Dynamic: Provides-Extra")), PYPROJECT)
    for name, lines in wheels.items():
        more = {f"spam-1.0.dist-info/{MEMBER}": RECORD.to_json()} if record else {}
        write_wheel(folder, name, said(*lines), more=more)
    (release,) = abiding.check([folder])
    return release


def errors(release: Release) -> list[tuple[object, ...]]:
    return [(one.rule, one.expected, one.found) for one in release.findings if one.severity == "error"]


@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((GMP, NUMPY, CUPY), []),
        ((GMP, NUMPY), [("missing-requirement", CUPY, None)]),
        (("libgmp==6.2.0", NUMPY, CUPY), [("changed-requirement", GMP, "libgmp==6.2.0")]),
        ((GMP, "numpy<2", CUPY), [("changed-requirement", NUMPY, "numpy<2")]),
        ((GMP, NUMPY, 'cupy>=13; extra == "gpu"'), [("changed-requirement", CUPY, 'cupy>=13; extra == "gpu"')]),
        # The same distribution without the extra is another requirement.
        ((GMP, NUMPY, "cupy>=14"), [("missing-requirement", CUPY, None), ("undeclared-requirement", None, "cupy>=14")]),
        ((GMP, NUMPY, CUPY, "egg"), [("undeclared-requirement", None, "egg")]),
    ],
)
def test_one_fault_is_one_error(
    lines: tuple[str, ...], expected: list[tuple[object, ...]], record: bool, tmp_path: Path
) -> None:
    release = checked(tmp_path, {LINUX: lines}, record=record)
    assert errors(release) == expected
    assert all(one.hints for one in release.findings if one.severity == "error")


def test_a_wheel_without_record_that_has_another_line_is_not_of_the_api_level(tmp_path: Path) -> None:
    assert errors(checked(tmp_path / "1", {LINUX: ("libgmp==6.2.0",)}, record=False)) == [
        ("changed-requirement", GMP, "libgmp==6.2.0")
    ]
    assert errors(checked(tmp_path / "2", {LINUX: ()}, record=False)) == []


def test_who_is_told_to_declare_is_not_told_what_is_done_already(tmp_path: Path) -> None:
    (finding,) = [one for one in checked(tmp_path, {LINUX: (GMP, NUMPY, CUPY, "egg")}).findings if one.hints]
    assert "project.dynamic" not in "".join(finding.hints)
    assert "[tool.abiding.wheel]" in finding.hints[0]
    assert "from the sdist" in finding.hints[1]


def test_a_record_of_the_abi_level_leaves_no_way_to_be_of_the_other(tmp_path: Path) -> None:
    with_record = checked(tmp_path / "1", {LINUX: (GMP,)})
    without = checked(tmp_path / "2", {LINUX: (GMP,)}, record=False)
    for release, is_possible in ((with_record, False), (without, True)):
        notes = {note for one in release.findings if one.rule == "missing-requirement" for note in one.notes}
        assert len(notes) == 1
        assert ("or none (the API level)" in notes.pop()) is is_possible


ALL = (GMP, NUMPY, CUPY)


@pytest.mark.parametrize(
    ("wheels", "words"),
    [
        (
            {LINUX: ()},
            "inconsistent: 1 of 1 wheel lacks lines that are declared for it, in what resolvers read. Case 2",
        ),
        (
            {LINUX: (), WINDOWS: ()},
            "inconsistent: 2 of 2 wheels lack lines that are declared for them, in what resolvers read. Case 2",
        ),
        (
            {LINUX: ALL, WINDOWS: ()},
            "inconsistent: 1 of 2 wheels lacks lines that are declared for it, in what resolvers read. Case 2",
        ),
        (
            {LINUX: ALL, WINDOWS: (), MAC: (*ALL, "egg")},
            "inconsistent: 2 of 3 wheels are not as declared, in what resolvers read. Case 2",
        ),
        (
            {LINUX: ALL, MAC: (*ALL, "egg")},
            "1 of 2 wheels differs from the sdist in a way that is not declared, in what resolvers read. Case",
        ),
        ({LINUX: ALL, MAC: ALL}, "declared: 2 of 2 wheels differ from the sdist, all as declared. Case 2"),
    ],
)
def test_the_last_line_counts_what_is_wrong(wheels: dict[str, tuple[str, ...]], words: str, tmp_path: Path) -> None:
    release = checked(tmp_path, wheels)
    assert words in summary(release)
    assert release.resolver_relevant
    (wrong, _, right) = text.render([release]).partition("\ndeclared: ")
    has_all = {name.split("-")[-1].removesuffix(".whl"): lines == ALL for name, lines in wheels.items()}
    assert {platform: platform in right for platform in has_all} == has_all
    assert all(platform in wrong for platform, is_right in has_all.items() if not is_right)


def test_errors_that_are_not_about_agreement_are_counted_too(tmp_path: Path) -> None:
    """Oracle: the number of errors in the release."""
    data = said(*ALL)
    write_sdist(tmp_path, SDIST, said(more=("Dynamic: Requires-Dist", "Dynamic: Provides-Extra")), PYPROJECT)
    abi = {f"spam-1.0.dist-info/{MEMBER}": RECORD.to_json()}
    write_wheel(tmp_path, LINUX, data, tags=["cp312-cp312-manylinux_2_28_x86_64"], more=abi)
    api = BuildRecord("x", "1", "api", "").to_json()
    write_wheel(tmp_path, MAC, said(), more={f"spam-1.0.dist-info/{MEMBER}": api})
    (release,) = abiding.check([tmp_path])
    assert [one.rule for one in release.findings if one.severity == "error"] == ["wheel-tags", "levels-mixed"]
    last = summary(release)
    assert last.startswith("1 error of `wheel-tags` and 1 error of `levels-mixed`. Metadata declared: ")
    assert "1 error of <code>wheel-tags</code> and 1 error of <code>levels-mixed</code>" in html.render([release])


def test_a_file_alone_is_identical_to_none(tmp_path: Path) -> None:
    write_wheel(tmp_path, LINUX, metadata())
    (release,) = abiding.check([tmp_path])
    assert "clean: there is nothing to compare it with\n" in text.render([release])
    write_wheel(tmp_path, WINDOWS, metadata())
    (release,) = abiding.check([tmp_path])
    assert "clean: the same metadata, to the byte\n --> 2 wheels:" in text.render([release])


@pytest.mark.parametrize(
    ("line", "is_declarable"),
    [("numpy>=2", True), ("numpy==2.*", True), ("numpy>=1.25", False), ("numpy", False), ("numpy===2", False)],
)
def test_a_line_that_is_wider_than_that_of_the_sdist_is_not_to_be_declared(
    line: str, is_declarable: bool, tmp_path: Path
) -> None:
    write_sdist(tmp_path, SDIST, said(more=("Dynamic: Requires-Dist", "Dynamic: Provides-Extra")), PYPROJECT)
    write_wheel(tmp_path, LINUX, said(*ALL).replace(b"numpy>=1.26", line.encode()))
    (release,) = abiding.check([tmp_path])
    (finding,) = [one for one in release.findings if one.rule == "changed-requirement"]
    assert "build the wheel again from the sdist" in finding.hints[0]
    assert ["declare the line under `[tool.abiding.wheel]`" in one for one in finding.hints[1:]] == [
        True
    ] * is_declarable


@pytest.mark.parametrize(
    ("recorded", "lines", "expected"),
    [
        ("evil", ("evil", NUMPY, CUPY), {"missing-requirement", "undeclared-requirement"}),
        ("libgmp>=1", ("libgmp>=1", NUMPY, CUPY), {"changed-requirement"}),
        ("numpy>=1.26", (NUMPY, CUPY), {"missing-requirement"}),  # the API line, in the place of a lost one
        ("LibGMP == 6.3.0", ("LibGMP == 6.3.0", NUMPY, CUPY), set()),
    ],
)
def test_a_record_makes_no_line_lawful(
    recorded: str, lines: tuple[str, ...], expected: set[str], tmp_path: Path
) -> None:
    """A record tells entries apart; what an entry may become it does not decide."""
    record = RECORD._replace(lines=(RECORD.lines[0]._replace(requirement=recorded), *RECORD.lines[1:]))
    write_sdist(tmp_path, SDIST, said(more=("Dynamic: Requires-Dist", "Dynamic: Provides-Extra")), PYPROJECT)
    write_wheel(tmp_path, LINUX, said(*lines), more={f"spam-1.0.dist-info/{MEMBER}": record.to_json()})
    (release,) = abiding.check([tmp_path])
    assert {rule for rule, _, _ in errors(release)} == expected


@pytest.mark.parametrize("rule", ["never-true", "unknown-key", "could-be-a-marker", "bad-pyproject"])
@pytest.mark.parametrize("place", ["sdist", "folder", "two sdists"])
def test_what_is_wrong_in_the_pyproject_of_an_sdist_is_said_of_that_file(rule: str, place: str, tmp_path: Path) -> None:
    """Not of the pyproject.toml of the folder that the command was run in."""
    slips = {
        "never-true": ('"numpy<3"', "\"numpy<3; sys_platform == 'windows'\""),
        "unknown-key": ("[tool.abiding]", '[tool.abiding]\nlevl = "abi"'),
        "could-be-a-marker": ('"numpy<3"', '{ requires = "numpy<3", select = "*-win_amd64" }'),
        "bad-pyproject": ("[tool.abiding]", "[tool.abiding"),
    }
    pyproject, pkg_info = PYPROJECT.replace(*slips[rule]), said(more=("Dynamic: Requires-Dist",))
    if place == "folder":
        folder = tmp_path / "spam-1.0"
        folder.mkdir()
        (folder / "PKG-INFO").write_bytes(pkg_info)
        (folder / "pyproject.toml").write_text(pyproject)
        paths = [folder]
    else:
        paths = [write_sdist(tmp_path, SDIST, pkg_info, pyproject)]
    if place == "two sdists":
        (tmp_path / "others").mkdir()
        paths.append(write_sdist(tmp_path / "others", SDIST, pkg_info + b"\nother\n", pyproject))
    (release,) = abiding.check(paths)
    places = {finding.artifact for finding in release.findings if finding.rule == rule}
    assert places <= {f"{file.called.removesuffix('/')}/pyproject.toml" for file in release.files}
    assert f"{release.reference.removesuffix('/')}/pyproject.toml" in places
    assert f" --> {min(places)}:" in text.render([release])
