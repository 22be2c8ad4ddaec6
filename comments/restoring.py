"""Writes comments from an export of this forum as they were: states, places, quotations and earlier versions."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comments import citing, counters
from comments.models import SHELVED, TOP, Comment, Quotation, Revision
from comments.ranking import UNRANKED, best
from comments.rendering import render_markdown
from forum.search import index
from forum.states import Format
from forum.text import html, markdown, plain
from forum.text.quotations import POST
from posts.actions import locked, touch

if TYPE_CHECKING:
    from posts.models import Post

UNKNOWN: Final = 10**18 - 1
"""Stands for a quoted comment that is not in the thread: no comment has this id."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A passage of archived words that repeats comment number ``of`` of the thread (0: the post)."""

    of: int
    start: int
    end: int
    attribution_start: int | None = None
    attribution_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """Comment ``number`` (from 1, in page order) of a thread; ``columns`` are written as they are.

    Its Markdown names other comments by their numbers. ``placed``: it has a place in the thread.
    """

    number: int
    columns: Mapping[str, Any]
    parent: int = 0
    placed: bool = True
    passages: tuple[Passage, ...] = ()
    earlier: Sequence[Mapping[str, Any]] = ()

    @property
    def body(self) -> str:
        """The words."""
        return str(self.columns["body"])


class Restoring:
    """The comments of one thread under way; ``ids`` holds the id of each comment by its number, 0 where none is."""

    def __init__(self, post: Post, size: int) -> None:
        self.post = post
        self.ids = array("q", bytes(8 * (size + 1)))
        self.later: list[Restored] = []

    def add(self, found: Sequence[Restored]) -> list[Comment]:
        """Adds comments that are not here yet; returns their rows. Raises TooLarge or Unreadable."""
        with transaction.atomic():
            post = locked(self.post.pk)
            rows = [_row(post, item) for item in found]
            quotations = {item.number: self._draw(row, item) for row, item in zip(rows, found, strict=True)}
            Comment.objects.bulk_create(rows)
            for row, item in zip(rows, found, strict=True):
                self.ids[item.number] = row.pk
            self._join(rows, found, quotations)
            Revision.objects.bulk_create(
                Revision(comment=row, **{**values, "body": self._body(item, str(values["body"]), set())})
                for row, item in zip(rows, found, strict=True)
                for values in item.earlier
            )
            _count(post, rows)
        return rows

    def join_later(self) -> list[Comment]:
        """Joins those that answer or quote what came after them, which are drawn anew; returns their rows."""
        with transaction.atomic():
            post = locked(self.post.pk)
            known = Comment.objects.in_bulk([self.ids[item.number] for item in self.later])
            found = [item for item in self.later if self.ids[item.number] in known]
            rows = [known[self.ids[item.number]] for item in found]
            Quotation.objects.filter(comment__in=known).delete()
            quotations = {}
            for row, item in zip(rows, found, strict=True):
                row.post = post
                quotations[item.number] = self._draw(row, item)
            self.later = []
            Comment.objects.bulk_update(rows, ["parent", "branch", "body", "html"])
            self._keep(rows, quotations)
            touch([post.pk])
        return rows

    def _join(self, rows: Sequence[Comment], found: Sequence[Restored], quotations: dict[int, list[Quotation]]) -> None:
        """The second pass, for those that answer or quote one of the same lot: by now every row has its id."""
        here = {item.number for item in found}
        placed: list[Comment] = []
        drawn: list[Comment] = []
        for row, item in zip(rows, found, strict=True):
            quoted = self._quoted(item)
            if quoted & here:
                quotations[item.number] = self._draw(row, item)
                drawn.append(row)
            if item.parent in here:
                self._place(row, item)
                placed.append(row)
            if self._lacks({item.parent, *quoted}, after=item.number):
                self.later.append(item)
        Comment.objects.bulk_update(placed, ["parent", "branch"])
        Comment.objects.bulk_update(drawn, ["body", "html"])
        self._keep(rows, quotations)

    def _keep(self, rows: Sequence[Comment], quotations: dict[int, list[Quotation]]) -> None:
        made = Quotation.objects.bulk_create(one for some in quotations.values() for one in some)
        index.put_comments(rows)
        quoting = Comment.objects.filter(pk__in={quotation.comment_id for quotation in made})
        drawn = quoting.select_related("post").prefetch_related("quotations")
        citing.rerender(drawn.order_by("created_at", "position"))

    def _place(self, row: Comment, item: Restored) -> None:
        row.parent_id = self.ids[item.parent] or None
        row.branch = (row.parent_id or TOP) if item.placed else SHELVED

    def _draw(self, row: Comment, item: Restored) -> list[Quotation]:
        """Put a row in its place and draw its words, as far as what they name has an id; returns what they quote."""
        named: set[int] = set()
        self._place(row, item)
        row.body = self._body(item, item.body, named)
        row.html, quotes = _drawn(row)
        markdown_quotes = [_quotation(row, self.post, pk) for pk in quotes if pk == POST or pk in named]
        return markdown_quotes + self._passages(row, item)

    def waits(self, item: Restored) -> bool:
        """Whether it answers or quotes a comment that has not come yet."""
        return self._lacks({item.parent, *self._quoted(item)}, after=item.number)

    def _lacks(self, numbers: set[int], *, after: int) -> bool:
        return any(after < number < len(self.ids) and not self.ids[number] for number in numbers)

    def _quoted(self, item: Restored) -> set[int]:
        """The numbers of the comments that it quotes."""
        numbers = {passage.of for passage in item.passages}
        if item.columns["format"] == Format.MARKDOWN and "#c" in item.body:
            numbers |= markdown.quoted_in(item.body)
        return numbers - {POST}

    def _body(self, item: Restored, body: str, named: set[int]) -> str:
        """The words with the ids that the comments they quote have here; those are added to ``named``."""
        if item.columns["format"] != Format.MARKDOWN or "#c" not in body:
            return body

        def here(number: int) -> int:
            pk = self.ids[number] if number < len(self.ids) else 0
            named.update([pk] if pk else [])
            return pk or UNKNOWN

        return markdown.renumbered(body, number=here, shown=lambda _: True, bar="")

    def _passages(self, row: Comment, item: Restored) -> list[Quotation]:
        found = [(passage, self.ids[passage.of] if passage.of else POST) for passage in item.passages]
        return [_quotation(row, self.post, pk, passage) for passage, pk in found if pk or not passage.of]


