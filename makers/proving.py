"""Trees to be proven."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.project.level import Level
from abiding.proof import prove
from abiding.proof.commands import CommandError
from abiding.proof.environments import Environment
from makers.trees import SOURCES, Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.proof import Proof

# A backend that lives in the tree. What it says is up to `lines` in says.py: (hook, how often it was called) -> lines.
BACKEND = """
    import io, os, pathlib, tarfile, zipfile
    import says

    def _metadata(hook, level="2.4"):
        calls = pathlib.Path(os.environ["CALLS"])
        with calls.open("a") as file:
            print(hook, file=file)
        count = calls.read_text().split().count(hook)
        head = [f"Metadata-Version: {level}", "Name: spam", "Version: 1.4.0", *says.lines(hook, count)]
        return "\\n".join(head) + "\\n"

    def build_sdist(folder, settings=None):
        text = _metadata("build_sdist")
        with tarfile.open(os.path.join(folder, "spam-1.4.0.tar.gz"), "w:gz") as archive:
            for name in ("pyproject.toml", "odd.py", "says.py", *says.more("build_sdist")):
                archive.add(name, "spam-1.4.0/" + name)
            info = tarfile.TarInfo("spam-1.4.0/PKG-INFO")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
        return "spam-1.4.0.tar.gz"

    def _wheel(hook, folder):
        text = _metadata(hook)
        name = "spam-1.4.0-py3-none-any.whl"
        with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
            for file in says.more(hook):
                if os.path.exists(file):
                    archive.write(file)
            archive.writestr("spam-1.4.0.dist-info/METADATA", text)
            archive.writestr("spam-1.4.0.dist-info/WHEEL", "Wheel-Version: 1.0\\n")
            archive.writestr("spam-1.4.0.dist-info/RECORD", "")
        return name

    def build_wheel(folder, settings=None, prepared=None):
        return _wheel("build_wheel", folder)

    def build_editable(folder, settings=None, prepared=None):
        return _wheel("build_editable", folder)

    def prepare_metadata_for_build_wheel(folder, settings=None):
        path = pathlib.Path(folder, "spam-1.4.0.dist-info")
        path.mkdir()
        (path / "METADATA").write_text(_metadata("prepare"))
        return path.name
"""

PYPROJECT = """
    [build-system]
    requires = []
    build-backend = "odd"
    backend-path = ["."]
"""


@dataclass
class Here:
    """Every environment is the one that the tests run in."""

    folder: Path
    asked: list[list[str]] = field(default_factory=list)

    def having(self, wanted: Sequence[str]) -> Environment:
        self.asked.append(list(wanted))
        if "missing" in wanted:
            raise CommandError("no matching distribution for missing\n")
        variables = {name: value for name, value in os.environ.items() if not name.startswith("ABIDING_")}
        more = {"PYTHONPATH": str(SOURCES), "CALLS": str(self.folder / "calls"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.folder.mkdir(exist_ok=True)
        return Environment(Path(sys.executable), {**variables, **more})


def odd_tree(folder: Path, lines: str, more: str = "()", **files: str) -> Path:
    says = f"import pathlib\nIN_SDIST = pathlib.Path('PKG-INFO').exists()\ndef lines(hook, count):\n    {lines}\n"
    says += f"def more(hook):\n    return {more}\n"
    Tree.write(folder, {"pyproject.toml": PYPROJECT, "odd.py": BACKEND, **files})
    (folder / "says.py").write_text(says, encoding="utf-8")
    return folder


def proven(source: Path, **options: str) -> Proof:
    level = Level(options["level"]) if "level" in options else None
    return prove(source, Here, level=level, variant=options.get("variant"))


def git(folder: Path, *arguments: str) -> str:
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **alone, **names}, capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout
