"""An index on this machine, with every way and every fault that indexes have; it counts what it is asked for."""

from __future__ import annotations

import ast
import gzip
import hashlib
import io
import itertools
import json
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
import zlib
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import requests
import urllib3
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from abiding.artifacts.artifact import Artifact
from abiding.artifacts.disk import read_artifacts
from abiding.artifacts.index import read_release, settings, web
from abiding.artifacts.index.progress import ProgressBar
from abiding.artifacts.index.remote import RemoteFile
from abiding.cli import main
from abiding.findings import bounds
from abiding.findings.errors import IndexAccessError
from abiding.releases.check import releases
from makers.index import JSON, METADATA, OTHER, SDIST, WHEEL, File, Index, hashes, read, refused, sdist, serving, wheel
from makers.outcomes import metadata_of, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("alone")


# Ways to the metadata.


@pytest.mark.parametrize("html", [False, True])
def test_one_download_for_equal_hashes(index: Index, html: bool) -> None:
    index.html = html
    index.add("cp311-cp311-any", "cp312-cp312-any", "cp313-cp313-any",
              metadata=METADATA, listing={"core-metadata": hashes(METADATA)})  # fmt: skip
    index.add("cp314-cp314-any", metadata=OTHER, listing={"core-metadata": hashes(OTHER)})
    artifacts = read(index)
    assert [metadata_of(artifact).data for artifact in artifacts] == [METADATA] * 3 + [OTHER]
    assert len({id(metadata_of(artifact)) for artifact in artifacts}) == 2
    assert len(index.asked) == 3
    assert [artifact.kind for artifact in artifacts] == ["wheel"] * 4
    assert {(artifact.name, artifact.version) for artifact in artifacts} == {("spam", "1.0")}


def test_sidecar_that_nobody_announced(index: Index) -> None:
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 30)), metadata=METADATA)
    artifacts = read(index)
    assert len({id(metadata_of(artifact)) for artifact in artifacts}) == 1
    assert len(index.asked) == 21
    assert all(path.endswith((".metadata", "/spam/")) for _, path, _ in index.asked)


def test_sidecars_are_not_asked_for_again_and_again(index: Index) -> None:
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 60)))
    artifacts = read(index)
    assert all(metadata_of(artifact).data == METADATA for artifact in artifacts)
    assert len(index.asked_for(".metadata")) <= 3 + web.CONNECTIONS


def test_sidecar_that_the_index_denies_is_not_asked_for(index: Index) -> None:
    index.add("py3-none-any", metadata=OTHER, listing={"core-metadata": False})
    (artifact,) = read(index)
    assert metadata_of(artifact).data == METADATA
    assert not index.asked_for(".metadata")


def test_sidecar_announced_and_missing_does_not_matter(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any", listing={"core-metadata": hashes(METADATA)})
    artifacts = read(index)
    assert all(metadata_of(artifact).data == METADATA for artifact in artifacts)
    # The wheel's METADATA has the hash announced, and so answers for both.
    assert len(index.asked_for(".whl")) == 1


def test_sidecar_with_another_hash_is_a_problem(index: Index) -> None:
    index.add("cp311-cp311-any", metadata=OTHER, listing={"core-metadata": hashes(METADATA)})
    index.add("cp312-cp312-any", metadata=METADATA, listing={"core-metadata": hashes(METADATA)})
    bad, good = read(index)
    assert (problem_of(bad).rule, problem_of(bad).artifact) == ("wrong-hash", "spam-1.0-cp311-cp311-any.whl")
    assert metadata_of(good).data == METADATA


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (METADATA.replace(b"\n\n", b"\rRequires-Dist: evil\n\n"), "ambiguous-metadata"),
        (METADATA + b"x" * (2 << 20), "bad-archive"),
    ],
)
def test_metadata_that_are_refused_are_those_of_one_file(index: Index, bad: bytes, rule: str, beside: bool) -> None:
    index.add("cp311-cp311-any", data=wheel(bad), metadata=bad if beside else None)
    index.add("cp312-cp312-any", metadata=METADATA)
    refused, good = read(index)
    assert (problem_of(refused).rule, problem_of(refused).artifact) == (rule, "spam-1.0-cp311-cp311-any.whl")
    assert metadata_of(good).data == METADATA


def test_page_for_every_url_is_no_sidecar(index: Index) -> None:
    index.add("py3-none-any", metadata=b"<html>not found</html>")
    (artifact,) = read(index)
    assert metadata_of(artifact).data == METADATA


LARGE = wheel(before=50 << 20)


