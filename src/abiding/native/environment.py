"""An installed environment: which library each compiled file really gets, and whether it was built with that one."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.errors import AbidingError
from abiding.findings import Finding, Severity
from abiding.native import contents
from abiding.native.links import Source, base_name, expanded, follow
from abiding.native.loading import Loaded, loaded
from abiding.native.names import may_be_image
from abiding.native.platforms import Platform
from abiding.native.provenance import MEMBER, Provenance
from abiding.native.providers import Installed, Neighbours, target
from abiding.native.rules import judge, rebuilt
from abiding.native.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution

    from abiding.native.contents import Contents
    from abiding.native.links import Link
    from abiding.native.provenance import Shared

__all__ = ["Interpreter", "Row", "survey"]


def __dir__() -> list[str]:
    return __all__


@dataclass(frozen=True, slots=True)
class Row:
    """One library that files of one distribution use: where it is from, and what is to be said of it.

    `files` are places below site-packages. `origin` is a distribution with its version, `bundled`, a file of the
    system, or empty if there is none. `built_with` and `installed` are versions of the provider. `verdict` is a word
    or two; `wrong` whether it is an error.
    """

    owner: str
    files: tuple[str, ...]
    library: str
    origin: str
    built_with: str
    installed: str
    verdict: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its executable, its `sys.path`, its platform tag, and the folders that its system's loader searches."""

    executable: Path
    path: tuple[str, ...]
    platform: str
    folders: tuple[str, ...]

    @classmethod
    def ask(cls, executable: Path) -> Interpreter:
        """Ask the Python itself, which imports nothing that is installed. Raises `AbidingError` (`no-interpreter`)."""
        try:
            done = subprocess.run([executable, "-I", "-c", _QUESTION], capture_output=True, text=True, check=True)
            answer = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.CalledProcessError) as exc:
            finding = Finding(
                "no-interpreter",
                Severity.ERROR,
                f"`{executable}` does not answer as a Python does",
                notes=(f"{type(exc).__name__}: {exc}",),
                hints=("name the Python of the environment: `--python env/bin/python`",),
            )
            raise AbidingError(finding) from exc
        return cls(executable, tuple(answer["path"]), answer["platform"], tuple(answer["folders"]))


_QUESTION = """
import json, os, sys, sysconfig
many = sysconfig.get_config_var("MULTIARCH") or ""
own = [f"/lib/{many}", f"/usr/lib/{many}"] if many else []
names = [*own, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
variables = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
given = [one for name in variables for one in os.environ.get(name, "").split(os.pathsep) if one]
print(json.dumps({
    "path": [one for one in sys.path if os.path.isdir(one)],
    "platform": sysconfig.get_platform().replace("-", "_").replace(".", "_"),
    "folders": [*given, *names],
}))
"""


def survey(python: Interpreter, *, load: bool) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """Look at everything that is installed; with `load`, import it in processes of their own and see what is mapped.

    Raises `AbidingError`.
    """
    shelf = Installed(python.path)
    surveyed: list[_Surveyed] = []
    seen = set()
    for distribution in shelf.distributions():
        name = distribution.metadata["Name"]
        if name in seen or not any(may_be_image(file.as_posix()) for file in distribution.files or ()):
            continue
        seen.add(name)
        surveyed.append(_Surveyed.of(distribution, shelf, python, load=load))
    rows = [row for one in surveyed for row in one.rows()]
    findings = [finding for one in surveyed for finding in one.findings()]
    used = {link.provider.name for one in surveyed for link in one.subject.provided() if link.provider}
    findings += [one.idle() for one in surveyed if one.shared and one.subject.consumer.name not in used]
    return tuple(sorted(rows, key=lambda row: (row.owner.lower(), row.library))), tuple(findings)


