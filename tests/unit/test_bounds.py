"""`abiding bounds`: what the files of a wheel ask for, what it admits, and what is written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from abiding.cli import main
from abiding.edits.draft import _in_old_places
from abiding.project.build_record import MEMBER, BuildRecord, RecordedLine
from makers.compiled import library
from makers.evident import NUMPY_1, image, numpy_2, wheel

from .contract import document

LATER, NEW, OLD = image(numpy_2("2.0")), image(numpy_2("1.23")), image(NUMPY_1)
CODE = "spam/_core.abi3.so"
PYPROJECT = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.0"
dependencies = ["numpy>=1.26"]  # API
{dynamic}
[tool.abiding]
build-backend = "flit_core.buildapi"
{wheel}"""
DYNAMIC = 'dynamic = ["dependencies"]\n'
LINES = '[tool.abiding.wheel]\ndependencies = ["numpy>=2.0"]\n'


def bounds(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    status = main(["bounds", *map(str, arguments), "--output-format", "json"])
    data = document(capsys.readouterr().out, "bounds")
    assert (data["command"], len(data["wheels"])) == ("bounds", 1)
    return status, data["wheels"][0]["bounds"]


@pytest.mark.parametrize(
    ("lines", "file", "declare", "state", "status"),
    [
        (["numpy>=1.26"], LATER, "numpy>=2.0", "too-loose", 1),
        (["numpy>=2"], LATER, "numpy>=2.0", "fits", 0),
        (["numpy"], OLD, "numpy<2", "too-loose", 1),
        # What is required somewhere only is not to be required everywhere.
        (['numpy; extra == "a"'], OLD, 'numpy<2; extra == "a"', "too-loose", 1),
        (
            ['numpy; extra == "a"', 'numpy; extra == "b"'],
            OLD,
            'numpy<2; (extra == "a") or (extra == "b")',
            "too-loose",
            1,
        ),
        (['numpy; sys_platform == "linux"'], OLD, "numpy<2", "too-loose", 1),
        (["numpy>=1.20"], NEW, "numpy>=1.23", "fits", 0),
        ([], NEW, "numpy>=1.23", "not-required", 0),
        (["numpy"], image(b"_ARRAY_API", b"numpy.core.multiarray"), None, "unknown", 0),
        ([], image(b"greenlet._C_API"), None, "unknown", 0),
    ],
)
def test_a_bound(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lines: list[str],
    file: bytes,
    declare: str | None,
    state: str,
    status: int,
) -> None:
    ended, (bound,) = bounds(capsys, wheel(tmp_path, *lines, files={CODE: file}))
    assert (ended, bound["declare"], bound["state"]) == (status, declare, state)
    assert bound["files"] == [CODE]
    assert bound["evidence"]


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {CODE: LATER, "spam/_more.abi3.so": LATER, "spam/_old.abi3.so": NEW}
    assert main(["bounds", str(wheel(tmp_path, "numpy>=1.26", files=files))]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "  INTERFACE OR PROVIDER  EVIDENCE               ADMITTED NOW             TO BE DECLARED",
        "  C API of numpy         spam._core and 1 more  numpy>=1.26 (too loose)  numpy>=2.0",
    ]


@pytest.mark.parametrize(
    ("files", "deciding"),
    [
        ({"_a": NEW, "_b": LATER, "_c": NEW}, ["_b"]),
        ({"_a": LATER, "_b": NEW, "_c": LATER}, ["_a", "_c"]),
        ({"_a": OLD, "_b": OLD}, ["_a", "_b"]),
        # The floor by one file, the ceiling by another.
        ({"_a": NEW, "_b": OLD, "_c": image(numpy_2("1.19"))}, ["_a", "_b"]),
        ({"_a": NEW, "_b": image()}, ["_a"]),
    ],
)
def test_files_that_accept_more_are_no_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes], deciding: list[str]
) -> None:
    path = wheel(tmp_path, files={f"spam/{name}.abi3.so": file for name, file in files.items()})
    _, (bound,) = bounds(capsys, path, "--no-index")
    assert bound["files"] == [f"spam/{name}.abi3.so" for name in deciding]


