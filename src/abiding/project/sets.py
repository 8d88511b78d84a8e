"""The two requirement sets of a project, as shown to people, with reasons."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.metadata.ranges import releases_of
from abiding.project.entry import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.project.build_record import RecordedLine
    from abiding.project.entry import Entry

__all__ = ["AbiLine", "Sets"]


class AbiLine(NamedTuple):
    """A line of the ABI level.

    `requirement` is the line of METADATA, perhaps with pins that only a build can fill; `declared` is the text in
    pyproject.toml. `select` and `variant` are known only from a declaration.
    """

    requirement: str
    declared: str
    extra: str
    reason: str
    note: str
    native: bool
    select: tuple[str, ...] = ()
    variant: str = ""

    @classmethod
    def of_entry(cls, entry: Entry) -> AbiLine:
        """Return the line of a declared entry."""
        reason = str(entry.reason)
        filled, requires, extra = entry.template, entry.requires, entry.extra
        return cls(filled, requires, extra, reason, entry.note, entry.native, entry.select, entry.variant)

    @classmethod
    def of_line(cls, line: RecordedLine) -> AbiLine:
        """Return a line of a build record."""
        return cls(line.requirement, line.entry, line.extra, line.reason, line.note, line.native)

    @property
    def may_be_ignored(self) -> bool:
        """Whether a distributor may leave it out."""
        return self.reason == Reason.PRE_EMPTIVE

    @property
    def is_filled(self) -> bool:
        """Whether it has no pins to fill."""
        return not pins.has_pins(self.requirement)

    @property
    def settled(self) -> str:
        """The part of the requirement that does not depend on pins."""
        return self.requirement if self.is_filled else pins.without_pins(self.requirement)

    @property
    def name(self) -> str:
        """The normalised name of the distribution."""
        return requirements.name_of(self.settled)


_NOT_KNOWN = "unknown"
_OF_SOURCE = "what the source works with (API level)"
_OF_ALL = "what the wheel requires"
_NOT_TOLD = ": which of it is of the ABI level is not known, for it has no record of its build"


class Sets(NamedTuple):
    """Both sets of a project, or of one wheel: then `wheel` is its file name, which is empty else.

    `api` is None if a build computes it. `level` is that of the wheel: `unknown` without a build record, `none` if no
    line applies to it.
    """

    name: str
    version: str
    wheel: str
    backend: str
    level: str
    variant: str
    tags: tuple[str, ...]
    api: tuple[str, ...] | None
    abi: tuple[AbiLine, ...]

    def for_distributor(self, accepted: Mapping[str, str] | None = None) -> Iterator[str]:
        """Yield the lines of a requirements file for a distributor; lines that may be ignored are comments in it.

        `accepted` are the bounds of the wheel's compiled files, each with its evidence: these can't be ignored for this
        binary. All other lines of the ABI level are then policy.
        """
        needed = [bound for bound in self.abi if not bound.may_be_ignored]
        ignored = [bound for bound in self.abi if bound.may_be_ignored]
        of_all = f"{_OF_ALL}{_NOT_TOLD}" if self.api else _OF_ALL  # without lines there is nothing to separate
        yield f"# {of_all if self.level == _NOT_KNOWN else _OF_SOURCE}"
        # Each on one line, because a second line would be read as a requirement.
        yield from map(on_one_line, self.api or ("# nothing",))
        if needed:
            yield "\n# what one binary needs on top (ABI level)"
        for bound in needed:
            if not bound.is_filled:
                yield f"# of {bound.name} the version that it is built with"
            yield on_one_line(bound.settled)
        if ignored:
            yield "\n# may be ignored: pre-emptive, against versions that there were not yet"
        for bound in ignored:
            yield on_one_line(f"# {bound.settled}" + (f"  ({bound.note})" if bound.note else ""))
        if accepted:
            yield "\n# can't be ignored for this binary: its compiled files refuse what is outside"
        for refusal, who in (accepted or {}).items():
            yield on_one_line(f"# {refusal}  ({who})")
        # A line that the files imply is not repeated; any other is not from the files.
        policy = [bound for bound in needed if not _follows(bound.settled, accepted)] if accepted is not None else []
        if policy:
            yield "\n# policy, as far as its compiled files tell: they were not seen to refuse all that these exclude"
        for bound in policy:
            yield on_one_line(f"# {bound.settled}")


def _follows(line: str, bounds: Iterable[str]) -> bool:
    """Return whether a line excludes only versions that one of these bounds on the same distribution excludes."""
    with suppress(ValueError):  # the record of a wheel may contain anything
        requirement = requirements.parse(line)
        name, versions = requirements.name_of(line), releases_of(requirement.specifier)
        own = [requirements.parse(bound).specifier for bound in bounds if requirements.name_of(bound) == name]
        return not (requirement.extras or requirement.url) and any(
            releases_of(line).is_subset(versions) for line in own
        )
    return False
