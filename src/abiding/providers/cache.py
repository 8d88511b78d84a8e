"""A cache of what was read of libraries, in the user's cache folder, by SHA-256.

Several processes may use it at once: each entry is a separate file, written whole or not at all. An entry that can't be
read counts as missing, and one that can't be written is dropped.
"""

from __future__ import annotations

import json
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Event
from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.errors import needing
from abiding.findings.patterns import pattern
from abiding.providers.symbol_tables import Exports

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Cache"]


# Changes with the format of the entries, or with the definition of a library.
_FOLDER = "symbols-4"
_DIGEST = pattern(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Cache:
    """A cache folder. The oldest entries are removed when it has more than `most` bytes."""

    folder: Path
    most: int = bounds.CACHE
    _grown: Event = field(default_factory=Event, compare=False, repr=False)

    @classmethod
    def of_user(cls) -> Cache:
        """Return the cache in the user's cache folder. Raises `MissingExtraError` if the extra is not installed."""
        with needing("index", "keeping what was read of libraries"):
            import platformdirs
        return cls(Path(platformdirs.user_cache_path("abiding"), _FOLDER))

    def library(self, sha256: str, machine: str = "") -> Exports | None:
        """Return the exports of the library with this digest, for a machine if one is named; None if unknown."""
        table = self._get(sha256, _kind(machine))
        with suppress(KeyError, TypeError):
            if table is not None and isinstance(table["name"], str):
                return Exports(table["name"], _texts(table["needs"]), frozenset(_texts(table["symbols"])))
        return None

    def keep_library(self, sha256: str, library: Exports, machine: str = "") -> None:
        """Store the exports of a library, for a machine."""
        self._put(sha256, _kind(machine), {**library._asdict(), "symbols": sorted(library.symbols)})

    def wheel(self, sha256: str) -> Mapping[str, str] | None:
        """Return the members of the wheel with this digest that are libraries, and their digests."""
        table = self._get(sha256, ".wheel")
        if table is not None and all(isinstance(text, str) for text in table.values()):
            return table
        return None

    def keep_wheel(self, sha256: str, libraries: Mapping[str, str]) -> None:
        """Store the libraries of a wheel."""
        self._put(sha256, ".wheel", libraries)

    def listing(self, sha256: str) -> tuple[tuple[str, ...], bytes] | None:
        """Return the names of the members of the wheel with this digest, and its METADATA."""
        table = self._get(sha256, ".listing")
        with suppress(KeyError, TypeError, ValueError):
            if table is not None and isinstance(table["metadata"], str):
                return _texts(table["members"]), table["metadata"].encode("latin-1")
        return None

    def keep_listing(self, sha256: str, members: tuple[str, ...], metadata: bytes) -> None:
        """Store them."""
        self._put(sha256, ".listing", {"members": members, "metadata": metadata.decode("latin-1")})

    def _path(self, sha256: str, kind: str) -> Path | None:
        return self.folder / sha256[:2] / (sha256 + kind) if _DIGEST.fullmatch(sha256) else None

    def _get(self, sha256: str, kind: str) -> dict[str, Any] | None:
        path = self._path(sha256, kind)
        if path is None:
            return None
        try:
            inflater = zlib.decompressobj()
            text = inflater.decompress(path.read_bytes(), bounds.CACHED)
            table = json.loads(text) if inflater.eof else None
            os.utime(path)  # marks it as used
        except (OSError, ValueError, zlib.error, RecursionError):
            return None
        return table if isinstance(table, dict) else None

    def _put(self, sha256: str, kind: str, table: Mapping[str, object]) -> None:
        path = self._path(sha256, kind)
        if path is None:
            return
        data = zlib.compress(json.dumps(table, separators=(",", ":")).encode())
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
                file.write(data)
            try:
                Path(file.name).replace(path)
                self._grown.set()
            except OSError:
                Path(file.name).unlink(missing_ok=True)

    def prune(self) -> None:
        """Remove the least recently used entries if the cache is too large. Another process may do the same.

        If nothing was stored since the last time, nothing is done, because listing all entries is slow.
        """
        if not self._grown.is_set():
            return
        self._grown.clear()
        files: list[tuple[float, int, Path]] = []
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                about = path.stat()
                files.append((about.st_mtime, about.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.most:
                return
            with suppress(OSError):
                path.unlink()
                total -= size


def _kind(machine: str) -> str:
    return f".{machine}.library" if machine else ".library"


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise TypeError
    return tuple(values)
