"""What not all tools read alike in METADATA. Oracles: `packaging`, and Python's e-mail parser as pip and uv use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from abiding import check
from abiding.cli import main
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.metadata.fields import headers_of
from abiding.metadata.readers import is_clear, note
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.trees import WRAPPED_FLIT, HookFailed, Tree, flit_tree

if TYPE_CHECKING:
    from pathlib import Path

HEAD = metadata()
EVIL = b"Requires-Dist: evil\n"
WHEEL = wheel_name()

# What a requirement can be hidden in, by what is done with it: the file, and in which line it is found out.
HIDDEN = {
    # Ends of lines that not all take for such.
    "lone CR": (HEAD + b"Summary: x\r" + EVIL, 4),
    "lone CR in the first line": (HEAD.replace(b"2.4\n", b"2.4\r" + EVIL), 1),
    "lone CR in Dynamic": (HEAD + b"Dynamic: License-File\r" + EVIL, 4),
    "lone CR before the line": (HEAD + b"Summary: x\n\r" + EVIL, 5),
    "CR for every line feed": ((HEAD + EVIL).replace(b"\n", b"\r"), 1),
    "two CR": (HEAD + b"Summary: x\r\r\n" + EVIL, 4),
    "CR in a requirement": (HEAD + b"Requires-Dist: numpy\rRequires-Dist: evil\n", 4),
    "CR and a continuation": (HEAD + b"Requires-Dist: numpy\r >=1\n", 4),
    **{
        f"{char!r} in Summary": (HEAD + b"Summary: x" + char.encode() + EVIL, 4)
        for char in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    },
    **{
        f"{char!r} in a requirement": (HEAD + b"Requires-Dist: numpy" + char.encode() + b"evil\n", 4)
        for char in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    },
    # Lines behind which some go on.
    "no colon": (HEAD + b"Summary\n" + EVIL, 5),
    "no name": (HEAD + b": x\n" + EVIL, 4),
    "no field name": (HEAD + "Zusätze: x\n".encode() + EVIL, 5),
    "From at the beginning": (b"From x\n" + HEAD + EVIL, 1),
    "From in between": (HEAD + b"From x\n" + EVIL, 4),
    "a continuation of nothing": (b" x\n" + HEAD + EVIL, 1),
    "a byte order mark": (b"\xef\xbb\xbf" + HEAD + EVIL, 2),
    # Names with something around them.
    "space before the colon": (HEAD + EVIL.replace(b":", b" :"), 4),
    "tab before the colon": (HEAD + EVIL.replace(b":", b"\t:"), 4),
    "form feed before the name": (HEAD + b"\f" + EVIL, 4),
    "Latin-1 space before all": (b"\xa0" + HEAD + EVIL, 1),
    "Latin-1 space before the name": (HEAD + b"\xa0" + EVIL, 4),
    # Values that not all take as they are.
    "encoded word": (HEAD + b"Requires-Dist: =?utf-8?q?evil?=\n", 4),
    # In a character set that there is not, or one that only browsers know; and with what is no base 64.
    "encoded word of nobody": (HEAD + b"Requires-Dist: evil; os_name == '=?nobody?q?posix?='\n", 4),
    "encoded word of browsers": (HEAD + b"Requires-Dist: evil; os_name == '=?unicode-1-1-utf-8?q?posix?='\n", 4),
    "encoded word with a language": (HEAD + b"Requires-Dist: evil; os_name == '=?utf-8*en?q?posix?='\n", 4),
    "encoded word that is cut off": (HEAD + b"Requires-Dist: evil; os_name == '=?utf-8?b?cG9za?='\n", 4),
    "over two lines": (HEAD + b"Requires-Dist: evil\n  >=1\n", 4),
    "no UTF-8": (HEAD + b"Requires-Dist: evil\xe4\n", 4),
    "empty": (HEAD + b"Requires-Dist: \n", 4),
    # Of two, the first counts, or none.
    "two Requires-Python": (HEAD + b"Requires-Python: >=3.8\nRequires-Python: >=99\n", 5),
    "two names": (HEAD + b"name: other\n", 4),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_metadata_that_not_all_read_alike_is_refused(name: str) -> None:
    data, line = HIDDEN[name]
    with pytest.raises(ArchiveError, match=r"^not all tools read ") as caught:
        CoreMetadata.parse(data, WHEEL)
    (found,) = caught.value.findings
    assert (found.rule, found.artifact, found.severity) == ("ambiguous-metadata", WHEEL, "error")
    assert f"in line {line} of the metadata" in found.message
    assert found.expected != found.found


# What all read alike, however odd: the same as in a fair file.
FAIR = {
    "plain": HEAD + EVIL,
    "CRLF": (HEAD + EVIL).replace(b"\n", b"\r\n"),
    "mixed": HEAD.replace(b"\n", b"\r\n", 1) + EVIL,
    "no line end at the end": HEAD + EVIL[:-1],
    "CR at the end": HEAD + EVIL[:-1] + b"\r",
    "CRLF at the end": HEAD + EVIL[:-1] + b"\r\n",
    "name in capitals": HEAD + b"REQUIRES-DIST:evil\n",
    "tab behind the colon": HEAD + b"Requires-Dist:\tevil \n",
    "in the next line": HEAD + b"Requires-Dist:\n  evil\n",
    "spaces in a line of their own": HEAD + b"Summary: x\n  \n" + EVIL,
    "folded description": HEAD + b"Description: one\n        \n        Requires-Dist: two\n" + EVIL,
    "description with an odd end of line": HEAD + b"Description: one\f\n        two\r\n        three\f\n" + EVIL,
    "several specifiers in lines": HEAD + b"Requires-Python: >=3.8,\n  <4\n" + EVIL,
    "no version of Python": HEAD + b"Requires-Python:\n" + EVIL,
    "the same twice": HEAD + b"Requires-Python: >=3\nRequires-Python: >=3\n" + EVIL,
    "no UTF-8 in a name": HEAD + b"Author: J\xe4rvi\n" + EVIL + b"\nJ\xe4rvi\r\n",
    "encoded word in a name": HEAD + b"Author: =?utf-8?q?J=C3=A4rvi?=\n" + EVIL,
    "two licences": HEAD + b"License: A\nLicense: B\n" + EVIL,
    "field that nobody knows": HEAD + b"X-Own: x\n" + EVIL,
    "NUL": HEAD + b"Summary: x\0y\n" + EVIL,
    "very long": HEAD + b"Summary: " + b"x" * 100_000 + b"\n" + EVIL,
    "no empty line": HEAD + EVIL + b"The text begins right here\n",
    "From behind": HEAD + EVIL + b"From x\n",
    "anything in the body": HEAD
    + EVIL
    + "\nx\rRequires-Dist: a\fRequires-Dist: b\x85Version: 3\n: x\nFrom y\n".encode(),
}


@pytest.mark.parametrize("name", FAIR)
def test_what_all_read_alike_is_no_matter(name: str) -> None:
    from packaging.metadata import parse_email

    data = FAIR[name]
    read = CoreMetadata.parse(data, WHEEL)
    (line,) = read.all("Requires-Dist")
    assert line.strip() == "evil"
    assert (note(data, WHEEL) is None) is (name != "the same twice")  # which packaging takes for none
    raw, _ = parse_email(data)
    assert [one.strip() for one in raw["requires_dist"]] == ["evil"]
    added, _ = parse_email(read.with_requirements(["added"]).data)
    assert [one.strip() for one in added["requires_dist"]] == ["evil", "added"]


@pytest.mark.parametrize("line", ["Summary: x\rPlatform: y", "Content-Transfer-Encoding: base64"])
def test_what_does_not_count_is_a_note(line: str, tmp_path: Path) -> None:
    data = metadata(line, body="aGVsbG8=")
    write_sdist(tmp_path, "spam-1.0.tar.gz", data)
    write_wheel(tmp_path, WHEEL, data)
    write_wheel(tmp_path, wheel_name("cp313-cp313-win_amd64"), data)
    (release,) = check([tmp_path])
    assert (release.verdict, release.worst) == ("clean", "note")
    assert [(one.rule, one.artifact) for one in release.findings] == [("ambiguous-metadata", "spam-1.0.tar.gz")]


def test_hardly_a_file_is_read_twice() -> None:
    assert is_clear(FAIR["CRLF"], headers_of(FAIR["CRLF"]))
    assert is_clear(FAIR["folded description"], headers_of(FAIR["folded description"]))
    assert not any(is_clear(data, headers_of(data)) for data, _ in HIDDEN.values())


# Each way to read an archive


def test_check_and_diff_refuse_what_is_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = HIDDEN["lone CR"][0]
    sdist = write_sdist(tmp_path / "a", "spam-1.0.tar.gz", HEAD + b"Summary: x\n")
    wheel = write_wheel(tmp_path / "a", WHEEL, data)
    assert main(["check", str(tmp_path / "a")]) == 2
    assert "error[ambiguous-metadata]" in capsys.readouterr().out
    bad = write_sdist(tmp_path / "b", "spam-1.0.tar.gz", data)
    assert main(["check", str(bad)]) == 2
    (tmp_path / "METADATA").write_bytes(data)
    for one in (wheel, bad, tmp_path / "METADATA"):
        capsys.readouterr()
        assert main(["diff", str(sdist), str(one)]) == 2
        assert f" --> {one.name if one.suffix else one}\n" in capsys.readouterr().err


def test_unpacked_sdist(tmp_path: Path) -> None:
    folder = tmp_path / "spam-1.0"
    folder.mkdir()
    (folder / "PKG-INFO").write_bytes(HIDDEN["lone CR"][0])
    (release,) = check([folder])
    assert [(one.rule, one.artifact) for one in release.findings] == [("ambiguous-metadata", "spam-1.0/")]


# A wrapped backend that hides a requirement, wherever it writes metadata.
HIDING = """
    import io
    from flit_core.buildapi import *
    from flit_core import common
    _write = common.Metadata.write_metadata_file
    def _hiding(self, file):
        text = io.StringIO()
        _write(self, text)
        file.write(text.getvalue().replace("Summary: A package\\n", "Summary: A package\\rRequires-Dist: evil\\n"))
    common.Metadata.write_metadata_file = _hiding
