"""Every rule has a page and every page a rule; what the pages show is what is printed.

`UPDATE_SCREENS=1` writes the examples and the list of pages anew; read them before you commit them.
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pytest

from abiding import evidence
from abiding.archives.sdist import bytes_behind
from abiding.archives.wheel import Wheel
from abiding.archives.wheel_tags import StatedTags
from abiding.artifacts.artifact import Artifact
from abiding.builds import rules, undeclared
from abiding.builds.judgement import judge_packed
from abiding.builds.settings import Settings
from abiding.builds.wrapped_backend import WrappedBackend
from abiding.findings.errors import AbidingError, DeclarationError
from abiding.findings.finding import Severity
from abiding.findings.rules import Rule
from abiding.findings.screen import block, screen
from abiding.findings.terminal import Terminal
from abiding.metadata.core import CoreMetadata
from abiding.metadata.difference import compare
from abiding.project.declaration import Declaration
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from abiding.project.schema import get_schema
from abiding.releases.check import releases
from abiding.report import explanations, pages
from makers.archives import write_wheel
from makers.commands import SOURCES, blocks, run, shown
from makers.evident import extension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

INDEX = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules" / "index.md"
HEADINGS = ["What it means", "Why it matters", "Example", "What to do", "Where it comes from"]


# Rules and pages


def named_rules(tree: ast.AST) -> Iterator[str]:
    """The rule names in a module: the first argument of what makes a finding, and what is given or set as `rule`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name.strip("_") in ("Finding", "finding", "problem", "finding_about"):
                yield from strings(node.args[:1])
            yield from strings([keyword.value for keyword in node.keywords if keyword.arg == "rule"])
        elif isinstance(node, ast.Assign) and "rule" in [getattr(one, "id", "") for one in first_targets(node)]:
            yield from strings(node.value.elts[:1] if isinstance(node.value, ast.Tuple) else [node.value])
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "rule" and node.value:
            yield from strings([node.value])
        elif isinstance(node, ast.arguments):
            defaults = [*zip(node.args[::-1], node.defaults[::-1]), *zip(node.kwonlyargs, node.kw_defaults)]  # noqa: B905
            yield from strings([default for argument, default in defaults if argument.arg == "rule" and default])


def first_targets(node: ast.Assign) -> list[ast.expr]:
    return [one.elts[0] if isinstance(one, ast.Tuple) else one for one in node.targets]


def strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def rules_in(files: Iterable[Path]) -> set[str]:
    return {rule for file in files for rule in named_rules(ast.parse(file.read_text("utf-8")))}


def test_names_are_collected_in_every_form() -> None:
    text = """
def one(x, rule="a-1"): ...
def two(*, y=1, rule="a-2", z=2): ...
Finding("a-3", 1); self.problem("a-4"); pyproject.finding("a-5" if x else "a-6"); _problem(inner, "b")
ArchiveError.at("b", "b", rule="a-7"); Finding(rule="a-8", message="b"); other("b")
rule, message = "a-9", "b"
x, rule = "b", "b"
rule: Rule = "a-10"; rule: Rule
"""
    assert sorted(named_rules(ast.parse(text)), key=lambda name: int(name[2:])) == [
        f"a-{number}" for number in range(1, 11)
    ]


def test_every_rule_has_a_page() -> None:
    """That what the code says is a rule at all is held by the type."""
    assert get_args(Rule) == explanations.rules()


def test_every_rule_is_found_somewhere() -> None:
    assert set(get_args(Rule)) <= rules_in(SOURCES.rglob("*.py"))


@pytest.mark.parametrize("rule", explanations.rules())
def test_page_has_its_form(rule: str) -> None:
    text = explanations.page(rule)
    title, summary, found, *_ = text.split("\n\n")
    assert title == f"# {rule}"
    assert re.fullmatch(r"[^\n]{10,53}(?<!\.)", summary), "the second paragraph has 10 to 53 characters, no full stop"
    assert re.fullmatch(r"\*(error|warning|note)\b[^*]+\*", found), "the third is `*error, found by …*` or alike"
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    assert all(part.strip() for part in re.split(r"^## .*$", text, flags=re.MULTILINE))
    assert not re.search(r"^```\w+\n\s*^```$", text, re.MULTILINE), "an empty example: `SCREENS` says what prints it"
    assert "\n```" in text.partition("\n## Example\n")[2].partition("\n## ")[0], "the example is a block of code"
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not [line for line in text.split("\n") if len(line) > 78]


