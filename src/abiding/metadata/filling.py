"""Fill in pins from the installed version, by `dynamic_metadata.plugins.pin_installed`.

The plugin uses the release segment alone (`2.0` of `1!2.0rc1+cu130`). Epoch, pre-, post- and development release are
added here where the line would otherwise exclude the installed version.
"""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager
from itertools import islice, product
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.installed import NotInstalledError, installed, is_installed
from abiding.metadata.pins import (
    FILLING,
    MOST_CLAUSES,
    MOST_DIGITS,
    PIN,
    Clause,
    clauses_of,
    distribution_of,
    with_specifiers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packaging.version import Version

__all__ = ["Filled", "fill", "installed_as", "never_fits"]


class Filled(NamedTuple):
    """A requirement with its pins filled from the `version` that is installed.

    `excluding` are clauses that exclude that version, as written and filled; no wheel may have them. `instead` is a
    corrected requirement with pins, or empty.
    """

    line: str
    version: str
    excluding: tuple[tuple[str, str], ...] = ()
    instead: str = ""


_BOUNDS = ("<", "<=", ">", ">=")
# Examples to test pins.
_MOST_TRIED = 200


def fill(text: str) -> Filled:
    """Fill the pins from the version installed in this environment.

    Raises `NotInstalledError` if the plugin or the pinned distribution is not installed, `ValueError` if the plugin
    does not accept the template, or the version is invalid (PEP 440).
    """
    name = distribution_of(text)
    try:
        from dynamic_metadata.plugins import pin_installed
    except ImportError as exc:
        message = "`dynamic-metadata`, which fills `x` pins, is not installed in the build environment"
        raise NotInstalledError(message, FILLING, *([] if is_installed(name) else [name])) from exc
    version = installed(name)

    def filled(clause: Clause) -> Clause:
        if not clause.has_pins:
            return clause
        try:
            line: str = pin_installed.dynamic_metadata({"packages": [f"{name}{clause}"]}, {})["dependencies"][0]
        except RuntimeError as exc:
            raise ValueError(str(exc)) from exc
        return _complete(clause.operator, line[len(name) + len(clause.operator) :], version)

    return _fill(text, version, filled)


def _fill(text: str, version: Version, filled: Callable[[Clause], Clause]) -> Filled:
    originals = clauses_of(text)
    clauses = [filled(clause) for clause in originals]
    line = with_specifiers(text, lambda _: ",".join(map(str, clauses)))
    pairs = list(zip(originals, clauses, strict=True))
    excluding = tuple((str(original), str(clause)) for original, clause in pairs if not clause.admits(version))
    if not excluding:
        return Filled(line, str(version))
    better = [original if clause.admits(version) else _better(original, version, filled) for original, clause in pairs]
    instead = "" if None in better else with_specifiers(text, lambda _: ",".join(map(str, filter(str, better))))
    return Filled(line, str(version), excluding, instead)


def _complete(operator: str, filled: str, version: Version) -> Clause:
    """Return the clause, with the other parts of the installed version if it would exclude that without them."""
    epoch = f"{version.epoch}!" if version.epoch else ""
    clause = Clause(operator, epoch + filled)
    release = epoch + ".".join(map(str, version.release))
    if clause.admits(version) or _canonical(clause.version) != _canonical(release):
        return clause
    # Exact equality, the only operator with which a pin includes the local version.
    whole = Clause(operator, str(version) if operator == "===" else clause.version + _beyond_release(version))
    return whole if whole.admits(version) else clause


def _canonical(version: str) -> str:
    from packaging.utils import canonicalize_version

    return canonicalize_version(version)


def _beyond_release(version: Version) -> str:
    pre = "".join(map(str, version.pre or ()))
    post = "" if version.post is None else f".post{version.post}"
    dev = "" if version.dev is None else f".dev{version.dev}"
    return pre + post + dev


def _better(original: Clause, version: Version, filled: Callable[[Clause], Clause]) -> Clause | None:
    """Return the clause that was probably meant, found by filling it; None if there is none."""
    return next((alternative for alternative in _alternatives(original) if filled(alternative).admits(version)), None)


def _alternatives(original: Clause) -> Iterator[Clause]:
    if not original.has_pins:
        return
    own = re.sub(r"\+\d+", "", original.version)
    pinned = own[: own.rindex("x") + 1]
    match original.operator:
        case "==" | "===" | "~=":
            yield Clause(original.operator, own)
            yield Clause("==", f"{pinned}.*")
        case ">" | ">=":
            yield Clause(">=", own)
        case "<" | "<=":
            yield Clause("<", f"{pinned}+1")
        case "!=":
            yield Clause("", "")


@contextmanager
def installed_as(name: str, version: str) -> Iterator[None]:
    """Let a distribution count as installed in a version, for example one that is just being built."""
    import sys
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="abiding-") as folder:
        info = Path(folder, f"{normalised(name).replace('-', '_')}-{version}.dist-info")
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            sys.path.remove(folder)


def never_fits(text: str) -> Filled | None:
    """Return a line filled from an example version that its pins exclude; None if they admit an example.

    Other clauses of the line limit the examples.
    """
    clauses = [clause for clause in clauses_of(text) if clause.has_pins]
    if len(clauses) == 1 and clauses[0].operator not in _BOUNDS:
        return None  # the version that it names
    pinned = with_specifiers(text, lambda _: ",".join(map(str, clauses)))
    first = None
    for version in _made_up(clauses):
        outcome = _fill(pinned, version, functools.partial(_filled_from, version))
        if not outcome.excluding:
            return None
        first = first or outcome
    return first


def _made_up(clauses: Sequence[Clause]) -> Iterator[Version]:
    """Return versions of one to four parts, some with the numbers of the clauses or adjacent ones."""
    from packaging.version import Version

    yield from map(Version, ("7.8.9", "7.8", "7", "7.8.9.10"))
    numbers: list[set[int]] = [{7}, {8}, {9}]
    for clause in clauses[:MOST_CLAUSES]:
        for known, part in zip(numbers, clause.parts, strict=False):
            if part.isdigit() and len(part) <= MOST_DIGITS:
                known.update((max(0, int(part) - 1), int(part), int(part) + 1))
    for release in islice(product(*map(sorted, numbers)), _MOST_TRIED):
        yield from (Version(".".join(map(str, release[:length]))) for length in (3, 2, 1))


def _filled_from(version: Version, clause: Clause) -> Clause:
    if not clause.has_pins:
        return clause
    release = (*version.release, *(0,) * len(clause.parts))
    parts = (
        str(release[place] + int(part[2:] or 0)) if PIN.fullmatch(part) else part
        for place, part in enumerate(clause.parts)
    )
    return Clause(clause.operator, ".".join(parts))
