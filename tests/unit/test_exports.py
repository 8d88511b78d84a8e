"""What a provider exports, and what its consumers' lines become."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from abiding.builds import installed_exports, provider_exports, providers
from abiding.findings.errors import AbidingError, DeclarationError
from abiding.findings.screen import screen
from abiding.metadata.core import CoreMetadata
from abiding.project.build_record import BuildRecord
from abiding.project.declaration import Declaration
from abiding.project.entry import Load
from abiding.project.exports import Export, of_table
from abiding.project.level import Level
from abiding.project.pyproject import Pyproject
from abiding.proof import ProofVerdict, prove
from abiding.proof.rules import judge_builds
from abiding.proof.subject import ProofSubject
from makers.commands import shown
from makers.proving import Here
from makers.scenes import Scene
from makers.trees import HookFailed, Tree, metadata
from makers.warned import warned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abiding.findings.finding import Finding
    from abiding.proof.building import Result
    from abiding.proof.environments import Environment

pytestmark = pytest.mark.slow

BARE = '{ requires = "prov", native = true }'
NATIVE = '{ requires = "prov==1.0", native = true }'
NOTE = "minor versions add, major ones break"


def exporting(scene: Scene, requires: str, version: str, *libraries: str) -> None:
    """Let the provider that is installed have a record that exports a line."""
    record = BuildRecord("mesonpy", "0.22", "abi", "", exports=Export(requires, libraries, NOTE))
    (scene.site / f"prov-{version}.dist-info" / "abiding.json").write_bytes(record.to_json())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A provider 1.1 that exports a line, and a consumer that names it without versions."""
    made = Scene(tmp_path, version="1.1")
    exporting(made, "prov>=1.1,<2", "1.1")
    made.replace(NATIVE, BARE)
    return made


def lines(path: Path) -> tuple[str, ...]:
    return metadata(path).all("Requires-Dist")


def record(path: Path) -> Any:
    with ZipFile(path) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/abiding.json"))
        return json.loads(archive.read(name))


# The consumer


def test_an_entry_without_versions_becomes_the_exported_line(scene: Scene) -> None:
    path = scene.build()
    assert lines(path) == ("prov>=1.1,<2",)
    (line,) = record(path)["lines"]
    assert line["entry"] == "prov"
    assert line["requirement"] == lines(path)[0]


def test_metadata_is_prepared_with_it(scene: Scene) -> None:
    scene.replace('from-sdist = "api"', 'from-sdist = "abi"')
    text = "Metadata-Version: 2.2\nName: ham\nVersion: 1.0\nDynamic: Requires-Dist\n"
    (scene.tree.folder / "PKG-INFO").write_text(text)
    out = scene.folder / "prepared"
    name = str(scene.tree.hook("prepare_metadata_for_build_wheel", out))
    assert "Requires-Dist: prov>=1.1,<2\n" in (out / name / "METADATA").read_text("utf-8")


def test_nothing_is_prepared_before_the_provider_is_there(scene: Scene) -> None:
    scene.replace(BARE, '{ requires = "absent", native = true }')
    scene.replace('from-sdist = "api"', 'from-sdist = "abi"')
    text = "Metadata-Version: 2.2\nName: ham\nVersion: 1.0\nDynamic: Requires-Dist\n"
    (scene.tree.folder / "PKG-INFO").write_text(text)
    with pytest.raises(HookFailed, match="missing-provider"):
        scene.tree.hook("prepare_metadata_for_build_wheel", scene.folder / "prepared")


def test_extras_and_marker_are_the_entrys_own(scene: Scene) -> None:
    scene.replace(BARE, """{ requires = "prov[x]; python_version >= '3'", native = true }""")
    (line,) = lines(scene.build())
    assert line.replace('"', "'") == "prov[x]>=1.1,<2; python_version >= '3'"


