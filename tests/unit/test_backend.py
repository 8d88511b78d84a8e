"""The hooks on small projects with real backends, each hook in a process of its own, as a front end calls them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any, NoReturn
from zipfile import ZipFile

import pytest

import abiding
from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.builds.installing import ways_to_bring
from abiding.findings.finding import Severity
from abiding.metadata.core import CoreMetadata
from abiding.project.build_record import version_of_backend
from abiding.project.declaration import FromSdist
from abiding.project.pyproject import Pyproject
from makers.archives import metadata as written
from makers.archives import write_wheel
from makers.backends import CHANGING, LATE, ODD_BACKEND, SETUP_PY
from makers.trees import WRAPPED_FLIT, HookFailed, Tree, flit_tree, installed, metadata, pkg_info, unpacked
from makers.warned import warned

pytestmark = pytest.mark.slow

HOOKS = ("build_wheel", "build_sdist", "build_editable")

# An in-tree backend that has every hook, tells what it was called with, and leaves the work to flit-core.
TELLING = """
    import json, os, pathlib
    from flit_core import buildapi as _flit

    class _Backend:
        def __getattr__(self, name):
            hook = getattr(_flit, name)
            def telling(*args, **kwargs):
                with open(os.environ["TELLS"], "a") as file:
                    print(json.dumps([name, [str(arg) if isinstance(arg, os.PathLike) else arg for arg in args]]), file=file)
                return hook(*args, **kwargs)
            return telling

    class api:
        backend = _Backend()
