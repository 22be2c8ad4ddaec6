"""Loads an export of this forum: the same rows as where it was made, however often, and after any interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import transaction
from django.utils import timezone

from comments.recounting import recount
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.archive.restored import Bringing, Rows, columns_of, own_of, values_of, version
from forum.archive.suppressing import NamesOff, article_states, comments_away
from forum.refusals import Unreadable
from forum.states import State
from forum.text.html import TooLarge
from forum.users.models import Person
from posts.models import Post
from posts.restoring import restore_answer, restore_post

if TYPE_CHECKING:
    from comments.restoring import Restored
    from forum.archive.items import Comment as Found
    from forum.archive.items import Thread
    from forum.archive.outcome import Outcome
    from forum.archive.plan import Plan
    from forum.archive.records import Values

BATCH: Final = 500
T = TypeVar("T")


def restore(
    plan: Plan,
    outcome: Outcome,
    *,
    operator: str = "",
    commit: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Write what an export holds and is not here yet, in batches; nothing unless ``commit``. Raises Refused.

    The file is read to its end before anything is written. What is here stays as it is.
    """
    if plan.said.as_options():
        raise Refused("An export of this forum says everything itself: take the corrections away and import it again.")
    done, whole = 0, plan.account().comments
    restoring = _Restoration(Rows(plan.saved, outcome, operator), outcome)
    for thread in plan.threads:
        restoring.rows.book = own_of(thread.post).book
        restoring.bring(thread) if commit else restoring.foresee(thread)
        done += len(thread.comments)
        if progress is not None:
            progress(done, whole)
    if commit:
        restoring.finish()
    return outcome


