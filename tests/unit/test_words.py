"""What reports say in words and numbers, over many small releases. Oracle: the requirements, counted here."""

from __future__ import annotations

import ast
import functools
import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest

import abiding
from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject
from abiding.releases.check import releases
from abiding.releases.release import CheckedArtifact, Release, Verdict
from abiding.report import concise, github, html, text
from abiding.report import json as json_report
from abiding.report.compact import compact
from abiding.report.matrix import CellState, Matrix
from abiding.report.summary import summary, verdict
from makers.archives import metadata, wheel_name
from makers.releases import PYPROJECT, SAID

# What a wheel requires: one letter, one requirement. A capital is the same in another spelling.
SAYS = {
    "a": ["Requires-Dist: numpy>=1.26"],
    "A": ["Requires-Dist: NumPy (>=1.26)"],
    "b": ["Requires-Dist: egg"],
    "": [],
}
SDISTS = {
    "none": None,
    "binding": metadata(*SAYS["a"]),
    "dynamic": metadata("Dynamic: Requires-Dist", *SAYS["a"]),
    "old": metadata(*SAYS["a"], level="2.1"),
    "older": metadata(level="1.2"),
}
WHEELS = [*itertools.product(("a", "A", "b", ""), repeat=2), *itertools.combinations_with_replacement(SAYS, 4)]
WHEELS += [
    ("a", "a", "a", "b", "b", "b"),
    ("a", "a", "b", "b", ""),
    ("b", "b", "b", "a", "A"),
    ("A", "a", "a", "b"),
    ("b", "A", "A", "a", "a", "a"),
]


def made(sdist: bytes | None, wheels: tuple[str, ...], pyproject: str = "") -> Release:
    found = [
        Artifact(wheel_name(f"cp3{number}-cp3{number}-win32"), "wheel", "spam", "1.0", parsed(metadata(*SAYS[one])))
        for number, one in enumerate(wheels)
    ]
    if sdist:
        project = Pyproject.parse(pyproject) if pyproject else None
        found.append(Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(sdist), project))
    (release,) = releases(found)
    return release


@functools.cache
def parsed(data: bytes) -> CoreMetadata:
    """One value for equal files, as it is where they are read."""
    return CoreMetadata.parse(data, "METADATA")


def page(release: Release) -> str:
    """What a page says of a release; after that it explains words."""
    return html.render([release]).partition("<footer>")[0]


@pytest.mark.parametrize("kind", SDISTS)
@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_counts(kind: str, wheels: tuple[str, ...]) -> None:
    release = made(SDISTS[kind], wheels)
    shown = summary(release)
    for found in re.finditer(r"(\d+) of (\d+) wheels? differs? from (the sdist|the others)", shown):
        number, total = int(found[1]), int(found[2])
        assert total == len(wheels)
        if found[3] == "the sdist":
            assert number == len([one for one in wheels if one.lower() != "a"])
        else:
            assert number < total
    if kind == "none" and len(wheels) == 2 and wheels[0].lower() != wheels[1].lower():
        assert "the 2 wheels differ from each other" in shown
    for report in (concise, github):
        assert report.render([release]).rstrip().endswith(shown)
    assert text.render([release]).splitlines()[-1] == verdict(release)
    assert shown.startswith(verdict(release))


@pytest.mark.parametrize("kind", SDISTS)
@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_most_are_more_than_half(kind: str, wheels: tuple[str, ...]) -> None:
    release = made(SDISTS[kind], wheels)
    largest = max(Counter(one.lower() for one in wheels).values())
    everywhere = "".join([text.render([release]), github.render([release]), *json_report.render([release])]) + page(
        release
    )
    if 2 * largest <= len(wheels):
        assert "most wheels" not in " ".join(everywhere.split())
    others = {one.expected_from for one in release.findings if one.rule == "wheels-disagree"}
    assert others <= {"most wheels" if 2 * largest > len(wheels) else f"{largest} other wheels", "another wheel"}
    assert "another wheel" not in others or largest == 1


@pytest.mark.parametrize("kind", ["binding", "dynamic", "old"])
@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_a_wheel_that_says_what_the_sdist_says_is_no_worse_than_equal(kind: str, wheels: tuple[str, ...]) -> None:
    release = made(SDISTS[kind], wheels)
    (found,) = json.loads("".join(json_report.render([release])))["releases"]
    verdicts = {one["filename"]: one["verdict"] for one in found["artifacts"] if one["kind"] == "wheel"}
    for says, comes_to in zip(wheels, verdicts.values(), strict=True):
        assert (comes_to in ("clean", "equal")) == (says.lower() == "a")
    if kind == "binding":
        blamed = {one.artifact for one in release.findings if one.severity == "error"}
        assert blamed == {name for name, verdict in verdicts.items() if verdict == "inconsistent"}


