"""What moderators make of suggested replies: accepted ones become parents, on the record and to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from comments.actions import GONE, set_parent
from comments.models import SHELVED, Comment
from forum.archive.models import Suggestion
from forum.moderation import rules
from forum.refusals import Conflict, NotAllowed
from forum.states import State
from posts.actions import locked
from posts.models import STATES_WITH_A_PAGE

if TYPE_CHECKING:
    from forum.users.models import User

Outcome = Suggestion.Outcome


def offered() -> QuerySet[Suggestion]:
    """Suggestions that a moderator can decide now: both comments are shown, and the one has no parent yet."""
    return (
        Suggestion.objects.filter(
            outcome=Outcome.WAITING,
            comment__parent__isnull=True,
            comment__state=State.PUBLISHED,
            comment__post__state__in=STATES_WITH_A_PAGE,
            parent__state=State.PUBLISHED,
        )
        .exclude(comment__parent_basis=Comment.Basis.MODERATOR)
        .exclude(parent__branch=SHELVED)
    )


def accept(*, suggestion: Suggestion, by: User) -> bool:
    """Puts the comment under the proposed parent, on the record; returns whether it did.

    False when it was decided a moment ago. Raises NotAllowed, or Conflict when the thread is no longer as it was.
    """
    with transaction.atomic():
        locked(suggestion.comment.post_id)  # first, as by whoever takes the import back that brought it
        suggestion = _locked(suggestion, by)
        if suggestion.outcome != Outcome.WAITING:
            return False
        if not offered().filter(pk=suggestion.pk).exists():
            raise Conflict("One of the two comments was moved or taken away since. Nothing was changed.")
        set_parent(comment=suggestion.comment, parent=suggestion.parent, by=by)
        _decide(suggestion, Outcome.ACCEPTED, by)
    return True


def dismiss(*, suggestion: Suggestion, by: User) -> bool:
    """Leaves the comment where it is, and never proposes this parent again; returns whether anything changed."""
    with transaction.atomic():
        suggestion = _locked(suggestion, by)
        if suggestion.outcome != Outcome.WAITING:
            return False
        _decide(suggestion, Outcome.DISMISSED, by)
    return True


def offer_again(*, suggestion: Suggestion, by: User) -> bool:
    """Takes a dismissal back; returns whether anything changed."""
    with transaction.atomic():
        suggestion = _locked(suggestion, by)
        if suggestion.outcome != Outcome.DISMISSED:
            return False
        suggestion.outcome, suggestion.decided_at, suggestion.decided_by = Outcome.WAITING, None, None
        suggestion.save(update_fields=["outcome", "decided_at", "decided_by"])
    return True


def _locked(suggestion: Suggestion, by: User) -> Suggestion:
    """The suggestion as it is now; of two moderators at once, the second waits here and finds it decided."""
    why_not = rules.why_not_moderate(by)
    if why_not:
        raise NotAllowed(why_not)
    found = Suggestion.objects.select_for_update().filter(pk=suggestion.pk).first()
    if found is None:
        raise Conflict(GONE)
    return found


def _decide(suggestion: Suggestion, outcome: Suggestion.Outcome, by: User) -> None:
    suggestion.outcome, suggestion.decided_at, suggestion.decided_by = outcome, timezone.now(), by
    suggestion.save(update_fields=["outcome", "decided_at", "decided_by"])
