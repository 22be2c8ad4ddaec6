"""What an archive brings is quiet: it tells nobody, is never new, moves no thread, and counts for nobody's limits."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.archive import files
from forum.archive.load import load
from forum.archive.plan import make_plan
from forum.moderation import limits
from forum.notices.models import Notice
from forum.reading.models import Visit
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post
from tests.making import make_post, say

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


def bring(name: str) -> Post:
    """The thread of a sample, loaded as the command does."""
    path = SAMPLES / name
    return load(make_plan(files.read(path), files.said_of(path)), operator="test", commit=True).posts[0]


@pytest.fixture
def mill(db: None, settings) -> Post:
    settings.FIRST_COMMENTS_HELD = 0
    return bring("mill.txt")


def test_a_longer_copy_tells_no_follower_and_is_not_new(
    mill: Post, ann: User, ben: User, sign_in: Callable[[User], Client]
) -> None:
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=mill)
    browser = sign_in(ben)
    browser.get(mill.get_absolute_url())
    Visit.objects.update(viewed_at=timezone.now() - dt.timedelta(days=1))
    version = Post.objects.get(pk=mill.pk).version
    bring("mill-later.txt")
    after = Post.objects.get(pk=mill.pk)
    assert (after.comment_count, after.living_count) == (8, 0)
    assert after.version > version, "pages kept for guests must be made anew"
    page = browser.get(mill.get_absolute_url()).content.decode()
    assert "She is called Grit" in page
    assert "<b>new</b>" not in page
    assert browser.get(reverse("new-comments", args=[mill.pk]), {"after": version}).status_code == 204
    assert not Notice.objects.exists()
    say(after, ann, "Living words.")
    assert [notice.member for notice in Notice.objects.all()] == [ben]


def test_an_import_moves_no_thread_up(mill: Post, ann: User, client: Client) -> None:
    fresh = make_post(ann, title="Fresh", created_at=timezone.now() - dt.timedelta(hours=2))
    bring("garden.txt")
    assert Post.objects.published().active()[0].title == "Fresh"
    say(Post.objects.get(pk=mill.pk), ann, "Living words.")
    spoken = Post.objects.get(pk=mill.pk).active_at
    bring("mill-later.txt")
    assert Post.objects.get(pk=mill.pk).active_at == spoken
    assert [post.pk for post in Post.objects.published().active()][:2] == [mill.pk, fresh.pk]
    assert "ann" in client.get("/").content.decode()


def test_an_import_is_in_no_feed(mill: Post, client: Client) -> None:
    for address in ("/feed/", f"/posts/{mill.pk}/feed/"):
        assert b"<entry" not in client.get(address).content


def test_an_import_spends_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[object] = []
    monkeypatch.setattr(limits, "spend", lambda *what: spent.append(what))
    bring("mill.txt")
    assert spent == []


def test_the_pulse_says_in_words_how_long_nobody_spoke(mill: Post, ann: User, client: Client) -> None:
    say(mill, ann, "Living words.")
    page = client.get(mill.get_absolute_url()).content.decode()
    years = timezone.now().year - 2004
    sentence = f"7 comments in 22 hours 29 minutes, then {years} years of silence, then 1 since "
    assert f'aria-label="{sentence}' in page or f'aria-label="{sentence}'.replace(str(years), str(years - 1)) in page
