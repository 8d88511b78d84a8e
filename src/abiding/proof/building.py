"""Do each step of the plan twice, through the hooks and in isolated environments.

Both builds of a step share one copy of the tree: what the first leaves behind must not change the second, and a backend
that keeps object files compiles them once. The first wheel is built with prepared metadata, as pip does, the second one
without, as uv and build do.
"""

from __future__ import annotations

import tarfile
import time
import warnings
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, HookMissing, UnsupportedOperation

from abiding.findings.errors import AbidingError, ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.proof.commands import CommandError, run
from abiding.proof.copies import copy_of, make_repository, tags_of, unpack
from abiding.proof.plan import BuiltFrom, What, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from abiding.findings.finding import Finding
    from abiding.project.build_record import BuildRecord
    from abiding.proof.environments import Environment, EnvironmentSource
    from abiding.proof.plan import Setting, Step
    from abiding.proof.subject import ProofSubject

__all__ = ["Result", "StepOutcome", "StepState", "Workshop"]


_TIMES = 2
# Variables from which setuptools-scm (also in hatch-vcs and others) and pdm-backend take the version.
_VERSION_VARIABLES = ("SETUPTOOLS_SCM_PRETEND_VERSION", "PDM_BUILD_SCM_VERSION")


class StepState(StrEnum):
    """The state of a step: `absent` if the backend has no such hook, `impossible` if it needs an sdist that failed."""

    BUILT = "built"
    ABSENT = "absent"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one run: its metadata, its file name, the names of its members, and its duration.

    `record` is the build record of a wheel, None if it has none, or if that can't be read, as `findings` then says.
    """

    path: Path
    metadata: CoreMetadata
    members: frozenset[str]
    seconds: float
    record: BuildRecord | None = None
    findings: tuple[Finding, ...] = ()

    def called(self, step: Step) -> str:
        """Return its name in findings: the file name, and the step that made it."""
        return f"{self.path.name} ({step})"


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A finished step. If it failed, `output` is what it printed, and `results` are those of earlier runs.

    `without_history` is whether it ran in a new git repository, because the backend requires one.
    """

    step: Step
    state: StepState
    results: tuple[Result, ...] = ()
    output: str = ""
    without_history: bool = False

    @property
    def first(self) -> Result | None:
        """The result of the first run."""
        return self.results[0] if self.results else None


class Workshop:
    """Builds a project, in copies of it below `folder`."""

    def __init__(
        self, subject: ProofSubject, environments: EnvironmentSource, folder: Path, say: Callable[[str], None]
    ) -> None:
        self._subject = subject
        self._environments = environments
        self._folder = folder
        self._say = say
        self._places = 0

    def built(self, setting: Setting) -> Iterator[StepOutcome]:
        """Do all steps of one setting."""
        subject = self._subject
        sdist: Path | None = None
        bench: _Bench | None = None
        for step in steps_of(setting, from_tree=subject.pkg_info is None):
            if step.origin is BuiltFrom.SDIST and subject.pkg_info is None and sdist is None:
                yield StepOutcome(step, StepState.IMPOSSIBLE)
                continue
            self._say(str(step))
            if bench is None or not bench.is_for(step):
                from_sdist = partial(unpack, sdist) if step.origin is BuiltFrom.SDIST and sdist else None
                source = from_sdist or partial(copy_of, subject.folder)
                bench = _Bench(step, subject, self._environments, self._place("build"), source)
            done = self._twice(step, bench)
            if step.what is What.SDIST and step.origin is BuiltFrom.TREE and done.first:
                sdist = done.first.path
            yield done

    def _place(self, name: str) -> Path:
        self._places += 1
        return self._folder / f"{name}-{self._places}"

    def _twice(self, step: Step, bench: _Bench) -> StepOutcome:
        results: list[Result] = []
        try:
            while len(results) < _TIMES:
                output = self._place("out")
                output.mkdir(parents=True)
                results.append(bench.result(step.what, output, first=not results))
        except (HookMissing, UnsupportedOperation):
            return StepOutcome(step, StepState.ABSENT)
        except CommandError as exc:
            return StepOutcome(step, StepState.FAILED, tuple(results), exc.output)
        except (BackendUnavailable, AbidingError, OSError, ValueError) as exc:
            traceback = exc.traceback if isinstance(exc, BackendUnavailable) else ""
            return StepOutcome(step, StepState.FAILED, tuple(results), f"{traceback}{type(exc).__name__}: {exc}\n")
        return StepOutcome(step, StepState.BUILT, tuple(results), without_history=bench.has_made_repository)


