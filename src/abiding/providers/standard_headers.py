"""Headers of the C++ standard library that headers include; parsing these takes the most time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["include_lines", "standard_headers"]

_INCLUDE = pattern(
    rb"#[ \t]*include[ \t]*<("
    rb"algorithm|any|array|atomic|bitset|cassert|cctype|cerrno|cfloat|charconv|chrono|cinttypes|"
    rb"climits|cmath|complex|condition_variable|cstdarg|cstddef|cstdint|cstdio|cstdlib|cstring|"
    rb"ctime|cwchar|deque|exception|forward_list|fstream|functional|future|initializer_list|"
    rb"iomanip|ios|iosfwd|iostream|istream|iterator|limits|list|locale|map|memory|mutex|new|"
    rb"numeric|optional|ostream|queue|random|ratio|set|shared_mutex|sstream|stack|stdexcept|"
    rb"streambuf|string|string_view|system_error|thread|tuple|type_traits|typeindex|typeinfo|"
    rb"unordered_map|unordered_set|utility|valarray|variant|vector"
    rb")>"
)
# Macros that affect headers of the standard library included later.
_SETTING = pattern(rb"#[ \t]*(?:define|undef)[ \t]+(?:_GLIBCXX_|_LIBCPP_|_FILE_OFFSET_BITS|_TIME_BITS|NDEBUG|assert\b)")


def standard_headers(text: bytes) -> set[str]:
    """Return the headers of the standard library that a header includes."""
    return {name.decode() for name in _INCLUDE.findall(text)}


def include_lines(texts: Iterable[bytes]) -> str:
    """Return lines that include all of these for some headers; empty if a macro of theirs may affect them."""
    headers: set[str] = set()
    for text in texts:
        if _SETTING.search(text):
            return ""
        headers |= standard_headers(text)
    return "".join(f"#include <{name}>\n" for name in sorted(headers))
