"""What a terminal is given: colours where they are wanted, its width, and a text whatever it can write."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from abiding.findings.terminal import Span, Style, Terminal, text_of
from abiding.findings.words import wrap, wrap_prose
from makers.archives import metadata, wheel_name, write_sdist, write_wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMMAND = [sys.executable, "-m", "abiding", "check"]
ESCAPE = re.compile(r"\x1b\[[\d;]*[mK]")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A release in which one wheel for three Pythons on two platforms requires something more."""
    write_sdist(tmp_path / "dist", "spam-1.0.tar.gz", metadata("Requires-Dist: numpy>=1.26"))
    for minor in range(10, 13):
        for platform, line in (("win32", "numpy>=1.26"), ("any", "egg-with-a-name-of-some-length>=1.2.3")):
            write_wheel(
                tmp_path / "dist", wheel_name(f"cp3{minor}-cp3{minor}-{platform}"), metadata(f"Requires-Dist: {line}")
            )
    return tmp_path / "dist"


def environment(**more: str) -> dict[str, str]:
    left_out = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "LC_ALL", "LANG", "PYTHONUTF8")
    return {name: value for name, value in os.environ.items() if name not in left_out} | {"TERM": "xterm"} | more


def piped(*arguments: str, **more: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], env=environment(**more), capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1, done.stderr
    return done.stdout.decode()


