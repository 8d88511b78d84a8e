"""Markers about the variant of the installed wheel (PEP 825), which `packaging` can't parse.

`variant_label` is a text, the other three are sets of texts: `"x86_64 :: level :: v3" in variant_properties`. For
parsing they are replaced by variables that `packaging` knows. They are evaluated as for a wheel that is no variant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import Requirement

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    import re

__all__ = ["SETS", "parse"]


SETS = ("variant_properties", "variant_features", "variant_namespaces")
_LABEL = "variant_label"
# A variable that `packaging` knows, compared with impossible texts: false, as for a wheel that is no variant.
_STAND_IN = "platform_version"
_MARK = "\x1a"
_TEXT = r"""(?:"[^"\x1a]*"|'[^'\x1a]*')"""
_HOW = r"(?:==|!=|\bin\b|\bnot\s+in\b)"
_VARIABLE = rf"\b(?:{'|'.join((*SETS, _LABEL))})\b"
_ASKED = pattern(
    rf"(?P<text>{_TEXT})\s*(?P<how>{_HOW})\s*(?P<variable>{_VARIABLE})"
    rf"|(?P<variable_>{_VARIABLE})\s*(?P<how_>{_HOW})\s*(?P<text_>{_TEXT})"
)
_WRITTEN = pattern(
    rf'"{_MARK}(?P<variable>\w+){_MARK}(?P<text>[^"]*)" (?P<how>{_HOW}) {_STAND_IN}'
    rf'|{_STAND_IN} (?P<how_>{_HOW}) "{_MARK}(?P<variable_>\w+){_MARK}(?P<text_>[^"]*)"'
)
# A comparison with the empty label is the only one that is true for a wheel that is no variant.
_EMPTY = {"==": "not in", "!=": "in"}
_OF_EMPTY = {how: other for other, how in _EMPTY.items()}


def parse(text: str) -> Requirement:
    """Parse a requirement that has such markers. Raises `packaging.requirements.InvalidRequirement`."""
    what, semicolon, marker = text.partition(";")
    requirement = Requirement(f"{what}{semicolon}{_ASKED.sub(_stand_in, marker)}")
    if requirement.marker is not None:
        requirement.marker = _VariantMarker(_stood_for(str(requirement.marker)))
    return requirement


class _VariantMarker(Marker):
    """A marker that may test the variant. A wheel that is no variant has no properties, and an empty label."""

    def __init__(self, marker: str) -> None:
        super().__init__(_ASKED.sub(_stand_in, marker))

    def __str__(self) -> str:
        return _stood_for(super().__str__())


def _stand_in(match: re.Match[str]) -> str:
    if match["text_"] and match["how_"] in ("==", "!="):
        return _stand_in_for(match["variable_"], match["how_"], match["text_"])
    if match["text_"]:
        return f"{_STAND_IN} {match['how_']} {_mark(match['variable_'], match['text_'])}"
    return _stand_in_for(match["variable"], " ".join(match["how"].split()), match["text"])


def _stand_in_for(variable: str, how: str, text: str) -> str:
    if variable == _LABEL and not text[1:-1]:
        how = _EMPTY.get(how, how)
    return f"{_mark(variable, text)} {how} {_STAND_IN}"


def _mark(variable: str, text: str) -> str:
    value = text[1:-1]
    if variable in SETS:  # ignoring spaces
        value = " :: ".join(part.strip() for part in value.split("::"))
    return f'"{_MARK}{variable}{_MARK}{value}"'


def _stood_for(marker: str) -> str:
    return _WRITTEN.sub(_as_written, marker)


def _as_written(match: re.Match[str]) -> str:
    if match["variable_"]:
        return f'{match["variable_"]} {match["how_"]} "{match["text_"]}"'
    variable, how, text = match["variable"], match["how"], match["text"]
    # The label first, as usual; the reverse order with `in` has another meaning.
    if variable == _LABEL and (not text or how in ("==", "!=")):
        return f'{_LABEL} {_OF_EMPTY.get(how, how)} "{text}"'
    return f'"{text}" {how} {variable}'