"""


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def in_one_line(screen: str) -> str:
    return " ".join(screen.split())


def told(path: Path) -> list[list[object]]:
    import json

    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# Point 3 of the design: what comes out


def test_wheel_says_both_levels(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    name = tree.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", "libgmp==6.3.0")
    assert "abiding: ABI level, 1 line added: `libgmp==6.3.0`\n" in tree.said[-1]
    assert listed(tmp_path / "out") == [name]


def test_sdist_says_the_api_level_and_that_wheels_may_say_more(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    name = tree.hook("build_sdist", tmp_path / "out")
    said = pkg_info(tmp_path / "out" / name)
    assert said.all("Requires-Dist") == ("numpy>=1.26",)
    assert said.all("Dynamic") == ("Requires-Dist",)
    inside = unpacked(tmp_path / "out" / name, tmp_path / "unpacked")
    assert (inside / "pyproject.toml").read_bytes() == (tree.folder / "pyproject.toml").read_bytes()
    assert listed(tmp_path / "out") == [name]


def test_wheel_from_the_sdist_is_the_wheel_from_the_tree(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", SOURCE_DATE_EPOCH="1700000000")
    wheel = tree.hook("build_wheel", tmp_path / "out")
    inside = Tree(
        unpacked(tmp_path / "out" / tree.hook("build_sdist", tmp_path / "out"), tmp_path / "in"), tree.environment, []
    )
    again = inside.hook("build_wheel", tmp_path / "again")
    assert (tmp_path / "again" / again).read_bytes() == (tmp_path / "out" / wheel).read_bytes()
    assert "abiding: ABI level, 1 line added: `libgmp==6.3.0`\n" in inside.said[-1]


@pytest.mark.parametrize("hook", HOOKS)
def test_no_file_of_the_project_is_touched(tmp_path: Path, hook: str) -> None:
    tree = flit_tree(tmp_path / "tree", PYTHONDONTWRITEBYTECODE="1")
    before = tree.snapshot()
    tree.hook(hook, tmp_path / "out")
    assert tree.snapshot() == before


def test_pyproject_stays_whole_when_the_build_is_killed(tmp_path: Path) -> None:
    """At no moment of a build is there anything to restore: kill it at several, also while the backend works."""
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"slow"\nbackend-path = ["_build"]'),
        "spam.py": '"""A package"""\n',
        "_build/slow.py": """
            import pathlib, time
            from flit_core import buildapi
            def build_wheel(directory, settings=None, metadata=None):
                pathlib.Path(directory, "started").touch()
                time.sleep(600)
        """,
    }
    tree = Tree.write(tmp_path / "tree", files, PYTHONDONTWRITEBYTECODE="1")
    before = tree.snapshot()
    out = tmp_path / "out"
    out.mkdir()
    code = f"import abiding.backend as b; b.build_wheel({str(out)!r})"
    environment = {**os.environ, **tree.environment}
    for delay in (0.0, 0.05, 0.1, None):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=tree.folder, env=environment)
        if delay is not None:
            time.sleep(delay)
        else:
            while not list(out.glob(".abiding-*/built/started")):
                assert process.poll() is None
                time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert tree.snapshot() == before
        assert not [name for name in listed(out) if not name.startswith(".abiding-")]
    (tree.folder / "_build" / "slow.py").write_text("from flit_core.buildapi import *\n", encoding="utf-8")
    name = tree.hook("build_wheel", out)
    assert listed(out) == [name], "what the dead ones left is gone"


SLOW = """
    import pathlib, subprocess, sys
    def build_wheel(directory, settings=None, metadata=None):
        pathlib.Path(directory, "started").touch()
        # It ends with this process, whose end of the pipe is closed then.
        command = [sys.executable, "-c", "import select, sys; select.select([sys.stdin], [], [], 600)"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            child.wait()
"""


def started(out: Path, tree: Tree, *before: str) -> subprocess.Popen[str]:
    """A build that has come as far as its backend, which goes on for ten minutes.

    What a shell starts in its background ignores SIGINT, and so would this.
    """
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = "\n".join([heard, *before, "import abiding.backend as b", f"b.build_wheel({str(out)!r})"])
    environment = {**os.environ, **tree.environment}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tree.folder, env=environment, text=True, stderr=subprocess.PIPE)  # fmt: skip
    while not list(out.glob(".abiding-*/built/started")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


def slow_tree(folder: Path) -> Tree:
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"slow"\nbackend-path = ["_build"]')
    return Tree.write(folder, {"pyproject.toml": pyproject, "_build/slow.py": SLOW}, PYTHONDONTWRITEBYTECODE="1")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, -signal.SIGINT)]
)
def test_a_build_that_is_told_to_end_leaves_nothing(tmp_path: Path, number: signal.Signals, status: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    process = started(out, slow_tree(tmp_path / "tree"))
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == status
    assert listed(out) == []
    if number is signal.SIGTERM:
        assert "Traceback" not in said


def test_a_handler_of_somebody_else_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    handler = "import os, signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(42))"
    process = started(out, slow_tree(tmp_path / "tree"), handler)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 42


def test_the_folder_of_a_living_build_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    process = started(out, slow_tree(tmp_path / "slow"))
    (private,) = listed(out)
    quick = flit_tree(tmp_path / "quick")
    name = quick.hook("build_wheel", out)
    assert listed(out) == sorted([private, name])
    process.kill()
    process.communicate()
    quick.hook("build_wheel", out)
    assert listed(out) == [name]


# A backend that goes on when as many builds as MEET says have come as far.
MEETING = """
    import os, pathlib, time
    from flit_core import buildapi

    def _met(hook, *arguments):
        pathlib.Path(os.environ["MEET"], str(os.getpid())).touch()
        while len(os.listdir(os.environ["MEET"])) < 2:
            time.sleep(0.01)
        return getattr(buildapi, hook)(*arguments)

    def build_wheel(directory, settings=None, metadata=None):
        return _met("build_wheel", directory, settings, metadata)

    def build_sdist(directory, settings=None):
        return _met("build_sdist", directory, settings)
"""


def meeting_tree(folder: Path, meet: Path) -> Tree:
    meet.mkdir()
    pyproject = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"meeting"\nbackend-path = ["_build"]')
    files = {"pyproject.toml": pyproject, "spam.py": '"""A package"""\n', "_build/meeting.py": MEETING}
    return Tree.write(folder, files, MEET=str(meet), SOURCE_DATE_EPOCH="1700000000", PYTHONDONTWRITEBYTECODE="1")


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_two_builds_at_the_same_time_do_not_disturb_each_other(tmp_path: Path, hook: str) -> None:
    tree = meeting_tree(tmp_path / "tree", tmp_path / "meet")
    before = tree.snapshot()
    with ThreadPoolExecutor() as pool:
        names = list(pool.map(lambda out: tree.hook(hook, tmp_path / out), ("one", "other")))
    assert names[0] == names[1]
    assert (tmp_path / "one" / names[0]).read_bytes() == (tmp_path / "other" / names[0]).read_bytes()
    assert [listed(tmp_path / out) for out in ("one", "other")] == [names[:1]] * 2
    assert tree.snapshot() == before
    if hook == "build_wheel":
        assert metadata(tmp_path / "one" / names[0]).all("Requires-Dist") == ("numpy>=1.26", "libgmp==6.3.0")


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_a_file_that_appears_meanwhile_is_left_as_it_is(tmp_path: Path, hook: str) -> None:
    """Nobody can tell whose it is; one that was there before is an older result, and every backend replaces it."""
    tree = meeting_tree(tmp_path / "tree", tmp_path / "meet")
    out = tmp_path / "out"
    name = "spam-1.4.0-py2.py3-none-any.whl" if hook == "build_wheel" else "spam-1.4.0.tar.gz"
    with ThreadPoolExecutor() as pool:
        future = pool.submit(tree.hook, hook, out)
        while not listed(tmp_path / "meet"):
            assert not future.done(), future.result()
            time.sleep(0.01)
        (out / name).write_bytes(b"of someone else")
        (tmp_path / "meet" / "it is written").touch()
        with pytest.raises(HookFailed) as failed:
            future.result()
    assert failed.value.status == 1
    assert f"came into `{out}` while it was built here: it was left as it is" in in_one_line(failed.value.output)
    assert (out / name).read_bytes() == b"of someone else"
    assert listed(out) == [name]
    tree.hook(hook, out)
    assert (out / name).read_bytes() != b"of someone else"


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_an_output_folder_that_can_not_be_made(tmp_path: Path, hook: str) -> None:
    tree = flit_tree(tmp_path / "tree")
    out = tmp_path / "out"
    out.write_bytes(b"a file")
    command = [sys.executable, "-c", f"import abiding.backend as b; b.{hook}({str(out)!r})"]
    environment = {**os.environ, **tree.environment}
    done = subprocess.run(command, cwd=tree.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"error[bad-archive]: `{out}` can't be read or written: file exists" in in_one_line(done.stderr)
    assert "Traceback" not in done.stderr
    assert out.read_bytes() == b"a file"


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_two_builds_are_byte_identical(tmp_path: Path, hook: str) -> None:
    tree = flit_tree(tmp_path / "tree", SOURCE_DATE_EPOCH="1700000000")
    name = tree.hook(hook, tmp_path / "one")
    tree.hook(hook, tmp_path / "two")
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_all_else_is_as_the_wrapped_backend_wrote_it(tmp_path: Path, hook: str) -> None:
    tree = flit_tree(tmp_path / "tree", SOURCE_DATE_EPOCH="1700000000")
    name = tree.hook(hook, tmp_path / "wrapped")
    bare = WRAPPED_FLIT.replace("abiding.backend", "flit_core.buildapi").replace('dynamic = ["dependencies"]\n', "")
    bare = bare[: bare.index("[tool.abiding]")]
    (tree.folder / "pyproject.toml").write_text(bare)
    tree.hook(hook, tmp_path / "bare", backend="flit_core.buildapi")
    if hook == "build_sdist":
        one, other = (pkg_info(tmp_path / where / name).data for where in ("bare", "wrapped"))
        assert other == one.replace(b"Version: 1.4.0\n", b"Version: 1.4.0\nDynamic: Requires-Dist\n", 1)
        return
    with ZipFile(tmp_path / "bare" / name) as before, ZipFile(tmp_path / "wrapped" / name) as after:
        *ours, (record, *_), last = [vars_of(one) for one in after.infolist()]
        assert record == "spam-1.4.0.dist-info/abiding.json"
        assert [*ours, last] == [vars_of(one) for one in before.infolist()]
        changed = [one for one in before.namelist() if before.read(one) != after.read(one)]
    assert changed == ["spam-1.4.0.dist-info/METADATA", "spam-1.4.0.dist-info/RECORD"]
    added = b"Requires-Dist: numpy>=1.26\nRequires-Dist: libgmp==6.3.0\n"
    one, other = (metadata(tmp_path / where / name).data for where in ("bare", "wrapped"))
    assert other == one.replace(b"Requires-Dist: numpy>=1.26\n", added)


def vars_of(info: object) -> tuple[object, ...]:
    return tuple(getattr(info, name) for name in ("filename", "date_time", "external_attr", "compress_type", "extra"))


# The record


ENTRIES = """
    { requires = "packaging>=x.x", note = "compiled against it" },
    { requires = "egg", variant = "cuda", reason = "policy" },
    { requires = "no", select = "*-win32" },
"""


@pytest.mark.parametrize("hook", ["build_wheel", "build_editable"])
def test_a_wheel_says_what_it_was_built_as(tmp_path: Path, hook: str) -> None:
    from importlib.metadata import version

    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', ENTRIES)

    def built(settings: dict[str, str] | None) -> dict[str, Any]:
        (tmp_path / "out").mkdir(exist_ok=True)
        name = tree.hook(hook, tmp_path / "out", settings)
        with ZipFile(tmp_path / "out" / name) as archive:
            found: dict[str, Any] = json.loads(archive.read("spam-1.4.0.dist-info/abiding.json"))
            assert b"spam-1.4.0.dist-info/abiding.json,sha256=" in archive.read("spam-1.4.0.dist-info/RECORD")
        said = metadata(tmp_path / "out" / name).all("Requires-Dist")
        assert said == ("numpy>=1.26", *(one["requirement"] for one in found["lines"]))
        return found

    packaging = ".".join(version("packaging").split(".")[:2])
    pin = {
        "requirement": f"packaging>={packaging}", "entry": "packaging>=x.x", "extra": "", "native": False,
        "reason": "abi", "note": "compiled against it", "load": "run-path",
    }  # fmt: skip
    egg = {
        "requirement": "egg",
        "entry": "egg",
        "extra": "",
        "native": False,
        "reason": "policy",
        "note": "",
        "load": "run-path",
    }
    about = {"version": 2, "backend": "flit_core.buildapi", "backend_version": version("flit_core")}
    none: dict[str, list[str]] = {"libraries": [], "interfaces": [], "optional_modules": []}
    assert built(None) == {**about, "level": "abi", "variant": "", "lines": [pin], **none}
    cuda = built({"abiding.variant": "cuda"})
    assert (cuda["level"], cuda["variant"], cuda["lines"]) == ("abi", "cuda", [pin, egg])
    api = built({"abiding.level": "api"})
    assert (api["level"], api["variant"], api["lines"]) == ("api", "", [])


def test_a_backend_is_known_by_its_module_whatever_is_installed_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is broken is none that a backend comes from."""
    from importlib.metadata import version

    lists = {
        "aaa": b"a,," + b"9" * 5000,
        "bbb": b"\xff",
        "odd-backend": b"odd_backend.py,,\n",
        "odd-two": b"odd_two/__init__.py,,",
    }
    for name, record in lists.items():
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n" if name != "aaa" else "")
        (info / "RECORD").write_bytes(record)
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    assert [version_of_backend(one) for one in ("odd_backend", "odd_two:hooks", "odd_three")] == ["1.0", "1.0", ""]
    assert version_of_backend("mesonpy") == version("meson-python")
    assert version_of_backend("aaa") == ""


@pytest.mark.parametrize("raised", [FileNotFoundError("no METADATA"), KeyError("Version"), UnicodeError("no UTF-8")])
def test_a_backend_whose_metadata_is_broken(raised: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """What finders raise for it: that of the backport, which a backend may have imported, has a kind of its own."""

    def broken(_: str) -> str:
        raise raised

    monkeypatch.setattr("importlib.metadata.version", broken)
    assert version_of_backend("aaa") == ""


def test_of_a_known_backend_nothing_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each build with a record asks; to read what all distributions have brought takes longer than the rest."""
    from importlib.metadata import version

    def searched() -> NoReturn:
        raise AssertionError

    monkeypatch.setattr("importlib.metadata.distributions", searched)
    assert version_of_backend("mesonpy") == version("meson-python")
    assert version_of_backend("setuptools.build_meta") == version("setuptools")


def test_a_project_without_entries_has_no_record(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', "")
    name = tree.hook("build_wheel", tmp_path / "out")
    with ZipFile(tmp_path / "out" / name) as archive:
        assert not [one for one in archive.namelist() if one.endswith("abiding.json")]


def test_an_api_wheel_of_a_project_whose_pin_looks_like_a_line_of_the_source(tmp_path: Path) -> None:
    """Built and checked, with every one of its wheels: the whole way of a record."""
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '"packaging>=x.x", "packaging<99"')
    file = tree.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("numpy>=1.26", "packaging>=23.2"))
    sdist = tmp_path / tree.hook("build_sdist", tmp_path)
    wheels = {}
    for level in ("api", "abi"):
        wheels[level] = tmp_path / level / tree.hook("build_wheel", tmp_path / level, {"abiding.level": level})
        (release,) = abiding.check([sdist, wheels[level]])
        assert release.worst is Severity.NOTE, release.findings
    lost = Wheel.open(wheels["abi"])
    said = lost.metadata().splitlines(keepends=True)
    rest = b"".join(line for line in said if not line.startswith(b"Requires-Dist") or b">=23.2" in line)
    rewrite(lost, lost.path, {lost.metadata_name: rest})
    (release,) = abiding.check([sdist, lost.path])
    assert [one.rule for one in release.findings if one.severity is Severity.ERROR] == ["missing-requirement"] * 2


# Levels, variants, tags


@pytest.mark.parametrize(
    ("settings", "environment", "lines"),
    [
        (None, {}, ("libgmp==6.3.0",)),
        ({"abiding.level": "api"}, {}, ()),
        (None, {"ABIDING_LEVEL": "api"}, ()),
        ({"abiding.level": "abi"}, {"ABIDING_LEVEL": "api"}, ("libgmp==6.3.0",)),
        ({"abiding.variant": "cuda"}, {}, ("libgmp==6.3.0", "nvidia-nccl-cu13")),
        (None, {"ABIDING_VARIANT": "cuda"}, ("libgmp==6.3.0", "nvidia-nccl-cu13")),
        ({"abiding.level": "api", "abiding.variant": "cuda"}, {}, ()),
    ],
)
def test_level_and_variant(
    tmp_path: Path, settings: dict[str, str] | None, environment: dict[str, str], lines: tuple[str, ...]
) -> None:
    entries = '"libgmp==6.3.0",\n    { requires = "nvidia-nccl-cu13", variant = "cuda" },'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', entries, **environment)
    name = tree.hook("build_wheel", tmp_path / "out", settings)
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", *lines)
    folder = tree.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared", settings)
    prepared = (tmp_path / "prepared" / folder / "METADATA").read_bytes()
    assert prepared == metadata(tmp_path / "out" / name).data


def test_a_variable_of_somebody_elses_stops_no_build(tmp_path: Path) -> None:
    entries = '"libgmp==6.3.0",\n    { requires = "nvidia-nccl-cu13", variant = "cuda" },'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0",', entries, ABIDING_VARIANTS="cuda", _ABIDING_LEVEL="2")
    with warned("unknown-setting.*`ABIDING_VARIANTS` is not a variable that abiding reads"):
        name = tree.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", "libgmp==6.3.0")


def test_settings_of_the_wrapped_backend_and_nothing_else_reach_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace(
            '"flit_core.buildapi"', '"telling:api.backend"\nbackend-path = ["_build"]'
        ),
        "spam.py": '"""A package"""\n',
        "_build/telling.py": TELLING,
    }
    tells = tmp_path / "tells"
    tree = Tree.write(tmp_path / "tree", files, TELLS=str(tells))
    out = tmp_path / "out"
    for settings, expected in [(None, None), ({}, {}), ({"abiding.level": "api", "builddir": "b"}, {"builddir": "b"})]:
        tells.unlink(missing_ok=True)
        tree.hook("get_requires_for_build_wheel", settings)
        tree.hook("build_wheel", out, settings)
        tree.hook("build_editable", out, settings)
        tree.hook("build_sdist", out, settings)
        calls = {str(name): arguments for name, arguments in told(tells)}
        assert calls["get_requires_for_build_wheel"] == [expected]
        assert calls["build_wheel"][1:] == calls["build_editable"][1:] == [expected, None]  # type: ignore[index]
        assert calls["build_sdist"][1:] == [expected]  # type: ignore[index]
        assert str(out / ".abiding-") in calls["build_wheel"][0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("select", "applies"),
    [("py2-none-any", True), ("py3-none-any", True), ("*-any", True), ("cp31?-*", False), ("*-linux_*", False)],
)
def test_select_is_held_against_the_tag_of_the_wheel(tmp_path: Path, select: str, applies: bool) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', f'{{ requires = "libgmp==6.3.0", select = "{select}" }}')
    name = tree.hook("build_wheel", tmp_path / "out")
    assert ("libgmp==6.3.0" in metadata(tmp_path / "out" / name).all("Requires-Dist")) is applies


def test_lines_of_an_extra(tmp_path: Path) -> None:
    pyproject = WRAPPED_FLIT.replace(
        'dynamic = ["dependencies"]', 'dynamic = ["optional-dependencies"]\noptional-dependencies.GPU_x = ["a"]'
    )
    pyproject = pyproject.replace("[tool.abiding.wheel]\n", "[tool.abiding.wheel.optional-dependencies]\n")
    pyproject = pyproject.replace('dependencies = [\n    "libgmp', 'gpu-x = [\n    "libgmp')
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": pyproject, "spam.py": '"""A"""'})
    name = tree.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist")[-1] == 'libgmp==6.3.0; extra == "gpu-x"'
    assert len(metadata(tmp_path / "out" / name).all("Requires-Dist")) == 3


def test_pins_are_filled_and_join_the_build_requirements(tmp_path: Path) -> None:
    from importlib.metadata import version

    entries = '{ requires = "packaging==x.x.*" }, { requires = "tomlkit>=x.x; os_name == \'posix\'" }'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries)
    (tree.folder / "pyproject.toml").write_text(
        (tree.folder / "pyproject.toml").read_text().replace('"numpy>=1.26"', '"packaging>=20"')
    )
    needed = tree.hook("get_requires_for_build_wheel")
    assert needed == ["packaging>=20", "dynamic-metadata>=0.6", "tomlkit; os_name == 'posix'"]
    assert tree.hook("get_requires_for_build_wheel", {"abiding.level": "api"}) == []
    assert tree.hook("get_requires_for_build_sdist") == []
    name = tree.hook("build_wheel", tmp_path / "out")
    packaging, tomlkit = (".".join(version(name).split(".")[:2]) for name in ("packaging", "tomlkit"))
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == (
        "packaging>=20",
        f"packaging=={packaging}.*",
        f"tomlkit>={tomlkit}; os_name == 'posix'",
    )


@pytest.mark.parametrize(
    ("requires", "version", "line"),
    [
        ("egg==x.x.x", "1.5.0.dev20260821+cu130", "egg==1.5.0.dev20260821"),
        ("egg>=x.x.x,<x+1", "2.0rc1", "egg>=2.0.0rc1,<3"),
        ("egg==x.x.*", "1!2.3.4", "egg==1!2.3.*"),
    ],
)
def test_a_pin_admits_what_the_wheel_was_built_against(tmp_path: Path, requires: str, version: str, line: str) -> None:
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", requires, PYTHONPATH=installed(tmp_path, "egg", version))
    name = tree.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", line)


def test_a_pin_that_would_exclude_it_stops_the_build(tmp_path: Path) -> None:
    path = installed(tmp_path, "egg", "1.5.3")
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "egg==x.x", PYTHONPATH=path)
    for hook in ("build_wheel", "prepare_metadata_for_build_wheel"):
        with pytest.raises(HookFailed) as caught:
            tree.hook(hook, tmp_path / "out")
        said = " ".join(caught.value.output.split())
        assert "error[unfilled-pin]: `==x.x` of `egg==x.x` becomes `==1.5`, which excludes" in said
        assert "egg 1.5.3" in said
        assert "write `egg==x.x.*`" in said
    # A published sdist goes on to build, unless the ABI level is asked for, as for a wheel that is to be published.
    tree.hook("build_sdist", tmp_path / "sdist", {"abiding.level": "api"})
    (sdist,) = (tmp_path / "sdist").iterdir()
    there = Tree(unpacked(sdist, tmp_path / "in"), tree.environment, [])
    with warned("excludes the version that is installed, egg 1.5.3"):
        name = there.hook("build_wheel", tmp_path / "wheels")
    assert "egg==1.5" in metadata(tmp_path / "wheels" / name).all("Requires-Dist")
    with pytest.raises(HookFailed, match=r"error\[unfilled-pin\]"):
        there.hook("build_wheel", tmp_path / "wheels", ABIDING_LEVEL="abi")
    assert there.hook("build_wheel", tmp_path / "wheels", ABIDING_LEVEL="api")


ELSEWHERE = [
    "python_version < '3.9'",
    "sys_platform == 'nowhere'",
    "implementation_name == 'pypy'",
    "platform_machine == 'vax'",
    "platform_version == 'none'",
]


@pytest.mark.parametrize("marker", ELSEWHERE)
def test_a_filled_pin_is_held_to_what_is_in_force_where_it_was_filled(tmp_path: Path, marker: str) -> None:
    """The wheel of another Python or platform is filled there, within the lines that are in force there."""
    lines = f'["packaging>=x.x", "packaging<20; {marker}"]'
    tree = flit_tree(tmp_path / "tree", '[\n    "libgmp==6.3.0",\n]', lines)
    assert tree.hook("prepare_metadata_for_build_wheel", tmp_path / "out")
    here = flit_tree(
        tmp_path / "here", '[\n    "libgmp==6.3.0",\n]', lines.replace(marker, f"python_version >= '3' or {marker}")
    )
    with pytest.raises(HookFailed, match=r"error\[unsatisfiable\]: no version of `packaging` satisfies"):
        here.hook("prepare_metadata_for_build_wheel", tmp_path / "out")


def test_a_pin_whose_marker_is_false_here(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', "\"egg==x.x.*; os_name == 'none'\"")
    with pytest.raises(HookFailed, match="its marker is false here"):
        tree.hook("build_wheel", tmp_path / "out")
    tree = flit_tree(
        tmp_path / "other", '"libgmp==6.3.0"', "{ requires = \"egg==x.x.*; os_name == 'none'\", select = '*-irix_*' }"
    )
    assert tree.hook("build_wheel", tmp_path / "out")


def test_a_pin_that_contradicts_the_api_level_stops_the_build(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '"packaging==x.x.*"')
    text = (tree.folder / "pyproject.toml").read_text().replace('"numpy>=1.26"', '"packaging<20"')
    (tree.folder / "pyproject.toml").write_text(text)
    with pytest.raises(HookFailed, match=r"error\[unsatisfiable\]: no version of `packaging` satisfies"):
        tree.hook("build_wheel", tmp_path / "out")
    tree.hook("build_sdist", tmp_path / "sdist")
    (sdist,) = (tmp_path / "sdist").iterdir()
    there = Tree(unpacked(sdist, tmp_path / "in"), tree.environment, [])
    with pytest.raises(HookFailed, match=r"error\[unsatisfiable\]: no version of `packaging` satisfies"):
        there.hook("build_wheel", tmp_path / "wheels", ABIDING_LEVEL="abi")
    with warned("no version of `packaging` satisfies"):
        there.hook("build_wheel", tmp_path / "wheels")


@pytest.mark.parametrize(
    ("api", "entries", "needed"),
    [
        ('"packaging>=20"', '"packaging>=x.x", { requires = "packaging<26.4", reason = "pre-emptive" }', ["packaging>=20", "packaging<26.4"]),
        ('"packaging>=20"', '"packaging==26.x.*,!=26.1"', ["packaging>=20", "packaging==26.*,!=26.1"]),
        ("", '"packaging>=x.x"', ["packaging"]),
        ("\"packaging>=20; os_name == 'none'\"", '"packaging>=x.x"', ["packaging>=20; os_name == 'none'", "packaging"]),
        ("", '{ requires = "prov==1.*", native = true }, "prov<1.5"', ["prov==1.*", "prov<1.5"]),
        ('"prov>=1.2"', '{ requires = "prov==1.*", native = true }', ["prov>=1.2", "prov==1.*"]),
        # For wheels of other tags, or other variants: not.
        ("", '"packaging>=x.x", { requires = "packaging<26", select = "cp27-*" }', ["packaging"]),
        ("", '"packaging>=x.x", { requires = "packaging<26", variant = "cuda" }', ["packaging"]),
    ],
)  # fmt: skip
def test_what_is_pinned_or_linked_is_installed_within_all_lines(
    tmp_path: Path, api: str, entries: str, needed: list[str]
) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries, PYTHONPATH=installed(tmp_path, "prov", "1.3"))
    file = tree.folder / "pyproject.toml"
    file.write_text(file.read_text().replace('    "numpy>=1.26",\n', f"    {api}\n"))
    asked = tree.hook("get_requires_for_build_wheel")
    assert [one for one in asked if one.startswith(("packaging", "prov"))] == needed


def test_what_is_pinned_is_installed_within_the_lines_of_extras(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"libgmp==6.3.0"', '"packaging>=x.x"').replace(
        "[tool.abiding]\n", 'optional-dependencies.test = ["packaging<26.4"]\n[tool.abiding]\n'
    )
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "spam.py": '"""A"""'})
    assert tree.hook("get_requires_for_build_wheel")[0] == "packaging<26.4"


def test_where_no_version_can_be_built_against(tmp_path: Path) -> None:
    entries = '"packaging>=x.x", "packaging>=30; os_name != \'none\'", "packaging<20; sys_platform != \'none\'"'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries)
    with pytest.raises(HookFailed) as caught:
        tree.hook("get_requires_for_build_wheel")
    said = in_one_line(caught.value.output)
    assert said.count("error[") == 1
    assert "error[unsatisfiable]: no version of `packaging` satisfies both `packaging>=30; os_name != 'none'`" in said


def test_where_no_version_can_be_built_against_with_all_extras(tmp_path: Path) -> None:
    """Either extra may be asked for, and the wheel is built once."""
    text = WRAPPED_FLIT.replace('"libgmp==6.3.0"', '"egg==x.x.*"').replace(
        "[tool.abiding]\n", 'optional-dependencies = { cpu = ["egg<2"], gpu = ["egg>=2"] }\n[tool.abiding]\n'
    )
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "spam.py": '"""A"""'})
    with pytest.raises(HookFailed) as caught:
        tree.hook("get_requires_for_build_wheel")
    assert "none is in all of `egg<2`, `egg>=2`, `egg`" in in_one_line(caught.value.output)
    # A published sdist goes on as it did before.
    sdist = unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in")
    with warned("no version of `egg` can be built against"):
        assert Tree(sdist, tree.environment, []).hook("get_requires_for_build_wheel")[0] == "egg<2"


@pytest.mark.timeout(400)  # each pin against each would take hours
def test_very_many_pins_take_no_time(tmp_path: Path) -> None:
    entries = ", ".join(f'"a{number}==x.x.*"' for number in range(3000))
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries)
    assert len(tree.hook("get_requires_for_build_wheel")) == 3001


def test_a_filled_pin_that_contradicts_a_bound_is_not_handed_over(tmp_path: Path) -> None:
    """Without build isolation nobody has installed a version within the bound."""
    entries = '"egg>=x.x", { requires = "egg<2.4", reason = "pre-emptive" }'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries, PYTHONPATH=installed(tmp_path, "egg", "2.4"))
    for hook in ("build_wheel", "prepare_metadata_for_build_wheel"):
        with pytest.raises(HookFailed) as caught:
            tree.hook(hook, tmp_path / "out")
        said = in_one_line(caught.value.output)
        assert "error[unsatisfiable]: no version of `egg` satisfies both `egg>=2.4` and `egg<2.4`" in said
        assert "`egg>=2.4` is `egg>=x.x`, filled from the version that is installed" in said
        assert "install such a one first" in said
    assert listed(tmp_path / "out") == []
    within = {"PYTHONPATH": installed(tmp_path / "within", "egg", "2.3.9")}
    name = tree.hook("build_wheel", tmp_path / "out", **within)
    assert metadata(tmp_path / "out" / name).all("Requires-Dist")[1:] == ("egg>=2.3", "egg<2.4")


def test_lines_that_meet_in_a_wheel_of_one_tag_only(tmp_path: Path) -> None:
    entries = '{ requires = "egg>=25", select = "py3-*" }, { requires = "egg<24", select = "*-none-any" }'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries)
    with pytest.raises(HookFailed, match=r"error\[unsatisfiable\]: no version of `egg` satisfies both"):
        tree.hook("build_wheel", tmp_path / "out")
    assert listed(tmp_path / "out") == []


def test_an_editable_wheel_may_be_marked_in_its_name(tmp_path: Path) -> None:
    backend = WRAPPED_FLIT.replace("flit_core.buildapi", "setuptools.build_meta").replace("flit-core", "setuptools")
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": backend, "src/spam/__init__.py": ""})
    # Setuptools calls it so, and has no build number in WHEEL.
    assert tree.hook("build_editable", tmp_path).startswith("spam-1.4.0-0.editable-")
    assert tree.hook("build_wheel", tmp_path).startswith("spam-1.4.0-py3-")


def test_native_requirements_join_the_build_requirements(tmp_path: Path) -> None:
    entries = '{ requires = "scipy-openblas32==0.3.30.0.8", native = true }, { requires = "b", native = true, select = "*-win32" }'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entries)
    for kind in ("wheel", "editable"):
        needed = tree.hook(f"get_requires_for_build_{kind}")
        assert "scipy-openblas32==0.3.30.0.8" in needed
        assert "b" not in needed


# From an unpacked sdist


@pytest.fixture
def from_sdist(tmp_path: Path) -> Tree:
    tree = flit_tree(tmp_path / "tree", SOURCE_DATE_EPOCH="1700000000")
    return Tree(unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in"), tree.environment, [])


@pytest.mark.parametrize(
    ("line", "settings", "lines"),
    [
        ("", None, ("libgmp==6.3.0",)),
        ('from-sdist = "abi"', None, ("libgmp==6.3.0",)),
        ('from-sdist = "api"', None, ()),
        ('from-sdist = "api"', {"abiding.level": "abi"}, ("libgmp==6.3.0",)),
        ('from-sdist = "refuse"', {"abiding.level": "abi"}, ("libgmp==6.3.0",)),
        ('from-sdist = "refuse"', {"abiding.level": "api"}, ()),
    ],
)
def test_from_sdist_decides_where_nobody_asks(
    from_sdist: Tree, tmp_path: Path, line: str, settings: dict[str, str] | None, lines: tuple[str, ...]
) -> None:
    file = from_sdist.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("[tool.abiding]", f"[tool.abiding]\n{line}"))
    name = from_sdist.hook("build_wheel", tmp_path / "out", settings)
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", *lines)


@pytest.mark.parametrize("hook", ["get_requires_for_build_wheel", "prepare_metadata_for_build_wheel", "build_wheel"])
def test_refused_from_sdist(from_sdist: Tree, tmp_path: Path, hook: str) -> None:
    file = from_sdist.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("[tool.abiding]", '[tool.abiding]\nfrom-sdist = "refuse"'))
    arguments = [] if hook.startswith("get") else [tmp_path / "out"]
    with pytest.raises(HookFailed, match=r"error\[refused-from-sdist\]") as caught:
        from_sdist.hook(hook, *arguments)
    assert "-C abiding.level=api" in caught.value.output
    assert "ABIDING_LEVEL=abi" in caught.value.output
    from_sdist.hook("build_sdist", tmp_path / "out")


def test_prepared_from_pkg_info_without_the_wrapped_backend(from_sdist: Tree, tmp_path: Path) -> None:
    built = metadata(tmp_path / "out" / from_sdist.hook("build_wheel", tmp_path / "out"))
    file = from_sdist.folder / "pyproject.toml"
    file.write_text(file.read_text().replace('"flit_core.buildapi"', '"not.installed"'))
    assert from_sdist.answers("prepare_metadata_for_build_wheel")
    name = from_sdist.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    assert name == "spam-1.4.0.dist-info"
    assert (tmp_path / "prepared" / name / "METADATA").read_bytes() == built.data


def test_an_edited_sdist_is_built_like_a_tree(from_sdist: Tree, tmp_path: Path) -> None:
    """Distributions change pyproject.toml in an unpacked sdist; its PKG-INFO is then out of date."""
    file = from_sdist.folder / "pyproject.toml"
    file.write_text(file.read_text().replace("numpy>=1.26", "numpy>=1.25"))
    with warned(
        r"sdist-disagrees\]: `Requires-Dist` of PKG-INFO is not what pyproject.toml says, so PKG-INFO is ignored"
    ):
        name = from_sdist.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.25", "libgmp==6.3.0")


def test_what_pkg_info_announced_stays_true_to_the_byte(from_sdist: Tree, tmp_path: Path) -> None:
    """A later version of the wrapped backend may write the same thing in another way."""
    file = from_sdist.folder / "PKG-INFO"
    announced = file.read_bytes().replace(b"Requires-Dist: numpy>=1.26", b"Requires-Dist: NumPy (>=1.26.0)")
    file.write_bytes(announced)
    name = from_sdist.hook("build_wheel", tmp_path / "out")
    folder = from_sdist.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    built = metadata(tmp_path / "out" / name)
    assert built.all("Requires-Dist") == ("NumPy (>=1.26.0)", "libgmp==6.3.0")
    assert (tmp_path / "prepared" / folder / "METADATA").read_bytes() == built.data


def test_what_pkg_info_of_another_backend_says_is_not_taken_over(from_sdist: Tree, tmp_path: Path) -> None:
    """Only pyproject.toml of a released sdist was changed: the wheel is the wrapped backend's own to the byte."""
    file = from_sdist.folder / "PKG-INFO"
    own = file.read_bytes().replace(b"Dynamic: Requires-Dist\n", b"")
    file.write_bytes(own.replace(b"Requires-Dist: numpy>=1.26", b"Requires-Dist: NumPy (>=1.26.0)"))
    prepared = from_sdist.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    name = from_sdist.hook("build_wheel", tmp_path / "out", None, tmp_path / "prepared" / prepared)
    added = b"Requires-Dist: numpy>=1.26\nRequires-Dist: libgmp==6.3.0\n"
    assert metadata(tmp_path / "out" / name).data == own.replace(b"Requires-Dist: numpy>=1.26\n", added)


# Optional hooks


def test_optional_hooks_are_there_exactly_if_they_can_answer(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    optional = ("build_editable", "prepare_metadata_for_build_wheel", "prepare_metadata_for_build_editable")
    assert [tree.answers(hook) for hook in optional] == [True, True, True]
    assert not tree.answers("prepare_something_else")
    least = "from flit_core.buildapi import build_wheel, build_sdist"
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"least"\nbackend-path = ["."]')
    tree = Tree.write(tmp_path / "least", {"pyproject.toml": text, "spam.py": '"""A"""', "least.py": least})
    assert [tree.answers(hook) for hook in optional] == [False, False, False]
    assert tree.hook("get_requires_for_build_wheel") == []


def test_a_wrong_declaration_is_told_by_the_hook_and_not_by_its_absence(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "libgmp = 6")
    assert tree.answers("prepare_metadata_for_build_wheel")
    with pytest.raises(HookFailed, match=r"error\[bad-requirement\]"):
        tree.hook("prepare_metadata_for_build_wheel", tmp_path / "out")


def test_no_quick_metadata_where_a_select_can_not_be_decided(tmp_path: Path) -> None:
    """Whether the wheel will be abi3 is known when it is built."""
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '{ requires = "libgmp==6.3.0", select = "*-abi3-*" }')
    assert not tree.answers("prepare_metadata_for_build_wheel")


@pytest.mark.parametrize(
    "select", ["py3-none-any", "py2-*", "*-any", "*", "cp31?-*", "*-win32", "*-none-*", "*-hpux_*"]
)
def test_what_is_prepared_is_what_is_built(tmp_path: Path, select: str) -> None:
    """Nobody knows of a tree whether its wheel will be pure: where that decides, nothing is prepared."""
    entry = f'{{ requires = "libgmp==6.3.0", select = "{select}" }}'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entry)
    prepared = None
    if tree.answers("prepare_metadata_for_build_wheel"):
        prepared = str(tmp_path / "out" / tree.hook("prepare_metadata_for_build_wheel", tmp_path / "out"))
    assert bool(prepared) is (select in ("*", "*-win32", "*-hpux_*"))
    name = tree.hook("build_wheel", tmp_path / "out", None, prepared)
    added = "libgmp==6.3.0" in metadata(tmp_path / "out" / name).all("Requires-Dist")
    assert added is (select not in ("cp31?-*", "*-win32", "*-hpux_*"))


# What is not handed over


RANDOM = """
    import random
    from setuptools import setup
    setup(name="spam", version="1.4.0", py_modules=[], install_requires=random.sample(["requests", "rich", "numpy"], 2))
"""


def test_requirements_that_appear_at_build_time_stop_it(tmp_path: Path) -> None:
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": SETUP_PY, "setup.py": LATE})
    sdist = tree.hook("build_sdist", tmp_path / "sdist")
    inside = Tree(unpacked(tmp_path / "sdist" / sdist, tmp_path / "in"), tree.environment, [])
    with pytest.raises(HookFailed, match=r"error\[undeclared-requirement\]: the wheel adds `numpy==2.1`") as caught:
        inside.hook("build_wheel", tmp_path / "out")
    assert "not in the sdist" in caught.value.output
    assert "written by setuptools.build_meta" in caught.value.output
    assert "Traceback" not in caught.value.output
    assert listed(tmp_path / "out") == []


@pytest.mark.filterwarnings("ignore:Editable installation")  # by setuptools
@pytest.mark.parametrize(
    ("kind", "in_sdist", "last"),
    [
        ("wheel", False, "the wheel was not compared: the project has no `[project]`; `python -m build` without `-w` builds it from the sdist, and compares them"),
        ("editable", False, "the wheel was not compared: the project has no `[project]`"),
        ("wheel", True, "the wheel says what the sdist says"),
    ],
)  # fmt: skip
def test_a_wheel_that_nothing_is_known_of_is_not_compared(kind: str, in_sdist: bool, last: str, tmp_path: Path) -> None:
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": SETUP_PY, "setup.py": LATE.replace('["numpy==2.1"]', "[]")})
    if in_sdist:
        sdist = tree.hook("build_sdist", tmp_path / "sdist")
        tree = Tree(unpacked(tmp_path / "sdist" / sdist, tmp_path / "in"), tree.environment, [])
    tree.hook(f"build_{kind}", tmp_path / "out")
    assert tree.said[-1].endswith(f"\nabiding: {last}\n")


def test_random_requirements_stop_it(tmp_path: Path) -> None:
    """The worst case: valid today. Some builds happen to agree with the sdist; those that do not are refused."""
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": SETUP_PY, "setup.py": RANDOM})
    sdist = tmp_path / "sdist" / tree.hook("build_sdist", tmp_path / "sdist")
    promised = set(pkg_info(sdist).all("Requires-Dist"))
    inside = Tree(unpacked(sdist, tmp_path / "in"), tree.environment, [])
    refused = 0
    for attempt in range(30):
        out = tmp_path / f"out{attempt}"
        try:
            name = inside.hook("build_wheel", out)
        except HookFailed as failed:
            refused += 1
            assert "the wheel adds" in failed.output or "the wheel drops" in failed.output  # noqa: PT017
            assert listed(out) == []
            break
        assert set(metadata(out / name).all("Requires-Dist")) == promised
    assert refused  # by chance, once in 10**14 runs, it is not


def test_what_was_prepared_has_to_be_what_is_built(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    folder = tmp_path / "prepared" / tree.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    tree.hook("build_wheel", tmp_path / "out", None, folder)
    file = folder / "METADATA"
    file.write_bytes(file.read_bytes().replace(b"numpy>=1.26", b"numpy>=1.27"))
    with pytest.raises(HookFailed, match=r"error\[prepared-differs\]: `Requires-Dist` of the wheel is not"):
        tree.hook("build_wheel", tmp_path / "again", None, folder)
    assert listed(tmp_path / "again") == []


def test_prepared_metadata_is_also_found_from_the_folder_above(tmp_path: Path) -> None:
    """Setuptools' own tests hand back the folder that the hook was given, not the one that it wrote."""
    tree = flit_tree(tmp_path / "tree")
    folder = tree.hook("prepare_metadata_for_build_wheel", tmp_path / "prepared")
    name = tree.hook("build_wheel", tmp_path / "out", None, tmp_path / "prepared")
    assert metadata(tmp_path / "out" / name).data == (tmp_path / "prepared" / folder / "METADATA").read_bytes()


def test_a_folder_without_prepared_metadata_is_an_error(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    with pytest.raises(HookFailed, match=r"error\[bad-archive\]: this is not a folder of prepared metadata"):
        tree.hook("build_wheel", tmp_path / "out", None, tmp_path)
    assert listed(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("change", "rule", "texts"),
    [
        ((b"Requires-Dist: numpy>=1.26\n", b""), "lost-requirement", ["drops `numpy>=1.26`", "pyproject.toml:10"]),
        ((b"numpy>=1.26", b"numpy>=2,<2.5"), "changed-requirement", ["`numpy>=2,<2.5`", "pyproject.toml:10"]),
        ((b"Summary: A package", b"Summary: Another"), "undeclared-change", ["`Summary` of the wheel", "- A package", "+ Another", "pyproject.toml:8"]),
        ((b"Version: 1.4.0", b"Version: 1.4.1"), "undeclared-change", ["`Version` of the wheel"]),
        ((b"\nSummary", b"\nRequires-Python: >=3.99\nSummary"), "undeclared-change", ["`Requires-Python` of the wheel", "+ >=3.99"]),
    ],
)  # fmt: skip
def test_other_differences_stop_it(tmp_path: Path, change: tuple[bytes, bytes], rule: str, texts: list[str]) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"changing"\nbackend-path = ["."]')
    files = {"pyproject.toml": text, "spam.py": '"""A"""', "changing.py": CHANGING.format(change=change)}
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    assert f"error[{rule}]" in caught.value.output
    for one in texts:
        assert one in caught.value.output
    explained = f"hint: for more, run `abiding explain {rule}` where abiding is installed"
    _, separator, end = caught.value.output.rpartition("\n\nabiding: No wheel was written\n")
    assert separator
    assert in_one_line(end) == explained
    assert listed(tmp_path / "out") == []


def test_a_declared_line_that_the_backend_writes_itself_is_not_doubled(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"changing"\nbackend-path = ["."]')
    change = (b"Requires-Dist: numpy>=1.26\n", b"Requires-Dist: numpy>=1.26\nRequires-Dist: LibGMP (==6.3)\n")
    files = {"pyproject.toml": text, "spam.py": '"""A"""', "changing.py": CHANGING.format(change=change)}
    tree = Tree.write(tmp_path / "tree", files)
    name = tree.hook("build_wheel", tmp_path / "out")
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", "LibGMP (==6.3)")
    assert tree.said[-1].splitlines()[-1] == "abiding: ABI level, 1 line written by changing: `libgmp==6.3.0`"


def test_lines_are_told_by_who_wrote_them(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"changing"\nbackend-path = ["."]')
    text = text.replace('"libgmp==6.3.0"', '"libgmp==6.3.0", "numpy<3"')
    change = (b"Requires-Dist: numpy>=1.26\n", b"Requires-Dist: numpy>=1.26\nRequires-Dist: numpy<3\n")
    files = {"pyproject.toml": text, "spam.py": '"""A"""', "changing.py": CHANGING.format(change=change)}
    tree = Tree.write(tmp_path / "tree", files)
    tree.hook("build_wheel", tmp_path / "out")
    told = "abiding: ABI level, 1 line added: `libgmp==6.3.0`; 1 line written by changing: `numpy<3`"
    assert tree.said[-1].splitlines()[-1] == told


def test_a_failing_backend_speaks_for_itself(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"failing"\nbackend-path = ["."]')
    failing = "def build_wheel(*args):\n    raise RuntimeError('no compiler')\nbuild_sdist = build_wheel\n"
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "failing.py": failing})
    for hook in ("build_wheel", "build_sdist"):
        with pytest.raises(HookFailed, match="RuntimeError: no compiler"):
            tree.hook(hook, tmp_path / "out")
    assert listed(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("backend", "texts"),
    [
        ('"no_such_backend"', ["error[no-backend]: the wrapped backend `no_such_backend` is not installed", "`[build-system] requires`"]),
        # A part of the name is there
        ('"flit_core.bildapi"', ["`flit-core` has no backend `flit_core.bildapi`", "No module named 'flit_core.bildapi'", "did you mean `flit_core.buildapi`?"]),
        ('"flit_core.nothing.at.all"', ["`flit-core` has no backend `flit_core.nothing.at.all`", "No module named 'flit_core.nothing'", "did you mean `flit_core.buildapi`?"]),
        ('"flit_core"', ["`flit-core` has no backend `flit_core`", "`flit_core` has no hook of PEP 517", "did you mean `flit_core.buildapi`?"]),
        ('"hatchling"', ["`hatchling` has no backend `hatchling`", "did you mean `hatchling.build`?"]),
        ('"setuptools"', ["`setuptools` has no backend `setuptools`", "did you mean `setuptools.build_meta`?"]),
        ('"setuptools:build_meta"', ["`setuptools` has no backend `setuptools:build_meta`", "did you mean `setuptools.build_meta`?"]),
        ('"setuptools.build_meta:__legcy__"', ["`setuptools` has no backend `setuptools.build_meta:__legcy__`", "did you mean `setuptools.build_meta:__legacy__`?"]),
        ('"json:tool"', ["error[no-backend]: `json` has no `tool`"]),
        ('"json"', ["`json` is not a build backend", "name the module that `[build-system] build-backend` named before"]),
        ('"poetry"', ["did you mean `poetry.core.masonry.api`?"]),
        ('"flit_cor.buildapi"', ["no backend `flit_cor.buildapi` is known", "No module named 'flit_cor'", "did you mean `flit_core.buildapi`?"]),
        ('"enscons.api"', ["`enscons.api` is not installed", "list `enscons` in"]),
        ('"own.backend"\nbackend-path = ["."]', ["the wrapped backend `own.backend` does not exist: `own` has no module `backend`", "it was looked for in `.` first"]),
        ('"partly"\nbackend-path = ["."]', ["the wrapped backend `partly` can't be imported", "No module named 'partly.gone'"]),
        ('"flit_core.buildapi:missing"', ["error[no-backend]: `flit-core` has no backend `flit_core.buildapi:missing`", "has no attribute 'missing'"]),
        ('"flit_core.buildapi"\nbackend-path = ["_build"]', ["error[no-backend]: `flit_core.buildapi` was imported from outside `backend-path`"]),
        ('"broken"\nbackend-path = ["."]', ["error[no-backend]: the wrapped backend `broken` can't be imported", "No module named 'helper_of_broken'", "install what brings `helper_of_broken`: list it in `[build-system] requires`"]),
        ('"liar"\nbackend-path = ["."]', ["error[broken-backend]: `build_wheel` of `liar` returned `a.whl`, which it did not write"]),
    ],
)  # fmt: skip
def test_backend_that_is_not_there(tmp_path: Path, backend: str, texts: list[str]) -> None:
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', backend),
        "broken.py": "import helper_of_broken",
        "own/__init__.py": "",
        "partly/__init__.py": "import partly.gone",
        "liar.py": "def build_wheel(*args):\n    return 'a.whl'\n",
    }
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    said = " ".join(caught.value.output.split())
    for one in texts:
        assert one in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("script", "printed", "place"),
    [
        ("import os\n\nraise RuntimeError('no compiler')\n", "RuntimeError: no compiler\n", "setup.py:3"),
        ("import sys\nsys.exit('no compiler')\n", "no compiler\n", "setup.py:2"),
        ("import sys\nsys.exit(3)\n", "", "setup.py:2"),
        ("x = (\n", "SyntaxError: '(' was never closed\n", "setup.py:1"),
        ("import sys\nsys.path.append('.')\nimport helper\n", "OSError: gone\n", "helper.py:1"),
        ("import os\nos.chdir(os.path.dirname(os.__file__))\n1 / 0\n", "ZeroDivisionError: division by zero\n", "setup.py:3"),
        ("import sys\nsys.exit(('no', 'compiler'))\n", "('no', 'compiler')\n", "setup.py:2"),
        ("import sys\nsys.path.append('.')\nimport cut_off\n", "SyntaxError: '(' was never closed\n", "cut_off.py:2"),
        ("exec(compile('1 / 0', 'a\\nb.py', 'exec'))\n", "ZeroDivisionError: division by zero\n", "a\\nb.py:1"),
        # What setup.py executes has no file by which to name its lines.
        ("import os\n\nexec('1 / 0')\n", "ZeroDivisionError: division by zero\n", "setup.py:3"),
        ("import os\n\nexec('x = (')\n", "SyntaxError: '(' was never closed\n", "setup.py:3"),
        ("exec('def f():\\n\\n    1 / 0')\nf()\n", "ZeroDivisionError: division by zero\n", "setup.py:2"),
        ("def f():\n    class A:\n        1 / 0\nf()\n", "ZeroDivisionError: division by zero\n", "setup.py:3"),
        # Whatever an exception makes of a note.
        ("class Odd(Exception):\n    def add_note(self, text): raise OSError\nraise Odd('gone')\n", "Odd: gone\n", "setup.py:3"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hook", ["get_requires_for_build_wheel", "build_wheel", "build_sdist"])
def test_a_setup_py_that_fails_is_named_behind_what_it_prints(
    script: str, printed: str, place: str, hook: str, tmp_path: Path
) -> None:
    """setuptools runs it as a text, which a traceback calls `<string>`."""
    text = '[build-system]\nrequires = ["abiding", "setuptools"]\nbuild-backend = "abiding.backend"\n'
    text += '[tool.abiding]\nbuild-backend = "setuptools.build_meta"\n'
    files = {"pyproject.toml": text, "setup.py": script, "helper.py": "raise OSError('gone')\n"}
    files |= {"cut_off.py": "\nx = (\n", "a\nb.py": ""}
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook(hook, *([tmp_path / "out"] if hook.startswith("build") else []))
    last = f"abiding: `{hook}` of `setuptools.build_meta` failed at {place}: the error is there, not in abiding\n"
    assert caught.value.output.endswith(f"{printed}{last}")


ADD = "the build environment has no module `no_such`: add the distribution that brings it to `requires` under `[build-system]` (pyproject.toml:2)"
INSTALL = "the build environment has no module `no_such`: install what `requires` under `[build-system]` (pyproject.toml:2) lists, since without build isolation front ends install nothing"
THERE = "the error is there, not in abiding"
REMOVED = "Python {} has removed its module `{}`: change the line, or build with an earlier Python"
FALSE = "the build environment has no module `no_such`: the marker of `{}` in `requires` under `[build-system]` (pyproject.toml:2) is false here: leave it out, or correct it"


@pytest.mark.parametrize(
    ("script", "requires", "why"),
    [
        ("import no_such\n", "", ADD),
        ("import no_such.inner\n", ', "other"', ADD),
        ("import no_such\n", ', "No.Such>=2"', INSTALL),
        # A marker that is false, of all that bring it.
        ("import no_such\n", ", \"no_such; python_version < '3'\"", FALSE.format("no_such; python_version < '3'")),
        ("import no_such\n", ", \"no_such; python_version < '3'\", \"no-such; python_version >= '3'\"", INSTALL),
        ("import no_such\n", ", \"no_such; python_version >= '3'\"", INSTALL),
        # What Python had once, and what setuptools has of it.
        ("import formatter\n", "", REMOVED.format("3.10", "formatter")),
        ("import symbol.inner\n", ', "symbol"', REMOVED.format("3.10", "symbol")),
        ("from binhex import hexbin\n", "", REMOVED.format("3.11", "binhex")),
        ("import imp; imp.x\n", "", THERE if sys.version_info < (3, 12) else REMOVED.format("3.12", "imp")),
        # What no distribution brings, or what another one does not correct.
        ("import helper\n", "", THERE),
        ("import in_folder.inner\n", "", THERE),
        ("import setuptools.no_such\n", "", THERE),
        ("import json.no_such\n", "", THERE),
        ("from json import no_such\n", "", THERE),
        ("raise ModuleNotFoundError\n", "", THERE),
        ("import no_such_1 if 0 else 1\n", "", THERE),
    ],
)  # fmt: skip
def test_a_module_that_setup_py_lacks_is_named_with_the_line_to_edit(
    script: str, requires: str, why: str, tmp_path: Path
) -> None:
    text = dedent(SETUP_PY).replace('"setuptools"]', f'"setuptools"{requires}]')
    files = {"pyproject.toml": text, "setup.py": f"\n{script}", "helper.py": "", "in_folder/__init__.py": ""}
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    last = caught.value.output.splitlines()[-1]
    assert last == f"abiding: `build_wheel` of `setuptools.build_meta` failed at setup.py:2: {why}"


@pytest.mark.parametrize(
    ("requires", "what"),
    [
        ("'a'", "add `setuptools`, which has one, to `requires`"),
        ("'setuptools'", "install what `requires` under `[build-system]` (pyproject.toml:2) lists"),
        ("\"setuptools; python_version < '3'\"", "the marker of `setuptools; python_version < '3'` in `requires`"),
    ],
)
def test_a_module_that_only_setuptools_has_still(requires: str, what: str) -> None:
    pyproject = Pyproject.parse(f"[build-system]\nrequires = [{requires}]\n")
    assert f"no module `distutils`: {what}" in ways_to_bring("distutils", pyproject)


@pytest.mark.parametrize(
    ("backend", "what"),
    [
        ("def build_wheel(*args):\n    raise ValueError\nbuild_sdist = build_wheel\n", "`build_wheel` of `odd` failed at odd.py:2"),
        ("raise ValueError\n", "`odd` failed when it was imported at odd.py:1"),
        ("import json\ndef build_wheel(*args): json.loads('')\nbuild_sdist = build_wheel\n", "`build_wheel` of `odd` failed at odd.py:2"),
    ],
)  # fmt: skip
def test_any_backend_that_fails_is_named_behind_what_it_prints(backend: str, what: str, tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "odd.py": backend})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    assert caught.value.output.endswith(f"abiding: {what}: the error is there, not in abiding\n")


@pytest.mark.parametrize(
    ("setup", "ending"),
    [
        ("import os\nos.remove('pyproject.toml')\nimport nosuch\n", "setup.py:3: the build environment has no module `nosuch`: add"),
        ("open('pyproject.toml', 'w').write('x')\nimport nosuch\n", "setup.py:2: the build environment has no module `nosuch`: add"),
        ("error = ModuleNotFoundError('x')\nerror.name = 5\nraise error\n", "setup.py:3: the error is there"),
        ("error = SyntaxError('x')\nerror.filename, error.lineno = b'x', 3\nraise error\n", "setup.py:3: the error is there"),
    ],
)  # fmt: skip
def test_no_setup_py_makes_its_error_look_like_one_of_ours(setup: str, ending: str, tmp_path: Path) -> None:
    files = {"pyproject.toml": WRAPPED_FLIT.replace("flit_core.buildapi", "setuptools.build_meta"), "setup.py": setup}
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook("get_requires_for_build_wheel")
    assert ending in caught.value.output.splitlines()[-1]
    assert "failure.py" not in caught.value.output


IMPORTING_LATE = """
def __getattr__(name):
    if name.startswith(("build_", "get_", "prepare_")):
        import impl
        return getattr(impl, name)
    raise AttributeError(name)
"""


def test_a_backend_may_import_what_is_beside_it_when_it_is_asked_for_a_hook(tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"late"\nbackend-path = ["support"]')
    impl = "from flit_core.buildapi import *\n"
    files = {"pyproject.toml": text, "support/late.py": IMPORTING_LATE, "support/impl.py": impl}
    tree = Tree.write(tmp_path / "tree", {**files, "spam.py": "'Spam.'\n__version__ = '1.0'\n"})
    assert str(tree.hook("build_wheel", tmp_path / "out")).endswith(".whl")


THERE_AT_2 = "failed at odd.py:2: the error is there, not in abiding"


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ("import sys; sys.path = tuple(sys.path); raise RuntimeError", THERE_AT_2),
        ("import sys; del sys.excepthook; raise RuntimeError", THERE_AT_2),
        ("import sys; sys.excepthook = None; raise RuntimeError", THERE_AT_2),
        ("exec('\\n\\n\\n\\nraise RuntimeError')", THERE_AT_2),
        ("import spam", THERE_AT_2),
        ("raise ModuleNotFoundError('x', name='a' * 5000)", "to `requires` under `[build-system]` (pyproject.toml:2)"),
    ],
)
def test_whatever_a_backend_does_before_it_fails_its_place_is_named(line: str, ending: str, tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    backend = f"def build_wheel(*args):\n    {line}\nbuild_sdist = build_wheel\n"
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "odd.py": backend, "src/spam/__init__.py": ""})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    assert caught.value.output.splitlines()[-1].endswith(ending)


SETUP_OF_C = (
    "from setuptools import Extension, setup\nsetup(name='spam', ext_modules=[Extension('spam', ['spam.c'])])\n"
)


@pytest.mark.parametrize(
    ("files", "table"),
    [
        ({"setup.py": SETUP_OF_C, "spam.c": "int oops\n"}, ""),
        ({"setup.py": SETUP_OF_C}, ""),
        ({"setup.py": "import setuptools\nsetuptools.setup()\n"}, "[tool.setuptools.packages.find]\nwhere = 3\n"),
        ({}, "[tool.setuptools.packages.find]\nwhere = 3\n"),
    ],
    ids=["C that does not compile", "no C file", "a bad value in pyproject.toml", "the same without setup.py"],
)
def test_what_only_calls_setuptools_is_not_called_the_place_of_its_error(
    files: dict[str, str], table: str, tmp_path: Path
) -> None:
    text = WRAPPED_FLIT.replace("flit_core.buildapi", "setuptools.build_meta") + table
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "spam.py": "", **files})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    last = caught.value.output.splitlines()[-1]
    why = "what it printed says why, and the error is not in abiding"
    assert last == f"abiding: `build_wheel` of `setuptools.build_meta` failed: {why}"


