"""Check wheels on an index by their compiled files, which alone are downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.evidence.available_versions import kind_of
from abiding.evidence.compiled_members import fair
from abiding.evidence.judged_wheel import JudgedWheel
from abiding.evidence.reading import compiled, of_file
from abiding.findings.named_tuple import NamedTuple
from abiding.native.names import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from abiding.artifacts.artifact import Artifact
    from abiding.artifacts.index.listing import Listings, OpenWheel, Published
    from abiding.evidence.reading import Compiled
    from abiding.findings.finding import Finding

__all__ = ["Ahead", "Read", "judge_published"]


# Bytes of a compressed file. Modules are smaller, and larger libraries have no interfaces.
_LARGEST = 64 << 20


class Ahead(NamedTuple):
    """The work ahead: the number of wheels, and their bytes; `untold` is the number of wheels of unknown size."""

    wheels: int
    size: int
    untold: int


class Read(NamedTuple):
    """The result: the number of wheels read, of all wheels and of files, and the files that were too large.

    The findings are by the wheels' URLs.
    """

    findings: Mapping[str, tuple[Finding, ...]]
    wheels: int
    of_wheels: int
    files: int
    passed_over: tuple[str, ...]


def judge_published(
    artifacts: Iterable[Artifact],
    listings: Listings,
    *,
    every: bool,
    progress: Callable[[int, int, int], None] | None,
    beforehand: Callable[[Ahead], None] | None,
) -> Read:
    """Judge wheels of one release on an index, whose METADATA was read: one for each platform and Python.

    With `every`, all of them. `beforehand` is called with the work ahead. Raises `AbidingError` if one can't be read.
    """
    from packaging.specifiers import SpecifierSet

    wheels = [artifact for artifact in artifacts if artifact.kind == "wheel" and artifact.on_index]
    if not wheels:
        return Read({}, 0, 0, 0, ())
    accepted = SpecifierSet(f"=={wheels[0].version}", prereleases=True)
    published = {file.filename: file for some in listings.published(wheels[0].name, accepted) for file in some}
    chosen = [wheel for wheel in (wheels if every else _one_of_each(wheels)) if wheel.filename in published]
    if beforehand:
        sizes = [published[wheel.filename].size for wheel in chosen]
        beforehand(Ahead(len(chosen), sum(filter(None, sizes)), sizes.count(None)))
    findings: dict[str, tuple[Finding, ...]] = {}
    files, received, over = 0, 0, []
    for done, wheel in enumerate(chosen):
        if progress:
            progress(done, len(chosen), received)
        read, size, large = _compiled(published[wheel.filename])
        files, received = files + read.number, received + size
        over += [f"{wheel.called}: {name}" for name in large]
        tags = wheel_tags.expanded(wheel.filename)
        findings[wheel.read_from] = JudgedWheel.of(wheel.filename, read, wheel.metadata, tags).everything
    if progress:
        progress(len(chosen), len(chosen), received)
    return Read(findings, len(chosen), len(wheels), files, tuple(over))


def _one_of_each(wheels: Iterable[Artifact]) -> list[Artifact]:
    """Return one wheel for each platform and Python, the first by name."""
    chosen: dict[frozenset[str], Artifact] = {}
    for wheel in wheels:
        tags = wheel_tags.expanded(wheel.filename)
        chosen.setdefault(frozenset(kind for tag in tags for kind in kind_of(tag)), wheel)
    return list(chosen.values())


def _compiled(published: Published) -> tuple[Compiled, int, list[str]]:
    wheel: OpenWheel = published.open()
    fair_members = fair(wheel.directory.members())
    small = [member for member in fair_members.members if member.size <= _LARGEST]
    read = wheel.read([member.name for member in small], _LARGEST)
    files = [of_file(published.filename, place_of(name), data) for name, data in read]
    size = sum(member.stored_size for member in small)
    large = [*(member.name for member in fair_members.members if member.size > _LARGEST), *fair_members.passed_over]
    return compiled(filter(None, files), wheel.directory.names), size, large
