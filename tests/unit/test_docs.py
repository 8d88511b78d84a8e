"""The documentation shows what the program says, and the README's example is one that works."""

from __future__ import annotations

import argparse
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from abiding import cli
from abiding.project.declaration import Declaration, FromSdist
from abiding.project.entry import Reason
from abiding.project.pyproject import Pyproject
from abiding.project.schema import get_schema
from tests import pages, pictures
from tests.pages import CHECKOUT, DOCS

README = (CHECKOUT / "README.md").read_text("utf-8")
SCREENS = sorted((CHECKOUT / "tests" / "screens").glob("*.txt"))
RUN = [page for page in pages.pages() if pages.commands(page, real=False)]


def named(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


# What is shown


@pytest.mark.parametrize("page", [CHECKOUT / "README.md", DOCS / "index.md"], ids=named)
def test_front_pages_show_pictures_of_screens(page: Path) -> None:
    """That a picture is what is printed, a test of the screens holds."""
    shown = re.findall(r"!\[[^\]]+\]\((.*?)\)", page.read_text("utf-8"))
    assert {(page.parent / one).resolve() for one in shown} == {DOCS / name for name in pictures.PICTURES}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda path: path.stem)
def test_every_screen_is_in_the_reference(screen: Path) -> None:
    page = (DOCS / "reference/screens.md").read_text("utf-8")
    assert f"{{literalinclude}} ../../tests/screens/{screen.name}\n" in page


def test_readme_example_is_a_right_declaration() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    read = Declaration.read(Pyproject.parse(example))
    assert read.backend == "mesonpy"
    assert [entry.requires for entry in read.entries] == ["numpy>=2,<3", "numpy<2.9"]


def test_readme_example_is_the_example() -> None:
    """Whoever tries what the README shows has a project that can be built, and installed from an index."""
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    own = tomllib.loads((CHECKOUT / "examples/spam/pyproject.toml").read_text("utf-8"))
    read = tomllib.loads(shown)
    assert read["tool"]["abiding"]["build-backend"] == own["tool"]["abiding"]["build-backend"]
    assert {name: own["project"][name] for name in read["project"]} == read["project"]
    entries = [one["tool"]["abiding"]["wheel"]["dependencies"] for one in (read, own)]
    assert [one["requires"] for one in entries[0]] == [one["requires"] for one in entries[1]]


@pytest.mark.parametrize("page", [CHECKOUT / "README.md", DOCS / "tutorial.md"], ids=named)
def test_what_an_installation_needs_stands_before_it(page: Path) -> None:
    """Whoever reads from the top runs no command that can't work yet."""
    text = page.read_text("utf-8")
    assert text.index("not on the index yet") < text.index("export PIP_FIND_LINKS") < text.index("pip install ")


@pytest.mark.parametrize("page", RUN, ids=named)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    pages.check(page, tmp_path, real=False)


@pytest.mark.parametrize("page", pages.pages(), ids=named)
def test_marks_are_spelled_right(page: Path) -> None:
    """A comment that is no mark would leave a block unnoticed, and a block that is no reader's command would be run."""
    text = page.read_text("utf-8")
    marks = sum(len(block.marks) for block in pages.blocks(text))
    assert marks == text.count("<!--")


# The tests of the tests


def outcome(page: str, folder: Path) -> str:
    try:
        pages.compare(pages.play(pages.blocks(page), folder))
    except AssertionError as exc:
        return str(exc)
    return ""


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```console\n$ echo one\none\n$ echo two; echo three\ntwo\nthree\n```\n", ""),
        ("```console\n$ echo one\n$ echo two\ntwo\n```\n", "line 2: $ echo one"),
        ("```console\n$ echo one\ntwo\n```\n", "shown:\ntwo"),
        ("```console\n$ echo one >&2; echo two\none\n...\n```\n", ""),
        ("```console\n$ printf 'one\\ntwo\\nthree\\n'\none\n...\nthree\n```\n", ""),
        ("```console\n$ false\n```\n", "ended with 1"),
        ("```console\n$ false\n$ echo $?\n1\n```\n", ""),
        ("```console\n$ exit 3\n$ echo one\none\n```\n", "the shell has ended"),
        ("<!-- file: a/b -->\n```text\none\n```\n\n```console\n$ cd a\n```\n\n```console\n$ cat b\none\n```\n", ""),
        ("<!-- first: echo one >file -->\n```console\n$ cat \\\n>     file\none\n```\n", ""),
        ("<!-- first:\nmkdir new\ncd new\n-->\n```console\n$ basename $PWD\nnew\n```\n", ""),
        ("<!-- not run: why -->\n```console\n$ false\n```\n\n```console\n$ echo one\none\n```\n", ""),
        ("```console\n$ echo spam-1-cp311-cp311-linux_x86_64.whl\nspam-1-cp313-cp313-macosx_11_0_arm64.whl\n```\n", ""),
    ],
)
def test_running_a_page(page: str, complaint: str, tmp_path: Path) -> None:
    said = outcome(page, tmp_path)
    assert complaint in said
    assert bool(complaint) == bool(said)


