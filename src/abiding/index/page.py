"""The page of a project on an index, and which of the files there are the release that somebody asks for."""

from __future__ import annotations

import json
import warnings
from bisect import bisect
from http import HTTPStatus
from typing import TYPE_CHECKING

import pypi_simple
from packaging.utils import canonicalize_name
from packaging.version import Version

from abiding import requirements
from abiding.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from pypi_simple import DistributionPackage, ProjectPage

    from abiding.index.web import Body, Web

__all__ = ["files_of_release", "wheels_of_project"]


def __dir__() -> list[str]:
    return __all__


# Ten times the largest that there are.
_LARGEST = 128 << 20
_NEIGHBOURS = 2


def files_of_release(web: Web, index_url: str, spec: str) -> list[DistributionPackage]:
    """Give the sdists and wheels of the release that `spec` names, sdists first, then by file name.

    Raises `IndexAccessError`.
    """
    name, version = _parse(spec)
    page = _project_page(web, f"{index_url}{canonicalize_name(name)}/", name)
    by_version = _by_version(page, name)
    if not by_version:
        message = f"the index has no sdist and no wheel of `{name}`"
        reason = page.status_reason or "no reason given"
        note = f"its status there is `{page.status}`: {reason}" if page.status else ""
        raise IndexAccessError.of(message, rule="unknown-release", note=note)
    if version is None:
        version = _newest(by_version)
    if version not in by_version:
        raise _unknown_version(name, version, sorted(by_version))
    return sorted(by_version[version].values(), key=lambda file: (file.package_type or "", file.filename))


def wheels_of_project(
    web: Web, index_url: str, name: str, accepted: SpecifierSet
) -> list[dict[str, DistributionPackage]]:
    """Give the wheels of the accepted versions that are not yanked, by file name, the newest version first.

    Raises `IndexAccessError`.
    """
    by_version = _by_version(_project_page(web, f"{index_url}{canonicalize_name(name)}/", name), name)
    found = {}
    for version, files in by_version.items():
        wheels = {key: one for key, one in files.items() if one.package_type == "wheel" and not one.is_yanked}
        if wheels:
            found[version] = wheels
    return [found[version] for version in sorted(accepted.filter(found), reverse=True)]


def _parse(spec: str) -> tuple[str, Version | None]:
    try:
        requirement = requirements.parse(spec)
        return requirement.name, _only_version(requirement)
    except _ManyReleasesError as exc:
        raise IndexAccessError.of(
            f"`{spec}` is a requirement, and many releases may fulfil it",
            rule="unknown-release",
            note="which one is meant would be a guess",
            hint=f"write `{exc.name}==VERSION` for one release, or `{exc.name}` for the newest",
        ) from exc
    except ValueError as exc:  # no requirement, no version, or a number of thousands of digits
        message, note = f"`{spec}` does not name a release", "it is neither `NAME==VERSION` nor `NAME`"
        raise IndexAccessError.of(message, rule="unknown-release", note=note) from exc


class _ManyReleasesError(Exception):
    """A requirement on `name` does not say which release."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _only_version(requirement: Requirement) -> Version | None:
    """Give the version to which it is pinned, None if it accepts all. Raises `_ManyReleasesError`, `ValueError`."""
    specifiers = list(requirement.specifier)
    if requirement.url or requirement.marker or requirement.extras or len(specifiers) > 1:
        raise _ManyReleasesError(requirement.name)
    if not specifiers:
        return None
    if specifiers[0].operator not in ("==", "===") or specifiers[0].version.endswith(".*"):
        raise _ManyReleasesError(requirement.name)
    return Version(specifiers[0].version)


def _project_page(web: Web, url: str, name: str) -> ProjectPage:
    def use(body: Body) -> tuple[int, str, str, bytes]:
        return body.status, body.url, body.headers.get("Content-Type", "text/html"), body.readall()

    headers = {"Accept": pypi_simple.ACCEPT_JSON_PREFERRED}
    status, url, content_type, data = web.read(url, use, limit=_LARGEST, headers=headers, is_text=True)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        message = f"the index has no project `{name}`"
        raise IndexAccessError.of(message, rule="unknown-release", note=f"there is no {url}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise IndexAccessError.of(
            f"the index does not let us read `{name}`",
            note=f"{url} answers {status}",
            hint="credentials belong into the index URL or into netrc",
        )
    if status != HTTPStatus.OK:
        raise IndexAccessError.of(f"the index can't be read: it answers {status}", note=f"asked for {url}")
    try:
        with warnings.catch_warnings():
            # Pages of XHTML are fine.
            warnings.filterwarnings("ignore", "It looks like you're using an HTML parser to parse an XML document")
            return _parsed(name, url, content_type, data)
    except (ValueError, RecursionError, pypi_simple.UnsupportedRepoVersionError) as exc:
        reason = str(exc).partition("\n")[0]
        raise IndexAccessError.of(
            "the index answers with something that is not the Simple API", rule="bad-index", note=f"{url}: {reason}"
        ) from exc


def _parsed(name: str, url: str, content_type: str, data: bytes) -> ProjectPage:
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return pypi_simple.ProjectPage.from_json_data(json.loads(data), url)
    if kind.endswith("html"):
        if b"<" not in data:
            raise ValueError("this is not HTML")
        return pypi_simple.ProjectPage.from_html(name, data, url)
    raise ValueError(f"pages of the type `{kind}` can't be read")


def _by_version(page: ProjectPage, name: str) -> dict[Version, dict[str, DistributionPackage]]:
    """Sort the sdists and wheels by version and file name; what else an index has (eggs, installers) is left out."""
    found: dict[Version, dict[str, DistributionPackage]] = {}
    for file in page.packages:
        if file.package_type not in ("sdist", "wheel") or not file.filename.isprintable() or "/" in file.filename:
            continue
        if canonicalize_name(file.project or "") != canonicalize_name(name):
            continue
        try:
            version = Version(file.version or "")
        except ValueError:  # no version, or a number of thousands of digits
            continue
        found.setdefault(version, {}).setdefault(file.filename, file)
    return found


def _newest(by_version: dict[Version, dict[str, DistributionPackage]]) -> Version:
    def merit(version: Version) -> tuple[bool, bool, Version]:
        is_there = not all(file.is_yanked for file in by_version[version].values())
        return is_there, not version.is_prerelease, version

    return max(by_version, key=merit)


def _unknown_version(name: str, version: Version, known: Sequence[Version]) -> IndexAccessError:
    place = bisect(known, version)
    near = known[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
    return IndexAccessError.of(
        f"the index has no version {version} of `{name}`",
        rule="unknown-release",
        note=f"near to it are {_listed(near)}; the newest of {len(known)} is {known[-1]}",
    )


def _listed(versions: Iterable[Version]) -> str:
    *most, last = map(str, versions)
    return f"{', '.join(most)} and {last}" if most else last
