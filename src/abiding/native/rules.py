"""Judge where the files of a wheel or of an installed distribution get their libraries from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.finding import Finding, Severity
from abiding.native.images import Format
from abiding.native.leaked_run_paths import leaked_run_paths
from abiding.native.links import Missing
from abiding.native.loader import base_name
from abiding.native.machines import NAMING_PLATFORM, BuiltFor
from abiding.native.names import is_mangled, stem
from abiding.native.opened_libraries import undeclared
from abiding.native.platforms import floors
from abiding.native.providers import Relation
from abiding.native.subject import finding_about
from abiding.native.symbols import missing_symbols
from abiding.native.unprovided_libraries import missing_libraries
from abiding.native.unreachable_libraries import unreachable, unreachable_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.links import Link, Provided
    from abiding.native.subject import Subject
    from abiding.project.build_record import Shared

__all__ = ["ambiguous", "judge_installed", "judge_subject", "rebuilt"]


def judge_subject(subject: Subject) -> tuple[Finding, ...]:
    """Judge the links by the rules of native code. Raises `AbidingError` if an image can't be read."""
    return tuple(finding for rule in _RULES for finding in rule(subject))


def judge_installed(subject: Subject) -> tuple[Finding, ...]:
    """Do the same for what is installed, of which it no longer matters where else it could be."""
    return tuple(finding for rule in _RULES if rule not in _OF_OTHER_MACHINES for finding in rule(subject))


def _wrong_relation(subject: Subject) -> Iterator[Finding]:
    wrong = ((link, origin) for link, origin in subject.provided() if origin.relation is not Relation.DIRECT)
    for library, links in _by_library_and_origin(wrong):
        provider, relation = links[0][1].contents, links[0][1].relation
        line = f'{{ requires = "{provider.name}=={provider.version}", native = true }}'
        transitive = relation is Relation.TRANSITIVE
        message, notes = "which the wheel does not require", ["an installer does not know that it has to be there"]
        if condition := subject.neighbours.conditional.get(provider.name):
            message = f"which the wheel requires only where `{condition}`"
        if transitive:
            message = "which only another requirement requires"
            notes = ["what that requires may change, in a version that this wheel accepts"]
        if provider.name in subject.neighbours.elsewhere:
            who, brings = subject.neighbours.elsewhere[provider.name]
            notes.append(
                f"`{who}` brings it on a condition that does not hold wherever the wheel is installed: `{brings}`"
            )
        yield finding_about(
            "transitive-provider" if transitive else "undeclared-provider",
            Severity.ERROR,
            f"`{library}` is from `{provider.name}`, {message}",
            subject,
            [link for link, _ in links],
            expected=None,
            notes=tuple(notes),
            hints=(f"declare it: add `{line}` to `dependencies` under `[tool.abiding.wheel]`",),
        )


def _bundled(subject: Subject) -> Iterator[Finding]:
    declared: dict[str, str] = {}
    for shared in subject.record.libraries if subject.record else ():
        declared[stem(shared.library)] = f"{shared.distribution} {shared.version}"
    for provider in subject.neighbours.direct.values() if subject.building or not subject.record else ():
        if not subject.native or provider.name in subject.native:
            for image in provider.images:
                # What a provider bundles under a name of its own is for itself.
                if image.format is not Format.PE and _is_shared(image):
                    declared[stem(image.name)] = f"{provider.name} {provider.version}"
    for image in subject.consumer.images:
        provider_name = declared.get(stem(image.file_name))
        if provider_name and _is_library(image):
            yield Finding(
                "bundled-and-declared",
                subject.severity,
                f"`{image.file_name}` is in the wheel, which requires it from `{provider_name.partition(' ')[0]}` too",
                artifact=subject.artifact,
                field=image.place,
                expected=stem(image.file_name),
                expected_from=f"from {provider_name}",
                found=image.place,
                found_from="in the wheel",
                notes=("a process may then have two of them, and not the one that the wheel was linked with",),
                hints=("repair the wheel by `abiding repair`, which leaves out what is declared",),
            )


def _is_shared(image: Image) -> bool:
    return _is_library(image) and not is_mangled(image.name) and "/.dylibs" not in image.place


def _is_library(image: Image) -> bool:
    return image.file_name.startswith("lib") or image.format is Format.PE


def _changed(subject: Subject) -> Iterator[Finding]:
    for shared in subject.record.libraries if subject.record and not subject.building else ():
        provider = subject.at_hand(normalised(shared.distribution))
        if provider is None:
            continue
        if provider.version == shared.version:
            if now := rebuilt(shared, provider):
                yield _another_build(shared, now, subject)
            continue
        lawful = shared.admits(provider.version)
        has_it = not provider.readable or provider.shipped_as(shared.library)
        if lawful and not has_it:
            continue  # that nobody has the library is told by itself
        what = f"`{shared.library}` is of" if has_it else "what is there is"
        yield Finding(
            "provider-changed",
            Severity.NOTE if lawful else Severity.ERROR,
            f"{what} another version of `{shared.distribution}` than the wheel was linked with",
            artifact=subject.artifact,
            field=shared.library,
            expected=shared.version,
            expected_from="when the wheel was built",
            found=provider.version,
            found_from="there now",
            notes=(f"the wheel requires `{shared.requirement}`" + (", which allows it" if lawful else ""),),
            hints=() if lawful else (f"install `{shared.requirement}`",),
        )


