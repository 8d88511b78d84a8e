"""What the reports show of a release. Oracle: the contract in docs/how-to/check-a-release.md, and screens read by eye."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding import evidence
from abiding.artifacts.artifact import Artifact
from abiding.artifacts.disk import read_artifacts
from abiding.project import hints
from abiding.releases.check import releases
from abiding.releases.release import Release
from abiding.report import concise, github, html, sarif, text
from abiding.report import json as json_report
from abiding.report.matrix import CellState, Matrix
from abiding.report.style import STYLE
from abiding.report.summary import summary
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.compiled import Pair
from makers.evident import image, numpy_2
from makers.releases import EGG, GMP, LINUX, NUMPY, PYPROJECT, SAID, SDIST, WINDOWS, checked
from tests.unit.html import Page

from . import contract

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return checked(tmp_path, {SDIST: metadata(NUMPY), LINUX: metadata(NUMPY), WINDOWS: metadata(NUMPY, EGG)})


@pytest.fixture
def compiled(tmp_path: Path) -> Release:
    """One wheel, whose extension module needs a library that nobody has, and looks for it where it was built."""
    (found,) = abiding.check([Pair(tmp_path / "pair").consumer("/opt/spam/lib", requires=())])
    return found


@pytest.fixture
def large(tmp_path: Path) -> Release:
    """175 wheels of three kinds."""
    write_sdist(tmp_path, SDIST, metadata(NUMPY))
    for number in range(175):
        lines = [NUMPY, EGG] if number % 25 == 0 else [NUMPY.replace(">=", " >= ") if number % 5 == 0 else NUMPY]
        write_wheel(tmp_path, wheel_name(f"cp3{number}-abi3-linux_x86_64"), metadata(*lines))
    (found,) = abiding.check([tmp_path])
    return found


def test_text_of_many_wheels_is_short_and_names_all(large: Release) -> None:
    lines = text.render([large]).rstrip().split("\n")
    assert len(lines) < 80
    assert lines[-1] == "inconsistent: 7 of 175 wheels differ from the sdist, in what resolvers read"
    assert " --> each of 7 wheels:" in lines
    assert " --> 28 wheels:" in lines
    assert " --> 140 wheels:" in lines


@pytest.mark.parametrize(
    ("files", "pyproject", "words"),
    [
        (
            {SDIST: metadata()},
            None,
            "clean: an sdist alone, with no wheel to compare it with. Case 1 of 4: nothing dynamic",
        ),
        ({LINUX: metadata()}, None, "clean: one file, with nothing to compare it with. Case 3 of 4: no sdist"),
        ({LINUX: metadata(), WINDOWS: metadata()}, None, "clean: the metadata of 2 files is identical. Case 3 of 4"),
        (
            {SDIST: metadata(EGG), LINUX: metadata(EGG + " ")},
            None,
            "equal: 2 files say the same, spelled differently. Case 1",
        ),
        ({SDIST: SAID, LINUX: metadata(NUMPY, GMP)}, PYPROJECT, "declared: 1 of 1 wheel differs from the sdist, all"),
        (
            {SDIST: SAID, LINUX: metadata(NUMPY, GMP), WINDOWS: metadata(NUMPY, EGG)},
            PYPROJECT,
            "inconsistent: 1 of 2 wheels differs from the sdist in a way that is not declared",
        ),
        ({SDIST: metadata(level="2.1"), LINUX: metadata(EGG, level="2.1")}, None, "not comparable: the sdist is too"),
        (
            {SDIST: metadata(), LINUX: metadata("Summary: x")},
            None,
            "inconsistent: 1 of 1 wheel differs from the sdist, but only in fields that no resolver reads. Case 1 of 4",
        ),
        # What is lawful is read by resolvers, what is not is read by none.
        (
            {SDIST: metadata("Dynamic: Requires-Dist", level="2.2"), LINUX: metadata(EGG, "Summary: x")},
            None,
            "inconsistent: 1 of 1 wheel differs from the sdist in a way that is not sanctioned, but only in fields",
        ),
    ],
)
def test_summary(tmp_path: Path, files: dict[str, bytes], pyproject: str | None, words: str) -> None:
    assert words in summary(checked(tmp_path, files, pyproject))


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ((), False),  # equal
        (("Summary: x",), True),
        (("License: MIT",), True),
        (("Requires-Dist: egg",), False),  # an error, whose rule the report leads to
        (("Summary: x", "Requires-Dist: egg"), False),
    ],
)
def test_a_report_leads_to_why_what_is_inconsistent_is_no_error(
    more: tuple[str, ...], is_told: bool, tmp_path: Path
) -> None:
    release = checked(tmp_path, {SDIST: metadata(), LINUX: metadata(*more)})
    assert (release.verdict == "inconsistent") == bool(more)
    assert ("`abiding explain verdict` tells why this is inconsistent" in text.render([release])) == is_told
    assert is_told == (release.verdict == "inconsistent" and release.worst != "error")


def test_unreadable_in_text(tmp_path: Path) -> None:
    (tmp_path / LINUX).write_bytes(b"")
    write_sdist(tmp_path, SDIST, metadata())
    shown = text.render(abiding.check([tmp_path]))
    assert "error[bad-archive]" in shown
    assert shown.endswith(
        "\n1 file could not be read. Metadata clean as far as it could be read: one file, with nothing to compare it with\n"
    )
    # Nor is there anything that a wheel is held against, or that would be held against it.
    write_wheel(tmp_path, LINUX, metadata())
    (tmp_path / SDIST).write_bytes(b"")
    assert "clean: there is nothing to compare it with" in text.render(abiding.check([tmp_path]))
    assert "1 file could not be read</" in html.render(abiding.check([tmp_path])).partition("</h1>")[0]


FOR_MAINTAINERS = "hint: the hints above are for the maintainers of spam"


@pytest.mark.parametrize(
    ("more", "rule", "expected"),
    [
        (NUMPY, "undeclared-requirement", f"{FOR_MAINTAINERS}; who installs it can tell them, or choose another release hint:"),
        ("License: MIT", "undeclared-change", f"{FOR_MAINTAINERS} hint:"),
        ("License-File: a", "undeclared-change", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_whom_the_hints_on_a_release_of_others_are_for(more: str, rule: str, expected: str, tmp_path: Path) -> None:
    """Who only installs it may read them. Files at hand are those of who builds them."""
    write_sdist(tmp_path, SDIST, metadata())
    write_wheel(tmp_path, LINUX, metadata(*filter(None, [more])))
    at_hand = [artifact for artifact in read_artifacts([tmp_path]) if isinstance(artifact, Artifact)]
    published, mine = (
        " ".join(text.render(releases(files)).split())
        for files in ([artifact._replace(on_index=True) for artifact in at_hand], at_hand)
    )
    assert re.findall(r"(?:error|note)\[([a-z-]*)\]", published) == list(filter(None, [rule]))
    assert published.count(FOR_MAINTAINERS) == bool(expected)
    assert expected in published
    # Only who builds them can know of two states.
    mine = mine.replace(f"hint: {hints.TWO_STATES} ", "")
    assert published.replace(expected.removesuffix(" hint:"), "").split() == mine.split()


@pytest.mark.parametrize("name", ["pyproject.toml", "dist/x.whl", "dist/spam-1.0.tar.gz"])
def test_a_file_that_is_no_release_has_no_maintainers(name: str, tmp_path: Path) -> None:
    """Its hints are for whoever named the file."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert "for the maintainers of" not in text.render(abiding.check([path]))


