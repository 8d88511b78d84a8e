"""What is given in the place of something else: one error, and a hint that leads to what is there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from abiding.cli import main
from abiding.cli.arguments import wheels_in
from abiding.findings.errors import AbidingError
from abiding.native.interpreter import Interpreter
from makers.archives import metadata, write_sdist, write_wheel

WHEEL = "spam-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that is built, one that is not, an older one, an empty folder, and what is no archive."""
    monkeypatch.chdir(tmp_path)
    for name in ("built/dist", "unbuilt", "older", "empty", "env/bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("built", "unbuilt"):
        (tmp_path / name / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\n')
    (tmp_path / "older/setup.py").write_text("from setuptools import setup\nsetup()\n")
    (tmp_path / "env/bin/python").write_text("")
    (tmp_path / "notes.txt").write_text("nothing\n")
    write_sdist(tmp_path / "built/dist", "spam-1.0.tar.gz", metadata())
    write_wheel(tmp_path / "built/dist", WHEEL, metadata())


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    try:
        status = main(words)
    except SystemExit as exc:
        status = int(exc.code or 0)
    assert status == 2
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return " ".join(f"{out} {err}".split())


EXAMPLE = re.compile(r"for example `([^`]+)`")


@pytest.mark.parametrize(
    ("command", "message", "example"),
    [
        ("show built/dist", "the folder has no pyproject.toml in it", f"built/dist/{WHEEL}"),
        ("prove built/dist", "the folder has no pyproject.toml and no setup.py in it", "built/dist/spam-1.0.tar.gz"),
        (f"diff built built/dist/{WHEEL}", "this is a folder, and files are compared", f"built/dist/{WHEEL}"),
        (f"diff built/dist built/dist/{WHEEL}", "this is a folder, and files are compared", f"built/dist/{WHEEL}"),
        ("repair built -w out", "this is a folder, and one wheel is repaired", f"built/dist/{WHEEL}"),
        ("repair built/dist -w out", "this is a folder, and one wheel is repaired", f"built/dist/{WHEEL}"),
    ],
)
def test_a_folder_in_the_place_of_a_file_in_it(
    command: str, message: str, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, *command.split())
    assert message in shown
    (proposed,) = EXAMPLE.findall(shown)
    assert Path(proposed) == Path(example)
    assert Path(proposed).is_file()


@pytest.mark.parametrize(
    ("command", "message", "hint"),
    [
        ("check built", "the folder has no sdist and no wheel in it", "there are some in `built/dist`"),
        ("check unbuilt", "the folder has no sdist and no wheel in it", "`python -m build` makes an sdist and a wheel"),
        ("check older", "the folder has no sdist and no wheel in it", "`python -m build` makes an sdist and a wheel"),
        ("show older", "the folder has no pyproject.toml in it", "`abiding init older` makes it use abiding"),
        ("repair built/dist/spam-1.0.tar.gz -w out", "this is not a wheel", "give a wheel, which ends in .whl"),
        ("repair empty -w out", "this is a folder, and one wheel is repaired", "give a wheel, which ends in .whl"),
        ("bounds unbuilt", "the folder has no wheel in it", "build one first: `python -m build`"),
        ("bounds empty", "the folder has no wheel in it", "give a wheel, which ends in .whl"),
        ("bounds notes.txt", "this is not a wheel", "give a wheel, which ends in .whl"),
        ("survey empty", "the folder has no Parquet file in it", "give Parquet files"),
        ("env --python env", "`env` does not answer as a Python does", f"`--python {Path('env/bin/python')}`"),
        ("env --python empty", "`empty` does not answer as a Python does", "`--python env/bin/python`"),
        ("env --python empty", "note: it is a folder", "`--python env/bin/python`"),
        ("env --python unbuilt", "note: it is a folder", "that is a project"),
        ("env --python gone", "neither here nor on the PATH", "`--python env/bin/python`"),
        ("env --python false", "note: it ends with exit status 1", "`--python env/bin/python`"),
        ("env --python echo", "its answer is not that of a Python", "`--python env/bin/python`"),
        ("env --python notes.txt", "notes.txt` may not be run as a program", "`--python env/bin/python`"),
        ("check numpy==2.x", "`numpy==2.x` does not name a release", "write `numpy==VERSION` for one release"),
        ("check numpy --index-url simple", "`simple` is not the URL of a package index", "`https://HOST/simple/`"),
        ("explain lost", "there is no rule `lost`", "did you mean `lost-requirement`?"),
    ],
)
def test_the_hint_leads_out(command: str, message: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, *command.split())
    assert message in shown
    assert f"hint: {hint}" in shown or hint in shown.partition("hint: ")[2]


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ("env", f"`--python {Path('env/bin/python')}`"),
        (str(Path("env/bin/python")), f"`--python {Path('env/bin/python')}`"),
        ("unbuilt", "that is a project: name the Python of an environment that it is installed in"),
        (f"built/dist/{WHEEL}", f"`abiding check built/dist/{WHEEL}` looks into a file"),
        ("empty", "`--python env/bin/python`"),
        ("gone", "`--python env/bin/python`"),
    ],
)
def test_an_environment_is_named_by_its_python(given: str, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "env", given)
    assert f"too many arguments: `{given}`" in shown
    assert way in shown


@pytest.mark.parametrize(
    ("begins", "hint"),
    [
        (b"", "it is empty"),
        (b"\n<!doctype html>", "it is a web page"),
        (b"\x1f\x8b\x08\0\0", "it is compressed as an sdist is"),
        (b"version https://git-lfs.github.com/spec/v1\n", "`git lfs pull`"),
        (b"text", "download it again, or build it again"),
        (b"PK\3\4 and no more", "download it again, or build it again"),
    ],
)
def test_what_came_in_the_place_of_a_wheel(begins: bytes, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(WHEEL).write_bytes(begins)
    for command in ("check", "show"):
        assert hint in said(capsys, command, WHEEL)


@pytest.mark.parametrize("command", ["show built", "prove built", "bounds built/dist", "survey built/dist"])
def test_a_folder_that_one_may_not_read(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may read everything asks about what seems not to be there."""
    Path("built/dist", WHEEL).unlink()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "you may not read this folder" in said(capsys, *command.split())


def test_a_file_that_one_may_not_read(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file is read, nobody is told of a folder to be written to."""
    place = Path("built/dist", WHEEL)

    opened = open

    def locked(path: str | Path, *given: Any, **named: Any) -> Any:
        if Path(path) == place:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr("builtins.open", locked)
    monkeypatch.setattr(os, "access", lambda *_: False)
    shown = said(capsys, "check", str(place))
    assert "can't be read: permission denied" in shown
    assert "hint: its owner has to let you read it" in shown


def test_a_python_is_found_by_its_name_and_in_the_folder_that_one_is_in(tmp_path: Path) -> None:
    assert Interpreter.ask(Path("python3")).executable.is_absolute()
    with pytest.raises(AbidingError) as caught:
        Interpreter.ask(Path("notes.txt"))
    assert str(tmp_path / "notes.txt") in caught.value.findings[0].notes[0]


def test_wheels_of_what_is_given() -> None:
    wheel = Path("built/dist", WHEEL)
    assert wheels_in(Path("built"), "") == wheels_in(Path("built/dist"), "") == wheels_in(wheel, "") == [wheel]
