"""Lines for wheels that name a distribution in a slip: one like it is what the build, or the source, requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Severity
from abiding.metadata import requirements
from abiding.metadata.lookalikes import Meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.finding import Finding
    from abiding.project.declaration import Declaration
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["misspelt"]


def misspelt(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a warning for each declared line whose distribution nothing else names, and whose name is off by a slip."""
    if not declaration.entries:
        return
    names: dict[str, tuple[Key, str]] = {}
    for key, text, _ in declaration.project.requirements():
        names.setdefault(requirements.name_of(text), (key, "the source"))
    for key, text in pyproject.build_requires:
        names.setdefault(requirements.name_of(text), (key, "the build"))
    meant = Meant(names)
    for entry in declaration.entries:
        suggestion = "" if entry.name in names else meant.by(entry.name)
        if suggestion:
            key, who = names[suggestion]
            yield pyproject.finding(
                "bad-value",
                f"`{entry.name}` is spelled almost like `{suggestion}`, which {who} requires",
                entry.key,
                severity=Severity.WARNING,
                also=((key, f"{who} requires it"),),
                notes=("who installs the wheel gets whatever has that name on an index, if anything has",),
                hints=(f"did you mean `{suggestion}`?",),
            )
