"""judge(links) -> findings: what a wheel, or an installed distribution, gets from where it should not."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals
from abiding.native.images import Format
from abiding.native.indexed import Indexed
from abiding.native.links import Missing
from abiding.native.loader import base_name, expanded
from abiding.native.names import is_mangled, stem
from abiding.native.opened import undeclared
from abiding.native.platforms import floors
from abiding.native.providers import Relation
from abiding.native.subject import telling
from abiding.native.symbols import missing_symbols
from abiding.native.unreachable import unreachable, unreachable_inside
from abiding.native.windows import is_newer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.links import Link, Provided
    from abiding.native.subject import Subject
    from abiding.project.build_record import Shared

__all__ = ["ambiguous", "judge", "judge_installed", "rebuilt"]


def judge(subject: Subject) -> tuple[Finding, ...]:
    """Hold the links against the rules of native code. Raises `AbidingError` if an image can't be read."""
    return tuple(finding for rule in _RULES for finding in rule(subject))


def judge_installed(subject: Subject) -> tuple[Finding, ...]:
    """Do the same for what is installed, of which it no longer matters where else it could be."""
    return tuple(finding for rule in _RULES if rule not in _OF_OTHER_MACHINES for finding in rule(subject))


def _unprovided(subject: Subject) -> Iterator[Finding]:
    missing = _by_library(link for link in subject.links if isinstance(link.origin, Missing))
    newer = {library: missing.pop(library) for library in tuple(missing) if is_newer(library.lower())}
    for library, links in newer.items():
        message = f"`{library}` is part of newer Windows only, and not in the wheel"
        yield telling(
            "unprovided-library",
            Severity.WARNING,
            message,
            subject,
            links,
            expected=None,
            notes=_OF_NEWER,
            hints=_WITHOUT,
        )
    unknown = subject.neighbours.unknown
    # Built on macOS and Windows, a wheel has its last tag already.
    if missing and subject.unrepaired:
        yield _open(subject, missing, f"{_NOWHERE} yet", "a repair tool has to copy {1} into the wheel", _DECLARE)
    elif missing and unknown:
        # In the message: of a note a screen shows no more than that.
        is_told = any(isinstance(shelf, Indexed) for shelf in subject.neighbours.shelves)
        message = _NOWHERE if is_told else "{} not in the wheel; `abiding check --providers-from-index` looks further"
        note = f"{{0}} may be in one of {_listed(unknown)}, which can't be looked into"
        yield _open(subject, missing, message, note, _LOOK_FURTHER)
    else:
        for library, links in missing.items():
            text, hints = _NOWHERE.format(f"`{library}` is"), (_DECLARE.format("it"),)
            notes = (*_wanting(subject), *_renamed(library, subject))
            yield telling(
                "unprovided-library", Severity.ERROR, text, subject, links, expected=None, notes=notes, hints=hints
            )


_OF_NEWER = ("Server 2016 has no such library, and no tag keeps the wheel from being installed there",)
_WITHOUT = ("look for it by `LoadLibrary` when it is needed, and do without it where it is missing",)
_NOWHERE = "{} neither the platform's nor in the wheel"
_DECLARE = "declare the distribution that ships {}, with `native = true`"
_LOOK_FURTHER = "give `abiding check` the wheels of what it requires, too, or `--providers-from-index`"


def _open(subject: Subject, missing: Mapping[str, list[Link]], message: str, note: str, hint: str) -> Finding:
    """Return what may still be provided: that has one cause, whatever the number of libraries."""
    are, they, them = ("are", "they", "them") if len(missing) > 1 else ("is", "it", "it")
    links = [link for each in missing.values() for link in each]
    whole, notes, hints = (
        message.format(f"{literals(missing, 1)} {are}"),
        (note.format(they, them),),
        (hint.format(them),),
    )
    finding = telling(
        "unprovided-library", Severity.NOTE, whole, subject, links, expected=None, notes=notes, hints=hints
    )
    return (
        finding._replace(field="", found=tuple(missing), found_from="needed by the wheel")
        if len(missing) > 1
        else finding
    )


def _wanting(subject: Subject) -> tuple[str, ...]:
    """Return why none of what a wheel requires has a library; what it requires under a condition alone may have it."""
    conditional = subject.neighbours.conditional
    if conditional:
        return tuple(
            f"`{name}` may have it, and is required only where `{condition}`" for name, condition in conditional.items()
        )
    if subject.consumer.requires:
        return ("no distribution that it requires has it",)
    return ("it requires no other distribution",)


def _renamed(library: str, subject: Subject) -> Iterator[str]:
    """Yield what required distributions have that may be the same library of another version."""
    for provider in subject.neighbours.direct.values():
        similar = sorted({image.name for image in provider.images if stem(image.name) == stem(library)})
        if similar:
            yield f"`{provider.name}` {provider.version} has {_listed(similar)}"


