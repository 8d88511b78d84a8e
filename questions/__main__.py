"""`python -m questions [--write]`: ask a survey of real releases what would break if consistency were enforced."""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from abiding.cli import main as abiding
from questions.backends import generators
from questions.page import PAGE, Found, page

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache" / "questions"
RELEASES = CHECKOUT / "questions" / "releases.txt"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/questions", description="What a survey of real releases says.")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(CHECKOUT)}")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    files, releases = CACHE / "files.parquet", CACHE / "releases.parquet"
    summary, sample = CACHE / "summary.json", CACHE / "generators.json"
    # What was read from the index is kept: take the file away to read it anew.
    source = [str(files)] if files.exists() else [str(RELEASES), "--files-table", str(files)]
    abiding(["survey", *source, "--table", str(releases), "--output", f"json={summary}"])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW releases AS FROM '{releases}'")
        if not sample.exists():
            chosen = _sample(RELEASES.read_text("utf-8"))
            sample.write_text(json.dumps(generators(chosen)))
        day = datetime.fromtimestamp(files.stat().st_mtime, UTC)
        found = Found(connection, json.loads(summary.read_text("utf-8")), json.loads(sample.read_text("utf-8")), day)
        text = page(found)
    print(text)
    if options.write:
        PAGE.write_text(text, "utf-8")


def _sample(listed: str) -> list[str]:
    """Of each project every eighth release, the newest first."""
    by_project: dict[str, list[str]] = {}
    for line in re.findall(r"^[^#\s]\S*", listed, re.MULTILINE):
        by_project.setdefault(line.partition("==")[0], []).append(line)
    return [one for specs in by_project.values() for one in specs[::8]]


if __name__ == "__main__":
    main()
