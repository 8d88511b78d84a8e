"""`abiding symbols`: the version in which each symbol of a provider's libraries first appeared."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.cli import outputs
from abiding.cli.arguments import add_index_url, versions
from abiding.findings.errors import UnknownReleaseError, need_extras
from abiding.report.printing import unguarded

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

    from packaging.requirements import Requirement
    from packaging.tags import Tag

    from abiding.findings.errors import AbidingError
    from abiding.providers.history import History

__all__ = ["register", "run"]


_DESCRIPTION = """\
Read the published wheels of a distribution that ships shared libraries, for one platform, and write in which version
each symbol first appears, and in which it is lost: in the form of Debian's symbols files, or as JSON. Only the
libraries in a wheel are read, and those that were read before are not read again. Exit status: 0 written, 1 a version
could not be read, 2 not possible."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("symbols", help="write the history of a provider's symbols", description=_DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="a distribution on an index; `NAME>=2,<3` limits the versions")
    parser.add_argument("--platform", metavar="TAG", help="a platform tag (default: the one of this machine)")
    add_index_url(parser)
    parser.add_argument("--pre", action="store_true", help="read pre-releases too")
    outputs.add_formats(parser, ("debian", "json"))
    parser.set_defaults(run=run, closing="Nothing was written")


def run(options: Namespace) -> int:
    """Print the history. Returns 1 if a version could not be read. Raises `AbidingError` if there is none."""
    from abiding.providers import debian
    from abiding.report.symbols import as_json

    requirement = versions(options.name)
    need_extras("reading symbols of releases", "index", "native")
    history = _read(requirement, options)
    outputs.write(options, {"debian": lambda: debian.symbols_file(history), "json": lambda: as_json(history)})
    for edition in history.unread:
        print(f"abiding: {edition.filename} could not be read: {edition.reason}", file=sys.stderr)
    return int(bool(history.unread))


def _read(requirement: Requirement, options: Namespace) -> History:
    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag, platform_tags

    from abiding.artifacts import index
    from abiding.artifacts.index.progress import ProgressBar
    from abiding.providers.cache import Cache
    from abiding.providers.published import read_history

    # Parsed requirements are cached, so this one must not be modified.
    accepted = SpecifierSet(str(requirement.specifier), prereleases=options.pre or None)
    platform = options.platform or next(iter(platform_tags()))
    tag = Tag("py3", "none", platform.lower().replace("-", "_").replace(".", "_"))
    with index.listings(options.index_url) as listings:
        name = normalised(requirement.name)
        history = read_history(
            listings,
            name,
            frozenset({tag}),
            accepted,
            cache=Cache.of_user(),
            progress=ProgressBar(unguarded(sys.stderr)),
        )
        if history is None:
            raise _nothing(requirement, tag, is_there=bool(listings.published(name, accepted)))
    if not history.unread and not any(edition.libraries for edition in history.editions):
        raise UnknownReleaseError.of(
            f"no wheel of `{requirement}` for {tag.platform} has a shared library in it",
            note="extension modules are not libraries that others can be linked with",
        )
    return history


def _nothing(requirement: Requirement, tag: Tag, *, is_there: bool) -> AbidingError:
    note = "versions that are yanked do not count, nor pre-releases without `--pre`"
    if not is_there:
        message = f"no version that `{requirement}` admits has a wheel on the index"
        hint = f"`abiding check {requirement.name}` reads the newest"
        return UnknownReleaseError.of(message, note=note, hint=hint)
    return UnknownReleaseError.of(
        f"no version of `{requirement}` has a wheel for {tag.platform}",
        note=note,
        hint="name another platform with `--platform`, for example `manylinux_2_28_x86_64`",
    )
