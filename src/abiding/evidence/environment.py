"""Check installed distributions against what the compiled files of others accept."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from abiding.evidence import identities, rules, torch
from abiding.evidence.reading import Compiled, module_of
from abiding.files.plain import is_plain
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import number_of
from abiding.native.contents import read_file
from abiding.native.images import Format
from abiding.native.installed import Installed
from abiding.native.loaded_libraries import load_modules
from abiding.native.names import may_be_image, module_name
from abiding.native.platforms import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.evidence.identities import Internals
    from abiding.evidence.interfaces import Module
    from abiding.native.distribution import InstalledDistribution
    from abiding.native.interpreter import Interpreter

__all__ = ["Seen", "Use", "survey"]


_PIECE = 1 << 20


class Use(NamedTuple):
    """An interface that files of one distribution use of another, with the accepted and the installed versions.

    `refusing` are those of `files` that refuse the installed version, which is empty if there is none. `failures` are
    the errors of modules when they were imported, by name; None if they were not.
    """

    owner: str
    interface: str
    accepts: str
    installed: str
    files: tuple[str, ...]
    refusing: tuple[str, ...]
    failures: Mapping[str, str] | None = None

    @property
    def wrong(self) -> bool:
        """Whether none of the files accepts what is installed."""
        return bool(self.refusing) and len(self.refusing) == len(self.files)

    @property
    def finding(self) -> Finding | None:
        """The finding on it, if anything is wrong."""
        if not self.refusing:
            return None
        number = len(self.files)
        who = number_of(number, "file") if self.wrong else f"{len(self.refusing)} of {number} files"
        refuse = "refuses" if len(self.refusing) == 1 else "refuse"
        tried = () if self.failures is None else (_IMPORTED,)
        if self.failures:
            module, reason = next(iter(self.failures.items()))
            tried = (f"seen: `{module}` can't be imported: {reason}",)
        return Finding(
            "bound-too-loose",
            Severity.ERROR if self.wrong else Severity.WARNING,
            f"{who} of `{self.owner}` {refuse} {self.interface} {self.installed}, which is installed",
            artifact=self.owner,
            field=self.interface,
            expected=self.accepts,
            expected_from="what they accept",
            found=f"{self.interface}=={self.installed}",
            found_from="installed",
            notes=(f"`{self.refusing[0]}` is one of them", *tried),
            hints=(f"install `{self.accepts}`, or another version of `{self.owner.partition(' ')[0]}`",),
        )


_IMPORTED = "what refuses it was imported all the same: its package may do without the C API, or fail later"


class Seen(NamedTuple):
    """The interfaces that compiled files use of other distributions, the worst first, and their build records."""

    uses: tuple[Use, ...]
    internals: tuple[Internals, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings on it."""
        return (*(use.finding for use in self.uses if use.finding), *identities.differing(self.internals))


def survey(python: Interpreter, *, load: bool = False) -> Seen:
    """Check all installed distributions; with `load`, import modules that refuse something, in other processes."""
    from packaging.tags import Tag

    distributions = Installed(python.path).distributions()
    versions: dict[str, str] = {}
    readable = []
    for distribution in distributions:
        with suppress(AbidingError):
            versions[distribution.name] = distribution.metadata.get("Version") or ""
            if any(map(may_be_image, distribution.files)):
                readable.append(distribution)
    uses: list[Use] = []
    internals: list[Internals] = []
    here = Platform.of([Tag("py3", "none", python.platform)]).format
    for distribution in readable:
        modules = tuple(_modules(distribution, here))
        uses += _uses(distribution, modules, versions)
        internals += identities.internals_of(distribution, modules)
    uses.sort(key=lambda use: (not use.wrong, not use.refusing, use.owner.lower()))
    return Seen(tuple(_try(use, python) if load and use.refusing else use for use in uses), tuple(internals))


def _try(use: Use, python: Interpreter) -> Use:
    """Return a use after importing its files, if one of them is a module."""
    modules = [file for file in use.refusing if module_name(file)]
    return use._replace(failures=load_modules(python.executable, modules).failures) if modules else use


def _uses(
    distribution: InstalledDistribution, modules: tuple[Module, ...], versions: Mapping[str, str]
) -> Iterator[Use]:
    for name, files in rules.ranges(Compiled(modules, len(modules), frozenset())).items():
        if name == distribution.name:
            continue
        installed = versions.get(name, "")
        version = _version(installed)
        refusing = [file for file in files if version and not file.accepts(version)]
        accepts = " and ".join(dict.fromkeys(file.interface.bound for file in refusing or files))
        places, refused = (tuple(file.module.file for file in some) for some in (files, refusing))
        yield Use(distribution.label, name, accepts, installed, places, refused)


def _modules(distribution: InstalledDistribution, here: Format | None) -> Iterator[Module]:
    """Yield the files for this system's loader; some distributions have files for others."""
    for place, name in distribution.files.items():
        if may_be_image(place) and is_plain(Path(name)):
            try:
                with open(name, "rb") as file:  # noqa: PTH123 (a place is a string)
                    first = file.read(_PIECE)
                    own = Format.of_data(first)
                    if own and here in (None, own):
                        pieces = iter(partial(file.read, _PIECE), b"")
                        yield torch.refine(module_of(place, chain((first,), pieces)), partial(read_file, name))
            except (OSError, ValueError):
                continue


def _version(installed: str) -> Version | None:
    with suppress(InvalidVersion):
        return Version(installed)
    return None
