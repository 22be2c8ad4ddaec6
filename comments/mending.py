"""Mends archived threads: what a better copy says of comments that are here, and what goes with an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from comments import citing, counters, revising
from comments.importing import BATCH, STEP, ArchivedComment, count_replies, quotation_row
from comments.models import SHELVED, Comment, Drawing, Quotation
from comments.recounting import recount
from forum.search import index
from posts.actions import locked, touch
from posts.models import Post


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
    count_replies(more)
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
        made = [quotation_row(comment, (), quotation) for quotation in found.quotations]
        Quotation.objects.bulk_create(made)
        comment.save(update_fields=["body", "format", "came_with", "edited_at", "revised_at"])
        citing.rerender([Comment.objects.select_related("post").get(pk=comment.pk)])
        citing.count(post.pk, before | {quotation.quoted_id or 0 for quotation in made})
        citing.rerender_quoting([comment.pk])
        touch([post.pk])


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
        Drawing.forget([post.pk])
        recount(post.pk, repair=True)
