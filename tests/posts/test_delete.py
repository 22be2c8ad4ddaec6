"""Deleting one's own post."""

import pytest

from forum.states import State
from posts.models import Post
from tests.making import page_of, say


@pytest.fixture
def address(post) -> str:
    return f"/posts/{post.pk}/delete/"


def test_a_deleted_post_leaves_its_thread(sign_in, client, ann, ben, post, address):
    say(post, ben, "A comment that stays.")
    browser = sign_in(ann)
    assert "Delete your post?" in page_of(browser.get(address)).text_content()
    answer = browser.post(address, follow=True)
    assert "Your post is deleted." in page_of(answer).text_content()
    page = page_of(client.get(f"/posts/{post.pk}/", follow=True)).text_content()
    assert "A post deleted by its author" in page
    assert "A comment that stays." in page
    assert "A thread" not in page


def test_asking_deletes_nothing(sign_in, ann, post, address):
    sign_in(ann).get(address)
    assert Post.objects.get().state == State.PUBLISHED


def test_a_stranger_cannot_delete(client, sign_in, ben, mod, root, post, address):
    assert client.get(address).status_code == 302
    assert client.post(address).status_code == 403
    for viewer in (ben, mod, root):
        assert sign_in(viewer).post(address).status_code == 404
    assert Post.objects.get().state == State.PUBLISHED


def test_deleting_twice_is_told(sign_in, ann, address):
    browser = sign_in(ann)
    assert browser.post(address).status_code == 302
    assert browser.post(address).status_code == 403
