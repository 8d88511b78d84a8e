"""A package index on this machine, and what lies on it."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import threading
import time
import zipfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from abiding.artifacts.index import read_release
from abiding.findings.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.artifacts.artifact import Artifact, Unreadable

JSON = "application/vnd.pypi.simple.v1+json"
METADATA = b"Metadata-Version: 2.4\nName: spam\nVersion: 1.0\nRequires-Dist: numpy>=2\n\nSpam.\n"
OTHER = METADATA.replace(b"numpy>=2", b"numpy>=2.1")


def wheel(metadata: bytes = METADATA, *, before: int = 0, members: int = 0, version: str = "1.0") -> bytes:
    """A wheel with `before` zeros, stored, before METADATA, and `members` empty members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"spam-{version}.dist-info/METADATA", metadata)
        if before:
            archive.writestr("spam/zeros", bytes(before), zipfile.ZIP_STORED)
        for i in range(members):
            archive.writestr(f"spam/with_a_rather_long_name_of_a_module_{i:07}.py", b"")
        archive.writestr(f"spam-{version}.dist-info/RECORD", b"")
    return file.getvalue()


def sdist(metadata: bytes = METADATA, *, behind: int = 0) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=0) as archive:
        for name, data in {"PKG-INFO": metadata, "spam.c": bytes(behind)}.items():
            info = tarfile.TarInfo(f"spam-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


WHEEL = wheel()
SDIST = sdist()


@dataclass
class File:
    """A file on the index. `listing` is what the page says of it besides name and URL."""

    data: bytes = WHEEL
    metadata: bytes | None = None
    listing: dict[str, Any] = field(default_factory=dict)


@dataclass
class Index:
    """What the index has, how it behaves, and what it was asked for."""

    url: str = ""
    project: str = "spam"
    others: tuple[str, ...] = ()  # more projects; the page of each lists all files
    files: dict[str, File] = field(default_factory=dict)
    html: bool = False
    sizes: bool = True
    ranges: str = "all"  # "all", "no suffixes", "none", "first" (whatever is asked for, the first bytes come)
    together: int = 0  # no file is answered before so many requests have been open at once
    password: str = ""
    gone: set[str] = field(default_factory=set)
    stumbles: Counter[str] = field(default_factory=Counter)  # how often a path answers 503
    breaks: Counter[str] = field(default_factory=Counter)  # how often its answer is cut off
    redirects: dict[str, str] = field(default_factory=dict)
    page: tuple[str, bytes] | None = None
    meta: dict[str, Any] = field(default_factory=lambda: {"api-version": "1.1"})
    # What it was asked for.
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    open: int = 0  # requests that wait for their answer
    most_open: int = 0
    lock: Any = field(default_factory=threading.Condition)

    def add(self, *tags: str, **values: Any) -> None:
        self.files.update({f"spam-1.0-{tag}.whl": File(**values) for tag in tags})

    def asked_for(self, ending: str) -> list[tuple[str, str, str]]:
        return [one for one in self.asked if one[1].endswith(ending)]

    def project_page(self) -> tuple[str, bytes]:
        if self.page:
            return self.page
        if not self.html:
            files = [
                {"filename": name, "url": f"/files/{name}", "hashes": {}}
                | ({"size": len(file.data)} if self.sizes else {})
                | file.listing
                for name, file in self.files.items()
            ]
            return JSON, json.dumps({"name": self.project, "files": files, "meta": self.meta, "versions": []}).encode()
        lines = []
        for name, file in self.files.items():
            attributes = {f"data-{key}": value for key, value in file.listing.items()}
            if isinstance(hashes := attributes.get("data-core-metadata"), dict):
                attributes["data-core-metadata"] = "=".join(*hashes.items())
            more = "".join(f' {key}="{value}"' for key, value in attributes.items())
            lines.append(f'<a href="/files/{name}#sha256={hashlib.sha256(file.data).hexdigest()}"{more}>{name}</a><br>')
        return "text/html", "\n".join(["<!DOCTYPE html><html><body>", *lines, "</body></html>"]).encode()


class Handler(BaseHTTPRequestHandler):
    index: ClassVar[Index]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        index, path = self.index, self.path
        with index.lock:
            index.asked.append((self.command, path, self.headers.get("Range", "")))
            index.open += 1
            index.most_open = max(index.most_open, index.open)
            stumbles, breaks = index.stumbles[path] > 0, index.breaks[path] > 0
            index.stumbles[path] -= stumbles
            index.breaks[path] -= breaks
            index.lock.notify_all()
            if path.startswith("/files/"):
                index.lock.wait_for(lambda: index.most_open >= index.together, timeout=300)
        # More that are on their way come now.
        time.sleep(0.01 if index.together else 0)
        if index.password and self.headers.get("Authorization") != index.password:
            return self.answer(401)
        if stumbles:
            return self.answer(503)
        if path in index.redirects:
            return self.answer(302, headers={"Location": index.redirects[path]})
        if path in {f"/simple/{name}/" for name in (index.project, *index.others)}:
            kind, data = index.project_page()
            return self.answer(200, data, {"Content-Type": kind})
        name = path.removeprefix("/files/")
        file = index.files.get(name.removesuffix(".metadata"))
        if file is None or name in index.gone:
            return self.answer(404, b"not here")
        if name.endswith(".metadata"):
            return self.answer(404 if file.metadata is None else 200, file.metadata or b"not here")
        return self.file(file.data, breaks=breaks)

    def file(self, data: bytes, *, breaks: bool) -> None:
        ranges, wanted = self.index.ranges, self.headers.get("Range", "").removeprefix("bytes=")
        if not wanted or ranges == "none":
            return self.answer(200, data, breaks=breaks)
        first, _, last = wanted.partition("-")
        if not first:
            if ranges == "no suffixes":
                return self.answer(501)
            start, stop = max(0, len(data) - int(last)), len(data)
        else:
            start, stop = int(first), min(int(last) + 1, len(data))
        if ranges == "first":
            start, stop = 0, 100
        if start >= len(data):
            return self.answer(416, headers={"Content-Range": f"bytes */{len(data)}"})
        described = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
        return self.answer(206, data[start:stop], described, breaks=breaks)

    def answer(
        self, status: int, data: bytes = b"", headers: dict[str, str] | None = None, *, breaks: bool = False
    ) -> None:
        with self.index.lock:
            # Before the answer: once it has that, the client may ask for more.
            self.index.open -= 1
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if breaks:
            data = data[: len(data) // 2]
            self.close_connection = True
        try:
            for start in range(0, len(data), 1 << 16):
                with self.index.lock:
                    self.index.sent[self.path] += len(data[start : start + (1 << 16)])
                self.wfile.write(data[start : start + (1 << 16)])
        except OSError:
            # Whoever asked has seen enough.
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # or it takes a second until a connection is tried again

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about a client that is gone: it would be taken for what a command prints."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(index: Index) -> Iterator[Index]:
    handler = type("HandlerOfThisIndex", (Handler,), {"index": index})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    index.url = f"http://127.0.0.1:{server.server_port}/simple/"
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()


def read(index: Index, spec: str = "spam==1.0") -> list[Artifact | Unreadable]:
    return read_release(spec, index.url)


def refused(index: Index, spec: str = "spam==1.0") -> IndexAccessError:
    with pytest.raises(IndexAccessError) as caught:
        read(index, spec)
    return caught.value


def hashes(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}
