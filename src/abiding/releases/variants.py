"""Check variant wheels (PEP 825, provisional): the label in the file name, and variant.json.

An index has one such file for all variants of a release. If one lies beside the wheels, they must agree with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.artifacts.artifact import Artifact

__all__ = ["judge_variants"]


_LABEL = pattern(r"[0-9a-z_.]{1,16}")
_NAME = pattern(r"[a-z0-9_]+")
_VALUE = pattern(r"[a-z0-9_.]+")
_LABELS = "1 to 16 of `0-9`, `a-z`, `_` and `.`"
_NULL = "null"
_FILE = "variant.json"
_BUILD = "build it with a tool that writes variant wheels: don't rename one, nor edit what is in it"
_READ = "an installer goes by the label and takes the properties for what the wheel needs of a machine (PEP 825)"


class _FormatError(ValueError):
    """An error in variant.json."""


def judge_variants(artifacts: Iterable[Artifact]) -> Iterator[Finding]:
    """Check each variant wheel against its own variant.json, and wheels with the same label against each other."""
    labels: dict[str, tuple[str, frozenset[str]]] = {}
    for artifact in artifacts:
        split = WheelName.split(artifact.filename) if artifact.kind == "wheel" else None
        if split is None or (artifact.variant is None and (not split.label or artifact.on_index)):
            continue
        if not split.label:
            yield _finding(artifact, "the wheel has a variant.json, and no variant label in its file name", split)
            continue
        try:
            properties = _properties(split.label, artifact.variant)
        except _FormatError as exc:
            yield _finding(artifact, str(exc), split)
            continue
        first, others = labels.setdefault(split.label, (artifact.called, properties))
        if others != properties:
            yield _apart(artifact, split.label, properties, first, others)
        if artifact.variants is not None:
            yield from _held_to_index(artifact, split, properties)


def _held_to_index(artifact: Artifact, name: WheelName, properties: frozenset[str]) -> Iterator[Finding]:
    """Check a wheel against the index's file of all variants of its release."""
    file = f"{name.name}-{name.version}-variants.json"
    try:
        everything = _read(artifact.variants or b"", file)
    except _FormatError as exc:
        yield _finding(artifact, str(exc), name)._replace(field=file)
        return
    if name.label not in everything:
        message = f"{file} does not have the label `{name.label}`"
        hint = "write that file anew, of all variant wheels of the release"
        yield _finding(artifact, message, name)._replace(field=file, hints=(hint,))
    elif everything[name.label] != properties:
        yield _apart(artifact, name.label, properties, file, everything[name.label])


def _finding(artifact: Artifact, message: str, name: WheelName) -> Finding:
    return Finding(
        "variant-wheel",
        Severity.ERROR,
        message,
        artifact=artifact.called,
        field=_FILE,
        found=name.label or None,
        found_from="label in the file name" if name.label else "",
        notes=(_READ,),
        hints=(_BUILD,),
    )


def _apart(artifact: Artifact, label: str, properties: frozenset[str], first: str, expected: frozenset[str]) -> Finding:
    where = "another wheel of the release" if first.endswith(".whl") else first
    return Finding(
        "variant-wheel",
        Severity.ERROR,
        f"the label `{label}` stands for other properties than in {where}",
        artifact=artifact.called,
        field=_FILE,
        expected=tuple(sorted(expected)),
        expected_from=first,
        found=tuple(sorted(properties)),
        found_from="this wheel",
        notes=("of a release, a label is one set of properties in all wheels (PEP 825)",),
        hints=("give one of the two another label",),
    )


def _properties(label: str, data: bytes | None) -> frozenset[str]:
    """Return the properties of a label, as `namespace :: feature :: value`. Raises `_FormatError`."""
    if not _LABEL.fullmatch(label):
        raise _FormatError(f"`{label[: bounds.EXCERPT]}` is not a variant label: {_LABELS}")
    if data is None:
        raise _FormatError("the wheel has a variant label in its file name, and no variant.json")
    variants = _read(data, _FILE)
    if list(variants) != [label]:
        others = ", ".join(f"`{name[: bounds.EXCERPT]}`" for name in variants) if variants else "none"
        raise _FormatError(f"variant.json has the properties of {others}, and the label is `{label}`")
    return variants[label]


def _read(data: bytes, file: str) -> Mapping[str, frozenset[str]]:
    """Return the properties of each label in a file. Raises `_FormatError` if it breaks the standard."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise _FormatError(f"{file} is not JSON") from exc
    table = _table(document, "the file", file)
    if not isinstance(table.get("$schema"), str):
        raise _FormatError(f"{file} does not say by `$schema` which version of the format it has")
    variants = {}
    for label, namespaces in _table(table.get("variants"), "`variants`", file).items():
        if not _LABEL.fullmatch(label):
            raise _FormatError(f"`{label[: bounds.EXCERPT]}` in {file} is not a variant label: {_LABELS}")
        variants[label] = frozenset(_spelled_out(_table(namespaces, f"`variants.{label}`", file), file))
    if variants.get(_NULL):
        raise _FormatError(f"the label `null` is for the variant without properties, and {file} gives it some")
    namespaces = _priorities(_table(table.get("default-priorities"), "`default-priorities`", file), file)
    missing = sorted(
        {text.partition(" ")[0] for properties in variants.values() for text in properties} - {*namespaces}
    )
    if missing:
        raise _FormatError(f"`default-priorities.namespace` does not have `{missing[0]}`, whose properties are used")
    return variants


def _priorities(table: Mapping[str, object], file: str) -> list[str]:
    """Return the namespaces in order, and check the form of the other keys. Raises `_FormatError`."""
    namespaces = _texts(table.get("namespace"), "`default-priorities.namespace`", _NAME, file)
    features = _table(table.get("feature", {}), "`default-priorities.feature`", file)
    for namespace, names in features.items():
        _texts(names, f"`default-priorities.feature.{namespace}`", _NAME, file)
    for namespace, of in _table(table.get("property", {}), "`default-priorities.property`", file).items():
        for feature, values in _table(of, f"`default-priorities.property.{namespace}`", file).items():
            _texts(values, f"`default-priorities.property.{namespace}.{feature}`", _VALUE, file)
    return namespaces


def _spelled_out(namespaces: Mapping[str, object], file: str) -> Iterator[str]:
    for namespace, features in namespaces.items():
        for feature, values in _table(features, f"`{namespace}`", file).items():
            for value in _texts(values, f"`{namespace} :: {feature}`", _VALUE, file):
                for name in (namespace, feature):
                    if not _NAME.fullmatch(name):
                        raise _FormatError(f"`{name[: bounds.EXCERPT]}` is not a name of a namespace or a feature")
                yield f"{namespace} :: {feature} :: {value}"


def _table(value: object, what: str, file: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _FormatError(f"{what[: bounds.EXCERPT]} of {file} is not an object")
    return value


def _texts(value: object, what: str, form: re.Pattern[str], file: str) -> list[str]:
    good = isinstance(value, list) and all(isinstance(item, str) and form.fullmatch(item) for item in value)
    if not isinstance(value, list) or not good or len({*value}) < len(value):
        raise _FormatError(f"{what[: bounds.EXCERPT]} of {file} is not a list of different names")
    return value
