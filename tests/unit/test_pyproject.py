from __future__ import annotations

from pathlib import Path

import pytest

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.project.pyproject import Key, Pyproject, as_shown, key_text

TEXT = """\
# a comment
[project]
name = "spam"
dependencies = [
    "numpy>=1.26",   # with a comment
    "b",
]
dynamic = ["dependencies", "version"]

[tool.abiding]
build-backend = "mesonpy"
x.y = 3

[ tool.abiding . "wheel" ]
dependencies = [
    "libgmp==6.3.0",
    { requires = "numpy<2.5", note = "2.4" }, { require = "q" },
]
[tool.abiding.wheel.optional-dependencies]
gpu = ["cupy-cuda13x==14.*"]
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("project",), 2),
        (("project", "name"), 3),
        (("project", "dependencies"), 4),
        (("project", "dependencies", 1), 6),
        (("project", "missing"), 2),
        (("tool", "abiding"), 10),
        (("tool", "abiding", "x", "y"), 12),
        (("tool", "abiding", "wheel"), 14),
        (("tool", "abiding", "wheel", "dependencies", 0), 16),
        (("tool", "abiding", "wheel", "dependencies", 1, "note"), 17),
        (("tool", "abiding", "wheel", "dependencies", 2, "require"), 17),
        (("tool", "abiding", "wheel", "dependencies", 7), 15),
        (("tool", "abiding", "wheel", "optional-dependencies", "gpu", 0), 20),
        (("nowhere", "at all"), None),
    ],
)
def test_line_of(key: Key, line: int | None) -> None:
    assert Pyproject.parse(TEXT).line_of(key) == line


@pytest.mark.parametrize(
    "text", ["[[tool.a.wheel]]\n[[tool.b.wheel]]", "[[tool.a.wheel]]\nx = 1\n\n[[tool.b.wheel]]\n"]
)
def test_line_of_tables_that_are_written_one_by_one(text: str) -> None:
    read = Pyproject.parse(text)
    assert read.excerpt(("tool", "b", "wheel"))[0].text == "[[tool.b.wheel]]"
    assert read.excerpt(("tool", "b", "wheel", 0))[0].text == "[[tool.b.wheel]]"


def test_span() -> None:
    read = Pyproject.parse(TEXT)
    start, stop = read.span(("tool", "abiding", "wheel", "dependencies", 1, "note")) or (0, 0)
    assert TEXT[start:stop] == '"2.4"'
    start, stop = read.span(("project", "dependencies")) or (0, 0)
    assert TEXT[start:stop].splitlines()[0] == "["
    assert TEXT[start:stop].splitlines()[-1] == "]"
    assert read.span(("project", "missing")) is None
    assert read.span(("tool", "abiding", "wheel")) is None


def test_line_ends_of_windows() -> None:
    read = Pyproject.parse(TEXT.replace("\n", "\r\n"))
    assert read.line_of(("project", "dependencies", 1)) == 6
    assert read.excerpt(("project", "name"))[0].text == 'name = "spam"'


def test_key_text() -> None:
    assert key_text(("tool", "abiding", "wheel", "dependencies", 1, "requires")) == (
        "tool.abiding.wheel.dependencies[1].requires"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = ", "`pyproject.toml` is not valid TOML: Invalid value (at end of document)"),
        (b"a = \xff", "`pyproject.toml` is not UTF-8, which TOML asks for"),
        (b"a = " + b"[" * 100_000, "`pyproject.toml` is not valid TOML: "),
        (b"#" * (bounds.PYPROJECT + 1), "`pyproject.toml` has more than 262,144 bytes, which nobody means"),
    ],
)
def test_unreadable(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(DeclarationError) as caught:
        Pyproject.read(tmp_path)
    assert caught.value.findings[0].message.startswith(message)


def test_the_largest_file_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"a = 1" + b"\n" * (bounds.PYPROJECT - 5))
    assert Pyproject.read(tmp_path).table == {"a": 1}


def test_a_long_line_is_quoted_from_the_value_on() -> None:
    read = Pyproject.parse("[t]\na = [" + ", ".join(f'"b{i}"' for i in range(500)) + "]  # " + "c" * 300)
    (first,), (later,) = (read.excerpt(("t", "a", index)) for index in (0, 400))
    assert first.text.startswith('a = ["b0", "b1", "b2"')
    assert later.text.startswith('… "b400", "b401", "b402"')
    assert (later.line, later.text[-2:]) == (2, " …")
    assert len(later.text) <= bounds.EXCERPT + len("… " + " …")


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="there is no such file"):
        Pyproject.read(tmp_path)


def test_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xef\xbb\xbfa = 1")
    assert Pyproject.read(tmp_path).table == {"a": 1}


def test_as_shown_hides_what_is_given_and_dynamic() -> None:
    read = Pyproject.parse(TEXT)
    assert as_shown(read.table)["project"]["dynamic"] == ["version"]
    assert read.table["project"]["dynamic"] == ["dependencies", "version"]


@pytest.mark.parametrize(
    ("dynamic", "shown"),
    [
        ('["dependencies"]', None),  # an empty one is refused by sip
        ("[]", []),  # that is the project's own
        ('["version"]', ["version"]),
        ('[{ a = 1 }, [], "dependencies"]', [{"a": 1}, []]),  # the wrapped backend has the word on it
        ('"dependencies"', "dependencies"),
    ],
)
def test_what_is_left_of_dynamic(dynamic: str, shown: object) -> None:
    read = Pyproject.parse(f"[project]\ndependencies = []\ndynamic = {dynamic}\n")
    assert as_shown(read.table) == {"project": {"dependencies": [], **({} if shown is None else {"dynamic": shown})}}


def test_pkg_info_beside_it_makes_it_that_of_an_sdist(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    assert not Pyproject.read(tmp_path).in_sdist
    (tmp_path / "PKG-INFO").write_text("")
    assert Pyproject.read(tmp_path).in_sdist


def test_sdist_gets_the_projects_own_file_back() -> None:
    import tomlkit

    read = Pyproject.parse(TEXT)
    for table in (read.table, as_shown(read.table)):
        assert read.restored(tomlkit.dumps(table).encode()) == TEXT.encode()
    assert read.restored(TEXT.encode()) == TEXT.encode()


def test_what_a_backend_settles_in_the_sdist_is_kept() -> None:
    """pdm-backend writes the version from version control, and would drop what it was not shown."""
    import tomlkit

    read = Pyproject.parse(TEXT)
    shown = as_shown(read.table)
    settled = {**shown, "project": {**shown["project"], "version": "1.2", "dynamic": []}}
    restored = Pyproject.parse(read.restored(tomlkit.dumps(settled).encode()).decode())
    assert restored.table["project"]["version"] == "1.2"
    assert restored.table["project"]["dynamic"] == ["dependencies"]
