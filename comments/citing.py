"""Who quotes whom: the rows, the counts, and the quotations that are drawn again when their source changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from comments import tasks
from comments.models import Comment, CommentQuerySet, Quotation
from comments.rendering import references, render_archived, render_markdown, resolver
from forum.refusals import NotAllowed
from forum.search import index
from forum.states import Format, State
from forum.text.quotations import POST
from posts.actions import lock_all, touch
from posts.models import Post

BATCH = 200  # quoting comments drawn again together
AT_ONCE = 2_000  # drawn while the act that changes their source waits
LATER = 1_000  # drawn by one task of the worker


def check_quoted(post: Post, quoted: set[int]) -> None:
    """Only what everyone reads in this thread can be quoted in it; raises NotAllowed."""
    if POST in quoted and not post.is_public:
        raise NotAllowed("The post is no longer shown, so it cannot be quoted. Take out the line that says #post.")
    asked = quoted - {POST}
    if not asked:
        return
    shown = Comment.objects.filter(pk__in=asked, post=post, state=State.PUBLISHED).values_list("pk", flat=True)
    for pk in sorted(asked - set(shown)):
        raise NotAllowed(
            f"The quotation marked #c{pk} names no comment that is shown in this thread. Take that line out,"
            " or quote another comment."
        )


def quoted_by(comment: Comment) -> set[int]:
    """The ids of the comments that this one quotes, and ``POST``. One query."""
    return {pk or POST for pk in comment.quotations.values_list("quoted", flat=True)}


def quote(comment: Comment, quoted: Collection[int]) -> None:
    """Makes these the quotations in a comment's words, and counts what it quotes and what it quoted before."""
    before = quoted_by(comment)
    comment.quotations.all().delete()
    quote_first(comment, quoted)
    count(comment.post_id, before - set(quoted))


def quote_first(comment: Comment, quoted: Collection[int]) -> None:
    """Makes these the quotations in the words of a new comment, and counts them; nothing for none."""
    now = dict.fromkeys(quoted)
    Quotation.objects.bulk_create(
        Quotation(comment=comment, quoted_post_id=comment.post_id)
        if pk == POST
        else Quotation(comment=comment, quoted_id=pk)
        for pk in now
    )
    count(comment.post_id, set(now))


def count(post: int, quoted: set[int]) -> None:
    """Counts anew how many published comments quote each of these. Two statements, none for nothing."""
    if quoted - {POST}:
        Comment.objects.filter(pk__in=quoted).update(quoted_count=_number("quoted"))
    if POST in quoted:
        Post.objects.filter(pk=post).update(quoted_count=_number("quoted_post"))


def _number(column: str) -> Coalesce:
    found = Quotation.objects.filter(**{column: OuterRef("pk")}, comment__state=State.PUBLISHED).order_by()
    counted = found.values(column).annotate(number=Count("comment", distinct=True)).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def rerender(comments: Iterable[Comment]) -> None:
    """Makes the HTML of comments again, after a name or a passage they quote has changed.

    A query for each thread among ``BATCH`` comments, and one to write what is new.
    """
    batch: list[Comment] = []
    for comment in comments:
        batch.append(comment)
        if len(batch) == BATCH:
            _rerender(batch)
            batch = []
    _rerender(batch)


def rerender_quoting(comments: Iterable[int] | QuerySet[Any, Any] = (), *, post: int | None = None) -> None:
    """Makes the HTML of every comment that quotes one of these, or the post, again.

    Their pages move with their source's, which stands in the same thread. The latest ``AT_ONCE`` are drawn now, in
    less than a second; where there are more, the worker goes on within moments.
    """
    quoting = Quotation.objects.filter(Q(quoted__in=comments) | Q(quoted_post=post, quoted_post__isnull=False))
    pks = sorted(set(quoting.order_by().values_list("comment", flat=True)), reverse=True)
    if pks:
        rerender(_whole(Comment.objects.filter(pk__in=pks[:AT_ONCE])))
    for begin in range(AT_ONCE, len(pks), LATER):
        tasks.redraw.enqueue(pks[begin : begin + LATER])


def redraw(pks: Sequence[int]) -> None:
    """Makes the HTML of these comments again, ``BATCH`` in each transaction, so that nobody who writes waits long."""
    for begin in range(0, len(pks), BATCH):
        with transaction.atomic():
            some = Comment.objects.filter(pk__in=pks[begin : begin + BATCH])
            threads = sorted(set(some.values_list("post", flat=True)))
            lock_all(threads)
            rerender(_whole(some))
            touch(threads)


def _whole(comments: CommentQuerySet) -> Iterable[Comment]:
    return comments.select_related("post").prefetch_related("quotations").order_by("pk").iterator(chunk_size=BATCH)


def _rerender(batch: Sequence[Comment]) -> None:
    threads: dict[int, list[Comment]] = defaultdict(list)
    for comment in batch:
        threads[comment.post_id].append(comment)
    changed = []
    for comments in threads.values():
        quoted: set[int] = set()
        for comment in comments:
            quoted |= references(comment.body) if comment.format == Format.MARKDOWN else quoted_in(comment)
        resolve = resolver(comments[0].post, quoted)
        for comment in comments:
            if comment.format == Format.MARKDOWN:
                written = comment.edited_at or comment.instant
                html = render_markdown(comment.body, comment.post, written=written, resolve=resolve).html
            else:
                html = render_archived(comment, list(comment.quotations.all()), resolve)
            if html != comment.html:
                comment.html = html
                changed.append(comment)
    Comment.objects.bulk_update(changed, ["html"])
    index.put_comments(changed)


def quoted_in(comment: Comment) -> set[int]:
    """The ids of the comments that archived words repeat, from quotations loaded with them."""
    return {quotation.quoted_id for quotation in comment.quotations.all() if quotation.quoted_id is not None}
