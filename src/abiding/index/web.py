"""Requests to an index: few connections, retries, time-outs, and a bound on everything that is read."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from abiding import __version__
from abiding.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import WriteableBuffer

    from abiding.index.settings import IndexSettings

__all__ = ["CONNECTIONS", "Body", "Web"]


def __dir__() -> list[str]:
    return __all__


# More do not make it faster, and some networks lose name look-ups when there are many at once.
CONNECTIONS = 8
_TIMEOUT = (10.0, 30.0)  # seconds: to connect, and between two pieces of an answer
_TRIES = 4
_PAUSE = 0.3  # seconds, before a broken answer is asked for again
_LONGEST_WAIT = 20  # seconds, whatever a server asks for
_TOO_BUSY = (429, 500, 502, 503, 504)
# After so many failures in a row nobody is there, and to ask for 170 more files could take an hour.
_HOPELESS = CONNECTIONS

_T = TypeVar("_T")


class Web:
    """A session of requests with one index and the servers that it names, for several threads. To be closed.

    `received` is the number of bytes that came, without headers.
    """

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self.received = 0
        self._credentials = HTTPBasicAuth(*settings.credentials) if settings.credentials else None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"abiding/{__version__}"
        self._session.verify = settings.certificates or True
        self._session.cert = settings.client_certificate or None
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        retry = urllib3.Retry(
            total=_TRIES - 1,
            redirect=False,
            status_forcelist=_TOO_BUSY,
            backoff_factor=0.3,
            backoff_jitter=0.2,
            backoff_max=_LONGEST_WAIT,
            retry_after_max=_LONGEST_WAIT,
            raise_on_status=False,
        )
        adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, pool_block=True, max_retries=retry)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

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
        """Ask for `url`, and give what `use` makes of the answer, whatever its status below 500.

        `use` need not read it to the end. It is called again if the answer breaks off. Only text is compressed on the
        way: of a file, that could not be told from how it is. Raises what `use` raises, and `IndexAccessError` if
        there is no answer, or if `use` reads more than `limit` bytes of it.
        """
        host = urlsplit(url).netloc.rpartition("@")[2]
        for last in [False] * (_TRIES - 1) + [True]:
            if self._failures[host] >= _HOPELESS:
                raise _lost(f"`{host}` can't be reached")
            with closing(self._ask(method, url, host, headers or {}, is_text=is_text)) as response:
                body = Body(self, response, limit, is_text=is_text)
                try:
                    found = use(body)
                except Exception as exc:
                    if body.failure is None:
                        raise
                    if last:
                        raise _lost(f"`{host}` breaks off its answer each time", _innermost(body.failure)) from exc
                else:
                    return found
            time.sleep(_PAUSE)
        raise AssertionError

    def get(self, url: str, *, limit: int) -> tuple[int, bytes]:
        """Ask for the text at `url`: the status, and all of the answer. Raises `IndexAccessError`."""
        return self.read(url, lambda body: (body.status, body.readall()), limit=limit, is_text=True)

    def _ask(self, method: str, url: str, host: str, headers: Mapping[str, str], *, is_text: bool) -> requests.Response:
        try:
            response = self._session.request(
                method,
                url,
                headers={"Accept-Encoding": "gzip, deflate" if is_text else "identity", **headers},
                auth=self._credentials if _same_server(url, self._settings.url) else None,
                timeout=_TIMEOUT,
                stream=True,
            )
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as exc:
            # OSError: all that `requests` raises, and certificates that are not there. ValueError: a URL that is none.
            error = _unreachable(exc, host)
            if error.findings[0].rule == "unreachable":
                self._count_failure(host)
            raise error from exc
        if response.status_code in _TOO_BUSY or response.status_code == requests.codes.insufficient_storage:
            response.close()
            self._count_failure(host)
            raise _lost(f"`{host}` answers {response.status_code} {response.reason}, {_TRIES} times")
        with self._lock:
            self._failures[host] = 0
        return response

    def _count_failure(self, host: str) -> None:
        with self._lock:
            self._failures[host] += 1

    def count(self, received: int) -> None:
        """Add to the number of bytes received."""
        with self._lock:
            self.received += received


class Body(io.RawIOBase):
    """The body of an answer, as it comes in. `failure` is why it broke off, None as long as it has not.

    `url` is that of the answer, after redirects. Header names are compared without regard to case.
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

    @property
    def length(self) -> int | None:
        """The number of bytes that the server announces, None if it does not."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes, as many as there is room for, fewer only at the end."""
        room = memoryview(buffer).cast("B")
        try:
            before = self._raw.tell()
            data = self._raw.read(len(room), decode_content=self._is_text)
            self._web.count(self._raw.tell() - before)
        except (urllib3.exceptions.HTTPError, OSError) as exc:
            self.failure = exc
            raise _lost("the connection breaks off", _innermost(exc)) from exc
        self._left -= len(data)
        if self._left < 0:
            message = f"the answer is larger than the {self._limit:,} bytes that it may have"
            raise IndexAccessError.of(message, note=f"it comes from `{self.url}`")
        room[: len(data)] = data
        return len(data)


def _same_server(url: str, other: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(other)[:2]


def _unreachable(exc: Exception, host: str) -> IndexAccessError:
    if isinstance(exc, ValueError):
        # Which may be that of a redirect, for example to `file://`.
        return IndexAccessError.of("a URL that the index gives is not one of http or https", note=str(exc))
    if isinstance(exc, requests.TooManyRedirects):
        return IndexAccessError.of(f"`{host}` redirects in circles")
    if isinstance(exc, requests.exceptions.SSLError) or not isinstance(exc, requests.RequestException):
        hint = "certificates to trust can be named by pip's option `cert` or by REQUESTS_CA_BUNDLE"
        return _lost(f"there is no safe connection to `{host}`", _innermost(exc), hint)
    if isinstance(exc, requests.Timeout):
        return _lost(f"`{host}` does not answer in time", _innermost(exc))
    return _lost(f"`{host}` can't be reached", _innermost(exc))


def _lost(message: str, note: str = "", hint: str = "") -> IndexAccessError:
    return IndexAccessError.of(message, rule="unreachable", note=note, hint=hint)


def _innermost(exc: BaseException) -> str:
    """What began a chain of errors, of which each library has wrapped the one below."""
    while True:
        inner = getattr(exc, "reason", None) or next(iter(exc.args), None)
        if not isinstance(inner, BaseException):
            inner = exc.__cause__
        if inner is None:
            # The libraries put the connection's repr in front.
            return str(exc).rpartition(">: ")[2] or type(exc).__name__
        exc = inner
