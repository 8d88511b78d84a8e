"""Arguments that several commands have in common, with their error messages."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from abiding.archives.names import ENDINGS, SDIST_ENDINGS
from abiding.cli.parser import none_of
from abiding.cli.specs import downloading
from abiding.files.plain import is_folder, is_plain, is_there, open_plain
from abiding.findings.characters import visible, without_login
from abiding.findings.errors import AbidingError, DeclarationError, MissingFileError, UnknownReleaseError
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterator
    from enum import StrEnum

    from packaging.requirements import Requirement

__all__ = [
    "EXAMPLE_TAG",
    "add_index_url",
    "naming",
    "one_in",
    "one_of",
    "path",
    "path_or_release",
    "project",
    "tags",
    "versions",
    "wheels_in",
]


_HINT = "give the folder that has pyproject.toml, or an sdist (`.tar.gz`, `.zip`)"


def add_index_url(parser: ArgumentParser, what: str = "the index to look on") -> None:
    """Add `--index-url`, which names an index other than pip's."""
    parser.add_argument("--index-url", metavar="URL", help=f"{what} (default: the one of pip)")


def path_or_release(text: str) -> str:
    """Take a path, or the name of a release."""
    return _given(text, f"a file or folder, and of a release its name{_named(text)}")


def _given(text: str, what: str) -> str:
    """Reject an empty argument, which would mean `.`: a script's variable is probably not set."""
    if not text:
        raise ArgumentTypeError("it is empty; the folder that you are in is `.`")
    if _URL.match(text):
        # As a path it would lose a slash.
        raise ArgumentTypeError(f"`{visible(without_login(text))}` is a URL: give {what}")
    return text


_URL = pattern(r"[A-Za-z][A-Za-z0-9+.-]+://")
# The page of a project, for people or for installers.
_PAGE = pattern(r"/(?:project|simple)/([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:/(\d[\w.!+-]*))?/*(?:[?#].*)?$")


def _named(url: str) -> str:
    """Return the release that a URL is a page of, as the end of a sentence; empty if it is no such page."""
    page = _PAGE.search(url)
    return f", `{page[1]}{f'=={page[2]}' if page[2] else ''}`" if page else ""


def path(text: str) -> Path:
    """Take a path."""
    return Path(_given(text, "a file or folder; what is on an index has to be downloaded first"))


_T = TypeVar("_T", bound="StrEnum")


def one_of(kind: type[_T]) -> Callable[[str], _T]:
    """Return a type for argparse that accepts a few values, and lists them in its error message."""

    def read(text: str) -> _T:
        try:
            return kind(text)
        except ValueError:
            raise ArgumentTypeError(none_of(text, kind)) from None

    return read


