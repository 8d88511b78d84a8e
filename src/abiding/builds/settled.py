"""METADATA that a project settles without a build, as far as `[project]` can."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.metadata.core import CoreMetadata
from abiding.project.shapes import misshapen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.project.declaration import Declaration
    from abiding.project.pyproject import Pyproject
    from abiding.project.source import Source

__all__ = ["settled"]


def settled(pyproject: Pyproject, declaration: Declaration, source: Source, closing: str) -> CoreMetadata:
    """METADATA as `[project]` settles it, without the lines that are declared for wheels.

    Raises `DeclarationError`, with this closing, if something is left for the build to compute.
    """
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
    head += list(_labelled(project.table))
    text = "".join(f"{field}: {value}\n" for field, value in head)
    metadata = CoreMetadata.parse(f"{text}\n{body}".encode("utf-8", "surrogateescape"), "pyproject.toml")
    return metadata.with_version(metadata.lowest_version)


_BUILD = "build the wheel, then look into it"
_IN_SDIST = "an sdist may know it: `abiding show --metadata NAME-VERSION.tar.gz`"


def _labelled(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields for which `[project]` has labels or parts: URLs, people, the readme (PEP 621)."""
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
