"""Recognise requirements in the usual form, which every tool accepts, without parsing them.

Parsing takes longer than everything else that is done for a line. The patterns never try anything twice: repetitions of
a single character are possessive. Groups are not, because Pythons before 3.11.5 have an error with possessive groups;
where these backtrack, the next character decides at once.
"""

from __future__ import annotations

from abiding.findings.patterns import pattern

__all__ = ["LINEAR", "LONG_NUMBER", "are_usual", "is_usual"]


_RELEASE = r"[0-9]{1,18}+(?:\.[0-9]{1,18}+)*"
_SUFFIX = r"(?:(?:a|b|rc)[0-9]{1,18}+)?(?:\.post[0-9]{1,18}+)?(?:\.dev[0-9]{1,18}+)?"
_CLAUSE = (
    rf"(?:(?:==|!=)\s*+{_RELEASE}(?:\.\*|{_SUFFIX})|(?:<=|>=|<|>)\s*+{_RELEASE}{_SUFFIX}"
    rf"|~=\s*+[0-9]{{1,18}}+(?:\.[0-9]{{1,18}}+)+{_SUFFIX})"
)
_CLAUSES = rf"{_CLAUSE}(?:\s*+,\s*+{_CLAUSE})*\s*+"
_VARIABLE = (
    r"(?:os_name|sys_platform|platform_(?:machine|python_implementation|release|system|version)"
    r"|python_(?:full_)?version|implementation_(?:name|version)|extra)"
)
_STRING = r"""(?:"[^"'\s]*+"|'[^"'\s]*+')"""
_COMPARED = rf"{_VARIABLE}\s*+(?:[<>=!]=|[<>])\s*+{_STRING}\s*+"
_ALL = rf"{_COMPARED}(?:(?:and|or)\s++{_COMPARED})*"
_TERM = rf"(?:\(\s*+{_ALL}\)\s*+|{_COMPARED})"
_MARKER = rf"{_TERM}(?:(?:and|or)\s++{_TERM})*"
_PART = r"[A-Za-z0-9]++(?:[._-]++[A-Za-z0-9]++)*\s*+"
_REQUIREMENT = pattern(
    rf"{_PART}(?:\[\s*+{_PART}(?:,\s*+{_PART})*\]\s*+)?"
    rf"(?:{_CLAUSES}|\(\s*+{_CLAUSES}\)\s*+)?(?:;\s*+{_MARKER})?"
)
# The same for regular expression engines without backtracking, which have no such quantifiers.
LINEAR = _REQUIREMENT.pattern.replace("*+", "*").replace("++", "+").replace("}+", "}").replace("{1,18}", "+")
LONG_NUMBER = "[0-9]{19}"
_SPECIFIERS = pattern(rf"\s*+{_CLAUSES}")


def is_usual(requirement: str) -> bool:
    """Return whether a requirement has a form that all tools read in the same way, as most have."""
    return bool(_REQUIREMENT.fullmatch(requirement))


def are_usual(specifiers: str) -> bool:
    """Return whether specifiers have such a form."""
    return bool(_SPECIFIERS.fullmatch(specifiers))