def test_an_exception_that_is_caught_is_as_the_backend_raised_it(tmp_path: Path) -> None:
    """The tests of backends look at what is raised, and so do programs that call hooks by themselves."""
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    backend = "def build_wheel(*args):\n    raise ValueError('odd')\nbuild_sdist = build_wheel\n"
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "odd.py": backend})
    caller = "import traceback\nfrom abiding import backend\ntry:\n    backend.build_wheel('out')\n"
    caller += "except ValueError as exc:\n    print(*traceback.format_exception_only(exc), end='')\n"
    caller += "raise ValueError('another')\n"
    done = subprocess.run([sys.executable, "-c", caller], cwd=tree.folder, capture_output=True, text=True, check=False)
    assert done.stdout == "ValueError: odd\n"
    assert done.stderr.endswith("ValueError: another\n")


@pytest.mark.parametrize("code", ["'no compiler'", "''", "'odd \\udc80'", "5"])
def test_what_ends_the_process_is_as_the_backend_raised_it(code: str, tmp_path: Path) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    backend = f"def build_wheel(*args):\n    raise SystemExit({code})\nbuild_sdist = build_wheel\n"
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "odd.py": backend})
    call = "from abiding import backend\n%s\n    backend.build_wheel('out')\n"
    catching = call % "try:" + f"except SystemExit as exc:\n    print(exc.code == {code}, exc.args == ({code},))\n"

    def run(program: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program]
        return subprocess.run(command, cwd=tree.folder, capture_output=True, text=True, check=False)

    caught = run(catching)
    assert (caught.stdout, caught.returncode) == ("True True\n", 0)
    assert not caught.stderr or code == "5"
    passed_on = run(call % "if True:")
    last = "abiding: `build_wheel` of `odd` failed at odd.py:2: the error is there, not in abiding\n"
    printed = "" if code == "5" else code.strip("'") + "\n"
    assert (passed_on.stderr, passed_on.returncode) == (printed + last, 5 if code == "5" else 1)