@pytest.mark.parametrize("ranges", ["all", "no suffixes"])
@pytest.mark.parametrize("sizes", [False, True])
def test_little_of_a_large_wheel(index: Index, ranges: str, sizes: bool) -> None:
    index.ranges, index.sizes = ranges, sizes
    index.add("py3-none-any", data=LARGE)
    (artifact,) = read(index)
    assert metadata_of(artifact).data == METADATA
    name = "/files/spam-1.0-py3-none-any.whl"
    assert index.sent[name] < 100 << 10
    assert len(index.asked_for(".whl")) == (4 if ranges == "no suffixes" and not sizes else 2)


def test_small_wheel_takes_one_request(index: Index) -> None:
    index.add("py3-none-any")
    read(index)
    assert len(index.asked_for(".whl")) == 1


def test_large_directory(index: Index) -> None:
    data = wheel(before=1 << 20, members=3000)
    index.add("py3-none-any", data=data)
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)
    assert len(index.asked_for(".whl")) == 3
    assert sum(index.sent.values()) < 400 << 10


def test_wrong_size_on_the_page(index: Index) -> None:
    index.add("cp311-cp311-any", listing={"size": 10})
    index.add("cp312-cp312-any", listing={"size": 1 << 30})
    index.add("cp313-cp313-any", listing={"size": 0})
    assert all(metadata_of(artifact).data == METADATA for artifact in read(index))


def test_server_without_ranges(index: Index) -> None:
    index.ranges = "none"
    index.add("cp311-cp311-any")
    index.add("cp312-cp312-any", data=LARGE)
    small, large = read(index)
    assert isinstance(small, Artifact)
    assert problem_of(large).message == f"the file has {len(LARGE):,} bytes, and its server gives no part of it"
    assert index.sent["/files/spam-1.0-cp312-cp312-any.whl"] < 4 << 20


def test_server_that_sends_other_ranges(index: Index) -> None:
    index.ranges = "first"
    index.add("py3-none-any")
    (artifact,) = read(index)
    assert problem_of(artifact).message == "the file comes in other parts than those that its server is asked for"


def test_server_that_dies(index: Index) -> None:
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 90)))
    for name in index.files:
        index.stumbles[f"/files/{name}"] = 100
        index.stumbles[f"/files/{name}.metadata"] = 100
    assert refused(index).closing == "none of 80 files could be read"
    assert len(index.asked) <= 1 + 4 * 2 * web.CONNECTIONS


def test_sdist_is_read_to_its_end(index: Index) -> None:
    """What comes last may be what is unpacked."""
    index.files["spam-1.0.tar.gz"] = File(sdist(behind=3 << 20))
    (artifact,) = read(index)
    assert artifact.kind == "sdist"
    assert metadata_of(artifact).data == METADATA
    assert index.sent["/files/spam-1.0.tar.gz"] > 3 << 20


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (["spam-1.0/setup.py"], "has no PKG-INFO in the folder `spam-1.0`"),
        (["other-1.0/PKG-INFO"], "has the top folder `other-1.0`, and its name says `spam-1.0`"),
        (["spam-1.0/a", "PKG-INFO"], "has `PKG-INFO` beside its folder"),
        (["spam-1.0/PKG-INFO", "spam-1.0/PKG-INFO"], "has two members with the name `spam-1.0/PKG-INFO`"),
        (["spam-1.0/PKG-INFO", "spam-1.0/pkg-info"], "is `PKG-INFO` on some systems"),
    ],
)
def test_sdist_is_judged_as_it_is_on_disk(index: Index, tmp_path: Path, members: list[str], message: str) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in members:
            archive.addfile(tarfile.TarInfo(name))
    index.files["spam-1.0.tar.gz"] = File(file.getvalue())
    (tmp_path / "spam-1.0.tar.gz").write_bytes(file.getvalue())
    for (artifact,) in (read(index), read_artifacts([tmp_path])):
        assert message in problem_of(artifact).message


def test_bytes_behind_an_sdist_are_one_warning_anywhere(index: Index, tmp_path: Path) -> None:
    index.files["spam-1.0.tar.gz"] = File(SDIST + b"rest of an older file")
    (tmp_path / "spam-1.0.tar.gz").write_bytes(SDIST + b"rest of an older file")
    for artifacts in (read(index), read_artifacts([tmp_path])):
        (release,) = releases(artifacts)
        assert [finding.rule for finding in release.findings if finding.severity == "warning"] == ["bytes-behind"]
        assert release.verdict == "clean"


def test_sdist_and_wheel_with_identical_metadata_share_it(index: Index) -> None:
    index.add("py3-none-any")
    index.files["spam-1.0.tar.gz"] = File(SDIST)
    first, second = read(index)
    assert first.kind == "sdist"
    assert metadata_of(first) is metadata_of(second)


