"""Tags are merged and added while others do the same, or posts that bear them change."""

import threading

import pytest
from django.db import transaction

from forum.moderation import limits
from forum.refusals import Conflict
from forum.states import State
from forum.voices.models import Mark
from posts.actions import change_post_state
from posts.models import Tag
from posts.tags import actions, bearing
from tests.comments.test_parallel import together, until_another_waits
from tests.making import make_post, out_of_step

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_merge_and_a_post_that_is_hidden_do_not_wait_in_a_circle(ann, mod, monkeypatch):
    """Who hides a post holds it and wants its tags: whoever held the tags and wanted the post would wait for ever."""
    tag, into = (Tag.objects.create(slug=slug, name=slug) for slug in ("walks", "paths"))
    post = make_post(ann)
    with transaction.atomic():
        bearing.choose(post, [tag])
    has_post, has_tags = threading.Event(), threading.Event()
    lock_tags, touch = bearing.locked, actions._touch

    def lock_later(tags):
        has_post.set()
        has_tags.wait(1)  # in vain, where nobody takes the tags first
        return lock_tags(tags)

    def touch_now(tag):
        has_tags.set()
        touch(tag)

    def merge() -> bool:
        has_post.wait(5)
        return actions.merge_tags(tag=tag, into=into, by=mod)

    monkeypatch.setattr(bearing, "locked", lock_later)
    monkeypatch.setattr(actions, "_touch", touch_now)
    assert together([lambda: change_post_state(post=post, to=State.HIDDEN, by=mod), merge]) == [True, True]
    assert [tag.slug for tag in post.tags.all()] == ["paths"]
    assert (out_of_step(), Tag.objects.get(slug="paths").post_count) == ([], 0)


@pytest.mark.postgresql_only
def test_a_merge_locks_two_tags_in_the_order_in_which_a_post_does(mod):
    low, high = (Tag.objects.create(slug=slug, name=slug) for slug in ("walks", "paths"))
    has_low = threading.Event()

    def hold() -> list[int]:
        with transaction.atomic():
            bearing.locked([low.pk])
            has_low.set()
            until_another_waits()
            return [tag.pk for tag in Tag.objects.select_for_update(nowait=True).filter(pk=high.pk)]

    def merge() -> bool:
        has_low.wait(5)
        return actions.merge_tags(tag=high, into=low, by=mod)

    assert together([hold, merge]) == [[high.pk], True]


@pytest.mark.postgresql_only
def test_of_two_who_give_one_name_to_a_tag_the_second_is_told(mod, root):
    """Neither sees the other's before it is written."""
    has_written = threading.Event()

    def first() -> None:
        with transaction.atomic():
            actions.add_tag(name="Walks", slug="walks", by=mod)
            has_written.set()
            until_another_waits()

    def second() -> Tag:
        has_written.wait(5)
        return actions.add_tag(name="Walks", slug="walks", by=root)

    [_, told] = together([first, second])
    assert isinstance(told, Conflict)
    assert "There is a tag “Walks”" in str(told)
    assert Tag.objects.count() == 1


def test_who_follows_a_tag_that_is_merged_at_that_moment_is_told(ann, mod, sign_in, monkeypatch):
    """Else the mark would stand on a tag that has no page any more."""
    tag, into = (Tag.objects.create(slug=slug, name=slug) for slug in ("walks", "paths"))
    merges, real = iter([True]), limits.spend

    def after_a_merge(act: str, who: str) -> None:
        if next(merges, False):
            actions.merge_tags(tag=tag, into=into, by=mod)
        real(act, who)

    monkeypatch.setattr(limits, "spend", after_a_merge)
    answer = sign_in(ann).post("/tags/walks/follow/", {"value": "1"})
    assert answer.status_code == 409
    assert "was merged into another tag" in answer.content.decode()
    assert not Mark.objects.exists()
