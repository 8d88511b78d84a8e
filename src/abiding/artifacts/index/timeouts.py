"""Connections that are closed when a server takes too long.

A socket's time-out limits only the time between two bytes.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Adapter", "Patience", "TooSlowError", "now"]


_LOOK = 0.5  # seconds, between two looks


def now() -> float:
    """Return the seconds on the clock by which all limits of an index are kept."""
    return time.monotonic()


class TooSlowError(Exception):
    """Something took too long."""


class Patience:
    """A thread that watches the requests of others. To be closed."""

    def __init__(self) -> None:
        self._waiting: dict[object, tuple[float, Callable[[], object]]] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._look_after, name="abiding-index-patience", daemon=True).start()

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()

    @contextmanager
    def limit(self, seconds: float, cut: Callable[[], object]) -> Iterator[None]:
        """Call `cut` if the body of the `with` takes longer, which then ends with a `TooSlowError`."""
        key = object()
        with self._lock:
            self._waiting[key] = (now() + seconds, cut)
        try:
            yield
        except Exception as exc:
            if self._is_over(key):
                raise TooSlowError from exc
            raise
        # A reader that does not know the length takes the cut for the end.
        if self._is_over(key):
            raise TooSlowError

    def _is_over(self, key: object) -> bool:
        with self._lock:
            return self._waiting.pop(key, None) is None

    def _look_after(self) -> None:
        while not self._closed.wait(_LOOK):
            seconds = now()
            with self._lock:
                late = [key for key, (until, _) in self._waiting.items() if until < seconds]
                cuts = [self._waiting.pop(key)[1] for key in late]
            for cut in cuts:
                with suppress(OSError, ValueError):
                    cut()


class Adapter(HTTPAdapter):
    """The adapter for `requests`, whose connections must be made, and begin to answer, in time."""

    def __init__(self, patience: Patience, **options: Any) -> None:  # noqa: ANN401 (those of its base)
        self._pools = {
            "http": _pool(urllib3.HTTPConnectionPool, HTTPConnection, patience),
            "https": _pool(urllib3.HTTPSConnectionPool, HTTPSConnection, patience),
        }
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (as above)
        """Create the pools of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (as above)
        """Create those of a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        if type(manager) is urllib3.ProxyManager:
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pool(pool: type, connection: type, patience: Patience) -> Any:  # noqa: ANN401 (a class of urllib3)
    patient = type(connection.__name__, (_Kept, connection), {"patience": patience})
    return type(pool.__name__, (pool,), {"ConnectionCls": patient})


class _Kept:
    """A watched connection. `_twin` is a duplicate of its socket, which works below TLS and proxies."""

    patience: Patience
    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._twin = made.dup()
        return made

    def connect(self) -> None:
        with self.patience.limit(bounds.ANSWER, self._cut):
            super().connect()  # type: ignore[misc]

    def getresponse(self) -> Any:  # noqa: ANN401 (what its base gives)
        with self.patience.limit(bounds.ANSWER, self._cut):
            return super().getresponse()  # type: ignore[misc]

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        if self._twin:
            self._twin.close()
            self._twin = None

    def _cut(self) -> None:
        if self._twin:
            self._twin.shutdown(socket.SHUT_RDWR)
