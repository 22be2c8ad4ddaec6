"""Loads an export of this forum: the same rows as where it was made, however often, and after any interruption."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from comments.importing import STEP
from comments.recounting import recount
from comments.restoring import Passage, Restored, Restoring
from forum.archive import keys, records, shapes
from forum.archive.blackout import removed_names
from forum.archive.exporting import site_key
from forum.archive.knowing import words_digest
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.archive.suppressing import NamesOff, article_states, comments_away
from forum.refusals import Unreadable
from forum.states import State
from forum.text.html import TooLarge
from forum.users.models import Person, Source
from posts.models import Post, Tag
from posts.restoring import restore_answer, restore_post

if TYPE_CHECKING:
    from forum.archive.items import Comment as Found
    from forum.archive.items import Post as FoundPost
    from forum.archive.items import Thread
    from forum.archive.outcome import Outcome
    from forum.archive.plan import Plan
    from forum.archive.records import Book, Owned, Values

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
    plan.account()
    restoring = _Restoration(plan, outcome, operator, commit)
    done, whole = 0, plan.account().comments
    for thread in plan.threads:
        restoring.take(thread)
        done += len(thread.comments)
        if progress is not None:
            progress(done, whole)
    restoring.finish()
    return outcome


class _Restoration:
    """One import of an export under way."""

    def __init__(self, plan: Plan, outcome: Outcome, operator: str, commit: bool) -> None:
        self.plan, self.outcome, self.operator, self.commit = plan, outcome, operator, commit
        self.started = timezone.now()
        begun = Run.objects.filter(sha256=plan.saved.sha256, format=records.KEY, state=Run.State.RUNNING)
        self.run: Run | None = begun.defer("raw").first()
        self.resumed = self.run is not None
        self.outcome.run = self.run
        self.book: Book | None = None
        self.people = _People(outcome, commit)
        self.names_off = NamesOff()
        self.runs: dict[int, Run] = {}
        self.sources: dict[str, Source] = {}

    def take(self, thread: Thread) -> None:
        """Bring what is new of one thread."""
        own = _own(thread.post)
        self.book = own.book
        item = self._known([own.values], own.values["source"]).get((own.values["source"], own.values["key"]))
        if item is not None and item.post is None:
            self.outcome.left += 1 + len(thread.comments)  # it was taken away here
            return
        if not self.commit:
            self._foresee(thread, item)
            return
        bringing = self._bring(thread, item)
        if bringing.written or self.resumed:
            self._complete(thread, bringing)

    def finish(self) -> None:
        """Bring what stands in no thread, and complete the record of the run."""
        book = self.book
        if book is not None and self.commit:
            self._keep_removed(book)
            self._keep_gone(book)
        if self.run is not None and self.commit:
            self.run.ended_at = timezone.now()
            self.run.state = Run.State.DONE
            self.run.counts = {
                "posts": self.outcome.created_posts,
                "comments": self.outcome.created_comments,
                "persons": self.outcome.created_persons,
            }
            self.run.save(update_fields=["ended_at", "state", "counts"])

    # -- a thread ----------------------------------------------------------------------------------------

    def _foresee(self, thread: Thread, item: Item | None) -> None:
        self.outcome.created_posts += item is None
        self.outcome.left += item is not None
        own = _own(thread.post)
        self.people.foresee([own.values], own.book)
        for some in batches(thread.comments):
            values = [_values(found) for found in some]
            known = self._known(values, own.values["source"])
            self.outcome.left += len(known)
            self.outcome.created_comments += len(values) - len(known)
            self.people.foresee(values, own.book)

    def _bring(self, thread: Thread, item: Item | None) -> _Bringing:
        own = _own(thread.post)
        here = item.post if item is not None else None
        post = here or self._post(own.values, own.book, thread.post.lines[0])
        self.outcome.created_posts += item is None
        self.outcome.left += item is not None
        self.outcome.posts.append(post)
        bringing = _Bringing(thread, post, fresh=item is None or self._is_ours(item), made=item is None)
        for some in batches(thread.comments):
            self._batch(bringing, some, own.values["source"], own.book)
        return bringing

    def _is_ours(self, item: Item) -> bool:
        """Whether it came with this very run before it was broken off."""
        return self.resumed and self.run is not None and self.run.pk in (item.run_id, item.run.carried_by_id)

    def _batch(self, bringing: _Bringing, some: Sequence[Found], source: str, book: Book) -> None:
        values = [_values(found) for found in some]
        known = self._known(values, source)
        new: list[tuple[Found, Values]] = []
        for found, one in zip(some, values, strict=True):
            item = known.get((one["source"] or source, one["key"]))
            if item is None:
                new.append((found, one))
            elif item.comment_id:
                bringing.writing.ids[one["n"]] = item.comment_id
        self.outcome.left += len(known)
        if self.resumed:
            old = [found for found, one in zip(some, values, strict=True) if bringing.writing.ids[one["n"]]]
            bringing.wait(old, self._restored(bringing, old, book))
        if new:
            self._write(bringing, new, source, book)

    def _write(self, bringing: _Bringing, new: list[tuple[Found, Values]], source: str, book: Book) -> None:
        run = self._run()
        try:
            with transaction.atomic():
                rows = bringing.writing.add(self._restored(bringing, [found for found, _ in new], book))
                items = [
                    self._item(one, run, book, line=found.lines[0], source=source, comment=row)
                    for (found, one), row in zip(new, rows, strict=True)
                ]
                Item.objects.bulk_create(items)
        except (TooLarge, Unreadable, ValueError) as error:
            raise Refused(f"A comment at lines {new[0][0].lines[0]} to {new[-1][0].lines[0]}: {error}") from None
        self.outcome.created_comments += len(rows)
        bringing.written += len(rows)

    def _restored(self, bringing: _Bringing, found: Sequence[Found], book: Book) -> list[Restored]:
        values = [_values(one) for one in found]
        self.names_off.note(_names(values, book))
        persons = self.people.here(values, book, self._source)
        digests = {one["n"]: _words_digest(one, book) for one in values}
        away = comments_away(digests.values(), but=self.run)
        return [bringing.restored(one, persons, away=digests[_values(one)["n"]] in away) for one in found]

    def _complete(self, thread: Thread, bringing: _Bringing) -> None:
        """What follows from all comments of a thread: forward references, the figures, the answer."""
        if bringing.writing.later:
            bringing.writing.join_later()
        if bringing.fresh and self.run is not None:
            self.names_off.keep([self.run, *self.runs.values()], [bringing.post.pk])
        recount(bringing.post.pk, repair=True)
        answer = _own(thread.post).values["answer"]
        if answer and bringing.fresh and answer < len(bringing.writing.ids) and bringing.writing.ids[answer]:
            restore_answer(post=bringing.post, answer=bringing.writing.ids[answer])

    # -- rows --------------------------------------------------------------------------------------------

    def _post(self, values: Values, book: Book, line: int) -> Post:
        run = self._run()
        self.names_off.note(_names([values], book))
        digest = _words_digest(values, book)
        try:
            with transaction.atomic():
                persons = self.people.here([values], book, self._source)
                post = restore_post(
                    fields={
                        **_columns(values, persons),
                        "state": article_states([digest], but=run).get(digest, values["state"]),
                        "kind": values["kind"],
                        "title": values["title"],
                        "url": values["address"],
                        "source": self._source(values["from"], book) if values["from"] else None,
                        "locked_at": values["locked_at"],
                    },
                    shown=values["html"],
                    tags=[_tag(book.tags[slug]) for slug in values["tags"]],
                    earlier=[_version(one, title=one["title"], url=one["address"]) for one in values["earlier"]],
                )
                self._item(values, run, book, line=line, source="", post=post).save(force_insert=True)
        except (TooLarge, Unreadable, ValueError) as error:
            raise Refused(f"The post at line {line}: {error}") from None
        return post

    def _item(self, values: Values, run: Run, book: Book, *, line: int, source: str, **thing: Any) -> Item:
        """Where it came from: the file of old, or this one for what was written in a forum."""
        origin = values["origin"]
        known: dict[str, Any] = {"run": run, "first_line": line, "last_line": line}
        if origin is not None:
            known = {
                "run": self._carried(origin["run"], book),
                "first_line": origin["lines"][0],
                "last_line": origin["lines"][1],
                "element": origin["element"],
                "digest": origin["digest"],
                "body_digest": origin["body_digest"],
                "words_digest": origin["words_digest"],
                "parent_key": origin["parent_key"],
                "evidence": origin["evidence"] or {},
                "raw": zlib.compress(origin["text"].encode()) if origin["text"] else b"",
            }
        kind = origin["kind"] if origin else ("post" if "post" in thing else "comment")
        known.setdefault("digest", keys.digest(values.get("body", "")))
        key = values["source"] or source
        return Item(source=self._source(key, book), source_key=values["key"], kind=kind, **known, **thing)

    def _run(self) -> Run:
        """The record of this import, made with the first thing it writes."""
        if self.run is None:
            saved, now = self.plan.saved, timezone.now()
            named = {"name": settings.SITE_NAME, "address": settings.SITE_URL}
            self.run = Run.objects.create(
                source=Source.objects.get_or_create(key=site_key(), defaults=named)[0],
                file_name=saved.name[-255:],
                sha256=saved.sha256,
                size=saved.size,
                format=records.KEY,
                operator=self.operator[:150],
                started_at=self.started,
                ended_at=now,
                state=Run.State.RUNNING,
            )
            self.outcome.run = self.run
        return self.run

    def _carried(self, number: int, book: Book) -> Run:
        """The import that brought something to the site where the export was made."""
        if number not in self.runs:
            told = book.runs[number]
            source = self._source(told["source"], book)
            here = Run.objects.filter(source=source, sha256=told["sha256"], started_at=told["started_at"])
            self.runs[number] = here.defer("raw").first() or Run.objects.create(
                source=source,
                file_name=told["file"],
                sha256=told["sha256"],
                size=told["size"],
                format=told["format"],
                options=told["options"] or {},
                started_at=told["started_at"],
                ended_at=told["ended_at"],
                counts=told["counts"] or {},
                report=told["report"] or {},
                carried_by=self._run(),
            )
        return self.runs[number]

    def _source(self, key: str, book: Book) -> Source:
        if key not in self.sources:
            told = book.sources[key]
            defaults = {
                "name": told["name"],
                "address": told["address"],
                "provenance_note": told["provenance"],
                "content_note": told["content"],
                "downloads": told["downloads"],
            }
            self.sources[key] = Source.objects.get_or_create(key=key, defaults=defaults)[0]
        return self.sources[key]

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

    def _keep_removed(self, book: Book) -> None:
        """Names that were taken off where nobody's words are left."""
        for some in batches([one for one in book.persons.values() if one["removed_at"]]):
            self.people.here([{"by": one["number"]} for one in some], book, self._source)

    def _keep_gone(self, book: Book) -> None:
        """What was taken away there does not come back here."""
        for some in batches(book.items):
            known = self._known(some, "")
            new = [one for one in some if (one["source"], one["key"]) not in known]
            if new:
                run = self._run()
                Item.objects.bulk_create(self._item(one, run, book, line=0, source="") for one in new)


