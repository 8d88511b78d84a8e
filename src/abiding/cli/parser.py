"""The parser of a command: what it does not know is said beside what it knows, with what may have been meant.

argparse leaves such words to the main program, which knows none of a command's options.
"""

from __future__ import annotations

import argparse
import sys
from itertools import takewhile
from typing import TYPE_CHECKING, NoReturn

from abiding.findings.terminal import Terminal
from abiding.findings.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

__all__ = ["Parser", "meant"]


class Parser(argparse.ArgumentParser):
    """The parser of one command, or of the program.

    The default `rest` of a command that passes arguments on names the one that has what comes after `--`.
    """

    # As the base has it, whose overloads are for other kinds of namespaces.
    def parse_known_args(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        namespace: Any = None,  # noqa: ANN401
    ) -> tuple[Any, list[str]]:
        """Parse what is given. Leaves where some of it is none of ours; that comes before what is missing."""
        given = list(sys.argv[1:] if args is None else args)
        own = given if self._subparsers is None else takewhile(lambda word: word.startswith("-"), given)
        for option in self._unknown(own):
            self.error(f"there is no option `{option}`{meant(option, self._option_string_actions)}")
        rest: str = self.get_default("rest")
        # argparse would take them for the value of an option before them.
        end = given.index("--") if rest and "--" in given else len(given)
        found, others = super().parse_known_args(given[:end], namespace)
        if others:
            listed = ", ".join(f"`{one}`" for one in others)
            is_option = others[0].startswith("-")
            self.error(f"there is no option {listed}" if is_option else f"too much is given: {listed}")
        if rest:
            setattr(found, rest, [*getattr(found, rest), *given[end + 1 :]])
        return found, others

    def error(self, message: str) -> NoReturn:
        """Leave with a message, whose words are not broken by a terminal, and with where to read more."""
        to = Terminal.of(sys.stderr)
        said = f"{self.prog}: error: {message}\n\n{self._short_usage()}\nhint: `{self.prog} --help` tells more"
        lines = [line for one in said.split("\n") for line in (wrap(one, to.width) if one and to.is_live else [one])]
        self.exit(2, "".join(f"{line}\n" for line in lines))

    def _short_usage(self) -> str:
        """What has to be given, on one line: of the options there may be a screen full."""
        formatter = argparse.HelpFormatter(self.prog, width=sys.maxsize)
        formatter.add_usage(None, self._get_positional_actions(), [], prefix="")
        given = formatter.format_help().strip().removeprefix(self.prog)
        return f"usage: {self.prog} [OPTIONS]{given}"

    def _unknown(self, given: Iterable[str]) -> Iterator[str]:
        """The long options that are none, not even the beginning of one."""
        for word in given:
            if word == "--":
                return
            option = word.partition("=")[0]
            known = any(one.startswith(option) for one in self._option_string_actions)
            if word.startswith("--") and " " not in option and not known:
                yield option


def meant(word: str, known: Iterable[str]) -> str:
    """Which of the known words may be meant, as the end of a sentence; empty if none is like it."""
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return f": did you mean `{close[0]}`?" if close else ""