@pytest.mark.parametrize("kind", SDISTS)
@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_nothing_is_called_declared_where_nothing_is(kind: str, wheels: tuple[str, ...]) -> None:
    release = made(SDISTS[kind], wheels)
    assert "as declared" not in text.render([release]) + github.render([release]) + page(release)
    states = {cell.state for row in Matrix.of(release).rows for cell in row.cells}
    assert CellState.DECLARED not in states
    assert (CellState.DYNAMIC in states) == (kind == "dynamic" and any(one.lower() != "a" for one in wheels))
    assert CellState.UNSAID not in states or (kind == "older" and any(wheels))
    if kind == "none":
        assert "the sdist" not in page(release)


@pytest.mark.parametrize("kind", SDISTS)
@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_cells_contradict_no_verdict(kind: str, wheels: tuple[str, ...]) -> None:
    """What is clean is the same in each field, also where it is not what the first file of the release says.

    That most wheels say something else is not held against one that says what the sdist does.
    """
    alike = {Verdict.CLEAN: {CellState.SAME}, Verdict.EQUAL: {CellState.SAME, CellState.SPELLING, CellState.APART}}
    alike[Verdict.EQUAL] |= {CellState.UNSAID} if kind == "older" else set()
    for row in Matrix.of(made(SDISTS[kind], wheels)).rows:
        assert {cell.state for cell in row.cells if not cell.others} <= alike.get(row.verdict, set(CellState))


@pytest.mark.parametrize("wheels", WHEELS, ids="-".join)
def test_cells_show_what_a_wheel_is_held_against(wheels: tuple[str, ...]) -> None:
    """Without an sdist that is the largest group, in each field."""
    matrix = Matrix.of(made(None, wheels))
    (head,) = (said for field, said in zip(matrix.columns, matrix.reference, strict=True) if field == "Requires-Dist")
    counts = Counter(one.lower() for one in wheels)
    same = [row for row in matrix.rows if row.cells[0].state in (CellState.SAME, CellState.SPELLING)]
    assert sum(len(row.artifacts) for row in same) == max(counts.values())
    assert sum(len(row.artifacts) for row in matrix.rows) == len(wheels)
    for row in matrix.rows:
        assert row.cells[0].expected == head


def test_as_declared() -> None:
    (declared,) = releases(
        [
            Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(SAID), Pyproject.parse(PYPROJECT)),
            wheel("cp313-cp313-win_amd64", "libgmp==6.3.0"),
        ]
    )
    assert declared.verdict is Verdict.DECLARED
    assert "1 of 1 wheel differs from the sdist, all as declared" in summary(declared)
    assert "declared: +1 line of `Requires-Dist`, as declared (level not known)\n" in text.render([declared])
    assert "differs as declared" in page(declared)


def wheel(tag: str, *lines: str) -> Artifact:
    data = metadata("Requires-Dist: numpy>=1.26", *(f"Requires-Dist: {line}" for line in lines))
    return Artifact(wheel_name(tag), "wheel", "spam", "1.0", parsed(data))


def test_a_wheel_that_abides_is_not_blamed_for_one_that_does_not() -> None:
    (release,) = releases(
        [
            Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(SAID), Pyproject.parse(PYPROJECT)),
            wheel("cp313-cp313-win_amd64", "libgmp==6.3.0", "egg"),
            wheel("cp313-cp313-macosx_14_0_arm64", "libgmp==6.3.0", "openblas==0.3.*"),
        ]
    )
    assert "1 of 2 wheels differs from the sdist in a way that is not declared" in summary(release)
    weights = {(one.artifact, str(one.severity)) for one in release.findings if one.rule == "wheels-disagree"}
    assert weights <= {
        (wheel_name("cp313-cp313-win_amd64"), "error"),
        (wheel_name("cp313-cp313-macosx_14_0_arm64"), "warning"),
    }


def test_fields_that_are_left_open_are_told_from_those_that_are_not() -> None:
    """That the requirements are dynamic excuses no other field, and another field does not bind them."""
    sdist = metadata("Dynamic: Requires-Dist", *SAYS["a"])
    found = [Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(sdist))]
    for number, lines in enumerate((SAYS["a"], SAYS["b"], [*SAYS["a"], "Requires-Python: >=3.11"])):
        data = parsed(metadata(*lines))
        found.append(Artifact(wheel_name(f"cp3{number}-cp3{number}-win32"), "wheel", "spam", "1.0", data))
    (release,) = releases(found)
    disagreements = {(one.field, str(one.severity)) for one in release.findings if one.rule == "wheels-disagree"}
    assert disagreements == {("Requires-Dist", "warning"), ("Requires-Python", "error")}


