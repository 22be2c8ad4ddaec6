"""Queries that are written once read the rows that Django would read, with the values that are given each time."""

import pytest
from django.db.models import F

from forum.prepared import Given, Prepared
from posts.models import Post
from tests.making import NOON, make_person, make_post

pytestmark = pytest.mark.django_db


def test_a_model_is_the_one_that_django_makes(ann, count_queries):
    posts = [make_post(ann, pulse={"now": {"bins": [1]}}, edited_at=NOON), make_post(None, person=make_person())]
    query = Post.objects.select_related("author", "person__source").defer("html").annotate(twice=F("score") * 2)
    prepared = Prepared(lambda: query.filter(pk=Given("pk")))
    for post in posts:
        found, expected = prepared.first(pk=post.pk), query.get(pk=post.pk)
        for left_out in ("_state", "html"):
            assert (left_out in found.__dict__) == (left_out in expected.__dict__)
        named = {name: value for name, value in expected.__dict__.items() if name != "_state"}
        assert {name: value for name, value in found.__dict__.items() if name != "_state"} == named
        assert found._state.fields_cache == expected._state.fields_cache
        assert (found._state.adding, found._state.db) == (False, "default")
        assert len(count_queries(lambda found=found: found.html)) == 1  # what was left out is loaded when asked for
        found.title = "Another"
        found.save(update_fields=["title"])
        assert Post.objects.get(pk=post.pk).title == "Another"


def test_a_sign_of_per_cent_in_the_query_stays_one(ann):
    post = make_post(ann, score=7, title="5 % of 100%")
    rows = Post.objects.filter(pk=Given("pk"), title__contains="% of 100%").annotate(rest=F("score") % 4)
    assert Prepared(lambda: rows.values_list("rest", "title"))(pk=post.pk) == [(3, "5 % of 100%")]
