"""An installed distribution and the libraries that its compiled files really get."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.tags import Tag

from abiding.archives.names import normalised
from abiding.files.plain import is_there
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.native import contents
from abiding.native.library_use import LibraryOutcome, LibraryUse
from abiding.native.links import Inside, Missing, Provided, System, follow
from abiding.native.loaded_libraries import Loaded, load_modules
from abiding.native.loader import base_name, expand_run_path
from abiding.native.lost_libraries import judge_lost
from abiding.native.platforms import Platform
from abiding.native.providers import Neighbours
from abiding.native.reach import is_program
from abiding.native.rules import judge_installed, rebuilt
from abiding.native.subject import Subject
from abiding.native.symbols import lacking
from abiding.project.build_record import record_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from abiding.native.distribution import InstalledDistribution
    from abiding.native.installed import Installed
    from abiding.native.interpreter import Interpreter
    from abiding.native.links import Link
    from abiding.project.build_record import Shared

__all__ = ["SurveyedDistribution"]


class SurveyedDistribution(NamedTuple):
    """A distribution: its libraries for others (`shared`), and others' that lack symbols (`lacking`)."""

    subject: Subject
    python: Interpreter
    seen: Loaded | None
    shared: tuple[str, ...]
    findings: tuple[Finding, ...]
    lacking: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        distribution: InstalledDistribution,
        shelf: Installed,
        python: Interpreter,
        *,
        load: bool,
        reported: Collection[str],
    ) -> SurveyedDistribution:
        """Follow the needs of a distribution's files; with `load` also load its modules. Raises `AbidingError`."""
        tags = [Tag("py3", "none", python.platform)]
        platform = replace(Platform.of(tags), layout=distribution.layout)
        whole = shelf.get(distribution.name) or contents.of_installed(distribution)
        consumer = whole.loadable(platform.format)
        neighbours = Neighbours.of(consumer.requires, tags, [shelf])
        links = follow(consumer, neighbours, platform)
        problems: tuple[Finding, ...] = ()
        own = None
        try:
            record = record_in(distribution.member, distribution.label)
            own = record.if_native if record else None
        except AbidingError as exc:
            problems = exc.findings
        subject = Subject(distribution.label, consumer, links, neighbours, platform, own, shelf.get)
        others = [link.image.place for link in links if not isinstance(link.origin, System)]
        seen = load_modules(python.executable, others).without(reported) if load and others else None
        surveyed = cls(subject, python, seen, tuple(_shared(distribution, consumer)), problems)
        judged = surveyed._concerned()
        without = frozenset(library for lack in lacking(judged) for library in lack.libraries)
        return surveyed._replace(findings=(*problems, *surveyed._judge(judged)), lacking=without)

    def rows(self) -> Iterator[LibraryUse]:
        """Yield the libraries that its files use, without those of the system."""
        by_library: dict[tuple[str, type], list[Link]] = {}
        for link in self.subject.links:
            if not isinstance(link.origin, System):
                by_library.setdefault((base_name(link.library), type(link.origin)), []).append(link)
        for (library, _), links in by_library.items():
            yield self._row(library, links)

    def _row(self, library: str, links: list[Link]) -> LibraryUse:
        # A link that does not reach its library tells most, and one of a program least.
        link = min(links, key=lambda each: (getattr(each.origin, "reached", True), is_program(each.image)))
        recorded = self._record_of(library)
        mapped = self.seen.file_of(library, self._own_file(link)) if self.seen else ""
        outcome = self._outcome_of_mapped(mapped, link, recorded) if mapped else self._outcome(link, recorded)
        provider = link.origin.contents if isinstance(link.origin, Provided) else None
        there = self.subject.at_hand(normalised(recorded.distribution)) if recorded and not provider else provider
        return LibraryUse(
            self.subject.artifact,
            tuple(dict.fromkeys(user.image.place for user in links)),
            library,
            self._describe(mapped, link) if mapped else self._origin(link),
            provider.name if provider else recorded.distribution if recorded else "",
            recorded.version if recorded else "",
            there.version if there else "",
            outcome,
            bool(mapped),
            self._is_wrong(outcome, link, recorded),
        )

    def _record_of(self, library: str) -> Shared | None:
        every = self.subject.record.libraries if self.subject.record else ()
        return next((shared for shared in every if library in (shared.library, shared.file.rpartition("/")[2])), None)

    def _origin(self, link: Link) -> str:
        match link.origin:
            case Inside(reached=True):
                return "bundled"
            case Provided(contents=provider, reached=True):
                return f"{provider.name} {provider.version}"
        return self._of_system(link)

    def _of_system(self, link: Link) -> str:
        """Return the file that the loader falls back to: below an absolute run path, or in the system's folders."""
        image, layout = link.image, self.subject.platform.layout
        paths = [path for path in image.run_paths if expand_run_path(path, image.folder, layout) is None]
        candidates = [Path(folder, base_name(link.library)) for folder in (*paths, *self.python.folders)]
        return next((str(candidate) for candidate in candidates if is_there(candidate)), "")

    def _describe(self, mapped: str, link: Link) -> str:
        """Return the origin of a mapped file, as shown in the table."""
        if _same(mapped, self._own_file(link)):
            return self._origin(link._replace(origin=link.origin._replace(reached=True)))  # type: ignore[call-arg]
        folders = sorted((folder for folder in self.python.path if mapped.startswith(folder)), key=len)
        return mapped.removeprefix(folders[-1]).lstrip("/") if folders else mapped

    def _own_file(self, link: Link) -> str:
        """Return the path of the file that is meant; empty if there is none."""
        match link.origin:
            case Inside(image=image):
                return self.subject.consumer.files[image.place]
            case Provided(contents=provider, image=image):
                return provider.files[image.place]
        return ""

    def _outcome(self, link: Link, recorded: Shared | None) -> LibraryOutcome:
        """Return the outcome by reading alone."""
        if self.seen and self.seen.failures:
            return LibraryOutcome.IMPORT_FAILS
        match link.origin:
            case Provided(reached=False) | Inside(reached=False):
                return LibraryOutcome.NOT_REACHED
            case Inside():
                return LibraryOutcome.BUNDLED
            case Provided() as origin:
                return self._outcome_of_version(link, origin, recorded)
        if recorded and self.subject.at_hand(normalised(recorded.distribution)):
            return LibraryOutcome.GONE
        return LibraryOutcome.SYSTEM if self._of_system(link) else LibraryOutcome.MISSING

    def _outcome_of_mapped(self, mapped: str, link: Link, recorded: Shared | None) -> LibraryOutcome:
        """Return the outcome by the file that the loader has mapped, which is the first of its name."""
        if _same(mapped, self._own_file(link)):
            if isinstance(link.origin, Provided):
                return self._outcome_of_version(link, link.origin, recorded)
            return LibraryOutcome.BUNDLED
        if isinstance(link.origin, Inside) and _equal(Path(mapped), Path(self._own_file(link))):
            return LibraryOutcome.EQUAL_LOADED
        return LibraryOutcome.ANOTHER_LOADED

    def _outcome_of_version(self, link: Link, origin: Provided, recorded: Shared | None) -> LibraryOutcome:
        library = base_name(link.library)
        if library in self.lacking:
            return LibraryOutcome.LACKS_SYMBOLS
        if recorded is None:
            return LibraryOutcome.FOUND
        if origin.contents.version != recorded.version:
            return LibraryOutcome.OTHER_VERSION
        return LibraryOutcome.ANOTHER_BUILD if rebuilt(recorded, origin.contents) else LibraryOutcome.AS_BUILT

    def _is_wrong(self, outcome: LibraryOutcome, link: Link, recorded: Shared | None) -> bool:
        match outcome:
            case LibraryOutcome.NOT_REACHED if is_program(link.image):
                return False  # whoever starts it may set the path
            case (
                LibraryOutcome.NOT_REACHED
                | LibraryOutcome.IMPORT_FAILS
                | LibraryOutcome.GONE
                | LibraryOutcome.LACKS_SYMBOLS
            ):
                return True
            case LibraryOutcome.SYSTEM:
                return bool(recorded)
            case LibraryOutcome.MISSING:
                return True
            case LibraryOutcome.ANOTHER_LOADED:
                return bool(recorded) or not isinstance(link.origin, Missing)
        library = base_name(link.library)
        return any(finding.severity is Severity.ERROR and finding.field == library for finding in self.findings)

    def _concerned(self) -> Subject:
        """Return the subject to judge, without links that the loader has resolved otherwise."""
        return replace(
            self.subject,
            platform=replace(self.subject.platform, finished=True),
            neighbours=replace(self.subject.neighbours, unknown=()),
            links=tuple(link for link in self.subject.links if not self._is_of_no_concern(link)),
        )

    def _judge(self, subject: Subject) -> Iterator[Finding]:
        """Yield findings by the rules, on recorded libraries that are lost, and on failing imports."""
        yield from judge_installed(subject)
        for library, link in {base_name(need.library): need for need in self.subject.links}.items():
            recorded = self._record_of(library) if isinstance(link.origin, Missing) else None
            if recorded:
                yield judge_lost(self.subject, recorded, self._of_system(link))
        for module, problem in self.seen.failures.items() if self.seen else ():
            message = f"`{module}` can't be imported"
            yield Finding("unreachable-library", Severity.ERROR, message, self.subject.artifact, notes=(problem,))

    def idle(self) -> Finding:
        """Return the note that nothing uses its libraries."""
        return Finding(
            "unused-provider",
            Severity.NOTE,
            f"nothing that was looked into is linked with a library of `{self.subject.consumer.name}`",
            artifact=self.subject.artifact,
            found=tuple(self.shared),
            found_from="shipped for others",
            notes=("what code opens by itself (`dlopen`, `ctypes`) is not seen",),
        )

    def _is_of_no_concern(self, link: Link) -> bool:
        library = base_name(link.library)
        mapped = self.seen.file_of(library, self._own_file(link)) if self.seen else ""
        if mapped and not isinstance(link.origin, Missing | System):
            # What the loader did counts more than what was read.
            return _same(mapped, self._own_file(link))
        if isinstance(link.origin, Missing):
            return bool(self._record_of(library) or self._of_system(link) or mapped)
        return False


def _shared(distribution: InstalledDistribution, contents: contents.Contents) -> Iterator[str]:
    """Yield the libraries that a build finds by its `pkg_config` entry points, modules and bundled ones left out."""
    tops = {value.partition(".")[0] for value in distribution.entry_points("pkg_config")}
    for image in contents.images:
        if image.place.partition("/")[0] in tops and (image.name.startswith("lib") or image.name.endswith(".dll")):
            yield image.name


def _equal(first: Path, second: Path) -> bool:
    """Return whether two files of one name are the same library, apart from headers that a repair tool has changed."""
    try:
        return "-" in first.name.partition(".")[0] or contents.read_file(first) == contents.read_file(second)
    except OSError:
        return False


def _same(first: str, second: str) -> bool:
    try:
        return bool(second) and Path(first).samefile(second)
    except (OSError, ValueError):
        return False
