"""The plan of an import: what a file holds, what is odd in it, and where each of its lines ends up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, overload

from forum.archive import corrections, dates, fixes, parents, quotes, readers
from forum.archive.accounting import Ledger, counts, tally, unplaced
from forum.archive.corrections import Corrections
from forum.archive.items import Anomaly, Comment, Lines, Rest, SavedFile, Stretch, Thread
from forum.archive.keeping import Kept
from forum.archive.limits import Refused, check_size
from forum.archive.parents import Settled
from forum.archive.readers.registry import Reader
from forum.archive.telling import as_json, as_text, json_pieces, text_lines

__all__ = ("Account", "Plan", "as_json", "as_text", "counts", "json_pieces", "make_plan", "tally", "text_lines")

IN_MEMORY: Final = 2_000
"""A thread of more comments, where its reader keeps it on disk, stays there."""
QUOTES_SOUGHT: Final = 20_000
QUOTES_SOUGHT_IN: Final = 2 * 1024 * 1024
"""In a thread of more comments, or more characters, no quotation is looked for: it would cost too much memory."""
_TOLD: Final = 1_000
"""Runs of lines without a place that are told one by one."""


@dataclass(slots=True)
class Account:
    """What the whole of a file comes to, known when it has been gone through once."""

    threads: int = 0
    comments: int = 0
    anomalies: int = 0
    rest: Rest | None = None
    strays: tuple[Lines, ...] = ()
    """Runs of lines that found no place."""
    tally: dict[str, int] = field(default_factory=dict)

    @property
    def of_the_rest(self) -> list[Anomaly]:
        """What is odd outside the threads."""
        told = list(self.rest.anomalies) if self.rest else []
        told += [_no_place(lines) for lines in self.strays[:_TOLD]]
        if len(self.strays) > _TOLD:
            more = f"{len(self.strays) - _TOLD:,} more stretches of lines that found no place"
            told.append(Anomaly(self.strays[_TOLD][0], more, "counted with the remainder"))
        return sorted(told, key=lambda anomaly: anomaly.line)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one file would become; nothing is written by making it.

    ``threads`` can be gone through again and again; a very large file is read again each time.
    """

    saved: SavedFile
    said: Corrections
    format: str
    format_label: str
    certainty: float
    threads: Threads

    @property
    def anomalies(self) -> list[Anomaly]:
        """Everything out of the ordinary, in the order of the file."""
        told = [anomaly for thread in self.threads for anomaly in thread.anomalies]
        return told + self.account().of_the_rest

    def account(self) -> Account:
        """What the file comes to; reads a file that is read piece by piece to its end, if nobody has yet."""
        return self.threads.account()


class Threads(Sequence[Thread]):
    """The threads of a file as they will be imported, in memory, on disk or read anew each time."""

    def __init__(self, saved: SavedFile, said: Corrections, reader: Reader) -> None:
        self._saved, self._said, self._reader = saved, said, reader
        self._account: Account | None = None
        self._kept: tuple[Thread, ...] | Kept | None = None
        if not reader.streams:
            self._kept = tuple(self._read())

    @property
    def in_memory(self) -> bool:
        """Whether they are all at hand, and going through them reads no file."""
        return self._kept.in_memory if isinstance(self._kept, Kept) else self._kept is not None

    def __iter__(self) -> Iterator[Thread]:
        return self._read() if self._kept is None else iter(self._kept)

    def __len__(self) -> int:
        return self.account().threads if self._kept is None else len(self._kept)

    @overload
    def __getitem__(self, at: int) -> Thread: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Thread]: ...
    def __getitem__(self, at: int | slice) -> Thread | Sequence[Thread]:
        if isinstance(self._kept, tuple) or isinstance(at, slice) or at < 0:
            return tuple(self)[at]
        for thread in islice(self, at, None):
            return thread
        raise IndexError(at)

    def account(self) -> Account:
        """What all of it comes to."""
        while self._account is None:
            deque(self._read(), maxlen=0)
        return self._account

    def _read(self) -> Iterator[Thread]:
        account, ledger, said = Account(), Ledger(), self._said
        begin: set[int] = set()
        line_count = 0
        kept = Kept()
        for found in self._reader.read(self._saved):
            if isinstance(found, Rest):
                account.rest = found
                continue
            if said.fixes:
                begin.update(comment.lines[0] for comment in found.comments)
            thread = _finished(found, said)
            line_count = max(line_count, found.line_count)
            account.threads += 1
            account.comments += len(thread.comments)
            account.anomalies += len(thread.anomalies)
            if self._account is None:
                ledger.enter(thread)
                kept.add(thread)
            yield thread
        fixes.refuse_strays(said.fixes, begin)
        if self._account is None:
            if account.rest is not None:
                ledger.enter_rest(account.rest)
                line_count = account.rest.line_count
            account.strays = tuple(ledger.close(line_count))
            account.tally = ledger.tally()
            account.anomalies += len(account.of_the_rest)
            self._account = account
            self._kept = kept if kept.whole else None


