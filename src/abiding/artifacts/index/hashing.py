"""Check that a downloaded file has the hash that the index page gives."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from abiding.findings.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

__all__ = ["Announced", "Hashed", "wrong_hash"]


# Hashes that a page may announce, the strongest first; older ones, which pip and uv know, prove nothing.
_KNOWN = ("sha512", "sha384", "sha256")
_CHUNK = 1 << 20


class Announced:
    """The strongest hash that an index announces for a file; without a hash, any contents are right."""

    def __init__(self, digests: Mapping[str, str]) -> None:
        given = {name.lower(): digest.lower() for name, digest in digests.items()}
        self._name = next((name for name in _KNOWN if name in given), "")
        self._digest = given.get(self._name, "")

    def hold(self, filename: str, *parts: bytes) -> None:
        """Raise `IndexAccessError` (`wrong-hash`) if these parts are not the whole file."""
        hasher = self.hasher()
        for part in parts:
            hasher.update(part)
        self.compare(filename, hasher.hexdigest())

    def hasher(self) -> hashlib._Hash:
        """Return a new hash object of its algorithm."""
        return hashlib.new(self._name or _KNOWN[-1])

    def compare(self, filename: str, digest: str) -> None:
        """Raise `IndexAccessError` (`wrong-hash`) if the file has another one."""
        if self._name and digest != self._digest:
            raise wrong_hash(filename, "is not the one that the index announces", self._name, self._digest, digest)


class Hashed(io.RawIOBase):
    """A file that is read sequentially, whose hash is computed on the way."""

    def __init__(self, file: BinaryIO, announced: Announced) -> None:
        super().__init__()
        self._file = file
        self._announced = announced
        self._hasher = announced.hasher()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes, as many as there is room for, fewer only at the end."""
        room = memoryview(buffer).cast("B")
        data = self._file.read(len(room))
        room[: len(data)] = data
        self._hasher.update(data)
        return len(data)

    def hold(self, filename: str) -> None:
        """Read what is left, and raise `IndexAccessError` (`wrong-hash`) if the file is not what is announced."""
        while self.read(_CHUNK):
            pass
        self._announced.compare(filename, self._hasher.hexdigest())


def wrong_hash(filename: str, message: str, algorithm: str, announced: str, digest: str) -> IndexAccessError:
    """Return the error about a file, or its metadata, with another hash than announced."""
    note = f"the page says {algorithm}={announced}, and the file has {digest}"
    return IndexAccessError.of(message, rule="wrong-hash", artifact=filename, note=note)
