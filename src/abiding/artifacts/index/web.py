"""HTTP requests to an index, with retries and with limits on time, size, redirects and credentials."""

from __future__ import annotations

import io
import re
import threading
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from abiding._version import __version__
from abiding.artifacts.index import timeouts
from abiding.artifacts.index.failures import host_of, innermost, lost, no_url, public_url, unreachable
from abiding.artifacts.index.passwords import Login
from abiding.findings import bounds
from abiding.findings.errors import IndexAccessError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import WriteableBuffer

    from abiding.artifacts.index.settings import IndexSettings

__all__ = ["CONNECTIONS", "Body", "Web"]


# More do not make it faster, and some networks lose name look-ups when there are many at once.
CONNECTIONS = 8
_TIMEOUT = (10.0, 30.0)  # seconds: to connect, and between two pieces of an answer
_TRIES = 4
_PAUSE = 0.3  # seconds, before a broken answer is asked for again
_LONGEST_WAIT = 20  # seconds, whatever a server asks for
_TOO_BUSY = (429, 500, 502, 503, 504, 507)
_REDIRECTS = (301, 302, 303, 307, 308)
_RATE = 1000  # bytes in a second
# After so many failures in a row the server is down, and 170 more requests could take an hour.
_HOPELESS = CONNECTIONS

_T = TypeVar("_T")


