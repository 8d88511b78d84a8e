"""Variant wheels (PEP 825): names, variant.json, and requirements that ask for the variant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement
from packaging.utils import parse_wheel_filename

import abiding
from abiding.archives import wheel_tags
from abiding.archives.wheel_name import WheelName, build_order
from abiding.cli import diff
from abiding.cli.arguments import tags
from abiding.metadata import requirements
from abiding.releases.release import Verdict
from abiding.report.compact import compact
from makers.archives import metadata, write_sdist, write_wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LINUX = "cp313-cp313-manylinux_2_28_x86_64"
V3 = f"spam-1.0-{LINUX}-x86_64_v3.whl"
PLAIN = f"spam-1.0-{LINUX}.whl"
PROPERTIES = {"x86_64": {"level": ["v3"]}}


def variant_json(labels: Mapping[str, Any], **other: Any) -> bytes:
    namespaces = [*dict.fromkeys(one for label in labels.values() if isinstance(label, dict) for one in label)]
    document = {
        "$schema": "https://example.org/v0.0.3.json",
        "default-priorities": {"namespace": namespaces},
        "variants": labels,
    }
    return json.dumps({**document, **other}).encode()


def labelled(folder: Path, filename: str, data: bytes, variant: bytes | None) -> Path:
    more = {} if variant is None else {"spam-1.0.dist-info/variant.json": variant}
    return write_wheel(folder, filename, data, wheel_tags.expanded(filename), more)


def rules(folder: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.artifact) for release in abiding.check([folder]) for one in release.everything]


# Names


@pytest.mark.parametrize(("filename", "build", "tag", "label"), [
    (PLAIN, "", LINUX, ""),
    (V3, "", LINUX, "x86_64_v3"),
    (f"spam-1.0-1-{LINUX}.whl", "1", LINUX, ""),
    (f"spam-1.0-1abc-{LINUX}-null.whl", "1abc", LINUX, "null"),
    (f"spam-1.0-{LINUX}-12.8.whl", "", LINUX, "12.8"),
    (f"spam-1.0-2-{LINUX}-1.whl", "2", LINUX, "1"),
    ("spam-1.0-py2.py3-none-any-null.whl", "", "py2.py3-none-any", "null"),
])  # fmt: skip
def test_names(filename: str, build: str, tag: str, label: str) -> None:
    name = WheelName.split(filename)
    assert name is not None
    assert (name.name, name.version, name.build, name.label) == ("spam", "1.0", build, label)
    assert f"{name.python}-{name.abi}-{name.platform}" == tag
    assert str(name) == filename
    expected = wheel_tags.expanded(f"spam-1.0-{tag}.whl")
    assert wheel_tags.expanded(filename) == expected
    assert {str(one) for one in wheel_tags.parse(filename)[2]} == set(expected)


@pytest.mark.parametrize("filename", ["spam-1.0-1-2-py3-none-any.whl", "spam-1.0-py3-none.whl", f"spam-1.0-x-{LINUX}-a-b.whl", "spam-1.0--none-any.whl", "spam-1.0.tar.gz", "", ".whl", f"{PLAIN}.zip"])  # fmt: skip
def test_what_is_no_name(filename: str) -> None:
    assert WheelName.split(filename) is None
    assert wheel_tags.expanded(filename) == ()


PART = st.from_regex(r"[a-z][a-z0-9_.]{0,5}", fullmatch=True)


@given(
    st.tuples(PART, PART, PART, PART, PART),
    st.sampled_from(("", "1", "22b")),
    st.sampled_from(("", "a", "9.x", "null")),
)
def test_a_name_is_put_together_as_it_was(parts: tuple[str, ...], build: str, label: str) -> None:
    name, version, *tag = parts
    filename = "-".join(filter(None, (name, version, build, *tag, label))) + ".whl"
    assert WheelName.split(filename) == (name, version, build, *tag, label)


def test_compact() -> None:
    names = [PLAIN, V3, V3.replace("313", "312"), V3.replace("x86_64_v3", "null")]
    assert compact(names, names) == (
        "cp313 × manylinux_2_28_x86_64",
        "variant null: cp313 × manylinux_2_28_x86_64",
        "variant x86_64_v3: cp312, cp313 × manylinux_2_28_x86_64",
    )


# Requirements

ASKED = [
    '"x86_64 :: level :: v3" in variant_properties',
    '"x86_64 :: level" not in variant_features',
    '"x86_64" in variant_namespaces',
    'variant_label == "x86_64_v3"',
    'variant_label != "null"',
    'variant_label == ""',
    '"v3" in variant_label',
    'variant_label in "a b"',
]


@pytest.mark.parametrize(("build", "order"), [
    ("", (-1, "")), ("-0", (0, "")), ("-10", (10, "")), ("-2", (2, "")), ("-2a", (2, "a")), ("-02_b1", (2, "_b1")), (f"-{'9' * 5000}", (-1, "")),
])  # fmt: skip
@pytest.mark.parametrize("label", ["", "-x86_64_v3"])
def test_build_numbers_are_in_the_order_of_installers(build: str, order: tuple[int, str], label: str) -> None:
    """Oracle: `packaging`, which knows no labels."""
    bare = f"spam-1.0{build}-py3-none-any.whl"
    assert build_order(f"spam-1.0{build}-py3-none-any{label}.whl") == order
    if len(build) < 1000:
        assert (parse_wheel_filename(bare)[2] or (-1, "")) == order


@pytest.mark.parametrize("marker", ASKED)
@pytest.mark.parametrize(
    "form", ["{}", "({}) and python_version >= '3.9'", "sys_platform == 'linux' and ({} or extra == 'x')"]
)
def test_a_marker_is_read_and_written(marker: str, form: str) -> None:
    text = f"numpy>=2; {form.format(marker)}"
    parsed = requirements.parse(text)
    assert marker in str(parsed)
    assert requirements.meaning(str(parsed)) == requirements.meaning(text) != requirements.meaning("numpy>=2")
    other = requirements.meaning(f"numpy>=2; {form.format(ASKED[ASKED.index(marker) - 1])}")
    assert requirements.meaning(text) != other


@pytest.mark.parametrize(("text", "other"), [
    ("a; 'x::y ::  z' in variant_properties", 'a ; "x :: y :: z"   in variant_properties'),
    ("a; variant_label=='b'", "A ;'b' == variant_label"),
    ("a; variant_label == 'b' or variant_label == 'c'", "a; variant_label == 'c' or variant_label == 'b'"),
    ("a; not_in == 'b' or variant_label == 'c'", " a;  not_in == 'b'  or variant_label == 'c'"),  # no marker: as text
    ("a; variant_label == 'b' and variant_label == 'c'", "a; python_version < '0'"),
    ("a; 'x' in variant_namespaces or 'x' not in variant_namespaces", "a"),
])  # fmt: skip
def test_spelling(text: str, other: str) -> None:
    assert requirements.meaning(text) == requirements.meaning(other)


@pytest.mark.parametrize(
    ("marker", "of_none"), [*zip(ASKED, [False, True, False, False, True, True, False, False], strict=True)]
)
def test_what_is_no_variant(marker: str, of_none: bool) -> None:
    parsed = requirements.parse(f"numpy; {marker}")
    assert requirements.applies(parsed) is of_none
    assert requirements.without_answer(parsed) == ""


@pytest.mark.parametrize("text", ["a; variant_labels == 'b'", "a; 'b' in variant", "a; variant_label", "a; variant_label == ", "variant_label == 'a'", "a; variant_label == 'b' and"])  # fmt: skip
def test_what_is_no_marker(text: str) -> None:
    with pytest.raises(InvalidRequirement):
        requirements.parse(text)


def test_requirements_of_variants_exclude_each_other_only_where_they_meet(tmp_path: Path) -> None:
    by_label = metadata(
        "Requires-Dist: a==1; variant_label == 'x86_64_v3'", "Requires-Dist: a==2; variant_label != 'x86_64_v3'"
    )
    by_property = metadata(
        "Requires-Dist: a==1; 'x86_64 :: level :: v3' in variant_properties",
        "Requires-Dist: a==2; 'x86_64 :: level :: v3' not in variant_properties",
    )
    both = metadata("Requires-Dist: a==1; variant_label == 'x86_64_v3'", "Requires-Dist: a==2")
    for number, (said, found) in enumerate([(by_label, []), (by_property, []), (both, [("unsatisfiable", V3)])]):
        labelled(tmp_path / str(number), V3, said, variant_json({"x86_64_v3": PROPERTIES}))
        assert rules(tmp_path / str(number)) == found


# Releases


def test_a_release_with_variants(tmp_path: Path) -> None:
    said = metadata("Requires-Dist: numpy>=2", "Requires-Dist: blas; 'blas :: library :: mkl' in variant_properties")
    write_sdist(tmp_path, "spam-1.0.tar.gz", said)
    write_wheel(tmp_path, PLAIN, said, [LINUX])
    labelled(tmp_path, V3, said, variant_json({"x86_64_v3": PROPERTIES}))
    labelled(tmp_path, V3.replace("x86_64_v3", "null"), said.replace(b"'", b'"'), variant_json({"null": {}}))
    (release,) = abiding.check([tmp_path])
    assert (release.verdict, release.everything, release.case) == (Verdict.EQUAL, (), 1)
    assert [one.verdict for one in release.artifacts] == ["clean", "equal", "clean", "clean"]


def test_variants_that_require_something_else_are_found(tmp_path: Path) -> None:
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata("Requires-Dist: numpy>=2"))
    write_wheel(tmp_path, PLAIN, metadata("Requires-Dist: numpy>=2"), [LINUX])
    labelled(
        tmp_path, V3, metadata("Requires-Dist: numpy>=2", "Requires-Dist: mkl"), variant_json({"x86_64_v3": PROPERTIES})
    )
    (release,) = abiding.check([tmp_path])
    assert release.verdict is Verdict.INCONSISTENT
    assert {one.artifact for one in release.everything} == {V3}


@pytest.mark.parametrize(("filename", "variant", "said"), [
    (V3, None, "the wheel has a variant label in its file name, and no variant.json"),
    (PLAIN, variant_json({"x86_64_v3": PROPERTIES}), "the wheel has a variant.json, and no variant label in its file name"),
    (V3, variant_json({"x86_64_v4": PROPERTIES}), "variant.json has the properties of `x86_64_v4`, and the label is `x86_64_v3`"),
    (V3, variant_json({"x86_64_v3": PROPERTIES, "null": {}}), "variant.json has the properties of `x86_64_v3`, `null`, and the label is `x86_64_v3`"),
    (V3, variant_json({}), "variant.json has the properties of none, and the label is `x86_64_v3`"),
    (V3, b"{", "variant.json is not JSON"),
    (V3, b"[" * 100_000, "variant.json is not JSON"),
    (V3, b"\xff", "variant.json is not JSON"),
    (V3, b"[]", "the file of variant.json is not an object"),
    (V3, b"{}", "variant.json does not say by `$schema` which version of the format it has"),
    (V3, variant_json({"x86_64_v3": []}), "`variants.x86_64_v3` of variant.json is not an object"),
    (V3, variant_json({"x86_64_v3": {"x86_64": "v3"}}), "`x86_64` of variant.json is not an object"),
    (V3, variant_json({"x86_64_v3": {"x86_64": {"level": "v3"}}}), "`x86_64 :: level` of variant.json is not a list of different names"),
    (V3, variant_json({"x86_64_v3": {"x86_64": {"level": ["V3"]}}}), "`x86_64 :: level` of variant.json is not a list of different names"),
    (V3, variant_json({"x86_64_v3": {"x86_64": {"level": ["v3", "v3"]}}}), "`x86_64 :: level` of variant.json is not a list of different names"),
    (V3, variant_json({"x86_64_v3": {"X": {"level": ["v3"]}}}), "`X` is not a name of a namespace or a feature"),
    (V3, variant_json({"x86_64_v3": PROPERTIES}, **{"default-priorities": {"namespace": ["blas"]}}), "`default-priorities.namespace` does not have `x86_64`, whose properties are used"),
    (V3, variant_json({"x86_64_v3": PROPERTIES}, **{"default-priorities": {}}), "`default-priorities.namespace` of variant.json is not a list of different names"),
    (V3.replace("x86_64_v3", "null"), variant_json({"null": PROPERTIES}), "the label `null` is for the variant without properties, and variant.json gives it some"),
    (V3.replace("x86_64_v3", "X86"), variant_json({"X86": PROPERTIES}), "`X86` is not a variant label: 1 to 16 of `0-9`, `a-z`, `_` and `.`"),
    (V3.replace("x86_64_v3", "a" * 17), variant_json({"a" * 17: PROPERTIES}), f"`{'a' * 17}` is not a variant label: 1 to 16 of `0-9`, `a-z`, `_` and `.`"),
])  # fmt: skip
def test_variant_json(filename: str, variant: bytes | None, said: str, tmp_path: Path) -> None:
    labelled(tmp_path, filename, metadata(), variant)
    (release,) = abiding.check([tmp_path])
    assert [(one.rule, one.severity, one.message) for one in release.everything] == [("variant-wheel", "error", said)]
    assert release.verdict is Verdict.CLEAN  # which is about metadata


def test_one_label_is_one_set_of_properties(tmp_path: Path) -> None:
    other = V3.replace("x86_64-", "aarch64-")
    labelled(tmp_path, V3, metadata(), variant_json({"x86_64_v3": PROPERTIES}))
    labelled(tmp_path, other, metadata(), variant_json({"x86_64_v3": {"x86_64": {"level": ["v4"]}}}))
    labelled(tmp_path, V3.replace("x86_64_v3", "v4"), metadata(), variant_json({"v4": {"x86_64": {"level": ["v4"]}}}))
    (release,) = abiding.check([tmp_path])
    (finding,) = release.findings
    assert (finding.rule, finding.artifact, finding.expected_from) == ("variant-wheel", V3, other)


# What an index has of all variants of a release

UNION = "spam-1.0-variants.json"


def of_index(folder: Path, union: bytes) -> list[tuple[str, str]]:
    """The messages of what is wrong with two variant wheels, with such a file beside them, and its name or that of what it is held to."""
    data = metadata()
    labelled(folder, V3, data, variant_json({"x86_64_v3": PROPERTIES}))
    labelled(folder, f"spam-1.0-{LINUX}-null.whl", data, variant_json({"null": {}}))
    (folder / UNION).write_bytes(union)
    return [
        (one.field, one.message)
        for release in abiding.check([folder])
        for one in release.everything
        if one.rule == "variant-wheel"
    ]


def test_a_file_of_all_variants_that_fits(tmp_path: Path) -> None:
    more = {"x86_64_v3": PROPERTIES, "null": {}, "x86_64_v4": {"x86_64": {"level": ["v4"]}}}
    assert of_index(tmp_path, variant_json(more)) == []


def test_a_label_that_the_file_of_all_variants_does_not_have(tmp_path: Path) -> None:
    assert of_index(tmp_path, variant_json({"x86_64_v3": PROPERTIES})) == [
        (UNION, f"{UNION} does not have the label `null`")
    ]


def test_a_label_that_stands_for_something_else_there(tmp_path: Path) -> None:
    found = of_index(tmp_path, variant_json({"x86_64_v3": {"x86_64": {"level": ["v4"]}}, "null": {}}))
    assert [message for _, message in found] == [f"the label `x86_64_v3` stands for other properties than in {UNION}"]


@pytest.mark.parametrize(("harm", "said"), [
    ({"default-priorities": {}}, "`default-priorities.namespace` of {} is not a list of different names"),
    ({"default-priorities": {"namespace": []}}, "`default-priorities.namespace` does not have `x86_64`, whose properties are used"),
    ({"default-priorities": {"namespace": ["x86_64", "x86_64"]}}, "`default-priorities.namespace` of {} is not a list of different names"),
    ({"default-priorities": {"namespace": ["x86_64"], "feature": []}}, "`default-priorities.feature` of {} is not an object"),
    ({"default-priorities": {"namespace": ["x86_64"], "feature": {"x86_64": ["A"]}}}, "`default-priorities.feature.x86_64` of {} is not a list of different names"),
    ({"default-priorities": {"namespace": ["x86_64"], "property": {"x86_64": ["level"]}}}, "`default-priorities.property.x86_64` of {} is not an object"),
    ({"default-priorities": {"namespace": ["x86_64"], "property": {"x86_64": {"level": "v3"}}}}, "`default-priorities.property.x86_64.level` of {} is not a list of different names"),
    ({"$schema": None}, "{} does not say by `$schema` which version of the format it has"),
])  # fmt: skip
def test_what_the_standard_asks_of_both_files(harm: dict[str, Any], said: str, tmp_path: Path) -> None:
    both = {"x86_64_v3": PROPERTIES, "null": {}}
    assert {message for _, message in of_index(tmp_path, variant_json(both, **harm))} == {said.format(UNION)}
    (tmp_path / "one").mkdir()
    labelled(tmp_path / "one", V3, metadata(), variant_json({"x86_64_v3": PROPERTIES}, **harm))
    (finding,) = (one for release in abiding.check([tmp_path / "one"]) for one in release.everything)
    assert finding.message == said.format("variant.json")


@pytest.mark.parametrize(("variants", "said"), [
    ({"X": {}, "x86_64_v3": PROPERTIES, "null": {}}, "`X` in {} is not a variant label: 1 to 16 of `0-9`, `a-z`, `_` and `.`"),
    ({"x86_64_v3": PROPERTIES, "null": PROPERTIES}, "the label `null` is for the variant without properties, and {} gives it some"),
    ([], "`variants` of {} is not an object"),
])  # fmt: skip
def test_labels_in_the_file_of_all_variants(variants: Any, said: str, tmp_path: Path) -> None:
    namespaces = {"default-priorities": {"namespace": ["x86_64"]}}
    union = variant_json(variants if isinstance(variants, dict) else {}, **namespaces, variants=variants)
    assert {message for _, message in of_index(tmp_path, union)} == {said.format(UNION)}


@pytest.mark.parametrize("union", [b"", b"no JSON", b"[" * 100_000])
def test_a_file_of_all_variants_that_is_none(union: bytes, tmp_path: Path) -> None:
    assert {message for _, message in of_index(tmp_path, union)} == {f"{UNION} is not JSON"}


@pytest.mark.parametrize("names", [
    ("spam-1.0-cp311-cp311-linux_x86_64-x86v3.whl", "spam-1.0-cp311-cp311-linux_x86_64.whl"),
    ("spam-1.0-1-cp311-cp311-linux_x86_64-x86v3.whl", "spam-1.0-cp311-cp311-linux_x86_64.whl"),
    ("spam-1.0-1-cp311-cp311-linux_x86_64.whl", "spam-1.0-2-cp311-cp311-linux_x86_64-x86v3.whl", "spam-1.0-10-cp311-cp311-linux_x86_64.whl"),
    ("spam-1.0-1-cp311-cp311-linux_x86_64-x86v3.whl", "spam-1.0-2-cp311-cp311-linux_x86_64-x86v3.whl"),
])  # fmt: skip
def test_a_tag_means_the_wheel_without_a_label(names: tuple[str, ...]) -> None:
    assert diff._choose("spam==1.0", names, tags("cp311-cp311-linux_x86_64")) == names[-1]  # noqa: SLF001
