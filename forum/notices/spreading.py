"""What the worker does after an act: tells those who follow, and writes the mails that are wanted at once."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Q

from comments.models import UPWARDS, Comment
from forum.notices import rules
from forum.notices.models import Choice, Kind, Notice, NoticeQuerySet, Way
from forum.notices.outbox import put_notices
from forum.notices.tasks import deliver
from forum.states import State
from forum.voices.models import Mark
from posts.models import STATES_WITH_A_PAGE, Post

ONE_GO = 500  # followers in one transaction, so that nobody who writes waits for long


def spread_comment(pk: int) -> None:
    """Tells those who follow the thread, a branch above the comment, or its author."""
    comment = Comment.objects.select_related("post").filter(pk=pk).first()
    if comment is None or comment.state != State.PUBLISHED or comment.post.state not in STATES_WITH_A_PAGE:
        return
    _tell_followers(comment.post, comment)
    _write_mails(Notice.objects.filter(comment=comment, action=None))


def spread_post(pk: int) -> None:
    """Tells those who follow the author of a new post."""
    post = Post.objects.filter(pk=pk).first()
    if post is None or post.state != State.PUBLISHED:
        return
    _tell_followers(post, None)
    _write_mails(Notice.objects.filter(post=post, comment=None, action=None))


def spread_decision(pk: int) -> None:
    """Writes the mail about a decision."""
    _write_mails(Notice.objects.filter(action=pk))


SPREADS = {"comment": spread_comment, "post": spread_post, "action": spread_decision}


def _tell_followers(post: Post, comment: Comment | None) -> None:
    words = comment or post
    of = Q(post=post) if comment else Q()
    if comment:
        of |= Q(comment__in=_followed_above(comment))
    if words.author_id:
        of |= Q(about=words.author_id)
    for followers in _by_the_hundreds(of):
        kinds = {member: kind for member, kind in followers.items() if member != words.author_id}
        told = rules.not_muting(kinds, post=post, words=words)
        rows = [
            Notice(member_id=member, kind=kind, post=post, comment=comment)
            for member, kind in kinds.items()
            if member in told
        ]
        Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _followed_above(comment: Comment) -> list[int]:
    """Which of this comment and those it stands under somebody follows. One query, at any depth."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{UPWARDS} SELECT id FROM up WHERE EXISTS"  # noqa: S608  no values
            " (SELECT 1 FROM voices_mark WHERE comment_id = up.id AND kind = %s)",
            [comment.pk, Mark.Kind.FOLLOWED],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _by_the_hundreds(of: Q) -> Iterator[dict[int, Kind]]:
    """Followers and their strongest reason, ONE_GO marks at a time; a member's marks may stand in two lots."""
    if not of:
        return
    marks = Mark.objects.filter(of, kind=Mark.Kind.FOLLOWED, member__is_active=True).order_by("member", "pk")
    last: tuple[int, int] = (0, 0)
    while True:
        lot = list(
            marks.filter(Q(member__gt=last[0]) | Q(member=last[0], pk__gt=last[1])).values_list(
                "member", "pk", "comment", "post"
            )[:ONE_GO]
        )
        if not lot:
            return
        found: dict[int, Kind] = {}
        for member, _, comment, post in lot:
            kind = Kind.BRANCH if comment else Kind.THREAD if post else Kind.AUTHOR
            found[member] = min(found.get(member, kind), kind, key=list(Kind).index)
        yield found
        last = (lot[-1][0], lot[-1][1])


def _write_mails(notices: NoticeQuerySet) -> None:
    """Writes the mails of those who want them at once and have a confirmed address."""
    last = 0
    waiting = notices.filter(read_at=None, mailed_at=None, mails=None).order_by("pk")
    while lot := list(waiting.filter(pk__gt=last)[:ONE_GO]):
        last = lot[-1].pk
        members = {notice.member_id for notice in lot}
        choices = Choice.objects.in_bulk(members)
        confirmed = set(EmailAddress.objects.filter(user__in=members, verified=True).values_list("user", flat=True))
        wanted = [
            notice
            for notice in lot
            if notice.member_id in confirmed and choices.get(notice.member_id, Choice()).way(notice.kind) == Way.ONCE
        ]
        if wanted:
            with transaction.atomic():
                put_notices(wanted)
                deliver.enqueue()
