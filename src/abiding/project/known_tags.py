"""Whether a glob can match the tag of any wheel, by known Pythons, ABIs and platforms.

Newer versions and machines than those listed may exist, so only what is certain is reported.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

__all__ = ["can_match", "meant_by"]


# One character of those, or any number of them.
_Token = tuple[frozenset[str], bool]
_DIGITS = frozenset("0123456789")
_WORD = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz_")
_ALL = _WORD | {"-"}

# In these, `#` is a number and `*` any letters, digits and underscores.
_IMPLEMENTATIONS = ("cp", "pp", "py", "ip", "jy", "graalpy", "pyston", "rustpython", "micropython")
_PYTHONS = (*(f"{name}#" for name in _IMPLEMENTATIONS), "graalpy*", "pyston*")
_ABIS = ("none", "abi#*", *(f"{name}*" for name in ("pypy", *_IMPLEMENTATIONS)))
# By how a platform begins, how it may go on.
_LIBC = (
    *("x86_64", "i386", "i486", "i586", "i686", "aarch64", "aarch64_be", "arm", "armv#l", "armv#b", "armv#tel"),
    *("ppc", "ppc64", "ppc64le", "riscv#", "s390", "s390x", "loongarch#", "mips", "mipsel", "mips64", "mips64el"),
    *("alpha", "hppa", "ia64", "m68k", "parisc", "parisc64", "sh#", "sparc", "sparc64"),
)
_MACS = ("arm64", "x86_64", "universal2", "universal", "intel", "i386", "ppc", "ppc64", "fat", "fat3", "fat32", "fat64")
_PLATFORMS = {
    ("any", "win32", "win_amd64", "win_arm64", "win_arm32", "win_ia64"): ("",),
    ("manylinux1_", "manylinux2010_", "manylinux2014_", "manylinux_#_#_", "musllinux_#_#_"): _LIBC,
    ("macosx_#_#_",): _MACS,
    ("linux_", "android_#_", "ios_#_#_", "emscripten_", "pyodide_", "pyemscripten_", "wasi", "wasm"): ("*",),
    ("freebsd", "openbsd", "netbsd", "dragonfly", "midnightbsd", "sunos", "solaris", "aix", "hp_ux", "hpux", "haiku"): (
        "*",
    ),
    ("cygwin", "mingw", "msys", "gnu", "hurd", "os390", "zos", "qnx", "vxworks", "osf", "irix"): ("*",),
}


@cache
def can_match(glob: str) -> bool:
    """Return whether a glob may match a tag; it may unless it is certain that it can't."""
    if len(glob) > bounds.GLOB:
        return True
    tokens = tuple(_tokens(glob))
    places: AbstractSet[int] = {0}
    for part in (_PYTHONS, ("-",), _ABIS, ("-",)):
        places = _advance(tokens, places, part)
    ends: set[int] = set()
    for starts, machines in _PLATFORMS.items():
        ends |= _advance(tokens, _advance(tokens, places, starts), machines)
    return len(tokens) in ends


def _tokens(glob: str) -> Iterator[_Token]:
    for text in re.findall(r"\*+|\[!?\]?[^\]]*\]|.", glob, re.DOTALL):
        if text.startswith("*"):
            yield _ALL, True
        else:
            yield frozenset(character for character in _ALL if fnmatchcase(character, text)), False


@cache
def _of_family(family: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    for character in family:
        if character == "#":
            tokens += [(_DIGITS, False), (_DIGITS, True)]
        else:
            tokens.append((_WORD, True) if character == "*" else (frozenset(character), False))
    return tuple(tokens)


def _advance(tokens: tuple[_Token, ...], places: AbstractSet[int], families: Iterable[str]) -> set[int]:
    """Return how far a glob may have got, from some places in it, when one of the families has been gone through."""
    behind: set[int] = set()
    for family in families if places else ():
        at = _with_skipped(tokens, places)
        for characters, repeated in _of_family(family):
            step = _step(tokens, at, characters)
            if repeated:
                reached, new = set(at), step - at
                while new:
                    reached |= new
                    new = _step(tokens, new, characters) - reached
                step = reached
            at = step
        behind |= at
    return behind


def _step(tokens: tuple[_Token, ...], places: AbstractSet[int], characters: frozenset[str]) -> set[int]:
    after = {
        place if tokens[place][1] else place + 1
        for place in places
        if place < len(tokens) and tokens[place][0] & characters
    }
    return _with_skipped(tokens, after)


def _with_skipped(tokens: tuple[_Token, ...], places: AbstractSet[int]) -> set[int]:
    """Add the places behind a `*`, which may stand for nothing."""
    reached = set(places)
    for start in places:
        place = start
        while place < len(tokens) and tokens[place][1]:
            place += 1
            reached.add(place)
    return reached


# What people write, and what the tag has; each as a regular expression.
_SLIPS = (
    (r"(?<=win)-(?=amd|arm)", "_"),
    (r"x86-64", "x86_64"),
    (r"win(?:dows)?[-_]?(?:x86[-_]64|x64|64)$", "win_amd64"),
    (r"win(?:dows)?[-_](?:x86|32|i[36]86)$", "win32"),
    (r"win(?:dows)?[-_](?:aarch64)$", "win_arm64"),
    (r"win(?:dows)?[-_]?(?=amd|arm)", "win_"),
    (r"windows", "win"),
    (r"\bamd64", "win_amd64"),
    (r"(?<=win)-", "_"),
    (r"(?:darwin|mac_?os(?!x)|mac_os_x|\bosx)", "macosx"),
    (r"\bmusl(?:inux)?(?=[-_*])", "musllinux"),
    (r"(?<=linux)-", "_"),
    (r"(?<=macosx)-", "_"),
    (r"(?<=\d)-(?=\d)", "_"),
    (r"(?<=[\d*])-(?=(?:x86|aarch|arm|amd|i686|ppc|s390|riscv|universal)[^-]*$)", "_"),
    (r"aarch64", "arm64"),
    (r"arm64", "aarch64"),
    (r"(?:amd64|x64)", "x86_64"),
    (r"\bcpython_?(?=\d|[*?\[])", "cp"),
    (r"^python_?(?=\d|[*?\[])", "py"),
    (r"^pypy_?(?=\d|[*?\[])", "pp"),
    (r"$", "*"),
    (r"^", "*-"),
)
_AT_ONCE = 3


def meant_by(glob: str) -> str:
    """Return the glob that is probably meant by one that can't match; empty if none is known."""
    plain = glob.lower()
    if can_match(plain):
        return plain
    for number in range(1, _AT_ONCE + 1):
        for slips in combinations(_SLIPS, number):
            candidate = plain
            for slip, right in slips:
                candidate = re.sub(slip, right, candidate)
            if can_match(candidate):
                return candidate
    return ""
