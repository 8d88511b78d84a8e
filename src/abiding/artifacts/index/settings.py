"""Which index to use and how to reach it: pip's configuration, unless the caller names an index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from abiding.findings.characters import without_login
from abiding.findings.errors import IndexAccessError
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["IndexSettings", "of_pip"]


# What gives options, each kind overriding those before it, as pip orders them; `env` is the file of PIP_CONFIG_FILE.
_KINDS = ("global", "user", "site", "env")
# Options for all commands, and for the one whose index is meant; later ones override.
_SECTIONS = ("global", "install")
_HEADING = pattern(r"(\w+):")
_OPTION = pattern(r" +(\w+)\.([\w-]+): (.*)")
_PATIENCE = 120  # seconds; usually one is enough


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """An index and the way to it.

    `url` is without credentials and ends with a slash. `credentials` are a name and a password, None if the URL had
    none. `certificates` is the path of a bundle of certificates to trust, `client_certificate` that of one's own,
    `proxy` a URL; each is empty if not set.
    """

    url: str
    # Without secrets, which must not get into logs and tracebacks.
    credentials: tuple[bytes, bytes] | None = field(default=None, repr=False)
    certificates: str = ""
    client_certificate: str = ""
    proxy: str = field(default="", repr=False)

    @classmethod
    def of(cls, pip: Mapping[str, str], url: str | None) -> IndexSettings:
        """Return the settings from pip's output; a given `url` replaces its index. Raises `IndexAccessError`."""
        from pypi_simple import PYPI_SIMPLE_ENDPOINT

        if url is None and pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
            raise IndexAccessError.of(
                "pip is configured to use no index", rule="bad-index", hint="name one with `--index-url`"
            )
        bare, credentials = _without_credentials(url or pip.get("index-url") or PYPI_SIMPLE_ENDPOINT)
        return cls(bare, credentials, _path(pip, "cert"), _path(pip, "client-cert"), pip.get("proxy", ""))


def _path(pip: Mapping[str, str], option: str) -> str:
    return str(Path(pip[option]).expanduser()) if pip.get(option) else ""


def _without_credentials(url: str) -> tuple[str, tuple[bytes, bytes] | None]:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        # Without a possible password, even if the URL has no scheme.
        safe = without_login(parts.geturl()).rpartition("@")[2] or "it"
        raise IndexAccessError.of(
            f"`{safe}` is not the URL of a package index",
            rule="bad-index",
            note="an index is reached over http or https",
            hint="it is `https://HOST/simple/`, for example; what is on disk is given to `check` without an index, and "
            "wheels in `simple/NAME/` are an index for all commands while `python -m http.server` runs beside it",
        )
    # A host in brackets is an IPv6 address.
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    bare = parts._replace(netloc=netloc, path=parts.path.rstrip("/") + "/", query="", fragment="").geturl()
    if parts.username is None:
        return bare, None
    return bare, (unquote(parts.username).encode(), unquote(parts.password or "").encode())


def of_pip() -> dict[str, str]:
    """Ask pip for its options from files, and read those of the environment. Raises `IndexAccessError`."""
    # -P: not a `pip.py` in the current folder.
    programs = [[sys.executable, "-P", "-m", "pip"]] if sys.executable else []
    if pip := shutil.which("pip"):
        programs.append([pip])
    listing = next((text for text in map(_list_settings, programs) if text is not None), "")
    prefix = "PIP_"
    environment = {
        name.removeprefix(prefix).lower().replace("_", "-"): value.strip()
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }
    sources = (*_of_files(listing), environment)
    return {name: value for source in sources for name, value in source.items() if value}


def _list_settings(program: list[str]) -> str | None:
    """Return what pip has read from which file, which knows where these are; None if it is not installed.

    Raises `IndexAccessError` if it fails or does not end: the default would be another index than the configured one.
    """
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(
            [*program, "config", "debug"],
            env=environ,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as exc:
        raise _not_known(f"it does not end within {_PATIENCE} seconds") from exc
    except OSError:
        return None
    if done.returncode == 0:
        return done.stdout
    if "No module named pip" in done.stderr:
        return None
    raise _not_known(without_login((done.stderr.strip().splitlines() or ["it says nothing"])[-1]))


def _not_known(why: str) -> IndexAccessError:
    message = "pip can't read its own configuration"
    return IndexAccessError.of(message, rule="bad-index", note=why, hint="`pip config debug` shows it")


def _of_files(listing: str) -> Iterator[dict[str, str]]:
    """Yield the options of each section of all files. What overrides another file does so with an empty value too."""
    options: dict[tuple[str, str], dict[str, str]] = {}
    kind = ""
    for line in listing.splitlines():
        if heading := _HEADING.fullmatch(line):
            kind = heading[1]
        elif option := _OPTION.fullmatch(line):
            section, name, value = option.groups()
            options.setdefault((section, kind), {})[name] = value.strip()
    for section in _SECTIONS:
        of_section: dict[str, str] = {}
        for each in _KINDS:
            of_section |= options.get((section, each), {})
        yield of_section
