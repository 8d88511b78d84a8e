"""What an artifact says, made fit to be shown: it may say anything, in any characters."""

from __future__ import annotations

__all__ = ["visible"]


def __dir__() -> list[str]:
    return __all__


def visible(text: str) -> str:
    """The text with control characters and undecodable bytes spelled out, so that no terminal and no file trips."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)
