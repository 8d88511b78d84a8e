"""What a file's name says, and what the file says of itself. Oracle for tags: `packaging.tags.parse_tag`."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename
from setuptools import _vendor

import abiding
from abiding.archives.wheel_tags import Agreement, StatedTags, agreement, expanded, numbered
from abiding.artifacts.filename import judge_stated, judge_version
from abiding.cli import main
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.native import repairing
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.backends import ODD_BACKEND
from makers.releases import GMP, NUMPY, PYPROJECT, SAID, SDIST
from makers.trees import WRAPPED_FLIT, HookFailed, Tree
from makers.warned import warned

MANYLINUX = "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"
LINES = ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64")


@pytest.mark.parametrize(
    ("tag", "lines", "expected"),
    [
        ("py3-none-any", ("py3-none-any",), Agreement.SAME),
        ("py2.py3-none-any", ("py2-none-any", "py3-none-any"), Agreement.SAME),
        (MANYLINUX, LINES, Agreement.SAME),
        ("py3-none-any", (), Agreement.SAME),  # nothing is said
        # Spelled otherwise
        ("py2.py3-none-any", ("py3-none-any", "py2-none-any"), Agreement.SPELLED),
        ("py2.py3-none-any", ("py2.py3-none-any",), Agreement.SPELLED),
        (MANYLINUX, (MANYLINUX, LINES[1]), Agreement.SPELLED),
        ("py3-none-any", ("py3-none-any", "py3-none-any"), Agreement.SPELLED),
        ("cp311-cp311-win_amd64", ("cp311-cp311-WIN_AMD64",), Agreement.SPELLED),
        ("cp311-cp311-Win_amd64", ("cp311-cp311-win_amd64",), Agreement.SPELLED),
        # Others, as in torch 2.0.0, ray 2.60.0 and psutil 6.1.1
        ("cp310-cp310-manylinux1_x86_64", ("cp310-cp310-linux_x86_64",), Agreement.APART),
        ("cp310-none-macosx_10_9_x86_64", ("cp310-cp310-macosx_10_13_x86_64",), Agreement.APART),
        ("cp310-cp310-manylinux2014_aarch64", ("cp310-cp310-manylinux_2_17_aarch64",), Agreement.APART),
        ("cp27-none-win32", ("cp27-cp27m-win32",), Agreement.APART),
        ("py2.py3-none-any", ("py3-none-any",), Agreement.APART),
        ("py3-none-any", ("py2-none-any", "py3-none-any"), Agreement.APART),
        ("py3-none-any", ("py3-none",), Agreement.APART),
        ("py3-none-any", ("",), Agreement.APART),
        ("py3-none-any", ("1-py3-none-any",), Agreement.APART),
    ],
)
def test_agreement(tag: str, lines: tuple[str, ...], expected: Agreement) -> None:
    assert agreement(wheel_name(tag), lines) is expected
    assert agreement(wheel_name(tag, build="1"), lines) is expected


def test_agreement_is_that_of_expanded_sets() -> None:
    """Against `packaging`, over every pair of compressed tags of small parts."""
    parts = ["a", "b", "a.b", "b.a", "A"]
    for name, *lines in itertools.product(parts, repeat=3):
        tag, found = f"{name}-{parts[0]}-{parts[2]}", tuple(f"{line}-a-a.b" for line in lines)
        same = set(parse_tag(tag)) == {one for line in found for one in parse_tag(line)}
        assert (agreement(wheel_name(tag), found) is not Agreement.APART) == same


def test_tags_are_expanded_in_the_order_of_the_name() -> None:
    assert expanded(wheel_name(MANYLINUX)) == LINES
    assert expanded("spam.whl") == ()


@pytest.mark.timeout(400)  # a thousand million tags
def test_made_up_tags_take_no_time() -> None:
    many = ".".join(f"a{number}" for number in range(1000))
    assert agreement(wheel_name("py3-none-any"), (f"{many}-{many}-{many}",)) is Agreement.APART
    assert agreement(wheel_name(f"{many}-{many}-{many}"), ("py3-none-any",)) is Agreement.SAME
    assert agreement(wheel_name("py3-none-any"), ("py3-none-any",) * 100_000) is Agreement.SPELLED


@pytest.mark.parametrize(
    "text", [b"Tag: a\r\ntag:  b \r\nRoot: x\n", b"Tag: a\nX: y\nTag: b", b"\xff\nTAG: a\nTag: b\n"]
)
def test_stated(text: bytes) -> None:
    assert StatedTags.read(text).tags == ("a", "b")


# In `check`


def weights(folder: Path) -> list[tuple[str, str, str]]:
    return [
        (one.rule, str(one.severity), one.artifact) for release in abiding.check([folder]) for one in release.findings
    ]


def test_other_tags_are_a_warning_on_files_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sdist(tmp_path, SDIST, metadata())
    name = wheel_name("cp310-cp310-manylinux1_x86_64")
    write_wheel(tmp_path, name, metadata(), ["cp310-cp310-linux_x86_64"])
    write_wheel(tmp_path, wheel_name(MANYLINUX), metadata(), LINES)
    assert weights(tmp_path) == [("wheel-tags", "warning", name)]
    assert main(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "clean: " in said  # the verdict is about metadata
    assert "  | --- file name\n  | +++ WHEEL\n  - cp310-cp310-manylinux1_x86_64\n  + cp310-cp310-linux_x86_64\n" in said


def test_they_are_an_error_on_files_of_a_project_that_uses_abiding(tmp_path: Path) -> None:
    write_sdist(tmp_path, SDIST, SAID, PYPROJECT)
    name = wheel_name("cp310-cp310-manylinux1_x86_64")
    write_wheel(tmp_path, name, metadata(NUMPY, GMP), ["cp310-cp310-linux_x86_64"])
    assert ("wheel-tags", "error", name) in weights(tmp_path)


def test_another_spelling_is_a_note(tmp_path: Path) -> None:
    name = wheel_name("py2.py3-none-any")
    write_wheel(tmp_path, name, metadata(), ["py2.py3-none-any"])
    assert weights(tmp_path) == [("wheel-tags", "note", name)]


STATED = "cp310-cp310-linux_x86_64"
# What the maker of a wheel has called it, and the build number in its WHEEL: names that can be meant.
MEANT = {
    "platform": (wheel_name("cp310-cp310-manylinux1_x86_64"), "", {"Tag"}),
    "python and abi": (wheel_name("cp311-abi3-linux_x86_64"), "", {"Tag"}),
    "sets": (wheel_name("cp310.cp311-cp310-linux_x86_64"), "", {"Tag"}),
    "number added": (wheel_name(STATED, build="1"), "", {"Build"}),
    "number lost": (wheel_name(STATED), "2", {"Build"}),
    "other number": (wheel_name(STATED, build="1abc"), "2", {"Build"}),
    "number and platform": (wheel_name("cp310-cp310-manylinux1_x86_64", build="1"), "", {"Tag", "Build"}),
    "version too": (wheel_name("cp310-cp310-manylinux1_x86_64", version="2.0"), "", {"Tag"}),
}
# Names that nobody means: what a browser or a file manager makes of the second of two, and what has no meaning at all.
BY_HAND = [
    wheel_name(STATED + " (1)"),
    wheel_name(STATED + "$HOME"),
    wheel_name(STATED + "`id`"),
    "spam-1.0-x-y-z;.whl",
]


def wheel_tags(hints: tuple[str, ...], folder: Path) -> str:
    """Run the command in a hint as a shell does, by the tool that setuptools brings."""
    (command,) = [each for hint in hints for each in re.findall("`(wheel .*?)`", hint)]
    vendored = {**os.environ, "PYTHONPATH": str(Path(_vendor.__path__[0]))}
    program = ["sh", "-c", f"{shlex.quote(sys.executable)} -m {command}"]
    return subprocess.run(program, cwd=folder, env=vendored, capture_output=True, text=True, check=True).stdout.strip()


def misnamed(folder: Path, name: str, build: str = "") -> tuple[Path, str]:
    """A wheel that was renamed by hand, and how it was called."""
    own = wheel_name(STATED, build=build)
    about = f"Wheel-Version: 1.0\nTag: {STATED}\n" + (f"Build: {build}\n" if build else "")
    path = write_wheel(folder, own, metadata(), more={"spam-1.0.dist-info/WHEEL": about.encode()})
    return path.rename(folder / name), own


def of_the_name(*paths: Path) -> list[Finding]:
    return [finding for finding in abiding.check(paths)[0].findings if finding.rule == "wheel-tags"]


@pytest.mark.parametrize("folder", ["dist", "it's here"])
@pytest.mark.parametrize("case", MEANT)
def test_the_way_out_leads_out(case: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called as before nothing is wrong with it; and `wheel tags`, which refuses it so, then gives it the new name."""
    monkeypatch.chdir(tmp_path)
    name, build, fields = MEANT[case]
    path, own = misnamed(Path(folder), name, build)
    found = of_the_name(path)
    assert {finding.field for finding in found} == fields
    hints, *others = (finding.hints for finding in found)
    assert others == [("what sets the tags right sets the build number right too",)] * (len(fields) - 1)
    assert hints[0] == f"don't rename a wheel: call it `{own}` again, as it says inside"
    path = path.rename(Path(folder) / own)
    assert abiding.check([path])[0].findings == ()
    asked = name.replace("-2.0-", "-1.0-")  # `wheel tags` leaves the version
    assert wheel_tags(hints, tmp_path) == asked
    assert [file.name for file in Path(folder).iterdir()] == [asked]
    assert abiding.check([Path(folder)])[0].findings == ()