def test_files_that_need_less_of_the_stable_abi_are_no_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = {"_a": "PyUnicode_FromString", "_b": "PyObject_Vectorcall", "_c": "PyObject_Vectorcall"}
    files = {
        f"spam/{name}.abi3.so": library(tmp_path / f"{name}.so", calls=(call,)).read_bytes()
        for name, call in calls.items()
    }
    path = wheel(tmp_path, files=files, filename="spam-1.0-cp312-abi3-manylinux_2_28_x86_64.whl")
    _, (bound,) = bounds(capsys, path, "--no-index")
    assert bound["files"] == ["spam/_b.abi3.so", "spam/_c.abi3.so"]


@pytest.mark.parametrize(
    ("files", "why"),
    [({CODE: image()}, "none of 1 compiled files uses"), ({"spam/data.bin": b""}, "the wheel has no compiled files")],
)
def test_no_evidence_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes], why: str
) -> None:
    assert main(["bounds", str(wheel(tmp_path, "numpy", files=files))]) == 0
    assert why in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tag", "state", "status"), [("cp39-abi3", "too-loose", 1), ("cp312-abi3", "fits", 0), ("cp313-abi3", "fits", 0)]
)
def test_what_a_file_needs_of_the_stable_abi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tag: str, state: str, status: int
) -> None:
    """It is for a tag to say, and no requirement: it is shown, judged as `check` does, and not written."""
    code = library(tmp_path / "core.so", "spam", calls=("PyObject_Vectorcall", "PyUnicode_FromString")).read_bytes()
    path = wheel(tmp_path, "numpy", files={CODE: code}, filename=f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl")
    done, (found,) = bounds(capsys, path)
    assert (done, found["state"], found["admitted"], found["declare"]) == (status, state, [tag], "cp312-abi3")
    assert (found["distribution"], found["evidence"], found["files"]) == (None, "PyObject_Vectorcall", [CODE])
    assert main(["bounds", str(path), "--no-index"]) == status
    assert ("error[bound-too-loose]: the tag admits Pythons before 3.11" in capsys.readouterr().out) is bool(status)
    assert main(["bounds", str(path), "--no-index", "--write", "--yes"]) == status
    assert f"nothing was written: {'the Python' if status else 'what the wheels require'}" in capsys.readouterr().err
    assert main(["show", str(path), "--for", "distributor"]) == 0
    assert "abi3" not in capsys.readouterr().out.rpartition("# what the source works with")[2]


def test_without_what_reads_symbols_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abiding.evidence.stable_abi.is_readable", lambda: False)
    path = wheel(tmp_path, files={CODE: image()}, filename="spam-1.0-cp39-abi3-manylinux_2_28_x86_64.whl")
    status, (found,) = bounds(capsys, path)
    assert (status, found["state"], found["files"]) == (0, "unknown", [])
    assert "the extra `native`" in found["why"]


def test_each_reason_is_named_where_it_belongs_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = b"__pybind11_internals_v10_system_libstdcpp__"
    code = image(b"_ARRAY_API", b"numpy.core.multiarray", identity)
    assert main(["bounds", str(wheel(tmp_path, "numpy", files={CODE: code})), "--no-index"]) == 0
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    (numpy,) = (line for line in said if line.startswith("C API of numpy"))
    (internals,) = (line for line in said if line.startswith("pybind11"))
    assert (numpy.endswith("not known (1)"), internals.endswith("- (2)")) == (True, True)
    assert "(1) the file asks for the C API by code of its own, which says no version" in said
    assert "(2) two that exchange objects must have the same" in said


def test_a_line_that_excludes_more_than_the_files_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def stated(reason: str) -> str:
        line = RecordedLine("numpy<2.3", "numpy<2.3", "", native=False, reason=reason, note="")
        record = BuildRecord("x", "1", "abi", "", (line,)).to_json()
        files = {CODE: LATER, f"spam-1.0.dist-info/{MEMBER}": record}
        main(["bounds", str(wheel(tmp_path / reason, "numpy>=2", "numpy<2.3", files=files))])
        return capsys.readouterr().out

    said = stated("abi")
    assert "note[bound-too-tight]: `numpy<2.3` excludes 2.3.0 and" in said
    assert "hint: delete the line: `numpy>=2` admits only what the files accept" in said
    assert "bound-too-tight" not in stated("policy")


@pytest.mark.parametrize(
    ("api", "abi", "hint"),
    [
        ("numpy>=1.23", "numpy>=2.0", "delete the line: `numpy>=1.23` admits only"),
        ("numpy>=1.20", "numpy>=2.0", "widen the line where it is declared, and try"),
    ],
)
def test_a_line_that_would_say_nothing_when_widened_is_to_be_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], api: str, abi: str, hint: str
) -> None:
    line = RecordedLine(abi, abi, "", native=False, reason="abi", note="")
    record = BuildRecord("x", "1", "abi", "", (line,)).to_json()
    files = {CODE: image(numpy_2("1.23")), f"spam-1.0.dist-info/{MEMBER}": record}
    name = "spam-1.0-cp310-cp310-manylinux_2_28_x86_64.whl"
    main(["bounds", str(wheel(tmp_path, api, abi, files=files, filename=name))])
    said = " ".join(capsys.readouterr().out.split())
    assert f"hint: {hint}" in said
    assert "note: that the files accept a version does not prove that it works" in said


