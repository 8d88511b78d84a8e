"""The pages that explain rules and terms, as Markdown files; the documentation includes them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

__all__ = ["meaning", "page", "rules", "summary", "terms"]


# Each has the name of its rule, one line that says what is wrong, how it is found, then five headings.
_PAGES = files("abiding") / "explanations"
# These have no headings, and one line that says what the word is about.
_TERMS = _PAGES / "terms"


@lru_cache
def rules() -> tuple[str, ...]:
    """Return the names of all rules, in order of the alphabet."""
    return tuple(sorted(file.name.removesuffix(".md") for file in _PAGES.iterdir() if file.name.endswith(".md")))


@lru_cache
def terms() -> tuple[str, ...]:
    """Return the words of the reports that have a page, in order of the alphabet."""
    return tuple(sorted(file.name.removesuffix(".md") for file in _TERMS.iterdir()))


def page(name: str) -> str:
    """Return the page of a rule or a word, as Markdown. Raises `FileNotFoundError` if there is none."""
    folder = _TERMS if name in terms() else _PAGES
    return (folder / f"{name}.md").read_text("utf-8")


def summary(name: str) -> str:
    """Return the one-line description of a rule or term: the paragraph below the title of its page."""
    return page(name).split("\n\n")[1]


def meaning(rule: str) -> str:
    """Return the description of a rule in some sentences: the text below the first heading of its page."""
    section = page(rule).split("\n## ")[1].partition("\n")[2]
    return " ".join(section.split())
