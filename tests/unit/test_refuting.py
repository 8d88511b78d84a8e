"""A wheel is not handed over whose bounds its own files refute: at which level, from what, and what is said."""

from __future__ import annotations

import json
import tomllib
import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

import abiding
from abiding.archives.wheel import Wheel
from abiding.cli import main
from abiding.evidence import reading
from abiding.evidence.wheels import recall
from abiding.project.build_record import MEMBER, BuildRecord, record_of
from abiding.project.optional_modules import OptionalModules
from makers.evident import NUMPY_1, image, numpy_2, wheel
from makers.trees import WRAPPED_FLIT, HookFailed, Tree, unpacked
from makers.warned import warned

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CODE = "spam/_core.cpython-311-x86_64-linux-gnu.so"
LATER = image(numpy_2("2.0"))


def tree(folder: Path, pyproject: str = WRAPPED_FLIT, file: bytes = LATER) -> Tree:
    made = Tree.write(
        folder, {"pyproject.toml": pyproject, "spam/__init__.py": '"""A package."""\n__version__ = "1"\n'}
    )
    (folder / CODE).write_bytes(file)
    return made


def built(made: Tree, folder: Path, **environment: str) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    name = made.hook("build_wheel", str(folder), **environment)
    with ZipFile(folder / name) as archive:
        record: dict[str, Any] = json.loads(archive.read("spam-1.4.0.dist-info/abiding.json"))
    return record


