"""Editing one's own comment."""

import pytest
import time_machine

from comments.actions import change_state, edit_comment
from comments.models import Comment
from forum.states import State
from posts.actions import lock_post
from tests.making import form_on, page_of, say, select, token


@pytest.fixture
def comment(post, ben) -> Comment:
    return say(post, ben, "First words.")


@pytest.fixture
def address(comment) -> str:
    return f"/comments/{comment.pk}/edit/"


def box(answer) -> str:
    return select(page_of(answer), "textarea")[0].text.strip()


def test_an_author_edits_and_the_page_says_edited(sign_in, client, ben, comment, address, settings):
    settings.EDIT_GRACE_MINUTES = 0
    browser = sign_in(ben)
    page = page_of(browser.get(address))
    assert "First words." in select(page, "textarea")[0].text
    answer = browser.post(address, form_on(page, body="Better words."))
    assert answer["Location"] == comment.get_absolute_url()
    shown = page_of(client.get(comment.get_absolute_url())).text_content()
    assert "Better words." in shown
    assert "First words." not in shown
    assert "edited" in shown


def test_an_author_edits_again_and_again(sign_in, ben, comment, address):
    browser = sign_in(ben)
    for words in ("Second.", "Third.", "Fourth."):
        assert browser.post(address, form_on(page_of(browser.get(address)), body=words)).status_code == 302
    comment.refresh_from_db()
    assert comment.body == "Fourth."


def test_an_edit_of_which_nothing_is_seen_is_refused(sign_in, ben, comment, address):
    browser = sign_in(ben)
    answer = browser.post(address, form_on(page_of(browser.get(address)), body="[1]: http://a.example/x"))
    assert answer.status_code == 422
    assert "Write something before you post." in answer.content.decode()
    comment.refresh_from_db()
    assert comment.body == "First words."


def test_a_stranger_cannot_edit(client, sign_in, ann, mod, root, comment, address):
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    for viewer in (ann, mod, root):
        assert sign_in(viewer).get(address).status_code == 404
        assert sign_in(viewer).post(address, {"body": "Mine now.", "token": token()}).status_code == 404
    comment.refresh_from_db()
    assert comment.body == "First words."


def test_a_preview_of_an_edit_changes_nothing(sign_in, ben, comment, address):
    browser = sign_in(ben)
    form = form_on(page_of(browser.get(address)), body="*Better* words.")
    answer = browser.post(address, {**form, "preview": "1"})
    assert "<em>Better</em>" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.body == "First words."
    assert browser.post(address, form_on(page_of(answer))).status_code == 302
    comment.refresh_from_db()
    assert comment.body == "*Better* words."


def test_of_two_windows_the_second_is_shown_both_texts_and_can_then_save(sign_in, ben, comment, address):
    browser = sign_in(ben)
    one, other = (form_on(page_of(browser.get(address)), body=words) for words in ("One.", "Other."))
    browser.post(address, one)
    answer = browser.post(address, other)
    assert answer.status_code == 409
    assert box(answer) == "Other."
    assert "One." in page_of(answer).text_content()
    comment.refresh_from_db()
    assert comment.body == "One."
    assert browser.post(address, form_on(page_of(answer))).status_code == 302
    comment.refresh_from_db()
    assert comment.body == "Other."


def test_a_form_without_its_stamp_cannot_overwrite_an_edit(sign_in, ben, comment, address):
    edit_comment(comment=comment, editor=ben, body="Second.", seen=None)
    assert sign_in(ben).post(address, {"body": "Third."}).status_code == 409


def test_an_edit_that_is_empty_or_too_long_is_given_back(sign_in, ben, comment, address):
    browser = sign_in(ben)
    answer = browser.post(address, {"body": " "})
    assert answer.status_code == 422
    answer = browser.post(address, {"body": "w" * 10_002})
    assert "2 characters over the limit of 10,000" in page_of(answer).text_content()
    assert box(answer) == "w" * 10_002


def test_an_edit_after_signing_out_is_given_back(client, address):
    answer = client.post(address, {"body": "Better words."})
    assert answer.status_code == 403
    assert box(answer) == "Better words."


@pytest.mark.parametrize("to", [State.HIDDEN, State.REMOVED])
def test_an_edit_of_what_a_moderator_took_away_meanwhile_is_given_back(sign_in, ben, root, comment, address, to):
    change_state(comment=comment, to=to, by=root)
    answer = sign_in(ben).post(address, {"body": "Better words."})
    assert answer.status_code == 403
    assert box(answer) == "Better words."
    assert "First words." not in answer.content.decode()
    assert sign_in(ben).get(address).status_code == 404


def test_an_edit_in_a_locked_thread_is_given_back(sign_in, ben, root, post, address):
    lock_post(post=post, by=root)
    browser = sign_in(ben)
    answer = browser.post(address, {"body": "Better words."})
    assert answer.status_code == 403
    assert box(answer) == "Better words."
    assert browser.get(address).status_code == 403


def test_a_suspended_member_edits_nothing_and_keeps_the_words(sign_in, ben, comment, address):
    ben.suspended_until = "2999-01-01T00:00Z"
    ben.save()
    answer = sign_in(ben).post(address, {"body": "Better words."})
    assert answer.status_code == 403
    assert box(answer) == "Better words."


def test_an_edit_of_a_held_comment_leaves_it_held(sign_in, ben, root, comment, address):
    change_state(comment=comment, to=State.HELD, by=root)
    browser = sign_in(ben)
    assert browser.post(address, form_on(page_of(browser.get(address)), body="Better.")).status_code == 302
    comment.refresh_from_db()
    assert (comment.body, comment.state) == ("Better.", State.HELD)


def test_an_edit_does_not_move_a_comment_in_time(sign_in, ben, comment, address):
    browser = sign_in(ben)
    form = form_on(page_of(browser.get(address)), body="Better.")
    with time_machine.travel("2031-01-01", tick=False):
        browser.force_login(ben)
        browser.post(address, form)
    before = comment.created_at
    comment.refresh_from_db()
    assert comment.created_at == before
    assert comment.edited_at.year == 2031