class _Bringing:
    """One thread under way: its post, and the shape that all of its comments give it."""

    def __init__(self, thread: Thread, post: Post, *, fresh: bool, made: bool) -> None:
        self.post, self.fresh, self.written = post, fresh, int(made)
        self.writing = Restoring(post, len(thread.comments))
        self.shape = shapes.shape_of(thread)
        self.last = post.last_position

    def wait(self, found: Sequence[Found], restored: Sequence[Restored]) -> None:
        """Join these once more when everything is here, where they name what comes after them."""
        self.writing.later += [item for _, item in zip(found, restored, strict=True) if self.writing.waits(item)]

    def restored(self, found: Found, persons: dict[int, Person], *, away: bool = False) -> Restored:
        """A comment as it is written; ``away``: its words were taken down here before."""
        values = _values(found)
        number = values["n"]
        columns = {
            **_columns(values, persons),
            "position": number * STEP if self.fresh else self.last + number,
            "parent_basis": values["basis"],
            "anchor": values["anchor"],
            "reply_count": self.shape.replies[number] if self.fresh else 0,
        }
        if away:
            columns["state"] = State.REMOVED
        passages = tuple(
            Passage(
                of=one["of"],
                start=one["passage"][0],
                end=one["passage"][1],
                attribution_start=one["attribution"][0] if one["attribution"] else None,
                attribution_end=one["attribution"][1] if one["attribution"] else None,
            )
            for one in values["quotes"]
            if one["passage"] and one["of"] < len(self.shape.parents)
        )
        return Restored(
            number=number,
            columns=columns,
            parent=self.shape.parents[number],
            placed=bool(self.shape.placed[number]),
            passages=passages,
            earlier=[_version(one) for one in values["earlier"]],
        )


