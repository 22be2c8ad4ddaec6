"""The rows of an export as they are made here: sources, persons, tags, imports, and where each thing came from."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from comments.importing import STEP
from comments.restoring import Passage, Restored, Restoring
from forum.archive import keys, knowing, records, shapes
from forum.archive.blackout import removed_names
from forum.archive.exporting import site_key
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.states import State
from forum.users.models import Person, Source
from posts.models import Post, Tag

if TYPE_CHECKING:
    from forum.archive.items import Comment as Found
    from forum.archive.items import Post as FoundPost
    from forum.archive.items import SavedFile, Thread
    from forum.archive.outcome import Outcome
    from forum.archive.records import Owned, Values


class Rows:
    """What the records of one file refer to, found here or made."""

    def __init__(self, saved: SavedFile, outcome: Outcome, operator: str) -> None:
        self.saved, self.outcome, self.operator = saved, outcome, operator
        self.started = timezone.now()
        begun = Run.objects.filter(sha256=saved.sha256, format=records.KEY, state=Run.State.RUNNING)
        outcome.run = begun.defer("raw").first()
        self.book = records.Book()
        self._runs: dict[int, Run] = {}
        self._sources: dict[str, Source] = {}
        self._persons: dict[int, Person] = {}
        self._removed: frozenset[str] | None = None

    def run(self) -> Run:
        """The record of this import, made with the first thing it writes."""
        if self.outcome.run is None:
            named = {"name": settings.SITE_NAME, "address": settings.SITE_URL}
            self.outcome.run = Run.objects.create(
                source=Source.objects.get_or_create(key=site_key(), defaults=named)[0],
                file_name=self.saved.name[-255:],
                sha256=self.saved.sha256,
                size=self.saved.size,
                format=records.KEY,
                operator=self.operator[:150],
                started_at=self.started,
                ended_at=timezone.now(),
                state=Run.State.RUNNING,
            )
        return self.outcome.run

    def runs(self) -> list[Run]:
        """This import, and those of old that it told of."""
        return [self.run(), *self._runs.values()]

    def source(self, key: str) -> Source:
        """The site under this key; one that is here keeps its name and notes."""
        if key not in self._sources:
            told = self.book.sources[key]
            defaults = {
                "name": told["name"],
                "address": told["address"],
                "provenance_note": told["provenance"],
                "content_note": told["content"],
                "downloads": told["downloads"],
            }
            self._sources[key] = Source.objects.get_or_create(key=key, defaults=defaults)[0]
        return self._sources[key]

    def persons(self, values: Iterable[Values]) -> dict[int, Person]:
        """Who these records are by, found by digest so that a name that was taken off stays off, or made."""
        new: list[Person] = []
        for number in sorted({one["by"] for one in values if one["by"] is not None} - set(self._persons)):
            told = self.book.persons[number]
            named = {"source": self.source(told["source"]), "scope": told["scope"], "digest": told["digest"]}
            person = Person.objects.filter(**named).first()
            if person is None:
                person = Person(**named, **self._name(told))
                new.append(person)
            self._persons[number] = person
        Person.objects.bulk_create(new)
        self.outcome.created_persons += len(new)
        return self._persons

    def tags(self, slugs: Iterable[str]) -> list[Tag]:
        """The tags by slug, or by name where one has another slug here, or made; of one that was merged, the other."""
        return [_tag(self.book.tags[slug]) for slug in slugs]

    def item(self, values: Values, *, line: int, source: str = "", **thing: Any) -> Item:
        """Where it came from: the file of old, or this one for what was written in a forum; not saved yet."""
        origin = values["origin"]
        kind = origin["kind"] if origin else ("post" if "post" in thing else "comment")
        return Item(
            source=self.source(values["source"] or source),
            source_key=values["key"],
            kind=kind,
            **(self._origin(origin) if origin else self._of_this_file(values, line)),
            **thing,
        )

    def _of_this_file(self, values: Values, line: int) -> dict[str, Any]:
        return {
            "run": self.run(),
            "first_line": line,
            "last_line": line,
            "digest": keys.digest(values["body"]),
            "words_digest": self.words_digest(values),
        }

    def _origin(self, origin: Values) -> dict[str, Any]:
        return {
            "run": self._carried(origin["run"]),
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

    def words_digest(self, values: Values) -> str:
        """By which words that were taken away are known in any file; empty for words that are not told."""
        origin = values["origin"]
        if origin and origin["words_digest"]:
            return str(origin["words_digest"])
        name = self.book.persons[values["by"]]["name"] if values["by"] is not None else ""
        return knowing.words_digest(name, values["body"], values["format"])

    def names(self, values: Iterable[Values]) -> set[str]:
        """The names of those whose words these are, as far as the file has them."""
        return {self.book.persons[one["by"]]["name"] for one in values if one["by"] is not None} - {""}

    def _carried(self, number: int) -> Run:
        """The import that brought something to the site where the export was made."""
        if number not in self._runs:
            told = self.book.runs[number]
            source = self.source(told["source"])
            here = Run.objects.filter(source=source, sha256=told["sha256"], started_at=told["started_at"])
            self._runs[number] = here.defer("raw").first() or Run.objects.create(
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
                carried_by=self.run(),
            )
        return self._runs[number]

    def _name(self, told: Values) -> dict[str, Any]:
        if self._removed is None:
            self._removed = removed_names()
        if told["removed_at"] or told["digest"] in self._removed:
            return {"name": "", "removed_at": told["removed_at"] or timezone.now()}
        if Person.digest_of(told["name"]) != told["digest"]:
            raise Refused(f"Person {told['number']} has a digest that is not that of the name.")
        return {"name": told["name"]}


class Bringing:
    """One thread under way: its post, and the shape that all of its comments give it.

    ``fresh``: nothing of the thread was here before this import, so that places and figures are those of the file.
    """

    def __init__(self, thread: Thread, post: Post, *, fresh: bool, made: bool) -> None:
        self.post, self.fresh, self.written = post, fresh, int(made)
        self.writing = Restoring(post, len(thread.comments))
        self.shape = shapes.shape_of(thread)
        self.last = post.last_position

    def restored(self, found: Found, persons: dict[int, Person], *, away: bool = False) -> Restored:
        """A comment as it is written; ``away``: its words were taken away here before."""
        values = values_of(found)
        number = values["n"]
        columns = {
            **columns_of(values, persons),
            "position": number * STEP if self.fresh else self.last + number,
            "parent_basis": values["basis"],
            "anchor": values["anchor"],
            "reply_count": self.shape.replies[number] if self.fresh else 0,
        }
        if away:
            columns["state"] = State.REMOVED
        return Restored(
            number=number,
            columns=columns,
            parent=self.shape.parents[number],
            placed=bool(self.shape.placed[number]),
            passages=tuple(_passage(one) for one in values["quotes"] if one["of"] < len(self.shape.parents)),
            earlier=[version(one) for one in values["earlier"]],
        )


def own_of(found: Found | FoundPost) -> Owned:
    """The record of a post or comment; refuses what has none."""
    if found.own is None:
        raise Refused(f"Line {found.lines[0]} is not of an export of this forum.")
    return found.own


def values_of(found: Found) -> Values:
    """The values of a comment's record."""
    return own_of(found).values


def columns_of(values: Values, persons: dict[int, Person]) -> dict[str, Any]:
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


def version(one: Values, **more: Any) -> dict[str, Any]:
    """An earlier version as its row has it."""
    kept = {name: one[name] for name in ("body", "written_at", "replaced_at", "counts", "hidden")}
    return {**kept, **more}


def _passage(one: Values) -> Passage:
    start, end = one["passage"] or (0, 0)
    attribution = one["attribution"] or (None, None)
    return Passage(of=one["of"], start=start, end=end, attribution_start=attribution[0], attribution_end=attribution[1])


def _tag(told: Values) -> Tag:
    by_slug, by_name = Tag.objects.filter(slug=told["slug"]), Tag.objects.filter(name=told["name"])
    known = by_slug.living().first() or by_name.living().first()
    return known or Tag.objects.create(
        slug=told["slug"], name=told["name"], description=told["description"], active=told["active"]
    )
