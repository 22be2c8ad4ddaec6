"""Finds the post of a page with all that the page shows of it, in one query that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.prepared import Placed
from posts.models import Post, PostQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

OWN = [field.name for field in Post._meta.concrete_fields if field.name != "body"]  # which no page of a thread shows
BYLINE = ("author__username", "person__name", "person__removed_at")
ANSWER = ("answer__archived", "answer__author__username", "answer__person__name", "answer__person__removed_at")
NOTES = ("source__provenance_note", "source__content_note", "source__downloads")


def _with_all(posts: PostQuerySet) -> PostQuerySet:
    found = posts.select_related("author", "person", "source").with_finding().with_answer()
    return found.only(*OWN, *BYLINE, *ANSWER, *NOTES)


_PLACED = Placed(Post.objects.all, _with_all)


def placed_post(pk: int, user: User | AnonymousUser) -> Post | None:
    """The post that has a page for ``user``, as ``placed_for`` says, with names, tags and answer. One query."""
    return _PLACED(pk, user)
