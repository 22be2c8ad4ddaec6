"""A suspended member reads on and writes nothing, in a session that was open before, from the next request on."""

import secrets

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Comment
from forum.users.models import User
from posts.models import Post
from tests.users.test_members import comment_by, post_by


@pytest.fixture
def suspended(client: Client, ann: User) -> Client:
    """Ann's browser, in which she was signed in when she was suspended."""
    client.force_login(ann)
    comment_by(ann, post_by(ann), "old words", body="old words")
    User.objects.update(suspended_until=timezone.now() + timezone.timedelta(hours=1))
    return client


def test_every_page_can_still_be_read(suspended: Client) -> None:
    post, comment = Post.objects.get(), Comment.objects.get()
    for address in ("/", post.get_absolute_url(), comment.get_absolute_url(), "/replies/", "/members/ann/"):
        assert suspended.get(address).status_code == 200, address


def test_nothing_can_be_written_and_the_words_are_given_back(suspended: Client) -> None:
    post, comment = Post.objects.get(), Comment.objects.get()
    words = {"body": "my careful words", "title": "A title", "kind": "article", "token": secrets.token_hex(16)}
    for address in (
        f"/posts/{post.pk}/comment/",
        f"/comments/{comment.pk}/reply/",
        f"/comments/{comment.pk}/edit/",
        "/posts/new/",
        f"/posts/{post.pk}/edit/",
    ):
        answer = suspended.post(address, words | {"seen": ""})
        assert answer.status_code == 403, address
        assert "my careful words" in answer.content.decode(), address
        assert "suspended until" in answer.content.decode(), address
    for address in (f"/comments/{comment.pk}/delete/", f"/posts/{post.pk}/delete/"):
        assert suspended.post(address).status_code == 403, address
    assert Comment.objects.count() == Post.objects.count() == 1
    assert Comment.objects.get().body == "old words"


def test_the_suspension_ends_by_itself(suspended: Client) -> None:
    User.objects.update(suspended_until=timezone.now() - timezone.timedelta(seconds=1))
    words = {"body": "new words", "token": secrets.token_hex(16)}
    assert suspended.post(f"/posts/{Post.objects.get().pk}/comment/", words).status_code == 302
