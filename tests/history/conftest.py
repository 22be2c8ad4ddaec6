"""What the tests of histories and quotations share."""

import datetime as dt
from collections.abc import Callable

import pytest

from comments.actions import edit_comment
from comments.models import Comment
from forum.users.models import User
from posts.actions import edit_post
from posts.models import Post
from tests.making import make_post, say


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    """Lets everyone publish at once and often."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's post."""
    return make_post(ann, title="Of gardens", body="The old gate stands open.", html="<p>The old gate stands open.</p>")


@pytest.fixture
def comment(post: Post, ben: User) -> Comment:
    """Ben's comment, an hour old."""
    made = say(post, ben, "I walked through the gate at dawn.")
    return older(made)


def older(made: Comment) -> Comment:
    """The comment as if it had been written an hour ago."""
    hour = dt.timedelta(hours=1)
    Comment.objects.filter(pk=made.pk).update(instant=made.instant - hour, created_at=made.created_at - hour)
    return Comment.objects.get(pk=made.pk)


def rewrite(comment: Comment, body: str) -> Comment:
    """The comment after its author has edited it."""
    comment = Comment.objects.select_related("author").get(pk=comment.pk)
    edit_comment(comment=comment, editor=comment.author, body=body, seen=comment.edited_at)
    return Comment.objects.get(pk=comment.pk)


def rewrite_post(post: Post, **words: str) -> Post:
    """The post after its author has edited it."""
    post = Post.objects.select_related("author").get(pk=post.pk)
    said = {"title": post.title, "body": post.body, "url": post.url} | words
    edit_post(post=post, editor=post.author, seen=post.edited_at, **said)
    return Post.objects.get(pk=post.pk)


Reads = Callable[[str], str]
