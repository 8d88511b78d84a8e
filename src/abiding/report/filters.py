"""Filters of the HTML page, by platform, by Python, or to differing fields; style only, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.report.compact import in_order, parts
from abiding.report.markup import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.releases.release import Release

__all__ = ["Filters"]


# With more pairs than real releases have, what is hidden is told for each platform and each Python apart.
_MOST_PAIRS = 1000
_FEWEST_WHEELS = 4


class Filters(NamedTuple):
    """The platforms and the Pythons of the wheels of all releases on a page."""

    platforms: tuple[str, ...]
    pythons: tuple[str, ...]

    @classmethod
    def of(cls, releases: Sequence[Release]) -> Filters:
        """Return the filters for the names of all wheels."""
        names = [file.called for release in releases for file in release.files]
        pythons, platforms = ({sides[side] for sides in map(parts, names) if sides[side]} for side in (0, 1))
        return cls(tuple(sorted(platforms)), in_order(pythons))

    def classes(self, name: str) -> str:
        """Return the CSS classes of a file, by which it is selected."""
        python, platform = parts(name)
        if not platform:
            return ""
        return f"w p{self.platforms.index(platform)} y{self.pythons.index(python)}"

    def controls(self, wheels: int) -> Iterator[str]:
        """Yield the controls; nothing if there are only few wheels."""
        if wheels < _FEWEST_WHEELS:
            return
        yield '<form class="filters" aria-label="Show a part"><span>Show</span>'
        yield from self._choice("platform", "platforms", "p", self.platforms)
        yield from self._choice("Python", "Pythons", "y", self.pythons)
        yield '<label><input type="checkbox" id="differing"> only what differs</label>'
        yield '<button type="reset">show all</button></form>\n'

    def _choice(self, name: str, plural: str, letter: str, known: Sequence[str]) -> Iterator[str]:
        yield f'<label><span class="unseen">{name}</span><select id="{name.lower()}"><option>all {plural}</option>'
        yield from (f'<option class="{letter}{number}">{text(label)}</option>' for number, label in enumerate(known))
        yield "</select></label>"

    def style(self) -> Iterator[str]:
        """Yield the style sheet that hides what is not selected."""
        for chosen in self._chosen():
            which = "".join(f":has(option.{part}:checked)" for part in chosen)
            files = "." + ".".join(chosen)
            yield f"body{which} li.w:not({files}),"
            yield f"body{which} :is(tr.files, .finding):has(li.w):not(:has(li{files})){{display:none}}\n"
        yield "body:has(#differing:checked) .alike{display:none}\n"

    def _chosen(self) -> Iterator[tuple[str, ...]]:
        platforms, pythons = (
            [f"{letter}{number}" for number in range(len(known))]
            for letter, known in (("p", self.platforms), ("y", self.pythons))
        )
        yield from ((single,) for single in (*platforms, *pythons))
        if len(platforms) * len(pythons) <= _MOST_PAIRS:
            yield from ((platform, python) for platform in platforms for python in pythons)
