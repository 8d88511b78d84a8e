"""The page of a project on an index, and its files that belong to the requested release."""

from __future__ import annotations

from bisect import bisect
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

import pypi_simple
from packaging.version import Version

from abiding.archives.names import normalised
from abiding.artifacts.index.base_url import Base
from abiding.artifacts.index.failures import public_url
from abiding.artifacts.index.filenames import Disputed, Filenames, in_doubt, one_of
from abiding.artifacts.index.html import elements
from abiding.artifacts.index.json_members import members
from abiding.findings import bounds
from abiding.findings.errors import IndexAccessError, UnknownReleaseError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import all_of
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from pypi_simple import DistributionPackage

    from abiding.artifacts.index.web import Body, Web

__all__ = ["files_of_release", "wheels_of_project"]


_NEIGHBOURS = 2
_NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = pattern(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}")


class ReleaseFiles(NamedTuple):
    """The sdists and wheels of a release, sdists first, then by file name.

    `local` are its local versions (`1.0+x`), which are separate releases, but match a requirement on it.
    """

    files: list[DistributionPackage]
    local: tuple[str, ...]


def files_of_release(web: Web, index_url: str, spec: str) -> ReleaseFiles:
    """Return the files of the release that `spec` names. Raises `IndexAccessError`."""
    name, version = _parse(spec)
    page = _project_page(web, f"{index_url}{normalised(name)}/", name)
    by_version = _by_version(page, name)
    if not by_version:
        message = f"the index has no sdist and no wheel of `{name}`"
        note = f"its status there is `{page.status}`: {page.reason or 'no reason given'}" if page.status else ""
        raise UnknownReleaseError.of(message, note=note)
    if version is None:
        version = _newest(by_version)
    if version not in by_version:
        raise _unknown_version(name, version, sorted(by_version))
    files = sorted(by_version[version].values(), key=lambda file: (file.package_type or "", file.filename))
    return ReleaseFiles(files, () if "===" in spec or version.local else tuple(_local(version, by_version)))


def _local(version: Version, by_version: dict[Version, dict[str, DistributionPackage]]) -> Iterator[str]:
    """Yield the local versions of a version that are not yanked, in their order."""
    for other, files in sorted(by_version.items(), key=lambda item: item[0]):
        is_there = not all(file.is_yanked for file in files.values())
        if is_there and other.local and Version(other.public) == version:
            yield str(other)


def wheels_of_project(
    web: Web, index_url: str, name: str, accepted: SpecifierSet | None
) -> list[dict[str, DistributionPackage]]:
    """Return the wheels of each accepted version, newest first, without yanked ones; if all are accepted, with them."""
    by_version = _by_version(_project_page(web, f"{index_url}{normalised(name)}/", name), name)
    wheels_of = {}
    for version, files in by_version.items():
        wheels = {
            key: file
            for key, file in files.items()
            if file.package_type == "wheel"
            and (accepted is None or not file.is_yanked)
            and not isinstance(file, Disputed)
        }
        if wheels:
            wheels_of[version] = wheels
    return [
        wheels_of[version]
        for version in sorted(wheels_of if accepted is None else accepted.filter(wheels_of), reverse=True)
    ]


def _parse(spec: str) -> tuple[str, Version | None]:
    try:
        requirement = requirements.parse(spec)
        version, more = _only_version(requirement)
    except _ManyReleasesError as exc:
        raise UnknownReleaseError.of(
            f"`{spec}` points to a URL, and is no release of an index"
            if exc.by_url
            else f"`{spec}` is a requirement, and many releases may fulfil it",
            note="what is not on an index is read from where it lies on disk"
            if exc.by_url
            else "which one is meant would be a guess",
            hint=f"write `{exc.name}==VERSION` for one release, or `{exc.name}` for the newest",
        ) from exc
    except ValueError as exc:  # an invalid requirement or version, or a number of thousands of digits
        message, note = f"`{spec}` does not name a release", "it is neither `NAME==VERSION` nor `NAME`"
        name = _NAME.match(spec)
        hint = f"write `{name[0]}==VERSION` for one release, or `{name[0]}` for the newest" if name else ""
        raise UnknownReleaseError.of(message, note=note, hint=hint) from exc
    if more:
        message = f"`{spec}` says more than which release is meant"
        raise UnknownReleaseError.of(message, hint=f"write `{requirement.name}=={version}`")
    return requirement.name, version


