"""METADATA and PKG-INFO: parse them, and edit lines without changing another byte.

The format is that of the core metadata specification: header fields as in an e-mail message, then a body which is the
description. Reading is lenient, because a third of all published files break some rule. It refuses only what other
tools are known to read differently (`readers`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata import readers
from abiding.metadata.fields import beginning_of_body, headers_of, text, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.metadata.fields import Header

__all__ = ["CoreMetadata"]


_HEAD_END = pattern(rb"\n\r?\n")
# uv reads these three names in `Dynamic`, and is case-sensitive.
_RESOLVER_FIELDS = ("Requires-Dist", "Requires-Python", "Provides-Extra")
# Fields that take far longer to parse than to read.
_REQUIRING = frozenset({"requires-dist", "requires-python"})
_VERSION = pattern(r"[0-9]{1,3}[.][0-9]{1,3}")
_SDIST_FLOOR = (2, 2)
# The fields added by each version of core metadata since 2.1, in lower case; the latest first.
_NEW_FIELDS = {
    "2.5": {"import-name", "import-namespace"},
    "2.4": {"license-expression", "license-file"},
    "2.2": {"dynamic"},
}


class CoreMetadata(NamedTuple):
    """A METADATA or PKG-INFO file.

    `data` is the file. `fields` are its header fields in order, names as written, values unfolded only as far as line
    ends go: continuation lines keep their indentation. `body` is the text after the headers.
    """

    data: bytes
    fields: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def parse(cls, data: bytes, name: str) -> CoreMetadata:
        """Read the file of the archive `name`. The body begins at the first line that is no field.

        Invalid UTF-8 is kept as surrogates. Raises `ArchiveError` if the file is too large, or if tools would read
        different values that matter for installation (`ambiguous-metadata`). Anything else is accepted.
        """
        head = _HEAD_END.search(data)
        end = head.start() if head else len(data)
        lines = data.count(b"\n", 0, end) + data.count(b"\r", 0, end) - data.count(b"\r\n", 0, end)
        if len(data) > bounds.METADATA or lines > bounds.METADATA_LINES:
            message = f"has {len(data):,} bytes of metadata and {lines:,} lines of fields in it, which is too many"
            raise ArchiveError.at(name, message)
        headers = headers_of(data)
        names = len({header.name.lower() for header in headers})
        if names > bounds.METADATA_NAMES:
            raise ArchiveError.at(name, f"has fields of {names:,} names in its metadata, which is too many")
        required = sum(header.end - header.start for header in headers if header.name.lower() in _REQUIRING)
        if required > bounds.REQUIREMENTS:
            raise ArchiveError.at(name, f"has {required:,} bytes of requirements in its metadata, which is too many")
        readers.refuse(data, headers, name)
        return cls._of(data, headers)

    @classmethod
    def written(cls, fields: Iterable[tuple[str, str]], body: str) -> CoreMetadata:
        """Write a file with these fields. Lines of a value behind its first are indented; blanks before it are lost."""
        lines = "".join("{}: {}\n".format(name, value.replace("\n", "\n        ")) for name, value in fields)
        return cls._read((f"{lines}\n{body}" if body else lines).encode("utf-8", "surrogatepass"))

    @classmethod
    def _read(cls, data: bytes) -> CoreMetadata:
        return cls._of(data, headers_of(data))

    @classmethod
    def _of(cls, data: bytes, headers: list[Header]) -> CoreMetadata:
        fields = tuple((header.name, header.value) for header in headers)
        return cls(data, fields, text(data[beginning_of_body(data, headers) :]))

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, in order; its name is case-insensitive."""
        return values_of(self.fields, name)

    def get(self, name: str) -> str:
        """Return the first value of a field; empty if it has none."""
        return next(iter(self.all(name)), "")

    @property
    def version(self) -> tuple[int, ...]:
        """`Metadata-Version` as numbers; (1, 0) if it can't be read."""
        return _numbers(self.get("Metadata-Version").strip()) if self.has_version else (1, 0)

    @property
    def has_version(self) -> bool:
        """Whether `Metadata-Version` exists, and consists of two numbers."""
        return bool(_VERSION.fullmatch(self.get("Metadata-Version").strip()))

    @property
    def dynamic(self) -> frozenset[str]:
        """The fields that `Dynamic` names, in lower case."""
        return frozenset(value.strip().lower() for value in self.all("Dynamic"))

    # Edits. Each returns the new file.

    def with_requirements(self, lines: Iterable[str]) -> CoreMetadata:
        """Append `Requires-Dist` lines after the last one, or at the end of the headers where there is none."""
        added = b"".join(f"Requires-Dist: {line}".encode() + self._newline for line in lines)
        return self.inserted(self.end_of_last("Requires-Dist"), added)

    def for_sdist(self, *, may_append: bool, metadata_version: str | None = None) -> CoreMetadata:
        """Return the PKG-INFO for an sdist, made from the wrapped backend's.

        Its version is at least 2.2, or else `metadata_version`, or the lowest above that with all its fields. `Dynamic`
        spells the fields that resolvers read as in the specification. It has `Requires-Dist` if wheels may append; the
        place of that line tells `as_built` which version the backend wrote, and readers ignore the order.
        """
        edited = self
        for name in _RESOLVER_FIELDS:
            edited = edited.respelled("Dynamic", name)
        least = _numbers(self.lowest_version) if metadata_version else self.version
        needed = max(least, _SDIST_FLOOR, _numbers(metadata_version))
        raised = needed != self.version
        if raised:
            version = ".".join(map(str, needed))
            edited = edited.replaced("Metadata-Version", version)
        if may_append and "requires-dist" not in self.dynamic:
            after = "Metadata-Version" if raised and metadata_version is None else "Version"
            edited = edited.inserted(edited.end_of_last(after), b"Dynamic: Requires-Dist" + self._newline)
        return edited

    def with_dynamic(self, fields: Iterable[str]) -> CoreMetadata:
        """Add these fields to `Dynamic`."""
        dynamic = self.dynamic
        lines = (f"Dynamic: {field}".encode() + self._newline for field in fields if field.lower() not in dynamic)
        return self.inserted(self.end_of_last("Dynamic"), b"".join(lines))

    def as_built(self) -> CoreMetadata | None:
        """Return the METADATA from which `for_sdist` made this PKG-INFO; None if its version is unknown.

        If `Dynamic: Requires-Dist` is right behind `Metadata-Version: 2.2`, the backend wrote 2.1, else this version.
        """
        names = [name.lower() for name, _ in self.fields]
        if "requires-dist" not in self.dynamic:
            # 2.2 may have been 2.1.
            return self if self.version != _SDIST_FLOOR else None
        without = self.without_sanction()
        if names[:2] == ["metadata-version", "dynamic"] and self.version == _SDIST_FLOOR:
            return without.replaced("Metadata-Version", "2.1")
        return without

    def without_sanction(self) -> CoreMetadata:
        """Return the same file without `Dynamic: Requires-Dist`."""
        return self.without("Dynamic", "Requires-Dist")

    def with_version(self, version: str) -> CoreMetadata:
        """Return the same file with another `Metadata-Version`."""
        return self.replaced("Metadata-Version", version)

    @property
    def lowest_version(self) -> str:
        """The lowest `Metadata-Version`, from 2.1 on, that has all fields of this file."""
        names = {name.lower() for name, _ in self.fields}
        return next((version for version, fields in _NEW_FIELDS.items() if names & fields), "2.1")

    def newer_fields(self, version: str) -> tuple[str, ...]:
        """Return the fields of this file that are newer than a `Metadata-Version`, as written."""
        since = {field: known for known, fields in _NEW_FIELDS.items() for field in fields}
        newer = {field for field, known in since.items() if _numbers(known) > _numbers(version)}
        return tuple(dict.fromkeys(name for name, _ in self.fields if name.lower() in newer))

    # How the edits are made: by position in the bytes.

    @property
    def _newline(self) -> bytes:
        first = self.data.partition(b"\n")[0]
        return b"\r\n" if first.endswith(b"\r") else b"\n"

    def end_of_last(self, name: str) -> int:
        """Return the end of the last field of this name, or else of the headers."""
        headers = headers_of(self.data)
        ends = [header.end for header in headers if header.name.lower() == name.lower()]
        return max(ends or [header.end for header in headers], default=0)

    def inserted(self, at: int, lines: bytes) -> CoreMetadata:
        """Return the file with whole lines put in at a position."""
        before = self.data[:at]
        if lines and before and not before.endswith(b"\n"):
            before = before.rstrip(b"\r") + self._newline  # the last header has no line end
        return self._read(before + lines + self.data[at:])

    def replaced(self, name: str, value: str) -> CoreMetadata:
        """Return the file with another value for each field of this name."""
        data = self.data
        for header in reversed(headers_of(data)):
            if header.name.lower() == name.lower():
                line = f"{header.name}: {value}".encode() + self._newline
                data = data[: header.start] + line + data[header.end :]
        return self._read(data)

    def respelled(self, name: str, value: str) -> CoreMetadata:
        """Return the file with values of the field that equal `value`, apart from case, spelled like it."""
        pattern = rb"(?im)^(%s:[ \t]*)%s(?=[ \t\r]*$)" % (name.encode(), value.encode())
        end = max((header.end for header in headers_of(self.data)), default=0)
        head = re.sub(pattern, lambda match: match[1] + value.encode(), self.data[:end])
        return self._read(head + self.data[end:])

    def without(self, name: str, value: str) -> CoreMetadata:
        """Return the file without the fields of this name that have this value."""
        rest = b""
        last = 0
        for header in headers_of(self.data):
            if header.name.lower() == name.lower() and header.value.strip().lower() == value.lower():
                rest += self.data[last : header.start]
                last = header.end
        return self._read(rest + self.data[last:])


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()
