"""Whoever posts a link that was posted before is told so, loses no word, and may post it all the same."""

import threading
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from forum.pagecache.models import Edition
from forum.states import State
from forum.text.redaction import Change
from posts import actions
from posts.actions import add_post, edit_post
from posts.lists import posted_before, posted_besides
from posts.models import Post
from tests.comments.test_parallel import together, until_another_waits
from tests.comments.test_plans import check
from tests.making import form_on, make_post, page_of, select, store, take_stock, token

SAME = "http://www.example.org/page/?utm_source=mail#top"
WORDS = {"kind": "link", "title": "A page", "url": SAME, "body": "I *wonder*."}


@pytest.fixture
def earlier(ann) -> Post:
    return add_post(author=ann, kind="link", title="The <b>first</b>", url="https://example.org/page", token=token())


def test_the_form_says_so_first_and_posts_it_when_asked_again(sign_in, ben, earlier):
    browser = sign_in(ben)
    form = form_on(page_of(browser.get("/posts/new/"))) | WORDS
    answer = browser.post("/posts/new/", form)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "This page was posted before." in select(page, '[role="alert"]')[0].text_content()
    [link] = select(page, ".answered li a")
    assert (link.get("href"), link.text_content()) == (earlier.get_absolute_url(), "The <b>first</b>")
    assert select(page, "textarea")[0].text.strip() == WORDS["body"]
    [button] = select(page, "#post")
    assert button.text_content() == "Post it all the same"
    assert Post.objects.count() == 1
    again = form_on(page) | {button.get("name"): button.get("value")}
    made = browser.post("/posts/new/", again)
    assert made.status_code == 302
    assert Post.objects.count() == 2
    assert browser.post("/posts/new/", {**again, "again": ""})["Location"] == made["Location"]  # the back button
    assert Post.objects.count() == 2


def test_a_preview_says_so_too(sign_in, ben, earlier):
    page = page_of(sign_in(ben).post("/posts/new/", {**WORDS, "token": token(), "preview": "1"}))
    assert select(page, ".preview em")
    assert select(page, f'.answered a[href="{earlier.get_absolute_url()}"]')
    assert select(page, "#post")[0].text_content() == "Post it all the same"


def test_being_told_of_one_page_is_not_being_told_of_another(sign_in, ann, ben, earlier):
    add_post(author=ann, kind="link", title="Second", url="https://example.org/other", token=token())
    browser = sign_in(ben)
    again = {**WORDS, "url": "https://example.org/other", "token": token(), "again": "example.org/page"}
    assert browser.post("/posts/new/", again).status_code == 409


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_what_is_not_public_is_not_told_of(client, sign_in, ben, earlier, state):
    Post.objects.update(state=state)
    assert sign_in(ben).post("/posts/new/", {**WORDS, "token": token()}).status_code == 302
    made = Post.objects.latest("pk")
    assert "Also posted" not in client.get(made.get_absolute_url()).content.decode()


def test_a_thread_names_the_others_about_the_same_page(client, ann, ben, earlier, count_queries):
    second = add_post(author=ben, **WORDS, token=token())
    for one, other in ((earlier, second), (second, earlier)):
        page = page_of(client.get(one.get_absolute_url()))
        assert "Also posted: " in page.text_content()
        assert select(page, f'.post-head a[href="{other.get_absolute_url()}"]')
    bare = make_post(ann)
    without = count_queries(lambda: client.get(bare.get_absolute_url()))
    assert len(count_queries(lambda: client.get(second.get_absolute_url()))) == len(without) + 1


def test_the_key_moves_with_the_address(ann, earlier):
    edit_post(post=earlier, editor=ann, title="The first", body="", url="https://example.org/moved")
    assert Post.objects.get().url_key == "example.org/moved"
    assert not posted_before(SAME)
    assert posted_before("example.org") == posted_before("") == []


def test_posts_from_before_get_their_keys(ann, earlier):
    for number in range(5):
        make_post(ann, url=f"https://www.example.org/{number}/")
    bare = make_post(ann)
    migration = import_module("posts.migrations.0006_keys_of_addresses")
    migration.BATCH = 2
    migration.fill(apps, SimpleNamespace(connection=connection))
    keys = set(Post.objects.exclude(pk=bare.pk).values_list("url_key", flat=True))
    assert keys == {"example.org/page", *(f"example.org/{number}" for number in range(5))}
    assert Post.objects.get(pk=bare.pk).url_key == ""


def test_it_is_found_by_its_index(ann, earlier):
    made = [
        Post(author=ann, title="A page", url=f"https://e.example/{number}", url_key=f"e.example/{number}",
             created_at=earlier.created_at, active_at=earlier.created_at)
        for number in range(1_500)
    ]  # fmt: skip
    store(made)
    take_stock()
    assert "post_by_address" in str(check(lambda: posted_before("https://e.example/7"), few=True))
    page = Post.objects.get(url_key="e.example/7")
    assert "post_by_address" in str(check(lambda: posted_besides(page), few=True))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_posts_of_one_page_at_once_the_later_one_tells_the_pages(ann, ben, monkeypatch):
    """Neither sees the other's before it is stored; yet each names the other on its page."""
    meet, show = threading.Barrier(2, timeout=1), actions.show_beside

    def show_together(posts, *keys):
        with suppress(threading.BrokenBarrierError):  # the second does not come so far before the first has ended
            meet.wait()
        show(posts, *keys)

    def post(who) -> Post:
        return add_post(author=who, kind="link", title="A page", url=SAME, token=token())

    monkeypatch.setattr(actions, "show_beside", show_together)
    before = Edition.objects.get().number
    made = together([lambda who=who: post(who) for who in (ann, ben)])
    assert [type(one) for one in made] == [Post, Post]
    assert Edition.objects.get().number > before


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("act", ["delete", "redact"])
def test_a_title_that_goes_while_another_posts_its_page_stands_nowhere(ann, ben, monkeypatch, act):
    """Whoever takes it away looks for other posts of the page, of which one is about to be stored."""
    gone = add_post(author=ann, kind="link", title="A page", url=SAME, token=token())
    looked, show = threading.Event(), actions.show_beside

    def show_and_wait(posts, *keys):
        show(posts, *keys)
        if posts[0].pk == gone.pk:
            looked.set()
            until_another_waits()

    def take_away() -> None:
        if act == "delete":
            actions.delete_post(post=gone, by=ann)
        else:
            actions.redact(post=gone, changes={"title": [Change(2, 6, "word")]})

    def post() -> Post:
        looked.wait(5)
        return add_post(author=ben, kind="link", title="Another", url=SAME, token=token())

    monkeypatch.setattr(actions, "show_beside", show_and_wait)
    before = Edition.objects.get().number
    assert [type(done) for done in together([take_away, post])] == [type(None), Post]
    assert Edition.objects.get().number > before