class _People:
    """Who the records are by, found by digest so that a name that was taken off stays off."""

    def __init__(self, outcome: Outcome, commit: bool) -> None:
        self.outcome, self.commit = outcome, commit
        self.found: dict[int, Person] = {}
        self.seen: set[int] = set()
        self.removed: frozenset[str] | None = None

    def here(self, values: Iterable[Values], book: Book, source: Any) -> dict[int, Person]:
        """The persons by their numbers in the file, made where they are new."""
        missing = sorted({one["by"] for one in values if one["by"] is not None} - set(self.found))
        new: list[Person] = []
        for number in missing:
            told = book.persons[number]
            named = {"source": source(told["source"], book), "scope": told["scope"], "digest": told["digest"]}
            person = Person.objects.filter(**named).first()
            if person is None:
                person = Person(**named, **self._name(told))
                new.append(person)
            self.found[number] = person
        Person.objects.bulk_create(new)
        self.outcome.created_persons += len(new)
        return self.found

    def foresee(self, values: Iterable[Values], book: Book) -> None:
        """Count those that would be made."""
        for number in {one["by"] for one in values if one["by"] is not None} - self.seen:
            self.seen.add(number)
            told = book.persons[number]
            here = Person.objects.filter(source__key=told["source"], scope=told["scope"], digest=told["digest"])
            self.outcome.created_persons += not here.exists()

    def _name(self, told: Values) -> dict[str, Any]:
        if self.removed is None:
            self.removed = removed_names()
        if told["removed_at"] or told["digest"] in self.removed:
            return {"name": "", "removed_at": told["removed_at"] or timezone.now()}
        if Person.digest_of(told["name"]) != told["digest"]:
            raise Refused(f"Person {told['number']} has a digest that is not that of the name.")
        return {"name": told["name"]}


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