def test_a_wheel_that_its_files_refute_is_not_written(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree")
    with pytest.raises(HookFailed):
        built(made, tmp_path / "dist")
    assert not any((tmp_path / "dist").iterdir())
    said = made.said[-1]
    assert "abiding: error[bound-too-loose]: the wheel admits numpy 1.26.4, which\n    `spam._core` refuses" in said
    assert "+++ METADATA, from pyproject.toml:10\n" in said
    assert "give `numpy>=2.0` in\n      `project.dependencies` (pyproject.toml:10)\n" in said
    assert "(NumPy 2.0)" in said
    # It is in the list that there is: a second table would be no TOML.
    assert (
        'if only wheels need it, add `"numpy>=2.0"` to `tool.abiding.wheel.dependencies` (pyproject.toml:18)'
        in " ".join(said.split())
    )
    # What is said leads out, and the wheel has a record of the evidence.
    right = WRAPPED_FLIT.replace('"libgmp==6.3.0",', '"libgmp==6.3.0",\n    "numpy>=2.0",')
    (found,) = built(tree(tmp_path / "right", right), tmp_path / "dist")["interfaces"]
    assert found == {
        "file": CODE,
        "kind": "numpy",
        "distribution": "numpy",
        "seen": "compiled against NumPy C-API version … (NumPy 2.0)",
        "floor": "2.0",
        "ceiling": "",
    }


@pytest.mark.parametrize(
    "text", [WRAPPED_FLIT, WRAPPED_FLIT.partition("[tool.abiding.wheel]")[0]], ids=["lines", "none"]
)
def test_what_was_not_looked_at_is_told_whatever_is_declared(tmp_path: Path, text: str) -> None:
    made = tree(tmp_path / "tree", text, file=image())
    for number in range(4):
        (made.folder / f"spam/_{number}.so").write_bytes(image() + bytes(11 << 20))
    with warned(r"warning\[bad-image\]: `spam/_3.so` was not looked at for what it accepts"):
        made.hook("build_wheel", tmp_path / "dist")


def test_a_line_that_would_leave_no_version_is_not_proposed(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree", WRAPPED_FLIT.replace("numpy>=1.26", "numpy<2"))
    with pytest.raises(HookFailed):
        built(made, tmp_path / "dist")
    said = " ".join(made.said[-1].split())
    assert "error[bound-too-loose]: no version of numpy is left: `spam._core` refuses all that the" in said
    assert "no version satisfies both `numpy<2` and `numpy>=2.0`: change `numpy<2`" in said
    assert "if only wheels need it" not in said
    # Whoever builds from the sdist is told the same, and nobody is kept from building.
    sdist = made.hook("build_sdist", tmp_path / "sdist")
    inside = Tree(unpacked(tmp_path / "sdist" / sdist, tmp_path / "in"), made.environment, [])
    (inside.folder / "spam").mkdir(exist_ok=True)
    (inside.folder / CODE).write_bytes(LATER)
    with warned(r"warning\[bound-too-loose\]: no version of numpy is left: `spam\._core` refuses all"):
        built(inside, tmp_path / "dist")


def test_lines_of_several_extras_are_proposed_where_they_are_declared(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.partition("[tool.abiding.wheel]")[0].replace('    "numpy>=1.26",\n', "")
    text += '[project.optional-dependencies]\na = ["numpy"]\nb = ["numpy>=1"]\n'
    made = tree(tmp_path / "tree", text)
    with pytest.raises(HookFailed):
        built(made, tmp_path / "dist")
    said = " ".join(made.said[-1].split())
    assert 'hint: add `"optional-dependencies"` to `project.dynamic` (pyproject.toml:11)' in said
    assert "`project.optional-dependencies.a` (pyproject.toml:17) and `project.optional-dependencies.b`" in said
    hint = made.said[-1].partition("if only wheels need it, declare it:\n")[2].partition("\nhint: ")[0]
    proposed = tomllib.loads(hint)
    assert proposed["tool"]["abiding"]["wheel"]["optional-dependencies"] == {"a": ["numpy>=2.0"], "b": ["numpy>=2.0"]}


def test_what_has_to_be_dynamic_is_said(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.partition("[tool.abiding.wheel]")[0].replace('dynamic = ["dependencies"]\n', "")
    made = tree(tmp_path / "tree", text)
    with pytest.raises(HookFailed):
        built(made, tmp_path / "dist")
    assert (
        'list it as dynamic below `[project]` (pyproject.toml:5):\n        dynamic = ["dependencies"]\n'
        in made.said[-1]
    )
    assert "if only wheels need it, declare it:\n        [tool.abiding.wheel]\n" in made.said[-1]


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ('"spam._core"', ""),
        ('"spam.*"', ""),
        ('{ modules = "spam._core", note = "falls back to pure Python" }', ""),
        ('"spam._other"', "error[bound-too-loose]"),
    ],
)
def test_modules_that_may_be_missing(tmp_path: Path, modules: str, said: str) -> None:
    key = f'build-backend = "flit_core.buildapi"\noptional-modules = [{modules}]'
    made = tree(tmp_path / "tree", WRAPPED_FLIT.replace('build-backend = "flit_core.buildapi"', key))
    if said:
        with pytest.raises(HookFailed, match="error"):
            built(made, tmp_path / "dist")
    else:
        (found,) = built(made, tmp_path / "dist")["optional_modules"]
        assert found["modules"] in modules
    assert ("bound-too-loose" in made.said[-1]) == bool(said)


CAPSULE = image(b"greenlet._C_API")
BY_ITSELF = image(b"_ARRAY_API", b"numpy.core.multiarray")


@pytest.mark.parametrize(
    ("installed", "file", "api", "abi", "told"),
    [
        ("numpy 2.3.1", LATER, "numpy>=2", '"numpy>=3"', "`numpy>=3` excludes numpy 2.3.1"),
        ("numpy 2.3.1", LATER, "numpy>=2.4", '"numpy!=2.3.1"', "`numpy>=2.4` and `numpy!=2.3.1` exclude numpy 2.3.1"),
        ("numpy 2.3.1", LATER, "numpy>=2.4", "", "`numpy>=2.4` excludes numpy 2.3.1, which the wheel was compiled with"),
        ("numpy 2.3.1", LATER, "numpy>=2", '"numpy==2.4.*"', "`numpy==2.4.*` excludes numpy 2.3.1"),
        ("numpy 2.3.1", LATER, "numpy>=2.4", "\"numpy>=9; sys_platform == 'win32'\"", "`numpy>=2.4` excludes numpy 2.3.1"),
        ("greenlet 3.1", CAPSULE, "greenlet>=3.2", "", "`greenlet>=3.2` excludes greenlet 3.1"),
        ("greenlet 3.1", CAPSULE, "greenlet<3", "", "`greenlet<3` excludes greenlet 3.1"),
        # All is well: what is newer than what is admitted accepts it, as the file says.
        ("numpy 2.3.1", LATER, "numpy>=2,<3", '"numpy<2.9"', ""),
        ("numpy 2.3.1", LATER, "numpy>=2,<2.3", "", ""),
        ("numpy 2.4.0rc1", LATER, "numpy>=2.4", "", ""),
        ("numpy 2.4.0+local", LATER, "numpy>=2.4", "", ""),
        ("numpy 2.3.1", LATER, "numpy>=2", "\"numpy>=3; sys_platform == 'win32'\"", ""),
        ("numpy 2.3.1", LATER, "numpy>=2", '{ requires = "numpy>=2.4", reason = "known-problem", note = "so" }', ""),
        ("numpy 2.3.1", BY_ITSELF, "numpy>=3", "", ""),
        ("numpy 2.3.1", image(NUMPY_1), "numpy<2", "", ""),
        ("numpy 2.3.1", image(), "numpy>=3", "", ""),
        ("greenlet 3.1", CAPSULE, "greenlet>=3", "", ""),
        ("eggs 3.1", CAPSULE, "greenlet>=3.2", "", ""),
        # Nothing is known of what is broken.
        ("numpy 2.3.1\nAuthor:\xa0Caf\xe9", LATER, "numpy>=3", "", ""),
        (f"numpy {'9' * 5000}", LATER, "numpy>=3", "", ""),
    ],
)  # fmt: skip
def test_what_a_wheel_was_compiled_with_is_not_to_be_excluded(
    installed: str, file: bytes, api: str, abi: str, told: str, tmp_path: Path
) -> None:
    name, version = installed.split(" ")
    info = tmp_path / "site" / f"{name}-{version[:9].split()[0]}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "latin-1")
    text = WRAPPED_FLIT.replace("numpy>=1.26", api).replace('    "libgmp==6.3.0",\n', f"    {abi},\n" if abi else "")
    made = tree(tmp_path / "tree", text, file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made.hook("build_wheel", tmp_path / "dist", PYTHONPATH=f"{info.parent}:{made.environment['PYTHONPATH']}")
    said = [" ".join(str(one.message).split()) for one in caught if "bound-too-tight" in str(one.message)]
    assert len(said) == bool(told)
    assert all(f"warning[bound-too-tight]: {told}" in one and "METADATA, from pyproject.toml:" in one for one in said)
    # One version is declared for one build: what each is compiled with is a pin.
    assert all(("or write `numpy==x.x.*` for `numpy==2.4.*`" in one) == (abi == '"numpy==2.4.*"') for one in said)


MISMATCHED = {
    '"spam._croe"': "did you mean `spam._core`?",
    '"spma.*"': "did you mean `spam.*`?",
    '"_core"': "did you mean `spam._core`?",
    '"spam/_core*.so"': "did you mean `spam._core`?",
    '{ modules = "spam._corre", note = "slow" }': "did you mean `spam._core`?",
    '"eggs.x"': "its modules are `spam._core`",
    '"spam._core", "ham"': "`ham` matches no compiled file of the wheel",
    '"spam._core"': "",
    '"spam.*"': "",
    '"*"': "",
    '"spam._cor[ef]"': "",
    '"spam._core", "spam.core*.pyd"': "",
    '"spam._core", "spam/lib/spam*.dll"': "",
}


@pytest.mark.parametrize("bound", ["numpy>=2.0", "numpy>=1.26"])
@pytest.mark.parametrize(("modules", "said"), MISMATCHED.items())
def test_a_glob_for_no_compiled_file_is_told(tmp_path: Path, modules: str, said: str, bound: str) -> None:
    """Whether the bound is right or not; what is for the files of another system is left alone."""
    key = f'build-backend = "flit_core.buildapi"\noptional-modules = [{modules}]'
    text = WRAPPED_FLIT.replace('build-backend = "flit_core.buildapi"', key).replace("numpy>=1.26", bound)
    made = tree(tmp_path / "tree", text)
    refused = bound == "numpy>=1.26" and bool(said) and '"spam._core"' not in modules
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(HookFailed) if refused else nullcontext():
            built(made, tmp_path / "dist")
    told = " ".join(" ".join([*(str(one.message) for one in caught), *made.said[-1:]]).split())
    assert ("matches no compiled file" in told) == bool(said), told
    assert said in told
    assert not said or "tool.abiding.optional-modules[" in told


def test_a_glob_is_told_where_nothing_else_is_declared(tmp_path: Path) -> None:
    """Of compiled files, too, that use no interface of another distribution."""
    key = 'build-backend = "flit_core.buildapi"\noptional-modules = ["spam._croe"]'
    text = WRAPPED_FLIT.partition("[tool.abiding.wheel]")[0].replace('build-backend = "flit_core.buildapi"', key)
    made = tree(tmp_path / "tree", text, image(b""))
    with warned("`spam._croe` matches no compiled file of the wheel .*did you mean `spam._core`"):
        made.hook("build_wheel", tmp_path / "dist")


def test_a_glob_is_not_told_of_a_wheel_without_compiled_files(tmp_path: Path) -> None:
    key = 'build-backend = "flit_core.buildapi"\noptional-modules = ["spam._core"]'
    made = tree(tmp_path / "tree", WRAPPED_FLIT.replace('build-backend = "flit_core.buildapi"', key))
    (tmp_path / "tree" / CODE).unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        built(made, tmp_path / "dist")


def test_at_the_api_level_it_is_a_warning(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree")
    with warned("bound-too-loose.*`spam._core` refuses"):
        assert built(made, tmp_path / "dist", ABIDING_LEVEL="api")["level"] == "api"
    # Some front ends show warnings when the hook has ended: the line that names the level is no all-clear.
    assert made.said[-1].endswith("adds it; 1 warning: `bound-too-loose`\n")


def test_at_the_api_level_what_is_declared_is_not_to_be_declared(tmp_path: Path) -> None:
    right = WRAPPED_FLIT.replace('"libgmp==6.3.0",', '"libgmp==6.3.0",\n    "numpy>=2.0",')
    with warned("left out at the API level.*`ABIDING_LEVEL=abi`, adds them") as caught:
        built(tree(tmp_path / "tree", right), tmp_path / "dist", ABIDING_LEVEL="api")
    assert not any("declare it" in str(one.message) for one in caught)


def test_a_finished_wheel_of_the_api_level_is_told_how_it_is_to_be_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with warned("bound-too-loose"):
        built(tree(tmp_path / "tree"), tmp_path / "dist", ABIDING_LEVEL="api")
    assert main(["check", str(tmp_path / "dist")]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "hint: the wheel was built at the API level, without the declared lines: build it with `ABIDING_LEVEL=abi`"
        in said
    )


def test_what_was_read_in_a_build_is_known_when_the_file_says_it_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some tools pack what is compiled, and the record of the build stays as it is."""
    with warned("bound-too-loose"):
        built(tree(tmp_path / "tree"), tmp_path / "dist", ABIDING_LEVEL="api")
    (wheel,) = (tmp_path / "dist").iterdir()
    opened = Wheel.open(wheel)
    read = reading.of_wheel(opened)
    assert recall(read, record_of(opened), opened.names) == read  # what a file says comes first
    with ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    member = next(name for name in members if name.endswith("/abiding.json"))
    record = json.loads(members[member])
    (kept,) = record["interfaces"]
    for change, is_known in (
        ({}, True),
        ({"distribution": "NumPy"}, True),
        # What is not known, or none of these files, is nothing that could be held against a wheel.
        ({"kind": "no-such"}, False),
        ({"kind": "stable-abi"}, False),
        ({"floor": "nonsense"}, False),
        ({"floor": "1.20"}, False),
        ({"file": "spam/_gone.so"}, False),
    ):
        record["interfaces"] = [{**kept, **change}]
        with ZipFile(wheel, "w") as archive:
            for name, data in {**members, CODE: image(), member: json.dumps(record).encode()}.items():
                archive.writestr(name, data)
        for command in ("check", "bounds"):
            main([command, str(wheel)])
            said = " ".join(capsys.readouterr().out.split())
            assert ("error[bound-too-loose]" in said) is is_known, change
            # What the file itself does not say is not said to be said by it.
            assert (f"note: by the record of the build (`abiding.json`), `{CODE}` says" in said) is is_known
            assert f"note: `{CODE}` says" not in said


def test_what_a_file_leaves_open_is_told_by_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What says which numpy it is for may be lost, and what says that it uses one stay."""
    with warned("bound-too-loose"):
        built(tree(tmp_path / "tree"), tmp_path / "dist", ABIDING_LEVEL="api")
    (wheel,) = (tmp_path / "dist").iterdir()
    with ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for text, bound in ((b"_ARRAY_API", "numpy>=2.0"), (NUMPY_1, "numpy<2")):  # one leaves it open, one tells
        with ZipFile(wheel, "w") as archive:
            for name, data in {**members, CODE: image(text)}.items():
                archive.writestr(name, data)
        opened = Wheel.open(wheel)
        (own,) = reading.of_wheel(opened).modules
        assert [one.refuses for one in own.interfaces] == [text == NUMPY_1]
        (told,) = recall(reading.of_wheel(opened), record_of(opened), opened.names).modules
        assert [one.bound for one in told.interfaces] == [bound]
        main(["check", str(wheel)])
        assert f"  - {bound}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("globs", "files", "told"),
    [
        (["spam._core"], [CODE], []),
        (["spam._croe"], [CODE], ["spam._core"]),
        (["ham"], [CODE], [None]),
        (["spam._croe", "spam._core"], [CODE], ["spam._core"]),
        # Another wheel of the release has it.
        (["spam._other"], [CODE, CODE.replace("_core", "_other")], []),
        (["spam._croe"], [CODE, CODE.replace("_core", "_other")], ["spam._core"] * 2),
        (["spam/_core.pyd"], [CODE], []),
        (["spam._croe"], ["spam/data.txt"], []),
    ],
)
def test_a_finished_release_is_asked_for_its_optional_modules(
    globs: list[str], files: list[str], told: list[str | None], tmp_path: Path
) -> None:
    record = BuildRecord("x", "1", "api", "", optional_modules=tuple(map(OptionalModules, globs)))
    for number, file in enumerate(files):
        members = {file: image(), f"spam-1.0.dist-info/{MEMBER}": record.to_json()}
        wheel(tmp_path, files=members, filename=f"spam-1.0-cp31{number}-cp31{number}-manylinux_2_17_x86_64.whl")
    (release,) = abiding.check([tmp_path])
    found = [one for one in release.everything if one.rule == "bad-value"]
    assert [one.expected for one in found] == told
    assert {(one.severity, one.field) for one in found} <= {("warning", "optional-modules")}


def test_from_an_sdist_it_is_an_error_for_who_asks_for_the_level(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree")
    (tmp_path / "sdist").mkdir()
    name = made.hook("build_sdist", str(tmp_path / "sdist"))
    (tmp_path / "unpacked").mkdir()
    from_sdist = Tree.write(unpacked(tmp_path / "sdist" / name, tmp_path / "unpacked"), {})
    with warned("bound-too-loose.*ABIDING_LEVEL=abi"):
        assert built(from_sdist, tmp_path / "dist")["level"] == "abi"
    with pytest.raises(HookFailed):
        built(from_sdist, tmp_path / "dist", ABIDING_LEVEL="abi")
    assert "error[bound-too-loose]" in from_sdist.said[-1]


def test_a_project_without_compiled_files_has_no_record_of_any(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree", WRAPPED_FLIT.partition("[tool.abiding.wheel]")[0], NUMPY_1)
    (tmp_path / "dist").mkdir()
    name = made.hook("build_wheel", str(tmp_path / "dist"))
    with ZipFile(tmp_path / "dist" / name) as archive:
        assert "spam-1.4.0.dist-info/abiding.json" not in archive.namelist()


def test_an_editable_wheel_is_not_for_others(tmp_path: Path) -> None:
    # scikit-build-core, for one, puts compiled files into it.
    own = 'build-backend = "with_code"\nbackend-path = ["."]'
    made = tree(tmp_path / "tree", WRAPPED_FLIT.replace('build-backend = "flit_core.buildapi"', own))
    (tmp_path / "tree/with_code.py").write_text(
        "from flit_core.buildapi import *\nfrom flit_core.buildapi import build_wheel as build_editable\n"
    )
    (tmp_path / "dist").mkdir()
    with warned("bound-too-loose.*`spam._core` refuses"):
        made.hook("build_editable", str(tmp_path / "dist"), ABIDING_LEVEL="abi")
