"""The file name of a link on an index page: pip takes it from the URL, uv from the link's text."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.utils import parse_sdist_filename, parse_wheel_filename
from pypi_simple import DistributionPackage

from abiding.archives.names import WHEEL_ENDING
from abiding.artifacts.index.failures import public_url
from abiding.findings import bounds
from abiding.findings.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Disputed", "Filenames", "in_link"]


@dataclass
class Disputed(DistributionPackage):
    """A link that pip and uv read as different files, with both names; its own is that of the requested release."""

    by_pip: str = ""
    by_uv: str = ""

    def refuse(self) -> IndexAccessError:
        """Return the error about it."""
        names = [f"`{name[: bounds.EXCERPT]}`" if name else "no file" for name in (self.by_pip, self.by_uv)]
        return IndexAccessError.of(
            f"is {names[0]} to pip, and {names[1]} to uv",
            rule="bad-index",
            artifact=self.filename,
            note=f"pip takes the name from the end of the URL, {public_url(self.url)}; uv goes by what the page says",
            hint="tell the index's operators: the name of a file and the end of its URL have to be the same",
        )


class Filenames:
    """Recognises file names of a project, in any spelling, up to a reasonable length."""

    def __init__(self, project: str) -> None:
        self._project = project
        spelled = "[-_.]+".join(map(re.escape, re.split("[-_.]+", project)))
        self._begins = re.compile(f"{spelled}(?=-)", re.IGNORECASE)

    def of_file(
        self, name: object, url: str, make: Callable[[str], DistributionPackage]
    ) -> Iterator[DistributionPackage]:
        """Yield the file as pip and uv read it: pip by its absolute URL, uv by a name; `make` creates it by name.

        Yields nothing if it is no file of the project to either, and two if they differ.
        """
        by_uv, by_pip = self._own(name), self._own(_in_url(url))
        if by_uv and (by_uv == by_pip or _meaning(by_uv) == _meaning(by_pip)):
            yield make(by_uv)
            return
        for own in filter(None, (by_uv, by_pip)):
            yield Disputed(**vars(make(own)), by_pip=by_pip, by_uv=by_uv)

    def _own(self, name: object) -> str:
        """Return the name if it is one of a file of the project, else nothing."""
        if not isinstance(name, str) or len(name) > bounds.FILENAME or not name.isprintable():
            return ""
        match = self._begins.match(name)
        is_own = match and "/" not in name and name.count("-", match.end()) <= _MOST_DASHES
        return name if is_own else ""


# Old sdists have dashes in their version; with more of them, a name could be read in too many ways.
_MOST_DASHES = 6


def in_link(href: str) -> str:
    """Return the name that uv reads from the URL of a link on an HTML page; it ignores the link's text."""
    return unquote(href.partition("#")[0].rpartition("/")[2].partition("?")[0])


def _in_url(url: str) -> str:
    try:
        return posixpath.basename(unquote(urlsplit(url).path).rstrip("/"))
    except ValueError:
        return ""


def _meaning(filename: str) -> object:
    """Return the parts that an installer reads from a file name, which can be written in several ways."""
    try:
        return (parse_wheel_filename if filename.endswith(WHEEL_ENDING) else parse_sdist_filename)(filename)
    except ValueError:
        return filename
