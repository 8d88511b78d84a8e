"""An index that means no good: endless, slow, lying, curious. Each is given up in time, with one line and the URL."""

from __future__ import annotations

import gzip
import io
import json
import re
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.index import listings, settings, timeouts, web
from abiding.artifacts.index.html import elements
from abiding.artifacts.index.json_members import members
from abiding.cli import main
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, IndexAccessError
from makers.index import JSON, METADATA, SDIST, WHEEL, File, Index, hashes, read, refused, sdist, serving, wheel
from makers.outcomes import problem_of
from makers.work import calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Answer = Callable[[socket.socket, str, dict[str, str]], None]

# Who does not give up waits for longer.
pytestmark = [pytest.mark.usefixtures("alone"), pytest.mark.timeout(400)]


@contextmanager
def talking(answer: Answer) -> Iterator[str]:
    """A server that says to the path and headers of a request whatever `answer` does; gives the URL of its index."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(client: socket.socket) -> None:
        with client, client.makefile("rb") as said, suppress(OSError):
            while line := said.readline():
                found = dict(one.decode().split(": ", 1) for one in iter(said.readline, b"\r\n"))
                answer(client, line.decode().split()[1], {key.lower(): value.strip() for key, value in found.items()})

    def accept() -> None:
        with suppress(OSError):
            while not over.is_set():
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple/"
    finally:
        over.set()
        listener.close()


def ok(data: bytes, *headers: str, status: str = "200 OK", kind: str = JSON) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + data


def page(*names: str, **more: object) -> bytes:
    files = [{"filename": name, "url": f"/files/{name}", "hashes": {}, **more} for name in names]
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "spam", "files": files}).encode()


class Clock:
    """A clock that stands still until somebody lets time pass. `limits` is how many limits were set by it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.limits = 0
        self.lock = threading.Lock()

    def now(self) -> float:
        return self.seconds

    def go_on(self, seconds: float) -> None:
        with self.lock:
            self.seconds += seconds

    def drip(self, client: socket.socket, start: bytes, piece: bytes) -> None:
        """Send something, and then a piece of it every ten seconds, forever."""
        client.sendall(start)
        # A client that reads nothing yet has nothing that could be slow: to connect, a head and a body have a limit each.
        while self.limits < (3 if b"\r\n\r\n" in start else 2):
            time.sleep(0.01)
        while True:
            self.go_on(10)
            client.sendall(piece)
            time.sleep(0.01)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all limits: no answer is late because this machine is."""
    clock, limit = Clock(), timeouts.Patience.limit

    @contextmanager
    def watched(self: timeouts.Patience, seconds: float, cut: Callable[[], object]) -> Iterator[None]:
        with limit(self, seconds, cut):
            clock.limits += 1
            yield

    monkeypatch.setattr(timeouts, "now", clock.now)
    monkeypatch.setattr(timeouts, "_LOOK", 0.01)
    monkeypatch.setattr(timeouts.Patience, "limit", watched)
    return clock


def pour(client: socket.socket, start: bytes, piece: bytes = bytes(1 << 16)) -> None:
    """Send without end, as fast as it goes."""
    client.sendall(start)
    while True:
        client.sendall(piece)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: " + JSON.encode() + b"\r\n"
SLOW: dict[str, tuple[bytes, bytes]] = {
    "headers": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "status line": (b"H", b"T"),
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "body without length": (HEAD + b"Connection: close\r\n\r\n", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "length of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "nothing, compressed": (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: ", b"x"),
    "error": (b"HTTP/1.1 404 Not Found\r\nX: ", b"x"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SLOW)
def test_slow_page(kind: str, clock: Clock) -> None:
    start, piece = SLOW[kind]
    with talking(lambda client, *_: clock.drip(client, start, piece)) as url:
        (finding,) = refused(Index(url)).findings
    what = "sends its answer too slowly" if b"\r\n\r\n" in start else "does not answer in time"
    assert finding.rule == "unreachable"
    assert finding.message == f"`{url.split('/')[2]}` {what}"
    assert f"{url}spam/" in finding.notes[0]


@pytest.mark.parametrize("name", ["spam-1.0.tar.gz", "spam-1.0-py3-none-any.whl"])
def test_slow_file_does_not_silence_the_others(name: str, clock: Clock) -> None:
    good = "spam-1.0-cp311-cp311-any.whl"
    read_by_client = threading.Event()

    def answer(client: socket.socket, path: str, _: dict[str, str]) -> None:
        if path.endswith("/spam/"):
            client.sendall(ok(page(name, good, **{"core-metadata": False})))
        elif path.endswith(good):
            client.sendall(ok(WHEEL, "Connection: close"))
            client.recv(1)
            read_by_client.set()
        else:
            read_by_client.wait()
            clock.drip(client, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")

    with talking(answer) as url:
        found = {one.filename: one for one in read(Index(url))}
    assert isinstance(found[good], Artifact)
    assert isinstance(found[name], Unreadable)
    assert problem_of(found[name]).message.endswith(" sends its answer too slowly")


@pytest.mark.parametrize(("rate", "is_enough"), [(900, False), (1100, True)])
def test_a_steady_answer_is_no_slow_one(
    rate: int, is_enough: bool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes long, and comes in all the time, faster or slower than the bound."""
    assert web._RATE == 1000  # noqa: SLF001
    count = web.Web.count

    def received(self: web.Web, number: int) -> None:
        count(self, number)
        clock.go_on(number / rate)

    monkeypatch.setattr(web.Web, "count", received)

    def answer(client: socket.socket, path: str, _: dict[str, str]) -> None:
        data = page("spam-1.0-py3-none-any.whl", note=" " * 500_000)
        client.sendall(ok(data) if path.endswith("/spam/") else ok(WHEEL))

    monkeypatch.setattr(bounds, "ANSWER", 40)
    with talking(answer) as url:
        if is_enough:
            (artifact,) = read(Index(url))
            assert isinstance(artifact, Artifact)
            assert clock.seconds > 10 * bounds.ANSWER
        else:
            (finding,) = refused(Index(url)).findings
            assert finding.message.endswith(" sends its answer too slowly")