# What the pages show


def screen_of_declaration(text: str) -> str:
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(text))
    return screen(caught.value)


DECLARATION_RULES = [
    rule
    for rule in explanations.rules()
    if any(f'"{rule}"' in file.read_text("utf-8") for file in (SOURCES / "project").glob("*.py"))
    and len(blocks(rule, "toml")) > 1
]


@pytest.mark.parametrize("rule", DECLARATION_RULES)
def test_example_of_a_wrong_declaration(rule: str) -> None:
    wrong, right = blocks(rule, "toml")
    printed = screen_of_declaration(wrong + "\n")
    assert re.findall(r"error\[(.*?)\]", printed) == [rule]
    assert shown(rule, printed) == printed
    Declaration.read(Pyproject.parse(right))


GIVEN = """\
[project]
name = "spam"
dependencies = ["numpy>=1.26"]
"""


def judged(said: str, built: str, *, kind: str = "wheel") -> str:
    left, right = (CoreMetadata.parse(text.encode(), "METADATA") for text in (said, built))
    sides = undeclared.Sides(
        kind,
        "spam-1.4.0-cp313-cp313-linux_x86_64.whl",
        "mesonpy",
        Path("no-folder"),
        "sdist",
        lambda *_: "PKG-INFO",
        Pyproject.parse(GIVEN),
        {},
    )
    findings = undeclared.judge_differences(compare(left, right), (), sides)
    return screen(AbidingError(findings, "No wheel was written"))


def prepared() -> str:
    left, right = (CoreMetadata.parse(f"Requires-Dist: {name}\n".encode(), "METADATA") for name in ("rich", "numpy"))
    findings = rules.judge_prepared(compare(left, right), "spam-1.4.0-py3-none-any.whl")
    return screen(AbidingError(findings, "No wheel was written"))


IDLE = """\
[project]
name = "spam"
version = "1.4.0"
dependencies = ["numpy>=1.26"]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "mesonpy"

[tool.abiding.wheel]
dependencies = ["numpy>=1.20"]
"""


def linted(text: str = IDLE) -> str:
    pyproject = Pyproject.parse(text)
    return screen(AbidingError(lint(Declaration.read(pyproject), pyproject)))


def said(action: Callable[[], object]) -> str:
    with pytest.raises(AbidingError) as caught:
        action()
    return screen(caught.value)


def in_folder(text: str, *command: str) -> str:
    from contextlib import chdir
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, chdir(folder):
        Path("pyproject.toml").write_text(text, encoding="utf-8")
        return said(lambda: run(*command, "."))


def no_metadata() -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("METADATA").write_text("[project]\n")
        return said(lambda: run("diff", "METADATA", "PKG-INFO"))


def no_table() -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("files.parquet").write_text("name,version\n")
        return said(lambda: run("survey", "files.parquet"))


def without_backend() -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        text = '[build-system]\nrequires = ["abiding"]\nbuild-backend = "abiding.backend"\n\n'
        Path(folder, "pyproject.toml").write_text(text + '[tool.abiding]\nbuild-backend = "no_such_backend"\n')
        return said(WrappedBackend("no_such_backend", (), Path(folder)).load)


def refused() -> str:
    from tempfile import TemporaryDirectory

    from abiding.builds.build import Build

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        text = IDLE.replace('"mesonpy"', '"flit_core.buildapi"\nfrom-sdist = "refuse"').replace(">=1.20", "<3")
        Path(folder, "pyproject.toml").write_text(text, encoding="utf-8")
        lines = (
            "Metadata-Version: 2.4\nName: spam\nVersion: 1.4.0\nDynamic: Requires-Dist\nRequires-Dist: numpy>=1.26\n"
        )
        Path(folder, "PKG-INFO").write_text(lines, encoding="utf-8")
        patch.chdir(folder)
        patch.delenv("ABIDING_LEVEL", raising=False)
        return said(lambda: Build.begin(None).wheel("wheel", folder, None))


