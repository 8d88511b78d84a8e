"""Read all metadata of a release, each file in the cheapest way that the index offers."""

from __future__ import annotations

import hashlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from abiding.archives.names import normalised
from abiding.archives.sdist import Sdist
from abiding.archives.wheel import listing_of
from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.identity import Identity, hold_to_name
from abiding.artifacts.index.failures import public_url
from abiding.artifacts.index.filenames import Disputed
from abiding.artifacts.index.hashing import Announced, Hashed, wrong_hash
from abiding.artifacts.index.page import files_of_release
from abiding.artifacts.index.remote import RemoteFile, missing
from abiding.artifacts.index.web import CONNECTIONS
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, ArchiveError, IndexAccessError, UnreachableError
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern
from abiding.findings.words import all_of
from abiding.metadata.core import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from pypi_simple import DistributionPackage

    from abiding.artifacts.index.progress import Progress
    from abiding.artifacts.index.web import Body, Web

__all__ = ["read_file", "read_release"]


# An sdist is read to its end, and not kept: its last PKG-INFO may be the one that is unpacked.
_LARGEST_SDIST = 1 << 30
_REFUSALS = 3
_FIRST_FIELD = pattern(rb"^Metadata-Version:", re.IGNORECASE | re.MULTILINE)


def read_release(web: Web, url: str, spec: str, progress: Progress | None) -> list[Artifact | Unreadable]:
    """Do as `abiding.artifacts.index.read_release` does, from an index that is open."""
    files, local = files_of_release(web, url, spec)
    reading = _Reading(web, progress)
    artifacts = reading.read(files)
    if reading.unreachable and len(reading.unreachable) == len(artifacts):
        first = next(file for file in artifacts if isinstance(file, Unreadable))
        raise IndexAccessError(first.problem._replace(artifact=""), f"none of {len(artifacts)} files could be read")
    return list(_beside(local, artifacts))


def _beside(local: Sequence[str], artifacts: Iterable[Artifact | Unreadable]) -> Iterator[Artifact | Unreadable]:
    """Add a note on local versions, which the index also has, to the first file that was read."""
    for artifact in artifacts:
        if local and isinstance(artifact, Artifact):
            yield artifact._replace(findings=(*artifact.findings, _local_version(artifact, local)))
            local = ()
        else:
            yield artifact


def _local_version(artifact: Artifact, local: Sequence[str]) -> Finding:
    """Return the note that installers may choose a local version: `==1.0` accepts `1.0+x`, which is newer."""
    newest = local[-1]
    return Finding(
        "two-versions",
        Severity.NOTE,
        f"the index has {all_of(local)} too, which `{artifact.name}=={artifact.version}` accepts",
        artifact=artifact.filename,
        field="Version",
        expected=artifact.version,
        expected_from=artifact.filename,
        found=newest,
        found_from="another release on the index",
        notes=("a local version is newer than the version before its `+`: where its files fit, it is installed",),
        hints=(f"check it too: `abiding check {artifact.name}=={newest}`",),
    )


def read_file(web: Web, url: str, spec: str, choose: Callable[[Sequence[str]], str]) -> Artifact:
    """Do as `abiding.artifacts.index.read_file` does, from an index that is open."""
    files = {file.filename: file for file in files_of_release(web, url, spec).files}
    (artifact,) = _Reading(web, None).read([files[choose(list(files))]])
    if isinstance(artifact, Unreadable):
        raise IndexAccessError(artifact.problem)
    return artifact


