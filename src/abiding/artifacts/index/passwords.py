"""Which server gets which password: passwords of the index are sent to no other server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from netrc import NetrcParseError, netrc
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import NETRC_FILES

if TYPE_CHECKING:
    from requests import PreparedRequest

__all__ = ["Login"]


@dataclass(frozen=True, slots=True)
class Login(AuthBase):
    """The credentials of a request; with none, it also keeps `requests` from adding any."""

    basic: HTTPBasicAuth | None

    @classmethod
    def of(cls, url: str, credentials: tuple[bytes, bytes] | None, *, is_index: bool) -> Login:
        """Choose the credentials for the server of `url`: the given ones, or netrc's for its name.

        netrc's default entry is used for the index only, not for a server that the index names.
        """
        login = credentials or _of_netrc(urlsplit(url).hostname or "", is_index=is_index)
        return cls(HTTPBasicAuth(*login) if login else None)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        return self.basic(request) if self.basic else request


def _of_netrc(host: str, *, is_index: bool) -> tuple[str, str] | None:
    setting = os.environ.get("NETRC")
    paths = [Path(place).expanduser() for place in ([setting] if setting else [f"~/{name}" for name in NETRC_FILES])]
    try:
        known = netrc(next(path for path in paths if path.exists())).hosts
    except (StopIteration, NetrcParseError, OSError, RuntimeError, ValueError):  # none, or none that can be read
        return None
    entry = known.get(host) or (known.get("default") if is_index else None)
    if entry is None:
        return None
    login, account, password = entry
    return (login or account or "", password or "")
