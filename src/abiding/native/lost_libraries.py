"""Libraries that an installed wheel was built with, and that are no longer there."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.finding import Finding, Severity
from abiding.native.names import stem

if TYPE_CHECKING:
    from abiding.native.contents import Contents
    from abiding.native.subject import Subject
    from abiding.project.build_record import Shared

__all__ = ["judge_lost"]


def judge_lost(subject: Subject, recorded: Shared, instead: str) -> Finding:
    """Judge a library that is no longer there, or whose distribution is not installed; `instead` is the system's."""
    provider = subject.at_hand(normalised(recorded.distribution))
    return _gone(subject, recorded, provider, instead) if provider else _absent(subject, recorded, instead)


def _absent(subject: Subject, recorded: Shared, instead: str) -> Finding:
    return Finding(
        "missing-provider",
        Severity.ERROR,
        f"`{recorded.distribution}`, which has `{recorded.library}`, is not installed",
        artifact=subject.artifact,
        field=recorded.library,
        expected=recorded.requirement,
        expected_from="required",
        found=instead or None,
        found_from="taken instead" if instead else "not installed",
        hints=(f"install `{recorded.requirement}`: the wheel was built with {recorded.version}",),
    )


def _gone(subject: Subject, recorded: Shared, provider: Contents, instead: str) -> Finding:
    """Return the finding on an installed provider that no longer has a library, renamed or removed."""
    name, version = recorded.distribution, provider.version
    similar = sorted(image.name for image in provider.images if stem(image.name) == stem(recorded.library))
    notes = [f"it has {', '.join(f'`{other}`' for other in similar)} instead"] if similar else []
    hint = f"install `{name}=={recorded.version}`, which has it"
    if version == recorded.version:
        hint = f"install it again: `pip install --force-reinstall --no-deps {shlex.quote(f'{name}=={version}')}`"
    elif recorded.admits(version):
        notes.append(f"the wheel requires `{recorded.requirement}`, which allows {version}")
    else:
        notes.append(f"the wheel requires `{recorded.requirement}`, which does not allow {version}")
    return Finding(
        "provider-changed",
        Severity.ERROR,
        f"`{name}` {version} does not have `{recorded.library}`",
        artifact=subject.artifact,
        field=recorded.library,
        expected=recorded.version,
        expected_from="had it, when the wheel was built",
        found=instead or None,
        found_from="taken instead" if instead else f"not in {name} {version}",
        notes=tuple(notes),
        hints=(hint,),
    )
