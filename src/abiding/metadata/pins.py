"""The `x` pins of a requirement, which stand for parts of the version in the build environment: `torch==x.x.*`.

The notation, and what fills it, are those of `dynamic_metadata.plugins.pin_installed`. That goes by the release alone
(`2.0` of `1!2.0rc1+cu130`); here epoch, pre-, post- and development release are added where the line would exclude
what it was filled from.
"""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.naming import normalised
from abiding.metadata import requirements
from abiding.metadata.installed import NotInstalledError, installed, is_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packaging.version import Version

__all__ = [
    "FILLING",
    "Filled",
    "fill",
    "fits",
    "has_pins",
    "installed_as",
    "malformed",
    "never_fits",
    "sample",
    "without_pins",
    "without_specifiers",
]


# What fills pins.
FILLING = "dynamic-metadata>=0.6"


class Filled(NamedTuple):
    """A requirement with its pins filled from the `version` that is installed.

    `excluding` are its clauses that exclude that version, as they are written and filled: no wheel may say them.
    `instead` is the requirement to write then, pins unfilled; empty if there is none.
    """

    line: str
    version: str
    excluding: tuple[tuple[str, str], ...] = ()
    instead: str = ""


# A requirement up to its specifiers, its specifiers, and its marker: enough to find pins, which PEP 508 does not know.
_TEMPLATE = re.compile(r"(?P<name>[^<>=!~;@(]*)(?P<specifiers>[^;@]*)(?P<marker>;.*)?", re.DOTALL)
_PIN = re.compile(r"(?<![\w*])x(?:\+\d+)?(?![\w*])")
# A pin, or a local version: in that, `x` is a letter.
_PIN_OR_LOCAL = re.compile(rf"(?<=\w)(?<!x)\+[\w.]+|(?P<pin>{_PIN.pattern})")
# More digits than any number in a version has.
_MOST_DIGITS = 9
# Clauses that are compared, which takes time as there are more: nobody writes so many.
_MOST_CLAUSES = 16
_BOUNDS = ("<", "<=", ">", ">=")
# Versions that pins are tried with.
_MOST_TRIED = 200
_CLAUSE = re.compile(r"(===|==|!=|<=|>=|<|>|~=)\s*([^\s,()]+)")
_VERSION = re.compile(r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)(?P<beyond>.*)", re.DOTALL)


def has_pins(text: str) -> bool:
    """Tell whether a specifier takes parts of the version installed in the build environment."""
    match = _TEMPLATE.fullmatch(text)
    return bool(match and _has_pin(match["specifiers"]))


def sample(text: str) -> str:
    """Fill every pin with a made-up number, so that the rest of the requirement can be checked."""
    return _with_specifiers(
        text, lambda specifiers: _PIN_OR_LOCAL.sub(lambda match: "1" if match["pin"] else match[0], specifiers)
    )


def _has_pin(text: str) -> bool:
    return any(match["pin"] for match in _PIN_OR_LOCAL.finditer(text))


def malformed(text: str) -> str:
    """Find the first part of a pinned version that is not of the notation: `x`, `x+N`, a number or a last `*`."""
    for clause in _clauses(text):
        for part in clause.version.removesuffix(".*").split(".") if clause.has_pins else ():
            if not part.isdigit() and not _PIN.fullmatch(part):
                return part
            if len(part) > len("x+") + _MOST_DIGITS:
                return f"{part[:_MOST_DIGITS]}…"
    return ""


def without_specifiers(text: str) -> str:
    """Keep name, extras and marker only."""
    return _with_specifiers(text, lambda _: "")


def without_pins(text: str) -> str:
    """Keep what the requirement says whatever its pins are filled with: `a>=2.x,<4` says `a>=2,<4`."""
    return _with_specifiers(text, lambda _: ",".join(filter(None, map(_without_pins, _clauses(text)))))


def _without_pins(clause: _Clause) -> str:
    if not clause.has_pins:
        return str(clause)
    fixed = next(place for place, part in enumerate(clause.parts) if _PIN.fullmatch(part))
    release = ".".join(clause.parts[:fixed])
    if not release:
        return ""
    return {"==": f"=={release}.*", "~=": f"=={release}.*", ">=": f">={release}"}.get(clause.operator, "")


def _with_specifiers(text: str, change: Callable[[str], str]) -> str:
    match = _TEMPLATE.fullmatch(text)
    if not match:
        return text
    return match["name"].rstrip() + change(match["specifiers"].strip()) + (match["marker"] or "")


class _Clause(NamedTuple):
    """One specifier: its operator, and its version as it is written."""

    operator: str
    version: str

    def __str__(self) -> str:
        return self.operator + self.version

    @property
    def has_pins(self) -> bool:
        return _has_pin(self.version)

    @property
    def parts(self) -> list[str]:
        return self.version.split(".")

    def admits(self, version: Version) -> bool:
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(str(self)).contains(version, prereleases=True)