@pytest.mark.parametrize("name", BY_HAND)
def test_a_name_that_is_no_name_is_not_written_into_the_wheel(name: str, tmp_path: Path) -> None:
    path, own = misnamed(tmp_path, name)
    (finding,) = of_the_name(path)
    assert finding.hints == (f"don't rename a wheel: call it `{own}` again, as it says inside",)


def test_the_own_name_of_a_wheel_may_be_taken(tmp_path: Path) -> None:
    path, own = misnamed(tmp_path, BY_HAND[0])
    write_wheel(tmp_path, own, metadata(), [STATED])
    (finding,) = of_the_name(tmp_path)
    assert finding.artifact == path.name
    assert f"it is `{own}`, which is there too, so keep one of the two under that name" in finding.hints[0]


@pytest.mark.parametrize("lines", [("a-b",), ("py3-none-any", "cp311-cp311-win32")])
def test_there_is_a_way_out_where_no_name_has_these_tags(lines: tuple[str, ...]) -> None:
    (finding,) = judge_stated(wheel_name("py2-none-any"), StatedTags("spam-1.0.dist-info", lines, ""), Severity.WARNING)
    assert finding.hints == ("build it anew: no file name stands for the tags in its WHEEL",)


def test_a_variant_keeps_its_label() -> None:
    """`wheel tags` does not know it, and WHEEL does not say it."""
    stated = StatedTags("spam-1.0.dist-info", ("py3-none-any",), "")
    (finding,) = judge_stated("spam-1.0-py2-none-any-x86_64_v3.whl", stated, Severity.WARNING)
    own = "spam-1.0-py3-none-any-x86_64_v3.whl"
    assert finding.hints == (f"don't rename a wheel: call it `{own}` again, as it says inside",)


