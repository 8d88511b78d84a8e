"""Build against the libraries of native entries: let the backend find them, edit run paths, record them."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.files.plain import is_there
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.metadata import pins, requirements
from abiding.native.distribution import LIBRARY_OF_THE_MACHINE
from abiding.native.installed import Installed, find_installed
from abiding.native.links import Provided, assume_loaded, follow, provided_links
from abiding.native.platforms import system_folders
from abiding.native.reach import is_program
from abiding.native.rules import ambiguous, judge_subject
from abiding.native.runpaths import rewrite_run_paths, with_run_paths
from abiding.native.wheel_check import subject_of
from abiding.project.build_record import Shared, User
from abiding.project.lines import installing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from abiding.native.contents import Contents
    from abiding.native.distribution import InstalledDistribution
    from abiding.native.links import Link
    from abiding.native.subject import Subject
    from abiding.project.build_record import BuildRecord

__all__ = [
    "Native",
    "brings_no_library",
    "is_installed",
    "lead_to_providers",
    "require_installed",
    "search_paths",
    "shared_libraries",
]


@dataclass(frozen=True, slots=True)
class Native:
    """One native entry of a build: the normalised name of its distribution, and its line with pins filled.

    The line may be on a metapackage that brings the distribution.
    `preloaded` is whether code loads its libraries before the wheel needs them.
    """

    name: str
    line: str
    preloaded: bool = False


# Before the build: the wrapped backend finds the libraries


def require_installed(lines: Mapping[str, str]) -> None:
    """Raise `DeclarationError` (`missing-provider`) for the first distribution of these lines that is not installed.

    Raises `AbidingError` (`broken-install`) for one that can't be read.
    """
    for name, line in lines.items():
        installed = find_installed(name)
        if installed is None:
            finding = Finding(
                "missing-provider",
                Severity.ERROR,
                f"`{name}`, which the wheel is to be linked with, is not in the build environment",
                artifact="pyproject.toml",
                field="native",
                hints=(installing([line]), LIBRARY_OF_THE_MACHINE),
            )
            raise DeclarationError(finding, "Nothing was built")
        _ = installed.metadata  # raises if it is broken
        if not installed.files:
            raise installed.unlisted()


def brings_no_library(line: str) -> DeclarationError:
    """Return the error for a line on a metapackage that requires no provider here."""
    asks = bool(requirements.parse(pins.sample(line)).extras)
    lacks = (
        "nothing that its extras require is for this environment" if asks else "the line asks for none of its extras"
    )
    way = "say by `select` which wheels the line is for" if asks else "ask for the extra that brings it"
    finding = Finding(
        "missing-provider",
        Severity.ERROR,
        f"`{line}` brings nothing here that the wheel could be linked with",
        artifact="pyproject.toml",
        field="native",
        notes=(f"it has no files of its own, and {lacks}",),
        hints=("declare the distribution that has the library", f"or {way}"),
    )
    return DeclarationError(finding, "Nothing was built")


@contextmanager
def search_paths(names: Sequence[str]) -> Iterator[None]:
    """Let compilers and pkg-config search the folders of these installed distributions first.

    pkg-config finds them by `pkg_config` entry points (the convention of pkgconf on the index), gcc and clang by CPATH
    and LIBRARY_PATH, which no build system has to pass on, MSVC by INCLUDE and LIB. Folders on a command line come
    first, and setuptools adds that of a shared Python, where Linux distributions have all libraries; LDFLAGS puts the
    providers' folders before it. Raises `AbidingError` (`broken-install`).
    """
    here = [installed for installed in map(find_installed, names) if installed is not None]
    include, libraries = _VARIABLES
    folders = list(dict.fromkeys(folder for installed in here for folder in _libraries(installed)))
    paths = {
        "PKG_CONFIG_PATH": [folder for installed in here for folder in _pkg_config(installed)],
        include: [folder for installed in here for folder in _named(installed, "include")],
        libraries: folders,
    }
    values = {name: (os.pathsep, list(dict.fromkeys(parts))) for name, parts in paths.items()}
    if sys.platform != "win32":
        values["LDFLAGS"] = " ", [shlex.quote(f"-L{folder}") for folder in folders]
    before = {name: os.environ.get(name) for name in values}
    for name, (separator, parts) in values.items():
        if parts:
            os.environ[name] = separator.join([*parts, *filter(None, [before[name]])])
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_VARIABLES = ("INCLUDE", "LIB") if sys.platform == "win32" else ("CPATH", "LIBRARY_PATH")


def is_installed(name: str) -> bool:
    """Return whether a distribution is in the build environment."""
    return find_installed(name) is not None


def shared_libraries(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the shared libraries' names by distribution. Raises `AbidingError` (`broken-install`)."""
    by_name = {name: find_installed(name) for name in names}
    return {
        name: sorted({file.name for file in _files(installed) if _is_shared(file.name) and _is_binary(file)})
        for name, installed in by_name.items()
        if installed is not None
    }


def _is_binary(file: Path) -> bool:
    """Return whether a file is not a linker script, which wheels have instead of links."""
    try:
        with file.open("rb") as opened:
            return b"\0" in opened.read(16)
    except OSError:
        return False


def _files(distribution: InstalledDistribution) -> Iterator[Path]:
    return map(Path, distribution.files.values())