def _clauses(text: str) -> list[_Clause]:
    match = _TEMPLATE.fullmatch(text)
    return [_Clause(*groups) for groups in _CLAUSE.findall(match["specifiers"])] if match else []


# Filling


def fill(text: str) -> Filled:
    """Fill the pins from the version installed in this environment.

    Raises `NotInstalledError` if the plugin or the pinned distribution is not installed, `ValueError` if the plugin
    does not take the template or the version is none (PEP 440).
    """
    name = _name(text)
    try:
        from dynamic_metadata.plugins import pin_installed
    except ImportError as exc:
        message = "`dynamic-metadata`, which fills `x` pins, is not installed in the build environment"
        raise NotInstalledError(message, FILLING, *([] if is_installed(name) else [name])) from exc
    version = installed(name)

    def filled(clause: _Clause) -> _Clause:
        if not clause.has_pins:
            return clause
        try:
            line: str = pin_installed.dynamic_metadata({"packages": [f"{name}{clause}"]}, {})["dependencies"][0]
        except RuntimeError as exc:
            raise ValueError(str(exc)) from exc
        return _complete(clause.operator, line[len(name) + len(clause.operator) :], version)

    return _fill(text, version, filled)


def _fill(text: str, version: Version, filled: Callable[[_Clause], _Clause]) -> Filled:
    originals = _clauses(text)
    clauses = [filled(clause) for clause in originals]
    line = _with_specifiers(text, lambda _: ",".join(map(str, clauses)))
    pairs = list(zip(originals, clauses, strict=True))
    excluding = tuple((str(original), str(clause)) for original, clause in pairs if not clause.admits(version))
    if not excluding:
        return Filled(line, str(version))
    better = [original if clause.admits(version) else _better(original, version, filled) for original, clause in pairs]
    instead = "" if None in better else _with_specifiers(text, lambda _: ",".join(map(str, filter(str, better))))
    return Filled(line, str(version), excluding, instead)


def _name(text: str) -> str:
    match = _TEMPLATE.fullmatch(text)
    return match["name"].partition("[")[0].strip() if match else ""


def _complete(operator: str, filled: str, version: Version) -> _Clause:
    """Give the clause with what the installed version has besides its release, where it would exclude that version."""
    epoch = f"{version.epoch}!" if version.epoch else ""
    clause = _Clause(operator, epoch + filled)
    release = epoch + ".".join(map(str, version.release))
    if clause.admits(version) or _canonical(clause.version) != _canonical(release):
        return clause
    # To the letter: the one operator by which a pin takes the local version too.
    whole = _Clause(operator, str(version) if operator == "===" else clause.version + _beyond_release(version))
    return whole if whole.admits(version) else clause


def _canonical(version: str) -> str:
    from packaging.utils import canonicalize_version

    return canonicalize_version(version)


def _beyond_release(version: Version) -> str:
    pre = "".join(map(str, version.pre or ()))
    post = "" if version.post is None else f".post{version.post}"
    dev = "" if version.dev is None else f".dev{version.dev}"
    return pre + post + dev


def _better(original: _Clause, version: Version, filled: Callable[[_Clause], _Clause]) -> _Clause | None:
    """Return the clause that was probably meant, found by filling it; None if there is none."""
    return next((alternative for alternative in _alternatives(original) if filled(alternative).admits(version)), None)


def _alternatives(original: _Clause) -> Iterator[_Clause]:
    if not original.has_pins:
        return
    own = re.sub(r"\+\d+", "", original.version)
    pinned = own[: own.rindex("x") + 1]
    match original.operator:
        case "==" | "===" | "~=":
            yield _Clause(original.operator, own)
            yield _Clause("==", f"{pinned}.*")
        case ">" | ">=":
            yield _Clause(">=", own)
        case "<" | "<=":
            yield _Clause("<", f"{pinned}+1")
        case "!=":
            yield _Clause("", "")


@contextmanager
def installed_as(name: str, version: str) -> Iterator[None]:
    """While it lasts, a distribution counts as installed in a version: one that is just being built, for example."""
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
    """Fill the pins of a line from a made-up version that they exclude; None if there is one that they admit.

    What stands beside the pins bounds the versions that are filled in, and is left to that.
    """
    clauses = [clause for clause in _clauses(text) if clause.has_pins]
    if len(clauses) == 1 and clauses[0].operator not in _BOUNDS:
        return None  # the version that it names
    pinned = _with_specifiers(text, lambda _: ",".join(map(str, clauses)))
    first = None
    for version in _made_up(clauses):
        outcome = _fill(pinned, version, functools.partial(_filled_from, version))
        if not outcome.excluding:
            return None
        first = first or outcome
    return first


