"""Interfaces: what compiled code uses of another distribution at run time, and the versions that fit.

What is not known is left empty, and `unknown` gives the reason. Nothing is guessed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.evidence.module_owners import owner_of
from abiding.findings.named_tuple import NamedTuple
from abiding.native.names import module_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.evidence.texts import Texts

__all__ = ["Interface", "Kind", "Module", "interfaces_of"]


class Kind(StrEnum):
    """The kinds of interfaces."""

    NUMPY = "numpy"
    CAPSULE = "capsule"
    CIMPORT = "cimport"
    STABLE_ABI = "stable-abi"
    TORCH = "torch"
    PYBIND11 = "pybind11"
    NANOBIND = "nanobind"
    DLOPEN = "dlopen"


class Interface(NamedTuple):
    """One interface of one file.

    `distribution` is the normalised name of the one whose versions matter, or empty; `floor` is the lowest version that
    the file accepts and `ceiling` the first that it refuses, each empty if there is none, or it is unknown. `seen` is
    what was read in the file, `unknown` why the range is unknown. `recorded` is whether this is only in the build
    record, and no longer in the file.
    """

    kind: Kind
    distribution: str
    seen: str
    floor: str = ""
    ceiling: str = ""
    unknown: str = ""
    recorded: bool = False

    @property
    def refuses(self) -> bool:
        """Whether it is known to refuse any version."""
        return bool(self.floor or self.ceiling)

    @property
    def bound(self) -> str:
        """The requirement for it; empty if there is none."""
        clauses = (f">={self.floor}" if self.floor else "", f"<{self.ceiling}" if self.ceiling else "")
        return self.distribution + ",".join(filter(None, clauses)) if self.refuses else ""


def merged(interfaces: Sequence[Interface]) -> Interface:
    """Return the first interface with the bounds of all of them, of one distribution."""
    from packaging.version import Version

    floor = max((each.floor for each in interfaces if each.floor), key=Version, default="")
    ceiling = min((each.ceiling for each in interfaces if each.ceiling), key=Version, default="")
    return interfaces[0]._replace(floor=floor, ceiling=ceiling)


class Module(NamedTuple):
    """One compiled file, by its place below site-packages, and its interfaces."""

    file: str
    interfaces: tuple[Interface, ...]

    @property
    def name(self) -> str:
        """The module name; the place, if it is a library."""
        return module_name(self.file) or self.file


def interfaces_of(texts: Texts) -> tuple[Interface, ...]:
    """Return the interfaces that the texts of a file show."""
    modules = ((Kind.CAPSULE, texts.capsules), (Kind.CIMPORT, texts.cimported))
    interfaces = [*_numpy(texts), *(interface for each in modules for interface in _of_modules(*each))]
    interfaces += [Interface(Kind.PYBIND11, "", text) for text in sorted(texts.pybind11)]
    interfaces += [Interface(Kind.NANOBIND, "", text) for text in sorted(texts.identities) if texts.nanobind]
    interfaces += [Interface(Kind.TORCH, "torch", "libtorch", unknown=_SYMBOLS)] if texts.torch else []
    interfaces += [Interface(Kind.DLOPEN, "", text) for text in sorted(texts.dlopen)]
    return tuple(interfaces)


_SYMBOLS = "which of its functions are used is read with the extra `native`"
# As in the files, with placeholders that are filled at import.
_OLD = "module compiled against API version … but this version of numpy is …"
_NEW = "compiled against NumPy C-API version … (NumPy {})"
OLD_CYTHON = "numpy.core.multiarray failed to import"


def _numpy(texts: Texts) -> Iterator[Interface]:
    readable = [target for target in texts.targets if target[0].isdigit()]
    if readable and len(readable) == len(texts.targets):
        floor = max(readable, key=lambda text: tuple(map(int, text.split("."))))
        yield Interface(Kind.NUMPY, "numpy", _NEW.format(floor), floor=floor)
    elif "2" in texts.headers or texts.targets:
        why = "headers of numpy 2 or later, and the text that names the least version can't be read"
        yield Interface(Kind.NUMPY, "numpy", "numpy._core._multiarray_umath", unknown=why)
    elif "1" in texts.headers and texts.old_check:
        why = "headers of numpy 1 don't say the least version"
        yield Interface(Kind.NUMPY, "numpy", _OLD, ceiling="2", unknown=why)
    elif texts.of_old_cython:
        why = "what Cython made of numpy 1 does not say the least version"
        yield Interface(Kind.NUMPY, "numpy", OLD_CYTHON, ceiling="2", unknown=why)
    elif texts.array_api:
        why = "the file asks for the C API by code of its own, which says no version"
        yield Interface(Kind.NUMPY, "numpy", "_ARRAY_API", unknown=why)
    elif texts.numpy_types:
        why = "Cython compares the sizes of numpy's types with those of the headers, which say no version"
        yield Interface(Kind.NUMPY, "numpy", "size changed, may indicate binary incompatibility", unknown=why)


def _of_modules(kind: Kind, names: Iterable[str]) -> Iterator[Interface]:
    """Yield interfaces of modules, by their names or those of capsules in them, without Python's own."""
    for name in sorted(names):
        owned = owner_of(name)
        if owned:
            why = _WHOSE.format(owned.package) if not owned.distribution else _NO_VERSION
            yield Interface(kind, owned.distribution, name, unknown=why)


_NO_VERSION = "the file does not say of which versions"
_WHOSE = "several distributions may have `{}`, or one that is not known"
