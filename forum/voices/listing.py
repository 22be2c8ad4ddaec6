"""The lists of what a member has saved, hidden, followed or muted, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from comments.markup import TOMBSTONES
from comments.models import Comment
from forum.paging import ListPage, latest_first
from forum.states import State
from forum.users.roles import may_moderate
from forum.voices.markup import member_acts, toggle
from forum.voices.models import Mark
from posts.models import STATES_WITH_A_PAGE, Post

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

PAGE = 30
ADDRESSES = {
    Mark.Kind.SAVED: ("save", "Unsave"),
    Mark.Kind.HIDDEN: ("hide", "Show on the front page"),
    Mark.Kind.FOLLOWED: ("follow", "Unfollow"),
    Mark.Kind.MUTED: ("mute", "Unmute"),
}
EMPTY = {
    Mark.Kind.SAVED: "Comments and posts that you save stand here.",
    Mark.Kind.HIDDEN: "Posts that you hide from the front page stand here.",
    Mark.Kind.FOLLOWED: (
        "Threads, branches and members that you follow stand here. What is said there gives you a notice."
    ),
    Mark.Kind.MUTED: "Threads, branches and members that you mute stand here. They give you no notices.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: exactly one of ``post``, ``comment`` and ``member``, unless only ``gone`` may be said."""

    undo: SafeString
    gone: str = ""
    post: Post | None = None
    comment: Comment | None = None
    member: User | None = None
    words: SafeString | None = None  # of an archived comment, whole: no machine cuts them


def entries(member: User | AnonymousUser, kind: Mark.Kind, *, after: Any) -> tuple[list[Entry], str]:
    """One page of the member's marks of a kind, the latest first, and the address of the next. Two queries at most."""
    bylines = ("post__author", "post__person", "comment__author", "comment__person", "comment__post", "about")
    # But for tags, said so that no index serves it: SQLite would take theirs, and sort all the marks there are.
    rows = Mark.objects.filter(member=member.pk, kind=kind).exclude(tag__gt=0).select_related(*bylines)
    page: ListPage[Mark] = latest_first(rows, key="made_at", after=after, size=PAGE)
    return [_entry(row, member) for row in page.rows], page.next_url


def acts_about(viewer: User | AnonymousUser, member: User) -> SafeString:
    """The buttons to follow or to mute ``member``, for another member who looks at their page. One query then."""
    if not viewer.is_authenticated or viewer.pk == member.pk:
        return SafeString()
    return member_acts(member, set(Mark.objects.filter(member=viewer, about=member).values_list("kind", flat=True)))


def _entry(row: Mark, member: User | AnonymousUser) -> Entry:
    if row.comment is not None:
        return _of_comment(row.comment, member, _undo(row, f"/comments/{row.comment.pk}/"))
    if row.post is not None:
        undo = _undo(row, f"/posts/{row.post.pk}/")
        if row.post.words_for(member):
            return Entry(undo, post=row.post)
        return Entry(undo, gone=f"{row.post.shown_title}.")
    if row.about is None:
        raise ValueError("a mark on nothing that this list shows")
    return Entry(_undo(row, row.about.get_absolute_url()), member=row.about)


def _of_comment(comment: Comment, member: User | AnonymousUser, undo: SafeString) -> Entry:
    if not comment.words_for(member):
        return Entry(undo, gone=TOMBSTONES[State(comment.state)])
    if comment.post.state not in STATES_WITH_A_PAGE and not may_moderate(member):
        return Entry(undo, gone="A comment in a thread that is no longer shown.")
    whole = mark_safe(comment.html) if comment.archived else None  # noqa: S308  sanitised when it was written
    return Entry(undo, comment=comment, words=whole)


def _undo(row: Mark, path: str) -> SafeString:
    act, words = ADDRESSES[Mark.Kind(row.kind)]
    return mark_safe(toggle(f"{escape(path)}{act}/", ("", words), on=True, whole=True))  # noqa: S308  escaped here
