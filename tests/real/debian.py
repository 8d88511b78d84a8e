"""Debian's own data as an oracle: our minimum for each library that a file needs, held against dpkg-shlibdeps.

    python -m tests.real.debian [COUNT]

takes the installed ELF files (or COUNT of them, spread over all) and prints how often both agree, and in what the mode
differs in which weak symbols do not count and no library has a least version.
"""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from debian.debian_support import NativeVersion

from abiding.native.reading import read_image, read_symbols
from makers import dpkg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.native.images import Image, Symbols

INFO = Path("/var/lib/dpkg/info")
FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib")


@functools.cache
def version(text: str) -> NativeVersion:
    """Read a version as dpkg orders them."""
    return NativeVersion(text)


@dataclass(frozen=True)
class Machine:
    """What dpkg knows of the libraries that are installed: symbols files by SONAME, and the older shlibs."""

    objects: Mapping[str, dpkg.Object]
    shlibs: Mapping[tuple[str, str], frozenset[str]]

    @classmethod
    def read(cls) -> Machine:
        native = subprocess.run(
            ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
        ).stdout.strip()
        objects: dict[str, dpkg.Object] = {}
        for path in sorted(INFO.glob("*.symbols")):
            if path.name.endswith(f":{native}.symbols") or ":" not in path.name:
                objects |= dpkg.parse(path.read_text("utf-8"))
        shlibs: dict[tuple[str, str], set[str]] = {}
        for path in INFO.glob("*.shlibs"):
            for line in path.read_text("utf-8").splitlines():
                found = re.fullmatch(r"\s*(?:\S+:\s+)?(\S+)\s+(\S+)\s+(\S.*\S)\s*", line)
                if found:
                    shlibs.setdefault((found[1], found[2]), set()).update(found[3].split(", "))
        return cls(objects, {key: frozenset(value) for key, value in shlibs.items()})

    def of_shlibs(self, image: Image) -> set[str]:
        """What libraries ask for that have no symbols file."""
        found: set[str] = set()
        for library in image.needs:
            parts = re.fullmatch(r"(.+)\.so\.(.+)", library) or re.fullmatch(r"(.+)-(\d.*)\.so", library)
            if parts and library not in self.objects:
                found |= {_spaced(one) for one in self.shlibs.get((parts[1], parts[2]), ())}
        return found


@dataclass(frozen=True)
class Case:
    """One file: what dpkg-shlibdeps says, and what we say in its mode and in our own."""

    path: Path
    theirs: frozenset[str]
    as_dpkg: frozenset[str]
    own: frozenset[str]
    explained: frozenset[str]
    classes: tuple[str, ...] = field(default=())

    @property
    def agrees(self) -> bool:
        """Whether every minimum of ours is theirs, and what they say beside it comes from shlibs files."""
        return self.as_dpkg <= self.theirs and self.theirs - self.as_dpkg <= self.explained


def files() -> Iterator[Path]:
    """Find programs and libraries, each once."""
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and (".so" in path.name or folder != "/usr/lib"):
                with path.open("rb") as file:
                    if file.read(4) == b"\x7fELF":
                        yield path


def sample(machine: Machine, count: int | None) -> list[Path]:
    """Choose files that need a library with a symbols file: so many, or all, in an order that mixes packages."""
    found: list[Path] = []
    for path in sorted(files(), key=lambda path: sha256(bytes(path)).digest()):
        if count is not None and len(found) == count:
            break
        image = read_image(path.read_bytes(), str(path))
        if image and any(library in machine.objects for library in image.needs):
            found.append(path)
    return found


def case(machine: Machine, path: Path) -> Case | None:
    """Compare one file; None if dpkg-shlibdeps can't judge it."""
    data = path.read_bytes()
    image = read_image(data, str(path))
    assert image
    symbols = read_symbols(data, image)
    said = _shlibdeps(path)
    if said is None:
        return None
    as_dpkg = _minimums(machine, image, _taken(symbols, weak=True), from_smallest=True)
    own = _minimums(machine, image, _taken(symbols, weak=False), from_smallest=False)
    started = _minimums(machine, image, _taken(symbols, weak=False), from_smallest=True)
    classes = []
    for template in as_dpkg:
        if _rendered(template, as_dpkg[template]) != _rendered(template, own.get(template, "")):
            weak = as_dpkg[template] != started.get(template)
            kind = "a weak symbol" if weak else "the least version of the library"
            classes.append(f"{kind} alone asks for `{_rendered(template, as_dpkg[template])}`")
    ours, alone = (frozenset(_rendered(*one) for one in table.items()) for table in (as_dpkg, own))
    return Case(path, frozenset(said), ours, alone, frozenset(machine.of_shlibs(image)), tuple(classes))


def _taken(symbols: Symbols, *, weak: bool) -> set[str]:
    found = set()
    for names in (symbols.imported, *([symbols.weak] if weak else [])):
        for library, some in names.items():
            versions = [one for one in symbols.versions.get(library, ()) if one.partition("@")[0] in some]
            found |= {*versions, *(f"{one}@Base" for one in some - {one.partition("@")[0] for one in versions})}
    return found


def _minimums(machine: Machine, image: Image, taken: Iterable[str], *, from_smallest: bool) -> dict[str, str]:
    """Join what libraries of one package ask for, as dpkg does."""
    found: dict[str, str] = {}
    by_library = dpkg.minimums(taken, image.needs, machine.objects, version, from_smallest=from_smallest)
    for templates in by_library.values():
        for template, least in templates.items():
            for part in re.split(r"\s*,\s*", template):
                known = found.get(part, "")
                found[part] = max(known, least, key=version) if known and least else known or least
    return found


def _rendered(template: str, least: str) -> str:
    return _spaced(template.replace("#MINVER#", f"(>= {least})" if least and least != "0" else ""))


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _shlibdeps(path: Path) -> set[str] | None:
    with TemporaryDirectory() as folder:
        control = Path(folder, "debian", "control")
        control.parent.mkdir()
        control.write_text("Source: spam\n\nPackage: spam\nArchitecture: any\n")
        done = subprocess.run(
            ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0", f"-e{path}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        return None
    return {_spaced(one) for one in done.stdout.strip().partition("=")[2].split(", ") if one}


def compare(count: int | None) -> tuple[list[Case], int]:
    """Compare files; gives the cases, and the number of files that dpkg-shlibdeps could not judge."""
    machine = Machine.read()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda path: case(machine, path), sample(machine, count)))
    return [one for one in found if one], found.count(None)


def main() -> int:
    """Print the comparison. Returns 1 if the mode that counts as dpkg does disagrees anywhere."""
    cases, unjudged = compare(int(sys.argv[1]) if sys.argv[1:] else None)
    wrong = [one for one in cases if not one.agrees]
    print(f"{len(cases)} files compared with dpkg-shlibdeps; {len(wrong)} differ where we count as it does")  # noqa: T201
    if unjudged:
        print(f"{unjudged} files that dpkg-shlibdeps itself can't judge are left out")  # noqa: T201
    for one in wrong:
        print(f"  {one.path}: ours {sorted(one.as_dpkg - one.theirs)}, theirs {sorted(one.theirs - one.as_dpkg)}")  # noqa: T201
    differ = [one for one in cases if one.classes]
    print(f"\n{len(differ)} of them get another minimum where weak symbols and least versions don't count, because:")  # noqa: T201
    for kind, number in Counter(kind for one in differ for kind in one.classes).most_common():
        print(f"  {number:5} x {kind}")  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
