"""Carries words over signing in or up: signed by the site, held by the page alone, a draft once it is known whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core import signing

from forum.drafts.actions import FIELDS, keep
from forum.drafts.models import Draft, Place
from forum.refusals import Refusal

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


def unpack(member: User, packed: str) -> Draft | None:
    """Makes the words that came along a draft of whoever signed in or up; None when they are none of ours."""
    try:
        kind, of, words = signing.loads(packed, salt=_SALT, max_age=SECONDS)
        return keep(member=member, place=Place(kind, of), words=words)
    except (signing.BadSignature, Refusal):
        return None