@pytest.mark.parametrize(
    ("named", "stated", "expected"),
    [
        ("", "", Agreement.SAME),
        ("1", "1", Agreement.SAME),
        ("1abc", "1ABC", Agreement.SPELLED),
        ("01", "1", Agreement.SPELLED),
        ("0", "00", Agreement.SPELLED),
        ("1", "2", Agreement.APART),
        ("1", "1a", Agreement.APART),
        ("0", "", Agreement.APART),
        ("", "0", Agreement.APART),
    ],
)
def test_build_numbers(named: str, stated: str, expected: Agreement) -> None:
    """As `packaging` reads them: a number, and what follows it."""
    assert numbered(wheel_name(build=named), stated) is expected
    if named and stated:
        read = [parse_wheel_filename(wheel_name(build=one.lower()))[2] for one in (named, stated)]
        assert (read[0] == read[1]) == (expected is not Agreement.APART)


def test_a_wheel_without_tags_in_it_contradicts_no_number() -> None:
    assert not list(judge_stated(wheel_name(build="1"), StatedTags("spam-1.0.dist-info", (), ""), Severity.WARNING))


# Versions


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.0", "1.0"),
        ("1.0", "1.0.0"),
        ("1.0+cu118", "1.0+CU118"),
        ("1.0.post1", "1.0-1"),
        ("1.0_1", "1.0-1"),
        ("1.0_cu118", "1.0+cu118"),
        ("1.0rc1", "1.0-RC.1"),
        ("v1.0", "1.0"),
        ("1!1.0", "1!1"),
    ],
)
def test_versions_that_are_the_same(version: str, said: str) -> None:
    parsed = CoreMetadata.parse(metadata(version=said), "METADATA")
    assert list(judge_version(wheel_name(version=version), version, parsed)) == []


