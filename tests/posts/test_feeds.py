"""Atom feeds of the site and of a thread."""

import datetime as dt

import pytest
from lxml import etree, html

from comments.actions import edit_comment
from comments.models import Comment
from forum.states import State
from posts.models import Post
from tests.making import LONG_AGO, Row, make_person, make_post, make_rows, say

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert not answer.cookies
    return etree.fromstring(answer.content)


def entries(tree) -> list[dict[str, str]]:
    return [{part.tag.removeprefix(ATOM): part.text or "" for part in entry} for entry in tree.iter(f"{ATOM}entry")]


def check(tree) -> None:
    """What RFC 4287 asks of a feed and of each entry."""
    ids = [node.text for node in tree.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("tag:") for one in ids)
    moments = [node.text for node in tree.iter(f"{ATOM}updated", f"{ATOM}published")]
    assert all(dt.datetime.fromisoformat(moment).tzinfo for moment in moments)
    for part in [tree, *tree.iter(f"{ATOM}entry")]:
        assert len(part.findall(f"{ATOM}updated")) == 1
        assert len(part.findall(f"{ATOM}title")) == 1
    for entry in tree.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}author/{ATOM}name").text
        assert entry.find(f"{ATOM}content").get("type") == "html"
    links = [node.get("href") for node in tree.iter(f"{ATOM}link")]
    assert links
    assert all(link.startswith("http://localhost:8000/") for link in links)


def test_the_feed_of_the_site_holds_posts_whole(client, ann):
    post = make_post(ann, title="Fish & <chips>", html='<p>Whole <a href="/rules/">words</a></p>')
    tree = feed(client, "/feed/")
    check(tree)
    [entry] = entries(tree)
    assert entry["title"] == "Fish & <chips>"
    assert entry["content"] == '<p>Whole <a href="http://localhost:8000/rules/">words</a></p>'
    assert entry["id"] == f"tag:localhost,2007:post/{post.pk}"


def test_the_words_of_a_feed_are_changed_in_their_links_alone(client, ann):
    make_post(ann, html='<p>They wrote href="/x" and &lt;a href="/y"&gt;.</p>')
    [entry] = entries(feed(client, "/feed/"))
    assert entry["content"] == '<p>They wrote href="/x" and &lt;a href="/y"&gt;.</p>'


def test_the_feed_of_a_thread_holds_living_comments_and_the_post(client, ann, ben):
    post = make_post(archived=True, person=make_person(), created_at=LONG_AGO, title="Old")
    make_rows(post, [Row(archived=True, moment=LONG_AGO) for _ in range(5)])
    comment = say(post, ben, "Living words.")
    tree = feed(client, f"/posts/{post.pk}/feed/")
    check(tree)
    assert [entry["title"] for entry in entries(tree)] == ["Comment by ben", "Old"]
    assert "Words" not in entries(tree)[0]["content"]
    assert "published" not in entries(tree)[1]
    before = entries(tree)[0]["updated"]
    edit_comment(comment=comment, editor=ben, body="Other words.", seen=None)
    [entry, _] = entries(feed(client, f"/posts/{post.pk}/feed/"))
    assert entry["updated"] >= before
    assert "Other words." in entry["content"]


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_unpublished_is_in_a_feed(client, sign_in, ann, root, state):
    post = make_post(ann)
    make_rows(post, [Row(author=ann, state=state), Row(0, author=ann)])
    Comment.objects.filter(state=state).update(html="<p>Marker</p>", body="Marker")
    for viewer in (client, sign_in(ann), sign_in(root)):
        assert "Marker" not in viewer.get(f"/posts/{post.pk}/feed/").content.decode()
    Post.objects.filter(pk=post.pk).update(state=state, title="Marker", html="Marker")
    for viewer in (client, sign_in(ann), sign_in(root)):
        assert viewer.get(f"/posts/{post.pk}/feed/").status_code == 404
        assert "Marker" not in viewer.get("/feed/").content.decode()


def test_no_character_breaks_a_feed(client, ann, ben):
    odd = "]]> \x01 \x0b \ufffe \U0001ffff & < > \u202e end"
    post = make_post(ann, title=odd)
    say(post, ben, odd)
    for address in ("/feed/", f"/posts/{post.pk}/feed/"):
        tree = feed(client, address)
        check(tree)
        for entry in entries(tree):
            assert html.fragment_fromstring(entry["content"], create_parent=True) is not None


def test_a_feed_asks_as_much_when_everything_doubles(client, ann, ben, doubling):
    post = make_post(ann)

    def double() -> None:
        for number in range(4):
            make_post((ann, ben)[number % 2])
            say(post, (ann, ben)[number % 2], f"Words {Comment.objects.count()}.")

    double()
    doubling(lambda: client.get("/feed/"), double, at_most=3)
    doubling(lambda: client.get(f"/posts/{post.pk}/feed/"), double, at_most=3)


def test_an_empty_site_has_a_feed(client, db):
    assert entries(feed(client, "/feed/")) == []
