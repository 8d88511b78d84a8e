"""What an index may answer: hostile pages and wheels of 1 MiB, and what a command takes that reads them.

`python -m fuzz.answers [SHAPE]` serves each shape to a command in a process of its own, and prints seconds of its
processor and its memory above the start. What is waited for is not in it: `INDEX` bounds that.
"""

# ruff: noqa: E501 (a row of a table is a line)
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from fuzz import growth
from makers.compiled import library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # From the path of a URL to the type and the bytes of what is there.
    Answers = dict[str, tuple[str, bytes]]

_PAGE, _FILE = "/simple/spam/", "application/octet-stream"
_JSON = "application/vnd.pypi.simple.v1+json"
_CHECK, _SYMBOLS, _IMPACT = ("check", "spam==1.0"), ("symbols", "spam"), ("impact", "spam==1.1", "eggs")
_TAG = "py3-none-manylinux_2_28_x86_64"
_SMALL = 1000


def _listing(files: list[dict[str, Any]]) -> tuple[str, bytes]:
    return _JSON, json.dumps({"meta": {"api-version": "1.1"}, "name": "spam", "files": files}).encode()


def _file(name: str, **more: object) -> dict[str, Any]:
    return {"filename": name, "url": f"/f/{name}", "hashes": {}, **more}


