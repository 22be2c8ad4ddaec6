"""The patterns page shows every component, and only to those who build the site."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from forum.pages.views import patterns

pytestmark = pytest.mark.django_db


def test_every_state_stands_on_the_patterns_page(rf: RequestFactory) -> None:
    request = rf.get("/patterns/")
    request.user = AnonymousUser()
    text = patterns(request).content.decode()
    for part in (
        "comment then inferred",
        'class="divider"',
        'class="tombstone"',
        "waits for a moderator",
        "problems",
        "replied to you",
        'aria-pressed="true"',
        "whom you have muted",
        "A branch you have muted",
        'id="refused"',
    ):
        assert part in text, part
    assert "replied to you" in text
    assert "level 12" in text
    assert "Ben and 1 reply, 1 new" in text


def test_the_patterns_page_has_no_address_on_a_live_site(client: Client) -> None:
    assert client.get("/patterns/").status_code == 404
