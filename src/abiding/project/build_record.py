"""`*.dist-info/abiding.json`: how a wheel was built, and which of its lines were declared.

It is in every wheel of a project that declares an ABI level, and repair tools keep it. So a wheel can be checked
against its declaration, and against the libraries it was linked with, after its build environment is gone. Earlier
versions wrote `abiding/provenance.json`, without the lines and only for native entries; it is read too.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.project.exports import of_table
from abiding.project.known_backends import distribution_of, module_of
from abiding.project.optional_modules import OptionalModules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.metadata import Distribution
    from typing import TypeVar

    from abiding.archives.wheel import Wheel
    from abiding.project.entry import Entry
    from abiding.project.exports import Export

    T = TypeVar("T")

__all__ = [
    "MEMBER",
    "MEMBERS",
    "BuildRecord",
    "RecordedLine",
    "Shared",
    "Used",
    "User",
    "record_in",
    "record_of",
    "version_of_backend",
]


MEMBER = "abiding.json"
# In the order in which they are looked for.
MEMBERS = (MEMBER, "abiding/provenance.json")
_VERSION = 2


class RecordedLine(NamedTuple):
    """One requirement of the wheel that is declared for it.

    `requirement` is the line of METADATA, `entry` the requirement that it was filled from as pyproject.toml has it, and
    `extra` the extra of that entry, empty if none. `native`, `reason`, `note` and `load` are the entry's.
    """

    requirement: str
    entry: str
    extra: str
    native: bool
    reason: str
    note: str
    load: str = "run-path"

    @classmethod
    def of(cls, entry: Entry, requirement: str) -> RecordedLine:
        """Record that `entry` has become the line `requirement`."""
        reason, load = entry.reason.value, entry.load.value
        return cls(requirement, entry.requires, entry.extra, entry.native, reason, entry.note, load)


class User(NamedTuple):
    """A file of the wheel that uses a library, by its place below site-packages, and the symbols that it uses."""

    file: str
    symbols: tuple[str, ...]


class Shared(NamedTuple):
    """One library of another distribution.

    `library` is the name by which it is linked (SONAME, install name, DLL name), `file` its place below site-packages,
    `sha256` the digest of that file in hexadecimal digits. `requirement` is the line declared for it, on its
    distribution or on a metapackage that requires that; `platforms` are the platform tags of the wheel that shipped it.
    """

    library: str
    file: str
    sha256: str
    distribution: str
    version: str
    requirement: str
    platforms: tuple[str, ...]
    users: tuple[User, ...]

    def admits(self, version: str) -> bool:
        """Return whether its requirement admits a version; one on a metapackage admits any."""
        if requirements.name_of(self.requirement) != normalised(self.distribution):
            return True
        return requirements.parse(self.requirement).specifier.contains(version, prereleases=True)


class Used(NamedTuple):
    """One interface of another distribution that a compiled file uses.

    `file` is its place below site-packages, `kind` the kind of interface, and `distribution` the one whose versions
    matter, or empty. `seen` is what was read in the file. `floor` is the lowest version that the file accepts,
    `ceiling` the first that it refuses, each empty if not known.
    """

    file: str
    kind: str
    distribution: str
    seen: str
    floor: str
    ceiling: str


class BuildRecord(NamedTuple):
    """How a wheel was built: the wrapped backend, the level, the variant; its lines, libraries and interfaces.

    `exports` is what the wheel requires of wheels that are linked with its own libraries, with filled pins.
    """

    backend: str
    backend_version: str
    level: str
    variant: str
    lines: tuple[RecordedLine, ...] = ()
    libraries: tuple[Shared, ...] = ()
    interfaces: tuple[Used, ...] = ()
    optional_modules: tuple[OptionalModules, ...] = ()
    exports: Export | None = None

    @property
    def is_native(self) -> bool:
        """Whether the wheel was built with native entries."""
        return bool(self.libraries) or any(line.native for line in self.lines)

    @property
    def preloaded(self) -> frozenset[str]:
        """The normalised names of the providers whose libraries are preloaded."""
        return frozenset(requirements.name_of(line.requirement) for line in self.lines if line.load == "preload")

    @property
    def if_native(self) -> BuildRecord | None:
        """Itself, if the wheel was built with native entries."""
        return self if self.is_native else None

    def to_json(self) -> bytes:
        """Return the file as UTF-8, with keys in the order of the documentation, and all else sorted."""
        table = {
            "version": _VERSION,
            "backend": self.backend,
            "backend_version": self.backend_version,
            "level": self.level,
            "variant": self.variant,
            "lines": [line._asdict() for line in self.lines],
            "libraries": [
                {**library._asdict(), "users": [user._asdict() for user in library.users]} for library in self.libraries
            ],
            "interfaces": [interface._asdict() for interface in self.interfaces],
            "optional_modules": [module._asdict() for module in self.optional_modules],
            **({"exports": self.exports._asdict()} if self.exports else {}),
        }
        return (json.dumps(table, indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes, artifact: str, name: str = "") -> BuildRecord:
        """Read the file. Raises `ArchiveError` (`bad-provenance`) if it is invalid, or of a later version.

        `name` is the distribution that its exports must name, if known. Unknown keys are ignored: a later version of
        abiding may add some.
        """
        if len(data) > bounds.BUILD_RECORD or sum(map(data.count, b",[{")) > bounds.BUILD_RECORD_VALUES:
            message = f"has a record of its build (`{MEMBER}`) of {len(data):,} bytes, or of too many values"
            raise _problem(artifact, message)
        try:
            table = json.loads(data)
            json.dumps(table, ensure_ascii=False).encode()  # a surrogate can't be written as UTF-8
            version = table["version"]
            if type(version) is not int or not 1 <= version <= _VERSION:
                message = f"has a record of its build (`{MEMBER}`) of version {version}; this abiding reads {_VERSION}"
                raise _problem(artifact, message)
            texts = {key: _text(table, key) for key in ("backend", "backend_version", "level", "variant")}
            lines = tuple(_line(item) for item in table["lines"]) if version > 1 else ()
            record = cls(
                **texts,
                lines=lines,
                libraries=tuple(_shared(item) for item in table["libraries"]),
                # Missing in wheels of earlier versions.
                interfaces=tuple(_of_texts(Used, item) for item in table.get("interfaces", ())),
                optional_modules=tuple(_of_texts(OptionalModules, item) for item in table.get("optional_modules", ())),
                exports=of_table(table["exports"], name) if table.get("exports") else None,
            )
            if record.exports and pins.has_pins(record.exports.requires):
                raise ValueError(f"`{record.exports.requires}` has pins that are not filled")  # noqa: TRY301
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
            message = f"has a record of its build (`{MEMBER}`) that can't be read"
            raise _problem(artifact, message, f"{type(exc).__name__}: {exc}") from exc
        return record


def record_in(member: Callable[[str], bytes | None], artifact: str, name: str = "") -> BuildRecord | None:
    """Read a build record; `member` returns a file of the `.dist-info` folder, or None.

    Returns None if there is no record, or an empty one. `artifact` and `name` are as for `from_json`, which raises.
    """
    data = next(filter(None, map(member, MEMBERS)), None)
    return BuildRecord.from_json(data, artifact, name) if data else None


def record_of(wheel: Wheel) -> BuildRecord | None:
    """Read the record of a wheel's build; None if there is none. Raises `ArchiveError`."""
    names = frozenset(wheel.names)

    def member(name: str) -> bytes | None:
        place = f"{wheel.dist_info}/{name}"
        return wheel.read(place, bounds.BUILD_RECORD) if place in names else None

    return record_in(member, wheel.path.name)


