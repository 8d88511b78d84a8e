"""compared(two releases of a provider) -> changes: what both have by the same names, and does not mean the same.

Layouts and types of functions as `abidiff` finds them in debug information, and the declarations in headers. What could
not be compared is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.providers import headers, layouts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

__all__ = ["LAYOUTS", "Change", "Comparison", "Material", "compared"]

LAYOUTS = "layouts or function types"
_MOST_NAMED = 3


class Change(NamedTuple):
    """Something that consumers may use, and that is gone or another thing: in which library, what, and a few names."""

    library: str
    what: str
    names: tuple[str, ...] = ()


class Material(NamedTuple):
    """What there is of a release: how its libraries are read, by their names, and its headers."""

    libraries: Mapping[str, Callable[[], bytes]]
    headers: headers.Headers


class Comparison(NamedTuple):
    """What has changed, and in sentences which layouts, and which headers, were not compared.

    `told` is whether what symbols mean was compared: by all layouts, or by all headers.
    """

    changes: tuple[Change, ...] = ()
    of_layouts: tuple[str, ...] = ()
    of_headers: tuple[str, ...] = ()
    told: bool = True

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that was not compared."""
        return (*self.of_layouts, *self.of_headers)


def compared(old: Material, new: Material, used: Collection[str] | None = None) -> Comparison:
    """Find what has changed. Where it is known which symbols are `used`, only what these lead to counts."""
    of_layouts: list[str] = []
    of_headers: list[str] = []
    names = None if used is None or any(symbol.startswith("_Z") for symbol in used) else frozenset(used)
    changes = (*_layouts(old, new, names, of_layouts), *_headers(old, new, names, of_headers))
    told = not of_layouts or bool(old.headers.texts and new.headers.texts and not of_headers)
    return Comparison(changes, tuple(of_layouts), tuple(of_headers), told)


def _layouts(old: Material, new: Material, used: Collection[str] | None, remarks: list[str]) -> Iterator[Change]:
    for name in sorted(set(old.libraries) & set(new.libraries)):
        layout = layouts.compared(old.libraries[name](), new.libraries[name]())
        if layout.not_compared:
            remarks.append(f"layouts of `{name}` were not compared: {layout.not_compared}")
        words = set(re.findall(r"\w+", " ".join(line for line in layout.changes if line.startswith("[C]"))))
        if layout.changes and (used is None or not words.isdisjoint(used)):
            yield Change(name, LAYOUTS, layout.changes)


def _headers(old: Material, new: Material, used: Collection[str] | None, remarks: list[str]) -> Iterator[Change]:
    """Yield what the headers declare otherwise; a header that is gone takes nothing away from what is compiled."""
    if not old.headers.texts or not new.headers.texts:
        return
    command = headers.compiler()
    if command is None:
        remarks.append("headers were not compared: there is no C compiler")
        return
    first, second = (headers.declarations(side.headers.texts, command) for side in (old, new))
    failed = {**first.failed, **second.failed}
    if failed:
        shown = ", ".join(f"`{place}` ({failed[place]})" for place in sorted(failed)[:_MOST_NAMED])
        more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
        counted = "1 header was" if len(failed) == 1 else f"{len(failed)} headers were"
        remarks.append(f"{counted} not compared, for want of being preprocessed: {shown}{more}")
    passed_over = max(old.headers.passed_over, new.headers.passed_over)
    if passed_over:
        remarks.append(
            f"{passed_over} more header{'s were' if passed_over > 1 else ' was'} not compared: of a wheel the first "
            f"{bounds.HEADERS} are, up to {bounds.HEADER_BYTES >> 20} MiB"
        )
    counting = None if used is None else headers.reached(first.found, used)
    changed = [
        change.name
        for change in headers.changes(first.found, second.found)
        if change.new and (counting is None or change.name in counting)
    ]
    if changed:
        yield Change("its headers", f"{len(changed)} declaration{'s' if len(changed) > 1 else ''}", tuple(changed))
