"""The one table: what was measured, what it is held against, and what was hoped for."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What ought to hold: ``words`` say it, ``met`` tells whether it does."""

    words: str
    met: bool


def at_least(value: float, least: float, words: str) -> Target:
    """A target from below."""
    return Target(words, value >= least)


def at_most(value: float, most: float, words: str) -> Target:
    """A target from above."""
    return Target(words, value <= most)


def both(*targets: Target) -> Target:
    """Several targets as one."""
    return Target(", ".join(target.words for target in targets), all(target.met for target in targets))


@dataclass(frozen=True)
class Row:
    """One thing that was measured; what does not apply is empty."""

    what: str
    figure: str
    processor: float | None = None
    """Milliseconds that gunicorn computes for a request."""
    of_gunicorn: float | None = None
    """Share of what gunicorn and Django reach with the same bytes from memory."""
    of_nginx: float | None = None
    """Share of what nginx reaches with the same bytes as a file."""
    target: Target | None = None


def table(rows: Sequence[Row]) -> str:
    """The rows under one head, in columns."""
    head = ("what", "figure", "CPU ms", "of gunicorn", "of nginx", "target", "")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths).rstrip(), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    target, verdict = ("", "")
    if row.target is not None:
        target, verdict = row.target.words, "met" if row.target.met else "MISSED"
    processor = f"{row.processor:.2f}" if row.processor is not None else ""
    return (row.what, row.figure, processor, _share(row.of_gunicorn), _share(row.of_nginx), target, verdict)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}" if value >= 0.1 else f"{value:.1%}"