def test_the_current_folder_is_the_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.format(dynamic="", wheel=""))
    wheel(tmp_path / "dist", "numpy>=1.26", files={CODE: LATER})
    monkeypatch.chdir(tmp_path)
    assert main(["bounds", "--no-index"]) == 1
    assert "numpy>=2.0" in capsys.readouterr().out


def test_what_nothing_requires_is_not_written_and_the_reason_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.format(dynamic="", wheel="").replace('"numpy>=1.26"', ""))
    wheel(tmp_path / "dist", files={CODE: LATER})
    assert main(["bounds", str(tmp_path), "--no-index", "--write", "--yes"]) == 0
    out, err = (" ".join(text.split()) for text in capsys.readouterr())
    first, second = out.split("hint: ")[1:]
    assert first.strip() == 'add `"numpy>=2.0"` to `dependencies` of `[project]`'
    assert '`[project.optional-dependencies]`: `numpy = ["numpy>=2.0"]`' in second
    assert "nothing was written: `numpy>=2.0` is of a distribution that these wheels do not require" in err
    assert "build the wheels again if pyproject.toml requires it by now" in err


def test_no_line_is_added_to_widen_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PYPROJECT.format(dynamic="", wheel="")
    (tmp_path / "pyproject.toml").write_text(text)
    record = BuildRecord(
        "x", "1", "abi", "", (RecordedLine("numpy<2.3", "numpy<2.3", "", native=False, reason="abi", note=""),)
    )
    files = {CODE: LATER, f"spam-1.0.dist-info/{MEMBER}": record.to_json()}
    wheel(tmp_path / "dist", "numpy>=2", "numpy<2.3", files=files)
    assert main(["bounds", str(tmp_path), "--write", "--yes"]) == 0
    assert "one that is too tight is not widened by another" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    ("dynamic", "before"),
    [
        ('dynamic = ["dependencies"]\n', '[tool.abiding.wheel]\ndependencies = [\n    "numpy<3",  # kept\n]\n'),
        ('dynamic = ["dependencies"]\n', ""),
        ('dynamic = ["readme"]\n', ""),
        ("", ""),
    ],
)
def test_it_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], dynamic: str, before: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(PYPROJECT.format(dynamic=dynamic, wheel=before))
    wheel(tmp_path / "dist", "numpy>=1.26", files={CODE: LATER})
    assert main(["bounds", str(tmp_path), "--write", "--dry-run"]) == 1
    assert main(["bounds", str(tmp_path), "--write", "--yes"]) == 1  # the wheel is still the one that was built before
    text = file.read_text()
    new = tomllib.loads(text)
    assert "dependencies" in new["project"]["dynamic"]
    first, *others = new["tool"]["abiding"]["wheel"]["dependencies"]
    assert first == {
        "requires": "numpy>=2.0",
        "note": "C API of numpy, used by spam._core",
    }
    assert (others == ["numpy<3"]) == bool(before)
    assert all(comment in text for comment in ("# API", *(["# kept"] if before else [])))
    capsys.readouterr()
    assert main(["bounds", str(tmp_path), "--write", "--yes"]) == 1
    assert file.read_text() == text
    assert "declares it already; build the wheels again, they will say it" in capsys.readouterr().err
    wheel(tmp_path / "dist", "numpy>=2.0", files={CODE: LATER})
    assert main(["bounds", str(tmp_path), "--write", "--yes"]) == 0