@pytest.mark.parametrize("filename", [wheel_name(), SDIST, "spam-1.0.zip"])
@pytest.mark.parametrize("said", ["1.1", "1.0.post1", "1.0+cu118", "1.0rc1", "1!1.0", "one"])
def test_another_version_is_an_error_that_shows_both(
    filename: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write = write_wheel if filename.endswith(".whl") else write_sdist
    path = write(tmp_path, filename, metadata(version=said))
    (release,) = abiding.check([path])
    (finding,) = release.findings
    assert (finding.rule, finding.severity, finding.expected, finding.found) == ("wrong-version", "error", "1.0", said)
    assert (release.verdict, release.unread) == ("inconsistent", ())
    assert main(["check", str(path)]) == 1
    shown = capsys.readouterr().out
    assert "UNREADABLE" not in shown
    assert f"says version {said}, and the file name 1.0" in shown


def test_a_wheel_that_was_renamed(tmp_path: Path) -> None:
    """Its `.dist-info` folder is of the other version, too."""
    write_wheel(tmp_path, wheel_name(version="1.1"), metadata(version="1.1"), ["py3-none-any"])
    path = (tmp_path / wheel_name(version="1.1")).rename(tmp_path / wheel_name())
    assert weights(path) == [("wrong-version", "error", wheel_name())]
    renamed = (tmp_path / wheel_name()).rename(tmp_path / wheel_name(name="eggs"))
    assert [rule for rule, _, _ in weights(renamed)] == ["bad-archive"]


def test_it_is_reported_once(tmp_path: Path) -> None:
    """That such a wheel differs from the sdist and from the others follows from it."""
    write_sdist(tmp_path, SDIST, metadata())
    for tag in ("cp310-cp310-win32", "cp311-cp311-win32", "cp312-cp312-win32"):
        write_wheel(tmp_path, wheel_name(tag), metadata(version="1.1" if "310" in tag else "1.0"))
    assert weights(tmp_path) == [("wrong-version", "error", wheel_name("cp310-cp310-win32"))]
    write_sdist(tmp_path, SDIST, metadata(version="1.1"))
    assert {rule for rule, _, _ in weights(tmp_path)} == {"wrong-version"}


# In a build, and in a repair

TAGGED = "name = 'spam-1.4.0-{tag}.whl'; _wheel(f'{{directory}}/{{name}}'); return name"
PKG_INFO = """\
    Metadata-Version: 2.2
    Name: spam
    Version: 1.4.0
    Summary: A package
    Dynamic: Requires-Dist
    Requires-Dist: numpy>=1.26
"""


def odd_tree(folder: Path, tag: str, **more: str) -> Tree:
    """A tree whose backend writes `Tag: py3-none-any` and gives the wheel a name with another tag."""
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    backend = dedent(ODD_BACKEND).format(build=TAGGED.format(tag=tag))
    return Tree.write(folder, {"pyproject.toml": pyproject, "odd.py": backend, **more})


def test_a_build_does_not_hand_over_a_wheel_with_two_sets_of_tags(tmp_path: Path) -> None:
    tree = odd_tree(tmp_path / "tree", "cp311-cp311-manylinux1_x86_64")
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    said = " ".join(caught.value.output.split())
    assert "abiding: error[wheel-tags]: the tags in WHEEL are not those of the file name" in said
    assert "hint: `odd` has written both" in said
    assert list((tmp_path / "out").iterdir()) == []


def test_a_published_sdist_goes_on_building(tmp_path: Path) -> None:
    """Who builds it can do nothing about what its backend does."""
    tree = odd_tree(tmp_path / "tree", "cp311-cp311-manylinux1_x86_64", **{"PKG-INFO": PKG_INFO})
    with warned(r"warning\[wheel-tags\]: the tags in WHEEL are .* --> spam-1.4.0-cp311-cp311-manylinux1_x86_64.whl"):
        name = tree.hook("build_wheel", tmp_path / "out")
    assert (tmp_path / "out" / name).is_file()


@pytest.mark.parametrize("tag", ["py3-none-any", "PY3-none-any"])
def test_what_is_only_spelled_otherwise_is_handed_over(tmp_path: Path, tag: str) -> None:
    tree = odd_tree(tmp_path / "tree", tag)
    tree.hook("build_wheel", tmp_path / "out")
    assert "wheel-tags" not in tree.said[-1]


@pytest.mark.parametrize(
    ("before", "after", "hint"),
    [
        ("cp311-cp311-linux_x86_64", MANYLINUX, "the tool has written both"),
        (
            "cp311-cp311-manylinux1_x86_64",
            MANYLINUX,
            "the wheel was built so: let the build write the tags of its name",
        ),
    ],
)
def test_a_repair_has_to_write_the_tags(tmp_path: Path, before: str, after: str, hint: str) -> None:
    built = write_wheel(tmp_path, wheel_name(before), metadata(), ["cp311-cp311-linux_x86_64"])
    repaired = write_wheel(tmp_path, wheel_name(after), metadata(), ["cp311-cp311-linux_x86_64"])
    (finding,) = repairing._changes(built, repaired)  # noqa: SLF001
    assert (finding.rule, finding.severity, finding.artifact) == ("wheel-tags", "error", repaired.name)
    assert finding.hints == (hint,)
    assert list(repairing._changes(built, write_wheel(tmp_path, wheel_name(after), metadata(), LINES))) == []  # noqa: SLF001