def version_of_backend(backend: str) -> str:
    """Return the version of the distribution that contains a wrapped backend; empty for one in the source tree."""
    from importlib.metadata import distributions, version

    module = module_of(backend)
    # Most are known, or have the name of their module; searching all installed distributions is slow.
    for name in filter(None, (distribution_of(backend), module)):
        with suppress(Exception):  # missing or broken: finders raise all kinds of exceptions
            return version(name) or ""
    for distribution in distributions():
        with suppress(Exception):  # a broken distribution does not contain the backend
            if module in _modules(distribution):
                return distribution.version or ""
    return ""


def _modules(distribution: Distribution) -> set[str]:
    """Return the top-level modules and packages of a distribution."""
    modules = (distribution.read_text("top_level.txt") or "").split()
    return set(modules) or {file.parts[0].removesuffix(".py") for file in distribution.files or ()}


def _line(table: Mapping[str, Any]) -> RecordedLine:
    native = table["native"]
    if not isinstance(native, bool):
        raise TypeError("native")
    texts = {key: _text(table, key) for key in ("requirement", "entry", "extra", "reason", "note")}
    # Records of earlier versions don't have it.
    return RecordedLine(native=native, **texts, load=_text({"load": "run-path", **table}, "load"))


def _of_texts(kind: Callable[..., T], table: Mapping[str, Any]) -> T:
    """Return a value of the given type, all of whose parts are strings."""
    return kind(*(_text(table, key) for key in kind._fields))  # type: ignore[attr-defined]


def _shared(table: Mapping[str, Any]) -> Shared:
    keys = ("library", "file", "sha256", "distribution", "version", "requirement")
    users = tuple(User(_text(user, "file"), _texts(user, "symbols")) for user in table["users"])
    requirements.parse(_text(table, "requirement"))  # it will be compared with versions
    return Shared(**{key: _text(table, key) for key in keys}, platforms=_texts(table, "platforms"), users=users)


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise TypeError(key)
    return tuple(values)


def _problem(artifact: str, message: str, note: str = "") -> ArchiveError:
    hint = "the repair tools keep the file as it is: find out what else has edited the wheel"
    return ArchiveError.at(artifact, message, rule="bad-provenance", note=note, hint=hint)
