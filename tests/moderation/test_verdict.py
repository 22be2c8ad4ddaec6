"""The author is told what was decided about their words: what, by which role, under which rule and why."""

from collections.abc import Callable

import pytest
from django.test import Client

from comments.models import Comment
from forum.moderation import actions
from forum.moderation.ledger import verdicts
from forum.moderation.models import Action, Rule
from forum.moderation.undoing import undo
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.moderation.conftest import say

SignIn = Callable[[User], Client]
WHY = "under the rule “Spam”. Only you and the moderators see this."
REASON = "about it. Reason: “It sells &lt;b&gt;fish.”</p>"


@pytest.mark.parametrize("to", [State.HIDDEN, State.REMOVED, State.HELD])
def test_the_author_reads_why_and_nobody_else_does(
    to: State, comment: Comment, mod: User, ben: User, eve: User, spam: Rule, client: Client, sign_in: SignIn
) -> None:
    actions.decide(thing=comment, to=to, by=mod, rule=spam, reason="It sells <b>fish.")
    page = sign_in(ben).get(comment.get_absolute_url()).content.decode()
    assert f"Your comment was {to} by a moderator" in page
    assert WHY in page
    assert REASON in page
    assert ("Words of the comment." in page) == (to == State.HELD)
    for browser in (client, sign_in(eve)):
        answer = browser.get(comment.get_absolute_url())
        assert answer.status_code == (200 if to == State.HIDDEN else 404)
        assert "It sells" not in answer.content.decode()
        assert "Words of the comment." not in answer.content.decode()


def test_a_tombstone_names_the_role_and_the_rule(
    comment: Comment, ben: User, mod: User, spam: Rule, client: Client
) -> None:
    say(comment.post, ben, "A reply", comment)
    actions.decide(thing=comment, to=State.REMOVED, by=mod, rule=spam, reason="Private words")
    page = client.get(comment.post.get_absolute_url()).content.decode()
    assert "removed by a moderator, under the rule “Spam”" in page
    assert "Private words" not in page


def test_a_tombstone_names_no_rule_of_a_decision_that_was_undone(
    comment: Comment, ben: User, mod: User, spam: Rule, client: Client
) -> None:
    say(comment.post, ben, "A reply", comment)
    other = Rule.objects.exclude(pk=spam.pk).earliest("pk")
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    actions.decide(thing=comment, to=State.REMOVED, by=mod, rule=other)
    undo(action=Action.objects.latest("pk"), by=mod)
    page = client.get(comment.post.get_absolute_url()).content.decode()
    assert "hidden by a moderator, under the rule “Spam”" in page
    assert other.title not in page
    assert verdicts([comment.pk])[comment.pk].rule == spam


def test_the_author_of_a_hidden_post_reads_why(post: Post, mod: User, ann: User, spam: Rule, sign_in: SignIn) -> None:
    actions.decide(thing=post, to=State.HIDDEN, by=mod, rule=spam, reason="It sells <b>fish")
    page = sign_in(ann).get(Post.objects.get().get_absolute_url()).content.decode()
    assert "Your post was hidden by a moderator" in page
    assert WHY in page
    assert "Under the rule" not in page


def test_a_hidden_post_names_the_rule_to_everyone_and_its_title_to_moderators(
    post: Post, mod: User, spam: Rule, client: Client, sign_in: SignIn
) -> None:
    title = post.title
    actions.decide(thing=post, to=State.HIDDEN, by=mod, rule=spam, reason="It sells <b>fish")
    page = client.get(Post.objects.get().get_absolute_url()).content.decode()
    assert "A post hidden by a moderator</h1>" in page
    assert "Under the rule “Spam”." in page
    assert title not in page
    page = sign_in(mod).get(Post.objects.get().get_absolute_url()).content.decode()
    assert f"{title}</h1>" in page
    assert "A post hidden by a moderator, under the rule “Spam”. Only moderators see these words." in page


def test_a_held_post_shows_its_title_to_its_author(
    post: Post, mod: User, ann: User, spam: Rule, sign_in: SignIn
) -> None:
    actions.decide(thing=post, to=State.HELD, by=mod, rule=spam)
    page = sign_in(ann).get(Post.objects.get().get_absolute_url()).content.decode()
    assert f"{post.title}</h1>" in page
    assert "A post that waits for a moderator. Only you and the moderators see these words." in page


def test_nothing_is_said_after_an_approval(comment: Comment, mod: User, ben: User, spam: Rule, sign_in: SignIn) -> None:
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    actions.decide(thing=comment, to=State.PUBLISHED, by=mod)
    assert "by a moderator" not in sign_in(ben).get(comment.get_absolute_url()).content.decode()
