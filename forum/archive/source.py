"""The lines that a post or comment stood on in its file, and those around it, without what a reader may not see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, prefetch_related_objects

from comments.models import Comment
from forum.archive import blackout, charsets, showing
from forum.archive.limits import Refused
from forum.archive.models import Item
from forum.archive.showing import Covered, Line
from forum.states import State
from forum.text.characters import clean
from forum.users.roles import may_moderate
from posts.models import STATES_WITH_A_PAGE, Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forum.archive.blackout import Place
    from forum.archive.models import Run
    from forum.users.models import User

NEAR: Final = 6  # lines shown of each neighbour
BESIDE: Final = 2  # neighbours shown on each side
TOLD: Final = 12  # stretches told between two neighbours
RAW_LIMIT: Final = 4 * 1024 * 1024  # bytes of a file that is read anew because its items do not hold their text
MARGIN: Final = 500  # characters searched for names around what is shown
LAST: Final = 2**31  # more lines than a file has
PUBLIC: Final = AnonymousUser()

NAME, PASSAGE, ADDRESS = "a name that was taken off", "words that are not shown", "an address"

_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_WITH: Final = ("run", "source", "comment__person", "comment__author", "comment__post", "post__person")


@dataclass(slots=True)
class Shown:
    """What of an item may be shown: its lines, or a word on why none is. ``what`` says what it is."""

    item: Item
    what: str
    url: str = ""
    lines: Sequence[Line] = ()
    hidden: str = ""
    above: int = 0
    """Lines left out before these."""
    below: int = 0
    next_line: int = 0
    """Where in the item the next page of it begins; 0 at its end."""

    @property
    def numbered(self) -> bool:
        """Whether the lines have the numbers they have in the file."""
        return bool(self.lines and self.lines[0].number)

    @property
    def has_marks(self) -> bool:
        """Whether staff read something here that others do not."""
        return bool(self.hidden) or any(part.hides for line in self.lines for part in line.parts)


@dataclass(frozen=True, slots=True)
class Told:
    """Lines of the file that are in no post or comment, and what the import took them for."""

    first: int
    last: int
    told: str
    has_marks: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An item in its file: what stands before it, the item itself, and what stands after."""

    before: Sequence[Shown | Told]
    here: Shown
    after: Sequence[Shown | Told]

    @property
    def has_marks(self) -> bool:
        """Whether staff read something here that others do not."""
        return any(one.has_marks for one in (*self.before, self.here, *self.after))


def items_of(thing: Comment | Post) -> QuerySet[Item]:
    """Where a comment or post was found, the first find first, with the run but without its file."""
    about = Q(comment=thing) if isinstance(thing, Comment) else Q(post=thing)
    return Item.objects.filter(about).select_related(*_WITH).defer("run__raw").order_by("pk")


def text_of(item: Item) -> str:
    """All of its text in the file, as only staff may read it."""
    return _Reading(item, PUBLIC).text(item)


def surroundings(item: Item, viewer: User | AnonymousUser, *, start: int = 0) -> Surroundings:
    """The item from its line ``start`` on (in items of long lines, a piece of a line), and what stands beside it.

    Seven queries at most, and one more for a file that is read anew.
    """
    reading = _Reading(item, viewer)
    before = _beside(item, after=False)[::-1] if start == 0 else []
    after = _beside(item, after=True)
    prefetch_related_objects([one.comment for one in (*before, item, *after) if one.comment], "quotations__quoted")
    here = reading.shown(item, start=start)
    if here.next_line:
        after = []
    # What stands beyond the neighbours is not told, save at the ends of the file.
    top = before[0].first_line - 1 if len(before) == BESIDE else 0
    foot = after[-1].last_line + 1 if len(after) == BESIDE else LAST
    return Surroundings(
        () if start else reading.row([reading.shown(one, near=-NEAR) for one in before], top, item.first_line),
        here,
        () if here.next_line else reading.row([reading.shown(one, near=NEAR) for one in after], item.last_line, foot),
    )


