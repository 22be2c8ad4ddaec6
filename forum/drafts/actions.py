"""The only writer of drafts: keeps them, lets go of them when they are posted, and throws them away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from forum.drafts.models import LABELS, Draft, Place
from forum.moderation import limits
from forum.prepared import LARGEST, Given, Prepared
from forum.refusals import NotAllowed, Unreadable
from forum.text.characters import clean

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

    from forum.users.models import User

# The fields that a draft keeps and the most characters of each: more than a form may post, for words that are too
# long for it must not be lost either.
FIELDS = {"kind": 10, "title": 1_000, "url": 1_000, "tags": 1_000, "body": 100_000, "seen": 40}
MOST = 100
_AT = Prepared(lambda: Draft.objects.filter(member=Given("member"), kind=Given("kind"), of=Given("of")))
_FORM = re.compile(r"([0-9a-f]{16})(?:@([0-9T:.+-]{19,32}))?")


class FormMark(NamedTuple):
    """Which form speaks, and the moment of the draft that it was filled from ("" for none)."""

    form: str = ""
    seen: str = ""

    @classmethod
    def read(cls, text: str) -> FormMark:
        """The mark that a form sent along; one that is none of ours says nothing."""
        found = _FORM.fullmatch(text)
        return cls(found[1], found[2] or "") if found else cls()

    def __str__(self) -> str:
        return f"{self.form}@{self.seen}" if self.seen else self.form


UNMARKED = FormMark()


def words_in(fields: Mapping[str, str]) -> dict[str, str]:
    """What a draft keeps of a posted form: the fields it knows, with one kind of line end."""
    return {name: clean(fields[name]) for name in FIELDS if fields.get(name)}


def words_posted(form: MultiValueDict[str, str]) -> dict[str, str]:
    """The same of a form as it came: of its tags, which come one by one, all are kept."""
    tags = ",".join(filter(None, form.getlist("tags")))
    return words_in({name: values[-1] for name, values in form.lists() if values} | {"tags": tags})


def find(member: User, place: Place) -> Draft | None:
    """The member's draft at a place. One query."""
    return _AT.first(member=member.pk, kind=place.kind, of=place.of)


def keep(*, member: User, place: Place, words: Mapping[str, str], mark: FormMark = UNMARKED) -> Draft | None:
    """Keeps the words of a form as the member's one draft at its place; returns it, or None without words.

    Where another form has written there meanwhile, its words are kept beside these. Raises TooMany, NotAllowed when
    the member has ``MOST`` drafts or nothing can be there, or Unreadable when a field is longer than any form may be.
    """
    if any(len(text) > FIELDS[name] for name, text in words.items()):
        raise Unreadable("These words are too long to be kept as a draft. Shorten them.")
    if place.of > LARGEST:
        raise NotAllowed("There is nothing at this address to write to.")
    with transaction.atomic():
        limits.spend("drafts", f"member:{member.pk}")
        mine = Draft.objects.filter(member=member)
        draft = mine.select_for_update().filter(kind=place.kind, of=place.of).first()
        if not any(words.get(name, "").strip() for name in LABELS):
            if draft is not None and not _is_unseen(draft, mark):
                draft.delete()
            return None
        if draft is None:
            if mine.count() >= MOST:
                raise NotAllowed(f"You have {MOST} drafts, and that is the most. Throw some away to keep new ones.")
            fresh = {"words": dict(words), "form": mark.form, "updated_at": timezone.now()}
            draft, made = Draft.objects.get_or_create(member=member, kind=place.kind, of=place.of, defaults=fresh)
            if made:
                return draft
        return _written_over(draft, words, mark)


def _written_over(draft: Draft, words: Mapping[str, str], mark: FormMark) -> Draft:
    if draft.words != words:
        if _is_unseen(draft, mark):
            draft.other, draft.other_at = draft.words, draft.updated_at
        draft.words, draft.form, draft.updated_at = dict(words), mark.form, timezone.now()
        draft.save(update_fields=["words", "form", "updated_at", "other", "other_at"])
    return draft


def _is_unseen(draft: Draft, mark: FormMark) -> bool:
    """Whether another form wrote this draft after the one with this mark was opened."""
    if mark.form and draft.form == mark.form:
        return False
    return draft.updated_at.isoformat() != mark.seen


def posted(*, member: User, place: Place, mark: FormMark = UNMARKED) -> bool:
    """Lets go of the draft whose words were posted, in the transaction that posts them; returns whether it did.

    A draft that another form wrote meanwhile holds words that nobody has posted, and stays.
    """
    draft = find(member, place)
    if draft is None or _is_unseen(draft, mark):
        return False
    return draft.delete()[0] > 0


def throw_away(*, member: User, pk: int) -> bool:
    """Deletes one draft of the member; returns whether there was one."""
    return Draft.objects.filter(member=member, pk=pk).delete()[0] > 0
