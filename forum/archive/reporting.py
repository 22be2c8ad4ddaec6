"""Says in sentences what an import did, on the way how far it has come, and for the record who ran it."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from forum.archive.outcome import Lines, Outcome

_STEP = 5.0
"""Seconds between two lines where nobody watches a bar."""
_WIDTH = 30


def operator() -> str:
    """Who runs the command, by the name that the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def told(outcome: Outcome, *, done: bool) -> list[str]:
    """What was done, or would be, in sentences."""
    lines = [*_made(outcome, done=done), *_kept(outcome, done=done), *_names(outcome)]
    if outcome.elsewhere:
        lines.append(outcome.told_elsewhere)
    else:
        lines += _doubles(outcome, done=done)
    if not done:
        lines.append("Nothing was written. Run it again with --commit to write.")
    elif not outcome.wrote:
        lines.append("Nothing was written: all of it is here.")
    return lines


def _made(outcome: Outcome, *, done: bool) -> Iterator[str]:
    made = [
        counted(outcome.created_posts, "post"),
        counted(outcome.created_comments, "comment"),
        counted(outcome.created_persons, "person"),
    ]
    if outcome.created_pings:
        made.append(counted(outcome.created_pings, "pingback or trackback", "pingbacks and trackbacks"))
    yield f"{'Created' if done else 'Would create'}: {', '.join(made)}."
    yield f"Left as they are: {outcome.left}."
    if outcome.recognised:
        yield f"Of these known from another copy: {outcome.recognised:,}."
    if outcome.updated_posts:
        shown = "Drawn anew" if done else "Would be drawn anew"
        yield f"{shown} by a better copy or new corrections: {counted(outcome.updated_posts, 'post')}."
    if outcome.attached:
        placed = "Placed" if done else "Would be placed"
        yield f"{placed} under what they answer: {counted(outcome.attached, 'comment')} that had no parent here."


def _kept(outcome: Outcome, *, done: bool) -> Iterator[str]:
    if outcome.taken:
        verb = "Took" if done else "Would take"
        yield f"{verb} the words of the file, which are newer than those here: {_at(outcome.taken)}."
    if outcome.changed:
        at = ", ".join(str(line) for line in outcome.changed[:20])
        lines = "line" if len(outcome.changed) == 1 else "lines"
        yield f"Other words in the file than here, left as they are here: {lines} {at}."
    if outcome.suppressed:
        yield f"Words that were taken away before, brought in as removed: {_at(outcome.suppressed)}."
    if outcome.left_out:
        yield f"Too large, too deep or with characters that cannot be kept, left out: {_at(outcome.left_out)}."
    if outcome.spam:
        yield f"Spam in the file, not imported: {counted(outcome.spam, 'comment')}."


def _names(outcome: Outcome) -> Iterator[str]:
    if outcome.names_off:
        yield f"Names that were taken off before, and stay off: {outcome.names_off:,}."
    if outcome.unknown_tags:
        yield f"Tags that there are none of here: {', '.join(sorted(outcome.unknown_tags)[:20])}."
    if outcome.clashes:
        yield f"Named like members, and joined to none: {', '.join(outcome.clashes[:20])}."


def _doubles(outcome: Outcome, *, done: bool) -> Iterator[str]:
    for one in outcome.doubles[:20]:
        here = f"The words of the thread at line {one.line} are here already, as “{one.title}” ({one.url})"
        if done:
            yield f"{here}. If it is the same thread, it is here twice now: take this import back."
        else:
            yield (
                f"{here}. If it is the same thread, give its title, author and source in its corrections as they are "
                "here, so that only what is new is added; else it will be here twice."
            )
    if len(outcome.doubles) > 20:
        yield f"So are those of {len(outcome.doubles) - 20:,} more threads."


def _at(lines: Lines) -> str:
    first = ", ".join(str(line) for line in lines.first[:20])
    more = f" and {lines.number - 20:,} more" if lines.number > 20 else ""
    return f"line{'' if lines.number == 1 else 's'} {first}{more}"


def counted(number: int, thing: str, many: str = "") -> str:
    """So many of a thing, in words."""
    return f"{number:,} {thing if number == 1 else many or f'{thing}s'}"


class Bar:
    """A bar on a terminal, with the rate and the rest of the time; a line every few seconds anywhere else."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out, self._begin = out, time.monotonic()
        self._drawn = self._begin
        self._is_terminal = out.isatty()

    def __call__(self, done: int, whole: int) -> None:
        """Tell that so many of the comments have been gone through."""
        now = time.monotonic()
        ended = done >= whole
        if now - self._drawn < (0.1 if self._is_terminal else _STEP) and not (ended and self._is_terminal):
            return
        self._drawn = now
        rate = done / max(now - self._begin, 0.001)
        rest = max(0, whole - done) / rate if rate else 0
        words = f"{done:,} of {whole:,} comments, {rate:,.0f} a second, {_clock(rest)} left"
        if not self._is_terminal:
            self._out.write(f"{words}\n")
        else:
            filled = _WIDTH * done // max(whole, 1)
            bar = "#" * filled + "." * (_WIDTH - filled)
            self._out.write(f"\r[{bar}] {words}   " + ("\n" if ended else ""))
        self._out.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