@pytest.mark.parametrize(
    ("backend_path", "at_import", "in_hook"),
    [
        ('["."]', "", ""),
        ('["."]', "import sys\nsys.path.insert(0, 'tools')\n", "    import helper\n"),
        ('["."]', "", "    import sys\n    sys.path.insert(0, 'tools')\n    import helper\n"),
        ('["tools"]', "", "    import helper\n"),
    ],
)
def test_only_the_wrapped_backend_imports_what_its_path_has(
    backend_path: str, at_import: str, in_hook: str, tmp_path: Path
) -> None:
    """What is imported only after a hook has names that a project may have too."""
    text = '[build-system]\nrequires = ["abiding"]\nbuild-backend = "abiding.backend"\n'
    text += '[project]\nname = "spam"\nversion = "1.0"\ndependencies = ["idna>=2"]\n'
    text += f'[tool.abiding]\nbuild-backend = "odd"\nbackend-path = {backend_path}\n'
    made = write_wheel(tmp_path, "spam-1.0-py3-none-any.whl", written("Requires-Dist: idna>=2"))
    code = f"import shutil\n{at_import}def build_wheel(folder, *args):\n{in_hook}"
    code += f"    shutil.copy({str(made)!r}, folder)\n    return {made.name!r}\n"
    files = {"pyproject.toml": text, "odd.py" if "." in backend_path else "tools/odd.py": code, "tools/helper.py": ""}
    for name in ("logging", "subprocess", "packaging", "platform", "inspect"):
        files |= dict.fromkeys((f"{name}.py", f"tools/{name}.py"), "raise RuntimeError('of the project')\n")
    Tree.write(tmp_path / "tree", files).hook("build_wheel", tmp_path / "out")


