"""The exported symbols of a library, and those that a consumer uses, in Debian's notation `NAME@VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.native.images import Image, Symbols

__all__ = ["BASE", "Exports", "Imports", "is_of_toolchain", "missing_symbols"]


BASE = "Base"

# Symbols that compilers add to files: parts of libstdc++ and libgcc, runtimes, and marks of linkers.
_TOOLCHAIN = pattern(
    r"_Z(?:T[ISVTC]|GV|GR|GTt|T[hv]n?\d+_(?:n?\d+_)?)?Z*(?:N[VKRO]*)?"  # of C++ itself: tables, thunks, what is local
    r"(?:S[absiodt]|9__gnu_cxx|10__cxxabiv1|10__gnu_norm|11__gnu_debug|14__gnu_parallel)"
    r"|_Z(?:d[la]Pv|n[wa][jm])"  # operators new and delete
    r"|_ZT[IS](?:PK?)?D?[a-z]$"  # types that are no classes
    r"|__cxa_|__gxx_|_Unwind_|__gcc_|__gcov_|__llvm_|__(?:asan|ubsan|tsan|msan|lsan|sanitizer)_"
    r"|__aeabi_|__emutls_|__tls_get_addr|__stack_chk_|\.gomp_critical_user_|__dynamic_cast$|__once_proxy$"
    r"|__(?:u?(?:div|mod|divmod)|abs|add|sub|mul|neg|ashl|ashr|lshr|clz|clrsb|ctz|popcount|ffs|parity|cmp|ucmp|bswap)"
    r"[a-z]*[sdt]i\d?$"
    r"|__(?:add|sub|mul|div|neg|eq|ne|lt|le|gt|ge|unord|fix|fixuns|float|floatun|extend|trunc|powi)[hsdtx][fic]\w*$"
    r"|__(?:de)?register_frame(?:_|$)|__clear_cache$|__cpu_(?:indicator_init|model)|__enable_execute_stack$"
    r"|(?:__bss_(?:start|end)_*|_?_data_start|_edata|_end_*|_init|_fini|_DYNAMIC|_GLOBAL_OFFSET_TABLE_)$"
)


def is_of_toolchain(symbol: str) -> bool:
    """Return whether a symbol is added by compilers or linkers, and so does not belong to its library."""
    return bool(_TOOLCHAIN.match(symbol.partition("@")[0]))


class Exports(NamedTuple):
    """The name, the needs and the exports of one library."""

    name: str
    needs: tuple[str, ...]
    symbols: frozenset[str]

    @classmethod
    def of(cls, image: Image, symbols: Symbols) -> Exports:
        """Return the exports of an image."""
        with_version = {symbol.partition("@")[0] for symbol in symbols.versioned}
        base = {f"{name}@{BASE}" for name in symbols.exported - with_version}
        # Each version is also a symbol, which is not used.
        versioned = {symbol for symbol in symbols.versioned if symbol.partition("@")[0] != symbol.partition("@")[2]}
        return cls(image.name, image.needs, frozenset(base | versioned))


def missing_symbols(wanted: Iterable[str], libraries: Iterable[Exports]) -> frozenset[str]:
    """Return the symbols that a loader finds in none of some libraries.

    A symbol without version matches any version; a library without versions matches each.
    """
    left = set(wanted)
    for library in libraries:
        left -= library.symbols
        if not left:
            break
        names = {symbol.partition("@")[0] for symbol in library.symbols}
        plain = all(symbol.endswith(f"@{BASE}") for symbol in library.symbols)
        left = {
            symbol
            for symbol in left
            if symbol.partition("@")[0] not in names or not (plain or symbol.endswith(f"@{BASE}"))
        }
    return frozenset(left)


_CPLUSPLUS = pattern(r"_Z|__cxa_|__gxx_")


def _is_left_over(name: str, image: Image) -> bool:
    """Return whether a C++ symbol without version is from elsewhere than libstdc++, whose symbols have versions.

    librmm 26.10 takes `__cxa_call_terminate` of rapids-logger, which the libstdc++ of many a machine does not have.
    """
    linked = any(name.startswith("libstdc++.so.") for name in image.needs)
    return linked and bool(_CPLUSPLUS.match(name)) and is_of_toolchain(name)


class Imports(NamedTuple):
    """The symbols that files of a consumer use of the library with the name `library`.

    `bound` are symbols that certainly belong to it, `free` those that may belong to any library (ELF, without version);
    `weak` are symbols that may stay unresolved. `users` are the places of the files. `unsure` are free ones of C++ that
    the linker found elsewhere than in libstdc++, although that may have them on another machine. `sole` are free ones
    that only libraries of other distributions can have, among those that the file is linked with.
    """

    library: str
    bound: frozenset[str]
    free: frozenset[str]
    weak: frozenset[str] = frozenset()
    users: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()
    sole: frozenset[str] = frozenset()

    @classmethod
    def of(cls, image: Image, library: str, symbols: Symbols) -> Imports:
        """Return the imports of an image from a library."""
        strong, weak = (names.get(library, frozenset()) for names in (symbols.imported, symbols.weak))
        versions = symbols.versions.get(library, frozenset())
        with_version = {symbol.partition("@")[0] for symbol in versions}
        free = symbols.imported.get("", frozenset()) if library else frozenset()
        return cls(
            library,
            frozenset(symbol for symbol in versions if symbol.partition("@")[0] in strong)
            | frozenset(f"{name}@{BASE}" for name in strong - with_version),
            frozenset(f"{name}@{BASE}" for name in free),
            frozenset(symbol for symbol in versions if symbol.partition("@")[0] in weak)
            | frozenset(f"{name}@{BASE}" for name in (weak | symbols.weak.get("", frozenset())) - with_version),
            (image.place,),
            frozenset(f"{name}@{BASE}" for name in free if _is_left_over(name, image)),
        )

    def __or__(self, other: object) -> Imports:
        """Join the imports of two files from one library."""
        if not isinstance(other, Imports):
            return NotImplemented
        bound, weak = self.bound | other.bound, self.weak | other.weak
        users = tuple(dict.fromkeys((*self.users, *other.users)))
        free, unsure, sole = self.free | other.free, self.unsure | other.unsure, self.sole | other.sole
        return Imports(self.library, bound, free, weak, users, unsure, sole)
