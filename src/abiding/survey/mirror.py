"""A mirror of an index on disk, as bandersnatch makes it: JSON pages (PEP 691) and files.

`simple/NAME/index.v1_json` lists the files of a project, by URLs below `packages/`. Beside a wheel there may be its
metadata (`FILE.metadata`, PEP 658). Files that a page lists and the mirror lacks count as files that can't be read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from abiding._version import __version__
from abiding.archives.names import SDIST_ENDINGS
from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.disk import read_artifacts
from abiding.artifacts.identity import Identity, hold_to_name, project_and_version
from abiding.files.plain import is_folder, is_plain, read_for, read_plain
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, ArchiveError, MissingFileError
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.core import CoreMetadata
from abiding.survey.sources import rows_of, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.survey.engines import Run

__all__ = ["Mirror", "MirrorTask", "read"]


_PAGE = "index.v1_json"
_LARGEST_PAGE = 256 << 20
_PROJECTS = 1000  # that one task reads
# Archives of an sdist that nobody reads any more: it is there, whatever it says.
_OLD_SDISTS = (".tar.bz2", ".tar.xz", ".tar.z", ".tgz", ".tar")
_HINT = "bandersnatch writes them with `simple-format = ALL`, or `JSON`"


class MirrorTask(NamedTuple):
    """A task: some projects of a mirror, whose files become a table."""

    root: Path
    pages: tuple[Path, ...]
    table: Path


class Mirror(NamedTuple):
    """A mirror, by the folder that has `simple` and `packages` in it."""

    root: Path

    @classmethod
    def at(cls, source: str) -> Mirror | None:
        """Return the mirror in a folder, or in its folder `web`; None if there is none."""
        for root in (Path(source), Path(source, "web")):
            if is_folder(root / "simple"):
                return cls(root.absolute())
        return None

    def tables(self, folder: Path, run: Run) -> list[Path]:
        """Write tables of all its files to a folder; existing ones are kept. Raises `AbidingError`."""
        folder.mkdir(parents=True, exist_ok=True)
        shelves = list(self._shelves(folder))
        if not shelves:
            raise MissingFileError.at(self.root / "simple" / "*" / _PAGE, "Nothing was surveyed", _HINT)
        for _ in run(read, [shelf for shelf in shelves if not shelf.table.is_file()]):
            pass
        return [shelf.table for shelf in shelves]

    def _shelves(self, folder: Path) -> Iterator[MirrorTask]:
        pages = self._pages()
        while some := tuple(islice(pages, _PROJECTS)):
            stats = [(page.parent.name, page.stat()) for page in some]
            known = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
            digest = sha256(repr((__version__, str(self.root), known)).encode()).hexdigest()
            yield MirrorTask(self.root, some, folder / f"mirror-{digest[:16]}.parquet")

    def _pages(self) -> Iterator[Path]:
        """Yield the pages of all projects; with `hash-index` they are in folders of one letter each."""
        for folder in sorted((self.root / "simple").iterdir()):
            if is_plain(folder / _PAGE):
                yield folder / _PAGE
            elif len(folder.name) == 1 and folder.is_dir():
                yield from (child / _PAGE for child in sorted(folder.iterdir()) if is_plain(child / _PAGE))


def read(shelf: MirrorTask) -> None:
    """Write the table of a shelf: a row for each file that its pages list."""
    with NamedTemporaryFile(dir=shelf.table.parent, prefix="unfinished-", delete=False) as file:
        new = Path(file.name)
    try:
        write((row for page in shelf.pages for row in _rows(shelf.root, page)), new)
        new.rename(shelf.table)
    finally:
        new.unlink(missing_ok=True)


def _rows(root: Path, page: Path) -> Iterator[dict[str, Any]]:
    project = page.parent.name
    try:
        entries = json.loads(read_plain(page, _LARGEST_PAGE))["files"]
        files = [(str(file["filename"]), str(file["url"]), file) for file in entries]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        yield {"name": project, "filename": _PAGE, "packagetype": "sdist", "problem": "bad-index"}
        return
    for filename, url, entry in files:
        kind = _kind(filename)
        if kind is None:
            yield {"name": project, "filename": filename, "packagetype": PurePosixPath(filename).suffix or "no suffix"}
        else:
            listed_file = _Listed(project, filename, url, kind, entry)
            yield from rows_of([listed_file.read(root)])


def _kind(filename: str) -> Literal["sdist", "wheel"] | None:
    if filename.endswith(".whl"):
        return "wheel"
    return "sdist" if filename.lower().endswith((*SDIST_ENDINGS, *_OLD_SDISTS)) else None


class _Listed(NamedTuple):
    """A file on a page, with its entry there."""

    project: str
    filename: str
    url: str
    kind: Literal["sdist", "wheel"]
    entry: Mapping[str, Any]

    def read(self, root: Path) -> Artifact | Unreadable:
        """Read it as far as the mirror has it."""
        uploaded = _time(self.entry.get("upload-time"))
        name, version = self.project, _version(self.filename)
        try:
            name, version = project_and_version(self.filename, self.kind, self.project)
            artifact = self._read(self._local(root), name, version)
        except AbidingError as exc:
            return Unreadable(self.filename, self.kind, name, version, exc.findings[0], uploaded=uploaded)
        return artifact._replace(on_index=True, uploaded=uploaded)

    def _local(self, root: Path) -> Path:
        try:
            parts = PurePosixPath(unquote(urlsplit(self.url).path)).parts
        except ValueError as exc:
            raise ArchiveError.at(self.filename, "has a URL that is none", rule="bad-index") from exc
        parts = parts[parts.index("packages") :] if "packages" in parts else ()
        if not parts or ".." in parts or parts[-1] != self.filename:
            raise ArchiveError.at(self.filename, "has a URL that leads out of the mirror", rule="bad-index")
        return root.joinpath(*parts)

    def _read(self, path: Path, name: str, version: str) -> Artifact:
        beside = path.with_name(f"{path.name}.metadata")
        if self.kind == "wheel" and is_plain(beside):
            data = read_for(beside, bounds.METADATA)
            announced = self.entry.get("core-metadata")
            digest = announced.get("sha256") if isinstance(announced, dict) else None
            if digest and digest != sha256(data).hexdigest():
                raise ArchiveError.at(self.filename, "has other metadata than the page announces", rule="wrong-hash")
            metadata = CoreMetadata.parse(data, self.filename)
            hold_to_name(self.filename, name, version, Identity.of(metadata))
            return Artifact(self.filename, self.kind, name, version, metadata)
        if not is_plain(path):
            raise MissingFileError.at(self.filename, "")
        (artifact,) = read_artifacts([path])
        if isinstance(artifact, Unreadable):
            raise AbidingError(artifact.problem)
        return artifact


def _version(filename: str) -> str:
    """Return the version in the name of an old sdist, or of whatever is none."""
    stem = next((filename[: -len(suffix)] for suffix in _OLD_SDISTS if filename.lower().endswith(suffix)), filename)
    return stem.rpartition("-")[2]


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
    except (ValueError, OverflowError):  # of the year 0, or 10,000, in another zone
        return None
