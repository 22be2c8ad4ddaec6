"""The file, and the addresses of mail and network in it, leave by no public way."""

import pytest
from django.test import Client
from django.urls import reverse

from comments.models import Comment
from forum.archive.models import Item, Run
from forum.users.models import User
from posts.models import Post
from tests.archive import exports
from tests.archive.moving import export
from tests.archive.test_suppression import addresses, bring

SECRETS = ("secret.example", "203.0.113", "Hanna@mill", "hanna@mill", "198.51.100.7", "clerk@town.example")


@pytest.fixture
def blog(db: None) -> Post:
    """A WordPress export whose comments have addresses, in their fields and in their words."""
    said = ("Keep the wheel turning.", "From: clerk@town.example\nReceived: from 198.51.100.7\n\nNothing was decided.")
    comments = [exports.comment(number, body) for number, body in enumerate(said, 1)]
    comments.append(exports.comment(3, "A ping.", wp__comment_type="pingback"))
    bring(exports.wxr_file(exports.item(*comments)), "blog")
    return Post.objects.get()


def shown(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_no_page_gives_an_address_that_only_the_file_has(blog: Post, ben: User, sign_in) -> None:
    own = SECRETS[:4]
    for client in (Client(), sign_in(ben)):
        for address in addresses():
            words = shown(client, address)
            assert not [secret for secret in own if secret in words], address
    assert not [secret for secret in own if secret in export()]


def test_addresses_among_the_words_are_covered_in_the_source(blog: Post, ben: User, mod: User, sign_in) -> None:
    comment = Comment.objects.get(body__contains="clerk")
    for client in (Client(), sign_in(ben)):
        words = shown(client, f"/comments/{comment.pk}/source/")
        assert "Nothing was decided" in words
        assert not [secret for secret in SECRETS if secret in words]
    assert "clerk@town.example" in shown(sign_in(mod), f"/comments/{comment.pk}/source/")


def test_what_is_kept_beside_the_file_has_none_either(blog: Post) -> None:
    items = list(Item.objects.all())
    assert any(item.text for item in items)
    for item in items:
        assert not [secret for secret in SECRETS[:4] if secret in item.text], item.source_key


def test_the_file_is_for_those_who_may_import(blog: Post, ben: User, root: User, sign_in) -> None:
    address = reverse("admin:archive_run_file", args=[Run.objects.get().pk])
    assert Client().get(address).status_code == 302
    assert sign_in(ben).get(address).status_code in (302, 403)
    assert b"mo@secret.example" in sign_in(root).get(address).content