def _wrong_relation(subject: Subject) -> Iterator[Finding]:
    wrong = ((link, origin) for link, origin in subject.provided() if origin.relation is not Relation.DIRECT)
    for library, links in _by_library_and_origin(wrong):
        provider, relation = links[0][1].contents, links[0][1].relation
        line = f'{{ requires = "{provider.name}=={provider.version}", native = true }}'
        transitive = relation is Relation.TRANSITIVE
        condition = subject.neighbours.conditional.get(provider.name)
        message = (
            f"which the wheel requires only where `{condition}`" if condition else "which the wheel does not require"
        )
        message = "which only another requirement requires" if transitive else message
        note = "an installer does not know that it has to be there"
        if transitive:
            note = "what that requires may change, in a version that this wheel accepts"
        who, brings = subject.neighbours.elsewhere.get(provider.name, ("", ""))
        elsewhere = (
            (f"`{who}` brings it on a condition that does not hold wherever the wheel is installed: `{brings}`",)
            if who
            else ()
        )
        yield telling(
            "transitive-provider" if transitive else "undeclared-provider",
            Severity.ERROR,
            f"`{library}` is from `{provider.name}`, {message}",
            subject,
            [link for link, _ in links],
            expected=None,
            notes=(note, *elsewhere),
            hints=(f"declare it: add `{line}` to `dependencies` under `[tool.abiding.wheel]`",),
        )


def _leaked(subject: Subject) -> Iterator[Finding]:
    leaks: dict[str, list[Image]] = {}
    for image in subject.consumer.images:
        for path in image.run_paths:
            if _is_leaked(path, image) and not _for_repair(image, subject):
                leaks.setdefault(path, []).append(image)
    if not leaks:
        return
    images = list(dict.fromkeys(image for those in leaks.values() for image in those))
    who = f"`{images[0].file_name}`" if len(images) == 1 else f"{len(images)} files"
    yield Finding(
        "leaked-rpath",
        subject.severity,
        f"the run path of {who} leads to a folder of the machine that built it",
        artifact=subject.artifact,
        field=", ".join(image.file_name for image in images),
        found=tuple(leaks),
        found_from="as built",
        notes=("on another machine anything may be there, and on this one a wrong library is not noticed",),
        hints=(_AT_BUILD, _in_the_wheel(images, leaks)),
    )


_AT_BUILD = (
    "find the flag that does it: `python -m sysconfig` shows those of the Python, which setuptools takes over unless "
    'it is told `LDSHARED="gcc -shared"`, and `pkg-config --libs NAME` those of a library'
)


def _in_the_wheel(images: Sequence[Image], leaks: Collection[str]) -> str:
    """Return how a run path is taken out of a file in a wheel; the others are kept, by which libraries are found."""
    image, *others = images
    place = shlex.quote(image.place)
    if image.format is Format.MACH_O:
        options = " ".join(f"-delete_rpath {shlex.quote(path)}" for path in image.run_paths if path in leaks)
        how = f"`install_name_tool {options} {place}`, and `codesign -f -s - {place}`"
    else:
        rest = ":".join(path for path in image.run_paths if path not in leaks)
        options = f"--set-rpath {shlex.quote(rest)}" if rest else "--remove-rpath"
        how = f"`patchelf {'--force-rpath ' if rest and image.inherited else ''}{options} {place}`"
    each = ", and likewise in the others" if others else ""
    return f"or take it out between `wheel unpack` and `wheel pack`: {how}{each}"


def _for_repair(image: Image, subject: Subject) -> bool:
    """Return whether a repair tool is to copy something for a file, and so takes all leaking run paths from it."""
    return subject.unrepaired and any(
        link.image is image and isinstance(link.origin, Missing) for link in subject.links
    )


# What a wheel installs beside site-packages: the libraries of the environment itself.
_ENVIRONMENT = re.compile(r"(\.\./){3}(lib|lib64|bin|Library)(/|$)|(\.\./){2}(bin|Library)(/|$)")


def _is_leaked(path: str, image: Image) -> bool:
    place = expanded(path, image.folder)
    if place is None:
        # `@executable_path` and such depend on nothing of the machine that built it.
        return path.startswith("/") and not path.startswith(("/usr/lib", "/System/"))
    return place.startswith("../") and not _ENVIRONMENT.match(place + "/")


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
    """Say that the name of a provider's library is not its own."""
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
        if name not in used:
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


# What the findings have in common


def _by_library(links: Iterable[Link]) -> dict[str, list[Link]]:
    by_library: dict[str, list[Link]] = {}
    for link in links:
        by_library.setdefault(base_name(link.library), []).append(link)
    return by_library


def _by_library_and_origin(
    links: Iterable[tuple[Link, Provided]],
) -> Iterable[tuple[str, list[tuple[Link, Provided]]]]:
    by_provider: dict[str, list[tuple[Link, Provided]]] = {}
    for link, origin in links:
        by_provider.setdefault(base_name(link.library), []).append((link, origin))
    return by_provider.items()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_RULES: tuple[Callable[[Subject], Iterable[Finding]], ...] = (
    _unprovided,
    _wrong_relation,
    unreachable,
    unreachable_inside,
    _leaked,
    _bundled,
    missing_symbols,
    _changed,
    _below,
    _ambiguous,
    _unused,
    undeclared,
)
_OF_OTHER_MACHINES = (_leaked, _below)
