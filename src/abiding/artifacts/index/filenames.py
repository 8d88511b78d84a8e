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
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Disputed", "Filenames", "in_doubt", "in_link", "named_differently", "one_of"]


@dataclass
class Disputed(DistributionPackage):
    """A file that is one to pip and another to uv; it has the name of the one that is asked for.

    `message`, `note` and `hint` are those of the error about it.
    """

    message: str = ""
    note: str = ""
    hint: str = ""

    def refuse(self) -> IndexAccessError:
        """Make the error about it."""
        return IndexAccessError.of(
            self.message, rule="bad-index", artifact=self.filename, note=self.note, hint=self.hint
        )


def named_differently(file: DistributionPackage, by_pip: str, by_uv: str) -> Disputed:
    """Make the file that pip and uv give these names, empty for one that takes it for none."""
    names = [f"`{name[: bounds.EXCERPT]}`" if name else "no file" for name in (by_pip, by_uv)]
    return Disputed(
        **vars(file),
        message=f"is {names[0]} to pip, and {names[1]} to uv",
        note=f"pip takes the name from the end of the URL, {public_url(file.url)}; uv goes by what the page says",
        hint="tell the index's operators: the name of a file and the end of its URL have to be the same",
    )


def in_doubt(file: DistributionPackage, why: str) -> Disputed:
    """Make the file whose link not all readers of HTML see."""
    return Disputed(
        **vars(file),
        message="is on the page to some tools, and to others not, or as another file",
        note=f"{why}, and readers of HTML differ about that: pip and uv, and pip with one Python and another",
        hint="tell the index's operators: links have one target, and stand for themselves on the page",
    )


def _with_egg(file: DistributionPackage, to_uv: str) -> Disputed:
    return Disputed(
        **vars(file),
        message="has the fragment `#egg=` in its link",
        note=f"pip goes by that and not by the name of the file, and uv {to_uv}",
        hint="tell the index's operators: leave `#egg=` out",
    )


def one_of(first: DistributionPackage, second: DistributionPackage) -> DistributionPackage:
    """Return which of two files with one name on a page is taken: pip takes the last, and uv the first."""
    if isinstance(first, Disputed) or isinstance(second, Disputed):
        sure = [file for file in (first, second) if not isinstance(file, Disputed)]
        return sure[0] if sure and first.url == second.url else first if isinstance(first, Disputed) else second
    if first.is_yanked != second.is_yanked:
        return second if first.is_yanked else first
    digests = [(file.digests or {}).get("sha256") for file in (first, second)]
    if first.url == second.url or (digests[0] and digests[0] == digests[1]):
        return first
    return Disputed(
        **vars(first),
        message="is two files on the page",
        note="pip takes the last of them, and uv the first",
        hint="tell the index's operators: a file with one name is there once",
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
            yield named_differently(make(own), by_pip, by_uv)

    def of_html(self, href: str, url: str, make: Callable[[str], DistributionPackage]) -> Iterator[DistributionPackage]:
        """Yield the file of a link on an HTML page, as `of_file` does, and as pip reads its fragment `#egg=`."""
        files, egg = self.of_file(in_link(href), url, make), _egg_in(href)
        yield from files if egg is None else self._with_egg(files, egg, make, "reads no page that has one")

    def of_json(
        self, name: object, url: str, make: Callable[[str], DistributionPackage]
    ) -> Iterator[DistributionPackage]:
        """Yield the file of a JSON page, as `of_file` does, and as pip reads the fragment `#egg=` of its URL."""
        files, egg = self.of_file(name, url, make), _egg_in(url)
        is_same = egg is None or (isinstance(name, str) and _means_same(egg, name))
        yield from files if egg is None or is_same else self._with_egg(files, egg, make, "does not")

    def _with_egg(
        self, files: Iterable[DistributionPackage], egg: str, make: Callable[[str], DistributionPackage], to_uv: str
    ) -> Iterator[DistributionPackage]:
        named = [*files] or self.of_file(egg, egg, make)
        return (_with_egg(file, to_uv) for file in named)

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


def _egg_in(href: str) -> str | None:
    """Return the name that the fragment `#egg=` of a link gives its file; None without the fragment."""
    link, _, fragment = href.partition("#")
    egg = next((part.removeprefix("egg=") for part in fragment.split("&") if part.startswith("egg=")), None)
    ending = next((ending for ending in (".tar.gz", ".zip") if link.partition("?")[0].endswith(ending)), "")
    return egg if egg is None else unquote(egg) + ending


def _means_same(egg: str, filename: str) -> bool:
    """Return whether pip reads the same name and version from a fragment as from a file name."""
    ending = "" if egg.endswith((".tar.gz", ".zip")) else ".tar.gz"
    meanings = [_meaning(name) for name in (egg + ending, filename)]
    return meanings[0][:2] == meanings[1][:2] and all(isinstance(meaning, tuple) for meaning in meanings)


def _in_url(url: str) -> str:
    try:
        return posixpath.basename(unquote(urlsplit(url).path).rstrip("/"))
    except ValueError:
        return ""


def _meaning(filename: str) -> tuple[object, ...] | str:
    """Return the parts that an installer reads from a file name, which can be written in several ways."""
    try:
        return (parse_wheel_filename if filename.endswith(WHEEL_ENDING) else parse_sdist_filename)(filename)
    except ValueError:
        return filename
