"""What is printed: whatever an input says, nothing steers a terminal, and no line is a command to the service of a CI."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from abiding.artifacts.index import settings
from abiding.cli import main
from abiding.findings.characters import printable
from abiding.findings.finding import Finding, Severity
from abiding.findings.screen import block, screen
from abiding.project.build_record import BuildRecord, RecordedLine
from abiding.report.printing import guarded, unguarded
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.index import Index, serving
from makers.proving import odd_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# To terminals: the title, a colour, a lone CR, C1 controls, the direction of writing. To services: GitHub's commands of
# both kinds, Azure's and TeamCity's.
STEERING = "\x1b]0;pwned\x07\x1b[31m\r\x9b2J\u202epwned\u2066\u2028\x7f"
CR = "\r"  # in a header it is refused: not all tools read alike where that ends
COMMANDS = "::error::pwned\n  ::stop-commands::pwned\n\t::set-env name=x::pwned ##[group]pwned ##vso[task.x]pwned ##teamcity[x]"
HOSTILE = f"{STEERING}\n{COMMANDS}"
ESCAPED = HOSTILE.encode("unicode_escape").decode().replace("\\x", "\\u00")  # for a string in TOML
MEANT = re.compile(r"::(?:error|warning|notice) (?:file=[^:,\n]+,line=\d+,)?title=abiding \([a-z-]+\)::")


def is_harmless(text: str) -> bool:
    """Whether it is fit to be printed; the judge is written apart from what it judges."""
    if [char for char in text if not char.isprintable() and char not in "\n\t"]:
        return False
    lines = [line.strip() for line in text.split("\n")]
    return not any(re.match(r"::[\w-]+.*::", line) or re.search(r"##\w*\[", line) for line in lines)


def printed(*arguments: str) -> tuple[int, str]:
    """Run one command; what it printed on both streams, without the commands to GitHub that are ours."""
    data, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(data, "utf-8", newline="")
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as exc:
            status = int(exc.code or 0)
    out.flush()
    text = data.getvalue().decode() + err.getvalue()
    assert "Traceback" not in text or arguments[0] in ("prove", "repair")  # those of a backend and of a tool are shown
    ours = "github" in arguments
    return status, "\n".join(MEANT.sub("", line) if ours else line for line in text.split("\n"))


def tree(folder: Path, **more: str) -> Path:
    """A project whose every string is hostile."""
    folder.mkdir(exist_ok=True)
    values = {
        "name": "spam",
        "version": "1.0",
        "marker": f"; os_name == '{ESCAPED}'",
        "backend": "odd",
        **more,
    }
    (folder / "pyproject.toml").write_text(
        """[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"
[project]
name = "{name}"
version = "{version}"
description = "{text}"
dynamic = ["dependencies"]
dependencies = ["numpy{marker}"]
[project.optional-dependencies]
"x{text}" = ["eggs"]
[tool.abiding]
build-backend = "{backend}"
[tool.abiding.wheel]
dependencies = [{{ requires = "torch==x.x{marker}", note = "{text}" }}]
""".format(**values, text=ESCAPED),
        "utf-8",
    )
    return folder


def said(text: str) -> str:
    """A text for a header of METADATA: more lines of it are indented."""
    return text.replace("\n", "\n ")


@pytest.mark.parametrize(
    "text", [STEERING, *COMMANDS.split("\n"), HOSTILE, *sorted(set(STEERING) - set("pwned0;[312mJ]"))]
)
def test_the_judge_sees_it_and_the_guard_spells_it_out(text: str) -> None:
    assert not is_harmless(text)
    assert is_harmless(printable(text))
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    "text", ["a::b::c", "::", "::\n\n    x", "# a [b](c)", "## a [b]", "größe\t✓ 🐍\n", "#[x]", "std::error::x"]
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert is_harmless(text)
    assert printable(text) == text


def test_pieces_of_a_line_are_one_line() -> None:
    stream = io.StringIO()
    with redirect_stdout(stream), guarded():
        sys.stdout.writelines([*HOSTILE, "\n", " " * 100, "::error", "::x\n", "-" * 100, "::error::x\n"])
        sys.stdout.writelines(["##", "[x]\n", ":", ":error::\n"])
        unguarded(sys.stdout).write("\x1b[K")
    text = stream.getvalue()
    assert is_harmless(text.removesuffix("\x1b[K"))
    assert "-::error::x\n" in text
    assert text.endswith("\x1b[K")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A release whose files, and what they say, are hostile."""
    folder = tmp_path / "dist"
    head = ("Summary: " + said(HOSTILE), "Requires-Dist: x; os_name == '" + said(STEERING) + "'", "X" + "-Y: ##[x]")
    write_sdist(folder, "spam-1.0.tar.gz", metadata("Dynamic: ##vso[x]", "Keywords: ::error::x", body=HOSTILE))
    write_wheel(folder, wheel_name(), metadata(*head, body=HOSTILE + "\nx"))
    write_wheel(folder, wheel_name("cp311-cp311-any"), metadata("Requires-Dist: ::error::x ##[x]", body=HOSTILE))
    write_wheel(folder, wheel_name("py3-none-any", version=f"2{STEERING}"), metadata(version=f"2{STEERING}"))
    for name in (f"{HOSTILE}.whl", "::error::x.whl", "a\n::error::x.tar.gz", "spam-1-py3-none-##[x]\n::error::y.whl"):
        (folder / name.replace("/", "")).write_bytes(b"x")
    (folder / f"spam-3-py3-none-{STEERING}.whl").write_bytes(b"PK\3\4")
    return folder


@pytest.mark.parametrize("form", ["text", "concise", "json", "github", "html", "sarif"])
def test_check(form: str, files: Path) -> None:
    for what in (files, files / "::error::x.whl", files / f"{HOSTILE}.whl", files.parent / "##[nothing]\n::error::x"):
        status, text = printed("check", "--output-format", form, str(what))
        assert status == 2
        assert is_harmless(text), text
        if form == "json" and what == files:
            found = json.loads(text)["releases"]
            assert any("##[x]" in str(one["found"]) for each in found for one in each["findings"])


def test_a_name_does_not_pretend_to_be_a_line(tmp_path: Path) -> None:
    (tmp_path / "a\nclean: all is well.whl").write_bytes(b"x")
    for form in ("text", "concise", "github"):
        _, text = printed("check", "--output-format", form, str(tmp_path))
        assert "\nclean" not in text


@pytest.mark.parametrize("options", [[], ["--all"], ["--output-format", "json"]])
def test_diff(options: list[str], files: Path) -> None:
    sdist, wheel = str(files / "spam-1.0.tar.gz"), str(files / wheel_name())
    for pair in ((sdist, wheel), (wheel, str(files / "::error::x.whl")), (sdist, "##[x]\n::error::y")):
        _, text = printed("diff", *options, *pair)
        assert is_harmless(text), text


@pytest.mark.parametrize(
    "options",
    [[], ["--for", "distributor"], ["--metadata"], ["--variant", HOSTILE], ["--tag", HOSTILE], ["--level", HOSTILE]],
)
@pytest.mark.parametrize("more", [{}, {"marker": ""}, {"name": ESCAPED}, {"backend": ESCAPED}, {"version": ESCAPED}])
def test_show(options: list[str], more: dict[str, str], tmp_path: Path) -> None:
    folder = tree(tmp_path / "a ##[x]\n::error::x", **more)
    sdist = write_sdist(tmp_path, "spam-1.0.tar.gz", metadata(f"Summary: {said(HOSTILE)}", "Dynamic: Requires-Dist", "Requires-Dist: ::error::x", body=HOSTILE), (folder / "pyproject.toml").read_text())  # fmt: skip
    for source in (folder, sdist, folder / "::error::x"):
        _, text = printed("show", *options, str(source))
        assert is_harmless(text), text


@pytest.mark.parametrize("options", [[], ["--for", "distributor"], ["--metadata"], ["--output-format", "json"]])
def test_show_of_a_wheel(options: list[str], files: Path, tmp_path: Path) -> None:
    lines = (
        RecordedLine(
            "x; os_name == '" + said(STEERING) + "'", HOSTILE, "", native=False, reason=STEERING, note=HOSTILE
        ),
    )
    record = BuildRecord(HOSTILE, STEERING, "abi", ESCAPED, lines).to_json()
    data = metadata("Requires-Dist: " + lines[0].requirement, "Requires-Dist: ::error::x ##[x]", body=HOSTILE)
    own = write_wheel(tmp_path, wheel_name(), data, more={"spam-1.0.dist-info/abiding.json": record})
    for wheel in (own, *files.glob("*.whl")):
        _, text = printed("show", *options, str(wheel))
        assert is_harmless(text), text


def test_metadata_is_shown_to_the_byte_unless_it_steers(tmp_path: Path) -> None:
    tree(tmp_path, marker="")
    one_line = ESCAPED.replace("\\n", " ").replace("\\r", " ")
    for text, same in ((one_line, False), ("größe\\u00a0\\u200d 🐍 a::b", True), ("::error::x", False)):
        pyproject = (tmp_path / "pyproject.toml").read_text().replace(ESCAPED, text)
        (tmp_path / "plain").mkdir(exist_ok=True)
        (tmp_path / "plain" / "pyproject.toml").write_text(
            re.sub(r'(?m)^\[project\.opt.*\n.*\n|, note = ".*"', "", pyproject).replace("==x.x", ">=2")
        )
        status, out = printed("show", "--metadata", str(tmp_path / "plain"))
        assert status == 0
        assert ("it is not shown to the byte" in out) is not same or text == "::error::x"
        assert same is False or "größe\xa0\u200d 🐍" in out


@pytest.mark.parametrize("command", ["init", "unwrap"])
@pytest.mark.parametrize("more", [{}, {"marker": ""}, {"name": ESCAPED}, {"backend": ESCAPED}, {"version": ESCAPED}])
def test_edits(command: str, more: dict[str, str], tmp_path: Path) -> None:
    _, text = printed(command, "--dry-run", str(tree(tmp_path / "a ##[x]\n::error::x", **more)))
    assert is_harmless(text), text


def test_init(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[build-system]\nrequires = []\nbuild-backend = "{ESCAPED}"\n#::error::x\n[project]\nname = "x"\nversion = "##[x]"\n  # ##vso[x]\u202e\nkeywords = ["""\n::error::x"""]\n', "utf-8")  # fmt: skip
    for options in ([], ["--yes"], ["--yes"]):
        _, text = printed("init", *options, str(tmp_path))
        assert is_harmless(text), text
    (tmp_path / "::error::x").mkdir()
    _, text = printed("init", str(tmp_path / "::error::x\n##[x]"))
    assert is_harmless(text), text


@pytest.mark.parametrize("arguments", [["explain", HOSTILE], [HOSTILE], ["check", f"--{HOSTILE}"], ["check", "--output-format", HOSTILE, "x"], ["repair", HOSTILE, "-w", HOSTILE], ["check", "x", "--output", HOSTILE], ["check", "x", "--output", f"json={HOSTILE}/x"], ["check", "x", "--fail-on", HOSTILE], ["diff", "x==1", "y", "--tag", HOSTILE], ["diff", HOSTILE, HOSTILE], ["unwrap", HOSTILE], ["show", f"{HOSTILE}.whl"], ["env", "--python", HOSTILE], ["prove", HOSTILE], ["prove", "--python", HOSTILE, "."], ["check", "--index-url", f"http://{HOSTILE}/", "spam"], ["check", "--index-url", HOSTILE, "spam"]])  # fmt: skip
def test_arguments(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, text = printed(*arguments)
    assert status == 2
    assert is_harmless(text), text


def test_env(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    from makers.compiled import library

    name = f"lib{STEERING}##[x]\n::error::x.so".replace("/", "")
    for folder in ("x", "y"):
        library(
            site / folder / f"_{folder}.so", links=[library(tmp_path / folder / name, "f", soname=name)], calls=["f"]
        )
        (site / f"{folder}-1.dist-info").mkdir()
        (site / f"{folder}-1.dist-info/METADATA").write_text(
            f"Name: {folder}\nVersion: 1\nSummary: {STEERING.replace(CR, '')}\n"
        )
        (site / f"{folder}-1.dist-info/RECORD").write_text(f"{folder}/_{folder}.so,,\n")
    shutil.copy(tmp_path / "y" / name, site / "y" / name)
    (site / "y-1.dist-info/RECORD").write_text(f'y/_y.so,,\n"y/{name}",,\n')
    for options in ([], ["--load"]):
        status, text = printed("env", *options, "--python", str(tmp_path / "env" / "bin" / "python"))
        assert status == 1
        assert "##\\x5b" in text
        assert is_harmless(text), text


def test_repair(tmp_path: Path) -> None:
    """What the tool says is printed by us too."""
    from makers.compiled import MANYLINUX, library, wheel

    name = f"lib{STEERING}##[x]\n::error::x.so".replace("/", "")
    code = library(tmp_path / "_spam.so", links=[library(tmp_path / name, "f", soname=name)], calls=["f"])
    source = wheel(tmp_path, "spam", {"spam/_spam.so": code}, tag=MANYLINUX.replace("manylinux_2_28", "linux"))
    status, text = printed("repair", str(source), "-w", str(tmp_path / "new"))
    assert status == 2
    assert "repair-failed" in text
    assert is_harmless(text), text


@pytest.mark.parametrize("form", ["text", "json"])
def test_prove(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that fails with hostile words, and one that says something else each time."""
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    for number, lines in enumerate(
        (
            f"print({HOSTILE!r}); exit(3)",
            f"return [f'Requires-Dist: x{{count}}', f'Summary: x{{count}}' + {said(HOSTILE).replace(CR, '')!r}]",
        )
    ):
        folder = odd_tree(tmp_path / str(number), lines)
        status, text = printed("prove", "--output-format", form, str(folder))
        assert status == 2 - number
        assert "pwned" in text
        assert is_harmless(text), text


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    with serving(Index()) as index:
        yield index


@pytest.mark.parametrize("form", ["text", "concise", "json", "github", "html", "sarif"])
def test_index(form: str, index: Index) -> None:
    index.add("cp311-cp311-any", metadata=metadata("Summary: " + said(HOSTILE)), listing={"yanked": HOSTILE})
    index.add("cp312-cp312-any", metadata=metadata("Requires-Dist: ##[x]"), listing={"url": f"http://{HOSTILE}/x"})
    index.add(f"py3-none-{HOSTILE}", listing={"url": f"{HOSTILE}"})
    index.meta = {"api-version": "1.1", "project-status": "quarantined", "project-status-reason": HOSTILE}
    index.redirects["/files/spam-1.0-cp311-cp311-any.whl.metadata"] = "/::error::##[x]"
    _, text = printed("check", "--index-url", index.url, "--output-format", form, "spam==1.0")
    assert is_harmless(text), text
    index.files.clear()
    _, text = printed("check", "--index-url", index.url, "--output-format", form, "spam==1.0")
    assert is_harmless(text), text
    for page in (
        (HOSTILE.encode("unicode_escape").decode(), b"x"),
        ("text/html", HOSTILE.encode()),
        ("application/json", HOSTILE.encode()),
    ):
        index.page = page
        _, text = printed("check", "--index-url", index.url, "--output-format", form, "spam==1.0")
        assert is_harmless(text), text


def test_hooks_print_by_themselves() -> None:
    """A hook has no command line around it: its errors and warnings are spelled out where they are made."""
    from abiding.findings.errors import AbidingError

    finding = Finding(
        "bad-value",
        Severity.ERROR,
        HOSTILE,
        HOSTILE,
        1,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        notes=(HOSTILE,),
        hints=(HOSTILE,),
    )
    assert is_harmless(screen(AbidingError(finding, HOSTILE)))
    assert is_harmless(block(finding))
