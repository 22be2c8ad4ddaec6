"""The patterns page shows every component, and only to those who build the site."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.forms import BaseForm
from django.test import Client, RequestFactory

from forum.moderation.forms import ReasonForm, SpellingForm
from forum.pages.unhappy import empties, refused
from forum.pages.views import patterns
from forum.users.forms import NamesForm
from posts.forms import EditPostForm

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


def test_every_list_shows_its_empty_state_on_the_patterns_page() -> None:
    shown = {name.partition(",")[0] for name, words in empties() if words.strip()}
    templates = Path(settings.BASE_DIR) / "templates"
    having = {
        path.relative_to(templates).as_posix()
        for path in templates.rglob("*.html")
        if 'class="empty"' in path.read_text() and "admin" not in path.parts
    }
    assert having - {"pages/patterns.html", "users/_said.html"} <= shown
    assert len(shown) > 12


def test_every_form_that_can_be_refused_shows_its_errors_on_the_patterns_page() -> None:
    shown = refused()
    for name, form in shown:
        assert form.errors, name
        assert all(re.search(r"[.?]$", unescape(error)) for errors in form.errors.values() for error in errors), name
    elsewhere = (ReasonForm, SpellingForm, NamesForm, EditPostForm)  # at the moderators' desk, or the same again
    missing = {
        form
        for form in _below(BaseForm)
        if form.__module__.endswith(".forms")
        and ".desk." not in form.__module__
        and form.__module__.split(".")[0] in {"forum", "posts", "comments"}
        and any(field.required and not field.widget.is_hidden for field in getattr(form, "base_fields", {}).values())
        and not issubclass(form, elsewhere)
    }
    assert missing <= {type(form) for _, form in shown}


def _below(form: type) -> set[type]:
    return {each for below in form.__subclasses__() for each in {below, *_below(below)}}