def _pkg_config(distribution: InstalledDistribution) -> Iterator[str]:
    for value in distribution.entry_points("pkg_config"):
        folder = distribution.root / value.replace(".", "/")
        if folder.is_dir():
            yield str(folder)
    for file in _files(distribution):
        if file.suffix == ".pc":
            yield str(file.parent)


def _named(distribution: InstalledDistribution, name: str) -> Iterator[str]:
    """Yield the outermost folders of this name."""
    for place in distribution.files:
        before, is_there, _ = f"/{place}".partition(f"/{name}/")
        if is_there:
            yield str(distribution.root / f"{before}/{name}".lstrip("/"))


def _libraries(distribution: InstalledDistribution) -> Iterator[str]:
    for file in _files(distribution):
        if _is_shared(file.name) or file.name.lower().endswith(".lib"):
            yield str(file.parent)


def _is_shared(name: str) -> bool:
    return name.lower().startswith("lib") and (".so" in name.lower() or name.lower().endswith(".dylib"))


# After the build: the wheel reaches them


def lead_to_providers(
    path: Path, requires: Sequence[str], natives: Sequence[Native], record: BuildRecord
) -> tuple[dict[str, bytes], BuildRecord, tuple[Finding, ...]]:
    """Lead the files of the wheel that the wrapped backend wrote to `path` to its providers, and judge the result.

    `requires` are all lines that its METADATA will have. Returns the members of the wheel that have to be written, with
    their contents, the record with the libraries, and the findings. Raises `AbidingError`.
    """
    shelf = Installed()
    names = tuple(native.name for native in natives)
    subject = subject_of(path, [shelf], requires, names)
    preloaded = frozenset(native.name for native in natives if native.preloaded)
    own_ways = [link for link in subject.links if not _is_preloaded(link, preloaded)]
    original = subject.consumer
    put: dict[str, bytes] = {}
    images = []
    for image in original.images:
        new = with_run_paths(image, own_ways, subject.platform.layout)
        if (new.run_paths, new.needs) != (image.run_paths, image.needs):
            member = original.files[image.place]
            put[member] = rewrite_run_paths(original.read(member), image, new)
            image = new  # noqa: PLW2901 (the file as it will be)
        images.append(image)
    consumer = replace(original, images=tuple(images), read=lambda name: put.get(name) or original.read(name))
    links = assume_loaded(follow(consumer, subject.neighbours, subject.platform, names), preloaded)
    record = record._replace(libraries=_shared(links, consumer, natives, subject.platform.machine))
    subject = replace(subject, consumer=consumer, links=links, record=record, building=True, native=names)
    return put, record, (*_wrong_versions(natives, shelf), *judge_subject(subject), *_ambiguous_here(subject))


def _is_preloaded(link: Link, providers: Collection[str]) -> bool:
    """Return whether a file, which must be no program, uses a library that is preloaded."""
    by_code = isinstance(link.origin, Provided) and link.origin.contents.name in providers
    return by_code and not is_program(link.image)


def _shared(links: Iterable[Link], consumer: Contents, natives: Iterable[Native], machine: str) -> tuple[Shared, ...]:
    """Return the libraries of native entries that files of a wheel are linked with, as they are recorded."""
    lines = {native.name: native.line for native in natives}
    linked: dict[tuple[str, str], tuple[Provided, dict[str, User]]] = {}
    for link, origin in provided_links(links):
        if origin.contents.name in lines:
            exported = origin.contents.symbols(origin.image, machine).exported
            used = consumer.symbols(link.image, machine).used_of(link.library, exported)
            _, users = linked.setdefault((origin.contents.name, origin.image.name), (origin, {}))
            users[link.image.place] = User(link.image.place, tuple(sorted(used)))
    shared = []
    for (name, library), ((provider, image, *_), users) in sorted(linked.items()):
        digest, of_library = provider.sha256(image.place), tuple(users[place] for place in sorted(users))
        version, platforms = provider.version, provider.platforms
        shared.append(Shared(library, image.place, digest, name, version, lines[name], platforms, of_library))
    return tuple(shared)


def _wrong_versions(natives: Iterable[Native], shelf: Installed) -> Iterator[Finding]:
    for native in natives:
        contents = shelf.get(native.name) if requirements.name_of(native.line) == native.name else None
        if contents and not requirements.parse(native.line).specifier.contains(contents.version, prereleases=True):
            yield Finding(
                "provider-changed",
                Severity.ERROR,
                f"`{native.name}` in the build environment is not the version that is declared",
                artifact="pyproject.toml",
                field="native",
                expected=native.line,
                expected_from="declared",
                found=contents.version,
                found_from="in the build environment",
                notes=("the wheel would be linked with one build of it, and require another",),
                hints=(installing([native.line]),),
            )


def _ambiguous_here(subject: Subject) -> Iterator[Finding]:
    """Yield names of libraries that this machine also has itself, as others of its kind probably do."""
    seen = set()
    for _, origin in subject.provided():
        name = origin.image.name
        if name not in seen:
            seen.add(name)
            here = next((folder for folder in system_folders() if is_there(Path(folder, name))), None)
            if here and not subject.platform.has(name, origin.image.format):
                yield ambiguous(subject.artifact, name, origin.contents.name, f"this machine has one in `{here}`")