def on_terminal(*arguments: str, columns: int = 80, variables: Mapping[str, str] | None = None) -> str:
    """What is written to a terminal that is so wide."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([*COMMAND, *arguments], env=environment(**variables or {}), stdout=theirs, stderr=theirs, close_fds=True):  # fmt: skip
        os.close(theirs)
        data = b""
        while True:
            try:
                part = os.read(ours, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            data += part
    os.close(ours)
    text = data.decode().replace("\r\n", "\n")
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    ("options", "variables", "coloured"),
    [
        ([], {}, False),
        (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
        (["--color", "auto"], {"FORCE_COLOR": ""}, False),
        (["--color", "auto"], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_in_a_pipe(options: list[str], variables: Mapping[str, str], *, coloured: bool, dist: Path) -> None:
    assert ("\x1b" in piped(*options, str(dist), **variables)) is coloured


@pytest.mark.parametrize(
    ("options", "variables", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colours_on_a_terminal(options: list[str], variables: Mapping[str, str], *, coloured: bool, dist: Path) -> None:
    assert ("\x1b[1;31m" in on_terminal(*options, str(dist), variables=variables)) is coloured


@pytest.mark.parametrize("columns", [20, 80, 120])
def test_the_width_is_that_of_the_terminal(columns: int, dist: Path) -> None:
    shown = ESCAPE.sub("", on_terminal(str(dist), columns=columns))
    longest = max(shown.splitlines(), key=len)
    assert len(longest) <= columns or len(longest.split()) <= 2 or "`abiding explain" in longest
    assert (
        shown.split() == [word for word in ESCAPE.sub("", on_terminal(str(dist), columns=1000)).split() if word]
        or columns == 20
    )  # there heads of values are broken, with a bar before each line
    assert "egg-with-a-name-of-some-length>=1.2.3" in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_any_encoding_shows_everything(encoding: str, dist: Path) -> None:
    done = subprocess.run([*COMMAND, str(dist)], env=environment(PYTHONIOENCODING=encoding), capture_output=True, check=False)  # fmt: skip
    shown = done.stdout.decode(encoding)
    assert done.stderr == b""
    wheels = "cp310–cp312 × any" if encoding == "utf-8" else "cp310..cp312 x any"
    assert f"3 wheels: {wheels}" in shown.replace("×", "x" if encoding != "utf-8" else "×")
    assert "\\u" not in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_other_people_write_is_spelled_out(encoding: str, tmp_path: Path) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata("Summary: dürer"))
    write_wheel(tmp_path, wheel_name(), metadata("Summary: 北京"))
    done = subprocess.run([*COMMAND, str(tmp_path)], env=environment(PYTHONIOENCODING=encoding), capture_output=True, check=False)  # fmt: skip
    assert b"\\u5317\\u4eac" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("what", [["check", "{dist}"], ["explain"], ["explain", "verdict"], ["diff", "{sdist}", "{wheel}"]])  # fmt: skip
def test_a_reader_that_has_seen_enough(what: list[str], dist: Path) -> None:
    """`abiding check dist | true`: nothing is said of it, whenever the pipe was closed."""
    places = {"dist": str(dist), "sdist": str(dist / "spam-1.0.tar.gz"), "wheel": str(next(dist.glob("*.whl")))}
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [one.format(**places) for one in what]
    done = subprocess.run([sys.executable, "-m", "abiding", *arguments], env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False)  # fmt: skip
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 1


def test_quiet_and_full(dist: Path) -> None:
    assert (
        piped("--quiet", str(dist))
        == "spam 1.0: inconsistent: 3 of 6 wheels differ from the sdist, in what resolvers read\n"
    )
    assert "error[" in piped("--full", str(dist))
    done = subprocess.run([*COMMAND, "--full", "--quiet", str(dist)], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"not allowed with" in done.stderr


def test_colours_know_their_names(dist: Path) -> None:
    done = subprocess.run([*COMMAND, "--color", "sometimes", str(dist)], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"`sometimes` is none of" in done.stderr
    assert all(name in done.stderr for name in (b"auto", b"always", b"never"))


# Lines


def test_no_style_without_a_span_of_ours() -> None:
    line = (Span("a\x1b[31mb", Style.ERROR), Span("::error::c"))
    assert Terminal(coloured=True).written([line]) == "a\\x1b[31mb::error::c\n"
    command = Terminal(coloured=True).written([(Span("::error::c", Style.ERROR),)])
    assert command == "::\\x65rror::c\n"  # no command, and no colour either
    assert text_of(line) == "a\x1b[31mb::error::c"


@pytest.mark.parametrize("width", [1, 5, 20, 40])
def test_words_are_never_broken(width: int) -> None:
    words = ["nothing-is", "broken", "https://example.org/a/very/long/address", "or_a_name_that_is_longer_than_a_line"]
    assert " ".join(wrap(" ".join(words), width)).split() == words
    assert " ".join(wrap_prose(" ".join(words), width)).split() == words


@pytest.mark.parametrize("width", range(20, 60))
def test_no_word_is_left_alone_where_that_can_be_helped(width: int) -> None:
    text = "a few short words that make up one or two lines of text, as it is"
    lines = wrap_prose(text, width)
    assert len(lines) == len(wrap(text, width))
    assert " ".join(lines) == text
    assert len(lines) == 1 or " " in lines[-1]


@pytest.mark.parametrize("width", range(20, 100))
def test_what_stands_between_backticks_is_broken_only_if_it_is_longer_than_a_line(width: int) -> None:
    literals = [
        "`a; b == 'c'`",
        "`-C abiding.level=abi`,",
        "(`x y`/`z`)",
        "`numpy >= 1.26 ; python_version < '3.13' and os_name`,",
    ]
    text = f"write {literals[0]} behind it, or {literals[1]} and not {literals[2]}; nor {literals[3]} if that will do"
    lines = wrap_prose(text, width, "  ", "")
    assert " ".join(" ".join(lines).split()) == text
    for literal in literals:
        assert any(literal in line for line in lines) or len(literal) > width - 2
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize(("stream", "status"), [(">&-", 0), (">/dev/full", 2), (">/dev/full 2>&-", 2), (">&- 2>&-", 0)])
def test_an_output_that_can_not_be_written(stream: str, status: int) -> None:
    command = f"{sys.executable} -m abiding explain verdict {stream}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout == ""
    said = "abiding: error[not-written]: the output can't be written: No space left on device\n"
    assert done.stderr == (said if status and "2>&-" not in stream else "")