@pytest.mark.parametrize(
    ("wheel_table", "said", "written"),
    [
        ("", "hint: `--write` declares what is missing in {}\n", True),
        (LINES, "hint: {} declares what is missing already: build the wheels again, they will say it\n", False),
    ],
)
def test_the_way_on_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wheel_table: str, said: str, *, written: bool
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(PYPROJECT.format(dynamic=DYNAMIC, wheel=wheel_table))
    wheel(tmp_path / "dist", "numpy>=1.26", files={CODE: LATER})
    assert main(["bounds", "--no-index", str(tmp_path)]) == 1
    assert capsys.readouterr().err == said.format(file)
    assert main(["bounds", "--no-index", str(tmp_path), "--write", "--yes"]) == 1
    assert (f"wrote {file}" in capsys.readouterr().err) is written


@pytest.mark.parametrize(
    ("line", "project"),
    [
        ("numpy>=1.26; python_version < '3.12'", PYPROJECT.format(dynamic="", wheel="")),
        ("numpy>=1.26", '[project]\nname = "spam"\nversion = "1"\n'),
        ("numpy>=2", PYPROJECT.format(dynamic="", wheel="")),
    ],
)
def test_no_way_is_named_that_leads_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, project: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    wheel(tmp_path / "dist", line, files={CODE: LATER})
    main(["bounds", "--no-index", str(tmp_path)])
    assert not capsys.readouterr().err


def test_nothing_is_written_unless_it_is_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PYPROJECT.format(dynamic="", wheel="")
    (tmp_path / "pyproject.toml").write_text(text)
    one = wheel(tmp_path / "dist", "numpy>=1.26", files={CODE: LATER})
    assert main(["bounds", str(tmp_path), "--write", "--dry-run"]) == 1
    assert "numpy>=2.0" in capsys.readouterr().out
    assert main(["bounds", str(tmp_path), "--write"]) == 2  # nobody is there to be asked
    wheel(tmp_path / "dist", "numpy", files={CODE: OLD}, filename=one.name.replace("cp311", "cp312"))
    assert main(["bounds", str(tmp_path), "--write", "--yes"]) == 2
    assert "different lines" in capsys.readouterr().err
    assert (tmp_path / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    ("line", "files", "status", "said"),
    [
        ("numpy>=1.22; extra == 'np'", {CODE: LATER}, 2, "is not required everywhere"),
        ("numpy>=1.22; python_version < '3.12'", {CODE: LATER}, 2, "with the same marker"),
        ("numpy>=2.0", {CODE: LATER}, 0, "nothing was written"),  # the wheel says it already
        (
            "numpy>=1.22",
            {CODE: LATER, "spam/_old.abi3.so": OLD},
            1,
            "nothing was written: no one line suits",
        ),  # no version suits both
    ],
)
def test_nothing_is_written_that_the_files_do_not_ask_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, files: dict[str, bytes], status: int, said: str
) -> None:
    text = PYPROJECT.format(dynamic="", wheel="")
    (tmp_path / "pyproject.toml").write_text(text)
    wheel(tmp_path / "dist", line, files=files)
    assert main(["bounds", str(tmp_path), "--no-index", "--write", "--yes"]) == status
    assert said in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "pyproject.toml").read_text() == text


