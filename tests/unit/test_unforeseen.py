"""What nobody has foreseen: it is told as an error, with what a report needs, and never as a traceback."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from abiding import __version__, cli
from abiding.cli import check
from abiding.findings.errors import unforeseen
from makers.trees import SOURCES, HookFailed, Tree, flit_tree

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

    monkeypatch.setattr(check, "_gather", failing)
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

    monkeypatch.setattr(check, "_gather", stopped)
    (tmp_path / "spam-1-py3-none-any.whl").write_bytes(b"")
    assert cli.main(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "abiding: interrupted\n"


FAULTY = """
    from abiding.backend import *
    from abiding.builds import build

    def failing(*_):
        raise TypeError("'Having' object is not iterable")

    build.{}.read = failing
"""


@pytest.mark.parametrize("where", ["Source", "Declaration", "Settings"])
def test_a_build_tells_of_it_too(tmp_path: Path, where: str) -> None:
    tree = flit_tree(tmp_path / "tree", PYTHONPATH=os.pathsep.join([str(SOURCES), str(tmp_path / "faulty")]))
    Tree.write(tmp_path / "faulty", {"faulty.py": FAULTY.format(where)})
    with pytest.raises(HookFailed, match=r"error\[unforeseen\]") as caught:
        tree.hook("build_wheel", tmp_path / "out", backend="faulty")
    assert "TypeError: 'Having' object is not iterable" in " ".join(caught.value.output.split())
    assert "builds/build.py:" in caught.value.output
    assert "Traceback" not in caught.value.output
    assert caught.value.output.count("abiding: Nothing was built\n") == 1


@pytest.mark.parametrize("failing", ["build_wheel", "get_requires_for_build_wheel", ""])
def test_what_the_wrapped_backend_raises_is_its_own(tmp_path: Path, failing: str) -> None:
    fault = "raise TypeError('of its own')\n"
    backend = f"from flit_core.buildapi import *\ndef {failing}(*_): {fault}" if failing else fault
    hook = failing or "build_wheel"
    arguments = [tmp_path / "out"] if hook == "build_wheel" else []
    tree = flit_tree(tmp_path / "tree", '"flit_core.buildapi"', '"own"\nbackend-path = ["."]')
    Tree.write(tree.folder, {"own.py": backend})
    with pytest.raises(HookFailed, match="Traceback") as caught:
        tree.hook(hook, *arguments)
    assert "TypeError: of its own" in caught.value.output
    assert "unforeseen" not in caught.value.output
