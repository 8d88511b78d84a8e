"""`abiding init`: after it, a project uses abiding, and every other line of its pyproject.toml is where it was."""

from __future__ import annotations

import io
import shlex
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from abiding.edits.abi_lines import LineToDeclare, declare
from abiding.edits.wrapping import wrap
from abiding.findings.errors import AbidingError, DeclarationError
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject
from makers.commands import run
from makers.trees import WRAPPED_FLIT, Tree, metadata, pkg_info, unpacked
from makers.wrapping import ALL, CONTOURPY, GMPY2, IN_TREE, POETRY, SCIPY, SETUP_PY, answer

if TYPE_CHECKING:
    from pathlib import Path

END = """\

[tool.abiding]
build-backend = "mesonpy"

# What a wheel requires on top of what its sdist does, because of what it was
# compiled against or linked with. Take the line below as an example.
[tool.abiding.wheel]
dependencies = [
    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },
]
"""


def wrapped(text: str) -> str:
    return wrap(Pyproject.parse(text)).text


def changes(before: str, after: str) -> list[str]:
    """The lines taken and those put in, [tool.abiding] and what follows left out."""
    from difflib import ndiff

    after, _, appended = after.partition("\n[tool.abiding]\n")
    assert appended
    lines = ndiff(before.rstrip("\n").split("\n"), after.rstrip("\n").split("\n"))
    return [line.rstrip() for line in lines if line[0] in "-+"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(SCIPY, [
            "- build-backend = 'mesonpy'",
            "+ build-backend = 'abiding.backend'",
            '+     "abiding",',
            '+ dynamic = ["dependencies"]  # wheels may add to them',
        ], id="scipy"),
        pytest.param(GMPY2, [
            "- requires = ['setuptools>=77,<80', 'setuptools_scm[toml]>=6.0']",
            "+ requires = ['abiding', 'setuptools>=77,<80', 'setuptools_scm[toml]>=6.0']",
            "- build-backend = 'setuptools.build_meta'",
            "+ build-backend = 'abiding.backend'",
            '- dynamic = ["version"]',
            '+ dynamic = ["dependencies", "version"]',
            "+ dependencies = []",
        ], id="gmpy2"),
        pytest.param(CONTOURPY, [
            '- build-backend = "mesonpy"',
            '+ build-backend = "abiding.backend"',
            '+     "abiding",',
            '- dynamic = ["version"]',
            '+ dynamic = ["dependencies", "version"]',
        ], id="contourpy"),
        pytest.param(POETRY, [
            '- requires = ["poetry-core>=2.0"]',
            '+ requires = ["abiding", "poetry-core>=2.0"]',
            '- build-backend = "poetry.core.masonry.api"',
            '+ build-backend = "abiding.backend"',
        ], id="poetry"),
        pytest.param(SETUP_PY, [
            "+", "+ [build-system]", '+ requires = ["abiding", "setuptools"]', '+ build-backend = "abiding.backend"',
        ], id="setup.py"),
        pytest.param(IN_TREE, [
            "- requires = []",
            '+ requires = ["abiding"]',
            '- build-backend = "backend"  # ours',
            '+ build-backend = "abiding.backend"  # ours',
            '- backend-path = ["_build"]  # lies in the tree',
            "+ dependencies = []",
            '+ dynamic = ["dependencies"]  # wheels may add to them',
        ], id="in tree"),
        pytest.param('[build-system]\nrequires = ["setuptools"]\n', [
            '- requires = ["setuptools"]',
            '+ requires = ["abiding", "setuptools"]',
            '+ build-backend = "abiding.backend"',
        ], id="no backend"),
        pytest.param('build-system.requires = [ "a",\n  "b" ]\nbuild-system.build-backend = "a"\nproject.name = "b"\n', [
            '- build-system.requires = [ "a",',
            '+ build-system.requires = [ "abiding", "a",',
            '- build-system.build-backend = "a"',
            '+ build-system.build-backend = "abiding.backend"',
            "+ project.dependencies = []",
            '+ project.dynamic = ["dependencies"]  # wheels may add to them',
        ], id="dotted keys"),
        pytest.param('build-system = { requires = ["a"], build-backend = "a" }\n', [
            '- build-system = { requires = ["a"], build-backend = "a" }',
            '+ build-system = { requires = ["abiding", "a"], build-backend = "abiding.backend" }',
        ], id="inline"),
        pytest.param('[build-system]\nrequires = [ # "comment"\n]\nbuild-backend = """a"""\n[project]\nname = "b"\ndependencies = []\ndynamic = [\n  "dependencies",\n]\n', [
            '+     "abiding",',
            '- build-backend = """a"""',
            '+ build-backend = "abiding.backend"',
        ], id="dynamic already"),
    ],
)  # fmt: skip
def test_what_is_changed(text: str, expected: list[str]) -> None:
    assert sorted(changes(text, wrapped(text))) == sorted(expected)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_the_result_is_a_declaration(text: str) -> None:
    read = Declaration.read(Pyproject.parse(wrapped(text)))
    assert read.backend == Pyproject.parse(text).table.get("build-system", {}).get(
        "build-backend", "setuptools.build_meta:__legacy__"
    )
    assert read.entries == ()
    assert read.may_append == ("[project]" in text)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_the_example_can_be_taken(text: str) -> None:
    taken = wrapped(text).replace("    # { requires", "    { requires")
    (entry,) = Declaration.read(Pyproject.parse(taken)).entries
    assert entry.requires == "numpy>=2,<3"


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_comments_and_blank_lines_stay(text: str) -> None:
    after = wrapped(text)
    kept = [line.partition("#")[2] for line in text.split("\n") if "#" in line]
    places = [after.index(comment) for comment in kept]
    assert places == sorted(places)
    assert after.startswith(text[: text.index("\n") + 1])


