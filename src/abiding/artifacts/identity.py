"""The project and version of a file, by its name and by its metadata."""

from __future__ import annotations

import re
from functools import lru_cache

from abiding.archives import wheel_tags
from abiding.archives.names import SDIST_ENDINGS, WHEEL_ENDING, normalised
from abiding.archives.wheel_name import NOT_A_NAME, WheelName
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import short
from abiding.metadata.core import CoreMetadata

__all__ = ["Identity", "canonical", "hold_to_name", "is_distribution", "project_and_version"]

_MOST_SHOWN = 100
canonical = lru_cache(maxsize=64)(normalised)
# An sdist among the other archives that lie in a folder: name, version, extension.
_VERSION = pattern(r"v?\d[A-Za-z0-9.!+_-]*")
_SDIST_NAME = pattern(rf"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)-(?P<version>{_VERSION.pattern})")


class Identity(NamedTuple):
    """Metadata, with the name and version in it."""

    metadata: CoreMetadata
    name: str
    version: str

    @classmethod
    def parse(cls, data: bytes, filename: str) -> Identity:
        """Read the metadata of an archive. Raises `ArchiveError`."""
        return cls.of(CoreMetadata.parse(data, filename))

    @classmethod
    def of(cls, metadata: CoreMetadata) -> Identity:
        """Read the name and version."""
        return cls(metadata, metadata.get("Name").strip(), metadata.get("Version").strip())


def is_distribution(name: str) -> bool:
    """Return whether a file in a folder is an artifact, by its name."""
    return name.endswith(WHEEL_ENDING) or (name.endswith(SDIST_ENDINGS) and _SDIST_NAME.match(name) is not None)


def project_and_version(filename: str, kind: str, project: str = "") -> tuple[str, str]:
    """Return both from the file name, the name normalised. Raises `ArchiveError`.

    `project` is the expected one, if known: names and versions of old sdists may have dashes, and without it
    `python-3parclient-4.2.11` could be version `3parclient-4.2.11` of `python`.
    """
    if len(filename) > bounds.FILENAME:
        raise ArchiveError.at(short(filename, _MOST_SHOWN), f"has a name of more than {bounds.FILENAME} characters")
    if kind == "wheel":
        split = WheelName.split(filename)
        if split is None:
            raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME)
        return canonical(split.name), split.version
    for extension in SDIST_ENDINGS:
        if filename.endswith(extension):
            stem = filename.removesuffix(extension)
            if version := _version(stem, canonical(project)):
                return canonical(project), version
            if match := _SDIST_NAME.fullmatch(stem):
                return canonical(match["name"]), match["version"]
    hint = "an sdist is called `name-version.tar.gz` (or .zip), a wheel `….whl`"
    raise ArchiveError.at(filename, "has the name of neither an sdist nor a wheel", hint=hint)


def _version(stem: str, project: str) -> str:
    """Return the rest of an sdist's name after that of its project; empty if it does not begin with that."""
    ends = (dash.start() for dash in re.finditer("-", stem))
    rest = next((stem[end + 1 :] for end in ends if normalised(stem[:end]) == project), "")
    return rest if _VERSION.fullmatch(rest) else ""


def hold_to_name(filename: str, name: str, version: str, identity: Identity) -> None:
    """Raise `ArchiveError` if the metadata has another name than the file, or no version."""
    if filename.endswith(".whl") and wheel_tags.number(filename) > bounds.TAGS:
        message = f"has a name that stands for {wheel_tags.number(filename):,} tags"
        raise ArchiveError.at(filename, message, note=f"no wheel is for more than {bounds.TAGS:,}")
    if not identity.name or not identity.version:
        raise ArchiveError.at(filename, "has metadata without `Name` or `Version`")
    if canonical(identity.name) != name:
        raise ArchiveError.at(filename, f"has the metadata of `{identity.name[:_MOST_SHOWN]}`")
    if identity.version != version:
        from packaging.utils import canonicalize_version

        try:
            canonicalize_version(identity.version)
        except ValueError as exc:  # a number of thousands of digits
            raise ArchiveError.at(filename, f"has the metadata of version {identity.version[:_MOST_SHOWN]}") from exc
