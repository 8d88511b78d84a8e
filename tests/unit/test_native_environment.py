"""`abiding env` on environments made for it, and what the loader does in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from abiding.errors import AbidingError
from abiding.native.environment import survey
from abiding.native.interpreter import Interpreter
from abiding.report.environment import verdict

from .compiled import Pair, installed, library
from .test_native_rules import recorded

if TYPE_CHECKING:
    from abiding.native.environment import Row


class Environment:
    """A virtual environment with a provider and what is linked with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder], check=True)
        self.python = self.folder / "bin" / "python"
        (self.site,) = self.folder.glob("lib/python*/site-packages")
        self.pair = Pair(folder / "pair")

    def row(self, *, load: bool = False) -> Row:
        rows = survey(Interpreter.ask(self.python), load=load).rows
        (row,) = [row for row in rows if row.library == "libspam.so.3"]
        return row

    def rules(self, *, load: bool = False) -> list[str]:
        return [finding.rule for finding in survey(Interpreter.ask(self.python), load=load).findings]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def test_a_provider_that_is_reached(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(), environment.site)
    row = environment.row()
    assert (row.owner, row.files, row.library) == ("ham 1.0", ("ham/_ham.so",), "libspam.so.3")
    assert (row.origin, row.built_with, row.installed) == ("prov 1.0", "1.0", "1.0")
    assert (verdict(row), row.wrong) == ("as built", False)
    assert environment.rules() == []


def test_what_the_loader_says_is_the_same(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(), environment.site)
    row = environment.row(load=True)
    assert (row.origin, verdict(row), row.wrong) == ("prov 1.0", "as built, loaded", False)


def test_without_its_provider(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    row = environment.row()
    assert (row.origin, verdict(row), row.wrong) == ("", "missing: no prov", True)
    assert environment.rules() == ["missing-provider"]
    assert verdict(environment.row(load=True)) == "import fails"
    assert environment.rules(load=True) == ["missing-provider", "unreachable-library"]


def test_the_systems_library_instead(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(recorded(environment.pair), environment.site)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(environment.pair.library.parent))
    row = environment.row()
    assert (row.origin, verdict(row), row.wrong) == (str(environment.pair.library), "the system's: no prov", True)
    assert verdict(environment.row(load=True)) == "another one loaded"
    assert environment.row(load=True).wrong


def test_a_provider_that_nobody_uses(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named: that it is installed does not mean that anybody talks to it."""
    bundled = {"ham.libs/libspam.so.3": environment.pair.library}
    installed(environment.pair.consumer("$ORIGIN/../ham.libs", requires=(), more=bundled), environment.site)
    installed(environment.pair.provider(), environment.site)
    assert environment.rules() == []  # nothing says that its library is for others
    points = environment.site / "prov-1.0.dist-info" / "entry_points.txt"
    points.write_text("[pkg_config]\nspam = prov.lib.pkgconfig\n")
    assert environment.rules() == environment.rules(load=True) == ["unused-provider"]
    assert main(["env", "--python", str(environment.python)]) == 0
    assert "note[unused-provider]: nothing here is linked with a library of `prov`" in capsys.readouterr().out
    installed(environment.pair.consumer(), environment.site)
    (environment.site / "ham.libs" / "libspam.so.3").unlink()
    assert environment.rules() == []


def test_another_version(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(version="2.0"), environment.site)
    row = environment.row()
    assert (row.built_with, row.installed, verdict(row), row.wrong) == ("1.0", "2.0", "other version", True)
    assert environment.rules() == ["provider-changed"]


def test_another_build_of_the_same_version(environment: Environment) -> None:
    installed(recorded(environment.pair, sha256="0" * 64), environment.site)
    installed(environment.pair.provider(), environment.site)
    row = environment.row()
    assert (row.built_with, row.installed, verdict(row), row.wrong) == ("1.0", "1.0", "another build", False)
    assert verdict(environment.row(load=True)) == "another build, loaded"
    assert environment.rules() == ["provider-changed"]


def test_no_run_path(environment: Environment) -> None:
    installed(environment.pair.consumer(""), environment.site)
    installed(environment.pair.provider(), environment.site)
    assert (verdict(environment.row()), environment.row().wrong) == ("not reached", True)
    assert environment.rules() == ["unreachable-library"]


def test_loading_settles_what_reading_can_not(environment: Environment) -> None:
    """Code that no rule understands loads the library; the loader then finds it."""
    code = b"import prov, sys; sys.modules['ctypes' if 'ctypes' in sys.modules else '_'] if 0 else prov.open()\n"
    installed(environment.pair.consumer("", more={"ham/__init__.py": code}), environment.site)
    opening = "import _ctypes\ndef open():\n    vars(_ctypes)['dl' 'open'](__file__[:-11] + 'lib/libspam.so.3', 1)\n"
    installed(environment.pair.provider(code=opening), environment.site)
    assert environment.row().wrong
    row = environment.row(load=True)
    assert (row.origin, verdict(row), row.wrong) == ("prov 1.0", "found, loaded", False)
    assert environment.rules(load=True) == []


def test_who_is_loaded_first_counts_for_all(environment: Environment) -> None:
    """A library of the same name, loaded by the package itself: the run path no longer matters."""
    other = library(environment.pair.folder / "other" / "libspam.so.3", "spam", soname="libspam.so.3")
    code = b"from _ctypes import dlopen\ndlopen(__file__[:-11] + 'mine/libspam.so.3', 1)\n"
    installed(environment.pair.consumer(more={"ham/__init__.py": code}), environment.site)
    installed(environment.pair.provider(), environment.site)
    (environment.site / "ham" / "mine").mkdir()
    (environment.site / "ham" / "mine" / "libspam.so.3").write_bytes(other.read_bytes())
    assert not environment.row().wrong
    row = environment.row(load=True)
    assert (row.origin, verdict(row), row.wrong) == ("ham/mine/libspam.so.3", "another one loaded", True)


def test_a_bundled_copy(environment: Environment) -> None:
    path = environment.pair.consumer(
        "$ORIGIN/../ham.libs", requires=(), more={"ham.libs/libspam.so.3": environment.pair.library}
    )
    installed(path, environment.site)
    assert (environment.row().origin, verdict(environment.row())) == ("bundled", "its own")
    assert verdict(environment.row(load=True)) == "its own, loaded"


def test_the_command(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(), environment.site)
    assert main(["env", "--python", str(environment.python)]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["DISTRIBUTION", "USED", "BY", "LIBRARY", "COMES", "FROM", "BUILT", "WITH", "VERDICT"]
    assert row.split() == ["ham", "1.0", "_ham", "libspam.so.3", "prov", "1.0", "1.0", "as", "built"]
    (environment.site / "prov" / "lib" / "libspam.so.3").unlink()
    assert main(["env", "--python", str(environment.python)]) == 1
    assert "hint: install it again" in capsys.readouterr().out


def test_nothing_is_there(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--python", str(environment.python)]) == 0
    assert capsys.readouterr().out.startswith("no compiled file here")


def test_what_is_no_python(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", Path("/bin/true")):
        with pytest.raises(AbidingError) as caught:
            Interpreter.ask(path)
        assert caught.value.findings[0].rule == "no-interpreter"


def test_nothing_is_imported_unless_asked_for(environment: Environment) -> None:
    code = b"open(__file__ + '.imported', 'w')\n"
    installed(environment.pair.consumer(more={"ham/__init__.py": code}), environment.site)
    installed(environment.pair.provider(), environment.site)
    environment.row()
    assert not list(environment.site.rglob("*.imported"))
    environment.row(load=True)
    assert list(environment.site.rglob("*.imported"))
