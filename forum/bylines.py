"""Bylines: the one way in which a post or a comment says whose words it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from django.conf import settings
from django.db import models

from forum.states import Format, Precision, State

if TYPE_CHECKING:
    from forum.users.models import Person, User


@dataclass(frozen=True, slots=True)
class Byline:
    """A name as it is shown, the page behind it ("" for none) and the kind of person it is, with the id of either.

    ``escaped`` is the name for HTML, ``linked`` the same as microdata with the link: a page names everybody several
    times, and many pages name the same people.
    """

    name: str
    url: str
    kind: Literal["member", "person", "former", "unnamed"]
    escaped: str
    linked: str
    member: int | None = None
    person: int | None = None


def _nobody(name: str, kind: Literal["former", "unnamed"]) -> Byline:
    return Byline(name, "", kind, name, f'<bdi itemprop="name">{name}</bdi>')


FORMER_MEMBER = _nobody("a former member", "former")
UNNAMED = _nobody("somebody unnamed", "unnamed")  # their page, kept in an archive, gives no name
NAME_TAKEN_OFF = "[name removed]"
UNDATED = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)  # orders words of which no page gives a date; nothing shows it
NO_DATE = "no date"
BYLINES_KEPT = 4_000  # in each process: about 3 MB
IN_ADDRESSES = "!*'();:@&=+$,/~"  # what stands in an address as it is, as Django's own say it


class Bylined(models.Model):
    """Words by somebody: a member (``author``), a person from an archive (``person``), or a member who has left.

    Archived words by neither are those of whom their page gives no name.

    ``created_at`` is the ordering key and is never shown for archived words: they show ``printed_date``, exactly as
    it stood on the page. ``printed_at`` is that date as naive local ISO text, for no zone may be assumed;
    ``instant`` is UTC and stays empty unless the source states its zone.
    """

    # Each kind of words indexes both together with the order it lists them in; one more index would mislead planners.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="%(class)ss", db_index=False
    )
    person = models.ForeignKey(
        "users.Person", models.PROTECT, null=True, blank=True, related_name="%(class)ss", db_index=False
    )
    archived = models.BooleanField(default=False, help_text="Came from an archive: kept word for word as a record.")
    created_at = models.DateTimeField()
    printed_date = models.CharField(max_length=120, blank=True, help_text="The date exactly as the page printed it.")
    printed_at = models.CharField(max_length=19, blank=True, help_text="The printed date, local to the page.")
    precision = models.CharField(max_length=8, choices=Precision, default=Precision.SECOND)
    zone = models.CharField(max_length=60, blank=True, help_text="The zone of the printed date, where it is known.")
    instant = models.DateTimeField(null=True, blank=True, help_text="The moment in UTC, only where it is known.")
    body = models.TextField(blank=True)
    format = models.CharField(max_length=8, choices=Format, default=Format.MARKDOWN)
    html = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)
    edited_at = models.DateTimeField(null=True, blank=True)
    revised_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The last edit that the history shows; empty for none."
    )
    quoted_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many published comments quote a passage of it."
    )
    token = models.CharField(  # noqa: DJ001  null, so that rows without a form do not collide
        max_length=32, null=True, blank=True, editable=False, help_text="The form that made it: one form, one row."
    )

    class Meta:
        abstract = True

    author_id: int | None
    person_id: int | None
    read_byline: Byline | None = None  # where the query that read the words has read the name as well

    @property
    def byline(self) -> Byline:
        """Whose words these are, as of now; reads ``author`` or ``person``, so load them with the row."""
        return self.read_byline or byline_of(self.author, self.person, archived=self.archived)

    def is_by(self, user: object) -> bool:
        """Whether ``user`` is the member who wrote this."""
        return self.author_id is not None and self.author_id == getattr(user, "pk", None)


def byline_of(author: User | None, person: Person | None, *, archived: bool) -> Byline:
    """The byline of a member, of a person, or of neither; ``archived``: their words are."""
    if author is not None:
        return byline_by(author.pk, None, author.username, None, False, archived)
    if person is not None:
        return byline_by(None, person.pk, None, person.name, person.removed_at is not None, archived)
    return UNNAMED if archived else FORMER_MEMBER


@lru_cache(BYLINES_KEPT)
def byline_by(
    author: int | None, person: int | None, username: str | None, name: str | None, removed: bool, archived: bool
) -> Byline:
    """The same from the ids and names in a row; ``removed``: the name was taken off."""
    if author is not None:
        return _byline(username or "", quote(f"/members/{username}/", safe=IN_ADDRESSES), "member", author, None)
    if person is not None:
        return _byline(NAME_TAKEN_OFF if removed else name or "", f"/persons/{person}/", "person", None, person)
    return UNNAMED if archived else FORMER_MEMBER


def _byline(name: str, url: str, kind: Literal["member", "person"], member: int | None, person: int | None) -> Byline:
    escaped = escape(name)
    linked = f'<a class="byline" href="{escape(url)}" itemprop="url"><bdi itemprop="name">{escaped}</bdi></a>'
    return Byline(name, url, kind, escaped, linked, member, person)
