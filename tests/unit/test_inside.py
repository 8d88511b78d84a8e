"""What a project names by a path is read below its folder: a stranger's sdist must not make us read this machine."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from abiding.files.plain import leads_out, read_inside
from makers.archives import write_sdist

if TYPE_CHECKING:
    from pathlib import Path

HEAD = b"Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n"


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("README.md", False),
        ("docs/README.md", False),
        ("./docs/../README.md", False),
        (".hidden", False),
        ("..README", False),
        ("", False),
        ("..", True),
        ("../README.md", True),
        ("docs/../../README.md", True),
        ("docs\\..\\..\\README.md", True),
        ("/etc/passwd", True),
        ("\\etc", True),
        ("//host/share", True),
        ("C:\\x", True),
        ("C:x", True),
    ],
)
def test_leads_out(path: str, out: bool) -> None:
    assert leads_out(path) is out


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "spam"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (folder / "README").write_text("about")
    (folder / "near").symlink_to("README")
    (folder / "far").symlink_to("../secret")
    (folder / "round").symlink_to("round")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    return folder


def test_plain_files_are_read_and_nothing_else(project: Path) -> None:
    assert read_inside(project, "README") == read_inside(project, "folder/../README") == b"about"
    for name in ("../secret", str(project.parent / "secret"), "pipe", "folder", "absent", "round", "a\0b", "x" * 5000):
        assert read_inside(project, name) is None, name


def test_links_lead_out_of_a_tree_and_not_out_of_an_sdist(project: Path) -> None:
    assert read_inside(project, "near") == b"about"
    assert read_inside(project, "far") == b"secret"
    (project / "PKG-INFO").write_bytes(HEAD)
    assert read_inside(project, "near") == b"about"
    assert read_inside(project, "far") is None


@pytest.mark.parametrize("command", [["check"], ["check", "--output-format", "json"], ["show", "--metadata"]])
def test_the_readme_of_an_sdist_is_never_a_file_of_this_machine(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("TOP SECRET")
    pyproject = f"""
        [project]
        name = "spam"
        version = "1.0"
        readme = {json.dumps(str(tmp_path / "secret"))}
        dependencies = []
        dynamic = ["dependencies"]
        [tool.abiding]
        build-backend = "x"
    """
    sdist = write_sdist(tmp_path, "spam-1.0.tar.gz", HEAD + b"Dynamic: Requires-Dist\n\nhello\n", pyproject)
    main([*command, str(sdist)])
    said = capsys.readouterr()
    assert "SECRET" not in said.out + said.err
