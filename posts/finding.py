"""Finds the post of a page with all that the page shows of it, in one query that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.prepared import Placed
from posts.models import Post, PostQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

UNREAD = ("body", "answer__body", "answer__html")  # what no page of a thread shows


def _with_all(posts: PostQuerySet) -> PostQuerySet:
    return posts.select_related("author", "person", "source").with_finding().with_answer().defer(*UNREAD)


_PLACED = Placed(Post.objects.all, _with_all)


def placed_post(pk: int, user: User | AnonymousUser) -> Post | None:
    """The post that has a page for ``user``, as ``placed_for`` says, with names, tags and answer. One query."""
    return _PLACED(pk, user)