class _Restoration:
    """One import of an export under way."""

    def __init__(self, rows: Rows, outcome: Outcome) -> None:
        self.rows, self.outcome = rows, outcome
        self.resumed = outcome.run is not None
        self.seen: set[int] = set()
        self.names_off = NamesOff()

    def foresee(self, thread: Thread) -> None:
        """Count what of a thread would be written."""
        values = own_of(thread.post).values
        item = self._item_of(values)
        if item is not None and item.post is None:
            self.outcome.left += 1 + len(thread.comments)
            return
        self.outcome.created_posts += item is None
        self.outcome.left += item is not None
        self._foresee_persons([values])
        for some in batches(thread.comments):
            told = [values_of(found) for found in some]
            known = self._known(told, values["source"])
            self.outcome.left += len(known)
            self.outcome.created_comments += len(told) - len(known)
            self._foresee_persons(told)

    def bring(self, thread: Thread) -> None:
        """Write what is new of a thread, then what follows from the whole of it."""
        values = own_of(thread.post).values
        item = self._item_of(values)
        if item is not None and item.post is None:
            self.outcome.left += 1 + len(thread.comments)  # it was taken away here
            return
        # All names of the thread before the first of its words: who speaks late may be named early.
        self.names_off.note(self.rows.names([values, *map(values_of, thread.comments)]))
        here = item.post if item is not None else None
        post = here or self._post(values, thread.post.lines[0])
        self.outcome.created_posts += item is None
        self.outcome.left += item is not None
        self.outcome.posts.append(post)
        bringing = Bringing(thread, post, fresh=item is None or self._is_ours(item), made=item is None)
        for some in batches(thread.comments):
            self._batch(bringing, some, values["source"])
        if bringing.written or self.resumed:
            self._complete(bringing, values["answer"])

    def finish(self) -> None:
        """Bring what stands in no thread, and complete the record of the run."""
        self._keep_removed()
        self._keep_gone()
        run = self.outcome.run
        if run is None:
            return
        run.ended_at = timezone.now()
        run.state = Run.State.DONE
        run.counts = {
            "posts": self.outcome.created_posts,
            "comments": self.outcome.created_comments,
            "persons": self.outcome.created_persons,
        }
        run.save(update_fields=["ended_at", "state", "counts"])

    # -- a thread ----------------------------------------------------------------------------------------

    def _is_ours(self, item: Item) -> bool:
        """Whether it came with this very run before it was broken off."""
        run = self.outcome.run
        return self.resumed and run is not None and run.pk in (item.run_id, item.run.carried_by_id)

    def _post(self, values: Values, line: int) -> Post:
        run = self.rows.run()
        digest = self.rows.words_digest(values)
        away = article_states([digest], but=run).get(digest) if values["state"] == State.PUBLISHED else None
        try:
            with transaction.atomic():
                post = restore_post(
                    fields={
                        **columns_of(values, self.rows.persons([values])),
                        **({"state": away} if away else {}),
                        "kind": values["kind"],
                        "title": values["title"],
                        "url": values["address"],
                        "source": self.rows.source(values["from"]) if values["from"] else None,
                        "locked_at": values["locked_at"],
                    },
                    shown=values["html"],
                    tags=self.rows.tags(values["tags"]),
                    earlier=[version(one, title=one["title"], url=one["address"]) for one in values["earlier"]],
                )
                self.rows.item(values, line=line, post=post).save(force_insert=True)
                self.names_off.keep_in(post)
        except (TooLarge, Unreadable, ValueError) as error:
            raise Refused(f"The post at line {line} cannot be shown. {error}") from None
        return post

    def _batch(self, bringing: Bringing, some: Sequence[Found], source: str) -> None:
        told = [values_of(found) for found in some]
        known = self._known(told, source)
        new, old = [], []
        for found, one in zip(some, told, strict=True):
            item = known.get((one["source"] or source, one["key"]))
            if item is None:
                new.append(found)
            elif item.comment_id:
                bringing.writing.ids[one["n"]] = item.comment_id
                old.append(found)
        self.outcome.left += len(known)
        if self.resumed and old:  # what waited for comments that had not come yet may still wait
            again = self._restored(bringing, old)
            bringing.writing.later += [item for item in again if bringing.writing.waits(item)]
        if new:
            self._write(bringing, new, source)

    def _write(self, bringing: Bringing, new: Sequence[Found], source: str) -> None:
        self.rows.run()
        try:
            with transaction.atomic():
                rows = bringing.writing.add(self._restored(bringing, new))
                Item.objects.bulk_create(
                    self.rows.item(values_of(found), line=found.lines[0], source=source, comment=row)
                    for found, row in zip(new, rows, strict=True)
                )
                self.names_off.keep_in(rows)
        except (TooLarge, Unreadable, ValueError) as error:
            first, last = new[0].lines[0], new[-1].lines[0]
            raise Refused(f"A comment at lines {first} to {last} cannot be shown. {error}") from None
        self.outcome.created_comments += len(rows)
        bringing.written += len(rows)

    def _restored(self, bringing: Bringing, found: Sequence[Found]) -> list[Restored]:
        told = [values_of(one) for one in found]
        persons = self.rows.persons(told)
        digests = {self.rows.words_digest(one) for one in told if one["state"] == State.PUBLISHED}
        taken = comments_away(digests, but=self.outcome.run)
        made = []
        for one, values in zip(found, told, strict=True):
            away = bool(taken) and values["state"] == State.PUBLISHED and self.rows.words_digest(values) in taken
            if away:
                self.outcome.suppressed.add(one.lines[0])
            made.append(bringing.restored(one, persons, away=away))
        return made

    def _complete(self, bringing: Bringing, answer: int | None) -> None:
        """What follows from all comments of a thread: forward references, the figures, the answer."""
        with transaction.atomic():  # what is joined later has all the names in it again
            if bringing.writing.later:
                self.names_off.keep_in(bringing.writing.join_later())
            if bringing.fresh:
                self.names_off.keep(self.rows.runs(), [bringing.post.pk])
        recount(bringing.post.pk, repair=True)
        ids = bringing.writing.ids
        if answer and bringing.fresh and answer < len(ids) and ids[answer]:
            restore_answer(post=bringing.post, answer=ids[answer])

    # -- what is here ------------------------------------------------------------------------------------

    def _item_of(self, values: Values) -> Item | None:
        return self._known([values], values["source"]).get((values["source"], values["key"]))

    def _known(self, values: Sequence[Values], source: str) -> dict[tuple[str, str], Item]:
        """What of these is here, or was taken away here; a query for each source."""
        wanted: dict[str, list[str]] = {}
        for one in values:
            wanted.setdefault(one["source"] or source, []).append(one["key"])
        found: dict[tuple[str, str], Item] = {}
        for key, some in wanted.items():
            rows = Item.objects.filter(source__key=key, source_key__in=some).select_related("post", "run")
            found.update(((key, item.source_key), item) for item in rows.defer("raw", "run__raw"))
        return found

    def _foresee_persons(self, values: Iterable[Values]) -> None:
        for number in {one["by"] for one in values if one["by"] is not None} - self.seen:
            self.seen.add(number)
            told = self.rows.book.persons[number]
            here = Person.objects.filter(source__key=told["source"], scope=told["scope"], digest=told["digest"])
            self.outcome.created_persons += not here.exists()

    # -- what stands in no thread ------------------------------------------------------------------------

    def _keep_removed(self) -> None:
        """Names that were taken off where nobody's words are left."""
        removed = [{"by": one["number"]} for one in self.rows.book.persons.values() if one["removed_at"]]
        for some in batches(removed):
            self.rows.persons(some)

    def _keep_gone(self) -> None:
        """What was taken away there does not come back here."""
        for some in batches(self.rows.book.items):
            known = self._known(some, "")
            new = [one for one in some if (one["source"], one["key"]) not in known]
            Item.objects.bulk_create(self.rows.item(one, line=0) for one in new)


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    """The things in lots that fit in one transaction."""
    some: list[T] = []
    for thing in things:
        some.append(thing)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some