def test_few_connections(index: Index) -> None:
    index.together = web.CONNECTIONS
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 60)))
    read(index)
    assert index.most_open == web.CONNECTIONS == 8


@pytest.mark.parametrize("ranges", ["all", "no suffixes", "none"])
def test_remote_file_reads_like_a_local_one(index: Index, ranges: str) -> None:
    """Oracle: the same calls on `io.BytesIO`, from places anywhere and around the borders of pieces."""
    index.ranges = ranges
    data = b"".join(number.to_bytes(4, "big") for number in range(75_000))
    index.files["data"] = File(data)
    places = [0, 1, 16 << 10, 150_000, 232_415, 232_416, 232_417, 250_000, 299_999, 300_000, 300_001]
    sizes = [0, 1, 100, 20_000, 400_000]
    for size in (None, len(data), 5):
        with closing(web.Web(settings.IndexSettings(index.url))) as session:
            remote = RemoteFile(session, index.url.replace("simple", "files") + "data", "data", size)
            local = io.BytesIO(data)
            for place, count in [*itertools.product(places, sizes), *itertools.product(places[::-1], sizes)]:
                assert remote.seek(place) == local.seek(place)
                assert remote.read(count) == local.read(count)
                assert remote.tell() == local.tell()
            assert remote.seek(-10, io.SEEK_END) == local.seek(-10, io.SEEK_END)
            assert remote.readall() == local.read()
    assert index.sent["/files/data"] <= 3 * (len(data) + (70 << 10))


def test_zipped_sdist(index: Index) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("spam-1.0/spam.egg-info/PKG-INFO", "spam-1.0/PKG-INFO"):
            archive.writestr(name, METADATA if name.count("/") == 1 else OTHER)
    index.files["spam-1.0.zip"] = File(file.getvalue())
    index.files["spam-1.0.tar.bz2"] = File()
    old, zipped = read(index)
    assert problem_of(old).message == "the file is neither a .tar.gz nor a .zip file"
    assert metadata_of(zipped).data == METADATA


# Which release.


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        ({"1.0": None, "1.10": None, "1.9": None}, "1.10"),
        ({"1.0": None, "2.0rc1": None}, "1.0"),
        ({"1.0": None, "2.0": "broken"}, "1.0"),
        ({"1.0": "broken", "2.0": ""}, "2.0"),
        ({"2.0rc1": None, "1.0": "broken"}, "2.0rc1"),
    ],
)
def test_newest(index: Index, versions: dict[str, str | None], newest: str) -> None:
    for version, yanked in versions.items():
        listing = {} if yanked is None else {"yanked": yanked or True}
        index.files[f"spam-{version}-py3-none-any.whl"] = File(wheel(version=version), listing=listing)
    (artifact,) = read(index, "Spam")
    assert artifact.version == newest


def test_yanked(index: Index) -> None:
    index.add("cp311-cp311-any", listing={"yanked": "breaks eggs"})
    index.add("cp312-cp312-any", listing={"yanked": True})
    index.add("cp313-cp313-any")
    assert [artifact.yanked for artifact in read(index)] == ["breaks eggs", "no reason given", ""]


def test_spellings(index: Index) -> None:
    """Old names of sdists, build numbers, versions with more zeros; and what is no part of a release."""
    index.project = "py-spam"
    for name in (
        "Py.Spam-1.0.0.tar.gz", "py_spam-1.0-1-py3-none-any.whl", "py_spam-1.0-py3-none-any.whl",
        "py_spam-1.0.post1-py3-none-any.whl", "py_spam-1.0-py3.11.egg", "py_spam-1.0.exe", "py_spam-1.0+cpu-py3-none-any.whl",
        "other-1.0-py3-none-any.whl", "py_spam-1.0-py3-none-a\x1b[31mny.whl",
        f"py_spam-1.{'9' * 5000}-py3-none-any.whl", f"py_spam-1.{'9' * 5000}.tar.gz",
    ):  # fmt: skip
        index.files[name] = File()
    assert [artifact.filename for artifact in read(index, "Py_Spam == 1.0")] == [
        "Py.Spam-1.0.0.tar.gz",
        "py_spam-1.0-1-py3-none-any.whl",
        "py_spam-1.0-py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "spam==one",
        "../spam",
        "spam==" + "9" * 5000,
        "spam===" + "9" * 5000,
    ],
)
def test_what_is_no_release(index: Index, spec: str) -> None:
    (finding,) = refused(index, spec).findings
    assert finding.message == f"`{spec}` does not name a release"
    assert not index.asked


