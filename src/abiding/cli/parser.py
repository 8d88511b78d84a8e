"""The parser of a command, which suggests what an unknown argument may have meant.

argparse reports unknown arguments from the main parser, which knows none of the command's options.
"""

from __future__ import annotations

import argparse
import sys
from itertools import takewhile
from typing import TYPE_CHECKING, NoReturn

from abiding.findings.nearest import nearest
from abiding.findings.patterns import pattern
from abiding.findings.terminal import Terminal
from abiding.findings.words import wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

__all__ = ["InParagraphs", "Parser", "none_of", "suggestion"]


# Names in other programs.
_ALSO_CALLED = {
    "no-color": ("--color never",),
    "no-colour": ("--color never",),
    "silent": ("--quiet",),
    "strict": ("--fail-on warning",),
    "v": ("--full",),
    "verbose": ("--full",),
}
# A part of a name is short.
_OF_A_PART = 0.75
_NUMBER = pattern(r"-\d+|-\d*\.\d+")


class InParagraphs(argparse.HelpFormatter):
    """Help whose description has paragraphs, each wrapped to the width of the terminal."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(super(InParagraphs, self)._fill_text(part, width, indent) for part in text.split("\n\n"))


class Parser(argparse.ArgumentParser):
    """The parser of one command, or of the program.

    A command that passes arguments on has a default `rest`, the argument for everything after `--`. A command without
    positional arguments may have a default `instead`, a function that returns a hint for an unexpected one.
    """

    # As in the base class, whose overloads are for other kinds of namespaces.
    def parse_known_args(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        namespace: Any = None,  # noqa: ANN401
    ) -> tuple[Any, list[str]]:
        """Parse arguments. Unknown arguments are reported before missing ones."""
        words = list(sys.argv[1:] if args is None else args)
        own = words if self._subparsers is None else takewhile(lambda word: word.startswith("-"), words)
        for option in self._unknown(own):
            self._no_option(option)
        rest: str = self.get_default("rest")
        # argparse would use them as the value of a preceding option.
        end = words.index("--") if rest and "--" in words else len(words)
        options, others = super().parse_known_args(words[:end], namespace)
        if others:
            if others[0].startswith("-"):
                self._no_option(others[0])
            instead = self.get_default("instead")
            way = f"\n{instead(others[0])}" if instead else ""
            self.error(f"too many arguments: {', '.join(f'`{other}`' for other in others)}{way}")
        if rest:
            setattr(options, rest, [*getattr(options, rest), *words[end + 1 :]])
        return options, others

    def _no_option(self, word: str) -> NoReturn:
        known = [option for option in self._option_string_actions if option.startswith("--")]
        listed = f"\nthe options: {', '.join(known)}"
        later = "\nthose of a command come after it" if self._subparsers is not None else ""
        self.error(f"there is no option `{word}`{_asked(self._likely(word, known)) or listed + later}")

    def _likely(self, word: str, known: Sequence[str]) -> Iterable[str]:
        """Return options that may be meant: similar ones, those of the same first letter, or with such a value."""
        name = word.partition("=")[0].lstrip("-").lower()
        also = [way for way in _ALSO_CALLED.get(name, ()) if way.partition(" ")[0] in known]
        if len(name) == 1:
            return [option for option in known if option.startswith(f"--{name}")] or also
        values = [
            f"{action.option_strings[-1]} {value}"
            for action in self._actions
            for value in action.choices or ()
            if action.option_strings and name == value
        ]
        if also or values:
            return also or values
        parts = {part: option for option in known for part in option.strip("-").split("-")}
        close = nearest(name, known)
        return [close or parts.get(nearest(name, parts, _OF_A_PART), "")]

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, none_of(str(value), map(str, action.choices)))

    # argparse would say how many values are missing, but not which.
    def _match_argument(self, action: argparse.Action, arg_strings_pattern: str) -> int:
        try:
            number: int = super()._match_argument(action, arg_strings_pattern)
        except argparse.ArgumentError as exc:
            if not action.option_strings:
                raise
            values = ", ".join(map(str, action.choices or [action.metavar]))
            raise argparse.ArgumentError(action, f"a value is missing: {values}") from exc
        return number

    def error(self, message: str) -> NoReturn:
        """Exit with a message, wrapped at words, and with a hint where to read more."""
        to = Terminal.of(sys.stderr)
        text = f"{self.prog}: error: {message}\n\n{self._short_usage()}\nhint: `{self.prog} --help` tells more"
        lines = [
            line
            for paragraph in text.split("\n")
            for line in (wrap(paragraph, to.width) if paragraph and to.breaks_lines else [paragraph])
        ]
        self.exit(2, "".join(f"{line}\n" for line in lines))

    def _short_usage(self) -> str:
        """Return the required arguments on one line; listing all options could fill the screen."""
        formatter = argparse.HelpFormatter(self.prog, width=sys.maxsize)
        needed = [action for action in self._get_optional_actions() if action.required]
        formatter.add_usage(None, [*needed, *self._get_positional_actions()], [], prefix="")
        rest = formatter.format_help().strip().removeprefix(self.prog)
        return f"usage: {self.prog} [OPTIONS]{rest}"

    def _unknown(self, words: Iterable[str]) -> Iterator[str]:
        """Yield unknown options: long ones that abbreviate no option, and unknown letters."""
        for word in words:
            if word == "--":
                return
            option = word.partition("=")[0]
            # argparse treats these as values.
            if not option.startswith("-") or option == "-" or " " in option or _NUMBER.fullmatch(word):
                continue
            known = option if option.startswith("--") else option[:2]
            if not any(known_option.startswith(known) for known_option in self._option_string_actions):
                yield option


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a suggestion from the known words, as the end of a sentence; empty if none is similar."""
    return _asked([nearest(word, known)])


def _asked(likely: Iterable[str]) -> str:
    words = " or ".join(f"`{word}`" for word in likely if word)
    return f": did you mean {words}?" if words else ""


def none_of(word: str, known: Iterable[str]) -> str:
    """Return the message for an unknown value."""
    values = list(known)
    what = f"none of {', '.join(values)}" if len(values) > 1 else f"not known: the only value is `{values[0]}`"
    return f"`{word}` is {what}{suggestion(word, values) if len(values) > 1 else ''}"