def make_plan(saved: SavedFile, said: Corrections, *, forced: str = "") -> Plan:
    """Read a file and plan its import; refuses with a reason. Needs no database and no network.

    Of a file that is read piece by piece nothing is read yet: what is wrong in it is refused while it is gone through.
    """
    if saved.size == 0:
        raise Refused("The file is empty.")
    if said.sha256 and said.sha256 != saved.sha256:
        raise Refused(
            f"The corrections were written for another file: they name {said.sha256[:12]}…, "
            f"this one has {saved.sha256[:12]}…. Check their line numbers, then change sha256."
        )
    reader, guess = readers.choose(saved, forced)
    if not reader.streams:
        check_size(saved.size)
    return Plan(saved, said, reader.key, reader.label, guess.certainty, Threads(saved, said, reader))


def _finished(thread: Thread, said: Corrections) -> Thread:
    if len(thread.comments) <= IN_MEMORY or isinstance(thread.comments, tuple) or said.fixes:
        thread = corrections.apply(thread, said)
        thread = _with_quotations(thread)
        settle = parents.examine(thread)
        comments: Sequence[Comment] = thread.comments
        if settle.alone or settle.again:
            comments = tuple(settle.settle(number, comment) for number, comment in enumerate(comments))
    else:
        thread, comments = _on_disk(thread, said)
        settle = parents.examine(thread)
        comments = Settled(comments, settle.settle)
    thread = replace(thread, comments=comments)
    notes = [*settle.anomalies, *_note_claim(thread)]
    if thread.line_count and (strays := unplaced(thread)):
        stretches = tuple(Stretch(lines, "not placed by the reader") for lines in strays)
        notes += [_no_place(lines) for lines in strays]
        thread = replace(thread, leftover=(*thread.leftover, *stretches))
    anomalies = tuple(sorted((*thread.anomalies, *notes), key=lambda anomaly: anomaly.line))
    return replace(thread, anomalies=anomalies)


def _with_quotations(thread: Thread) -> Thread:
    characters = sum(len(comment.body) for comment in thread.comments)
    if len(thread.comments) <= QUOTES_SOUGHT and characters <= QUOTES_SOUGHT_IN:
        return quotes.infer_replies(thread)
    what = f"{len(thread.comments):,} comments with {characters:,} characters in one thread"
    note = Anomaly(thread.post.lines[0], what, "looked for no quotations among them")
    return replace(thread, anomalies=(*thread.anomalies, note))


def _on_disk(thread: Thread, said: Corrections) -> tuple[Thread, Sequence[Comment]]:
    """A thread that is not taken into memory: its comments are put in their zone as they are read."""
    kept = thread.comments
    thread = replace(corrections.apply(replace(thread, comments=()), said), comments=kept)
    if not said.zone:
        return thread, kept
    moments = ((comment, *dates.place(comment.moment, said.zone)) for comment in kept)
    notes = tuple(
        Anomaly(comment.lines[1], f"“{moment.printed}” {doubt}", "kept without an instant")
        for comment, moment, doubt in moments
        if doubt
    )
    placed = Settled(kept, lambda _, comment: replace(comment, moment=dates.place(comment.moment, said.zone)[0]))
    return replace(thread, comments=placed, anomalies=(*thread.anomalies, *notes)), placed


def _no_place(lines: Lines) -> Anomaly:
    return Anomaly(lines[0], "lines that found no place", "listed in the remainder")


def _note_claim(thread: Thread) -> Iterator[Anomaly]:
    claimed, found = thread.post.claimed_comments, len(thread.comments)
    # Many blogs count pingbacks among their comments.
    if claimed is not None and claimed not in (found, found + len(thread.pings)):
        yield Anomaly(0, f"the page claims {claimed} comments, {found} were found", "imported what was found")
