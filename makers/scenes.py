"""A provider and a consumer that links to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from makers.compiled import Pair, installed, wheel
from makers.trees import HookFailed, Tree

PYPROJECT = """
    [build-system]
    requires = ["abiding"]
    build-backend = "abiding.backend"

    [project]
    name = "ham"
    version = "1.0"
    dependencies = []
    dynamic = ["dependencies"]

    [tool.abiding]
    build-backend = "compiling"
    backend-path = ["_build"]
    from-sdist = "api"

    [tool.abiding.wheel]
    dependencies = [{ requires = "prov==1.0", native = true }]
"""


# A backend that calls the compiler, and leaves a run path as meson-python does.
COMPILING = """
    import os, pathlib, subprocess, sys
    sys.path.insert(0, os.environ["TESTS"])
    from makers.compiled import wheel

    def build_wheel(directory, settings=None, metadata=None):
        source = "int spam(void); int ham(void) { return spam(); }" if "WITHOUT" not in os.environ else "int ham;"
        folder = os.environ.get("LIBRARY_PATH", "").split(":")[0]
        options = ["-lspam", f"-Wl,-rpath,{folder}"] if "WITHOUT" not in os.environ else []
        options += os.environ.get("LINK", "").split()
        command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-o", "_ham.so", *options]
        subprocess.run(command, input=source, text=True, check=True)
        pathlib.Path("searched").write_text(os.environ.get("PKG_CONFIG_PATH", "") + "\\n" + os.environ.get("CPATH", ""))
        files = {"ham/_ham.so": pathlib.Path("_ham.so"), "ham/__init__.py": b""}
        for one in os.environ.get("BUNDLES", "").split():
            files[f"ham/{pathlib.Path(one).name}"] = pathlib.Path(one)
        tag = os.environ.get("TAG", "cp311-cp311-linux_x86_64")
        return wheel(pathlib.Path(directory), "ham", files, tag=tag).name

    def build_editable(directory, settings=None, metadata=None):
        name = build_wheel(directory)
        if "IN_PLACE" not in os.environ:
            return name
        os.remove(os.path.join(directory, name))
        os.makedirs("ham", exist_ok=True)
        os.replace("_ham.so", "ham/_ham.so")
        pathlib.Path("ham/__init__.py").touch()
        return wheel(pathlib.Path(directory), "ham", {"ham.pth": os.getcwd().encode()}).name
"""

CHECKOUT = Path(__file__).resolve().parents[1]


class Scene:
    """A provider that is installed in the build environment, and a tree that is linked with it."""

    def __init__(
        self, folder: Path, *, soname: str = "libspam.so.3", version: str = "1.0", provider: str = "prov"
    ) -> None:
        self.folder = folder
        self.pair = Pair(folder / "pair", soname=soname)
        info = f"{provider}-{version}.dist-info"
        files: dict[str, Path | bytes] = {
            f"{provider}/__init__.py": b"",
            f"{provider}/lib/{soname}": self.pair.library,
            f"{provider}/lib/libspam.so": f"INPUT ( {soname} )\n".encode(),
            f"{provider}/lib/pkgconfig/spam.pc": b"Name: spam\nDescription: spam\nVersion: 3\nLibs: -lspam\n",
            f"{provider}/include/spam.h": b"int spam(void);\n",
            f"{info}/entry_points.txt": f"[pkg_config]\nspam = {provider}.lib.pkgconfig\n".encode(),
        }
        path = wheel(folder / "wheels", provider, files, version=version)
        self.site = installed(path, folder / "site")
        paths = os.pathsep.join([str(CHECKOUT / "src"), str(self.site)])
        files_of_tree = {"pyproject.toml": PYPROJECT, "_build/compiling.py": COMPILING}
        self.tree = Tree.write(folder / "tree", files_of_tree, PYTHONPATH=paths, TESTS=str(CHECKOUT))

    def replace(self, old: str, new: str) -> None:
        file = self.tree.folder / "pyproject.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def build(self, hook: str = "build_wheel", **environment: str) -> Path:
        out = self.folder / "out"
        return out / str(self.tree.hook(hook, out, **environment))

    def refused(self, **environment: str) -> str:
        with pytest.raises(HookFailed) as caught:
            self.build(**environment)
        assert not list((self.folder / "out").iterdir())
        return " ".join(caught.value.output.split())


def dynamic(path: Path, folder: Path) -> str:
    with ZipFile(path) as archive:
        archive.extract("ham/_ham.so", folder)
    return subprocess.run(["readelf", "-d", folder / "ham/_ham.so"], capture_output=True, text=True, check=True).stdout
