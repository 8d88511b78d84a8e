"""`python -m fuzz [MINUTES [KIND...]]`: every property with new examples until the time is over, and each bomb once."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings

from fuzz import bombs, growth, images, metadata, pyprojects, sdists, wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from hypothesis.strategies import SearchStrategy

PROPERTIES: dict[str, tuple[SearchStrategy[bytes], Callable[[bytes], None]]] = {
    "wheel": (wheels.wheels(), wheels.hold),
    "sdist": (sdists.sdists, sdists.hold),
    "METADATA": (metadata.documents, metadata.hold),
    "real METADATA": (metadata.real_documents, metadata.hold),
    "pyproject.toml": (pyprojects.pyprojects, pyprojects.hold),
    "compiled file": (images.images, images.hold),
}
_AT_ONCE = 500


def property_of(kind: str, examples: int) -> Callable[[], None]:
    """A property as a function that tries so many new examples; it raises on the smallest that it finds to break it."""
    strategy, hold = PROPERTIES[kind]
    # What has been found is kept in .hypothesis/ and comes first the next time.
    chosen = settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=set(Phase) - {Phase.explain},
    )

    @chosen
    @given(strategy)
    def holds(data: bytes) -> None:
        hold(data)

    return holds


def main(minutes: float, kinds: Collection[str]) -> int:
    """Print what is tried and what is found; the status is 1 if anything is. Bombs are of no kind.

    What a busy machine makes of a bound keeps nothing else from being tried.
    """
    found = 0 if kinds else _explode()
    tried = dict.fromkeys(kinds or PROPERTIES, 0)
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        kind = min(tried, key=tried.__getitem__)
        try:
            property_of(kind, _AT_ONCE)()
        except BaseException as exc:
            sys.stdout.write(f"{kind}: {exc!r}\n" + "\n".join(getattr(exc, "__notes__", ())) + "\n")
            raise
        tried[kind] += _AT_ONCE
    sys.stdout.write("tried: " + ", ".join(f"{count} of {kind}" for kind, count in tried.items()) + "\n")
    return 1 if found else 0


def _explode() -> int:
    found = 0
    for name in bombs.BOMBS:
        with TemporaryDirectory() as folder:
            result = bombs.defuse(bombs.write(name, Path(folder)))
        bad = result["error"] or result["seconds"] > bombs.MOST_SECONDS or result["memory"] > bombs.MOST_MEMORY
        found += bool(bad)
        about = f"{result['seconds']:.1f} s, {result['memory'] / 2**20:.0f} MiB {result['error']}".rstrip()
        sys.stdout.write(f"{'BAD ' if bad else 'good'} {name}: {about}\n")
        sys.stdout.flush()
    return found + sum(map(_grows, growth.SHAPES))


def _grows(shape: str) -> bool:
    """Print what a shape takes at 1 MiB, and return whether that is too much, or grew faster than the shape."""
    small, large = (growth.apart(shape, size) for size in (growth.LARGE // growth.TIMES, growth.LARGE))
    seconds, memory = (max(getattr(one, name) for one in large.values()) for name in ("seconds", "memory"))
    bad = [*growth.faults(small, large)] or seconds > growth.MOST_SECONDS or memory > growth.MOST_MEMORY
    sys.stdout.write(f"{'BAD ' if bad else 'good'} {shape}: {seconds:.1f} s, {memory / 2**20:.0f} MiB\n")
    sys.stdout.flush()
    return bool(bad)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("fuzz", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=5, help="how long to go on (%(default)s)")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of which alone (all): {', '.join(PROPERTIES)}")
    options = parser.parse_args()
    if unknown := set(options.kinds) - PROPERTIES.keys():
        parser.error(f"nothing is called {', '.join(sorted(unknown))}")
    sys.exit(main(options.minutes, options.kinds))
