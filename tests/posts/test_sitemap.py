"""robots.txt and the sitemap."""

import datetime as dt
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree

from forum.states import State
from posts import sitemap
from posts.models import Post
from tests.making import LONG_AGO, make_person, make_post


def addresses(answer) -> list[str]:
    assert answer["Content-Type"].startswith("application/xml")
    return [node.text for node in etree.fromstring(answer.content).iter("{*}loc")]


def test_robots_are_kept_from_forms_accounts_and_persons_and_shown_the_sitemap(client, db):
    text = client.get("/robots.txt").content.decode()
    for path in ("/accounts/", "/admin/", "/moderation/", "/persons/"):
        assert f"Disallow: {path}\n" in text
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text


def test_the_sitemap_leads_to_every_published_post_and_nothing_else(client, ann, monkeypatch):
    posts = [make_post(ann, title=f"Thread {number} & more") for number in range(5)]
    monkeypatch.setattr(sitemap, "PART", posts[2].pk)  # two parts, wherever the database counts on from other tests
    make_person()
    for state in State:
        if state != State.PUBLISHED:
            make_post(ann, title="Marker", state=state)
    parts = addresses(client.get("/sitemap.xml"))
    listed = [
        address for part in parts for address in addresses(client.get(part.removeprefix("http://localhost:8000")))
    ]
    assert listed == [f"http://localhost:8000{post.get_absolute_url()}" for post in posts]


@pytest.mark.parametrize("part", ["0", str(2**40), str(2**70)])
def test_a_part_that_is_none_is_not_there(client, db, part):
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


def test_each_address_says_when_its_page_last_changed(client, ann, ben, settings):
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann)
    old = make_post(archived=True, person=make_person(), created_at=LONG_AGO)

    def changed() -> list[dt.datetime]:
        parts = {(pk - 1) // sitemap.PART + 1 for pk in (post.pk, old.pk)}  # a database may count on from other tests
        trees = [etree.fromstring(client.get(f"/sitemap-{part}.xml").content) for part in sorted(parts)]
        return [dt.datetime.fromisoformat(node.text) for tree in trees for node in tree.iter("{*}lastmod")]

    first, imported = changed()
    assert first == post.added_at.replace(microsecond=0)
    assert imported == old.added_at.replace(microsecond=0)
    edited = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    Post.objects.filter(pk=post.pk).update(edited_at=edited)
    assert changed() == [edited, imported]
    spoken = dt.datetime(2032, 1, 1, tzinfo=dt.UTC)
    Post.objects.filter(pk=old.pk).update(active_at=spoken)
    assert changed() == [edited, spoken]


def test_the_sitemap_asks_once_however_many_threads_there_are(client, ann, count_queries):
    for _ in range(3):
        make_post(ann)
    for path in ("/sitemap.xml", "/sitemap-1.xml"):
        assert len(count_queries(lambda path=path: client.get(path))) == 1


@pytest.mark.sqlite_only
def test_a_part_is_found_by_its_ids(db):
    """No part walks through those before it; PostgreSQL's plan follows the size of the table, so it is measured."""
    plan = Post.objects.published().filter(pk__gt=50_000, pk__lte=60_000).order_by("pk").only("pk").explain()
    assert "INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/moderation/name/", "/replies/", "/posts/new/", "/persons/{}/"]
)
def test_what_is_closed_to_robots_says_noindex_too(sign_in, client, ann, path):
    path = path.format(make_person().pk)
    for viewer in (client, sign_in(ann)):
        answer = viewer.get(path)
        if answer.status_code == 200:
            assert 'name="robots" content="noindex' in answer.content.decode()


def test_no_robot_is_kept_from_what_is_for_reading(client, ann):
    post = make_post(ann)
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().split("\n"))
    for path in ("/", post.get_absolute_url(), "/members/ann/", "/about/", "/feed/", f"/posts/{post.pk}/picture.png"):
        assert robots.can_fetch("*", f"http://localhost:8000{path}")
    for path in ("/accounts/login/", "/search/?q=x", "/persons/1/", "/drafts/"):
        assert not robots.can_fetch("*", f"http://localhost:8000{path}")
