"""`abiding unwrap`: what `init` does is undone, and whoever had more is told what is left to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from abiding.cli import main
from abiding.edits.arrays import comments, without
from abiding.edits.unwrapping import unwrap
from abiding.edits.wrapping import wrap
from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.project.pyproject import Pyproject
from makers.trees import flit_tree, metadata
from makers.wrapping import ALL, SCIPY, answer

# Of these `init` says what was not said: the backend, and that there are no dependencies.
SAID = {"setup.py", "gmpy2", "in tree"}


def unwrapped(text: str) -> str:
    return unwrap(Pyproject.parse(text)).text


@pytest.mark.parametrize("name", ALL)
def test_what_init_did_is_undone(name: str) -> None:
    before = ALL[name]
    after = unwrapped(wrap(Pyproject.parse(before)).text)
    if name not in SAID:
        assert after == before
        return
    table, new = (dict(Pyproject.parse(text).table) for text in (before, after))
    if name == "setup.py":
        build = new.pop("build-system")
        assert build == {"requires": ["setuptools"], "build-backend": "setuptools.build_meta:__legacy__"}
    else:
        assert new["project"].pop("dependencies") == []
    assert new == table
    assert sorted(comments(after)) == sorted(comments(before))


def test_a_backend_path_goes_back_with_its_comment() -> None:
    after = unwrapped(wrap(Pyproject.parse(ALL["in tree"])).text)
    assert 'backend-path = ["_build"]  # lies in the tree\n' in after


WRAPPED = """\
[build-system]
requires = [
    "abiding>=0.1",  # two levels
    "meson-python>=0.18",  # the backend
]
build-backend = 'abiding.backend'

[tool.abiding]  # ours
build-backend = "mesonpy"

# the ABI level
[tool.abiding.wheel]
dependencies = [
    "numpy==x.x.*",  # a pin
    { requires = "libtoy>=1", native = true },
]
# the end of it

# Formatting
# of all
[tool.ruff]
line-length = 79

[project]
name = "spam"
dependencies = ["numpy"]
keywords = ["abiding"]
dynamic = ["version", "dependencies"]  # by git

[tool.cibuildwheel]
build = "cp3*"
repair-wheel-command = "abiding repair -w {dest_dir} {wheel}"
audit-requires = ["abiding[native]"]
audit-command = "abiding check {wheel}"
test-requires = ["pytest", "abiding"]
before-build = "python -m pip install abiding[native]"
before-all = "yum install gmp && abiding --version"
config-settings = { "abiding.level" = "abi", setup-args = "-Dx=y" }
environment = { ABIDING_LEVEL = "abi", CFLAGS = "-O2" }
environment-pass = ["ABIDING_VARIANT", "CC"]

[tool.cibuildwheel.linux]
environment = "ABIDING_LEVEL=abi"
environment-pass = ["ABIDING_VARIANT"]

[tool.cibuildwheel.windows]
environment = "X=y ABIDING_LEVEL=abi"

[tool.uv]
config-settings = { "abiding.level" = "api" }
cache-keys = [{ file = "pyproject.toml" }, { env = "ABIDING_LEVEL" }]
"""
FREED = """\
[build-system]
requires = [
    "meson-python>=0.18",  # the backend
]
build-backend = 'mesonpy'

# Formatting
# of all
[tool.ruff]
line-length = 79

[project]
name = "spam"
dependencies = ["numpy"]
keywords = ["abiding"]
dynamic = ["version"]  # by git

[tool.cibuildwheel]
build = "cp3*"
test-requires = ["pytest"]
before-all = "yum install gmp && abiding --version"
config-settings = { setup-args = "-Dx=y" }
environment = { CFLAGS = "-O2" }
environment-pass = ["CC"]

[tool.cibuildwheel.windows]
environment = "X=y ABIDING_LEVEL=abi"

