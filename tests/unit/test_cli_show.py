"""`abiding show`: the two sets, the METADATA without a build, and the lines for distributors."""

from __future__ import annotations

import io
import re
import tarfile
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from abiding.builds.wrapped_backend import WrappedBackend
from abiding.cli import main
from abiding.findings.errors import AbidingError, DeclarationError
from abiding.metadata.core import CoreMetadata
from abiding.project.build_record import BuildRecord, RecordedLine, Shared
from abiding.project.declaration import Declaration
from abiding.project.lint import unwired
from abiding.project.pyproject import Pyproject
from makers import archives, evident
from makers.commands import run

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PYPROJECT = """\
[build-system]
requires = ["abiding", "setuptools"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
description = "A package"
authors = [{ name = "Ann" }, { name = "Bo", email = "bo@example.org" }]
urls = { Homepage = "https://example.org" }
readme = { text = "# Spam", content-type = "text/markdown" }
dependencies = ["numpy>=1.26", "rich; python_version < '3.13' and platform_system != 'Emscripten'"]
optional-dependencies = { GPU = ["cupy>=13"] }
dynamic = ["dependencies", "optional-dependencies"]

[tool.abiding]
wheels-differ = "only some need it"
build-backend = "setuptools.build_meta"
from-sdist = "refuse"

[tool.abiding.wheel]
dependencies = [
    "libgmp==6.3.0",
    { requires = "numpy<2.5", reason = "pre-emptive", note = "2.4 works at the time of writing" },
    { requires = "NumPy>=2.1.3", select = "cp31?-cp31?t-*" },
    { requires = "torch==x.x.*" },
    { requires = "openblas==0.3.30", native = true },
    { requires = "nvidia-nccl-cu13", variant = "cuda" },
]
[tool.abiding.wheel.optional-dependencies]
GPU = ["cupy-cuda13x==14.*"]
"""
SHOWN = """\
spam 1.4.0, built by setuptools.build_meta

sdist and wheels (API level)           wheels only (ABI level)
-------------------------------------  -------------------------------------
numpy>=1.26                            numpy<2.5
                                         pre-emptive: 2.4 works at the time
                                           of writing
                                       NumPy>=2.1.3
                                         abi
                                         for wheels tagged cp31?-cp31?t-*
rich; python_version < '3.13' and
    platform_system != 'Emscripten'
                                       libgmp==6.3.0
                                         abi
                                       torch==x.x.*
                                         abi
                                         x: the build fills in its version
                                           of torch
                                       openblas==0.3.30
                                         abi
                                         native: it ships a library that is
                                           linked to
                                       nvidia-nccl-cu13
                                         abi
                                         in builds of the variant cuda

with the extra `GPU`
cupy>=13
                                       cupy-cuda13x==14.*
                                         abi

from-sdist: a build from the sdist is refused, unless it asks for a level

wheels-differ: only some need it
"""
PKG_INFO = """\
Metadata-Version: 2.4
Name: spam
Version: 1.4.0
Dynamic: Requires-Dist
Summary: A package
License-File: LICENSE
Requires-Dist: numpy>=1.26

# Spam
"""
STATIC = PYPROJECT[: PYPROJECT.index("[tool.abiding.wheel]")]
STATIC_WITHOUT_EXTRAS = """\
[project]
name = "spam"
version = "1.4.0"
description = "A package"
dependencies = ["numpy>=1.26"]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "setuptools.build_meta"
"""
REGULAR = "cp313-cp313-win_amd64"
PIN_REMARK = "note: the build fills the `x` of `torch==x.x.*` with the version of `torch`\n      that it finds\n"


def written(folder: Path, pyproject: str = PYPROJECT, pkg_info: str = "") -> str:
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    if pkg_info:
        (folder / "PKG-INFO").write_text(pkg_info, encoding="utf-8")
    return str(folder)


def test_the_two_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", written(tmp_path)) == 0
    assert capsys.readouterr() == (SHOWN, "")


def test_no_line_is_wider_than_a_build_may_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("show", written(tmp_path))
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 78


