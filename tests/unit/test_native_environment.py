"""`abiding env` on environments made for it, and what the loader does in them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Severity
from abiding.native.environment import survey
from abiding.native.interpreter import Interpreter
from abiding.project.build_record import BuildRecord, Shared, User
from abiding.report.environment import verdict
from makers.compiled import Pair, installed, library, wheel
from makers.pairs import recorded
from tests.unit.sarif import valid

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.native.environment import Survey
    from abiding.native.library_use import LibraryUse

pytestmark = pytest.mark.slow


class Environment:
    """A virtual environment with a provider and what is linked with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder], check=True)
        self.python = self.folder / "bin" / "python"
        (self.site,) = self.folder.glob("lib/python*/site-packages")
        self.pair = Pair(folder / "pair")

    def row(self, *, load: bool = False) -> LibraryUse:
        rows = self.survey(load=load).rows
        (row,) = [row for row in rows if row.library == "libspam.so.3"]
        return row

    def survey(self, *, load: bool = False) -> Survey:
        return survey(Interpreter.ask(self.python), load=load)

    def rules(self, *, load: bool = False) -> list[str]:
        return [finding.rule for finding in self.survey(load=load).findings]


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
    (finding,) = environment.survey().findings
    assert (finding.rule, finding.hints) == ("missing-provider", ("install `prov==1.0`: the wheel was built with 1.0",))
    assert verdict(environment.row(load=True)) == "import fails"
    assert environment.rules(load=True) == ["missing-provider", "unreachable-library"]


def test_a_failure_that_is_told_elsewhere_is_told_once(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    python = Interpreter.ask(environment.python)
    for told, rules in (("ham._ham", ["missing-provider"]), ("ham", ["missing-provider", "unreachable-library"])):
        assert [finding.rule for finding in survey(python, load=True, reported=[told]).findings] == rules


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
    said = " ".join(capsys.readouterr().out.split())
    assert "note[unused-provider]: nothing that was looked into is linked with a library of `prov`" in said
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


def test_every_format(environment: Environment, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(), environment.site)
    (environment.site / "prov" / "lib" / "libspam.so.3").unlink()
    outputs = [f"--output={form}={tmp_path / form}" for form in ("text", "concise", "json", "github", "sarif")]
    assert main(["env", "--python", str(environment.python), *outputs]) == 1
    said = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir() if path.is_file()}
    assert said["text"] == capsys.readouterr().out
    data = document(said["json"], "env")
    assert (data["read_from"], data["severity"]) == (str(environment.python), "error")
    assert [(one["outcome"], one["wrong"]) for one in data["libraries"]] == [("gone", True)]
    assert said["concise"].startswith("ham 1.0: error[provider-changed]: ")
    assert said["github"].startswith("::error title=abiding (provider-changed)::ham 1.0: ")
    run = valid(said["sarif"])
    assert [one["ruleId"] for one in run["results"]] == ["provider-changed"]
    assert run["automationDetails"]["id"] == "abiding/env/"


def test_a_note_is_enough_to_fail_if_that_is_asked_for(environment: Environment) -> None:
    installed(environment.pair.provider(), environment.site)
    points = environment.site / "prov-1.0.dist-info" / "entry_points.txt"
    points.write_text("[pkg_config]\nspam = prov.lib.pkgconfig\n")
    command = ["env", "--python", str(environment.python), "--fail-on"]
    assert [main([*command, severity]) for severity in ("error", "warning", "note")] == [0, 0, 1]


