"""Variant wheels (PEP 825, provisional): the label in the file name, and what variant.json says that it stands for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.artifacts.artifact import Artifact

__all__ = ["judge_variants"]


_LABEL = re.compile(r"[0-9a-z_.]{1,16}")
_NAME = re.compile(r"[a-z0-9_]+")
_VALUE = re.compile(r"[a-z0-9_.]+")
_NULL = "null"
_FILE = "variant.json"
_BUILD = "build it with a tool that writes variant wheels: don't rename one, nor edit what is in it"
_READ = "an installer goes by the label and takes the properties for what the wheel needs of a machine (PEP 825)"


class _FormatError(ValueError):
    """What variant.json is not."""


def judge_variants(artifacts: Iterable[Artifact]) -> Iterator[Finding]:
    """Hold each variant wheel of a release against its own variant.json, and those of one label against each other."""
    said: dict[str, tuple[str, frozenset[str]]] = {}
    for one in artifacts:
        split = WheelName.split(one.filename) if one.kind == "wheel" else None
        if split is None or (one.variant is None and (not split.label or one.on_index)):
            continue
        if not split.label:
            yield _finding(one, "the wheel has a variant.json, and no variant label in its file name", split)
            continue
        properties = None
        try:
            properties = _properties(split.label, one.variant)
        except _FormatError as exc:
            yield _finding(one, str(exc), split)
        if properties is not None:
            first, others = said.setdefault(split.label, (one.filename, properties))
            if others != properties:
                yield _apart(one, split.label, properties, first, others)


def _finding(one: Artifact, message: str, name: WheelName) -> Finding:
    return Finding(
        "variant-wheel",
        Severity.ERROR,
        message,
        artifact=one.filename,
        field=_FILE,
        found=name.label or None,
        found_from="label in the file name" if name.label else "",
        notes=(_READ,),
        hints=(_BUILD,),
    )


def _apart(one: Artifact, label: str, found: frozenset[str], first: str, expected: frozenset[str]) -> Finding:
    return Finding(
        "variant-wheel",
        Severity.ERROR,
        f"the label `{label}` stands for other properties than in another wheel of the release",
        artifact=one.filename,
        field=_FILE,
        expected=tuple(sorted(expected)),
        expected_from=first,
        found=tuple(sorted(found)),
        found_from="this wheel",
        notes=("of a release, a label is one set of properties in all wheels (PEP 825)",),
        hints=("give one of the two another label",),
    )


def _properties(label: str, data: bytes | None) -> frozenset[str]:
    """The properties of a label, as `namespace :: feature :: value`. Raises `_FormatError`."""
    if not _LABEL.fullmatch(label):
        shown = label[: bounds.EXCERPT]
        raise _FormatError(f"`{shown}` is no variant label: 1 to 16 of `0-9`, `a-z`, `_` and `.`")
    if data is None:
        raise _FormatError("the wheel has a variant label in its file name, and no variant.json")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise _FormatError("variant.json is no JSON") from exc
    table = _table(document, "the file")
    if not isinstance(table.get("$schema"), str):
        raise _FormatError("variant.json does not say by `$schema` which version of the format it has")
    variants = _table(table.get("variants"), "`variants`")
    if list(variants) != [label]:
        others = ", ".join(f"`{one[: bounds.EXCERPT]}`" for one in variants) if variants else "none"
        raise _FormatError(f"variant.json has the properties of {others}, and the label is `{label}`")
    found = list(_spelled_out(_table(variants[label], f"`variants.{label}`")))
    if label == _NULL and found:
        raise _FormatError("the label `null` is for the variant without properties, and variant.json gives it some")
    priorities = _table(table.get("default-priorities"), "`default-priorities`")
    namespaces = _texts(priorities.get("namespace"), "`default-priorities.namespace`", _NAME)
    missing = sorted({one.partition(" ")[0] for one in found} - {*namespaces})
    if missing:
        raise _FormatError(f"`default-priorities.namespace` does not have `{missing[0]}`, whose properties are used")
    return frozenset(found)


def _spelled_out(namespaces: Mapping[str, object]) -> Iterator[str]:
    for namespace, features in namespaces.items():
        for feature, values in _table(features, f"`{namespace}`").items():
            for value in _texts(values, f"`{namespace} :: {feature}`", _VALUE):
                for name in (namespace, feature):
                    if not _NAME.fullmatch(name):
                        raise _FormatError(f"`{name[: bounds.EXCERPT]}` is no name of a namespace or a feature")
                yield f"{namespace} :: {feature} :: {value}"


def _table(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _FormatError(f"{what[: bounds.EXCERPT]} of variant.json is no object")
    return value


def _texts(value: object, what: str, form: re.Pattern[str]) -> list[str]:
    good = isinstance(value, list) and all(isinstance(one, str) and form.fullmatch(one) for one in value)
    if not isinstance(value, list) or not good or len({*value}) < len(value):
        raise _FormatError(f"{what[: bounds.EXCERPT]} of variant.json is no list of different names")
    return value
