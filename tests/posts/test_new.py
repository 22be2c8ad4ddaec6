"""Starting a thread."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.making import form_on, page_of, select, token

WORDS = {"kind": "question", "title": "Why is it so?", "body": "I *wonder*."}


def box(answer) -> str:
    return select(page_of(answer), "textarea")[0].text.lstrip("\n")


def problems(answer) -> str:
    return " ".join(select(page_of(answer), '[role="alert"]')[0].text_content().split())


def test_a_member_starts_a_thread(sign_in, ann):
    browser = sign_in(ann)
    form = form_on(page_of(browser.get("/posts/new/")), **WORDS)
    answer = browser.post("/posts/new/", form, follow=True)
    made = Post.objects.get()
    assert answer.redirect_chain == [(made.get_absolute_url(), 302)]
    assert (made.author, made.kind, made.title) == (ann, "question", "Why is it so?")
    assert "<em>wonder</em>" in answer.content.decode()


def test_what_a_kind_of_post_needs_is_not_called_optional(sign_in, ann):
    assert "(optional)" not in sign_in(ann).get("/posts/new/").content.decode()


def test_a_suspended_member_is_offered_no_button_that_does_nothing(sign_in, ann):
    User.objects.filter(pk=ann.pk).update(suspended_until=timezone.now() + dt.timedelta(days=1))
    page = page_of(sign_in(ann).get("/posts/new/"))
    assert [one.text_content() for one in select(page, "div.buttons button")] == ["Keep as draft"]


def test_a_guest_is_asked_to_sign_in_and_comes_back(client, db):
    assert client.get("/posts/new/")["Location"] == "/accounts/login/?next=/posts/new/"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"title": ""}, "Give the post a title."),
        ({"title": "w" * 201}, "This title has 201 characters; the limit is 200. Shorten it."),
        ({"body": ""}, "Write the text of the post."),
        ({"body": "[1]: /x"}, "Write the text of the post."),
        ({"body": "\u200b", "preview": "1"}, "Write the text of the post."),
        ({"body": "w" * 40_001}, "This post is 1 character over the limit of 40,000."),
        ({"kind": "link"}, "A link needs the address it leads to."),
        ({"kind": "link", "url": "javascript:alert(1)"}, "It begins with https:// or http://."),
        ({"kind": "link", "url": "https://bank.example@evil.example/"}, "begin with https:// or http://"),
        ({"kind": "poll"}, "poll is not one of the available choices"),
        ({"body": "*a _b " * 200 + " b_ a*" * 200}, "levels deep"),
        ({"body": "\U0001f4ac" * 39_000}, "kilobytes. Shorten it"),
    ],
)
def test_what_cannot_be_posted_says_why_and_keeps_the_words(sign_in, ann, words, says):
    browser = sign_in(ann)
    for extra in ({}, {"preview": "1"}):
        answer = browser.post("/posts/new/", {**WORDS, "token": token(), **words, **extra})
        assert answer.status_code == 422
        assert says in problems(answer)
        assert box(answer) == {**WORDS, **words}["body"].strip()
    assert not Post.objects.exists()


def test_one_form_posted_twice_makes_one_post(sign_in, ann):
    browser = sign_in(ann)
    form = form_on(page_of(browser.get("/posts/new/")), **WORDS)
    assert browser.post("/posts/new/", form)["Location"] == browser.post("/posts/new/", form)["Location"]
    assert Post.objects.count() == 1
    assert browser.post("/posts/new/", {**form, "title": "Other"}).status_code == 409


def test_a_preview_publishes_nothing_and_can_be_posted(sign_in, ann):
    browser = sign_in(ann)
    form = form_on(page_of(browser.get("/posts/new/")), **WORDS)
    answer = browser.post("/posts/new/", {**form, "preview": "1"})
    assert "<em>wonder</em>" in answer.content.decode()
    assert not Post.objects.exists()
    browser.post("/posts/new/", form_on(page_of(answer)))
    assert Post.objects.get().title == "Why is it so?"


def test_words_are_kept_when_signed_out_suspended_over_the_limit_or_from_another_browser(
    client, sign_in, ann, settings
):
    form = {**WORDS, "token": token()}
    answers = [client.post("/posts/new/", form)]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)
    answers.append(strict.post("/posts/new/", form))
    settings.LIMITS = settings.LIMITS | {"posts_per_hour": 1}
    browser = sign_in(ann)
    browser.post("/posts/new/", form)
    answers.append(browser.post("/posts/new/", {**form, "token": token()}))
    ann.suspended_until = "2999-01-01T00:00Z"
    ann.save()
    answers.append(browser.post("/posts/new/", {**form, "token": token()}))
    assert [answer.status_code for answer in answers] == [403, 403, 429, 403]
    assert all("I *wonder*." in answer.content.decode() for answer in answers)
    assert Post.objects.count() == 1


def test_the_first_post_of_a_new_member_waits(sign_in, client, eve, settings):
    settings.FIRST_COMMENTS_HELD = 1
    browser = sign_in(eve)
    answer = browser.post("/posts/new/", {**WORDS, "token": token()}, follow=True)
    assert "waits for a moderator" in page_of(answer).text_content()
    assert Post.objects.get().state == State.HELD
    assert "Why is it so?" not in client.get("/").content.decode()


def test_a_title_is_one_line_without_characters_no_page_can_hold(sign_in, ann):
    title = "Why\x01 is\n\tit \ufffeso\u2028?"
    sign_in(ann).post("/posts/new/", {**WORDS, "title": title, "token": token()})
    assert Post.objects.get().title == "Why is it so ?"


def test_fields_that_no_form_has_change_nothing(sign_in, ann, ben):
    extra = {
        "author": ben.pk, "author_id": ben.pk, "state": "published", "comment_count": 9, "version": 9, "archived": "1",
        "source": 1, "person": 1, "html": "<script>", "created_at": "2000-01-01", "locked_at": "2000-01-01",
        "format": "html", "slug": "x", "id": 5, "pk": 5, "is_staff": "1", "pulse": "{}", "living_count": 4,
    }  # fmt: skip
    sign_in(ann).post("/posts/new/", {**extra, **WORDS, "token": token()})
    made = Post.objects.get()
    assert (made.author, made.version, made.comment_count, made.archived) == (ann, 1, 0, False)
    assert (made.locked_at, made.format, made.person, made.source) == (None, "markdown", None, None)
    assert made.created_at.year > 2000