def _page(of: Callable[[int], dict[str, Any]]) -> Callable[[int], Answers]:
    """A page of many files, of which none is there."""

    def made(size: int) -> Answers:
        each = len(json.dumps(of(0))) + 8
        return {_PAGE: _listing([of(i) for i in range(size // each)])}

    return made


def _html(text: str, before: str = "") -> Callable[[int], Answers]:
    return lambda size: {_PAGE: ("text/html", (before + text * (size // len(text))).encode())}


def _release(size: int) -> Answers:
    """Many wheels of one release, each with metadata of its own."""
    found: Answers = {}
    files = []
    for i in range(size // 300):
        name = f"spam-1.0-{i}-{_TAG}.whl"
        found[f"/f/{name}.metadata"] = (_FILE, growth.HEAD + b"Requires-Dist: a%d\n" % i)
        files.append(_file(name, **{"core-metadata": True}))
    return {**found, _PAGE: _listing(files)}


def _wheel(
    of: Callable[[int], dict[str, bytes]], record: Callable[[int], str] = lambda _: ""
) -> Callable[[int], Answers]:
    """A wheel with members that are as large together as the shape."""

    def made(size: int) -> Answers:
        name, data = f"spam-1.0-{_TAG}.whl", growth.wheel(growth.HEAD, of(size), record=record(size))
        listed = _file(name, size=len(data), hashes={"sha256": hashlib.sha256(data).hexdigest()})
        return {f"/f/{name}": (_FILE, data), _PAGE: _listing([listed])}

    return made


def _requiring(size: int) -> Answers:
    name = f"spam-1.0-0-{_TAG}.whl"
    lines = (b"Requires-Dist: a%d\n" % i for i in range(min(size, bounds.REQUIREMENTS) // 20))
    listed = _file(name, **{"core-metadata": True})
    return {f"/f/{name}.metadata": (_FILE, growth.HEAD + b"".join(lines)), _PAGE: _listing([listed])}


def _library(symbols: int) -> bytes:
    names = [f"spam_function_{i}" for i in range(max(symbols, 1))]
    with TemporaryDirectory() as folder:
        return library(Path(folder, "libspam.so"), *names).read_bytes()


def _provider(headers: Callable[[int], dict[str, bytes]]) -> Callable[[int], Answers]:
    """Two releases of a provider with headers, and a consumer of its library."""

    def made(size: int) -> Answers:
        found: Answers = {}
        library = _library(1)
        releases = {"spam-1.0": 0, "spam-1.1": 0, "eggs-1.0": 0}
        for release in releases:
            name, _, version = release.partition("-")
            metadata = growth.HEAD.replace(b"spam", name.encode()).replace(b"1.0", version.encode())
            if name == "spam":
                members = {"spam/libspam.so": library, **headers(size)}
            else:
                members = {"eggs/_eggs.so": growth.elf("libspam.so")}
                metadata += b"Requires-Dist: spam\n"
            data = growth.wheel(metadata, members).replace(b"spam-1.0.dist", f"{release}.dist".encode())
            found[f"/f/{release}-{_TAG}.whl"] = (_FILE, data)
        for name in ("spam", "eggs"):
            wheels = [
                _file(path[3:], size=len(data), hashes={"sha256": hashlib.sha256(data).hexdigest()})
                for path, (_, data) in found.items()
                if path.startswith(f"/f/{name}-")
            ]
            found[f"/simple/{name}/"] = _listing(wheels)
        return found

    return made


def _macros(levels: int) -> bytes:
    """A header of which each level is twice the one before."""
    return (
        b"#define A0 x\n"
        + b"".join(b"#define A%d A%d A%d\n" % (i + 1, i, i) for i in range(levels))
        + b"A%d\n" % levels
    )


SHAPES: dict[str, tuple[tuple[str, ...], Callable[[int], Answers]]] = {
    "page of versions": (_CHECK, _page(lambda i: _file(f"spam-1.{i}.tar.gz"))),
    "page of wheels that are not there": (_CHECK, _page(lambda i: _file(f"spam-1.0-{i}-{_TAG}.whl"))),
    "page of names that are none": (_CHECK, _page(lambda i: _file(f"spam-{i}-x-" + "a.b" * 20))),
    "page of Requires-Python": (
        _CHECK, _page(lambda i: _file(f"spam-1.0-{i}-{_TAG}.whl", **{"requires-python": f">={i}," * 8}))),
    "page of lists": (_CHECK, lambda size: {_PAGE: (_JSON, b'{"files":' + b"[" * size)}),
    "page of one value": (_CHECK, lambda size: {_PAGE: (_JSON, b'{"files":"' + b"a" * size + b'"}')}),
    "page of objects": (_CHECK, lambda size: {_PAGE: (_JSON, b'{"files":[' + b"{}," * (size // 3) + b"{}]}")}),
    "page of links": (_CHECK, _html('<a href="/f/spam-1.0-py3-none-any.whl">spam-1.0-py3-none-any.whl</a>\n')),
    "page of links to elsewhere": (_CHECK, _html('<a href="x">y</a>')),
    "page of open tags": (_CHECK, _html("<a>")),
    "page of attributes": (_CHECK, _html(" a=b", "<a")),
    "page of references": (_CHECK, _html("&#x41;", "<a>")),
    "page of comments": (_CHECK, _html("<!--")),
    "wheels of one release": (_CHECK, _release),
    "wheel of many members": (_CHECK, _wheel(lambda size: {f"{i}.py": b"" for i in range(size // 110)})),
    "metadata of requirements": (_CHECK, _requiring),
    "provider of many symbols": (_SYMBOLS, _wheel(lambda size: {"spam/libspam.so": _library(size // 50)})),
    "provider of many libraries": (
        _SYMBOLS, _wheel(lambda size: {f"spam/lib{i}.so": growth.elf(f"lib{i}.so.1") for i in range(size // 600)})),
    "provider of a long RECORD": (
        _SYMBOLS, _wheel(
            lambda _: {"spam/libspam.so": _library(1)},
            lambda size: "".join(f"a{i},sha256={i:043},\n" for i in range(8 * size // 60)))),
    "provider of a RECORD of one row": (
        _SYMBOLS, _wheel(lambda _: {"spam/libspam.so": _library(1)}, lambda size: "," * (9 * size))),
    "provider of a RECORD of one field": (
        _SYMBOLS, _wheel(lambda _: {"spam/libspam.so": _library(1)}, lambda size: '"' + "a" * (9 * size))),
    "provider of a library of zeros": (
        _SYMBOLS, _wheel(lambda size: {"spam/libspam.so": b"\x7fELF".ljust(9 * size, b"\0")})),
    "provider of a library that fills memory": (
        _SYMBOLS, _wheel(lambda size: {"spam/libspam.so": b"\x7fELF".ljust(500 * size, b"\0")})),
    "provider of headers of blanks": (_IMPACT, _provider(lambda size: {"include/a.h": b" " * (9 * size)})),
    "provider of many headers": (
        _IMPACT, _provider(lambda size: {f"include/{i}.h": b"int f%d(int);\n" % i for i in range(size // 120)})),
    "provider of many declarations": (
        _IMPACT, _provider(lambda size: {"include/a.h": b"".join(b"int f%d(int);\n" % i for i in range(4 * size // 16))})),
    "provider of open braces": (_IMPACT, _provider(lambda size: {"include/a.h": b"{" * 4 * size})),
    "provider of attributes": (_IMPACT, _provider(lambda size: {"include/a.h": b"__attribute__(" * (size // 3)})),
    "provider of macros": (
        _IMPACT, _provider(lambda size: {f"include/{i}.h": _macros(min(size // 50, 20)) for i in range(300)})),
    "provider of headers that include themselves": (
        _IMPACT, _provider(lambda size: {
            f"include/{i}.h": b'#if __INCLUDE_LEVEL__ < %d\n#include "%d.h"\n#include "%d.h"\n#endif\n' % (min(size // 50, 99), i, i)
            for i in range(300)})),
}  # fmt: skip


@contextmanager
def serving(answers: Answers) -> Iterator[str]:
    """Serve answers on this machine; anything else is not there."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def handle(self) -> None:
            with suppress(ConnectionError):  # who does not read on may go
                super().handle()

        def do_GET(self) -> None:
            kind, data = answers.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def apart(shape: str, size: int = growth.LARGE) -> growth.Took:
    """What the command takes for the shape, in a process that has read a small one before."""
    words, made = SHAPES[shape]
    with serving(made(_SMALL)) as small, serving(made(size)) as large, TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "fuzz.answers", "--run", small, large, *words]
        environment = {**os.environ, "XDG_CACHE_HOME": cache, "NO_PROXY": "*"}
        root = Path(__file__).resolve().parents[1]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{shape}: {done.stderr[-1500:]}")
    return growth.Took(*json.loads(done.stdout.splitlines()[-1]))


def _run(urls: list[str], words: list[str]) -> None:
    took = [growth.run((*words, "--index-url", f"{url}/simple/"), count=False) for url in urls]
    sys.stdout.write(json.dumps(took[-1]) + "\n")


def main(shapes: list[str]) -> None:
    """Print what each takes."""
    for shape in shapes or SHAPES:
        took = apart(shape)
        sys.stdout.write(f"{shape}: {took.seconds:.1f} s, {took.memory / 2**20:.0f} MiB\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2:4], sys.argv[4:])
    else:
        main(sys.argv[1:])
