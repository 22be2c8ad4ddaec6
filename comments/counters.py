"""The figures that follow from the comments of a thread: counts, places, who spoke last, the pulse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from comments.models import SHELVED, TOP, Comment, CommentQuerySet
from forum import storing
from forum.states import STAYING, State
from posts import pulse
from posts.tags import bearing

if TYPE_CHECKING:
    from posts.models import Post

FIGURES = (
    *("version", "to_draw", "last_position", "comment_count", "living_count", "active_at"),
    *("last_comment_at", "last_author", "last_person", "pulse"),
)
_STAYING = ", ".join(f"'{state.value}'" for state in STAYING)


def published(post: Post, comment: Comment) -> None:
    """Counts a comment that everyone reads from now on. Changes ``post`` in memory: ``save`` writes it."""
    post.comment_count += 1
    post.living_count += not comment.archived
    post.pulse = pulse.add(post.pulse, _era(comment), comment.created_at)
    if post.last_comment_at is None or comment.created_at > post.last_comment_at:
        _speak_last(post, comment)
    elif comment.created_at == post.last_comment_at:  # a clock that was set back: the position tells
        storing.send()
        _speak_last(post, _published(post).last())


def unpublished(post: Post, comment: Comment) -> None:
    """Takes a comment that nobody reads any more out of the figures. Changes ``post`` in memory."""
    post.comment_count -= 1
    post.living_count -= not comment.archived
    post.pulse = pulse.remove(post.pulse, _era(comment), comment.created_at)
    if pulse.ends_at(post.pulse, _era(comment), comment.created_at):
        rest = _published(post).filter(archived=comment.archived)
        first, last = rest.first(), rest.last()
        post.pulse = pulse.span(
            post.pulse, _era(comment), first.created_at if first else None, last.created_at if last else None
        )
    if post.last_comment_at == comment.created_at:
        _speak_last(post, _published(post).last())


def save(post: Post) -> None:
    """Writes the figures, moves the version of the page, and the post in the lists of its tags. Two statements."""
    post.version += 1
    post.to_draw = True
    storing.update(post, *FIGURES)
    bearing.spoken_in(post)


def count_reply(comment: Comment, step: int) -> None:
    """Adds a reply to the parent's count, or takes one away, and lets the parent come or go with it."""
    parent = comment.parent
    if parent is None:
        return
    storing.run("UPDATE comments_comment SET reply_count = reply_count + %s WHERE id = %s", [step, parent.pk])
    if parent.state not in STAYING:
        storing.send()  # who comes or goes follows from the count
        settle(Comment.objects.get(pk=parent.pk))


def settle(comment: Comment) -> None:
    """Gives a comment its place in the thread, or takes it away, as its state and its replies say.

    A tombstone goes with its last reply and comes back with its first, and so may the one above it: the walk ends
    at the first comment whose place does not change. One statement, however many come or go.
    """
    placed = comment.state in STAYING or comment.reply_count > 0
    if placed != comment.is_shelved:
        return
    moves = f"above.branch = {SHELVED}" if placed else f"above.reply_count = 1 AND above.state NOT IN ({_STAYING})"
    branch = f"COALESCE(comments_comment.parent_id, {TOP})" if placed else str(SHELVED)
    with connection.cursor() as cursor:
        # Whether one moves is asked of the row it is told in: SQLite would filter all comments for a condition on them.
        cursor.execute(
            f"""
            WITH RECURSIVE up(id, parent_id, moves) AS (
                SELECT id, parent_id, 1 FROM comments_comment WHERE id = %s
                UNION ALL
                SELECT above.id, above.parent_id, CASE WHEN {moves} THEN 1 ELSE 0 END
                FROM up JOIN comments_comment above ON above.id = up.parent_id WHERE up.moves = 1
            )
            UPDATE comments_comment
            SET branch = CASE WHEN up.moves = 1 THEN {branch} ELSE branch END,
                reply_count = reply_count + CASE WHEN up.id = %s THEN 0 ELSE %s END
            FROM up WHERE comments_comment.id = up.id
            """,  # noqa: S608  words of our own
            [comment.pk, comment.pk, 1 if placed else -1],
        )
    comment.branch = comment.home_branch() if placed else SHELVED


def _published(post: Post) -> CommentQuerySet:
    """What everyone reads, in the order in which it was said: the first and the last are found by the index."""
    return Comment.objects.filter(post=post, state=State.PUBLISHED).order_by("created_at", "position")


def _speak_last(post: Post, comment: Comment | None) -> None:
    post.last_comment_at = comment.created_at if comment else None
    post.last_author_id = comment.author_id if comment else None
    post.last_person_id = comment.person_id if comment else None
    post.active_at = comment.created_at if comment else post.created_at


def _era(comment: Comment) -> pulse.Era:
    return "then" if comment.archived else "now"
