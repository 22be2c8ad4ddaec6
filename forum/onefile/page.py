"""The page of a thread that is one file: no script, no network, and in it the lines that import back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from comments import threads
from comments.evidence import evidence_of
from comments.marks import time_html
from comments.markup import thread_html
from comments.page import Page
from forum.archive.blackout import black_out, removed_names
from forum.archive.exporting import exported
from forum.archive.readers import own
from forum.onefile.style import STYLE
from forum.states import State
from posts import pulse
from posts.models import Post

LOOK: Final = "1"  # part of the name of each file: change it with anything that shows
_LINK: Final = re.compile(r'(<a\b[^<>]*?\shref=")(/[^"]*)(")')
_ALONE: Final = re.compile(r' · <a href="/comments/[0-9]+/">this branch alone</a>')
_COMMENT: Final = re.compile(r"/comments/([0-9]+)/(?:#.*)?")


def page_of(post: Post) -> Iterator[str]:
    """The file, piece by piece: what a guest may read, whoever takes it. Ten kB of memory a comment.

    Read it in a ``snapshot``: the thread is in it twice, as a page and as data.
    """
    names = removed_names()
    thread = threads.everything(post)
    for node in thread.walk():
        node.comment.html = black_out(node.comment.html, names=names)
    told = evidence_of(thread)
    page = Page(
        post=post,
        kept=True,
        evidence={pk: black_out(why, names=names) for pk, why in told.proofs.items()},
        quoting=told.quoting,
        rules=told.rules,
    )
    comments = str(thread_html(thread, page)) if thread.roots else '<p class="empty">Nobody has said anything.</p>'
    here = _Here(post, {node.comment.pk for node in thread.walk()})
    count = post.comment_count
    yield _head(black_out(post.shown_title, names=names))
    yield here.linked(_post_html(post, names))
    yield f'<section aria-labelledby="comments"><h2 id="comments">{count} comment{"" if count == 1 else "s"}</h2>\n'
    yield here.linked(_ALONE.sub("", comments)).replace('<details class="evidence">', '<details class="evidence" open>')
    yield f"\n</section></main>\n{_foot(post)}\n"
    yield own.OPEN.decode() + "\n"
    for line in exported([post]):
        yield line.replace("<", "\\u003c").replace("&", "\\u0026") + "\n"
    yield own.CLOSE.decode() + "\n</body></html>\n"


def _head(title: str) -> str:
    shown = f"{escape(title)} · {escape(settings.SITE_NAME)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"{own.MARK.decode()}\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{shown}</title>\n<style>{STYLE}</style></head>\n<body>"
        '<main itemscope itemtype="https://schema.org/DiscussionForumPosting">\n'
    )


def _post_html(post: Post, names: frozenset[str]) -> str:
    voice = "then" if post.archived else "now"
    parts = [f'<article class="post {voice}"><header><h1>{escape(black_out(post.shown_title, names=names))}</h1>']
    shown = post.state == State.PUBLISHED
    if shown:
        byline = post.byline
        name = f"<bdi>{escape(byline.name)}</bdi>"
        link = f'<a href="{escape(byline.url)}">{name}</a>' if byline.url else name
        imported = " · imported" if post.archived else ""
        if post.url:
            parts.append(f'<p class="quiet"><a href="{escape(post.url)}">{escape(post.url)}</a></p>')
        parts.append(f'<p class="quiet">{link} · {time_html(post)}{imported}</p>')
        tags = ", ".join(
            f'<a href="{escape(tag.get_absolute_url())}">{escape(tag.name)}</a>' for tag in post.tags.order_by("name")
        )
        parts += [f'<p class="quiet">{tags}</p>'] if tags else []
    drawn = pulse.shown(post.pulse)
    parts += [f'<p class="quiet">{escape(drawn.sentence)}</p>'] if drawn else []
    parts.append("</header>")
    if shown:
        parts += [f'<p class="note">{escape(black_out(note, names=names))}</p>' for note in _notes(post)]
        parts.append(f'<div class="article" id="words">{black_out(post.html, names=names)}</div>')
    return "".join([*parts, "</article>\n"])


def _notes(post: Post) -> list[str]:
    if post.source is None:
        return []
    return [note for note in (post.source.provenance_note, post.source.content_note) if note]


def _foot(post: Post) -> str:
    address = escape(settings.SITE_URL + post.get_absolute_url())
    return (
        f'<footer><p>Taken from {escape(settings.SITE_NAME)}: <a href="{address}">{address}</a></p>'
        "<p>This file needs no network. It also holds the thread as data: "
        "<code>manage.py import_archive</code> reads it back.</p></footer>"
    )


class _Here:
    """What of the site is in the file: links to it stay in the file, all others lead to the site."""

    def __init__(self, post: Post, comments: set[int]) -> None:
        self.comments = comments
        self.post = post.get_absolute_url()

    def linked(self, html: str) -> str:
        """The HTML with addresses that lead somewhere from a disk as well."""
        return _LINK.sub(lambda found: f"{found[1]}{self._address(found[2])}{found[3]}", html)

    def _address(self, address: str) -> str:
        comment = _COMMENT.fullmatch(address)
        if comment and int(comment[1]) in self.comments:
            return f"#c{comment[1]}"
        if urlsplit(address).path == self.post:
            return "#words"
        return f"{settings.SITE_URL}{address}"
