"""Loads a plan, batch by batch: what is new is written, what is here is left, and what was broken off goes on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from forum.archive import items, joining, locking, restoring
from forum.archive.batches import Batch, cut
from forum.archive.growing import Growth
from forum.archive.items import Anomaly, Rest, Stretch, Thread
from forum.archive.limits import MAX_BYTES, Refused
from forum.archive.models import Item, Run
from forum.archive.opening import Way
from forum.archive.outcome import Outcome
from forum.archive.people import People
from forum.archive.readers import own
from forum.archive.suggesting import suggest
from forum.archive.suppressing import NamesOff
from forum.users.models import Source
from posts.models import Post

if TYPE_CHECKING:
    from forum.archive.plan import Plan

__all__ = ("Outcome", "Progress", "load")

Progress = Callable[[int, int], None]
"""Is told how many comments of how many have been gone through."""
_REPORTED: Final = 5_000
"""Lines of each part of the report that are kept with the run."""


def load(
    plan: Plan, *, operator: str = "", commit: bool, update: bool = False, progress: Progress | None = None
) -> Outcome:
    """Write the plan, or only say what would be written when not `commit`.

    Each few hundred comments are a transaction of their own, so that others go on writing. Broken off at any moment
    and run again, it goes on and ends as one clean run. ``update``: the source's words win over those changed here.
    Refuses while another import of the same source runs, and before anything is written where the file is malformed.
    """
    plan.account()
    if plan.format == own.READER.key:
        with locking.alone(plan.format) if commit else nullcontext():
            return restoring.restore(plan, Outcome(), operator=operator, commit=commit, progress=progress)
    if not commit:
        loading = Loading(plan, operator, update)
        loading.run_through(commit=False, progress=progress)
        return loading.outcome
    with locking.alone(plan.said.source_key):
        loading = Loading(plan, operator, update)
        loading.run_through(commit=True, progress=progress)
    return loading.outcome


class Loading:
    """One import under way."""

    def __init__(self, plan: Plan, operator: str, update: bool) -> None:
        self.plan, self.operator, self.update = plan, operator, update
        self.started = timezone.now()
        self.outcome = Outcome()
        self.people = People(self.outcome)
        self.names_off = NamesOff()
        self.source = Source.objects.filter(key=plan.said.source_key).first()
        self.run: Run | None = None
        self._report: dict[str, list[Any]] = {"furniture": [], "leftover": [], "anomalies": []}
        self._refuse_other_source()
        if self.source is not None:
            unfinished = Run.objects.filter(source=self.source, sha256=plan.saved.sha256, state=Run.State.RUNNING)
            self.run = unfinished.defer("raw").order_by("-pk").first()
        self.outcome.run = self.run
        self._resumed = self.run is not None

    def run_through(self, *, commit: bool, progress: Progress | None) -> None:
        """Go through the file once, then complete the record."""
        done, whole, growth = 0, self.plan.account().comments, Growth()
        for portions, ended in cut(self._ways()):
            batch = Batch(self, portions)
            batch.look()
            if not done:
                self._look_elsewhere([way.thread.post for way in batch.fresh], commit=commit)
            if not commit:
                batch.pretend()
            elif batch.writes:
                with transaction.atomic():
                    batch.write()
                    self._count_in_run()
                growth.batch()
            batch.follow()
            self._end(ended, commit=commit)
            done += sum(len(portion.comments) for portion in portions)
            if progress is not None:
                progress(done, whole)
        if commit and self.run is not None:
            self._finish(self.run)

    def begin(self) -> tuple[Source, Run]:
        """The source and the record of this run, made when there is something to write."""
        if self.source is None:
            said = self.plan.said
            notes = {"provenance_note": said.provenance, "content_note": said.content}
            self.source, _ = Source.objects.get_or_create(
                key=said.source_key, defaults={"name": said.source_name, "address": said.address, **notes}
            )
        if self.run is None:
            self.run = self.outcome.run = self._new_run(self.source)
        return self.source, self.run

    def _new_run(self, source: Source) -> Run:
        saved = self.plan.saved
        return Run.objects.create(
            source=source,
            file_name=saved.name[-255:],
            sha256=saved.sha256,
            size=saved.size,
            format=self.plan.format,
            options=self.plan.said.as_options() | ({"update": True} if self.update else {}),
            operator=self.operator[:150],
            started_at=self.started,
            ended_at=timezone.now(),
            raw=zlib.compress(saved.data, 6) if saved.size <= MAX_BYTES else b"",
            state=Run.State.RUNNING,
        )

    def _ways(self) -> Iterator[Way]:
        for thread in self.plan.threads:
            self._note(thread)
            yield Way(thread)
        if rest := self.plan.account().rest:
            self._note(rest)

    def _note(self, found: Thread | Rest) -> None:
        """Keep what the plan says of lines that are in no comment."""
        for name, stretches in (("furniture", found.furniture), ("leftover", found.leftover)):
            self._report[name] += [_stretch(one) for one in stretches[: _REPORTED - len(self._report[name])]]
        room = _REPORTED - len(self._report["anomalies"])
        self._report["anomalies"] += [_anomaly(one) for one in found.anomalies[:room]]

    def _end(self, ways: Sequence[Way], *, commit: bool) -> None:
        """The whole of these threads is here: join what waits for its parent, then look for likely replies."""
        for way in ways:
            if self.source is not None and way.post is not None and way.later:
                number = joining.join(way, self.source, commit=commit)
                self.outcome.attached += 0 if way.fresh else number
                way.wrote = way.wrote or bool(number)
        wrote = [way.post for way in ways if way.post is not None and (way.wrote or self._resumed)]
        if commit and wrote:
            for post in Post.objects.filter(pk__in=wrote).select_related("person").order_by("pk"):
                suggest(post)

    def _count_in_run(self) -> None:
        """Count what this batch brought, in its transaction, so that the sum is right however often it is broken."""
        if self.run is None:
            return
        made = {
            "posts": self.outcome.created_posts,
            "comments": self.outcome.created_comments,
            "persons": self.outcome.created_persons,
            "pings": self.outcome.created_pings,
        }
        before = self._counted
        self.run.counts = {
            name: self.run.counts.get(name, 0) + number - before.get(name, 0)
            for name, number in made.items()
            if number or name != "pings" or "pings" in self.run.counts
        }
        self._counted = made
        self.run.save(update_fields=["counts"])

    _counted: dict[str, int] = {}  # noqa: RUF012  replaced, never changed

    def _finish(self, run: Run) -> None:
        """Complete the record of a run that wrote something, now or before it was broken off."""
        run.state, run.ended_at, run.report = Run.State.DONE, timezone.now(), self._report
        run.save(update_fields=["state", "ended_at", "report"])
        for post in self.outcome.posts:
            post.refresh_from_db()

    def _refuse_other_source(self) -> None:
        before = Run.objects.filter(sha256=self.plan.saved.sha256).exclude(source__key=self.plan.said.source_key)
        other = before.exclude(state=Run.State.ROLLED_BACK).select_related("source").defer("raw").first()
        if other is not None:
            raise Refused(
                f"This very file was imported before, from the source “{other.source.key}”. Name the same source key "
                "in its corrections, or the same words would be here twice."
            )

    def _look_elsewhere(self, new: Sequence[items.Post], *, commit: bool) -> None:
        """Another export of the same blog has another name: refuse to bring it as a source of its own.

        The first batch tells. One query for the sources, and one for those posts.
        """
        if not self.plan.said.by_name:
            return
        others = Source.objects.exclude(key=self.plan.said.source_key).filter(runs__isnull=False)
        sources = list(others.values_list("pk", flat=True).distinct()[:200])
        wanted = {post.key: (post.title, post.moment.printed) for post in new if post.source_id and post.moment.printed}
        if not sources or not wanted:
            return
        here = Item.objects.filter(source__in=sources, source_key__in=list(wanted)[:200], post__isnull=False)
        for source, key, *shown in here.values_list("source__key", "source_key", "post__title", "post__printed_date"):
            if wanted[key] == tuple(shown):
                self.outcome.elsewhere = source
                break
        if self.outcome.elsewhere and commit:
            raise Refused(f"{self.outcome.told_elsewhere} Nothing was written.")


def _stretch(found: Stretch) -> list[Any]:
    return [found.lines[0], found.lines[1], found.what]


def _anomaly(found: Anomaly) -> list[Any]:
    return [found.line, found.what, found.done]