class _Reading:
    """The reading of one release: what was read so far, and which requests the index has answered."""

    def __init__(self, web: Web, progress: Progress | None) -> None:
        self._web = web
        self._progress = progress
        self._lock = threading.Lock()
        self._known: dict[bytes, CoreMetadata] = {}
        self._served = False
        self._refusals = 0
        self.unreachable: list[str] = []

    def read(self, files: list[DistributionPackage]) -> list[Artifact | Unreadable]:
        """Read all files, several at once, and keep their order."""
        groups: dict[str, list[DistributionPackage]] = {}
        for file in files:
            groups.setdefault(_announced_hash(file) or file.filename, []).append(file)
        by_name: dict[str, Artifact | Unreadable] = {}
        pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="abiding-index")
        try:
            for future in as_completed([pool.submit(self._read_group, group) for group in groups.values()]):
                by_name.update({artifact.filename: artifact for artifact in future.result()})
                if self._progress:
                    self._progress(len(by_name), len(files), self._web.received)
        finally:
            # After an error or an interruption, no further reading begins.
            pool.shutdown(wait=True, cancel_futures=True)
        return [by_name[file.filename] for file in files]

    def _read_group(self, group: list[DistributionPackage]) -> list[Artifact | Unreadable]:
        """Read files whose announced metadata have the same hash: the first with that hash is used for all."""
        shared: CoreMetadata | None = None
        read: list[Artifact | Unreadable] = []
        for file in group:
            findings: tuple[Finding, ...] = ()
            name, version = normalised(file.project or ""), file.version or ""
            try:
                if isinstance(file, Disputed):
                    raise file.refuse()
                metadata = shared
                if metadata is None:
                    data, findings = self._metadata(file)
                    metadata = self._parse(data, file.filename)
                # One hash may be announced for the files of many projects.
                hold_to_name(file.filename, name, version, Identity.of(metadata))
            except AbidingError as exc:
                if isinstance(exc, UnreachableError):
                    self.unreachable.append(file.filename)
                problem = exc.findings[0]._replace(artifact=file.filename)
                read.append(Unreadable(file.filename, problem=problem, **_of_page(file)))
                continue
            if shared is None and hashlib.sha256(metadata.data).hexdigest() == _announced_hash(file):
                shared = metadata
            read.append(Artifact(file.filename, metadata=metadata, findings=findings, **_of_page(file)))
        return read

    def _parse(self, data: bytes, filename: str) -> CoreMetadata:
        with self._lock:
            if data not in self._known:
                self._known[data] = CoreMetadata.parse(data, filename)
            return self._known[data]

    def _metadata(self, file: DistributionPackage) -> tuple[bytes, tuple[Finding, ...]]:
        """Read the metadata of an archive, and findings on it."""
        if self._may_have_sidecar(file):
            data = self._sidecar(file)
            if data is not None:
                return data, ()
        return self._from_file(file)

    # The metadata file beside the archive (PEP 658).

    def _may_have_sidecar(self, file: DistributionPackage) -> bool:
        """Return whether to request it: some indexes serve it without announcing it, for some releases."""
        if file.has_metadata is not None:
            return file.has_metadata
        return file.package_type == "wheel" and (self._served or self._refusals < _REFUSALS)

    def _sidecar(self, file: DistributionPackage) -> bytes | None:
        status, data = self._web.get(file.metadata_url, limit=2 * bounds.METADATA)
        # A server may answer 200 with a page for any URL.
        is_there = status == HTTPStatus.OK and bool(_FIRST_FIELD.search(data))
        with self._lock:
            self._served = self._served or is_there
            self._refusals += not is_there
        if not is_there:
            return None
        announced, digest = _announced_hash(file), hashlib.sha256(data).hexdigest()
        if announced and announced != digest:
            message = "has metadata on the index that are not what the index announces"
            raise wrong_hash(file.filename, message, "sha256", announced, digest)
        return data

    # The file itself.

    def _from_file(self, file: DistributionPackage) -> tuple[bytes, tuple[Finding, ...]]:
        if file.filename.endswith(".tar.gz"):
            return self._web.read(file.url, lambda body: _stream(body, file), limit=_LARGEST_SDIST)
        if not file.filename.endswith((".whl", ".zip")):
            raise ArchiveError.at(file.filename, "is neither a .tar.gz nor a .zip file")
        remote = cast("BinaryIO", RemoteFile(self._web, file.url, file.filename, file.size, file.digests))
        if file.package_type == "wheel":
            return listing_of(remote, file.filename)[1], ()
        return _read_sdist(remote, file.filename)


def _stream(body: Body, file: DistributionPackage) -> tuple[bytes, tuple[Finding, ...]]:
    if body.status != HTTPStatus.OK:
        raise missing(file.filename, body.status, body.url)
    hashed = Hashed(cast("BinaryIO", body), Announced(file.digests))
    read = _read_sdist(cast("BinaryIO", hashed), file.filename)
    hashed.hold(file.filename)
    return read


def _read_sdist(file: BinaryIO, filename: str) -> tuple[bytes, tuple[Finding, ...]]:
    sdist = Sdist.read(file, filename, ["PKG-INFO"])
    return sdist.pkg_info, sdist.findings


def _announced_hash(file: DistributionPackage) -> str:
    return (file.metadata_digests or {}).get("sha256", "").lower()


def _of_page(file: DistributionPackage) -> dict[str, Any]:
    """Return the values of an artifact from the project's page, which are known even if the file can't be read."""
    return {
        "kind": "wheel" if file.package_type == "wheel" else "sdist",
        "name": normalised(file.project or ""),
        "version": file.version or "",
        "yanked": (file.yanked_reason or "no reason given") if file.is_yanked else "",
        "on_index": True,
        "read_from": public_url(file.url),
        "uploaded": file.upload_time,
    }
