"""Keeps pages, from an empty memory on, as a site does."""

from collections.abc import Iterator

import pytest

from forum.pagecache import store


@pytest.fixture(autouse=True)
def _keeping(settings) -> Iterator[None]:
    settings.PAGE_CACHE = True
    store.memory.clear()
    yield
    store.memory.clear()
