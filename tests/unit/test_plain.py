"""What is not a plain file, and what no file can be called: one message, and nobody waits or reads without end."""

from __future__ import annotations

import os
import signal
import sys
import tracemalloc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.cli import main
from abiding.files.plain import is_plain, is_there, open_plain, read_for, read_plain
from abiding.findings.errors import AbidingError
from makers.archives import metadata, write_sdist, write_wheel
from makers.pyprojects import wrapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")]
PYPROJECT = wrapping("odd")


@contextmanager
def in_time(seconds: int = 300) -> Iterator[None]:
    """Raise what nothing catches if it takes longer."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path) -> None:
    path.symlink_to(path)


def folder(path: Path) -> None:
    path.mkdir()


ODD = pytest.mark.parametrize("make", [pipe, zeros, circle, folder])
NAMES = ("spam-1.0-py3-none-any.whl", "spam-1.0.tar.gz", "spam-1.0.zip", "METADATA", "spam.parquet", "spam.txt")


@ODD
def test_reading(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "x")
    with in_time(), pytest.raises(OSError, match=r".") as caught:
        read_plain(tmp_path / "x", 100)
    assert caught.value.strerror
    assert not is_plain(tmp_path / "x")
    assert is_there(tmp_path / "x") is (make is not circle)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "", "."])
def test_names_that_no_file_has(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    assert not is_plain(path)
    with pytest.raises(OSError, match=r".") as caught:
        open_plain(path)
    assert caught.value.strerror


def test_plain_files(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"spam")
    (tmp_path / "link").symlink_to("x")
    for name in ("x", "link"):
        assert read_plain(tmp_path / name, 4) == b"spam"
        assert read_for(tmp_path / name, 2) == b"spa"
        with pytest.raises(OSError, match="too large"):
            read_plain(tmp_path / name, 2)


def test_no_memory_is_taken_for_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"spam")
    tracemalloc.start()
    try:
        assert read_plain(tmp_path / "x", 4 << 30) == b"spam"
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no such file")
def test_a_file_that_says_it_is_empty() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    data = read_plain("/proc/self/status", 1 << 20)
    assert data.startswith(b"Name:")
    assert data.endswith(b"\n")
    with pytest.raises(OSError, match="too large"):
        read_plain("/proc/self/status", 10)


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    with in_time():
        try:
            status = main([str(one) for one in arguments])
        except SystemExit as exc:
            status = int(exc.code or 0)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "interrupted" not in out + err
    return status, out + err


@ODD
@pytest.mark.parametrize("name", NAMES)
def test_arguments(make: Callable[[Path], None], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "odd" / name
    odd.parent.mkdir()
    make(odd)
    good = write_wheel(tmp_path, NAMES[0], metadata())
    for command in (
        ("check", odd), ("check", odd.parent), ("check", good, odd), ("diff", odd, good), ("diff", good, odd),
        ("show", odd), ("show", "--metadata", odd), ("init", "--yes", odd), ("repair", odd, "-w", tmp_path / "new"),
        ("prove", "--yes", odd), ("env", "--python", odd), ("repair", good, "-w", odd), ("bounds", odd), ("survey", odd),
        ("unwrap", "--yes", odd), ("check", "--baseline", odd, good), ("survey", odd.parent),
        ("impact", "--index-url", "http://127.0.0.1:1/", "ham==1", odd),
    ):  # fmt: skip
        status, text = said(capsys, *command)
        assert status == 2, (command, text)
        assert text


@pytest.mark.parametrize(
    ("command", "name"), [("bounds", NAMES[0]), ("survey", "spam.parquet"), ("survey", "spam.txt")]
)
def test_what_is_called_like_a_file_and_is_none_is_called_so(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no hint asks for a name that it has."""
    for number, make in enumerate((pipe, zeros)):
        odd = tmp_path / str(number) / name
        odd.parent.mkdir()
        make(odd)
        status, text = said(capsys, command, odd)
        assert status == 2
        assert "it is not a plain file" in " ".join(text.split()).lower()
        assert "ends in .whl" not in text


@ODD
@pytest.mark.parametrize("name", ["pyproject.toml", "PKG-INFO", "README.md", "setup.py"])
def test_files_of_a_tree(
    make: Callable[[Path], None], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for other, text in (
        ("pyproject.toml", PYPROJECT.replace("[tool", 'readme = "README.md"\n[tool', 1)),
        ("PKG-INFO", metadata().decode()),
    ):
        if other != name and (other, name) != ("PKG-INFO", "README.md"):
            (tmp_path / other).write_text(text)
    make(tmp_path / name)
    for command in (
        ("check", tmp_path),
        ("show", tmp_path),
        ("show", "--metadata", tmp_path),
        ("init", "--yes", tmp_path),
    ):
        assert said(capsys, *command)[1]


@pytest.mark.parametrize("name", ["/dev/zero", "README\\u0000.md", "x" * 5000, "a/" * 3000, ".", "..", "~"])
def test_readme_that_is_none(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PYPROJECT.replace("[tool", f'readme = "{name}"\nlicense-files = ["{name}"]\n[tool', 1)
    (tmp_path / "pyproject.toml").write_text(text)
    sdist = write_sdist(tmp_path / "dist", "spam-1.0.tar.gz", metadata("Dynamic: Requires-Dist"), text)
    for command in (
        ("show", tmp_path),
        ("show", "--metadata", tmp_path),
        ("show", "--metadata", sdist),
        ("check", sdist),
    ):
        assert said(capsys, *command)[1]


@pytest.mark.parametrize(
    "name", ["x" * 300, "x" * 5000, "x/" * 3000, "", "x" * 5000 + ".whl", "x" * 5000 + ".tar.gz", "-", "~", "\udcff"]
)
def test_long_and_odd_arguments(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    good = write_wheel(tmp_path, NAMES[0], metadata())
    for command in (
        ("check", "--index-url", "http://127.0.0.1:1/", name), ("diff", name, name), ("show", name), ("init", "--yes", name),
        ("repair", name, "-w", "new"), ("repair", good, "-w", name), ("prove", "--yes", name), ("env", "--python", name),
        ("explain", name), ("repair", good, "-w", "new", "--plat", name), ("repair", "-w", "new", good, "--", name),
        ("survey", name), ("bounds", name), ("unwrap", "--yes", name), ("check", "--baseline", f"{name}/", good),
    ):  # fmt: skip
        status, text = said(capsys, *command)
        assert status in (1, 2) or not name
        assert text


def test_nul_in_a_path() -> None:
    """The command line can't say it; a program can."""
    with pytest.raises(AbidingError, match="can't be read"):
        abiding.check([Path("a\0b.whl")])


def test_more_arguments_than_a_system_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write_wheel(tmp_path, NAMES[0], metadata())
    status, text = said(capsys, "repair", "-w", tmp_path / "new", good, "--", *("x" * 1000 for _ in range(5000)))
    assert status == 2
    assert "repair-failed" in text