def test_the_end_of_the_file() -> None:
    assert wrapped(SCIPY).endswith("install = ['--skip-subprojects']\n" + END)


def test_backend_path_moves_with_its_comment() -> None:
    assert '\n[tool.abiding]\nbuild-backend = "backend"\nbackend-path = ["_build"]  # lies in the tree\n' in wrapped(
        IN_TREE
    )
    assert Declaration.read(Pyproject.parse(wrapped(IN_TREE))).backend_path == ("_build",)


def test_a_backend_path_over_lines_moves_whole() -> None:
    text = IN_TREE.replace('["_build"]', '[\n    "_build",  # first\n]')
    assert 'backend-path = [\n    "_build",  # first\n]  # lies in the tree\n\n' in wrapped(text)


def test_dependencies_that_are_only_dynamic_stay_so() -> None:
    text = GMPY2.replace('["version"]', '["version", "dependencies"]')
    assert not any("depend" in line for line in changes(text, wrapped(text)))
    (note,) = wrap(Pyproject.parse(text)).notes
    assert note == (
        "`project.dynamic` lists `dependencies` and nothing gives them: `setuptools.build_meta` goes on to compute "
        "them, and wheels say the lines under `[tool.abiding.wheel]` too"
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (SCIPY, ["`project.dependencies` stays as it is"]),
        (GMPY2, ["added `dependencies = []`: still no requirements"]),
        (POETRY, ["`poetry.core.masonry.api` goes on to compute all metadata from `[tool.poetry]`"]),
        (SETUP_PY, ["no backend was named", "`setuptools.build_meta:__legacy__` goes on to compute all metadata;"]),
    ],
)
def test_what_the_author_is_told(text: str, parts: list[str]) -> None:
    notes = wrap(Pyproject.parse(text)).notes
    assert len(notes) == len(parts)
    assert all(part in note for part, note in zip(parts, notes, strict=True))


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ('project = { name = "a" }\n', "not-understood", "`name` is not on a line of its own"),
        ('build-system = { requires = ["a"] }\n', "not-understood", "`requires` is not on a line of its own"),
        ("[build-system]\n", "not-understood", "`[build-system]` has no list `requires`, which PEP 518 asks for"),
        ('[build-system]\nrequires = "a"\n', "not-understood", "`[build-system]` has no list `requires`, which PEP 518 asks for"),
        ("build-system = 3\n", "not-understood", "`[build-system]` has no list `requires`, which PEP 518 asks for"),
        ("[build-system]\nrequires = []\nbuild-backend = 3\n", "not-understood", "`build-backend` is not a string"),
        ("[project]\n", "not-understood", "`[project]` has no `name`"),
        ('[project]\nname = "a"\ndynamic = "b"\n', "not-understood", "`project.dynamic` is not a list of strings"),
        ("tool = 3\n", "not-understood", "`tool` is not a table"),
        ("tool = { x = 1 }\n", "not-understood", "`tool = {...}` is an inline table"),
        ('[tool.abiding]\nbuild-backend = "a"\n', "not-understood", "`[tool.abiding]` is there, but `[build-system]` does not use it"),
        ('[build-system]\nrequires = []\nbuild-backend = "a-b"\n', "bad-value", "`a-b` is not of the form `module` or `module:object.attribute`"),
    ],
)  # fmt: skip
def test_what_is_not_understood(text: str, rule: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        wrapped(text)
    (finding,) = caught.value.findings
    assert finding.rule == rule
    assert finding.message.startswith(message)
    assert caught.value.closing == "Nothing was written"


@pytest.mark.parametrize("name", ["Abiding>=0", "abiding", " abiding [native]", "ABIDING ; python_version>'3'"])
def test_abiding_is_required_once(name: str) -> None:
    text = wrapped(f'[build-system]\nrequires = ["{name}", "a"]\nbuild-backend = "a"\n')
    assert Pyproject.parse(text).table["build-system"]["requires"] == [name, "a"]


@pytest.mark.parametrize("name", ["abiding-more", "abiding.more", "unabiding"])
def test_another_name_is_not_abiding(name: str) -> None:
    text = wrapped(f'[build-system]\nrequires = ["{name}"]\nbuild-backend = "a"\n')
    assert Pyproject.parse(text).table["build-system"]["requires"] == ["abiding", name]


def test_an_edit_that_is_no_toml_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abiding.edits.document.with_first", lambda array, _: array + "]")
    with pytest.raises(DeclarationError, match="can't be edited safely"):
        wrapped(SCIPY)


