"""Python files as text: their code without what never runs, and patterns for what is looked for in it.

They are not run, and not parsed, since some are written for another Python. So a match is a sign and no proof, and code
gets the benefit of the doubt where a file name can't be told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ADDS", "IMPORT", "LITERAL", "OPENS", "STRING", "code", "strings"]

# Functions that open a library, and the one that adds a folder to those that Windows searches.
OPENS = r"CDLL|PyDLL|WinDLL|OleDLL|LoadLibrary\w*|load_library|dlopen"
ADDS = "add_dll_directory"
# A string in one line. Possessive, so that no text is read twice.
LITERAL = r"""'([^'\\\n]*+(?:\\.[^'\\\n]*+)*+)'|"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)\""""
STRING = pattern(LITERAL)
# In a possessive group nothing may fail after a lookahead or a repetition: Pythons before 3.11.5 go on from there.
_IN_MANY_LINES = r"[^{q}\\]++|\\.|{q}[^{q}\\]|{q}\\.|{q}{q}[^{q}\\]|{q}{q}\\."
_MANY_LINES = "|".join(rf"(?s:{q}{{3}}(?:{_IN_MANY_LINES.format(q=q)})*+(?:{q}{{3}}|{q}{{0,2}}\Z))" for q in "'\"")
_NO_CODE = pattern(rf"({_MANY_LINES}|#[^\n]*+)|{LITERAL}")
# A block for type checkers: the rest of the line, or the indented lines below. These are bounded, because a group that
# backtracks remembers each of them.
_NOT_RUN = pattern(
    r"^([ \t]{0,80})if[ \t]+(?:\w{1,20}\.)?TYPE_CHECKING[ \t]*:[ \t]*+"
    r"(?:[^\s][^\n]*+|(?:\n(?:\1[ \t]++[^\n]*+|(?=\n))){0,5000})",
    re.MULTILINE,
)
# The indentation, then `from X import NAMES` or `import MODULES`.
IMPORT = pattern(
    r"^([ \t]*)(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]{0,4000}\)|[^\n;]{0,2000})|import[ \t]+([^\n;]{1,1000}))",
    re.MULTILINE,
)


def code(text: str) -> str:
    """Return the text without comments, triple-quoted strings, and blocks for type checkers."""
    return _NOT_RUN.sub("", _NO_CODE.sub(lambda match: "" if match[1] else match[0], _without_patches(text)))


def _without_patches(text: str) -> str:
    """Return the text with the patch of delvewheel as the one call that it makes: it adds the folder of its copies."""
    first, *parts = text.split("# start delvewheel patch")
    return "".join([first, *map(_as_one_call, parts)])


def _as_one_call(text: str) -> str:
    patch, end, rest = text.partition("# end delvewheel patch")
    return f"{ADDS}({_COPIED_INTO.findall(patch)[:1]}){rest}" if end else text


_COPIED_INTO = pattern(r"'([^'\n]{1,200}\.libs)'")


def strings(text: str) -> Iterator[str]:
    """Yield the strings in one line that a text contains."""
    return (double or single for double, single in STRING.findall(text))
