"""A release on a package index, read without downloading it.

The index is one that speaks the Simple API: PEP 503 (HTML), 691 (JSON), 629 (versions of the API), 592 (yanked files),
658 and 714 (core metadata beside the files), 700 (sizes), 792 (status of a project).

What is done for each file, in this order, until its metadata is there:

1. The page gives a hash of its core metadata, and a file with the same hash has been read: share it.
2. `FILE.metadata`, also if the page does not announce it, for as long as the index has not refused it a few times.
3. HTTP range requests into a wheel: the end of the file, with its directory and most often METADATA itself.
4. The file: a wheel only if it is small, an sdist to its end. What comes whole has its announced hash.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from abiding.findings.errors import needing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.artifacts.index.listing import Keeping, Listings
    from abiding.artifacts.index.progress import Progress
    from abiding.artifacts.index.web import Web

__all__ = ["listings", "read_file", "read_release"]


def read_release(
    spec: str, index_url: str | None = None, progress: Progress | None = None
) -> list[Artifact | Unreadable]:
    """Read the metadata of all sdists and wheels of one release, sdists first, then by file name.

    `spec` is `NAME==VERSION`, or `NAME` for the newest version: a final one that is not yanked, if there is any.
    `index_url` is the URL below which the projects are, http or https. By default it is the one that pip is configured
    for, by its files or PIP_INDEX_URL. pip's `extra-index-url`s are not used: a release is on one index.
    Credentials come from the URL or from netrc, the certificates to trust from REQUESTS_CA_BUNDLE or pip's `cert`.

    `progress` is called with the number of files read, the number of all, and the bytes received so far.

    A file that can't be read (it is damaged, or the page lists it and it is not there) is `Unreadable`, for a `problem`
    with the rule `missing-file`, `unreachable`, `index-access`, `bad-archive` or `wrong-hash`. Files with
    identical metadata have one `CoreMetadata` object between them.

    Raises `IndexAccessError` if there is no such project or version (`unknown-release`), if nothing of it can be
    reached (`unreachable`), if the index may not be read (`index-access`), if what it answers is not the Simple API
    or pip's configuration does not give one (`bad-index`), or if the extra is not installed (`missing-extra`).
    """
    with _open(index_url) as (web, url):
        from abiding.artifacts.index import reading

        return reading.read_release(web, url, spec, progress)


def read_file(spec: str, index_url: str | None, choose: Callable[[Sequence[str]], str]) -> Artifact:
    """Read the metadata of one file of a release; `choose` is called with all names, and returns one.

    Raises what `read_release` raises, also for a file that can't be read, and what `choose` does.
    """
    with _open(index_url) as (web, url):
        from abiding.artifacts.index import reading

        return reading.read_file(web, url, spec, choose)


@contextmanager
def listings(index_url: str | None = None, keeping: Keeping | None = None) -> Iterator[Listings]:
    """Open an index to look up single wheels; `index_url` and exceptions are as for `read_release`.

    The directory and METADATA of each wheel are read by range requests, unless they are in `keeping`.
    """
    with _open(index_url) as (web, url):
        from abiding.artifacts.index.listing import Listings

        yield Listings(web, url, keeping)


@contextmanager
def _open(index_url: str | None) -> Iterator[tuple[Web, str]]:
    """Open a session with an index, and yield it with the URL. Raises what `read_release` raises."""
    from abiding.artifacts.index import settings

    # Querying pip takes as long as the imports, so both are done at once.
    with ThreadPoolExecutor(1, thread_name_prefix="abiding-pip") as pool:
        pip_settings = pool.submit(settings.of_pip)
        with needing("index", "reading from a package index"):
            from abiding.artifacts.index import listing, reading, web  # noqa: F401
        chosen = settings.IndexSettings.of(pip_settings.result(), index_url)
    with closing(web.Web(chosen)) as session:
        yield session, chosen.url
