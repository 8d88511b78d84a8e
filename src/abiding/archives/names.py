"""What names say by themselves: normalised project names and extras, and kinds of files."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["ENDINGS", "SDIST_ENDINGS", "WHEEL_ENDING", "file_name", "kind_of", "normalised"]


WHEEL_ENDING = ".whl"
SDIST_ENDINGS = (".tar.gz", ".zip")
# Of what is taken for a distribution by its name.
ENDINGS = (WHEEL_ENDING, *SDIST_ENDINGS)
_BETWEEN = re.compile(r"[-_.]+")


def normalised(name: str) -> str:
    """Spell the name of a project or an extra in the one way of PEP 503, as `packaging` does, which imports slowly."""
    return _BETWEEN.sub("-", name).lower()


def file_name(place: str) -> str:
    """Return the name of a file without the folder, where a path or a URL says more than that."""
    return place.rpartition("/")[2]


def kind_of(filename: str) -> Literal["sdist", "wheel"]:
    """Return what kind of artifact a file is, of which it is known that it is one."""
    return "wheel" if filename.endswith(WHEEL_ENDING) else "sdist"
