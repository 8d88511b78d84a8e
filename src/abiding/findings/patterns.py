"""Regular expressions that are compiled when they are first used.

A hook of a build imports many patterns and matches few of them; to compile them all would take it longer than the
work itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing import AnyStr

__all__ = ["pattern"]


def pattern(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern with the methods of one that `re.compile` returns. Every pattern of a module is made here."""
    return cast("re.Pattern[AnyStr]", _Pattern(expression, flags))


class _Pattern:
    def __init__(self, expression: str | bytes, flags: int) -> None:
        self.pattern = expression  # to have it compiles nothing, as patterns are parts of others
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (a method of a pattern)
        """Compile the pattern; it is asked for each method only once, and the next time it is an attribute."""
        if name.startswith("__"):  # of Python, which asks a copy for some before there is anything in it
            raise AttributeError(name)
        value = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, value)
        return value