def right_column(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The requirement lines of the right column."""
    lines = [line[39:] for line in capsys.readouterr().out.splitlines()[4:]]
    return [line for line in lines if line and not line.startswith(" ")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--tag", REGULAR], "numpy<2.5 libgmp==6.3.0 torch==x.x.* openblas==0.3.30 nvidia-nccl-cu13 cupy-cuda13x==14.*"),
        (["--tag", "cp313-cp313t-win_amd64", "--variant", "cuda"],
         "numpy<2.5 NumPy>=2.1.3 libgmp==6.3.0 torch==x.x.* openblas==0.3.30 nvidia-nccl-cu13 cupy-cuda13x==14.*"),
        (["--level", "api"], "(left out: level api) (left out: level api)"),
        (["--level", "abi", "--tag", REGULAR], "numpy<2.5 libgmp==6.3.0 torch==x.x.* openblas==0.3.30 nvidia-nccl-cu13 cupy-cuda13x==14.*"),
    ],
)  # fmt: skip
def test_one_kind_of_wheel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str
) -> None:
    assert run("show", written(tmp_path, PYPROJECT.replace('from-sdist = "refuse"', "")), *options) == 0
    assert " ".join(right_column(capsys)) == expected


def test_of_another_variant_an_entry_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PYPROJECT.replace('"torch==x.x.*"', '"torch==x.x.*", variant = "rocm"')
    run("show", written(tmp_path, text), "--variant", "cuda")
    out = capsys.readouterr().out
    assert "nvidia-nccl-cu13" in out
    assert "torch" not in out


def test_nothing_declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[project]\nname = "a"\nversion = "1"\n[tool.abiding]\nbuild-backend = "mesonpy"\n'
    assert run("show", written(tmp_path, text)) == 0
    assert capsys.readouterr().out.splitlines()[4:] == ["(nothing)                              (nothing)"]


def test_requirements_that_are_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[tool.abiding]\nbuild-backend = "setuptools.build_meta"\n[tool.abiding.wheel]\ndependencies = ["b"]\n'
    run("show", written(tmp_path, text))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a project without `[project]`, built by setuptools.build_meta"
    assert lines[4] == "(computed by setuptools.build_meta)    b"
    run("show", written(tmp_path, text, PKG_INFO))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "spam 1.4.0, built by setuptools.build_meta"
    assert lines[4].split() == ["numpy>=1.26"]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_long_name_of_a_backend_stays_in_its_column(
    width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = '[tool.abiding]\nbuild-backend = "setuptools.build_meta:__legacy__"\n'
    run("show", written(tmp_path, f'{text}[tool.abiding.wheel]\ndependencies = ["b"]\n'))
    _, head, *lines = capsys.readouterr().out.splitlines()[1:]
    assert max(map(len, lines)) <= width
    assert "setuptools.build_meta:__legacy__)" in "\n".join(lines)
    if "wheels only" in head:
        start = head.index("wheels only")
        assert {line[start - 2 : start] for line in lines} <= {"  ", "--", ""}, lines


# METADATA


def metadata(capfdbinary: pytest.CaptureFixture[bytes]) -> tuple[CoreMetadata, str]:
    out, err = capfdbinary.readouterr()
    return CoreMetadata.parse(out, "METADATA"), err.decode()


def test_metadata_from_pkg_info(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The sdist's file without what only an sdist says, and the declared lines: what a build writes."""
    text = STATIC_WITHOUT_EXTRAS + '[tool.abiding.wheel]\ndependencies = ["libgmp==6.3.0"]\n'
    assert run("show", written(tmp_path, text, PKG_INFO), "--metadata") == 0
    out, err = capfdbinary.readouterr()
    expected = PKG_INFO.replace("Dynamic: Requires-Dist\n", "").replace(
        "1.26\n", "1.26\nRequires-Dist: libgmp==6.3.0\n"
    )
    assert (out.decode(), err) == (expected, b"")


def test_metadata_of_a_static_project(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("show", written(tmp_path), "--metadata", "--tag", REGULAR) == 0
    read, err = metadata(capfdbinary)
    assert err.startswith(PIN_REMARK)
    assert err.endswith("may\n      add licence files\n")
    assert read.get("Metadata-Version") == "2.1"
    assert read.all("Author") == ("Ann",)
    assert read.all("Author-email") == ("Bo <bo@example.org>",)
    assert read.all("Project-URL") == ("Homepage, https://example.org",)
    assert read.get("Description-Content-Type") == "text/markdown"
    assert read.body == "# Spam"
    assert read.all("Requires-Dist") == (
        "numpy>=1.26",
        "rich; python_version < '3.13' and platform_system != 'Emscripten'",
        'cupy>=13; extra == "GPU"',
        "libgmp==6.3.0",
        "numpy<2.5",
        "torch==x.x.*",
        "openblas==0.3.30",
        'cupy-cuda13x==14.*; extra == "gpu"',
    )


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("authors", "3", "`project.authors` has to be an array, and is an integer"),
        ("authors", '["Ann"]', "`project.authors[0]` has to be a table, and is a string"),
        (
            "authors",
            '[{ name = "Ann" }, { name = 3, email = [] }]',
            "`project.authors[1].name` has to be a string, and is an integer",
        ),
        ("maintainers", "{ name = 'Ann' }", "`project.maintainers` has to be an array, and is a table"),
        ("urls", "['https://example.org']", "`project.urls` has to be a table, and is an array"),
        ("urls", "{ a = 1979-05-27 }", "`project.urls.a` has to be a string, and is a date or time"),
        ("keywords", "'a'", "`project.keywords` has to be an array, and is a string"),
        ("description", '"a\\nRequires-Dist: b"', "`project.description` has to be one line, and is several"),
        ("requires-python", "3.11", "`project.requires-python` has to be a string, and is a float"),
        ("readme", "[]", "`project.readme` has to be a string or a table, and is an array"),
        ("readme", "{ text = 3 }", "`project.readme.text` has to be a string, and is an integer"),
        ("dependencies", "{}", "`project.dependencies` has to be an array, and is a table"),
        (
            "optional-dependencies",
            "{ gpu = 'a' }",
            "`project.optional-dependencies.gpu` has to be an array, and is a string",
        ),
    ],
)
def test_metadata_of_values_of_the_wrong_type(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], key: str, value: str, what: str
) -> None:
    text = f"""\
        [project]
        name = "spam"
        version = "1.4.0"
        {key} = {value}

        [tool.abiding]
        build-backend = "a"
        """
    with pytest.raises(DeclarationError) as caught:
        run("show", written(tmp_path, dedent(text)), "--metadata")
    found = caught.value.findings[0]
    assert (found.rule, found.message, found.line) == ("bad-type", what, 4)
    assert capfd.readouterr().out == ""


