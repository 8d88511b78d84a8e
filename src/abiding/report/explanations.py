"""The pages that explain rules: one Markdown file each, the same that the documentation shows."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

__all__ = ["meaning", "page", "rules", "summary"]


# Each has the name of its rule, one line that says what is wrong, how it is found, then five headings.
_PAGES = files("abiding") / "explanations"


@lru_cache
def rules() -> tuple[str, ...]:
    """The names of all rules, in order of the alphabet."""
    return tuple(sorted(file.name.removesuffix(".md") for file in _PAGES.iterdir() if file.name.endswith(".md")))


def page(rule: str) -> str:
    """The page of a rule, as Markdown. Raises `FileNotFoundError` if there is none."""
    return (_PAGES / f"{rule}.md").read_text("utf-8")


def summary(rule: str) -> str:
    """What the rule finds, in one line: the paragraph under the title of its page."""
    return page(rule).split("\n\n")[1]


def meaning(rule: str) -> str:
    """What the rule finds, in some sentences: what stands below the first heading of its page."""
    section = page(rule).split("\n## ")[1].partition("\n")[2]
    return " ".join(section.split())
