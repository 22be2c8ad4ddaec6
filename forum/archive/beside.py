"""Puts the lines of a file beside what they became, block by block and in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from forum.archive.items import Lines, Thread

Kind = Literal["title", "byline", "article", "comment", "ping", "furniture", "remainder", "other"]
ON_A_PAGE: Final = 50
"""Comments on a page of the preview."""
_BLOCKS: Final = 250
_FREE: Final = -1


class Note(NamedTuple):
    """What lines were taken for that are in no post or comment."""

    lines: Lines
    what: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, and what they became.

    ``index`` counts comments, or pings, from 0. ``part``: a comment's lines may be parted by those of another that
    stands within it ("more" has the later ones), or be a part of a line that holds several ("inline").
    """

    kind: Kind
    lines: Lines
    index: int = 0
    part: Literal["first", "more", "inline"] = "first"
    notes: tuple[Note, ...] = ()


def blocks(thread: Thread) -> list[Block]:
    """The blocks of the whole file, or of the lines of the thread where the file holds more than it.

    Time and memory grow with the lines of the thread.
    """
    painter = _Painter(thread)
    return list(painter.blocks())


def pages(found: list[Block]) -> list[list[Block]]:
    """The blocks in pages of so many comments; there is always one."""
    made: list[list[Block]] = [[]]
    comments = 0
    for block in found:
        is_comment = block.kind == "comment" and block.part != "more"
        if (is_comment and comments == ON_A_PAGE) or len(made[-1]) >= _BLOCKS:
            made.append([])
            comments = 0
        comments += is_comment
        made[-1].append(block)
    return made


def page_of(made: list[list[Block]], line: int) -> int:
    """The number, from 0, of the page that shows a line."""
    number = 0
    for n, page in enumerate(made):
        if page and page[0].lines[0] <= line:
            number = n
    return number


class _Painter:
    """Gives each line to one thing: the later in this order has it, and the innermost of comments."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.first, self.last = _span(thread)
        self.things: list[Block] = []
        self.owner = [_FREE] * (self.last - self.first + 1)
        post = thread.post
        if post.body:
            self._paint("article", post.lines)
        self._paint_all("comment", [comment.lines for comment in thread.comments])
        self._paint_all("ping", [ping.lines for ping in thread.pings])
        for stretch in thread.furniture:
            self._paint("furniture", stretch.lines, notes=(Note(stretch.lines, stretch.what),))
        for stretch in thread.leftover:
            self._paint("remainder", stretch.lines, notes=(Note(stretch.lines, stretch.what),), free=True)
        for line in post.byline_lines:
            self._paint("byline", (line, line))
        if post.title_line:
            self._paint("title", (post.title_line, post.title_line))

    def blocks(self) -> Iterator[Block]:
        """The runs of lines of one thing, with those that own no line after the block they stand in."""
        seen: set[int] = set()
        crowded = self._crowded()
        previous: Block | None = None
        for thing, lines in self._runs():
            block = replace(self._block(thing, seen), lines=lines)
            seen.add(thing)
            if previous and block.kind == previous.kind and block.kind in ("furniture", "remainder", "other"):
                previous = replace(previous, lines=(previous.lines[0], lines[1]), notes=previous.notes + block.notes)
                continue
            if previous:
                yield previous
                yield from self._inline(crowded, previous.lines)
            previous = block
        if previous:
            yield previous
            yield from self._inline(crowded, previous.lines)

    def _block(self, thing: int, seen: set[int]) -> Block:
        if thing == _FREE:
            return Block("other", (0, 0))
        block = self.things[thing]
        return replace(block, part="more") if thing in seen and block.kind in ("comment", "ping", "article") else block

    def _runs(self) -> Iterator[tuple[int, Lines]]:
        """Runs of lines with one owner; a blank line goes with what stands before it."""
        begin, current = self.first, None
        for line, owner in enumerate(self.owner, self.first):
            if owner == _FREE and current is not None and self._is_blank(line):
                owner = current
            if owner != current:
                if current is not None:
                    yield current, (begin, line - 1)
                begin, current = line, owner
        if current is not None:
            yield current, (begin, self.last)

    def _is_blank(self, line: int) -> bool:
        """Whether there is nothing in it of this thread; a file of several has other lines between."""
        return line in self.thread.blank_lines or not self.thread.line_count

    def _crowded(self) -> list[Block]:
        """Comments and pings whose lines are all another's, in the order of the file."""
        owning = set(self.owner)
        left = [b for n, b in enumerate(self.things) if n not in owning and b.kind in ("comment", "ping")]
        return sorted(left, key=lambda block: (block.lines[0], block.index), reverse=True)

    def _inline(self, crowded: list[Block], lines: Lines) -> Iterator[Block]:
        while crowded and crowded[-1].lines[0] <= lines[1]:
            yield replace(crowded.pop(), part="inline")

    def _paint_all(self, kind: Kind, spans: list[Lines]) -> None:
        """The longest first, so that what stands within another keeps its lines."""
        for index in sorted(range(len(spans)), key=lambda n: spans[n][0] - spans[n][1]):
            self._paint(kind, spans[index], index=index)

    def _paint(
        self, kind: Kind, lines: Lines, *, index: int = 0, notes: tuple[Note, ...] = (), free: bool = False
    ) -> None:
        number = len(self.things)
        self.things.append(Block(kind, lines, index, notes=notes))
        begin, end = max(lines[0], self.first) - self.first, min(lines[1], self.last) - self.first + 1
        if free:
            for at in range(begin, end):
                if self.owner[at] == _FREE:
                    self.owner[at] = number
        elif begin < end:
            self.owner[begin:end] = [number] * (end - begin)


def _span(thread: Thread) -> Lines:
    if thread.line_count:
        return 1, thread.line_count
    things = [*thread.comments, *thread.pings]
    lines = [thread.post.lines, *(thing.lines for thing in things), *(s.lines for s in thread.furniture)]
    found = [one for one in lines if one[0] > 0] or [(1, 1)]
    return min(first for first, _ in found), max(last for _, last in found)
