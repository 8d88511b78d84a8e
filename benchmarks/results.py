"""Results: kept from one run to the next, printed, and written as a page with a plot."""

# ruff: noqa: RUF001 (the sign of multiplication is meant)

from __future__ import annotations

import dataclasses
import json
import math
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache" / "benchmarks"
PAGE = CHECKOUT / "docs" / "reference" / "benchmarks.md"
PLOT = PAGE.with_suffix(".svg")
# In the repository: whoever measures one thing again, on whichever machine, does not lose the rest.
_KEPT = CHECKOUT / "benchmarks" / "results.json"
_TOOLS = ("abiding", "auditwheel", "build", "delocate", "meson-python", "pip", "setuptools", "uv", "wheel")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, against what, and what it should be.

    `ratio` is `other` by `ours` where `faster`, else `ours` by `other`; seconds are medians. `goal` is a limit of the
    ratio (at least where `faster`, else at most), or of `ours` alone in the `unit` given; None where there is none.
    """

    benchmark: str
    what: str
    against: str
    ours: float
    other: float | None
    runs: int
    ratio: float | None = None
    goal: float | None = None
    faster: bool = False
    unit: str = "s"

    @classmethod
    def of(
        cls, benchmark: str, what: str, against: str, ours: list[float], other: list[float],
        *, goal: float | None, faster: bool = False,
    ) -> Row:  # fmt: skip
        from benchmarks.measuring import ratio

        figure = ratio(other, ours) if faster else ratio(ours, other)
        medians = statistics.median(ours), statistics.median(other)
        return cls(benchmark, what, against, *medians, min(len(ours), len(other)), figure, goal, faster)

    @property
    def met(self) -> bool | None:
        figure = self.ours if self.ratio is None else self.ratio
        if self.goal is None:
            return None
        return figure >= self.goal if self.faster else figure <= self.goal

    @property
    def cells(self) -> tuple[str, ...]:
        """What was measured, against what, ours, the other's, ratio, goal, met or not, runs."""
        sign = "≥" if self.faster else "≤"
        unit = "×" if self.ratio is not None else f" {self.unit}"
        figure = "" if self.ratio is None else f"{_digits(self.ratio)}×{' faster' if self.faster else ''}"
        return (
            self.what,
            self.against,
            f"{_digits(self.ours)} {self.unit}",
            "" if self.other is None else f"{_digits(self.other)} {self.unit}",
            figure,
            "" if self.goal is None else f"{sign} {self.goal:g}{unit}",
            "" if self.met is None else "yes" if self.met else "no",
            str(self.runs),
        )


# What a reader has to know to read the rows of a title.
_NOTES = {
    "the hooks": """\
A wheel of one small extension, built without optimization, so that nearly nothing is left but the hooks. The more there
is to compile, the nearer the ratios are to 1. Of the one that uses numpy's C API, what it accepts is read from the file
and held against what the wheel will require, as in every build.

pip asks for the metadata before it builds. Bare meson-python has no hook for that, so pip builds at once; wrapped, it
has one, and one more process imports meson-python to answer. This takes 0.1 s, once per build from a source tree, and
is what spares the build where nobody wants a wheel, as the questions below show.

""",
    "histories of providers": """\
The cache has what was read of each library. With it, `abiding bounds` costs little more than to start what reads an
index and compiled files; `abiding --version` starts none of that.

""",
    "learning what an sdist requires": """\
The sdists are of the kind that `abiding` writes: their PKG-INFO says that wheels may require more. *Bare* is the
release as it is. uv believes what a bare PKG-INFO says and never builds it; *without the hook* is the wrapped project
with a backend that can't tell the metadata of its wheels, which has to build one.

""",
    "surveys": """\
The tables are made up from a seed: releases of five files with varied names, versions and requirements, 15 % of them
spelled in several ways, 4 % inconsistent, 1 % with differences that the sdist allows. Every verdict is held against
what the table was made with. Memory is that of all processes together; two of them share 2 GB for DuckDB.

""",
}
HEADS = ("what", "against", "ours", "other", "ratio", "goal", "met", "runs")


def _digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits are all there are)


def show(rows: Iterable[Row]) -> str:
    table = [HEADS, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table)


def keep(name: str, rows: list[Row]) -> None:
    """Keep the rows of a benchmark, with the day, until it is run again."""
    kept = json.loads(_KEPT.read_text("utf-8")) if _KEPT.exists() else {}
    kept[name] = {"rows": [dataclasses.asdict(row) for row in rows], **_circumstances()}
    _KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")


def _circumstances() -> dict[str, str | bool]:
    versions = []
    for tool in _TOOLS:
        try:
            versions.append(f"{tool} {version(tool)}")
        except PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {memory} GiB of memory, {system}",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
        "busy": os.getloadavg()[1] > _MUCH * (os.cpu_count() or 1),
    }


