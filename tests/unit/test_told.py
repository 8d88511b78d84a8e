"""One release has the same findings in every format. Oracle: the formats, read back; and every finding that was made."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import abiding
from abiding.cli import main
from abiding.findings.finding import Excerpt, Finding, Severity, lines_of
from abiding.findings.rule_groups import is_among_wheels
from abiding.findings.terminal import Terminal
from abiding.releases.check import releases
from abiding.releases.release import Release
from abiding.report import concise, github, html, sarif, text
from abiding.report import json as json_report
from abiding.report.grouping import groups, release_groups
from makers.archives import metadata, write_sdist
from makers.compiled import Pair
from makers.handed import EXPECTED, artifacts
from makers.releases import EGG, GMP, LINUX, NUMPY, PYPROJECT, SDIST, WINDOWS
from makers.screens import LINUX as MANYLINUX
from makers.screens import MAC, PYTHONS, RELEASES, WIN, sdist, wheels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

Said = list[tuple[str, str]]


def in_text(found: Sequence[Release]) -> Said:
    return re.findall(r"^(error|warning|note)\[([\w-]+)\]: ", text.render(found, Terminal(), full=True), re.MULTILINE)


def in_concise(found: Sequence[Release]) -> Said:
    return re.findall(r"^.*?: (error|warning|note)\[([\w-]+)\]: ", concise.render(found), re.MULTILINE)


def in_json(found: Sequence[Release]) -> Said:
    document = json.loads("".join(json_report.render(found)))
    for release in document["releases"]:
        errors = sum(one["severity"] == "error" for one in release["findings"])
        assert sum(release["errors"].values()) == errors
    return [(one["severity"], one["rule"]) for release in document["releases"] for one in release["findings"]]


def in_github(found: Sequence[Release]) -> Said:
    said = re.findall(r"^::(\w+) (?:.*,)?title=abiding \(([\w-]+)\)::", github.render(found), re.MULTILINE)
    return [(severity.replace("notice", "note"), rule) for severity, rule in said]


def in_sarif(found: Sequence[Release]) -> Said:
    (run,) = json.loads("".join(sarif.render(found)))["runs"]
    return [(one["level"], one["ruleId"]) for one in run["results"]]


def in_html(found: Sequence[Release]) -> Said:
    return re.findall(r'<span class="chip (\w+)">.*?popovertarget="explain-([\w-]+)"', html.render(found), re.DOTALL)


FORMATS = (in_text, in_concise, in_json, in_github, in_sarif, in_html)


def agreed(found: Sequence[Release]) -> Said:
    """What all formats say."""
    first, *others = (of(found) for of in FORMATS)
    for said, of in zip(others, FORMATS[1:], strict=True):
        # The page has the releases with errors first.
        assert (sorted(said) if of is in_html else said) == (sorted(first) if of is in_html else first), of.__name__
    return first


def nothing_is_swallowed(release: Release) -> None:
    """Every finding that was made is in one that is told, with all its values and all that it says."""
    said = release_groups(release)
    for one in release.everything:
        same = [
            group
            for group in said
            if one.artifact in group.artifacts
            and (group.finding.rule, group.finding.severity, group.finding.field) == (one.rule, one.severity, one.field)
            and set(lines_of(one.expected)) <= set(lines_of(group.finding.expected))
            and set(lines_of(one.found)) <= set(lines_of(group.finding.found))
            and set(one.hints) <= set(group.finding.hints)
        ]
        assert same or is_among_wheels(one), one
    for finding, files in said:
        assert len(set(files)) == len(files), finding


@pytest.mark.parametrize("name", sorted(EXPECTED) or ["none"])
@pytest.mark.skipif(not EXPECTED, reason="the kept releases are not beside this checkout, in ../shared/releases")
def test_real_releases(name: str) -> None:
    (release,) = releases(artifacts(name))
    agreed([release])
    nothing_is_swallowed(release)


@pytest.mark.parametrize("name", RELEASES)
def test_screens(name: str) -> None:
    found = releases(RELEASES[name]())
    said = agreed(found)
    for release in found:
        nothing_is_swallowed(release)
    # The table counts the same, on a line for each release.
    if len(found) > 1:
        counts = [re.findall(r"\d+", line)[-3:] for line in text.render(found).splitlines()[-len(found) :]]
        for place, severity in enumerate(Severity):
            assert sum(int(one[place]) for one in counts) == sum(one == severity for one, _ in said)


LINES = (
    NUMPY,
    EGG,
    GMP,
    "Requires-Python: >=3.9",
    "Summary: x",
    "License: x",
    "Provides-Extra: a",
    "Requires-Dist: a (",
)


@given(
    said=st.lists(st.frozensets(st.sampled_from(LINES)), min_size=3, max_size=3),
    head=st.tuples(
        st.booleans(), st.sampled_from(["2.1", "2.4", "2.6"]), st.sampled_from(["", "Dynamic: Requires-Dist"])
    ),
)
def test_made_up_releases(said: list[frozenset[str]], head: tuple[bool, str, str]) -> None:
    has_sdist, level, dynamic = head
    own = [sdist(NUMPY, *filter(None, [dynamic]), level=level, pyproject=PYPROJECT if dynamic else "")]
    more = [
        one
        for platform, lines in zip((MANYLINUX, MAC, WIN), said, strict=True)
        for one in wheels(PYTHONS[:2], platform, *sorted(lines), level=level)
    ]
    found = releases([*(own if has_sdist else ()), *more])
    agreed(found)
    for release in found:
        nothing_is_swallowed(release)


def test_compiled_files_and_what_can_not_be_read(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata())
    for name in (LINUX, WINDOWS):
        (tmp_path / name).write_bytes(b"")
    found = abiding.check([Pair(tmp_path / "pair").consumer("/opt/spam/lib", requires=()), tmp_path])
    assert {rule for _, rule in agreed(found)} >= {"bad-archive", "unprovided-library", "leaked-rpath"}
    shown = text.render(found)
    assert shown.count("error[bad-archive]") == 1
    assert " --> each of 2 wheels: cp313 × manylinux_2_28_x86_64, win_amd64\n" in shown


@pytest.mark.parametrize("report", [concise, github])
def test_every_wheel_of_a_finding_is_told_on_its_line(report: ModuleType) -> None:
    """And every value: an annotation is all that there is to see."""
    more = [f"Requires-Dist: a{number}" for number in range(30)]
    (release,) = releases([sdist(NUMPY), *wheels(PYTHONS, MAC, NUMPY, *more), *wheels(PYTHONS, WIN, NUMPY)])
    (line,) = [line for line in report.render([release]).splitlines() if "undeclared-requirement" in line]
    assert f"spam 1.0, each of 6 wheels (cp39–cp314 × {MAC}): " in line
    assert ("%0A+ a29%0A" in line) == (report is github)


@pytest.mark.parametrize("name", [*RELEASES, *EXPECTED])
def test_the_page_shows_literals_as_code(name: str) -> None:
    """No backtick of a message is left; values and files that are quoted are as they are."""
    page = html.render(releases(RELEASES[name]() if name in RELEASES else artifacts(name)))
    assert "`" not in re.sub(r"<(pre|style|ul)\b.*?</\1>|<span class=\"value\">.*?</span>", "", page, flags=re.DOTALL)


def test_the_title_of_the_page_counts_what_it_does_not_name() -> None:
    found = releases([one for name in ("a", "b", "c", "d") for one in wheels(PYTHONS[:1], MAC, name=name)])
    titles = [re.findall("<title>(.*)</title>", html.render(found[:number]))[0] for number in range(1, 5)]
    assert titles == [
        "a 1.0: abiding check",
        "a 1.0, b 1.0: abiding check",
        "a 1.0, b 1.0, c 1.0: abiding check",
        "a 1.0, b 1.0 and 2 more releases: abiding check",
    ]


NOWHERE = "http://127.0.0.1:9/simple/"


@pytest.mark.parametrize(
    ("what", "heading", "last"),
    [
        ("x.txt", "x.txt   1 file", "x.txt: not comparable: the file could not be read"),
        ("nothing", "nothing   1 folder", "nothing: not comparable: the folder could not be read"),
        ("not/there", "not/there   1 file", "not/there: not comparable: the file could not be read"),
        ("eggs==1.0", "eggs==1.0   1 release", "eggs==1.0: not comparable: the release could not be looked up"),
        ("torn-1.0.tar.gz", "torn 1.0   1 sdist", "torn 1.0: not comparable: the file could not be read"),
        ("torn-1.0-py3-none-any.whl", "torn 1.0   1 wheel", "torn 1.0: not comparable: the file could not be read"),
    ],
)
def test_what_could_not_be_read_is_called_what_it_is(
    what: str,
    heading: str,
    last: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_sdist(tmp_path, SDIST, metadata())
    (tmp_path / "nothing").mkdir()
    for name in ("x.txt", "torn-1.0.tar.gz", "torn-1.0-py3-none-any.whl"):
        (tmp_path / name).write_bytes(b"x")
    given = ["check", SDIST, what, "--index-url", NOWHERE]
    assert main(given) == 2
    shown = capsys.readouterr().out
    assert heading in shown.splitlines()
    assert f" --> {what}\n" in shown
    assert main([*given, "--quiet"]) == 2
    assert last in capsys.readouterr().out.splitlines()
    assert main([*given, "--output-format", "concise"]) == 2
    shown = capsys.readouterr().out
    assert f"\n{last}" in f"\n{shown}"
    assert f"\n{what}: error[" in f"\n{shown}"


def of(message: str, artifact: str = LINUX, **more: Any) -> Finding:
    return Finding("bad-requirement", Severity.ERROR, message, artifact)._replace(**more)


@pytest.mark.parametrize(
    ("findings", "files"),
    [
        # The same words of two files; not of a line in each.
        ([of("m"), of("m", WINDOWS)], [2]),
        ([of("m", line=3), of("m", WINDOWS, line=3)], [1, 1]),
        ([of("m", excerpts=(Excerpt(1, "a"),)), of("m", WINDOWS, excerpts=(Excerpt(1, "a"),))], [1, 1]),
        # Two modules of one wheel.
        ([of("`a.cpython-310-darwin.so`"), of("`a.cpython-311-darwin.so`")], [1, 1]),
        ([of("`a.cpython-310-darwin.so`"), of("`a.cpython-311-darwin.so`", WINDOWS)], [2]),
        # One message says what another does not, though both have values.
        ([of(f"`{one}` is wrong", field="Requires-Dist", found=one) for one in "abc"], [1]),
        ([of(f"{one} is wrong", field="Requires-Dist", found=one) for one in "abc"], [1, 1, 1]),
        ([of(f"`{one}` is wrong", field="Requires-Dist", found="a") for one in "abc"], [1, 1, 1]),
        # A field with one value has no two; what is no field has none.
        ([of("m", field="Summary", found=one) for one in "abc"], [1, 1, 1]),
        ([of("m", field="tool.x", found=one) for one in "abc"], [1, 1, 1]),
        # The very same twice is one.
        ([of("m"), of("m")], [1]),
    ],
)
def test_what_is_one_finding(findings: list[Finding], files: list[int]) -> None:
    assert [len(one.artifacts) for one in groups(findings)] == files


def test_files_of_a_finding_with_a_line_are_all_shown(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata())
    (release,) = abiding.check([tmp_path])
    said = (of("m", LINUX, line=3), of("m", WINDOWS, line=3))
    shown = text.render([release._replace(findings=said)])
    assert f" --> {LINUX}:3\n" in shown
    assert f" --> {WINDOWS}:3\n" in shown
