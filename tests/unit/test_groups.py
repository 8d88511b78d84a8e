"""Dependency groups among the entries (PEP 735): each line, with what the entry says, and what is wrong with a group."""

from __future__ import annotations

import pytest

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding
from abiding.project.declaration import Declaration
from abiding.project.entry import Entry, Reason
from abiding.project.lint import could_be_markers
from abiding.project.pyproject import Pyproject

TEXT = """\
[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"
[project]
name = "spam"
version = "1"
dependencies = []
optional-dependencies = {{ gpu = [] }}
dynamic = ["dependencies", "optional-dependencies"]
[dependency-groups]
{groups}
[tool.abiding]
build-backend = "x"
wheels-differ = "why"
from-sdist = "api"
[tool.abiding.wheel]
dependencies = [{entries}]
"""


def read(groups: str, entries: str = '{ include-group = "openblas" }') -> tuple[Entry, ...]:
    return Declaration.read(Pyproject.parse(TEXT.format(groups=groups, entries=entries))).entries


def faults(groups: str, entries: str = '{ include-group = "openblas" }') -> tuple[Finding, ...]:
    with pytest.raises(DeclarationError) as caught:
        read(groups, entries)
    return caught.value.findings


@pytest.mark.parametrize(
    ("groups", "lines"),
    [
        ('openblas = ["a", "b>=2"]', ["a", "b>=2"]),
        ('OpenBLAS = ["a"]', ["a"]),
        ("openblas = []", []),
        ('openblas = ["a", { include-group = "more" }, "c"]\nmore = ["b", "b"]', ["a", "b", "b", "c"]),
        ('openblas = [{ include-group = "x" }, { include-group = "x" }]\nx = ["a"]', ["a", "a"]),
        ('openblas = ["a"]\nunused = [1, { include-group = "nowhere" }, "not a = requirement"]', ["a"]),
    ],
)
def test_lines_of_a_group_in_their_order(groups: str, lines: list[str]) -> None:
    assert [entry.requires for entry in read(groups)] == lines


def chain(groups: int, includes: int, last: str) -> str:
    """Write groups of which each includes the next one, so many times."""
    include = "{{ include-group = 'g{}' }}, "
    lines = [f"g{number} = [{include.format(number + 1) * includes}]" for number in range(1, groups)]
    return "\n".join([f"openblas = [{include.format(1) * includes}]", *lines, f"g{groups} = [{last}]"])


@pytest.mark.parametrize(("groups", "includes", "last", "lines"), [
    (3, 2, "'a'", 8), (9, 2, "'a'", 512), (60, 2, "", 0), (90, 9, "", 0), (99, 1, "'a'", 1), (1, 1000, "'a'", 1000)
])  # fmt: skip
def test_groups_that_include_each_other(groups: int, includes: int, last: str, lines: int) -> None:
    assert [entry.requires for entry in read(chain(groups, includes, last))] == ["a"] * lines


@pytest.mark.parametrize(("groups", "includes", "last", "message"), [
    (10, 2, "'a'", "the group `openblas` has more than 1,000 requirements, with those that it includes"),
    (60, 2, "'a'", "the group `openblas` has more than 1,000 requirements, with those that it includes"),
    (100, 1, "'a'", "dependency groups include each other 100 deep, which is too deep"),
    (3000, 1, "", "dependency groups include each other 100 deep, which is too deep"),
    (60, 2, "3", "this is nothing that the dependency group `g60` can hold"),
    (60, 2, "{ include-group = 'g30' }", "the dependency groups go round in a circle: `g30` includes `g31`"),
])  # fmt: skip
def test_groups_that_nobody_means(groups: int, includes: int, last: str, message: str) -> None:
    (fault,) = faults(chain(groups, includes, last))
    assert fault.message.startswith(message)


def test_what_the_entry_says_goes_for_every_line() -> None:
    entry = '{ include-group = "openblas", native = true, select = "*-win_*", variant = "x", reason = "policy", note = "n" }'
    one, other = read('openblas = ["a", "b"]', entry.replace('select = "*-win_*", ', ""))
    for found, name in ((one, "a"), (other, "b")):
        assert (found.name, found.native, found.variant, found.reason, found.note) == (
            name,
            True,
            "x",
            Reason.POLICY,
            "n",
        )
    assert [
        found.select for found in read('openblas = ["a"]', '{ include-group = "openblas", select = "*-macosx_11_0_*" }')
    ] == [("*-macosx_11_0_*",)]


def test_a_group_in_an_extra() -> None:
    text = TEXT.format(groups='openblas = ["a"]', entries="")
    text += '[tool.abiding.wheel.optional-dependencies]\ngpu = [{ include-group = "openblas" }]\n'
    assert [(entry.requires, entry.extra) for entry in Declaration.read(Pyproject.parse(text)).entries] == [
        ("a", "gpu")
    ]


