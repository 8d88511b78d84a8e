"""Every command, wherever its output goes: narrow terminals, colours, encodings, readers that have seen enough."""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import venv
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from abiding import cli
from abiding.cli import main
from abiding.report.explanations import rules
from makers.archives import metadata, write_sdist, write_wheel
from makers.compiled import installed
from makers.evident import CP311, image, numpy_2
from makers.evident import wheel as evident_wheel
from makers.releases import EGG, LINUX, NUMPY, SDIST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
LONG = "a-requirement-whose-name-has-more-characters-than-a-screen"
PROJECT = f"""\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"
[project]
name = "spam"
version = "1.0"
dynamic = ["dependencies"]
dependencies = ["numpy>=1.26", "{LONG}"]
[tool.abiding]
build-backend = "flit_core.buildapi"
[tool.abiding.wheel]
dependencies = [{{ requires = "numpy<2.5", note = "2.4 is the newest that was tried — dürer" }}]
"""
# What people read, and then what is no more than an error.
SHOWN = (
    "init --dry-run plain",
    "show project",
    "show dist/spam-1.0-cp313-cp313-manylinux_2_28_x86_64.whl",
    f"show evident/{CP311}",
    "check dist",
    "check --full dist evident",
    "diff dist/spam-1.0.tar.gz dist/spam-1.0-cp313-cp313-manylinux_2_28_x86_64.whl",
    "env --python venv/bin/python",
    "bounds --no-index evident",
    "explain",
    "explain level",
    "unwrap --dry-run project",
)
ERRORS = (
    "prove nowhere",
    "repair nowhere -w out",
    "symbols no:such",
    "impact no-such dist",
    "survey nowhere.parquet",
    "check nowhere.whl",
    "explain no-such",
    "",
    "chek",
)
COLOURED = tuple(one for one in SHOWN if one.split()[0] in ("show", "check", "diff", "env", "bounds"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (("project", PROJECT), ("plain", PROJECT.partition("[tool")[0].replace("abiding.backend", "x"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text(text, encoding="utf-8")
    write_sdist(tmp_path / "dist", SDIST, metadata(NUMPY))
    write_wheel(tmp_path / "dist", LINUX, metadata(NUMPY, EGG, f"Requires-Dist: {LONG}", "Summary: dürer 北京"))
    evident = evident_wheel(tmp_path / "evident", "numpy", files={"spam/_a.abi3.so": image(numpy_2("2.1"))})
    venv.create(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/python3.*/site-packages")
    installed(evident, site)


class Screen(io.TextIOWrapper):
    """What is written to a terminal, or to something else."""

    is_terminal = False

    def isatty(self) -> bool:
        return self.is_terminal

    @property
    def text(self) -> str:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def run(command: str, monkeypatch: pytest.MonkeyPatch, *, encoding: str = "utf-8", terminal: bool = False) -> str:
    """What a command writes, both streams."""
    screen = Screen(io.BytesIO(), encoding)
    screen.is_terminal = terminal
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    try:
        main(command.split())
    except SystemExit as exc:
        assert exc.code in (0, 2)  # noqa: PT017 (argparse leaves by it)
    shown = screen.text
    assert shown.strip()
    assert "Traceback" not in shown
    return shown


def test_every_command_is_tried() -> None:
    assert {one.partition(" ")[0] for one in (*SHOWN, *ERRORS)} >= set(cli._COMMANDS)  # noqa: SLF001


@pytest.mark.parametrize("command", [*SHOWN, *ERRORS])
def test_a_narrow_terminal_loses_no_word(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    found = {}
    for width in ("20", "80", "120", "1000"):
        monkeypatch.setenv("COLUMNS", width)
        found[width] = run(command, monkeypatch, terminal=True)
    words = {width: set(re.findall(r"[\w.<>=~]{3,}", shown.lower())) for width, shown in found.items()}
    # Long words are broken in columns alone; a table that is none has no head above its first column.
    words["1000"] -= {"interface", "provider", "distribution", "release"}
    lost = {one for one in words["1000"] - words["20"] if one not in re.sub(r"\s", "", found["20"].lower())}
    assert not lost
    if command.split()[:1] not in (["explain"], ["init"], ["unwrap"]):
        for line in found["80"].splitlines():
            assert len(line) <= 80 or len(line.split()) <= 2, line


@pytest.mark.parametrize("width", ["20", "80", "1000"])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("command", ["check dist evident", "check dist nothing.whl", "env --python venv/bin/python"])
def test_each_finding_is_one_line_for_tools(
    command: str, width: str, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    """Whoever looks on: `grep` and services read it from terminals too. Oracle: a pipe that has no width."""
    monkeypatch.setenv("COLUMNS", width)
    options = "--output-format concise --fail-on note"
    shown = run(f"{command} {options}", monkeypatch, terminal=terminal)
    monkeypatch.delenv("COLUMNS")
    assert shown == run(f"{command} {options}", monkeypatch)


@pytest.mark.parametrize("command", [*SHOWN, *ERRORS])
def test_a_pipe_of_a_given_width_is_as_a_terminal_of_it(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    live, piped = (run(command, monkeypatch, terminal=terminal) for terminal in (True, False))
    assert live == piped


@pytest.mark.parametrize("command", [*SHOWN, *ERRORS])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_any_encoding_will_do(command: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, whole = run(command, monkeypatch, encoding=encoding), run(command, monkeypatch)
    assert len(shown.splitlines()) == len(whole.splitlines())


@pytest.mark.parametrize("command", COLOURED)
def test_colours_say_nothing_that_text_lacks(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured, plain = (run(f"{command} --color {when}", monkeypatch) for when in ("always", "never"))
    assert "\x1b" not in plain
    assert ESCAPE.search(coloured)
    assert [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()] == plain.splitlines()


@pytest.mark.parametrize("command", COLOURED)
def test_a_file_is_not_coloured(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(f"{command} --color always --output text=said", monkeypatch)
    assert "\x1b" not in (tmp_path / "said").read_text("utf-8")


class Kept(io.StringIO):
    """What is said is there to be looked at, also after it was closed."""

    def close(self) -> None:
        pass


@pytest.fixture
def closed() -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.mark.parametrize("command", SHOWN)
def test_a_reader_that_has_seen_enough(command: str, closed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Kept()
    stream = open(closed, "w", closefd=False)  # noqa: SIM115 (closing it fails)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", said)
    assert main(command.split()) in (0, 1)
    assert "Traceback" not in said.getvalue()
    with suppress(BrokenPipeError):
        stream.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("chek dist", "there is no command `chek`: did you mean `check`?"),
        ("no-such", "the commands: init, show, check"),
        (
            "--no-such check dist",
            "there is no option `--no-such`\nthe options: --help, --version\nthose of a command come after it\n",
        ),
        (
            "diff --foo a b",
            "there is no option `--foo`\nthe options: --help, --tag, --index-url, --all, --output-format,",
        ),
        ("show --for foo", "argument --for: `foo` is not known: the only value is `distributor`"),
        ("check --level ab dist", "`ab` is none of api, abi: did you mean `abi`?"),
        ("check --colour", "abiding check: error: there is no option `--colour`: did you mean `--color`?"),
        ("check dist --outputformat=json", "did you mean `--output-format`?"),
        ("show -z", "abiding show: error: there is no option `-z`"),
        ("explain a b", "abiding explain: error: too many arguments: `b`\n\nusage: abiding explain [OPTIONS] [RULE]\n"),
        (
            "diff a",
            "`B` is missing: name a second file; or compare a wheel of a release with its sdist: `abiding diff a==VERSION --tag TAG`\n\nusage: abiding diff [OPTIONS] A [B]\nhint: `abiding diff --help` tells more\n",
        ),
        ("check dist --color sometimes", "`sometimes` is none of auto, always, never"),
        ("check dist --fail-on errors", "`errors` is none of error, warning, note"),
        ("", "commands:\n  COMMAND\n    init      make a project use abiding"),
    ],
)
def test_what_is_not_known_is_answered_by_what_is(command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = run(command, monkeypatch)
    assert said in shown
    if command:
        first, *_, last = shown.splitlines()
        assert ": error: " in first
        assert last.startswith("hint: `abiding")


# What each command can be given that stops it, of each kind that it can tell apart; of `explain` the hint is the page.
STOPPED = (
    *(
        f"{command} {what}"
        for what in ("nowhere", "broken")
        for command in ("show", "init --yes", "unwrap --yes", "prove")
    ),
    *(f"{command} wrong.whl" for command in ("show", "show --metadata", "show --for distributor", "bounds --no-index")),
    *(f"{command} absent.whl" for command in ("show", "check", "bounds", "repair -w out")),
    *(
        f"show {what}"
        for what in ("empty", "wrong.tar.gz", "spam==1.0", "project --variant x", "broken/pyproject.toml")
    ),
    *(f"diff {what} {what}" for what in ("absent.whl", "wrong.whl", "wrong.tar.gz", "text")),
    *("repair wrong.whl -w out", "prove wrong.tar.gz", "check empty", "bounds empty", "env --python nowhere"),
    *("symbols no:such", "impact no-such dist", "survey nowhere.parquet", "survey nowhere.txt", "explain no-such"),
    *("init --yes empty", "show dist"),
)


@pytest.mark.parametrize("command", STOPPED)
def test_what_stops_a_command_says_what_did_not_happen_and_where_to_read_on(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in (("broken/pyproject.toml", "[project"), ("wrong.whl", "x"), ("wrong.tar.gz", "x"), ("text", "x")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(data, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    shown = run(command, monkeypatch)
    if command.startswith("explain"):
        assert "hint: `abiding explain` without a rule" in shown
        return
    found = re.search(r"\n\nabiding: (?:Nothing|No) [^\n]+\nhint: `abiding explain ([a-z-]+)`[^\n]+\n$", shown)
    assert found, shown
    assert f"abiding: error[{found[1]}]: " in shown
    assert found[1] in rules()


def options_of(command: str) -> list[argparse.Action]:
    (commands,) = (one for one in cli._parser((command,))._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    parser: argparse.ArgumentParser = commands.choices[command]
    return [one for one in parser._actions if one.option_strings and one.nargs != 0]  # noqa: SLF001


VALUED = [(command, option) for command in cli._COMMANDS for option in options_of(command)]  # noqa: SLF001


@pytest.mark.parametrize(("command", "option"), VALUED, ids=[f"{one} {two.option_strings[-1]}" for one, two in VALUED])
def test_a_value_that_is_missing_or_not_known_is_told_what_there_is(
    command: str, option: argparse.Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oracle: the choices of each option of each command, or how its help calls its value."""
    name = option.option_strings[-1]
    known = ", ".join(map(str, option.choices or [option.metavar]))
    assert f"{name}: a value is missing: {known}\n" in run(f"{command} {name}", monkeypatch)
    if option.choices:
        shown = run(f"{command} {name} no-such", monkeypatch)
        assert f"{name}: `no-such` is " in shown
        assert all(str(one) in shown.partition("\n")[0] for one in option.choices)


def test_paragraphs_of_a_help_are_wrapped_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for command in ("prove", "show", "check"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        description = capsys.readouterr().out.partition("\n\n")[2].partition("\npositional")[0]
        assert max(map(len, description.splitlines())) < 60
        assert (description.count("\n\n") > 2) is (command == "prove")


@pytest.mark.parametrize(
    ("what", "first"),
    [("nowhere", "error[missing-file]: there is no such"), ("nowhere==1.0", "error[missing-extra]: reading from a")],
)
def test_a_name_that_is_no_file_is_that_first_of_all(what: str, first: str, tmp_path: Path) -> None:
    """Whoever has no extra for indexes did not mean a release, or is told how to read one."""
    code = "import sys; sys.modules['pypi_simple'] = None; from abiding.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", code, "check", what]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"abiding: {first}")
    assert "install `abiding[index]`" in done.stderr


@pytest.mark.parametrize("command", ["impact egg==1.0 egg", "symbols egg"])
@pytest.mark.parametrize(
    ("missing", "hint"),
    [
        (["pypi_simple", "auditwheel"], "`abiding[index,native]`"),
        (["pypi_simple"], "`abiding[index]`"),
        (["auditwheel"], "`abiding[native]`"),
    ],
)
def test_all_missing_extras_are_named_at_once(
    command: str, missing: list[str], hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in missing:
        monkeypatch.setitem(sys.modules, module, None)
    assert main(command.split()) == 2
    assert f"hint: install {hint}\n" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "evidence"), [("bounds", "C API of numpy"), ("check", "bound-too-loose")])
def test_what_is_not_read_without_an_extra_is_said(command: str, evidence: str, tmp_path: Path) -> None:
    """The evidence is; what it takes more to read is what files are linked with."""
    code = "import sys; sys.modules['auditwheel'] = None; from abiding.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", code, command, "evident"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert evidence in done.stdout
    said = " ".join(f"{done.stdout}{done.stderr}".split())
    assert "note[missing-extra]: reading what compiled files are linked with needs `auditwheel" in said


@pytest.mark.parametrize("command", ["check --col never dist", "check --quie dist"])
def test_the_beginning_of_an_option_is_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "spam 1.0" in run(command, monkeypatch)
