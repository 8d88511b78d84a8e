"""Error messages about an index that can't be read; they contain no password."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from abiding.findings import bounds
from abiding.findings.characters import without_login
from abiding.findings.errors import IndexAccessError, UnreachableError

__all__ = ["host_of", "innermost", "lost", "no_url", "public_url", "unreachable"]


def public_url(url: str) -> str:
    """Return a URL for messages, without credentials in any part of it."""
    return without_login(url).partition("?")[0].partition("#")[0][: bounds.EXCERPT]


def host_of(url: str) -> str:
    """Return host and port of a URL."""
    return urlsplit(url).netloc.rpartition("@")[2]


def no_url(exc: Exception, url: str) -> IndexAccessError:
    """Return the error for an invalid URL on an index."""
    message = "a URL that the index gives is not one of http or https"
    return IndexAccessError.of(message, note=f"{public_url(url)}: {without_login(str(exc))}")


def unreachable(exc: Exception, url: str) -> IndexAccessError:
    """Return the error for an exception of `requests`."""
    if isinstance(exc, ValueError):
        return no_url(exc, url)
    host = host_of(url)
    if isinstance(exc, requests.exceptions.SSLError) or not isinstance(exc, requests.RequestException):
        hint = "certificates to trust can be named by pip's option `cert` or by REQUESTS_CA_BUNDLE"
        return lost(f"there is no safe connection to `{host}`", url, innermost(exc), hint)
    if isinstance(exc, requests.Timeout):
        return lost(f"`{host}` does not answer in time", url, innermost(exc))
    hint = "check the network connection and `HTTPS_PROXY`; `--index-url` names another index"
    return lost(f"`{host}` can't be reached", url, innermost(exc), hint)


def lost(message: str, url: str, note: str = "", hint: str = "") -> IndexAccessError:
    """Return the error for a request without an answer, or with an incomplete one."""
    about = f"asked for {public_url(url)}" + (f": {without_login(note)}" if note else "")
    return UnreachableError.of(message, note=about, hint=hint)


def innermost(exc: BaseException) -> str:
    """Return the first error of a chain in which each library has wrapped the one below."""
    while True:
        inner = getattr(exc, "reason", None) or next(iter(exc.args), None)
        if not isinstance(inner, BaseException):
            inner = exc.__cause__
        if inner is None:
            # The libraries put the connection's repr in front.
            return str(exc).rpartition(">: ")[2] or type(exc).__name__
        exc = inner