@pytest.mark.parametrize(
    "spec",
    [
        "spam>=1",
        "spam~=1.0",
        "spam!=1",
        "spam==1.*",
        "spam==1,==2",
        "spam[a]",
        "spam; os_name == 'nt'",
    ],
)
def test_what_is_many_releases(index: Index, spec: str) -> None:
    (finding,) = refused(index, spec).findings
    assert finding.message == f"`{spec}` is a requirement, and many releases may fulfil it"
    assert finding.hints == ("write `spam==VERSION` for one release, or `spam` for the newest",)
    assert not index.asked


def test_a_url_is_no_release(index: Index) -> None:
    (finding,) = refused(index, "spam @ https://x/spam-1.whl").findings
    assert finding.message == "`spam @ https://x/spam-1.whl` points to a URL, and is no release of an index"
    assert not index.asked


@pytest.mark.parametrize("spec", ["spam[a]==1", "spam==1; os_name == 'nt'", "spam@1", "spam @ 1"])
def test_what_is_more_than_a_release(index: Index, spec: str) -> None:
    (finding,) = refused(index, spec).findings
    assert finding.message == f"`{spec}` says more than which release is meant"
    assert finding.hints == ("write `spam==1`",)
    assert not index.asked


def test_unknown_project(index: Index) -> None:
    (finding,) = refused(index, "eggs==1").findings
    assert finding.rule == "unknown-release"
    assert finding.message == "the index has no project `eggs`"


def test_unknown_version(index: Index) -> None:
    for version in ("1.0", "1.1", "1.2", "1.4", "1.5", "2.0"):
        index.files[f"spam-{version}.tar.gz"] = File()
    (finding,) = refused(index, "spam==1.3").findings
    assert finding.message == "the index has no version 1.3 of `spam`"
    assert finding.notes == ("near to it are 1.1, 1.2, 1.4 and 1.5; the newest of 6 is 2.0",)
    assert finding.hints == ("write one of them, `spam==2.0` for example",)


def test_project_without_files(index: Index) -> None:
    index.page = (JSON, json.dumps({
        "name": "spam", "files": [], "meta": {"api-version": "1.4"},
        "project-status": {"status": "quarantined", "reason": "malware"},
    }).encode())  # fmt: skip
    (finding,) = refused(index, "spam").findings
    assert finding.message == "the index has no sdist and no wheel of `spam`"
    assert finding.notes == ("its status there is `quarantined`: malware",)


# Faults.


def test_stumbling_server(index: Index) -> None:
    index.add("py3-none-any")
    index.stumbles.update({"/simple/spam/": 2, "/files/spam-1.0-py3-none-any.whl": 3})
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)


def test_server_that_is_down(index: Index) -> None:
    index.stumbles["/simple/spam/"] = 100
    (finding,) = refused(index).findings
    assert finding.message.endswith("answers 503 Service Unavailable, 4 times")
    assert len(index.asked) == 4


def test_answer_that_breaks_off(index: Index) -> None:
    index.add("py3-none-any")
    index.files["spam-1.0.tar.gz"] = File(sdist(behind=1 << 20))
    index.breaks.update({"/files/spam-1.0-py3-none-any.whl": 1, "/files/spam-1.0.tar.gz": 1})
    assert all(isinstance(file, Artifact) for file in read(index))


