"""Decisions about one earlier version of a post or a comment: a passage that had to go goes from the history too."""

from __future__ import annotations

from django.db import transaction

from comments.models import Revision as CommentRevision
from forum.moderation import ledger, rules
from forum.moderation.models import Action, Rule
from forum.refusals import NotAllowed
from forum.users.models import User
from posts.actions import locked
from posts.models import Revision as PostRevision

Revision = CommentRevision | PostRevision


def set_hidden(
    *,
    revision: Revision,
    hidden: bool,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    undoes: Action | None = None,
) -> bool:
    """Takes an earlier version out of the history, or shows it again, on the record; returns whether it changed."""
    why_not = rules.why_not_moderate(by)
    if why_not:
        raise NotAllowed(why_not)
    with transaction.atomic():
        # The thread first, as by whoever takes a name out of its history: what is recorded here refers to it.
        locked(revision.comment.post_id if isinstance(revision, CommentRevision) else revision.post_id)
        model = type(revision)
        revision = model.objects.select_for_update().get(pk=revision.pk)
        if revision.hidden == hidden:
            return False
        revision.hidden = hidden
        revision.save(update_fields=["hidden"])
        verb = Action.Verb.HIDE_REVISION if hidden else Action.Verb.SHOW_REVISION
        of = {"comment": revision.comment} if isinstance(revision, CommentRevision) else {"post": revision.post}
        ledger.record(verb, actor=by, **of, rule=rule, reason=reason, before={"revision": revision.pk}, undoes=undoes)
    return True


def undo(*, action: Action, by: User, reason: str = "") -> bool:
    """Takes such a decision back; returns whether anything changed."""
    model = CommentRevision if action.comment_id else PostRevision
    revision = model.objects.filter(pk=action.before["revision"]).first()
    if revision is None:
        return False
    hidden = action.verb == Action.Verb.SHOW_REVISION
    return set_hidden(revision=revision, hidden=hidden, by=by, reason=reason, undoes=action)