def _made_up(clauses: Sequence[_Clause]) -> Iterator[Version]:
    """Versions of one part to four, some of which have the numbers of the clauses, or those beside them."""
    from packaging.version import Version

    yield from map(Version, ("7.8.9", "7.8", "7", "7.8.9.10"))
    numbers: list[set[int]] = [{7}, {8}, {9}]
    for clause in clauses[:_MOST_CLAUSES]:
        for known, part in zip(numbers, clause.parts, strict=False):
            if part.isdigit() and len(part) <= _MOST_DIGITS:
                known.update((max(0, int(part) - 1), int(part), int(part) + 1))
    for release in islice(product(*map(sorted, numbers)), _MOST_TRIED):
        yield from (Version(".".join(map(str, release[:length]))) for length in (3, 2, 1))


def _filled_from(version: Version, clause: _Clause) -> _Clause:
    if not clause.has_pins:
        return clause
    release = (*version.release, *(0,) * len(clause.parts))
    parts = (
        str(release[place] + int(part[2:] or 0)) if _PIN.fullmatch(part) else part
        for place, part in enumerate(clause.parts)
    )
    return _Clause(clause.operator, ".".join(parts))


# Recognising


def fits(template: str, line: str) -> bool:
    """Tell whether `line` is `template`, its pins filled from some version; without pins, whether they mean the same.

    Name, extras, marker and all clauses have to fit, in any order of the clauses.
    """
    if not has_pins(template):
        return requirements.meaning(template) == requirements.meaning(line)
    if requirements.meaning(without_specifiers(template)) != requirements.meaning(without_specifiers(line)):
        return False
    # Whoever writes METADATA may say the same clause once.
    clauses, filled = set(_clauses(template)), frozenset(_clauses(line))
    if not len(filled) <= len(clauses) <= _MOST_CLAUSES:
        return False
    try:
        return _are_filled(sorted(clauses, key=lambda clause: clause.has_pins), filled, filled, {})
    except ValueError:  # Python makes no integer of thousands of digits
        return False


# Parts of a version: the numbers of its release by their place, `epoch`, `local`, and `beyond`, what is between.
_Parts = dict[int | str, int | str]


def _are_filled(
    clauses: Sequence[_Clause], filled: frozenset[_Clause], unused: frozenset[_Clause], known: _Parts
) -> bool:
    """Tell whether a version, `known` so far, makes `filled` of all `clauses`, with none of `unused` left."""
    if not clauses:
        return not unused
    first, *rest = clauses
    for clause in filled:
        version = _learn(first, clause, known)
        if version is not None and _are_filled(rest, filled, unused - {clause}, version):
            return True
    return False


def _learn(template: _Clause, filled: _Clause, known: _Parts) -> _Parts | None:
    """Return what is known of the version if the one clause is the other, filled; None if it can't be."""
    if template.operator != filled.operator:
        return None
    if not template.has_pins:
        return known if requirements.meaning(f"a{template}") == requirements.meaning(f"a{filled}") else None
    parts = _parts(template, filled)
    if parts is None or any(known.get(key, part) != part for key, part in parts.items()):
        return None
    return known | parts


def _parts(template: _Clause, filled: _Clause) -> _Parts | None:
    split = _VERSION.fullmatch(filled.version.removesuffix(".*"))
    if not split or template.version.endswith(".*") != filled.version.endswith(".*"):
        return None
    pattern = template.version.removesuffix(".*").split(".")
    numbers = [int(number) for number in split["release"].split(".")]
    if not _BEYOND[template.operator].fullmatch(split["beyond"]):
        return None
    if len(numbers) != len(pattern) and template.operator != "===":
        return None
    parts: _Parts = {"epoch": int(split["epoch"] or 0)}
    # `===` takes the local version too, and a clause beside it does not.
    public, _, local = split["beyond"].partition("+")
    parts |= {name: part for name, part in (("beyond", public), ("local", local)) if part}
    for place, (part, number) in enumerate(zip(pattern, numbers, strict=False)):
        if _PIN.fullmatch(part):
            parts[place] = number - int(part[2:] or 0)
        elif int(part) != number:
            return None
    return parts if all(part >= 0 for part in parts.values() if isinstance(part, int)) else None


# What a filled clause may have beyond the release, by its operator.
_NOTHING, _PUBLIC = re.compile(""), re.compile(r"((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
_BEYOND = {
    **dict.fromkeys(("!=", "<", ">"), _NOTHING),
    **dict.fromkeys(("==", "<=", ">=", "~="), _PUBLIC),
    "===": re.compile(_PUBLIC.pattern + r"(\+[a-z0-9.]+)?"),
}
