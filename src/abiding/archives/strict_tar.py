"""What uv (0.13) refuses of a tar archive that pip unpacks: found in passing, and never a reason to stop reading.

uv reads an archive in the one format that its first header has, each extended header by the letter, and the two blocks
of zeros at its end. `tarfile`, and so pip, passes over all that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.tarheaders import HARD_LINK, SYMBOLIC_LINK
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from abiding.archives.tarheaders import TarMember

__all__ = ["StrictReader"]


_BLOCK = 512
_IDENTITY, _KIND, _FOLDER = slice(257, 265), slice(156, 157), b"5"
_GNU = b"ustar  \0"
_FORMATS = {b"ustar\x0000": "pax", _GNU: "GNU tar"}
# The kinds of headers that belong to one format alone.
_FOREIGN = {"pax": (b"L", b"K", b"X"), "GNU tar": (b"x", b"g", b"X")}
_EXTENDED, _LONG = (b"x", b"g", b"X", b"L", b"K"), (b"L", b"K")
# What a header says in octal digits, and GNU tar in a binary number, which is not below zero.
_SIZE = {"size": slice(124, 136)}
_MAY_BE_EMPTY = {
    "mode": slice(100, 108),
    "uid": slice(108, 116),
    "gid": slice(116, 124),
    "mtime": slice(136, 148),
}
_CHECKSUM = slice(148, 156)
_OCTAL, _EMPTY = pattern(rb"[0-7]+[ \0]+"), pattern(rb"\0+")
_BINARY = b"\x80"
_RECORD = pattern(rb"0*(\d+) ([^=\n]+)=")
# The keys of POSIX, and those of the vendors that uv takes.
_KEY = pattern(
    rb"[acm]time|charset|comment|gid|gname|hdrcharset|linkpath|path|size|uid|uname"
    rb"|(realtime|security|LIBARCHIVE|SCHILY)\.(?s:.+)"
)
_TEXTS = (b"charset", b"comment", b"path", b"linkpath", b"uname", b"gname")
_NUMBERS = {
    **dict.fromkeys((b"mtime", b"atime", b"ctime"), pattern(rb"(?:0*(\d{1,20})(?:\.\d+)?)?")),
    **dict.fromkeys((b"uid", b"gid"), pattern(rb"(?:0*(\d{1,20}))?")),
    b"size": pattern(rb"(0|[1-9]\d{0,19})|"),
}
_NUMBER_END = 1 << 64
_CHARACTER_SETS = (b"", b"BINARY", b"ISO-IR 10646 2000 UTF-8")
# What the name of no file on some systems has, wherever the archive is unpacked.
_ODD_NAME = pattern(r"[\x01-\x1f\x7f:\\]| $")
# A target that goes up again: where to depends on what is a link. The first segment is neither empty nor of dots alone.
_UP_AGAIN = pattern(r"(?:^|/)(?!\.{1,2}/)[^/]+/(?:\.?/)*\.\.(?:/|$)")


class StrictReader:
    """Follows an archive as uv would read it; `refusal` is the first reason, in words, why uv refuses it, or empty."""

    def __init__(self) -> None:
        self.refusal = ""
        self._identity = b""
        self._before = b""
        self._links: set[str] = set()

    def header(self, header: bytes) -> None:
        """Check a header, of a member or an extension, before its data."""
        identity = header[_IDENTITY]
        self._identity = self._identity or identity
        before, self._before = self._before, header[_KIND]
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
        elif header[_KIND] == b"S":
            self.refusal = "it has a sparse file"
        elif before == b"x" and header[_KIND] == b"g":
            self.refusal = "it has a pax header between a member and the one that belongs to it"
        else:
            self.refusal = _of_fields(header, is_gnu=identity == _GNU)

    def extension(self, kind: bytes, data: bytes) -> None:
        """Check the data of an extended header."""
        if self.refusal:
            return
        if kind not in _LONG:
            self.refusal = _of_records(data)
        elif not data.endswith(b"\0") or b"\0" in data.rstrip(b"\0"):
            self.refusal = "it has a long name that ends without a NUL, or goes on behind it"

    def member(self, member: TarMember) -> None:
        """Check a member, after all its headers."""
        if self.refusal:
            return
        try:
            member.path.encode()
        except UnicodeEncodeError:
            self.refusal = "it has a member with a name that is not UTF-8"
        if (member.is_file or member.kind == _FOLDER) and member.link:
            self.refusal = f"`{member.path}` is no link, and has the target of one"
        elif member.header[_KIND] != _FOLDER and member.path.endswith("/"):
            self.refusal = f"`{member.path}` is no folder, and has the name of one"
        elif _ODD_NAME.search(member.path) or _ODD_NAME.search(member.link):
            self.refusal = f"`{member.path}` has, in its name or the one that it leads to, what not all systems allow"
        elif member.kind == SYMBOLIC_LINK:
            self._links.add(member.path)
            if _UP_AGAIN.search(member.link):
                self.refusal = f"`{member.path}` is a link whose target goes up again, by `..` behind a name"
        elif member.kind == HARD_LINK and member.link in self._links:
            self.refusal = f"`{member.path}` is a hard link to a symbolic one"

    def end(self, size: int) -> None:
        """Check the end of the archive, which has so many bytes of zeros."""
        if not self.refusal and size < 2 * _BLOCK:
            self.refusal = f"it does not end with two blocks of zeros, but with {size:,} bytes of the {2 * _BLOCK:,}"


def _of_fields(header: bytes, *, is_gnu: bool) -> str:
    """Return the error in the numbers of a header; empty if there is none."""
    if not _OCTAL.fullmatch(header, _CHECKSUM.start, _CHECKSUM.stop):
        return "it has a header whose checksum is not spelled as a number in its format"
    # Of an extended header, nothing else is looked at.
    for name, place in (_SIZE if header[_KIND] in _EXTENDED else _SIZE | _MAY_BE_EMPTY).items():
        field = header[place]
        is_number = _OCTAL.fullmatch(field) or (is_gnu and field.startswith(_BINARY))
        if not is_number and not (name in _MAY_BE_EMPTY and _EMPTY.fullmatch(field)):
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
            return f"it has a pax record `{_shown(key)}`, which is of no kind that uv takes"
        if key in _NUMBERS and not _is_number(key, value):
            return f"it has a pax record `{_shown(key)}` that is not a number"
        if key == b"hdrcharset" and value not in _CHARACTER_SETS:
            return "it has a pax record `hdrcharset` with a character set that pax does not have"
        if key in _TEXTS and not _is_utf_8(value):
            return f"it has a pax record `{_shown(key)}` that is not UTF-8"
        at = stop
    return ""


def _is_number(key: bytes, value: bytes) -> bool:
    match = _NUMBERS[key].fullmatch(value)
    return match is not None and int(match[1] or b"0") < _NUMBER_END


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(key: bytes) -> str:
    return key[:40].decode("ascii", "replace")
