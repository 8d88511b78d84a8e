"""A folder with releases as an index shows them: pages (PEP 503, PEP 691), and the metadata of each wheel (PEP 658).

simple/index.html  simple/index.json  simple/NAME/index.html  simple/NAME/index.json
files/ARCHIVE      files/WHEEL.metadata
"""

from __future__ import annotations

import hashlib
import html
import json
import shutil
from typing import TYPE_CHECKING, Any

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from makers.contents import metadata_of_sdist, metadata_of_wheel, values

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_META = {"api-version": "1.1"}
_PAGE = '<!DOCTYPE html>\n<meta name="pypi:repository-version" content="1.1">\n<title>{title}</title>\n{links}\n'


def lay(folder: Path, archives: Iterable[Path]) -> None:
    """Put releases on a shelf; only wheels have their metadata beside them, as on the large index."""
    files = folder / "files"
    files.mkdir(parents=True)
    projects: dict[str, list[dict[str, Any]]] = {}
    for archive in sorted(archives):
        shutil.copyfile(archive, files / archive.name)
        projects.setdefault(_parsed(archive.name)[0], []).append(_entry(files / archive.name))
    for name, entries in projects.items():
        _page(folder / "simple" / name, name, entries, {"name": name, "files": entries, "versions": _versions(entries)})
    names = [{"name": name, "url": f"{name}/"} for name in sorted(projects)]
    _page(folder / "simple", "Simple index", names, {"projects": [{"name": one["name"]} for one in names]})


def _parsed(name: str) -> tuple[str, str]:
    project, version = (parse_wheel_filename(name) if name.endswith(".whl") else parse_sdist_filename(name))[:2]
    return str(project), str(version)


def _versions(entries: Iterable[dict[str, Any]]) -> list[str]:
    return sorted({_parsed(entry["filename"])[1] for entry in entries})


def _entry(file: Path) -> dict[str, Any]:
    """Describe a file as PEP 691 has it, and write down the metadata of a wheel."""
    data = file.read_bytes()
    metadata = metadata_of_wheel(file) if file.suffix == ".whl" else metadata_of_sdist(file)
    entry: dict[str, Any] = {
        "filename": file.name,
        "url": f"../../files/{file.name}",
        "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
        "size": len(data),
    }
    for python in values(metadata, "Requires-Python"):
        entry["requires-python"] = python
    if file.suffix == ".whl":
        file.with_name(file.name + ".metadata").write_bytes(metadata)
        entry["core-metadata"] = {"sha256": hashlib.sha256(metadata).hexdigest()}
    return entry


def _page(folder: Path, title: str, entries: Iterable[dict[str, Any]], answer: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.json").write_text(json.dumps({"meta": _META, **answer}, indent=1), encoding="utf-8")
    links = "\n".join(f"{_link(entry)}<br>" for entry in entries)
    (folder / "index.html").write_text(_PAGE.format(title=title, links=links), encoding="utf-8")


def _link(entry: dict[str, Any]) -> str:
    digest = entry.get("hashes", {}).get("sha256")
    attributes = {"href": entry["url"] + (f"#sha256={digest}" if digest else "")}
    if python := entry.get("requires-python"):
        attributes["data-requires-python"] = python
    if metadata := entry.get("core-metadata"):
        attributes["data-core-metadata"] = f"sha256={metadata['sha256']}"
    said = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {said}>{html.escape(entry.get('filename') or entry['name'])}</a>"
