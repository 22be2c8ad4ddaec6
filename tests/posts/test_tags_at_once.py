"""A tag is merged while posts that bear it change."""

import threading

import pytest
from django.db import transaction

from forum.states import State
from posts.actions import change_post_state
from posts.models import Tag
from posts.tags import actions, bearing
from tests.comments.test_parallel import together
from tests.making import make_post, out_of_step

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_merge_and_a_post_that_is_hidden_do_not_wait_in_a_circle(ann, mod, monkeypatch):
    """Who hides a post holds it and wants its tags: whoever held the tags and wanted the post would wait for ever."""
    tag, into = (Tag.objects.create(slug=slug, name=slug) for slug in ("walks", "paths"))
    post = make_post(ann)
    with transaction.atomic():
        bearing.choose(post, [tag])
    has_post, has_tags = threading.Event(), threading.Event()
    lock_tags, touch = bearing._locked, actions._touch

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

    monkeypatch.setattr(bearing, "_locked", lock_later)
    monkeypatch.setattr(actions, "_touch", touch_now)
    assert together([lambda: change_post_state(post=post, to=State.HIDDEN, by=mod), merge]) == [True, True]
    assert [tag.slug for tag in post.tags.all()] == ["paths"]
    assert (out_of_step(), Tag.objects.get(slug="paths").post_count) == ([], 0)
