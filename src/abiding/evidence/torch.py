"""The functions of torch that a file uses, and the release that introduced each.

The table `tables/torch.json` lists the functions of torch's stable ABI by the first version that has them, with source
and date; `scripts/evidence torch` updates it. Any other use of torch needs the minor version of the build, which the
file does not record.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.evidence.interfaces import Interface, Kind, Module
from abiding.findings.errors import AbidingError
from abiding.findings.patterns import pattern
from abiding.findings.words import first_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["refine", "used"]


_MOST_NAMED = 3
# Torch's libraries themselves, of up to a gigabyte.
_OWN = pattern(r"(lib)?(torch|c10)(_\w+)?\.(so|dylib|dll)")
# Names of C++ that begin in one of torch's namespaces (Itanium's and Microsoft's mangling), and of its Python bindings.
_OTHERS = pattern(r"_Z(T[VISTC])?N?[KVrRO]*(2at|3c10|5torch|6caffe2)\d.*|\?.*@(at|c10|torch|caffe2)@@.*|THP[A-Z]\w*")


def refine(module: Module, contents: Callable[[], bytes]) -> Module:
    """Return the module with its torch interface, if it uses torch, and its symbols can be read.

    `contents` returns the file; its exceptions are passed on.
    """
    if not any(interface.kind is Kind.TORCH for interface in module.interfaces):
        return module
    rest = tuple(interface for interface in module.interfaces if interface.kind is not Kind.TORCH)
    if _OWN.match(module.file.rpartition("/")[2]):
        return module._replace(interfaces=rest)
    from abiding.native.reading import read_image, read_symbols

    data = contents()
    try:
        image = read_image(data, module.file)
        symbols = read_symbols(data, image) if image else None
    except AbidingError:  # reported elsewhere; without the extra, the version is reported as unknown
        return module
    imported = [name for some in symbols.imported.values() for name in some] if symbols else []
    by_symbols = used(imported)
    return module._replace(interfaces=(*rest, by_symbols) if by_symbols else rest)


def used(symbols: Iterable[str]) -> Interface | None:
    """Return the interface by the symbols that a file imports; None if none of them is torch's."""
    since = _table()
    symbols = sorted(symbols)
    stable = [name for name in symbols if name in since]
    others = [name for name in symbols if name not in since and _OTHERS.fullmatch(name)]
    if not stable and not others:
        return None
    floor = max((since[name] for name in stable), key=_number, default="")
    deciding = [name for name in stable if since[name] == floor]
    seen = first_of(deciding, _MOST_NAMED) if floor or not others else _CPLUSPLUS
    why = _WITHOUT_PROMISE if others else "" if floor else _BEFORE
    return Interface(Kind.TORCH, "torch", seen, floor=floor, unknown=why)


_CPLUSPLUS = "C++ interface of libtorch"
_WITHOUT_PROMISE = "it works with the minor version that it was built with, which the file does not say"
_BEFORE = "all that is used was there before torch 2.10, and since when is not known"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else ()


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    from importlib.resources import files

    text = files("abiding.evidence").joinpath("tables/torch.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(text)["functions"]
    return {name: version for version, names in table.items() for name in names}