def _row(post: Post, item: Restored) -> Comment:
    living = not item.columns["archived"]
    return Comment(
        post=post,
        branch=TOP if item.placed else SHELVED,
        best=best(0, 0) if living else UNRANKED,
        came_with=post.version + 1,
        **item.columns,
    )


def _count(post: Post, rows: Sequence[Comment]) -> None:
    """The figures of the thread as far as it is here: people go on in it, also where the rest does not come."""
    post.last_position = max([post.last_position, *(row.position for row in rows)])
    for row in rows:
        if row.is_public:
            counters.published(post, row)
    counters.save(post)


def _drawn(row: Comment) -> tuple[str, tuple[int, ...]]:
    """The HTML as far as it quotes nobody, and the ids that Markdown quotes."""
    if row.format == Format.MARKDOWN:
        rendered = render_markdown(row.body, row.post, resolve=lambda _: None)
        return rendered.html, rendered.quotes
    if row.format == Format.HTML:
        return html.sanitise(row.body), ()
    return plain.render(row.body, resolve=lambda _: None).html, ()


def _quotation(row: Comment, post: Post, pk: int, passage: Passage | None = None) -> Quotation:
    made = Quotation(comment=row, quoted_id=pk or None, quoted_post_id=None if pk else post.pk)
    if passage is not None:
        made.start, made.end = passage.start, passage.end
        made.attribution_start, made.attribution_end = passage.attribution_start, passage.attribution_end
    return made
