"""Releases, from real archives: verdict, case, and what is said. Oracle: the standards' texts, and the declaration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.artifacts.disk import read_artifacts
from abiding.findings.finding import Severity, lines_of
from abiding.findings.screen import block
from abiding.project.build_record import BuildRecord, RecordedLine
from abiding.releases.release import Release, Verdict
from abiding.report import explanations
from abiding.report.summary import summary
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.releases import (
    EGG,
    GMP,
    LINUX,
    MAC,
    MAY_APPEND,
    NUMPY,
    PYPROJECT,
    SAID,
    SDIST,
    WINDOWS,
    checked,
    said,
    without_levels,
)

if TYPE_CHECKING:
    from pathlib import Path


def verdicts(release: Release) -> dict[str, str]:
    return {one.filename: str(one.verdict) for one in release.artifacts}


# Verdicts by the standards alone


def test_clean(tmp_path: Path) -> None:
    data = metadata(NUMPY)
    release = checked(tmp_path, {SDIST: data, LINUX: data, WINDOWS: data})
    assert (release.name, release.version, release.reference) == ("spam", "1.0", SDIST)
    assert (release.verdict, release.case, release.resolver_relevant, release.findings) == ("clean", 1, False, ())
    assert verdicts(release) == {SDIST: "clean", LINUX: "clean", WINDOWS: "clean"}
    assert release.worst is None


def test_equal(tmp_path: Path) -> None:
    data = metadata(NUMPY)
    release = checked(tmp_path, {SDIST: data, LINUX: data, WINDOWS: data.replace(b"\n", b"\r\n")})
    assert release.verdict is Verdict.EQUAL
    assert verdicts(release) == {SDIST: "clean", LINUX: "clean", WINDOWS: "equal"}
    assert not release.findings


@pytest.mark.parametrize(
    ("sdist", "wheel", "rule"),
    [
        ([NUMPY], [NUMPY, EGG], "undeclared-requirement"),
        ([NUMPY, EGG], [NUMPY], "lost-requirement"),
        ([NUMPY], ["Requires-Dist: numpy>=2"], "changed-requirement"),
    ],
)
def test_requirement_that_is_not_dynamic(tmp_path: Path, sdist: list[str], wheel: list[str], rule: str) -> None:
    release = checked(tmp_path, {SDIST: metadata(*sdist), LINUX: metadata(*wheel), WINDOWS: metadata(*sdist)})
    assert (release.verdict, release.case, release.resolver_relevant) == ("inconsistent", 1, True)
    assert ("error", rule, "Requires-Dist") in said(release)
    assert verdicts(release)[LINUX] == "inconsistent"


@pytest.mark.parametrize(
    ("line", "severity", "relevant"),
    [
        ("Requires-Python: >=3.8", "error", True),
        ("Provides-Extra: gpu", "error", True),
        ("Summary: another", "warning", False),
        ("Classifier: Environment :: GPU", "warning", False),
        ("License: a long text", "note", False),
        ("License-File: LICENSE_GEOS", "note", False),
    ],
)
def test_field_that_is_not_dynamic(tmp_path: Path, line: str, severity: str, relevant: bool) -> None:
    release = checked(tmp_path, {SDIST: metadata(), LINUX: metadata(line)})
    assert (release.verdict, release.resolver_relevant) == ("inconsistent", relevant)
    assert said(release) == {(severity, "undeclared-change", line.partition(":")[0])}


def test_licence_extended_by_a_repair_tool(tmp_path: Path) -> None:
    built, repaired = metadata("License-Expression: MIT"), metadata("License-Expression: MIT AND LGPL-3.0-or-later")
    release = checked(tmp_path, {SDIST: built, LINUX: repaired})
    (finding,) = release.findings
    assert finding.severity is Severity.NOTE
    assert any("licences" in note for note in finding.notes)


def test_dynamic_sanctions(tmp_path: Path) -> None:
    release = checked(tmp_path, {SDIST: metadata(MAY_APPEND, NUMPY), LINUX: metadata(EGG), WINDOWS: metadata(EGG)})
    assert (release.verdict, release.case, release.resolver_relevant) == ("declared", 2, True)
    assert verdicts(release)[LINUX] == "declared"
    assert not release.findings


def test_dynamic_names_are_compared_without_case(tmp_path: Path) -> None:
    sdist = metadata("Dynamic: requires-dist", NUMPY)
    release = checked(tmp_path, {SDIST: sdist, LINUX: metadata(NUMPY, EGG)})
    assert release.verdict is Verdict.DECLARED
    assert said(release) == {("note", "dynamic-spelling", "Dynamic")}


def test_only_pre_releases_see_a_difference(tmp_path: Path) -> None:
    static, written = "Requires-Dist: a; python_version >= '3.15'", "Requires-Dist: a ; python_full_version >= '3.15'"
    release = checked(tmp_path, {SDIST: metadata(static), LINUX: metadata(written), WINDOWS: metadata(written)})
    assert release.verdict is Verdict.EQUAL
    assert said(release) == {("note", "pre-release-marker", "Requires-Dist")}


def test_what_a_marker_means_is_no_difference(tmp_path: Path) -> None:
    static, written = "Requires-Dist: a; python_version < '3.11'", "Requires-Dist: a ; python_full_version < '3.11'"
    release = checked(tmp_path, {SDIST: metadata(static), LINUX: metadata(written)})
    assert release.verdict is Verdict.EQUAL
    assert not release.findings


def test_what_is_compared_as_text_is_said(tmp_path: Path) -> None:
    many = [f"extra == 'e{number}'" for number in range(400)]
    left, right = (f"Requires-Dist: a; {' or '.join(order)}" for order in (many, many[::-1]))
    extras = [f"Provides-Extra: e{number}" for number in range(400)]
    (finding,) = checked(tmp_path, {SDIST: metadata(*extras, left), LINUX: metadata(*extras, right)}).findings
    assert (finding.rule, finding.notes[-1].rpartition(": ")[2]) == ("changed-requirement", "it was compared as text")


def test_dynamic_in_a_wheel_sanctions_nothing(tmp_path: Path) -> None:
    release = checked(tmp_path, {SDIST: metadata(NUMPY), LINUX: metadata(MAY_APPEND, NUMPY, EGG)})
    assert (release.verdict, release.case) == ("inconsistent", 1)


def test_sanctioned_wheels_that_disagree_are_a_warning(tmp_path: Path) -> None:
    files = {SDIST: metadata(MAY_APPEND, NUMPY), LINUX: metadata(NUMPY, EGG), WINDOWS: metadata(NUMPY)}
    release = checked(tmp_path, files)
    assert release.verdict is Verdict.DECLARED
    assert said(release) == {("warning", "wheels-disagree", "Requires-Dist")}


@pytest.mark.parametrize(
    ("wheel", "rules"),
    [
        ([NUMPY, EGG], set()),
        ([EGG], {"lost-requirement"}),
        (["Requires-Dist: numpy>=2"], {"lost-requirement"}),
    ],
)
def test_given_and_dynamic_may_only_grow_from_2_6_on(tmp_path: Path, wheel: list[str], rules: set[str]) -> None:
    sdist = metadata(MAY_APPEND, NUMPY, level="2.6")
    release = checked(tmp_path, {SDIST: sdist, LINUX: metadata(*wheel, level="2.6")})
    assert {one.rule for one in release.findings} - {"new-metadata-version"} == rules
    assert release.verdict == ("inconsistent" if rules else "declared")


# Without an sdist, and before 2.2


def test_no_sdist(tmp_path: Path) -> None:
    files = {LINUX: metadata(NUMPY), MAC: metadata(NUMPY), WINDOWS: metadata(NUMPY, "Requires-Dist: pywin32")}
    release = checked(tmp_path, files)
    assert (release.verdict, release.case, release.resolver_relevant) == ("inconsistent", 3, True)
    (finding,) = release.findings
    assert (finding.rule, finding.severity, finding.artifact) == ("wheels-disagree", "error", WINDOWS)
    assert (finding.expected, finding.found) == (None, ("pywin32",))
    assert verdicts(release) == {LINUX: "clean", MAC: "clean", WINDOWS: "inconsistent"}


def test_no_sdist_and_only_a_text_differs(tmp_path: Path) -> None:
    release = checked(tmp_path, {LINUX: metadata("License: a"), MAC: metadata("License: a"), WINDOWS: metadata()})
    assert (release.verdict, release.resolver_relevant) == ("inconsistent", False)
    assert said(release) == {("note", "wheels-disagree", "License")}


def test_what_most_wheels_say_is_expected_in_each_field(tmp_path: Path) -> None:
    """No single wheel says what most say in every field: the reference is one that says what resolvers mostly read."""
    files = {
        wheel_name("cp311-cp311-linux_x86_64"): metadata(EGG, "Summary: gpu"),
        wheel_name("cp312-cp312-linux_x86_64"): metadata(EGG, "Summary: gpu"),
        wheel_name("cp311-cp311-win_amd64"): metadata(EGG),
        wheel_name("cp312-cp312-win_amd64"): metadata(EGG),
        wheel_name("cp313-cp313-win_amd64"): metadata(NUMPY),
    }
    release = checked(tmp_path, files)
    assert {(one.field, one.artifact) for one in release.findings} == {
        ("Summary", wheel_name("cp311-cp311-linux_x86_64")),
        ("Summary", wheel_name("cp312-cp312-linux_x86_64")),
        ("Requires-Dist", wheel_name("cp313-cp313-win_amd64")),
    }
    assert verdicts(release)[wheel_name("cp311-cp311-win_amd64")] == "clean"


def test_before_2_2_nothing_is_bound(tmp_path: Path) -> None:
    files = {SDIST: metadata(NUMPY, level="2.1"), LINUX: metadata(EGG, "Summary: x", level="2.1")}
    release = checked(tmp_path, files)
    assert (release.verdict, release.case, release.resolver_relevant) == ("inconsistent", 4, True)
    assert said(release) == {
        ("warning", "undeclared-change", "Requires-Dist"),
        ("note", "undeclared-change", "Summary"),
        ("note", "old-metadata-version", "Metadata-Version"),
    }


@pytest.mark.parametrize(
    ("sdist", "wheels", "case"),
    [
        ("2.4", ["2.1"], 1),  # old wheels beside it take nothing from what it binds
        ("2.2", ["2.2", "2.1"], 1),
        ("2.2", [], 1),
        ("2.1", ["2.4"], 4),
        ("1.2", [], 4),
        ("", ["2.4", "2.2"], 3),
        ("", ["2.4", "2.1"], 4),
        ("", ["2.1"], 4),
    ],
)
def test_case_is_the_sdists_and_without_one_the_wheels(
    tmp_path: Path, sdist: str, wheels: list[str], case: int
) -> None:
    files = {name: metadata(level=level) for name, level in zip((LINUX, WINDOWS), wheels, strict=False)}
    assert checked(tmp_path, files | ({SDIST: metadata(level=sdist)} if sdist else {})).case == case


def test_an_sdist_with_dynamic_fields_is_case_2_beside_old_wheels(tmp_path: Path) -> None:
    files = {SDIST: metadata(MAY_APPEND, NUMPY), LINUX: metadata(NUMPY, level="2.1")}
    assert checked(tmp_path, files).case == 2


def test_old_sdist_that_says_nothing_is_not_comparable(tmp_path: Path) -> None:
    files = {
        SDIST: metadata("Summary: old", level="1.1"),
        LINUX: metadata(NUMPY, "Requires-Python: >=3", "Provides-Extra: x", "Project-URL: a, b", level="2.1"),
    }
    release = checked(tmp_path, files)
    assert (release.verdict, release.case, release.resolver_relevant) == ("not-comparable", 4, False)
    assert ("note", "not-comparable", "Requires-Dist") in said(release)
    assert release.worst is Severity.NOTE
    assert verdicts(release)[SDIST] == "not-comparable"


def test_beside_such_an_sdist_wheels_are_still_compared(tmp_path: Path) -> None:
    files = {SDIST: metadata(level="1.2"), LINUX: metadata(NUMPY, level="2.1"), MAC: metadata(NUMPY, level="2.1")}
    files[WINDOWS] = metadata(EGG, level="2.1")
    release = checked(tmp_path, files)
    assert (release.verdict, release.resolver_relevant) == ("inconsistent", True)
    assert ("error", "wheels-disagree", "Requires-Dist") in said(release)


def test_new_sdist_without_requirements_says_that_there_are_none(tmp_path: Path) -> None:
    assert checked(tmp_path, {SDIST: metadata(), LINUX: metadata(NUMPY)}).verdict is Verdict.INCONSISTENT


# Files and releases


def test_spellings_of_the_name_are_one_release(tmp_path: Path) -> None:
    data = metadata(name="Py_YAML")
    for filename in ("Py_YAML-1.0-cp38-cp38-win_amd64.whl", "py_yaml-1.0.0-1-cp39-cp39-win_amd64.whl"):
        write_wheel(tmp_path, filename, data)
    write_sdist(tmp_path, "py-yaml-1.0.zip", data)
    release = without_levels(*abiding.check([tmp_path]))
    assert (release.name, len(release.artifacts), release.unread) == ("py-yaml", 3, ())


def test_several_releases(tmp_path: Path) -> None:
    one = write_sdist(tmp_path / "a", SDIST, metadata())
    other = write_sdist(tmp_path / "b", "eggs-2.0.tar.gz", metadata(name="eggs", version="2.0"))
    newer = write_sdist(tmp_path / "b", "spam-1.1.tar.gz", metadata(version="1.1"))
    found = abiding.check([other, one, tmp_path / "b", newer])
    assert [(release.name, release.version) for release in found] == [("eggs", "2.0"), ("spam", "1.0"), ("spam", "1.1")]
    assert [len(release.artifacts) for release in found] == [1, 1, 1]


def test_folder_with_other_archives(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata())
    (tmp_path / "docs.zip").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    release = without_levels(*abiding.check([tmp_path]))
    assert [one.filename for one in release.artifacts] == [SDIST]


@pytest.mark.parametrize("other", ["spam-1.0.zip", "spam-1.0.0.tar.gz"])
def test_two_sdists_of_one_release(other: str, tmp_path: Path) -> None:
    """They are held against each other in words of their own, and wheels against one of them."""
    same = checked(tmp_path / "same", {SDIST: metadata(EGG), other: metadata(EGG), LINUX: metadata(EGG)})
    assert [(one.rule, one.severity) for one in same.findings] == [("two-sdists", "note")]
    assert same.verdict == "clean"
    tables = (
        '[tool.abiding.wheel]\ndependencies = ["numpy<2.5"]\n',
        '[tool.abiding.wheel]\ndependencies = ["numpy<2.4"]\n',
    )
    for number, (left, right) in enumerate(((tables[0], tables[0]), tables)):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, table in ((SDIST, left), (other, right)):
            write_sdist(folder, name, metadata(EGG), f"[build-system]\nrequires = []\n{table}")
        (release,) = abiding.check([folder])
        (beside,) = [one for one in release.findings if one.rule == "two-sdists"]
        assert (beside.severity, "another `tool.abiding.wheel.dependencies`" in beside.message) == (
            ("warning", True) if left != right else ("note", False)
        )
        if beside.artifact.endswith(".zip"):
            assert (block(beside) in explanations.page("two-sdists")) == (left != right)
    read = checked(tmp_path / "read", {SDIST: metadata(EGG), other: metadata(NUMPY)})
    (finding,) = read.findings
    assert (finding.rule, finding.severity, finding.field) == ("two-sdists", "error", "Requires-Dist")
    assert {finding.expected_from, finding.artifact} == {SDIST, other}
    assert (read.verdict, summary(read)[:31]) == ("inconsistent", "inconsistent: the sdists differ")
    unread = checked(tmp_path / "unread", {SDIST: metadata("Summary: a"), other: metadata("Summary: b")})
    assert [(one.rule, one.severity) for one in unread.findings] == [("two-sdists", "warning")]
    assert unread.verdict == "inconsistent"


@pytest.mark.parametrize("more", [(), ("Provides-Extra: x",), ("Requires-Python: >=3.8",)])
def test_what_an_old_sdist_says_nothing_of_is_what_wheels_say(more: tuple[str, ...], tmp_path: Path) -> None:
    release = checked(tmp_path, {SDIST: metadata(level="1.0"), LINUX: metadata(EGG, *more, level="2.1")})
    (finding,) = [one for one in release.findings if one.rule == "not-comparable"]
    fields = ["Requires-Dist", *(one.partition(":")[0] for one in more)]
    assert (
        finding.message == f"the sdist says nothing about {' and '.join(f'`{one}`' for one in fields)}, and wheels do"
    )


def test_tar_before_zip(tmp_path: Path) -> None:
    write_sdist(tmp_path, "spam-1.0.zip", metadata("Summary: zip"))
    write_sdist(tmp_path, SDIST, metadata("Summary: tar"))
    release = without_levels(*abiding.check([tmp_path]))
    assert release.reference == SDIST
    assert verdicts(release)["spam-1.0.zip"] == "inconsistent"


# Projects that declare

BLAS, NCCL = "Requires-Dist: openblas==0.3.*", "Requires-Dist: nccl"


@pytest.mark.parametrize(
    ("wheels", "verdict"),
    [
        ({LINUX: [NUMPY, GMP]}, "declared"),
        ({LINUX: [NUMPY]}, "equal"),  # the API level
        ({LINUX: [NUMPY, GMP, NCCL]}, "declared"),  # a variant
        ({MAC: [NUMPY, GMP, BLAS]}, "declared"),
        ({MAC: [NUMPY, "Requires-Dist: libgmp (==6.3)", "Requires-Dist: openblas==1.14.*"]}, "declared"),
    ],
)
def test_as_declared(tmp_path: Path, wheels: dict[str, list[str]], verdict: str) -> None:
    release = checked(tmp_path, {SDIST: SAID, **{name: metadata(*lines) for name, lines in wheels.items()}}, PYPROJECT)
    assert release.findings == ()
    assert release.verdict == verdict


def test_wheels_that_differ_as_declared(tmp_path: Path) -> None:
    release = checked(tmp_path, {SDIST: SAID, LINUX: metadata(NUMPY, GMP), MAC: metadata(NUMPY, GMP, BLAS)}, PYPROJECT)
    assert (release.verdict, release.resolver_relevant) == ("declared", True)
    assert said(release) == {("warning", "wheels-disagree", "Requires-Dist")}
    reason = "why they differ, in the words of the project: the OpenBLAS of macOS 14, and builds for CUDA and MPI"
    assert all(one.notes[-1] == reason for one in release.findings)


def test_wheels_that_differ_and_nothing_says_why(tmp_path: Path) -> None:
    """An sdist that an earlier version made is not refused for it."""
    text = "".join(line for line in PYPROJECT.splitlines(keepends=True) if "wheels-differ" not in line)
    release = checked(tmp_path, {SDIST: SAID, LINUX: metadata(NUMPY, GMP), MAC: metadata(NUMPY, GMP, BLAS)}, text)
    assert release.verdict == "declared"
    assert {(one.severity, one.rule) for one in release.findings} == {
        ("warning", "wheels-disagree"),
        ("warning", "unexplained-difference"),
    }


@pytest.mark.parametrize(
    ("filename", "lines", "rules"),
    [
        (LINUX, [NUMPY, GMP, EGG], {"undeclared-requirement"}),
        (LINUX, [NUMPY, EGG], {"undeclared-requirement"}),
        (LINUX, [GMP], {"lost-requirement"}),
        (LINUX, ["Requires-Dist: numpy>=2", GMP], {"changed-requirement"}),
        (LINUX, [NUMPY, GMP, BLAS], {"undeclared-requirement"}),  # declared, and not for this tag
        (LINUX, [NUMPY, NCCL], {"missing-requirement"}),
        (LINUX, [NUMPY, GMP, NCCL, "Requires-Dist: mpich"], {"undeclared-requirement"}),  # two variants at once
        (MAC, [NUMPY, GMP], {"missing-requirement"}),
        (MAC, [NUMPY, GMP, "Requires-Dist: openblas==0.3.1"], {"changed-requirement"}),
        (LINUX, [NUMPY, GMP, "Summary: other"], {"undeclared-change"}),
    ],
)
def test_not_as_declared(tmp_path: Path, filename: str, lines: list[str], rules: set[str]) -> None:
    release = checked(tmp_path, {SDIST: SAID, filename: metadata(*lines)}, PYPROJECT)
    assert {one.rule for one in release.findings} == rules
    assert release.worst is Severity.ERROR
    assert release.verdict is Verdict.INCONSISTENT


# Pins: what a line comes from, where the source has lines of the same distribution

PINNED = PYPROJECT.replace('"numpy>=1.26"', '"packaging>=23.2"').replace(
    '    "libgmp==6.3.0",\n', '    "packaging>=x.x",\n    "packaging<99",\n'
)
API, PIN, BOUND = (f"Requires-Dist: packaging{one}" for one in (">=23.2", ">=26.4", "<99"))
NMPI = [f"Requires-Dist: {one}" for one in ("mpich", "nccl")]


def record(level: str, *lines: tuple[str, str], variant: str = "") -> bytes:
    """The record of a build with these lines, each with the entry that it comes from."""
    found = tuple(RecordedLine(line, entry, "", native=False, reason="abi", note="") for entry, line in lines)
    return BuildRecord("flit_core.buildapi", "3.12", level, variant, found).to_json()


BOTH = record("abi", ("packaging>=x.x", "packaging>=26.4"), ("packaging<99", "packaging<99"))


def pinned(folder: Path, lines: list[str], written: bytes | None = None, pyproject: str = PINNED) -> Release:
    folder.mkdir(parents=True, exist_ok=True)
    write_sdist(folder, SDIST, metadata(MAY_APPEND, API), pyproject)
    put = {"spam-1.0.dist-info/abiding.json": written} if written is not None else {}
    write_wheel(folder, LINUX, metadata(*lines), more=put)
    return without_levels(*abiding.check([folder]))


@pytest.mark.parametrize(
    ("lines", "written", "missing"),
    [
        ([API], None, []),  # the API level
        ([API, PIN, BOUND], None, []),
        ([API, BOUND, PIN], None, []),
        ([API, BOUND], None, ["packaging>=x.x"]),
        ([API, PIN], None, ["packaging<99"]),
        ([API, API, BOUND], None, []),  # filled to what the source says
        ([API], record("api"), []),
        ([API, PIN, BOUND], BOTH, []),
        ([API, BOUND], BOTH, ["packaging>=26.4"]),
        ([API], BOTH, ["packaging>=26.4", "packaging<99"]),
        ([API, PIN.replace("26.4", "26.3"), BOUND], BOTH, ["packaging>=26.4"]),
        ([API, PIN, BOUND], record("abi"), []),  # of another state of the declaration: by shape
        ([API, BOUND], record("abi"), ["packaging>=x.x"]),
    ],
)  # fmt: skip
def test_a_pin_is_told_from_a_line_of_the_source(
    tmp_path: Path, lines: list[str], written: bytes | None, missing: list[str]
) -> None:
    release = pinned(tmp_path, lines, written)
    found = [one for one in release.findings if one.rule in ("missing-requirement", "changed-requirement")]
    assert [one.expected for one in found] == missing
    others = {one.rule for one in release.findings} - {"missing-requirement"}
    assert others == ({"changed-requirement"} if "packaging>=26.3" in str(lines) else set())


@pytest.mark.parametrize(
    ("lines", "written", "rules"),
    [
        ([API, PIN, BOUND], record("api"), {"undeclared-requirement"}),
        ([API, PIN, BOUND, NMPI[1]], record("abi"), {"undeclared-requirement"}),
        ([API, PIN, BOUND, NMPI[1]], record("abi", variant="cuda"), set()),
        ([API, PIN, BOUND], record("abi", variant="cuda"), {"missing-requirement"}),
        ([API, PIN, BOUND, NMPI[0]], record("abi", variant="cuda"), {"missing-requirement", "undeclared-requirement"}),
        ([API, PIN, BOUND], b"{", {"bad-provenance"}),
    ],
)
def test_a_wheel_is_held_to_what_it_was_built_as(
    tmp_path: Path, lines: list[str], written: bytes, rules: set[str]
) -> None:
    assert {one.rule for one in pinned(tmp_path, lines, written).findings} == rules


def test_an_earlier_record_is_read(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata(MAY_APPEND, API), PINNED)
    old = json.dumps(
        {"version": 1, "backend": "", "backend_version": "", "level": "abi", "variant": "cuda", "libraries": []}
    )
    put = {"spam-1.0.dist-info/abiding/provenance.json": old.encode()}
    write_wheel(tmp_path, LINUX, metadata(API, PIN, BOUND), more=put)
    release = without_levels(*abiding.check([tmp_path]))
    assert [(one.rule, one.expected) for one in release.findings] == [("missing-requirement", "nccl")]


@pytest.mark.parametrize(
    ("lines", "requires_python", "found"),
    [
        ([API, PIN, "packaging<26.4"], "", ["packaging>=26.4\npackaging<26.4"]),
        ([API, PIN, "packaging<26.4; python_version < '3.13'"], "", []),  # the wheel is for 3.13
        ([API, PIN, "packaging<26.4; extra == 'test'"], "", ["packaging>=26.4\npackaging<26.4; extra == 'test'"]),
        ([API, PIN, "packaging<26.5"], "", []),
    ],
)
def test_a_wheel_that_nothing_can_install(
    tmp_path: Path, lines: list[str], requires_python: str, found: list[str]
) -> None:
    lines = [line if line.startswith("Requires-Dist") else f"Requires-Dist: {line}" for line in lines]
    release = checked(tmp_path, {SDIST: metadata(API), LINUX: metadata(*lines, requires_python)})
    assert ["\n".join(lines_of(one.found)) for one in release.findings if one.rule == "unsatisfiable"] == found


def test_that_nothing_can_install_it_is_an_error_of_those_who_declare(tmp_path: Path) -> None:
    lines = (API, PIN, "Requires-Dist: packaging<26.4")
    pyproject = PINNED.replace("packaging<99", "packaging<26.4")
    for declares, severity in ((None, "warning"), (pyproject, "error")):
        release = checked(tmp_path / severity, {SDIST: metadata(MAY_APPEND, API), LINUX: metadata(*lines)}, declares)
        assert (severity, "unsatisfiable", "Requires-Dist") in said(release)


@pytest.mark.timeout(400)  # each line against each would take hours
@pytest.mark.parametrize("alike", [False, True])
def test_many_lines_take_no_time(tmp_path: Path, alike: bool) -> None:
    names = [f"a{'' if alike else number}==x.{number}.*" for number in range(6000)]
    entries = "".join(f'    "{name}",\n' for name in names)
    lines = [f"Requires-Dist: {name.replace('x', '3')}" for name in names]
    pyproject = PYPROJECT.replace('    "libgmp==6.3.0",\n', entries)
    write_sdist(tmp_path, SDIST, SAID, pyproject)
    write_wheel(tmp_path, LINUX, metadata(NUMPY, *lines))
    release = without_levels(*abiding.check([tmp_path]))
    assert bool(release.findings) is alike


def test_repaired_licence_of_a_project_that_declares(tmp_path: Path) -> None:
    files = {SDIST: SAID, LINUX: metadata(NUMPY, GMP, "License-File: libs/gmp/COPYING")}
    assert said(checked(tmp_path, files, PYPROJECT)) == {("note", "undeclared-change", "License-File")}


@pytest.mark.parametrize(
    ("pkg_info", "pyproject", "rule"),
    [
        (metadata(NUMPY), PYPROJECT, "not-dynamic"),
        (SAID, PYPROJECT.replace('dynamic = ["dependencies"]', ""), "not-dynamic"),
        (metadata(MAY_APPEND, EGG), PYPROJECT, "sdist-disagrees"),
        (metadata("Dynamic: requires-dist", NUMPY), PYPROJECT, "dynamic-spelling"),
        (metadata(MAY_APPEND, NUMPY, level="2.1"), PYPROJECT, "old-metadata-version"),
        (SAID, PYPROJECT.replace("libgmp==6.3.0", "numpy<1.20"), "unsatisfiable"),
        (SAID, PYPROJECT.replace("[tool.abiding]\n", "[tool.abiding]\nx = 1\n"), "unknown-key"),
    ],
)
def test_sdist_of_a_project_that_declares(tmp_path: Path, pkg_info: bytes, pyproject: str, rule: str) -> None:
    release = checked(tmp_path, {SDIST: pkg_info}, pyproject)
    assert rule in {one.rule for one in release.findings if one.severity is Severity.ERROR}


def test_sdist_of_any_project_that_contradicts_itself(tmp_path: Path) -> None:
    pyproject = '[project]\nname = "spam"\nversion = "1.0"\ndescription = "x"\ndependencies = ["egg"]\n'
    release = checked(tmp_path, {SDIST: metadata(NUMPY, "Summary: y")}, pyproject)
    assert said(release) == {("error", "sdist-disagrees", "Requires-Dist")}
    assert release.verdict is Verdict.INCONSISTENT


def test_broken_pyproject_of_any_project_says_nothing_of_its_metadata(tmp_path: Path) -> None:
    release = checked(tmp_path, {SDIST: metadata(), LINUX: metadata()}, "[project")
    assert [one.rule for one in release.findings] == ["bad-pyproject"]
    assert release.verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    ("select", "severity", "marker"),
    [
        ("*-win*", "warning", 'says what the marker `sys_platform == "win32"` says'),
        (
            "*-win_amd64",
            "note",
            'nearly what the marker `sys_platform == "win32" and platform_machine == "AMD64"` says',
        ),
    ],
)
def test_select_that_could_be_a_marker(tmp_path: Path, select: str, severity: str, marker: str) -> None:
    pyproject = PYPROJECT.replace('"openblas==x.x.*", select = "*-macosx_14_0_*"', f'"openblas", select = "{select}"')
    release = checked(tmp_path, {SDIST: SAID}, pyproject)
    (finding,) = release.findings
    assert (finding.rule, finding.severity, finding.line) == ("could-be-a-marker", severity, 18)
    assert marker in finding.message


# What no file may list as dynamic, and what it may say once


@pytest.mark.parametrize("value", ["Name", "version", "Metadata-Version", "Bogus", "requires dist"])
@pytest.mark.parametrize("wrong", [SDIST, LINUX])
def test_what_can_not_be_dynamic(tmp_path: Path, value: str, wrong: str) -> None:
    files = {name: metadata(MAY_APPEND, *([f"Dynamic: {value}"] if name == wrong else [])) for name in (SDIST, LINUX)}
    (finding,) = [one for one in checked(tmp_path, files).findings if one.rule != "dynamic-spelling"]
    assert (finding.rule, finding.severity, finding.artifact, finding.found) == ("bad-dynamic", "note", wrong, value)
    no_field = f"`Dynamic` lists `{value}`, and no field is called so"
    expected = no_field if value in ("Bogus", "requires dist") else f"`Dynamic: {value}` can't be: a release has one"
    assert finding.message == expected


def test_many_names_of_no_field_are_one_finding(tmp_path: Path) -> None:
    files = {SDIST: metadata(MAY_APPEND, *(f"Dynamic: a{i}" for i in range(300))), LINUX: SAID}
    (finding,) = [one for one in checked(tmp_path, files).findings if one.rule == "bad-dynamic"]
    assert finding.message == "`Dynamic` lists `a0`, `a1`, `a2`, `a3`, `a4` and 295 more, and no field is called so"
    assert finding.found == tuple(f"a{i}" for i in range(100))


@pytest.mark.parametrize("value", ["Summary", "License-File", "provides-extra", "Platform", "Import-Name", "Home-page"])
def test_what_can_be_dynamic(tmp_path: Path, value: str) -> None:
    data = metadata(f"Dynamic: {value}", level="2.5")
    assert "bad-dynamic" not in {one.rule for one in checked(tmp_path, {SDIST: data, LINUX: data}).findings}


def test_who_declares_has_no_such_line(tmp_path: Path) -> None:
    files = {SDIST: SAID, LINUX: metadata(NUMPY, GMP, "Dynamic: Bogus")}
    assert ("error", "bad-dynamic", "Dynamic") in said(checked(tmp_path, files, PYPROJECT))


@pytest.mark.parametrize("line", ["Version: 1.0", "Name: spam", "Metadata-Version: 2.4", "version:1.0"])
def test_a_field_that_is_there_twice_is_a_note(tmp_path: Path, line: str) -> None:
    (finding,) = checked(tmp_path, {SDIST: metadata(), LINUX: metadata(line)}).findings
    assert (finding.rule, finding.severity, finding.artifact) == ("ambiguous-metadata", "note", LINUX)
    assert finding.field.lower() == line.partition(":")[0].lower()


def test_artifacts_that_were_read_before_are_checked_as_their_files_are(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, SAID)
    write_wheel(tmp_path, LINUX, metadata(NUMPY, EGG))
    write_wheel(tmp_path, WINDOWS, metadata(NUMPY))
    (release,) = abiding.check_artifacts(read_artifacts([tmp_path]))
    assert release == abiding.check([tmp_path])[0]
    assert release.verdict == "declared"
