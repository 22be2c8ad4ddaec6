"""Writes comments that come from an archive: many at once, in page order, with the passages they quote."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from comments import citing, counters, revising
from comments.models import SHELVED, Comment, Quotation
from comments.ranking import UNRANKED, best
from comments.recounting import recount
from comments.rendering import known_comments, render_archived, render_markdown
from forum.inserting import insert, reserve
from forum.search import index
from forum.states import MEANING, Format, Precision, State
from posts.actions import locked
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


def import_comments(*, post: Post, found: Sequence[ArchivedComment]) -> list[Comment]:
    """Adds archived comments to a post that has none yet; returns them in page order.

    ``created_at`` must not go back from one to the next: it is the order of the page. Raises ValueError when it
    does, or when the post has comments already.
    """
    if any(later.created_at < item.created_at for item, later in pairwise(found)):
        raise ValueError("created_at goes back")
    with transaction.atomic():
        post = locked(post.pk)
        if post.comments.exists():
            raise ValueError("the post has comments already")
        return add_comments([(post, found)])[0]


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
        _count_replies(outside)
        index.put_new_comments(rows)
        for (post, _), made in zip(threads, added, strict=True):
            _count(post, made)
    return added


def _rows(post: Post, found: Sequence[ArchivedComment], ids: Iterator[int]) -> list[Comment]:
    rows = []
    position = post.last_position
    for item in found:
        position = position + STEP if item.position is None else item.position
        rows.append(
            Comment(
                pk=next(ids),
                post=post,
                person=item.person,
                archived=item.archived,
                created_at=item.created_at,
                position=position,
                best=UNRANKED if item.archived else best(0, 0),
                came_with=post.version + 1,
                printed_date=item.printed_date,
                printed_at=item.printed_at,
                precision=item.precision,
                zone=item.zone,
                instant=item.instant,
                body=item.body,
                html=item.html,
                format=item.format,
                parent_basis=item.parent_basis,
                anchor=item.anchor,
                state=item.state,
            )
        )
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
        placed = MEANING[State(row.state)].stays or row.reply_count > 0
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
        made = [_quotation(row, rows, quotation) for quotation in item.quotations]
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


def _quotation(row: Comment, rows: Sequence[Comment], found: ArchivedQuotation) -> Quotation:
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


def _count_replies(outside: Mapping[int, int]) -> None:
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


# -- later: what comes with a better copy ------------------------------------------------------------------


def attach(pairs: Iterable[tuple[Comment, Comment, Comment.Basis]]) -> int:
    """Puts comments that stand at the top level under what they answer; returns how many. The posts are locked.

    Each pair is a comment, the comment of the same thread that it answers, and what says so.
    """
    moved, more = [], Counter[int]()
    for comment, parent, basis in pairs:
        comment.parent, comment.parent_basis = parent, basis
        if not comment.is_shelved:
            comment.branch = comment.home_branch()
            more[parent.pk] += 1
        moved.append(comment)
    Comment.objects.bulk_update(moved, ["parent", "parent_basis", "branch"], batch_size=BATCH)
    _count_replies(more)
    return len(moved)


def detach(comments: Sequence[Comment]) -> None:
    """Says of comments whose parent never came that they answer nothing."""
    pks = [comment.pk for comment in comments]
    Comment.objects.filter(pk__in=pks, parent=None).update(parent_basis=Comment.Basis.NONE)


def make_room(post: Post) -> None:
    """Numbers the archived comments of a locked post anew in steps, when a better copy finds no room between two."""
    table = Comment._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET position = numbered.place * %s FROM (SELECT id AS numbered_id, row_number() OVER"  # noqa: S608  no values
            f" (ORDER BY created_at, position) AS place FROM {table} WHERE post_id = %s AND archived) AS numbered"
            f" WHERE {table}.id = numbered.numbered_id",
            [STEP, post.pk],
        )
    last = post.comments.filter(archived=True).order_by("position").last()
    if last is not None and last.position > post.last_position:
        post.last_position = last.position
        counters.save(post)


def replace_words(*, comment: Comment, found: ArchivedComment, keep: bool) -> None:
    """Gives an archived comment the words of a better copy; ``keep``: those that stand go into its history.

    The quotations of ``found`` name comments that are here.
    """
    with transaction.atomic():
        post = locked(comment.post_id)
        comment.post = post
        if keep and revising.keep(comment):
            comment.edited_at = comment.revised_at = timezone.now()
        comment.body, comment.format = found.body, found.format
        comment.came_with = post.version + 1
        before = citing.quoted_by(comment)
        comment.quotations.all().delete()
        made = [_quotation(comment, (), quotation) for quotation in found.quotations]
        Quotation.objects.bulk_create(made)
        comment.save(update_fields=["body", "format", "came_with", "edited_at", "revised_at"])
        citing.rerender([Comment.objects.select_related("post").get(pk=comment.pk)])
        citing.count(post.pk, before | {quotation.quoted_id or 0 for quotation in made})
        citing.rerender_quoting([comment.pk])
        post.version += 1
        post.save(update_fields=["version"])


def take_back(*, post: Post, pks: Sequence[int]) -> None:
    """Removes comments that an import made and that nothing which stays answers or quotes. The post is locked.

    With them goes what hangs on them, and the figures of the thread are counted anew.
    """
    lots = [pks[begin : begin + BATCH] for begin in range(0, len(pks), BATCH)]
    for some in lots:
        rows = Comment.objects.filter(pk__in=some)
        index.drop_comments(rows.order_by("pk").values_list("pk", "created_at"))
        Quotation.objects.filter(comment__in=some).delete()
        rows.update(parent=None, branch=SHELVED)  # so that no reply stands in the way of what it answers
    for some in lots:
        Comment.objects.filter(pk__in=some).delete()
    if pks:
        post.last_position = max(post.comments.order_by().values_list("position", flat=True), default=0)
        Post.objects.filter(pk=post.pk).update(last_position=post.last_position)
        recount(post.pk, repair=True)
