"""`abiding bounds`: the versions that compiled files accept, those that wheels require, and what to declare."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import editing, outputs
from abiding.cli.arguments import add_index_url, naming, path, wheels_in
from abiding.edits.file import WITH_PYPROJECT, EditedFile
from abiding.files.plain import is_plain
from abiding.findings.errors import AbidingError, ArchiveError, DamagedImageError
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.edits.abi_lines import LineToDeclare
    from abiding.edits.wrapping import Edited
    from abiding.evidence.asked_versions import Bound, WheelBounds
    from abiding.evidence.shared_reading import CompiledFiles
    from abiding.native.subject import Subject
    from abiding.providers.bounds import LinkedBounds

__all__ = ["register", "run"]


_DESCRIPTION = """\
Read from the compiled files of wheels which versions of other distributions they accept, and show it beside what the
wheels admit, with the line to declare. What a file says is evidence: it can refute a bound, but not prove one. Exit
status: 0 no bound of the wheels is too loose, 1 one is, or you said no, 2 not possible, or a wheel could not be read.
--write does not change that: what it declares is in no wheel until it is built again."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bounds", help="show which versions compiled files accept, and what to declare", description=_DESCRIPTION
    )
    parser.add_argument(
        "what",
        metavar="WHEEL | FOLDER | SOURCE",
        type=path,
        nargs="*",
        default=[Path()],
        help="a wheel, a folder of wheels, or the folder of a project with wheels in its `dist` (default: this one)",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="declare the lines in the pyproject.toml of SOURCE, or of the current folder",
    )
    add_index_url(parser, "the index on which to look up the libraries of providers")
    parser.add_argument(
        "--no-index", action="store_true", help="look up nothing; libraries of other distributions then have no bounds"
    )
    editing.add_asking(parser)
    outputs.add_formats(parser, ("text", "json"))
    parser.set_defaults(run=run, closing="Nothing was read", command="bounds")


def run(options: Namespace) -> int:
    """Print the tables. Returns 1 if a bound is too loose, 2 if a wheel could not be read.

    Raises `AbidingError` if no wheel can be read, or with `--write` if one can't.
    """
    from abiding.evidence import CompiledFiles, asked_versions
    from abiding.evidence.asked_versions import BoundState
    from abiding.report import bounds

    paths = list(dict.fromkeys(wheel for what in options.what for wheel in wheels_in(what, "Nothing was read")))
    looking = CompiledFiles()
    subjects = {} if options.no_index else _subjects(paths, looking)
    wheels: dict[str, WheelBounds] = {}
    unread: dict[str, AbidingError] = {}
    for place in paths:
        try:
            wheels[str(place)] = asked_versions.of_wheel(place, looking)
        except ArchiveError as exc:
            unread[str(place)] = exc
    if unread and (options.write or not wheels):
        raise next(iter(unread.values()))
    linked = _linked({name: subject for name, subject in subjects.items() if name in wheels}, options.index_url)
    for name, linked_to in linked.items():
        wheels[name] = wheels[name]._replace(
            bounds=(*wheels[name].bounds, *linked_to.bounds), findings=(*wheels[name].findings, *linked_to.findings)
        )
    wheels_read = list(wheels.values())
    tables = {name: linked_to.tables for name, linked_to in linked.items()}
    outputs.write(
        options, {"json": lambda: bounds.as_json(wheels, tables)}, lambda to: bounds.as_text(wheels, tables, to)
    )
    too_loose = int(any(bound.state is BoundState.TOO_LOOSE for wheel in wheels_read for bound in wheel.bounds))
    for name, error in unread.items():
        print(f"abiding: {Path(name).name} could not be read: {error.findings[0].message}", file=sys.stderr)
    if unread:
        return 2
    # The existing wheels don't have the declared lines yet, so their error remains.
    if options.write:
        return max(too_loose, _write(options, wheels_read))
    if too_loose and options.output_format == "text" and (way := _way_on(options, wheels_read)):
        print(f"hint: {way}", file=sys.stderr)
    return too_loose


_FITS = "what the wheels require fits their compiled files, or nothing follows from these"
_TAGS = "the Python that a wheel needs stands in its tag and in `requires-python`, and not among the requirements"
_AGAIN = "build the wheels again, they will say it"
_NO_LINE = "no one line suits what the compiled files ask for"
_LACKING = (
    "is of a distribution that these wheels do not require, and only bounds of required ones are written: "
    "see the hints above, or build the wheels again if pyproject.toml requires it by now"
)
_TIGHT = "no bound is too loose, and one that is too tight is not widened by another"


def _subjects(wheels: Iterable[Path], looking: CompiledFiles) -> dict[str, Subject | AbidingError]:
    """Return the wheels that need libraries of others, or why that is not known; `looking` gets their files."""
    from abiding.native.wheel_check import needs_others, subject_of

    subjects: dict[str, Subject | AbidingError] = {}
    for wheel in wheels:
        try:
            subject = subject_of(wheel, [], look=looking)
            if needs_others(subject):
                subjects[str(wheel)] = subject
        except DamagedImageError:  # its bounds are known without its symbol tables
            continue
        except AbidingError as exc:
            subjects[str(wheel)] = exc
    return subjects


