"""The libraries that a platform tag promises on every machine.

Linux and Android: the policies of auditwheel (PEP 600, PEP 656, PEP 738); macOS and iOS: everything below /usr/lib and
/System; Windows: see `windows`. The machine that this runs on does not matter. On Emscripten no libraries are loaded by
name.
"""

from __future__ import annotations

import sysconfig
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.findings.errors import needing
from abiding.findings.patterns import pattern
from abiding.metadata.platform_tag import PlatformTag
from abiding.native import windows
from abiding.native.images import Format
from abiding.native.layout import SiteLayout
from abiding.native.machines import format_of, machines
from abiding.native.reading import WORK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditwheel.architecture import Architecture
    from auditwheel.policy import Policy
    from packaging.tags import Tag

__all__ = ["Floor", "Platform", "apart", "floors", "machine_of"]


_OLD_NAMES = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
_VERSIONED = pattern(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(.*)")
_LINUX = pattern(r"(?:many|musl)?linux[_\d]*?_((?:x86|ppc|[a-z])\w*)")
_LOADER = pattern(r"ld-linux.*|ld64\.so\.\d|ld-musl.*|linux-vdso.*")
# Libraries of the interpreter and the graphics driver, which no wheel can ship.
_PYTHON = pattern(r"libpython\d.*|(.*/)?Python\.framework/.*|@rpath/Python3?|libpypy.*")
# Names that stand for musl's loader itself.
_MUSL = frozenset(f"lib{name}.so" for name in ("c", "pthread", "rt", "m", "dl", "util", "xnet"))
_DRIVER = frozenset({
    "libcuda.so.1", "libnvidia-ml.so.1", "libnvcuvid.so.1", "libnvidia-encode.so.1", "libnvidia-opticalflow.so.1",
    "nvcuda.dll", "nvml.dll", "nvcuvid.dll", "nvencodeapi64.dll", "nvofapi64.dll",
})  # fmt: skip
_MACOS = ("/usr/lib/", "/System/")
_FIRST_ANDROID, _LAST_ANDROID = 21, 99


@dataclass(frozen=True, slots=True)
class Floor:
    """The oldest platform that one kind of tag claims: `("manylinux", "x86_64")` and its version, `(2, 17)`."""

    kind: tuple[str, str]
    version: tuple[int, int]

    def __str__(self) -> str:
        return "{}_{}_{}_{}".format(self.kind[0], *self.version, self.kind[1])


def floors(platforms: Iterable[str]) -> dict[tuple[str, str], Floor]:
    """Return the oldest version of each kind among platform tags; `linux_*`, `win_*` and `any` have none."""
    oldest: dict[tuple[str, str], Floor] = {}
    for platform in platforms:
        name, _, rest = platform.partition("_")
        matched = _VERSIONED.fullmatch(f"{_OLD_NAMES[name]}_{rest}" if name in _OLD_NAMES else platform)
        if matched:
            kind = (matched[1], matched[4])
            floor = Floor(kind, (int(matched[2]), int(matched[3])))
            oldest[kind] = min(floor, oldest.get(kind, floor), key=lambda candidate: candidate.version)
    return oldest


def machine_of(tags: Iterable[Tag]) -> str:
    """Return the one kind of Mac that tags are for, as files may be for several; empty for several kinds, or none."""
    platforms = {tag.platform for tag in tags}
    macs = {machine for platform in platforms for machine in machines(platform)}
    mac = all(PlatformTag.read(platform).family == "macosx" for platform in platforms)
    return macs.pop() if mac and len(macs) == 1 else ""


def apart(tags: frozenset[Tag]) -> tuple[frozenset[Tag], ...]:
    """Divide the tags of a wheel by kind of Mac; other tags stay in one set."""
    from packaging.tags import Tag

    if not all(PlatformTag.read(tag.platform).family == "macosx" for tag in tags):
        return (tags,)
    by_platform: dict[str, set[Tag]] = {}
    for tag in tags:
        version = tag.platform.removesuffix(PlatformTag.read(tag.platform).machine)
        for machine in machines(tag.platform):
            by_platform.setdefault(machine, set()).add(Tag(tag.interpreter, tag.abi, f"{version}{machine}"))
    return tuple(frozenset(by_platform[machine]) for machine in sorted(by_platform))


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform of a wheel, by its tags; `musl` is its C library.

    `finished` is whether the tags are final, so that no repair is still to come. `layout` is where site-packages is.
    `format` is that of the images that its loader loads; None if the wheel is for any platform, or for one without
    shared libraries.
    """

    tags: frozenset[Tag]
    format: Format | None
    elf: frozenset[str]
    pe: frozenset[str]
    finished: bool
    musl: bool = False
    layout: SiteLayout = field(default_factory=SiteLayout)

    @classmethod
    def of(cls, tags: Iterable[Tag]) -> Platform:
        """Look up what the tags promise. Raises `AbidingError` (`missing-extra`)."""
        tags = frozenset(tags)
        platforms = {tag.platform for tag in tags}
        format_ = next(filter(None, map(format_of, sorted(platforms))), None)
        with needing("native", WORK):
            return cls(
                tags,
                format_,
                _elf_libraries(platforms) if format_ is Format.ELF else frozenset(),
                windows.libraries(tags) if format_ is Format.PE else frozenset(),
                finished=not platforms or not all(map(_awaits_repair, platforms)),
                musl=any(_is_musl(platform) for platform in platforms),
                layout=SiteLayout.of_tags(tags),
            )

    @property
    def machine(self) -> str:
        """The machine that counts in files for several; see `machine_of`."""
        return machine_of(self.tags)

    @property
    def floors(self) -> dict[tuple[str, str], Floor]:
        """The oldest platforms that the tags claim."""
        return floors(tag.platform for tag in self.tags)

    def has(self, library: str, format_: Format) -> bool:
        """Return whether the platform, the interpreter or a driver has the library of this name."""
        if format_ is Format.PE:
            library = library.lower()  # Windows knows no other
        if _PYTHON.fullmatch(library) or library in _DRIVER:
            return True
        match format_:
            case Format.ELF:
                own = self.musl and library in _MUSL
                return own or library in self.elf or bool(_LOADER.fullmatch(library))
            case Format.MACH_O:
                return library.startswith(_MACOS)
            case Format.PE:
                return library in self.pe or windows.has(library)


# PyPI accepts these, for Raspberry Pi OS, so no repair is to come.
_TAKEN = ("linux_armv6l", "linux_armv7l")


def _awaits_repair(platform: str) -> bool:
    """Return whether a platform tag is that of the build machine, which a repair tool replaces."""
    return platform.startswith("linux_") and platform not in _TAKEN


def _elf_libraries(platforms: Iterable[str]) -> frozenset[str]:
    """Return the libraries that the policies of all tags have in common."""
    of_each = [_of_policy(platform) for platform in platforms]
    return frozenset.intersection(*of_each) if of_each else frozenset()


def _of_policy(platform: str) -> frozenset[str]:
    """Return the libraries of the policy that a tag names; for `linux_*` those of the newest one."""
    if PlatformTag.read(platform).family == "android":
        # Policies begin with the first Android that has Python.
        level = int(platform.split("_")[1])
        return _android_libraries(min(max(level, _FIRST_ANDROID), _LAST_ANDROID))
    matched = _LINUX.fullmatch(platform)
    musl = _is_musl(platform)
    policies = list(_policies(matched[1] if matched else "x86_64", musl=musl))
    floor = next(iter(floors([platform]).values()), None)
    if floor and not musl:
        older = [policy for policy in policies if _version(policy.name) <= floor.version]
        policies = [max(older or policies[:1], key=lambda policy: _version(policy.name))]
    libraries: frozenset[str] = policies[-1].whitelist
    return libraries


@lru_cache(maxsize=64)
def _android_libraries(level: int) -> frozenset[str]:
    from pathlib import Path

    from auditwheel.architecture import Architecture
    from auditwheel.libc import Libc
    from auditwheel.policy import WheelPolicies

    # auditwheel finds the policy by a file name.
    wheel = Path(f"any-1-py3-none-android_{level}_arm64_v8a.whl")
    policies = [*WheelPolicies(libc=Libc.ANDROID, arch=Architecture.aarch64, wheel_fn=wheel)]
    libraries: frozenset[str] = policies[-1].whitelist
    return libraries


def _policies(machine: str, *, musl: bool) -> tuple[Policy, ...]:
    from auditwheel.architecture import Architecture

    # The lists hardly differ, and some machines have none.
    policies: tuple[Policy, ...] = ()
    with suppress(ValueError):
        policies = _policies_of(Architecture(machine).baseline, musl=musl)
    return policies or _policies_of(Architecture.x86_64, musl=musl)


# All policies of musl have the same libraries. Without a name, auditwheel would examine this machine, and log it.
_OF_MUSL = "musllinux_1_2"


@lru_cache(maxsize=64)  # they are read from a file each time
def _policies_of(architecture: Architecture, *, musl: bool) -> tuple[Policy, ...]:
    from auditwheel.libc import Libc
    from auditwheel.policy import WheelPolicies

    if not musl:
        return tuple(WheelPolicies(libc=Libc.GLIBC, arch=architecture))[1:]
    try:
        return tuple(WheelPolicies(libc=Libc.MUSL, arch=architecture, musl_policy=_OF_MUSL))[1:]
    except AssertionError:  # it takes for granted that there is one
        return ()


def _is_musl(platform: str) -> bool:
    """Return whether a platform tag is for musl; if it does not say so, whether this machine uses it."""
    if not platform.startswith("linux"):
        return platform.startswith("musllinux")
    from auditwheel.libc import Libc

    return Libc.detect() is Libc.MUSL


def _version(policy: str) -> tuple[int, int]:
    return next(iter(floors([policy]).values())).version


def system_folders() -> tuple[str, ...]:
    """Return the folders that the loader searches on all machines of this kind."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    own = (f"/usr/lib/{multiarch}", f"/lib/{multiarch}") if multiarch else ()
    return (*own, "/usr/lib64", "/lib64", "/usr/lib", "/lib", "/usr/local/lib")
