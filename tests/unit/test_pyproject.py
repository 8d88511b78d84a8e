from __future__ import annotations

import contextlib
import re
import tomllib
from codecs import BOM_UTF8
from contextlib import nullcontext
from pathlib import Path

import pytest

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding
from abiding.project.declaration import Declaration
from abiding.project.keys import Key, at, table_at
from abiding.project.pyproject import Pyproject, as_shown, key_text

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
        (b"a = ", "`pyproject.toml` is not valid TOML: invalid value"),
        (b"a = \xff", "`pyproject.toml` is not UTF-8, which TOML asks for"),
        (b"a = " + b"[" * 100_000, "`pyproject.toml` is not valid TOML: nested too deeply"),
        (b"#" * (bounds.PYPROJECT + 1), "`pyproject.toml` has more than 262,144 bytes, which is too many"),
    ],
)
def test_unreadable(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(DeclarationError) as caught:
        Pyproject.read(tmp_path)
    assert caught.value.findings[0].message.startswith(message)


def malformed(text: str) -> Finding | None:
    try:
        Pyproject.parse(text)
    except DeclarationError as exc:
        (finding,) = exc.findings
        return finding
    return None


SLIPS = (*"[]{}\"'=,.#\n\\x1 ", '"""', "\0", "é")


@pytest.mark.parametrize("slip", SLIPS, ids=ascii)
def test_a_slip_anywhere_is_told_with_its_line_and_a_way_out(slip: str) -> None:
    """One too many, or one too few, at each place of a file. Oracle: the line is quoted as it stands there."""
    told = set()
    for place in range(0, len(TEXT), 3):
        cut = TEXT[:place] + TEXT[place + len(slip) :] if TEXT.startswith(slip, place) else TEXT
        for text in {TEXT[:place] + slip + TEXT[place:], cut}:
            if finding := malformed(text):
                assert finding.line
                assert finding.excerpts[0].text == text.split("\n")[finding.line - 1].strip()
                (hint,) = finding.hints
                told.add(hint)
                assert not re.search(r"\(at |\('|^[A-Z]", finding.message.partition("TOML: ")[2]), finding
    assert told


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[project\n", 1, "the header of a table as `[name]`"),
        ("[project]\nversion = 1.0.0\n", 2, 'strings need quotes, versions too: `"1.0"`'),
        ("[project]\nname = 'a'\n\n[project]\n", 4, "each table only once"),
        ("name = 'a'\nname = 'b'\n", 2, "write each key and each table only once"),
        ('x = "C:\\pip"\n', 1, "write paths with `/`"),
        ("a = 1\n<<<<<<< HEAD\nb = 1\n", 2, "left from a merge"),
        ("a = 1\n=======\nb = 1\n", 2, "left from a merge"),
        # Quotes
        ("[project]\nname = spam\n", 2, 'put strings in quotes: `"spam"`'),
        ("x = numpy>=2,<3  # all\n", 1, '`"numpy>=2,<3"`'),
        ("x = [numpy, 'b']\n", 1, '`"numpy"`'),
        ("x = { requires = numpy, native = true }\n", 1, '`"numpy"`'),
        ("x = 'a\n", 1, "end the string on its line"),
        ('x = "a; os_name == "nt""\n', 1, "use single quotes within double ones"),
        ('x = ["a; os_name == "nt""]\n', 1, "use single quotes within double ones"),
        ('x = { y = "a; os_name == "nt"" }\n', 1, "use single quotes within double ones"),
        ("x = \u201ca\u201d\n", 1, "straight quotes"),
        # Arrays
        ("x = ['a' 'b']\n", 1, "add the missing comma before this"),
        ("x = [\n  'a'\n  'b'\n]\n", 3, "add the missing comma before this"),
        ("x = [\n  'a'\n\ny = 1\n", 4, "the missing `]` at its end, or the comma"),
        ("x = [\n  'a',\n\n", 2, "add the missing `]`"),
        ("x = [\n  'a',\n\n[project]\ny = 1\n", 4, "add the missing `]` above"),
        ("x = ('a', 'b')\n", 1, "square brackets"),
        ("x = 'a', 'b'\n", 1, "a comma stands only in an array"),
        # Inline tables
        ("x = { a = 1,\n  b = 2 }\n", 1, "on one line: it takes no line break and no comment"),
        ("x = {\n  a = 1 }\n", 1, "on one line: it takes no line break and no comment"),
        ("x = { a = 1, # one\n  b = 2 }\n", 1, "on one line: it takes no line break and no comment"),
        ("x = { a = 1\n}\n", 1, "end an inline table, `{ … }`, on the line on which it begins"),
        ("x = { a = 1, }\n", 1, "delete the comma before `}`"),
        ("x = { a = 1 b = 2 }\n", 1, "add the missing `}` at its end, or the comma"),
        ("x = { a: 1 }\n", 1, "write `=` for `:`"),
        ("x = { é = 1 }\n", 1, "put a key in quotes"),
        # Keys and values
        ("readme: 'x'\n", 1, "write `=` for `:`"),
        ("readme 'x'\n", 1, "write a key and its value as `key = value`"),
        ("x == 1\n", 1, "write one `=`"),
        ("x =\n", 1, "on the line of its key"),
        ("x =  # one\n  1\n", 1, "on the line of its key"),
        ("x = True\n", 1, "`true` and `false` in lower case"),
        ("x = [{ native = False }]\n", 1, "`true` and `false` in lower case"),
        ("x = None\n", 1, "TOML has no such value"),
        ("x = 1; # one\n", 1, "a comment begins with `#`"),
        ("x = 1 // one\n", 1, "a comment begins with `#`"),
        ("x = 1; y = 2\n", 1, "each `key = value` on a line of its own"),
        ("x = 'a', y = 'b'\n", 1, "each `key = value` on a line of its own"),
        ("y = 1\nx =", 2, "on the line of its key"),
        ("x = ['a',, 'b']\n", 1, "delete this comma"),
        ("x = { , a = 1 }\n", 1, "delete this comma"),
        ("x = ['a', b']\n", 1, '`"b"`'),
        ("x = f'a'\n", 1, "delete the letters before the quote"),
        ("x\u00a0= 1\n", 1, "delete the invisible character"),
        ("x = [\n\u00a0 'a',\n]\n", 2, "delete the invisible character"),
        ("x = [\n  'a'\n'y' = 1\n", 3, "the missing `]` at its end, or the comma"),
    ],
)
def test_slips_that_people_make(text: str, line: int, hint: str) -> None:
    finding = malformed(text)
    assert finding
    assert finding.line == line
    assert hint in finding.hints[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x = {}\n", "MIT OR Apache-2.0"),
        ("x = {}  # one\n", "pkg[extra] >=1,<2; os_name == 'nt'"),
        ("x = ['a', {}, 'b']\n", "pkg>=1,<2"),
        ("x = [\n  {},\n]\n", 'pkg>=1; os_name == "nt"'),
        ("x = [\n  {}\n]\n", "pkg[a,b]>=1"),
        ("x = [{{ y = {} }}]\n", "pkg[a]"),
        ("x = {{ y = {}, z = 1 }}\n", "spam"),
    ],
)
def test_a_string_that_a_hint_puts_in_quotes_is_whole(text: str, value: str) -> None:
    """Oracle: followed, it makes TOML of the text, with the value that was meant."""
    finding = malformed(text.format(value))
    assert finding
    quoted = finding.hints[0].removeprefix("put strings in quotes: `").removesuffix("`")
    assert quoted[1:-1] == value
    assert tomllib.loads(text.format(quoted))