@pytest.mark.parametrize("line", ["prov==1.1", "prov>=1.1,<2", "prov==1.1.*", "prov~=1.1", "prov>=1.1.0,<1.5"])
def test_a_line_within_it_is_kept(line: str, scene: Scene) -> None:
    scene.replace(BARE, f'{{ requires = "{line}", native = true }}')
    assert lines(scene.build()) == (line,)


@pytest.mark.parametrize("line", ["prov>=1.0", "prov>=1.1", "prov<2", "prov>=1.1,<2.1", "prov>=0.9,<2", "prov>=x.x"])
def test_a_looser_line_is_refused(line: str, scene: Scene) -> None:
    scene.replace(BARE, f'{{ requires = "{line}", native = true }}')
    printed = scene.refused()
    assert "error[looser-than-exported]" in printed
    assert "admits versions that `prov>=1.1,<2` excludes" in printed
    assert NOTE in printed


def test_what_the_api_level_excludes_is_not_admitted(scene: Scene) -> None:
    scene.replace(BARE, '{ requires = "prov>=1", native = true }')
    assert [one.rule for one in _findings(scene)] == ["looser-than-exported"]
    scene.replace("dependencies = []\n", 'dependencies = ["prov>=1.1,<1.5"]\n')
    assert _findings(scene) == []
    # With a marker it is not in force everywhere.
    scene.replace('"prov>=1.1,<1.5"', "\"prov>=1.1,<1.5; sys_platform == 'linux'\"")
    assert [one.rule for one in _findings(scene)] == ["looser-than-exported"]


def test_the_escape_needs_a_reason(scene: Scene) -> None:
    scene.replace(BARE, '{ requires = "prov>=1.0", native = true, ignore-exports = true }')
    assert "goes with a `note`" in scene.refused()
    scene.replace("ignore-exports = true", 'ignore-exports = true, note = "we call nothing that changed"')
    assert lines(scene.build()) == ("prov>=1.0",)


def test_in_an_unpacked_sdist_it_is_a_warning(scene: Scene) -> None:
    scene.replace(BARE, '{ requires = "prov>=1.0", native = true }')
    scene.replace('from-sdist = "api"', 'from-sdist = "abi"')
    text = "Metadata-Version: 2.2\nName: ham\nVersion: 1.0\nDynamic: Requires-Dist\n"
    (scene.tree.folder / "PKG-INFO").write_text(text)
    with warned("looser-than-exported"):
        assert lines(scene.build()) == ("prov>=1.0",)


