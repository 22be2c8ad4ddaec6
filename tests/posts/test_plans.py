"""What the databases do for lists of posts: each walks along an index of its own, and sorts no more than its page."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.utils import timezone

from forum.voices.actions import mark
from forum.voices.models import Mark
from posts import lists
from posts.models import Post, Tag
from posts.tags import bearing
from posts.versions import of_tag
from tests.comments import test_plans
from tests.conftest import cast
from tests.making import Row, make_rows, store, take_stock


@pytest.fixture(scope="module")
def standing(lasting):
    """Many threads over eight years, and two tags: one that few bear and one that many do."""
    with lasting():
        make_many(cast("ann"), cast("ben"))


@pytest.fixture
def many(standing, db):
    """The threads, from the newest to the oldest."""
    return list(Post.objects.order_by("-created_at"))


def make_many(ann, ben):
    rare, common = (Tag.objects.create(slug=slug, name=slug.title()) for slug in ("rare", "common"))
    now = timezone.now()
    fields = {
        "author": ann,
        "title": "A thread",
        "html": f"<p>{'Words. ' * 250}</p>",
    }  # so long that reading all is no cheaper than an index
    moments = [now - dt.timedelta(days=number) for number in range(3_000)]
    posts = [
        Post(**fields, created_at=moment, active_at=moment, score=number % 7, kind=("question", "link")[number % 2])
        for number, moment in enumerate(moments)
    ]
    store(posts)
    store([bearing.borne(post, tag.pk) for tag, step in ((common, 2), (rare, 300)) for post in posts[::step]])
    for tag in (rare, common):
        Tag.objects.filter(pk=tag.pk).update(post_count=bearing.counted(tag))
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=common)
    mark(member=ben, kind=Mark.Kind.HIDDEN, target=posts[3])
    mark(member=ben, kind=Mark.Kind.HIDDEN, target=rare)
    take_stock()


def check(act, **allowed):
    """As for threads; there are no comments here, which a planner need not look up."""
    return test_plans.check(act, of="posts_post", **allowed)


def check_walk(act, index):
    """Holds that the ids come along an index in their order; the rows of the one page are sorted once more."""
    plans = check(act, few=True, ordered_by=index)
    assert index in str(plans)
    for plan in plans.values():
        assert plan.count("TEMP B-TREE FOR ORDER BY") <= 1, plan
        assert plan.count("Sort Key") <= 1, plan


def check_walk_of_tag(act, slug, index):
    """The same, but for the ten posts of the rare tag, which PostgreSQL sooner sorts."""
    if slug == "rare" and connection.vendor == "postgresql":
        check(act, few=True)
    else:
        check_walk(act, index)


INDEXES = {"active": "post_active", "new": "post_newest", "top": "post_top"}
OF_TAGS = {"active": "bearing_active", "new": "bearing_newest", "top": "bearing_top"}


def test_the_version_of_a_page_of_a_tag_walks_its_list(many):
    check_walk(lambda: of_tag("common"), "bearing_active")


@pytest.mark.parametrize("slug", ["rare", "common"])
def test_a_short_time_of_a_tag_gathers_no_more_of_its_posts(client, many, slug):
    plans = check(lambda: client.get(f"/tags/{slug}/?order=top&within=day"), few=True)
    if slug == "common" or connection.vendor == "sqlite":
        assert "bearing_newest" in str(plans)


@pytest.mark.parametrize("viewer", ["guest", "member"])
def test_a_list_follows_its_index(client, sign_in, ben, many, monkeypatch, viewer):
    browser = client if viewer == "guest" else sign_in(ben)
    for order, index in INDEXES.items():
        for after in ("", f"&after={many[1_504].pk}"):
            query = f"?order={order}{after}"
            check_walk(lambda query=query: browser.get(f"/{query}"), index)
            for slug in ("rare", "common"):
                address = f"/tags/{slug}/{query}"
                check_walk_of_tag(lambda address=address: browser.get(address), slug, OF_TAGS[order])
            if viewer == "member":
                monkeypatch.setattr(lists, "FEW", 100)  # half of all posts are many here
                check_walk(lambda query=query: browser.get(f"/{query}&tags=mine"), index)
                monkeypatch.undo()


@pytest.mark.parametrize("viewer", ["guest", "member"])
def test_what_waits_for_an_answer_is_no_more_work_where_much_is_answered(client, sign_in, ben, many, viewer):
    """From many that are answered SQLite would conclude that few have the same answer, which is none."""
    browser = client if viewer == "guest" else sign_in(ben)
    answers = make_rows(many[0], [Row() for _ in range(1_000)])
    for post, answer in zip(many[::2], answers, strict=False):
        post.answer = answer
    Post.objects.bulk_update(many[:2_000:2], ["answer"])
    take_stock()
    for after in ("", f"&after={many[2_504].pk}"):
        check_walk(lambda after=after: browser.get(f"/?show=unanswered{after}"), "post_unanswered")
        for slug in ("rare", "common"):
            path = f"/tags/{slug}/?show=unanswered{after}"
            check_walk_of_tag(lambda path=path: browser.get(path), slug, "bearing_newest")


def test_the_list_of_a_member_who_hides_no_tag_follows_its_index(sign_in, eve, many):
    mark(member=eve, kind=Mark.Kind.HIDDEN, target=many[3])
    browser = sign_in(eve)
    for order, index in INDEXES.items():
        check_walk(lambda order=order: browser.get(f"/?order={order}"), index)


def test_top_of_a_time_and_what_waits_for_an_answer_are_found_by_indexes(client, many):
    for within in ("day", "week", "month"):  # a year is a large part of what is made here
        for after in ("", f"&after={many[8].pk}"):
            query = f"?order=top&within={within}{after}"
            plans = check(lambda query=query: client.get(f"/{query}"), few=True)
            assert re.search("post_top_in_time|post_newest", str(plans))  # both begin with the time
    check_walk(lambda: client.get("/?show=unanswered"), "post_unanswered")


@pytest.mark.parametrize("viewer", ["guest", "member"])
def test_of_a_time_with_many_threads_the_best_of_all_are_walked_along(client, sign_in, eve, many, monkeypatch, viewer):
    monkeypatch.setattr(lists, "FEW", 100)
    browser = client if viewer == "guest" else sign_in(eve)
    for after in ("", f"&after={many[160].score}.{many[160].pk}"):
        query = f"?order=top&within=year{after}"
        check_walk(lambda query=query: browser.get(f"/{query}"), "post_top")
        check_walk(lambda query=query: browser.get(f"/tags/common/{query}"), "bearing_top")
        check(lambda query=query: browser.get(f"/{query.replace('year', 'month')}"), few=True)