WRONG = "1 error about the compiled files. Metadata clean: one file, with nothing to compare it with. Case 4 of 4"


def test_errors_about_compiled_files_are_no_part_of_the_verdict(compiled: Release) -> None:
    assert (compiled.verdict, compiled.worst) == ("clean", "error")
    last = [report.render([compiled]).splitlines()[-1] for report in (text, concise, github)]
    assert WRONG.startswith(last[0])
    assert all(line.startswith(f"ham 1.0: {WRONG}") for line in last[1:])
    (found,) = json.loads("".join(json_report.render([compiled])))["releases"]
    assert (found["verdict"], found["errors"]) == ("clean", {"metadata": 0, "compiled_files": 1})
    assert [one["rule"] for one in found["findings"]] == ["unprovided-library", "leaked-rpath"]


def test_html_of_errors_about_compiled_files(compiled: Release, release: Release) -> None:
    page = Page(html.render([compiled, release]))
    assert page.count("span", **{"class": "badge error"}) >= 2  # in the contents, and beside the title
    assert page.words.count("1 error about the compiled files") == page.words.count("metadata clean") == 2
    assert "metadata inconsistent" not in page.words
    assert "one file, with nothing to compare it with. " in page.words
    assert "Case 4 of 4: metadata older than 2.2" in page.words