def test_nothing_is_there(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--python", str(environment.python)]) == 0
    assert capsys.readouterr().out.startswith("no compiled file that was looked into")


def test_what_is_no_python(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", Path("/bin/true")):
        with pytest.raises(AbidingError) as caught:
            Interpreter.ask(path)
        assert caught.value.findings[0].rule == "no-interpreter"


def test_a_provider_that_renamed_its_library(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    """It is installed, and the requirement accepts it: to install it again would lead nowhere."""
    installed(recorded(environment.pair, requirement="prov>=1"), environment.site)
    renamed = Pair(environment.pair.folder / "renamed", soname="libspam.so.4")
    installed(renamed.provider(version="4.0.0"), environment.site)
    row = environment.row()
    assert (row.origin, row.built_with, row.installed) == ("", "1.0", "4.0.0")
    assert (verdict(row), row.wrong) == ("gone: not in prov 4.0.0", True)
    assert main(["env", "--python", str(environment.python)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "error[provider-changed]: `prov` 4.0.0 does not have `libspam.so.3`" in out
    assert "| --- had it, when the wheel was built | +++ not in prov 4.0.0 - 1.0 |" in out
    assert "note: it has `libspam.so.4` instead" in out
    assert "note: the wheel requires `prov>=1`, which allows 4.0.0" in out
    assert "hint: install `prov==1.0`, which has it" in out
    assert "of another version" not in out  # there is none of it
    assert "missing" not in out
    assert verdict(environment.row(load=True)) == "import fails"


def test_a_library_that_is_renamed_without_a_record(environment: Environment) -> None:
    installed(environment.pair.consumer(requires=["prov>=1"]), environment.site)
    renamed = Pair(environment.pair.folder / "renamed", soname="libspam.so.4")
    installed(renamed.provider(version="4.0.0"), environment.site)
    (finding,) = environment.survey().findings
    assert (finding.rule, finding.notes[-1]) == ("unprovided-library", "`prov` 4.0.0 has `libspam.so.4`")


def test_what_is_wrong_with_one_library_is_not_said_of_another(environment: Environment) -> None:
    """`libegg.so.1` of the provider lacks a symbol; `libspam.so.3` is the one that the wheel was built with."""
    folder = environment.pair.folder
    old = library(folder / "old" / "libegg.so.1", "egg", "gone", soname="libegg.so.1")
    module = library(
        folder / "two" / "_ham.so", calls=["spam", "gone"], links=[environment.pair.library, old],
        run_path="$ORIGIN/../prov/lib",
    )  # fmt: skip
    new = library(folder / "new" / "libegg.so.1", "egg", soname="libegg.so.1")
    libraries: dict[str, Path | bytes] = {
        "prov/lib/libspam.so.3": environment.pair.library,
        "prov/lib/libegg.so.1": new,
    }
    record = BuildRecord(
        "mesonpy", "0.22.1", "abi", "", libraries=(shared(environment.pair.library, "spam"), shared(old, "gone"))
    )
    files: dict[str, Path | bytes] = {
        "ham/_ham.so": module,
        "ham-1.0.dist-info/abiding.json": record.to_json(),
    }
    installed(wheel(folder, "ham", files, requires=["prov"]), environment.site)
    installed(wheel(folder, "prov", libraries), environment.site)
    rows = {row.library: (verdict(row), row.wrong) for row in environment.survey().rows}
    assert rows == {"libspam.so.3": ("as built", False), "libegg.so.1": ("lacks symbols", True)}
    assert environment.rules() == ["missing-symbol", "provider-changed"]


def shared(file: Path, symbol: str) -> Shared:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    place = f"prov/lib/{file.name}"
    return Shared(file.name, place, digest, "prov", "1.0", "prov", (), (User("ham/_ham.so", (symbol,)),))


def test_a_library_of_its_own_that_is_not_reached(environment: Environment) -> None:
    path = environment.pair.consumer(
        "$ORIGIN/../ham.libs", requires=(), more={"libspam.so.3": environment.pair.library}
    )
    installed(path, environment.site)
    assert (verdict(environment.row()), environment.row().wrong) == ("not reached", True)
    assert environment.rules() == ["unreachable-library"]
    assert verdict(environment.row(load=True)) == "import fails"


# What is looked at, and what is run


def test_nothing_of_the_environment_is_run(environment: Environment, tmp_path: Path) -> None:
    """Python runs code in `.pth` files when it starts, and sitecustomize."""
    ran = tmp_path / "ran"
    (environment.site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(ran)!r}).touch()\n")
    (environment.site / "sitecustomize.py").write_text(f"open({str(ran)!r}, 'w')\n")
    subprocess.run([environment.python, "-c", ""], check=True)
    assert ran.exists()
    ran.unlink()
    environment.rules()
    assert not ran.exists()


def test_folders_that_pth_files_add_are_looked_into(environment: Environment, tmp_path: Path) -> None:
    added = tmp_path / "added"
    installed(environment.pair.consumer(), added)
    installed(environment.pair.provider(), added)
    lines = f"import os\n# {tmp_path}\n\n{added}\n{tmp_path}/absent\nimport\tsys\n{tmp_path}/\0\n"
    (environment.site / "more.pth").write_text(lines)
    assert verdict(environment.row()) == "found"


@pytest.mark.parametrize("options", [[], ["--system-site-packages"]])
def test_where_a_python_looks_is_what_it_says_itself(tmp_path: Path, options: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", *options, tmp_path / "v"], check=True)
    python = tmp_path / "v" / "bin" / "python"
    code = "import json, sys; print(json.dumps(sys.path))"
    said = json.loads(subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout)
    asked = Interpreter.ask(python).path
    folders = {str(Path(one).resolve()) for one in said if Path(one).is_dir()}
    assert {str(Path(one).resolve()) for one in asked} >= {one for one in folders if one.endswith("-packages")}
    assert {one for one in asked if one.endswith("-packages")} <= folders


def spoiled_metadata(info: Path, kind: str) -> None:
    path = info / "METADATA"
    path.unlink()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link to itself":
        path.symlink_to(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "nameless":
        path.write_bytes(b"Metadata-Version: 2.1\nVersion: 1\n")
    elif kind == "no text":
        path.write_bytes(b"\xff\0\xfe" * 100)


@pytest.mark.parametrize("kind", ["gone", "a pipe", "a folder", "a link to itself", "endless", "nameless", "no text"])
def test_a_broken_distribution_hides_no_other(
    environment: Environment, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(environment.pair.consumer(), environment.site)
    installed(environment.pair.provider(), environment.site)
    installed(wheel(environment.pair.folder, "aaa", {"aaa/_aaa.so": environment.pair.library}), environment.site)
    spoiled_metadata(environment.site / "aaa-1.0.dist-info", kind)
    assert verdict(environment.row()) == "found"
    assert main(["env", "--python", str(environment.python)]) == 2
    out = capsys.readouterr().out
    assert out.count("error[") == 1
    assert "error[broken-install]: `aaa-1.0.dist-info` has" in out


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link to itself", "endless", "one row"])
def test_a_record_that_can_not_be_read_is_not_taken_for_none(
    environment: Environment, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one, as on Linux, there would be no compiled files to be looked at, and all would be well."""
    installed(environment.pair.consumer(), environment.site)
    installed(environment.pair.provider(), environment.site)
    installed(wheel(environment.pair.folder, "aaa", {"aaa/_aaa.so": environment.pair.library}), environment.site)
    path = environment.site / "aaa-1.0.dist-info" / "RECORD"
    path.unlink()
    assert main(["env", "--python", str(environment.python)]) == 0
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "one row":
        path.write_text("," * 500_000)
    else:
        path.symlink_to("RECORD" if kind == "a link to itself" else "/dev/zero")
    capsys.readouterr()
    assert verdict(environment.row()) == "found"
    assert main(["env", "--python", str(environment.python)]) == 2
    assert "error[broken-install]: `aaa-1.0.dist-info` has a RECORD that can't be read" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [
        "",
        "aaa/_aaa.so",
        "aaa/_aaa.so,,,,,,",
        "aaa/absent.so,,",
        "aaa/pipe.so,,",
        "aaa/loop.so,,",
        "/dev/zero,,",
        "../../../../../../../../dev/zero,,",
        "aaa,,",
        "aaa/" + "x" * 300 + ".so,,",
        "aaa/\udcff.so,,",
        '"aaa/unclosed.so,,',
        "aaa/_aaa.so,sha256=,many",
    ],
)
def test_an_odd_record_is_read_as_far_as_it_goes(environment: Environment, line: str) -> None:
    installed(environment.pair.consumer(), environment.site)
    installed(environment.pair.provider(), environment.site)
    installed(wheel(environment.pair.folder, "aaa", {"aaa/_aaa.so": environment.pair.library}), environment.site)
    os.mkfifo(environment.site / "aaa" / "pipe.so")
    (environment.site / "aaa" / "loop.so").symlink_to("loop.so")
    with (environment.site / "aaa-1.0.dist-info" / "RECORD").open("ab") as record:
        record.write(line.encode("utf-8", "surrogateescape") + b"\n")
    seen = environment.survey()
    assert (seen.unread, seen.findings) == ((), ())
    assert verdict(environment.row()) == "found"


def test_one_damaged_file_hides_nothing_else(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    installed(environment.pair.consumer(more={"ham/_bad.so": b"\x7fELF" + b"\xff" * 60}), environment.site)
    installed(environment.pair.provider(), environment.site)
    assert verdict(environment.row()) == "found"
    assert main(["env", "--python", str(environment.python)]) == 2
    assert "error[bad-image]: `ham/_bad.so` is damaged" in capsys.readouterr().out


def test_a_record_of_a_build_that_is_none_hides_nothing_else(environment: Environment) -> None:
    installed(recorded(environment.pair), environment.site)
    installed(environment.pair.provider(), environment.site)
    (environment.site / "ham-1.0.dist-info" / "abiding.json").write_text("[" * 100_000)
    assert environment.rules() == ["bad-provenance"]
    assert verdict(environment.row()) == "found"


@pytest.mark.parametrize("line", ['prov; os_name > "x"', 'prov; python_version < "x"', "prov; " + "(" * 5000, "-r x"])
def test_an_odd_requirement_hides_nothing_else(environment: Environment, line: str) -> None:
    installed(environment.pair.consumer(requires=["prov", line]), environment.site)
    installed(environment.pair.provider(), environment.site)
    assert verdict(environment.row()) == "found"


# Editable installs


def editable(environment: Environment, tag: str, files: Sequence[str] = ()) -> None:
    """Write what a backend leaves behind for an editable install of `ham`."""
    info = environment.site / "ham-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ham\nVersion: 1.0\n")
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
    (info / "RECORD").write_text("".join(f"{one},,\n" for one in ("__editable__.ham-1.0.pth", *files)))
    (info / "direct_url.json").write_text('{"dir_info": {"editable": true}, "url": "file:///src/ham"}')


def test_an_editable_install_with_compiled_files_is_named(environment: Environment) -> None:
    editable(environment, "cp311-cp311-linux_x86_64")
    (finding,) = environment.survey().findings
    assert (finding.rule, finding.severity, finding.found) == ("editable-install", Severity.NOTE, "file:///src/ham")


def test_what_an_editable_install_requires_is_not_called_unused(environment: Environment) -> None:
    """One without compiled files does not count: it is linked with nothing."""

    def told() -> list[str]:
        return sorted(finding.rule for finding in environment.survey().findings)

    installed(environment.pair.provider(), environment.site)
    points = environment.site / "prov-1.0.dist-info" / "entry_points.txt"
    points.write_text("[pkg_config]\nspam = prov.lib.pkgconfig\n")
    assert told() == ["unused-provider"]
    editable(environment, "py3-none-any")
    metadata = environment.site / "ham-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Requires-Dist: Prov>=1; python_version > '3'\n")
    assert told() == ["unused-provider"]
    wheel = metadata.with_name("WHEEL")
    wheel.write_text(wheel.read_text().replace("py3-none-any", "cp311-cp311-linux_x86_64"))
    assert told() == ["editable-install"]
    metadata.write_text(metadata.read_text().replace("Prov", "other"))
    assert told() == ["editable-install", "unused-provider"]


def test_one_without_is_not(environment: Environment) -> None:
    editable(environment, "py3-none-any")
    assert environment.rules() == []


def test_one_whose_files_are_installed_is_looked_into(environment: Environment) -> None:
    """As scikit-build-core leaves it."""
    editable(environment, "cp311-cp311-linux_x86_64", ["ham/_ham.so"])
    (environment.site / "ham").mkdir()
    (environment.site / "ham" / "_ham.so").write_bytes(environment.pair.module().read_bytes())
    assert verdict(environment.row()) == "missing"
    assert environment.rules() == ["unprovided-library"]


def test_nothing_is_imported_unless_asked_for(environment: Environment) -> None:
    code = b"open(__file__ + '.imported', 'w')\n"
    installed(environment.pair.consumer(more={"ham/__init__.py": code}), environment.site)
    installed(environment.pair.provider(), environment.site)
    environment.row()
    assert not list(environment.site.rglob("*.imported"))
    environment.row(load=True)
    assert list(environment.site.rglob("*.imported"))
