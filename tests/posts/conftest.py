"""What the tests of posts share: a thread that is open, and rules that do not stand in the way."""

import pytest

from forum.users.models import User
from posts.models import Post
from tests.making import make_post


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    """Lets everyone publish at once and often; what is about holds and limits says so."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's post."""
    return make_post(ann)
