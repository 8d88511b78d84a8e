"""`abiding init`: make a project's pyproject.toml wrap its backend."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from abiding.cli import editing
from abiding.cli.arguments import naming
from abiding.edits.file import EditedFile

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

__all__ = ["register", "run"]


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "init",
        help="make a project use abiding",
        description="Edit pyproject.toml so that abiding wraps the project's build backend. Comments and blank lines "
        "are kept; the change is shown first. Exit status: 0 done, 1 you said no, 2 not possible.",
    )
    editing.add_arguments(parser)
    parser.set_defaults(run=run, command="init")


def run(options: Namespace) -> int:
    """Show the change, ask, write. Raises `AbidingError` if the file can't be read, understood or written."""
    from abiding.edits.wrapping import notes_on_scripts, wrap
    from abiding.project.declaration import Declaration
    from abiding.project.known_backends import uses_abiding
    from abiding.project.lint import unwired
    from abiding.project.pyproject import Pyproject

    file = EditedFile.read(options.source)
    with naming(str(file.path)):
        pyproject = file.pyproject
        if uses_abiding(pyproject.table):
            declaration = Declaration.read(pyproject, "It already uses abiding, but not correctly")
            print(f"{file.path} uses abiding already; it wraps `{declaration.backend}`")
            editing.warn(file, unwired(declaration, pyproject))
            return 0
        edited = wrap(pyproject)
        new = Pyproject.parse(edited.text)
        declaration = Declaration.read(new)
        doubts = tuple(unwired(declaration, new))
        edited = edited._replace(notes=(*edited.notes, *notes_on_scripts(declaration, file.path.parent)))
    folder = str(file.path.parent)
    folder = f"./{folder}" if folder.startswith("-") else folder
    show = shlex.join(("abiding", "show", *([folder] if folder != "." else ())))
    done = f"`{show}` shows what sdist and wheels will require"
    return editing.carry_out(options, file, edited, after="with abiding", done=done, doubts=doubts)
