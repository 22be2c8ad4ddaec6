"""What a link to the site shows elsewhere: OpenGraph in the head of pages, of public words alone."""

import pytest

from comments.models import Comment
from forum.states import State
from posts.models import Post, Tag
from posts.tags import bearing
from tests.making import LONG_AGO, Row, make_person, make_post, make_rows, page_of, say

SITE = "http://localhost:8000"
NEEDED = {"og:title", "og:type", "og:url", "og:image", "og:image:width", "og:image:height", "og:image:alt"}


def card(client, path: str) -> dict[str, str]:
    metas = page_of(client.get(path)).iterfind(".//meta")
    said = [(meta.get("property") or meta.get("name"), meta.get("content")) for meta in metas]
    found = [(name, words) for name, words in said if name and name.startswith(("og:", "twitter:"))]
    assert len(found) == len(dict(found)), "said twice"
    return dict(found)


def check(found: dict[str, str], path: str) -> None:
    assert set(found) >= NEEDED | {"og:site_name", "twitter:card"}
    assert all(found.values())
    assert found["og:url"] == SITE + path
    assert found["og:image"].startswith(SITE + "/")
    assert found["og:site_name"] == "Rejoinder"


def test_front_thread_comment_and_member_have_a_card_whose_picture_is_there(client, ann):
    post = make_post(ann, title="Fish & <chips>", html="<p>An opening of “words”.</p>")
    comment = say(post, ann, "Living words.")
    Tag.objects.create(slug="walks", name="Walks", description="On foot.")
    for path in ("/", post.get_absolute_url(), comment.get_absolute_url(), "/members/ann/", "/tags/walks/"):
        found = card(client, path)
        check(found, path)
        assert client.get(found["og:image"].removeprefix(SITE)).status_code == 200
    thread = card(client, post.get_absolute_url())
    assert thread["og:title"] == "Fish & <chips>"
    assert thread["og:description"] == "An opening of “words”."
    assert thread["og:type"] == "article"
    assert card(client, comment.get_absolute_url())["og:description"] == "Living words."
    assert card(client, comment.get_absolute_url())["og:title"] == "ann on “Fish & <chips>”"


def test_a_post_without_words_has_a_card_without_them(client, ann):
    post = make_post(ann, kind="link", url="https://example.org/", body="", html="")
    found = card(client, post.get_absolute_url())
    check(found, post.get_absolute_url())
    assert "og:description" not in found


def test_no_word_of_an_archived_comment_is_cut_out_for_a_card(client, db):
    post = make_post(archived=True, person=make_person(), created_at=LONG_AGO, title="Old")
    [comment] = make_rows(post, [Row(archived=True, moment=LONG_AGO)])
    Comment.objects.update(html="<p>Marker</p>", printed_date="March 22, 2007")
    found = card(client, comment.get_absolute_url())
    check(found, comment.get_absolute_url())
    assert found["og:description"] == "A comment of March 22, 2007"
    assert "Marker" not in "".join(found.values())


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_what_is_not_public_has_no_card_for_anybody(client, sign_in, ann, root, state):
    post = make_post(ann, title="Marker", html="<p>Marker</p>")
    comment, _ = make_rows(post, [Row(author=ann), Row(0, author=ann)])
    Comment.objects.filter(pk=comment.pk).update(state=state, html="<p>Secret</p>")
    for viewer in (client, sign_in(ann), sign_in(root)):
        answer = viewer.get(comment.get_absolute_url())
        assert answer.status_code != 200 or not card(viewer, comment.get_absolute_url())
    Comment.objects.filter(pk=comment.pk).update(state=State.PUBLISHED)
    Post.objects.filter(pk=post.pk).update(state=state)
    for viewer in (client, sign_in(ann), sign_in(root)):
        for thing in (Post.objects.get(pk=post.pk), comment):
            answer = viewer.get(thing.get_absolute_url())
            assert answer.status_code != 200 or not card(viewer, thing.get_absolute_url())


THREAD, LIST = ("?after={comment}", "?order=newest", "?view=flat"), ("?after={post}", "?order=top", "?order=new")


def test_each_page_has_one_address_for_search_engines(client, ann):
    """The others name it, and ask not to be kept."""
    post = make_post(ann)
    bearing.bear(post, [Tag.objects.create(slug="walks", name="Walks")])
    comment = say(post, ann)
    for path, others in ((post.get_absolute_url(), THREAD), ("/", LIST), ("/tags/walks/", LIST)):
        for query in ("", *others):
            page = page_of(client.get(path + query.format(comment=comment.pk, post=post.pk)))
            assert page.xpath("//link[@rel='canonical']/@href") == [SITE + path]
            assert page.xpath("//meta[@name='robots']/@content") == (["noindex, follow"] if query else [])
