"""The permalink: a comment in its context."""

import datetime as dt

import pytest

from comments.actions import change_state, set_parent
from comments.models import Comment
from comments.threads import ROOTS
from forum.states import State
from posts.actions import change_post_state
from tests.making import NOON, Row, make_rows, page_of, say, select

GONE = [State.HIDDEN, State.REMOVED, State.DELETED]


@pytest.fixture
def chain(post, ann, ben) -> list[Comment]:
    """Five comments, each an answer to the one before."""
    comments: list[Comment] = []
    for number in range(5):
        author = (ann, ben)[number % 2]
        comments.append(say(post, author, f"Marker{number}.", comments[-1] if comments else None))
    return comments


def test_a_permalink_shows_the_parents_the_comment_and_its_branch(client, post, chain):
    aside = say(post, chain[0].author, "Another branch.")
    page = page_of(client.get(chain[2].get_absolute_url()))
    links = [a.get("href") for a in select(page, ".parents a")]
    assert links == [chain[0].get_absolute_url(), chain[1].get_absolute_url()]
    shown = [li.get("id") for li in select(page, "li.comment")]
    assert shown == [f"c{comment.pk}" for comment in chain[2:]]
    assert f"c{aside.pk}" not in shown
    assert select(page, f'a[href="{post.get_absolute_url()}#c{chain[2].pk}"]')


def test_each_comment_says_whom_it_answers_at_which_level(client, chain):
    page = page_of(client.get(chain[1].get_absolute_url()))
    headings = [" ".join(h.text_content().split()) for h in select(page, "h3")]
    assert headings[0].startswith("Reply by ben to ann, level 2")
    assert headings[1].startswith("Reply by ann to ben, level 3")


def test_the_way_back_leads_to_the_same_page_of_the_thread(client, post, chain):
    page = page_of(client.get(f"{chain[2].get_absolute_url()}?start={chain[0].pk}"))
    assert select(page, f'a[href="{post.get_absolute_url()}?after={chain[0].pk}#c{chain[2].pk}"]')


@pytest.mark.parametrize("number", [0, 1, 250, 299])
def test_the_way_to_the_whole_of_a_large_thread_leads_to_a_page_that_shows_the_comment(client, post, ann, number):
    """All answer the one before, so that no page of the tree shows those further down."""
    rows = [Row(n - 1 if n else None, NOON + dt.timedelta(minutes=n // 2), author=ann) for n in range(300)]
    comments = make_rows(post, rows)
    page = page_of(client.get(comments[number].get_absolute_url()))
    [address] = [a.get("href") for a in select(page, ".more a") if a.text == "Show it in the whole thread"]
    shown = [li.get("id") for li in select(page_of(client.get(address)), "li.comment")]
    assert shown[0] == f"c{comments[number].pk}"
    assert address.endswith(f"#{shown[0]}")
    assert [a.get("href") for a in select(page, "h1 a")] == [post.get_absolute_url()]


def test_a_branch_of_many_replies_goes_on_page_by_page_and_ends(client, post, ann):
    rows = [Row(author=ann)] + [Row(0, NOON + dt.timedelta(minutes=n), author=ann) for n in range(2 * ROOTS + 5)]
    comments = make_rows(post, rows)
    address, read, pages = f"{comments[0].get_absolute_url()}?start={comments[0].pk}", [], 0
    while address:
        page = page_of(client.get(address))
        assert not select(page, "li.onward")
        read += [li.get("id") for li in select(page, "li.comment")][1:]
        pages += 1
        onward = [a.get("href") for a in select(page, 'a[rel="next"]')]
        assert all("start=" in href for href in onward)
        address = comments[0].get_absolute_url() + onward[0] if onward else ""
    assert read == [f"c{comment.pk}" for comment in comments[1:]]
    assert pages == 3


@pytest.mark.parametrize("state", GONE)
def test_a_comment_that_is_gone_is_a_tombstone_over_its_replies(client, sign_in, ben, root, chain, state):
    Comment.objects.filter(pk=chain[1].pk).update(state=state)
    for viewer in (client, sign_in(ben)):
        answer = viewer.get(chain[1].get_absolute_url())
        assert answer.status_code == 200
        assert "Marker1" not in answer.content.decode()
        assert "Marker2" in answer.content.decode()
        assert select(page_of(answer), ".tombstone")
        assert "Marker1" not in viewer.get(chain[2].get_absolute_url()).content.decode()
    assert "Marker1" in sign_in(root).get(chain[1].get_absolute_url()).content.decode()


def test_a_removed_comment_without_replies_has_no_page(client, sign_in, ben, root, chain):
    change_state(comment=chain[4], to=State.REMOVED, by=root)
    assert client.get(chain[4].get_absolute_url()).status_code == 404
    assert sign_in(ben).get(chain[4].get_absolute_url()).status_code == 404
    assert sign_in(root).get(chain[4].get_absolute_url()).status_code == 200


def test_a_held_comment_is_seen_by_its_author_and_moderators_and_to_others_it_is_not_there(
    client, sign_in, post, ann, ben, mod, root
):
    [held] = make_rows(post, [Row(author=ben, state=State.HELD)])
    statuses = [viewer.get(held.get_absolute_url()).status_code for viewer in (client, sign_in(ann))]
    assert statuses == [404, 404]
    for viewer in (ben, mod, root):
        page = page_of(sign_in(viewer).get(held.get_absolute_url()))
        assert "Words 0." in page.text_content()
        assert "held for a moderator" in page.text_content()


@pytest.mark.parametrize("state", [State.HELD, State.REMOVED])
def test_comments_go_with_a_post_that_has_no_page(client, sign_in, ben, root, post, chain, state):
    change_post_state(post=post, to=state, by=root)
    assert client.get(chain[1].get_absolute_url()).status_code == 404
    assert sign_in(ben).get(chain[1].get_absolute_url()).status_code == 404


def test_a_comment_that_a_moderator_moved_says_so(client, post, chain, root):
    set_parent(comment=chain[3], parent=chain[0], by=root)
    page = page_of(client.get(chain[3].get_absolute_url()))
    assert "placed here by a moderator" in page.text_content()


def test_the_excerpt_of_a_parent_shows_each_character_once(client, post, ann):
    first = say(post, ann, "Fish & chips < 5 dollars")
    reply = say(post, ann, "Indeed.", first)
    page = page_of(client.get(reply.get_absolute_url()))
    assert "Fish & chips < 5 dollars" in select(page, ".parents")[0].text_content()


def test_a_permalink_asks_as_much_when_its_branch_doubles(client, post, chain, ann, doubling):
    deepest = chain[4]

    def double() -> None:
        nonlocal deepest
        for _ in range(8):
            say(post, ann, "Wider.", chain[2])
            deepest = say(post, ann, "Deeper.", deepest)

    double()
    doubling(lambda: client.get(chain[2].get_absolute_url()), double, at_most=9)
