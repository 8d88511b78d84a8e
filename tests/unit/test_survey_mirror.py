"""A mirror's folder as the source of a survey: what it has is read, and what it lacks is never taken for absent."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from abiding.cli import main
from abiding.survey import mirror as mirrors
from abiding.survey.engines import local
from abiding.survey.mirror import Mirror
from makers.archives import metadata, write_sdist, write_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable

pytest.importorskip("duckdb")
from pyarrow import parquet

pytestmark = pytest.mark.slow

SDIST, WHEEL, OTHER = (
    f"spam-1.0{end}" for end in (".tar.gz", "-cp313-cp313-win_amd64.whl", "-cp312-cp312-win_amd64.whl")
)


class Shelves:
    """A mirror as bandersnatch lays it out; files are published as an index has them, and mirrored or not."""

    def __init__(self, folder: Path, *, hashed: bool = False, root_uri: str = "../..") -> None:
        self.folder, self.web, self.hashed, self.root_uri = folder, folder / "web", hashed, root_uri
        self.pages: dict[str, list[dict[str, Any]]] = {}
        (self.web / "simple").mkdir(parents=True)

    def publish(
        self, filename: str, *lines: str, name: str = "spam", has: Iterable[str] = ("file", "metadata"), level: str = "2.4",
        **said: Any,
    ) -> Path:  # fmt: skip
        """Publish a file; `has` is what of it was mirrored: the file, its metadata, both or nothing."""
        place = "packages/" + "/".join(("ab", "cd", hashlib.sha256(filename.encode()).hexdigest()[:8], filename))
        path = self.web / place
        data = metadata(*lines, name=name, level=level) if filename.endswith((".whl", ".gz")) else b""
        if "file" in has:
            path.parent.mkdir(parents=True, exist_ok=True)
            make = write_wheel if filename.endswith(".whl") else write_sdist if filename.endswith(".gz") else None
            _ = make(path.parent, filename, data) if make else path.write_bytes(b"something")
        if "metadata" in has and filename.endswith(".whl"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f"{filename}.metadata").write_bytes(data)
            said.setdefault("core-metadata", {"sha256": hashlib.sha256(data).hexdigest()})
        listed = {"filename": filename, "url": f"{self.root_uri}/{place}", "upload-time": "2024-05-01T10:00:00.123456Z"}
        self.pages.setdefault(name, []).append({**listed, **said})
        self.page(name).parent.mkdir(parents=True, exist_ok=True)
        self.page(name).write_text(
            json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": self.pages[name]})
        )
        return path

    def page(self, name: str) -> Path:
        return self.web.joinpath("simple", *(name[0],) * self.hashed, name, "index.v1_json")


def surveyed(folder: Path, *options: str) -> tuple[list[tuple[str, str, str, str]], dict[str, Any]]:
    """The releases, and the summary as JSON."""
    out, summary = folder / "out.parquet", folder / "out.json"
    given = [str(folder), "--jobs", "1", "--table", str(out), "--output", f"json={summary}", *options]
    assert main(["survey", *given]) == 0
    rows = parquet.read_table(out).to_pylist()
    return [(one["name"], one["version"], one["case"], one["verdict"]) for one in rows], json.loads(summary.read_text())


@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize("root_uri", ["../..", "https://mirror.example/pypi/web"])
def test_a_mirror(hashed: bool, root_uri: str, tmp_path: Path) -> None:
    shelves = Shelves(tmp_path, hashed=hashed, root_uri=root_uri)
    shelves.publish(SDIST, "Requires-Dist: a")
    shelves.publish(WHEEL, "Requires-Dist: a")
    shelves.publish(OTHER, "Requires-Dist: b")
    shelves.publish("ham-1.0.tar.gz", name="ham")
    shelves.publish("ham-1.0-py3-none-any.whl", name="ham", has=["metadata"])
    shelves.publish("ham-1.0.egg", name="ham")
    found, summary = surveyed(tmp_path)
    assert found == [("ham", "1.0", "1", "clean"), ("spam", "1.0", "1", "inconsistent")]
    assert summary["files"] == 5
    assert summary["left_out"] == {".egg": 1}
    assert list(summary["by_year"]) == ["2024"]


@pytest.mark.parametrize("sdist", [["file"], []])
@pytest.mark.parametrize("wheel", [["file"], ["metadata"], ["file", "metadata"], []])
def test_what_a_mirror_has_of_a_file(sdist: list[str], wheel: list[str], tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.publish(SDIST, has=sdist)
    shelves.publish(WHEEL)
    shelves.publish(OTHER, has=wheel)
    found, summary = surveyed(tmp_path)
    # Without its sdist it is not known what that says: never that there is none.
    assert found == [("spam", "1.0", "1" if sdist else "sdist not read", "clean")]
    unread = {one["reason"]: one["rows"] for one in summary["not_judged"]}
    missing = (not sdist) + (not wheel)
    assert unread == ({"can't be read: missing-file": missing} if missing else {})


@pytest.mark.parametrize(
    "old", ["spam-1.0.tar.bz2", "spam-1.0.tgz", "spam-1.0.tar.Z", "spam-1.0.zip", "spam-1.0.tar.gz"]
)
def test_an_sdist_that_can_not_be_read_is_there(old: str, tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.publish(WHEEL)
    shelves.publish(old).write_bytes(b"no archive")
    assert surveyed(tmp_path)[0] == [("spam", "1.0", "sdist not read", "clean")]


def test_without_an_sdist_on_the_page_there_is_none(tmp_path: Path) -> None:
    Shelves(tmp_path).publish(WHEEL)
    assert surveyed(tmp_path)[0] == [("spam", "1.0", "3", "clean")]


def outside(shelves: Shelves) -> None:
    shelves.publish(OTHER, has=[], url="../../packages/../../secret/" + OTHER)


def another_file(shelves: Shelves) -> None:
    shelves.publish(OTHER, has=[], url="../../packages/ab/" + WHEEL)


def no_url(shelves: Shelves) -> None:
    shelves.publish(OTHER, has=[], url=7)


def no_host(shelves: Shelves) -> None:
    shelves.publish(OTHER, has=[], url="http://[x/packages/" + OTHER)


def other_metadata(shelves: Shelves) -> None:
    said: dict[str, Any] = {"core-metadata": {"sha256": "0" * 64}}
    shelves.publish(OTHER, **said)


def of_another_project(shelves: Shelves) -> None:
    path = shelves.publish(OTHER, has=["file"])
    path.with_name(f"{OTHER}.metadata").write_bytes(metadata(name="ham"))


@pytest.mark.parametrize(("harm", "why"), [
    (outside, "bad-index"), (another_file, "bad-index"), (no_url, "bad-index"), (no_host, "bad-index"), (other_metadata, "wrong-hash"),
    (of_another_project, "bad-archive"),
])  # fmt: skip
def test_a_file_that_is_not_what_the_page_says(harm: Any, why: str, tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.publish(SDIST)
    shelves.publish(WHEEL)
    harm(shelves)
    found, summary = surveyed(tmp_path)
    assert found == [("spam", "1.0", "1", "clean")]
    assert [one["reason"] for one in summary["not_judged"]] == [f"can't be read: {why}"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:00", "soon", 5, None])
def test_a_time_that_there_is_not_is_none(time: object, tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    said: dict[str, Any] = {"upload-time": time}
    shelves.publish(WHEEL, **said)
    found, summary = surveyed(tmp_path)
    assert found == [("spam", "1.0", "3", "clean")]
    assert list(summary["by_year"]) in (["0"], ["unknown"])


@pytest.mark.parametrize(
    "page", [b"", b"[]", b'{"files": 3}', b'{"files": [3]}', b'{"files": [{"filename": "a"}]}', b"[" * 100_000]
)
def test_a_page_that_can_not_be_read_is_one_row(page: bytes, tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.publish(WHEEL)
    shelves.publish("ham-1.0-py3-none-any.whl", name="ham")
    shelves.page("ham").write_bytes(page)
    found, summary = surveyed(tmp_path)
    assert [one[0] for one in found] == ["spam"]
    assert [one["reason"] for one in summary["not_judged"]] == ["can't be read: bad-index"]


def test_pages_in_html_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "simple" / "spam").mkdir(parents=True)
    (tmp_path / "simple" / "spam" / "index.html").touch()
    assert main(["survey", str(tmp_path)]) == 2
    assert "simple-format" in capsys.readouterr().err


def test_what_was_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelves = Shelves(tmp_path / "mirror")
    for name in ("a", "b", "c"):
        shelves.publish(f"{name}-1.0-py3-none-any.whl", name=name)
    monkeypatch.setattr(mirrors, "_PROJECTS", 2)
    mirror = Mirror.at(str(tmp_path / "mirror"))
    assert mirror
    read: list[int] = []

    def counting(function: Any, tasks: Any) -> Any:
        read.append(len(tasks))
        return map(function, tasks)

    with local(1) as run:
        first = [one.read_bytes() for one in mirror.tables(tmp_path / "other", run)]
    assert [one.read_bytes() for one in mirror.tables(tmp_path / "parts", counting)] == first
    mirror.tables(tmp_path / "parts", counting)
    shelves.publish("c-1.0-py2-none-any.whl", name="c")
    tables = mirror.tables(tmp_path / "parts", counting)
    assert read == [2, 0, 1]
    assert sum(parquet.read_table(one).num_rows for one in tables) == 4
    shutil.rmtree(tmp_path / "parts")
