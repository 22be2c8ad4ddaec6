"""What a machine reads off the visible words: the thread as schema.org knows threads, told once and not twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import lxml.html
import pytest
from django.core.management import call_command

from comments.actions import change_state
from comments.models import Comment
from forum.states import State
from posts.models import Post
from tests.making import make_post, page_of, say

SCHEMA = "https://schema.org/"


def value_of(node: lxml.html.HtmlElement) -> object:
    """The value of a property, as the HTML standard says."""
    if "itemscope" in node.attrib:
        return item(node)
    if node.tag == "meta":
        return node.get("content")
    if node.tag in ("a", "link"):
        return node.get("href")
    if node.tag == "time":
        return node.get("datetime") or node.text_content()
    return node.text_content().strip()


def item(node: lxml.html.HtmlElement) -> dict[str, list]:
    """The properties of an item, each a list; those of items inside it are theirs."""
    found: dict[str, list] = {"type": [node.get("itemtype", "").removeprefix(SCHEMA)]}
    waiting = list(reversed(node))
    while waiting:
        below = waiting.pop()
        if below.get("itemprop"):
            found.setdefault(below.get("itemprop"), []).append(value_of(below))
        if "itemscope" not in below.attrib:
            waiting.extend(reversed([child for child in below if isinstance(child.tag, str)]))
    return found


def items(client, path: str) -> list[dict]:
    page = page_of(client.get(path))
    return [item(node) for node in page.iter() if isinstance(node.tag, str) and _outermost(node)]


def _outermost(node: lxml.html.HtmlElement) -> bool:
    return "itemscope" in node.attrib and "itemprop" not in node.attrib


def comments(thread: dict, parent: int | None = None) -> Iterator[tuple[dict, int | None]]:
    """Each comment of an item with the id of the one that it stands under."""
    for found in thread.get("comment", []):
        yield found, parent
        yield from comments(found, pk_of(found) or parent)


def pk_of(found: dict) -> int | None:
    return int(found["url"][0].strip("/").split("/")[-1]) if "url" in found else None


def check(thread: dict) -> None:
    """What Google asks of a discussion: an author with a name, a date, and words."""
    assert thread["type"] == ["DiscussionForumPosting"]
    for found in [thread, *(comment for comment, _ in comments(thread))]:
        if found.get("creativeWorkStatus") == ["Deleted"]:
            continue
        [author] = found["author"]
        assert author["type"] == ["Person"]
        assert author["name"][0]
        [date] = found["datePublished"]
        assert dt.datetime.fromisoformat(date)
        assert found["text"][0] or found["sharedContent"]
        assert len(found["url"]) == 1


def test_the_source_thread_is_told_with_every_parent_author_and_date(client, db):
    call_command("load_fixture", verbosity=0)
    post = Post.objects.with_bylines().get()
    [thread] = items(client, post.get_absolute_url())
    check(thread)
    assert thread["headline"] == [post.title]
    assert thread["url"] == [f"http://localhost:8000{post.get_absolute_url()}"]
    assert thread["commentCount"] == ["41"]
    [counter] = thread["interactionStatistic"]
    assert (counter["interactionType"], counter["userInteractionCount"]) == ([f"{SCHEMA}CommentAction"], ["41"])
    told = {
        pk_of(found): (parent, found["author"][0]["name"][0], found["datePublished"][0])
        for found, parent in comments(thread)
    }
    rows = Comment.objects.select_related("person")
    assert told == {row.pk: (row.parent_id, row.person.name, row.printed_at) for row in rows}
    assert len(told) == 41


def test_living_words_are_told_with_their_moment_and_their_author_s_page(client, post, ann, ben):
    first = say(post, ann, "First.")
    reply = say(post, ben, "A reply.", first)
    [thread] = items(client, post.get_absolute_url())
    check(thread)
    [top] = thread["comment"]
    [below] = top["comment"]
    assert below["author"][0]["url"] == ["/members/ben/"]
    assert below["text"] == ["A reply."]
    assert below["datePublished"] == [reply.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")]


def test_what_answers_something_that_is_gone_is_not_taken_for_its_equal(client, post, ann, ben, mod):
    first = say(post, ann, "First.")
    second = say(post, ben, "Second.", first)
    say(post, ann, "Third.", second)
    change_state(comment=second, to=State.HIDDEN, by=mod)
    [thread] = items(client, post.get_absolute_url())
    check(thread)
    [gone] = thread["comment"][0]["comment"]
    assert gone["creativeWorkStatus"] == ["Deleted"]
    assert "author" not in gone
    assert "text" not in gone
    assert gone["comment"][0]["text"] == ["Third."]


def test_a_link_without_words_tells_what_it_shares(client, ann):
    post = make_post(ann, kind="link", url="https://example.org/a", body="", html="")
    [thread] = items(client, post.get_absolute_url())
    assert thread["sharedContent"][0]["url"] == ["https://example.org/a"]


@pytest.mark.parametrize("query", ["", "?view=flat", "?order=newest"])
def test_no_word_is_said_twice_for_machines(client, post, ben, query):
    say(post, ben, "Said once and no more.")
    page = client.get(post.get_absolute_url() + query).content.decode()
    assert page.count("Said once and no more.") == 1
    assert "ld+json" not in page


def test_the_front_page_tells_of_each_thread_and_where_it_is(client, ann, ben):
    posts = [make_post(ann, title=f"Thread {number}") for number in range(3)]
    say(posts[0], ben)
    found = items(client, "/")
    assert [one["type"] for one in found] == [["DiscussionForumPosting"]] * 3
    assert {one["url"][0]: one["headline"][0] for one in found} == {p.get_absolute_url(): p.title for p in posts}
    assert [one["commentCount"] for one in found if one["headline"] == ["Thread 0"]] == [["1"]]
