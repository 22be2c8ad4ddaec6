"""The members who say what is invented, and how a site that real people use is told from one to try things out on."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.contrib.auth.hashers import make_password

from forum.archive.models import Run
from forum.text import names
from forum.users.models import User
from posts.models import Post

_NAME: Final = "made-up-{}"
_DOMAIN: Final = "@made-up.invalid"  # no mail can reach it, and nobody can sign up with it
_JOINED: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_FIXTURES: Final = "load_fixture"


def cast(many: int) -> list[User]:
    """The first so many made-up members, who can never sign in; those that are missing are made."""
    wanted = {_NAME.format(number): number for number in range(1, many + 1)}
    here = {user.username: user for user in User.objects.filter(username__in=wanted, email__endswith=_DOMAIN)}
    missing = [
        User(
            username=name,
            name_key=names.skeleton(name),
            email=f"{number}{_DOMAIN}",
            password=make_password(None),
            date_joined=_JOINED,
        )
        for name, number in wanted.items()
        if name not in here
    ]
    User.objects.bulk_create(missing, batch_size=500)
    made = here | {user.username: user for user in User.objects.filter(username__in=[one.username for one in missing])}
    return [made[name] for name in wanted]


def in_use() -> str:
    """What says that real people use this site, or "": members, posts by them, and archives but for the fixtures."""
    members = User.objects.exclude(email__endswith=_DOMAIN).count()
    if members:
        return f"{members:,} member{'' if members == 1 else 's'} of its own"
    runs = Run.objects.exclude(operator=_FIXTURES).count()
    if runs:
        return f"{runs:,} imported archive{'' if runs == 1 else 's'}"
    posts = Post.objects.filter(person__isnull=True, archived=False).exclude(author__email__endswith=_DOMAIN).count()
    return f"{posts:,} post{'' if posts == 1 else 's'} of its own" if posts else ""