def test_wheels_that_differ_in_the_same_way_are_told_of_together() -> None:
    """Oracle: what each wheel says."""
    lines = ["Requires-Dist: a", "Requires-Dist: b", "Summary: c"]
    artifacts = [Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(metadata()))]
    for number in range(24):
        data = parsed(metadata(lines[number % 3]))
        artifacts.append(Artifact(wheel_name(f"cp3{number}-cp3{number}-win32"), "wheel", "spam", "1.0", data))
    (release,) = releases(artifacts)
    shown = text.render([release])
    for number in range(3):
        names = [one.filename for one in release.artifacts[1:] if says(one, lines[number])]
        assert f" --> each of 8 wheels: {compact(names, [])[0]}\n" in shown.replace(":\n     ", ": ")
    assert len(Matrix.of(release).rows) == 3


def test_an_sdist_is_not_held_against_most_wheels() -> None:
    """Not even one whose metadata is that of a wheel which says something else than most, to the byte."""
    head = ["Requires-Dist: a"]
    artifacts = [Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(metadata(*head, level="2.1")))]
    for number in range(3):
        data = parsed(metadata(*(head if number == 0 else ()), level="2.1"))
        artifacts.append(Artifact(wheel_name(f"cp3{number}-cp3{number}-win32"), "wheel", "spam", "1.0", data))
    (release,) = releases(artifacts)
    (found,) = [one for one in release.findings if one.rule == "wheels-disagree"]
    assert found.artifact == artifacts[1].filename
    assert not release.artifacts[0].deviations


def says(one: CheckedArtifact, line: str) -> bool:
    return f"\n{line}\n".encode() in one.artifact.metadata.data


def test_an_sdist_that_contradicts_itself_is_not_said_to_contradict_wheels() -> None:
    project = Pyproject.parse('[project]\nname = "spam"\nversion = "1.0"\ndependencies = ["egg"]\n')
    (release,) = releases([Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(metadata()), project)])
    assert summary(release).startswith("inconsistent: the sdist contradicts itself, in what resolvers read. ")


def test_of_an_sdist_that_cannot_be_read_no_case_is_told() -> None:
    torn = Unreadable("spam-1.0.tar.gz", "sdist", "spam", "1.0", Finding("bad-archive", Severity.ERROR, "is torn"))
    (release,) = releases([torn, wheel("cp313-cp313-win_amd64")])
    assert "Case" not in summary(release)
    assert summary(release).startswith("1 file could not be read. Metadata ")


def test_one_wheel_beside_an_sdist_that_is_too_old() -> None:
    (release,) = releases(
        [
            Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", parsed(SDISTS["older"] or b"")),
            wheel("cp313-cp313-win32"),
        ]
    )
    assert summary(release).startswith("not comparable: the sdist is too old to say what its wheel says. ")


SOURCES = Path(abiding.__file__).parent
PREDICATE = re.compile(r"((?!this)\w+s|can't|came|does|had|may|must|was|will|would)[ ,]")


def said_of_files() -> list[tuple[str, str]]:
    """What the code says of archives and of files of an index: the beginning of each message, and where it stands."""
    found = []
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            made = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and re.search(r"(ArchiveError\.at|Error\.of)$", made) and node.args:
                text = node.args[-1] if made.endswith("at") else node.args[0]
                first = text.values[0] if isinstance(text, ast.JoinedStr) else text
                if isinstance(first, ast.Constant):
                    found.append((str(first.value), f"{file.name}:{node.lineno}"))
    return found


def test_what_is_said_of_a_file_is_a_sentence() -> None:
    """In a headline the name of the file stands below."""
    begins = said_of_files()
    assert len(begins) > 60
    for begin, place in begins:
        message = ArchiveError.at("spam-1.0.tar.gz", begin).findings[0].message
        assert not PREDICATE.match(message), (message, place)
    assert ArchiveError.at("spam/", "has no PKG-INFO").findings[0].message == "the folder has no PKG-INFO"
    assert ArchiveError.at("a.whl", "has, at byte 1, a hole").findings[0].message == "the file has, at byte 1, a hole"
    assert ArchiveError.at("a.whl", "`b` is gone").findings[0].message == "`b` is gone"
