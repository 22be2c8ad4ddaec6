"""How fast the machine computes just now: a limit of time that is no slack on an idle core fails on one held back."""

import time

_STEPS, _USUAL = 200_000, 0.012  # seconds that an idle core takes for them


def slower() -> float:
    """How many times longer than an idle core this one takes for the same steps; at least 1. Takes some 40 ms."""
    return max(1.0, min(_seconds() for _ in range(3)) / _USUAL)


def _seconds() -> float:
    began, total = time.process_time(), 0
    for step in range(_STEPS):
        total += step
    return time.process_time() - began
