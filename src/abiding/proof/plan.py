"""The plan of a proof: every kind of result, from the tree and the sdist, at every level and variant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.project.level import Level

if TYPE_CHECKING:
    from abiding.project.declaration import Declaration

__all__ = ["BuiltFrom", "Setting", "Step", "What", "settings_of", "steps_of"]


class What(StrEnum):
    """The result of a hook, in words for people."""

    SDIST = "sdist"
    PREPARED_WHEEL = "prepared wheel"
    WHEEL = "wheel"
    PREPARED_EDITABLE = "prepared editable"
    EDITABLE = "editable"

    @property
    def kind(self) -> str:
        """The kind, as in the names of hooks; prepared metadata have the kind of their wheel."""
        return self.value.rpartition(" ")[2]

    @property
    def is_prepared(self) -> bool:
        """Whether it is metadata alone."""
        return self in (What.PREPARED_WHEEL, What.PREPARED_EDITABLE)

    @property
    def hook(self) -> str:
        """The hook that makes it."""
        return f"prepare_metadata_for_build_{self.kind}" if self.is_prepared else f"build_{self.kind}"


class BuiltFrom(StrEnum):
    """What a build starts from."""

    TREE = "tree"
    SDIST = "sdist"


@dataclass(frozen=True, slots=True)
class Setting:
    """A level and a variant; `level` is None for a project that does not use abiding, and so has neither."""

    level: Level | None = None
    variant: str = ""

    @property
    def config_settings(self) -> dict[str, str] | None:
        """The argument of the hooks."""
        if self.level is None:
            return None
        variant = {"abiding.variant": self.variant} if self.variant else {}
        return {"abiding.level": self.level.value, **variant}

    def __str__(self) -> str:
        if self.level is None:
            return ""
        return f"level {self.level}" + (f", variant {self.variant}" if self.variant else "")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to build, twice."""

    setting: Setting
    what: What
    origin: BuiltFrom

    def __str__(self) -> str:
        setting = f"{self.setting}: " if self.setting.level else ""
        return f"{setting}{self.what} from the {self.origin}"


def settings_of(
    declaration: Declaration | None, level: Level | None = None, variant: str | None = None
) -> tuple[Setting, ...]:
    """Return all declared levels and variants, or only this `level` and this `variant`.

    The API level has no variants, and without declared lines both levels are the same.
    """
    if declaration is None:
        return (Setting(),)
    levels = [level] if level else [Level.ABI, Level.API] if declaration.entries else [Level.ABI]
    variants = [variant] if variant is not None else ["", *declaration.variants]
    settings = [Setting(level, name if level is Level.ABI else "") for level in levels for name in variants]
    return tuple(dict.fromkeys(settings))


def steps_of(setting: Setting, *, from_tree: bool) -> tuple[Step, ...]:
    """Return the steps at one setting, in order; prepared metadata come right before their wheel.

    Without a tree everything is built from the sdist. With one, the editable wheel is built from the tree only.
    """
    first = BuiltFrom.TREE if from_tree else BuiltFrom.SDIST
    steps = [Step(setting, what, first) for what in What]
    again = (What.SDIST, What.PREPARED_WHEEL, What.WHEEL) if from_tree else ()
    return (*steps, *(Step(setting, what, BuiltFrom.SDIST) for what in again))
