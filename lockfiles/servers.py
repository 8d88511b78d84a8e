"""Two servers of releases on this machine: one that notes all that it is asked for, and pypiserver."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from makers.environments import Environment

_HERE = "127.0.0.1"
_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class Served:
    """The address of an index, and the paths that it was asked for, in their order."""

    url: str
    asked: list[str] = field(default_factory=list)


class _Handler(SimpleHTTPRequestHandler):
    """Serve files, of an index page the form that the client likes best."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, prefix: str, asked: list[str], **more: Any) -> None:  # noqa: ANN401
        self._prefix, self._asked = prefix, asked
        super().__init__(*arguments, **more)

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(self._prefix))

    def send_head(self) -> Any:  # noqa: ANN401 - as in the base class
        if self.path.endswith("/") and _JSON in self.headers.get("Accept", ""):
            self.path += "index.json"
        self._asked.append(self.path.removeprefix(self._prefix))
        return super().send_head()

    def guess_type(self, path: Any) -> str:  # noqa: ANN401 - as in the base class
        return _JSON if str(path).endswith("index.json") else super().guess_type(path)

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked is in the list."""


@contextmanager
def static(shelf: Path) -> Iterator[Served]:
    """Serve a shelf while the block runs."""
    # It makes every address new, so that no cache of a tool takes one server for another.
    prefix = f"/{uuid.uuid4().hex[:8]}"
    asked: list[str] = []
    with ThreadingHTTPServer((_HERE, 0), partial(_Handler, prefix=prefix, asked=asked, directory=str(shelf))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Served(f"http://{_HERE}:{server.server_port}{prefix}/simple/", asked)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def pypiserver(environment: Environment, folder: Path) -> Iterator[str]:
    """Run pypiserver while the block runs; anybody may upload. The address is the one to upload to."""
    with socket.socket() as free:
        free.bind((_HERE, 0))
        port = free.getsockname()[1]
    folder.mkdir()
    anonymous = ("-a", ".", "-P", ".")
    words = ("run", "--interface", _HERE, "--port", str(port), "--disable-fallback", *anonymous, str(folder))
    with (folder.parent / "pypiserver.log").open("wb") as log:
        program = environment.root / "bin" / "pypi-server"
        process = subprocess.Popen((program, *words), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield f"http://{_HERE}:{port}/"
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it answers, however long it takes, or has ended."""
    while process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex((_HERE, port)) == 0:
                return
        time.sleep(0.1)
    raise ChildProcessError("pypiserver has ended before it answered")
