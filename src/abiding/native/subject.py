"""What the rules judge: a wheel or an installed distribution, with the providers around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.native.links import provided_links
from abiding.native.loader import base_name
from abiding.native.providers import pinned, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.findings.finding import Value
    from abiding.findings.rules import Rule
    from abiding.native.contents import Contents
    from abiding.native.links import Link, Provided
    from abiding.native.platforms import Platform
    from abiding.native.providers import Neighbours
    from abiding.project.build_record import BuildRecord

__all__ = ["Subject", "finding_about"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A wheel or an installed distribution to judge; `artifact` is the file name, or `name version`.

    `record` is the wheel's build record, or the one that it will get; None for wheels without native entries.
    `building` is whether it is being built. `at_hand` looks up a provider that can be read, by its normalised name;
    `native` are the names that the project declares as native, for a build.
    """

    artifact: str
    consumer: Contents
    links: tuple[Link, ...]
    neighbours: Neighbours
    platform: Platform
    record: BuildRecord | None
    at_hand: Callable[[str], Contents | None]
    building: bool = False
    native: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The severity of a badly built wheel: an error only if it was built by abiding."""
        return Severity.ERROR if self.record or self.building else Severity.WARNING

    @property
    def unrepaired(self) -> bool:
        """Whether a repair is still to come; for a finished wheel, its tag tells."""
        return self.building or not self.platform.finished

    def provided(self) -> Iterator[tuple[Link, Provided]]:
        """Return the links to libraries of other distributions."""
        return provided_links(self.links)

    @property
    def pinned(self) -> frozenset[str]:
        """The distributions that it requires by URL."""
        return pinned(self.consumer.requires, target(self.platform.tags))


def finding_about(
    rule: Rule,
    severity: Severity,
    message: str,
    subject: Subject,
    links: list[Link],
    *,
    expected: Value,
    expected_from: str = "",
    notes: tuple[str, ...],
    hints: tuple[str, ...],
) -> Finding:
    """Return a finding on a library, or several with the same error, and the files that need them."""
    return Finding(
        rule,
        severity,
        message,
        artifact=subject.artifact,
        field=base_name(links[0].library),
        expected=expected,
        expected_from=expected_from,
        found=tuple(dict.fromkeys(link.image.place for link in links)),
        found_from="needed by",
        notes=notes,
        hints=hints,
    )
