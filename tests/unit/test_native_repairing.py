"""`abiding repair` on small wheels, with the real auditwheel, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.cli import main
from abiding.native import repairing
from abiding.native.contents import of_wheel
from abiding.native.wheel_check import native_record
from abiding.project.build_record import MEMBER
from makers.compiled import Pair, examine, library, wheel
from makers.evident import NUMPY_1
from makers.pairs import recorded
from makers.scenes import dynamic

pytestmark = pytest.mark.slow

LINUX = "cp311-cp311-linux_x86_64"


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def repaired(path: Path, *options: str) -> tuple[int, list[Path]]:
    folder = path.parent / "repaired"
    status = main(["repair", "-w", str(folder), str(path), *options])
    return status, sorted(folder.glob("*"))  # nothing, where it was not even made


def names(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        return archive.namelist()


def test_a_declared_library_is_left_out(pair: Pair) -> None:
    built = recorded(pair, tag=LINUX)
    status, (path,) = repaired(built)
    assert status == 0
    assert not [name for name in names(path) if "libspam" in name]
    assert native_record(path) == native_record(built)


@pytest.mark.parametrize("copies", [True, False])
def test_a_program_that_is_moved_is_led_from_there(pair: Pair, copies: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """auditwheel puts a program below site-packages if it copies a library for it, and a script into its place."""
    own = "$ORIGIN/../lib/python3.11/site-packages/prov/lib"
    other = library(pair.folder / "other" / "libegg.so.1", "egg", soname="libegg.so.1")
    calls = ["spam", "egg"] if copies else ["spam"]
    program = library(pair.folder / "ham", calls=calls, links=[pair.library, other], run_path=own)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(other.parent))
    status, (path,) = repaired(recorded(pair, tag=LINUX, more={"ham-1.0.data/scripts/ham": program}))
    assert status == 0
    place = "ham.scripts/ham" if copies else "../../../bin/ham"
    (image,) = [image for image in of_wheel(path).images if image.place == place]
    assert ("$ORIGIN/../prov/lib" if copies else own) in image.run_paths
    assert examine(path) == ()


def test_the_tag_is_not_older_than_the_providers(pair: Pair) -> None:
    _, (path,) = repaired(recorded(pair, tag=LINUX))
    assert path.name == "ham-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"


def test_a_tag_that_is_asked_for_is_not_changed_but_judged(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    status, written = repaired(recorded(pair, tag=LINUX), "--plat", "manylinux_2_17_x86_64")
    assert (status, written) == (1, [])
    assert "error[tag-below-provider]" in capsys.readouterr().err


def test_other_arguments_are_passed_on(pair: Pair, capfd: pytest.CaptureFixture[str]) -> None:
    status, _ = repaired(recorded(pair, tag=LINUX), "--", "--no-such-option")
    assert status == 2
    said = " ".join(capfd.readouterr().err.split())
    assert "unrecognized arguments: --no-such-option" in said
    assert "error[repair-failed]: `auditwheel` ended with exit status 2" in said


@pytest.mark.parametrize(
    ("library", "said_of_it"),
    [
        ("lib\0ham.so", "error[repair-failed]: `auditwheel` could not be run: "),
        ("lib\ud800ham.so", "error[bad-provenance]: "),
        ("x" * 200_000, "error[repair-failed]: `auditwheel` could not be run: "),
    ],
    ids=["zero", "no character", "endless"],
)
def test_a_library_that_no_command_can_name(
    pair: Pair, library: str, said_of_it: str, capfd: pytest.CaptureFixture[str]
) -> None:
    built = recorded(pair, tag=LINUX, library="LIBRARY")
    member = f"ham-1.0.dist-info/{MEMBER}"
    record = Wheel.open(built).read(member).replace(b'"LIBRARY"', json.dumps(library).encode())
    rewrite(Wheel.open(built), built, {member: record})
    assert repaired(built) == (2, [])
    said = capfd.readouterr().err
    assert said_of_it in said
    assert len(said) < 5_000


def test_a_destination_that_is_no_folder(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        assert main(["repair", "-w", str(place), str(recorded(pair, tag=LINUX))]) == 2
        said = capsys.readouterr().err
        assert f"error[repair-failed]: no wheel can be written to `{place}`: " in " ".join(said.split())


def test_what_is_not_declared_is_copied_in(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(pair.library.parent))
    status, (path,) = repaired(pair.consumer(requires=(), tag=LINUX))
    assert status == 0
    assert [name for name in names(path) if name.startswith("ham.libs/libspam-")]


def test_all_run_paths_that_lead_out_are_taken_from_a_file_that_something_is_copied_for(pair: Pair) -> None:
    """So `check` says nothing of them before."""
    built = pair.consumer(f"/opt/elsewhere:{pair.library.parent}:/opt/further", requires=(), tag=LINUX)
    assert [finding.rule for finding in examine(built)] == ["unprovided-library"]
    status, (path,) = repaired(built)
    assert status == 0
    assert "[$ORIGIN/../ham.libs]" in dynamic(path, pair.folder)


def test_a_library_that_is_not_found_is_looked_for_where_the_hint_says(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    built = pair.consumer(requires=(), tag=LINUX)
    assert repaired(built) == (2, [])
    said = " ".join(capfd.readouterr().err.split())
    (variable,) = re.findall(r"the folder of the library that it did not find: `(\w+)=FOLDER abiding repair …`", said)
    monkeypatch.setenv(variable, str(pair.library.parent))
    assert repaired(built)[0] == 0
    assert repaired(built, "--", "--no-such-option")[0] == 2
    assert "did not find" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("tool", "line", "way"),
    [
        ("auditwheel", 'required library "libspam.so.3" could not be located\n', "LD_LIBRARY_PATH=FOLDER"),
        (
            "delocate",
            "delocate.libsana.DelocationError: Could not find all dependencies.\n",
            "DYLD_LIBRARY_PATH=FOLDER",
        ),
        ("delvewheel", "FileNotFoundError: Unable to find library: spam.dll\n", "-- --add-path FOLDER"),
        ("auditwheel", "error: argument --plat: invalid choice\n", ""),
        ("delvewheel", "required library could not be located\n", ""),
    ],
)
def test_each_tool_is_told_a_folder_in_its_own_way(tool: str, line: str, way: str) -> None:
    hints = list(repairing._locating(tool, ["Traceback\n", line]))  # noqa: SLF001
    assert len(hints) == (2 if way else 0)
    assert way in "".join(hints)


TRACEBACK = [
    "Traceback (most recent call last):\n",
    '  File "main.py", line 8, in <module>\n',
    "    sys.exit(main())\n",
    "             ^^^^^^\n",
]


@pytest.mark.parametrize(
    ("lines", "shown", "error"),
    [
        (["INFO: a\n", *TRACEBACK, "ValueError: no b.so\n"], ["INFO: a\n"], "no b.so"),
        ([*TRACEBACK, "delocate.libsana.DelocationError: no b: see\n", "more\n"], ["more\n"], "no b: see"),
        ([*TRACEBACK, "KeyError\n"], [], "KeyError"),
        ([*TRACEBACK, "A: 1\n", "\n", "During handling of the above exception, another exception occurred:\n", "\n", *TRACEBACK, "B: 2\n"], ["\n"], "2"),
        (["error: argument --plat: invalid choice\n"], ["error: argument --plat: invalid choice\n"], ""),
        (["  indented\n", "\n", "x: y\n"], ["  indented\n", "\n", "x: y\n"], ""),
    ],
)  # fmt: skip
def test_of_a_traceback_its_message_is_told(lines: list[str], shown: list[str], error: str) -> None:
    told: list[str] = []
    heard = repairing._Heard(told.append)  # noqa: SLF001
    for line in lines:
        heard.line(line)
    assert (told, heard.error) == (shown, error)
    assert list(heard.last) == lines


def bill_of(path: Path) -> dict[str, Any] | None:
    """The bill of materials that a repair has written, held to the schema of CycloneDX."""
    member = "ham-1.0.dist-info/sboms/abiding.cdx.json"
    with ZipFile(path) as archive:
        if member not in archive.namelist():
            return None
        text = archive.read(member).decode()
        assert member in archive.read("ham-1.0.dist-info/RECORD").decode()
    assert JsonStrictValidator(SchemaVersion.V1_4).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def break_others(site: Path) -> None:
    """Put distributions beside that nothing can be said of: they keep nobody from what the others are."""
    lists = (f"a,,{'9' * 5000}\n".encode(), b"\xff\xfe\0", b"\n\nx,,\n", b"a" * 200_000, None)
    for number, record in enumerate(lists):
        info = site / f"aaa{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_bytes(b"Name: aaa\n" if number else b"")
        if record is None:
            os.mkfifo(info / "RECORD")
        else:
            (info / "RECORD").write_bytes(record)


def test_what_is_copied_in_from_an_installed_wheel_is_written_down(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    with ZipFile(pair.provider()) as archive:
        archive.extractall(site)
    break_others(site)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(site / "prov" / "lib"))
    status, (path,) = repaired(pair.consumer(requires=(), tag=LINUX))
    assert status == 0
    (copied,) = (name for name in names(path) if name.startswith("ham.libs/libspam-"))
    found = bill_of(path)
    assert found is not None
    whole, library = found["components"]
    assert (found["metadata"]["component"], found["specVersion"]) == (whole, "1.4")
    assert whole["purl"] == f"pkg:pypi/ham@1.0?file_name={path.name}"
    assert (library["name"], library["version"], library["purl"]) == ("prov", "1.0", "pkg:pypi/prov@1.0")
    assert {one["name"]: one["value"] for one in library["properties"]} == {
        "abiding:file": pair.place,
        "abiding:copied-to": copied,
    }
    assert library["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(pair.library.read_bytes()).hexdigest()}]
    assert found["dependencies"][0] == {"ref": whole["bom-ref"], "dependsOn": [library["bom-ref"]]}


def test_nothing_is_written_down_where_nothing_of_a_wheel_is_copied_in(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A declared library stays out; and what is copied in may be another one than that of an installed wheel."""
    site = tmp_path / "site"
    with ZipFile(pair.provider()) as archive:
        archive.extractall(site)
    monkeypatch.syspath_prepend(str(site))
    _, (path,) = repaired(recorded(pair, tag=LINUX))
    assert bill_of(path) is None
    (site / pair.place).write_bytes(b"another")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(pair.library.parent))
    path.unlink()
    _, (path,) = repaired(pair.consumer(requires=(), tag=LINUX))
    assert [name for name in names(path) if name.startswith("ham.libs/libspam-")]
    assert bill_of(path) is None


