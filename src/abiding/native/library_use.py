"""Which library a file of an installed distribution gets, and whether it was built with that one: values."""

from __future__ import annotations

from enum import StrEnum

from abiding.findings.named_tuple import NamedTuple

__all__ = ["LibraryOutcome", "LibraryUse"]


class LibraryOutcome(StrEnum):
    """The result of looking for a library."""

    BUNDLED = "bundled"
    FOUND = "found"
    AS_BUILT = "as built"
    ANOTHER_BUILD = "another build"
    OTHER_VERSION = "other version"
    LACKS_SYMBOLS = "lacks symbols"
    SYSTEM = "system"
    NOT_REACHED = "not reached"
    MISSING = "missing"
    GONE = "gone"
    EQUAL_LOADED = "equal loaded"
    ANOTHER_LOADED = "another loaded"
    IMPORT_FAILS = "import fails"


class LibraryUse(NamedTuple):
    """One library that files of one distribution use: where it comes from, and the outcome.

    `files` are places below site-packages. `origin` is a distribution with its version, `bundled`, a file of the
    system, or empty if there is none. `provider` is the distribution that should have it, `built_with` and `installed`
    are its versions. `loaded` is whether modules were really loaded; `wrong` whether the outcome is an error.
    """

    owner: str
    files: tuple[str, ...]
    library: str
    origin: str
    provider: str
    built_with: str
    installed: str
    outcome: LibraryOutcome
    loaded: bool
    wrong: bool