def test_an_edit_that_went_wrong_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abiding.edits.document.with_first", lambda array, _: array)
    with pytest.raises(DeclarationError, match="can't be edited safely"):
        wrapped(SCIPY)


def test_a_wrapped_project_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What flit-core refuses by itself, a name that is given and dynamic, it builds under abiding."""
    bare = WRAPPED_FLIT[WRAPPED_FLIT.index("[project]") : WRAPPED_FLIT.index("dynamic")]
    bare += '\n[build-system]\nrequires = ["flit-core"]\nbuild-backend = "flit_core.buildapi"\n'
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": bare, "spam.py": '"""A package"""\n'})
    assert run("init", "--yes", str(tree.folder)) == 0
    file = tree.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("    # { requires", "    { requires"))
    sdist = tmp_path / "dist" / tree.hook("build_sdist", tmp_path / "dist")
    wheel = tmp_path / "dist" / tree.hook("build_wheel", tmp_path / "dist")
    assert pkg_info(sdist).all("Requires-Dist") == ("numpy>=1.26",)
    assert metadata(wheel).all("Requires-Dist") == ("numpy>=1.26", "numpy>=2,<3")
    capsys.readouterr()
    for source in (sdist, unpacked(sdist, tmp_path / "in")):
        assert run("show", "--metadata", str(source)) == 0
        assert capsys.readouterr().out.encode() == metadata(wheel).data


# The command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(SCIPY.encode())
    return file


@pytest.mark.parametrize(("folder", "shown"), [("spam", "spam"), ("two words", "'two words'"), ("-x", "./-x")])
def test_the_last_line_is_a_command_that_shows_the_project(
    folder: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "pyproject.toml").write_bytes(SCIPY.encode())
    assert run("init", "--yes", f"./{folder}") == 0
    assert f"`abiding show {shown}` shows" in capsys.readouterr().err
    assert run("show", *shlex.split(shown)) == 0


def test_yes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("init", "--yes", str(project.parent)) == 0
    assert project.read_text() == wrapped(SCIPY)
    out, err = capsys.readouterr()
    assert out.startswith("--- pyproject.toml\n+++ pyproject.toml with abiding\n@@ -2,8 +2,9 @@\n")
    assert out.endswith("\n+]\n")
    assert "\n-build-backend = 'mesonpy'\n+build-backend = 'abiding.backend'\n" in out
    assert err == (
        "\nnote: `project.dependencies` stays as it is: move bounds that only wheels need\n      to `[tool.abiding.wheel]`\n\n"
        f"wrote {project}; `abiding show {project.parent}` shows what sdist and wheels will require\n"
    )


@pytest.mark.parametrize(
    ("backend", "project", "setup_py", "is_noted"),
    [
        ("setuptools.build_meta", 'dependencies = ["numpy"]', "setup.py", True),
        ("setuptools.build_meta", "", "setup.py", True),  # then `dependencies = []` is added
        ("setuptools.build_meta", 'dependencies = ["numpy"]', "", False),
        ("setuptools.build_meta", 'dynamic = ["dependencies"]', "setup.py", False),
        ("hatchling.build", 'dependencies = ["numpy"]', "setup.py", False),
    ],
)
def test_who_runs_setup_py_is_warned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], backend: str, project: str, setup_py: str, is_noted: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'[build-system]\nrequires = ["{backend.partition(".")[0]}"]\nbuild-backend = "{backend}"\n\n'
        f'[project]\nname = "eggs"\nversion = "1"\n{project}\n'
    )
    if setup_py:
        (tmp_path / setup_py).touch()
    assert run("init", "--yes", str(tmp_path)) == 0
    note = "note: `python setup.py` refuses `dependencies` that are given and dynamic"
    assert (note in " ".join(capsys.readouterr().err.split())) is is_noted


@pytest.mark.parametrize("text", ["y\n", "yes\n", " Y \n"])
def test_agreed(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str) -> None:
    answer(monkeypatch, text)
    assert run("init", str(project.parent)) == 0
    assert project.read_text() == wrapped(SCIPY)
    assert f"\nwrite this to {project}? [y/N] " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["n\n", "\n", "", "yesterday\n"])
def test_not_agreed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    answer(monkeypatch, text)
    assert run("init", str(project.parent)) == 1
    assert project.read_text() == SCIPY
    assert capsys.readouterr().err.endswith("[y/N] nothing was written\n")


def refused(*arguments: str) -> tuple[str, str]:
    with pytest.raises(AbidingError) as caught:
        run("init", *arguments)
    (finding,) = caught.value.findings
    assert caught.value.closing in ("Nothing was written", "")  # which the command line fills in
    return finding.rule, finding.message


def test_without_a_terminal(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The change is shown, and no note speaks of it as if it were made."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert refused(str(project.parent)) == ("no-terminal", "there is no terminal to ask on")
    shown = capsys.readouterr()
    assert "+build-backend = " in shown.out
    assert not shown.err
    assert project.read_text() == SCIPY


def test_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("init", "--yes", str(project))
    once = project.read_bytes()
    capsys.readouterr()
    assert run("init", str(project)) == 0
    assert capsys.readouterr() == (f"{project} uses abiding already; it wraps `mesonpy`\n", "")
    assert project.read_bytes() == once


def test_again_with_a_fault(project: Path) -> None:
    project.write_text('[build-system]\nrequires = []\nbuild-backend = "abiding.backend"\n')
    with pytest.raises(DeclarationError) as caught:
        run("init", str(project))
    assert [one.rule for one in caught.value.findings] == ["no-declaration"]
    assert caught.value.closing == "It already uses abiding, but not correctly"


def test_mode_and_line_ends_and_byte_order_mark_stay(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_bytes(b"\xef\xbb\xbf" + SCIPY.replace("\n", "\r\n").encode())
    project.chmod(0o440)
    assert run("init", "--yes", str(project)) == 0
    assert project.read_bytes() == b"\xef\xbb\xbf" + wrapped(SCIPY).replace("\n", "\r\n").encode()
    assert stat.S_IMODE(project.stat().st_mode) == 0o440
    assert list(project.parent.iterdir()) == [project]
    said = "note: the file begins with a byte order mark, and keeps it: save it without, since pip and build refuse it"
    assert said in " ".join(capsys.readouterr().err.split())
    project.chmod(0o640)
    project.write_bytes(SCIPY.encode())
    assert run("init", "--yes", str(project)) == 0
    assert "byte order mark" not in capsys.readouterr().err


def test_a_link_stays_a_link(project: Path) -> None:
    link = project.parent / "below" / "pyproject.toml"
    link.parent.mkdir()
    link.symlink_to("../pyproject.toml")
    assert run("init", "--yes", str(link.parent)) == 0
    assert link.is_symlink()
    assert project.read_text() == wrapped(SCIPY)


def test_a_file_that_somebody_else_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def agreed(*_: str, **_more: str) -> bool:
        project.write_text(SCIPY + "# one more line\n")
        return True

    monkeypatch.setattr("abiding.cli.editing.need_terminal", lambda *_, **_more: None)
    monkeypatch.setattr("abiding.cli.editing.ask", agreed)
    assert refused(str(project)) == ("bad-pyproject", "the file has been changed in the meantime")
    assert project.read_text() == SCIPY + "# one more line\n"


def test_a_file_that_cannot_be_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("abiding.edits.file.commit", full)
    assert refused("--yes", str(project)) == ("bad-pyproject", "the file can't be written: No space left on device")
    assert project.read_text() == SCIPY
    assert list(project.parent.iterdir()) == [project]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    rule = "bad-pyproject"
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    assert refused(str(tmp_path)) == (rule, "`pyproject.toml` is not UTF-8, which TOML asks for")
    (tmp_path / "pyproject.toml").write_bytes(b"[a]\r\n[b]\n")
    assert refused(str(tmp_path)) == (rule, "some lines end with CR LF and some with LF")


@pytest.mark.parametrize("there", [True, False], ids=["empty", "missing"])
def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], there: bool) -> None:
    """Front ends take setuptools where there is no pyproject.toml."""
    (tmp_path / "setup.py").touch()
    if there:
        (tmp_path / "pyproject.toml").touch()
    assert run("init", "--yes", str(tmp_path)) == 0
    assert (
        (tmp_path / "pyproject.toml").read_text().startswith('[build-system]\nrequires = ["abiding", "setuptools"]\n')
    )
    _, _, range_of_lines, *lines = capsys.readouterr().out.splitlines()
    assert range_of_lines == f"@@ -0,0 +1,{len(lines)} @@"
    assert [line[1:] for line in lines if line[0] == "+"] == (tmp_path / "pyproject.toml").read_text().splitlines()
    assert len(lines) > 5


@pytest.mark.parametrize(
    ("requires", "backend", "parts"),
    [
        ("setuptools", "setuptools.build_meta", []),
        ("setuptools", "setuptools.build_mta", ["`setuptools` has no backend `setuptools.build_mta`", "did you mean `setuptools.build_meta`?"]),
        ("numpy", "mesonpy", ["`meson-python`, which brings the wrapped backend `mesonpy`, is not among", "add `meson-python` to `requires`"]),
        ("numpy", "mine", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_a_backend_that_there_is_not_is_warned_of(
    how: str, requires: str, backend: str, parts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same as `show` says of the file that is written."""
    text = BUILD.replace('"x"', f'"{requires}"').replace("mesonpy", backend)
    (tmp_path / "pyproject.toml").write_text(text)
    assert run("init", how, str(tmp_path)) == 0
    err = " ".join(capsys.readouterr().err.split())
    assert bool(parts) == ("warning[no-backend]" in err)
    for part in parts:
        assert part in err