def test_a_repair_that_changes_metadata_is_refused(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built = recorded(pair, tag=LINUX)
    other = recorded(pair, tag="cp311-cp311-manylinux_2_28_x86_64", requires=("prov==1.0", "numpy"))
    monkeypatch.setattr(repairing, "_repaired", lambda *_, **__: other)
    status, written = repaired(built)
    assert (status, written) == (1, [])
    said = capsys.readouterr().err
    assert "error[repair-changed-metadata]: `Requires-Dist` of the repaired wheel" in said
    assert "+ numpy" in said


def test_a_repaired_wheel_whose_files_refute_its_bounds_is_refused(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that a build had only warned of."""
    name = "_core.cpython-311-x86_64-linux-gnu.so"
    files = {f"ham/{name}": library(pair.folder / "numpy" / name, texts=(b"PyCapsule_Import", *NUMPY_1.split(b"\0")))}
    refuted = wheel(pair.folder / "refuted", "ham", files, requires=("numpy",), tag=LINUX)
    monkeypatch.setattr(repairing, "_repaired", lambda *_, **__: refuted)
    assert repaired(refuted, "--plat", "any") == (1, [])
    assert "error[bound-too-loose]" in capsys.readouterr().err


def test_a_repair_that_copies_in_what_is_declared_is_refused(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built = recorded(pair, tag=LINUX)
    command = [sys.executable, "-m", "auditwheel", "repair", "-w", str(pair.folder / "grafted"), str(built)]
    monkeypatch.setenv("LD_LIBRARY_PATH", str(pair.library.parent))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin")
    subprocess.run(command, check=True)
    (grafted,) = (pair.folder / "grafted").iterdir()
    monkeypatch.setattr(repairing, "_repaired", lambda *_, **__: grafted)
    assert repaired(built, "--plat", "any") == (1, [])
    assert "error[bundled-and-declared]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "lawful"),
    [
        ("License-Expression: MIT\n", "License-Expression: MIT AND LGPL-3.0-or-later\nLicense-File: COPYING\n", True),
        ("License-Expression: MIT OR X11\n", "License-Expression: (MIT OR X11) AND LGPL-3.0-or-later\n", True),
        ("License-Expression: mit\n", "License-Expression: MIT AND Zlib\n", True),
        ("License-Expression: MIT\n", "License-Expression: LGPL-3.0-or-later\n", False),
        ("License-File: COPYING\n", "", False),
        ("", "", True),
    ],
)
def test_licences_of_what_is_copied_in(tmp_path: Path, before: str, after: str, lawful: bool) -> None:
    files = []
    for number, text in enumerate((before, after)):
        head = f"Metadata-Version: 2.4\nName: ham\nVersion: 1.0\n{text}".encode()
        files.append(wheel(tmp_path / str(number), "ham", {}, tag="py3-none-any"))
        files[-1].write_bytes(replaced(files[-1], head))
    found = [finding.rule for finding in repairing._changes(*files)]  # noqa: SLF001
    assert found == ([] if lawful else ["repair-changed-metadata"])


def replaced(path: Path, metadata: bytes) -> bytes:
    from io import BytesIO

    target = BytesIO()
    with ZipFile(path) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, metadata if name.endswith("METADATA") else old.read(name))
    return target.getvalue()


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("ham-1.0-cp311-cp311-linux_x86_64.whl", ("auditwheel", "repair", "--exclude", "libspam.so.3", "--plat", "x")),
        ("ham-1.0-cp311-cp311-win_amd64.whl", ("delvewheel", "repair", "--exclude", "libspam.so.3")),
        (
            "ham-1.0-cp311-cp311-macosx_11_0_arm64.whl",
            ("delocate.cmd.delocate_wheel", "-e", "/libspam.so.3", "--ignore-missing-dependencies"),
        ),
    ],
)
def test_the_tool_of_each_platform(filename: str, expected: tuple[str, ...]) -> None:
    assert repairing._command(Path(filename), ["libspam.so.3"], "x") == expected  # noqa: SLF001
