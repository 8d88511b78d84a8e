"""Wheels for the same environment with different metadata, which no marker can distinguish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.difference import meanings
from abiding.metadata.distinguishing_markers import places

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from abiding.artifacts.artifact import Artifact, Identity
    from abiding.releases.comparison import Comparison

__all__ = ["Rivals"]


_BY_MARKERS = "say what differs by environment markers: then all wheels can say all of it"
_SAME = "let the field say the same in every build"
_ONE_NAME = "keep one of the two files of this name, and check it without the other"
_ONE_TAG = "no marker tells it from `{}`, which has the same tags: let both say the same, or publish one of them"
_ONE_PLACE = (
    "no marker tells it from `{}`: let both say the same, or declare what differs with `select` or `variant`, and say "
    "why by `wheels-differ`"
)
_ENOUGH = 2
# Values of wheels that share a name, tags or environments, each with an example; two differing ones are enough.
_Said = dict["Hashable", str]


class Rivals:
    """The wheels of a release, by name, by tags and by environment, with their values of a field."""

    def __init__(self, comparison: Comparison) -> None:
        self._wheels = [each.artifact for each in comparison.compared if each.artifact.kind == "wheel"]
        self._by_field: dict[str, Mapping[_Key, _Said]] = {}

    def way_out(self, artifact: Artifact, field: str) -> str:
        """Return a hint to unify a wheel that differs from others in a field."""
        if field not in self._by_field:
            self._by_field[field] = self._read(field)
        own = meanings(artifact.metadata, field)
        for key in _keys(artifact):
            others = (filename for meaning, filename in self._by_field[field][key].items() if meaning != own)
            # Only a requirement can have a marker.
            if (other := next(others, "")) and (key.hint == _ONE_NAME or field == "Requires-Dist"):
                return key.hint.format(other)
        return _BY_MARKERS if field == "Requires-Dist" else _SAME

    def _read(self, field: str) -> Mapping[_Key, _Said]:
        of_identity: dict[Identity, Hashable] = {}
        by_key: dict[_Key, _Said] = {}
        for wheel in self._wheels:
            identity = wheel.identity
            if identity not in of_identity:
                of_identity[identity] = meanings(wheel.metadata, field)
            for key in _keys(wheel):
                names = by_key.setdefault(key, {})
                if len(names) < _ENOUGH:
                    names.setdefault(of_identity[identity], wheel.called)
        return by_key


class _Key(NamedTuple):
    """What wheels share that no marker can distinguish, and a hint."""

    hint: str
    shared: Hashable


def _keys(wheel: Artifact) -> Iterator[_Key]:
    """Yield the keys under which wheels are found that no marker distinguishes from this one, the simplest first."""
    yield _Key(_ONE_NAME, wheel.filename)
    if split := WheelName.split(wheel.filename):
        yield _Key(_ONE_TAG, (split.python, split.abi, split.platform, split.label))
    for place in places(wheel.filename):
        yield _Key(_ONE_PLACE, place)