class _ManyReleasesError(Exception):
    """A requirement on `name` does not name one release; with `by_url`, because it has a URL."""

    def __init__(self, requirement: Requirement) -> None:
        super().__init__(requirement.name)
        self.name = requirement.name
        self.by_url = requirement.url is not None


def _only_version(requirement: Requirement) -> tuple[Version | None, bool]:
    """Return the pinned version, None for any, and whether there is more. Raises `_ManyReleasesError`, `ValueError`."""
    specifiers = list(requirement.specifier)
    more = bool(requirement.url or requirement.marker or requirement.extras)
    if not specifiers and not more:
        return None, False
    if requirement.url and _VERSION.fullmatch(requirement.url):  # the notation of other package managers
        return Version(requirement.url), True
    if len(specifiers) != 1 or specifiers[0].operator not in ("==", "===") or specifiers[0].version.endswith(".*"):
        raise _ManyReleasesError(requirement)
    return Version(specifiers[0].version), more


class _Page(NamedTuple):
    """The page of a project: those files that have its name, and its status with the reason."""

    files: tuple[DistributionPackage, ...]
    status: str = ""
    reason: str = ""


def _project_page(web: Web, url: str, name: str) -> _Page:
    def use(body: Body) -> tuple[int, _Page | None]:
        return body.status, _parse_page(name, body) if body.status == HTTPStatus.OK else None

    headers = {"Accept": pypi_simple.ACCEPT_JSON_PREFERRED}
    status, page = web.read(url, use, limit=bounds.INDEX_PAGE, headers=headers, is_text=True)
    if page is not None:
        return page
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        message = f"the index has no project `{name}`"
        hint = "check the spelling; `--index-url` names another index"
        raise UnknownReleaseError.of(message, note=f"there is no {url}", hint=hint)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise IndexAccessError.of(
            f"the index does not let us read `{name}`",
            note=f"{url} answers {status}",
            hint="credentials belong into the index URL or into netrc",
        )
    raise IndexAccessError.of(f"the index can't be read: it answers {status}", note=f"asked for {url}")


def _parse_page(name: str, body: Body) -> _Page:
    kind = body.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    read = next((read for ending, read in _READERS.items() if kind.endswith(ending)), None)
    message = "the index answers with something that is not the Simple API"
    if read is None:
        note = f"{public_url(body.url)}: pages of the type `{kind[: bounds.EXCERPT]}` can't be read"
        raise IndexAccessError.of(message, rule="bad-index", note=note)
    try:
        return read(name, body)
    except (ValueError, RecursionError, pypi_simple.UnsupportedRepoVersionError) as exc:
        if body.failure:
            raise
        reason = str(exc).partition("\n")[0][: bounds.EXCERPT]
        raise IndexAccessError.of(message, rule="bad-index", note=f"{public_url(body.url)}: {reason}") from exc


def _of_json(name: str, body: Body) -> _Page:
    """Read a page of PEP 691. Raises `ValueError`, `RecursionError`, `pypi_simple.UnsupportedRepoVersionError`."""
    about: dict[str, Any] = {}
    files: list[DistributionPackage] = []
    filenames = Filenames(name)
    for key, value in members(cast("BinaryIO", body), "files"):
        if key != "files":
            about |= {key: value} if key in ("meta", "name", "project-status") else {}
            continue
        if not isinstance(value, dict):
            raise ValueError("a file that is not an object")  # noqa: TRY004 (of what was read, not of an argument)

        def make(filename: str, value: dict[str, Any] = value) -> DistributionPackage:
            return pypi_simple.DistributionPackage.from_json_data({**value, "filename": filename}, name, body.url)

        files += filenames.of_json(value.get("filename"), _absolute(body.url, value.get("url")), make)
        _count(files)
    # It knows the versions of the API, and what belongs to them.
    page = pypi_simple.ProjectPage.from_json_data({**about, "files": []}, body.url)
    return _Page(tuple(files), page.status or "", page.status_reason or "")


