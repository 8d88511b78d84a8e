"""`abiding diff`: what it prints of two files, and its exit status."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from abiding.findings.errors import AbidingError, ArchiveError
from makers.commands import run

if TYPE_CHECKING:
    from pathlib import Path

PKG_INFO = """\
Metadata-Version: 2.2
Name: spam
Version: 1.4.0
Dynamic: Requires-Dist
Requires-Dist: numpy>=1.26
Requires-Dist: sphinx>=4; extra == "docs"
Provides-Extra: docs

# Spam

It spams.
"""
# The same in other words: gmpy2 2.2.1 has such wheels.
SPELLED = """\
Metadata-Version: 2.2
Dynamic: Requires-Dist
Name: Spam
Version: 1.4
Provides-Extra: docs
Requires-Dist: sphinx >=4 ; extra == 'docs'
Requires-Dist: numpy (>=1.26)


# Spam

It spams.

"""
METADATA = PKG_INFO.replace("2.2", "2.1").replace("Dynamic: Requires-Dist\n", "").replace("1.26\n", "1.26\nRequires-Dist: libgmp==6.3.0\n")  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compared(folder: Path, left: str | bytes, right: str | bytes, *options: str) -> int:
    for name, data in (("A", left), ("B", right)):
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return run("diff", "A", "B", *options)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("--- A\n+++ B\n\n")
    return out.removeprefix("--- A\n+++ B\n\n")


def test_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, PKG_INFO) == 0
    assert printed(capsys) == "no difference in meaning\n"


def test_spelling_is_left_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, SPELLED) == 0
    assert printed(capsys) == "the same in meaning, though not to the byte (`--all` shows how)\n"


def test_a_requirement_that_is_added(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, METADATA) == 1
    assert printed(capsys) == (
        "Requires-Dist, which resolvers read\n  + libgmp==6.3.0\n\n1 field differs in meaning\n"
        "not counted, being about the file: `Metadata-Version` (- `2.2`, + `2.1`)\n"
        "not counted, being about the file: `Dynamic` (- `Requires-Dist`, + none)\n"
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_resolvers_read_comes_first(form: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which it counts, whatever the order in the files is; then the rest."""
    said = {"Summary": "s", "Provides-Extra": "e", "Author": "a", "Requires-Python": ">=3", "Requires-Dist": "d"}
    said |= {"Version": "1.{}", "Name": "n", "Keywords": "k", "Zebra": "z"}
    head = "Metadata-Version: 2.2\n"
    left, right = (
        head
        + "".join(f"{field}: {value.format(side) if '{' in value else value + side}\n" for field, value in said.items())
        for side in "12"
    )
    assert compared(here, left, right, "--output-format", form) == 1
    shown = capsys.readouterr().out
    if form == "json":
        found = [one["field"] for one in json.loads(shown)["differences"]]
    else:
        found = [line.partition(",")[0] for line in shown.splitlines() if line.partition(",")[0] in said]
    assert found[:5] == ["Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra"]
    assert set(found) == said.keys()


def test_both_directions(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = PKG_INFO.replace("Provides-Extra: docs", "Requires-Python: >=3.11")
    assert compared(here, left, PKG_INFO) == 1
    assert (
        printed(capsys)
        == "Requires-Python, which resolvers read\n  - >=3.11\n\nProvides-Extra, which resolvers read\n  + docs\n\n2 fields differ in meaning\n"
    )


def test_all_shows_spelling_line_by_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = PKG_INFO.replace("numpy>=1.26", "numpy (>=1.26)\r")
    assert compared(here, PKG_INFO, right, "--all") == 1
    assert printed(capsys) == (
        "no difference in meaning\n\nline by line:\n@@ -5 +5 @@\n"
        "-Requires-Dist: numpy>=1.26\n+Requires-Dist: numpy (>=1.26)\\r\n"
    )


def test_all_of_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, PKG_INFO, "--all") == 0
    assert printed(capsys) == "no difference in meaning\n"


def test_a_description_is_compared_by_lines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, PKG_INFO.replace("It spams", "It hams")) == 1
    expected = "Description\n  …\n\n  - It spams.\n  + It hams.\n\n1 field differs in meaning\n"
    assert printed(capsys) == expected


@pytest.mark.parametrize("sign", "-+")
def test_a_description_that_only_one_has(here: Path, capsys: pytest.CaptureFixture[str], sign: str) -> None:
    header, _, body = PKG_INFO.partition("\n\n")
    files = (PKG_INFO, f"{header}\n")
    assert compared(here, *(files if sign == "-" else reversed(files))) == 1
    lines = "".join(f"  {sign} {line}".rstrip() + "\n" for line in body.strip("\n").split("\n"))
    assert printed(capsys) == f"Description\n{lines}\n1 field differs in meaning\n"