OWN_QUEUE = """
import atexit, sys

@atexit.register
def late():
    import helper, queue
    print("late:", helper.__name__, queue.WHOSE, file=sys.stderr)

def build_wheel(folder, *args):
    import queue, queue.inner
    assert queue.WHOSE == "project" and queue.inner, queue
    atexit.register(late)
    raise KeyError("no wheel")

def get_requires_for_build_wheel(*args):
    import queue
    return [queue.WHOSE]
"""


def test_what_a_backend_imports_of_the_project_is_its_own_and_no_longer_than_it_runs(tmp_path: Path) -> None:
    """A module of the project may have the name of one of Python's; what runs at the end is code of the backend too."""
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["tools"]')
    files = {"tools/odd.py": OWN_QUEUE, "tools/queue/__init__.py": "WHOSE = 'project'", "tools/queue/inner.py": ""}
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "tools/helper.py": "", **files})
    caller = """
        import atexit, sys
        atexit.register(lambda: print("ours:", "queue" in sys.modules and sys.modules["queue"].Queue.__name__))
        from abiding import backend
        for _ in range(2):
            print(backend.get_requires_for_build_wheel())
            import queue
            print(queue.Queue, "queue.inner" in sys.modules, [path for path in sys.path if "tools" in path])
            del sys.modules["queue"]
        import queue
        backend.build_wheel("out")
    """
    environment = {**os.environ, "ABIDING_LEVEL": "abi"}
    command = [sys.executable, "-c", dedent(caller)]
    done = subprocess.run(command, cwd=tree.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [*["['project']", "<class 'queue.Queue'> False []"] * 2, "ours: Queue"]
    assert "KeyError: 'no wheel'" in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("late:")] == ["late: helper project"] * 2


