"""Two files differ exactly where a reader of the specification would say that they say different things."""

from __future__ import annotations

import pytest

from abiding.metadata.core import CoreMetadata
from abiding.metadata.difference import compare, meanings
from abiding.metadata.values import values
from makers.archives import metadata

# What tools write differently for the same thing: left lines, right lines.
NOISE = {
    "parenthesised-specifier": (["Requires-Dist: egg (>=1.2)"], ["Requires-Dist: egg>=1.2"]),
    "space-before-semicolon": (["Requires-Dist: egg ; os_name == 'nt'"], ["Requires-Dist: egg; os_name == 'nt'"]),
    "quotes": (["Requires-Dist: egg; os_name == 'nt'"], ['Requires-Dist: egg; os_name == "nt"']),
    "marker-parentheses": (
        ["Requires-Dist: egg ; (os_name == \"nt\") and extra == 'x'"],
        ['Requires-Dist: egg; os_name == "nt" and extra == "x"'],
    ),
    "requirement-name": (["Requires-Dist: Egg_Shell"], ["Requires-Dist: egg-shell"]),
    "marker-rewritten": (
        ["Requires-Dist: egg; python_version <= '3.11' and platform_system == 'Darwin'"],
        ["Requires-Dist: egg ; sys_platform == 'darwin' and python_full_version < '3.12'"],
    ),
    "extra-of-extras": (
        [
            "Provides-Extra: a",
            "Provides-Extra: b",
            "Requires-Dist: spam[b]; extra == 'a'",
            "Requires-Dist: egg; extra == 'b'",
        ],
        [
            "Provides-Extra: a",
            "Provides-Extra: b",
            "Requires-Dist: egg; extra == 'a'",
            "Requires-Dist: egg; extra == 'b'",
        ],
    ),
    "extra-name": (
        ["Provides-Extra: html_clean", "Requires-Dist: egg; extra == 'html_clean'"],
        ["Provides-Extra: html-clean", "Requires-Dist: egg; extra == 'html-clean'"],
    ),
    "requirement-order": (["Requires-Dist: a", "Requires-Dist: b"], ["Requires-Dist: b", "Requires-Dist: a"]),
    "requirement-twice": (["Requires-Dist: a", "Requires-Dist: a"], ["Requires-Dist: a"]),
    "extra-order-and-twice": (
        ["Provides-Extra: a", "Provides-Extra: b", "Provides-Extra: a"],
        ["Provides-Extra: b", "Provides-Extra: a"],
    ),
    "not-a-requirement": (["Requires-Dist: egg (>=2011k)"], ["Requires-Dist: egg  (>=2011k)"]),
    "old-wildcard": (["Requires-Python: >=3.6.*"], ["Requires-Python: >=3.6"]),
    "old-wildcard-among-others": (["Requires-Python: !=3.7.*, >=3.6.*,<4.*"], ["Requires-Python: >=3.6,<4,!=3.7.*"]),
    "specifier-order": (["Requires-Python: >=3.8,<4"], ["Requires-Python: <4, >=3.8"]),
    "field-case": (["Author-Email: a@b.org"], ["Author-email: a@b.org"]),
    "field-order": (["Summary: s", "Keywords: k"], ["Keywords: k", "Summary: s"]),
    "keyword-order": (["Keywords: a,b"], ["Keywords: b,a"]),
    "platform-unknown": (["Platform: UNKNOWN"], []),
    "licence-unknown": (["License: UNKNOWN"], []),
    "content-type-defaults": (
        ["Description-Content-Type: text/markdown"],
        ["Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM"],
    ),
    "licence-as-expression": (
        ["License: MIT", "Classifier: License :: OSI Approved :: MIT License"],
        ["License-Expression: MIT"],
    ),
    "dynamic-of-the-file": (["Dynamic: license-file"], []),
    "stray-carriage-return": (["Requires-Dist: egg\r"], ["Requires-Dist: egg"]),
}
GENUINE = {
    "added-requirement": ([], ["Requires-Dist: egg"], "Requires-Dist"),
    "another-bound": (["Requires-Dist: egg>=1"], ["Requires-Dist: egg>=2"], "Requires-Dist"),
    "another-marker": (
        ["Requires-Dist: egg; os_name == 'nt'"],
        ["Requires-Dist: egg; os_name != 'nt'"],
        "Requires-Dist",
    ),
    "full-version": (
        ["Requires-Dist: egg; python_version > '3.10'"],
        ["Requires-Dist: egg; python_full_version > '3.10'"],
        "Requires-Dist",
    ),
    "string-and": (["Requires-Dist: egg"], ["Requires-Dist: egg; 'and' in os_name"], "Requires-Dist"),
    "string-or": (["Requires-Dist: egg; 'and' in os_name"], ["Requires-Dist: egg; 'or' in os_name"], "Requires-Dist"),
    "string-or-variable": (
        ["Requires-Dist: egg; os_name == 'x'"],
        ["Requires-Dist: egg; 'os_name' == 'x'"],
        "Requires-Dist",
    ),
    "another-unparsable": (["Requires-Dist: egg (>=2011k)"], ["Requires-Dist: egg (>=2012k)"], "Requires-Dist"),
    "extra": ([], ["Provides-Extra: gpu"], "Provides-Extra"),
    "wildcard": (["Requires-Python: ==3.6.*"], ["Requires-Python: ==3.6"], "Requires-Python"),
    "python": (["Requires-Python: >=3.8"], ["Requires-Python: >=3.9"], "Requires-Python"),
    "licence-text": (["License: of libs/"], ["License: of .dylibs/"], "License"),
    "licence-expression": (["License-Expression: MIT"], ["License-Expression: MIT AND X11"], "License-Expression"),
    "licence-of-another-name": (["License: BSD"], ["License-Expression: MIT"], "License"),
    "licence-file": (["License-File: LICENSE"], [], "License-File"),
    "classifier": ([], ["Classifier: Environment :: GPU"], "Classifier"),
    "mojibake": (["Author: Kantojärvi"], ["Author: KantojÃ¤rvi"], "Author"),
    "summary": (["Summary: one"], ["Summary: two"], "Summary"),
}


