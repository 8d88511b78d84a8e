"""Misspelt words: every option, value and command of the command line, by each slip that fingers make."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abiding import cli
from abiding.cli import main
from abiding.findings.nearest import Slips, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = cli._COMMANDS  # noqa: SLF001
SLIPS: dict[str, Callable[[str], str]] = {
    "a letter left out": lambda word: word[:2] + word[3:],
    "a letter twice": lambda word: word[:2] + word[1:],
    "two letters the wrong way round": lambda word: word[:-2] + word[-1] + word[-2],
    "capitals": str.upper,
    "another character between words": lambda word: word.replace("-", "_"),
}


def options_of(command: str) -> list[argparse.Action]:
    (commands,) = (one for one in cli._parser((command,))._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    parser: argparse.ArgumentParser = commands.choices[command]
    return [one for one in parser._actions if one.option_strings]  # noqa: SLF001


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The first line of what is said of words that are not known."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    return capsys.readouterr().err.partition("\n")[0]


def proposed(line: str) -> list[str]:
    return re.findall("`([^`]*)`", line.partition("did you mean ")[2])


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_found_again(command: str, slip: str, capsys: pytest.CaptureFixture[str]) -> None:
    known = {name: one for one in options_of(command) for name in one.option_strings if name.startswith("--")}
    for name in known:
        wrong = f"--{SLIPS[slip](name[2:])}"
        if not any(one.startswith(wrong) for one in known):
            assert proposed(said(capsys, command, wrong, "x")) == [name], wrong


@pytest.mark.parametrize("command", COMMANDS)
def test_each_value_is_found_again(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in options_of(command):
        name, values = option.option_strings[-1], list(map(str, option.choices or ()))
        for value in values:
            for slip in SLIPS.values():
                wrong = slip(value)
                if wrong in values:
                    continue
                line = said(capsys, command, name, wrong)
                if len(values) == 1:
                    assert f"the only value is `{value}`" in line
                elif len(value) > len("api") or wrong == value.upper():
                    assert proposed(line) == [value]
                else:  # as near to the other: `aip`
                    assert set(proposed(line)) <= set(values)
        # Of which `--json` is an option elsewhere.
        for value in values:
            if not any(other.startswith(f"--{value}") for one in options_of(command) for other in one.option_strings):
                assert f"{name} {value}" in proposed(said(capsys, command, f"--{value}"))


@pytest.mark.parametrize("slip", SLIPS)
def test_each_command_is_found_again(slip: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        wrong = SLIPS[slip](command)
        if wrong not in COMMANDS:
            assert proposed(said(capsys, wrong)) == [command]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("check -q", ["--quiet"]),
        ("check -q dist", ["--quiet"]),
        ("check dist -f json", ["--fail-on", "--full"]),
        ("check -o x dist", ["--output-format", "--output"]),
        ("check --formt json", ["--output-format"]),
        ("check --format=json", ["--output-format"]),
        ("check --json dist", ["--output-format json"]),
        ("check --verbose", ["--full"]),
        ("check --no-color", ["--color never"]),
        ("init -y", ["--yes"]),
        ("-V", ["--version"]),
        ("help", ["--help"]),
        ("version", ["--version"]),
        ("symbols --verbose numpy", []),
        ("check -z dist", []),
        ("check --zzzz", []),
        (f"check --{'quiet' * 10_000}", []),
        ("quantum", []),
    ],
)
def test_what_is_called_otherwise_elsewhere(words: str, meant: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert proposed(said(capsys, *words.split())) == meant


@pytest.mark.parametrize("words", ["check -1", "check -", "check -2.5", "check -- -q"])
def test_what_is_no_option_is_taken(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert "there is no such file or folder" in capsys.readouterr().err


def test_a_name_is_the_nearest() -> None:
    assert nearest("Build_Backnd", ["backend-path", "build-backend"]) == "build-backend"
    assert nearest("x" * 100, ["x" * 99]) == nearest("", ["a"]) == nearest("a", []) == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("numpi", True),
        ("nummpy", True),
        ("nmpy", False),  # of four letters many are like each other
        ("numpyy", True),
        ("Nump.i", False),
        ("NUMPI", True),
        ("nupmy", True),
        ("numpy", False),
        ("numpyro", False),
        ("numba", False),
        ("cupy", False),
        ("numpy2", False),
    ],
)
def test_one_slip_makes_another_name(name: str, *, meant: bool) -> None:
    assert Slips(["scipy", "numpy", "numpy-financial"]).suggestion(name) == ("numpy" if meant else "")


@given(st.text("abcdefgh", min_size=5, max_size=12), st.data())
def test_every_slip_is_found(name: str, data: st.DataObject) -> None:
    """Oracle: the slip that was made."""
    place = data.draw(st.integers(0, len(name) - 2))
    letter = data.draw(st.sampled_from("abcdefgh"))
    slips = [
        name[:place] + letter + name[place + 1 :],
        name[:place] + letter + name[place:],
        name[:place] + name[place + 1 :],
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    ]
    for slip in slips:
        assert Slips([name]).suggestion(slip) == (name if slip != name and len(slip) >= 5 else "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nvidia-cublas", "nvidia-cudss"),
        ("cupy-cuda11x", "cupy-cuda12x"),
        ("pyside2", "pyside6"),
        ("scikit-image", "scikit-learn"),
        ("torchaudio", "torchvision"),
        ("scipy-openblas32", "scipy-openblas64"),
        ("mkl-devel", "mkl-include"),
    ],
)
def test_names_that_are_both_meant(one: str, other: str) -> None:
    assert not Slips([other]).suggestion(one)
    assert not Slips([one]).suggestion(other)