class _Bench:
    """A copy of the project, in which an sdist, or a wheel with its prepared metadata, is built."""

    def __init__(
        self,
        step: Step,
        subject: ProofSubject,
        environments: EnvironmentSource,
        folder: Path,
        source: Callable[[Path], Path],
    ) -> None:
        self._step = step
        self._subject = subject
        self._environments = environments
        self._folder = folder
        self._source = source
        self._tree: Path | None = None
        self._environment: Environment | None = None
        self._prepared: Path | None = None
        self.has_made_repository = False

    def is_for(self, step: Step) -> bool:
        return (step.origin, step.what.kind) == (self._step.origin, self._step.what.kind)

    def result(self, what: What, output: Path, *, first: bool) -> Result:
        """Call the hook of `what`, and read its result. Raises as `pyproject_hooks` does, and `CommandError`."""
        self._prepare()
        started = time.monotonic()
        arguments: dict[str, Any] = {"config_settings": self._step.setting.config_settings}
        if what.is_prepared:
            arguments["_allow_fallback"] = False
        elif what is not What.SDIST and first and self._prepared:
            arguments["metadata_directory"] = str(self._prepared)
        try:
            if self.has_made_repository:
                self._make_repository()  # the first run may have left something in it
            name = self._call(what.hook, str(output), **arguments)
        except CommandError as exc:
            if what is not What.SDIST or self._step.origin is BuiltFrom.TREE or not first:
                raise
            name = self._sdist_of_a_repository(output, exc)
        path = output / name
        if what.is_prepared:
            self._prepared = path
        return _read(path, what, time.monotonic() - started)

    def _sdist_of_a_repository(self, output: Path, failure: CommandError) -> str:
        """Try again in a new git repository, which meson-python, for example, requires for an sdist."""
        try:
            self._make_repository()
            return str(self._call("build_sdist", str(output), config_settings=self._step.setting.config_settings))
        except CommandError:
            raise failure from None

    def _make_repository(self) -> None:
        assert self._tree is not None  # noqa: S101
        version = self._version()
        make_repository(self._tree, tags_of(self._subject.folder) or (version, f"v{version}"))
        self.has_made_repository = True

    def _version(self) -> str:
        """Return the version of the sdist that was unpacked here."""
        assert self._tree is not None  # noqa: S101
        return CoreMetadata.parse((self._tree / "PKG-INFO").read_bytes(), "PKG-INFO").get("Version").strip()

    def _prepare(self) -> None:
        """Copy the tree, and make the environment that its backend requires."""
        if self._tree is None:
            self._folder.mkdir(parents=True)
            self._tree = self._source(self._folder / "tree")
        if self._environment is None:
            requires = self._subject.requires
            self._environment = self._environments.having(requires)
            try:
                settings = self._step.setting.config_settings
                more = self._call(f"get_requires_for_build_{self._step.what.kind}", config_settings=settings)
                self._environment = self._environments.having([*requires, *more])
            except BaseException:
                self._environment = None
                raise

    def _call(self, hook: str, *arguments: str, **options: Any) -> Any:  # noqa: ANN401 (each hook has its own)
        assert self._tree is not None  # noqa: S101
        assert self._environment is not None  # noqa: S101
        environment = self._environment

        def runner(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            # A repository without history has no version; these variables give it to tools that read them.
            versions = dict.fromkeys(_VERSION_VARIABLES, self._version()) if self.has_made_repository else {}
            run(cmd, cwd or Path.cwd(), {**environment.variables, **versions, **(extra_environ or {})})

        caller = BuildBackendHookCaller(
            str(self._tree),
            self._subject.backend,
            self._subject.backend_path,
            runner=runner,
            python_executable=str(environment.python),
        )
        with warnings.catch_warnings():
            # Warnings of backends are not about the proof.
            warnings.simplefilter("ignore")
            return getattr(caller, hook)(*arguments, **options)


def _read(path: Path, what: What, seconds: float) -> Result:
    if what.is_prepared:
        return Result(
            path, CoreMetadata.parse((path / "METADATA").read_bytes(), f"{path.name}/METADATA"), frozenset(), seconds
        )
    if what is What.SDIST:
        from abiding.archives.sdist import read_pkg_info

        return Result(path, CoreMetadata.parse(read_pkg_info(path), path.name), _below_top(path), seconds)
    from abiding.archives.wheel import Wheel
    from abiding.project.build_record import record_of

    wheel = Wheel.open(path)
    result = Result(path, CoreMetadata.parse(wheel.metadata(), path.name), frozenset(wheel.names), seconds)
    try:
        return replace(result, record=record_of(wheel))
    except ArchiveError as exc:
        return replace(result, findings=exc.findings)


def _below_top(sdist: Path) -> frozenset[str]:
    """Return the files of an sdist, without the name of its top folder."""
    if sdist.name.endswith(".zip"):
        with ZipFile(sdist) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    else:
        with tarfile.open(sdist) as tar:
            names = [member.name for member in tar if not member.isdir()]
    return frozenset(name.removeprefix("./").partition("/")[2] for name in names)
