"""The decisions of moderators, and the reports they answer: each one transaction, on the record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from comments.actions import change_state, present, set_parent
from comments.models import Comment
from forum.moderation import ledger, limits, rules
from forum.moderation.models import Action, Outcome, Report, Rule
from forum.refusals import Conflict, NotAllowed
from forum.states import State
from forum.users.models import User
from posts.actions import change_post_state, lock_post, locked, unlock_post

if TYPE_CHECKING:
    from posts.models import Post

UPHOLDING = (State.HIDDEN, State.REMOVED)
SUSPENSION_REASON = 500  # characters, of the column: the rule and the moderator's words together


def file_report(*, thing: Post | Comment, reporter: User | None, who: str, rule: Rule, text: str = "") -> Report:
    """Files a reader's report; ``who`` is whom the limit counts. Nothing is hidden by reports alone.

    Raises NotAllowed for one's own words, Conflict when the same member's report of it still waits, or TooMany.
    """
    with transaction.atomic():
        if thing.is_by(reporter):
            raise NotAllowed("These are your own words. You can edit or delete them.")
        thing = queue_at(thing)
        if reporter is not None and _open_reports(thing).filter(reporter=reporter).exists():
            raise Conflict("You have reported this already. Your report waits for a moderator.")
        limits.spend("reports", who)
        return Report.objects.create(**_about(thing), reporter=reporter, rule=rule, text=text)


def decide(*, thing: Post | Comment, to: State, by: User, rule: Rule | None = None, reason: str = "") -> bool:
    """Publishes, holds, hides or removes a post or a comment; hiding and removing uphold what reports of it wait.

    Returns whether anything changed. Raises NotAllowed, or Conflict for words that their author has deleted.
    """
    _check(rules.why_not_moderate(by))
    with transaction.atomic():
        thing = queue_at(thing)
        if thing.state == State.DELETED:
            raise Conflict(f"The author has deleted this {_noun(thing)}; it stays so.")
        if not _change(thing, to, by, rule, reason):
            return False
        if to in UPHOLDING:
            decided = _decide_open(thing, Outcome.GRANTED, by)
            _remember(_latest(thing), {"reports": decided} if decided else {})
    return True


def decide_reports(
    *,
    thing: Post | Comment,
    uphold: bool,
    to: State | None = None,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
) -> bool:
    """Decides all reports of one thing that wait; ``to`` is what becomes of it when they are upheld.

    Without a rule it is the one that the first report names. Returns whether anything changed.
    """
    _check(rules.why_not_moderate(by))
    with transaction.atomic():
        thing = queue_at(thing)
        first = _open_reports(thing).select_related("rule").order_by("created_at", "id").first()
        if first is None:
            return False
        rule = rule or (first.rule if uphold else None)
        if to is not None and _is_more(State(thing.state), to):
            return decide(thing=thing, to=to, by=by, rule=rule, reason=reason)
        decided = _decide_open(thing, Outcome.GRANTED if uphold else Outcome.REFUSED, by)
        verb = Action.Verb.UPHOLD if uphold else Action.Verb.DISMISS
        ledger.record(verb, actor=by, **_about(thing), rule=rule, reason=reason, before={"reports": decided})
    return True


def queue_at(thing: Post | Comment) -> Post | Comment:
    """The thing as it is now; all decisions in one thread queue at its post. Raises Conflict where it is gone."""
    if isinstance(thing, Comment):
        locked(thing.post_id)
        return present(Comment.objects.select_related("author", "person", "post"), thing.pk)
    return locked(thing.pk)


def set_lock(*, post: Post, lock: bool, by: User, rule: Rule | None = None, reason: str = "") -> bool:
    """Closes a thread to new comments, or opens it; returns whether anything changed."""
    _check("" if by.has_perm("posts.lock_post") and not rules.why_not_moderate(by) else "Only moderators can do this.")
    act = lock_post if lock else unlock_post
    return act(post=post, by=by, rule=rule, reason=reason)


def detach(*, comment: Comment, by: User, rule: Rule | None = None, reason: str = "") -> bool:
    """Takes a comment from the parent that an archive gave it; returns whether anything changed.

    Raises Conflict for a living reply: its author said what it answers.
    """
    _check(rules.why_not_moderate(by))
    if not comment.archived:
        raise Conflict("Its author said what this comment answers. Only replies from archives can be detached.")
    return set_parent(comment=comment, parent=None, by=by, rule=rule, reason=reason)


def attach(*, comment: Comment, parent: Comment, by: User, rule: Rule | None = None, reason: str = "") -> bool:
    """Puts an archived comment under an earlier one of its thread; returns whether anything changed.

    Raises Conflict for a living reply, a parent that comes later or stands in another thread, and a loop.
    """
    _check(rules.why_not_moderate(by))
    if not comment.archived:
        raise Conflict("Its author said what this comment answers. Only comments from archives can be attached.")
    if parent.pk == comment.pk:
        raise Conflict("A comment cannot answer itself.")
    if parent.post_id == comment.post_id and parent.position > comment.position:
        raise Conflict("A comment can only answer one that stands before it.")
    return set_parent(comment=comment, parent=parent, by=by, rule=rule, reason=reason)


def suspend(
    *,
    member: User,
    until: dt.datetime | None,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    undoes: Action | None = None,
) -> bool:
    """Closes every road to writing for a member until a moment, or ends that (None); returns whether it changed."""
    _check(rules.why_not_suspend(by, member))
    with transaction.atomic():
        member = User.objects.select_for_update().get(pk=member.pk)
        if member.suspended_until == until or (until is None and not member.is_suspended):
            return False
        before = {
            "until": member.suspended_until.isoformat() if member.suspended_until else None,
            "reason": member.suspension_reason,
        }
        words = (f"{rule.title}. {reason}" if rule else reason).strip()
        if undoes:
            words = str(undoes.before["reason"])
        member.suspended_until = until
        member.suspension_reason = words[:SUSPENSION_REASON] if until else ""
        member.save(update_fields=["suspended_until", "suspension_reason"])
        verb = Action.Verb.SUSPEND if until else Action.Verb.UNSUSPEND
        ledger.record(verb, actor=by, member=member, rule=rule, reason=reason, before=before, undoes=undoes)
    return True


def appoint(*, member: User, moderates: bool, by: User, reason: str = "", undoes: Action | None = None) -> bool:
    """Makes a member a moderator, or ends that; returns whether anything changed."""
    _check(rules.why_not_appoint(by, member))
    with transaction.atomic():
        member = User.objects.select_for_update().get(pk=member.pk)
        group = Group.objects.get(name=rules.GROUP)
        if (member.is_staff and member.groups.filter(pk=group.pk).exists()) == moderates:
            return False
        member.is_staff = moderates or member.is_superuser
        member.save(update_fields=["is_staff"])
        (member.groups.add if moderates else member.groups.remove)(group)
        verb = Action.Verb.APPOINT if moderates else Action.Verb.RELIEVE
        ledger.record(verb, actor=by, member=member, reason=reason, undoes=undoes)
    return True


def set_open(*, member: User, is_open: bool, by: User, reason: str = "", undoes: Action | None = None) -> bool:
    """Closes an account, so that nobody can sign in to it, or opens it again; returns whether anything changed."""
    _check(rules.why_not_appoint(by, member))
    with transaction.atomic():
        member = User.objects.select_for_update().get(pk=member.pk)
        if member.is_active == is_open:
            return False
        member.is_active = is_open
        member.save(update_fields=["is_active"])
        verb = Action.Verb.REOPEN if is_open else Action.Verb.CLOSE
        ledger.record(verb, actor=by, member=member, reason=reason, undoes=undoes)
    return True


def reopen_reports(*, action: Action) -> list[int]:
    """Lets the reports that a decision answered wait again, save where their reporter has sent another since."""
    about: dict[str, Any] = {"comment": action.comment_id, "post": action.post_id}
    waiting = set(
        Report.objects.filter(**about, outcome=Outcome.OPEN, reporter__isnull=False).values_list("reporter", flat=True)
    )
    opened = []
    for report in Report.objects.filter(**about, pk__in=action.before.get("reports", [])).exclude(outcome=Outcome.OPEN):
        if report.reporter_id not in waiting:
            report.outcome, report.decided_at, report.decided_by = Outcome.OPEN, None, None
            report.save(update_fields=["outcome", "decided_at", "decided_by"])
            opened.append(report.pk)
    return opened


def _change(thing: Post | Comment, to: State, by: User, rule: Rule | None, reason: str) -> bool:
    if isinstance(thing, Comment):
        return change_state(comment=thing, to=to, by=by, rule=rule, reason=reason)
    return change_post_state(post=thing, to=to, by=by, rule=rule, reason=reason)


def _about(thing: Post | Comment) -> dict[str, Any]:
    return {"comment": thing} if isinstance(thing, Comment) else {"post": thing}


def _noun(thing: Post | Comment) -> str:
    return "comment" if isinstance(thing, Comment) else "post"


def _is_more(now: State, to: State) -> bool:
    """Whether ``to`` takes more away than what was decided before."""
    return now in (State.PUBLISHED, State.HELD) or (now, to) == (State.HIDDEN, State.REMOVED)


def _open_reports(thing: Post | Comment) -> Any:
    return Report.objects.filter(**_about(thing), outcome=Outcome.OPEN)


def _decide_open(thing: Post | Comment, outcome: Outcome, by: User) -> list[int]:
    found = list(_open_reports(thing).values_list("pk", flat=True))
    Report.objects.filter(pk__in=found).update(outcome=outcome, decided_at=timezone.now(), decided_by=by)
    return found


def _latest(thing: Post | Comment) -> Action:
    return Action.objects.filter(**_about(thing)).order_by("-id")[0]


def _remember(action: Action, more: dict[str, Any]) -> None:
    """Adds to what an undo of this decision needs."""
    if more:
        action.before |= more
        action.save(update_fields=["before"])


def _check(why_not: str) -> None:
    if why_not:
        raise NotAllowed(why_not)
