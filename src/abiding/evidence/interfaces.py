"""Interfaces: what compiled code of one distribution uses of another's at run time, and which versions that admits.

What is not known is left empty, and `unknown` says why: nothing here is guessed.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from abiding.native.names import module_name

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    `distribution` is the normalised name of the one whose versions it is about, empty if of none; `floor` the least
    version that the file accepts and `ceiling` the first that it refuses, each empty if there is none or it is not
    known. `seen` is what was read in the file, `unknown` why a range is not known.
    """

    kind: Kind
    distribution: str
    seen: str
    floor: str = ""
    ceiling: str = ""
    unknown: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it is known to refuse any version."""
        return bool(self.floor or self.ceiling)

    @property
    def bound(self) -> str:
        """The requirement that follows from it; empty if none does."""
        clauses = (f">={self.floor}" if self.floor else "", f"<{self.ceiling}" if self.ceiling else "")
        return self.distribution + ",".join(filter(None, clauses)) if self.refuses else ""


class Module(NamedTuple):
    """One compiled file, by its place below site-packages, and its interfaces."""

    file: str
    interfaces: tuple[Interface, ...]

    @property
    def name(self) -> str:
        """The name that it is imported by; the place, if it is no module but a library."""
        return module_name(self.file) or self.file


def interfaces_of(texts: Texts) -> tuple[Interface, ...]:
    """What follows from the texts of a file."""
    found = [*_numpy(texts), *_capsules(texts)]
    found += [Interface(Kind.CIMPORT, _owner(one), one) for one in sorted(texts.cimported)]
    found += [Interface(Kind.PYBIND11, "", one) for one in sorted(texts.pybind11)]
    found += [Interface(Kind.NANOBIND, "", one) for one in sorted(texts.identities) if texts.nanobind]
    found += [Interface(Kind.DLOPEN, "", one) for one in sorted(texts.dlopen)]
    return tuple(found)


# As the files have them, but for what they fill in when they are imported.
_OLD = "module compiled against API version … but this version of numpy is …"
_NEW = "compiled against NumPy C-API version … (NumPy {})"


def _numpy(texts: Texts) -> Iterator[Interface]:
    readable = [one for one in texts.targets if one[0].isdigit()]
    if readable and len(readable) == len(texts.targets):
        floor = max(readable, key=lambda text: tuple(map(int, text.split("."))))
        yield Interface(Kind.NUMPY, "numpy", _NEW.format(floor), floor=floor)
    elif "2" in texts.headers or texts.targets:
        why = "headers of numpy 2 or later, and the text that names the least version can't be read"
        yield Interface(Kind.NUMPY, "numpy", "numpy._core._multiarray_umath", unknown=why)
    elif "1" in texts.headers and texts.old_check:
        why = "headers of numpy 1 don't say the least version"
        yield Interface(Kind.NUMPY, "numpy", _OLD, ceiling="2", unknown=why)
    elif texts.array_api:
        why = "the file asks for the C API by code of its own, which says no version"
        yield Interface(Kind.NUMPY, "numpy", "_ARRAY_API", unknown=why)
    elif texts.numpy_types:
        why = "Cython compares the sizes of numpy's types with those of the headers, which say no version"
        yield Interface(Kind.NUMPY, "numpy", "size changed, may indicate binary incompatibility", unknown=why)


def _capsules(texts: Texts) -> Iterator[Interface]:
    for name in sorted(texts.capsules):
        owner = _owner(name)
        if owner:
            yield Interface(Kind.CAPSULE, owner, name)


# Modules whose distribution is not called as they are.
_OWNERS = {
    "PyQt5.sip": "pyqt5-sip",
    "PyQt6.sip": "pyqt6-sip",
    "cairo": "pycairo",
    "cv2": "opencv-python",
    "gi": "pygobject",
    "lxml": "lxml",
}


def _owner(name: str) -> str:
    """The distribution that has a module, as far as that is known by its name; empty if it is Python's own."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top.startswith("_"):
        return ""
    of_table = _OWNERS.get(".".join(name.split(".")[:2])) or _OWNERS.get(top)
    return of_table or top.lower().replace("_", "-")
