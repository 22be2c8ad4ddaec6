"""What a person corrects of single comments: who wrote one, whom it answers, that it is none, or a part of another."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from forum.archive import keys
from forum.archive.items import Anomaly, Comment, Quote, Stretch, Thread
from forum.archive.limits import Refused

TOP: Final = 0
"""The line that stands for no parent at all."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What is corrected of the comment that begins at a line; None leaves it as it was read.

    Where several comments begin at one line, the key says which. `merge` joins it to the comment before it.
    """

    line: int
    author: str | None = None
    parent: int | None = None
    drop: bool = False
    merge: bool = False
    key: str = ""
    parent_key: str = ""
    by: str = ""

    @property
    def who(self) -> str:
        """Whoever said so."""
        return self.by or "the operator"

    def as_table(self) -> dict[str, Any]:
        """What it says, under the names of the TOML."""
        told: dict[str, Any] = {"line": self.line, "key": self.key or None, "author": self.author}
        told |= {"parent": self.parent, "parent_key": self.parent_key or None}
        told |= {"drop": self.drop or None, "merge": self.merge or None, "by": self.by or None}
        return {name: value for name, value in told.items() if value is not None}


def put(thread: Thread, fixes: Sequence[Fix]) -> Thread:
    """The thread with its comments corrected, and each correction told; refuses those that fit no comment.

    Fixes of lines outside of a thread are left to the other threads of the file, if it holds more than this one.
    Keeps the comments in memory when there is anything to correct.
    """
    return _Making(thread, fixes).made() if fixes else thread


def refuse_strays(fixes: Sequence[Fix], begin: Container[int]) -> None:
    """Refuse fixes of lines at which no comment of any thread of the file begins."""
    for fix in fixes:
        if fix.line not in begin:
            raise Refused(f"No comment begins at line {fix.line}.")


class _Making:
    """One thread under correction."""

    def __init__(self, thread: Thread, fixes: Sequence[Fix]) -> None:
        self.thread = thread
        self.comments = list(thread.comments)
        self.begin: defaultdict[int, list[int]] = defaultdict(list)
        for number, comment in enumerate(self.comments):
            self.begin[comment.lines[0]].append(number)
        self.notes: list[Anomaly] = []
        self.leftover: list[Stretch] = []
        self.became: dict[str, str | None] = {}
        """Where a comment that is joined or dropped has gone."""
        self.fixes: dict[int, Fix] = {}
        for fix in fixes:
            self._place(fix)

    def made(self) -> Thread:
        """The corrected thread."""
        kept: list[tuple[Comment, Fix | None]] = []
        for number, comment in enumerate(self.comments):
            self._take(comment, self.fixes.get(number), kept)
        order = {comment.key: number for number, (comment, _) in enumerate(kept)}
        return replace(
            self.thread,
            comments=tuple(self._bound(comment, fix, order) for comment, fix in kept),
            leftover=tuple(sorted((*self.thread.leftover, *self.leftover), key=lambda stretch: stretch.lines)),
            anomalies=tuple(sorted((*self.thread.anomalies, *self.notes), key=lambda anomaly: anomaly.line)),
        )

    def _place(self, fix: Fix) -> None:
        if not self._is_of_this(fix.line):
            return
        number = self._find(fix.line, fix.key)
        if number in self.fixes:
            raise Refused(f"The comment at line {fix.line} is corrected twice. Say it in one [[comment]].")
        self.fixes[number] = fix

    def _is_of_this(self, line: int) -> bool:
        """Whether a fix of the line must be of this thread."""
        thread = self.thread
        if thread.line_count or line in self.begin:
            return True
        lines = [thread.post.lines, *(comment.lines for comment in self.comments)]
        return min(first for first, _ in lines) <= line <= max(last for _, last in lines)

    def _find(self, line: int, key: str) -> int:
        """The number of the comment that begins at the line."""
        here = self.begin.get(line, [])
        named = [number for number in here if not key or self.comments[number].key == key]
        if not named:
            raise Refused(f"No comment{' with this key' if here else ''} begins at line {line}.")
        if len(named) > 1:
            raise Refused(f"{len(named)} comments begin at line {line}. Name one by its key, as the plan gives it.")
        return named[0]

    def _take(self, comment: Comment, fix: Fix | None, kept: list[tuple[Comment, Fix | None]]) -> None:
        """Keep the comment, or drop it, or join it to the last that was kept."""
        line, found = comment.lines[0], f"a comment by “{comment.author}”"
        if fix and fix.drop:
            self.became[comment.key] = None
            self.leftover.append(Stretch(comment.lines, f"{found[2:]}, dropped by {fix.who}"))
            self._say(line, found, f"dropped, as {fix.who} said; listed in the remainder")
        elif fix and fix.merge:
            if not kept:
                raise Refused(f"There is no comment before the one at line {line} that it could be joined to.")
            kept.append(self._joined(*kept.pop(), comment))
            self._say(line, found, f"joined to the one before it, as {fix.who} said")
        elif fix and fix.author and fix.author != comment.author:
            self._say(line, f"the author reads “{comment.author}”", f"took “{fix.author}”, as {fix.who} said")
            kept.append((replace(comment, author=fix.author), fix))
        else:
            kept.append((comment, fix))

    def _joined(self, before: Comment, said: Fix | None, comment: Comment) -> tuple[Comment, Fix | None]:
        joined = join(before, comment)
        gone = before if joined.key == comment.key else comment
        self.became[gone.key] = joined.key
        return (replace(joined, author=said.author) if said and said.author else joined), said

    def _bound(self, comment: Comment, fix: Fix | None, order: dict[str, int]) -> Comment:
        """The comment with its quotations and its parent among those that are left."""
        quotes = tuple(self._requoted(comment))
        if comment.parent in self.became:
            parent = self._gone_to(comment.parent)
            comment = replace(comment, parent=None if parent == comment.key else parent)
            if comment.parent is None:
                comment = replace(comment, parent_basis="none")
                self._say(comment.lines[0], "the comment that it answers was dropped", "kept at the top level")
        comment = replace(comment, quotes=quotes)
        return self._answering(comment, fix, order) if fix and fix.parent is not None else comment

    def _answering(self, comment: Comment, fix: Fix, order: dict[str, int]) -> Comment:
        line = comment.lines[0]
        if fix.parent == TOP:
            self._say(line, "whom it answers", f"nobody, as {fix.who} said; kept at the top level")
            return replace(comment, parent=None, parent_basis="moderator")
        parent = self._gone_to(self.comments[self._find(fix.parent or TOP, fix.parent_key)].key)
        if parent is None:
            raise Refused(f"The comment at line {line} cannot answer the one at line {fix.parent}, which is dropped.")
        if order[parent] >= order[comment.key]:
            raise Refused(
                f"The comment at line {line} cannot answer the one at line {fix.parent}, which is not before it."
            )
        self._say(line, "whom it answers", f"the comment at line {fix.parent}, as {fix.who} said")
        return replace(comment, parent=parent, parent_basis="moderator")

    def _requoted(self, comment: Comment) -> list[Quote]:
        found = [replace(quote, of=self._gone_to(quote.of) or "") for quote in comment.quotes]
        return [quote for quote in found if quote.of not in ("", comment.key)]

    def _gone_to(self, key: str | None) -> str | None:
        while key in self.became:
            key = self.became[key]
        return key

    def _say(self, line: int, what: str, done: str) -> None:
        self.notes.append(Anomaly(line, what, done))


def join(before: Comment, comment: Comment) -> Comment:
    """Two comments as one: by the name and the time that sign the whole, with every line that stood between them."""
    if before.format != comment.format:
        raise Refused(f"The comment at line {comment.lines[0]} is of another kind of text than the one before it.")
    signed_after = _begins(before) and _begins(comment)
    signer = comment if signed_after else before
    first = _whole(before) if signed_after else before.body
    second = comment.body if signed_after else _whole(comment)
    shift = first.find(before.body)
    moved = shift if before.body and shift >= 0 else None
    onward = len(first) + 2 + max(second.find(comment.body), 0)
    kept = [_shifted(quote, moved) for quote in before.quotes] if moved is not None else []
    return replace(
        signer,
        body=f"{first}\n\n{second}",
        lines=(min(before.lines[0], comment.lines[0]), max(before.lines[1], comment.lines[1])),
        digest=keys.digest(before.digest, comment.digest),
        source=f"{before.source}\n{comment.source}" if before.source or comment.source else "",
        parent=before.parent,
        parent_basis=before.parent_basis,
        quotes=(*kept, *(_shifted(quote, onward) for quote in comment.quotes)),
    )


def _whole(comment: Comment) -> str:
    """The words with the attribution that was taken for the end or the beginning of a comment; plain text alone."""
    text = comment.source.strip("\n")
    return text if comment.format == "plain" and comment.body and comment.body in text else comment.body


def _begins(comment: Comment) -> bool:
    """Whether its lines in the file begin with its words, so that the attribution comes after them."""
    return bool(comment.body) and comment.source.lstrip().startswith(comment.body[:80].strip())


def _shifted(quote: Quote, by: int) -> Quote:
    start, end = quote.attribution_start, quote.attribution_end
    return replace(
        quote,
        start=quote.start + by,
        end=quote.end + by,
        attribution_start=None if start is None else start + by,
        attribution_end=None if end is None else end + by,
    )
