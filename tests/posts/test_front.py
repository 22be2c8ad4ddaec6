"""The front page."""

import datetime as dt

import pytest

from comments.actions import change_state
from comments.models import Comment
from forum.states import State
from posts.models import Post
from tests.making import NOON, Row, make_post, make_rows, page_of, say, select


def titles(page) -> list[str]:
    return [link.text_content() for link in select(page, ".lead h2 a") + select(page, ".rows h3 a")]


def test_threads_stand_in_the_order_in_which_they_were_spoken_in(client, ann, ben):
    posts = [make_post(ann, title=f"Thread {n}", created_at=NOON + dt.timedelta(days=n)) for n in range(3)]
    say(posts[1], ben, "Late.")
    say(posts[0], ann, "Later.")
    page = page_of(client.get("/"))
    assert titles(page) == ["Thread 0", "Thread 1", "Thread 2"]
    assert "1 comment · ben, " in " ".join(select(page, ".rows li")[0].text_content().split())


def test_a_link_names_its_host_where_it_stands_large_and_in_a_row(client, ann, count_queries):
    for day in range(3):
        make_post(ann, title=f"Thread {day}", created_at=NOON + dt.timedelta(days=day))
    before = len(count_queries(lambda: client.get("/")))
    Post.objects.exclude(title="Thread 0").update(kind="link", url="https://www.B\u00fccher.example/page")
    page = []
    asked = count_queries(lambda: page.append(page_of(client.get("/"))))
    assert len(asked) <= before
    lead, link, words = *select(page[0], ".lead"), *select(page[0], ".rows li")
    assert "Link to xn--bcher-kva.example" in lead.text_content()
    assert "link to xn--bcher-kva.example" in link.text_content()
    assert "link to" not in words.text_content()


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_that_is_not_public_stands_there(client, ann, state):
    make_post(ann, title="Marker", body="Marker", html="<p>Marker</p>", state=state)
    assert "Marker" not in client.get("/").content.decode()


def test_whoever_waits_is_not_named_as_the_last_to_speak(client, ann, eve, root, settings):
    post = make_post(ann)
    last = say(post, ann, "Hers.")
    settings.FIRST_COMMENTS_HELD = 5
    say(post, eve, "Waiting.")
    change_state(comment=last, to=State.REMOVED, by=root)
    page = client.get("/").content.decode()
    assert "eve" not in page
    assert "0 comments" in page or "be the first to comment" in page
    assert Comment.objects.get(author=eve).state == State.HELD


def test_older_threads_go_on_page_by_page_each_once(client, ann):
    for number in range(95):
        make_post(ann, title=f"Thread {number}", created_at=NOON + dt.timedelta(minutes=number // 3))
    address, read = "/", []
    while address:
        page = page_of(client.get(address))
        read += titles(page)
        onward = [a.get("href") for a in select(page, 'a[rel="next"]')]
        address = f"/{onward[0]}" if onward else ""
    assert sorted(read) == sorted(f"Thread {number}" for number in range(95))
    assert len(select(page_of(client.get("/")), ".lead")) == 1


def test_an_empty_site_says_how_to_start(client, db):
    assert "Start the first" in page_of(client.get("/")).text_content()


def test_one_thread_looks_deliberate_and_ends(client, ann):
    make_post(ann)
    assert "One thread so far." in page_of(client.get("/")).text_content()


def test_the_front_page_asks_as_much_when_everything_doubles(client, sign_in, ann, ben, doubling):
    def double() -> None:
        for number in range(4):
            post = make_post((ann, ben)[number % 2])
            make_rows(post, [Row(None if n % 2 else n - 1 if n else None, author=ann) for n in range(6)])

    double()
    doubling(lambda: client.get("/"), double, at_most=6)
    browser = sign_in(ben)
    doubling(lambda: browser.get("/"), double, at_most=6)


def test_a_thread_with_a_hostile_pulse_or_none_still_stands_there(client, ann):
    Post.objects.filter(pk=make_post(ann).pk).update(pulse={})
    assert client.get("/").status_code == 200
