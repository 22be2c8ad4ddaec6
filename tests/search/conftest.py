"""What tests of the search share: looking for words as a guest does, and reading what the page says."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.making import page_of, select

Look = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def free(settings) -> None:
    """No hold and no limit stands in the way of a test about words."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def look(client: Client) -> Look:
    """Looks for words as a guest and gives the addresses of the hits, in the order of the page."""

    def look_for(words: str, **controls: object) -> list[str]:
        page = page_of(client.get("/search/", {"q": words, **controls}))
        links = [list(item.iter("a")) for item in select(page, "ol.items > li")]
        return [found[0].get("href") if item_is_post(found) else permalink(found) for found in links]

    return look_for


def item_is_post(links: list) -> bool:
    return links[0].getparent().tag == "h3"


def permalink(links: list) -> str:
    return next(link.get("href") for link in links if link.get("href").startswith("/comments/"))
