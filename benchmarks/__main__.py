"""`python -m benchmarks [--write] [--runs N] [NAME...]`: run benchmarks by name, all but the longest without a name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from benchmarks import checking, editing, hooks, providers, results, survey

if TYPE_CHECKING:
    from collections.abc import Callable

BENCHMARKS: dict[str, Callable[[int], list[results.Row]]] = {
    "start": checking.start,
    "hooks": hooks.overhead,
    "hooks-evidence": hooks.overhead_of_evidence,
    "wheel": editing.wheels,
    "growth": editing.growth,
    "torch": editing.torch,
    "sdist": editing.sdist,
    "questions": hooks.questions,
    "questions-numpy": hooks.questions_of_numpy,
    "check": checking.check,
    "check-index": checking.check_index,
    "evidence": checking.evidence,
    "history": providers.history,
    "survey": survey.survey,
    "survey-largest": survey.survey_largest,
    "survey-cluster": survey.survey_cluster,
}
# A quarter of an hour for two figures, and more.
_ONLY_BY_NAME = ("questions-numpy", "survey", "survey-largest", "survey-cluster")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description="What the work costs, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}")
    parser.add_argument("--runs", type=int, default=5, help="how often each command is run (5); the long ones once")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write docs/reference/benchmarks.md and its plot, with what earlier runs found",
    )
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    for name in options.names or [one for one in BENCHMARKS if one not in _ONLY_BY_NAME]:
        rows = BENCHMARKS[name](options.runs)
        if rows:
            results.keep(name, rows)
            print(f"\n{name}\n{results.show(rows)}", flush=True)
    if options.write:
        results.write(BENCHMARKS)


if __name__ == "__main__":
    main()
