"""Where a comment stands in the order "best": how sure its votes make us that readers are glad of it."""

from __future__ import annotations

from math import sqrt

UNRANKED = -1.0  # of archived comments, which take no votes: they stand after all others, in page order
_SURE = 1.96  # standard deviations: the share is not lower in 97.5 of 100 cases


def best(ups: int, downs: int) -> float:
    """The rank of a comment with these votes: 0 without any, below 0 when the votes against it weigh more.

    It is the lower bound of Wilson's interval for the share of votes up, so that 9 of 10 stand above 1 of 1 and
    below 90 of 100. The author counts as one vote up, or nobody could tell five votes down from none.
    """
    return _lower_bound(ups + 1, ups + downs + 1) - _lower_bound(1, 1)


def _lower_bound(good: int, of: int) -> float:
    share, square = good / of, _SURE * _SURE
    spread = _SURE * sqrt((share * (1 - share) + square / (4 * of)) / of)
    return (share + square / (2 * of) - spread) / (1 + square / of)
