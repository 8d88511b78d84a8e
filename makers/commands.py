"""Commands run in this process."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from pathlib import Path

from abiding.cli import diff, explain, init, show, survey
from abiding.report import explanations

SOURCES = Path(__file__).resolve().parents[1] / "src" / "abiding"


def run(*arguments: str) -> int:
    parser = ArgumentParser(prog="abiding")
    commands = parser.add_subparsers(required=True)
    for command in (init, show, diff, survey, explain):
        command.register(commands)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def blocks(rule: str, kind: str) -> list[str]:
    found: list[str] = re.findall(rf"^```{kind}\n(.*?)\n```$", explanations.page(rule), re.MULTILINE | re.DOTALL)
    return found


def shown(rule: str, printed: str) -> str:
    """The example on a page, the first of its blocks of text; written anew if that is asked for."""
    page = explanations.page(rule)
    example = _EXAMPLE.search(page)
    assert example, f"the page of `{rule}` needs a block ```text below `## Example`, which may be empty"
    if os.environ.get("UPDATE_SCREENS"):
        path = SOURCES / "explanations" / f"{rule}.md"
        path.write_text(f"{page[: example.start(1)]}{printed}\n{page[example.end(1) :]}", encoding="utf-8")
        return printed
    return example[1].removesuffix("\n")


_EXAMPLE = re.compile(r"^## Example\n.*?^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
