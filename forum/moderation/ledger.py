"""Writes the record of what moderators decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from forum.moderation.models import Action, Rule
from forum.states import State

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from comments.models import Comment
    from forum.users.models import Person, User
    from posts.models import Post

VERBS = {
    State.PUBLISHED: Action.Verb.RESTORE,
    State.HELD: Action.Verb.HOLD,
    State.HIDDEN: Action.Verb.HIDE,
    State.REMOVED: Action.Verb.REMOVE,
}


def verb(before: State | str, to: State) -> Action.Verb:
    """What it is called to bring something from one state to another."""
    if to == State.PUBLISHED and before == State.HELD:
        return Action.Verb.APPROVE
    return VERBS[to]


def standing(*verbs: Action.Verb) -> QuerySet[Action]:
    """The decisions of these kinds that were not undone, and are no undoing of another."""
    return Action.objects.filter(verb__in=verbs, undone_by__isnull=True, undoes__isnull=True)


def verdicts(comments: Iterable[int] = (), posts: Iterable[int] = ()) -> dict[int, Action]:
    """The last decision that hid or removed each of these comments, or of these posts. One query.

    Ask for one kind at a time: the answer goes by their ids.
    """
    of = "comment" if comments else "post"
    found = standing(Action.Verb.HIDE, Action.Verb.REMOVE).filter(**{f"{of}__in": list(comments) or list(posts)})
    return {getattr(action, f"{of}_id"): action for action in found.select_related("rule", "actor").order_by("pk")}


def opens(verb: Action.Verb, words: Comment | Post) -> bool:
    """Whether a decision shows everyone words that waited. One query where it restores them: they may wait until then.

    Ask before it is recorded.
    """
    if verb != Action.Verb.RESTORE:
        return verb == Action.Verb.APPROVE
    return not Action.objects.filter(**_of(words), before__state=State.PUBLISHED).exists()


def told(words: Comment | Post, user: User | AnonymousUser) -> Action | None:
    """The decision that took these words from their author's readers, for the author alone. One query, if any."""
    if words.is_public or not words.is_by(user):
        return None
    verbs = [Action.Verb.HOLD, Action.Verb.HIDE, Action.Verb.REMOVE]
    last = Action.objects.filter(**_of(words), verb__in=verbs, undone_by__isnull=True).select_related("rule")
    return last.order_by("-pk").first()


def _of(words: Comment | Post) -> dict[str, Comment | Post]:
    return {"post": words} if hasattr(words, "title") else {"comment": words}


def record(
    verb: Action.Verb,
    *,
    actor: User | None,
    comment: Comment | None = None,
    post: Post | None = None,
    member: User | None = None,
    person: Person | None = None,
    rule: Rule | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    undoes: Action | None = None,
) -> Action:
    """Records one decision; ``before`` holds what an undo needs. Call it inside the act's transaction."""
    return Action.objects.create(
        verb=verb,
        actor=actor,
        comment=comment,
        post=post,
        member=member,
        person=person,
        rule=rule,
        reason=reason,
        before=before or {},
        undoes=undoes,
    )
