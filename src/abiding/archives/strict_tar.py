"""What uv (0.13) refuses of a tar archive that pip unpacks: found in passing, and never a reason to stop reading.

uv reads an archive in the one format that its first header has, each extended header by the letter, and the two blocks
of zeros at its end. `tarfile`, and so pip, passes over all that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from abiding.archives.tarheaders import TarMember

__all__ = ["StrictReader"]


_BLOCK = 512
_IDENTITY, _KIND = slice(257, 265), slice(156, 157)
_GNU = b"ustar  \0"
_FORMATS = {b"ustar\x0000": "pax", _GNU: "GNU tar"}
# The kinds of headers that belong to one format alone.
_FOREIGN = {"pax": (b"L", b"K", b"X"), "GNU tar": (b"x", b"g", b"X")}
# What a header says in octal digits, and GNU tar in a binary number, which is not below zero.
_FIELDS = {
    "mode": slice(100, 108),
    "uid": slice(108, 116),
    "gid": slice(116, 124),
    "size": slice(124, 136),
    "mtime": slice(136, 148),
}
_OCTAL = pattern(rb"[0-7]+[ \0]+|\0+")
_BINARY = b"\x80"
_RECORD = pattern(rb"0*(\d+) ([^=\n]+)=")
# The keys of POSIX, and those of whom uv knows.
_KEY = pattern(
    rb"[acm]time|charset|comment|gid|gname|hdrcharset|linkpath|path|size|uid|uname"
    rb"|(realtime|security|GNU\.sparse|LIBARCHIVE|SCHILY)\.(?s:.+)"
)
_TEXTS = (b"comment", b"path", b"linkpath", b"uname", b"gname")
_NUMBERS = {
    **dict.fromkeys((b"mtime", b"atime", b"ctime"), pattern(rb"(\d+(\.\d+)?)?")),
    **dict.fromkeys((b"uid", b"gid"), pattern(rb"\d{0,19}")),
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
        else:
            self.refusal = _of_fields(header, is_gnu=identity == _GNU)

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


def _of_fields(header: bytes, *, is_gnu: bool) -> str:
    """Return the error in the numbers of a header; empty if there is none."""
    for name, place in _FIELDS.items():
        field = header[place]
        if not _OCTAL.fullmatch(field) and not (is_gnu and field.startswith(_BINARY)):
            return f"it has a header whose `{name}` is not spelled as a number in its format"
    return ""


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
        if not _KEY.fullmatch(key):
            return f"it has a pax record `{_shown(key)}`, which is of no kind that uv knows"
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
