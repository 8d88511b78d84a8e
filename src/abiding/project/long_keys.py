"""Reject dotted keys with very many parts, for which `tomllib` takes quadratic time."""

from __future__ import annotations

import re

from abiding.findings import bounds
from abiding.findings.patterns import pattern
from abiding.project.toml_errors import without_end

__all__ = ["hold_keys"]

# The tokens of TOML that matter here, as far as a text without mistakes has them; strings end as `tomllib` ends them.
_TOKEN = pattern(
    r'''[ \t]+|#[^\n]*|"""(?:[^\\]|\\.)*?""""{0,2}|\'\'\'.*?\'\'\'\'{0,2}'''
    r"""|(?P<part>[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*')|(?P<dot>\.)|(?P<unclosed>["'])|.""",
    re.DOTALL,
)


def hold_keys(text: str) -> None:
    """Raise `DeclarationError` if a key, or the head of a table, has more than `bounds.KEY_PARTS` parts."""
    parts, is_next = 0, True
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "unclosed":  # where tomllib ends too
            return
        if kind == "part":
            parts = parts + 1 if is_next else 1
            is_next = False
            if parts > bounds.KEY_PARTS:
                raise without_end(text, text.count("\n", 0, token.start()) + 1)
        elif kind == "dot":
            is_next = True
        elif not token[0].isspace() or "\n" in token[0]:
            parts, is_next = 0, False
