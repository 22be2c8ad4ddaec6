"""Writes comments that come from an archive: many at once, in page order, with the passages they quote."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from comments import counters
from comments.models import TOP, Comment, Quotation
from comments.ranking import UNRANKED
from comments.rendering import known_comments
from forum.search import index
from forum.states import Format, Precision, State
from forum.text import html, plain
from posts import pulse
from posts.actions import locked

if TYPE_CHECKING:
    from forum.users.models import Person
    from posts.models import Post

STEP = 1_000  # between the positions of neighbours on a page: room for what a better copy finds between them
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class ArchivedQuotation:
    """A passage that repeats comment ``of`` (its index in page order); offsets as in ``Quotation``."""

    of: int
    start: int
    end: int
    attribution_start: int | None = None
    attribution_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class ArchivedComment:
    """A comment as a reader of archives found it; ``parent`` is an index in page order, always an earlier one."""

    person: Person | None
    created_at: dt.datetime
    body: str
    format: Format = Format.PLAIN
    parent: int | None = None
    parent_basis: Comment.Basis = Comment.Basis.NONE
    anchor: str = ""
    printed_date: str = ""
    printed_at: str = ""
    precision: Precision = Precision.NONE
    zone: str = ""
    instant: dt.datetime | None = None
    quotations: tuple[ArchivedQuotation, ...] = ()


def import_comments(*, post: Post, found: Sequence[ArchivedComment]) -> list[Comment]:
    """Adds archived comments, published, to a post that has none yet; returns them in page order.

    ``created_at`` must not go back from one to the next: it is the order of the page. Raises ValueError when it
    does, when a parent does not come earlier, or when the post has comments already.
    """
    _check(found)
    with transaction.atomic():
        post = locked(post.pk)
        if post.comments.exists():
            raise ValueError("the post has comments already")
        rows = Comment.objects.bulk_create(
            [_row(post, number, item) for number, item in enumerate(found, 1)], batch_size=BATCH
        )
        _join(rows, found)
        index.put_comments(rows)
        _count(post, rows)
    return rows


def _check(found: Sequence[ArchivedComment]) -> None:
    for number, item in enumerate(found):
        if item.parent is not None and not 0 <= item.parent < number:
            raise ValueError(f"comment {number}: its parent {item.parent} does not come earlier")
        if number and item.created_at < found[number - 1].created_at:
            raise ValueError(f"comment {number}: created_at goes back")


def _row(post: Post, number: int, item: ArchivedComment) -> Comment:
    return Comment(
        post=post,
        person=item.person,
        archived=True,
        created_at=item.created_at,
        position=number * STEP,
        best=UNRANKED,
        came_with=post.version + 1,
        printed_date=item.printed_date,
        printed_at=item.printed_at,
        precision=item.precision,
        zone=item.zone,
        instant=item.instant,
        body=item.body,
        format=item.format,
        parent_basis=item.parent_basis,
        anchor=item.anchor,
        state=State.PUBLISHED,
    )


def _join(rows: list[Comment], found: Sequence[ArchivedComment]) -> None:
    """The second pass, when every row has its id: parents, quotations, and the HTML that links to both."""
    replies = Counter(item.parent for item in found if item.parent is not None)
    quoted = Counter(number for item in found for number in {quotation.of for quotation in item.quotations})
    resolve = known_comments(rows)
    quotations = []
    for number, (row, item) in enumerate(zip(rows, found, strict=True)):
        row.parent = rows[item.parent] if item.parent is not None else None
        row.branch = row.parent.pk if row.parent else TOP
        row.reply_count, row.quoted_count = replies[number], quoted[number]
        quotations += [_quotation(row, rows, quotation) for quotation in item.quotations]
        if row.format == Format.HTML:
            row.html = html.sanitise(row.body)
        else:
            spans = [
                plain.Span(q.start, q.end, q.attribution_start, q.attribution_end, rows[q.of].pk)
                for q in item.quotations
            ]
            row.html = plain.render(row.body, quotes=spans, resolve=resolve).html
    Comment.objects.bulk_update(rows, ["parent", "branch", "reply_count", "quoted_count", "html"], batch_size=BATCH)
    Quotation.objects.bulk_create(quotations, batch_size=BATCH)


def _quotation(row: Comment, rows: list[Comment], found: ArchivedQuotation) -> Quotation:
    return Quotation(
        comment=row,
        quoted=rows[found.of],
        start=found.start,
        end=found.end,
        attribution_start=found.attribution_start,
        attribution_end=found.attribution_end,
    )


def _count(post: Post, rows: list[Comment]) -> None:
    if not rows:
        return
    last = rows[-1]
    post.comment_count = len(rows)
    post.last_position = last.position
    post.pulse = pulse.build({"then": [row.created_at for row in rows]})
    post.last_comment_at = post.active_at = last.created_at
    post.last_person = last.person
    counters.save(post)
