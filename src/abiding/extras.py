"""Extras that are made of other extras: `spam[docs]` among the requirements of an extra of spam itself.

Some backends write such a line as it is, hatchling writes out what it stands for. A resolver sees no difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding import requirements
from abiding.metadata import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["spelled_out_in"]


def __dir__() -> list[str]:
    return __all__


def spelled_out_in(metadata: CoreMetadata) -> CoreMetadata:
    """The file with the project's requirements on its own extras replaced by the requirements of these extras."""
    from packaging.utils import canonicalize_name

    lines: dict[str, list[str]] = {}
    for line in metadata.all("Requires-Dist"):
        lines.setdefault(_extra_of(line), []).append(line)
    own = canonicalize_name(metadata.get("Name"))
    said = [
        ("Requires-Dist", one)
        for extra, its_lines in lines.items()
        for line in its_lines
        for one in _spelled_out(line, extra, own, lines, frozenset())
    ]
    others = (field for field in metadata.fields if field[0].lower() != "requires-dist")
    return CoreMetadata(metadata.data, (*others, *said), metadata.body)


def _spelled_out(
    line: str, extra: str, own: str, lines: Mapping[str, Sequence[str]], seen: frozenset[str]
) -> Iterator[str]:
    """What `line` stands for, as requirements of `extra`; `seen` are the extras that it is being spelled out for."""
    from packaging.requirements import InvalidRequirement
    from packaging.utils import canonicalize_name

    try:
        requirement = requirements.parse(line)
    except InvalidRequirement:
        yield line
        return
    if canonicalize_name(requirement.name) != own:
        yield _moved(line, extra) if seen else line
        return
    for other in {canonicalize_name(one) for one in requirement.extras} - seen:
        for part in lines.get(other, ()):
            yield from _spelled_out(part, extra, own, lines, seen | {other})


_EXTRA = re.compile(r"""(\bextra\s*==\s*)["']([^"']+)["']""")


def _extra_of(line: str) -> str:
    from packaging.utils import canonicalize_name

    found = _EXTRA.search(line)
    return canonicalize_name(found[2]) if found else ""


def _moved(line: str, extra: str) -> str:
    """The requirement of one extra as one of another."""
    return _EXTRA.sub(rf'\1"{extra}"', line)
