"""The replies to a member."""

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from comments.actions import change_state, set_parent
from comments.models import Comment
from comments.recounting import recount
from forum.states import State
from posts.actions import change_post_state
from tests.making import make_post, page_of, say, select


def shown(browser) -> str:
    return page_of(browser.get("/replies/")).text_content()


def test_answers_by_others_to_comments_and_posts_stand_there_latest_first(sign_in, ann, ben, eve, post):
    say(post, ben, "Answer to the post.")
    own = say(post, ann, "Her own.")
    say(post, ann, "Her answer to herself.", own)
    say(post, ben, "Answer to the comment.", own)
    say(make_post(ben), eve, "Elsewhere.")
    words = shown(sign_in(ann))
    assert words.index("Answer to the comment.") < words.index("Answer to the post.")
    assert "Her" not in words
    assert "Elsewhere." not in words


def test_a_comment_that_is_moved_answers_whom_it_stands_under_then(sign_in, ann, ben, eve, root, post):
    own, reply = say(post, eve, "Eve's."), say(post, ben, "Moved.")
    set_parent(comment=reply, parent=own, by=root)
    assert "Moved." in shown(sign_in(eve))
    assert "Moved." not in shown(sign_in(ann))


def test_comments_from_before_are_given_whom_they_answer(ann, ben, post):
    own = say(post, ann, "Her own.")
    for parent in (None, own):
        say(post, ann, "By herself.", parent)
        say(post, ben, "By another.", parent)
    Comment.objects.update(answers=None)
    fill = import_module("comments.migrations.0007_fill_answers").fill
    fill(apps, SimpleNamespace(connection=connection))
    assert Comment.objects.filter(answers=ann, author=ben).count() == 2
    assert recount(post.pk) == []


def test_a_guest_is_asked_to_sign_in(client):
    assert client.get("/replies/")["Location"] == "/accounts/login/?next=/replies/"


def test_nothing_unpublished_stands_there(sign_in, ann, ben, root, post):
    replies = [say(post, ben, f"Marker{number}.") for number in range(3)]
    for reply, state in zip(replies, (State.HELD, State.HIDDEN, State.REMOVED), strict=True):
        change_state(comment=reply, to=state, by=root)
    assert "Marker" not in shown(sign_in(ann))
    say(post, ben, "Marker9.")
    assert "Marker9." in shown(sign_in(ann))
    change_post_state(post=post, to=State.REMOVED, by=root)
    assert "Marker" not in shown(sign_in(ann))


def test_many_replies_go_on_page_by_page(sign_in, ann, ben, post):
    for number in range(60):
        say(post, ben, f"Marker{number}.")
    browser = sign_in(ann)
    first = page_of(browser.get("/replies/"))
    [onward] = select(first, 'a[rel="next"]')
    second = page_of(browser.get("/replies/" + onward.get("href")))
    counts = [len(select(page, "ol.items > li")) for page in (first, second)]
    assert counts == [50, 10]
    assert not select(second, 'a[rel="next"]')