# So many processes that want to run, for each core: a benchmark alone has about one.
_MUCH = 2


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    text = file.read_text("utf-8") if file.exists() else ""
    found = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()


def write(order: Iterable[str]) -> None:
    """Write page and plot from what is kept."""
    page, drawing = rendered(order)
    PAGE.write_text(page, "utf-8")
    PLOT.write_text(drawing, "utf-8")


_BUSY = """\
The machine had other work to do while {} measured: the times say little, and the ratios of runs that took
turns more than these.
"""


def rendered(order: Iterable[str]) -> tuple[str, str]:
    """The page and the plot, of what is kept."""
    kept = json.loads(_KEPT.read_text("utf-8"))
    kept = {name: kept[name] for name in order if name in kept}
    rows = [Row(**row) for one in kept.values() for row in one["rows"]]
    days = sorted({one["day"] for one in kept.values()})
    about = {f"{one['machine']}.\n{one['versions']}." for one in kept.values()}
    busy = {row["benchmark"] for one in kept.values() for row in one["rows"] if one.get("busy")}
    lines = [
        "# Benchmarks",
        "",
        "What the work costs, measured by `scripts/benchmark --write`, which also writes this page. Each row is of",
        "runs that took turns; times are medians, ratios the median of the ratios within a turn. They are whole",
        "processes, the start of Python included. Compare ratios; the times are those of one machine.",
        "",
        "A virtual machine that gives freed memory back to its host pays for every page anew, at moments that nobody",
        "can foresee: then a copy of 1 GB takes three times as long in one run as in the next, by whatever program. It",
        "was kept from that here (`page_reporting_order` of the kernel module `page_reporting` at its highest value).",
        "",
        *sorted(about),
        f"Measured on {' and '.join(dict.fromkeys((days[0], days[-1])))}.",
        "",
        "![The ratios of the table, each beside its goal, on a logarithmic scale](benchmarks.svg)",
        "",
    ]
    for title, mine in _by_title(rows).items():
        lines += [f"## {title[0].upper()}{title[1:]}", "", *_NOTES.get(title, "").splitlines()]
        if title in busy:
            alone = all(one.get("busy") for one in kept.values() if one["rows"][0]["benchmark"] == title)
            lines += [*_BUSY.format("these were" if alone else "some of these were").splitlines(), ""]
        lines += [f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
        lines += [f"| {' | '.join(row.cells)} |" for row in mine]
        lines.append("")
    return "\n".join(lines), plot([row for row in rows if row.ratio is not None and row.goal is not None])


def _by_title(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.benchmark, []).append(row)
    return groups


def plot(rows: list[Row]) -> str:
    """Bars from 1 to each ratio on a logarithmic scale, each with a line at its goal."""
    labels = [f"{row.what} / {row.against}".replace("`", "") for row in rows]
    # No letter of the font is measured: on average one is half as wide as high, and a bit.
    left, width, step, top = 6.5 * max(map(len, labels)) + 20, 400, 22, 30
    values = [value for row in rows for value in (row.ratio, row.goal) if value]
    low = math.floor(math.log10(min([0.1, *values])))
    high = math.ceil(math.log10(max([10, *values])))

    def at(value: float) -> float:
        return round(left + width * (math.log10(max(value, 10.0**low)) - low) / (high - low), 1)

    height = top + step * len(rows) + 10
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 80} {height}" role="img"'
            ' font-family="sans-serif" font-size="12" fill="#777">'
        ),
        "<title>Ratios and goals</title>",
    ]
    for power in range(low, high + 1):
        x = at(10.0**power)
        parts.append(f'<path d="M{x} {top - 6}V{height - 6}" stroke="#ccc"/>')
        parts.append(f'<text x="{x}" y="{top - 12}" text-anchor="middle">{10.0**power:g}×</text>')
    for i, (row, label) in enumerate(zip(rows, labels, strict=True)):
        assert row.ratio is not None
        assert row.goal is not None
        y = top + i * step
        start, stop = sorted((at(1), at(row.ratio)))
        color = "#3a7d44" if row.met else "#b3412e"
        parts.append(f'<text x="{left - 10}" y="{y + 13}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<path d="M{start} {y + 3}H{max(stop, start + 2)}V{y + 15}H{start}Z" fill="{color}"/>')
        parts.append(f'<path d="M{at(row.goal)} {y}V{y + 18}" stroke="#777" stroke-width="2"/>')
        parts.append(f'<text x="{max(stop, at(row.goal)) + 8}" y="{y + 13}">{_digits(row.ratio)}×</text>')
    return "\n".join([*parts, "</svg>", ""])