def _own(found: Found | FoundPost) -> Owned:
    if found.own is None:
        raise Refused(f"Line {found.lines[0]} is not of an export of this forum.")
    return found.own


def _values(found: Found) -> Values:
    return _own(found).values


def _columns(values: Values, persons: dict[int, Person]) -> dict[str, Any]:
    """What posts and comments have in common."""
    instant: dt.datetime | None = values["instant"]
    return {
        "person": persons[values["by"]] if values["by"] is not None else None,
        "archived": not values["living"],
        "created_at": values["created_at"],
        "printed_date": values["printed"],
        "printed_at": values["local"],
        "precision": values["precision"],
        "zone": values["zone"],
        "instant": instant,
        "body": values["body"],
        "format": values["format"],
        "state": values["state"],
        "edited_at": values["edited_at"],
        "revised_at": values["revised_at"],
    }


def _names(values: Iterable[Values], book: Book) -> set[str]:
    """The names of those whose words these are, as far as the file has them."""
    return {book.persons[one["by"]]["name"] for one in values if one["by"] is not None} - {""}


def _words_digest(values: Values, book: Book) -> str:
    """By which words that were taken down are known in any other file."""
    told = str((values["origin"] or {}).get("words_digest") or "")
    author = book.persons[values["by"]]["name"] if values["by"] is not None else ""
    return told or words_digest(author, values["body"], values["format"])


def _version(one: Values, **more: Any) -> dict[str, Any]:
    kept = {name: one[name] for name in ("body", "written_at", "replaced_at", "counts", "hidden")}
    return {**kept, **more}


def _tag(told: Values) -> Tag:
    known = Tag.objects.filter(slug=told["slug"]).first() or Tag.objects.filter(name=told["name"]).first()
    return known or Tag.objects.create(
        slug=told["slug"], name=told["name"], description=told["description"], active=told["active"]
    )