def packed() -> str:
    committed = IDLE.replace(">=1.20", "<2.5").encode()
    findings = judge_packed(SDIST, committed, Pyproject.parse(IDLE), Severity.ERROR)
    return screen(AbidingError(findings, "No sdist was written"))


def mistagged() -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        name = "spam-1.4.0-py3-none-any.whl"
        code = extension("_core.so", "elf-x86_64")
        path = write_wheel(Path(folder), name, b"Name: spam\nVersion: 1.4.0\n", more={"spam/_core.so": code})
        examined = evidence.judge_built(Wheel.open(path), CoreMetadata.parse(b"Name: spam\nVersion: 1.4.0\n", name))
        return "\n\n".join(map(block, examined.judged.wrong_tag if examined else ()))


def checked(rule: str, *files: tuple[str, str], pyproject: str = "", yanked: str = "", wheel_file: bytes = b"") -> str:
    """What `check` says by one rule about files with these lines of metadata."""
    artifacts = []
    for filename, lines in files:
        kind: Literal["sdist", "wheel"] = "wheel" if filename.endswith(".whl") else "sdist"
        name, version = filename.removesuffix(".tar.gz").split("-")[:2]
        said = lines if "Version: 1" in lines else f"Version: {version}\n{lines}"
        metadata = CoreMetadata.parse(f"Name: {name}\n{said}".encode(), "METADATA")
        table = Pyproject.parse(pyproject) if pyproject and kind == "sdist" else None
        stated = StatedTags.read(wheel_file, f"{name}-{version}.dist-info") if wheel_file else None
        artifacts.append(Artifact(filename, kind, name, version, metadata, table, yanked=yanked, stated=stated))
    findings = [one for release in releases(artifacts) for one in release.findings if one.rule == rule]
    return "\n\n".join(map(block, findings))


SDIST = "spam-1.4.0.tar.gz"
WHEEL = "spam-1.4.0-cp313-cp313-win_amd64.whl"
NEW, OLD = "Metadata-Version: 2.4\n", "Metadata-Version: 2.1\n"
TWO = IDLE.replace('"numpy>=1.20"', '"numpy<2.5", "libgmp==6.3.0"')
SELECTIVE = IDLE.replace('"mesonpy"\n', '"mesonpy"\nwheels-differ = "only free-threaded Python needs it"\n').replace(
    '"numpy>=1.20"', '{ requires = "numpy>=2.1.3", select = "cp31?-cp31?t-*" }'
)

HIDDEN = b"Name: spam\nVersion: 1.4.0\nSummary: Tinned\rRequires-Dist: evil\n"

