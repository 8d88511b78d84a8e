"""The parts of a wheel's file name, with build number and variant label if it has them."""

from __future__ import annotations

from abiding.archives.names import WHEEL_ENDING, file_name
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

__all__ = ["NOT_A_NAME", "WheelName", "build_order"]


NOT_A_NAME = (
    "a wheel is called `name-version-python-abi-platform.whl`, with at most one build number behind the version, "
    "and one variant label at the end"
)
_PARTS = 5  # those that every wheel has


class WheelName(NamedTuple):
    """The parts of a file name as they are written; `build` and `label` are empty where it has none.

    The label is that of a variant wheel (PEP 825). `python`, `abi` and `platform` may each be several, joined by dots.
    """

    name: str
    version: str
    build: str
    python: str
    abi: str
    platform: str
    label: str

    @classmethod
    def split(cls, filename: str) -> WheelName | None:
        """Split a name; None if it is not that of a wheel. The parts are not checked.

        Folders before it are no part of it. Of six parts the third is a build number if it begins with a digit, else
        the last one is a label.
        """
        parts = file_name(filename).removesuffix(WHEEL_ENDING).split("-")
        more = len(parts) - _PARTS
        if not filename.endswith(WHEEL_ENDING) or not 0 <= more <= len(("build", "label")) or not all(parts):
            return None
        has_build = more > 0 and parts[2][0] in "0123456789"
        if more > has_build + 1:
            return None
        build = parts.pop(2) if has_build else ""
        label = parts.pop() if more > has_build else ""
        name, version, python, abi, platform = parts
        # The tag of a Python begins with a letter: two build numbers are not a label and odd tags.
        return None if label and not python[0].isalpha() else cls(name, version, build, python, abi, platform, label)

    def __str__(self) -> str:
        """Return the file name."""
        return "-".join(filter(None, self)) + WHEEL_ENDING

    @property
    def sets(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """The Pythons, the ABIs and the platforms."""
        return tuple(self.python.split(".")), tuple(self.abi.split(".")), tuple(self.platform.split("."))


_BUILD = pattern(r"([0-9]{1,1000})(\D.*|)")


def build_order(filename: str) -> tuple[int, str]:
    """Return the build number of a wheel, by which installers choose between equal tags; least if it has none."""
    split = WheelName.split(filename)
    number = _BUILD.fullmatch(split.build) if split else None
    return (int(number[1]), number[2]) if number else (-1, "")
