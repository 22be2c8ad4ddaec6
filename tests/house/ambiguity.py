"""Finds regular expressions that take twice as long for each letter more: those that read one text in many ways.

An expression is made into an automaton, one state for each character it asks for. It reads some text in more and more
ways where two different walks lead from a state back to itself over the same characters. Assertions are taken as true,
and a repeat of more than ``FEW`` times as one without end, so that something harmless may be found as well.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

FEW = 4
_CATEGORIES = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    codes.CATEGORY_NOT_DIGIT: lambda char: not char.isdigit(),
    codes.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    codes.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}


@dataclass
class Part:
    """A part of an expression: the states it begins and ends with, and in how many ways it is nothing."""

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: bool = True


class Automaton:
    """The states of an expression, the characters each takes, and in how many ways one follows another."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.chars: list[frozenset[str]] = []
        self.follow: list[Counter[int]] = []
        self.ignores_case = bool(pattern.flags & re.IGNORECASE)
        flags = pattern.flags & ~re.DEBUG
        self.alphabet = frozenset(string.printable + "\0\u00e9\u2013\u2019" + pattern.pattern)
        self.whole = self._sequence(parser.parse(pattern.pattern, flags))

    def is_ambiguous(self) -> bool:
        """Whether some state leads back to itself in two ways over one text."""
        pairs = self._pairs()
        for group in _knots(pairs):
            same = {one for one, other in group if one == other}
            if same and len(same) < len(group):
                return True
            if any(self.follow[one][next_] > 1 for one in same for next_ in same):
                return True
        return False

    def _pairs(self) -> dict[tuple[int, int], set[tuple[int, int]]]:
        """Where two walks that begin in one state can be at the same time, and where they go from there."""
        states = range(len(self.chars))
        meets = [{other for other in states if self.chars[one] & self.chars[other]} for one in states]
        waiting = [(state, state) for state in states]
        found: dict[tuple[int, int], set[tuple[int, int]]] = {}
        while waiting:
            pair = waiting.pop()
            if pair not in found:
                one, other = pair
                found[pair] = {(a, b) for a in self.follow[one] for b in meets[a] & self.follow[other].keys() if a <= b}
                waiting += found[pair]
        return found

    # -- from the expression to the states ----------------------------------------------------------------

    def _sequence(self, items: Any) -> Part:
        whole = Part()
        for item in items:
            whole = self._joined(whole, self._part(*item))
        return whole

    def _part(self, code: Any, value: Any) -> Part:
        if code in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN):
            return self._state(frozenset(char for char in self.alphabet if self._takes(code, value, char)))
        if code is codes.BRANCH:
            return self._either([self._sequence(branch) for branch in value[1]])
        if code is codes.SUBPATTERN:
            return self._sequence(value[3])
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            return self._repeated(*value)
        if code in (codes.ATOMIC_GROUP, codes.POSSESSIVE_REPEAT):
            return self._taken_once(code, value)
        return Part()  # an assertion, a place, a group named again

    def _takes(self, code: Any, value: Any, char: str) -> bool:
        cases = {char, char.lower(), char.upper()} if self.ignores_case else {char}
        if code is codes.ANY:
            return True
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            return (chr(value) in cases) is (code is codes.LITERAL)
        negated = value[0][0] is codes.NEGATE
        return negated is not any(_is_in(*item, cases) for item in value[negated:])

    def _state(self, chars: frozenset[str]) -> Part:
        self.chars.append(chars)
        self.follow.append(Counter())
        state = len(self.chars) - 1
        return Part(Counter([state]), Counter([state]), empty=False)

    def _joined(self, one: Part, other: Part) -> Part:
        self._link(one.last, other.first)
        return Part(
            one.first + other.first if one.empty else one.first,
            one.last + other.last if other.empty else other.last,
            one.empty and other.empty,
        )

    def _link(self, ends: Counter[int], begins: Counter[int]) -> None:
        for end, ways in ends.items():
            self.follow[end].update({begin: ways * more for begin, more in begins.items()})

    def _either(self, parts: list[Part]) -> Part:
        first: Counter[int] = sum((part.first for part in parts), Counter())
        last: Counter[int] = sum((part.last for part in parts), Counter())
        return Part(first, last, any(part.empty for part in parts))

    def _repeated(self, least: int, most: Any, items: Any) -> Part:
        if most is codes.MAXREPEAT or most > FEW:
            part = self._sequence(items)
            self._link(part.last, part.first)
            return Part(part.first, part.last, part.empty or least == 0)
        whole = Part()
        for number in reversed(range(most)):  # each in the one before, so that a text is read in one way
            whole = self._joined(self._sequence(items), whole)
            whole.empty = whole.empty or number >= least
        return whole

    def _taken_once(self, code: Any, value: Any) -> Part:
        """What is never read a second time: as a run of all the characters in it."""
        begin = len(self.chars)
        part = self._sequence(value) if code is codes.ATOMIC_GROUP else self._repeated(*value)
        chars: frozenset[str] = frozenset().union(*self.chars[begin:])
        del self.chars[begin:], self.follow[begin:]
        run = self._state(chars)
        self._link(run.last, run.first)
        return Part(run.first, run.last, part.empty)


def _is_in(code: Any, value: Any, cases: set[str]) -> bool:
    if code is codes.LITERAL:
        return chr(value) in cases
    if code is codes.RANGE:
        return any(value[0] <= ord(char) <= value[1] for char in cases)
    return any(_CATEGORIES[value](char) for char in cases)


def _knots(graph: dict[tuple[int, int], set[tuple[int, int]]]) -> Iterator[set[tuple[int, int]]]:
    """The sets of nodes that all lead to one another (Tarjan's algorithm, without recursion)."""
    number: dict[tuple[int, int], int] = {}
    low: dict[tuple[int, int], int] = {}
    stack: list[tuple[int, int]] = []
    on_stack: set[tuple[int, int]] = set()
    for root in graph:
        if root in number:
            continue
        walk = [(root, iter(graph[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while walk:
            node, rest = walk[-1]
            for next_ in rest:
                if next_ not in number:
                    number[next_] = low[next_] = len(number)
                    stack.append(next_)
                    on_stack.add(next_)
                    walk.append((next_, iter(graph[next_])))
                    break
                if next_ in on_stack:
                    low[node] = min(low[node], number[next_])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == number[node]:
                    knot = set()
                    while node not in knot:
                        knot.add(stack.pop())
                    on_stack -= knot
                    yield knot