def test_a_table_that_stands_there_twice_is_told_with_both_lines() -> None:
    finding = malformed("[tool]\n[ tool . 'abiding' ]\nx = 1\n\n[tool.abiding]\n")
    assert finding
    assert finding.message == "`pyproject.toml` is not valid TOML: `[tool.abiding]` stands in it twice, at column 14"
    assert [(one.line, one.remark) for one in finding.excerpts] == [(5, ""), (2, "first here")]


@pytest.mark.parametrize(
    ("data", "line", "hint"),
    [
        (b'[project]\nname = "caf\xe9"\n', 2, "save the file as UTF-8"),
        ("[project]\n".encode("utf-16"), None, "it is UTF-16: save the file as UTF-8"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, line: int | None, hint: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Pyproject.decode(data)
    (finding,) = caught.value.findings
    assert (finding.line, finding.hints) == (line, (hint,))


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


WRAPS = b'[build-system]\nrequires = ["abiding"]\nbuild-backend = "abiding.backend"\n[tool.abiding]\nbuild-backend = "odd"\n'


@pytest.mark.parametrize(
    ("before", "is_marked"),
    [
        (b"", False),
        (BOM_UTF8, True),
        (b"\r\n", False),
        ("# \ufeff\n".encode(), False),
        (b"\n" + b"# \xc3\xa4\n", False),
    ],
)
@pytest.mark.parametrize("in_sdist", [False, True])
def test_a_byte_order_mark(tmp_path: Path, before: bytes, *, is_marked: bool, in_sdist: bool) -> None:
    """What is behind it is read, and that it is there is said. Oracle: `tomllib`, by which pip and build read."""
    (tmp_path / "pyproject.toml").write_bytes(before + WRAPS)
    (tmp_path / "PKG-INFO").write_bytes(b"")
    read = Pyproject.read(tmp_path)._replace(in_sdist=in_sdist)
    assert read.table["tool"] == {"abiding": {"build-backend": "odd"}}
    with pytest.raises(tomllib.TOMLDecodeError) if is_marked else nullcontext():
        tomllib.loads((before + WRAPS).decode())
    with pytest.raises(DeclarationError) if is_marked and not in_sdist else nullcontext() as caught:
        warnings = Declaration.read(read).warnings
    findings = caught.value.findings if caught else warnings
    assert [(finding.rule, finding.line) for finding in findings] == [("bad-pyproject", 1)] * is_marked
    assert all("byte order mark" in finding.message for finding in findings)
    assert all(("build the sdist anew" in finding.hints[0]) is in_sdist for finding in findings)


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


@pytest.mark.parametrize(
    ("text", "value", "table"),
    [
        ("", None, {}),
        ("tool = 1", None, {}),
        ("[tool]\nabiding = 1", None, {}),
        ("[tool.abiding]\nwheel = 1", 1, {}),
        ("[tool.abiding.wheel]", {}, {}),
        ("[tool.abiding.wheel]\na = 1", {"a": 1}, {"a": 1}),
        ("[[tool.abiding]]\nwheel = 1", None, {}),
    ],
)
def test_a_path_leads_through_tables_alone(text: str, value: object, table: dict[str, object]) -> None:
    read, key = Pyproject.parse(text), ("tool", "abiding", "wheel")
    assert read.get(key) == at(read.table, key) == value
    assert table_at(read.table, key) == table


@pytest.mark.parametrize(
    ("text", "declares"),
    [("", False), ("tool = 'abiding'", False), ("[tool.abiding]", True), ("[tool]\nabiding = 1", True)],
)
def test_what_declares_has_the_table_or_what_is_to_be_one(text: str, declares: bool) -> None:
    assert Pyproject.parse(text).declares is declares


A_KEY = ".".join("a" * 100)
TOO_LONG = A_KEY + ".a"
QUOTED = ".".join(['"=,]"', "'#'"] * 51)


@pytest.mark.parametrize(("text", "line"), [
    (f"{TOO_LONG} = 1", 1),
    (f"x = 1\n{TOO_LONG.replace('.', ' . ')} = 1", 2),
    (f"{QUOTED} = 1", 1),
    (f"[{TOO_LONG}]", 1),
    (f"[[ {TOO_LONG} ]]", 1),
    (f"x = {{ {TOO_LONG} = 1 }}", 1),
    # What ends before it is no part of it, however it is quoted.
    (f'x = """a""""\n{TOO_LONG} = 1', 2),
    (f'x = """a"""""\n{TOO_LONG} = 1', 2),
    (f"x = '''a'''''\n{TOO_LONG} = 1", 2),
    (f'x = """\n""" # "\n{TOO_LONG} = 1', 3),
    (f'x = ["""\n""", {{ {TOO_LONG} = 1, b = "\'" }}]', 2),
    (f'x = "a\\"b"\n{TOO_LONG} = 1', 2),
    (f"x = '\\'\n{TOO_LONG} = 1", 2),
    (f"# don't\n{TOO_LONG} = 1", 2),
])  # fmt: skip
def test_a_key_without_end(text: str, line: int) -> None:
    with pytest.raises(DeclarationError) as caught:
        Pyproject.parse(text + "\n")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.line) == ("bad-pyproject", line)
    assert finding.message == "`pyproject.toml` has a key of more than 100 parts, which is too many"


@pytest.mark.parametrize("text", [
    f"{A_KEY} = 1", f"[{A_KEY}]", f"[[{A_KEY}]]\nb = 1\n[{A_KEY}.b]".replace("a.b]", "b]"), f'x = "{TOO_LONG}"',
    f"x = '{TOO_LONG}'", f'x = """\n{TOO_LONG} = 1\n"""', f"x = '''\n{TOO_LONG} = 1'''", f"# {TOO_LONG} = 1",
    "x = [" + ", ".join(['"numpy>=1.26.0"'] * 200) + "]", "x = [" + "1.5, " * 200 + "]",
    "{" + "a." * 9,
])  # fmt: skip
def test_what_is_no_key_without_end(text: str) -> None:
    with contextlib.suppress(DeclarationError):
        Pyproject.parse(text + "\n")
        return
    assert text.startswith("{")