def test_the_gravest_come_first_whatever_they_are_about(compiled: Release, release: Release) -> None:
    both = release._replace(compiled=compiled.findings + compiled.compiled)
    assert [one.severity for one in both.everything] == ["error"] * 3 + ["warning"]
    assert summary(both).startswith("1 error about the compiled files. Metadata inconsistent: 1 of 2 wheels")


def test_a_bound_that_harms_nobody_is_said_to(tmp_path: Path) -> None:
    """numpy 1 has no wheel for Python 3.13; the other note is of another rule, and comes first."""
    files = {"spam/_core.cpython-313-x86_64-linux-gnu.so": image(numpy_2("2.0"))}
    path = write_wheel(tmp_path, wheel_name("cp313-cp313-linux_x86_64"), metadata(NUMPY, level="2.5"), more=files)
    (found,) = abiding.check([tmp_path])
    judged = [each for each in evidence.judge_wheels([path])[str(path)] if each.rule == "bound-too-loose"]
    found = found._replace(compiled=tuple(judged))
    assert [(each.rule, each.severity) for each in found.everything] == [
        ("new-metadata-version", "note"),
        ("bound-too-loose", "note"),
    ]
    for full in (False, True):
        shown = " ".join(text.render([found], full=full).split())
        assert "note: no such version has a wheel where this one can be installed, so nobody who" in shown
        assert ("such a file asks numpy for its C API" in shown) is full
        assert re.findall(r"abiding explain ([\w-]+)` tells what", shown) == ["bound-too-loose"]


def test_concise(release: Release) -> None:
    lines = concise.render([release]).split("\n")
    assert lines[0].startswith(f"{WINDOWS}: error[undeclared-requirement]: the wheel adds `egg`")
    assert lines[-2].startswith("spam 1.0: inconsistent: ")


@pytest.mark.parametrize("name", ["release", "large"])
def test_json_is_as_agreed(name: str, request: pytest.FixtureRequest) -> None:
    found: Release = request.getfixturevalue(name)
    data = contract.document("".join(json_report.render([found])), "check")
    assert len(data["releases"][0]["artifacts"]) == len(found.artifacts)
    assert data["releases"][0]["errors"] == {"metadata": 1, "compiled_files": 0}
    (finding,) = data["releases"][0]["findings"]
    assert finding["found"] == ["egg"]
    assert finding["artifacts"] == list(dict.fromkeys(one.artifact for one in found.findings))


def test_github(release: Release) -> None:
    lines = github.render([release]).rstrip().split("\n")
    assert lines[0].startswith(f"::error title=abiding (undeclared-requirement)::{WINDOWS}: the wheel adds `egg`")
    assert "%0A+ egg%0A" in lines[0]
    assert not lines[-1].startswith("::")


def test_github_points_to_lines_of_the_declaration(tmp_path: Path) -> None:
    pyproject = PYPROJECT.replace("openblas==x.x.*", "openblas").replace("*-macosx_14_0_*", "*-win*")
    shown = github.render([checked(tmp_path, {SDIST: SAID}, pyproject)])
    assert shown.startswith("::warning file=pyproject.toml,line=18,title=abiding (could-be-a-marker)::")


def test_html_is_self_contained(release: Release) -> None:
    page = Page(html.render([release]))
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "img", "iframe")
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:", STYLE)


