"""Bar plots as SVG, in the colours of the page."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLOURS", "Bar", "plot"]


# What matplotlib writes, and what stands for it on the page. `empty` is what a bar could have reached.
COLOURS = {
    "clean": ("#a10001", "--good"),
    "equal": ("#a10002", "--good-light"),
    "declared": ("#a10003", "--link"),
    "not-comparable": ("#a10004", "--soft"),
    "inconsistent": ("#a10005", "--error"),
    "warning": ("#a10006", "--warning"),
    "empty": ("#a10007", "--raised"),
}
_INK, _SOFT = ("#a20001", "--ink"), ("#a20002", "--soft")
_POINT = 72
_ROW, _THICKNESS, _LABEL = 38, 0.32, 0.27  # points, and shares of a row
_SIZE = 11
_FONT = "system-ui, sans-serif"
_WIDTHS = {"broad": 880, "narrow": 350}


class Bar(NamedTuple):
    """A bar: its label, the text at its end, and its parts by the name of their colour."""

    label: str
    caption: str
    parts: Mapping[str, int]

    @property
    def length(self) -> int:
        """All of its parts."""
        return sum(self.parts.values())


def plot(name: str, bars: Sequence[Bar], title: str) -> str:
    """Return the bars as SVG, for wide and narrow pages, of which the style sheet shows one; `name` must be unique."""
    return "".join(
        f'<div class="plot {kind}">{_svg(f"{name}-{kind}", bars, width, title)}</div>'
        for kind, width in _WIDTHS.items()
    )


def _svg(name: str, bars: Sequence[Bar], width: int, title: str) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": name, "font.size": _SIZE, "text.parse_math": False}
    with rc_context(settings):  # type: ignore[arg-type] # a type of all that there are
        figure = Figure(figsize=(width / _POINT, _ROW * len(bars) / _POINT))
        figure.patch.set_alpha(0)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_ylim(len(bars), 0)
        axes.set_xlim(0, max((bar.length for bar in bars), default=0) or 1)
        for row, bar in enumerate(bars):
            start = 0
            for kind, length in bar.parts.items():
                axes.barh(row + 0.68, length, height=_THICKNESS, left=start, color=COLOURS[kind][0], linewidth=0)
                start += length
            for place, text, (colour, _) in ((0, bar.label, _INK), (1, bar.caption, _SOFT)):
                axes.text(
                    place,
                    row + _LABEL,
                    visible(text),
                    transform=axes.get_yaxis_transform(),
                    ha="right" if place else "left",
                    va="center",
                    color=colour,
                )
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _of_page(written.getvalue(), name, title)


def _of_page(svg: str, name: str, title: str) -> str:
    """Return matplotlib's SVG as a part of a page: with the page's colours, and with unique identifiers."""
    from html import escape

    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1))
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", rf"font: \1 {_FONT}", svg)
    for colour, variable in (*COLOURS.values(), _INK, _SOFT):
        svg = svg.replace(colour, f"var({variable})")
    return svg
