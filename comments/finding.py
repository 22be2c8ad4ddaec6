"""Finds the comment that a page or a form is about, with its thread and whose words both are, in one query that is
written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from comments.models import Comment, CommentQuerySet
from forum.prepared import AnyMember, Given, Prepared
from forum.users.roles import may_moderate
from posts.finding import LARGEST

if TYPE_CHECKING:
    from forum.users.models import User


def _with_all(comments: CommentQuerySet) -> CommentQuerySet:
    return comments.select_related("author", "person", "post__author", "post__person").filter(pk=Given("pk"))


def _placed_for_a_member() -> CommentQuerySet:
    reader: Any = AnyMember()
    return Comment.objects.placed_for(reader)


_FOR_GUESTS = Prepared(lambda: _with_all(Comment.objects.placed_for(AnonymousUser())))
_FOR_MEMBERS = Prepared(lambda: _with_all(_placed_for_a_member()))
_FOR_MODERATORS = Prepared(lambda: _with_all(Comment.objects.all()))


def placed_comment(pk: int, user: User | AnonymousUser) -> Comment | None:
    """The comment that has a place for ``user``, as ``placed_for`` says. One query."""
    if pk > LARGEST:
        return None
    if may_moderate(user):
        return _FOR_MODERATORS.first(pk=pk)
    if user.is_authenticated:
        return _FOR_MEMBERS.first(pk=pk, member=user.pk)
    return _FOR_GUESTS.first(pk=pk)
