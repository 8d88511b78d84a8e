"""The folder for the result of a hook, and a private folder inside it to build in."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.files.placing import speaking_of
from abiding.files.private import private_folder
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Output"]


class Output(NamedTuple):
    """The folder that a front end names, and a `private` one inside it, so on the same file system.

    Nothing in the private folder can be mistaken for a result. `there` are the names that `folder` had at first.
    """

    folder: Path
    private: Path
    there: frozenset[str]

    @classmethod
    @contextmanager
    def within(cls, directory: str) -> Iterator[Output]:
        """Make both folders; the private one is removed at the end. Raises `ArchiveError` if that fails."""
        folder = Path(directory)
        with ExitStack() as stack:
            with speaking_of(folder):
                folder.mkdir(parents=True, exist_ok=True)
                there = frozenset(os.listdir(folder))  # noqa: PTH208 (names are what is compared)
                private = stack.enter_context(private_folder(folder))
            yield cls(folder, private, there)

    def target(self, name: str) -> Path:
        """Return the path at which the file `name` is handed over. It may replace an older file.

        Raises `ArchiveError` if the file appeared during the build: another build writes into the same folder.
        """
        target = self.folder / name
        if name not in self.there and os.path.lexists(target):
            raise ArchiveError.at(
                name,
                f"came into `{self.folder}` while it was built here: it was left as it is",
                note="another build writes into the same folder",
                hint="give each build a folder of its own, or let one begin when the other is done",
            )
        return target
