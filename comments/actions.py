"""The only writer of comments: every change is one transaction that locks the post, checks the rules and keeps
the figures of the thread right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from comments import citing, counters, revising, rules
from comments.models import SHELVED, Comment, CommentQuerySet, Drawing, Quotation
from comments.rendering import render_markdown, render_new
from forum import storing
from forum.moderation import holds, ledger, limits
from forum.moderation.models import Action, Rule
from forum.notices import tell
from forum.prepared import Given, Prepared
from forum.refusals import Conflict, NotAllowed, Refusal, TooMany
from forum.search import index
from forum.states import STAYING, State
from forum.text.redaction import Change, change, moved
from posts.actions import locked, published_by, touch
from posts.models import Post
from posts.rules import why_not_write

if TYPE_CHECKING:
    from forum.users.models import User

SAME_WORDS = dt.timedelta(minutes=10)  # said again within this, words in one place are one comment
AHEAD = dt.timedelta(days=1)  # how far the time of a comment may be past now: a reply is never before what it answers
GONE = "This comment is no longer there: the import that brought it was taken back."
OFFSETS = ("start", "end", "attribution_start", "attribution_end")  # of a quotation in the words that hold it
_LOCKED = Prepared(
    lambda: Post.objects.select_for_update().annotate(next_comment=storing.NextKey(Comment)).filter(pk=Given("pk"))
)
_ANSWERED = Prepared(lambda: Comment.objects.only("post", "author", "state").filter(pk=Given("pk")))
_SAID = Prepared(
    lambda: Comment.objects.filter(
        author=Given("author"),
        created_at__range=(Given("since"), Given("until")),
        body=Given("body"),
        state__in=[State.PUBLISHED, State.HELD],
    ).values_list("pk", "post_id", "parent_id")
)


def add_comment(
    *,
    post: Post,
    author: User,
    body: str,
    parent: Comment | None = None,
    token: str,
    along: Callable[[], object] = int,
) -> Comment:
    """Publishes or holds a new comment; the same ``token`` again, or the same words in the same place
    a moment later, returns the comment that was made.

    ``along`` is done in the same transaction, before anybody waits for it, and only if a comment comes of the words.
    One INSERT and two updates, at any depth. Raises NotAllowed, TooMany, Unreadable, or Conflict when the token was
    used for other words.
    """
    try:
        made, is_new = _add_comment(post, author, body, parent, token, along)
    except (IntegrityError, Refusal) as why:  # asked for only where something stands in the way: most forms come once
        known = Comment.objects.filter(author=author, token=token).first()
        if known is None and isinstance(why, TooMany):  # the last of the hour, said again
            known = _said_just_now(post, author, body, parent)
        if known is None:
            raise
        made, is_new = _same_form(known, post, body, parent), False
    if not is_new:  # what was done along with it was undone with it
        along()
    return made


def _add_comment(
    post: Post, author: User, body: str, parent: Comment | None, token: str, along: Callable[[], object]
) -> tuple[Comment, bool]:
    """The comment, and whether it was made just now: where it was made before, nothing of this is stored."""
    # Before the lock at which everyone who writes in the thread waits; in SQLite, everyone who writes.
    rendered = render_new(body, post)
    found = index.words_in(rendered.html)
    comment = Comment(post=post, parent=parent, author=author, body=body, html=rendered.html, zone="UTC", token=token)
    with transaction.atomic():
        along()
        # Two forms of one member wait here for each other, so that what they say twice is found before the lock.
        limits.spend("comments", f"member:{author.pk}")
        said = _said_just_now(post, author, body, parent)
        hears = tell.hears(comment)
        post = comment.post = locked(post.pk, _LOCKED)
        if parent is not None:  # what the rules and figures need of it, as it is now
            parent = comment.parent = present(_ANSWERED, parent.pk)
        _check(rules.why_not_reply(author, post, parent))
        if said is not None:
            transaction.set_rollback(True)  # it was counted when it was said
            return said, False
        citing.check_quoted(post, set(rendered.quotes))
        if rendered.quotes:  # whose words and names may have gone while this waited at the lock
            rendered = render_markdown(body, post)
            found = index.words_in(rendered.html)
            comment.html = rendered.html
        enough = holds.needed(post)
        comment.pk = post.next_comment  # type: ignore[attr-defined]  # asked for with the lock
        comment.state = holds.first_state(author, published_by(author, enough), enough)
        comment.position = post.last_position + 1
        comment.came_with = post.version + (comment.state == State.PUBLISHED)
        comment.instant = timezone.now()
        comment.created_at = _not_before(comment.instant, post)
        comment.branch = comment.home_branch() if comment.state in STAYING else SHELVED
        comment.answers_id = comment.whom_it_answers()
        with storing.together():
            storing.insert(comment)
            if rendered.quotes:
                storing.send()  # those that quote something are counted among the comments that are there
                citing.quote_first(comment, rendered.quotes)
            index.put_comment(comment, found)
            post.last_position = comment.position
            if comment.state == State.PUBLISHED:
                counters.published(post, comment)
                counters.save(post)
                counters.count_reply(comment, 1)
            else:  # No page is another, so no version and no date of a page may tell that somebody waits.
                storing.update(post, "last_position")
            tell.of_comment(comment, hears)
    return comment, True


def edit_comment(*, comment: Comment, editor: User, body: str, seen: dt.datetime | None) -> bool:
    """Changes the words of a comment; returns whether anything changed.

    ``seen`` is when the words the editor started from were last edited: raises Conflict when they have changed
    since. Raises NotAllowed, TooMany or Unreadable.
    """
    with transaction.atomic():
        post, comment = _locked(comment)
        if not rules.may_edit(editor, comment):
            raise NotAllowed(why_not_write(editor) or "Only its author can edit this comment.")
        if comment.body == body:
            return False
        if comment.edited_at != seen:
            raise Conflict(
                "This comment was edited in another window since you opened it. Compare both texts below, then save."
            )
        limits.spend("edits", f"member:{editor.pk}")
        rendered = render_new(body, post)
        # A passage that was quoted while it could be read may stay: the quotation shows only that it is gone.
        citing.check_quoted(post, set(rendered.quotes) - citing.quoted_by(comment))
        counts = revising.keep(comment)
        comment.body, comment.html, comment.edited_at = body, rendered.html, timezone.now()
        comment.revised_at = comment.edited_at if counts else comment.revised_at
        if comment.is_public:  # of held words neither a version nor a date may tell
            comment.came_with = post.version + 1
            touch([post.pk])
        comment.save(update_fields=["body", "html", "edited_at", "revised_at", "came_with"])
        index.put_comment(comment)
        citing.quote(comment, rendered.quotes)
        citing.rerender_quoting([comment.pk])
        tell.of_edit(comment)
    return True


def delete_comment(*, comment: Comment, by: User) -> bool:
    """Deletes a comment by its author: a tombstone while it has replies. Returns whether anything changed."""
    with transaction.atomic():
        post, comment = _locked(comment)
        if comment.state == State.DELETED and comment.is_by(by):
            return False
        if not rules.may_delete(by, comment):
            raise NotAllowed(why_not_write(by) or "Only its author can delete this comment.")
        _enter(post, comment, State.DELETED)
    return True


def change_state(
    *,
    comment: Comment,
    to: State,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    undoes: Action | None = None,
) -> bool:
    """Publishes, holds, hides or removes a comment as a moderator, on the record; returns whether anything changed."""
    with transaction.atomic():
        post, comment = _locked(comment)
        before = State(comment.state)
        if before == to:
            return False
        verb = ledger.verb(before, to)
        opens = ledger.opens(verb, comment)
        _enter(post, comment, to)
        decision = ledger.record(
            verb, actor=by, comment=comment, rule=rule, reason=reason, before={"state": before}, undoes=undoes
        )
        tell.of_decision(decision)
        if opens:
            tell.of_comment(comment)
    return True


def set_parent(
    *,
    comment: Comment,
    parent: Comment | None,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    basis: Comment.Basis = Comment.Basis.MODERATOR,
    undoes: Action | None = None,
) -> bool:
    """Moves a comment and its branch under another comment of its thread, or to the top, on the record.

    Returns whether anything changed. Raises Conflict when the move would close a loop or leave the thread. A later
    import sees that a moderator decided and leaves it; an undo gives back the ``basis`` there was.
    """
    with transaction.atomic():
        post, comment = _locked(comment)
        if comment.parent_id == (parent.pk if parent else None):
            return False
        if parent is not None:
            parent = present(Comment.objects.all(), parent.pk)
            _check_move(comment, parent)
        before = {"parent": comment.parent_id, "basis": comment.parent_basis}
        placed = not comment.is_shelved
        if placed:
            counters.count_reply(comment, -1)
        comment.parent, comment.parent_basis = parent, basis
        comment.branch = comment.home_branch() if placed else SHELVED
        comment.answers_id = comment.whom_it_answers()
        comment.save(update_fields=["parent", "parent_basis", "branch", "answers"])
        if placed:
            counters.count_reply(comment, 1)
        touch([post.pk])
        verb = Action.Verb.ATTACH if parent else Action.Verb.DETACH
        ledger.record(verb, actor=by, comment=comment, rule=rule, reason=reason, before=before, undoes=undoes)
    return True


def redact(*, comment: Comment, changes: Sequence[Change]) -> list[int]:
    """Puts other words in place of passages, for a name that is taken off or given back.

    The quotations in it move along. Returns where the new words of each change begin, in order.
    """
    return redact_all(changes={comment.pk: changes})[comment.pk]


def redact_all(*, changes: Mapping[int, Sequence[Change]]) -> dict[int, list[int]]:
    """The same in many comments, by their ids. A dozen statements for each ``citing.BATCH``, and one a thread."""
    starts: dict[int, list[int]] = {}
    pks = sorted(changes)
    batches = [
        Comment.objects.filter(pk__in=pks[begin : begin + citing.BATCH]) for begin in range(0, len(pks), citing.BATCH)
    ]
    with transaction.atomic():
        # All threads before the first batch, in the order in which everybody locks many.
        threads = sorted({pk for some in batches for pk in some.values_list("post", flat=True)})
        for pk in threads:
            locked(pk)
        for some in batches:
            rows = list(some.select_related("post").prefetch_related("quotations", "revisions").order_by("pk"))
            for comment in rows:
                starts[comment.pk] = _redact(comment, changes[comment.pk])
            Comment.objects.bulk_update(rows, ["body"])
            Quotation.objects.bulk_update([one for comment in rows for one in comment.quotations.all()], OFFSETS)
            citing.rerender(rows)
        touch(threads)
        Drawing.forget(threads)
        citing.rerender_quoting(pks)
    return starts


def _redact(comment: Comment, changes: Sequence[Change]) -> list[int]:
    """Changes a comment and its quotations in memory, and its earlier versions for good."""
    changed = change(comment.body, changes)
    for quotation in comment.quotations.all():
        for name in OFFSETS:
            offset = getattr(quotation, name)
            if offset is not None:
                setattr(quotation, name, moved(offset, changes, closes=name.endswith("end")))
    revising.redact(comment, [(comment.body[item.start : item.end], item.words) for item in changes])
    comment.body = changed.text
    return changed.starts


def _enter(post: Post, comment: Comment, to: State) -> None:
    """Moves a comment to another state and everything that follows from it."""
    was_public, was_placed = comment.is_public, not comment.is_shelved
    comment.state = to
    if to == State.PUBLISHED:  # new to whoever looked while nobody could read it
        comment.came_with = post.version + 1
    comment.save(update_fields=["state", "came_with"])
    index.put_comment(comment)
    counters.settle(comment)
    if was_public and to != State.PUBLISHED:
        counters.unpublished(post, comment)
    elif to == State.PUBLISHED:
        counters.published(post, comment)
    if was_placed or not comment.is_shelved:  # what nobody saw before or sees now moves no version
        counters.save(post)
    if was_public != comment.is_public:
        citing.count(post.pk, citing.quoted_by(comment))
    citing.rerender_quoting([comment.pk])


def present(rows: CommentQuerySet | Prepared[Comment], pk: int) -> Comment:
    """The comment as it is now, once its thread is locked.

    Raises Conflict where the import that brought it was taken back meanwhile.
    """
    found = rows.first(pk=pk) if isinstance(rows, Prepared) else rows.filter(pk=pk).first()
    if found is None:
        raise Conflict(GONE)
    return found


def _locked(comment: Comment) -> tuple[Post, Comment]:
    """The post, locked, and the comment as it is now."""
    post = locked(comment.post_id)
    fresh = present(Comment.objects.select_related("author", "person"), comment.pk)
    fresh.post = post
    return post, fresh


def _not_before(now: dt.datetime, post: Post) -> dt.datetime:
    """A clock that was set back must not sort a reply before what it answers."""
    return max(now, post.active_at)


def _check_move(comment: Comment, parent: Comment) -> None:
    if parent.post_id != comment.post_id:
        raise Conflict("A comment can only be moved within its thread.")
    if parent.is_under(comment.pk):
        raise Conflict("A comment cannot be moved under itself or under one of its own replies.")
    if parent.is_shelved:
        raise Conflict("The new parent has no place in the thread. Restore it first.")


def _same_form(made: Comment, post: Post, body: str, parent: Comment | None) -> Comment:
    if (made.post_id, made.parent_id, made.body) == (post.pk, parent.pk if parent else None, body):
        return made
    raise Conflict("This form was already posted with other words. Copy what you need, then open a new form.")


def _said_just_now(post: Post, author: User, body: str, parent: Comment | None) -> Comment | None:
    """The same words in the same place a moment ago: a form reloaded by the back button has a new token."""
    # With no end PostgreSQL expects a third of all that the member ever said, and plans anew each time to know better.
    since, until = [connection.ops.adapt_datetimefield_value(timezone.now() + far) for far in (-SAME_WORDS, AHEAD)]
    here = (post.pk, parent.pk if parent else None)  # not asked for: a planner would look at all that stands there
    said = _SAID(author=author.pk, since=since, until=until, body=body)
    return next((Comment.objects.get(pk=pk) for pk, *place in said if tuple(place) == here), None)


def _check(why_not: str) -> None:
    if why_not:
        raise NotAllowed(why_not)