class Web:
    """A session with one index and the servers that it names, for several threads. To be closed.

    `received` is the number of bytes received, without headers.
    """

    def __init__(self, settings: IndexSettings) -> None:
        self.patience = timeouts.Patience()
        self._settings = settings
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self.received = 0
        self._end = timeouts.now() + bounds.INDEX
        self._session = _Session()
        self._session.headers["User-Agent"] = f"abiding/{__version__}"
        self._session.verify = settings.certificates or True
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        # For broken connections. Other requests are repeated here, without reading the last answer to its end.
        retry = urllib3.Retry(total=_TRIES - 1, redirect=False, backoff_factor=_PAUSE, respect_retry_after_header=False)
        adapter = timeouts.Adapter(self.patience, pool_maxsize=CONNECTIONS, pool_block=True, max_retries=retry)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        self.patience.close()

    def read(
        self,
        url: str,
        use: Callable[[Body], _T],
        *,
        limit: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        is_text: bool = False,
    ) -> _T:
        """Request `url`, and return the result of `use` for the answer, with any status below 500.

        `use` need not read it to the end, and is called again if the answer is interrupted. Only text may be compressed
        for transfer, because a file may be compressed itself. Raises what `use` raises, and `IndexAccessError` if there
        is no answer, if it is too slow, or if `use` reads more than `limit` bytes of it.
        """
        request_headers = {"Accept-Encoding": "gzip, deflate" if is_text else "identity", **(headers or {})}
        for last in [False] * (_TRIES - 1) + [True]:
            with closing(self._answer(method, url, request_headers)) as response:
                body = Body(self, response, limit, is_text=is_text)
                try:
                    return use(body)
                except Exception as exc:
                    if body.failure is None:
                        raise
                    if last:
                        message = f"`{host_of(url)}` breaks off its answer each time"
                        raise lost(message, url, innermost(body.failure)) from exc
            time.sleep(_PAUSE)
        raise AssertionError

    def get(self, url: str, *, limit: int) -> tuple[int, bytes]:
        """Request the text at `url`. Returns the status, and the text if that is 200. Raises `IndexAccessError`."""

        def use(body: Body) -> tuple[int, bytes]:
            return body.status, body.readall() if body.status == requests.codes.ok else b""

        return self.read(url, use, limit=limit, is_text=True)

    def check(self, url: str) -> None:
        """Raise `IndexAccessError` if the time for everything is over."""
        if timeouts.now() > self._end:
            message = f"the index has not given everything within {bounds.INDEX} seconds"
            raise UnreachableError.of(message, note=f"the last that was read is {public_url(url)}")

    def _answer(self, method: str, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Return the answer after all redirects."""
        at = url
        for _ in range(bounds.REDIRECTS + 1):
            response = self._ask(method, at, headers)
            target = response.headers.get("Location", "") if response.status_code in _REDIRECTS else ""
            if not target:
                return response
            # Not read at all: it might never end.
            response.close()
            at = self._redirected(at, target)
        note = f"more than {bounds.REDIRECTS} redirects lead on from {public_url(url)}"
        raise IndexAccessError.of(f"`{host_of(url)}` redirects in circles", note=note)

    def _redirected(self, url: str, target: str) -> str:
        try:
            # Python decodes headers as Latin-1, and servers write UTF-8.
            location = urljoin(url, target.encode("latin-1").decode("utf-8", "replace"))
        except ValueError as exc:
            raise no_url(exc, url) from exc
        if urlsplit(location).scheme not in ("http", "https"):
            raise no_url(ValueError(f"it redirects to `{public_url(location)}`"), url)
        return location

    def _ask(self, method: str, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Return one answer; a request to a busy server is repeated."""
        host = host_of(url)
        tries = 0
        while True:
            self.check(url)
            if self._failures[host] >= _HOPELESS:
                raise lost(f"`{host}` can't be reached", url)
            response = self._send(method, url, headers)
            if response.status_code not in _TOO_BUSY:
                with self._lock:
                    self._failures[host] = 0
                return response
            response.close()
            tries += 1
            if tries == _TRIES:
                self._count_failure(host)
                raise lost(f"`{host}` answers {response.status_code} {response.reason}, {_TRIES} times", url)
            time.sleep(_wait(response, tries))

    def _send(self, method: str, url: str, headers: Mapping[str, str]) -> requests.Response:
        own = urlsplit(url)[:2] == urlsplit(self._settings.url)[:2]
        try:
            return self._session.request(
                method,
                url,
                headers=dict(headers),
                auth=Login.of(url, self._settings.credentials if own else None, is_index=own),
                cert=(self._settings.client_certificate or None) if own else None,
                timeout=_TIMEOUT,
                stream=True,
                allow_redirects=False,
            )
        except timeouts.TooSlowError as exc:
            self._count_failure(host_of(url))
            raise lost(f"`{host_of(url)}` does not answer in time", url, f"it had {bounds.ANSWER} seconds") from exc
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as exc:
            # OSError: exceptions of `requests`, and missing certificates. ValueError: an invalid URL.
            error = unreachable(exc, url)
            if isinstance(error, UnreachableError):
                self._count_failure(host_of(url))
            raise error from exc

    def _count_failure(self, host: str) -> None:
        with self._lock:
            self._failures[host] += 1

    def count(self, received: int) -> None:
        """Add to the number of bytes received."""
        with self._lock:
            self.received += received


class _Session(requests.Session):
    """A session that does not follow redirects: it would read them to their end, and use netrc for each host."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 (as its base)
        """Return no redirect."""
        return


def _wait(response: requests.Response, number: int) -> float:
    """Return how long to wait for a busy server: as long as it says, up to a limit."""
    header = response.headers.get("Retry-After", "")
    seconds = float(header) if re.fullmatch(r"[0-9]{1,6}", header, re.ASCII) else _PAUSE * 2**number
    return min(seconds, _LONGEST_WAIT)


class Body(io.RawIOBase):
    """The body of an answer while it is received. `failure` is the error that interrupted it, or None.

    `url` is that of the answer, after redirects. Header names are case-insensitive.
    """

    def __init__(self, web: Web, response: requests.Response, limit: int, *, is_text: bool) -> None:
        super().__init__()
        self.status = response.status_code
        self.url = response.url
        self.headers: Mapping[str, str] = response.headers
        self.failure: Exception | None = None
        self._raw: urllib3.BaseHTTPResponse = response.raw
        self._web = web
        self._is_text = is_text
        self._left = limit
        self._limit = limit
        self._began = timeouts.now()

    @property
    def length(self) -> int | None:
        """The number of bytes that the server announces, None if it does not."""
        text = self.headers.get("Content-Length", "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes, as many as there is room for, fewer only at the end."""
        room = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(room):
            data = self._next(len(room) - filled)
            if not data:
                break
            room[filled : filled + len(data)] = data
            filled += len(data)
        self._left -= filled
        if self._left < 0:
            message = f"the answer is larger than the {self._limit:,} bytes that it may have"
            raise IndexAccessError.of(message, note=f"it comes from {public_url(self.url)}")
        return filled

    def _next(self, most: int) -> bytes:
        """Return the bytes that have arrived."""
        before = self._raw.tell()
        try:
            # Reading after the end returns nothing.
            with self._web.patience.limit(bounds.ANSWER, self._raw.shutdown):
                data = self._raw.read1(most, decode_content=self._is_text)
        except (timeouts.TooSlowError, urllib3.exceptions.ReadTimeoutError):
            self._too_slow()
        except (urllib3.exceptions.HTTPError, OSError) as exc:
            self.failure = exc
            raise lost("the connection breaks off", self.url, innermost(exc)) from exc
        if not data and most and self._is_cut_off():
            self.failure = EOFError("what is compressed ends too early")
            raise lost("the answer breaks off", self.url, str(self.failure))
        self._web.count(self._raw.tell() - before)
        self._web.check(self.url)
        if timeouts.now() - self._began > bounds.ANSWER + self._raw.tell() / _RATE:
            self._too_slow()
        return data or b""

    def _is_cut_off(self) -> bool:
        """Return whether the answer is compressed and incomplete, which urllib3 does not notice.

        A server may also use an encoding that was not requested, such as brotli, where its decoder is installed.
        """
        decoder = getattr(self._raw, "_decoder", None)
        compressed = getattr(decoder, "_obj", None)
        if callable(finished := getattr(compressed, "is_finished", None)):
            is_ended = bool(finished())
        else:
            # There may be meaningless bytes after the end of compressed data.
            is_ended = getattr(compressed, "eof", True) or getattr(decoder, "_state", None) == _BEHIND_END
        return self._is_text and self._raw.tell() > 0 and not is_ended

    def _too_slow(self) -> NoReturn:
        note = f"after {timeouts.now() - self._began:.0f} seconds there were {self._raw.tell():,} bytes"
        raise lost(f"`{host_of(self.url)}` sends its answer too slowly", self.url, note)


_BEHIND_END = urllib3.response.GzipDecoderState.SWALLOW_DATA
