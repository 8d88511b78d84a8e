"""The level that wheels were built at: as their record says, and what a release of mixed or other levels comes to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from abiding.artifacts.artifact import Artifact
from abiding.cli import main
from abiding.metadata.core import CoreMetadata
from abiding.project.build_record import MEMBER
from abiding.project.level import Level
from abiding.releases.check import releases
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.levels import ABI, API, LINUX, PURE, PYPROJECT, SAID, WINDOWS, record
from makers.trees import Tree, flit_tree, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def dist(folder: Path, wheels: Sequence[tuple[str, bool, str]], *, sdist: bool = True) -> Path:
    """Write a release: of each wheel its name, whether it has the line, and the level in its record, empty if none."""
    folder.mkdir()
    if sdist:
        write_sdist(folder, "spam-1.0.tar.gz", SAID, PYPROJECT)
    for name, has_line, level in wheels:
        more = {f"spam-1.0.dist-info/{MEMBER}": record(level)} if level else {}
        write_wheel(folder, name, metadata(API, *([ABI] if has_line else [])), more=more)
    return folder


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, str | None], set[str]]:
    """The exit status, the level of each wheel, and the rules about levels with their severity."""
    status = main(["check", str(folder), "--output-format", "json", *options])
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    levels = {one["filename"]: one["level"] for one in release["artifacts"] if one["kind"] == "wheel"}
    rules = {f"{one['severity']} {one['rule']}" for one in release["findings"] if one["rule"].startswith("level")}
    return status, levels, rules


A, B = (LINUX, True, "abi"), (WINDOWS, True, "abi")
ROWS = {
    "all at the ABI level": ([A, B], [], 0, ["abi", "abi"], set()),
    "asked for": ([A, B], ["--level", "abi"], 0, ["abi", "abi"], set()),
    "the other asked for": ([A, B], ["--level", "api"], 1, ["abi", "abi"], {"error level-abi"}),
    "at the API level": ([(LINUX, False, "api")], [], 0, ["api"], {"note level-api"}),
    "not as asked": ([(LINUX, False, "api")], ["--level", "abi"], 1, ["api"], {"error level-api"}),
    "API as asked": ([(LINUX, False, "api")], ["--level", "api"], 0, ["api"], set()),
    "mixed": ([A, (WINDOWS, False, "api")], [], 1, ["abi", "api"], {"error levels-mixed"}),
    "mixed, asked for": ([A, (WINDOWS, False, "api")], ["--level", "abi"], 1, ["abi", "api"], {"error levels-mixed", "error level-api"}),
    "no line for this tag": ([A, (PURE, False, "abi")], ["--level", "abi"], 0, ["abi", "none"], set()),
    "no record": ([(LINUX, True, "")], [], 0, ["unknown"], {"note level-unknown"}),
    "no record, asked for": ([(LINUX, True, "")], ["--level", "abi"], 0, ["unknown"], {"note level-unknown"}),
    "no record and no line": ([(LINUX, False, "")], ["--level", "abi"], 1, ["unknown"], {"error level-api"}),
    "no record, the other": ([(LINUX, True, "")], ["--level", "api"], 1, ["unknown"], {"error level-abi"}),
    "one without record": ([A, (WINDOWS, True, "")], [], 0, ["abi", "unknown"], {"note level-unknown"}),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_levels_of_a_release(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheels, options, status, levels, rules = ROWS[case]
    folder = dist(tmp_path / "dist", wheels)
    expected = dict(zip((name for name, _, _ in wheels), levels, strict=True))
    assert checked(folder, capsys, *options) == (status, expected, rules)


@pytest.mark.parametrize(
    ("wheels", "sdist", "options", "last"),
    [
        ([(LINUX, True, "")], True, ["--level", "abi"], "Not known: whether the wheel is of the ABI level"),
        (
            [(LINUX, True, ""), (WINDOWS, True, "")],
            True,
            ["--level", "abi"],
            "whether the 2 wheels are of the ABI level",
        ),
        ([A, (WINDOWS, True, "")], True, ["--level", "abi"], "Not known: whether 1 of 2 wheels is of the ABI level"),
        ([(LINUX, False, ""), (WINDOWS, False, "")], False, ["--level", "api"], "the 2 wheels are of the API level"),
        # It was not asked for, or is known; and what is an error is no question.
        ([(LINUX, True, "")], True, [], None),
        ([A, B], True, ["--level", "abi"], None),
        ([(LINUX, False, "")], True, ["--level", "abi"], None),
    ],
)
@pytest.mark.parametrize("form", ["text", "concise", "github", "quiet"])
def test_the_last_line_says_that_a_level_could_not_be_told(
    wheels: list[tuple[str, bool, str]],
    sdist: bool,
    options: list[str],
    last: str | None,
    form: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = dist(tmp_path / "dist", wheels, sdist=sdist)
    main(["check", str(folder), *options, *(["--quiet"] if form == "quiet" else ["--output-format", form])])
    shown = capsys.readouterr().out.splitlines()[-1]
    assert ("Not known" in shown, (last or "") in shown) == (bool(last), True)


def test_without_an_sdist_the_records_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dist(tmp_path / "dist", [A, (WINDOWS, False, "api")], sdist=False)
    status, levels, rules = checked(folder, capsys)
    assert (status, levels) == (1, {LINUX: "abi", WINDOWS: "api"})
    assert "error levels-mixed" in rules


@pytest.mark.parametrize("sdist", [True, False])
@pytest.mark.parametrize("odd", ["api", "abi"])
def test_mixed_levels_are_told_once(odd: str, sdist: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That they lack lines, and disagree, follows from it; what else differs does not."""
    wheels = [(wheel_name(f"cp31{minor}-cp31{minor}-win_amd64"), "abi" if odd == "api" else "api") for minor in (1, 2)]
    folder = dist(
        tmp_path / "dist", [(name, level == "abi", level) for name, level in (*wheels, (LINUX, odd))], sdist=sdist
    )
    main(["check", str(folder), "--output-format", "json"])
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    told = {one["rule"]: one["hints"] for one in release["findings"]}
    # Without an sdist nothing else says what is inconsistent in it; the way out is the same.
    assert told.keys() == ({"levels-mixed"} if sdist else {"levels-mixed", "wheels-disagree"})
    assert len({tuple(hints) for hints in told.values()}) == 1
    main(["check", str(folder)])
    shown = capsys.readouterr().out
    assert "as declared for its tag" not in shown
    assert "of the API level" not in shown.splitlines()[-1]
    write_wheel(folder, PURE, metadata(API, "Requires-Dist: egg"), more={f"spam-1.0.dist-info/{MEMBER}": record("abi")})
    main(["check", str(folder), "--output-format", "json"])
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    assert any("egg" in str(one["found"]) for one in release["findings"])


