"""Give files of the same name from several folders distinct names, by their paths."""

from __future__ import annotations

import filecmp
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.artifacts.artifact import Unreadable, member_of
from abiding.files.plain import is_plain
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.artifacts.artifact import Artifact

__all__ = ["judge_namesakes", "name_apart"]


def name_apart(files: Iterable[Artifact | Unreadable]) -> list[Artifact | Unreadable]:
    """Return the files; those with equal names get the folder from which they were read as their `place`.

    An identical second copy of a file on disk is left out.
    """
    files = list(files)
    times = Counter(file.filename for file in files)
    if len(times) == len(files):
        return files
    different: dict[str, list[Artifact | Unreadable]] = {}
    for file in files:
        others = different.setdefault(file.filename, [])
        if times[file.filename] == 1 or not any(_is_same(file, other) for other in others):
            others.append(file)
    return [_call_by_path(file) if len(same) > 1 else file for same in different.values() for file in same]


def _is_same(first: Artifact | Unreadable, second: Artifact | Unreadable) -> bool:
    if first.on_index or second.on_index:
        return False  # only their metadata are known
    left, right = Path(first.read_from), Path(second.read_from)
    with suppress(OSError, ValueError):
        return is_plain(left) and is_plain(right) and filecmp.cmp(left, right, shallow=False)
    return False


def _call_by_path(file: Artifact | Unreadable) -> Artifact | Unreadable:
    """Name a file by its path, in its findings too."""
    folder, slash, _ = file.read_from.replace(os.sep, "/").rpartition("/")
    placed = file._replace(place=f"{folder}{slash}")

    def of_it(finding: Finding) -> Finding:
        own = finding.artifact == file.filename or finding.artifact.startswith(member_of(file.filename, ""))
        return finding._replace(artifact=placed.place + finding.artifact) if own else finding

    if isinstance(placed, Unreadable):
        return placed._replace(problem=of_it(placed.problem))
    return placed._replace(findings=tuple(map(of_it, placed.findings)))


def judge_namesakes(artifacts: Iterable[Artifact]) -> Iterator[Finding]:
    """Find wheels on disk that have equal names and different contents."""
    first: dict[str, Artifact] = {}
    for artifact in artifacts:
        if artifact.kind != "wheel" or artifact.on_index:
            continue
        other = first.setdefault(artifact.filename, artifact)
        if other is not artifact:
            yield Finding(
                "two-wheels",
                Severity.WARNING,
                f"the wheel has the name of another one, and is not the same file: `{other.called}`",
                artifact=artifact.called,
                notes=("an index has one file of a name, and takes no other in its place",),
                hints=("keep the one that is to be published, and check it without the other",),
            )
