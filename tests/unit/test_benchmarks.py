"""The page of benchmarks is what was measured: whoever writes to it by hand would see it lost the next time."""

from __future__ import annotations

from benchmarks import results
from benchmarks.__main__ import BENCHMARKS


def test_the_page_is_what_is_kept() -> None:
    page, plot = results.rendered(BENCHMARKS)
    assert results.PAGE.read_text("utf-8") == page
    assert results.PLOT.read_text("utf-8") == plot
