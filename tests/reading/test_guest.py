"""A guest who asked for it: one signed cookie keeps what was read, and no page of theirs is anybody else's."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client

from forum.reading import guests
from forum.reading.models import Visit
from posts.models import Post
from tests.making import make_post, page_of, say, select
from tests.reading.test_fold import folded
from tests.reading.test_new import counted, fresh, large

pytestmark = pytest.mark.django_db
NAME = settings.READING_COOKIE_NAME


@pytest.fixture
def asked(client, post) -> Client:
    """A guest's browser that keeps what was read, from Ann's thread on."""
    client.get(f"/reading/?post={post.pk}")
    answer = client.post("/reading/", {"keep": "1", "post": str(post.pk)})
    assert answer["Location"] == f"{post.get_absolute_url()}?fold=read#comments"
    return client


def look(client, post, query=""):
    return page_of(client.get(post.get_absolute_url() + query))


def test_a_guest_is_asked_first_and_told_what_is_kept(client, post, ann):
    say(post, ann, "Old.")
    [link] = [a for a in select(look(client, post), ".bar a") if a.text_content() == "fold what I have read"]
    page = page_of(client.get(link.get("href")))
    assert "For this we set one cookie." in page.text_content()
    assert NAME not in client.cookies, "nothing before the button"
    assert select(page, 'button[value="1"]')[0].text_content() == "Keep what I have read"
    assert select(page, f'a[href="{post.get_absolute_url()}"]')


def test_privacy_says_what_is_kept(client):
    words = page_of(client.get("/privacy/")).text_content()
    assert "one cookie keeps how far you have read" in words
    assert "What you have read: for each thread you open" in words


def test_new_comments_are_marked_counted_and_what_was_read_folds(asked, post, ann, later):
    old = say(post, ann, "Old.")
    look(asked, post)
    later(minutes=31)
    new = say(post, ann, "New.")
    page = look(asked, post)
    assert (fresh(page), counted(page)) == ([f"c{new.pk}"], ["1 new"])
    assert fresh(look(asked, post)) == [f"c{new.pk}"], "a reload takes no mark away"
    assert folded(look(asked, post, "?fold=read")) == {f"c{old.pk}": "ann"}
    later(days=100)
    assert fresh(look(asked, post)) == []
    assert not Visit.objects.exists()
    assert not Session.objects.exists()


def test_a_guest_walks_on_to_what_is_new_on_other_pages(asked, ann, later):
    post = large(ann, 210)
    look(asked, post)
    later(hours=1)
    new = [say(post, ann, f"New {number}.") for number in range(2)]
    page = look(asked, post)
    assert counted(page) == ["2 new"]
    answer = asked.get(page.xpath("//a[text()='2 new']/@href")[0])
    assert answer["Location"] == f"/comments/{new[0].pk}/#c{new[0].pk}"
    page = page_of(asked.get(answer["Location"]))
    onward = select(page, f"#c{new[0].pk} .marks a")[0].get("href")
    assert asked.get(onward)["Location"] == f"/comments/{new[1].pk}/#c{new[1].pk}"
    after_all = asked.get(f"/posts/{post.pk}/next-new/?after={new[1].pk}")
    assert after_all["Location"] == f"{post.get_absolute_url()}#comments"


def test_what_the_buttons_did_is_said_once(client, post):
    for keep, said in (("1", "From now on this browser keeps"), ("0", "What you had read is forgotten")):
        page = page_of(client.post("/reading/", {"keep": keep, "post": str(post.pk)}, follow=True))
        assert [message.text_content().startswith(said) for message in select(page, "p.said")] == [True]
        assert said not in client.get(post.get_absolute_url()).content.decode()
    assert not Session.objects.exists()


def test_a_guest_forgets_again(asked, post, ann, later):
    page = page_of(asked.get("/reading/"))
    assert select(page, 'button[value="0"]')[0].text_content() == "Forget what I have read"
    asked.post("/reading/", {"keep": "0"})
    assert not asked.cookies[NAME].value
    later(hours=1)
    say(post, ann, "New.")
    assert fresh(look(asked, post)) == []


def test_the_cookie_is_small_signed_and_out_of_reach(asked, ann, monkeypatch):
    for _ in range(guests.THREADS + 10):
        look(asked, make_post(ann))
    cookie = asked.cookies[NAME]
    assert len(cookie.value) < 2_000
    assert len(guests.read(cookie.value)) == guests.THREADS
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["secure"], "over plain http, as in tests"
    assert 300 * 86_400 < cookie["max-age"] < 400 * 86_400


@pytest.mark.parametrize(
    "cookie",
    ["x", "a:b:c", "x" * 10_000, signing.dumps([[1]], salt=guests.SALT), signing.dumps([[1, 2, 3, 4]], salt="another")],
)
def test_a_forged_or_odd_cookie_is_as_good_as_none(client, post, cookie):
    client.cookies[NAME] = cookie
    answer = client.get(post.get_absolute_url())
    assert answer.status_code == 200
    assert NAME not in answer.cookies
    assert client.get(f"/posts/{post.pk}/next-new/?after=x").status_code == 302


# ── The page kept for all guests (cases 35, 76 and 77) ───────────────────────

ODD = [
    {},
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"HX-Request": "true"},
    {"Cookie": "theme=dark; utm=1"},
    {"Range": "bytes=0-10"},
    {"X-Forwarded-Host": "elsewhere.example"},
]


def test_a_guest_who_asked_for_nothing_gets_the_page_for_all(asked, sign_in, post, ann, ben, later):
    say(post, ann, "Old.")
    member = sign_in(ben)
    for browser in (asked, member):
        look(browser, post)
    later(hours=1)
    say(post, ann, "New.")
    for query in ("", "?fold=read&utm_source=x"):
        pages = []
        for headers in ODD:
            for browser in (asked, member):  # as they look first, so nothing of theirs must stay
                mine = browser.get(
                    post.get_absolute_url() + query, headers={k: v for k, v in headers.items() if k != "Cookie"}
                )
                assert mine["Cache-Control"] == "private, no-store"
            answer = Client().get(post.get_absolute_url() + query, headers=headers)
            assert answer["Cache-Control"] == "public, no-cache"
            assert "Cookie" in answer["Vary"]
            assert not answer.cookies
            pages.append(answer.content)
            for word in (b"csrf", b"ben", b"ext new", b">new<", b" new</a>", b"mark all as read"):
                assert word not in answer.content.replace(b"New post", b"")
        assert len(set(pages)) == 1
    assert folded(look(Client(), post, "?fold=read")) == {}


def test_every_page_is_private_to_a_browser_that_has_the_cookie(asked, post):
    for path in ("/", post.get_absolute_url(), "/about/", "/nothing-here/", "/reading/"):
        answer = asked.get(path)
        assert answer["Cache-Control"] in (
            "private, no-store",
            "max-age=0, no-cache, no-store, must-revalidate, private",
        )


def test_a_page_that_is_not_modified_still_keeps_what_was_read(asked, post, ann, later):
    """A 304 has no room for a stale mark: pages of such a browser are never kept, so none is asked for."""
    first = asked.get(post.get_absolute_url())
    later(hours=1)
    say(post, ann, "New.")
    answer = asked.get(post.get_absolute_url(), headers={"If-None-Match": first.get("ETag", '"x"')})
    assert answer.status_code == 200
    assert NAME in answer.cookies


def test_readers_with_junk_for_sessions_leave_no_row(client, post, ann):
    say(post, ann, "Words.")
    for number in range(20):
        browser = Client()
        browser.cookies[settings.SESSION_COOKIE_NAME] = f"junk{number}"
        browser.get(post.get_absolute_url() + "?fold=read")
        browser.get("/reading/")
    assert (Session.objects.count(), Visit.objects.count()) == (0, 0)


def test_a_guests_cookie_is_not_asked_for_a_member(asked, sign_in, post, ann, ben):
    member = sign_in(ben)
    member.cookies[NAME] = asked.cookies[NAME].value
    answer = member.get(post.get_absolute_url())
    assert NAME not in answer.cookies
    assert Visit.objects.filter(member=ben).count() == 1
    assert member.get("/reading/")["Location"] == "/preferences/"


def test_the_post_a_guest_comes_from_is_one_they_may_see(client, ann):
    held = make_post(ann, title="Secret", state="held")
    for wanted in (str(held.pk), "0", "x", str(2**70)):
        assert "Secret" not in client.get(f"/reading/?post={wanted}").content.decode()
        assert client.post("/reading/", {"keep": "1", "post": wanted})["Location"] == "/"
    assert Post.objects.count() == 1
