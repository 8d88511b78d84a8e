"""Sets of environments, as decision diagrams over yes-or-no questions.

Each set has exactly one representation, so equal sets compare equal. For this, questions are asked in a fixed order, a
question whose answer changes nothing is left out, and an answer also settles later questions that follow from it: an
environment whose Python is not at least 3.9 is not asked whether it is at least 3.10.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import zip_longest
from operator import not_
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

__all__ = ["KINDS_OF_SYSTEM", "Environments", "Question", "QuestionKind", "Steps", "UndecidedError"]


class UndecidedError(ValueError):
    """A set needs more steps to compute than are allowed."""


class QuestionKind(IntEnum):
    """The kind of a question about a value: equality, containment, a lower bound, or an unknown comparison."""

    IS = 0
    CONTAINS = 1
    AT_LEAST = 2
    FREE = 3


class Question(NamedTuple):
    """A yes-or-no question. Questions sort in the order in which they are asked.

    Dependent variables share a `topic`. With an empty `variable` the question is which of `KINDS_OF_SYSTEM` an
    environment is, which answers its whole topic. `value` ends with the text to compare with; for containment, it
    begins with the text's length, so that longer ones are asked later.
    """

    topic: str
    variable: str
    kind: QuestionKind
    value: tuple[Any, ...]


# Values that belong together, by the first of them. No other system has them, except for shared ones.
KINDS_OF_SYSTEM = {
    "platform": {
        name: {"sys_platform": name, "os_name": "nt" if name == "win32" else "posix", "platform_system": system}
        for name, system in (
            ("aix", "AIX"),
            ("android", "Android"),
            ("darwin", "Darwin"),
            ("emscripten", "Emscripten"),
            ("linux", "Linux"),
            ("win32", "Windows"),
        )
    },
    "implementation": {
        name: {"implementation_name": name, "platform_python_implementation": title}
        for name, title in (("cpython", "CPython"), ("graalpy", "GraalVM"), ("pypy", "PyPy"))
    },
}

Branch: TypeAlias = "_Decision | bool"


class _Decision:
    """A question with a decision for each answer. Equal decisions in use are one object."""

    __slots__ = ("__weakref__", "no", "question", "yes")

    def __init__(self, question: Question, yes: Branch, no: Branch) -> None:
        self.question = question
        self.yes = yes
        self.no = no


_IN_USE: WeakValueDictionary[tuple[Question, Branch, Branch], _Decision] = WeakValueDictionary()


class Steps:
    """The number of steps that are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int = 1) -> None:
        """Use some steps. Raises `UndecidedError` if not enough are left."""
        self.left -= count
        if self.left < 0:
            raise UndecidedError


# For operations on sets that exist already. A decision costs more than a cached answer.
_STEPS = 200_000
_DECISION = 10
# In one set. Each is one level of recursion.
_MOST_QUESTIONS = 256


class Environments(NamedTuple):
    """A set of environments. Equal sets compare equal. Operations may raise `UndecidedError`."""

    branch: Branch

    @classmethod
    def all(cls) -> Environments:
        """Return the set of all environments."""
        return cls(True)

    @classmethod
    def where(cls, question: Question) -> Environments:
        """Return the environments for which the answer is yes."""
        return cls.either(question, cls(True), cls(False))

    @classmethod
    def either(cls, question: Question, yes: Environments, no: Environments) -> Environments:
        """Return `yes` or `no`, by the answer to the question. Neither may contain earlier questions."""
        return cls(_Calculation(Steps(_STEPS)).decision(question, yes.branch, no.branch))

    def __and__(self, other: Environments) -> Environments:
        return self.joined("and", [self, other], Steps(_STEPS))

    def __or__(self, other: Environments) -> Environments:
        return self.joined("or", [self, other], Steps(_STEPS))

    def __invert__(self) -> Environments:
        return Environments(_Calculation(Steps(_STEPS)).mapped(self.branch, lambda leaf: leaf, not_))

    def meets(self, other: Environments) -> bool:
        """Return whether the sets overlap; true if that takes too long to compute."""
        try:
            return (self & other).branch is not False
        except UndecidedError:
            return True

    def lies_within(self, other: Environments) -> bool:
        """Return whether it is a subset of the other set; false if that takes too long to compute."""
        try:
            return (self & other) == self
        except UndecidedError:
            return False

    @classmethod
    def joined(cls, word: str, parts: Sequence[Environments], steps: Steps) -> Environments:
        """Return the environments of all parts (`and`) or of any (`or`)."""
        if len(parts) == 1:
            return parts[0]
        if len(frozenset().union(*(part.questions() for part in parts))) > _MOST_QUESTIONS:
            raise UndecidedError
        calculation = _Calculation(steps)
        branches = [part.branch for part in parts]
        while len(branches) > 1:  # in pairs: joining one after the other would visit the result each time
            pairs = zip_longest(branches[::2], branches[1::2], fillvalue=word == "and")
            branches = [calculation.joined(first, second, absorbing=word == "or") for first, second in pairs]
        return cls(branches[0])

    def mapped(self, change: Callable[[Question], Question]) -> Environments:
        """Return the set with its questions replaced by `change`, which must keep their order."""
        return Environments(_Calculation(Steps(_STEPS)).mapped(self.branch, change, bool))

    def replaced(self, answers: Mapping[Question, Environments], steps: Steps) -> Environments:
        """Return the set with questions replaced by the sets in which their answer is really yes."""
        try:
            return Environments(_Calculation(steps).replaced(self.branch, answers))
        except RecursionError as exc:
            raise UndecidedError from exc

    def questions(self) -> frozenset[Question]:
        """Return all questions."""
        seen, ahead = set(), [self.branch]
        while ahead:
            branch = ahead.pop()
            if not isinstance(branch, bool) and branch not in seen:
                seen.add(branch)
                ahead += [branch.yes, branch.no]
        return frozenset(branch.question for branch in seen)


