"""What the tests of reading share: rules that do not stand in the way, a thread, and a clock to turn."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine

from forum.users.models import User
from posts.models import Post
from tests.making import NOON, make_post

Later = Callable[..., None]


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann: User) -> Post:
    """Ann's post."""
    return make_post(ann)


@pytest.fixture
def later() -> Iterator[Later]:
    """Stops the clock at noon, and turns it on: `later(minutes=40)`."""
    with time_machine.travel(NOON, tick=False) as clock:

        def turn(**by: float) -> None:
            clock.shift(dt.timedelta(**by))

        yield turn