@pytest.mark.parametrize(
    ("groups", "rule", "message"),
    [
        ('openbls = ["a"]', "bad-group", "there is no dependency group `openblas`"),
        ("", "bad-group", "there is no dependency group `openblas`"),
        ('openblas = ["a"]\nOpenBLAS = ["b"]', "bad-group", "`openblas` and `OpenBLAS` are the same name"),
        ('openblas = "a"', "bad-group", "the dependency group `openblas` has to be an array, and is a string"),
        ("openblas = [1]", "bad-group", "this is nothing that the dependency group `openblas` can hold"),
        ('openblas = [{ set-phasers-to = "stun" }]', "bad-group", "this is nothing that"),
        ('openblas = [{ include-group = "x", more = 1 }]\nx = []', "bad-group", "this is nothing that"),
        ('openblas = [{ include-group = "a" }]\na = [{ include-group = "Openblas" }]', "bad-group", "the dependency groups go round in a circle: `openblas` includes `a` includes `openblas`"),
        ('openblas = [{ include-group = "openblas" }]', "bad-group", "the dependency groups go round in a circle"),
        ('openblas = ["a==x.x"]', "bad-group", "`a==x.x` has an `x`, and other tools read the dependency group `openblas` too"),
        ('openblas = ["a = 1"]', "bad-requirement", "`a = 1` is not a requirement (PEP 508)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_group(groups: str, rule: str, message: str) -> None:
    (finding,) = faults(groups)
    assert (finding.rule, finding.message[: len(message)]) == (rule, message)


def test_a_line_of_a_group_is_told_with_the_entry_that_includes_it() -> None:
    (finding,) = faults('openblas = [\n  "a",\n  "b = 1",\n]')
    assert [(one.text, one.remark) for one in finding.excerpts] == [
        ('"b = 1",', ""),
        ('dependencies = [{ include-group = "openblas" }]', "included here"),
    ]


@pytest.mark.parametrize("wrong", ['"a==x.x"', "1", "{ include_group = 'b' }", '"a = 1"'])
def test_each_line_that_is_wrong_is_told_once_however_often_its_group_is_included(wrong: str) -> None:
    groups = f"openblas = [\n  {wrong},\n  'b',\n  {wrong},\n]\nmore = [{{ include-group = 'openblas' }}]"
    found = faults(groups, '{ include-group = "openblas" }, { include-group = "more" }')
    first = TEXT[: TEXT.index("{groups}")].count("\n") + 2
    assert [one.line for one in found] == [first, first + 2]


ENTRY = '{ include-group = "openblas" }'


@pytest.mark.parametrize(
    ("groups", "entry", "quoted"),
    [
        ('openblas = ["a==x.x"]', ENTRY, ["openblas ="]),
        ('openblas = "a"', ENTRY, ["openblas ="]),
        ("openblas = [1]", ENTRY, ["openblas ="]),
        ('openblas = [{ set-phasers-to = "stun" }]', ENTRY, ["openblas ="]),
        ('openblas = [{ include-group = "a" }]\na = [{ include-group = "Openblas" }]', ENTRY, ["a =", "openblas ="]),
        ('openblas = [{ include-group = "more" }]\nmore = [{ include-group = "none" }]', ENTRY, ["more =", "openblas ="]),
        ('OpenBLAS = [{ include-group = "more" }]\nmore = ["b = 1"]', ENTRY, ["more =", "OpenBLAS ="]),
        ('openblas = ["b>2", "b<1"]', ENTRY, ["openblas ="]),
        ('openblas = ["spam>2"]', ENTRY, ["openblas ="]),
        ('openblas = ["a"]', ENTRY.replace(" }", ', select = "*-win*" }'), ["openblas ="]),
        ('openblas = ["a==1"]\nunused = [{ include-group = "openblas" }]', '"a==2", ' + ENTRY, ["dependencies =", "openblas ="]),
    ],
)  # fmt: skip
def test_a_fault_in_a_group_is_told_with_the_ways_to_it(groups: str, entry: str, quoted: list[str]) -> None:
    """Of whatever kind it is, and whoever finds it: the line of the group, and that of the entry."""
    for finding in faults(groups, entry):
        lines = [one.text for one in finding.excerpts]
        assert [any(line.startswith(start) for line in lines) for start in (*quoted, "dependencies = [")] == [True] * (
            len(quoted) + 1
        ), finding
        assert not any(line.startswith("unused") for line in lines)


def test_a_remark_on_a_line_of_a_group_is_told_with_its_entry() -> None:
    entry = ENTRY.replace(" }", ', select = "*-win_*" }')
    pyproject = Pyproject.parse(TEXT.format(groups='openblas = ["a"]', entries=entry))
    (remark,) = could_be_markers(Declaration.read(pyproject), pyproject)
    assert [(one.text, one.remark) for one in remark.excerpts] == [
        ('openblas = ["a"]', ""),
        (f"dependencies = [{entry}]", "included here"),
    ]


@pytest.mark.parametrize(
    ("groups", "hint"),
    [
        ('openbals = ["a"]', "did you mean `openbals`?"),
        ('OPENBLAS_32 = ["a"]', "did you mean `OPENBLAS_32`?"),
        ('test = ["pytest"]\ndocs = []', "the groups are `test`, `docs`"),
        ('[dependency_groups]\nopenblas = ["a"]', "write it under `[dependency-groups]`, not `[dependency_groups]`"),
        ('openblas = [{ include_group = "a" }]', "did you mean `include-group`?"),
        ('openblas = [{ include-group = "aa" }]\nAaa = []', "did you mean `Aaa`?"),
        # A group that includes itself would be the next error.
        ('openblas = [{ include-group = "openblass" }]\nmore = []', "the groups are `more`"),
        ('openblas = [{ include-group = "openblass" }]', "write it under `[dependency-groups]`, or leave it out here"),
    ],
)
def test_what_may_be_meant_is_proposed(groups: str, hint: str) -> None:
    (finding,) = faults(groups)
    assert finding.hints == (hint,)


def test_an_entry_has_one_of_the_two() -> None:
    (finding,) = faults('openblas = ["a"]', '{ include-group = "openblas", requires = "a" }')
    assert finding.message == "an entry has `requires` or `include-group`, not both"


def test_groups_that_multiply_end() -> None:
    groups = 'openblas = [{ include-group = "g0" }]\n'
    groups += "".join(
        f'g{n} = [{{ include-group = "g{n + 1}" }}, {{ include-group = "g{n + 1}" }}]\n' for n in range(40)
    )
    (finding,) = faults(groups + 'g40 = ["a"]\n')
    assert finding.message.startswith("the group `openblas` has more than 1,000 requirements")
