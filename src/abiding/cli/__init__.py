"""The command line: one module per command, each with `register(commands)` and a `run` that returns an exit status.

A command's default `closing` says what did not happen, for errors that don't say it themselves.
"""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from abiding._version import __version__
from abiding.cli.parser import Parser, suggestion
from abiding.files.private import unwinding
from abiding.findings.errors import AbidingError, unforeseen
from abiding.report.printing import discard, guarded, lossless, open_streams, unguarded

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

__all__ = ["main"]


# In the order in which people need them.
_COMMANDS = (
    "init",
    "show",
    "check",
    "diff",
    "prove",
    "repair",
    "env",
    "bounds",
    "symbols",
    "impact",
    "survey",
    "explain",
    "unwrap",
)


# Errors of a stream that can't be written to. An error with a file name is about that file.
_UNWRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 if all is well, 1 if something is wrong with a project, 2 if it could not be done."""
    with open_streams():
        for stream in (sys.stdout, sys.stderr):
            lossless(stream)  # no terminal's encoding stops an answer
        with guarded():
            return _run(arguments)


def _parser(commands: Iterable[str]) -> Parser:
    """Return a parser with only some commands, so that the modules of others are not imported."""
    parser = Parser(
        prog="abiding",
        description="Declare what wheels require beyond their sdist, and check that they do.",
        epilog="`abiding COMMAND --help` describes a command.",
    )
    parser.add_argument("--version", action="version", version=f"abiding {__version__}")
    parser.set_defaults(run=None)
    known = parser.add_subparsers(metavar="COMMAND", title="commands")
    for command in commands:
        import_module(f"abiding.cli.{command}").register(known)
    return parser


def _run(arguments: Sequence[str] | None) -> int:
    words = tuple(sys.argv[1:] if arguments is None else arguments)
    # An option before the command is about the program: `--help` then lists all commands, `--version` needs none.
    is_alone = words[:1] and words[0] in (*_COMMANDS, "--version")
    parser = _parser([word for word in words[:1] if word in _COMMANDS] if is_alone else _COMMANDS)
    command = next((word for word in words if not word.startswith("-")), "")
    if command and command not in _COMMANDS:
        likely = suggestion(command, (*_COMMANDS, "--help", "--version"))
        parser.error(f"there is no command `{command}`{likely}\nthe commands: {', '.join(_COMMANDS)}")
    options = parser.parse_args(words)
    if options.run is None:
        parser.print_help(sys.stderr)
        return 2
    options.argv = words
    try:
        with unwinding():
            status: int = options.run(options)
        sys.stdout.flush()
    except AbidingError as exc:
        return _told(exc, options)
    except BrokenPipeError:
        # The reader of our output has closed it (`abiding check | head`).
        unguarded(sys.stderr).close()
        return 1
    except KeyboardInterrupt:
        print("abiding: interrupted", file=sys.stderr)
        return 2
    except Exception as exc:  # noqa: BLE001 (whatever is left is a fault of ours, and no traceback says that to a user)
        if not (isinstance(exc, OSError) and exc.errno in _UNWRITTEN and exc.filename is None):
            return _told(unforeseen(exc), options)
        discard(sys.stdout)
        print(f"abiding: error[not-written]: the output can't be written: {exc.strerror or exc}", file=sys.stderr)
        return 2
    return status


def _told(error: AbidingError, options: Namespace) -> int:
    """Print an error on stderr, and return its exit status."""
    from abiding.findings.screen import error_text
    from abiding.findings.terminal import Colour, Terminal

    stream = unguarded(sys.stderr)
    # Colours are kept; other control characters are escaped.
    to = Terminal.of(stream, getattr(options, "color", Colour.AUTO))
    print(error_text(error, to, options.closing), file=stream)
    return 2