@contextmanager
def project(source: Path, closing: str, *, legacy: bool = False, hint: str = _HINT) -> Iterator[str]:
    """Check that an argument is an sdist, or a folder with a pyproject.toml; with `legacy`, a setup.py is enough.

    `hint` says what may be given. The path that is yielded, and errors about the pyproject.toml, name the file as the
    argument does. Raises `AbidingError`.
    """
    folder = source.parent if source.name == "pyproject.toml" else source
    if not is_there(source):
        raise MissingFileError.at(source, closing, hint)
    if not is_folder(folder) and not is_plain(source):
        raise _missing("this is neither a folder nor a file", source, closing, hint)
    names = ("pyproject.toml", "setup.py") if legacy else ("pyproject.toml",)
    if is_folder(folder) and not os.access(folder, os.R_OK | os.X_OK):
        raise _missing(_NOT_READ, source, closing, _OWNER)
    if is_folder(folder) and not any(is_there(folder / name) for name in names):
        raise _missing(
            f"the folder has no {' and no '.join(names)} in it",
            source,
            closing,
            _meant_in(folder, legacy=legacy) or hint,
        )
    name = str(folder / "pyproject.toml") if is_folder(folder) else f"{source.name}/pyproject.toml"
    with naming(name):
        yield name


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Let errors about a pyproject.toml name it as an argument does."""
    try:
        yield
    except DeclarationError as exc:
        findings = [
            finding._replace(artifact=name) if finding.artifact == "pyproject.toml" else finding
            for finding in exc.findings
        ]
        raise DeclarationError(findings, exc.closing) from exc


def _meant_in(folder: Path, *, legacy: bool) -> str:
    """Return a hint for a folder without a pyproject.toml; empty if there is none."""
    if any(is_there(folder / name) for name in ("setup.py", "setup.cfg")):
        return f"`abiding init {visible(str(folder))}` makes it use abiding, with a pyproject.toml"
    built = one_in(folder, *(SDIST_ENDINGS if legacy else ENDINGS))
    return f"give one of the files in it, for example `{visible(str(built))}`" if built else ""


def one_in(folder: Path, *endings: str) -> Path | None:
    """Return a file with one of these endings, or else an sdist or wheel, in a folder or in its `dist`; or None."""
    for place in (folder, folder / "dist"):
        with suppress(OSError):
            fitting = [file for file in sorted(place.iterdir()) if file.name.endswith(endings or ENDINGS)]
            if fitting:
                return fitting[0]
    return None


def wheels_in(path: Path, closing: str) -> list[Path]:
    """Return the wheels at a path; for a project, those in its `dist`. Raises `AbidingError` if there is none."""
    from abiding.files.placing import speaking_of
    from abiding.native.names import wheels_among

    if not is_there(path):
        hint = downloading(
            str(path), "wheels on disk are read", "`abiding check --compiled '{}'` reads those on the index"
        )
        raise MissingFileError.at(path, closing, hint or "give wheels, a folder of them, or that of a project")
    if path.name.endswith(".whl") and not is_folder(path):
        with speaking_of(path):
            open_plain(path).close()
    folder = path / "dist" if is_plain(path / "pyproject.toml") else path
    # Files with a wheel's name that can't be opened are reported when they are read.
    inside = (file for file in sorted(folder.glob("*.whl")) if not is_folder(file))
    wheels = list(inside) if is_folder(folder) else wheels_among([folder])
    if wheels:
        return wheels
    # Errors in a source tree are only warnings in an sdist.
    hint = "build one first: `python -m build`" if folder != path else "give a wheel, which ends in .whl"
    if is_folder(folder) and not os.access(folder, os.R_OK | os.X_OK):
        raise _missing(_NOT_READ, folder, closing, _OWNER)
    message = "the folder has no wheel in it" if folder != path or is_folder(folder) else "this is not a wheel"
    raise _missing(message, folder, closing, hint)


_NOT_READ, _OWNER = "you may not read this folder", "its owner has to let you read it"


def _missing(message: str, source: Path, closing: str, hint: str) -> AbidingError:
    return AbidingError(Finding("missing-file", Severity.ERROR, message, artifact=str(source), hints=(hint,)), closing)


EXAMPLE_TAG = "cp313-cp313-manylinux_2_28_x86_64"


def tags(text: str) -> frozenset[str]:
    """Take a wheel's tag, or a compressed set of them."""
    from packaging.utils import InvalidWheelFilename

    from abiding.project.tags import of_wheel

    # A fourth part would be a build number, or the label of a variant.
    name = f"any-0-{text}.whl" if len(text.split("-")) == len(EXAMPLE_TAG.split("-")) else ""
    try:
        all_tags = of_wheel(name)
    except InvalidWheelFilename:
        suggestion = _tag_meant(text)
        more = f": did you mean `{suggestion}`?" if suggestion else f", such as `{EXAMPLE_TAG}`"
        raise ArgumentTypeError(f"`{visible(text)}` is not a wheel's tag{more}") from None
    for tag in sorted(all_tags):
        if suggestion := _tag_meant(tag):
            raise ArgumentTypeError(f"no wheel has the tag `{visible(tag)}`: did you mean `{suggestion}`?")
    return all_tags


def _tag_meant(text: str) -> str:
    """Return the tag that was probably meant by an impossible one; empty if it is possible, or nothing is similar."""
    from abiding.project.known_tags import can_match, meant_by

    tag = "" if can_match(text) or "*" in text else meant_by(text)
    return "" if "*" in tag else tag


def versions(text: str) -> Requirement:
    """Read a name with versions, or without: `mpich`, `mpich>=4.1`. Raises `IndexAccessError` for anything else."""
    from packaging.requirements import InvalidRequirement

    from abiding.metadata import requirements

    try:
        requirement = requirements.parse(text)
    except InvalidRequirement as exc:
        raise UnknownReleaseError.of(
            f"`{text}` does not name a distribution", hint="for example `mpich==4.1.2`"
        ) from exc
    if requirement.url or requirement.marker or requirement.extras:
        message = f"`{text}` says more than a name and versions"
        raise UnknownReleaseError.of(message, hint=f"write `{requirement.name}{requirement.specifier}`")
    return requirement
