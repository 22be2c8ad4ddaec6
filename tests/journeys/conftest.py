"""The source thread, and the two widths at which every journey is made."""

import pytest
from django.core.management import call_command

from posts.models import Post


@pytest.fixture(params=[390, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """A phone and a desk."""
    return int(request.param)


@pytest.fixture
def source_thread(transactional_db: None) -> Post:
    """The article of March 2007 with its 41 comments, as every new site has it."""
    call_command("load_fixture", verbosity=0)
    return Post.objects.get()
