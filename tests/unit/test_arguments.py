"""Arguments of the command line: what a path may be, and that what is wrong is said of what was given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from abiding.cli import main
from abiding.findings import bounds
from abiding.proof.commands import CommandError, answer, run
from abiding.proof.copies import copy_of
from makers.archives import metadata, write_sdist

# Each argument that is a path, by the words of its command: `{}` stands for it.
PATHS = ("check {}", "check spam-1.0.tar.gz {}", "diff {} spam-1.0.tar.gz", "diff spam-1.0.tar.gz {}", "show {}",
         "prove {}", "prove --python {}", "env --python {}", "init {}", "repair -w out {}", "repair -w {} x.whl")  # fmt: skip
# Those of which a project is asked.
PROJECTS = ("show {}", "prove --yes {}", "init --yes {}")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata(), "[build-system]\nrequires = []\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "pyproject.toml").write_text("[build-system\n")


def said(command: str, argument: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says of one argument, with which it can't do anything."""
    try:
        status = main([argument if word == "{}" else word for word in command.split()])
    except SystemExit as exc:
        status = int(exc.code or 0)
    assert status == 2
    out, err = capsys.readouterr()
    return f"{out}{err}"


@pytest.mark.parametrize("command", PATHS)
def test_an_empty_argument_is_no_folder(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script whose variable was never set means nothing by it, least of all the folder that it is in."""
    assert "it is empty; the folder that you are in is `.`" in said(command, "", capsys)


@pytest.mark.parametrize("command", PROJECTS)
@pytest.mark.parametrize("argument", ["nowhere", "empty", "wrong", "/dev/null", "empty/pyproject.toml", "no\0file"])
def test_what_is_no_project_is_named(command: str, argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"\n --> {argument}".replace("\0", "\\x00") in said(command, argument, capsys).replace("\\0", "\\x00")


def test_a_project_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = []\n[project]\nname = "spam"\nversion = "1"\n')
    for argument in (".", "pyproject.toml", str(tmp_path)):
        assert main(["init", "--yes", argument]) == 0
        assert main(["show", argument]) == 0
    assert "spam 1" in capsys.readouterr().out


# The Python to build with, and that of an environment


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A program that is no Python, and says something else each time."""
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\nprintf '{\"path\": 1}'\n")
    program.chmod(0o755)
    return "./broken"


@pytest.mark.parametrize("command", ["prove --yes --python {} spam-1.0.tar.gz", "env --python {}"])
@pytest.mark.parametrize("argument", ["no/python", "no-such-python", "empty", "spam-1.0.tar.gz", "./broken", "false"])
def test_what_is_no_python(
    command: str, argument: str, broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken
    assert f"error[no-interpreter]: `{argument.removeprefix('./')}` does not" in said(command, argument, capsys)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["broken", "empty", "spam-1.0.tar.gz", "wrong"]


@pytest.mark.parametrize("named", ["relative", "on PATH"])
def test_a_python_is_found_from_here(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Builds have a folder of their own, from which it would be another path."""
    found: list[Path] = []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "snake").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def isolated(_: object, python: Path, __: object) -> None:
        found.append(python)
        raise KeyboardInterrupt  # it is enough

    monkeypatch.setattr("abiding.proof.environments.Isolated", isolated)
    assert main(["prove", "--yes", "--python", "bin/snake" if named == "relative" else "snake", "spam-1.0.tar.gz"]) == 2
    assert found == [tmp_path / "bin" / "snake"]
    assert "interrupted" in capsys.readouterr().err


# What programs say


@pytest.mark.parametrize(("more", "cut"), [(0, False), (1, True), (3 << 20, True)])
def test_what_a_backend_says_is_kept_up_to_a_bound(more: int, cut: bool, tmp_path: Path) -> None:
    code = f"print('first', 'x' * {bounds.OUTPUT - 11 + more}, 'last', sep='', end='#\\n'); exit(3)"
    with pytest.raises(CommandError) as caught:
        run([sys.executable, "-c", code], tmp_path, os.environ)
    output = caught.value.output
    assert output.startswith("firstx")
    assert output.endswith("xlast#\n")
    if cut:
        assert f"\n… {more:,} bytes of what it said are left out …\n" in output
    assert len(output) <= bounds.OUTPUT + 100
    assert ("left out" in output) is cut


def test_what_is_asked_for_is_never_cut(tmp_path: Path) -> None:
    code = f"import sys; print('x' * {3 * bounds.OUTPUT}); print('warning', file=sys.stderr)"
    assert answer([sys.executable, "-c", code], tmp_path, os.environ) == "x" * 3 * bounds.OUTPUT + "\n"


def test_a_name_that_is_not_utf8_is_copied(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    try:
        (tree / os.fsdecode(b"caf\xe9")).write_text("coffee")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    answer(["git", "init", "--quiet"], tree, os.environ)
    answer(["git", "add", "--all"], tree, os.environ)
    assert (copy_of(tree, tmp_path / "copy") / os.fsdecode(b"caf\xe9")).read_text() == "coffee"


# What a folder stands for


def test_a_project_leads_to_what_was_built_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spam-1.0.tar.gz").unlink()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "notes.zip").touch()
    assert "\nhint: give what was built: `python -m build` makes an sdist and a wheel" in said("check {}", ".", capsys)
    write_sdist(tmp_path / "dist", "spam-1.0.tar.gz", metadata())
    assert "\nhint: there are some in `dist`\n" in said("check {}", ".", capsys)
    assert f"\nhint: there are some in\n      `{tmp_path / 'dist'}`\n" in said("check {}", str(tmp_path), capsys)
    assert main(["check", "dist"]) == 0
    assert "\nhint: give sdists" in said("check {}", "empty", capsys)


@pytest.mark.parametrize("form", ["text", "concise"])
@pytest.mark.parametrize("other", ["a-1.0.tar.gz", "z-1.0.tar.gz", "nowhere.whl"])
def test_the_last_line_is_about_all_files(form: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    if other.endswith(".gz"):
        Path(other).write_bytes(b"no archive")
    assert main(["check", "--output-format", form, other, "spam-1.0.tar.gz"]) == 2
    assert capsys.readouterr().out.splitlines()[-1] == "Of 2 files, 1 could not be read"
    write_sdist(Path(), "ham-1.0.tar.gz", metadata(name="ham"))
    assert main(["check", "--output-format", form, "ham-1.0.tar.gz", "spam-1.0.tar.gz"]) == 0
    assert "could not be read" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "show", "diff", "init", "bounds", "prove", "unwrap"])
@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://localhost/project/numpy/", "its name, `numpy`"),
        ("https://localhost/project/numpy/2.1.0/#files", "its name, `numpy==2.1.0`"),
        ("http://localhost/simple/numpy", "its name, `numpy`"),
        ("https://localhost/numpy-2.1.0.tar.gz", "its name\n"),
        ("https://me:secret@localhost/x", "its name\n"),
    ],
)
def test_a_url_is_no_path(command: str, url: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, url, *(["x"] if command == "diff" else [])])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    # Those that read no index have no use for the name of a release.
    instead = (
        f", and of a release {name}" if command in ("check", "diff") else "; what is on an index has to be downloaded"
    )
    assert f"{url.replace('me:secret@', '')}` is a URL: give a file or folder{instead}" in err
    assert "secret" not in err


def test_a_release_that_is_spelled_as_for_another_tool(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["check", "numpy=2.1"], ["diff", "numpy=2.1", "numpy==2.1"]):
        assert main(command) == 2
        assert "hint: did you mean `numpy==2.1`?" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["numpy==2.1", "numpy=2.1"])
@pytest.mark.parametrize(
    ("command", "instead"),
    [("show", "`abiding check 'numpy==2.1'`"), ("bounds", "`abiding check --compiled 'numpy==2.1'`")],
)
def test_a_release_where_files_are_read(
    command: str, instead: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, text]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"no releases: get one by `pip download --no-deps 'numpy==2.1'`, and give that; {instead}" in said


@pytest.mark.parametrize("text", ["numpy", "numpy.whl", "a/numpy==2.1"])
def test_what_is_no_release_is_not_to_be_downloaded(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bounds", text]) == 2
    assert "hint: give wheels, a folder of them, or that of a project" in capsys.readouterr().err
