"""Takes a decision back: the state there was before comes again, and the record says who did it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from comments.actions import change_state, present, set_parent
from comments.answers.actions import set_answer
from comments.models import Comment
from forum.moderation import actions, ledger, removals, rules, versions
from forum.moderation.models import Action
from forum.refusals import Conflict, NotAllowed
from forum.states import State
from posts.actions import change_post_state, lock_post, set_tags, unlock_post
from posts.models import Post, Tag
from posts.rules import may_lock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

Verb = Action.Verb

AFTER = {
    Verb.APPROVE: State.PUBLISHED,
    Verb.RESTORE: State.PUBLISHED,
    Verb.HOLD: State.HELD,
    Verb.HIDE: State.HIDDEN,
    Verb.REMOVE: State.REMOVED,
}
# Decisions about the same side of a thing: of these only the last can be taken back.
FAMILIES = (
    tuple(AFTER),
    (Verb.LOCK, Verb.UNLOCK),
    (Verb.SUSPEND, Verb.UNSUSPEND),
    (Verb.DETACH, Verb.ATTACH),
    (Verb.APPOINT, Verb.RELIEVE),
    (Verb.CLOSE, Verb.REOPEN),
    (Verb.RETAG,),
    (Verb.MARK_ANSWER, Verb.UNMARK_ANSWER),
    (Verb.UPHOLD,),
    (Verb.DISMISS,),
    (Verb.TAKE_NAME_OFF,),
    (Verb.HIDE_REVISION, Verb.SHOW_REVISION),
)
_FAMILY = {verb: number for number, verbs in enumerate(FAMILIES) for verb in verbs}
# What others of the same family were decided about later does not stand in their way.
ALONE = (Verb.UPHOLD, Verb.DISMISS, Verb.TAKE_NAME_OFF, Verb.HIDE_REVISION, Verb.SHOW_REVISION)
FINAL = {
    Verb.GIVE_NAME_BACK: "To take the name off again, grant a new request.",
    **dict.fromkeys((Verb.ADD_TAG, Verb.CHANGE_TAG), "Change the tag in the list of tags."),
    Verb.MERGE_TAG: "Two tags that were merged cannot be told apart again. Give the posts other tags one by one.",
    Verb.IMPORT: "Roll the import back on its own page: it lists first what would go and what stays.",
    Verb.ROLL_BACK: "Apply the file again on the page of its upload, or bring it again where that was thrown away.",
    Verb.REOPEN_REPORTS: "The reports wait again: decide them in the list of reports.",
}
CHANGED = "It has changed since, so this decision no longer stands."


def obstacles(found: Iterable[Action], by: User | AnonymousUser) -> dict[int, str]:
    """Why ``by`` cannot take some of these decisions back, by their ids; what they are about is loaded. One query.

    What only the act finds out is not among it: whether the reports wait already, and what name is typed.
    """
    found = list(found)
    later = _later(found)
    why = {}
    for action in found:
        if action.verb in FINAL:
            why[action.pk] = FINAL[Verb(action.verb)]
        elif getattr(action, "undone_by", None) is not None:
            why[action.pk] = "This was undone already."
        elif action.pk in later:
            why[action.pk] = _superseded(later[action.pk])
        elif not _stands(action, action.comment or action.post):
            why[action.pk] = CHANGED
        elif why_not := _why_not(action, by):
            why[action.pk] = why_not
    return why


def undo(*, action: Action, by: User, reason: str = "", name: str = "") -> bool:
    """Takes one decision back. A name that was taken off comes back only when ``name`` says it exactly.

    Returns whether anything changed. Raises NotAllowed, or Conflict when it was undone already or something later
    was decided about the same thing.
    """
    why_not = _why_not(action, by)
    if why_not:
        raise NotAllowed(why_not)
    with transaction.atomic():
        action = Action.objects.select_for_update().get(pk=action.pk)
        _check(action)
        verb = Verb(action.verb)
        if verb in AFTER:
            return _undo_state(action, by, reason)
        if verb in (Verb.UPHOLD, Verb.DISMISS):
            return _undo_reports(action, by, reason)
        if verb in (Verb.DETACH, Verb.ATTACH):
            return _undo_parent(action, by, reason)
        if verb == Verb.TAKE_NAME_OFF:
            return removals.give_name_back(action=action, name=name, by=by, reason=reason)
        if verb in (Verb.HIDE_REVISION, Verb.SHOW_REVISION):
            return versions.undo(action=action, by=by, reason=reason)
        if verb == Verb.RETAG:
            return _undo_tags(action, by, reason)
        if verb in (Verb.MARK_ANSWER, Verb.UNMARK_ANSWER):
            return _undo_answer(action, by, reason)
        if action.post is not None:
            act = unlock_post if verb == Verb.LOCK else lock_post
            return act(post=action.post, by=by, reason=reason, undoes=action)
        return _undo_member(action, verb, by, reason)


def _why_not(action: Action, by: User | AnonymousUser) -> str:
    """Why ``by`` may not take this back, whoever else may: as for deciding the opposite; "" when they may."""
    why_not = rules.why_not_moderate(by)
    if why_not:
        return why_not
    if action.verb in (Verb.LOCK, Verb.UNLOCK):
        return "" if may_lock(by) else "Only moderators who may lock can do this."
    if action.member is None:
        return ""
    asked = rules.why_not_suspend if action.verb in (Verb.SUSPEND, Verb.UNSUSPEND) else rules.why_not_appoint
    why_not = asked(by, action.member)
    return why_not if not why_not or by.is_superuser else "Only an administrator can undo this."


def _check(action: Action) -> None:
    verb = Verb(action.verb)
    if verb in FINAL:
        raise Conflict(FINAL[verb])
    undone = Action.objects.filter(undoes=action).select_related("actor").first()
    if undone is not None:
        who = undone.actor.username if undone.actor else "a moderator who has left"
        raise Conflict(f"This was undone already, by {who} on {undone.created_at:%B %-d, %Y at %H:%M} UTC.")
    later = _later([action])
    if later:
        raise Conflict(_superseded(later[action.pk]))


def _later(found: Iterable[Action]) -> dict[int, Action]:
    """The last decision about the same side of the same thing, for those of these after which there is one."""
    asked = [action for action in found if action.verb in _FAMILY and action.verb not in ALONE]
    about = Q()
    for kind in ("comment_id", "post_id", "member_id"):
        if ids := {getattr(action, kind) for action in asked} - {None}:
            about |= Q(**{f"{kind}__in": ids})
    if not about:
        return {}
    since = Action.objects.filter(about, pk__gt=min(action.pk for action in asked)).order_by("pk")
    last = {_side(action): action for action in since.only("verb", "comment", "post", "member")}
    found_later = {action.pk: last.get(_side(action)) for action in asked}
    return {pk: action for pk, action in found_later.items() if action is not None and action.pk > pk}


def _side(action: Action) -> tuple[int | None, ...]:
    """What a decision was about, and which side of it."""
    return (_FAMILY.get(Verb(action.verb)), action.comment_id, action.post_id, action.member_id)


def _superseded(later: Action) -> str:
    return f"Something later was decided about the same thing ({later}). Undo that first."


def _stands(action: Action, thing: Post | Comment | None) -> bool:
    """Whether the thing is still in the state that the decision gave it, if it gave it one."""
    after = AFTER.get(Verb(action.verb))
    return after is None or (thing is not None and thing.state == after)


def _undo_state(action: Action, by: User, reason: str) -> bool:
    about = action.comment or action.post
    thing = about and actions.queue_at(about)
    if thing is None or not _stands(action, thing):
        raise Conflict(CHANGED)
    to = State(action.before["state"])
    if isinstance(thing, Comment):
        changed = change_state(comment=thing, to=to, by=by, reason=reason, undoes=action)
    else:
        changed = change_post_state(post=thing, to=to, by=by, reason=reason, undoes=action)
    actions.reopen_reports(action=action)
    return changed


def _undo_reports(action: Action, by: User, reason: str) -> bool:
    if "removal" in action.before:
        return removals.ask_again(action=action, by=by, reason=reason)
    opened = actions.reopen_reports(action=action)
    if not opened:
        raise Conflict("These reports wait already, or their reporters have sent others since.")
    ledger.record(
        Verb.REOPEN_REPORTS,
        actor=by,
        comment=action.comment,
        post=action.post,
        reason=reason,
        before={"reports": opened},
        undoes=action,
    )
    return True


def _undo_parent(action: Action, by: User, reason: str) -> bool:
    if action.comment is None:
        return False
    before = action.before["parent"]
    parent = present(Comment.objects.all(), before) if before else None
    basis = Comment.Basis(action.before["basis"]) if action.before["basis"] else Comment.Basis.NONE
    return set_parent(comment=action.comment, parent=parent, by=by, reason=reason, basis=basis, undoes=action)


def _undo_tags(action: Action, by: User, reason: str) -> bool:
    if action.post is None:
        return False
    tags = list(Tag.objects.filter(slug__in=action.before["tags"]).living())
    return set_tags(post=action.post, tags=tags, by=by, reason=reason, undoes=action)


def _undo_answer(action: Action, by: User, reason: str) -> bool:
    if action.post is None:
        return False
    before = action.before["answer"]
    comment = Comment.objects.filter(pk=before).first() if before else None
    return set_answer(post=action.post, comment=comment, by=by, reason=reason, undoes=action)


def _undo_member(action: Action, verb: Verb, by: User, reason: str) -> bool:
    if action.member is None:
        return False
    if verb in (Verb.SUSPEND, Verb.UNSUSPEND):
        before = action.before["until"]
        until = dt.datetime.fromisoformat(before) if before else None
        return actions.suspend(member=action.member, until=until, by=by, reason=reason, undoes=action)
    if verb in (Verb.APPOINT, Verb.RELIEVE):
        moderates = verb == Verb.RELIEVE
        return actions.appoint(member=action.member, moderates=moderates, by=by, reason=reason, undoes=action)
    return actions.set_open(member=action.member, is_open=verb == Verb.CLOSE, by=by, reason=reason, undoes=action)
