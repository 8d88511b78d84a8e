"""`abiding check`: what it takes, what it prints and where, and its exit status. Real archives, also broken ones."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import abiding
from abiding.cli import main, specs
from abiding.findings.errors import AbidingError
from abiding.metadata import plain_lines, refusals, requirements
from abiding.report.grouping import release_groups
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.refused import PYTHONS, REFUSED_BY_UV, TAKEN
from makers.releases import EGG, LINUX, NUMPY, PYPROJECT, SAID, SDIST, WINDOWS
from tests.unit.html import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A release with an error in one of its two wheels."""
    write_sdist(tmp_path / "dist", SDIST, metadata(NUMPY))
    write_wheel(tmp_path / "dist", LINUX, metadata(NUMPY))
    write_wheel(tmp_path / "dist", WINDOWS, metadata(NUMPY, EGG))
    return tmp_path / "dist"


def test_statuses(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(dist)]) == 1
    assert main(["check", str(dist / SDIST), str(dist / LINUX)]) == 0
    (dist / LINUX).write_bytes(b"PK\x03\x04 torn")
    assert main(["check", str(dist)]) == 2
    assert capsys.readouterr().err == ""


def test_warnings_are_no_reason_to_fail(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata())
    write_wheel(tmp_path, LINUX, metadata("Summary: x"))
    assert main(["check", str(tmp_path)]) == 0