def test_html_escapes(tmp_path: Path) -> None:
    files = {SDIST: metadata("Summary: a"), LINUX: metadata("Summary: <script>alert('x')</script> & \"b\"")}
    shown = html.render([checked(tmp_path, files)])
    assert Page(shown).count("script") == 0
    assert "&lt;script&gt;" in shown


def test_html_opens_both_values(release: Release) -> None:
    page = Page(html.render([release]))
    assert page.count("summary", **{"aria-label": "Requires-Dist: differs (error)"}) == 1
    assert page.count("mark") == 1  # egg, in the cell
    assert page.count("td") == 9
    assert page.count("div", role="region", tabindex="0") == 1


def test_html_groups_identical_wheels(large: Release) -> None:
    page = Page(html.render([large]))
    assert page.count("tr") == 5  # the header, the reference, and three kinds
    shown = set(page.words)
    for one in large.artifacts:
        assert one.filename in shown


def test_html_of_several_releases_and_of_nothing_readable(release: Release, tmp_path: Path) -> None:
    (tmp_path / "torn-1.0-py3-none-any.whl").write_bytes(b"")
    torn = abiding.check([tmp_path / "torn-1.0-py3-none-any.whl"])
    page = Page(html.render([release, *torn]))
    assert page.count("a", href="#r1") == 1
    assert page.count("table") == 1


def test_matrix_states(tmp_path: Path) -> None:
    wheel = metadata("Requires-Dist: numpy (>=1.26)", "Summary: b", level="2.3")
    files = {SDIST: metadata(NUMPY, "Summary: a"), LINUX: wheel}
    matrix = Matrix.of(checked(tmp_path, files))
    (row,) = matrix.rows
    assert dict(zip(matrix.columns, (cell.state for cell in row.cells), strict=True)) == {
        "Requires-Dist": CellState.SPELLING,
        "Requires-Python": CellState.SAME,
        "Provides-Extra": CellState.SAME,
        "Summary": CellState.WARNING,
        "Metadata-Version": CellState.APART,
    }


def test_matrix_tells_what_an_old_sdist_does_not_say(tmp_path: Path) -> None:
    files = {SDIST: metadata(level="1.2"), LINUX: metadata(NUMPY, level="2.1")}
    matrix = Matrix.of(checked(tmp_path, files))
    states = dict(zip(matrix.columns, (cell.state for cell in matrix.rows[0].cells), strict=True))
    assert states["Requires-Dist"] is CellState.UNSAID


def test_matrix_of_declared_wheels(tmp_path: Path) -> None:
    matrix = Matrix.of(checked(tmp_path, {SDIST: SAID, LINUX: metadata(NUMPY, GMP)}, PYPROJECT))
    assert matrix.rows[0].cells[0].state is CellState.DECLARED
    assert matrix.rows[0].cells[0].new == ("libgmp==6.3.0",)


def test_matrix_does_not_blame_a_wheel_that_says_what_the_sdist_says(tmp_path: Path) -> None:
    mac = wheel_name("cp313-cp313-macosx_14_0_arm64")
    files = {SDIST: metadata(), LINUX: metadata(EGG), mac: metadata(EGG), WINDOWS: metadata()}
    matrix = Matrix.of(checked(tmp_path, files))
    (row,) = (row for row in matrix.rows if row.artifacts[0].filename == WINDOWS)
    assert (row.cells[0].expected, row.cells[0].found, row.cells[0].state) == ((), (), CellState.SAME)


@pytest.mark.parametrize("report", [json_report, sarif])
def test_what_programs_get_is_written_in_pieces(report: ModuleType, tmp_path: Path) -> None:
    """Whole it was ten times as large as all else that is in memory."""
    wheels = {wheel_name(f"cp3{one}-abi3-linux_x86_64"): metadata(f"Requires-Dist: a{one}") for one in range(500)}
    release = checked(tmp_path, {SDIST: metadata(NUMPY), **wheels})
    pieces = list(report.render([release]))
    whole = "".join(pieces)
    assert max(map(len, pieces)) < 100_000 < len(whole) / 4
    assert whole.replace("\\u0023", "#") == json.dumps(json.loads(whole), indent=2, ensure_ascii=False) + "\n"
    assert json.loads("".join(report.render([])))  # nothing is a list too
