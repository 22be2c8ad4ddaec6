"""The only writer of votes and marks, and of the scores that follow from votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from comments.actions import present
from comments.models import Comment
from comments.ranking import best
from forum.moderation import limits
from forum.refusals import Conflict, NotAllowed
from forum.users.models import User
from forum.voices import rules
from forum.voices.models import Mark, Vote
from posts.actions import locked, touch
from posts.models import Post, Tag
from posts.tags import bearing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model, QuerySet

COLUMNS: dict[type[Model], str] = {Post: "post", Comment: "comment", User: "about", Tag: "tag"}
AGAINST = {Mark.Kind.FOLLOWED: Mark.Kind.MUTED, Mark.Kind.MUTED: Mark.Kind.FOLLOWED}


def vote(*, member: User, target: Post | Comment, value: int) -> bool:
    """Gives the member's one vote on a post or a comment, +1 or -1, or takes it back (0); returns whether it changed.

    Votes on comments of one thread wait for each other only from the moment the page's version moves: for four short
    statements. Raises NotAllowed or TooMany.
    """
    with transaction.atomic():
        limits.spend("votes", f"member:{member.pk}")
        if isinstance(target, Post):
            target = locked(target.pk)  # before the vote's row refers to it: a lock made stronger can be a deadlock
        _check(rules.why_not_vote(member, target))
        if not _cast(member, target, value):
            return False
        if isinstance(target, Comment):
            touch([target.post_id])  # before the comment, as all writing in a thread does: else a deadlock again
            target = present(Comment.objects.select_related("post"), target.pk)
            _check(rules.why_not_vote(member, target))  # a moderator may have come first
        _count([target.pk], type(target))
    return True


def withdraw_votes(*, member: User) -> int:
    """Takes back every vote that a member has given, as before the account is deleted; returns how many there were.

    One transaction for each thread they voted in.
    """
    mine = Vote.objects.filter(member=member)
    posts = set(mine.filter(post__isnull=False).values_list("post", flat=True))
    posts |= set(mine.filter(comment__isnull=False).values_list("comment__post", flat=True))
    return sum(_withdraw(mine, pk) for pk in sorted(posts))


def mark(*, member: User, kind: Mark.Kind, target: Post | Comment | User | Tag) -> bool:
    """Keeps, hides, folds, follows or mutes something for a member; returns whether anything changed.

    To follow and to mute are opposites: the one takes the other back. Raises NotAllowed for a member who marks
    themselves, TooMany, or Conflict for what is no longer there.
    """
    if target == member:
        raise NotAllowed("You cannot follow or mute yourself.")
    where: dict[str, Any] = {"member": member, COLUMNS[type(target)]: target}
    try:
        with transaction.atomic():
            limits.spend("marks", f"member:{member.pk}")  # first: one member's marks wait for each other at this row
            if isinstance(target, Tag) and bearing.locked([target.pk])[target.pk].merged_into_id is not None:
                raise Conflict(f"“{target.name}” was merged into another tag a moment ago. Choose that one.")
            if kind in AGAINST:
                Mark.objects.filter(kind=AGAINST[kind], **where).delete()
            return Mark.objects.get_or_create(kind=kind, **where)[1]
    except IntegrityError:  # found out when it is stored: no thread is locked for a mark
        raise Conflict("This is no longer there: the import that brought it was taken back.") from None


def move_marks(*, tag: Tag, into: Tag) -> None:
    """Gives whoever follows or hides a tag the same mark on another one. Two statements."""
    there = Mark.objects.filter(tag=into, member=OuterRef("member"), kind=OuterRef("kind"))
    Mark.objects.filter(~Exists(there), tag=tag).update(tag=into)
    Mark.objects.filter(tag=tag).delete()


def unmark(*, member: User, kind: Mark.Kind, target: Post | Comment | User | Tag) -> bool:
    """Takes a mark back; returns whether there was one."""
    with transaction.atomic():
        found = Mark.objects.filter(member=member, kind=kind, **{COLUMNS[type(target)]: target})
        return found.delete()[0] > 0


def _cast(member: User, target: Post | Comment, value: int) -> bool:
    column = COLUMNS[type(target)]
    if value == 0:
        return Vote.objects.filter(member=member, **{column: target}).delete()[0] > 0
    # One statement, because reading and then writing would let the same vote, pressed twice at once, fail.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO voices_vote (member_id, {column}_id, value, made_at) VALUES (%s, %s, %s, %s)"  # noqa: S608
            f" ON CONFLICT (member_id, {column}_id) DO UPDATE SET value = excluded.value, made_at = excluded.made_at"
            " WHERE voices_vote.value <> excluded.value RETURNING id",
            [member.pk, target.pk, value, connection.ops.adapt_datetimefield_value(timezone.now())],
        )
        return cursor.fetchone() is not None


def _withdraw(votes: QuerySet[Vote], post: int) -> int:
    """Takes back those of these votes that are of one thread, but none that comes meanwhile."""
    with transaction.atomic():
        # Locked in the order in which voting locks them, or each could wait for the other: on a comment the row of the
        # vote goes before the thread, on a post the thread before the row.
        gone = _held(votes.filter(comment__post=post))
        touch([post])
        gone += _held(votes.filter(post=post))
        Vote.objects.filter(pk__in=[vote.pk for vote in gone]).delete()
        _count([vote.comment_id for vote in gone if vote.comment_id], Comment)
        _count([vote.post_id for vote in gone if vote.post_id], Post)
    return len(gone)


def _held(votes: QuerySet[Vote]) -> list[Vote]:
    """These votes, locked; those that are taken back just now are waited for, and are not among them."""
    return list(votes.select_for_update(of=("self",)).order_by("pk"))


def _count(targets: Iterable[int], model: type[Post | Comment]) -> None:
    """Makes scores anew from the rows: to add one would trust whatever was counted before."""
    for pk in targets:
        votes = Vote.objects.filter(**{COLUMNS[model]: pk})
        of = votes.aggregate(ups=Count("pk", filter=Q(value=1)), downs=Count("pk", filter=Q(value=-1)))
        score = of["ups"] - of["downs"]
        if model is Comment:
            Comment.objects.filter(pk=pk).update(score=score, best=best(of["ups"], of["downs"]))
        else:
            Post.objects.filter(pk=pk).update(score=score, **Post.moved())
            bearing.voted(pk, score)


def _check(why_not: str) -> None:
    if why_not:
        raise NotAllowed(why_not)
