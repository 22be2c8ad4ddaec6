"""Visits held against a model that remembers every comment a member was ever shown, over random lives of a thread."""

import datetime as dt
import random

import pytest

from comments.models import Comment
from comments.threads import Node, Thread
from forum.reading import actions
from forum.reading.news import PAUSE
from posts.models import Post
from tests.making import Row, make_post, make_rows

pytestmark = pytest.mark.django_db


class Model:
    """What was shown, comment by comment and version by version, for ever: what a visit must never contradict."""

    def __init__(self) -> None:
        self.read: set[tuple[int, int]] = set()
        self.shown: set[tuple[int, int]] = set()

    def begin(self, everything: set[tuple[int, int]]) -> None:
        self.read = everything

    def pause(self) -> None:
        self.read |= self.shown
        self.shown = set()

    def new(self, comments: list[Comment], mine: int) -> set[int]:
        return {c.pk for c in comments if (c.pk, c.came_with) not in self.read and c.author_id != mine}


@pytest.mark.parametrize("seed", range(12))
def test_a_visit_agrees_with_a_model_that_forgets_nothing(ann, ben, later, seed):
    chance = random.Random(seed)  # noqa: S311  the same lives each time
    post = make_post(ann)
    make_rows(post, [Row(author=ann) for _ in range(4)])
    model, first = Model(), True
    for _ in range(40):
        act = chance.choice(["say", "say", "edit", "own", "look", "look", "look", "pause"])
        if act in ("say", "own"):
            post.version += 1
            author = ben if act == "own" else ann
            pk = Comment.objects.order_by("-pk").first().pk + 1
            Comment.objects.create(
                pk=pk, post=post, author=author, came_with=post.version, created_at=post.created_at, position=pk
            )
            post.comment_count += 1
        elif act == "edit":
            post.version += 1
            chosen = chance.choice(list(post.comments.order_by("pk")))
            Comment.objects.filter(pk=chosen.pk).update(came_with=post.version)
        elif act == "pause":
            later(seconds=(PAUSE + dt.timedelta(minutes=1)).total_seconds())
            if not first:
                model.pause()
        else:
            comments = list(post.comments.order_by("position"))
            page = sorted(chance.sample(comments, chance.randint(1, len(comments))), key=lambda c: c.position)
            Post.objects.filter(pk=post.pk).update(version=post.version, comment_count=post.comment_count)
            news = actions.look(member=ben, post=post, thread=Thread([Node(c) for c in page]), onward="/on/")
            later(minutes=1)
            if first:
                model.begin({(c.pk, c.came_with) for c in comments})
                first = False
                assert news.count == 0
                continue
            new = model.new(comments, ben.pk)
            assert set(news.fresh) == {c.pk for c in page} & new
            assert news.count == len(new)
            model.shown |= {(c.pk, c.came_with) for c in page if c.pk in new}
            unseen = {c.pk for c in comments if c.pk in new and (c.pk, c.came_with) not in model.shown}
            assert bool(news.onward) == bool(unseen)
            assert bool(news.first) == bool(new)
            found = actions.next_new(member=ben, post=post)
            assert (found in unseen) if unseen else (found is None)
