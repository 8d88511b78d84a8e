"""What nobody has foreseen: it is told as an error, with what a report needs, and never as a traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from abiding import __version__, cli
from abiding.cli import check
from abiding.cli.unforeseen import unforeseen

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _as_users_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "unforeseen", unforeseen)


FAULTS = {
    "a fault of ours": (TypeError("'Having' object is not iterable"), "TypeError: 'Having' object is not iterable"),
    "no words": (AssertionError(), "AssertionError"),
    "a recursion": (RecursionError("maximum recursion depth exceeded"), "RecursionError: maximum recursion depth"),
    "no memory": (MemoryError(), "MemoryError"),
    "a file that can't be read": (PermissionError(13, "Permission denied", "a/b"), "PermissionError: [Errno 13]"),
    "many words": (ValueError("x" * 10_000), f"ValueError: {'x' * 80}"),
    "odd words": (ValueError("\x1b[31m\u202e"), r"ValueError: \x1b[31m"),
}


@pytest.mark.usefixtures("_as_users_have_it")
@pytest.mark.parametrize(("exc", "told"), FAULTS.values(), ids=FAULTS)
def test_is_an_error_with_its_place(
    exc: Exception,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(*_: object) -> None:
        raise exc

    monkeypatch.setattr(check, "_gathered", failing)
    (tmp_path / "spam-1-py3-none-any.whl").write_bytes(b"")
    assert cli.main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("abiding: error[unforeseen]: ")
    words = "".join(said.split())
    assert told.replace(" ", "") in words
    assert f"abiding{__version__}," in words
    assert re.search(r"at (cli/)?\s*(cli/)?check\.py:\d+", said)
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert len(said) < 2000


@pytest.mark.usefixtures("_as_users_have_it")
def test_is_not_what_users_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "_gathered", stopped)
    (tmp_path / "spam-1-py3-none-any.whl").write_bytes(b"")
    assert cli.main(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "abiding: interrupted\n"
