"""Which distributions have a module of a given name.

Most distributions have the name of their module. The table lists the others, and modules that several distributions
have, of which only one can be installed; a requirement on any of these is one on the module.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Owned", "owner_of"]


class Owned(NamedTuple):
    """A package of another distribution: its name, and the distributions that may have it, or none if unknown."""

    package: str
    distributions: tuple[str, ...]

    @property
    def distribution(self) -> str:
        """The distribution that has it; empty if unknown, or if there are several."""
        return self.distributions[0] if len(self.distributions) == 1 else ""

    def is_among(self, required: Iterable[str]) -> bool:
        """Return whether one of these distributions has it, or has a name that shows that it does."""
        known = {*map(_fold, self.distributions)}
        called = "|".join(re.escape(_fold(name)) for name in (self.package, self.package.partition(".")[0]))
        spelled = re.compile(f"(py|python)?({called}){_VARIANT}?")
        return any(name in known or spelled.fullmatch(name) for name in map(_fold, required))


def owner_of(module: str) -> Owned | None:
    """Return the owner of a module, by its full name; None if it is Python's own, or the name does not tell."""
    parts = module.split(".")
    if parts[0] in sys.stdlib_module_names or parts[0].startswith("_"):
        return None
    packages = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    owned = next((package for package in packages if package in _OWNERS), None)
    return Owned(owned, _OWNERS[owned]) if owned else Owned(parts[0], ())


# Suffixes that turn the name of a module into that of a distribution.
_VARIANT = r"(py|python|ce|cpu|gpu|headless|cu\d+|cuda\d+x)"


def _fold(name: str) -> str:
    return re.sub(r"[-_.]+", "", name).lower()


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name.lower(),) for name in names}


_OWNERS = {
    **_same("astropy", "greenlet", "gevent", "h5py", "kiwisolver", "lxml", "mpi4py", "numba", "numpy", "pandas"),
    **_same("pyarrow", "scipy", "shapely", "spacy", "thinc", "torch"),
    "OpenGL": ("pyopengl",),
    "PIL": ("pillow", "pillow-simd"),
    "PyQt5.sip": ("pyqt5-sip",),
    "PyQt6.sip": ("pyqt6-sip",),
    "bson": ("pymongo",),
    "cairo": ("pycairo",),
    "cupy": ("cupy", "cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x"),
    "cv2": ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"),
    "gi": ("pygobject",),
    "google.protobuf": ("protobuf",),
    "pygame": ("pygame", "pygame-ce"),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn",),
    "wx": ("wxpython",),
    "yaml": ("pyyaml",),
    "zmq": ("pyzmq",),
}
