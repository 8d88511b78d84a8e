"""Ask on the terminal before something that can't be undone; `--yes` answers."""

from __future__ import annotations

import sys

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity

__all__ = ["ask", "need_terminal"]


def ask(question: str, artifact: str, *, yes: str, closing: str) -> bool:
    """Ask on the terminal. `yes` describes `--yes`, and `closing` says what did not happen if the answer is no.

    Raises `AbidingError` if there is no terminal.
    """
    need_terminal(artifact, yes=yes, closing=closing)
    sys.stdout.flush()
    print(f"\n{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    print(f"{closing[0].lower()}{closing[1:]}", file=sys.stderr)
    return False


def need_terminal(artifact: str, *, yes: str, closing: str) -> None:
    """Raise `AbidingError` if there is no terminal to ask on, instead of waiting for ever."""
    if not sys.stdin or not sys.stdin.isatty():
        hints = (f"`--yes` {yes}",)
        finding = Finding(
            "no-terminal", Severity.ERROR, "there is no terminal to ask on", artifact=artifact, hints=hints
        )
        raise AbidingError(finding, closing)
