"""The URL that the links of an HTML page are relative to, where pip and uv agree on it."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["Base"]


class Base:
    """The URL of a page until its first `<base>`, and the URL of that from there on.

    pip goes by the first `<base>` with a URL, wherever it stands; uv by the first `<base>`, if no link precedes it.
    Neither reads the links of a page with a relative one, since they don't join it with the URL of the page.
    """

    def __init__(self, page: str) -> None:
        self._url = page
        self._is_given = False
        self._follows_another = self._follows_link = False

    def take(self, href: str | None) -> None:
        """Take a `<base>`. Raises `ValueError` if a reader takes no link of the page, or others than another one."""
        if self._is_given:
            return
        if href is None:
            self._follows_another = True
            return
        self._is_given = True
        parts = urlsplit(href.strip())
        if not (parts.scheme and parts.netloc):
            raise ValueError(f"pip or uv reads no link: `<base>` has no absolute URL, but `{href}`")
        if self._follows_another or self._follows_link:
            raise ValueError("pip goes by its `<base>`, and uv does not: it is not the first, or follows a link")
        self._url = href.strip()

    def of_link(self) -> str:
        """Return the URL that the next link is relative to."""
        self._follows_link = True
        return self._url
