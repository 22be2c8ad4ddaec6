"""Finds the comment that a page or a form is about, with its thread and whose words both are, in one query that is
written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comments.models import Comment, CommentQuerySet
from forum.prepared import Placed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User


def _with_all(comments: CommentQuerySet) -> CommentQuerySet:
    return comments.select_related("author", "person", "post__author", "post__person", "post__source")


_PLACED = Placed(Comment.objects.all, _with_all)


def placed_comment(pk: int, user: User | AnonymousUser) -> Comment | None:
    """The comment that has a place for ``user``, as ``placed_for`` says. One query."""
    return _PLACED(pk, user)