def test_a_description_as_a_header_is_unfolded(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, _, _ = PKG_INFO.partition("\n\n")
    folded = f"{header}\nDescription: # Spam\n        \n        It hams.\n"
    assert compared(here, PKG_INFO, folded) == 1
    assert "  - It spams.\n  + It hams.\n\n1 field" in printed(capsys)


def test_code_blocks_of_a_description_are_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, _, _ = PKG_INFO.partition("\n\n")
    text = "Spam\n\n        deep code\n        | a table\n\n    It spams."
    folded = f"{header}\nDescription: {text}\n".replace("\n\n        ", "\n        \n                ")
    folded = folded.replace("\n        | a", "\n                | a").replace(
        "\n\n    It", "\n        \n            It"
    )
    assert compared(here, f"{header}\n\n{text}\n", folded) == 0
    printed(capsys)
    assert compared(here, f"{header}\n\n{text}\n", folded.replace("| a table", "| a list")) == 1
    expected = "  …\n            deep code\n  -         | a table\n  +         | a list\n\n\n1 field"
    assert f"Description\n{expected}" in printed(capsys)


def test_a_long_description_is_cut(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, PKG_INFO + "more\n" * 100) == 1
    assert "  … 72 more lines (`--all` shows them)\n" in printed(capsys)
    compared(here, PKG_INFO, PKG_INFO + "more\n" * 100, "--all")
    assert capsys.readouterr().out.count("\n+more") == 100


def test_control_characters_and_bad_bytes_are_spelled_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(here, PKG_INFO, PKG_INFO.encode() + b"\nSummary: a") == 1
    capsys.readouterr()
    right = PKG_INFO.replace("Version: 1.4.0", "Version: 1.4.0\nSummary: \x1b[31mred\x07").encode() + b"\xe4\xa0\x00"
    assert compared(here, PKG_INFO, right, "--all") == 1
    out = printed(capsys)
    assert "  + \\x1b[31mred\\x07\n" in out
    assert "\\udce4\\udca0\\x00" in out
    assert not {"\x1b", "\x07", "\x00"} & set(out)
    out.encode()


def test_archives(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tarfile.open(here / "spam-1.4.0.tar.gz", "w:gz") as sdist:
        member = tarfile.TarInfo("spam-1.4.0/PKG-INFO")
        member.size = len(PKG_INFO)
        sdist.addfile(member, io.BytesIO(PKG_INFO.encode()))
    with ZipFile(here / "spam-1.4.0-py3-none-any.whl", "w") as wheel:
        for name, text in (("METADATA", METADATA), ("WHEEL", "Wheel-Version: 1.0\n"), ("RECORD", "")):
            wheel.writestr(f"spam-1.4.0.dist-info/{name}", text)
    assert run("diff", "spam-1.4.0.tar.gz", "spam-1.4.0-py3-none-any.whl") == 1
    assert (
        "Requires-Dist, which resolvers read\n  + libgmp==6.3.0\n\n1 field differs in meaning\n"
        in capsys.readouterr().out
    )
    copy = here / "copy" / "spam-1.4.0-py3-none-any.whl"
    copy.parent.mkdir()
    copy.write_bytes((here / copy.name).read_bytes())
    assert run("diff", copy.name, str(copy)) == 0


def test_a_damaged_archive(here: Path) -> None:
    for name in ("spam-1.4.0.tar.gz", "spam-1.4.0-py3-none-any.whl"):
        (here / name).write_bytes(b"nothing of the kind")
        with pytest.raises(ArchiveError):
            run("diff", name, name)


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (b"[project]\n", "this is not metadata: it has neither `Name` nor `Metadata-Version`"),
        (b"", "this is not metadata: it has neither `Name` nor `Metadata-Version`"),
    ],
)
def test_no_metadata(here: Path, left: bytes, message: str) -> None:
    (here / "B").write_text(PKG_INFO)
    (here / "A").write_bytes(left)
    with pytest.raises(AbidingError) as caught:
        run("diff", "A", "B")
    assert [(one.rule, one.artifact, one.message) for one in caught.value.findings] == [("bad-metadata", "A", message)]


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        (["spam-1.4.0.tar.gz", "notes.txt"], "give one of the files in it, for example `folder/spam-1.4.0.tar.gz`"),
        (["pyproject.toml", "dist/a-1-py3-none-any.whl"], "give one of the files in it, for example `folder/dist/a-1-py3-"),
        (["pyproject.toml"], "build it first"),
        ([], "give an sdist"),
    ],
)  # fmt: skip
def test_a_folder_is_none_of_its_files(here: Path, files: list[str], hint: str) -> None:
    (here / "folder" / "dist").mkdir(parents=True)
    (here / "METADATA").write_text(METADATA)
    for name in files:
        (here / "folder" / name).write_bytes(b"")
    for sides in (("folder", "METADATA"), ("METADATA", "folder")):
        with pytest.raises(AbidingError) as caught:
            run("diff", *sides)
        (finding,) = caught.value.findings
        assert (finding.rule, finding.artifact) == ("missing-file", "folder")
        assert finding.hints[0].startswith(hint)