@dataclass(frozen=True, slots=True)
class _Surveyed:
    """One distribution of the environment; `shared` are the libraries that it has for others to link with."""

    subject: Subject
    python: Interpreter
    seen: Loaded | None
    shared: tuple[str, ...]

    @classmethod
    def of(cls, distribution: Distribution, shelf: Installed, python: Interpreter, *, load: bool) -> _Surveyed:
        from packaging.tags import Tag
        from packaging.utils import canonicalize_name

        tags = [Tag("py3", "none", python.platform)]
        platform = Platform.of(tags)
        known = shelf.get(canonicalize_name(distribution.metadata["Name"]))
        consumer = (known or contents.of_installed(distribution)).loadable(platform.format)
        neighbours = Neighbours.of(consumer.requires, target(tags), [shelf])
        links = follow(consumer, neighbours, platform)
        text = distribution.read_text(MEMBER) if isinstance(distribution, PathDistribution) else None
        label = f"{distribution.metadata['Name']} {distribution.version}"
        provenance = Provenance.from_json(text.encode(), label) if text else None
        subject = Subject(label, consumer, links, neighbours, platform, provenance, shelf.get)
        others = [link.image.place for link in links if link.source is not Source.PLATFORM]
        seen = loaded(python.executable, others) if load and others else None
        return cls(subject, python, seen, tuple(_shared(distribution, consumer)))

    def rows(self) -> Iterator[Row]:
        found: dict[tuple[str, str], list[Link]] = {}
        for link in self.subject.links:
            if link.source is not Source.PLATFORM:
                found.setdefault((base_name(link.library), link.source), []).append(link)
        for (library, _), links in found.items():
            yield self.row(library, links)

    def row(self, library: str, links: list[Link]) -> Row:
        first = links[0]
        recorded = self.recorded(library)
        origin = self.origin(first)
        installed = first.provider.version if first.provider else ""
        verdict, wrong = self.verdict(links, recorded)
        mapped = self.seen.paths.get(library) if self.seen else None
        if mapped:
            origin = self.named(mapped, first)
        files = tuple(dict.fromkeys(link.image.place for link in links))
        built_with = recorded.version if recorded else ""
        return Row(self.subject.artifact, files, library, origin, built_with, installed, verdict, wrong)

    def recorded(self, library: str) -> Shared | None:
        every = self.subject.provenance.libraries if self.subject.provenance else ()
        return next((one for one in every if library in (one.library, one.file.rpartition("/")[2])), None)

    def origin(self, link: Link) -> str:
        if link.source is Source.INSIDE:
            return "bundled"
        if link.provider and link.reached:
            return f"{link.provider.name} {link.provider.version}"
        return self.of_system(link)

    def of_system(self, link: Link) -> str:
        """The file that the loader falls back to: below an absolute run path, or in the system's folders."""
        paths = [path for path in link.image.run_paths if expanded(path, link.image.folder) is None]
        candidates = [Path(folder, base_name(link.library)) for folder in (*paths, *self.python.folders)]
        return next((str(one) for one in candidates if one.exists()), "")

    def named(self, mapped: str, link: Link) -> str:
        """What was mapped, in the words of the table."""
        file = Path(mapped)
        if link.provider and link.shipped and _same(file, link.provider.files[link.shipped.place]):
            return f"{link.provider.name} {link.provider.version}"
        own = link.shipped if link.source is Source.INSIDE else None
        if own and _same(file, self.subject.consumer.files[own.place]):
            return "bundled"
        folders = sorted((one for one in self.python.path if mapped.startswith(one)), key=len)
        return mapped.removeprefix(folders[-1]).lstrip("/") if folders else mapped

    def verdict(self, links: list[Link], recorded: Shared | None) -> tuple[str, bool]:
        first = links[0]
        library = base_name(first.library)
        if self.seen and self.seen.failures and not self.seen.paths.get(library):
            return "import fails", True
        if self.seen and library in self.seen.paths:
            return self.verdict_of_mapped(self.seen.paths[library], first, recorded)
        if first.source is Source.INSIDE:
            return "its own", False
        if not first.provider:
            fallback = bool(self.of_system(first))
            word = "the system's" if fallback else "missing"
            return word if not recorded else f"{word}: no {recorded.distribution}", bool(recorded) or not fallback
        if not all(link.reached for link in links):
            return "not reached", True
        return self.version_verdict(first, recorded)

    def verdict_of_mapped(self, mapped: str, link: Link, recorded: Shared | None) -> tuple[str, bool]:
        name = self.named(mapped, link)
        if name == "bundled":
            return "its own, loaded", False
        if link.provider and name == f"{link.provider.name} {link.provider.version}":
            word, wrong = self.version_verdict(link, recorded)
            return f"{word}, loaded", wrong
        # Whoever came first has it: a library that is loaded is not looked for again.
        if link.source is Source.INSIDE and link.shipped:
            own = Path(self.subject.consumer.files[link.shipped.place])
            return ("an equal one loaded", False) if _equal(Path(mapped), own) else ("another one loaded", True)
        return "another one loaded", bool(link.provider or recorded)

    def version_verdict(self, link: Link, recorded: Shared | None) -> tuple[str, bool]:
        assert link.provider is not None  # noqa: S101
        if recorded is None:
            return "found", False
        broken = any(finding.severity is Severity.ERROR for finding in self.findings())
        if link.provider.version == recorded.version:
            word = "another build" if rebuilt(recorded, link.provider) else "as built"
            return (word, False) if not broken else ("see below", True)
        return "other version", broken

    def findings(self) -> Iterator[Finding]:
        """What the rules say of what is installed, where the loader has not said otherwise."""
        subject = replace(
            self.subject,
            platform=replace(self.subject.platform, finished=True),
            neighbours=replace(self.subject.neighbours, unknown=()),
            links=tuple(link for link in self.subject.links if not self.of_no_concern(link)),
        )
        yield from (one for one in judge(subject) if one.rule not in ("leaked-rpath", "tag-below-provider"))
        yield from self.gone()
        for module, problem in self.seen.failures.items() if self.seen else ():
            message = f"`{module}` can't be imported"
            yield Finding("unreachable-library", Severity.ERROR, message, self.subject.artifact, notes=(problem,))

    def idle(self) -> Finding:
        """Say that its libraries are there for nobody: the one that somebody else uses is another."""
        return Finding(
            "unused-provider",
            Severity.NOTE,
            f"nothing here is linked with a library of `{self.subject.consumer.name}`",
            artifact=self.subject.artifact,
            found="\n".join(self.shared),
            found_from="shipped for others",
            notes=("what code opens by itself (`dlopen`, `ctypes`) is not seen",),
        )

    def of_no_concern(self, link: Link) -> bool:
        library = base_name(link.library)
        mapped = self.seen.paths.get(library) if self.seen else None
        if mapped and link.provider and link.shipped:
            # What the loader did counts for more than what can be read.
            return _same(Path(mapped), link.provider.files[link.shipped.place])
        if link.source is Source.NOWHERE:
            return bool(self.recorded(library) or self.of_system(link) or mapped)
        return False

    def gone(self) -> Iterator[Finding]:
        lost = {base_name(link.library): link for link in self.subject.links if link.source is Source.NOWHERE}
        for library, link in lost.items():
            recorded = self.recorded(library)
            if recorded:
                yield Finding(
                    "missing-provider",
                    Severity.ERROR,
                    f"`{recorded.distribution}`, which has `{library}`, is not installed",
                    artifact=self.subject.artifact,
                    expected=recorded.requirement,
                    expected_from="required",
                    found=self.of_system(link) or None,
                    found_from="taken instead" if self.of_system(link) else "not installed",
                    hints=(f"install `{recorded.requirement}`",),
                )


def _shared(distribution: Distribution, contents: Contents) -> Iterator[str]:
    """The libraries that a build finds by its `pkg_config` entry points, modules and bundled ones left out."""
    tops = {point.value.partition(".")[0] for point in distribution.entry_points.select(group="pkg_config")}
    for image in contents.images:
        if image.place.partition("/")[0] in tops and (image.name.startswith("lib") or image.name.endswith(".dll")):
            yield image.name


def _equal(one: Path, other: Path) -> bool:
    """Whether two files that have one name are one library, apart from what a repair tool writes into their headers."""
    return "-" in one.name.partition(".")[0] or one.read_bytes() == other.read_bytes()


def _same(one: Path, other: str) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
