"""`abiding impact`: which consumers a release of a provider breaks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import add_index_url, path_or_release, versions, wheels_in
from abiding.cli.specs import is_spec
from abiding.files.plain import is_folder, is_plain, read_for
from abiding.findings import bounds
from abiding.findings.errors import (
    AbidingError,
    ArchiveError,
    MissingExtraError,
    MissingFileError,
    UnknownReleaseError,
    need_extras,
)
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement

    from abiding.artifacts.index.listing import Listings
    from abiding.providers.impact import Impact

__all__ = ["register", "run"]


_NOTHING = "Nothing was looked at"


_DESCRIPTION = """\
Show what a published release of a provider means for wheels that are linked with its libraries: nothing; a rebuild,
because a symbol or a library is gone or means something else; or that their own bound excludes it. If it has all their
symbols, it is compared with the release that the consumer was linked with, or else with the one before: layouts by
`abidiff`, and the declarations in headers. Exit status: 0 no consumer has to be built again, 1 some have to be, 2 for
some that is not known, or a consumer could not be found or read."""


class _Nothing(NamedTuple):
    """A consumer that does not exist or can't be read, and the reason."""

    consumer: str
    why: AbidingError


class _Wheel(NamedTuple):
    """A wheel of a consumer, and its name in the report: its path, or its name on the index."""

    consumer: str
    path: Path


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "impact", help="show which wheels a release of their provider breaks", description=_DESCRIPTION
    )
    parser.add_argument("release", metavar="NAME==VERSION", type=path_or_release, help="the release, on an index")
    parser.add_argument(
        "consumers",
        metavar="CONSUMER",
        type=path_or_release,
        nargs="+",
        help="a wheel, a folder of wheels, a name on the index, or a file (.txt) with one of these on each line",
    )
    add_index_url(parser)
    outputs.add_formats(parser, ("text", "json"))
    parser.set_defaults(run=run, closing=_NOTHING)


def run(options: Namespace) -> int:
    """Print a line for each consumer. Returns 1 if one has to be rebuilt, 2 if that is not known for one.

    Also 2 if a consumer could not be found or read. Raises `AbidingError`.
    """
    from abiding.artifacts import index
    from abiding.providers.cache import Cache
    from abiding.providers.impact import ConsumerOutcome, Impact, of_release
    from abiding.providers.linked import Histories
    from abiding.report.impact import as_json, as_text

    release = _release(options.release)
    need_extras("comparing releases with wheels", "index", "native")
    cache = Cache.of_user()
    with index.listings(options.index_url, cache) as listings, TemporaryDirectory(prefix="abiding-") as folder:
        listings.require(str(release))
        histories = Histories(listings, cache)
        impacts: list[Impact] = []
        nothing: list[AbidingError] = []
        for wheel in _wheels(_listed(options.consumers), listings, Path(folder)):
            try:
                if isinstance(wheel, _Nothing):
                    raise wheel.why
                impacts.append(of_release(release, wheel.path, listings, histories)._replace(read_from=wheel.consumer))
            except MissingExtraError:
                raise
            except AbidingError as exc:
                nothing.append(exc)
                name = wheel.consumer if isinstance(wheel, _Nothing) else wheel.path.name
                impacts.append(Impact(name, ConsumerOutcome.UNKNOWN, exc.findings[0].message, wheel.consumer))
    if nothing and len(impacts) == 1:
        raise nothing[0]
    name = str(release)
    outputs.write(options, {"json": lambda: as_json(name, impacts)}, lambda to: as_text(name, impacts, to))
    outcomes = {impact.outcome for impact in impacts}
    if nothing or not outcomes:
        return 2
    return 1 if ConsumerOutcome.REBUILD in outcomes else 2 * (ConsumerOutcome.UNKNOWN in outcomes)


def _release(text: str) -> Requirement:

    requirement = versions(text)
    if [clause.operator for clause in requirement.specifier] != ["=="] or text.endswith("*"):
        message = f"`{text}` does not name one release"
        raise UnknownReleaseError.of(message, hint=f"write `{requirement.name}==VERSION`")
    return requirement


def _listed(consumers: Iterable[str]) -> Iterator[str]:
    """Yield the consumers, including those in list files."""
    for consumer in consumers:
        if consumer.endswith(".txt") and is_plain(Path(consumer)):
            lines = (line.partition("#")[0].strip() for line in _text(Path(consumer)).splitlines())
            yield from filter(None, lines)
        else:
            yield consumer


def _text(path: Path) -> str:
    """Read a list file. Raises `AbidingError`."""
    from abiding.files.placing import speaking_of

    with speaking_of(path):
        data = read_for(path, bounds.RELEASES)
    try:
        return data[: bounds.RELEASES].decode()
    except UnicodeDecodeError as exc:
        raise ArchiveError.at(path.name, f"the list is not UTF-8 at byte {exc.start}", rule="missing-file") from exc


def _wheels(consumers: Iterable[str], listings: Listings, folder: Path) -> Iterator[_Wheel | _Nothing]:
    """Yield the wheels of consumers; from an index, the newest for this machine is downloaded into a folder."""
    from packaging.tags import sys_tags

    tags = [str(tag) for tag in sys_tags()]
    for consumer in consumers:
        if consumer.endswith(".whl") or is_folder(Path(consumer)):
            try:
                for path in wheels_in(Path(consumer), _NOTHING):
                    yield _Wheel(str(path), path)
            except AbidingError as exc:
                yield _Nothing(consumer, exc)
            continue
        if not is_spec(consumer):
            hint = "give wheels, folders of them, or names on the index"
            yield _Nothing(consumer, MissingFileError.at(consumer, _NOTHING, hint))
            continue
        try:
            requirement = versions(consumer)
            releases = listings.published(requirement.name, requirement.specifier)
            fitting = (wheel for files in releases for wheel in files if _fits(wheel.filename, tags))
            wheel = next(fitting, None)
            if wheel is None:
                raise UnknownReleaseError.of(f"the index has no wheel of `{requirement.name}` for this machine")
            saved = wheel.save(folder)
        except AbidingError as exc:
            yield _Nothing(consumer, exc)
        else:
            yield _Wheel(consumer, saved)


def _fits(filename: str, tags: Iterable[str]) -> bool:
    from abiding.archives import wheel_tags

    return not set(wheel_tags.expanded(filename)).isdisjoint(tags)