def _of_html(name: str, body: Body) -> _Page:
    """Read a page of PEP 503. Raises `ValueError`, `pypi_simple.UnsupportedRepoVersionError`."""
    data = body.readall()
    if b"<" not in data:
        raise ValueError("this is not HTML")
    about: dict[str, str] = {}
    files: list[DistributionPackage] = []
    base = Base(body.url)
    filenames = Filenames(name)
    for element in elements(data):
        attributes: dict[str, Any] = dict(element.attributes)
        if element.name == "base":
            base.take(attributes.get("href"))
        elif element.name == "meta" and attributes.get("name", "") in _ABOUT:
            about.setdefault(attributes["name"], attributes.get("content", ""))
        elif element.name == "a" and attributes.get("href"):
            href, at = attributes["href"], base.of_link()

            def make(
                filename: str, href: str = href, at: str = at, more: dict[str, Any] = attributes
            ) -> DistributionPackage:
                return pypi_simple.DistributionPackage.from_link(
                    pypi_simple.Link(filename, urljoin(at, href), more), name
                )

            links = [*filenames.of_html(href, _absolute(at, href), make)]
            files += [in_doubt(file, element.doubt) for file in links] if element.doubt else links
            _count(files)
    head = "".join(f'<meta name="{key}" content="{escape(value)}">' for key, value in about.items())
    page = pypi_simple.ProjectPage.from_html(name, f"<html>{head}</html>")
    return _Page(tuple(files), page.status or "", page.status_reason or "")


def _absolute(base: str, url: object) -> str:
    """Return the absolute URL of a link; empty if it is invalid, which is reported only if it matters."""
    try:
        return urljoin(base, url) if isinstance(url, str) else ""
    except ValueError:
        return ""


_READERS = {"json": _of_json, "html": _of_html}
_ABOUT = ("pypi:repository-version", "pypi:project-status", "pypi:project-status-reason")


def _count(files: Sequence[object]) -> None:
    if len(files) > bounds.INDEX_FILES:
        raise ValueError(f"it lists more than {bounds.INDEX_FILES:,} files")


def _by_version(page: _Page, name: str) -> dict[Version, dict[str, DistributionPackage]]:
    """Sort the sdists and wheels by version and file name; other files (eggs, installers) are left out."""
    wheels: dict[Version, dict[str, DistributionPackage]] = {}
    for file in page.files:
        if file.package_type not in ("sdist", "wheel"):
            continue
        if normalised(file.project or "") != normalised(name):
            continue
        try:
            version = Version(file.version or "")
        except ValueError:  # no version, or a number of thousands of digits
            continue
        files = wheels.setdefault(version, {})
        files[file.filename] = one_of(files.get(file.filename, file), file)
    return wheels


def _newest(by_version: dict[Version, dict[str, DistributionPackage]]) -> Version:
    def merit(version: Version) -> tuple[bool, bool, Version]:
        is_there = not all(file.is_yanked for file in by_version[version].values())
        return is_there, not version.is_prerelease, version

    return max(by_version, key=merit)


def _unknown_version(name: str, version: Version, known: Sequence[Version]) -> IndexAccessError:
    place = bisect(known, version)
    near = known[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
    return UnknownReleaseError.of(
        f"the index has no version {version} of `{name}`",
        note=f"near to it are {all_of(map(str, near))}; the newest of {len(known)} is {known[-1]}",
        hint=f"write one of them, `{name}=={known[-1]}` for example",
    )