def parsed(*lines: str, body: str = "", level: str = "2.4") -> CoreMetadata:
    return CoreMetadata.parse(metadata(*lines, body=body, level=level), "METADATA")


@pytest.mark.parametrize("case", NOISE)
def test_noise(case: str) -> None:
    left, right = (parsed(*lines) for lines in NOISE[case])
    assert compare(left, right) == compare(right, left) == ()


@pytest.mark.parametrize("case", GENUINE)
def test_genuine(case: str) -> None:
    left, right, field = GENUINE[case]
    assert field in [one.field for one in compare(parsed(*left), parsed(*right))]
    assert field in [one.field for one in compare(parsed(*right), parsed(*left))]


def test_metadata_version_is_of_the_file() -> None:
    assert compare(parsed(level="2.1"), parsed(level="2.4")) == ()


@pytest.mark.parametrize("change", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: data + b"\n\n"])
def test_line_ends_and_blank_lines(change: object) -> None:
    assert callable(change)
    data = metadata("Requires-Dist: egg", "Summary: s", body="A text\n\n    code\n")
    assert compare(CoreMetadata.parse(data, "METADATA"), CoreMetadata.parse(change(data), "METADATA")) == ()


def test_carriage_returns_in_the_body_only() -> None:
    assert compare(parsed(body="one\r\ntwo\r\n"), parsed(body="one\ntwo\n")) == ()


BODY = "Title\n=====\n\nText\n\n    code\n\nEnd\n"


@pytest.mark.parametrize("fold", ["        ", "       |", "                "])
def test_folded_description(fold: str) -> None:
    folded = ("\n" + fold).join(BODY.rstrip().split("\n"))
    assert compare(parsed(f"Description: {folded}", level="1.2"), parsed(body=BODY, level="2.1")) == ()
    other = BODY.replace("code", "other code")
    assert [one.field for one in compare(parsed(f"Description: {folded}"), parsed(body=other))] == ["Description"]


CODE = "Title\n\n    code\n        more code\nEnd"
ONLY_CODE = "Usage:\n\n        code\n            more code"


@pytest.mark.parametrize("text", [CODE, ONLY_CODE, "Title", "Title\n\n  a list\n  of two"])
@pytest.mark.parametrize("prefix", [" " * 8, "       |"])
def test_a_header_is_unfolded_and_a_body_is_as_it_is(text: str, prefix: str) -> None:
    folded = text.replace("\n", f"\n{prefix}")
    assert values(parsed(f"Description: {folded}"), "Description") == (text,)
    assert values(parsed(body=text), "Description") == (text,)
    assert compare(parsed(f"Description: {folded}"), parsed(body=text)) == ()


@pytest.mark.parametrize("text", [CODE, ONLY_CODE])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_texts_to_be_shown_keep_their_indentation(text: str, ends: str) -> None:
    folded = text.replace("\n", "\n        ")
    (difference,) = compare(
        parsed(f"Description: {folded}"), parsed(body=text.replace("more", "less").replace("\n", ends))
    )
    assert difference.texts == (text, text.replace("more", "less"))


def test_texts_of_which_one_has_lost_its_margin_are_shown_without() -> None:
    (difference,) = compare(parsed(body="Title\n  one\n    two\n"), parsed(body="Title\none\n  2\n"))
    assert difference.texts == ("Title\none\n  two", "Title\none\n  2")


def test_texts_of_nothing() -> None:
    (difference,) = compare(parsed(), parsed("Requires-Dist: a", "Requires-Dist: b"))
    assert difference.texts == (None, "a\nb")


def test_lost_description() -> None:
    (difference,) = compare(parsed(body=BODY), parsed(body="../README.md\n"))
    assert (difference.field, difference.right) == ("Description", ("../README.md\n",))


def test_meanings_agree_with_compare() -> None:
    for left, right in NOISE.values():
        for field in ("Requires-Dist", "Provides-Extra", "Requires-Python", "Keywords", "Summary"):
            assert meanings(parsed(*left), field) == meanings(parsed(*right), field)
    assert meanings(parsed("Requires-Dist: a"), "Requires-Dist") != meanings(parsed(), "Requires-Dist")


@pytest.mark.parametrize(
    "line",
    [
        "Requires-Dist: a; " + "(" * 5000 + "os_name=='x'" + ")" * 5000,
        "Requires-Dist: a==" + "1" * 6000,
        "Requires-Python: >=" + "1" * 6000,
        "Requires-Python: 3.8",
        "Requires-Dist: a===weird!,===other",
        "Description-Content-Type: ;;",
        "Requires-Dist: " + "a" * 100_000 + "[",
    ],
)
def test_what_is_nonsense_is_compared_as_text(line: str) -> None:
    assert compare(parsed(line), parsed(line + " ")) == ()
    field = line.partition(":")[0]
    if field.startswith("Requires"):
        assert compare(parsed(line), parsed(f"{field}: <1")) != ()


def test_version_of_thousands_of_digits() -> None:
    assert compare(CoreMetadata.parse(metadata(version="9" * 9000), "METADATA"), parsed()) != ()
    assert compare(parsed(level="2." + "1" * 6000), parsed()) == ()