def test_metadata_at_the_api_level(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("show", written(tmp_path), "--metadata", "--level", "api") == 0
    read, err = metadata(capfdbinary)
    assert len(read.all("Requires-Dist")) == 3
    assert "fills the `x`" not in err


def test_metadata_of_a_variant(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run("show", written(tmp_path), "--metadata", "--tag", REGULAR, "--variant", "cuda")
    assert "nvidia-nccl-cu13" in metadata(capfdbinary)[0].all("Requires-Dist")


def fails(*arguments: str) -> tuple[str, str]:
    with pytest.raises(AbidingError) as caught:
        run("show", *arguments)
    (finding,) = caught.value.findings
    assert caught.value.closing.startswith("Nothing ")
    return finding.rule, finding.message


@pytest.mark.parametrize(
    ("pyproject", "pkg_info", "message"),
    [
        (PYPROJECT, "", "`NumPy>=2.1.3` is for wheels of some tags only, and no tag is given"),
        (STATIC.replace('version = "1.4.0"\n', "").replace("dynamic = [", 'dynamic = ["version", '), "",
         "`setuptools.build_meta` computes `version` when it builds"),
        (STATIC[STATIC.index("[tool") :], "", "there is no `[project]`: `setuptools.build_meta` computes all of it when it builds"),
        (STATIC[STATIC.index("[tool") :], PKG_INFO.replace("Dynamic:", "Dynamic: Summary\nDynamic:"), "PKG-INFO leaves `Summary` to the build"),
    ],
)  # fmt: skip
def test_what_only_a_build_can_tell(tmp_path: Path, pyproject: str, pkg_info: str, message: str) -> None:
    assert fails(written(tmp_path, pyproject, pkg_info), "--metadata") == ("not-known", message)


# For distributors


DISTRIBUTOR = """\
# what the source works with (API level)
numpy>=1.26
rich; python_version < '3.13' and platform_system != 'Emscripten'
cupy>=13; extra == "GPU"

# what one binary needs on top (ABI level)
libgmp==6.3.0
# of torch the version that it is built with
torch
openblas==0.3.30
cupy-cuda13x==14.*; extra == "gpu"

# may be ignored: pre-emptive, against versions that there were not yet
# numpy<2.5  (2.4 works at the time of writing)
"""


def test_lines_for_distributors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", written(tmp_path), "--for", "distributor", "--tag", REGULAR) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (DISTRIBUTOR, "")
    # Who reads it as a file of requirements reads what may not be ignored, and nothing that only a build can fill.
    for line in out.splitlines():
        if line and not line.startswith("#"):
            Requirement(line)


def test_lines_that_are_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = STATIC[STATIC.index("[tool") :]
    message = "`setuptools.build_meta` computes the requirements when it builds"
    assert fails(written(tmp_path, text), "--for", "distributor") == ("not-known", message)
    assert run("show", written(tmp_path, text, PKG_INFO), "--for", "distributor") == 0
    assert capsys.readouterr().out == "# what the source works with (API level)\nnumpy>=1.26\n"


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path)
    assert run("show", folder, "--output-format", "json", "--output", f"text={tmp_path / 'x'}") == 0
    data = document(capsys.readouterr().out, "show")
    assert (tmp_path / "x").read_text() == SHOWN
    assert (data["project"], data["read_from"]) == ({"name": "spam", "version": "1.4.0"}, folder)
    assert (data["wheel"], data["level"], data["backend"]) == (None, "abi", "setuptools.build_meta")
    assert data["api"][0] == "numpy>=1.26"
    bounds = {one["declared"]: one for one in data["abi"]}
    assert [one["declared"] for one in data["abi"] if one["may_be_ignored"]] == ["numpy<2.5"]
    assert bounds["torch==x.x.*"]["requirement"] is None
    assert bounds["numpy<2.5"]["note"] == "2.4 works at the time of writing"
    assert bounds["NumPy>=2.1.3"]["select"] == ["cp31?-cp31?t-*"]
    assert bounds["nvidia-nccl-cu13"]["variant"] == "cuda"
    assert bounds["cupy-cuda13x==14.*"] == {
        "requirement": 'cupy-cuda13x==14.*; extra == "gpu"', "declared": "cupy-cuda13x==14.*", "extra": "GPU", "reason": "abi",
        "note": None, "may_be_ignored": False, "native": False, "select": [], "variant": None,
    }  # fmt: skip


def test_json_of_what_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("show", written(tmp_path, STATIC[STATIC.index("[tool") :]), "--output-format", "json")
    assert document(capsys.readouterr().out, "show")["api"] is None


# A wheel


LINES = (
    RecordedLine("numpy<2.5", "numpy<2.5", "", native=False, reason="pre-emptive", note="2.4 works"),
    RecordedLine("torch==2.4.*", "torch==x.x.*", "", native=False, reason="abi", note=""),
    RecordedLine("libgmp==6.3.0", "libgmp==6.3.0", "", native=True, reason="abi", note=""),
)
SHARED = Shared("libgmp.so.10", "libgmp/libgmp.so.10", "0" * 64, "libgmp", "6.3.0", "libgmp==6.3.0", (), ())
WHEEL = """\
spam 1.0   spam-1.0-cp313-cp313-win_amd64.whl
built by mesonpy 0.18 at the ABI level, variant cuda

sdist and wheels (API level)
  numpy>=1.26

this wheel on top (ABI level)
  numpy<2.5
    pre-emptive: 2.4 works
  torch==2.4.*
    abi
    filled from `torch==x.x.*`
  libgmp==6.3.0
    abi
    linked with libgmp.so.10 of libgmp 6.3.0
"""


def built(
    folder: Path,
    level: str = "abi",
    lines: tuple[RecordedLine, ...] = LINES,
    *,
    record: bool = True,
    more: Mapping[str, bytes] | None = None,
) -> str:
    provenance = BuildRecord("mesonpy", "0.18", level, "cuda", lines, (SHARED,) if lines else ())
    said = archives.metadata(
        *(f"Requires-Dist: {one}" for one in ("numpy>=1.26", *(line.requirement for line in lines)))
    )
    members = {"spam-1.0.dist-info/abiding.json": provenance.to_json()} if record else {}
    return str(archives.write_wheel(folder, f"spam-1.0-{REGULAR}.whl", said, more={**members, **(more or {})}))


def test_a_wheel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = built(tmp_path)
    assert run("show", wheel) == 0
    assert capsys.readouterr() == (WHEEL, "")
    assert run("show", wheel, "--output-format", "json") == 0
    data = document(capsys.readouterr().out, "show")
    assert (data["wheel"], data["level"], data["variant"], data["api"]) == (f"spam-1.0-{REGULAR}.whl", "abi", "cuda", ["numpy>=1.26"])  # fmt: skip
    assert data["tags"] == [REGULAR]
    assert [one["requirement"] for one in data["abi"]] == ["numpy<2.5", "torch==2.4.*", "libgmp==6.3.0"]
    assert run("show", wheel, "--for", "distributor") == 0
    out = capsys.readouterr().out
    assert "\ntorch==2.4.*\n" in out
    assert "\n# numpy<2.5  (2.4 works)\n" in out


def test_without_a_record_no_line_is_said_to_be_of_the_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = archives.metadata("Requires-Dist: libgmp==6.3.0")
    wheel = str(archives.write_wheel(tmp_path, f"spam-1.0-{REGULAR}.whl", said))
    assert run("show", wheel, "--for", "distributor") == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert "which of it is of the ABI level is not known" in first
    assert lines == ["libgmp==6.3.0"]


@pytest.mark.parametrize("lines", [(), ("Requires-Python: >=3.9", "Provides-Extra: fast"), ("Requires-Dist: libgmp",)])
def test_where_nothing_is_required_there_is_nothing_to_be_told_apart(
    lines: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wheel without a record; of the last one it is not known which lines are of the ABI level."""
    wheel = str(archives.write_wheel(tmp_path, f"spam-1.0-{REGULAR}.whl", archives.metadata(*lines)))
    requires = any(line.startswith("Requires-Dist") for line in lines)
    for options in ([], ["--for", "distributor"]):
        assert run("show", wheel, *options) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert ("not known" in out) is ("record of its build" in out) is requires
        assert ("libgmp" in out) is requires


@pytest.mark.parametrize(
    ("level", "lines", "record", "words"),
    [
        ("api", (), True, "at the API level: what is declared for binaries was left out"),
        ("abi", (), True, "at the ABI level; nothing is declared for this wheel"),
        ("nonsense", (), True, "at a level that is not known"),
        ("abi", LINES, False, "it has no record of its build (`abiding.json`)"),
    ],
)
def test_a_wheel_of_another_level(
    level: str,
    lines: tuple[RecordedLine, ...],
    record: bool,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wheel = built(tmp_path, level, lines, record=record)
    assert run("show", wheel) == 0
    assert words in " ".join(capsys.readouterr().out.split())
    run("show", wheel, "--output-format", "json")
    data = document(capsys.readouterr().out, "show")
    assert data["level"] == ("none" if level == "abi" and record else level if level == "api" else "unknown")
    assert data["abi"] == []
    assert data["api"][0] == "numpy>=1.26"


def test_a_line_that_both_levels_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = (RecordedLine("numpy>=1.26", "numpy>=1.26", "", native=False, reason="abi", note=""),)
    run("show", built(tmp_path, lines=twice), "--output-format", "json")
    data = document(capsys.readouterr().out, "show")
    assert (data["api"], [one["requirement"] for one in data["abi"]]) == (["numpy>=1.26"], ["numpy>=1.26"])


def test_what_a_distributor_can_not_ignore_for_a_wheel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence is told from policy: what compiled files refuse is refused whoever builds the package around them."""
    code = {f"spam/_{target}.so": evident.image(evident.numpy_2(target)) for target in ("2.0", "1.23")}
    run("show", built(tmp_path, more=code), "--for", "distributor")
    out = capsys.readouterr().out
    assert out.endswith(
        "\n# can't be ignored for this binary: its compiled files refuse what is outside\n"
        "# numpy>=2.0  (spam/_2.0.so)\n"
        "\n# policy, as far as its compiled files tell: they were not seen to refuse all that these exclude\n"
        "# torch==2.4.*\n# libgmp==6.3.0\n"
    )
    # Without compiled files there is neither.
    run("show", built(tmp_path), "--for", "distributor")
    assert "compiled files" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "is_policy"),
    [
        # What follows from the files, and what excludes more than they do.
        ("numpy>=2.0", False),
        ("numpy>=2", False),
        ("numpy>=1.26", False),
        ("NumPy", False),
        ("numpy>=2.0,!=1.99", False),
        ("numpy>=2,<3", True),
        ("numpy==2.4.*", True),
        ("numpy>=2.1", True),
        ("numpy!=2.3.0", True),
        ("numpy[extra]>=2.0", True),
        ("numpy @ https://example.org/numpy.whl", True),
        ("numpy===2.0", True),
    ],
)
def test_each_line_is_either_evidence_or_policy(
    line: str, is_policy: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {"spam/_core.so": evident.image(evident.numpy_2("2.0"))}
    lines = (RecordedLine(line, line, "", native=False, reason="abi", note=""),)
    run("show", built(tmp_path, lines=lines, more=code), "--for", "distributor")
    evidence, _, policy = capsys.readouterr().out.partition("# can't be ignored")[2].partition("# policy")
    assert "\n# numpy>=2.0  (spam/_core.so)\n" in evidence
    assert (f"\n# {line}\n" in policy) is is_policy


def test_a_note_adds_no_requirement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (RecordedLine("numpy<2.5", "numpy<2.5", "", native=False, reason="pre-emptive", note="one\nevil==1"),)
    run("show", built(tmp_path, lines=lines), "--for", "distributor")
    assert "# numpy<2.5  (one\\nevil==1)\n" in capsys.readouterr().out


def test_the_metadata_of_a_wheel(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run("show", built(tmp_path), "--metadata")
    assert b"Requires-Dist: libgmp==6.3.0\n" in capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("x.whl", ["--level", "api"], "`--level` is for what is still to be built"),
        ("x.whl", ["--tag", REGULAR], "`--tag` is for what is still to be built"),
        (".", ["--metadata", "--output-format", "json"], "`--metadata` has a form of its own"),
        (".", ["--for", "distributor", "--output", "json=x"], "`--for` has a form of its own"),
    ],
)
def test_options_that_exclude_each_other(
    name: str, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("show", name, *options)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"", b"PK"])