def test_what_declares_nothing_has_no_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dist(tmp_path / "dist", [(LINUX, False, "")], sdist=False)
    assert checked(folder, capsys) == (0, {LINUX: None}, set())
    assert checked(folder, capsys, "--level", "abi") == (0, {LINUX: None}, {"note level-unknown"})


@pytest.mark.parametrize(("on_index", "said"), [(True, "not read over an index"), (False, "has no record")])
def test_why_a_level_is_not_known(on_index: bool, said: str) -> None:
    """A record that was not looked for may be there."""
    artifact = Artifact(LINUX, "wheel", "spam", "1.0", CoreMetadata.parse(metadata(API), LINUX), on_index=on_index)
    (release,) = releases([artifact], Level.ABI)
    (finding,) = [one for one in release.findings if one.rule == "level-unknown"]
    assert said in finding.message


@pytest.mark.parametrize(("level", "said"), [("api", ". 1 of 1 wheel is of the API level\n"), ("abi", "")])
def test_the_last_line_names_the_api_level(
    level: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = dist(tmp_path / "dist", [(LINUX, level == "abi", level)])
    main(["check", str(folder), "--quiet"])
    shown = capsys.readouterr().out
    assert shown.endswith(said)
    assert bool(said) == ("API level" in shown)


@pytest.mark.parametrize("form", ["text", "concise", "github", "html", "json"])
def test_every_format_names_a_wheel_of_the_api_level(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = dist(tmp_path / "dist", [(LINUX, False, "api")])
    main(["check", str(folder), "--output-format", form])
    assert "API level" in " ".join(capsys.readouterr().out.split())


# What a build says


def built(tree: Tree, folder: Path, **environment: str) -> str:
    tree.hook("build_wheel", folder / "out", **environment)
    return tree.said[-1].splitlines()[-1]  # a note may stand above it: on the metadata of a new backend, for one


def test_a_build_names_the_level_and_the_lines(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    assert built(tree, tmp_path) == "abiding: ABI level, 1 line added: `libgmp==6.3.0`"
    asked = built(tree, tmp_path, ABIDING_LEVEL="api")
    left_out = "abiding: API level: 1 line left out, because ABIDING_LEVEL=api; `-C abiding.level=abi` adds it"
    assert asked == left_out


def test_a_build_from_an_sdist_says_what_decides(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"flit_core.buildapi"', '"flit_core.buildapi"\nfrom-sdist = "api"')
    sdist = tmp_path / "out" / tree.hook("build_sdist", tmp_path / "out")
    again = Tree(unpacked(sdist, tmp_path / "unpacked"), tree.environment, [])
    assert 'left out, because from-sdist = "api"' in built(again, tmp_path)


def test_a_wheel_that_no_line_is_for(tmp_path: Path) -> None:
    one = '"libgmp==6.3.0"'
    tree = flit_tree(tmp_path / "tree", f"    {one},", f'    {{ requires = {one}, select = "*-macosx_11_0_*" }},')
    assert built(tree, tmp_path) == "abiding: ABI level: no declared line is for a wheel of this tag"


@pytest.mark.parametrize("level", ["both", "none", "unknown", "ABI"])
def test_a_record_of_a_level_that_there_is_not(level: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, sdist in (("with", True), ("without", False)):
        _, levels, _ = checked(dist(tmp_path / name, [(LINUX, True, level)], sdist=sdist), capsys)
        assert levels == {LINUX: "unknown"}


def test_a_record_that_contradicts_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = record("abi").replace(b'"level": "abi"', b'"level": "api"')
    assert forged != record("abi")
    write_wheel(tmp_path, LINUX, metadata(API, ABI), more={f"spam-1.0.dist-info/{MEMBER}": forged})
    assert main(["check", str(tmp_path)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "that says API level, and lists lines of the ABI level" in said


@pytest.mark.parametrize("has_line", [True, False])
@pytest.mark.parametrize("others", [[], [B]])
def test_a_wheel_is_held_against_its_own_record(
    has_line: bool, others: list[tuple[str, bool, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an sdist, nothing else says that METADATA has lost a line."""
    folder = dist(tmp_path / "dist", [(LINUX, has_line, "abi"), *others], sdist=False)
    status = main(["check", str(folder), "--output-format", "json"])
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    found = [(one["artifact"], one["expected"]) for one in release["findings"] if one["rule"] == "missing-requirement"]
    assert found == ([] if has_line else [(LINUX, ["numpy<2.5"])])
    assert status == int(not has_line)
    assert (release["verdict"] == "inconsistent") is not has_line


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b'{"version": 3}',
        b'{"version": 2, "lines": 1}',
        record("abi").replace(b'"numpy<2.5"', b'"\\ud800"', 1),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "html", "github", "concise"])
def test_a_record_that_can_not_be_read_is_an_error_without_a_declaration_too(
    data: bytes, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wheel(tmp_path, LINUX, metadata(API, ABI), more={f"spam-1.0.dist-info/{MEMBER}": data})
    status = main(["check", str(tmp_path), "--output-format", form])
    said = capsys.readouterr().out
    assert (status, "bad-provenance" in said) == ((1, True) if data else (0, False))