def rebuilt(shared: Shared, provider: Contents) -> str:
    """Return the digest of a library if it is another file than was recorded; empty if not, or not known."""
    image = provider.shipped_as(shared.library) if provider.readable else None
    now = provider.sha256(image.place) if image else ""
    return now if now != shared.sha256 else ""


def _another_build(shared: Shared, now: str, subject: Subject) -> Finding:
    return Finding(
        "provider-changed",
        Severity.NOTE,
        f"`{shared.library}` of `{shared.distribution}` is not the file that the wheel was linked with",
        artifact=subject.artifact,
        field=shared.library,
        expected=f"sha256:{shared.sha256}",
        expected_from="when the wheel was built",
        found=f"sha256:{now}",
        found_from=f"there now, of version {shared.version} too",
        notes=("it may have been compiled with other options, which no tag and no version tells",),
    )


def _below(subject: Subject) -> Iterator[Finding]:

    own = subject.platform.floors
    seen = set()
    for _, origin in subject.provided():
        provider = origin.contents
        if provider.name in seen:
            continue
        seen.add(provider.name)
        for kind, theirs in floors(provider.platforms).items():
            ours = own.get(kind)
            if ours and ours.version < theirs.version:
                yield Finding(
                    "tag-below-provider",
                    subject.severity,
                    f"the wheel can be installed where `{provider.name}` can't",
                    artifact=subject.artifact,
                    field="Tag",
                    expected=str(theirs),
                    expected_from=f"the oldest platform of {provider.name} {provider.version}",
                    found=str(ours),
                    found_from="the oldest platform of the wheel",
                    notes=("between the two an installer takes the wheel, and then finds no provider for it",),
                    hints=(_older(theirs.kind[0], str(theirs)),),
                )


def _older(kind: str, platform: str) -> str:
    if kind == "macosx":
        return f"build with MACOSX_DEPLOYMENT_TARGET={'.'.join(platform.split('_')[1:3])}"
    return f"repair the wheel by `abiding repair`, or with `--plat {platform} --only-plat`"


def _ambiguous(subject: Subject) -> Iterator[Finding]:
    for library, links in _by_library_and_origin(subject.provided()):
        image = links[0][1].image
        if subject.platform.has(image.name, image.format):
            note = "the platform has a library with this name"
            yield ambiguous(subject.artifact, library, links[0][1].contents.name, note)


def ambiguous(artifact: str, library: str, provider: str, note: str) -> Finding:
    """Return the finding on a provider's library whose name another library has, too."""
    return Finding(
        "ambiguous-soname",
        Severity.WARNING,
        f"`{library}` of `{provider}` has the name of another library",
        artifact=artifact,
        notes=(note, "whichever is loaded first in a process counts for all, whatever the run paths say"),
        hints=(f"let `{provider}` ship it under a SONAME of its own",),
    )


def _unused(subject: Subject) -> Iterator[Finding]:
    used = {origin.contents.name for _, origin in subject.provided()}
    for name in subject.native:
        if name not in used and not _foreign_users(name, subject):
            elsewhere = sorted({link.library for link in subject.links if isinstance(link.origin, Missing)})
            yield Finding(
                "unused-provider",
                Severity.ERROR,
                f"`{name}` is declared as native, and no file of the wheel uses a library of it",
                artifact=subject.artifact,
                field="native",
                expected=name,
                expected_from="declared",
                found=tuple(elsewhere) or None,
                found_from="used, and from elsewhere" if elsewhere else "no library from elsewhere",
                notes=("the build may have found the system's library, or one that is linked statically",),
                hints=(
                    "let the build find it: its `pkg_config` entry point and its folders are on the search paths",
                    "if the wheel does not link to it, leave out `native = true`",
                ),
            )


def _linked_foreign(subject: Subject) -> Iterator[Finding]:
    """Find what is linked with a native provider, and is left as it was built: no platform of the tag loads it."""
    for name in subject.native:
        for image in _foreign_users(name, subject):
            yield Finding(
                "wrong-tag",
                Severity.ERROR,
                f"`{image.place}` is linked with `{name}`, and the tag names no platform that loads it",
                artifact=subject.artifact,
                field="Tag",
                expected=str(BuiltFor(image.format)),
                expected_from="compiled for",
                found=tuple(sorted(map(str, subject.platform.tags))),
                found_from="file name",
                notes=("no run path leads it to the library, and nothing of it is recorded",),
                hints=(NAMING_PLATFORM,),
            )


def _foreign_users(name: str, subject: Subject) -> list[Image]:
    """Return the files that need a library of a distribution, and that no loader of the tag's platforms takes."""
    provider = subject.neighbours.direct.get(name)
    return [
        image
        for image in subject.consumer.foreign
        if provider and any(provider.shipped_as(base_name(library)) for library in image.needs)
    ]


# What the findings have in common


def _by_library_and_origin(links: Iterable[tuple[Link, Provided]]) -> Iterable[tuple[str, list[tuple[Link, Provided]]]]:
    by_provider: dict[str, list[tuple[Link, Provided]]] = {}
    for link, origin in links:
        by_provider.setdefault(base_name(link.library), []).append((link, origin))
    return by_provider.items()


_RULES: tuple[Callable[[Subject], Iterable[Finding]], ...] = (
    missing_libraries,
    _wrong_relation,
    unreachable,
    unreachable_inside,
    leaked_run_paths,
    _bundled,
    missing_symbols,
    _changed,
    _below,
    _ambiguous,
    _unused,
    _linked_foreign,
    undeclared,
)
_OF_OTHER_MACHINES = (leaked_run_paths, _below)