def test_a_provider_that_exports_nothing_is_warned_of(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.replace(NATIVE, BARE)
    with warned("unbounded-provider"):
        assert lines(scene.build()) == ("prov",)


def test_who_builds_from_an_sdist_is_not_warned(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.replace(NATIVE, BARE)
    scene.replace('from-sdist = "api"', 'from-sdist = "abi"')
    text = "Metadata-Version: 2.2\nName: ham\nVersion: 1.0\nDynamic: Requires-Dist\n"
    (scene.tree.folder / "PKG-INFO").write_text(text)
    assert lines(scene.build()) == ("prov",)


@pytest.mark.parametrize(
    ("line", "warned"),
    [("prov>=1.0", True), ("prov!=1.5", True), ("prov", True), ("prov==1.0", False), ("prov<2", False), ("prov~=1.0", False), ("prov==1.*", False)],
)  # fmt: skip
def test_only_lines_without_an_upper_bound_are_warned_of(line: str, warned: bool, tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.replace(NATIVE, f'{{ requires = "{line}", native = true }}')
    assert [one.rule for one in _findings(scene)] == ["unbounded-provider"] * warned
    scene.replace("dependencies = []\n", 'dependencies = ["prov<3"]\n')
    assert _findings(scene) == []


def test_an_export_is_for_its_libraries_alone(tmp_path: Path) -> None:
    """What conda gets wrong: who uses another library of the provider does not get the line."""
    scene = Scene(tmp_path, version="1.1")
    scene.replace(NATIVE, BARE)
    exporting(scene, "prov>=1.1,<2", "1.1", "libother.so.1")
    with warned("unbounded-provider"):
        assert lines(scene.build()) == ("prov",)
    assert not scene.tree.answers("prepare_metadata_for_build_wheel")
    exporting(scene, "prov>=1.1,<2", "1.1", "libspam.so.3")
    assert lines(scene.build()) == ("prov>=1.1,<2",)
    exporting(scene, "prov>=1.1,<2", "1.1", "libother.so.1", "libspam.so.3")
    assert lines(scene.build()) == ("prov>=1.1,<2",)


@pytest.mark.parametrize(
    ("line", "libraries", "rule"),
    [
        ("prov", ["libother.so.1"], "unbounded-provider"),
        ("prov>=1.0", ["libother.so.1"], "unbounded-provider"),
        ("prov>=1.0,<3", ["libother.so.1"], ""),
        ("prov>=1.0,<3", ["libother.so.1", "libspam.so.3"], "looser-than-exported"),
        ("prov>=1.0,<3", [], "looser-than-exported"),
        ("prov>=1.1,<2", ["libspam.so.3"], ""),
        ("prov", ["libspam.so.3"], ""),
        ("prov", [], ""),
    ],
)
def test_an_export_is_held_against_those_alone_that_it_is_for(
    line: str, libraries: list[str], rule: str, tmp_path: Path
) -> None:
    """Who uses another library of the provider is judged as if it exported nothing."""
    scene = Scene(tmp_path, version="1.1")
    scene.replace(NATIVE, f'{{ requires = "{line}", native = true }}')
    exporting(scene, "prov>=1.1,<2", "1.1", *libraries)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        if rule == "looser-than-exported":
            assert f"error[{rule}]" in scene.refused()
        else:
            lines(scene.build())
    assert sum("unbounded-provider" in str(one.message) for one in told) == (rule == "unbounded-provider")
    assert not any("looser-than-exported" in str(one.message) for one in told)


SDIST = """
def build_sdist(directory, settings=None):
    import tarfile
    pathlib.Path("PKG-INFO").write_text("Metadata-Version: 2.2\\nName: ham\\nVersion: 1.0\\nDynamic: Requires-Dist\\n")
    with tarfile.open(os.path.join(directory, "ham-1.0.tar.gz"), "w:gz") as archive:
        for name in ("pyproject.toml", "_build", "PKG-INFO"):
            archive.add(name, "ham-1.0/" + name)
    return "ham-1.0.tar.gz"
"""


def test_a_proof_knows_the_exported_line(scene: Scene) -> None:
    """In wheels and editable ones, from the tree and from the sdist; another line is refuted."""
    scene.replace('from-sdist = "api"', 'from-sdist = "abi"')
    backend = scene.tree.folder / "_build" / "compiling.py"
    backend.write_text(backend.read_text("utf-8") + SDIST, encoding="utf-8")

    class There(Here):
        """The provider is installed in each environment."""

        def having(self, wanted: Sequence[str]) -> Environment:
            here = super().having(wanted)
            return replace(here, variables={**here.variables, **scene.tree.environment})

    proof = prove(scene.tree.folder, There, level=Level.ABI)
    assert proof.verdict is ProofVerdict.PROVEN, [one.message for one in proof.findings]
    subject = ProofSubject.read(scene.tree.folder)
    for instead in ("prov", "prov>=1.1", "other"):
        builds = [replace(one, results=tuple(_with(result, instead) for result in one.results)) for one in proof.builds]
        missing = [one for one in judge_builds(subject, builds) if one.rule == "missing-requirement"]
        assert {one.expected for one in missing} == {"prov>=1.1,<2"}
        assert sum("editable" in one.message for one in missing) == 1


def _with(result: Result, instead: str) -> Result:
    """Put another requirement into what was built."""
    text = result.metadata.data.replace(b"Requires-Dist: prov>=1.1,<2\n", f"Requires-Dist: {instead}\n".encode())
    return replace(result, metadata=CoreMetadata.parse(text, "METADATA"))


def test_what_is_not_native_inherits_nothing(scene: Scene) -> None:
    scene.replace(f"[{BARE}]", f'["prov", {NATIVE.replace("1.0", "1.1")}]')
    assert lines(scene.build()) == ("prov", "prov==1.1")


# An entry point in the place of a record


def pointing(scene: Scene, code: str, version: str = "1.1") -> None:
    info = scene.site / f"prov-{version}.dist-info"
    (info / "abiding.json").unlink(missing_ok=True)
    (info / "entry_points.txt").write_text("[abiding.exports]\nprov = prov._exports:exports\n")
    (scene.site / "prov" / "_exports.py").write_text(code)


@pytest.mark.parametrize(
    "code",
    ['exports = {"requires": "prov>=x.x,<x+1"}', 'def exports():\n    return {"requires": "prov>=1.1,<2", "libraries": ["libspam.so.3"]}'],
)  # fmt: skip
def test_a_provider_without_abiding_exports_by_an_entry_point(code: str, scene: Scene) -> None:
    pointing(scene, code)
    assert lines(scene.build()) == ("prov>=1.1,<2",)


@pytest.mark.parametrize(
    "code",
    [
        "exports = 3",
        "exports = {}",
        'exports = {"requires": 3}',
        'exports = {"requires": "other>=1"}',
        'exports = {"requires": "prov"}',
        'exports = {"requires": "prov>=1; python_version>\'3\'"}',
        'exports = {"requires": "prov>=1", "libraries": "libspam.so.3"}',
        "raise SystemExit(3)",
        "1 / 0",
    ],
)
def test_an_entry_point_that_is_no_export(code: str, scene: Scene) -> None:
    pointing(scene, code)
    printed = scene.refused()
    assert "error[bad-exports]: what `prov` exports can't be understood" in printed
    assert "Traceback" not in printed


# The provider

PROVIDER = """\
[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"

[project]
name = "libtoy"
version = "1.1"

[tool.abiding]
build-backend = "writing"
backend-path = ["_build"]

[tool.abiding.exports]
requires = "libtoy>=x.x,<x+1"
libraries = ["libtoy-wheel-1.so"]
note = "minor versions add, major ones break"
"""
WRITING = """
import pathlib, os, sys
sys.path.insert(0, os.environ["TESTS"])
from makers.compiled import wheel

def build_wheel(directory, settings=None, metadata=None):
    files = {"libtoy/__init__.py": b"", "libtoy/lib/libtoy-wheel-1.so": b"no code", "libtoy/lib/liblong.so.1.2": b""}
    return wheel(pathlib.Path(directory), "libtoy", files, version="1.1").name
"""


def provider(folder: Path, old: str = "", new: str = "") -> Tree:
    from makers.scenes import CHECKOUT

    assert old in PROVIDER
    files = {"pyproject.toml": PROVIDER.replace(old, new) if old else PROVIDER, "_build/writing.py": WRITING}
    return Tree.write(folder / "tree", files, TESTS=str(CHECKOUT))


def built(tree: Tree, folder: Path) -> Path:
    return folder / "out" / str(tree.hook("build_wheel", folder / "out"))


def test_a_provider_records_its_export(tmp_path: Path) -> None:
    path = built(provider(tmp_path), tmp_path)
    assert record(path)["exports"] == {
        "requires": "libtoy>=1.1,<2",
        "libraries": ["libtoy-wheel-1.so"],
        "note": NOTE,
    }
    assert lines(path) == ()


def test_what_fills_the_pins_is_asked_for(tmp_path: Path) -> None:
    assert "dynamic-metadata>=0.6" in provider(tmp_path).hook("get_requires_for_build_wheel")
    fixed = provider(tmp_path / "fixed", "libtoy>=x.x,<x+1", "libtoy>=1,<2")
    assert "dynamic-metadata>=0.6" not in fixed.hook("get_requires_for_build_wheel")


def test_a_library_may_be_named_by_its_soname(tmp_path: Path) -> None:
    tree = provider(tmp_path, '"libtoy-wheel-1.so"', '"liblong.so.1"')
    assert record(built(tree, tmp_path))["exports"]["libraries"] == ["liblong.so.1"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("libtoy>=x.x,<x+1", "libtoy>=2,<3", "`libtoy>=2,<3` excludes the very version that exports it, 1.1"),
        ('"libtoy-wheel-1.so"', '"libtoy-wheel-2.so"', "`libtoy-wheel-2.so`, which is exported, is not in the wheel"),
    ],
)
def test_an_export_that_can_not_be_kept(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(HookFailed) as caught:
        built(provider(tmp_path, old, new), tmp_path)
    printed = caught.value.output
    assert message in " ".join(printed.split())
    if "excludes" in message:
        example = printed[printed.index("abiding: error[bad-exports]") :].partition("\n\n")[0].strip()
        assert shown("bad-exports", example) == example


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("libtoy>=x.x,<x+1", "other>=1", "bad-value"),
        ("libtoy>=x.x,<x+1", "libtoy", "bad-value"),
        ("libtoy>=x.x,<x+1", "libtoy[x]>=1", "bad-value"),
        ("libtoy>=x.x,<x+1", "libtoy>=1; python_version>'3'", "bad-value"),
        ("libtoy>=x.x,<x+1", "libtoy>>1", "bad-requirement"),
        ('requires = "libtoy>=x.x,<x+1"\n', "", "missing-key"),
        ('requires = "libtoy', 'require = "libtoy', "unknown-key"),
        ("note = ", "notes = ", "unknown-key"),
        ('["libtoy-wheel-1.so"]', '"libtoy-wheel-1.so"', "bad-type"),
        ('"libtoy-wheel-1.so"', '"lib/libtoy-wheel-1.so"', "bad-value"),
        ('"libtoy-wheel-1.so"', "3", "bad-type"),
        ("[tool.abiding.exports]", "[[tool.abiding.exports]]", "bad-type"),
    ],
)
def test_faults_of_the_table(old: str, new: str, rule: str) -> None:
    assert old in PROVIDER
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(PROVIDER.replace(old, new)))
    assert [finding.rule for finding in caught.value.findings] == [rule]