def test_a_wheel_that_is_none(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / f"spam-1.0-{REGULAR}.whl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AbidingError) as caught:
        run("show", str(path))
    assert caught.value.findings[0].rule == ("missing-file" if content is None else "bad-archive")


# What is asked about


def test_an_sdist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = STATIC[STATIC.index("[tool") :]
    with tarfile.open(tmp_path / "spam-1.4.0.tar.gz", "w:gz") as sdist:
        for name, data in (("pyproject.toml", text), ("PKG-INFO", PKG_INFO)):
            member = tarfile.TarInfo(f"spam-1.4.0/{name}")
            member.size = len(data)
            sdist.addfile(member, io.BytesIO(data.encode()))
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    assert run("show", str(tmp_path / "spam-1.4.0.tar.gz")) == 0
    assert capsys.readouterr().out.splitlines()[4].split() == ["numpy>=1.26", "(nothing)"]
    assert run("show", str(tmp_path / "spam-1.4.0.tar.gz"), "--metadata") == 0
    assert capsys.readouterr().out == PKG_INFO.replace("Dynamic: Requires-Dist\n", "")
    assert not list(aside.iterdir())


def test_the_file_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    assert run("show", str(tmp_path / "pyproject.toml")) == 0
    assert capsys.readouterr().out == SHOWN


def test_what_is_not_there(tmp_path: Path) -> None:
    assert fails(str(tmp_path / "spam")) == ("missing-file", "there is no such file or folder")


@pytest.mark.parametrize(
    ("backend", "requires", "hints"),
    [
        ("pdm.pep517.api", "pdm-pep517", []),
        ("pdm.pep517.api", "numpy", ["add `pdm-pep517` to `requires`"]),
        ("pdm.backend", "pdm-pep517", ["add `pdm-backend` to `requires`"]),
        ("poetry.masonry.api", "poetry>=0.12", []),
        ("poetry.core.masonry.api", "poetry", []),
        ("poetry.core.masonry.api", "numpy", ["add `poetry-core` to `requires`"]),
    ],
)
def test_backends_beside_those_of_another_distribution(backend: str, requires: str, hints: list[str]) -> None:
    assert unwired_of(backend, "abiding", requires) == hints


def test_a_project_that_does_not_use_abiding(tmp_path: Path) -> None:
    with pytest.raises(AbidingError) as caught:
        run("show", written(tmp_path, '[build-system]\nrequires = ["flit-core"]\n'))
    assert [one.rule for one in caught.value.findings] == ["no-declaration"]
    assert caught.value.findings[0].hints == ("`abiding init`, in the folder of the project, makes it use abiding",)


WHOLE = """\
[build-system]
requires = ["abiding", "Meson_Python>=0.18"]
build-backend = "abiding.backend"
[project]
name = "spam"
version = "1"
[tool.abiding]
build-backend = "mesonpy"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", []),
        ('"abiding", ', "", ["`abiding` is not among what the build requires"]),
        ('"Meson_Python>=0.18"', "", ["nothing that the build requires brings the wrapped backend `mesonpy`", "add `meson-python`"]),
        ('"Meson_Python>=0.18"', '"setuptools"', ["nothing that the build requires brings the wrapped backend `mesonpy`"]),
        ('"Meson_Python>=0.18"', '"numpy", "Cython"', ["`meson-python`, which brings the wrapped backend `mesonpy`, is not among what the build requires", "add `meson-python` to `requires`"]),
        ('= "mesonpy"', '= "mesonpi"', ["no backend `mesonpi` is known", "did you mean `mesonpy`?"]),
        ('= "mesonpy"', '= "hatchling.biuld"', ["`hatchling` has no backend `hatchling.biuld`", "did you mean `hatchling.build`?", "brings the wrapped backend `hatchling.build`"]),
        ('= "mesonpy"', '= "own"\nbackend-path = ["."]', []),
        ('"abiding.backend"', '"mesonpy"', ["the build backend is `mesonpy`, so `[tool.abiding]` has no effect", 'write `build-backend = "abiding.backend"`']),
        ('build-backend = "abiding.backend"\n', "", ["so `[tool.abiding]` has no effect"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["show", "init --dry-run"])
def test_a_project_that_is_wrapped_by_half(
    command: str, old: str, new: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown would not be built: that is said beside it, with the line to write."""
    written(tmp_path, WHOLE.replace(old, new))
    if command != "show" and "has no effect" in "".join(said):
        pytest.skip("it is not wrapped, which `init` says by itself")
    assert main([*command.split(), str(tmp_path)]) == 0
    err = " ".join(capsys.readouterr().err.split())
    rule = "no-backend" if "backend `" in "".join(said) else "bad-value"
    assert bool(said) == (f"warning[{rule}]" in err)
    for part in said:
        assert part in err


def test_a_requirement_of_the_build_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A front end stops at it before it calls a hook; `show` says what is meant."""
    written(tmp_path, WHOLE.replace('"abiding"', '"abiding", "pywin32; sys_platfrm == \'windows\'"'))
    assert main(["show", str(tmp_path)]) == 0
    err = " ".join(capsys.readouterr().err.split())
    assert "warning[bad-requirement]: `pywin32; sys_platfrm == 'windows'` is not a requirement" in err
    assert 'hint: write `pywin32; sys_platform == "win32"`' in err


def unwired_of(backend: str, *requires: str) -> list[str]:
    text = WHOLE.replace('"Meson_Python>=0.18"', ", ".join(f'"{one}"' for one in requires))
    pyproject = Pyproject.parse(text.replace('= "mesonpy"', f'= "{backend}"'))
    return [one.hints[0] for one in unwired(Declaration.read(pyproject), pyproject)]


BACKENDS = {
    "meson-python": ["mesonpy"],
    "setuptools": ["setuptools.build_meta", "setuptools.build_meta:__legacy__"],
    "scikit-build-core": ["scikit_build_core.build", "scikit_build_core.setuptools.build_meta"],
    "hatchling": ["hatchling.build"],
    "flit-core": ["flit_core.buildapi"],
    "poetry-core": ["poetry.core.masonry.api"],
    "maturin": ["maturin"],
    "pdm-backend": ["pdm.backend"],
}
ALL = [(name, backend) for name, backends in BACKENDS.items() for backend in backends]


@pytest.mark.parametrize("others", [(), ("Cython>=3", "a-plugin")])
@pytest.mark.parametrize(("distribution", "backend"), ALL)
def test_a_slip_in_a_backend_is_told_before_anything_is_built(
    distribution: str, backend: str, others: tuple[str, ...]
) -> None:
    """Whatever else the build requires; what is right, or of a distribution that nobody knows, is left alone."""
    assert unwired_of(backend, distribution, *others) == []
    assert unwired_of("a_wrapper.api", distribution, "a-wrapper", *others) == []
    slips = {backend[:place] + backend[place + 1 :] for place in range(1, len(backend))}
    slips |= {backend[:place] + backend[place - 1] + backend[place:] for place in range(1, len(backend))}
    for slip in slips - {backend}:
        if re.fullmatch(r"\w+(\.\w+)*(:\w+)?", slip):
            assert unwired_of(slip, distribution, *others) == [f"did you mean `{backend}`?"], slip


@pytest.mark.parametrize("slip", ["mesonpyy", "flit_core", "flit_core.bildapi", "hatchling:build", "setuptools.meta"])
def test_a_slip_in_a_backend_is_told_as_a_build_tells_it(slip: str, tmp_path: Path) -> None:
    text = WHOLE.replace('= "mesonpy"', f'= "{slip}"')
    pyproject = Pyproject.parse(text)
    shown = next(unwired(Declaration.read(pyproject), pyproject))
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AbidingError) as caught:
        WrappedBackend(slip, (), tmp_path).load()
    (built,) = caught.value.findings
    assert (built.rule, built.message, built.line, built.hints[0]) == (
        "no-backend",
        shown.message,
        shown.line,
        *shown.hints,
    )
    assert (shown.rule, shown.severity) == ("no-backend", "warning")


@pytest.mark.parametrize("others", [("numpy>=2",), ("Cython>=3", "pybind11"), ("a-library", "ninja")])
@pytest.mark.parametrize(("distribution", "backend"), ALL)
def test_a_wrapped_backend_that_is_not_required_is_told(
    distribution: str, backend: str, others: tuple[str, ...]
) -> None:
    """Beside whatever else is required: the machine of a developer has it, an isolated build does not."""
    assert unwired_of(backend, *others) == [f"add `{distribution}` to `requires`"]
    assert unwired_of(backend, *others, f"{distribution} @ git+https://example.org/it.git") == []


@pytest.mark.parametrize(
    ("backend", "plugin"),
    [
        ("setuptools.build_meta", "setuptools_scm>=8"),
        ("setuptools.build_meta", "scikit-build"),
        ("hatchling.build", "hatch-vcs"),
        ("poetry.core.masonry.api", "poetry-dynamic-versioning"),
        ("flit_core.buildapi", "flit_scm"),
    ],
)
def test_a_plugin_brings_the_backend_that_it_is_for(backend: str, plugin: str) -> None:
    assert unwired_of(backend, "numpy", plugin) == []
    assert unwired_of("mesonpy", "numpy", plugin) == ["add `meson-python` to `requires`"]
    assert unwired_of("setuptools.build_meta", "scikit-build-core", "numpy") == ["add `setuptools` to `requires`"]


def test_an_unknown_variant(tmp_path: Path) -> None:
    message = "the project declares no variant `roc`"
    assert fails(written(tmp_path), "--variant", "roc") == ("unknown-variant", message)
    with pytest.raises(AbidingError) as caught:
        run("show", written(tmp_path), "--variant", "roc")
    assert caught.value.findings[0].notes == ("`--variant roc` asks for it",)
    assert caught.value.closing == "Nothing can be shown"


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("nope", "give a project's folder, an sdist, or a wheel"),
        ("nope.whl", "give a project's folder, an sdist, or a wheel"),
        ("numpy==2.3.0", "get one by `pip download --no-deps 'numpy==2.3.0'`, and give that"),
    ],
)
def test_what_is_not_there_is_answered_by_what_may_be_given(
    given: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["show", given]) == 2
    assert hint in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("win32", "`win32` is not a wheel's tag, such as `cp313-"),
        ("cp311-cp311-manylinux_2_17_x86-64", "is not a wheel's tag: did you mean `cp311-cp311-manylinux_2_17_x86_64`?"),
        ("cp311-cp311-win-amd64", "is not a wheel's tag: did you mean `cp311-cp311-win_amd64`?"),
        ("cp311-cp311-win_amd64-cu12", "is not a wheel's tag, such as"),
        ("1-cp311-cp311-win_amd64", "is not a wheel's tag, such as"),
        ("cp311-cp311-win_amd64-", "is not a wheel's tag, such as"),
        ("cp311-cp311-macosx_11_0_aarch64", "no wheel has the tag `cp311-cp311-macosx_11_0_aarch64`: did you mean `cp311-cp311-macosx_11_0_arm64`?"),
        ("cp311-cp311-win32.win64", "no wheel has the tag `cp311-cp311-win64`: did you mean `cp311-cp311-win_amd64`?"),
        ("cp311-*-win-amd64", "is not a wheel's tag, such as"),
    ],
)  # fmt: skip
def test_a_tag_that_is_none(tag: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would select no line, and what is shown would be that of a wheel that there is not."""
    with pytest.raises(SystemExit) as caught:
        run("show", written(tmp_path), "--tag", tag)
    assert caught.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "tag",
    [
        REGULAR,
        "py2.py3-none-any",
        "CP311-abi3-Win_AMD64",
        "cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "x1-y-z",
    ],
)
def test_a_tag_that_may_be_one(tag: str, tmp_path: Path) -> None:
    assert run("show", written(tmp_path), "--tag", tag) == 0


