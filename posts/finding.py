"""Finds the post of a page with all that the page shows of it, in one query that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from forum.prepared import AnyMember, Given, Prepared
from forum.users.roles import may_moderate
from posts.models import Post, PostQuerySet

if TYPE_CHECKING:
    from forum.users.models import User

LARGEST = 2**63 - 1  # of the ids that a database can count
UNREAD = ("body", "answer__body", "answer__html")  # what no page of a thread shows


def _with_all(posts: PostQuerySet) -> PostQuerySet:
    loaded = posts.select_related("author", "person", "source").with_finding().with_answer()
    return loaded.defer(*UNREAD).filter(pk=Given("pk"))


def _placed_for_a_member() -> PostQuerySet:
    reader: Any = AnyMember()
    return Post.objects.placed_for(reader)


_FOR_GUESTS = Prepared(lambda: _with_all(Post.objects.placed_for(AnonymousUser())))
_FOR_MEMBERS = Prepared(lambda: _with_all(_placed_for_a_member()))
_FOR_MODERATORS = Prepared(lambda: _with_all(Post.objects.all()))


def placed_post(pk: int, user: User | AnonymousUser) -> Post | None:
    """The post that has a page for ``user``, as ``placed_for`` says, with names, tags and answer. One query."""
    if pk > LARGEST:
        return None
    if may_moderate(user):
        return _FOR_MODERATORS.first(pk=pk)
    if user.is_authenticated:
        return _FOR_MEMBERS.first(pk=pk, member=user.pk)
    return _FOR_GUESTS.first(pk=pk)
