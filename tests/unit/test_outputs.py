"""Where results go, and what makes a command fail: `--output`, `--output-format`, `--fail-on`, of all that have them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from abiding.cli import main
from makers.archives import metadata, write_sdist, write_wheel
from makers.releases import EGG, LINUX, NUMPY, SDIST, WINDOWS

from .contract import document

FORMS = ("text", "concise", "json", "github", "html", "sarif")


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release whose wheel says something else, where we are."""
    monkeypatch.chdir(tmp_path)
    write_sdist(tmp_path / "dist", SDIST, metadata(NUMPY))
    write_wheel(tmp_path / "dist", LINUX, metadata(NUMPY, EGG))
    return tmp_path / "dist"


def release(folder: Path, kind: str) -> Path:
    """A release in which the gravest finding is of this severity."""
    more = {"error": (EGG,), "warning": ("Summary: another",), "note": ("License: MIT",), "nothing": ()}[kind]
    write_sdist(folder, SDIST, metadata(NUMPY))
    write_wheel(folder, WINDOWS, metadata(NUMPY, *more))
    return folder


@pytest.mark.parametrize("fail_on", ["error", "warning", "note", ""])
@pytest.mark.parametrize("kind", ["error", "warning", "note", "nothing"])
def test_fail_on(kind: str, fail_on: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = ["note", "warning", "error"]
    wrong = kind in order and order.index(kind) >= order.index(fail_on or "error")
    options = ["--fail-on", fail_on] if fail_on else []
    assert main(["check", str(release(tmp_path / "dist", kind)), *options]) == int(wrong)
    said = capsys.readouterr().err
    assert (f"(`--fail-on {fail_on}`)" in said) is (wrong and kind != "error")


def test_what_can_not_be_read_weighs_more(tmp_path: Path) -> None:
    folder = release(tmp_path / "dist", "warning")
    (folder / LINUX).write_bytes(b"")
    assert main(["check", str(folder), "--fail-on", "note"]) == 2


def test_several_at_once(
    dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "78")  # as wide as a file is
    wanted = [f"--output={form}={tmp_path / form}" for form in FORMS]
    assert main(["check", str(dist), *wanted]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    assert (tmp_path / "text").read_text("utf-8") == printed.out
    for form in FORMS:
        assert main(["check", str(dist), "--output-format", form]) == 1
        # A page says by which command it was made, and when.
        written, out = ((tmp_path / form).read_text("utf-8"), capsys.readouterr().out)
        assert written.partition("<footer>")[0] == out.partition("<footer>")[0]
    document((tmp_path / "json").read_text("utf-8"), "check")


def test_the_screen_and_the_annotations(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(dist), "--output", "github=-"])
    screen, _, annotations = capsys.readouterr().out.partition("::error ")
    assert screen.startswith("spam 1.0 ")
    assert annotations.startswith("title=abiding (undeclared-requirement)::")


def test_an_old_file_is_replaced_a_link_followed(dist: Path, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("x" * 100_000)
    (tmp_path / "link.json").symlink_to("real.json")
    main(["check", str(dist), "--output", f"json={tmp_path / 'link.json'}"])
    document((tmp_path / "real.json").read_text("utf-8"), "check")
    assert (tmp_path / "link.json").is_symlink()


BAD = {
    "xml=a": "`xml` is none of text, concise, json, github, html, sarif",
    "htlm=a": "`htlm` is none of text, concise, json, github, html, sarif: did you mean `html`?",
    "a.html": "`a.html` names no format: did you mean `html=a.html`?",
    "dist/A.HTM": "`dist/A.HTM` names no format: did you mean `html=dist/A.HTM`?",
    "a.sarif": "did you mean `sarif=a.sarif`?",
    "a.xml": "`a.xml` names no format: `FORMAT=FILE`, of text, concise, json, github, html, sarif",
    "json": "`json` names no file: `json=FILE`",
    "json=": "`json=` names no file",
    "=a": "`` is none of text",
    "json=nowhere/a": "`nowhere/a` can't be written: `nowhere` is not there",
    "json=dist": "`dist` is a folder",
    f"json=dist/{LINUX}": "a report is never written over that",
    "json=pyproject.toml": "a report is never written over that",
    f"json=dist/{LINUX}/a": "is not a folder",
}


@pytest.mark.parametrize("given", BAD)
def test_what_is_no_output(given: str, dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (dist / LINUX).read_bytes()
    with pytest.raises(SystemExit) as caught:
        main(["check", str(dist), "--output", given])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert (printed.out, BAD[given] in printed.err) == ("", True), printed.err
    assert (dist / LINUX).read_bytes() == before


@pytest.mark.parametrize("other", ["a.json", "./a.json", "dist/../a.json", "link"])
def test_the_same_file_twice(other: str, dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "link").symlink_to("a.json")
    with pytest.raises(SystemExit):
        main(["check", str(dist), "--output", "json=a.json", "--output", f"html={other}"])
    assert f"`{other}` is given twice" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_file_that_can_not_be_written_takes_nothing_from_the_others(
    dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = [f"--output=json={tmp_path / 'a'}", "--output=html=/dev/full", f"--output=concise={tmp_path / 'b'}"]
    assert main(["check", str(dist), *outputs]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith("spam 1.0 ")
    assert "error[not-written]: the result can't be written here: No space left" in printed.err
    document((tmp_path / "a").read_text("utf-8"), "check")
    assert (tmp_path / "b").read_text("utf-8").startswith(f"{LINUX}: error[")


def test_what_is_looked_at_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "METADATA", tmp_path / "PKG-INFO"]
    for file in files:
        file.write_bytes(metadata())
    (tmp_path / "link").symlink_to("PKG-INFO")
    assert main(["diff", *map(str, files), "--output", f"json={tmp_path / 'link'}"]) == 2
    printed = capsys.readouterr()
    assert "no difference in meaning" in printed.out
    assert "error[not-written]: the result can't be written here: it is what is looked at" in " ".join(
        printed.err.split()
    )
    assert files[1].read_bytes() == metadata()


def test_a_closed_pipe_takes_nothing_from_the_files(dist: Path, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "abiding", "check", str(dist), "--output", f"json={tmp_path / 'a'}"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.stderr == ""
    document((tmp_path / "a").read_text("utf-8"), "check")


def test_what_is_written_is_utf_8_whatever_the_terminal_is(dist: Path, tmp_path: Path) -> None:
    write_wheel(dist, WINDOWS, metadata(NUMPY, "Summary: größe"))
    command = [sys.executable, "-m", "abiding", "check", str(dist), "--output", f"json={tmp_path / 'a'}"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    subprocess.run(command, env=environment, check=False, capture_output=True)
    assert "größe" in (tmp_path / "a").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (["check", "x", "--fail-on", "fatal"], "error, warning, note"),
        (["check", "x", "--output-format", "xml"], "text, concise, json, github, html, sarif"),
        (["check", "x", "--level", "abc"], "api, abi"),
        (["prove", "--level", "abc"], "api, abi"),
        (["prove", "--output-format", "html"], "text, concise, json, github, sarif"),
        (["prove", "--fail-on", "x"], "error, warning, note"),
        (["show", "--level", "abc"], "api, abi"),
        (["env", "--output", "html=x"], "text, concise, json, github, sarif"),
        (["env", "--fail-on", ""], "error, warning, note"),
    ],
)
def test_an_unknown_value_is_answered_by_those_there_are(
    arguments: list[str], known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert known in capsys.readouterr().err


def test_a_table_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "t.parquet"
    table.write_bytes(b"PAR1")
    for source in (table, tmp_path, tmp_path / "*.parquet"):
        with pytest.raises(SystemExit) as caught:
            main(["survey", str(source), "--output", f"json={table}"])
        assert (caught.value.code, table.read_bytes()) == (2, b"PAR1")
        assert "a report is never written over that" in capsys.readouterr().err
