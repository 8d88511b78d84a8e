"""Releases for the screens of `abiding check`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from abiding.artifacts.artifact import Artifact
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject
from makers.archives import metadata, wheel_name
from makers.releases import PYPROJECT, SAID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


NUMPY, EGG, WINDOWS = (f"Requires-Dist: {line}" for line in ("numpy>=1.26", "egg", "pywin32 ; os_name == 'nt'"))


def sdist(*lines: str, level: str = "2.4", pyproject: str = "", name: str = "spam") -> Artifact:
    table = Pyproject.parse(pyproject) if pyproject else None
    return Artifact(f"{name}-1.0.tar.gz", "sdist", name, "1.0", parsed(*lines, level=level, name=name), table)


def wheels(
    pythons: Iterable[str], platform: str, *lines: str, level: str = "2.4", name: str = "spam"
) -> list[Artifact]:
    data = parsed(*lines, level=level, name=name)
    tags = [f"{one.removesuffix('t')}-{one}-{platform}" for one in pythons]
    return [Artifact(wheel_name(tag, name=name), "wheel", name, "1.0", data) for tag in tags]


def parsed(*lines: str, level: str, name: str) -> CoreMetadata:
    return CoreMetadata.parse(metadata(*lines, level=level, name=name), "METADATA")


PYTHONS = [f"cp3{minor}" for minor in range(9, 15)]
LINUX, MAC, WIN = "manylinux_2_28_x86_64", "macosx_11_0_arm64", "win_amd64"


def eight_and_seven() -> list[Artifact]:
    """Eight wheels require something more, seven another thing; six are right."""
    return [
        sdist(NUMPY),
        *wheels([*PYTHONS, "cp313t", "cp314t"], LINUX, NUMPY, EGG),
        *wheels([*PYTHONS, "cp314t"], WIN, NUMPY, WINDOWS),
        *wheels(PYTHONS, MAC, NUMPY),
    ]


def licences() -> list[Artifact]:
    """Wheels that say more about licences, as those do that bundle libraries; the sdist binds nobody."""
    one = "License: BSD 3-Clause"
    two = "\n        ".join([one, "", *(f"Line {number} of another licence" for number in range(40))])
    old = partial(wheels, PYTHONS, level="2.1")
    return [sdist(NUMPY, one, level="2.1"), *old(LINUX, NUMPY, two), *old(MAC, NUMPY, two), *old(WIN, NUMPY, one)]


def declared() -> list[Artifact]:
    """Everything is as declared."""
    more = ["Requires-Dist: libgmp==6.3.0"]
    return [
        Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", CoreMetadata.parse(SAID, "PKG-INFO"), Pyproject.parse(PYPROJECT)),
        *wheels(PYTHONS, LINUX, NUMPY, *more),
        *wheels(PYTHONS, WIN, NUMPY, *more),
    ]  # fmt: skip


def without_sdist() -> list[Artifact]:
    """As torch does it: what one platform needs is said by its wheels alone, and long."""
    marker = 'platform_system == "Linux" and platform_machine == "x86_64"'
    cuda = [f"Requires-Dist: nvidia-cuda-{one}-cu11 (==11.7.99) ; {marker}" for one in "abcdefgh"]
    old = partial(wheels, PYTHONS, level="2.1")
    return [*old(LINUX, EGG, *cuda), *old(MAC, EGG), *old(WIN, "Requires-Dist:  egg")]


def two_releases() -> list[Artifact]:
    """What a table is for."""
    return [*eight_and_seven(), sdist(EGG, name="ham"), *wheels(PYTHONS, LINUX, EGG, name="ham")]


RELEASES: dict[str, Callable[[], list[Artifact]]] = {
    "eight-and-seven": eight_and_seven,
    "licences": licences,
    "declared": declared,
    "without-sdist": without_sdist,
    "two-releases": two_releases,
}
