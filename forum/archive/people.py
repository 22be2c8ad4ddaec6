"""Finds or makes the person of each printed name of a source, and keeps names off that were taken off."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from comments.actions import redact
from comments.models import Comment
from forum.archive import keys
from forum.inserting import insert, reserve
from forum.moderation import naming
from forum.text import names
from forum.text.redaction import Change
from forum.users.models import NAME_TAKEN_OFF, Person, User

if TYPE_CHECKING:
    from forum.archive.outcome import Outcome
    from forum.users.models import Source

_ROOM: Final = 200
_SCOPE_ROOM: Final = 120
_REMEMBERED: Final = 8_000
"""Bylines whose persons are not looked for again, about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class Byline:
    """A printed name in a thread, with the digest of what else the source says of who it is."""

    name: str
    identity: str
    thread: str

    @property
    def scope(self) -> str:
        """A placeholder such as Anonymous is one in each thread, and never one person everywhere."""
        if not keys.is_placeholder(self.name):
            return ""
        return self.thread if len(self.thread) <= _SCOPE_ROOM else keys.digest(self.thread)

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for all that are one person."""
        return self.name, self.scope, self.identity


def byline(name: str, identity: str, thread: str, source_key: str) -> Byline:
    """What a person is looked for by; ``identity`` is an address or id as the file has it."""
    told = "" if not identity or keys.is_placeholder(name) else _keyed(source_key, identity)
    return Byline(name, told, thread)


@lru_cache(maxsize=4096)
def _keyed(source_key: str, identity: str) -> str:
    """A digest that nobody can try addresses against without the key of this site."""
    words = f"{source_key}|{identity.strip().lower()}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


class People:
    """The persons of one source that an import meets."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._would: set[int] = set()
        self._numbers: dict[str, int] = {}
        self._met: dict[tuple[str, str, str], Person] = {}

    def find(self, source: Source | None, bylines: Iterable[Byline], *, write: bool) -> dict[Byline, Person]:
        """The person of each; those that are missing are made, or counted alone where nothing is written.

        Found by the digest of the name, so that a name taken off stays off. Four queries at most for each batch, and
        one where a batch before has met them all; one more on PostgreSQL to write.
        """
        wanted = [one for one in dict.fromkeys(bylines) if one.name]  # in the order of the page
        found = self._found_again(wanted)
        wanted = [one for one in wanted if one not in found]
        digests = {name: Person.digest_of(name) for name in {one.name for one in wanted}}
        namesakes = _namesakes(source, wanted, digests)
        off = _taken_off(set(digests.values()))
        missing: list[Person] = []
        told: list[Person] = []
        for one in wanted:
            digest = digests[one.name]
            alike = namesakes[digest]
            person = alike.fitting(one)
            if person is None:
                number = self._number(source, digest) if alike.first is not None and not one.scope else 0
                person = _new(source, one, digest, number, off=digest in off)
                alike.add(person)
                missing.append(person)
                self._count(one, person, write=write)
            elif one.identity and not person.identity and not one.scope:
                alike.known_as(person, one.identity)
                told.append(person)
            found[one] = person
        if write:
            _hold(person for person in found.values() if person.pk)
            for person in told:
                if person.pk:
                    Person.objects.filter(pk=person.pk, identity="").update(identity=person.identity)
        if write and missing:
            for person, pk in zip(missing, reserve(Person, len(missing)), strict=True):
                person.pk = pk
            insert(missing)
        if write:
            self._remember({one.key: found[one] for one in wanted})
        return found

    def _found_again(self, wanted: Sequence[Byline]) -> dict[Byline, Person]:
        """Those whom a batch before has met, and whose name nobody has taken off since. One query."""
        met = {one: self._met[one.key] for one in wanted if one.key in self._met}
        here = Person.objects.filter(pk__in={person.pk for person in met.values()}, removed_at=None)
        pks = set(here.values_list("pk", flat=True))
        return {one: person for one, person in met.items() if person.pk in pks}

    def _remember(self, met: dict[tuple[str, str, str], Person]) -> None:
        if len(self._met) + len(met) > _REMEMBERED:
            self._met.clear()
        self._met |= met

    def _number(self, source: Source | None, digest: str) -> int:
        """How many there are of this name by now, this one left out. A query once for each name that several have."""
        if digest not in self._numbers:
            here = Person.objects.filter(source=source, digest=digest) if source else Person.objects.none()
            self._numbers[digest] = max(1, here.exclude(scope__regex="[^0-9]").count())
        self._numbers[digest] += 1
        return self._numbers[digest]

    def _count(self, one: Byline, person: Person, *, write: bool) -> None:
        who = hash((one.name, one.scope, one.identity))
        if who in self._would:
            return
        if not write:  # else the database knows
            self._would.add(who)
        self._outcome.created_persons += 1
        self._outcome.names_off += person.removed_at is not None

    def note_clashes(self, printed: Iterable[str]) -> None:
        """Tell names that look like the name of a member. One query."""
        alike = {_skeleton(name): name for name in printed if name}
        here = User.objects.filter(name_key__in=list(alike)).values_list("name_key", flat=True)
        new = {alike[key] for key in here} - set(self._outcome.clashes)
        if new:
            self._outcome.clashes = sorted([*self._outcome.clashes, *new])