@pytest.mark.parametrize(
    ("page", "refreshed"),
    [
        (
            "```console\n$ echo one\ntwo\nthree\n$ echo two\ntwo\n```\nend\n",
            "```console\n$ echo one\none\n$ echo two\ntwo\n```\nend\n",
        ),
        ("```console\n$ echo one\n```\n", "```console\n$ echo one\none\n```\n"),
        ("```console\n$ true\none\n```\n", "```console\n$ true\n```\n"),
        ("```console\n$ printf 'one\\ntwo\\n'\none\n...\n```\n", ""),
        (
            "```console\n$ cat \\\n>     /dev/null\none\n$ false\n$ echo $?\n```\n",
            "```console\n$ cat \\\n>     /dev/null\n$ false\n$ echo $?\n1\n```\n",
        ),
    ],
)
def test_refreshing_a_page(page: str, refreshed: str, tmp_path: Path) -> None:
    """What is shown is replaced where it is something else; `...` stays where it stands for what is printed."""
    assert pages.refreshed(page, pages.play(pages.blocks(page), tmp_path)) == (refreshed or page)


def test_a_page_is_not_refreshed_with_a_failure(tmp_path: Path) -> None:
    page = "```console\n$ false\n```\n"
    with pytest.raises(AssertionError, match="ended with 1"):
        pages.refreshed(page, pages.play(pages.blocks(page), tmp_path))


# Where links and includes lead


@pytest.mark.parametrize("page", pages.pages(), ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    text = "".join(re.split(r"^```.*?^```$", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL))
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]+))?\)", text):
        if "://" in target:
            continue
        file = page.parent / target if target else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), f"{target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page, those of the files that it includes too."""
    text = page.read_text("utf-8")
    return pages.anchors(text).union(*(pages.anchors(file.read_text("utf-8")) for file in included(page, "include")))


def included(page: Path, directive: str) -> list[Path]:
    return [page.parent / name for name in re.findall(rf"\{{{directive}\}} (\S+)", page.read_text("utf-8"))]


@pytest.mark.parametrize("page", pages.pages(), ids=named)
def test_included_files_are_there(page: Path) -> None:
    for directive in ("include", "literalinclude"):
        for file in included(page, directive):
            assert file.is_file(), file


@pytest.mark.parametrize("index", sorted(DOCS.rglob("index.md")), ids=named)
def test_every_page_is_in_a_table_of_contents(index: Path) -> None:
    text = index.read_text("utf-8")
    for page in index.parent.glob("*.md"):
        if page != index and "{toctree}" in text:
            assert re.search(rf"^{page.stem}$", text, re.MULTILINE), page


# What the reference lists


def parsers() -> dict[str, argparse.ArgumentParser]:
    commands = argparse.ArgumentParser().add_subparsers()
    for name in cli._COMMANDS:  # noqa: SLF001
        import_module(f"abiding.cli.{name}").register(commands)
    return dict(commands.choices)


def arguments(parser: argparse.ArgumentParser) -> list[str]:
    """What the reference has to list: `[SOURCE]`, `--tag TAG`, `--yes`."""
    found = []
    for action in parser._actions:  # noqa: SLF001
        if action.dest == "help":
            continue
        value = str(action.metavar) if action.metavar else f"{{{','.join(map(str, action.choices or ()))}}}"
        if action.option_strings:
            found.append(", ".join(action.option_strings) + ("" if action.nargs == 0 else f" {value}"))
        else:
            found.append({"?": f"[{value}]", "+": f"{value} ...", "*": f"[{value} ...]"}.get(str(action.nargs), value))
    return found


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[str]:
    """The codes in the first column of the tables of a text."""
    return [found.replace(r"\|", "|") for found in re.findall(r"^\| `(.+?)` \|", text, re.MULTILINE)]


def test_every_command_has_a_section() -> None:
    assert [name for name in sections("reference/command-line.md") if name.startswith("abiding ")] == [
        f"abiding {name}" for name in parsers()
    ]


@pytest.mark.parametrize("command", parsers())
def test_every_argument_is_listed(command: str) -> None:
    section = sections("reference/command-line.md").get(f"abiding {command}", "")
    first_table = section.partition("| argument | meaning |")[2].partition("\n\n")[0]
    assert rows(first_table) == arguments(parsers()[command])


def test_every_format_of_check_is_listed() -> None:
    formats = import_module("abiding.cli.check")._FORMATS  # noqa: SLF001
    section = sections("reference/command-line.md")["Formats"]
    assert rows(section.partition("| format |")[2]) == list(formats)


def test_every_key_of_the_declaration_is_listed() -> None:
    schema = get_schema()
    listed = sections("reference/declaration.md")
    keys = [key for key in schema["properties"] if key not in {"wheel", "exports"}]
    assert rows(listed["`[tool.abiding.exports]`"]) == list(schema["properties"]["exports"]["properties"])
    assert rows(listed["`[tool.abiding]`"])[: len(keys)] == keys
    entry = schema["definitions"]["entry"]["anyOf"][1]
    assert rows(listed["`[tool.abiding.wheel]`"])[: len(entry["properties"])] == list(entry["properties"])


@pytest.mark.parametrize("values", [FromSdist, Reason])
def test_every_value_of_the_declaration_is_listed(values: type[FromSdist | Reason]) -> None:
    text = (DOCS / "reference/declaration.md").read_text("utf-8")
    assert all(f'`"{value}"`' in text for value in values)
