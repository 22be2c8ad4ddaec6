"""The four pages in the operator's words."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from forum.moderation.models import Rule
from forum.pages.models import Page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["about", "rules", "privacy", "contact"])
def test_every_page_has_a_first_text_and_no_cookie(client: Client, slug: str) -> None:
    answer = client.get(f"/{slug}/")
    assert answer.status_code == 200
    assert Page.objects.get(slug=slug).title in answer.content.decode()
    assert not answer.cookies


def test_the_operator_s_words_replace_the_first_text(client: Client) -> None:
    Page.objects.filter(slug="contact").update(body="Write to us.\n\n## By <i>post</i>\n\nA *letter*.")
    text = client.get("/contact/").content.decode()
    assert ">Write to us.</p>" in text
    assert '<h2 id="by-iposti">By &lt;i&gt;post&lt;/i&gt;</h2>' in text
    assert "<em>letter</em>" in text


def test_the_rules_page_lists_the_rules_that_decisions_name(client: Client) -> None:
    Rule.objects.create(slug="test-rule", title="Say it once.", text="Not twice.", position=99)
    Rule.objects.create(slug="old-rule", title="No hats.", position=98, active=False)
    text = client.get("/rules/").content.decode()
    assert 'id="rule-test-rule"' in text
    assert "No hats." not in text


def test_a_page_that_is_none_of_the_four_is_not_found(client: Client) -> None:
    assert client.get("/imprint/").status_code == 404


def test_the_privacy_page_says_that_drafts_are_kept_and_the_rules_what_is_left_of_a_removed_comment(
    client: Client,
) -> None:
    assert "<strong>Drafts</strong>" in client.get("/privacy/").content.decode()
    rules = client.get("/rules/").content.decode()
    assert "one without replies leaves nothing there" in rules
    assert "in which role" not in rules


def test_words_of_the_operator_stay_when_the_first_texts_change() -> None:
    migration = import_module("forum.pages.migrations.0007_what_is_kept_of_drafts")
    for slug, body in (("privacy", "We keep drafts."), ("rules", "A removed comment leaves a line.")):
        Page.objects.filter(slug=slug).update(body=body)
    before = dict(Page.objects.values_list("slug", "body"))
    migration.tell(apps, SimpleNamespace(connection=connection))
    assert dict(Page.objects.values_list("slug", "body")) == before


def test_the_first_texts_change_once() -> None:
    migration = import_module("forum.pages.migrations.0007_what_is_kept_of_drafts")
    before = dict(Page.objects.values_list("slug", "body"))
    migration.tell(apps, SimpleNamespace(connection=connection))
    assert dict(Page.objects.values_list("slug", "body")) == before