SCREENS: dict[str, Callable[[], str]] = {
    "ambiguous-metadata": lambda: said(lambda: CoreMetadata.parse(HIDDEN, WHEEL)),
    "undeclared-requirement": lambda: judged("", "Requires-Dist: nvidia-nccl-cu13\n"),
    "lost-requirement": lambda: judged("Requires-Dist: typing-extensions>=4\n", ""),
    "changed-requirement": lambda: judged("Requires-Dist: numpy>=1.26\n", "Requires-Dist: numpy>=2,<3\n"),
    "undeclared-change": lambda: judged("Requires-Python: >=3.11\n", "Requires-Python: >=3.12\n"),
    "prepared-differs": prepared,
    "not-narrower": linted,
    "never-true": lambda: linted(IDLE.replace('"numpy>=1.20"', "\"pywin32; sys_platform == 'windows'\"")),
    "other-pyproject": packed,
    "missing-requirement": lambda: checked(
        "missing-requirement",
        (SDIST, NEW + "Dynamic: Requires-Dist\nRequires-Dist: numpy>=1.26\n"),
        (WHEEL, NEW + "Requires-Dist: numpy>=1.26\nRequires-Dist: numpy<2.5\n"),
        pyproject=TWO,
    ),
    "wheels-disagree": lambda: checked(
        "wheels-disagree",
        ("torch-2.0.0-cp310-none-macosx_11_0_arm64.whl", OLD + "Requires-Dist: sympy\n"),
        ("torch-2.0.0-cp311-none-macosx_11_0_arm64.whl", OLD + "Requires-Dist: sympy\n"),
        ("torch-2.0.0-cp311-cp311-manylinux1_x86_64.whl", OLD + "Requires-Dist: sympy\nRequires-Dist: triton==2.0.0\n"),
    ),
    "could-be-a-marker": lambda: screen_of_declaration(
        IDLE.replace('"numpy>=1.20"', '{ requires = "pywin32", select = "*-win*" }')
    ),
    "two-versions": lambda: checked(
        "two-versions",
        ("spam-1.4.1.dev0+git1.tar.gz", NEW),
        ("spam-1.4.1.dev0+git1.d20260821-cp313-cp313-win_amd64.whl", NEW),
    ),
    "old-metadata-version": lambda: checked("old-metadata-version", (SDIST, OLD)),
    "new-metadata-version": lambda: checked("new-metadata-version", (SDIST, NEW.replace("2.4", "2.5"))),
    "dynamic-spelling": lambda: checked("dynamic-spelling", (SDIST, NEW + "Dynamic: requires-dist\n")),
    "pre-release-marker": lambda: checked(
        "pre-release-marker",
        (SDIST, NEW + "Requires-Dist: egg ; python_full_version >= '3.15'\n"),
        pyproject='[project]\nname = "spam"\nversion = "1.4.0"\ndependencies = ["egg; python_version >= \\"3.15\\""]\n',
    ),
    "not-comparable": lambda: checked("not-comparable", (SDIST, OLD), (WHEEL, OLD + "Requires-Dist: numpy\n")),
    "sdist-disagrees": lambda: checked(
        "sdist-disagrees", (SDIST, NEW + "Requires-Dist: numpy>=1.20\n"), pyproject=IDLE[: IDLE.index("[tool")]
    ),
    "wheel-tags": lambda: checked(
        "wheel-tags",
        ("torch-2.0.0-cp311-cp311-manylinux1_x86_64.whl", OLD),
        wheel_file=b"Tag: cp311-cp311-linux_x86_64\n",
    ),
    "wrong-tag": mistagged,
    "variant-wheel": lambda: checked("variant-wheel", (WHEEL.replace(".whl", "-x86_64_v3.whl"), NEW)),
    "wrong-version": lambda: checked("wrong-version", (WHEEL, NEW + "Version: 1.3.2\n")),
    "bytes-behind": lambda: block(bytes_behind(SDIST)),
    "yanked": lambda: checked("yanked", (WHEEL, NEW), yanked="built with the wrong compiler"),
    "no-backend": without_backend,
    "refused-from-sdist": refused,
    "unknown-setting": lambda: said(lambda: Settings.read({"abiding.levle": "api"}, {})),
    "bad-setting": lambda: said(lambda: Settings.read({"abiding.level": "apo"}, {})),
    "unknown-rule": lambda: said(lambda: run("explain", "lost-requirements")),
    "bad-metadata": no_metadata,
    "bad-table": no_table,
    "not-known": lambda: in_folder(SELECTIVE, "show", "--metadata"),
    "not-understood": lambda: in_folder('project = { name = "spam", version = "1.4.0" }\n', "init"),
}  # fmt: skip


@pytest.mark.parametrize("rule", SCREENS)
def test_example_is_what_is_printed(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = SCREENS[rule]()
    assert re.findall(r"(?:error|warning|note)\[(.*?)\]", printed) == [rule]
    assert shown(rule, printed) == printed


# The command


def test_a_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "lost-requirement") == 0
    said, page = capsys.readouterr().out, explanations.page("lost-requirement")
    assert said.startswith(
        "lost-requirement\n\na requirement of the source is missing\n\nerror, found by a build and by"
    )
    assert re.sub(r"^#+ |^```.*$|\*", "", page, flags=re.MULTILINE).split() == said.split()


