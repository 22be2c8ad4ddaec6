"""The shapes in which threads grow: which earlier comment each one answers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

ROOT = -1  # answers the post itself
Parents = list[int]
"""For each comment the index of the earlier one that it answers, or ``ROOT``."""

_ROOTS, _LATEST = 0.2, 0.55  # shares: new talk, and answers to what was just said; the rest joins where many are
_NEAR = 1 / 12  # comments back, on average, that the latest words are answered


def flat(many: int, random: Random) -> Parents:
    """All at the top."""
    return [ROOT] * many


def star(many: int, random: Random) -> Parents:
    """One at the top, and all others under it."""
    return [ROOT, *[0] * (many - 1)][:many]


def chain(many: int, random: Random) -> Parents:
    """Each under the one before."""
    return list(range(ROOT, many - 1))


def recursive(many: int, random: Random) -> Parents:
    """A random recursive tree: the post and all comments so far are as likely to be answered."""
    return [int(random.random() * (number + 1)) - 1 for number in range(many)]


def lifelike(many: int, random: Random) -> Parents:
    """As people talk: a fifth begins anew, half answers what was just said, the rest joins where many are already.

    A few branches grow large, and the deepest comment of 100,000 stands some forty levels down.
    """
    parents: Parents = []
    for number in range(many):
        kind = random.random()
        if number == 0 or kind < _ROOTS:
            parents.append(ROOT)
        elif kind < _ROOTS + _LATEST:
            parents.append(max(0, number - 1 - int(random.expovariate(_NEAR))))
        else:  # where an earlier one stands, so that what has many answers gets more
            beside = parents[int(random.random() * number)]
            parents.append(beside if beside != ROOT else int(random.random() * number))
    return parents


SHAPES: dict[str, Callable[[int, Random], Parents]] = {
    "flat": flat,
    "star": star,
    "chain": chain,
    "random": recursive,
    "lifelike": lifelike,
}
