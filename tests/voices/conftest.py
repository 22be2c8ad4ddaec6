"""What the tests of voices share: an open thread in which Ann and Ben have spoken, and limits out of the way."""

import pytest

from comments.models import Comment
from forum.users.models import User
from posts.models import Post
from tests.making import make_post, say


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    """Lets everyone publish at once and often; what is about holds and limits says so."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's post."""
    return make_post(ann)


@pytest.fixture
def comment(post: Post, ben: User) -> Comment:
    """Ben's comment under it."""
    return say(post, ben, "Which way?")
