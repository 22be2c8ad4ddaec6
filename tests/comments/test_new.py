"""Commenting on a post."""

import re

import pytest
from django.test import Client

from comments.models import Comment
from forum.states import State
from posts.actions import lock_post
from posts.models import Post
from tests.making import form_on, make_post, page_of, select, token


@pytest.fixture
def address(post) -> str:
    return f"/posts/{post.pk}/comment/"


def typed(answer) -> str:
    """What stands in the box of the form, or in the box that gives words back."""
    return "\n".join(area.text or "" for area in select(page_of(answer), "textarea")).strip()


def problems(answer) -> str:
    return " ".join(select(page_of(answer), '[role="alert"]')[0].text_content().split())


def test_a_member_comments_and_sees_it_in_its_place(sign_in, ben, post, address):
    browser = sign_in(ben)
    form = form_on(page_of(browser.get(address)), body="First words.")
    answer = browser.post(address, form, follow=True)
    made = Comment.objects.get()
    assert answer.redirect_chain == [(made.get_absolute_url(), 302)]
    assert "First words." in page_of(answer).text_content()
    assert (made.author, made.post, made.parent, made.instant is None) == (ben, post, None, False)


def test_a_guest_is_asked_to_sign_in_and_then_comes_back_to_the_form(client, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={address}"


def test_an_empty_comment_is_refused_with_what_to_do(sign_in, ben, address):
    for words in ("", " \n\t ", "\r\n\r\n"):
        answer = sign_in(ben).post(address, {"body": words, "token": token()})
        assert answer.status_code == 422
        assert "Write something before you post." in problems(answer)
    assert not Comment.objects.exists()


UNSEEN = ["[1]: http://a.example/x", ">", "-", "#", "\u200b", "\u3164", "&#8203;", "[](/x)"]


def test_a_comment_of_which_nothing_is_seen_is_refused_and_keeps_what_was_typed(sign_in, ben, address):
    browser = sign_in(ben)
    for words in UNSEEN:
        for button in ({}, {"preview": ""}):
            answer = browser.post(address, {"body": words, "token": token(), **button})
            assert answer.status_code == 422
            assert "Write something before you post." in problems(answer)
            assert words in answer.content.decode().replace("&amp;", "&").replace("&gt;", ">")
    assert not Comment.objects.exists()


def test_a_comment_one_character_too_long_says_so_and_keeps_the_words(sign_in, ben, address):
    words = "w" * 10_001
    answer = sign_in(ben).post(address, {"body": words, "token": token()})
    assert answer.status_code == 422
    assert "This comment is 1 character over the limit of 10,000. Shorten it and post again." in problems(answer)
    assert typed(answer) == words


def test_a_comment_of_the_very_limit_is_taken_whatever_line_ends_a_browser_sends(sign_in, ben, address):
    words = ("w" * 99 + "\r\n") * 100
    sign_in(ben).post(address, {"body": words, "token": token()})
    assert len(Comment.objects.get().body) == 9_999


def test_far_too_long_a_comment_is_counted_and_given_back(sign_in, ben, address):
    answer = sign_in(ben).post(address, {"body": "w" * 250_000, "token": token()})
    assert "240,000 characters over the limit" in problems(answer)
    assert len(typed(answer)) == 250_000


def test_one_form_posted_twice_makes_one_comment(sign_in, ben, address):
    browser = sign_in(ben)
    form = form_on(page_of(browser.get(address)), body="Once.")
    first, second = browser.post(address, form), browser.post(address, form)
    assert first["Location"] == second["Location"]
    assert Comment.objects.count() == 1


def test_one_form_posted_again_with_other_words_gives_them_back(sign_in, ben, address):
    browser, form = sign_in(ben), token()
    browser.post(address, {"body": "Once.", "token": form})
    answer = browser.post(address, {"body": "Twice.", "token": form})
    assert answer.status_code == 409
    assert typed(answer) == "Twice."
    assert "already posted with other words" in problems(answer)


@pytest.mark.parametrize("bad", ["", "x", "0" * 33, "g" * 32, "0" * 31 + "\n"])
def test_a_form_without_its_token_is_given_back_with_a_new_one(sign_in, ben, address, bad):
    answer = sign_in(ben).post(address, {"body": "Words.", "token": bad})
    assert answer.status_code == 422
    assert typed(answer) == "Words."
    assert not Comment.objects.exists()


def test_a_form_that_was_given_back_can_be_posted(sign_in, ben, address):
    browser = sign_in(ben)
    answer = browser.post(address, {"body": "Words.", "token": "bad"})
    answer = browser.post(address, form_on(page_of(answer)))
    assert answer.status_code == 302
    assert Comment.objects.get().body == "Words."


def test_a_preview_shows_what_would_be_published_and_publishes_nothing(sign_in, ben, address):
    browser = sign_in(ben)
    words = "Some *marked* words & a [link](https://example.org/)."
    form = form_on(page_of(browser.get(address)), body=words)
    answer = browser.post(address, {**form, "preview": "1"})
    assert answer.status_code == 200
    shown = re.search(r'<div class="body">(.*?)</div>', answer.content.decode(), re.S)[1]
    assert not Comment.objects.exists()
    assert typed(answer) == words
    browser.post(address, form_on(page_of(answer)))
    assert Comment.objects.get().html.strip() == shown.strip()


def test_a_form_posted_after_signing_out_is_given_back(client, address):
    answer = client.post(address, {"body": "Long words.", "token": token()})
    assert answer.status_code == 403
    assert typed(answer) == "Long words."
    assert "You are signed out" in problems(answer)
    assert not Comment.objects.exists()


def test_a_form_of_another_browser_is_given_back(ben, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)
    answer = browser.post(address, {"body": "Long <words>.", "token": token()})
    assert answer.status_code == 403
    assert typed(answer) == "Long <words>."
    assert not Comment.objects.exists()


def test_a_suspended_member_keeps_the_words_and_hears_why(sign_in, ben, address):
    browser = sign_in(ben)
    ben.suspended_until = "2999-01-01T00:00Z"
    ben.suspension_reason = "Shouting."
    ben.save()
    answer = browser.post(address, {"body": "Long words.", "token": token()})
    assert answer.status_code == 403
    assert typed(answer) == "Long words."
    assert "suspended until January 1, 2999" in problems(answer)
    assert "Shouting." in problems(answer)


def test_a_thread_that_was_locked_meanwhile_gives_the_words_back(sign_in, ben, post, root, address):
    lock_post(post=post, by=root)
    answer = sign_in(ben).post(address, {"body": "Long words.", "token": token()})
    assert answer.status_code == 403
    assert typed(answer) == "Long words."
    assert "locked" in problems(answer)


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_a_post_that_went_meanwhile_gives_the_words_back(sign_in, ben, post, address, state):
    Post.objects.filter(pk=post.pk).update(state=state)
    answer = sign_in(ben).post(address, {"body": "Long words.", "token": token()})
    assert answer.status_code in (403, 404)
    assert typed(answer) == "Long words."
    assert not Comment.objects.exists()


def test_a_limit_gives_the_words_back(sign_in, ben, address, settings):
    settings.LIMITS = settings.LIMITS | {"comments_per_hour": 1}
    browser = sign_in(ben)
    browser.post(address, {"body": "One.", "token": token()})
    answer = browser.post(address, {"body": "Two.", "token": token()})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert typed(answer) == "Two."


def test_words_nested_too_deep_are_given_back(sign_in, ben, address):
    words = "*a _b " * 200 + " b_ a*" * 200
    for extra in ({}, {"preview": "1"}):
        answer = sign_in(ben).post(address, {"body": words, "token": token(), **extra})
        assert answer.status_code == 422
        assert "levels deep" in problems(answer)
        assert typed(answer) == words.strip()


def test_the_first_comment_of_a_new_member_waits_and_says_so(sign_in, client, eve, post, address, settings):
    settings.FIRST_COMMENTS_HELD = 1
    browser = sign_in(eve)
    answer = browser.post(address, {"body": "Marker words.", "token": token()}, follow=True)
    assert "waits for a moderator" in page_of(answer).text_content()
    assert "Marker words." in page_of(answer).text_content()
    assert "Marker words." in browser.get(post.get_absolute_url()).content.decode()
    stranger = client.get(post.get_absolute_url()).content.decode()
    assert "Marker words." not in stranger
    assert "0 comments" in stranger


def test_fields_that_no_form_has_change_nothing(sign_in, ben, ann, root, post, address):
    other = make_post(ann)
    extra = {
        "author": ann.pk, "author_id": ann.pk, "user": root.pk, "post": other.pk, "post_id": other.pk, "id": 7, "pk": 7,
        "state": "published", "score": 99, "best": 1, "branch": -1, "position": 0, "reply_count": 5, "archived": "1",
        "created_at": "2000-01-01", "instant": "2000-01-01", "html": "<script>", "person": 1, "is_staff": "1",
        "is_superuser": "1", "format": "html", "parent": 1, "printed_date": "x", "edited_at": "2000-01-01",
    }  # fmt: skip
    sign_in(ben).post(address, {**extra, "body": "Words.", "token": token()})
    made = Comment.objects.get()
    assert (made.author, made.post, made.state, made.score, made.branch) == (ben, post, "published", 0, 0)
    assert (made.archived, made.format, made.parent, made.printed_date) == (False, "markdown", None, "")
    assert made.created_at.year > 2000
    assert (made.edited_at, made.reply_count) == (None, 0)
    ben.refresh_from_db()
    assert [ben.is_staff, ben.is_superuser] == [False, False]
