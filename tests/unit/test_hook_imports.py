"""What each hook imports: a front end starts a process for every one, and pays for all of it every time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = """\
[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["packaging>=24"]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "tiny"
backend-path = ["."]

[tool.abiding.wheel]
dependencies = ["{line}"]
"""
# A backend that imports nothing which the hooks may not have imported by then.
TINY = """\
METADATA = b"Metadata-Version: 2.4\\nName: spam\\nVersion: 1.0\\nRequires-Python: >=3.11\\nRequires-Dist: packaging>=24\\n"

def get_requires_for_build_wheel(config_settings=None):
    return []

def get_requires_for_build_sdist(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    import os

    os.mkdir(f"{metadata_directory}/spam-1.0.dist-info")
    with open(f"{metadata_directory}/spam-1.0.dist-info/METADATA", "wb") as file:
        file.write(METADATA)
    return "spam-1.0.dist-info"

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    from zipfile import ZipFile

    members = {
        "spam.py": b"",
        "spam-1.0.dist-info/METADATA": METADATA,
        "spam-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    members["spam-1.0.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in members).encode()
    with ZipFile(f"{wheel_directory}/spam-1.0-py3-none-any.whl", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return "spam-1.0-py3-none-any.whl"

def build_sdist(sdist_directory, config_settings=None):
    import io
    import tarfile

    with tarfile.open(f"{sdist_directory}/spam-1.0.tar.gz", "w:gz") as archive:
        for name, data in (("pyproject.toml", open("pyproject.toml", "rb").read()), ("PKG-INFO", METADATA)):
            member = tarfile.TarInfo(f"spam-1.0/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return "spam-1.0.tar.gz"
"""
CALLS = {
    "get_requires_for_build_wheel": "get_requires_for_build_wheel()",
    "get_requires_for_build_sdist": "get_requires_for_build_sdist()",
    "prepare_metadata_for_build_wheel": "prepare_metadata_for_build_wheel('out')",
    "build_sdist": "build_sdist('out')",
    "build_wheel": "build_wheel('out')",
}
# What errors and warnings need, with what they say and where; markers, globs, pins, groups and native entries; evidence.
NEVER = """
    builds.compiled builds.failure builds.hints builds.installed_exports builds.links builds.provider_exports
    builds.undeclared evidence findings.excerpts findings.screen findings.terminal metadata.environments
    metadata.exclusions metadata.filling metadata.lookalikes metadata.markers metadata.marker_slips metadata.pinned
    metadata.pythons metadata.requires_dist metadata.variant_markers native.building native.installed
    project.corrections project.group_includes project.hints project.known_tags
    project.positions project.select_globs project.tags project.toml_errors project.toml_slips
"""
# What is built, and judged when it is.
BUILT = """
    archives.record archives.sdist archives.tarblocks archives.tree archives.wheel archives.wheel_editing
    archives.wheel_name archives.wheel_tags archives.zipdirectory artifacts.installers artifacts.filename
    artifacts.readable artifacts.satisfiable builds.built_wheel builds.installable builds.members
    builds.output files.placing files.private metadata.narrowing native.names project.build_record project.lines
    project.lint project.never_true
"""
COMPARED = "builds.judgement builds.known_metadata metadata.core metadata.difference metadata.values"
OF_WHEELS = """
    archives.record archives.wheel archives.wheel_editing archives.wheel_tags archives.zipdirectory artifacts.filename
    artifacts.installers builds.built_wheel builds.known_metadata builds.members native.names project.build_record
    project.lines
"""
OF_SDISTS = (
    "archives.sdist archives.sdist_layout archives.strict_tar archives.tarblocks archives.tarheaders archives.tree"
)
OTHERS = ("difflib", "shlex", "importlib.metadata", "email", "multiprocessing")

WITHOUT = {
    "get_requires_for_build_wheel": f"{BUILT} {COMPARED}",
    "get_requires_for_build_sdist": f"{BUILT} {COMPARED}",
    "prepare_metadata_for_build_wheel": f"{OF_SDISTS} archives.wheel project.lint builds.installable",
    "build_sdist": OF_WHEELS,
    "build_wheel": f"{OF_SDISTS} builds.known_metadata",
}
MODULES_OF_PYTHON = {
    "get_requires_for_build_wheel": OTHERS,
    "get_requires_for_build_sdist": OTHERS,
    "prepare_metadata_for_build_wheel": (),
    "build_sdist": OTHERS,
    "build_wheel": ("difflib", "shlex", "multiprocessing"),  # its record has the version of the wrapped backend
}


def imported(folder: Path, call: str, line: str = "packaging>=24.1") -> set[str]:
    """The modules that a hook imports in a process of its own."""
    (folder / "pyproject.toml").write_text(PYPROJECT.format(line=line), "utf-8")
    (folder / "tiny.py").write_text(TINY, "utf-8")
    (folder / "out").mkdir(exist_ok=True)
    code = f"import sys; from abiding import backend; backend.{call}; print(*sorted(sys.modules))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ABIDING", "COV"))}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def ours(names: str) -> set[str]:
    return {f"abiding.{name}" for name in names.split()}


@pytest.mark.parametrize("hook", CALLS)
def test_a_hook_imports_what_its_work_needs(hook: str, tmp_path: Path) -> None:
    modules = imported(tmp_path, CALLS[hook])
    assert "abiding.builds.build" in modules
    assert not modules & ours(f"{NEVER} {WITHOUT[hook]}")
    assert not modules & set(MODULES_OF_PYTHON[hook])
    assert not modules & {"tomlkit", "pyproject_hooks", "typing_extensions", "tomli"}


def test_every_name_is_that_of_a_module() -> None:
    """A module that was moved would never be imported by its old name."""
    from importlib.util import find_spec

    names = ours(" ".join((NEVER, *WITHOUT.values())))
    assert not {name for name in names if find_spec(name) is None}


def test_what_is_needed_is_imported(tmp_path: Path) -> None:
    """What the test above rests on: a marker is read by the module for markers."""
    modules = imported(tmp_path, CALLS["get_requires_for_build_wheel"], "packaging>=24.1; python_version>='3'")
    assert ours("metadata.markers metadata.environments") <= modules
