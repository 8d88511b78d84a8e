"""What pip or uv refuse of a wheel's contents is said, by whom it is refused; each row as measured with both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.artifacts import installers
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.refused import DATA, SCRIPTS
from makers.trees import WRAPPED_FLIT, HookFailed, Tree
from makers.warned import warned

if TYPE_CHECKING:
    from pathlib import Path

NAME = wheel_name("py3-none-any")
PIP, UV, BOTH, NONE = frozenset({"pip"}), frozenset({"uv"}), frozenset({"pip", "uv"}), frozenset[str]()


def said(folder: Path, members: dict[str, bytes], name: str = NAME) -> list[tuple[str, str]]:
    """What is said of the contents of a wheel: how grave it is, and who refuses it."""
    write_wheel(folder, name, metadata(name=name.partition("-")[0]), more=members)
    (release,) = abiding.check([folder])
    assert release.verdict == "clean"
    found = [one for one in release.findings if one.rule == "not-installable"]
    return [(one.severity, one.message.partition(":")[0]) for one in found]


SEVERITY = {
    BOTH: [("error", "pip and uv refuse the wheel")],
    PIP: [("warning", "pip refuses the wheel")],
    UV: [("warning", "uv refuses the wheel")],
    NONE: [],
}


@pytest.mark.parametrize(("text", "by"), SCRIPTS.items())
def test_scripts(text: bytes, by: frozenset[str], tmp_path: Path) -> None:
    assert said(tmp_path, {"spam-1.0.dist-info/entry_points.txt": text}) == SEVERITY[by]


# Other characters at which `str.splitlines` breaks a line: pip begins another there, uv does not.
BROKEN = {
    b"a = spam:b\x0cx = spam:z\n": UV,
    b"a = spam:b\x0c\n": NONE,
    b"a = spam:b\rx = spam:z\n": NONE,
    b"a = spam:b\r\nx = spam:z\r\n": NONE,
    b"a = spam:b\xe2\x80\xa8x = spam:z\n": UV,
    b"[x]\na = spam:b\x0cx = spam:z\n": NONE,
    b"[gui_scripts]\x0ca = spam:b\n": NONE,
}


@pytest.mark.parametrize(("text", "by"), BROKEN.items())
def test_lines(text: bytes, by: frozenset[str], tmp_path: Path) -> None:
    """Oracle: what pip 26.3 and uv 0.13 did with these wheels."""
    assert said(tmp_path, {"spam-1.0.dist-info/entry_points.txt": b"[console_scripts]\n" + text}) == SEVERITY[by]


@pytest.mark.parametrize(("member", "by"), DATA.items())
def test_data(member: str, by: frozenset[str] | None, tmp_path: Path) -> None:
    expected = [("warning", "pip and uv install the wheel differently")] if by is None else SEVERITY[by]
    assert said(tmp_path, {member: b"x = 1\n"}) == expected


@pytest.mark.parametrize(
    ("name", "by"),
    [("_spam", BOTH), ("spam_", BOTH), ("spam.", BOTH), ("é", BOTH), ("spam__x", PIP), ("s", NONE), ("1", NONE), ("spam.x", NONE)],
)  # fmt: skip
def test_names(name: str, by: frozenset[str], tmp_path: Path) -> None:
    assert said(tmp_path, {}, f"{name}-1.0-py3-none-any.whl") == SEVERITY[by]


def test_all_faults_of_one_kind_are_one_finding(tmp_path: Path) -> None:
    members = {f"spam-1.0.data/foo/{number}": b"" for number in range(1000)}
    text = b"".join(b"s%d = spam\n" % number for number in range(3))
    members["spam-1.0.dist-info/entry_points.txt"] = b"[console_scripts]\n" + text
    write_wheel(tmp_path, NAME, metadata(), more=members)
    (release,) = abiding.check([tmp_path])
    (finding,) = [one for one in release.findings if one.rule == "not-installable"]
    assert len(finding.found or ()) == len(("foo", "s0", "s1", "s2"))
    assert finding.message.endswith("is of no kind that is known, and 3 more")


@pytest.mark.parametrize(
    "text", [b"[x]\n" * 200_000, b"[x]\n" + b"a = b\n" * 150_000, b"=\n" * 500_000, b"\xff" * 1000, b"[" * 1_000_000]
)
def test_any_file_is_gone_through_at_once(text: bytes) -> None:
    assert sum(1 for _ in installers.faults_in(text)) <= text.count(b"\n") + 1


# In a build

ADDING = """
from zipfile import ZipFile
from flit_core import buildapi
from flit_core.buildapi import get_requires_for_build_wheel

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = buildapi.build_wheel(directory, config_settings, None)
    with ZipFile(f"{{directory}}/{{name}}", "a") as wheel:
        wheel.writestr({member!r}, {data!r})
    return name
"""
PKG_INFO = """\
Metadata-Version: 2.2
Name: spam
Version: 1.4.0
Summary: A package
Dynamic: Requires-Dist
Requires-Dist: numpy>=1.26
"""


def adding_tree(folder: Path, member: str, data: str, **more: str) -> Tree:
    """A tree whose backend puts one more member into the wheel."""
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"adding"\nbackend-path = ["."]')
    files = {"pyproject.toml": pyproject, "adding.py": ADDING.format(member=member, data=data), "spam.py": ""}
    return Tree.write(folder, {**files, **more})


def test_a_build_does_not_hand_over_what_nobody_can_install(tmp_path: Path) -> None:
    tree = adding_tree(tmp_path / "tree", "spam-1.4.0.data/foo/x", "")
    with pytest.raises(HookFailed, match=r"error\[not-installable\]: pip and uv refuse the wheel"):
        tree.hook("build_wheel", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("member", "data", "more"),
    [
        ("spam-1.4.0.dist-info/entry_points.txt", "[console_scripts]\npython = spam:main\n", {}),
        ("spam-1.4.0.data/foo/x", "", {"PKG-INFO": PKG_INFO}),
    ],
    ids=["one tool refuses it", "a published sdist"],
)
def test_a_build_warns_of_it(member: str, data: str, more: dict[str, str], tmp_path: Path) -> None:
    tree = adding_tree(tmp_path / "tree", member, data, **more)
    with warned("not-installable"):
        name = tree.hook("build_wheel", tmp_path / "out")
    assert (tmp_path / "out" / name).is_file()


@pytest.mark.parametrize("member", ["spam-1.4.0.data/scripts/x", "spam-1.4.0.dist-info/entry_points.txt"])
def test_a_build_says_nothing_of_other_members(member: str, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    adding_tree(tmp_path / "tree", member, "[console_scripts]\nx = spam:main\n").hook("build_wheel", tmp_path / "out")
    assert not [one for one in recwarn if "not-installable" in str(one.message)]


# The encoding of METADATA: as seen with pip 26.3 and uv 0.13.9. What stands in a field that installers go by is refused
# as `ambiguous-metadata` before.

HEAD = b"Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n"
NO_UTF_8 = {
    "summary": (HEAD + b"Summary: caf\xe9\n", 4),
    "author": (HEAD + b"Author: Jos\xe9\n", 4),
    "license": (HEAD + b"License: \xa9 me\n", 4),
    "classifier": (HEAD + b"Classifier: \xe9\n", 4),
    "unknown": (HEAD + b"X-Foo: \xe9\n", 4),
    "body": (HEAD + b"\nOne.\ncaf\xe9\n", 6),
    "body in UTF-16": (HEAD + b"\n" + "spam".encode("utf-16"), 5),
    "surrogate": (HEAD + b"\n\xed\xa0\x80", 5),
    "overlong": (HEAD + b"\n\xc0\x80", 5),
    "cut off": (HEAD + b"\n\xc3", 5),
}
UTF_8 = [HEAD, HEAD + "Author: José\n\ncafé ☕\n".encode(), HEAD + b"\n\0\n", HEAD + "\n\ufeff".encode()]


def findings_of(folder: Path) -> list[tuple[str, str, str]]:
    (release,) = abiding.check([folder])
    return [(one.rule, one.severity, one.message) for one in release.findings]


@pytest.mark.parametrize("kind", NO_UTF_8)
def test_metadata_that_pip_can_not_decode(kind: str, tmp_path: Path) -> None:
    data, line = NO_UTF_8[kind]
    write_wheel(tmp_path, NAME, data)
    message = f"pip refuses the wheel: `METADATA`: line {line} is not UTF-8"
    assert findings_of(tmp_path) == [("not-installable", "warning", message)]


@pytest.mark.parametrize("data", UTF_8)
def test_metadata_that_pip_decodes(data: bytes, tmp_path: Path) -> None:
    write_wheel(tmp_path, NAME, data)
    assert findings_of(tmp_path) == []


@pytest.mark.parametrize("kind", NO_UTF_8)
def test_pkg_info_is_not_what_pip_decodes(kind: str, tmp_path: Path) -> None:
    """Control: pip reads what is in the wheel that it builds of the sdist."""
    write_sdist(tmp_path, "spam-1.0.tar.gz", NO_UTF_8[kind][0])
    assert findings_of(tmp_path) == []


def test_a_build_warns_of_metadata_that_pip_can_not_decode(tmp_path: Path) -> None:
    backend = (
        "import zipfile\nfrom flit_core.buildapi import *\nimport flit_core.buildapi as flit\n\n\n"
        "def build_wheel(folder, settings=None, metadata=None):\n"
        "    name = flit.build_wheel(folder, settings, metadata)\n"
        "    with zipfile.ZipFile(f'{folder}/{name}') as old:\n"
        "        members = {one: old.read(one) for one in old.namelist()}\n"
        "    with zipfile.ZipFile(f'{folder}/{name}', 'w') as new:\n"
        "        for one, data in members.items():\n"
        "            new.writestr(one, data + b'\\n\\xe9\\n' * one.endswith('METADATA'))\n"
        "    return name\n"
    )
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"latin"\nbackend-path = ["."]')
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": pyproject, "latin.py": backend, "spam.py": ""})
    with warned("not-installable"):
        tree.hook("build_wheel", tmp_path / "out")
