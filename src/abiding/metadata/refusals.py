"""Lines of metadata that not all installers accept, as measured with pip 26.3 and uv 0.13."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata import requirements
from abiding.metadata.ranges import without_wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.requirements import Requirement

__all__ = ["Refusal", "by_uv", "unread_python"]


# The largest number in a version that uv supports.
_GREATEST = 2**64 - 2
_NUMBER = pattern(r"[0-9]{19,}")
_MOST_DIGITS = 20
_EMPTY_PARENTHESES = pattern(r"[^;@]*\(\s*\)")
# Outside of strings, each of which is reduced to its quotes.
_TEXT = pattern(r"\"[^\"]*\"|'[^']*'")
_ENDINGS = (
    *(".whl", ".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.lz", ".tar.lzma", ".tar.xz", ".tar.zst"),
    *(".tbz", ".tgz", ".tlz", ".txz"),
)
_SCHEMES = ("http", "https", "file", "git+http", "git+https", "git+ssh", "git+file")
_OTHER_SYSTEMS = ("bzr", "hg", "svn")


def by_uv(text: str) -> str:
    """Return why uv refuses a requirement that `packaging`, and so pip, accepts; empty if it accepts it, too."""
    requirement = requirements.try_parse(text)
    return next(filter(None, _reasons(text, requirement)), "") if requirement else ""


def _reasons(text: str, requirement: Requirement) -> Iterator[str]:
    for name in (requirement.name, *sorted(requirement.extras)):
        if not name[-1].isalnum():
            yield f"the last character of `{name}` is neither a letter nor a digit"
    yield from map(_of_clause, map(str, requirement.specifier))
    if _EMPTY_PARENTHESES.match(text):
        yield "there is nothing in its parentheses"
    marker = str(requirement.marker or "")
    if "===" in _TEXT.sub("''", marker):
        yield "markers have no `===`"
    if requirement.url:
        yield _of_url(requirement.url)


def _of_clause(clause: str) -> str:
    public = clause.partition("+")[0]
    if any(len(number) > _MOST_DIGITS or int(number) > _GREATEST for number in _NUMBER.findall(public)):
        return f"a number in it is greater than {_GREATEST}"
    if clause.startswith("==="):
        from packaging.version import Version

        return "" if _is_read(Version, clause[3:]) else f"`{clause}` has no valid version (PEP 440)"
    return ""


def _of_url(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as exc:
        return f"the URL can't be read: {exc}"
    scheme = url.partition(":")[0]
    if scheme.partition("+")[0] in _OTHER_SYSTEMS:
        return f"it clones nothing but Git, and the URL begins with `{scheme}:`"
    if scheme not in _SCHEMES and not url.startswith("/"):
        return "what follows the `@` is not a URL of a kind that it knows"
    if scheme == "file" and (parts.netloc not in ("", "localhost") or not parts.path.startswith("/")):
        return "the path in the URL is relative, and to what is not said"
    # A path without an ending may be a folder, which uv accepts.
    is_file = scheme in ("http", "https") or (
        (scheme == "file" or url.startswith("/")) and PurePosixPath(parts.path).suffix
    )
    if is_file and not parts.path.rstrip("/").endswith(_ENDINGS):
        return "the URL does not end like the name of an sdist or a wheel"
    return ""


class Refusal(NamedTuple):
    """An error in a `Requires-Python`, and its effect."""

    why: str
    outcome: str
    is_grave: bool = True


# Written by old tools for an empty value.
_SAYS_NOTHING = "UNKNOWN"
# Characters; the longest real ones have 60.
_LONGEST = 1000
_PASSED_OVER = "pip ignores it or takes it word by word; uv refuses the file, unless it can guess what is meant"
_OLD_READING = "pip and uv read it without the `.*`; what goes by the standard refuses it"
_UV_ALONE = "uv refuses the file; pip takes it"


def unread_python(text: str) -> Refusal | None:
    """Return why some tools can't read a `Requires-Python`; None if all can, or it is empty."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if not text.strip() or text.strip() == _SAYS_NOTHING or len(text) > _LONGEST:
        return None
    clauses = text.split(",")
    try:
        SpecifierSet(text)
    except InvalidSpecifier as exc:
        if (read := without_wildcards(text)) != text and _is_read(SpecifierSet, read):
            return Refusal(str(exc), _OLD_READING, is_grave=False)
        return Refusal(str(exc), _PASSED_OVER)
    except ValueError:  # a number of thousands of digits
        return Refusal("a number in it has too many digits", _PASSED_OVER)
    if any(not clause.strip() for clause in clauses[:-1]):
        return Refusal("there is nothing between two of its commas", _UV_ALONE)
    why = next(filter(None, (_of_clause(clause.strip()) for clause in clauses)), "")
    return Refusal(why, _UV_ALONE) if why else None


def _is_read(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
