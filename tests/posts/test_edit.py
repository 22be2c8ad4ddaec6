"""Editing one's own post."""

import pytest

from forum.states import State
from posts.actions import change_post_state, lock_post
from posts.models import Post
from tests.making import form_on, make_post, page_of, select


@pytest.fixture
def address(post) -> str:
    return f"/posts/{post.pk}/edit/"


def test_an_author_edits_title_and_text(sign_in, client, ann, post, address):
    browser = sign_in(ann)
    page = page_of(browser.get(address))
    answer = browser.post(address, form_on(page, title="A better title", body="Better words."))
    post.refresh_from_db()
    assert answer["Location"] == post.get_absolute_url() == f"/posts/{post.pk}/a-better-title/"
    assert "Better words." in client.get(post.get_absolute_url()).content.decode()
    assert post.edited_at


def test_of_two_windows_the_second_is_shown_both_texts_and_can_then_save(sign_in, ann, post, address):
    browser = sign_in(ann)
    one, other = (form_on(page_of(browser.get(address)), body=words) for words in ("One.", "Other."))
    assert browser.post(address, one).status_code == 302
    answer = browser.post(address, other)
    assert answer.status_code == 409
    assert {area.text.strip() for area in select(page_of(answer), "textarea")} == {"One.", "Other."}
    assert browser.post(address, form_on(page_of(answer))).status_code == 302
    post.refresh_from_db()
    assert post.body == "Other."


def test_an_edit_of_which_nothing_is_seen_is_refused_but_for_a_link(sign_in, ann, post, address):
    browser = sign_in(ann)
    for kind, status in (("article", 422), ("link", 302)):
        Post.objects.filter(pk=post.pk).update(kind=kind, url="https://a.example/")
        answer = browser.post(address, form_on(page_of(browser.get(address)), body=">"))
        assert answer.status_code == status
        assert ("Write the text of the post." in answer.content.decode()) == (status == 422)


def test_a_stranger_cannot_edit(client, sign_in, ben, mod, root, post, address):
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    for viewer in (ben, mod, root):
        assert sign_in(viewer).get(address).status_code == 404
        assert sign_in(viewer).post(address, {"title": "Mine", "body": "Mine."}).status_code == 404
    post.refresh_from_db()
    assert post.title == "A thread"


def test_the_kind_of_a_post_stays(sign_in, ann, address, post):
    browser = sign_in(ann)
    browser.post(address, form_on(page_of(browser.get(address)), title="Other") | {"kind": "link"})
    post.refresh_from_db()
    assert (post.title, post.kind) == ("Other", "article")


@pytest.mark.parametrize("change", ["locked", "hidden", "removed", "suspended", "signed out"])
def test_an_edit_that_is_refused_gives_the_words_back(client, sign_in, ann, root, post, address, change):
    browser = sign_in(ann)
    if change == "locked":
        lock_post(post=post, by=root)
    elif change == "suspended":
        ann.suspended_until = "2999-01-01T00:00Z"
        ann.save()
    elif change == "signed out":
        browser = client
    else:
        change_post_state(post=post, to=State(change), by=root)
    answer = browser.post(address, {"title": "Other", "body": "Better words."})
    assert answer.status_code == 403
    assert "Better words." in [area.text.strip() for area in select(page_of(answer), "textarea")]
    assert Post.objects.get(pk=post.pk).title == "A thread"


def test_an_archived_post_is_a_record(sign_in, ann):
    post = make_post(ann, archived=True)
    assert sign_in(ann).get(f"/posts/{post.pk}/edit/").status_code == 403
    assert sign_in(ann).post(f"/posts/{post.pk}/edit/", {"title": "Other", "body": "Words."}).status_code == 403