def entry(text: str) -> Declaration:
    dynamic = PROVIDER.replace('version = "1.1"\n', 'version = "1.1"\ndependencies = []\ndynamic = ["dependencies"]\n')
    return Declaration.read(Pyproject.parse(f"{dynamic}\n[tool.abiding.wheel]\ndependencies = [{text}]\n"))


@pytest.mark.parametrize("key", ['load = "preload"', "ignore-exports = true"])
def test_keys_of_native_entries(key: str) -> None:
    (good,) = entry(f'{{ requires = "a<2", native = true, note = "b", {key} }}').entries
    assert (good.load, good.ignore_exports) == (Load.PRELOAD if "load" in key else Load.RUN_PATH, "ignore" in key)
    with pytest.raises(DeclarationError, match="is for native entries"):
        entry(f'{{ requires = "a<2", note = "b", {key} }}')


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('load = "preload", ignore-exports = true', "`load` and `ignore-exports` are for native entries"),
        ("ignore-exports = true", "`ignore-exports` is for native entries"),
        ('natve = true, load = "preload", ignore-exports = true', "`natve` is not a key of an entry"),
        ('native = "yes", load = "preload"', "`native` has to be a boolean, and is a string"),
        ("native = true, ignore-exports = true", "`ignore-exports` goes with a `note` that says why"),
    ],
)
def test_one_slip_is_one_error(keys: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        entry(f'{{ requires = "a<2", {keys} }}')
    assert [one.message for one in caught.value.findings] == [message]


def test_a_load_that_there_is_not() -> None:
    with pytest.raises(DeclarationError, match="`prelod` is not a value of `load`"):
        entry('{ requires = "a<2", native = true, load = "prelod" }')


@pytest.mark.parametrize(
    "exports", [3, {"requires": 3}, {"libraries": []}, {"requires": "a", "libraries": []}, {"requires": "a>>1"}]
)
def test_a_record_that_can_not_be_read(exports: object) -> None:
    table = json.loads(BuildRecord("a", "1", "abi", "").to_json()) | {"exports": exports}
    with pytest.raises(AbidingError, match="can't be read"):
        BuildRecord.from_json(json.dumps(table).encode(), "libtoy 1.1")


@pytest.mark.parametrize(
    ("exported", "entry", "line"),
    [
        ("toy>=1.2,<2", "toy", "toy>=1.2,<2"),
        ("toy<2,>=1.2", "toy", "toy<2,>=1.2"),
        ("toy (>=1.2, !=1.3, <2)", "toy", "toy>=1.2,!=1.3,<2"),
        ("toy>=1!1.2, <1!2", "Toy[b,a]; os_name == 'nt'", 'Toy[a,b]>=1!1.2,<1!2; os_name == "nt"'),
        ("toy==1.2.*", "toy", "toy==1.2.*"),
        ("toy===1.2+cu1", "toy", "toy===1.2+cu1"),
    ],
)
def test_a_line_has_the_order_that_is_declared(exported: str, entry: str, line: str) -> None:
    """Oracle: `packaging` reads the same versions out of it."""
    written = Export(exported).line_for(entry)
    assert written == line
    assert Requirement(written).specifier == Requirement(exported).specifier


def test_a_record_without_exports_is_read() -> None:
    table = json.loads(BuildRecord("a", "1", "abi", "").to_json())
    assert "exports" not in table
    assert BuildRecord.from_json(json.dumps({**table, "exports": None}).encode(), "x").exports is None
    assert of_table({"requires": "a>=1"}, "A") == Export("a>=1")


EXAMPLES = {"looser-than-exported": True, "unbounded-provider": False}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_example_on_the_page(rule: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path, version="1.1")
    scene.replace(NATIVE, '{ requires = "prov>=1.0", native = true }')
    if EXAMPLES[rule]:
        exporting(scene, "prov>=1.1,<2", "1.1")
    findings = _findings(scene)
    printed = screen(AbidingError(findings))
    assert [finding.rule for finding in findings] == [rule]
    assert shown(rule, printed) == printed


def _findings(scene: Scene) -> list[Finding]:
    """What the build finds, in this process."""
    import sys

    from abiding.project.project_table import ApiLevel

    pyproject = Pyproject.read(scene.tree.folder)
    declaration = Declaration.read(pyproject)
    sys.path.insert(0, str(scene.site))
    try:
        lines = {one: one.requires for one in declaration.entries}
        return list(
            provider_exports.judge_entries(lines, ApiLevel.of(declaration.project), pyproject, providers.Providers())
        )
    finally:
        sys.path.remove(str(scene.site))


def test_a_provider_is_looked_up_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:

    names: list[str] = []
    monkeypatch.setattr(installed_exports, "of_installed", names.append)  # none is installed
    scene.replace(BARE, '{ requires = "prov>=1", native = true }')
    assert [finding.rule for finding in _findings(scene)] == ["unbounded-provider"]
    assert names == ["prov"]


def test_show_says_where_a_line_comes_from(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from abiding.cli import main

    assert main(["show", str(scene.tree.folder)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "exports: the build takes the line that prov declares for wheels linked with it" in printed
    assert "here" not in printed
    monkeypatch.syspath_prepend(str(scene.site))
    assert main(["show", str(scene.tree.folder)]) == 0
    assert "prov 1.1 here: prov>=1.1,<2" in " ".join(capsys.readouterr().out.split())
    scene.replace(BARE, '{ requires = "prov>=1", native = true, ignore-exports = true, note = "a", load = "preload" }')
    assert main(["show", str(scene.tree.folder)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "ignore-exports: what prov asks for is ignored" in printed
    assert "preload: code has loaded the library before" in printed


def test_show_of_a_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from abiding.cli import main

    assert main(["show", str(provider(tmp_path).folder)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"exports: libtoy>=x.x,<x+1 for wheels linked with libtoy-wheel-1.so ({NOTE})" in printed
