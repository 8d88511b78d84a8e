"""What uv (0.13) refuses of a tar archive that pip unpacks: found in passing, and never a reason to stop reading.

uv reads an archive in the one format that its first header has, each extended header by the letter, and the two blocks
of zeros at its end. `tarfile`, and so pip, passes over all that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abiding.archives.tarheaders import TarMember

__all__ = ["StrictReader"]


_BLOCK = 512
_IDENTITY, _KIND = slice(257, 265), slice(156, 157)
_FORMATS = {b"ustar\x0000": "pax", b"ustar  \0": "GNU tar"}
# The kinds of headers that belong to one format alone.
_FOREIGN = {"pax": (b"L", b"K", b"X"), "GNU tar": (b"x", b"g", b"X")}
_RECORD = re.compile(rb"0*(\d+) ([^=\n]+)=")
_TEXTS = (b"comment", b"path", b"linkpath", b"uname", b"gname")
_NUMBERS = {
    **dict.fromkeys((b"mtime", b"atime", b"ctime"), re.compile(rb"(\d+(\.\d+)?)?")),
    **dict.fromkeys((b"uid", b"gid"), re.compile(rb"\d{0,19}")),
}


class StrictReader:
    """Goes by what uv would read; `refusal` says in words the first thing that it refuses, and is empty so long."""

    def __init__(self) -> None:
        self.refusal = ""
        self._identity = b""

    def header(self, header: bytes) -> None:
        """Take a header, before those that follow."""
        identity = header[_IDENTITY]
        self._identity = self._identity or identity
        name = _FORMATS.get(identity)
        if self.refusal:
            return
        if name is None:
            self.refusal = "its headers are of neither format, pax or GNU tar"
        elif identity != self._identity:
            self.refusal = "its headers are of two formats, pax and GNU tar"
        elif header[_KIND] in _FOREIGN[name]:
            self.refusal = (
                f"it has a header of the kind `{header[_KIND].decode()}`, which is none of its format, {name}"
            )

    def records(self, data: bytes) -> None:
        """Take the records of a pax header."""
        self.refusal = self.refusal or _of_records(data)

    def member(self, member: TarMember) -> None:
        """Take a member, whose headers have been taken."""
        if self.refusal:
            return
        try:
            member.path.encode()
        except UnicodeEncodeError:
            self.refusal = "it has a member with a name that is not UTF-8"
        if member.is_file and member.link:
            self.refusal = f"`{member.path}` is a file with the target of a link"

    def end(self, size: int) -> None:
        """Take the end: so many zeros."""
        if not self.refusal and size < 2 * _BLOCK:
            self.refusal = f"it does not end with two blocks of zeros, but with {size:,} bytes of the {2 * _BLOCK:,}"


def _of_records(data: bytes) -> str:
    """Return the error in the records of a pax header; empty if there is none."""
    if not data:
        return "it has a pax header without records"
    keys, at = set(), 0
    while at < len(data):
        match = _RECORD.match(data, at)
        stop = at + int(match[1][:9]) if match else at
        if not match or stop <= match.end():
            return "it has a pax header with something that is no record"
        key, value = match[2], data[match.end() : stop - 1]
        if key in keys:
            return f"it has a pax header with two records `{_shown(key)}`"
        keys.add(key)
        if key in _NUMBERS and not _NUMBERS[key].fullmatch(value):
            return f"it has a pax record `{_shown(key)}` that is not a number"
        if key in _TEXTS and not _is_utf_8(value):
            return f"it has a pax record `{_shown(key)}` that is not UTF-8"
        at = stop
    return ""


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(key: bytes) -> str:
    return key[:40].decode("ascii", "replace")