NO_MODULES = """
import sys, types
from flit_core.buildapi import build_sdist, build_wheel

class Late(types.ModuleType):
    def __getattribute__(self, name):
        raise RuntimeError(f"{name} of a module that can't be loaded was asked for")

class Slotted:
    __slots__ = ()

sys.modules["sched"], sys.modules["chunk"], sys.modules["cgitb"] = Late("sched"), Slotted(), None
"""


def test_what_a_backend_has_among_the_modules_is_not_asked_for_anything(tmp_path: Path) -> None:
    """A module that is loaded late would be loaded, and what is there may be no module."""
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]')
    tree = Tree.write(tmp_path / "tree", {"pyproject.toml": text, "spam.py": '"""A package"""', "odd.py": NO_MODULES})
    assert tree.hook("build_wheel", tmp_path / "out")


@pytest.mark.parametrize("listed", [True, False])
def test_what_is_listed_already_is_not_to_be_listed(tmp_path: Path, listed: bool) -> None:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"flit_cor.buildapi"').replace('"flit-core"', '"flit_core>=3"')
    tree = Tree.write(tmp_path, {"pyproject.toml": text if listed else text.replace('"flit_core>=3"', '"setuptools"')})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    said = " ".join(caught.value.output.split())
    assert "did you mean `flit_core.buildapi`?" in said
    assert ("list `flit-core` in" in said) is not listed