class _Reading:
    """Shows items of one run to one reader; each thing that is needed for it is loaded once, when it is needed."""

    def __init__(self, item: Item, viewer: User | AnonymousUser) -> None:
        self.run: Run = item.run
        self.whole = may_moderate(viewer)
        thing = item.comment or item.post
        self.post = thing.post_id if isinstance(thing, Comment) else thing.pk if thing else None

    @cached_property
    def names(self) -> frozenset[str]:
        """The digests of the names that were taken off."""
        return blackout.removed_names()

    @cached_property
    def hidden(self) -> list[Item]:
        """Items of the same thread that not everyone may read. One query.

        They are found by their comments, and those of another run left out here: a planner would go through the run,
        which may hold every thread of a site.
        """
        withheld = Comment.objects.filter(post=self.post).exclude(state=State.PUBLISHED).order_by()
        found = Item.objects.filter(comment__in=withheld.values("pk")).select_related("comment")
        return [item for item in found.defer("raw", "comment__html") if item.run_id == self.run.pk]

    @cached_property
    def file(self) -> list[str]:
        """The lines of the file, where it is a page of text: those of other formats may hold addresses."""
        if self.run.format != "text-page" or self.run.size > RAW_LIMIT or not self.run.raw:
            return []
        try:
            return charsets.decode(self.run.data).text.split("\n")
        except Refused:
            return []

    def text(self, item: Item) -> str:
        """The text of an item in its file, in letters that every page takes."""
        raw = item.text or "\n".join(self.file[max(item.first_line - 1, 0) : item.last_line])
        return clean(_LINE_END.sub(lambda end: "\n" if end.group()[0] == "\r" else " ", raw))

    def shown(self, item: Item, *, start: int = 0, near: int = 0) -> Shown:
        """An item from ``start`` on; of a neighbour only the first ``near`` lines, or the last if it is negative."""
        thing = item.comment or item.post
        text = self.text(item)
        hidden = self._hidden(item, text)
        found = Shown(item, _what(item), thing.get_absolute_url() if thing else "")
        if hidden is None:
            found.hidden = _why(item, whole=self.whole)
            if not self.whole or thing is None:
                return found
        if not text:
            found.hidden = found.hidden or "Its lines were not kept."
            return found
        numbered = text.count("\n") == item.last_line - item.first_line
        pieces = list(showing.pieces(text, item.first_line if numbered else 0))
        chosen, found.above, found.below = showing.window(pieces, start, near)
        found.next_line = start + len(chosen) if found.below and not near else 0
        covered = self._covered(text, chosen, hidden or ())
        found.lines = [showing.line(text, piece, covered, whole=self.whole) for piece in chosen]
        return found

    def row(self, found: Sequence[Shown], above: int, below: int) -> list[Shown | Told]:
        """Neighbours, and what the import said of lines between ``above`` and ``below`` that are in none of them."""
        row: list[Shown | Told] = []
        for one in found:
            row += [*self._told(above, one.item.first_line), one]
            above = one.item.last_line
        return [*row, *self._told(above, below)]

    def _told(self, above: int, below: int) -> list[Told]:
        stretches = [*self.run.report.get("furniture", ()), *self.run.report.get("leftover", ())]
        between = sorted((first, last, what) for first, last, what in stretches if above < first and last < below)
        return [Told(first, last, blackout.black_out(what, names=self.names)) for first, last, what in between[:TOLD]]

    def _covered(self, text: str, chosen: Sequence[showing.Piece], hidden: Sequence[Place]) -> list[Covered]:
        """What is not for everyone in the chosen pieces; a name may begin before them and end after."""
        if not chosen:
            return []
        begin = max(chosen[0].start - MARGIN, 0)
        part = text[begin : chosen[-1].end + MARGIN]
        found = [Covered(first, last, PASSAGE) for first, last in hidden]
        found += [Covered(begin + first, begin + last, NAME) for first, last in blackout.name_places(part, self.names)]
        found += [Covered(begin + first, begin + last, ADDRESS) for first, last in showing.addresses(part)]
        return sorted(found, key=lambda one: (one.start, one.end))

    def _hidden(self, item: Item, text: str) -> list[Place] | None:
        """Passages that repeat hidden words, what stands where a name was, and words of hidden comments on its lines.

        None where that is all of it, or cannot be told.
        """
        thing = item.comment or item.post
        if thing is None or not _is_public(thing):
            return None
        if not _has_own_name(thing, text):
            return None
        quoted = blackout.passages_hidden_from(thing, PUBLIC) if isinstance(thing, Comment) else []
        parts = (blackout.again(quoted, thing.body, text), blackout.taken_off(thing.body, text))
        if None in parts:
            return None
        places = [place for part in parts for place in part or ()]
        for other in self.hidden:
            if other.pk != item.pk and other.first_line <= item.last_line and other.last_line >= item.first_line:
                places += _shared(item, other, text)
        return blackout.merged(places)


def _is_public(thing: Comment | Post) -> bool:
    post = thing.post if isinstance(thing, Comment) else thing
    return thing.words_for(PUBLIC) and post.state in STATES_WITH_A_PAGE


def _has_own_name(thing: Comment | Post, text: str) -> bool:
    """Whether a byline that was taken off is found in the text: where it is not, it may stand in another writing."""
    person = thing.person
    if person is None or person.removed_at is None:
        return True
    return bool(blackout.name_places(text, frozenset({person.digest})))


def _shared(item: Item, other: Item, text: str) -> list[Place]:
    """Where a hidden comment stands in the text of an item on the same lines: those lines, or its very words."""
    lines = text.split("\n")
    if len(lines) == item.last_line - item.first_line + 1:
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        first, last = max(other.first_line, item.first_line), min(other.last_line, item.last_line)
        return [(starts[first - item.first_line], starts[last - item.first_line + 1] - 1)]
    body = other.comment.body if other.comment else ""
    return blackout.again([(0, len(body))], body, text) or []


def _what(item: Item) -> str:
    if item.comment:
        return f"Comment by {item.comment.byline.name}" if _is_public(item.comment) else "A comment"
    if item.post:
        kind = item.post.get_kind_display().lower()
        return f"The {kind} “{item.post.title}”" if _is_public(item.post) else f"The {kind}"
    return f"A {item.get_kind_display()}"


def _why(item: Item, *, whole: bool) -> str:
    if item.kind in (Item.Kind.PINGBACK, Item.Kind.TRACKBACK):
        return "A link from another site, which is no comment."
    if item.comment or item.post:
        who = "These lines are not shown to readers" if whole else "These lines are not shown"
        return f"{who}: the words were taken down, or hold words that were."
    return "These lines are not shown: the words are no longer here."


def _beside(item: Item, *, after: bool) -> list[Item]:
    """The next items of the run by their lines, the nearest first. One query."""
    way = "gt" if after else "lt"
    beyond = Q(**{f"first_line__{way}": item.first_line}) | Q(first_line=item.first_line, **{f"pk__{way}": item.pk})
    order = ("first_line", "pk") if after else ("-first_line", "-pk")
    begin = {f"first_line__{way}e": item.first_line}  # said again, so that the index finds where to start
    found = Item.objects.filter(beyond, run=item.run_id, **begin).select_related(*_WITH).defer("run__raw")
    return list(found.order_by(*order)[:BESIDE])