"""


@pytest.fixture
def hiding(tmp_path: Path) -> Tree:
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"hiding"\nbackend-path = ["."]')
    files = {"pyproject.toml": pyproject, "spam.py": '"""A package"""\n', "hiding.py": HIDING}
    return Tree.write(tmp_path / "tree", files)


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist", "build_editable", "prepare_metadata_for_build_wheel"])
def test_what_a_wrapped_backend_hides_is_not_handed_over(hook: str, hiding: Tree, tmp_path: Path) -> None:
    with pytest.raises(HookFailed, match=r"error\[ambiguous-metadata\]: not all tools read `Requires-Dist`") as caught:
        hiding.hook(hook, tmp_path / "out")
    assert re.search(r"^ --> spam-1\.4\.0\S+$", caught.value.output, re.MULTILINE)
    assert not hook.startswith("build") or not list((tmp_path / "out").iterdir())


def test_what_is_hidden_in_prepared_metadata_or_in_pkg_info_is_not_built(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    folder = tmp_path / "prepared" / tree.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    said = (folder / "METADATA").read_bytes()
    hidden = said.replace(b"Summary: A package\n", b"Summary: A package\rRequires-Dist: evil\n")
    assert hidden != said
    (folder / "METADATA").write_bytes(hidden)
    with pytest.raises(HookFailed, match=r"error\[ambiguous-metadata\]"):
        tree.hook("build_wheel", tmp_path / "out", None, folder)
    (tree.folder / "PKG-INFO").write_bytes(hidden)
    with pytest.raises(HookFailed, match=r"error\[ambiguous-metadata\]"):
        tree.hook("build_wheel", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("sdist", "wheel"),
    [
        ("", "Requires-Dist: UNKNOWN"),
        ("Requires-Dist: UNKNOWN", ""),
        ("", "Provides-Extra: UNKNOWN"),
        ("Summary: a\nSummary: b", "Summary: b\nSummary: a"),
    ],
)
def test_what_all_take_for_a_value_is_one(sdist: str, wheel: str, tmp_path: Path) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata(sdist) if sdist else HEAD)
    write_wheel(tmp_path, WHEEL, metadata(wheel) if wheel else HEAD)
    (release,) = check([tmp_path])
    assert release.verdict == "inconsistent"


def test_what_old_tools_did_not_know_is_no_value(tmp_path: Path) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata("Summary: UNKNOWN", "License: UNKNOWN", "Home-page: UNKNOWN"))
    write_wheel(tmp_path, WHEEL, metadata("Requires-Python: UNKNOWN"))
    (release,) = check([tmp_path])
    assert release.verdict == "equal"


def test_metadata_larger_than_meant_is_reported_by_the_name_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wheel(tmp_path, WHEEL, metadata(body="x" * (2 << 20)))
    (release,) = check([tmp_path])
    assert [(one.rule, one.artifact) for one in release.findings] == [("bad-archive", WHEEL)]
    assert main(["diff", str(tmp_path / WHEEL), str(tmp_path / WHEEL)]) == 2
    assert f" --> {WHEEL}\n" in capsys.readouterr().err