ALONE = f"without build isolation front ends install nothing, and it is `{sys.executable}` that builds"


@pytest.mark.parametrize(
    ("backend", "requires", "ways"),
    [
        ("enscons.api", ["abiding"], ["list `enscons` in `[build-system] requires`, next to `abiding`; without build isolation, install it too"]),
        ("enscons.api", ["abiding", "enscons"], [f"install `enscons`, which `[build-system] requires` lists: {ALONE}"]),
        ("enscons.api", ["abiding", "Enscons >=0.20; python_version > '3'"], [f"install `Enscons >=0.20`, which `[build-system] requires` lists: {ALONE}"]),
        ("enscons.api", ["abiding", "enscons; python_version < '3'"], ["the marker of `enscons; python_version < '3'` in `[build-system] requires` is false here: leave it out, or correct it"]),
        ("enscons.api", ["abiding", "setuptools", "numpy"], ["list `enscons` in `[build-system] requires`, next to `abiding`; without build isolation, install it too"]),
        ("my_backend", ["abiding", "setuptools"], ["list its distribution in `[build-system] requires`, next to `abiding`; without build isolation, install it too"]),
        ("my_backend", ["abiding", "my-backend>=2"], [
            "list its distribution in `[build-system] requires`, next to `abiding`; without build isolation, install it too",
            f"if `my-backend>=2` brings it, install that: {ALONE}",
        ]),
        ("my_backend", ["abiding", "one", "two; os_name == 'nt'"], [
            "list its distribution in `[build-system] requires`, next to `abiding`; without build isolation, install it too",
            f"if one of `one`, `two` brings it, install that: {ALONE}",
        ]),
    ],
)  # fmt: skip
def test_a_backend_that_is_not_installed_where_front_ends_install_nothing(
    backend: str, requires: list[str], ways: list[str], tmp_path: Path
) -> None:
    """What is listed already is to be installed: to list it again would lead nowhere."""
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', f'"{backend}"')
    text = re.sub("(?m)^requires = .*$", f"requires = {requires}", text, count=1)
    tree = Tree.write(tmp_path, {"pyproject.toml": text})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    said = " ".join(caught.value.output.split())
    hints = [part.strip() for part in said.partition("abiding: Nothing was built")[0].split("hint: ")[1:]]
    assert hints == ways


NO_NAME = "and PEP 517 asks for the name of what it wrote, without the folder"


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ("_wheel(f'{directory}/../{NAME}'); return f'../{NAME}'", NO_NAME),
        ("_wheel(f'{directory}/{NAME}'); return f'{directory}/{NAME}'", NO_NAME),
        ("return 'x' * 5000", "which it did not write"),
        ("return 'a\\0b'", NO_NAME),
        ("return '..'", NO_NAME),
        ("return ''", NO_NAME),
        ("return None", NO_NAME),
        ("return NAME", "which it did not write"),
        ("os.mkdir(f'{directory}/{NAME}'); return NAME", "which it did not write"),
        ("os.symlink('/etc/hostname', f'{directory}/{NAME}'); return NAME", "which it did not write"),
    ],
)
def test_what_a_backend_returns_is_a_file_name_in_its_folder(tmp_path: Path, build: str, reason: str) -> None:
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]'),
        "odd.py": dedent(ODD_BACKEND).format(build=build),
    }
    tree = Tree.write(tmp_path / "tree", files)
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out" / "dist")
    said = " ".join(caught.value.output.split())
    assert "error[broken-backend]: `build_wheel` of `odd` returned" in said
    assert reason in said
    assert "Traceback" not in said
    # What a backend writes beside the folder that it was given is its own doing; nothing of ours is out there.
    assert all(path.parent == tmp_path / "out" / "dist" for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_a_backend_that_does_as_it_is_told(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]'),
        "odd.py": dedent(ODD_BACKEND).format(build="_wheel(f'{directory}/{NAME}'); return NAME"),
    }
    assert Tree.write(tmp_path / "tree", files).hook("build_wheel", tmp_path / "out") == "spam-1.4.0-py3-none-any.whl"


@pytest.mark.parametrize("returned", ["None", "'numpy'", "[None]", "{'numpy': 1}"])
def test_requirements_are_a_list_of_strings(tmp_path: Path, returned: str) -> None:
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]'),
        "odd.py": f"def get_requires_for_build_wheel(settings=None):\n    return {returned}\nbuild_wheel = None\n",
    }
    with pytest.raises(HookFailed) as caught:
        Tree.write(tmp_path / "tree", files).hook("get_requires_for_build_wheel")
    assert "and PEP 517 asks for a list of requirements" in " ".join(caught.value.output.split())
    assert "Traceback" not in caught.value.output


@pytest.mark.parametrize("returned", ["nope.dist-info", "../spam-1.4.0.dist-info", "spam-1.4.0.dist-info"])
def test_a_prepared_folder_is_one_that_was_made(tmp_path: Path, returned: str) -> None:
    prepare = """
        def build_wheel(*arguments): ...
        def prepare_metadata_for_build_wheel(directory, settings=None):
            import os
            os.mkdir(f"{directory}/spam-1.4.0.dist-info")
            return "%s"
    """
    files = {
        "pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["."]'),
        "odd.py": dedent(prepare) % returned,
    }
    with pytest.raises(HookFailed) as caught:
        Tree.write(tmp_path / "tree", files).hook("prepare_metadata_for_build_wheel", tmp_path / "out")
    assert "abiding: error[" in caught.value.output
    assert "Traceback" not in caught.value.output


def test_backend_path_does_not_follow_a_link_out_of_the_tree(tmp_path: Path) -> None:
    tree = Tree.write(
        tmp_path / "tree",
        {"pyproject.toml": WRAPPED_FLIT.replace('"flit_core.buildapi"', '"odd"\nbackend-path = ["build"]')},
    )
    Tree.write(tmp_path / "elsewhere", {"odd.py": "raise SystemExit('foreign code')"})
    (tree.folder / "build").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HookFailed) as caught:
        tree.hook("get_requires_for_build_wheel")
    assert "`build` of `backend-path` leads out of the source tree" in " ".join(caught.value.output.split())
    assert "foreign code" not in caught.value.output


