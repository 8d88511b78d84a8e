"""The METADATA of a wheel before it is built, from PKG-INFO or a static `[project]`.

It does not contain the lines of the ABI level; these come from the declaration.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.files.plain import is_plain, read_for
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError, DeclarationError
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject, as_shown
from abiding.project.value_types import misshapen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from abiding.project.declaration import Declaration
    from abiding.project.source import Source

__all__ = [
    "KnownMetadata",
    "by_own_pkg_info",
    "known_metadata",
    "project_metadata",
    "read_dist_info",
    "write_dist_info",
]


class KnownMetadata(NamedTuple):
    """The known METADATA of a wheel: equal in meaning to what will be built, and byte for byte if `exact`."""

    metadata: CoreMetadata
    exact: bool = True


def known_metadata(source: Source, declaration: Declaration) -> KnownMetadata | None:
    """Return the METADATA of a wheel without calling the wrapped backend; None if only a build can tell.

    There are three sources, the most reliable first: a PKG-INFO that was written for this declaration, a static
    `[project]`, and any other complete PKG-INFO.
    """
    if own := by_own_pkg_info(source, declaration):
        return KnownMetadata(own)
    if static := _by_project(source, declaration):
        return KnownMetadata(static)
    if source.complete is None:
        return None
    without = source.complete.without_sanction()
    known = without.as_built() if declaration.metadata_version is None else None
    return KnownMetadata(known or without.with_version(without.lowest_version), exact=False)


def by_own_pkg_info(source: Source, declaration: Declaration, fallback_version: str = "") -> CoreMetadata | None:
    """Return METADATA from the PKG-INFO that was written for this declaration; None if there is none.

    `fallback_version` is used where PKG-INFO does not determine Metadata-Version; if it is empty, the answer is None.
    """
    if source.complete is None or not source.is_own:
        return None
    metadata = source.complete.as_built() if declaration.metadata_version is None else None
    if metadata is None and fallback_version:
        return source.complete.without_sanction().with_version(fallback_version)
    return metadata


def _by_project(source: Source, declaration: Declaration) -> CoreMetadata | None:
    """Return what meson-python will write, if it has nothing to compute; None for other backends."""
    project = declaration.project
    if declaration.backend != "mesonpy" or project.table is None or project.dynamic - project.extends:
        return None
    try:
        import mesonpy

        table = as_shown(Pyproject.read(source.folder).table)
        return CoreMetadata.parse(bytes(mesonpy.Metadata.from_pyproject(table, source.folder).as_rfc822()), "METADATA")
    except Exception:  # noqa: BLE001 (the build reports errors, in [project] for example, with better messages)
        return None


def project_metadata(pyproject: Pyproject, declaration: Declaration, source: Source, closing: str) -> CoreMetadata:
    """Return METADATA without our lines from `[project]`. Raises `DeclarationError` if that is not enough."""
    project, backend = declaration.project, declaration.backend

    def unknown(message: str, hint: str) -> DeclarationError:
        return DeclarationError(pyproject.finding("not-known", message, ("project",), hints=(hint,)), closing)

    if source.pkg_info:
        left = [
            field
            for field in source.pkg_info.all("Dynamic")
            if field.lower() not in ("requires-dist", "provides-extra")
        ]
        fields = ", ".join(f"`{field}`" for field in left)
        raise unknown(f"PKG-INFO leaves {fields} to the build", _BUILD)
    if project.table is None:
        raise unknown(f"there is no `[project]`: `{backend}` computes all of it when it builds", _IN_SDIST)
    missing = sorted(project.dynamic - project.extends)
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise unknown(f"`{backend}` computes {names} when it builds", _IN_SDIST)
    wrong = [
        pyproject.finding("bad-type", misfit.message(), misfit.key, hints=(misfit.hint,))
        for misfit in islice(misshapen(project.table), bounds.FAULTS)
    ]
    if wrong:
        raise DeclarationError(wrong, closing)
    promised = source.promise.values
    body = next((value for field, value in promised.fields if field == "Description"), "")
    head = [
        ("Metadata-Version", "2.1"),
        *(field for field in promised.fields if field[0] not in ("Description", "Project-URL")),
    ]
    head += list(_structured_fields(project.table))
    text = "".join(f"{field}: {value}\n" for field, value in head)
    metadata = CoreMetadata.parse(f"{text}\n{body}".encode("utf-8", "surrogateescape"), "pyproject.toml")
    return metadata.with_version(metadata.lowest_version)


_BUILD = "build the wheel, then look into it"
_IN_SDIST = "an sdist may know it: `abiding show --metadata NAME-VERSION.tar.gz`"


def _structured_fields(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that `[project]` has in a structured form: URLs, people, the readme (PEP 621)."""
    urls = table.get("urls")
    for label, url in urls.items() if isinstance(urls, dict) else ():
        yield "Project-URL", f"{label}, {url}"
    for name, field in (("authors", "Author"), ("maintainers", "Maintainer")):
        people = [person for person in table.get(name, ()) if isinstance(person, dict)]
        names = [person["name"] for person in people if "name" in person and "email" not in person]
        mails = [
            f"{person['name']} <{person['email']}>" if "name" in person else person["email"]
            for person in people
            if "email" in person
        ]
        yield from ((field + suffix, ", ".join(ones)) for suffix, ones in (("", names), ("-email", mails)) if ones)
    readme = table.get("readme")
    if isinstance(readme, dict) and "content-type" in readme:
        yield "Description-Content-Type", str(readme["content-type"])
    elif isinstance(readme, str):
        kinds = {"md": "text/markdown", "rst": "text/x-rst"}
        yield "Description-Content-Type", kinds.get(readme.rpartition(".")[2].lower(), "text/plain")


def write_dist_info(directory: Path, metadata: CoreMetadata) -> str:
    """Write a `.dist-info` folder that contains only METADATA below `directory`. Returns its name (PEP 517)."""
    name = normalised(metadata.get("Name")).replace("-", "_")
    folder = directory / f"{name}-{_canonical_version(metadata.get('Version'))}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_bytes(metadata.data)
    return folder.name


def _canonical_version(version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def read_dist_info(directory: Path) -> CoreMetadata:
    """Read METADATA of the `.dist-info` folder that a front end passes to a build (PEP 517 `metadata_directory`).

    Some pass its parent folder, which setuptools accepts too. Raises `ArchiveError` if the file is in neither.
    """
    for path in (directory / "METADATA", *sorted(directory.glob("*.dist-info/METADATA"))):
        if is_plain(path):
            return CoreMetadata.parse(read_for(path, bounds.METADATA), f"{path.parent.name}/METADATA")
    raise ArchiveError.at(
        str(directory),
        "this is not a folder of prepared metadata: it has no METADATA",
        hint="the front end has to give the `.dist-info` folder that `prepare_metadata_for_build_wheel` has written",
    )