def _linked(subjects: Mapping[str, Subject | AbidingError], index_url: str | None) -> dict[str, LinkedBounds]:
    """Return the bounds that follow from libraries of others, with a note on what could not be looked up."""
    from abiding.artifacts import index
    from abiding.providers.bounds import LinkedBounds, of_wheel
    from abiding.providers.cache import Cache
    from abiding.providers.linked import Histories

    linked: dict[str, LinkedBounds] = {}
    histories: Histories | None = None
    with ExitStack() as stack:
        for name, subject in subjects.items():
            try:
                if isinstance(subject, AbidingError):
                    raise subject
                if histories is None:
                    cache = Cache.of_user()
                    histories = Histories(stack.enter_context(index.listings(index_url, cache)), cache)
                linked[name] = of_wheel(subject, histories.listings, histories)
            except AbidingError as exc:
                notes = [finding._replace(severity=Severity.NOTE, artifact=Path(name).name) for finding in exc.findings]
                linked[name] = LinkedBounds((), (), tuple(notes))
    return linked


def _way_on(options: Namespace, wheels_read: Sequence[WheelBounds]) -> str:
    """Return a hint on `--write`, if it can declare the bounds that are too loose; else empty."""
    try:
        lines = list(_lines(wheels_read))
        file, edited = _edit(options, lines)
    except AbidingError:  # `--write` says why not
        return ""
    if not lines:
        return ""
    if edited.text == file.pyproject.text:
        return f"{file.path} declares what is missing already: {_AGAIN}"
    return f"`--write` declares what is missing in {file.path}"


def _edit(options: Namespace, lines: Sequence[LineToDeclare]) -> tuple[EditedFile, Edited]:
    """Return the edited pyproject.toml. Raises `AbidingError` if it can't be edited."""
    from abiding.edits.abi_lines import declare

    source = next((path for path in options.what if is_plain(path / "pyproject.toml")), Path())
    file = EditedFile.read(source, WITH_PYPROJECT)
    with naming(str(file.path)):
        return file, declare(file.pyproject, lines)


def _write(options: Namespace, wheels_read: Sequence[WheelBounds]) -> int:
    lines = list(_lines(wheels_read))
    if not lines:
        print(f"\nnothing was written: {_why_not(wheels_read)}", file=sys.stderr)
        return 0
    file, edited = _edit(options, lines)
    if edited.text == file.pyproject.text:
        print(f"\nnothing was written: {file.path} declares it already; {_AGAIN}", file=sys.stderr)
        return 0
    return editing.carry_out(options, file, edited, after="with the bounds", done=_AGAIN)


def _why_not(wheels_read: Sequence[WheelBounds]) -> str:
    from abiding.evidence.asked_versions import BoundState

    bounds = [bound for stated in wheels_read for bound in stated.bounds]
    states = {bound.state for bound in bounds}
    if BoundState.TOO_LOOSE in states:
        return _NO_LINE if any(bound.distribution for bound in bounds if bound.state is BoundState.TOO_LOOSE) else _TAGS
    lacking = [bound.declare for bound in bounds if bound.state is BoundState.NOT_REQUIRED and bound.declare]
    if lacking and BoundState.TOO_TIGHT not in states:
        return f"{literals(dict.fromkeys(lacking))} {_LACKING}"
    return _TIGHT if BoundState.TOO_TIGHT in states else _FITS


def _hold_to_be_everywhere(bound: Bound) -> None:
    """Raise `AbidingError` if a wheel requires a distribution only in some environments, which its files don't tell."""
    somewhere = next((line for line in bound.admitted if ";" in line), "")
    if somewhere:
        message = f"`{bound.distribution}` is not required everywhere: `{somewhere}`"
        hint = f"declare `{bound.declare}` by hand, with the same marker, or under the extra that it is for"
        raise _by_hand(message, hint)


def _by_hand(message: str, hint: str) -> AbidingError:
    finding = Finding("not-understood", Severity.ERROR, message, artifact="pyproject.toml", hints=(hint,))
    return AbidingError(finding, "Nothing was written")


def _lines(wheels_read: Sequence[WheelBounds]) -> Iterator[LineToDeclare]:
    """Yield the lines to declare, each once. Raises `AbidingError` if wheels need different ones."""
    from abiding.edits.abi_lines import LineToDeclare
    from abiding.evidence.asked_versions import BoundState

    by_name: dict[str, dict[str, LineToDeclare]] = {}
    for stated in wheels_read:
        for bound in stated.bounds:
            # A further line can only narrow, and a wrong tag can't be corrected by a line.
            if bound.distribution and bound.declare and bound.state is BoundState.TOO_LOOSE:
                _hold_to_be_everywhere(bound)
                note = f"{bound.what}, used by {bound.named}"
                by_name.setdefault(bound.distribution, {}).setdefault(bound.declare, LineToDeclare(bound.declare, note))
    for name, lines in by_name.items():
        if len(lines) > 1:
            quoted = ", ".join(f"`{line}`" for line in lines)
            message = f"the wheels ask for different lines of `{name}`: {quoted}"
            hint = "declare them by hand, each with `select` or a marker, or build all for the same version"
            raise _by_hand(message, hint)
        yield from lines.values()
