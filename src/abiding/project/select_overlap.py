"""Which wheels several globs select together, and the environments in which they can be installed.

Two lines with different globs can be in the same wheel if some tag matches both. Such a tag is looked for among those
that wheels have; one tag stands for all that the same globs match.
"""

from __future__ import annotations

import functools
import re
from fnmatch import translate
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.environments import Environments, Question, QuestionKind, UndecidedError
from abiding.metadata.exclusions import installable, only_if
from abiding.metadata.platform_tag import PlatformTag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["KindsOfWheel"]


Globs = tuple[str, ...]


class KindsOfWheel(NamedTuple):
    """Wheels in classes that globs distinguish: a tag for each class, and the environments of its wheels.

    `selecting` are the environments for each tuple of globs, `within` those of any wheel.
    """

    kinds: Mapping[str, Environments]
    selecting: Mapping[Globs, Environments]

    @classmethod
    def of(cls, selects: Iterable[Globs]) -> KindsOfWheel:
        """Divide wheels into classes by which of these globs match them."""
        distinct = list(dict.fromkeys(filter(None, selects)))[: bounds.SELECTS]
        matches = {globs: [re.compile(translate(glob)).match for glob in globs] for globs in distinct}
        alike: dict[tuple[Globs, ...], list[str]] = {}
        for tags in _wheels() if distinct else ():
            fitting = tuple(globs for globs in distinct if any(match(tag) for match in matches[globs] for tag in tags))
            alike.setdefault(fitting, []).append(tags[0])
        selecting = {}
        for globs in distinct:
            examples = [tags[0] for fitting, tags in alike.items() if globs in fitting]
            # Globs that match no known wheel overlap only with themselves.
            selecting[globs] = (
                functools.reduce(Environments.__or__, map(_is, examples)) if examples else only_if("select", *globs)
            )
        return cls({tags[0]: _installable(tags) for tags in alike.values()}, selecting)

    def selected(self, globs: Globs) -> Environments:
        """Return the environments of wheels that one of the globs matches; all environments without globs."""
        if not globs:
            return Environments.all()
        return self.selecting.get(globs) or only_if("select", *globs)

    @property
    def within(self) -> Environments:
        """The environments in which any wheel can be installed."""
        environments = ~Environments.all()
        try:
            for tag, where in self.kinds.items():
                environments |= _is(tag) & where
        except UndecidedError:
            return Environments.all()
        return environments if self.kinds else Environments.all()

    def example(self, where: Iterable[Environments]) -> str:
        """Return the tag of a wheel that all of these select in some environment; empty if any wheel would do."""
        parts = list(where)
        for tag in self.kinds:
            together = _is(tag)
            try:
                for part in parts:
                    together &= part
            except UndecidedError:
                continue
            if together.branch is not False:
                return (
                    tag if any(_is(tag).lies_within(environments) for environments in self.selecting.values()) else ""
                )
        return ""


def _is(tag: str) -> Environments:
    return Environments.where(Question("wheel", "wheel", QuestionKind.IS, (tag,)))


def _installable(tags: Iterable[str]) -> Environments:
    """Return where wheels with some of these tags can be installed."""
    alike: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for tag in tags:
        python, _, platform = tag.rpartition("-")
        read = PlatformTag.read(platform)
        alike.setdefault((python, read.system, read.machines), tag)
    return installable("", alike.values())


_VERSIONS = (*range(13, 7, -1), 14, 15)
_PYTHONS = (
    *((f"cp3{minor}-cp3{minor}",) for minor in _VERSIONS),
    *((f"cp3{minor}-cp3{minor}t",) for minor in _VERSIONS if minor >= 13),  # noqa: PLR2004 (the first such Python)
    *((f"cp3{minor}-abi3",) for minor in range(2, 16)),
    ("cp315-abi3t",),
    ("cp315-abi3", "cp315-abi3t"),
    *((f"pp3{minor}-pypy3{minor}_pp73",) for minor in range(8, 12)),
    ("graalpy311-graalpy242_311_native",),
    ("graalpy312-graalpy250_312_native",),
    *((f"{start}3{minor}-none",) for start in ("cp", "py") for minor in _VERSIONS),
    ("py3-none",),
    ("py2-none", "py3-none"),
)
# The best-known tags come first, and stand for similar ones.
_MACHINES = ("x86_64", "aarch64", "armv7l", "i686", "ppc64le", "riscv64", "s390x")
_GLIBC = (28, 17, *(minor for minor in range(5, 43) if minor not in (17, 28)))
_OLD_MANYLINUX = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
_MACOS = (*(f"{major}_0" for major in (*range(11, 16), 26)), *(f"10_{minor}" for minor in range(6, 16)))
_PLATFORMS = (
    *((f"manylinux_2_{minor}_{machine}",) for machine in _MACHINES for minor in _GLIBC),
    *(
        (f"manylinux_2_{minor}_{machine}", f"{old}_{machine}")
        for machine in _MACHINES
        for minor, old in _OLD_MANYLINUX.items()
    ),
    *((f"{old}_{machine}",) for machine in _MACHINES for old in _OLD_MANYLINUX.values()),
    *((f"musllinux_1_{minor}_{machine}",) for machine in _MACHINES for minor in (2, 1)),
    *((f"linux_{machine}",) for machine in _MACHINES),
    *((f"macosx_{version}_{machine}",) for machine in ("arm64", "x86_64", "universal2") for version in _MACOS),
    *((platform,) for platform in ("win_amd64", "win32", "win_arm64", "android_21_arm64_v8a", "android_24_x86_64")),
    *(
        (platform,)
        for platform in ("ios_13_0_arm64_iphoneos", "ios_14_0_x86_64_iphonesimulator", "emscripten_4_0_9_wasm32")
    ),
    ("pyodide_2025_0_wasm32", "pyemscripten_2025_0_wasm32"),
    ("freebsd_14_2_release_amd64",),
    ("any",),
)


def _wheels() -> Iterator[tuple[str, ...]]:
    """Yield the tags of each wheel."""
    for pythons in _PYTHONS:
        for platforms in _PLATFORMS:
            if platforms != ("any",) or pythons[0].endswith("-none"):
                yield tuple(f"{python}-{platform}" for python in pythons for platform in platforms)
