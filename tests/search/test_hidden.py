"""Nothing that is not everyone's to read is ever found, and the index follows every change at once."""

import pytest

from comments import actions
from comments.models import Comment
from forum.moderation.models import Action
from forum.moderation.removals import give_name_back, request_name_removal, take_name_off
from forum.search import index
from forum.search.models import Entry
from forum.search.rebuilding import rebuild
from forum.states import State
from posts.actions import add_post, change_post_state, delete_post, edit_post
from posts.models import Post
from tests.making import make_person, make_post, say, token

pytestmark = pytest.mark.django_db
HIDING = [State.HELD, State.HIDDEN, State.REMOVED]


@pytest.fixture
def post(ann) -> Post:
    return add_post(author=ann, kind="article", title="A zebra", body="Zebras run.", token=token())


def is_right() -> bool:
    return rebuild(repair=False).wrong == 0


@pytest.fixture
def seen(sign_in, ann, ben, mod, root, client):
    """What each kind of viewer finds for some words, all of whom must find the same."""

    def look_for(words: str) -> set[str]:
        found = []
        for viewer in (client, *map(sign_in, (ann, ben, mod, root))):
            answer = viewer.get("/search/", {"q": words, "order": "time"})
            page = answer.content.decode()
            found.append(
                {part.split('"')[0] for part in page.split('href="')[1:] if part.startswith(("/comm", "/posts/"))}
            )
        assert all(one == found[0] for one in found)
        return found[0] - {"/posts/new/"}

    return look_for


@pytest.mark.parametrize("state", HIDING)
def test_a_comment_taken_away_is_not_found_and_comes_back(seen, post, ben, mod, state):
    comment = say(post, ben, "A marker of mine.")
    assert comment.get_absolute_url() in seen("marker")
    actions.change_state(comment=comment, to=state, by=mod)
    assert seen("marker") == seen("author:ben") == set()
    assert not Entry.objects.filter(words__contains="marker").exists()
    assert is_right()
    actions.change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert comment.get_absolute_url() in seen("marker")
    assert is_right()


@pytest.mark.parametrize("state", HIDING)
def test_a_post_taken_away_is_not_found_nor_are_comments_without_a_page(seen, post, ben, mod, state):
    comment = say(post, ben, "A marker under a zebra.")
    change_post_state(post=post, to=state, by=mod)
    assert post.get_absolute_url() not in seen("zebra")
    has_page = state == State.HIDDEN
    assert (comment.get_absolute_url() in seen("marker")) == has_page
    assert "A zebra" not in "".join(seen("marker"))
    change_post_state(post=post, to=State.PUBLISHED, by=mod)
    assert {post.get_absolute_url(), comment.get_absolute_url()} <= seen("zebra")
    assert is_right()


def test_a_title_that_is_hidden_shows_on_no_hit_below_it(client, post, ben, mod):
    say(post, ben, "A marker.")
    change_post_state(post=post, to=State.HIDDEN, by=mod)
    page = client.get("/search/", {"q": "marker"}).content.decode()
    assert "A post hidden by a moderator" in page
    assert "zebra" not in page


def test_what_its_author_deletes_is_not_found(seen, post, ann, ben):
    comment = say(post, ben, "A marker.")
    say(post, ann, "An answer.", parent=comment)
    actions.delete_comment(comment=comment, by=ben)
    delete_post(post=post, by=ann)
    assert seen("marker") == seen("zebra") == set()
    assert len(seen("answer")) == 2
    assert is_right()


def test_what_waits_is_not_found(seen, settings, post, eve):
    settings.FIRST_COMMENTS_HELD = 1
    say(post, eve, "A marker that waits.")
    assert seen("marker") == set()
    assert is_right()


def test_an_edit_is_found_by_the_new_words_alone(seen, post, ann, ben):
    comment = say(post, ben, "A marker.")
    actions.edit_comment(comment=comment, editor=ben, body="A sign.", seen=None)
    edit_post(post=post, editor=ann, title="A giraffe", body="Giraffes run.", seen=None)
    assert seen("marker") == seen("zebra") == set()
    assert len(seen("sign")) == 2
    assert len(seen("giraffe")) == 1
    assert is_right()


def test_hiding_what_is_quoted_leaves_nothing_of_it(seen, post, ann, ben, mod):
    comment = say(post, ben, "A marker.")
    say(post, ann, f"> #c{comment.pk}\n> A marker.\n\nIndeed.")
    actions.change_state(comment=comment, to=State.HIDDEN, by=mod)
    assert seen("marker") == set()
    assert is_right()


def test_a_name_in_old_words_goes_with_the_rest_and_comes_back(seen, mod, ann):
    person = make_person("Zacharias Quill")
    post = make_post(ann, archived=True, source=person.source)
    comment = Comment.objects.create(
        post=post, person=person, archived=True, created_at=post.created_at, position=1, format="plain",
        body="Zacharias Quill was here.", html="<p>Zacharias Quill was here.</p>",
    )  # fmt: skip
    index.put_post(post.pk)
    index.put_comment(comment)
    assert len(seen("quill")) == len(seen('author:"zacharias quill"')) == 2
    removal = request_name_removal(person=person, name=person.name, who="guest:1")
    take_name_off(removal=removal, name="Zacharias Quill", persons=[person], chosen=[f"c{comment.pk}-0"], by=mod)
    assert seen("quill") == seen('author:"zacharias quill"') == seen("zacharias") == set()
    assert is_right()
    give_name_back(action=Action.objects.get(verb=Action.Verb.TAKE_NAME_OFF), name="Zacharias Quill", by=mod)
    assert len(seen("quill")) == len(seen('author:"zacharias quill"')) == 2
    assert is_right()


def test_an_index_that_lags_behind_shows_nothing_hidden(seen, post, ben):
    comment = say(post, ben, "A marker.")
    Comment.objects.filter(pk=comment.pk).update(state=State.REMOVED)
    assert Entry.objects.filter(words__contains="marker").exists()
    assert seen("marker") == set()
    assert rebuild(repair=True).over == 1
    assert is_right()
