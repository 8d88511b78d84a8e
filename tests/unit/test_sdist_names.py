"""File names of sdists whose project has a dash before a digit: which dash ends the name only the project tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import abiding
from abiding.artifacts.disk import read_artifacts
from abiding.artifacts.identity import project_and_version
from abiding.findings.errors import ArchiveError
from makers.archives import metadata, write_sdist, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

PROJECTS = ["python-3parclient", "django-1-6-fine-uploader", "Foo.2-bar", "x-0", "adafruit-circuitpython-74hc595"]
NAME = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)


@given(NAME, st.sampled_from(["1.0", "1.0-1", "1.0-rc.2", "v2", "2004d", "1!0+a_b"]), st.sampled_from("-_."))
def test_the_project_tells_where_its_name_ends(project: str, version: str, sign: str) -> None:
    spelled = project.replace("-", sign)
    normal = "-".join(filter(None, project.lower().replace("_", "-").replace(".", "-").split("-")))
    assert project_and_version(f"{spelled}-{version}.tar.gz", "sdist", project) == (normal, version)


@pytest.mark.parametrize(("filename", "project", "expected"), [
    ("spam-1.0.tar.gz", "", ("spam", "1.0")),
    ("spam-1.0.zip", "ham", ("spam", "1.0")),
    ("spam-eggs-1.0.tar.gz", "spam", ("spam-eggs", "1.0")),
    ("spam-1.0-1.tar.gz", "spam", ("spam", "1.0-1")),
    ("python-3parclient-1.0.tar.gz", "", ("python", "3parclient-1.0")),
])  # fmt: skip
def test_a_project_is_not_believed_over_the_file(filename: str, project: str, expected: tuple[str, str]) -> None:
    assert project_and_version(filename, "sdist", project) == expected


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_a_name_that_no_file_has(kind: str) -> None:
    with pytest.raises(ArchiveError, match="more than 255 characters"):
        project_and_version("-1" * 200_000 + ".tar.gz", kind, "-1" * 100_000)


@pytest.mark.parametrize("project", PROJECTS)
def test_on_disk(project: str, tmp_path: Path) -> None:
    data = metadata("Requires-Dist: a", name=project)
    escaped = project.replace("-", "_").replace(".", "_")
    write_sdist(tmp_path, f"{project}-1.0.tar.gz", data)
    write_wheel(tmp_path, f"{escaped}-1.0-py3-none-any.whl", data)
    (release,) = abiding.check([tmp_path])
    assert (release.version, release.verdict, release.case, len(release.artifacts)) == ("1.0", "clean", 1, 2)


@pytest.mark.parametrize("project", PROJECTS)
def test_in_a_survey(project: str, tmp_path: Path) -> None:
    """The rules see them: the wheel says something else."""
    pytest.importorskip("duckdb")
    from abiding.survey.row_judgement import FileRow, judge_rows
    from abiding.survey.sources import rows_of

    escaped = project.replace("-", "_").replace(".", "_")
    write_sdist(tmp_path, f"{project}-1.0.tar.gz", metadata("Requires-Dist: a", name=project))
    write_wheel(tmp_path, f"{escaped}-1.0-py3-none-any.whl", metadata("Requires-Dist: b", name=project))
    rows = [FileRow(0, number, row) for number, row in enumerate(rows_of(read_artifacts([tmp_path])))]
    (judged,) = judge_rows((project, "1.0"), rows)
    assert (getattr(judged, "verdict", judged), getattr(judged, "case", "")) == ("inconsistent", "1")
