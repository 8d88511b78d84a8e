"""Options of all commands for output: format, file, and the severity that makes the command fail."""

from __future__ import annotations

import os
import sys
from argparse import Action, ArgumentTypeError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.archives.names import ENDINGS
from abiding.cli.arguments import one_of
from abiding.cli.parser import none_of
from abiding.files.plain import is_folder, is_there
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity, by_weight, weight
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.terminal import Colour, Terminal
from abiding.report.printing import unguarded

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    # Makes a result in one format: a text, or its pieces.
    Form = Callable[[], str | Iterator[str]]

__all__ = ["Destination", "Form", "add_colour", "add_formats", "add_judging", "failing", "unwritten", "write"]


# A report never overwrites one of these.
_WORK = (*ENDINGS, ".py", ".toml", ".cfg", ".parquet")


_ELSEWHERE = "give another file, in a folder that can be written to"
# The format that is probably meant, by the ending of a file's name.
_BY_NAME = {"htm": "html", "html": "html", "json": "json", "sarif": "sarif", "txt": "text"}


class Destination(NamedTuple):
    """A format and its file; `-` is standard output."""

    form: str
    file: str

    @property
    def own(self) -> str:
        """The resolved path of the file."""
        return self.file if self.file == "-" else os.path.realpath(self.file)


def add_judging(parser: ArgumentParser, formats: Sequence[str]) -> None:
    """Add `--fail-on` and the options of `add_formats`, for a command that has findings."""
    add_formats(parser, formats)
    parser.add_argument(
        "--fail-on",
        type=one_of(Severity),
        choices=list(Severity),
        default=Severity.ERROR,
        help="exit with 1 if a finding is at least this severe: error, warning or note (default: error)",
    )


def add_formats(parser: ArgumentParser, formats: Sequence[str]) -> None:
    """Add `--output-format`, `--output` and `--color`; the first of the formats is the default."""
    parser.add_argument(
        "--output-format", choices=formats, default=formats[0], help="how to print the result (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action=_Outputs,
        type=lambda text: _output(text, formats),
        default=(),
        help="also write the result to a file, in this format; may be repeated",
    )
    add_colour(parser)


def add_colour(parser: ArgumentParser) -> None:
    """Add `--color`, for a command that prints for people."""
    parser.add_argument(
        "--color",
        type=one_of(Colour),
        choices=list(Colour),
        default=Colour.AUTO,
        help="use colours in text (default: %(default)s)",
    )


class _Outputs(Action):
    """Collects the outputs. Two for the same file are an error, because the last would overwrite the first."""

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: Any,  # noqa: ANN401 (as the base has it)
        option: str | None = None,
    ) -> None:
        before: tuple[Destination, ...] = getattr(namespace, self.dest)
        if any(other.own == values.own for other in before):
            parser.error(f"argument {option}: `{values.file}` is given twice")
        setattr(namespace, self.dest, (*before, values))


def _output(text: str, formats: Sequence[str]) -> Destination:
    form, equals, file = text.partition("=")
    if not equals and form not in formats:
        likely = _BY_NAME.get(Path(text).suffix.lower().removeprefix("."), "")
        way = f"did you mean `{likely}={text}`?" if likely in formats else f"`FORMAT=FILE`, of {', '.join(formats)}"
        raise ArgumentTypeError(f"`{text}` names no format: {way}")
    if form not in formats:
        raise ArgumentTypeError(none_of(form, formats))
    if not equals or not file:
        raise ArgumentTypeError(f"`{text}` names no file: `{form}=FILE`")
    if file.lower().endswith(_WORK):
        raise ArgumentTypeError(f"`{file}` has the name of what is looked at, and a report is never written over that")
    if file != "-":
        _check(Path(file))
    return Destination(form, file)


def _check(path: Path) -> None:
    """Report errors about outputs before the work, not after it."""
    if is_folder(path):
        raise ArgumentTypeError(f"`{path}` is a folder")
    if not is_folder(path.parent):
        what = "is not a folder" if is_there(path.parent) else "is not there"
        raise ArgumentTypeError(f"`{path}` can't be written: `{path.parent}` {what}")


def write(options: Namespace, forms: Mapping[str, Form], text: Callable[[Terminal], str] | None = None) -> None:
    """Write the result to all outputs: `forms` has the formats, and `text` depends on the width of the terminal.

    If a file can't be written, the others are. Raises `AbidingError` for it at the end.
    """
    problems = []
    looked_at = set(_looked_at(options))
    for output in options.output:
        if output.own in looked_at:
            problems.append(unwritten("result", output.file))
        elif output.file != "-":
            try:
                whole = text(Terminal()) if text and output.form == "text" else forms[output.form]()
                with Path(output.file).open("wb") as file:
                    file.writelines(piece.encode("utf-8", "backslashreplace") for piece in _pieces(whole))
            except OSError as exc:
                problems.append(unwritten("result", output.file, exc.strerror or str(exc), _ELSEWHERE))
    printed = [options.output_format, *(output.form for output in options.output if output.file == "-")]
    for form in dict.fromkeys(printed):
        if text and form == "text":
            # Colours are kept; other control characters are escaped.
            stream = unguarded(sys.stdout)
            stream.write(text(Terminal.of(stream, options.color)))
        else:
            # The commands for GitHub are kept, too.
            stream = unguarded(sys.stdout) if form == "github" else sys.stdout
            for piece in _pieces(forms[form]()):
                stream.write(piece)
    if problems:
        raise AbidingError(problems, "Everything else was written")


def _pieces(made: str | Iterator[str]) -> Iterable[str]:
    return (made,) if isinstance(made, str) else made


def _looked_at(options: Namespace) -> Iterator[str]:
    """Yield the other arguments of a command that may be files, as resolved paths."""
    for name, value in vars(options).items():
        for item in value if isinstance(value, list) else [value]:
            if name not in ("output", "output_format") and isinstance(item, str | Path):
                with suppress(OSError, ValueError):
                    yield os.path.realpath(item)


def unwritten(
    what: str, file: str, reason: str = "it is what is looked at", hint: str = "give another file"
) -> Finding:
    """Return the error that a file can't be written because a command reads it."""
    message = f"the {what} can't be written here: {reason}"
    return Finding("not-written", Severity.ERROR, message, artifact=file, hints=(hint,))


def failing(findings: Iterable[Finding], fail_on: Severity) -> bool:
    """Return whether a finding is as severe as `--fail-on`; prints a note if it is not an error."""
    grave = [finding for finding in by_weight(findings) if weight(finding.severity) >= weight(fail_on)]
    if grave and grave[0].severity is not Severity.ERROR:
        print(f"abiding: there is a finding of severity {grave[0].severity} (`--fail-on {fail_on}`)", file=sys.stderr)
    return bool(grave)
