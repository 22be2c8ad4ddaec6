"""Threads too large to be put together while somebody waits: made once by the worker, and kept until they change."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.http import quote_etag

from forum.archive.blackout import removed_names
from forum.archive.exporting import snapshot
from forum.archive.models import Download
from forum.onefile.page import LOOK, page_of
from forum.onefile.tasks import make_file
from forum.pagecache.versions import of_site
from posts.models import Post

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

AT_ONCE: Final = 1_000  # comments that are put together while the reader waits
MOST: Final = 50_000  # comments in one file
AGAIN: Final = dt.timedelta(minutes=10)  # before the same thread is put together once more
KEPT: Final = dt.timedelta(days=30)


def may_take(post: Post) -> bool:
    """Whether readers may take the thread with them: the operator's switch for what was imported."""
    return post.source is None or post.source.downloads


def etag_of(post: Post) -> str:
    """Names the file by all that is in it: the page's version, and what is no part of that. Two queries."""
    notes = (post.source.provenance_note, post.source.content_note) if post.source else ()
    said = f"{LOOK} {post.pk} {post.version} {of_site()} {sorted(removed_names())} {notes}"
    return quote_etag(hashlib.sha256(said.encode()).hexdigest()[:24])


def kept(post: Post, etag: str) -> Download | None:
    """The file as it was made, if nothing that is in it has changed since. One query."""
    return Download.objects.filter(post=post, etag=etag).first()


def ask(post: Post) -> None:
    """Have the worker make it, unless it was asked a short time ago, whoever asks and however often."""
    now = timezone.now()
    with transaction.atomic():
        row, new = Download.objects.get_or_create(post=post, defaults={"asked_at": now})
        row = Download.objects.select_for_update().defer("raw").get(pk=row.pk)
        if not new and row.asked_at > now - AGAIN:
            return
        Download.objects.filter(pk=row.pk).update(asked_at=now)
        make_file.enqueue(post.pk)


def make(pk: int, reader: AnonymousUser) -> None:
    """Make the file of a post and keep it; nothing where the post has no page any more."""
    # Not what was asked for again since, this one above all: it waits for its file.
    Download.objects.filter(asked_at__lt=timezone.now() - KEPT).exclude(post=pk).delete()
    with snapshot():
        post = Post.objects.placed_for(reader).with_bylines().filter(pk=pk).first()
        if post is None or post.comment_count > MOST or not may_take(post):
            return
        etag = etag_of(post)
        whole = "".join(page_of(post)).encode()
    Download.objects.filter(post=post).update(
        etag=etag, made_at=timezone.now(), size=len(whole), raw=gzip.compress(whole, 6, mtime=0)
    )