def test_unknown_variant(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    for given, environ, asked in (
        ({"abiding.variant": "cuda"}, {}, "-C abiding.variant=cuda"),
        (None, {"ABIDING_VARIANT": "cuda"}, "ABIDING_VARIANT=cuda"),
    ):
        with pytest.raises(
            HookFailed, match=r"error\[unknown-variant\]: the project declares no variant `cuda`"
        ) as caught:
            tree.hook("build_wheel", tmp_path / "out", given, **environ)
        assert " --> pyproject.toml:17  tool.abiding.wheel\n" in caught.value.output
        assert f"note: `{asked}` asks for it\n" in caught.value.output
        assert (
            "\nabiding: Nothing was built\nhint: for more, run `abiding explain unknown-variant`" in caught.value.output
        )


@pytest.mark.parametrize(
    ("entry", "level", "is_told"),
    [
        ('{ requires = "numpy==2.1.0", native = true }', "api", True),
        ('{ requires = "numpy==2.1.0", native = true }', "abi", False),
        ('"numpy==2.1.0"', "api", False),  # it would be no nearer
    ],
)
def test_where_a_build_fails_the_level_is_said_that_it_failed_at(
    entry: str, level: str, is_told: bool, tmp_path: Path
) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', entry)
    text = (tree.folder / "pyproject.toml").read_text().replace('"flit_core.buildapi"', '"own"\nbackend-path = ["."]')
    failing = "from flit_core.buildapi import *\ndef build_wheel(*_):\n    raise SystemExit('grain.h: No such file')\n"
    Tree.write(tree.folder, {"pyproject.toml": text, "own.py": failing})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out", {"abiding.level": level})
    assert "grain.h: No such file" in caught.value.output
    told = "abiding: API level: 1 line left out, because -C abiding.level=api; `-C abiding.level=abi` adds it"
    assert (told in caught.value.output) is is_told


@pytest.mark.parametrize(("code", "message"), [
    ("build_wheel = 3", "`build_wheel` of `own` is not a function"),
    ("build_wheel = None", "`build_wheel` of `own` is not a function"),
    ("del build_wheel", "`own` has no `build_wheel`"),
    ("def build_wheel(*_): raise SystemExit", "`build_wheel` of `own` ended the process, with exit status 0, and returned"),
    ("def build_wheel(*_): raise SystemExit(0)", "`build_wheel` of `own` ended the process, with exit status 0, and returned"),
    ("def build_wheel(*_): raise SystemExit(False)", "`build_wheel` of `own` ended the process, with exit status 0, and returned"),
    pytest.param("def build_wheel(*_): raise SystemExit(512)", "`build_wheel` of `own` ended the process, with exit status 0, and",
        marks=pytest.mark.skipif(os.name != "posix", reason="a status has one byte there")),
    ("raise SystemExit", "the wrapped backend `own` ended the process, with exit status 0, when it was imported"),
    # What is said to have failed, the backend has said.
    ("def build_wheel(*_): raise SystemExit(5)", ""),
    ("raise SystemExit('no compiler')", ""),
    ("def build_wheel(*_): raise SystemExit('')", ""),
    ("def build_wheel(*_): raise SystemExit(0.0)", ""),
    ("def build_wheel(*_): raise SystemExit([])", ""),
    ("raise SystemExit('')", ""),
])  # fmt: skip
def test_a_wrapped_backend_without_an_answer(code: str, message: str, tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree")
    text = (tree.folder / "pyproject.toml").read_text().replace('"flit_core.buildapi"', '"own"\nbackend-path = ["."]')
    Tree.write(tree.folder, {"pyproject.toml": text, "own.py": f"from flit_core.buildapi import *\n{code}\n"})
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    said = " ".join(caught.value.output.split())
    if message:
        assert f"error[broken-backend]: {message}" in said
    else:
        assert "exit status 0" not in said
        assert said.endswith(": the error is there, not in abiding")
    assert "AttributeError" not in caught.value.output
    assert "TypeError" not in caught.value.output


def test_lawful_and_probably_not_meant_is_a_warning(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "numpy>=1.20,<2.5")
    with warned(r"warning\[not-narrower\]: `>=1.20` of `numpy>=1.20,<2.5` excludes .* --> pyproject.toml:19 "):
        tree.hook("build_wheel", tmp_path / "out")
    assert "Traceback" not in tree.said[-1]


def test_a_warning_that_python_prints_looks_as_an_error_does(tmp_path: Path) -> None:
    """uv runs hooks by a script of its own, and shows what it prints."""
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "numpy>=1.20,<2.5")
    code = f"import abiding.backend as b; b.build_wheel({str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree.folder, env={**os.environ, **tree.environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.startswith("abiding: warning[not-narrower]: `>=1.20` of `numpy>=1.20,<2.5` excludes\n")
    assert "\n --> pyproject.toml:19" in done.stderr
    assert "hint: leave the clause out" in done.stderr
    assert "UserWarning" not in done.stderr
    # pip and build are handed the text by `pyproject_hooks`, and show it themselves.
    with warned("not-narrower") as told:
        tree.hook("build_wheel", tmp_path / "out")
    assert [str(one.message) for one in told if str(one.message) in done.stderr]
    assert done.stderr.splitlines()[-1].startswith("abiding: ABI level, ")


@pytest.mark.parametrize("told", ["error", "error::UserWarning"])
def test_a_warning_where_warnings_are_errors(told: str, tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "numpy>=1.20,<2.5")
    code = f"import abiding.backend as b; b.build_wheel({str(tmp_path)!r})"
    environ = {**os.environ, **tree.environment, "PYTHONWARNINGS": told}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree.folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("abiding: error[not-narrower]: `>=1.20` of `numpy>=1.20,<2.5` excludes nothing:\n")
    assert "abiding: Nothing was built: Python is told that warnings are errors\n" in done.stderr
    assert "bug" not in done.stderr
    assert not [*tmp_path.glob("*.whl")]


def test_a_warning_is_attached_to_the_line_to_edit(tmp_path: Path) -> None:
    """As a part of the name, since pip prints the text of a line below the hints, where it looks like what to write."""
    tree = flit_tree(tmp_path / "tree", "libgmp==6.3.0", "numpy>=1.20,<2.5")
    with warned(r"warning\[not-narrower\]: .* --> pyproject.toml:") as warnings:
        tree.hook("build_wheel", tmp_path / "out")
    name, _, line = warnings[0].filename.rpartition(":")
    assert Path(name) == tree.folder / "pyproject.toml"
    assert "numpy>=1.20,<2.5" in Path(name).read_text("utf-8").splitlines()[int(line) - 1]
    assert not Path(warnings[0].filename).exists()
    assert warnings[0].lineno == 1


def test_native_without_from_sdist_is_a_warning(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', '{ requires = "libgmp==6.3.0", native = true }')
    with warned(r"warning\[from-sdist-unset\]: installing .* --> pyproject.toml:") as warnings:
        tree.hook("build_sdist", tmp_path / "out")
    # Each that is possible is named with what it does, and is written as the hint has it.
    hints = re.findall(
        r'`(from-sdist = "(\w+)")` (?:under `\[tool.abiding\]` )?to build', in_one_line(str(warnings[0].message))
    )
    assert {value for _, value in hints} == set(FromSdist)
    text = (tree.folder / "pyproject.toml").read_text()
    for line, _ in hints:
        (tree.folder / "pyproject.toml").write_text(text.replace("[tool.abiding]\n", f"[tool.abiding]\n{line}\n"))
        tree.hook("build_sdist", tmp_path / "out")
        assert "from-sdist-unset" not in tree.said[-1]


def test_metadata_version_of_the_sdist(tmp_path: Path) -> None:
    tree = flit_tree(tmp_path / "tree", "[tool.abiding]\n", '[tool.abiding]\nmetadata-version = "2.6"\n')
    said = pkg_info(tmp_path / "out" / tree.hook("build_sdist", tmp_path / "out"))
    assert said.get("Metadata-Version") == "2.6"
    remark = (
        "abiding: note[new-metadata-version]: Metadata-Version 2.6 is newer than what\n    some tools take\n --> spam-"
    )
    assert remark in tree.said[-1]
    wheel = tree.hook("build_wheel", tmp_path / "out")
    assert CoreMetadata.parse(metadata(tmp_path / "out" / wheel).data, "METADATA").get("Metadata-Version") != "2.6"


@pytest.mark.parametrize("version", ["2.2", "2.3", "2.4"])
def test_a_version_that_lacks_a_field_of_the_sdist_is_an_error(tmp_path: Path, version: str) -> None:
    """flit-core 4 adds a field of 2.5 by itself: nothing else can be said of its sdist."""
    tree = flit_tree(tmp_path / "tree", "[tool.abiding]\n", f'[tool.abiding]\nmetadata-version = "{version}"\n')
    message = rf"error\[bad-value\]: metadata version {version} has no `Import-Name`, which"
    with pytest.raises(HookFailed, match=message) as caught:
        tree.hook("build_sdist", tmp_path / "out")
    assert 'hint: write `metadata-version = "2.5"`, or leave it out' in caught.value.output
    assert listed(tmp_path / "out") == []


# What a newer version finds in a declaration that an earlier one accepted


def test_a_published_sdist_is_built_with_a_warning(tmp_path: Path) -> None:
    """A tree is refused; its sdist, which an earlier version made, is built, and says what it always said."""
    wrong = '"libgmp==6.3.0", { requires = "nccl", variant = "cuda" }'
    tree = flit_tree(tmp_path / "tree", '"libgmp==6.3.0"', wrong)
    inside = Tree(unpacked(tmp_path / tree.hook("build_sdist", tmp_path), tmp_path / "in"), tree.environment, [])
    for one in (tree, inside):
        file = one.folder / "pyproject.toml"
        text = file.read_text().replace('wheels-differ = "as the test has it"\n', "")
        file.write_text(text.replace('"dependencies"]', '"dependencies", "version"]'))
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_wheel", tmp_path / "out")
    assert set(re.findall(r"abiding: (\w+)\[(.*?)\]", caught.value.output)) == {
        ("error", "bad-dynamic"),
        ("error", "unexplained-difference"),
    }
    with warned("abiding") as told:
        name = inside.hook("build_wheel", tmp_path / "out")
    rules = [re.findall(r"warning\[(.*?)\]: ", str(one.message)) for one in told]
    assert rules == [["bad-dynamic"], ["unexplained-difference"]]
    assert metadata(tmp_path / "out" / name).all("Requires-Dist") == ("numpy>=1.26", "libgmp==6.3.0")


@pytest.mark.parametrize("hook", ["get_requires_for_build_sdist", "build_sdist", "build_wheel"])
@pytest.mark.parametrize("backend", ["abiding", "abiding.backend"])
def test_the_package_named_as_the_backend_says_which_it_is(tmp_path: Path, hook: str, backend: str) -> None:
    tree = flit_tree(tmp_path / "tree", 'build-backend = "abiding.backend"', 'build-backend = "abiding"')
    arguments = [] if hook.startswith("get") else [tmp_path / "out"]
    with pytest.raises(HookFailed) as caught:
        tree.hook(hook, *arguments, backend=backend)
    assert "Traceback" not in caught.value.output
    assert "`abiding` has no hooks: the build backend is `abiding.backend`" in in_one_line(caught.value.output)