# Faults that a file has already

BUILD = '[build-system]\nrequires = ["x"]\nbuild-backend = "mesonpy"\n'
FAULTY = {
    "version": (BUILD + '[project]\nname = "a"\nversion="1"\ndynamic=["version"]\n', [7]),
    "behind another name": (BUILD + '[project]\nname = "a"\nversion="1"\ndynamic=[\n"readme",\n"version"]\n', [9]),
    "a line": (BUILD + '[project]\nname = "a"\nversion="1"\ndependencies = [\n  "b",\n  "c>>1",\n]\n', [9]),
    "backend": (BUILD.replace("mesonpy", "meson py"), [3]),
    "backend path": (BUILD + 'backend-path = [\n  ".",\n  "..",\n]\n', [6]),
    "all": (
        BUILD.replace("mesonpy", "meson py") + 'backend-path = [".."]\n[project]\nname = "a"\nversion="1"\n'
        'dependencies = ["c>>1"]\ndynamic=["version"]\n',
        [3, 4, 8, 9],
    ),
}  # fmt: skip


def hold_to_the_text(error: DeclarationError, text: str, lines: list[int]) -> None:
    """Every line that is quoted stands in the file, at that number."""
    assert sorted(finding.line or 0 for finding in error.findings) == lines
    for finding in error.findings:
        assert finding.excerpts
        for excerpt in finding.excerpts:
            assert text.splitlines()[excerpt.line - 1].strip() == excerpt.text


