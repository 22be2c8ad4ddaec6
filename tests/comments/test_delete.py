"""Deleting one's own comment."""

import pytest

from comments.models import Comment
from forum.states import State
from tests.making import page_of, say, select


@pytest.fixture
def comment(post, ben) -> Comment:
    return say(post, ben, "Marker words.")


@pytest.fixture
def address(comment) -> str:
    return f"/comments/{comment.pk}/delete/"


def test_a_comment_without_replies_goes(sign_in, client, ben, post, comment, address):
    browser = sign_in(ben)
    assert "Marker words." in browser.get(address).content.decode()
    answer = browser.post(address, follow=True)
    assert "Your comment is deleted." in page_of(answer).text_content()
    assert not select(page_of(client.get(post.get_absolute_url())), "li.comment")
    assert client.get(comment.get_absolute_url()).status_code == 404


def test_a_comment_with_replies_leaves_a_tombstone_and_its_branch(sign_in, client, ann, ben, post, comment, address):
    reply = say(post, ann, "A reply.", comment)
    sign_in(ben).post(address)
    page = page_of(client.get(post.get_absolute_url()))
    assert select(page, f"#c{comment.pk} .tombstone a")[0].text_content() == "A comment deleted by its author."
    assert select(page, f"#c{reply.pk}")
    assert "Marker" not in page.text_content()


def test_asking_deletes_nothing(sign_in, ben, comment, address):
    sign_in(ben).get(address)
    comment.refresh_from_db()
    assert comment.state == State.PUBLISHED


def test_a_stranger_cannot_delete(client, sign_in, ann, mod, root, comment, address):
    assert client.get(address).status_code == 302
    assert client.post(address).status_code == 403
    for viewer in (ann, mod, root):
        assert sign_in(viewer).get(address).status_code == 404
        assert sign_in(viewer).post(address).status_code == 404
    comment.refresh_from_db()
    assert comment.state == State.PUBLISHED


def test_deleting_twice_is_told_and_changes_nothing(sign_in, ben, comment, address):
    browser = sign_in(ben)
    assert browser.post(address).status_code == 302
    assert browser.post(address).status_code == 403
    comment.refresh_from_db()
    assert comment.state == State.DELETED
