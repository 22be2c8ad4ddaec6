"""Every address, opened by a member and then by a guest and another member: neither sees anything of the first."""

import re

import pytest
from django.test import Client

from comments.actions import add_comment
from forum.drafts import actions as drafts
from forum.drafts.models import Place
from forum.users.models import User
from forum.voices import actions as voices
from forum.voices.models import Mark
from tests.house.test_access import ACCESS, ALL_NAMES, World, address, standing, world  # noqa: F401  fixtures
from tests.making import token

pytestmark = [pytest.mark.django_db, pytest.mark.either]

FORM_TOKEN = re.compile(rb'(name="(csrfmiddlewaretoken|token)" value=")[^"]*')
QUERIES = ("", "?view=flat", "?order=best", "?fold=read", "?utm_source=x", "?next=/")
VIEWS = [name for name in ALL_NAMES if ACCESS[name].guest != 405]


@pytest.fixture
def busy(world: World, ann: User, ben: User) -> World:  # noqa: F811
    """Ann has a draft, votes, marks, notices and settings of her own."""
    User.objects.filter(pk=ann.pk).update(scheme="dark", time_zone="Pacific/Auckland")
    voices.vote(member=ann, target=world.comment, value=1)
    for kind, target in ((Mark.Kind.SAVED, world.comment), (Mark.Kind.FOLDED, world.comment), (Mark.Kind.MUTED, ben)):
        voices.mark(member=ann, kind=kind, target=target)
    words = drafts.words_in({"body": "A secret draft of Ann's."})
    drafts.keep(member=ann, place=Place("comment-new", world.post.pk), words=words)
    add_comment(post=world.post, author=ben, body="To @ann: a mention.", token=token())
    return world


def seen(browser: Client, path: str) -> tuple[int, bytes, str]:
    answer = browser.get(path)
    content = FORM_TOKEN.sub(rb"\1", b"".join(answer) if answer.streaming else answer.content)
    return answer.status_code, content, answer.headers.get("Location", "")


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_member_looked_at_shows_nobody_else_anything_of_it(name: str, busy: World, ann: User, settings) -> None:
    paths = [
        address(name, busy) + query for query in QUERIES[: 5 if ACCESS[name].of in ("post-slug", "comment") else 1]
    ]
    for path in paths:
        busy.viewers["ann"].get(path)
        kept = [seen(Client(), path) for _ in range(2)]
        other = seen(busy.viewers["stranger"], path)
        for status, content, _ in (*kept, other):
            for word in (b"secret draft", b"ann@example.org", b'data-scheme="dark"'):
                assert word not in content, (path, status, word)
        settings.PAGE_CACHE = False
        fresh = seen(Client(), path)
        settings.PAGE_CACHE = True
        assert kept == [fresh, fresh], path