@pytest.mark.parametrize("name", [*explanations.rules(), *explanations.terms()])
@pytest.mark.parametrize("width", [20, 78, 120])
def test_a_page_has_no_marks_of_markdown(name: str, width: int) -> None:
    """Code stays as it is; all else is as wide as the terminal, and each word is there."""
    page = explanations.page(name)
    said = pages.render(page, Terminal(width, coloured=True))
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    assert "```" not in plain
    assert not re.search(r"^#|(?<!\w)\*\w[^*\n]*\w\*(?!\w)", re.sub(r"^    .*$|`[^`]*`", "", plain, flags=re.MULTILINE), re.MULTILINE)  # fmt: skip
    words = re.sub(r"^#+ |^ *```.*$", "", page, flags=re.MULTILINE).split()
    assert [word.strip("*:,.;") for word in words] == [word.strip("*:,.;") for word in plain.split()]
    for code in re.findall(r"^```.*?\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL):
        assert "".join(f"    {line}".rstrip() + "\n" for line in code.split("\n")) in plain
    for line in plain.splitlines():
        assert line.startswith("    ") or len(line) <= width or len(line.split()) <= 2


def test_what_is_copied_from_a_screen_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "error[lost-requirement]:") == 0
    assert capsys.readouterr().out.startswith("lost-requirement\n")


def test_the_page_of_unknown_keys_has_all_that_are_known() -> None:
    def keys(schema: object) -> Iterator[str]:
        for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from keys(value)
        yield from schema.get("properties", ()) if isinstance(schema, dict) else ()

    named = set(re.findall(r"`([a-z-]+)`", explanations.page("unknown-key").partition("## What to do")[2]))
    assert set(keys(get_schema())) <= named


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line] == [*explanations.rules(), *explanations.terms()]
    assert "lost-requirement         a requirement of the source is missing" in lines
    assert max(map(len, lines)) <= 78


@pytest.mark.parametrize(
    ("given", "term"),
    [("verdict", "verdict"), ("Case", "case"), ("level", "level"), ("inconsistent:", "verdict"), ("not comparable", "verdict"), ("api", "level"), ("4", "case")],
)  # fmt: skip
def test_a_word_of_the_reports(given: str, term: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", given) == 0
    assert capsys.readouterr().out.startswith(f"{term}\n\n{explanations.summary(term)}\n")


@pytest.mark.parametrize("term", explanations.terms())
def test_page_of_a_word_has_its_form(term: str) -> None:
    text = explanations.page(term)
    title, summary, *_ = text.split("\n\n")
    assert title == f"# {term}"
    assert re.fullmatch(r"[^\n]{10,53}(?<!\.)", summary)
    assert max(map(len, text.split("\n"))) <= 78


def test_the_documentation_has_the_pages_of_words() -> None:
    text = (INDEX.parents[1] / "terms.md").read_text("utf-8")
    assert re.findall(r"explanations/terms/(.*)\.md", text) == ["verdict", "case", "level"]
    assert set(explanations.terms()) == {"verdict", "case", "level"}


@pytest.mark.parametrize(
    ("given", "hints"),
    [
        ("lost-requirment", ("did you mean `lost-requirement`?", "`abiding explain` without a rule lists them all")),
        ("LOST_REQUIREMENT", ("did you mean `lost-requirement`?", "`abiding explain` without a rule lists them all")),
        (
            "bound",
            ("did you mean `bound-too-loose` or `bound-too-tight`?", "`abiding explain` without a rule lists them all"),
        ),
        ("zzz", ("`abiding explain` without a rule lists them all",)),
        ("../rules", ("`abiding explain` without a rule lists them all",)),
    ],
)
def test_a_rule_that_does_not_exist(given: str, hints: tuple[str, ...]) -> None:
    with pytest.raises(AbidingError) as caught:
        run("explain", given)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.hints) == ("unknown-rule", hints)
    assert f"`{given}`" in finding.message


def index() -> str:
    """The page of the documentation that shows all pages: a list, then each page in full."""
    lines = [f"- [`{rule}`](#{rule}): {explanations.summary(rule)}" for rule in explanations.rules()]
    pages = [
        f"```{{include}} ../../../src/abiding/explanations/{rule}.md\n:heading-offset: 1\n```"
        for rule in explanations.rules()
    ]
    intro = (
        "# Rules\n\nEvery message of `abiding` carries the name of a rule. `abiding explain RULE` prints these pages."
    )
    return "\n\n".join([intro, "\n".join(lines), *pages]) + "\n"


def test_the_documentation_lists_every_rule() -> None:
    if os.environ.get("UPDATE_SCREENS"):
        INDEX.write_text(index(), encoding="utf-8")
    assert INDEX.read_text("utf-8") == index()