def test_control_characters_are_spelled_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PYPROJECT.replace("2.4 works at", "\\u001b[31m2.4 works at")
    run("show", written(tmp_path, text))
    out = capsys.readouterr().out
    assert "\\x1b[31m2.4" in out
    assert "\x1b" not in out


def test_what_is_probably_not_meant_is_said_beside_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
        [project]
        name = "spam"
        version = "1.4.0"
        dependencies = ["numpy>=1.26"]
        dynamic = ["dependencies"]
        [tool.abiding]
        build-backend = "a"
        [tool.abiding.wheel]
        dependencies = ["numpy>=1.20,<3", "numpy>=1.26", { requires = "b", native = true }]
        """
    folder = written(tmp_path, dedent(text))
    assert run("show", folder) == 0
    out, err = capsys.readouterr()
    assert "warning" not in out
    assert err.count("warning[not-narrower]: `>=1.20` of `numpy>=1.20,<3` excludes nothing") == 1
    assert err.count("warning[not-narrower]: `numpy>=1.26` excludes nothing: `numpy>=1.26` admits") == 1
    assert err.count("warning[from-sdist-unset]") == 1
    # As errors do, by the path that was given.
    assert [line.split()[1].partition(":")[0] for line in err.splitlines() if line.startswith(" --> ")] == [
        f"{folder}/pyproject.toml"
    ] * err.count("warning[")
    assert run("show", folder, "--metadata") == 0
    assert "warning" not in capsys.readouterr().err
