"""The version with which a comment came: what a reader has not seen yet follows from it."""

import pytest

from comments.actions import change_state, edit_comment
from comments.importing import ArchivedComment
from comments.models import Comment
from forum.states import State
from posts.models import Post
from tests.making import LONG_AGO, import_comments, make_post, say

pytestmark = pytest.mark.django_db


def version_of(post: Post) -> int:
    return Post.objects.get(pk=post.pk).version


def came_with(comment: Comment) -> int:
    return Comment.objects.get(pk=comment.pk).came_with


def test_a_comment_comes_with_the_version_that_shows_it(post, ben):
    before = version_of(post)
    first, second = say(post, ben, "One."), say(post, ben, "Two.")
    assert before < came_with(first) < came_with(second) == version_of(post)


def test_new_words_come_with_a_new_version(post, ben):
    comment = say(post, ben, "One.")
    say(post, ben, "Two.")
    edit_comment(comment=comment, editor=ben, body="Other words.", seen=None)
    assert came_with(comment) == version_of(post)


def test_an_approved_comment_comes_when_it_can_be_read(post, ben, mod, settings):
    settings.FIRST_COMMENTS_HELD = 1
    comment = say(post, ben, "One.")
    seen = version_of(post)
    assert comment.state == State.HELD
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert came_with(comment) == version_of(post) > seen


def test_a_hidden_comment_does_not_come_again_before_it_is_restored(post, ben, mod):
    comment = say(post, ben, "One.")
    before = came_with(comment)
    change_state(comment=comment, to=State.HIDDEN, by=mod)
    assert came_with(comment) == before
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert came_with(comment) == version_of(post)


def test_what_an_archive_brings_comes_with_the_import(ann):
    post = make_post(ann)
    before = version_of(post)
    rows = import_comments(post=post, found=[ArchivedComment(person=None, created_at=LONG_AGO, body="Old.")])
    assert before < came_with(rows[0]) == version_of(post)
