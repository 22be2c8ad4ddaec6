"""Takes an import back: what it made and nobody has touched since goes; the rest stays, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from comments.mending import take_back
from comments.models import Comment, Quotation
from comments.models import Revision as CommentRevision
from forum.archive import keys, knowing, locking
from forum.archive.models import Item, Run
from forum.archive.reporting import counted
from forum.moderation.models import Action, NameRemoval, Report
from forum.users.models import Person
from forum.voices.models import Mark, Vote
from posts.actions import locked, take_back_post
from posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forum.users.models import User

ANSWERED: Final = "somebody answered it"
_TAKEN: Final = Q(evidence__has_key="since")
"""Items of words that were here before, and that a better copy took the place of."""


@dataclass(slots=True)
class RolledBack:
    """What taking an import back did: how much went, and what stays and why."""

    removed_posts: int = 0
    removed_comments: int = 0
    removed_persons: int = 0
    kept: list[tuple[Post | Comment, str]] = field(default_factory=list)

    @property
    def removed(self) -> int:
        """How many posts and comments went."""
        return self.removed_posts + self.removed_comments


def roll_back(run: Run, *, by: User | str, commit: bool = True) -> RolledBack:
    """Remove what a run made and nobody has answered, edited, quoted, reported, decided, voted on or saved.

    A thread is a transaction. Again does no harm: it takes what can go by now. Refuses while another import of the
    source runs. Nothing is removed unless ``commit``.
    """
    found = RolledBack()
    with locking.alone(run.source.key):
        runs = [run.pk, *Run.objects.filter(carried_by=run).values_list("pk", flat=True)]
        for pk in _posts(runs):
            with transaction.atomic():
                persons = _Thread(pk, runs, found).take_back(commit=commit)
                if commit:  # with the words: where this is broken off, nothing would lead to them any more
                    found.removed_persons += _forget_persons(persons)
        if commit:
            with transaction.atomic():
                _forget_traces(runs)
                _record(run, by)
    return found


def _posts(runs: list[int]) -> list[int]:
    """The posts in which the runs made something."""
    items = Item.objects.filter(run__in=runs)
    own = items.exclude(post=None).order_by().values_list("post", flat=True).distinct()
    under = items.exclude(comment=None).order_by().values_list("comment__post", flat=True).distinct()
    return sorted({pk for pk in (*own, *under) if pk is not None})


class _Thread:
    """What the runs made in one thread."""

    def __init__(self, post: int, runs: list[int], found: RolledBack) -> None:
        self.post, self.runs, self.found = locked(post), runs, found
        # Whoever saves one of them now, which locks no thread, waits until it is known whether it stays.
        list(Comment.objects.select_for_update().filter(post=post).order_by("pk").values_list("pk"))

    def take_back(self, *, commit: bool) -> set[int]:
        """Remove what can go; returns whose words it was."""
        made = self._made()
        why = self._reasons(made)
        self._spread(why, made)
        gone = [pk for pk in made if pk not in why]
        reason = self._reason_of_post(len(gone))
        self._tell(why, reason)
        persons = self._persons(gone, with_post=reason == "")
        self.found.removed_comments += len(gone)
        self.found.removed_posts += reason == ""
        if commit:
            for some in knowing.lots(gone):
                Item.objects.filter(comment__in=some).delete()
            take_back(post=self.post, pks=gone)
            if reason == "":
                self.post.archive_items.all().delete()
                take_back_post(post=self.post)
        return persons

    def _made(self) -> dict[int, str]:
        """The comments that the runs made first, each with the digest of its words then."""
        older = Item.objects.filter(comment=OuterRef("comment")).exclude(run__in=self.runs)
        items = Item.objects.filter(run__in=self.runs, comment__post=self.post).exclude(_TAKEN)
        items = items.filter(~Exists(older.filter(pk__lt=OuterRef("pk"))))
        return dict(items.order_by("pk").values_list("comment", "body_digest"))

    def _reasons(self, made: dict[int, str]) -> dict[int, str]:
        """Why comments of the runs stay, apart from those that answer or quote them."""
        within = Q(comment__post=self.post)
        later = Item.objects.filter(within).exclude(run__in=self.runs)
        taken = Item.objects.filter(_TAKEN, within, run__in=self.runs)
        touched = (
            (_of(taken), "it was here before; this file brought other words for it"),
            (_of(later), "another import holds it too"),
            (_of(Vote.objects.filter(within)), "somebody voted on it"),
            (_of(Mark.objects.filter(within)), "somebody saved or folded it"),
            (_of(Report.objects.filter(within)), "it was reported"),
            (_of(Action.objects.filter(within)), "a moderator decided about it"),
            (_of(CommentRevision.objects.filter(within)), "it was edited"),
            ({self.post.answer_id} if self.post.answer_id else set(), "it is marked as the answer"),
        )
        why: dict[int, str] = {}
        for pks, reason in touched:
            why |= {pk: reason for pk in pks if pk in made or reason.startswith("it was here")}
        rows = self.post.comments.order_by("pk").values_list("pk", "body", "edited_at")
        for pk, body, edited_at in rows.iterator(chunk_size=knowing.LOT):
            if pk in made and (edited_at or (made[pk] and keys.digest(body) != made[pk])):
                why.setdefault(pk, "it was edited")
        return why

    def _spread(self, why: dict[int, str], made: dict[int, str]) -> None:
        """What is answered or quoted by something that stays, stays too; at any depth."""
        names = {
            pk: parent for pk, parent in self.post.comments.order_by("pk").values_list("pk", "parent_id") if parent
        }
        quoting: dict[int, list[int]] = {}
        found = Quotation.objects.filter(comment__post=self.post, quoted__isnull=False)
        for quoter, quoted in found.order_by().values_list("comment_id", "quoted_id"):
            quoting.setdefault(quoter, []).append(quoted or 0)
        every = set(self.post.comments.order_by().values_list("pk", flat=True))
        staying = [pk for pk in every if pk not in made or pk in why]
        for pk in staying:  # grows while it is read
            answered = names.get(pk)
            for other, reason in [(answered, ANSWERED), *((of, "somebody quoted it") for of in quoting.get(pk, ()))]:
                if other is not None and other in made and other not in why:
                    why[other] = reason
                    staying.append(other)

    def _reason_of_post(self, gone: int) -> str | None:
        """Why the post stays, empty when it goes, None when the runs did not make it."""
        post, items = self.post, list(self.post.archive_items.defer("raw").order_by("pk"))
        if not items or items[0].run_id not in self.runs:
            return None
        if "since" in items[0].evidence:
            return "it was here before; this file brought other words for it"
        if any(item.run_id not in self.runs for item in items):
            return "another import holds it too"
        if post.comments.count() > gone:
            return "comments under it stay"
        for rows, reason in (
            (post.votes, "somebody voted on it"),
            (post.marks, "somebody saved or follows it"),
            (post.reports, "it was reported"),
            (post.actions, "a moderator decided about it"),
            (post.revisions, "it was edited"),
            (post.quoted_in, "somebody quoted it"),
        ):
            if rows.exists():
                return reason
        then = items[0].body_digest
        edited = post.edited_at or (then and keys.digest(post.title, post.body) != then)
        return "it was edited" if edited else ""

    def _tell(self, why: dict[int, str], reason: str | None) -> None:
        if reason:
            self.found.kept.append((self.post, reason))
        for some in knowing.lots(sorted(why)):
            for comment in Comment.objects.with_bylines().defer("body", "html").filter(pk__in=some).order_by("pk"):
                self.found.kept.append((comment, why[comment.pk]))

    def _persons(self, gone: list[int], *, with_post: bool) -> set[int]:
        persons = {self.post.person_id} if with_post else set()
        for some in knowing.lots(gone):
            persons |= set(Comment.objects.filter(pk__in=some).order_by().values_list("person", flat=True))
        return {pk for pk in persons if pk is not None}


def _of(rows: Iterable[object]) -> set[int]:
    return set(rows.order_by().values_list("comment_id", flat=True))  # type: ignore[attr-defined]


def _forget_persons(persons: set[int]) -> int:
    """Remove persons of whom nothing is left. A name that was taken off stays known, so that it stays off."""
    number = 0
    for some in knowing.lots(sorted(persons)):
        # Whoever asks for a name to be taken off refers to a person, and may do so at this moment.
        list(Person.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))
        unused = Person.objects.filter(pk__in=some, removed_at=None)
        here = OuterRef("pk")
        uses = (
            Comment.objects.filter(person=here),
            Post.objects.filter(Q(person=here) | Q(last_person=here)),
            Action.objects.filter(person=here),
            NameRemoval.objects.filter(person=here),
        )
        for rows in uses:
            unused = unused.filter(~Exists(rows))
        number += unused.delete()[0]
    return number


def _forget_traces(runs: list[int]) -> None:
    """Pingbacks, and other keys of what earlier imports made: the runs brought nothing else."""
    kept = Q(kind__in=[Item.Kind.POST, Item.Kind.COMMENT]) & (Q(comment__isnull=False) | Q(post__isnull=False))
    items = Item.objects.filter(run__in=runs).exclude(_TAKEN)
    items.exclude(kept).exclude(kind=Item.Kind.COMMENT).exclude(kind=Item.Kind.POST).delete()
    older = Item.objects.exclude(run__in=runs)
    items.filter(comment__isnull=False).filter(
        Exists(older.filter(comment=OuterRef("comment"), pk__lt=OuterRef("pk")))
    ).delete()
    items.filter(post__isnull=False).filter(Exists(older.filter(post=OuterRef("post"), pk__lt=OuterRef("pk")))).delete()


def _record(run: Run, by: User | str) -> None:
    run.state, run.rolled_back_at = Run.State.ROLLED_BACK, timezone.now()
    run.rolled_back_by = (by if isinstance(by, str) else by.username)[:150]
    run.save(update_fields=["state", "rolled_back_at", "rolled_back_by"])


def told(found: RolledBack, *, done: bool) -> Iterator[str]:
    """What was done, or would be, in sentences."""
    verb = "Removed" if done else "Would remove"
    yield f"{verb}: {counted(found.removed_posts, 'post')}, {counted(found.removed_comments, 'comment')}."
    if done:
        yield f"Persons of whom nothing is left, removed: {found.removed_persons:,}."
    for thing, why in found.kept:
        yield f"Stays: {thing._meta.model_name} {thing.pk}, {thing.get_absolute_url()}: {why}."
    if not done:
        yield "Nothing was removed. Run it again with --commit to do so."