@pytest.mark.parametrize(("text", "lines"), FAULTY.values(), ids=FAULTY)
def test_faults_that_a_file_has_are_told_of_the_file_as_it_is(text: str, lines: list[int]) -> None:
    with pytest.raises(DeclarationError) as caught:
        wrapped(text)
    hold_to_the_text(caught.value, text, lines)
    assert caught.value.closing == "Nothing was written"


def test_a_line_that_cannot_be_added_is_told_of_the_file_as_it_is() -> None:
    text = (
        wrapped(BUILD + '[project]\nname = "a"\nversion = "1"\ndependencies = [\n    "numpy>=2",\n]\n').replace(
            '    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },', '    "b>=1",'
        )
    )  # fmt: skip
    with pytest.raises(DeclarationError) as caught:
        declare(Pyproject.parse(text), [LineToDeclare("numpy<2", "as a file says")])
    hold_to_the_text(caught.value, text, [text.splitlines().index('    "numpy>=2",') + 1])


def test_only_an_array_that_the_edit_writes_is_said_to_be_added() -> None:
    text = BUILD + '[project]\nname = "a"\nversion = "1"\n'
    (absent,), (there,) = (wrap(Pyproject.parse(one)).notes for one in (text, text + "dependencies = []\n"))
    assert absent == "added `dependencies = []`: still no requirements, but wheels may now add some"
    assert there == "`dependencies = []` stays as it is: the change makes it dynamic, so wheels may add to it"


def test_what_makes_a_project_is_said_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(AbidingError) as caught:
        run("init", str(tmp_path))
    assert caught.value.findings[0].hints == (
        "give the folder of a project, which has pyproject.toml, setup.cfg or setup.py",
    )
    (tmp_path / "setup.py").write_text("")
    assert run("init", "--yes", str(tmp_path)) == 0


EXAMPLE = '    # { requires = "numpy>=2,<3", note = "compiled for the C API of numpy 2" },\n'


def test_a_line_takes_the_place_of_the_example() -> None:
    text, line = wrapped(SCIPY), LineToDeclare("numpy>=2", "as a file says")
    once = declare(Pyproject.parse(text), [line]).text
    assert once == text.replace(EXAMPLE, f"    {line.entry},\n").replace(" Take the line below as an example.", "")
    assert once.endswith(f"linked with.\n[tool.abiding.wheel]\ndependencies = [\n    {line.entry},\n]\n")
    # With nothing to add, or in words of the author's own, it stays.
    assert declare(Pyproject.parse(text), []).text == text
    own = text.replace("Take the line below as an example.", "See below.")
    assert EXAMPLE in declare(Pyproject.parse(own), [line]).text
