"""Where a member of an archive is unpacked to, on any system."""

from __future__ import annotations

import re

from abiding.findings.patterns import pattern

__all__ = ["is_short_for", "landing", "leads_elsewhere", "literal"]


# Invalid in a path below a folder: absolute paths, `.`, `..` and empty parts, backslashes and control characters.
_NO_PATH = pattern(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|$)")


def leads_elsewhere(name: str) -> bool:
    """Return whether installers disagree about a name, or it leads out of the folder; it may end with `/`."""
    return bool(_NO_PATH.search(name.removesuffix("/")))


def landing(name: str) -> str:
    """Return the normalised path of a name: names with equal paths are one file on some system.

    macOS and Windows ignore case, and macOS has several spellings of a letter; Windows has backslashes, and removes
    trailing dots and spaces, and everything after a colon.
    """
    if not name.isascii():
        import unicodedata

        # Old file systems of macOS ignore characters without width.
        visible = "".join(character for character in name if unicodedata.category(character) != "Cf")
        name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).casefold())
    parts = (part.partition(":")[0].rstrip(" .") for part in name.lower().replace("\\", "/").split("/"))
    return "/".join(filter(None, parts))


# Windows' short name for old programs (8.3): six letters of the long name, or two and a checksum.
_SHORT = pattern(r"(?P<stem>[^.~]{1,6})~(?P<number>[1-9][0-9]{0,5})(?:\.(?P<kind>[^.]{1,3}))?", re.IGNORECASE)
_WITH_CHECKSUM = pattern(r"(?P<start>..)[0-9a-f]{4}")
_LONGEST_SHORT = 8


def is_short_for(part: str, name: str) -> bool:
    """Return whether a part of a path may be Windows' short name (8.3) of the file or folder `name`."""
    match = _SHORT.fullmatch(part.lower()) if "~" in part else None
    stem, dot, kind = name.lower().rpartition(".")
    if not dot:
        stem, kind = kind, ""
    if match is None or kind[:3] != (match["kind"] or ""):
        return False
    if len(stem) <= _LONGEST_SHORT and "." not in stem and len(kind) <= 3:  # noqa: PLR2004 (it needs no other)
        return False
    stem = re.sub(r"[. ]", "", stem)[: _LONGEST_SHORT - len("~") - len(match["number"])]
    summed = _WITH_CHECKSUM.fullmatch(match["stem"])
    return match["stem"] == stem or bool(summed and stem.startswith(summed["start"]))


def literal(name: str) -> str:
    """Return a name as text for a message."""
    return f"`{name.encode('unicode_escape').decode()}`"
