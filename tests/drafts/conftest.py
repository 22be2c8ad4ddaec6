"""What the tests of drafts share: a thread that is open, and rules that do not stand in the way."""

import pytest

from comments.models import Comment
from forum.users.models import User
from posts.models import Post
from tests.making import make_post, say


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's post."""
    return make_post(ann)


@pytest.fixture
def comment(post: Post, ann: User) -> Comment:
    """Ann's comment."""
    return say(post, ann, "What is answered.")
