"""The URL that the links of an HTML page are relative to, where pip and uv agree on it."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["Base"]


class Base:
    """That of the page, or of its first `<base>`: pip takes the first that has one, uv the first if it precedes links.

    Neither reads a page with a relative one: they join it with nothing.
    """

    def __init__(self, page: str) -> None:
        self._url = page
        self._is_said = self._is_used = self._is_left_out = False

    def take(self, href: str | None) -> None:
        """Take a `<base>`. Raises `ValueError` if a reader takes no link of the page, or others than another one."""
        if href is None:
            self._is_left_out = self._is_left_out or not self._is_said
            return
        if self._is_said:
            return
        self._is_said = True
        parts = urlsplit(href.strip())
        if not (parts.scheme and parts.netloc):
            raise ValueError(f"pip or uv reads no link: `<base>` has no absolute URL, but `{href}`")
        if self._is_used or self._is_left_out:
            raise ValueError("pip goes by its `<base>`, and uv does not: it is not the first, or follows a link")
        self._url = href.strip()

    def of_link(self) -> str:
        """Return the URL that the next link is relative to."""
        self._is_used = True
        return self._url
