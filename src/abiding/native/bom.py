"""Record in a wheel which libraries a repair has copied from other wheels (PEP 770).

auditwheel writes such a file for libraries from distribution packages, but does not know which wheel a library is from.
Both files are CycloneDX 1.4.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from abiding._version import __version__
from abiding.archives.names import normalised
from abiding.archives.wheel_name import WheelName
from abiding.files.plain import open_plain
from abiding.findings.errors import AbidingError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.native.installed import Installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.native.distribution import InstalledDistribution

__all__ = ["MEMBER", "bill"]


MEMBER = "sboms/abiding.cdx.json"
# auditwheel puts eight digits of the SHA-256 of what it copies into the name, delvewheel more of them.
_COPIED = pattern(r"(?P<stem>.+)-(?P<digest>[0-9a-f]{8,64})(?P<end>\.(?:so|dll)\b.*)")


class _Copy(NamedTuple):
    """A file of an installed distribution, and where it is in the repaired wheel."""

    member: str
    name: str
    version: str
    file: str
    sha256: str

    @property
    def component(self) -> dict[str, object]:
        purl = _purl(self.name, self.version)
        return {
            "type": "library",
            "bom-ref": f"{purl}#{quote(self.file)}",
            "name": self.name,
            "version": self.version,
            "purl": purl,
            "hashes": [{"alg": "SHA-256", "content": self.sha256}],
            "properties": [
                {"name": "abiding:file", "value": self.file},
                {"name": "abiding:copied-to", "value": self.member},
            ],
        }


def bill(wheel: str, members: Iterable[str]) -> bytes | None:
    """Return the file that lists the origin of new members; None if none is from an installed distribution."""
    copies = sorted(_copies(members))
    split = WheelName.split(wheel)
    if not copies or split is None:
        return None
    purl = f"{_purl(split.name, split.version)}?file_name={quote(wheel, safe='')}"
    whole = {"type": "library", "bom-ref": purl, "name": split.name, "version": split.version, "purl": purl}
    components = [copy.component for copy in copies]
    references = [str(component["bom-ref"]) for component in components]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "version": 1,
        "metadata": {"component": whole, "tools": [{"name": "abiding", "version": __version__}]},
        "components": [whole, *components],
        "dependencies": [{"ref": purl, "dependsOn": references}, *({"ref": reference} for reference in references)],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _copies(members: Iterable[str]) -> Iterator[_Copy]:
    """Yield the members that are, by name and digest, copies of files of installed distributions."""
    copies: dict[str, list[tuple[str, str]]] = {}
    for member in members:
        if match := _COPIED.fullmatch(PurePosixPath(member).name):
            copies.setdefault(f"{match['stem']}{match['end']}", []).append((member, match["digest"]))
    seen = set()
    for distribution in Installed().distributions() if copies else ():
        with suppress(AbidingError):  # a broken distribution has no readable list
            for copy in _of(distribution, copies):
                if copy.member not in seen:
                    seen.add(copy.member)
                    yield copy


def _of(distribution: InstalledDistribution, copies: Mapping[str, Iterable[tuple[str, str]]]) -> Iterator[_Copy]:
    for place, file in distribution.files.items():
        for member, digest in copies.get(PurePosixPath(place).name, ()):
            sha256 = _digest(Path(file))
            if sha256.startswith(digest):
                name, version = (distribution.metadata.get(field) for field in ("Name", "Version"))
                yield _Copy(member, name, version, place, sha256)


def _digest(path: Path) -> str:
    try:
        with open_plain(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError:
        return ""


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{quote(normalised(name), safe='')}@{quote(version, safe='')}"
