"""Carries words over signing in or up: signed by the site, held by the page alone, a draft once it is known whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core import signing

from forum.drafts.actions import FIELDS, keep
from forum.drafts.models import Draft, Place

if TYPE_CHECKING:
    from forum.users.models import User

FIELD = "kept"  # of the forms that sign in or up
SECONDS = 24 * 3600
_SALT = "forum.drafts.carrying"


def pack(place: Place, words: Mapping[str, str]) -> str:
    """What a form of signing in sends along with it: the words of a form that was posted signed out.

    Nothing is stored before anybody has signed in or up, so that strangers cannot fill the database.
    """
    if not words.get("body") and not words.get("title"):
        return ""
    cut = {name: text[: FIELDS[name]] for name, text in words.items()}
    return signing.dumps([place.kind, place.of, cut], salt=_SALT, compress=True)


def unpack(packed: str) -> tuple[Place, dict[str, str]] | None:
    """The words that came along, and their place; None when they are none of ours."""
    try:
        kind, of, words = signing.loads(packed, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return Place(kind, of), words


def take(member: User, packed: str) -> Draft | None:
    """Makes the words that came along, if any, a draft of whoever signed in or up. Raises what ``keep`` does."""
    found = unpack(packed)
    return keep(member=member, place=found[0], words=found[1]) if found else None