def test_answer_that_breaks_off_each_time(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any")
    index.breaks["/files/spam-1.0-cp311-cp311-any.whl"] = 100
    broken, whole = read(index)
    assert problem_of(broken).message.endswith("breaks off its answer each time")
    assert isinstance(whole, Artifact)


@pytest.mark.parametrize(
    ("encoding", "cut"),
    [*itertools.product(("gzip", "deflate"), (0, 1, 6, 9, -9)), *itertools.product(["br"], (0, 1, 6, 9))],
)
@pytest.mark.parametrize("html", [False, True])
def test_compressed_page_that_is_cut_off(encoding: str, html: bool, cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: none cut off; a negative number of bytes comes behind."""
    monkeypatch.setattr(web, "_PAUSE", 0)
    index = Index(html=html, files={"spam-1.0.tar.gz": File()})
    _, text = index.project_page()
    # Not requested, and decoded by urllib3 where that is installed.
    compress = pytest.importorskip("brotli").compress if encoding == "br" else zlib.compress
    data = gzip.compress(text) if encoding == "gzip" else compress(text)
    sent = data + bytes(-cut) if cut < 0 else data[: len(data) - cut]
    response = urllib3.HTTPResponse(io.BytesIO(sent), {"Content-Encoding": encoding}, preload_content=False, status=200)
    answer = requests.Response()
    answer.raw, answer.status_code, answer.url = response, 200, "http://127.0.0.1/simple/spam/"
    with closing(web.Web(settings.IndexSettings("http://127.0.0.1/simple/", None, ""))) as session:
        body = web.Body(session, answer, 1 << 20, is_text=True)
        if cut <= 0:
            assert body.readall() == text
            return
        with pytest.raises(IndexAccessError) as caught:
            body.readall()
    assert caught.value.findings[0].rule == "unreachable"
    assert body.failure is not None


def test_compressed_page_that_is_cut_off_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_PAUSE", 0)
    data = gzip.compress(b'<a href="spam-1.0.tar.gz">')[:-6]

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for key, value in {
                "Content-Type": "text/html",
                "Content-Encoding": "gzip",
                "Content-Length": str(len(data)),
            }.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (finding,) = refused(Index(f"http://127.0.0.1:{server.server_port}/simple/")).findings
        server.shutdown()
    assert finding.message.endswith("breaks off its answer each time")


# Hashes of files that are read whole.


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize(
    ("name", "zeros", "ranges", "is_whole"),
    [
        ("spam-1.0.tar.gz", 1 << 20, "all", True),
        ("spam-1.0-py3-none-any.whl", 0, "all", True),
        ("spam-1.0-py3-none-any.whl", 1 << 20, "none", True),
        ("spam-1.0-py3-none-any.whl", 1 << 20, "all", False),
    ],
)
def test_hash_of_a_file(index: Index, name: str, zeros: int, ranges: str, is_whole: bool, algorithm: str) -> None:
    data = wheel(before=zeros) if name.endswith(".whl") else sdist(behind=zeros)
    index.ranges = ranges
    right = hashlib.new(algorithm, data).hexdigest()
    for digest in (right, right.upper(), "0" * len(right)):
        index.files[name] = File(data, listing={"hashes": {"md5": "0" * 32, algorithm: digest}, "core-metadata": False})
        (file,) = read(index)
        if is_whole and digest.startswith("000"):
            assert problem_of(file).rule == "wrong-hash"
            assert problem_of(file).message == "the file is not the one that the index announces"
            assert problem_of(file).notes == (f"the page says {algorithm}={digest}, and the file has {right}",)
        else:
            assert isinstance(file, Artifact)


def test_hash_of_a_link(index: Index) -> None:
    """Control: the right one is what an index of these tests gives."""
    for digest, is_right in ((hashes(SDIST)["sha256"], True), ("0" * 64, False)):
        index.page = ("text/html", f'<a href="/files/spam-1.0.tar.gz#sha256={digest}">x</a>'.encode())
        index.files = {"spam-1.0.tar.gz": File(SDIST)}
        (file,) = read(index)
        assert isinstance(file, Artifact) == is_right


def test_half_uploaded_release(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any")
    index.files["spam-1.0.tar.gz"] = File(SDIST)
    index.gone = {"spam-1.0.tar.gz", "spam-1.0-cp312-cp312-any.whl"}
    lost, there, gone = read(index)
    for artifact in (lost, gone):
        assert problem_of(artifact).rule == "missing-file"
        assert problem_of(artifact).artifact == artifact.filename
    assert isinstance(there, Artifact)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no archive", WHEEL[:-30], WHEEL[:60] + b"?" + WHEEL[61:], wheel(b"x" * (17 << 20)),
        wheel().replace(b"METADATA", b"METADATE"),
    ],
    ids=["empty", "text", "cut off", "wrong byte", "much METADATA", "no METADATA"],
)  # fmt: skip
def test_damaged_wheel(index: Index, data: bytes) -> None:
    index.add("cp311-cp311-any", data=data)
    index.add("cp312-cp312-any")
    bad, good = read(index)
    assert problem_of(bad).artifact == bad.filename
    assert isinstance(good, Artifact)


@pytest.mark.parametrize("sizes", [False, True])
@pytest.mark.parametrize("ranges", ["all", "no suffixes", "none"])
def test_empty_wheel(index: Index, ranges: str, sizes: bool) -> None:
    index.ranges, index.sizes = ranges, sizes
    index.add("py3-none-any", data=b"")
    (artifact,) = read(index)
    assert problem_of(artifact).rule == "bad-archive"


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", SDIST[:100], gzip.compress(b"no archive")],
    ids=["empty", "text", "cut off", "compressed text"],
)
def test_damaged_sdist(index: Index, data: bytes) -> None:
    index.files["spam-1.0.tar.gz"] = File(data)
    index.add("cp312-cp312-any")
    bad, good = read(index)
    assert problem_of(bad).artifact == bad.filename
    assert isinstance(good, Artifact)


@pytest.mark.parametrize(
    "page",
    [
        (JSON, b"{"), (JSON, b"[]"), (JSON, b"[" * 100_000), (JSON, b'{"name": "spam", "files": 1}'), (JSON, b"\xff"),
        (JSON, b'{"name": "spam", "files": [], "meta": {"api-version": "2.0"}}'),
        ("text/html", b"welcome to the hotel"), ("text/plain", b"spam"), ("application/json", b"null"),
        ("text/html", b'<meta name="pypi:repository-version" content="2.0">'),
        ("text/html", b'<a href="http://[::1/spam-1.0.tar.gz">spam-1.0.tar.gz</a>'),
    ],
)  # fmt: skip
def test_what_is_no_index(index: Index, page: tuple[str, bytes]) -> None:
    index.page = page
    (finding,) = refused(index).findings
    assert finding.rule == "bad-index"
    assert finding.message == "the index answers with something that is not the Simple API"


@pytest.mark.parametrize("page", [b'<?xml version="1.0"?>\n%s', b"%s"])
def test_odd_html(index: Index, page: bytes) -> None:
    index.add("py3-none-any")
    index.page = (
        "text/html; charset=none",
        page % b'<a href="../../files/spam-1.0-py3-none-any.whl">spam-1.0-py3-none-any.whl',
    )
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)


def test_newer_api_is_told(index: Index) -> None:
    index.meta["api-version"] = "1.99"
    index.add("py3-none-any")
    with pytest.warns(UserWarning, match=r"1\.99"):
        read(index)


def test_huge_page(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "INDEX_PAGE", 1 << 20)
    index.page = (JSON, b" " * (8 << 20))
    (finding,) = refused(index).findings
    assert finding.message == "the answer is larger than the 1,048,576 bytes that it may have"
    assert index.sent["/simple/spam/"] < 8 << 20


@pytest.mark.parametrize("target", ["file:///etc/", "ftp://127.0.0.1/", "http://[", "http://\udcff/"])
def test_index_that_leads_astray(index: Index, target: str) -> None:
    index.add("cp311-cp311-any", listing={"url": f"{target}spam-1.0-cp311-cp311-any.whl"})
    index.add("cp312-cp312-any")
    if target == "http://[":
        assert refused(index).findings[0].rule == "bad-index"
        return
    bad, good = read(index)
    assert problem_of(bad).message == "a URL that the index gives is not one of http or https"
    assert isinstance(good, Artifact)


def test_redirects(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any", "cp313-cp313-any")
    index.redirects = {
        "/files/spam-1.0-cp311-cp311-any.whl": "file:///etc/passwd",
        "/files/spam-1.0-cp312-cp312-any.whl": "/files/spam-1.0-cp312-cp312-any.whl",
        "/files/spam-1.0-cp313-cp313-any.whl": "/files/elsewhere",
    }
    index.files["elsewhere"] = File()
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(14, 30)))
    index.redirects.update({f"/files/spam-1.0-cp3{i}-cp3{i}-any.whl": "http://[" for i in range(14, 30)})
    astray, circle, elsewhere, *nowhere = read(index)
    for artifact in (astray, *nowhere):
        assert problem_of(artifact).message == "a URL that the index gives is not one of http or https"
    assert "in circles" in problem_of(circle).message
    assert isinstance(elsewhere, Artifact)


def test_nobody_there(index: Index) -> None:
    with serving(Index()) as closed:
        pass
    (finding,) = refused(closed).findings
    assert finding.message == f"`{closed.url.split('/')[2]}` can't be reached"
    assert ("10061" if sys.platform == "win32" else "refused") in finding.notes[0].lower()
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 60)))
    for name, file in index.files.items():
        file.listing["url"] = closed.url.replace("simple", "files") + name
    error = refused(index)
    assert error.closing == "none of 50 files could be read"


def test_password(index: Index) -> None:
    index.password = "Basic bWU6cEBzcw=="
    index.add("py3-none-any")
    (finding,) = refused(index).findings
    assert finding.hints == ("credentials belong into the index URL or into netrc",)
    index.url = index.url.replace("://", "://me:p%40ss@")
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)
    index.gone = set(index.files)
    index.stumbles["/simple/spam/"] = 100
    assert "ss@" not in str(refused(index)) + repr(refused(index).findings)
    assert "ss@" not in repr(settings.IndexSettings.of(settings.of_pip(), index.url))


def test_password_is_for_the_index_alone(index: Index) -> None:
    with serving(Index(password="never")) as other:
        index.add("py3-none-any")
        index.files["spam-1.0.tar.gz"] = File(listing={"url": f"{other.url}spam-1.0.tar.gz"})
        index.url = index.url.replace("://", "://me:secret@")
        elsewhere, here = read(index)
    assert isinstance(here, Artifact)
    assert "401" in problem_of(elsewhere).message


def test_netrc(index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    index.password = "Basic bWU6cEBzcw=="
    index.add("py3-none-any")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password p@ss\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)


# Which index.


@pytest.mark.parametrize(
    "url", ["spam", "file:///tmp", "ftp://me:secret@host/simple", "https://", "http://[::1/", "http://h:x/"]
)
def test_what_is_no_index_url(url: str) -> None:
    with pytest.raises(IndexAccessError, match="is not the URL of a package index") as caught:
        read_release("spam", url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://host/simple", "https://host/simple/"),
        ("https://host/simple//", "https://host/simple/"),
        ("https://me@host:8080", "https://host:8080/"),
        ("http://[::1]:80/simple/", "http://[::1]:80/simple/"),
    ],
)
def test_index_urls(url: str, bare: str) -> None:
    assert settings.IndexSettings.of(settings.of_pip(), url).url == bare


def test_index_of_the_environment(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("py3-none-any")
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    (artifact,) = read_release("spam")
    assert isinstance(artifact, Artifact)


@pytest.fixture
def pip_conf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    def write(text: str) -> None:
        (tmp_path / "pip.conf").write_text(text)

    for name in ("PIP_CERT", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    return write


# Whether pip is asked shows in what it alone can know: its files.
def test_index_of_pip_conf(index: Index, pip_conf: Callable[[str], None]) -> None:
    index.add("py3-none-any")
    pip_conf(f"[global]\nindex-url = http://127.0.0.1:1/\ncert =\n[install]\nindex-url = {index.url}\n")
    (artifact,) = read_release("spam")
    assert isinstance(artifact, Artifact)


def test_environment_beats_pip_conf(pip_conf: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    pip_conf("[global]\nindex-url = http://127.0.0.1:1/\ncert = /some/bundle.pem\nproxy = http://proxy:8080\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://it's-me:p%40ss@host/simple")
    assert settings.IndexSettings.of(settings.of_pip(), None) == settings.IndexSettings(
        "https://host/simple/", (b"it's-me", b"p@ss"), "/some/bundle.pem", "", "http://proxy:8080"
    )
    assert settings.IndexSettings.of(settings.of_pip(), "https://other").url == "https://other/"


PLACES = ("machine", "machine too", "user, as it was", "user", "environment")
CONFIGURED = {
    "each": {place: f"index-url = https://{place[-4:]}/" for place in PLACES},
    "two of the machine": {"machine": "index-url = https://one/", "machine too": "index-url = https://two/"},
    "of the user": {"machine": "cert = /a.pem\ntimeout = 3", "user": "cert =\nproxy = http://one\ntimeout = 4"},
    "as it was": {"user, as it was": "proxy = http://one\ncert = /a.pem", "user": "proxy = http://two"},
    "of one that is named": {"machine": "proxy = http://one", "environment": "proxy = http://two"},
    "empty": {"machine": "proxy = http://one", "environment": "proxy ="},
    "for one command": {"user": "proxy = http://one\n[install]\nproxy = http://two\ncert = /a.pem", "machine": "cert = /b.pem"},
    "no value for one command": {"machine": "proxy = http://one\n[install]\nproxy ="},
    "many lines": {"machine": "extra-index-url = http://one\n  global.proxy\n  http://two\nproxy = http://one", "user": "proxy = http://two"},
}  # fmt: skip


@pytest.mark.parametrize("case", CONFIGURED)
@pytest.mark.parametrize("names", ["abcde", "edcba"])
def test_files_of_pip_override_each_other_as_pip_has_it(
    case: str, names: str, pip_conf: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oracle: pip. It prints its files in another order than that in which they override each other."""
    pip_conf("")
    monkeypatch.delenv("PIP_CONFIG_FILE")
    one, two, home, user, named = (tmp_path / name for name in names)
    files = dict(zip(PLACES, (one / "pip", two / "pip", home / ".pip", user / "pip", named), strict=True))
    for place, text in CONFIGURED[case].items():
        files[place].mkdir(parents=True)
        (files[place] / "pip.conf").write_text(f"[global]\n{text}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(user))
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{one}{os.pathsep}{two}")
    if "environment" in CONFIGURED[case]:
        monkeypatch.setenv("PIP_CONFIG_FILE", str(named / "pip.conf"))
    code = (
        "from pip._internal.commands import create_command\n"
        "options, _ = create_command('install').parse_args([])\n"
        "print(repr([options.index_url, options.cert, options.proxy]))"
    )
    by_pip = ast.literal_eval(subprocess.check_output([sys.executable, "-c", code], text=True))
    found = settings.of_pip()
    told = [found.get("index-url", PYPI_SIMPLE_ENDPOINT[:-1]), found.get("cert"), found.get("proxy")]
    # Of what is not set, earlier and later pips say "" and None.
    assert [value or None for value in told] == [value or None for value in by_pip]


@pytest.mark.parametrize("named", ["", "  pip.conf, exists: True\n    global.cert: /env.pem\n"])
def test_file_of_an_environment_of_pip(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes between that of the user and the one that is named; pip prints it between others."""
    kinds = "".join(
        f"{kind}:\n  /{kind}, exists: True\n    global.cert: /{kind}.pem\n" for kind in ("global", "site", "user")
    )
    monkeypatch.setattr(settings, "_list_settings", lambda _: f"env_var:\n  PIP_X='x'\nenv:\n{named}{kinds}")
    monkeypatch.delenv("PIP_CERT", raising=False)
    assert settings.of_pip()["cert"] == ("/env.pem" if named else "/site.pem")


def test_no_index_in_pip_conf(pip_conf: Callable[[str], None]) -> None:
    pip_conf("[global]\nno-index = yes\n")
    with pytest.raises(IndexAccessError, match="pip is configured to use no index"):
        read_release("spam")


def test_broken_pip_conf(pip_conf: Callable[[str], None]) -> None:
    pip_conf("[global\nindex-url")
    with pytest.raises(IndexAccessError, match="pip can't read its own configuration"):
        read_release("spam")


def test_pip_that_does_not_end(pip_conf: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine does not make it the public index."""
    pip_conf("[global]\nindex-url = http://127.0.0.1:1/\n")
    monkeypatch.setattr(settings, "_PATIENCE", 0)
    with pytest.raises(IndexAccessError, match="pip can't read its own configuration") as caught:
        read_release("spam")
    assert caught.value.findings[0].notes == ("it does not end within 0 seconds",)


def test_certificates_that_are_not_there(index: Index, pip_conf: Callable[[str], None], tmp_path: Path) -> None:
    pip_conf(f"[global]\ncert = {tmp_path}/none.pem\n")
    with pytest.raises(IndexAccessError, match="no safe connection") as caught:
        read_release("spam", index.url.replace("http:", "https:"))
    (finding,) = caught.value.findings
    assert "none.pem" in finding.notes[0]
    assert "REQUESTS_CA_BUNDLE" in finding.hints[0]


# The rest.


def test_missing_extra() -> None:
    """In a process of its own, since this one has it."""
    code = (
        "import sys; sys.modules['pypi_simple'] = None\n"
        "from abiding.findings.errors import AbidingError; from abiding.artifacts.index import read_release\n"
        "try: read_release('spam')\n"
        "except AbidingError as exc: print(exc.findings[0].message, exc.findings[0].hints[0], sep='|')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "reading from a package index needs `pypi_simple`, which is not installed|install `abiding[index]`"
    )


def test_progress(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any", "cp313-cp313-any",
              metadata=METADATA, listing={"core-metadata": hashes(METADATA)})  # fmt: skip
    index.files["spam-1.0.tar.gz"] = File(SDIST)
    calls: list[tuple[int, int, int]] = []
    read_release("spam", index.url, lambda *call: calls.append(call))
    assert {total for _, total, _ in calls} == {4}
    assert len(calls) == 2  # the three wheels, that have one METADATA, and the sdist: whichever is there first
    assert calls[-1][0] == 4
    assert calls[-1][2] == sum(index.sent.values())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        bar = ProgressBar(stream)
        bar(1, 2, 1_500_000)
        bar(2, 2, 3_000_000)
    assert terminal.getvalue() == "\r\x1b[K[############............] 1 of 2 files, 1.5 MB\r\x1b[K"
    assert pipe.getvalue() == ""


# `abiding check`


@pytest.mark.parametrize("output", ["text", "concise", "github", "html", "json"])
def test_of_a_bare_name_the_first_line_says_that_it_was_looked_up(
    index: Index, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    index.add("py3-none-any")
    assert main(["check", "--output-format", output, "--index-url", index.url, "spam"]) == 0
    out, err = capsys.readouterr()
    said = "`spam` was looked up on the index; its newest release there is 1.0"
    assert (out if output == "text" else err).startswith(f"{said}\n")
    assert (out + err).count("looked up") == 1
    if output == "json":
        assert json.loads(out)["releases"][0]["name"] == "spam"
    assert main(["check", "--output-format", output, "--index-url", index.url, "spam==1.0"]) == 0
    assert "looked up" not in "".join(capsys.readouterr())


def test_a_bare_name_that_nobody_has(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--index-url", index.url, "eggs"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "error[unknown-release]: the index has no project `eggs`" in said
    assert "note: there is no file and no folder `eggs` here, so it was looked up on the index" in said