def test_everything_has_an_end(index: Index, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each answer takes 20 seconds, and none is too slow."""
    monkeypatch.setattr(bounds, "ANSWER", 10 * bounds.INDEX)
    send = web._Session.send  # noqa: SLF001

    def slowly(*arguments: Any, **options: Any) -> object:
        clock.go_on(20)
        return send(*arguments, **options)

    monkeypatch.setattr(web._Session, "send", slowly)  # noqa: SLF001
    index.add(*(f"cp3{i}-cp3{i}-any" for i in range(10, 99)))
    problems = [file.problem for file in read(index) if isinstance(file, Unreadable)]
    assert 50 < len(problems) < 89
    assert problems[-1].message == "the index has not given everything within 600 seconds"
    assert index.url.removesuffix("simple/") in problems[-1].notes[0]


def test_one_byte_for_each_request() -> None:
    asked = []

    def answer(client: socket.socket, path: str, headers: dict[str, str]) -> None:
        if path.endswith("/spam/"):
            return client.sendall(ok(page("spam-1.0-py3-none-any.whl", size=300_000)))
        if path.endswith(".metadata"):
            return client.sendall(ok(b"", status="404 Not Found"))
        asked.append(path)
        first = int(headers["range"].removeprefix("bytes=").partition("-")[0] or 0)
        return client.sendall(ok(b"x", f"Content-Range: bytes {first}-{first}/300000", status="206 Partial Content"))

    with talking(answer) as url:
        (artifact,) = read(Index(url))
    assert len(asked) <= bounds.RANGES
    assert problem_of(artifact).message == "the file comes in parts too small to be read"
    assert "/files/spam-1.0-py3-none-any.whl" in problem_of(artifact).notes[0]


@pytest.mark.parametrize(
    ("first", "what"),
    [
        *((first, "are not what its server says") for first in ("0-9", "0-99999999", "5-4")),
        *((first, "its server does not describe") for first in ("0-" + "9" * 5000, "٣-٤")),
    ],
)
def test_parts_that_nobody_asked_for(first: str, what: str) -> None:
    def answer(client: socket.socket, path: str, _: dict[str, str]) -> None:
        if path.endswith("/spam/"):
            return client.sendall(ok(page("spam-1.0-py3-none-any.whl", **{"core-metadata": False})))
        start = f"HTTP/1.1 206 Partial\r\nContent-Range: bytes {first}/100000000\r\n\r\n".encode()
        return pour(client, start)

    with talking(answer) as url:
        (artifact,) = read(Index(url))
    assert problem_of(artifact).message == f"the file comes in parts that {what}"


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "1" * 19, "0x10", "1, 1"])
def test_odd_lengths(length: str) -> None:
    def answer(client: socket.socket, path: str, _: dict[str, str]) -> None:
        if path.endswith("/spam/"):
            return client.sendall(ok(page("spam-1.0-py3-none-any.whl", **{"core-metadata": False})))
        client.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode() + WHEEL)
        return client.shutdown(socket.SHUT_RDWR)

    with talking(answer) as url, suppress(IndexAccessError):
        read(Index(url))


@pytest.mark.parametrize("status", ["302 Found", "503 Busy", "404 Not Found", "403 No", "500 Oh", "200 OK"])
@pytest.mark.parametrize("more", ["Location: /simple/spam/", "Location: /elsewhere\r\nRetry-After: 0", "X: x"])
def test_endless_answers(status: str, more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read that is of no use: no page of a redirect, nor of an error."""
    monkeypatch.setattr(bounds, "INDEX_PAGE", 1 << 20)
    start = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{more}\r\n\r\n".encode()
    with talking(lambda client, *_: pour(client, start)) as url:
        refused(Index(url))


def test_redirects_without_end() -> None:
    asked = []

    def answer(client: socket.socket, path: str, _: dict[str, str]) -> None:
        asked.append(path)
        client.sendall(ok(b"", f"Location: {path}x", status="301 Moved"))

    with talking(answer) as url:
        (finding,) = refused(Index(url)).findings
    assert len(asked) == bounds.REDIRECTS + 1
    assert "redirects in circles" in finding.message
    assert f"{url}spam/" in finding.notes[0]


# Of another project.

EVIL = METADATA.replace(b"Name: spam", b"Name: evil")
NEWER = METADATA.replace(b"Version: 1.0", b"Version: 9")


@pytest.mark.parametrize("bad", [EVIL, NEWER, METADATA.replace(b"Version: 1.0\n", b"")])
@pytest.mark.parametrize("way", ["wheel", "sidecar", "sdist", "hash"])
def test_metadata_of_another_release(index: Index, bad: bytes, way: str) -> None:
    index.add("cp312-cp312-any")
    if way == "sdist":
        index.files["spam-1.0.tar.gz"] = File(sdist(bad))
    elif way == "hash":
        # A good file of another version has read it already.
        index.files["spam-1.0-1-py3-none-any.whl"] = File(metadata=bad, listing={"core-metadata": hashes(bad)})
        index.files["spam-1.0-2-py3-none-any.whl"] = File(metadata=bad, listing={"core-metadata": hashes(bad)})
    else:
        index.add("cp311-cp311-any", **({"metadata": bad} if way == "sidecar" else {"data": wheel(bad)}))
    artifacts = {one.filename: one for one in read(index)}
    good = artifacts.pop("spam-1.0-cp312-cp312-any.whl")
    assert isinstance(good, Artifact)
    assert main(["check", "--index-url", index.url, "spam==1.0"]) == (1 if bad == NEWER else 2)
    for artifact in artifacts.values() if bad != NEWER else ():
        assert problem_of(artifact).message.startswith("the file has ")


def test_provider_of_another_name(index: Index) -> None:
    for bad in (EVIL, NEWER):
        index.add("py3-none-any", data=wheel(bad))
        with listings(index.url) as found, pytest.raises(AbidingError, match=r"evil|version 9"):
            next(found.newest_first("spam", SpecifierSet(), lambda names: names[0]))
    index.add("py3-none-any")
    with listings(index.url) as found:
        assert next(found.newest_first("spam", SpecifierSet(), lambda names: names[0])).filename in index.files


# Passwords.


@pytest.fixture
def other() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Another server, and what it was told: paths and passwords."""
    told: list[tuple[str, str]] = []

    def answer(client: socket.socket, path: str, headers: dict[str, str]) -> None:
        told.append((path, headers.get("authorization", "")))
        client.sendall(ok(WHEEL))

    with talking(answer) as url:
        yield url.replace("127.0.0.1", "localhost").removesuffix("simple/"), told


def netrc(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "netrc").write_text(text)
    (folder / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(folder / "netrc"))


def test_no_password_for_another_server(
    index: Index, other: tuple[str, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not by the URL of a file, not by a redirect, not by userinfo in one, not by netrc's entry for all others."""
    netrc(tmp_path, monkeypatch, "machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    elsewhere, told = other
    index.password = "Basic bWU6c2VjcmV0"
    index.add("cp311-cp311-any", listing={"url": f"{elsewhere}a/spam-1.0-cp311-cp311-any.whl", "core-metadata": False})
    named = f"{elsewhere.replace('//', '//x:y@')}b/spam-1.0-cp312-cp312-any.whl"
    index.add("cp312-cp312-any", listing={"url": named, "core-metadata": False})
    index.add("cp313-cp313-any", "cp314-cp314-any", listing={"core-metadata": False})
    index.redirects["/files/spam-1.0-cp313-cp313-any.whl"] = f"{elsewhere}c"
    index.redirects["/files/spam-1.0-cp314-cp314-any.whl"] = f"{elsewhere.replace('//', '//127.0.0.1@')}d"
    for url in (index.url, index.url.replace("//", "//me:secret@")):
        index.url = url
        assert all(isinstance(file, Artifact) for file in read(index))
    assert {path[:2] for path, _ in told} == {"/a", "/b", "/c", "/d"}
    assert {password for _, password in told} == {""}


def test_netrc_by_name(
    index: Index, other: tuple[str, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Control: each server gets what is for it."""
    netrc(tmp_path, monkeypatch, "machine localhost login you password there\ndefault login me password secret\n")
    elsewhere, told = other
    index.password = "Basic bWU6c2VjcmV0"
    index.add("cp311-cp311-any", listing={"url": f"{elsewhere}a/spam-1.0-cp311-cp311-any.whl", "core-metadata": False})
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)
    assert [password for _, password in told] == ["Basic eW91OnRoZXJl"]


@pytest.mark.parametrize("text", ["machine", "machine x login", "\0", "default"])
def test_netrc_that_is_none(index: Index, text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc(tmp_path, monkeypatch, text)
    index.add("py3-none-any")
    assert isinstance(read(index)[0], Artifact)


@pytest.mark.parametrize(
    "url",
    [
        "me:secret@host/simple",
        "https:me:secret@host",
        "//me:secret@host/",
        "http://me:secret@[host/",
        "http://me:secret@host:x/",
    ],
)
def test_password_in_what_is_no_url(url: str) -> None:
    with pytest.raises(IndexAccessError) as caught:
        settings.IndexSettings.of(settings.of_pip(), url)
    assert "secret" not in repr(caught.value.findings)


def test_signatures_and_passwords_of_others_are_not_printed(index: Index) -> None:
    index.add("cp311-cp311-any", "cp312-cp312-any", "cp313-cp313-any", listing={"core-metadata": False})
    with serving(Index()) as closed:
        pass
    gone = closed.url.replace("//", "//them:secret@")
    index.redirects["/files/spam-1.0-cp311-cp311-any.whl"] = f"{gone}?signature=secret"
    index.redirects["/files/spam-1.0-cp312-cp312-any.whl"] = f"ftp://them:secret@{closed.url}?signature=secret"
    index.redirects["/files/spam-1.0-cp313-cp313-any.whl"] = (
        f"{index.url.replace('//', '//them:secret@')}?signature=secret"
    )
    for artifact in read(index):
        assert "secret" not in repr(problem_of(artifact))


def test_certificate_is_for_the_index_alone(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, object] = {}
    send = web._Session.send  # noqa: SLF001

    def spy(self: object, request: object, **options: object) -> object:
        shown[request.url.partition("//")[2].partition("/")[0]] = options["cert"]  # type: ignore[attr-defined]
        return send(self, request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(web._Session, "send", spy)  # noqa: SLF001
    with (
        serving(Index()) as elsewhere,
        closing(web.Web(settings.IndexSettings(index.url, None, "", "mine.pem"))) as one,
    ):
        for url in (index.url, elsewhere.url):
            with suppress(IndexAccessError):  # there is no such certificate
                one.get(url, limit=1000)
    assert shown == {index.url.split("/")[2]: "mine.pem", elsewhere.url.split("/")[2]: None}


# Pages.


@pytest.mark.parametrize("form", [JSON, "text/html"])
def test_names_and_files_without_number(index: Index, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index.html = form != JSON
    index.add("py3-none-any", "-".join("x" * 200), "x" * 300, "a-b-c-d-e-f")
    index.files.update({"spam-" + "-1" * 100 + ".tar.gz": File(), "spam-1.0.tar.gz": File(SDIST)})
    assert [one.filename for one in read(index)] == ["spam-1.0.tar.gz", "spam-1.0-py3-none-any.whl"]
    monkeypatch.setattr(bounds, "INDEX_FILES", 1)
    (finding,) = refused(index).findings
    assert finding.rule == "bad-index"
    assert "lists more than 1 files" in finding.notes[0]
    assert f"{index.url}spam/" in finding.notes[0]


def test_a_value_without_end(index: Index) -> None:
    index.page = (
        JSON,
        b'{"meta": {"api-version": "1.0"}, "name": "spam", "files": [], "x": [' + b"[]," * 400_000 + b"0]}",
    )
    (finding,) = refused(index).findings
    assert "one value has more than" in finding.notes[0]


VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8)  # fmt: skip


class Pieces(io.BytesIO):
    """A file that gives what it has in pieces of so many bytes."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(self.size, 1 << 20 if size is None or size < 0 else size))


@given(st.dictionaries(st.text(max_size=3) | st.just("files"), VALUES, max_size=4), st.integers(1, 9), st.sampled_from((None, 1)), st.booleans())  # fmt: skip
def test_members_are_those_of_json(table: dict[str, object], size: int, indent: int | None, ascii_: bool) -> None:
    if not isinstance(table.get("files", []), list):
        table["files"] = [table["files"]]
    data = json.dumps(table, indent=indent, ensure_ascii=ascii_).encode()
    found: dict[str, object] = {"files": []} if "files" in table else {}
    for key, value in members(Pieces(data, size), "files"):
        if key == "files":
            found["files"].append(value)  # type: ignore[attr-defined]
        else:
            found[key] = value
    assert found == table


@pytest.mark.parametrize("data", [b"", b" ", b"[]", b"{", b"{]", b'{"a"}', b'{"a":1,}', b'{"a":1} x', b'{"files":1}', b'{"files":[1,]}', b'{"files":[1', b"{1:1}", b'{"a":tru}', b"\xff", b'{"a":' + b"[" * 100_000, b"{}{}", b'{"a" 1}', b'{"files": []'])  # fmt: skip
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_what_is_no_json_object(data: bytes, size: int) -> None:
    with pytest.raises((ValueError, RecursionError)):
        list(members(Pieces(data, size), "files"))


PIECES = ['<a href="x">', "<a href='y' data-yanked>", "<A HREF=z>", "</a>", "text", "&amp;", "<br/>", "<!-- <a href=no> -->", "<b>x</b>", '<base href="http://h/">', '<p class="a>b">', "<script>if (a<b) '<a href=no>'</script>", "<a name=no>", '<a\nhref = "x&lt;y"\tdata-requires-python="&gt;=3">', "<!DOCTYPE html>", " < ", "<1>", "ß"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_elements_are_those_of_a_browser(pieces: list[str]) -> None:
    """Oracle: Beautiful Soup, where links don't lie in each other."""
    page = "".join(pieces)
    soup = BeautifulSoup(re.sub(r"(?i)<a\b", "</a><a", page), "html.parser")
    expected = [
        (one["href"], {key: value for key, value in one.attrs.items() if key != "href"})
        for one in soup.find_all("a", href=True)
    ]
    found = [one for one in elements(page.encode()) if one.name == "a" and "href" in one.attributes]
    assert [
        (one.attributes["href"], {key: value for key, value in one.attributes.items() if key != "href"})
        for one in found
    ] == expected
    assert [one.text for one in found] == [one.get_text().strip() for one in soup.find_all("a", href=True)]


@pytest.mark.parametrize("piece", [b"<a href=x>", b"<a href=x", b"<a ", b"<", b"<!--", b"<!", b"</", b"</a", b"<a href='", b'<a href="', b"<a x=", b"<script>", b"<title", b"<title>", b"<title></title>", b"<!-->", b"<!--a--!>", b"<!--a-- >", b"<script/>", b"&", b"&#", b"<a href=x>&amp;", b"<a " + b"x " * 50, b"= ", b"<a\n", b"<base href=x>", b'<meta name="pypi:tracks" content="x">'])  # fmt: skip
def test_pages_take_time_as_they_are_large(piece: bytes) -> None:
    def work(size: int) -> int:
        page = piece * (size // len(piece))
        return calls(lambda: list(elements(page)))

    small, large = work(1 << 16), work(1 << 18)
    assert large < 5 * small + 100, f"four times as much is {large / small:.1f} times the work"
