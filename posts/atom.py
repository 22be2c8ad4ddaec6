"""Writes Atom (RFC 4287) with its threads (RFC 4685): entries in, bytes out; knows no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from forum.text.characters import clean

ATOM = "http://www.w3.org/2005/Atom"
THREADS = "http://purl.org/syndication/thread/1.0"
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # an empty feed has not changed since


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post or comment; ``published`` is None where no instant is known.

    ``author`` is a name and a page, "" for none; ``answers`` the id and the page of what it replies to; ``replies`` the
    feed of what replies to it, with their number; ``related`` the page elsewhere that it is about.
    """

    id: str
    title: str
    url: str
    author: tuple[str, str]
    html: str
    updated: dt.datetime
    published: dt.datetime | None = None
    answers: tuple[str, str] | None = None
    replies: tuple[str, int] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    related: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a feed says of itself; ``url`` is its own address, ``page`` the page it follows."""

    id: str
    title: str
    url: str
    page: str
    subtitle: str = ""


def written(head: Head, entries: Iterable[Entry]) -> bytes:
    """The feed as XML, the entries in the given order; linear."""
    entries = list(entries)
    root = etree.Element(_atom("feed"), nsmap={None: ATOM, "thr": THREADS})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    _add(root, "id", head.id)
    _add(root, "title", head.title)
    if head.subtitle:
        _add(root, "subtitle", head.subtitle)
    _add(root, "updated", _moment(max((entry.updated for entry in entries), default=NEVER)))
    _add(root, "link", rel="self", type="application/atom+xml", href=head.url)
    _add(root, "link", rel="alternate", type="text/html", href=head.page)
    for entry in entries:
        _write(etree.SubElement(root, _atom("entry")), entry)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _write(node: etree._Element, entry: Entry) -> None:
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "updated", _moment(entry.updated))
    if entry.published:
        _add(node, "published", _moment(entry.published))
    author = etree.SubElement(node, _atom("author"))
    name, page = entry.author
    _add(author, "name", name)
    if page:
        _add(author, "uri", page)
    _add(node, "link", rel="alternate", type="text/html", href=entry.url)
    if entry.related:
        _add(node, "link", rel="related", href=entry.related)
    if entry.answers:
        ref, href = entry.answers
        etree.SubElement(node, _thread("in-reply-to"), {"ref": ref, "type": "text/html", "href": href})
    if entry.replies:
        feed, count = entry.replies
        link = _add(node, "link", rel="replies", type="application/atom+xml", href=feed)
        link.set(_thread("count"), str(count))
        etree.SubElement(node, _thread("total")).text = str(count)
    for slug, name in entry.tags:
        _add(node, "category", term=slug, label=name)
    _add(node, "content", entry.html, type="html")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, _atom(name), {key: clean(value) for key, value in attributes.items()})
    node.text = clean(text) or None
    return node


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _thread(name: str) -> str:
    return f"{{{THREADS}}}{name}"