[tool.uv]
cache-keys = [{ file = "pyproject.toml" }, { env = "ABIDING_LEVEL" }]
"""


def test_a_project_that_had_everything() -> None:
    edited = unwrap(Pyproject.parse(WRAPPED))
    assert edited.text.replace("{  ", "{ ") == FREED  # tomlkit leaves both spaces
    told = " ".join(edited.notes)
    for part in (
        "wheels then do not require `numpy==x.x.*` and `libtoy>=1` any more",
        "the headers and libraries of `libtoy`",
        "`numpy` joined the requirements of the build",
        "`tool.cibuildwheel.before-all` (line 21) still mentions abiding",
        "`tool.cibuildwheel.windows.environment` (line 27) still mentions abiding: `X=y ABIDING_LEVEL=abi`",
        "`tool.uv.cache-keys[1].env` (line 30) still mentions abiding: `ABIDING_LEVEL`",
    ):
        assert part in told, told
    assert "keywords" not in told
    there = WRAPPED.replace('    "meson-python>=0.18",', '    "NumPy>=2",\n    "meson-python>=0.18",')
    assert "joined the requirements" not in " ".join(unwrap(Pyproject.parse(there)).notes)


BUILD = '[build-system]\nrequires = ["abiding", "x"]\nbuild-backend = "abiding.backend"\n'
PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = []\ndynamic = ["dependencies"]\n'
INNER = '[tool.abiding]\nbuild-backend = "x"\n'
# What stands where the tables of abiding stood, and what is left of the text in its place.
SHAPES = {
    "dotted": ('tool.abiding.build-backend = "x"  # in\n# stays\n', "# stays\n", True),
    "under tool": ('[tool]\n# stays\nabiding = { build-backend = "x" }  # in\nother = 1\n', "[tool]\n# stays\nother = 1\n", False),
    "dotted under tool": ('[tool]\nabiding.build-backend = "x"\nother.a = 1\n', "[tool]\nother.a = 1\n", False),
    "inline": ('tool = { abiding = { build-backend = "x" }, other = { a = 1 } }\n', "tool = {  other = { a = 1 } }\n", True),
    "inline alone": ('tool = { abiding = { build-backend = "x" } }\n', "tool = {  }\n", True),
    "in pieces": (f"[tool.abiding.wheel]  # in\ndependencies = ['y']\n\n[tool.b]\nx = 1\n{INNER}\n# stays\n[tool.c]\n", "[tool.b]\nx = 1\n\n# stays\n[tool.c]\n", False),
    "not set apart": (f"{INNER}# stays\n[tool.c]\n", "# stays\n[tool.c]\n", False),
    "set apart twice": (f"{INNER}# in\n\n# stays\n\n[tool.c]\n", "# stays\n\n[tool.c]\n", False),
    "below a key": (f"{INNER}# in\n\n[tool.c]\n", "[tool.c]\n", False),
    "quoted": ("[\"tool\".'abiding']\n'build-backend' = 'x'\n[tool . abiding . wheel]\ndependencies = []\n[tool.c]\n", "[tool.c]\n", False),
    "every system": (f'{INNER}[tool.cibuildwheel.linux]\nrepair-wheel-command = "abiding repair -w {{dest_dir}} {{wheel}}"\n\n[tool.c]\n', "[tool.c]\n", False),
    "several commands": (f'{INNER}[tool.cibuildwheel]\nrepair-wheel-command = ["abiding repair {{wheel}}", "x"]\n', '[tool.cibuildwheel]\nrepair-wheel-command = ["x"]\n', False),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_every_way_to_write_it(name: str) -> None:
    before, after, first = SHAPES[name]
    freed = BUILD.replace('"abiding", ', "").replace("abiding.backend", "x") + PROJECT.partition("dynamic")[0]
    text = before + BUILD + PROJECT if first else f"{BUILD}{PROJECT}\n{before}"
    assert unwrapped(text) == (after + freed if first else f"{freed}\n{after}")


def test_an_empty_line_between_tables_stays() -> None:
    text = f"{BUILD}{PROJECT}[tool.b]\n{INNER}\n[tool.c]\n"
    assert unwrapped(text).endswith("[tool.b]\n\n[tool.c]\n")


@pytest.mark.parametrize("header", ["[[tool.cibuildwheel.overrides]]", "[tool.other]"])
def test_settings_that_stay_are_told(header: str) -> None:
    setting = 'config-settings = { "abiding.variant" = "cuda" }'
    edited = unwrap(Pyproject.parse(f"{BUILD}{PROJECT}{INNER}{header}\n{setting}\n"))
    assert "config-settings.abiding.variant` (line" in edited.notes[-1]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[project]\nname = 'a'\n# abiding\n", "no-declaration"),
        ("[tool.abiding]\nbuild-backend = 3\n", "bad-type"),
        ('[tool.abiding]\nbuild-backend = "x"\n', "not-understood"),
        ('build-system = { requires = ["abiding"] }\n[tool.abiding]\nbuild-backend = "x"\n', "not-understood"),
    ],
)
def test_what_is_not_understood(text: str, rule: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        unwrapped(text)
    assert caught.value.findings[0].rule == rule


@pytest.mark.parametrize(
    ("array", "after"),
    [
        ('["a", "b"]', '["b"]'),
        ('["b", "a"]', '["b"]'),
        ('["b", "a",]', '["b", ]'),
        ("['a']", "[]"),
        ('[ "a" ]', "[  ]"),
        ('[\n  "a",\n  "b",\n]', '[\n  "b",\n]'),
        ('[\n  "b",\n  "a" # x\n]', '[\n  "b",\n]'),
        ('["b", # "a"\n "a"]', '["b", # "a"\n ]'),
        (r'["\u0061", """a""", "a b"]', '["a b"]'),
        ('[\n  "b", "a",  # both\n]', '[\n  "b", # both\n]'),
    ],
)
def test_one_string_less(array: str, after: str) -> None:
    found = without(array, {"a"})
    assert found == after
    assert "a" not in Pyproject.parse(f"x = {found}").table["x"]


# The command


def test_the_wheel_is_what_it_was_at_the_api_level(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",')
    before = tmp_path / "a" / tree.hook("build_wheel", tmp_path / "a", ABIDING_LEVEL="api")
    assert main(["unwrap", "--yes", str(tree.folder)]) == 0
    after = tmp_path / "b" / tree.hook("build_wheel", tmp_path / "b", backend="flit_core.buildapi")
    assert metadata(before).data == metadata(after).data


@pytest.mark.parametrize("command", ["init", "unwrap"])
def test_dry_run_writes_nothing(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SCIPY if command == "init" else WRAPPED
    (tmp_path / "pyproject.toml").write_text(text)
    assert main([command, "--dry-run", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("--- pyproject.toml\n+++ pyproject.toml with")
    assert err.endswith("nothing was written: this is what would be\n")
    assert (tmp_path / "pyproject.toml").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
    with pytest.raises(SystemExit):
        main([command, "--dry-run", "--yes", str(tmp_path)])


def test_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(WRAPPED)
    answer(monkeypatch, "n\n")
    assert main(["unwrap", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("[y/N] nothing was written\n")
    answer(monkeypatch, "y\n")
    assert main(["unwrap", str(tmp_path)]) == 0
    assert "abiding.backend" not in (tmp_path / "pyproject.toml").read_text()


@pytest.mark.parametrize("command", ["init", "unwrap"])
def test_what_is_no_folder(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spam-1.0.tar.gz").write_bytes(b"")
    (tmp_path / "spam.py").write_bytes(b"")
    for name, reads in (("spam-1.0.tar.gz", True), ("spam.py", False)):
        assert main([command, "--yes", str(tmp_path / name)]) == 2
        err = capsys.readouterr().err
        assert "error[missing-file]: this is not a folder\n" in err
        assert ("an sdist is not edited" in " ".join(err.split())) is reads


def test_what_it_could_not_unwrap_is_not_suggested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["unwrap", str(tmp_path)]) == 2
    assert "\nhint: give the folder of a project, which has pyproject.toml\n" in capsys.readouterr().err


def test_other_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(WRAPPED)
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ci.yml").write_text("run: abiding check dist")
    (tmp_path / ".github" / "workflows" / "cd.yml").write_text("env:\n  ABIDING_LEVEL: abi\n")
    (tmp_path / "tox.ini").write_text("nothing")
    assert main(["unwrap", "--dry-run", str(tmp_path)]) == 0
    err = " ".join(capsys.readouterr().err.split())
    assert "`.github/workflows/ci.yml` mentions abiding" in err
    assert "`.github/workflows/cd.yml` mentions abiding" in err
    assert "tox.ini" not in err


def test_a_project_that_does_not_use_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(SCIPY)
    assert main(["unwrap", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'pyproject.toml'} does not use abiding\n"


@pytest.mark.parametrize("faults", [1, bounds.FAULTS + 80])
@pytest.mark.parametrize(
    ("command", "closing"),
    [
        ("init --dry-run", "It already uses abiding, but not correctly"),
        ("show", "Nothing can be shown"),
        ("show --metadata", "Nothing can be shown"),
        ("prove", "Nothing was built"),
        ("unwrap --yes", "Nothing was written"),
        ("unwrap --dry-run", "Nothing was written"),
    ],
)
def test_a_wrong_declaration_is_followed_by_what_did_not_happen(
    command: str, closing: str, faults: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = ", ".join(f'"c{number} = 1"' for number in range(faults))
    wheel = f"[tool.abiding.wheel]\ndependencies = [{entries}]\n"
    (tmp_path / "pyproject.toml").write_text(WRAPPED.partition("[tool.abiding.wheel")[0] + wheel)
    assert main([*command.split(), str(tmp_path)]) == 2
    last, hint, page = " ".join(capsys.readouterr().err.rpartition("\n\n")[2].split()).partition(" hint: ")
    assert (hint, page) == (" hint: ", "`abiding explain bad-requirement` tells why, and what to do")
    more = "80 more faults are not shown; " if faults > 1 else ""
    assert last == f"abiding: {more}{closing[0].lower() if more else closing[0]}{closing[1:]}"


@pytest.mark.parametrize("backend", ["abiding", "abiding:backend", "abiding.backend:x", "abiding.backends"])
@pytest.mark.parametrize("command", [["init", "--yes"], ["show"], ["prove"], ["unwrap", "--yes"]])
@pytest.mark.parametrize("tool", ['[tool.abiding]\nbuild-backend = "flit_core.buildapi"\n', ""])
def test_a_backend_that_has_no_hooks(
    backend: str, command: list[str], tool: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named by every command that reads pyproject.toml, and nothing is built or written."""
    text = f'[build-system]\nrequires = ["abiding"]\nbuild-backend = "{backend}"\n[project]\nname = "a"\n{tool}'
    (tmp_path / "pyproject.toml").write_text(text)
    assert main([*command, str(tmp_path)]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert f"`{backend}` has no hooks: the build backend is `abiding.backend`" in err
    assert 'hint: write `build-backend = "abiding.backend"`' in err
    assert (tmp_path / "pyproject.toml").read_text() == text