@lru_cache(maxsize=4096)
def _skeleton(name: str) -> str:
    return names.skeleton(name)


class _Namesakes:
    """The persons of one printed name in a source that may be meant."""

    def __init__(self) -> None:
        self.scoped: dict[str, Person] = {}
        self.first: Person | None = None
        self.unknown: Person | None = None
        self.by_identity: dict[str, Person] = {}

    def add(self, person: Person) -> None:
        """One more of them."""
        if person.scope and not person.scope.isdigit():
            self.scoped[person.scope] = person
            return
        if self.first is None or not person.scope:
            self.first = person
        if person.identity:
            self.by_identity.setdefault(person.identity, person)
        elif self.unknown is None:
            self.unknown = person

    def known_as(self, person: Person, identity: str) -> None:
        """From now on it is known who this is."""
        person.identity = identity
        self.by_identity[identity] = person
        self.unknown = None

    def fitting(self, one: Byline) -> Person | None:
        """Who has this name and is not known to be somebody else."""
        if one.scope:
            return self.scoped.get(one.scope)
        return self.by_identity.get(one.identity, self.unknown) if one.identity else self.first


def _namesakes(
    source: Source | None, wanted: Sequence[Byline], digests: dict[str, str]
) -> defaultdict[str, _Namesakes]:
    """Whoever may be meant by these bylines. Two queries: there may be thousands of one name."""
    alike: defaultdict[str, _Namesakes] = defaultdict(_Namesakes)
    if source is None or not wanted:
        return alike
    scopes = {"", *(one.scope for one in wanted)}
    first = Person.objects.filter(source=source, scope__in=scopes, digest__in=set(digests.values()))
    for person in sorted(first, key=_made):
        alike[person.digest].add(person)
    identities = {one.identity for one in wanted if one.identity and alike[digests[one.name]].fitting(one) is None}
    if identities:
        known = Person.objects.filter(source=source, identity__in=identities).exclude(identity="")
        for person in sorted(known, key=_made):
            alike[person.digest].add(person)
    return alike


def _made(person: Person) -> int:
    """In order of time; asked of the database, SQLite would walk through all persons of the source for it."""
    return person.pk


def _new(source: Source | None, one: Byline, digest: str, number: int, *, off: bool) -> Person:
    scope = one.scope or (str(number) if number else "")
    off = off and not one.scope
    person = Person(
        scope=scope,
        digest=digest,
        identity=one.identity,
        name="" if off else one.name[:_ROOM],
        removed_at=timezone.now() if off else None,
    )
    if source is not None:
        person.source = source
    return person


def _hold(persons: Iterable[Person]) -> None:
    """Locks persons who are here, and tells whose name was taken off until now.

    Whoever takes a name off waits for these words, or has done it before they are written: what nobody sees yet would
    keep the name. In SQLite all who write follow one another.
    """
    if connection.vendor != "postgresql":
        return
    here = {person.pk: person for person in persons}
    for person in Person.objects.select_for_update(no_key=True).filter(pk__in=here).order_by("pk"):
        here[person.pk].name, here[person.pk].removed_at = person.name, person.removed_at


def _taken_off(digests: set[str]) -> set[str]:
    """Names that were taken off in any source. Placeholders are nobody's name."""
    off = Person.objects.filter(digest__in=digests, removed_at__isnull=False)
    return set(off.values_list("digest", flat=True))


def keep_names_off(persons: dict[Byline, Person]) -> None:
    """A name that was taken off goes from the attributions that new comments quote, as it went from the old ones."""
    for one, person in persons.items():
        if person.removed_at is None:
            continue
        changes: defaultdict[int, list[Change]] = defaultdict(list)
        for place in naming.attributions(person, one.name):
            changes[place.thing.pk].append(Change(place.start, place.end, NAME_TAKEN_OFF))
        for pk, found in changes.items():
            found.sort(key=lambda change: change.start)
            redact(comment=Comment.objects.get(pk=pk), changes=found)
