"""Extension modules: which Pythons look for a file by its name, and which platforms load it by its header.

A file is one if it has the function by which Python initialises the module of its name. What else is compiled is loaded
in other ways, or by others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata.platform_tag import PlatformTag
from abiding.native.images import Format
from abiding.native.machines import HEADER, BuiltFor, called
from abiding.native.names import module_name

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

__all__ = ["Extension", "Python", "Target", "Watched", "module_of_place"]


_IMPLEMENTATIONS = {"cpython-": "cp", "cp": "cp", "pypy": "pp", "pp": "pp"}
_CALLED = {"cp": "CPython", "pp": "PyPy"}
# The interpreter or the ABI of a tag, and what a file is called for it: there it says more, of the platform.
_IN_TAG = pattern(r"(cp|pp|pypy)(\d)(\d{1,3})([a-z]*)(?:_\w+)?")
_IN_NAME = pattern(r"(cpython-|cp|pypy)(\d)(\d{1,3})([a-z]*)(?:-(?:pp\d+-)?([\w-]*))?\.(?:so|pyd)")
_OF_LINUX = pattern(r"(\w+)-linux\b.*")
_ANY_PYTHON = pattern(r"py(\d)(\d{0,3})")


class Python(NamedTuple):
    """One Python that modules are made for: implementation as in tags, version, and whether it has no GIL."""

    implementation: str
    version: tuple[int, int]
    free_threaded: bool = False

    @classmethod
    def read(cls, match: re.Match[str] | None) -> Python | None:
        """Make it of what a pattern has matched: implementation, major and minor version, flags."""
        if not match:
            return None
        name, major, minor, flags = match.groups()[:4]
        return cls(_IMPLEMENTATIONS[name], (int(major), int(minor)), "t" in flags)

    def is_admitted_by(self, interpreter: str, abi: str) -> bool:
        """Return whether a wheel with these two parts of a tag can be installed in it; of others that is left open."""
        own, of_abi = (Python.read(_IN_TAG.fullmatch(part)) for part in (interpreter, abi))
        if abi.startswith("abi3"):
            threaded = not self.free_threaded or abi == "abi3t"
            return own is None or (self.implementation == "cp" and self.version >= own.version and threaded)
        if abi != "none":
            return of_abi in (None, self)
        if own:
            return own[:2] == self[:2]
        generic = _ANY_PYTHON.fullmatch(interpreter)
        least = (int(generic[1]), int(generic[2] or 0)) if generic else self.version
        return self.version >= least and self.version[0] == least[0]

    def __str__(self) -> str:
        number = ".".join(map(str, self.version))
        return f"{_CALLED[self.implementation]} {number}{' without the GIL' if self.free_threaded else ''}"


class Target(NamedTuple):
    """What an extension module was compiled for.

    `python` is the only one that looks for a file of its name, or that has the DLL which it is linked with; None if it
    is for others too. `named` is the machine in that name, empty if there is none that is known: a Python for another
    machine does not look for it either.
    """

    built: BuiltFor
    python: Python | None = None
    named: str = ""

    @classmethod
    def of(cls, place: str, header: bytes) -> Target | None:
        """Read the name of a file and how it begins; None if it is no image."""
        built = BuiltFor.of_header(header)
        if built is None:
            return None
        match = _IN_NAME.fullmatch(place.rpartition("/")[2].partition(".")[2])
        platform = (match[5] if match else None) or ""
        of_linux = _OF_LINUX.fullmatch(platform)
        machine = of_linux[1] if of_linux else PlatformTag.read(platform).machine
        return cls(built, Python.read(match), called(machine))

    def runs_on(self, platform: str, machine: str = "") -> bool:
        """Return whether a platform looks for the file and loads it, as `BuiltFor.runs_on` has it."""
        named = self.built._replace(machines=(self.named,) if self.named else ())
        return self.built.runs_on(platform, machine) and named.runs_on(platform, machine)

    def is_loaded(self, tag: str) -> bool:
        """Return whether any of the Pythons and platforms that a tag admits loads the file."""
        interpreter, abi, platform = tag.split("-")
        return self.runs_on(platform) and (self.python is None or self.python.is_admitted_by(interpreter, abi))

    def __str__(self) -> str:
        called_for = (
            f", by its name for {self.named}" if self.named not in ("", *map(called, self.built.machines)) else ""
        )
        return f"{self.built}{called_for}" + (f", {self.python}" if self.python else "")


class Extension(NamedTuple):
    """An extension module, by its place below site-packages."""

    place: str
    target: Target

    @property
    def name(self) -> str:
        """The name by which it is imported."""
        return module_of_place(self.place)


def module_of_place(place: str) -> str:
    """Return the name of the module at a place; that of a package for what initialises one, whatever it is made of."""
    return module_name(place).removesuffix(".__init__")


# The last two are those of PEP 793, and of cffi for PyPy.
_HOOKS = ("PyInit_", "PyModExport_", "_cffi_pypyinit_")
# The DLL of one Python, as a file is linked with it; that of the stable ABI is python3.dll.
_DLL = pattern(rb"python3(\d{1,2})(t?)\.dll\0")
_LONGEST_DLL = 20
_IN_WORD = pattern(rb"[\w.]")


class Watched:
    """The bytes of a file in pieces, to be gone through once; afterwards they have told whether it is an extension."""

    def __init__(self, place: str, pieces: Iterable[bytes]) -> None:
        names = {module.rpartition(".")[2] for module in (module_name(place), module_of_place(place)) if module}
        self._texts = [f"{hook}{name}\0".encode() for name in sorted(names) for hook in _HOOKS]
        self._place = place
        self._pieces = pieces
        self._header = b""
        self._has_hook = False
        self._pythons: set[Python] = set()

    def __iter__(self) -> Iterator[bytes]:
        if not self._texts:
            yield from self._pieces
            return
        longest = max(_LONGEST_DLL, *map(len, self._texts))
        before = b""
        for piece in self._pieces:
            if len(self._header) < HEADER:
                self._header += piece[: HEADER - len(self._header)]
            self._look_into(piece)
            self._look_into(before + piece[:longest])
            before = (before + piece[-longest:])[-longest:]
            yield piece

    def _look_into(self, part: bytes) -> None:
        self._has_hook = self._has_hook or any(text in part for text in self._texts)
        if Format.of_data(self._header) is Format.PE:
            # What comes before is asked for at the end: with it, a search takes seventy times as long.
            matches = (
                match for match in _DLL.finditer(part) if match.start() and not _IN_WORD.match(part, match.start() - 1)
            )
            self._pythons |= {Python("cp", (3, int(match[1])), bool(match[2])) for match in matches}

    @property
    def extension(self) -> Extension | None:
        """The extension module that the file is; None if it is none."""
        target = Target.of(self._place, self._header) if self._has_hook else None
        if target and target.python is None and len(self._pythons) == 1:
            target = target._replace(python=next(iter(self._pythons)))
        return Extension(self._place, target) if target else None
