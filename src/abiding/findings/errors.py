"""All exceptions of abiding. Each carries findings, which the hooks and the command line print.

AbidingError
├── DeclarationError   pyproject.toml, or a setting, is wrong
├── ArchiveError       a wheel or sdist can't be read or written
├── DamagedImageError  a compiled file can't be read
├── BackendError       the wrapped backend is not there, or did not do what PEP 517 asks
├── MissingExtraError  a library is not installed that an extra of abiding brings
├── IndexAccessError   a package index can't be reached, or does not have what was asked for
│   ├── UnknownReleaseError    it has no such project, version or file
│   └── UnreachableError       nobody answers, or not in time
├── MissingFileError   a path that was given leads nowhere
└── RefusedError       what the wrapped backend built is not what was declared
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from abiding._version import __version__
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from abiding.findings.rules import Rule

__all__ = [
    "NO_SUCH_FILE",
    "AbidingError",
    "ArchiveError",
    "BackendError",
    "DamagedImageError",
    "DeclarationError",
    "IndexAccessError",
    "MissingExtraError",
    "MissingFileError",
    "RefusedError",
    "UnknownReleaseError",
    "UnreachableError",
    "need_extras",
    "needing",
    "unforeseen",
]


NO_SUCH_FILE = "there is no such file or folder"


class AbidingError(Exception):
    """An error that stops the work; `findings` describe it.

    `closing` is the last line of the output, which says what did not happen because of it.
    """

    def __init__(self, findings: Iterable[Finding] | Finding, closing: str = "") -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        self.closing = closing
        super().__init__("; ".join(finding.message for finding in self.findings))

    def __reduce__(self) -> tuple[type[AbidingError], tuple[object, ...]]:
        """Support pickling."""
        return type(self), (self.findings, self.closing)


class MissingFileError(AbidingError):
    """A file or folder that was given is not there."""

    @classmethod
    def at(cls, path: object, closing: str, hint: str = "") -> MissingFileError:
        """Return the error about one path."""
        return cls(_about(str(path), NO_SUCH_FILE, "missing-file", "", hint), closing)


class DeclarationError(AbidingError):
    """`[tool.abiding]`, `[project]` or a build setting contradicts the specification."""


class ArchiveError(AbidingError):
    """A wheel or sdist is damaged, hostile, or can't be written."""

    @classmethod
    def at(
        cls, artifact: str, message: str, *, rule: Rule = "bad-archive", note: str = "", hint: str = ""
    ) -> ArchiveError:
        """Return the error for a sentence about one file, or for its predicate: `is not a ZIP archive`."""
        return cls(_about(artifact, message, rule, note, hint))


class DamagedImageError(AbidingError):
    """A compiled file can't be read."""

    @classmethod
    def at(cls, artifact: str, message: str, *, note: str = "") -> DamagedImageError:
        """Return the error for a sentence about one file, or about its distribution."""
        return cls(_about(artifact, message, rule="bad-image", note=note, hint=""))


class BackendError(AbidingError):
    """The wrapped backend can't be imported, or what it returned is not what PEP 517 asks for."""


class IndexAccessError(AbidingError):
    """A package index, or one file on it, can't be reached, is not there, or is not what was announced."""

    rule: Rule = "index-access"

    @classmethod
    def of(cls, message: str, *, rule: Rule | None = None, artifact: str = "", note: str = "", hint: str = "") -> Self:
        """Return the error for a sentence about an index, or about one file on it."""
        return cls(_about(artifact, message, rule or cls.rule, note, hint))


class UnknownReleaseError(IndexAccessError):
    """An index has no such project, version or file, or what was asked for names none."""

    rule: Rule = "unknown-release"


class UnreachableError(IndexAccessError):
    """An index, or a file on it, can't be reached, or not in time."""

    rule: Rule = "unreachable"


class MissingExtraError(AbidingError):
    """A library is not installed that an extra of abiding brings."""

    @classmethod
    def of(cls, message: str, needed: str) -> MissingExtraError:
        """Return the error for a sentence about the work; `needed` is what to install.

        The hint has no command: only who installed abiding knows from where it came.
        """
        return cls(_about("", message, rule="missing-extra", note="", hint=f"install `{needed}`"))

    def noted(self, filename: str) -> tuple[Finding, ...]:
        """Return it as a note about a file that was not read because the library is missing."""
        return tuple(
            finding._replace(
                severity=Severity.NOTE, artifact=filename, message=f"{finding.message}; {finding.hints[0]}"
            )
            for finding in self.findings
        )


@contextmanager
def needing(extra: str, work: str) -> Iterator[None]:
    """Turn the absence of a library that is needed for `work` into `MissingExtraError` for the extra."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "abiding").startswith("abiding"):
            raise
        message = f"{work} needs `{exc.name}`, which is not installed"
        raise MissingExtraError.of(message, f"abiding[{extra}]") from exc


# A module of each extra that commands need together with others.
_MODULES = {"index": "pypi_simple", "native": "auditwheel"}


def need_extras(work: str, *extras: str) -> None:
    """Raise `MissingExtraError` that names all of these extras which are not installed."""
    missing = [extra for extra in extras if not _is_importable(_MODULES[extra])]
    if missing:
        modules = " and ".join(f"`{_MODULES[extra]}`" for extra in missing)
        message = f"{work} needs {modules}, which {'are' if missing[1:] else 'is'} not installed"
        raise MissingExtraError.of(message, f"abiding[{','.join(missing)}]")


def _is_importable(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ValueError:  # it is in `sys.modules`, without a spec
        return False


class RefusedError(AbidingError):
    """The wrapped backend built something that differs from what was declared; it is not handed over."""


def _about(artifact: str, message: str, rule: Rule, note: str, hint: str) -> Finding:
    notes, hints = ((text,) if text else () for text in (note, hint))
    if artifact and message.partition(" ")[0].rstrip(",") in _VERBS:
        message = f"the {'folder' if artifact.endswith('/') else 'file'} {message}"
    return Finding(rule, Severity.ERROR, message, artifact=artifact, notes=notes, hints=hints)


# Beginnings of predicates, whose subject is the file.
_VERBS = frozenset({"came", "can't", "claims", "comes", "does", "ends", "has", "is", "lists", "may"})


_HERE = Path(__file__).parent.parent
_MOST_PLACES, _MOST_SAID = 6, 300


def unforeseen(exc: Exception) -> AbidingError:
    """Return the error for an unforeseen exception: its type, its message, and where it was raised."""
    what = f"{type(exc).__name__}: {exc}".rstrip(": \n")
    python = ".".join(map(str, sys.version_info[:3]))
    return AbidingError(
        Finding(
            "unforeseen",
            Severity.ERROR,
            f"this is a bug in abiding: {short(what, _MOST_SAID)}",
            notes=(f"abiding {__version__}, Python {python}, at {', '.join(_places(exc)) or 'no place of ours'}",),
            hints=("report it to the project with these lines, and with the file that it is about if you may",),
        )
    )


def _places(exc: Exception) -> list[str]:
    """Return the places in our own files, the innermost first."""
    import traceback

    frames = [
        (Path(frame.filename), frame.lineno)
        for frame in reversed(traceback.extract_tb(exc.__traceback__))
        if Path(frame.filename).is_relative_to(_HERE)
    ]
    return [f"{path.relative_to(_HERE).as_posix()}:{line}" for path, line in frames[:_MOST_PLACES]]