@pytest.mark.parametrize("arguments", [["missing.whl"], ["no-such-folder/"], ["empty"]])
def test_nothing_to_check(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f" --> {arguments[0].rstrip('/')}\n" in err


@pytest.mark.parametrize(
    ("argument", "is_spec"),
    [
        ("numpy", True),
        ("numpy==2.5.5", True),
        ("ruamel.yaml == 0.19", True),
        ("numpy>=2", True),  # the index says what is wrong with it
        ("numpy ~= 2.0", True),
        ("numpy[all]==2", True),
        ("numpy @ https://example.org/numpy", True),
        ("numpy; os_name == 'nt'", True),
        ("there", False),  # it is
        ("dist", False),
        ("Dist", False),
        ("wheelhouse", False),
        ("build", False),
        ("there/numpy", False),
        ("no\\such", False),
        ("numpy-2.5.5.tar.gz", False),
        ("numpy-2.5.5.tar.bz2", False),
        ("./numpy", False),
        ("..", False),
        ("numpy-", False),
        ("numpy=2", False),
        ("dist ", False),
        ("numpy 2", False),
        ("", False),
    ],
)
def test_what_is_looked_up_on_an_index(
    argument: str,
    is_spec: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert specs.is_spec(argument) is is_spec


@pytest.mark.parametrize("name", ["dist", "wheelhouse", "build"])
def test_a_folder_that_is_not_there_yet_is_no_project(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/nobody/listens/")
    assert main(["check", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "error[missing-file]" in err
    assert f" --> {name}\n" in err


@pytest.mark.parametrize(
    "command",
    [
        "check gone.whl",
        "check gone/",
        "check gone/spam-1.0.tar.gz",
        "show gone",
        "show gone.tar.gz",
        "show here",
        "diff gone.whl gone.whl",
        "diff gone.tar.gz gone.whl",
        "diff METADATA METADATA",
        "prove gone",
        "prove here",
        "init gone",
        "init here",
        "repair -w out gone.whl",
    ],
)
def test_every_command_says_the_same_of_what_is_not_there(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    assert main(command.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    empty = not command.startswith("init") and command.endswith("here")
    what = "the folder has no pyproject.toml" if empty else "there is no such file or folder\n"
    assert err.startswith(f"abiding: error[missing-file]: {what}")


@pytest.mark.parametrize("text", ["[project\n", "a = 1\na = 2\n", "\udcff", "x = " + "[" * 2000])
@pytest.mark.parametrize("is_folder", [True, False])
def test_an_sdist_that_nobody_can_build_is_no_good_one(text: str, is_folder: bool, tmp_path: Path) -> None:
    data = text.encode("utf-8", "surrogateescape")
    if is_folder:
        path = tmp_path / "spam-1.0"
        path.mkdir()
        (path / "PKG-INFO").write_bytes(metadata())
        (path / "pyproject.toml").write_bytes(data)
    else:
        path = write_sdist(tmp_path, SDIST, metadata(), data)
    (release,) = abiding.check([path])
    assert [(one.rule, one.severity, one.artifact) for one in release.findings] == [
        ("bad-pyproject", "error", f"{path.name}/pyproject.toml")
    ]
    assert release.findings[0].hints
    assert not release.unread


@pytest.mark.parametrize(("mark", "rules"), [(b"", []), (b"\xef\xbb\xbf", [("bad-pyproject", "warning")])])
def test_an_sdist_that_pip_can_not_read(tmp_path: Path, mark: bytes, rules: list[tuple[str, str]]) -> None:
    """uv reads past a byte order mark, and so do we: what the sdist declares is checked."""
    text = b'[build-system]\nrequires = ["abiding"]\nbuild-backend = "abiding.backend"\n[tool.abiding]\nbuild-backend = "a"\n'
    path = write_sdist(tmp_path, SDIST, metadata(), mark + text)
    (release,) = abiding.check([path])
    assert [(finding.rule, finding.severity) for finding in release.findings] == rules


def test_the_same_file_twice_is_one(dist: Path) -> None:
    (release,) = abiding.check([dist, dist / SDIST, os.path.relpath(dist / SDIST)])
    assert len(release.artifacts) == 3


def test_unpacked_sdist_is_held_against_a_wheel(tmp_path: Path) -> None:
    """As cibuildwheel has it, which unpacks the sdist that it is given."""
    tree = tmp_path / "spam-1.0"
    tree.mkdir()
    (tree / "PKG-INFO").write_bytes(SAID)
    (tree / "pyproject.toml").write_text(PYPROJECT)
    wheel = write_wheel(tmp_path, LINUX, metadata(NUMPY, "Requires-Dist: libgmp==6.3.0"))
    assert [(one.verdict, one.reference) for one in abiding.check([wheel, tree])] == [("declared", "spam-1.0/")]
    write_wheel(tmp_path, LINUX, metadata(NUMPY, EGG))
    assert main(["check", str(wheel), str(tree)]) == 1
    (tree / "PKG-INFO").write_bytes(b"")
    assert main(["check", str(wheel), str(tree)]) == 2


# Bad input: one line each, and the others are still checked


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_metadata(path: Path) -> None:
    rewrite(path, lambda members: members.__delitem__("spam-1.0.dist-info/METADATA"))


def two_folders(path: Path) -> None:
    rewrite(path, lambda members: members.update({"eggs-1.0.dist-info/METADATA": b"Name: eggs\n"}))


def of_another(path: Path) -> None:
    rewrite(path, lambda members: members.update({"spam-1.0.dist-info/METADATA": metadata(name="eggs")}))


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_pyproject_that_nobody_means(tmp_path: Path, is_folder: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """16 MB of it take 15 kB in an sdist; what is in them could not be passed over in silence."""
    text = "#" * (16 << 20)
    if is_folder:
        (tmp_path / "PKG-INFO").write_bytes(metadata())
        (tmp_path / "pyproject.toml").write_text(text)
    else:
        write_sdist(tmp_path, SDIST, metadata(), text)
    assert main(["check", "--output-format", "concise", str(tmp_path)]) == 2
    assert "has a pyproject.toml of more than 262,144 bytes" in capsys.readouterr().out


def of_an_endless_version(path: Path) -> None:
    rewrite(path, lambda members: members.update({"spam-1.0.dist-info/METADATA": metadata(version="9" * 9000)}))


def nameless(path: Path) -> None:
    rewrite(path, lambda members: members.update({"spam-1.0.dist-info/METADATA": b"\x00\x00"}))


def enormous(path: Path) -> None:
    """A METADATA that claims to have 100 MB, and has: a bomb, as it packs to 100 kB."""
    with ZipFile(path, "w", 8) as archive:
        archive.writestr("spam-1.0.dist-info/METADATA", metadata() + b"\n" + b" " * 100_000_000)
        archive.writestr("spam-1.0.dist-info/RECORD", "")


def lying_size(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)  # METADATA in the central directory
    data[at + 24 : at + 28] = struct.pack("<I", 5)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "breaking",
    [
        torn,
        empty,
        no_metadata,
        two_folders,
        of_another,
        of_an_endless_version,
        nameless,
        enormous,
        lying_size,
    ],
)
def test_broken_wheel(breaking: Callable[[Path], None], dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    breaking(dist / LINUX)
    assert main(["check", "--output-format", "json", str(dist)]) == 2
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    (problem,) = [one for one in release["findings"] if one["artifact"] == LINUX]
    assert problem["severity"] == "error"
    assert problem["rule"] == "bad-archive"
    assert "\n" not in problem["message"]
    assert [one["verdict"] for one in release["artifacts"] if one["filename"] == LINUX] == ["not-comparable"]
    # The others are checked as if it were not there.
    assert {one["artifact"] for one in release["findings"]} == {LINUX, WINDOWS}
    assert release["verdict"] == "inconsistent"


def test_broken_sdist_leaves_the_wheels_to_each_other(dist: Path) -> None:
    torn(dist / SDIST)
    (release,) = abiding.check([dist])
    assert len(release.unread) == 1
    assert {one.rule for one in release.findings} == {"bad-archive", "wheels-disagree"}


@pytest.mark.parametrize("filename", ["spam.whl", "spam-1.0-py3.whl", "spam-1.0-1-2-py3-none-any.whl", "spam.tar.gz"])
def test_file_names(filename: str, tmp_path: Path) -> None:
    (tmp_path / filename).write_bytes(b"")
    (release,) = abiding.check([tmp_path / filename])
    assert (release.name, release.verdict, release.reference) == (filename, "not-comparable", "")
    assert "name" in release.unread[0].message


def test_sdist_with_a_link_for_pkg_info(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / SDIST, "w:gz") as tar:
        link = tarfile.TarInfo("spam-1.0/PKG-INFO")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    (release,) = abiding.check([tmp_path])
    assert len(release.unread) == 1


def test_undecodable_bytes_and_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sdist(tmp_path, SDIST, metadata("Summary: fine"))
    write_wheel(tmp_path, LINUX, metadata("Summary: \udcff\x1b[31mred\x00", "Requires-Dist: a\x07"))
    out = ""
    for output in ("text", "concise", "json", "github", "html"):
        assert main(["check", "--output-format", output, str(tmp_path)]) == 1
        out = capsys.readouterr().out
        out.encode("utf-8")
        assert not re.search(r"[\x00\x07\x1b]", out)
    assert "\\x1b[31mred" in out


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_folder_without_permission(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    with pytest.raises(AbidingError, match="can't be read"):
        abiding.check([folder])


def test_a_path_that_is_not_there_does_not_keep_others_from_being_checked(
    dist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--output-format", "concise", str(dist / "gone"), str(dist)]) == 2
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == f"{dist / 'gone'}: error[missing-file]: there is no such file or folder"
    assert "undeclared-requirement" in lines[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LINUX)
    (tmp_path / WINDOWS).mkdir()
    (release,) = abiding.check([tmp_path])
    assert [problem.message for problem in release.unread] == [
        f"`{tmp_path / name}` can't be read or written: {why}"
        for name, why in ((LINUX, "it is not a plain file"), (WINDOWS, "is a directory"))
    ]


def test_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / LINUX).symlink_to(tmp_path / "gone")
    write_sdist(tmp_path, SDIST, metadata())
    (release,) = abiding.check([tmp_path])
    assert [problem.artifact for problem in release.unread] == [LINUX]


# Where it goes


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "abiding", "check", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_streams_and_a_narrow_encoding(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, metadata("Summary: naïve ☃"))
    write_wheel(tmp_path, LINUX, metadata("Summary: naïve"))
    done = run(str(tmp_path), PYTHONIOENCODING="ascii", PYTHONPATH=str(PYTHONPATH))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"na\\xefve \\u2603" in done.stdout


PYTHONPATH = os.pathsep.join(filter(None, [*sys.path]))


def test_import_is_light() -> None:
    code = "import sys, abiding; abiding.check; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": PYTHONPATH})  # fmt: skip
    assert not {"abiding.releases.release", "abiding.artifacts.disk", "packaging", "dataclasses"} & set(
        done.stdout.split()
    )


def test_checking_what_is_identical_parses_no_requirement(tmp_path: Path) -> None:
    """What costs most, is not done where nothing differs."""
    write_sdist(tmp_path, SDIST, metadata(NUMPY))
    write_wheel(tmp_path, LINUX, metadata(NUMPY))
    code = f"import sys, abiding; abiding.check([{str(tmp_path)!r}]); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": PYTHONPATH})  # fmt: skip
    assert not {"packaging.requirements", "packaging.markers", "tomlkit"} & set(done.stdout.split())


def test_api_and_command_agree(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--output-format", "json", str(dist)])
    (shown,) = json.loads(capsys.readouterr().out)["releases"]
    (release,) = abiding.check([str(dist)])
    assert shown["verdict"] == release.verdict
    assert [one["rule"] for one in shown["findings"]] == [one.finding.rule for one in release_groups(release)]
    assert {one["rule"] for one in shown["findings"]} < {one.rule for one in release.findings}


def test_declaration_of_the_sdist_is_found(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, SAID, PYPROJECT)
    write_wheel(tmp_path, wheel_name("cp313-cp313-linux_x86_64"), metadata(NUMPY, "Requires-Dist: libgmp==6.3.0"))
    assert main(["check", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("broken", "last", "of_all"),
    [
        ("spam==1.0", "the release could not be looked up", "Of 1 file and 1 release, 1 could not be read"),
        ("no-such-folder/", "the file could not be read", "Of 2 files, 1 could not be read"),
        ("absent.whl", "the file could not be read", "Of 2 files, 1 could not be read"),
    ],
)
def test_what_fails_does_not_silence_the_rest(
    broken: str, last: str, of_all: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wheel(tmp_path, wheel_name(), metadata())
    nowhere = "http://127.0.0.1:9/simple/"
    assert main(["check", str(tmp_path), broken, "--index-url", nowhere]) == 2
    said = capsys.readouterr().out
    assert "clean: one file" in said
    assert f"not comparable: {last}" in said
    assert of_all in said
    assert main(["check", broken, "--index-url", nowhere]) == 2
    assert "\n\nabiding: Nothing was checked\nhint: `abiding explain " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wheel_file", "said"),
    [
        (None, "has no `spam-1.0.dist-info/WHEEL`"),
        (b"", "without a `Wheel-Version`"),
        (b"Tag: py3-none-any\n", "without a `Wheel-Version`"),
        (b"Wheel-Version: one\n", "without a `Wheel-Version`"),
        (b"Wheel-Version: 1" + b"0" * 5000, "without a `Wheel-Version`"),
        (b"Wheel-Version: 1.x\n", "without a `Wheel-Version`"),
        (b"\nWheel-Version: 1.0\n", "without a `Wheel-Version`"),
        (b"junk\nWheel-Version: 1.0\n", "without a `Wheel-Version`"),
        (b"Wheel-Version : 1.0\n", "without a `Wheel-Version`"),
        (b"Wheel-Version: 1.0\n more\n", "without a `Wheel-Version`"),
        (b"Generator: \xff\nWheel-Version: 1.0\n", "without a `Wheel-Version`"),
        (b"Wheel-Version: 2.0\nTag: py3-none-any\n", "installers know version 1"),
        (b"Wheel-Version: 1.0\nGenerator: a\n b\nTag: py3-none-any\n\n\nrest", ""),
        (b"Wheel-Version: 1.9\nTag: py3-none-any\n", ""),
        (b"Generator: x\r\nwheel-version:1\r\nTag: py3-none-any\r\n", ""),
    ],
)
def test_a_wheel_that_no_installer_takes_is_refused(wheel_file: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "spam-1.0-py3-none-any.whl"
    info = "spam-1.0.dist-info"
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", metadata())
        if wheel_file is not None:
            archive.writestr(f"{info}/WHEEL", wheel_file)
        archive.writestr(f"{info}/RECORD", "")
    (release,) = abiding.check([path])
    found = [one.message for one in release.findings if one.rule == "bad-archive"]
    assert bool(found) is bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("a b",), ("a b",)),
        (("egg (>=2011k)", "ham", "jam=1"), ("egg (>=2011k)", "jam=1")),
        (("egg (>=1)", "ham ; python_version < '3'", "jam ; variant_label == 'x'", "spam[a, b]==1.*"), None),
        (("egg" + "," * 10_000,), None),  # nobody has found out
    ],
)
@pytest.mark.parametrize("kind", ["wheel", "sdist", "both"])
def test_requirements_that_no_installer_reads_are_a_warning(
    lines: tuple[str, ...], found: tuple[str, ...] | None, kind: str, tmp_path: Path
) -> None:
    said = metadata(*(f"Requires-Dist: {line}" for line in lines))
    if kind != "sdist":
        write_wheel(tmp_path, wheel_name("py3-none-any"), said)
    if kind != "wheel":
        write_sdist(tmp_path, "spam-1.0.tar.gz", said)
    (release,) = abiding.check([tmp_path])
    findings = [one for one in release.findings if one.rule == "bad-requirement"]
    assert [(one.severity, one.found) for one in findings] == ([("warning", found)] if found else [])
    assert release.verdict == "clean"


LINES = st.lists(
    st.sampled_from(["egg", "Egg-1", "-", "[a, b]", "[", " ", "(", ")", "==", ">=", "~=", "!=", "<", "1", "1.0", "1.*", "1.0rc1", "2011k",
                     "+x", ",", "=", ";", "os_name", "extra", "'a'", '"a"', "and", "or", "not in", "in", ".post1"]),
    min_size=1, max_size=9,
).map("".join)  # fmt: skip


MARKERS = st.lists(
    st.sampled_from(["os_name", "extra", "python_version", "platform_foo", "dependency_groups", "'a'", '"3"', "and", "or",
                     "not in", "in", "==", "===", "=<", "~=", "<", "!=", "(", ")", " ", ";", "os_name == 'x'", " and ", " or "]),
    min_size=1, max_size=9,
).map("".join)  # fmt: skip


@settings(max_examples=500)
@given(LINES, MARKERS)
def test_what_looks_plain_is_a_requirement(line: str, marker: str) -> None:
    """The short way round parsing admits nothing that an installer refuses."""
    for text in (line, f"a;{marker}", f"{line};{marker}"):
        if plain_lines.is_usual(text):
            assert requirements.refused(text) == refusals.by_uv(text) == ""


def test_what_people_write_looks_plain() -> None:
    for line in (
        "numpy>=1.26", "a[b, c] (>=1.0rc1,!=2.*)", "a; python_version < '3.11' and (os_name == \"nt\" or extra == 'x')",
        "a>=1; (sys_platform == 'linux' and python_full_version >= '3.11') and extra == 'all'", "a==1.0.post1.dev2", "a~=1.4.2, != 1.4.3",
    ):  # fmt: skip
        assert plain_lines.is_usual(line), line


def of_requirements(folder: Path, line: str) -> list[tuple[str, str, object]]:
    """What is said of a line of metadata that is no requirement."""
    write_wheel(folder, wheel_name("py3-none-any"), metadata(line))
    (release,) = abiding.check([folder])
    assert release.verdict == "clean"
    return [(one.severity, one.field, one.found) for one in release.findings if one.rule == "bad-requirement"]


@pytest.mark.parametrize("line", REFUSED_BY_UV)
def test_a_requirement_that_uv_refuses_is_a_warning(line: str, tmp_path: Path) -> None:
    assert requirements.refused(line) == ""
    assert of_requirements(tmp_path, f"Requires-Dist: {line}") == [("warning", "Requires-Dist", (line,))]


@pytest.mark.parametrize("line", TAKEN)
def test_a_requirement_that_all_take_is_none(line: str, tmp_path: Path) -> None:
    assert of_requirements(tmp_path, f"Requires-Dist: {line}") == []


@pytest.mark.parametrize(("severity", "text"), [(severity, one) for severity, them in PYTHONS.items() for one in them])
def test_a_requirement_of_python_that_not_all_read(severity: str, text: str, tmp_path: Path) -> None:
    expected = [(severity, "Requires-Python", text.strip())] if severity else []
    assert of_requirements(tmp_path, f"Requires-Python: {text}") == expected


@pytest.mark.parametrize(
    ("sdist", "wheel", "how"),
    [
        (
            metadata("Dynamic: Requires-Dist", NUMPY),
            metadata(NUMPY),
            "; only `Dynamic` differs",
        ),
        (metadata(NUMPY, level="2.2"), metadata(NUMPY, level="2.1"), "; only `Metadata-Version` differs"),
        (
            metadata("Dynamic: Requires-Dist", NUMPY, level="2.2"),
            metadata(NUMPY, level="2.1"),
            "; only `Metadata-Version` and `Dynamic` differ",
        ),
        (metadata(NUMPY), metadata("Requires-Dist: numpy >=1.26"), ", spelled differently"),
        (metadata("Requires-Python: >=3.6.*"), metadata("Requires-Python: >=3.6"), ", spelled differently"),
        (
            metadata("Dynamic: Requires-Dist", NUMPY),
            metadata("Requires-Dist: numpy >=1.26"),
            ", spelled differently; `Dynamic` differs too",
        ),
        (
            metadata("Dynamic: Requires-Dist", NUMPY, level="2.2"),
            metadata(NUMPY, level="2.1").replace(b"\n", b"\r\n"),
            ", spelled differently; `Metadata-Version` and `Dynamic` differ too",
        ),
    ],
)
def test_what_is_equal_is_told_as_what_it_is(
    sdist: bytes, wheel: bytes, how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", sdist)
    write_wheel(tmp_path, wheel_name(), wheel)
    page = tmp_path.parent / f"{tmp_path.name}.html"
    assert main(["check", str(tmp_path), "--output", f"html={page}"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"equal: says what the sdist says{how} " in shown
    # The last line gives the same reason, in every format that has it.
    last = f"equal: 2 files say the same{how}"
    assert shown.endswith(last)
    assert last.removeprefix("equal: ").replace("`", "") in "".join(Page(page.read_text()).words).replace("`", "")
    for form in ("concise", "github"):
        assert main(["check", str(tmp_path), "--output-format", form]) == 0
        assert last in capsys.readouterr().out
