"""The measured site: the fixture's thread, threads of every size, and members who are signed in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client

from benchmarks.load import Member
from benchmarks.sizes import LARGE, POSTERS, SITE_COMMENTS, SITE_POSTS, SMALL
from comments.drawing import draw
from comments.inventing.sites import make_site, make_thread
from comments.models import Comment
from forum.text.names import skeleton
from forum.users.models import User
from posts.models import Post


@dataclass(frozen=True)
class Site:
    """The threads that are measured, by their ids."""

    seed: int
    page: int
    """Has 200 comments, the most that stand on one page."""
    quiet: int
    """Has 41, and is what members post to."""
    busy: int
    """Has 0, for many who post at once."""
    small: int
    large: int
    """Talks, of ``SMALL`` and ``LARGE`` comments."""
    small_chain: int
    large_chain: int
    """One chain each, as deep as it has comments."""

    def path(self, pk: int) -> str:
        """The address of a thread."""
        return Post.objects.get(pk=pk).get_absolute_url()


def make(folder: Path, say: Callable[[str], None]) -> Site:
    """The site, made anew where the folder does not hold it yet, with the threads drawn that are measured.

    No worker runs beside the load, and of a large site it would draw these last.
    """
    site = _made(folder, say)
    for pk in (site.seed, site.page, site.quiet):
        draw(pk)
    return site


def _made(folder: Path, say: Callable[[str], None]) -> Site:
    call_command("migrate", verbosity=0)
    call_command("prepare", static_only=True, verbosity=0)
    names = folder / "threads.json"
    if names.exists() and Post.objects.exists():
        return Site(**json.loads(names.read_text()))
    call_command("load_fixture", verbosity=0, stdout=(folder / "made.log").open("a"))
    seed = Post.objects.get().pk
    if SITE_POSTS:
        say(f"making {SITE_POSTS:,} threads with {SITE_COMMENTS:,} comments …")
        make_site(posts=SITE_POSTS, comments=SITE_COMMENTS, seed="bench")
    say(f"making threads of 200, {SMALL:,} and {LARGE:,} comments …")

    def one(comments: int, shape: str = "lifelike") -> int:
        return make_thread(comments=comments, shape=shape, seed=f"bench:{comments}").pk

    site = Site(
        seed=seed,
        page=one(200),
        quiet=one(41),
        busy=one(0),
        small=one(SMALL),
        large=one(LARGE),
        small_chain=one(SMALL, "chain"),
        large_chain=one(LARGE, "chain"),
    )
    take_stock()
    names.write_text(json.dumps(asdict(site)))
    return site


def take_stock() -> None:
    """Has PostgreSQL tidy up and count what there is, as it does by itself; nothing counts for SQLite on a site."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def members(many: int = POSTERS) -> list[Member]:
    """So many members, each signed in."""
    names = [f"poster{number}" for number in range(many)]
    here = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    User.objects.bulk_create(
        User(username=name, name_key=skeleton(name), email=f"{name}@example.org") for name in names if name not in here
    )
    return [_signed_in(user) for user in User.objects.filter(username__in=names).order_by("pk")]


def _signed_in(user: User) -> Member:
    client = Client()
    client.force_login(user)
    return Member(client.cookies["session"].value)


def pages_of_large_threads(site: Site) -> dict[str, tuple[str, str]]:
    """The pages that must not cost more in a large thread: each in the large one and in the small."""
    return {
        "first page": (site.path(site.large), site.path(site.small)),
        "page after the 90,000th" if LARGE == 100_000 else "page near the end": (
            _late(site.large, site),
            _late(site.small, site, share=0.5),
        ),
        "flat, near the end": (
            _late(site.large, site, flat=True),
            _late(site.small, site, share=0.5, flat=True),
        ),
        f"permalink at depth {LARGE // 2:,}": (_deep(site.large_chain, LARGE), _deep(site.small_chain, SMALL)),
    }


def _late(pk: int, site: Site, *, share: float = 0.9, flat: bool = False) -> str:
    """The page after this share of a thread: after the last root in it, or after the last of all."""
    placed = Comment.objects.filter(post=pk, position__lte=int(Post.objects.get(pk=pk).last_position * share))
    last = placed.filter(**({} if flat else {"branch": 0})).order_by("-position")[0]
    return f"{site.path(pk)}?{'view=flat&' if flat else ''}after={last.pk}"


def _deep(pk: int, many: int) -> str:
    return Comment.objects.get(post=pk, position=many // 2).get_absolute_url()


Query = tuple[str, Any]
"""The SQL and its values."""


def queries_of(path: str, member: Member | None = None) -> list[Query]:
    """What a page asks the database, for a guest or for a member; raises SystemExit where it is no success."""
    client = _client(member)
    client.get(path)  # what is made once for each process is made now
    return _asked(lambda: client.get(path).status_code == 200, path)


def post_here(member: Member, pk: int) -> list[Query]:
    """What posting a comment asks the database; raises SystemExit where it is not taken."""
    client, path = _client(member), f"/posts/{pk}/comment/"
    words = {"body": f"Words of {secrets.token_hex(4)}.", "token": secrets.token_hex(16)}
    return _asked(lambda: client.post(path, words).status_code == 302, path)


def _client(member: Member | None) -> Client:
    client = Client(SERVER_NAME="localhost")
    if member is not None:
        client.cookies["session"] = member.session
    return client


def _asked(act: Callable[[], bool], path: str) -> list[Query]:
    asked: list[Query] = []

    def note(execute: Callable[..., object], sql: str, params: Any, many: bool, context: Any) -> object:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        if not act():
            raise SystemExit(f"{path} failed within this process")
    return asked