class _Calculation:
    """One computation, with its cache."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.done: dict[Hashable, Branch] = {}

    def decision(self, question: Question, yes: Branch, no: Branch) -> Branch:
        """Return the decision that begins with `question`, or a simpler one if both answers lead to the same."""
        if question.kind is QuestionKind.IS:
            # If everything is decided for environments with this name, the others may lead to the same.
            if self.given(no, question, answer=True) is yes:
                return no
        elif self.given(yes, question, answer=False) is no:
            return yes
        key = (question, yes, no)
        return _IN_USE.get(key) or _IN_USE.setdefault(key, _Decision(question, yes, no))

    def given(self, branch: Branch, question: Question, *, answer: bool) -> Branch:
        """Return the rest of a decision after the answer to its first question, or to an earlier one."""
        if isinstance(branch, bool) or branch.question.topic != question.topic:
            return branch
        settles_others = question.kind is not QuestionKind.FREE and answer is (question.kind is QuestionKind.IS)
        if not settles_others:
            return (branch.yes if answer else branch.no) if branch.question == question else branch
        while not isinstance(branch, bool) and branch.question.topic == question.topic:
            self.steps.take()
            implied = _settle(branch.question, question, answer=answer)
            if implied is None:
                yes = self.given(branch.yes, question, answer=answer)
                no = self.given(branch.no, question, answer=answer)
                return self.decision(branch.question, yes, no)
            branch = branch.yes if implied else branch.no
        return branch

    def joined(self, first: Branch, second: Branch, *, absorbing: bool) -> Branch:
        """Return the intersection if False is absorbing, or the union if True is."""
        if first is absorbing or second is absorbing:
            return absorbing
        if isinstance(first, bool) or first is second:
            return second
        if isinstance(second, bool):
            return first
        key = (first, second, absorbing)
        if key not in self.done:
            self.steps.take(_DECISION)
            question = min(first.question, second.question)
            answers = []
            for answer in (True, False):
                parts = (self.given(each, question, answer=answer) for each in (first, second))
                answers.append(self.joined(*parts, absorbing=absorbing))
            self.done[key] = self.decision(question, *answers)
        return self.done[key]

    def mapped(self, branch: Branch, change: Callable[[Question], Question], outcome: Callable[[bool], bool]) -> Branch:
        """Return the decision with changed questions and outcomes."""
        if isinstance(branch, bool):
            return outcome(branch)
        if branch not in self.done:
            self.steps.take(_DECISION)
            question = change(branch.question)
            yes = self.given(self.mapped(branch.yes, change, outcome), question, answer=True)
            no = self.given(self.mapped(branch.no, change, outcome), question, answer=False)
            self.done[branch] = self.decision(question, yes, no)
        return self.done[branch]

    def replaced(self, branch: Branch, answers: Mapping[Question, Environments]) -> Branch:
        """Return the decision with its questions replaced by other decisions."""
        if isinstance(branch, bool):
            return branch
        key = ("replaced", branch)
        if key not in self.done:
            self.steps.take(_DECISION)
            yes, no = (self.replaced(side, answers) for side in (branch.yes, branch.no))
            known = answers.get(branch.question)
            condition = known.branch if known else self.decision(branch.question, yes=True, no=False)
            if_yes = self.joined(condition, yes, absorbing=False)
            if_no = self.joined(self.mapped(condition, lambda leaf: leaf, not_), no, absorbing=False)
            self.done[key] = self.joined(if_yes, if_no, absorbing=True)
        return self.done[key]


def _settle(later: Question, question: Question, *, answer: bool) -> bool | None:
    """Return the answer to a later question of the topic that follows from this one; None if open."""
    if later == question:
        return answer
    if question.kind is QuestionKind.IS:
        return _settled_by_name(later, question)
    if later.variable != question.variable or later.kind is not question.kind:
        return None
    if question.kind is QuestionKind.AT_LEAST:
        return False
    return False if question.value[-1] in later.value[-1] else None


def _settled_by_name(later: Question, question: Question) -> bool | None:
    name: str = question.value[-1]
    if later.variable != question.variable:
        if question.variable:
            return None
        name = KINDS_OF_SYSTEM[question.topic][name][later.variable]
    return bool(later.value[-1] == name if later.kind is QuestionKind.IS else later.value[-1] in name)
