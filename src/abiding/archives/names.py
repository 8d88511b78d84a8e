"""What names say by themselves: normalised project names and extras, and kinds of files."""

from __future__ import annotations

from typing import Literal

from abiding.findings.patterns import pattern

__all__ = ["ENDINGS", "SDIST_ENDINGS", "WHEEL_ENDING", "file_name", "kind_of", "normalised"]


WHEEL_ENDING = ".whl"
SDIST_ENDINGS = (".tar.gz", ".zip")
# Of what is taken for a distribution by its name.
ENDINGS = (WHEEL_ENDING, *SDIST_ENDINGS)
_BETWEEN = pattern(r"[-_.]+")


def normalised(name: str) -> str:
    """Normalise the name of a project or an extra (PEP 503), as `packaging` does, which is slow to import."""
    return _BETWEEN.sub("-", name).lower()


def file_name(place: str) -> str:
    """Return the file name of a path or a URL."""
    return place.rpartition("/")[2]


def kind_of(filename: str) -> Literal["sdist", "wheel"]:
    """Return the kind of an artifact, by its name."""
    return "wheel" if filename.endswith(WHEEL_ENDING) else "sdist"
