"""The members whom an @ can name, and those whose names begin with some letters."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from forum.text import names
from forum.users.models import User


def with_pages() -> QuerySet[User]:
    """Return the members who have a page: not closed accounts, nor those whose address nobody confirmed.

    Else anybody could put any name on a page without so much as an address.
    """
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    confirmed = Exists(addresses.filter(verified=True)) | ~Exists(addresses)
    return User.objects.filter(confirmed, is_active=True)


def called(*written: str) -> Q:
    """Return the condition that a member has one of these names, or one that looks like it.

    The name itself is looked for as well: of two members whose names were found to look alike only after both were
    here, one has an older key.
    """
    return Q(name_key__in={names.skeleton(name) for name in written}) | Q(username__in=written)


def addresses_of(written: Sequence[str]) -> dict[str, str]:
    """Return the pages of the members with these names, by the name in small letters. One query.

    The key is wider than the name: only the name itself, in any capitals, is a mention.
    """
    known = with_pages().filter(called(*written))
    return {member.username.casefold(): member.get_absolute_url() for member in known}


def beginning_with(letters: str) -> QuerySet[User]:
    """Return the members whose names begin like this, in the order of the alphabet, by an index on both databases."""
    key = names.skeleton(letters)
    if not key:
        return User.objects.none()
    begins = Q(name_key__startswith=key)
    if connection.vendor == "sqlite":  # whose LIKE folds letters, and so passes the index over
        begins = Q(name_key__gte=key, name_key__lt=key + chr(0x10FFFF))
    return with_pages().filter(begins).order_by("name_key")
