"""The environments that the platform of a wheel's tag stands for."""

from __future__ import annotations

import functools
import re

from abiding.findings.named_tuple import NamedTuple

__all__ = ["PlatformTag"]


class PlatformTag(NamedTuple):
    """A parsed platform tag. All values are empty for `any`, and for an unknown platform.

    `family` is equal for wheels that can be installed together: `linux`, `musllinux`, `macosx`, `win`, `android`,
    `ios`, `emscripten`. `system` is the value of `sys_platform`. `machine` is the one in the tag, as written:
    `arm64_v8a`, `arm64_iphonesimulator`.
    """

    family: str
    system: str
    machine: str

    @classmethod
    def read(cls, platform: str) -> PlatformTag:
        """Parse the platform part of a tag, which must not be compressed."""
        return _read(platform)

    @property
    def platform_machine(self) -> str:
        """Python's name of the machine; empty if Python for it also runs on machines with other names."""
        return _CALLED[self.family].get(self.machine, "") if self.family else ""

    @property
    def machines(self) -> tuple[str, ...]:
        """Python's names of machines on which wheels with the tag can be installed; empty if open."""
        machine = self.platform_machine
        return _ON_WINDOWS.get(self.machine, ()) if self.family == "win" else (machine,) if machine else ()

    @property
    def names(self) -> tuple[str, str, str]:
        """The values of `sys_platform`, `platform_system` and `os_name`; only for a known system."""
        return (self.system, *_NAMED[self.system])


_FAMILIES = {
    "linux": ("linux", r"(?:manylinux(?:\d+|_\d+_\d+)|linux)_(?P<machine>\w+)"),
    "musllinux": ("linux", r"musllinux_\d+_\d+_(?P<machine>\w+)"),
    "macosx": ("darwin", r"macosx_\d+_\d+_(?P<machine>\w+)"),
    "win": ("win32", r"win_?(?P<machine>32|(?<=_)\w+)"),
    "android": ("android", r"android_\d+_(?P<machine>\w+)"),
    "ios": ("ios", r"ios_\d+_\d+_(?P<machine>\w+)"),
    # Tags for CPython on Emscripten have the version of that, or the year of Pyodide's ABI.
    "emscripten": ("emscripten", r"(?:emscripten_\d+_\d+_\d+|py(?:odide|emscripten)_\d+_\d+)_(?P<machine>\w+)"),
}
_NAMED = {
    "linux": ("Linux", "posix"),
    "darwin": ("Darwin", "posix"),
    "win32": ("Windows", "nt"),
    "android": ("Android", "posix"),
    "ios": ("iOS", "posix"),
    "emscripten": ("Emscripten", "posix"),
}
_OF_LINUX = {machine: machine for machine in ("x86_64", "aarch64", "ppc64le", "s390x", "riscv64", "loongarch64")}
_CALLED = {
    "linux": _OF_LINUX,
    "musllinux": _OF_LINUX,
    "macosx": {"x86_64": "x86_64", "arm64": "arm64"},
    "win": {"amd64": "AMD64", "arm64": "ARM64"},
    "android": {"arm64_v8a": "aarch64", "x86_64": "x86_64"},
    "ios": {},  # the name of the device
    "emscripten": {"wasm32": "wasm32"},
}
# It also runs code for another machine, and Python may report either name.
_ON_WINDOWS = {"32": ("x86", "AMD64", "ARM64"), "amd64": ("AMD64", "ARM64"), "arm64": ("ARM64",)}


@functools.lru_cache(maxsize=512)
def _read(platform: str) -> PlatformTag:
    for family, (system, pattern) in _FAMILIES.items():
        match = re.fullmatch(pattern, platform)
        if match:
            return PlatformTag(family, system, match["machine"])
    return PlatformTag("", "", "")
