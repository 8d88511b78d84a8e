"""`abiding unwrap`: undo `abiding init`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.cli import editing
from abiding.cli.arguments import naming
from abiding.edits.file import WITH_PYPROJECT, EditedFile

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

__all__ = ["register", "run"]


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "unwrap",
        help="make a project no longer use abiding",
        description="Edit pyproject.toml so that abiding no longer wraps the project's build backend. The "
        "change is shown first, with what is left to do by hand. Exit status: 0 done, 1 you said no, 2 not possible.",
    )
    editing.add_arguments(parser)
    parser.set_defaults(run=run, command="unwrap")


def run(options: Namespace) -> int:
    """Show the change, ask, write. Raises `AbidingError` if the file can't be read, understood or written."""
    from abiding.edits.unwrapping import mentions, unwrap

    file = EditedFile.read(options.source, WITH_PYPROJECT)
    with naming(str(file.path)):
        pyproject = file.pyproject
        if "abiding" not in pyproject.text:
            print(f"{file.path} does not use abiding")
            return 0
        edited = unwrap(pyproject)
    edited = edited._replace(notes=(*edited.notes, *mentions(file.path.parent)))
    return editing.carry_out(options, file, edited, after="without abiding", done="wheels say what the sdist says now")
