"""The post of a page is found by a query that is written once, for the same readers and with the same rows as ever."""

import pytest
from django.contrib.auth.models import AnonymousUser

from comments.answers.actions import set_answer
from forum.states import State
from forum.users.models import Source
from posts.finding import placed_post
from posts.models import Post, Tag
from posts.tags import bearing
from tests.making import NOON, make_person, make_post, say

pytestmark = pytest.mark.django_db


def test_every_reader_finds_the_posts_that_have_a_page_for_them(ann, ben, mod, root):
    made = [make_post(author, state=state) for author in (ann, ben) for state in State]
    for reader in (AnonymousUser(), ann, ben, mod, root):
        placed = set(Post.objects.placed_for(reader).values_list("pk", flat=True))
        assert {post.pk for post in made if placed_post(post.pk, reader)} == placed


def test_the_post_comes_with_all_that_its_page_shows(settings, ann, ben, count_queries):
    settings.FIRST_COMMENTS_HELD = 0
    source = Source.objects.create(key="a", name="A", content_note="Note.")
    question = make_post(ann, kind="question", revised_at=NOON, source=source)
    bearing.bear(question, [Tag.objects.create(slug=name, name=name) for name in ("b", "a")])
    set_answer(post=question, comment=say(question, ben), by=ann)
    old = make_post(None, person=make_person(), archived=True)
    expected = {post.pk: post for post in Post.objects.with_bylines().with_finding().with_answer()}

    def shown(post: Post) -> list[object]:
        tags = [(tag.slug, tag.name) for tag in post.shown_tags]
        answer = post.answer and (post.answer.pk, post.answer.byline)
        plain = (post.title, post.html, post.state, post.created_at, post.revised_at, post.pulse, post.archived)
        return [*plain, post.byline, tags, answer, post.is_answered, post.source and post.source.content_note]

    for pk in (question.pk, old.pk):
        for reader in (AnonymousUser(), ben):
            found: list[object] = []
            ask = lambda found=found, pk=pk, reader=reader: found.extend(shown(placed_post(pk, reader)))  # noqa: E731
            assert len(count_queries(ask)) == 1
            assert found == shown(expected[pk])


def test_what_is_found_once_is_found_as_it_is_now(ann):
    post = make_post(ann)
    assert placed_post(post.pk, ann).title == "A thread"
    Post.objects.filter(pk=post.pk).update(title="Another")
    assert placed_post(post.pk, ann).title == "Another"
    assert placed_post(post.pk + 1, ann) is None