UNDER = '[tool.abiding.wheel]\ndependencies = [\n    "rich",\n    {}\n]\n'


@pytest.mark.parametrize(
    ("api", "lines", "there"),
    [
        ("numpy<2", "", "8 | dependencies = ["),
        ("numpy<2", UNDER.format('"egg",'), "8 | dependencies = ["),
        ("numpy", UNDER.format('"numpy<2",'), '16 | "numpy<2",'),
        # An entry that is narrowed is in the file.
        ("egg", UNDER.format('{ requires = "numpy>=1", native = true },\n    "numpy<2",'), "dependencies[2]"),
    ],
)
def test_a_refusal_names_what_is_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], api: str, lines: str, there: str
) -> None:
    text = PYPROJECT.format(dynamic=DYNAMIC, wheel=lines).replace("numpy>=1.26", api)
    (tmp_path / "pyproject.toml").write_text(text)
    wheel(tmp_path / "dist", "numpy", files={CODE: LATER})
    assert main(["bounds", str(tmp_path), "--no-index", "--write", "--yes"]) == 2
    refusal = capsys.readouterr().err
    assert "error[unsatisfiable]: no version of `numpy` satisfies both `numpy" in " ".join(refusal.split())
    assert there in refusal
    is_new = "dependencies[" not in there
    assert ("dependencies[" in refusal) is not is_new
    assert ("`numpy>=2.0` is not in the file: it was to be written" in refusal) is is_new
    assert ("hint: change what is there, or compile for a version that it admits" in refusal) is is_new
    number = int(refusal.partition("pyproject.toml:")[2].split()[0])
    assert "numpy" in text.splitlines()[number - 1]
    assert (tmp_path / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    ("new", "old", "placed"),
    [
        (["new", "a", "b"], ["a", "b"], ["a", "b", "new"]),
        (["a'", "b"], ["a", "b"], ["a'", "b"]),
        (["new", "a", "b'"], ["a", "b"], ["a", "b'", "new"]),
        (["new", "newer", "a'", "b"], ["a", "b"], ["a'", "b", "new", "newer"]),
        (["b"], ["a", "b"], ["b"]),
        (["new"], [], ["new"]),
    ],
)
def test_items_keep_their_places(new: list[str], old: list[str], placed: list[str]) -> None:
    assert _in_old_places(new, old) == placed


@pytest.mark.parametrize("what", ["nothing.whl", "empty", "file.txt"])
def test_what_is_no_wheel(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("")
    assert main(["bounds", str(tmp_path / what)]) == 2
    assert "error[missing-file]" in capsys.readouterr().err


def test_a_wheel_that_can_not_be_read_silences_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dist").mkdir()
    good = wheel(tmp_path / "dist", "numpy", files={CODE: NEW})
    (tmp_path / "dist" / "ham-1.0-py3-none-any.whl").write_bytes(b"PK")
    assert main(["bounds", str(tmp_path / "dist")]) == 2
    said = capsys.readouterr()
    assert "numpy" in said.out
    assert good.is_file()
    assert "ham-1.0-py3-none-any.whl could not be read: the file is not a ZIP archive" in said.err
    # Of half of the wheels no line is declared.
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "spam"\nversion = "1.0"\n')
    before = (tmp_path / "pyproject.toml").read_text()
    assert main(["bounds", "--write", "--yes", str(tmp_path)]) == 2
    assert (tmp_path / "pyproject.toml").read_text() == before
    assert not capsys.readouterr().out
