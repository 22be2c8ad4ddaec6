"""Draws threads ahead, for all who will read them: the work of pages, done by the worker and once."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from comments import drawn, threads
from comments.evidence import evidence_of
from comments.markup import inner_parts
from comments.models import Drawing
from comments.page import Page, guest_under
from forum.pagecache.keeping import build
from forum.pagecache.models import Edition
from posts.finding import placed_post
from posts.models import Post
from posts.versions import of_thread

MOST = 20  # threads of one turn: some hundredths of a second, after which the worker looks at its tasks again

logger = logging.getLogger(__name__)


def draw_waiting(*, but: Collection[int] = ()) -> list[int]:
    """Draws up to ``MOST`` threads that have changed, the newest first, ``but`` not these; returns which.

    One query where there are none.
    """
    waiting = Post.objects.filter(to_draw=True).exclude(pk__in=but).order_by("-pk").values_list("pk", flat=True)
    return _draw(list(waiting[:MOST]))


def draw_outdated() -> list[int]:
    """Draws up to ``MOST`` threads that other code has drawn, or of another edition: their versions tell neither.

    Returns which. Two queries where there are none.
    """
    [edition] = Edition.objects.values_list("number", flat=True)
    # As ranges, so that each is found in the index.
    other = Q(edition__lt=edition) | Q(edition__gt=edition)
    code = Q(build__lt=build()) | Q(build__gt=build())
    outdated = Drawing.objects.filter(other | Q(edition=edition) & code).values_list("pk", flat=True)
    return _draw(list(outdated[:MOST]))


def _draw(posts: list[int]) -> list[int]:
    """Draws these, and returns them. One that cannot be drawn is left to its pages.

    Raises what a database that is away or busy does: the worker knows what to do about that.
    """
    for pk in posts:
        try:
            draw(pk)
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            logger.exception("a thread could not be drawn ahead", extra={"post": pk})
            _keep(pk, None)
    return posts


def draw(pk: int) -> None:
    """Draws the thread of a post as everyone sees it now, in place of the drawing there was.

    A thread that does not fit a page, or that nobody sees, gets none. One that changes meanwhile is left for the next
    turn: what was read belongs together only where the version before is the version after.
    """
    reader = AnonymousUser()
    before, post = of_thread(pk), placed_post(pk, reader)
    if before is None:
        return
    made = _drawing(post, *before) if post is not None and post.has_thread_for(reader) else None
    if of_thread(pk) == before:
        _keep(pk, made, version=before[0])


def _drawing(post: Post, version: int, edition: int) -> Drawing | None:
    thread = threads.whole(post, AnonymousUser(), drawn.ORDER) if post.comment_count <= threads.WHOLE else None
    if thread is None or not thread.roots:
        return None
    told = evidence_of(thread)
    page = Page(post=post, evidence=told.proofs, quoting=told.quoting, rules=told.rules, above=0, gap=drawn.GAP)
    html = "".join(inner_parts(thread, page))
    comments = [node.comment for node in thread.walk()]
    gaps = drawn.gaps(comments)
    if html.count(drawn.GAP) != gaps:
        return None  # somebody has brought the separator in
    filled = drawn.in_gaps(comments, Page(post=post, viewer=guest_under(post)), html.split(drawn.GAP))
    guest = drawn.GAP.join(filled)
    packed = drawn.packed(comments)
    return Drawing(post=post, version=version, edition=edition, build=build(), html=html, guest=guest, comments=packed)


def _keep(pk: int, made: Drawing | None, **of: int) -> None:
    """Puts the drawing in place of the one there was, unless the post is not as it was read (``of``) any more."""
    with transaction.atomic():
        if not Post.objects.filter(pk=pk, **of).update(to_draw=False):  # which locks the post
            return
        if made is None:
            Drawing.objects.filter(pk=pk).delete()
        else:
            fields = ["version", "edition", "build", "html", "guest", "comments"]
            Drawing.objects.bulk_create([made], update_conflicts=True, unique_fields=["post"], update_fields=fields)
