"""What the tests of notices share: members with confirmed addresses, and threads in which nothing is held."""

import pytest
from allauth.account.models import EmailAddress

from comments.models import Comment
from forum.users.models import User
from posts.models import Post
from tests.making import make_post, say


def confirm(*members: User) -> None:
    """Confirms the address of each."""
    for user in members:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


@pytest.fixture(autouse=True)
def nothing_is_held(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def confirmed(ann: User, ben: User, eve: User) -> None:
    """Ann, Ben and Eve can be written to."""
    confirm(ann, ben, eve)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's thread."""
    return make_post(ann, title="Of gardens")


@pytest.fixture
def comment(post: Post, ann: User) -> Comment:
    """Ann's comment in it."""
    return say(post, ann, "A long walk.")
