"""Hints, followed to their end: what is printed is applied, and then the error is gone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import tomlkit

import abiding
from abiding.cli import main
from abiding.findings.errors import DeclarationError
from abiding.metadata.core import CoreMetadata
from abiding.metadata.requirements import split_extra, with_extra
from abiding.project import hints
from abiding.project.build_record import BuildRecord
from abiding.project.declaration import Declaration
from abiding.project.known_backends import backend_of, distribution_of, script_of
from abiding.project.pyproject import Pyproject
from makers.archives import metadata as head
from makers.archives import wheel_name, write_sdist, write_wheel
from makers.commands import run
from makers.trees import HookFailed, Tree, installed, metadata, pkg_info, unpacked
from makers.warned import warned

pytestmark = pytest.mark.slow

# A backend that lives in the tree, and says what says.py says in sdists and in wheels.
BACKEND = """
    import io, os, tarfile, zipfile
    import says

    def _text(lines, level):
        return "\\n".join([f"Metadata-Version: {level}", "Name: spam", "Version: 1.4.0", *lines, ""])

    def build_sdist(folder, settings=None):
        text = _text(says.sdist(), "2.2").encode()
        with tarfile.open(os.path.join(folder, "spam-1.4.0.tar.gz"), "w:gz") as archive:
            for name in ("pyproject.toml", "odd.py", "says.py"):
                archive.add(name, "spam-1.4.0/" + name)
            info = tarfile.TarInfo("spam-1.4.0/PKG-INFO")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
        return "spam-1.4.0.tar.gz"

    def build_wheel(folder, settings=None, prepared=None):
        name = "spam-1.4.0-py3-none-any.whl"
        with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
            archive.writestr("spam-1.4.0.dist-info/METADATA", _text(says.wheel(), "2.2"))
            archive.writestr("spam-1.4.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
            archive.writestr("spam-1.4.0.dist-info/RECORD", "")
        return name
"""
PYPROJECT = """\
[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
dependencies = ["numpy>=1.26"]
optional-dependencies.gpu = ["cupy"]

[tool.abiding]
build-backend = "odd"
backend-path = ["."]
"""
API = ["Requires-Dist: numpy>=1.26", 'Requires-Dist: cupy; extra == "gpu"', "Provides-Extra: gpu"]


def odd(folder: Path, pyproject: str = PYPROJECT, *, sdist: list[str], wheel: list[str]) -> Tree:
    says = f"def sdist(): return {sdist!r}\ndef wheel(): return {wheel!r}\n"
    return Tree.write(folder, {"pyproject.toml": pyproject, "odd.py": dedent(BACKEND), "says.py": says})


def refusal(tree: Tree, hook: str, out: Path) -> str:
    with pytest.raises(HookFailed) as caught:
        tree.hook(hook, out)
    return caught.value.output


def edit(tree: Tree, **names: object) -> None:
    """Set names of `[project]`, or take those out that are None."""
    document = tomlkit.parse((tree.folder / "pyproject.toml").read_text())
    for name, value in names.items():
        if value is None:
            del document["project"][name]
        else:
            document["project"][name] = value
    (tree.folder / "pyproject.toml").write_text(tomlkit.dumps(document))


def follow(tree: Tree, said: str) -> None:
    """Do what the first hint with an example says, or what `not-dynamic` says."""
    dynamic = re.search(r"write `(dynamic = \[.*?\])`", " ".join(said.split()))
    if dynamic:
        edit(tree, dynamic=tomllib.loads(dynamic[1])["dynamic"])
        return
    example = re.search(r":\n((?: {8}.*\n)+)", said)
    assert example, said
    path = tree.folder / "pyproject.toml"
    path.write_text(f"{path.read_text()}\n{dedent(example[1])}")


@pytest.mark.parametrize(
    ("line", "table"),
    [
        ("libgmp==6.3.0", "[tool.abiding.wheel]\n"),
        ('libgmp; os_name == "nt"', "[tool.abiding.wheel]\n"),
        ('cupy-cuda13x; extra == "gpu"', "[tool.abiding.wheel.optional-dependencies]\n"),
        ("cupy-cuda13x>=14 ; os_name == 'posix' and extra == 'gpu'", "[tool.abiding.wheel.optional-dependencies]\n"),
        ("cupy-cuda13x; (extra == 'gpu')", "[tool.abiding.wheel.optional-dependencies]\n"),
    ],
)
def test_a_requirement_that_nothing_declares(tmp_path: Path, line: str, table: str) -> None:
    tree = odd(tmp_path / "tree", sdist=API, wheel=[*API, f"Requires-Dist: {line}"])
    said = refusal(tree, "build_wheel", tmp_path / "out")
    assert "error[undeclared-requirement]" in said
    assert table in said
    follow(tree, said)
    said = refusal(tree, "build_wheel", tmp_path / "out")
    assert "error[not-dynamic]" in said
    follow(tree, said)
    built = metadata(tmp_path / "out" / tree.hook("build_wheel", tmp_path / "out"))
    assert built.all("Requires-Dist")[-1] == line


@pytest.mark.parametrize(("line", "name"), [("egg", "dependencies"), ('egg; extra == "gpu"', "optional-dependencies")])
def test_a_requirement_of_the_sdist_that_nothing_declares(tmp_path: Path, line: str, name: str) -> None:
    tree = odd(tmp_path / "tree", sdist=[*API, f"Requires-Dist: {line}"], wheel=API)
    said = " ".join(refusal(tree, "build_sdist", tmp_path / "out").split())
    assert f"if the source needs it, add it to `project.{name}`" in said
    assert f"list `{name}` in `project.dynamic` and give it no value" in said
    before = (tree.folder / "pyproject.toml").read_text()
    edit(tree, **{name: ["numpy>=1.26", "egg"] if name == "dependencies" else {"gpu": ["cupy", "egg"]}})
    tree.hook("build_sdist", tmp_path / "added")
    (tree.folder / "pyproject.toml").write_text(before)
    edit(tree, **{name: None, "dynamic": [name]})
    tree.hook("build_sdist", tmp_path / "dynamic")


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [("Summary: x", "description", "y"), ("Keywords: a,b", "keywords", ["c"]), ("Requires-Python: >=3.8", "requires-python", ">=3.9")],
)  # fmt: skip
def test_a_field_that_has_to_vary(tmp_path: Path, field: str, name: str, value: object) -> None:
    tree = odd(tmp_path / "tree", sdist=[*API, field], wheel=[*API, field])
    edit(tree, **{name: value})
    for hook in ("build_sdist", "build_wheel"):
        assert f"list `{name}` in `project.dynamic` and give it no value" in " ".join(
            refusal(tree, hook, tmp_path / "out").split()
        )
    edit(tree, **{name: None, "dynamic": [name]})
    for hook in ("build_sdist", "build_wheel"):
        tree.hook(hook, tmp_path / "out")


@pytest.mark.parametrize("field", ["Name", "Version", "Provides-Extra"])
@pytest.mark.parametrize("from_sdist", [False, True])
def test_what_may_not_vary_is_not_told_to_be_dynamic(field: str, from_sdist: bool) -> None:
    assert not any("project.dynamic" in hint for hint in hints.in_every_build(field, from_sdist=from_sdist))


@pytest.mark.parametrize("field", ["Requires-Python: >=3.10", 'Summary: say "it"'])
def test_a_field_that_a_backend_writes_by_itself(tmp_path: Path, field: str) -> None:
    """As sip does, which takes no `dynamic` at all."""
    tree = odd(tmp_path / "tree", sdist=[*API, field], wheel=[*API, field])
    told = set()
    for hook in ("build_sdist", "build_wheel"):
        said = " ".join(refusal(tree, hook, tmp_path / "out").split())
        told |= set(re.findall(r"or say what `odd` says: `([\w-]+ = .+?)` under `\[project\]`", said))
    edit(tree, **tomllib.loads(told.pop()))
    assert not told
    for hook in ("build_sdist", "build_wheel"):
        tree.hook(hook, tmp_path / "out")


@pytest.mark.parametrize(
    ("backend", "names"),
    [
        ("sipbuild.api", ()),
        ("flit_core.buildapi", ("version", "description")),
        ("mesonpy", ("version",)),
        ("setuptools.build_meta", ("version", "description", "keywords")),
        ("hatchling.build", ("version", "description", "requires-python", "keywords")),
        ("", ("version", "description", "keywords")),
    ],
)
def test_what_a_backend_refuses_in_dynamic_is_not_proposed(backend: str, names: tuple[str, ...]) -> None:
    for field, name in (("Summary", "description"), ("Requires-Python", "requires-python"), ("Keywords", "keywords")):
        for said in (
            *hints.in_every_build(field, from_sdist=False, backend=backend),
            *hints.where_a_backend_differs(field, backend),
        ):
            assert ("project.dynamic" in said) == (name in names)


def test_init_tells_that_sip_writes_a_field_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[build-system]\nrequires = ["sip>=6.10"]\nbuild-backend = "sipbuild.api"\n[project]\nname = "spam"\nversion = "1"\n'
    for more, told in (("", True), ('requires-python = ">=3.10"\n', False)):
        (tmp_path / "pyproject.toml").write_text(text + more)
        assert main(["init", "--dry-run", str(tmp_path)]) == 0
        assert ("write `requires-python` under" in " ".join(capsys.readouterr().err.split())) == told


SETUP_PY = """
    import os
    from setuptools import setup
    path = "requirements.txt"
    setup(name="spam", version="1.4.0", py_modules=[], install_requires=open(path).read().split() if os.path.exists(path) else [])
"""
WRAPPED_SETUP_PY = """\
[build-system]
requires = ["abiding", "setuptools"]
build-backend = "abiding.backend"
[tool.abiding]
build-backend = "setuptools.build_meta"
"""


def test_a_file_that_the_sdist_lacks(tmp_path: Path) -> None:
    files = {"pyproject.toml": WRAPPED_SETUP_PY, "setup.py": SETUP_PY, "requirements.txt": "numpy\n", "MANIFEST.in": "exclude *.txt\n"}  # fmt: skip
    tree = Tree.write(tmp_path / "tree", files)
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    assert not (sdist / "requirements.txt").exists()
    inside = Tree(sdist, tree.environment, [])
    said = " ".join(refusal(inside, "build_wheel", tmp_path / "out").split())
    assert "error[lost-requirement]" in said
    assert "hint: something that the build reads may be missing from the sdist" in said
    assert "delete" not in said  # of PKG-INFO: the wheel would then be built without its requirements
    (tree.folder / "MANIFEST.in").write_text("include *.txt\n")
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "again")
    name = Tree(sdist, tree.environment, []).hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy",)


COMPUTING = """
    import sys
    from setuptools import setup
    setup(name="spam", version="1.4.0", py_modules=[], install_requires=["numpy>=1.26"] if "sdist" in sys.argv else [{line}])
"""


@pytest.mark.parametrize(
    ("line", "rule", "hint"),
    [
        ('"numpy>=2"', "changed", "let `setup.py` write `numpy>=1.26` in every build, and declare `numpy>=2`"),
        ("", "lost", "let `setup.py` write `numpy>=1.26` in every build: what is declared is added to it"),
        ('"numpy>=1.26", "egg"', "undeclared", "if neither does, find out why `setup.py` writes it"),
    ],
)
def test_requirements_that_setup_py_computes(tmp_path: Path, line: str, rule: str, hint: str) -> None:
    """Declared with its line left to setup.py, the wheel would lack the other: followed to the letter, it builds."""
    files = {"pyproject.toml": WRAPPED_SETUP_PY, "setup.py": COMPUTING.format(line=line)}
    tree = Tree.write(tmp_path / "tree", files)
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    said = refusal(Tree(sdist, tree.environment, []), "build_wheel", tmp_path / "out")
    assert f"error[{rule}-requirement]" in said
    assert hint in " ".join(said.split())
    if rule == "undeclared":
        return
    (tree.folder / "setup.py").write_text(dedent(COMPUTING.format(line='"numpy>=1.26"')))
    if rule == "changed":
        follow(tree, said)
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "again")
    name = Tree(sdist, tree.environment, []).hook("build_wheel", tmp_path / "out")
    lines = ("numpy>=1.26", "numpy>=2") if rule == "changed" else ("numpy>=1.26",)
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == lines


WITHOUT_PROJECT = """\
[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"
[tool.abiding]
build-backend = "odd"
backend-path = ["."]
"""
COMPUTED = "f\"egg=={version('egg')}\""


def says(sdist: str, wheel: str) -> str:
    """What an sdist and a wheel require, as code."""
    line = "f'Requires-Dist: {line}' for line in"
    return f"from importlib.metadata import version\ndef sdist(): return [{line} [{sdist}]]\ndef wheel(): return [{line} [{wheel}]]\n"


@pytest.mark.parametrize(
    ("sdist", "wheel", "then", "declared", "hint"),
    [
        # one for the sdist, and one for wheels
        ('"egg>=1"', COMPUTED, '"egg>=1"', "", "let `odd` write `egg>=1` in every build, and declare `egg==x.x.x` next to it:"),
        ('"egg>=1"', COMPUTED, '"egg>=1"', "egg==1.1.0", 'and write `"egg==x.x.x"` in place of `egg==1.1.0` (pyproject.toml:8)'),
        ('"egg>=1"', COMPUTED, '"egg>=1"', "egg<9", 'and add `"egg==x.x.x"` to `tool.abiding.wheel.dependencies` (pyproject.toml:8)'),
        # nothing for the sdist
        ("", COMPUTED, "", "", 'if this binary needs it, declare it: [tool.abiding.wheel] dependencies = ["egg==x.x.x"]'),
        ("", COMPUTED, None, "egg==1.1.0", 'if this binary needs it, write `"egg==x.x.x"` in place of `egg==1.1.0` (pyproject.toml:8)'),
        # the same for both, computed anew
        (COMPUTED, COMPUTED, '"egg>=1"', "", "let `odd` write what the source works with, the same in every build, and declare `egg==x.x.x` next to it:"),
        # what is not installed is no pin
        ('"egg>=1"', '"egg==1.2.3"', '"egg>=1"', "", "let `odd` write `egg>=1` in every build, and declare `egg==1.2.3` next to it:"),
        ('"egg>=1"', '"egg<1"', '"egg>=0"', "", "hint: let `odd` write what the source works with, the same in every build abiding: No wheel"),
    ],
)  # fmt: skip
def test_requirements_that_are_taken_from_what_is_installed(
    tmp_path: Path, sdist: str, wheel: str, then: str | None, declared: str, hint: str
) -> None:
    """Followed, the wheel builds, also where another version is installed."""
    pyproject = WITHOUT_PROJECT + (f'[tool.abiding.wheel]\ndependencies = ["{declared}"]\n' if declared else "")
    files = {"pyproject.toml": pyproject, "odd.py": dedent(BACKEND), "says.py": says(sdist, wheel)}
    first, second, third = (installed(tmp_path / name, "egg", name) for name in ("2.3.4", "2.4.6", "3.0.0.post1"))
    tree = Tree.write(tmp_path / "tree", files, PYTHONPATH=first)
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    said = refusal(Tree(inside, {"PYTHONPATH": second}, []), "build_wheel", tmp_path / "out")
    assert hint in " ".join(said.split())
    if then is not None:
        (tree.folder / "says.py").write_text(says(then, then))
    file = tree.folder / "pyproject.toml"
    if declared:
        instead = "egg==x.x.x" if "in place of" in hint else f'{declared}", "egg==x.x.x'
        file.write_text(file.read_text().replace(declared, instead))
    elif "declare" in hint:
        follow(tree, said)
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "again")
    name = Tree(inside, {"PYTHONPATH": third}, []).hook("build_wheel", tmp_path / "out", ABIDING_LEVEL="abi")
    built = metadata(tmp_path / "out" / name).all("Requires-Dist")
    assert ("egg==3.0.0.post1" in built) == ("egg==x.x.x" in hint)


OF_EXTRA = """\
from importlib.metadata import version
def sdist(): return ["Provides-Extra: gpu"]
def wheel(): return [*sdist(), f'Requires-Dist: egg=={version("egg")}; extra == "gpu"']
"""


def test_a_requirement_of_an_extra_that_is_taken_from_what_is_installed(tmp_path: Path) -> None:
    """Followed, the wheel builds, also where another version is installed."""
    files = {"pyproject.toml": WITHOUT_PROJECT, "odd.py": dedent(BACKEND), "says.py": OF_EXTRA}
    first, second = (installed(tmp_path / name, "egg", name) for name in ("2.3.4", "1!3.0.0"))
    tree = Tree.write(tmp_path / "tree", files, PYTHONPATH=first)
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "first")
    said = refusal(Tree(inside, tree.environment, []), "build_wheel", tmp_path / "out")
    assert '[tool.abiding.wheel.optional-dependencies] gpu = ["egg==x.x.x"]' in " ".join(said.split())
    follow(tree, said)
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    name = Tree(inside, {"PYTHONPATH": second}, []).hook("build_wheel", tmp_path / "out", ABIDING_LEVEL="abi")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ('egg==1!3.0.0; extra == "gpu"',)


def test_a_local_version_that_is_taken_from_what_is_installed(tmp_path: Path) -> None:
    """Only a pin with `===` takes it, and becomes another line than a backend writes."""
    files = {"pyproject.toml": WITHOUT_PROJECT, "odd.py": dedent(BACKEND), "says.py": says("", COMPUTED)}
    tree = Tree.write(tmp_path / "tree", files, PYTHONPATH=installed(tmp_path / "egg", "egg", "2.9.0+cu1"))
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "first")
    said = " ".join(refusal(Tree(inside, tree.environment, []), "build_wheel", tmp_path / "out").split())
    assert "no pin becomes it: declare `egg===x.x.x`, which takes the local version, and write none" in said
    (tree.folder / "says.py").write_text(says("", ""))
    file = tree.folder / "pyproject.toml"
    file.write_text(file.read_text() + '[tool.abiding.wheel]\ndependencies = ["egg===x.x.x"]\n')
    inside = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "again")
    name = Tree(inside, tree.environment, []).hook("build_wheel", tmp_path / "out", ABIDING_LEVEL="abi")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("egg===2.9.0+cu1",)


OPPOSED = "`egg>=2` is from `odd`, `egg<2` from pyproject.toml:{}"
LATER = "hint: in a build to publish, with `ABIDING_LEVEL=abi`, this is an error"


def test_lines_that_exclude_what_a_backend_computes(tmp_path: Path) -> None:
    """An sdist of which no wheel can be installed is not made; where one wheel can, that of another can't."""
    declared = WITHOUT_PROJECT + '[tool.abiding.wheel]\ndependencies = ["egg<2"]\n'
    files = {"pyproject.toml": declared, "odd.py": dedent(BACKEND), "says.py": says('"egg>=2"', '"egg>=2"')}
    tree = Tree.write(tmp_path / "tree", files)
    for hook, kind in (
        ("build_sdist", "the wheels of this sdist would require"),
        ("build_wheel", "the wheel requires"),
    ):
        said = " ".join(refusal(tree, hook, tmp_path / "out").split())
        assert f"error[unsatisfiable]: no version of `egg` satisfies all that {kind} of it" in said
        assert OPPOSED.format(8) in said
        assert LATER not in said

    of_some = declared.replace('"egg<2"', '{ requires = "egg<2", select = "py3-*" }')
    of_some = of_some.replace("[tool.abiding]\n", '[tool.abiding]\nwheels-differ = "as it is"\n')
    (tree.folder / "pyproject.toml").write_text(of_some)
    inside = Tree(unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in"), tree.environment, [])
    with warned(rf"warning\[unsatisfiable\].*{re.escape(OPPOSED.format(9))}.*{re.escape(LATER)}$"):
        inside.hook("build_wheel", tmp_path / "wheels")
    with pytest.raises(HookFailed) as caught:
        inside.hook("build_wheel", tmp_path / "wheels", ABIDING_LEVEL="abi")
    said = " ".join(caught.value.output.split())
    assert "error[unsatisfiable]" in said
    assert OPPOSED.format(9) in said
    assert LATER not in said


@pytest.mark.parametrize("declares", [True, False])
def test_a_wheel_for_a_python_that_the_project_excludes(tmp_path: Path, declares: bool) -> None:
    """Whoever has built with the wrong Python has two ways out, and no file to correct."""
    field = "Requires-Python: >=3.12"
    pyproject = (
        PYPROJECT.replace("[tool.abiding]", 'requires-python = ">=3.12"\n\n[tool.abiding]')
        if declares
        else WITHOUT_PROJECT
    )
    tree = odd(tmp_path / "tree", pyproject, sdist=[*API, field], wheel=[*API, field])
    path = tree.folder / "odd.py"
    path.write_text(path.read_text().replace("py3-none-any", "cp311-none-any"))
    said = " ".join(refusal(tree, "build_wheel", tmp_path / "out").split())
    line = pyproject[: pyproject.find("requires-python")].count("\n") + 1
    place = f" (pyproject.toml:{line})" if declares else ""
    assert "`Requires-Python` admits no Python that the wheel is for" in said
    assert (
        "build with a Python that `requires-python` admits, or "
        f"let `requires-python`{place} admit that of the tag abiding:" in said
    )
    assert (f"+++ pyproject.toml:{line}" in said) == declares
    assert LATER not in said
    # In a build from the sdist it is a warning.
    inside = Tree(unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in"), tree.environment, [])
    (inside.folder / "odd.py").write_text(path.read_text())
    (inside.folder / "says.py").write_text((tree.folder / "says.py").read_text())
    with warned(rf"warning\[unsatisfiable\].*admit that of the tag {re.escape(LATER)}$"):
        inside.hook("build_wheel", tmp_path / "out")
    # Of another length: bytecode counts for a file of the same second and length.
    path.write_text(path.read_text().replace("cp311-none-any", "cp312-none-any") + "\n")
    tree.hook("build_wheel", tmp_path / "out")


@pytest.mark.parametrize(
    ("tag", "way"), [("cp311-cp311-win32", "build with"), ("py2-none-any", "let the tag name"), ("py27.py26-none-any", "let the tag name")]
)  # fmt: skip
def test_what_a_python_is_set_by(tmp_path: Path, tag: str, way: str) -> None:
    """A tag for any implementation does not come from the Python of the build."""
    write_wheel(tmp_path, wheel_name(tag), head("Requires-Python: >=3.12"))
    (finding,) = [one for one in abiding.check([tmp_path])[0].findings if one.rule == "unsatisfiable"]
    assert finding.hints[0].startswith(f"{way} a Python that `requires-python` admits")


def test_an_sdist_for_no_python(tmp_path: Path) -> None:
    backend = dedent(BACKEND).replace('"Version: 1.4.0"', '"Version: 1.4.0", "Requires-Python: >=3.9,<3.8"')
    files = {"pyproject.toml": WITHOUT_PROJECT, "odd.py": backend, "says.py": says("", "")}
    tree = Tree.write(tmp_path / "tree", files)
    for hook in ("build_sdist", "build_wheel"):
        assert "`Requires-Python` admits no Python" in " ".join(refusal(tree, hook, tmp_path / "out").split())


@pytest.mark.parametrize(
    "declared",
    [
        '"egg<3"',
        "\"egg<3; os_name == 'none'\"",
        '"egg==x.x.*"',
        '{ requires = "egg<2", variant = "old" }',
        # A wheel may be for other environments.
        "\"egg<2; sys_platform == 'win32'\"",
        "\"egg<2; python_version < '3.11'\"",
        "\"egg<2; implementation_name == 'pypy'\"",
    ],
)
def test_an_sdist_whose_wheels_can_be_installed(tmp_path: Path, declared: str) -> None:
    text = WITHOUT_PROJECT.replace("[tool.abiding]\n", '[tool.abiding]\nwheels-differ = "as it is"\n')
    text += f"[tool.abiding.wheel]\ndependencies = [{declared}]\n"
    files = {"pyproject.toml": text, "odd.py": dedent(BACKEND), "says.py": says('"egg>=2"', '"egg>=2"')}
    Tree.write(tmp_path / "tree", files).hook("build_sdist", tmp_path / "out")


@pytest.mark.parametrize(
    ("backend", "files", "script"),
    [
        ("setuptools.build_meta", ["setup.py"], "setup.py"),
        ("setuptools.build_meta:__legacy__", ["setup.py"], "setup.py"),
        ("scikit_build_core.setuptools.build_meta", ["setup.py"], "setup.py"),
        ("setuptools.build_meta", ["setup.cfg"], ""),
        ("mesonpy", ["setup.py"], ""),
        ("setuptools_of_ours.build", ["setup.py"], ""),
    ],
)
def test_the_script_that_a_backend_runs(tmp_path: Path, backend: str, files: list[str], script: str) -> None:
    for file in files:
        (tmp_path / file).write_text("setup(install_requires=[])\n", encoding="utf-8")
    assert script_of(backend, tmp_path, {}, "dependencies") == script
    # Most have no more than this; what it hands over is said elsewhere.
    for file in files:
        (tmp_path / file).write_text("from setuptools import setup\nsetup()\n", encoding="utf-8")
    assert script_of(backend, tmp_path, {}, "dependencies") == ""


HANDED = "setup({} install_requires=['late'], extras_require={{'x': ['late']}})"
APPENDED = """
    from setuptools.command.dist_info import dist_info
    class later(dist_info):
        def run(self):
            self.distribution.install_requires.append("late")
            self.distribution.extras_require.setdefault("x", []).append("late")
            dist_info.run(self)
    setup({} cmdclass={{"dist_info": later}})
"""


@pytest.mark.parametrize(
    ("project", "code", "decides"),
    [
        ("", HANDED, True),
        ('dynamic = ["{name}"]', HANDED, True),
        ("", APPENDED, True),
        ("{name} = {given}", HANDED, False),
        ("{name} = {given}", APPENDED, True),
        ("description = 'x'", HANDED, False),
        ('dynamic = ["{name}"]\n[tool.setuptools.dynamic]\n{name} = {read}', HANDED, False),
    ],
)
@pytest.mark.parametrize("name", ["dependencies", "optional-dependencies"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_setup_py_is_named_where_setuptools_takes_requirements_of_it(
    project: str, code: str, decides: bool, name: str, tmp_path: Path
) -> None:
    """What setuptools makes of both is the oracle."""
    given, read = ("[]", '{file = ["lines.txt"]}') if name == "dependencies" else ("{}", '{y = {file = ["lines.txt"]}}')
    own = project.format(name=name, given=given, read=read)
    pyproject = f'[project]\nname = "spam"\nversion = "1"\n{own}' if project else ""
    own_arguments = "" if project else "name='spam', version='1',"
    setup = "from setuptools import setup\n" + dedent(code).format(own_arguments)
    tree = Tree.write(tmp_path, {"pyproject.toml": pyproject, "setup.py": setup, "lines.txt": "early\n", "spam.py": ""})
    info = tree.hook("prepare_metadata_for_build_wheel", tmp_path / "out", backend="setuptools.build_meta")
    lines = CoreMetadata.parse((tmp_path / "out" / info / "METADATA").read_bytes(), "METADATA").all("Requires-Dist")
    marked = name == "optional-dependencies"
    assert any(line.startswith("late") and ("extra" in line) is marked for line in lines) is decides
    script = script_of("setuptools.build_meta", tmp_path, tomllib.loads(pyproject), name)
    assert script == ("setup.py" if decides else "")


def test_an_sdist_that_was_edited_on_purpose(tmp_path: Path) -> None:
    files = {"pyproject.toml": WRAPPED_SETUP_PY, "setup.py": SETUP_PY, "requirements.txt": "numpy\negg\n", "MANIFEST.in": "include *.txt\n"}  # fmt: skip
    tree = Tree.write(tmp_path / "tree", files)
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    (sdist / "requirements.txt").write_text("numpy\n")
    inside = Tree(sdist, tree.environment, [])
    assert "edit its PKG-INFO in the same way" in " ".join(refusal(inside, "build_wheel", tmp_path / "out").split())
    (sdist / "PKG-INFO").write_text((sdist / "PKG-INFO").read_text().replace("Requires-Dist: egg\n", ""))
    name = inside.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy",)


# In `check`

GIVEN = '[project]\nname = "spam"\nversion = "1.0"\ndependencies = ["egg"]\n'


def test_an_sdist_that_its_backend_makes_disagree(tmp_path: Path) -> None:
    """Built anew it would be the same."""
    write_sdist(tmp_path, "spam-1.0.tar.gz", head("Requires-Dist: numpy"), GIVEN)
    (finding,) = abiding.check([tmp_path])[0].findings
    assert finding.rule == "sdist-disagrees"
    assert "list `dependencies` in `project.dynamic` and give it no value" in finding.hints[1]
    followed = GIVEN.replace('dependencies = ["egg"]', 'dynamic = ["dependencies"]')
    write_sdist(tmp_path, "spam-1.0.tar.gz", head("Requires-Dist: numpy"), followed)
    assert abiding.check([tmp_path])[0].findings == ()


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("egg", ("dependencies", "`[tool.abiding.wheel]`")),
        ('egg; extra == "gpu"', ("optional-dependencies", "`[tool.abiding.wheel.optional-dependencies]`")),
    ],
)
def test_where_a_published_wheel_should_have_declared_it(tmp_path: Path, line: str, place: tuple[str, str]) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", head("Provides-Extra: gpu"))
    write_wheel(tmp_path, wheel_name(), head("Provides-Extra: gpu", f"Requires-Dist: {line}"))
    for_wheels, for_all = abiding.check([tmp_path])[0].findings[0].hints
    assert "make the project use abiding (`abiding init`)" in for_wheels
    assert for_wheels.endswith(place[1])
    assert for_all == "or write the line among the requirements of the project itself, if the source needs it"


@pytest.mark.parametrize(
    ("field", "backend", "name"),
    [
        ("License: MIT", "setuptools.build_meta", "license"),
        ("Requires-Python: >=3.12", "setuptools.build_meta", ""),
        ("Requires-Python: >=3.12", "mesonpy", ""),
        ("License: MIT", "mesonpy", "license"),
        ("Keywords: a", "mesonpy", ""),
    ],
)
def test_a_field_of_a_file_that_was_built_from_another_state(
    tmp_path: Path, field: str, backend: str, name: str
) -> None:
    """No hint leads to a name in `dynamic` that the backend refuses there."""
    for folder, text in (("plain", ""), ("wrapped", "[tool.abiding]\nbuild-backend = {!r}\nnative = false\n")):
        (tmp_path / folder).mkdir()
        system = f"[build-system]\nrequires = []\nbuild-backend = {'abiding.backend' if text else backend!r}\n"
        write_sdist(tmp_path / folder, "spam-1.0.tar.gz", head(), system + text.format(backend))
        write_wheel(tmp_path / folder, wheel_name(), head(field))
        (finding,) = [one for one in abiding.check([tmp_path / folder])[0].findings if one.rule == "undeclared-change"]
        assert "build sdist and wheels again from one state" in finding.hints[0]
        assert re.findall(r"list `(.*?)` in `project.dynamic`", " ".join(finding.hints)) == list(filter(None, [name]))


@pytest.mark.parametrize(("is_recorded", "wraps"), [(True, False), (True, True), (False, False)])
def test_an_sdist_from_before_the_project_used_abiding(tmp_path: Path, is_recorded: bool, wraps: bool) -> None:
    """It is not told to use abiding, which it does: the wheel has the record of its build."""
    backend = "abiding.backend" if wraps else "flit_core.buildapi"
    pyproject = (
        f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n[project]\nname = "spam"\nversion = "1.0"\n'
    )
    record = {"spam-1.0.dist-info/abiding.json": BuildRecord("flit_core.buildapi", "3.12", "abi", "", ()).to_json()}
    write_sdist(tmp_path, "spam-1.0.tar.gz", head(), pyproject)
    write_wheel(tmp_path, wheel_name(), head("Requires-Dist: egg"), more=record if is_recorded else {})
    (finding,) = [one for one in abiding.check([tmp_path])[0].findings if one.rule == "undeclared-requirement"]
    assert (finding.hints[0] == hints.OLDER_SDIST) == (is_recorded and not wraps)
    assert any("abiding init" in hint for hint in finding.hints) != (is_recorded and not wraps)


# Which backend


@pytest.mark.parametrize(
    ("requires", "backend"),
    [
        (["abiding", "meson-python"], "mesonpy"),
        (["setuptools>=77", "Cython", "poetry_core>=2", "abiding"], "poetry.core.masonry.api"),
        (["abiding", "Hatchling>=1.27", "hatch-vcs"], "hatchling.build"),
        (["abiding", "hatch-vcs"], "hatchling.build"),
        (["abiding", "setuptools", "setuptools-scm[toml]>=8"], "setuptools.build_meta"),
        (["abiding", "scikit_build_core"], "scikit_build_core.build"),
        (["abiding", "flit_core >=3.11,<4"], "flit_core.buildapi"),
        (["abiding", "pdm-backend; python_version > '3'"], "pdm.backend"),
    ],
)
def test_the_backend_that_the_project_has_is_proposed(requires: list[str], backend: str) -> None:
    text = f'[build-system]\nrequires = {requires}\nbuild-backend = "abiding.backend"\n[project]\nname = "a"\nversion = "1"\n'
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(text))
    (finding,) = caught.value.findings
    assert finding.rule == "no-declaration"
    proposed = dedent(finding.hints[0].partition(":\n")[2])
    assert Declaration.read(Pyproject.parse(f"{text}\n{proposed}\n")).backend == backend
    assert distribution_of(backend) in [re.sub(r"[-_.]+", "-", one.lower()).split()[0].split(">")[0].split(";")[0] for one in requires] or "hatch" in backend  # fmt: skip


@pytest.mark.parametrize("requires", [["abiding"], ["abiding", "my-backend"], "abiding", None])
def test_no_backend_is_made_up(requires: object) -> None:
    assert backend_of({"build-system": {"requires": requires, "build-backend": "abiding.backend"}}) == ""


def test_a_project_that_does_not_use_abiding_keeps_its_backend() -> None:
    assert backend_of({"build-system": {"requires": ["setuptools"], "build-backend": "my:backend"}}) == "my:backend"


# `abiding init`


def test_init_refuses_what_reads_pyproject_in_a_program_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[build-system]\nrequires = ["uv_build>=0.9"]\nbuild-backend = "uv_build"\n[project]\nname = "spam"\nversion = "1"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert main(["init", "--yes", str(tmp_path)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "error[not-understood]: `uv_build` can't be wrapped: it reads pyproject.toml in a program of its own" in said
    assert (tmp_path / "pyproject.toml").read_text() == text
    (tmp_path / "pyproject.toml").write_text(text.replace("uv_build>=0.9", "hatchling").replace('"uv_build"', '"hatchling.build"'))  # fmt: skip
    assert main(["init", "--yes", str(tmp_path)]) == 0


POETRY = """\
[build-system]
requires = ["poetry-core>=2.1"]
build-backend = "poetry.core.masonry.api"

[project]
name = "spam"
version = "1.4.0"
{project}
[tool.poetry]
{poetry}
"""


@pytest.mark.parametrize(
    ("project", "poetry"),
    [
        # as zeroconf
        ('requires-python = ">=3.11"', 'classifiers = ["Operating System :: POSIX"]\n[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = ">=1.26"'),
        ("", 'description = "A package"\nkeywords = ["a"]\nrepository = "https://example.org/"\nauthors = ["A <a@example.org>"]'),
        ("", '[tool.poetry.dependencies]\npython = "^3.11"\ncupy = {version = "*", optional = true}\n[tool.poetry.extras]\ngpu = ["cupy"]'),
        ("", '[tool.poetry.build]\ngenerate-setup-file = true\n[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "*"'),
        ('dynamic = ["classifiers"]\ndependencies = ["numpy"]', "packages = [{include = 'spam'}]"),
        ('dependencies = ["numpy"]\nclassifiers = ["Operating System :: POSIX"]', "packages = [{include = 'spam'}]"),
    ],
)  # fmt: skip
def test_init_of_a_project_that_poetry_fills_in(tmp_path: Path, project: str, poetry: str) -> None:
    text = POETRY.format(project=project, poetry=poetry)
    tree = Tree.write(tmp_path / "spam", {"pyproject.toml": text, "spam/__init__.py": "", "README.md": ""})
    bare = {hook: tree.hook(hook, tmp_path / "bare", backend="poetry.core.masonry.api") for hook in ("build_sdist", "build_wheel")}  # fmt: skip
    assert run("init", "--yes", str(tree.folder)) == 0
    for hook, read in (("build_sdist", pkg_info), ("build_wheel", metadata)):
        name = tree.hook(hook, tmp_path / "wrapped")
        before, after = read(tmp_path / "bare" / bare[hook]), read(tmp_path / "wrapped" / name)
        assert set(after.fields) - set(before.fields) <= {("Dynamic", "Requires-Dist")}
        assert set(before.fields) <= set(after.fields)


# Lines of an extra


@pytest.mark.parametrize("marker", ["", "; os_name == 'nt'", "; os_name == 'nt' or python_version < '3.12'"])
def test_an_extra_is_split_from_what_it_was_put_on(marker: str) -> None:
    text = f"egg[a]>=1{marker}"
    found = split_extra(with_extra(text, "gpu"))
    assert found is not None
    assert found[1] == "gpu"
    assert with_extra(found[0], "gpu").replace("(", "").replace(")", "") == with_extra(text, "gpu").replace("(", "").replace(")", "")  # fmt: skip


@pytest.mark.parametrize("line", ["egg", "egg; extra == 'a' or extra == 'b'", "egg; extra == 'a' or os_name == 'nt'", "egg; extra != 'a'", "egg; extra =="])  # fmt: skip
def test_what_is_of_no_single_extra(line: str) -> None:
    assert split_extra(line) is None


def pasted(text: str, hint: str) -> str:
    """A pyproject.toml, with what a hint shows pasted into it as it stands there."""
    place, colon, rows = hint.partition(":\n")
    if not colon:
        listed, key = re.findall(r"`([^`]+)`", hint.partition(" to ")[0]), hint.partition(" to `")[2]
        document: Any = tomlkit.parse(text)
        values = document
        for name in key.partition("`")[0].split("."):
            values = values[name]
        values.extend(tomllib.loads(f"x = {value}")["x"] for value in listed)
        return str(tomlkit.dumps(document))
    below = re.search(r" below `[^`]+` \(pyproject\.toml:(\d+)\)$", place)
    if not below:
        return f"{text}\n{rows}\n"
    lines = text.split("\n")
    lines.insert(int(below[1]), rows)
    return "\n".join(lines)


PROJECT = """\
[build-system]
requires = ["abiding", "meson-python"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1"
dynamic = ["dependencies", "optional-dependencies"]

"""
IN_A_STRING = '[tool.other]\nx = """\n[tool.abiding]\n[tool.abiding.wheel]\n"""\n'


@pytest.mark.parametrize(
    "table",
    [
        "[tool.abiding]\n",
        '[tool.abiding]\nfrom-sdist = "api"\n',
        "[ tool . 'abiding' ]  # ours\n\n[tool.abiding.wheel]\ndependencies = []\n",
        "[tool.abiding.wheel]\ndependencies = []\n",
        f"{IN_A_STRING}[tool.abiding]",
        "",
        "[tool.other]\nx = 1\n",
    ],
)
def test_the_backend_is_named_where_the_hint_says(table: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(PROJECT + table))
    (finding,) = caught.value.findings
    assert finding.rule == ("missing-key" if "[tool" in table and "abiding" in table else "no-declaration")
    (hint,) = finding.hints
    assert Declaration.read(Pyproject.parse(pasted(PROJECT + table, hint))).backend == "mesonpy"


@pytest.mark.parametrize(
    "table",
    [
        "",
        "[tool.abiding.wheel]",
        '[tool.abiding.wheel]\ndependencies = ["egg"]\n',
        '[tool.abiding.wheel.optional-dependencies]\ngpu = ["egg"]\n',
        '[tool.abiding.wheel]\n[tool.abiding.wheel.optional-dependencies]\n"a.b" = []\n',
        f"[tool.abiding.wheel]\ndependencies = []\n{IN_A_STRING}",
        f"{IN_A_STRING}[tool.abiding.wheel] # ours\n",
    ],
)
@pytest.mark.parametrize(
    "lines",
    [
        ["numpy>=2"],
        ["numpy>=2", "gmp"],
        ['cupy; extra == "gpu"'],
        ['cupy; extra == "gpu"', "numpy>=2", 'egg; os_name == "nt" and extra == "cpu"'],
    ],
)
def test_lines_are_declared_where_the_hints_say(table: str, lines: list[str]) -> None:
    text = f'{PROJECT}[tool.abiding]\nbuild-backend = "mesonpy"\n{table}'
    before = Declaration.read(Pyproject.parse(text))
    # From the bottom up: what is pasted moves what is below it.
    for hint in reversed(list(hints.declaring(lines, Pyproject.parse(text)))):
        text = pasted(text, hint)
    entries = [entry for entry in Declaration.read(Pyproject.parse(text)).entries if entry not in before.entries]
    declared = {(split_extra(line) or (line, "")) for line in lines}
    assert {(entry.requires, entry.extra) for entry in entries} == declared


@pytest.mark.parametrize("project", ['[project]\nname = "spam"', '[project]\nname = "spam"\ndynamic = ["version"]'])
def test_names_become_dynamic_where_the_hints_say(project: str) -> None:
    for hint in hints.making_dynamic(["dependencies"], Pyproject.parse(project)):
        project = pasted(project, hint)
    assert tomllib.loads(project)["project"]["dynamic"][-1] == "dependencies"
