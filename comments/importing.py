"""Writes comments that come from an archive: many at once, in page order, with the passages they quote."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from comments import counters
from comments.models import SHELVED, Comment, Quotation
from comments.ranking import UNRANKED, best
from comments.rendering import known_comments, render_archived, render_markdown
from forum.inserting import insert, maker, reserve
from forum.search import index
from forum.states import STAYING, Format, Precision, State
from posts.models import Post

if TYPE_CHECKING:
    from forum.users.models import Person

STEP = 1_000  # between the positions of neighbours on a page: room for what a better copy finds between them
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class ArchivedQuotation:
    """A passage that repeats comment ``of`` (its index among those found, or its id); offsets as in ``Quotation``."""

    of: int | Comment
    start: int
    end: int
    attribution_start: int | None = None
    attribution_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class ArchivedComment:
    """A comment as a reader of archives found it.

    ``parent`` is its index among those that are imported with it, or a comment that is here. ``position`` is given
    where it belongs between others; else it comes last. ``html`` is safe HTML, or empty to have it made.
    """

    person: Person | None
    created_at: dt.datetime
    body: str
    html: str = ""
    format: Format = Format.PLAIN
    parent: int | Comment | None = None
    parent_basis: Comment.Basis = Comment.Basis.NONE
    anchor: str = ""
    printed_date: str = ""
    printed_at: str = ""
    precision: Precision = Precision.NONE
    zone: str = ""
    instant: dt.datetime | None = None
    quotations: tuple[ArchivedQuotation, ...] = ()
    position: int | None = None
    state: State = State.PUBLISHED
    archived: bool = True


def add_comments(threads: Sequence[tuple[Post, Sequence[ArchivedComment]]]) -> list[list[Comment]]:
    """Adds archived comments to some posts, with all that follows; returns those of each in their order.

    The posts are new, or locked by the caller, and are changed in memory too. About three statements for each
    thirty comments and one for each post.
    """
    with transaction.atomic():
        ids = iter(reserve(Comment, sum(len(found) for _, found in threads)))
        added = [_rows(post, found, ids) for post, found in threads]
        rows = [row for made in added for row in made]
        outside = _place(rows)
        quotations = []
        for (post, found), made in zip(threads, added, strict=True):
            quotations += _draw(post, made, found)
        insert(rows)
        insert(quotations)
        count_replies(outside)
        index.put_new_comments(rows)
        for (post, _), made in zip(threads, added, strict=True):
            _count(post, made)
    return added


def _rows(post: Post, found: Sequence[ArchivedComment], ids: Iterator[int]) -> list[Comment]:
    rows = []
    make = maker(Comment)
    position = post.last_position
    for item in found:
        position = position + STEP if item.position is None else item.position
        values = {
            "id": next(ids),
            "archived": item.archived,
            "created_at": item.created_at,
            "position": position,
            "best": UNRANKED if item.archived else best(0, 0),
            "came_with": post.version + 1,
            "printed_date": item.printed_date,
            "printed_at": item.printed_at,
            "precision": item.precision,
            "zone": item.zone,
            "instant": item.instant,
            "body": item.body,
            "html": item.html,
            "format": item.format,
            "parent_basis": item.parent_basis,
            "anchor": item.anchor,
            "state": item.state,
        }
        rows.append(make(values, {"post": post, "person": item.person}))
    for row, item in zip(rows, found, strict=True):
        row.parent = rows[item.parent] if isinstance(item.parent, int) else item.parent
    return rows


def _place(rows: Sequence[Comment]) -> Counter[int]:
    """Gives new rows their branch and their count of replies, from the leaves upwards, at any depth.

    Returns how many replies more the comments have that were here before.
    """
    new = {row.pk: row for row in rows}
    replies: defaultdict[int | None, list[Comment]] = defaultdict(list)
    for row in rows:
        replies[row.parent_id if row.parent_id in new else None].append(row)
    downwards = list(replies[None])
    for row in downwards:  # grows while it is read
        downwards.extend(replies.get(row.pk, ()))
    outside: Counter[int] = Counter()
    for row in reversed(downwards):
        placed = row.state in STAYING or row.reply_count > 0
        row.branch = row.home_branch() if placed else SHELVED
        if placed and row.parent_id in new:
            new[row.parent_id].reply_count += 1
        elif placed and row.parent_id is not None:
            outside[row.parent_id] += 1
    return outside


def _draw(post: Post, rows: Sequence[Comment], found: Sequence[ArchivedComment]) -> list[Quotation]:
    """The HTML of new rows and the quotations in them; counts who is quoted."""
    quotations: list[Quotation] = []
    quoted: defaultdict[int, set[int]] = defaultdict(set)
    known = {row.pk: row for row in rows}
    for row, item in zip(rows, found, strict=True):
        if not item.quotations and row.format != Format.MARKDOWN:
            row.html = row.html or render_archived(row, (), known_comments(()))
            continue
        made = [quotation_row(row, rows, quotation) for quotation in item.quotations]
        quotations += made
        said = {quotation.quoted_id: quotation.quoted for quotation in made if quotation.quoted is not None}
        known.update((pk, of) for pk, of in said.items() if pk is not None)
        resolve = known_comments(said.values())
        if row.format == Format.MARKDOWN:
            row.html = render_markdown(row.body, post, written=row.instant, resolve=resolve).html
        else:
            row.html = render_archived(row, made, resolve)
        if row.is_public:
            for pk in said:
                quoted[pk or 0].add(row.pk)
    here = {row.pk for row in rows}
    for pk in quoted:
        if pk in here:
            known[pk].quoted_count = len(quoted[pk])
    outside = {pk: len(by) for pk, by in quoted.items() if pk not in here}
    for number, pks in _by_number(outside).items():
        Comment.objects.filter(pk__in=pks).update(quoted_count=F("quoted_count") + number)
    return quotations


def quotation_row(row: Comment, rows: Sequence[Comment], found: ArchivedQuotation) -> Quotation:
    return Quotation(
        comment=row,
        quoted=rows[found.of] if isinstance(found.of, int) else found.of,
        start=found.start,
        end=found.end,
        attribution_start=found.attribution_start,
        attribution_end=found.attribution_end,
    )


def _by_number(counts: Mapping[int, int]) -> dict[int, list[int]]:
    by_number: defaultdict[int, list[int]] = defaultdict(list)
    for pk, number in counts.items():
        by_number[number].append(pk)
    return by_number


def count_replies(outside: Mapping[int, int]) -> None:
    """Counts replies that came to comments of earlier; one of them that had left the thread comes back."""
    for number, pks in _by_number(outside).items():
        Comment.objects.filter(pk__in=pks).update(reply_count=F("reply_count") + number)
    if outside:
        shelved = Comment.objects.filter(pk__in=list(outside), branch=SHELVED).order_by("pk")
        for pk in list(shelved.values_list("pk", flat=True)):  # read anew: one may bring back the next
            counters.settle(Comment.objects.get(pk=pk))


def _count(post: Post, rows: Sequence[Comment]) -> None:
    """The figures of the thread with these comments."""
    if not rows:
        return
    post.last_position = max(post.last_position, *(row.position for row in rows))
    for row in rows:
        if row.is_public:
            counters.published(post, row)
    counters.save(post)
