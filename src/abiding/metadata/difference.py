"""compare(left, right): where two core metadata files differ in meaning. It has no opinion on who is right."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.naming import normalised
from abiding.findings.finding import Finding
from abiding.metadata import requirements
from abiding.metadata.fields import Fields, is_of_the_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator

    from abiding.findings.finding import Severity, Value
    from abiding.findings.rules import Rule
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.requires_dist import RequiresDist

__all__ = ["Difference", "by_pre_releases", "compare", "is_repeated", "meanings", "values"]


class Difference(NamedTuple):
    """One field that differs: the values that only the left file has, and those that only the right one has.

    `field` is spelled as the core metadata specification does. Values stand as they are written, headers unfolded.
    """

    field: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def sides(self) -> tuple[Value, Value]:
        """Both sides as a finding has them: texts, or values where the field may have several; None for nothing."""
        if self.field in _TEXTS:
            return self.texts
        return self.left or None, self.right or None

    @property
    def texts(self) -> tuple[str | None, str | None]:
        """Both sides to be shown: whole, and a line or more for each value; None for nothing."""
        left, right = ("\n".join(value.strip("\n") for value in side) for side in (self.left, self.right))
        if _margin(left) != _margin(right):
            left, right = _without_margin(left), _without_margin(right)
        return left if self.left else None, right if self.right else None

    def finding(
        self,
        rule: Rule,
        severity: Severity,
        message: str,
        artifact: str,
        origins: tuple[str, str],
        *,
        notes: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
    ) -> Finding:
        """Make a finding of it: the left side is what was expected, the right one what was found.

        `origins` says where each of the two comes from.
        """
        (expected, found), (expected_from, found_from) = self.sides, origins
        return Finding(
            rule,
            severity,
            message,
            artifact=artifact,
            field=self.field,
            expected=expected,
            found=found,
            expected_from=expected_from,
            found_from=found_from,
            notes=notes,
            hints=hints,
        )


def compare(
    left: CoreMetadata | Fields, right: CoreMetadata | Fields, fields: Collection[str] | None = None
) -> tuple[Difference, ...]:
    """Compare two files field by field, or only those `fields` (in the specification's spelling).

    What is only spelled differently is no difference, and neither are order and repetition. `Metadata-Version` and
    `Dynamic` speak of the file, not of the project, and are not compared.
    """
    left, right = _with_licence_of(right, left), _with_licence_of(left, right)
    differences = []
    wanted = None if fields is None else {field.lower() for field in fields}
    names = {field.lower(): field for field in (*_MEANING, "Requires-Dist")}
    for name, _ in (*left.fields, *right.fields):
        names.setdefault(name.lower(), name)
    for key, field in names.items():
        if is_of_the_file(key) or (wanted is not None and key not in wanted):
            continue
        if field == "Requires-Dist":
            difference = _compare_requirements(left, right)
        else:
            difference = _compare_field(field, values(left, field), values(right, field))
        if difference:
            differences.append(difference)
    return tuple(differences)


def by_pre_releases(left: CoreMetadata | Fields, right: CoreMetadata | Fields) -> Difference | None:
    """Return the requirements that mean the same, but for pre-releases of Python: what `compare` passes over."""
    ours, theirs = (dict.fromkeys(values(side, "Requires-Dist")) for side in (left, right))
    known = {requirements.meaning(line): line for line in theirs if line not in ours}
    pairs = [
        (line, known[requirements.meaning(line)])
        for line in ours
        if line not in theirs and requirements.meaning(line) in known
    ]
    apart = [pair for pair in pairs if requirements.differ_by_pre_releases(*pair)]
    if not apart:
        return None
    return Difference("Requires-Dist", *map(tuple, zip(*apart, strict=True)))


def is_repeated(field: str) -> bool:
    """Return whether a field of core metadata (in the specification's spelling) may have several values."""
    return field in _REPEATED


def meanings(metadata: CoreMetadata | Fields, field: str) -> frozenset[Hashable]:
    """Return what a file says in one field (in the specification's spelling).

    Two files that share the value say the same.
    """
    if field == "Requires-Dist":
        return _requirements(metadata, metadata.get("Name"), _extras(metadata)).meaning
    return frozenset(map(_MEANING.get(field, _fold), values(metadata, field)))


_SINGLE = frozenset(
    {"Name", "Version", "Summary", "Description", "Description-Content-Type", "Keywords", "Home-page", "Download-URL",
     "Author", "Author-email", "Maintainer", "Maintainer-email", "License", "License-Expression", "Requires-Python"}
)  # fmt: skip
_REPEATED = frozenset(
    {"Requires-Dist", "Provides-Extra", "Requires-External", "Provides-Dist", "Obsoletes-Dist", "Requires", "Provides",
     "Obsoletes", "Classifier", "Project-URL", "Platform", "Supported-Platform", "License-File", "Dynamic",
     "Import-Name", "Import-Namespace", "Keywords", "Author-email", "Maintainer-email"}
)  # fmt: skip
# Those with one value; of the others in it, a value is what stands between commas.
_TEXTS = _SINGLE - {"Keywords", "Author-email", "Maintainer-email"}
_NEVER_UNKNOWN = frozenset({"Requires-Dist", "Provides-Extra"})


def _compare_field(field: str, left: tuple[str, ...], right: tuple[str, ...]) -> Difference | None:
    if set(left) == set(right):
        return None  # most often: nothing to parse
    meaning = _MEANING.get(field, _fold)
    lefts = {meaning(value): value for value in left}
    rights = {meaning(value): value for value in right}
    if lefts.keys() == rights.keys():
        return None
    return Difference(
        field,
        tuple(value for key, value in lefts.items() if key not in rights),
        tuple(value for key, value in rights.items() if key not in lefts),
    )


def _compare_requirements(left: CoreMetadata | Fields, right: CoreMetadata | Fields) -> Difference | None:
    if set(left.all("Requires-Dist")) == set(right.all("Requires-Dist")):
        return None
    own = left.get("Name")
    provided = _extras(left) | _extras(right)
    ours, theirs = _requirements(left, own, provided), _requirements(right, own, provided)
    if ours.meaning == theirs.meaning:
        return None
    return Difference("Requires-Dist", ours.missing_in(theirs), theirs.missing_in(ours))


def _extras(metadata: CoreMetadata | Fields) -> set[str]:
    return {_name(extra) for extra in metadata.all("Provides-Extra")}


def _requirements(metadata: CoreMetadata | Fields, project: str, provided: Collection[str]) -> RequiresDist:
    from abiding.metadata.requires_dist import RequiresDist  # what says the same in the same words needs none of it

    return RequiresDist.of(values(metadata, "Requires-Dist"), _name(project), provided)


def _with_licence_of(other: CoreMetadata | Fields, metadata: CoreMetadata | Fields) -> CoreMetadata | Fields:
    """Put the licence into the field that took its place in metadata 2.4, if `other` says the same there.

    Where there is an expression there are no licence classifiers any more.
    """
    text = metadata.get("License")
    expression = other.get("License-Expression")
    if (
        not expression
        or metadata.get("License-Expression")
        or _license_expression(text) != _license_expression(expression)
    ):
        return metadata
    others = [
        (name, value)
        for name, value in metadata.fields
        if name.lower() != "license"
        and not (
            name.lower() == "classifier" and value.startswith("License ::") and value not in other.all("Classifier")
        )
    ]
    return Fields((*others, ("License-Expression", expression)), metadata.body)


# A mark in a list of people. In quotes a backslash takes the meaning of what follows it.
_MARK, _MARK_IN_QUOTES = re.compile('[",]'), re.compile(r'\\.|[",]', re.DOTALL)


def _people(text: str) -> Iterator[str]:
    """Cut at the commas: in quotes, which end somewhere, one belongs to a name. In one pass: there may be megabytes."""
    cuts: list[int] = []
    in_quotes: list[int] = []
    quoted, at = False, 0
    while mark := (_MARK_IN_QUOTES if quoted else _MARK).search(text, at):
        at = mark.end()
        if mark[0] == '"':
            quoted, in_quotes = not quoted, []
        elif mark[0].endswith(","):
            (in_quotes if quoted else cuts).append(mark.end() - 1)
    if quoted:
        cuts += in_quotes
    for start, stop in pairwise((-1, *cuts, len(text))):
        yield text[start + 1 : stop]


def values(metadata: CoreMetadata | Fields, field: str) -> tuple[str, ...]:
    """Return the values of a field (in the specification's spelling) as they are written, unfolded.

    Of a field that is to be there once it is the first, as for all readers. UNKNOWN is what old tools wrote for what
    they did not know, and none; where they never did, it is a name like any other.
    """
    texts = tuple(map(_unfold, metadata.all(field)[: 1 if field in _SINGLE else None]))
    if field == "Description" and not texts:
        texts = (_with_plain_ends(metadata.body),)
    elif field == "Keywords":
        texts = tuple(word for value in texts for word in value.split(","))
    elif field in ("Author-email", "Maintainer-email"):
        texts = tuple(person.strip() for value in texts for person in _people(value))
    nothing = ("",) if field in _NEVER_UNKNOWN else ("", "UNKNOWN")
    return tuple(value for value in texts if value.strip() not in nothing)


def _unfold(text: str) -> str:
    """Return a header's text without the indentation of its continuation lines: spaces, or a bar."""
    if "\n" not in text and "\r" not in text:
        return text
    first, *rest = _with_plain_ends(text).split("\n")
    for prefix in (" " * 8, "       |"):
        if all(not line.strip() or line.startswith(prefix) for line in rest):
            rest = [line.removeprefix(prefix) for line in rest]
    return "\n".join((first, *rest))


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# What a value means: two values of a field mean the same if these functions map them to the same thing.


def _fold(text: str) -> str:
    return " ".join(text.split())


def _name(text: str) -> str:
    return normalised(text.strip())


def _version(text: str) -> str:
    from packaging.utils import canonicalize_version

    try:
        return canonicalize_version(text.strip())
    except ValueError:  # a number of thousands of digits
        return text.strip()


def _specifiers(text: str) -> Hashable:
    from abiding.metadata.ranges import range_of, specifiers_of, without_wildcards

    try:
        return range_of(specifiers_of(without_wildcards(text)))
    except ValueError:
        return _fold(text)


def _without_margin(text: str) -> str:
    """Return a text without what all lines after the first are indented by.

    Old tools took away the indentation that a description has in `setup.py`, in the wheel and not in the sdist.
    """
    from textwrap import dedent

    first, *rest = text.split("\n")
    return "\n".join((first.strip(), dedent("\n".join(rest)))).strip()


def _margin(text: str) -> int:
    rest = text.split("\n")[1:]
    return min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)


def _description(text: str) -> str:
    return _without_margin("\n".join(line.rstrip() for line in text.strip("\n").split("\n")))


def _license_expression(text: str) -> str:
    return _fold(text).lower()


def _content_type(text: str) -> Hashable:
    """UTF-8 and GFM are the defaults: to name them changes nothing."""
    kind, *parameters = (re.sub(r"\s", "", part).lower() for part in text.split(";"))
    return (kind, frozenset(parameters) - {"charset=utf-8", "variant=gfm"})


_MEANING: dict[str, Callable[[str], Hashable]] = {
    "Name": _name,
    "Version": _version,
    "Requires-Python": _specifiers,
    "Provides-Extra": _name,
    "Summary": _fold,
    "Description": _description,
    "Description-Content-Type": _content_type,
    "Keywords": str.strip,
    "License": _fold,
    "License-Expression": _license_expression,
}
