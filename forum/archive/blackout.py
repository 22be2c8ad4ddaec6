"""Covers what a reader may not see in words from an archive: names that were taken off, and passages of hidden words.

Of a name that was taken off only its digest is left, so a text is searched by taking the digest of every run of up to
eight words in it. The bar in its place is of one width, which tells nothing of what it covers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from comments.models import Comment
from forum.archive import keys
from forum.users.models import NAME_TAKEN_OFF, Person

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

BAR: Final = "█████"
WORDS: Final = 8  # in a name, at most
AROUND: Final = 4  # words on each side by which a passage is found again in another writing of the same text
Place = tuple[int, int]
"""The first character and the one after the last."""

_PIECE: Final = re.compile(r"\w+")
_BLANKS: Final = re.compile(r"\s+")
_ODD: Final = re.compile(r"[^\S \n]|  ")
# Marks that may belong to a name, as in "Yahoo!" or "[bob]".
_BEFORE: Final = re.compile(r"""[^\w\s,;:"“”\u2018\u2019<>=/]{1,2}(?=\w)""")
_AFTER: Final = re.compile(r"""(?<=\w)[^\w\s,;:"“”<>=/]{1,2}""")
_MARKUP: Final = re.compile(r"<[/!?a-zA-Z][^<>]*>|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def removed_names() -> frozenset[str]:
    """The digests of all names that were taken off, whatever source they came with. One query."""
    return frozenset(Person.objects.filter(removed_at__isnull=False).values_list("digest", flat=True))


def black_out(text: str, *, names: frozenset[str], passages: Iterable[Place] = ()) -> str:
    """The text with a bar in place of each of these names and passages; about 2 ms for each kB if there are names."""
    parts: list[str] = []
    done = 0
    for start, end in merged([*passages, *name_places(text, names)]):
        parts += [text[done:start], BAR]
        done = end
    return "".join([*parts, text[done:]])


def name_places(text: str, names: frozenset[str]) -> list[Place]:
    """Where the text prints one of these names exactly; line breaks, markup and entities may stand within it."""
    if not names:
        return []
    found = _places(text, names)
    if _MARKUP.search(text):
        for tag in ("", " "):
            reading, offsets = _read(text, tag)
            found += [(offsets[start], offsets[end - 1] + 1) for start, end in _places(reading, names)]
            # An entity is covered to its end.
    return merged([(start, _whole(text, end)) for start, end in found])


def merged(places: Iterable[Place]) -> list[Place]:
    """The places in order, those that meet or overlap made one, and empty ones left out."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def passages_hidden_from(comment: Comment, viewer: User | AnonymousUser) -> list[Place]:
    """The passages of its body that repeat a comment whose words ``viewer`` may not read, with their attributions.

    Costs a query unless ``quotations__quoted`` was loaded.
    """
    hidden: list[Place] = []
    for quotation in comment.quotations.all():
        if quotation.quoted is None or quotation.quoted.words_for(viewer):
            continue
        hidden.append((quotation.start or 0, quotation.end or 0))
        hidden.append((quotation.attribution_start or 0, quotation.attribution_end or 0))
    return merged(hidden)


def again(passages: Iterable[Place], body: str, text: str) -> list[Place] | None:
    """Where these passages of ``body`` stand in another writing of it, or None if one of them cannot be told there.

    The same words are looked for, whatever stands between them; all places that hold them are given.
    """
    words = _words(text)
    found: list[Place] = []
    for start, end in passages:
        wanted = [word for word, _, _ in _words(body[start:end])]
        places = list(_runs(words, wanted)) if wanted else []
        if not places and body[start:end].strip():
            return None
        found += [_with_marks(text, *place) for place in places]
    return merged(found)


def taken_off(body: str, text: str) -> list[Place] | None:
    """What stands in ``text`` where ``body``, the same words, tells of a removed name; None if that cannot be told."""
    found: list[Place] = []
    words = _words(text)
    begin = body.find(NAME_TAKEN_OFF)
    while begin >= 0:
        end = begin + len(NAME_TAKEN_OFF)
        before = [word for word, _, _ in _words(body[:begin])[-AROUND:]]
        after = [word for word, _, _ in _words(body[end:])[:AROUND]]
        places = list(_between(words, before, after, len(text)))
        if not places:
            return None
        found += places
        begin = body.find(NAME_TAKEN_OFF, end)
    return merged(found)


def _places(text: str, names: frozenset[str]) -> list[Place]:
    """Where a run of words has one of these digests, with the marks at its ends or without them."""
    flat = _BLANKS.sub(" ", text)
    here = [match.span() for match in _PIECE.finditer(text)]  # as many as in the flat text, in the same order
    spans = [match.span() for match in _PIECE.finditer(flat)]
    before = {match.end(): match.start() for match in _BEFORE.finditer(flat)}
    after = {match.start(): match.end() for match in _AFTER.finditer(flat)}
    wanted, sha256 = {bytes.fromhex(name) for name in names}, hashlib.sha256
    ends = [(at, stop) for _, at in spans for stop in range(at, after.get(at, at) + 1)]
    firsts = list(accumulate((after.get(at, at) - at + 1 for _, at in spans), initial=0))
    broken = _broken(text, here)
    found: list[Place] = []
    for number, (at, _) in enumerate(spans):
        nearest = ends[firsts[number] : firsts[min(number + WORDS, len(spans))]]
        for begin in range(before.get(at, at), at + 1):
            for _, stop in nearest:
                if sha256(flat[begin:stop].encode("utf-8", "replace")).digest() in wanted:
                    found.append((begin - at + here[number][0], _stop(here, spans, number, stop)))
        if number in broken:
            for _, stop in here[number : number + WORDS]:
                if sha256(text[here[number][0] : stop].encode("utf-8", "replace")).digest() in wanted:
                    found.append((here[number][0], stop))
    return found


def _stop(here: Sequence[Place], spans: Sequence[Place], first: int, stop: int) -> int:
    """Where a run that ends at ``stop`` in the flat text ends in the text itself."""
    last = max(n for n in range(first, min(first + WORDS, len(spans))) if spans[n][1] <= stop)
    return here[last][1] + stop - spans[last][1]


def _broken(text: str, here: Sequence[Place]) -> set[int]:
    """The words after which, within a name's length, other blanks than a single one stand: a name may print them."""
    odd = [n for n, ((_, end), (start, _)) in enumerate(pairwise(here)) if _ODD.search(text, end, start)]
    return {number for n in odd for number in range(max(0, n - WORDS + 2), n + 1)}


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as a browser reads it, each with its start and end in the text itself."""
    if not _MARKUP.search(text):
        return keys.words_at(text)
    reading, offsets = _read(text, " ")
    return [(word, offsets[start], _whole(text, offsets[end - 1] + 1)) for word, start, end in keys.words_at(reading)]


def _read(text: str, tag: str) -> tuple[str, list[int]]:
    """The text as a browser reads it, with ``tag`` for each tag, and where each of its characters comes from."""
    parts: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _MARKUP.finditer(text):
        instead = tag if match.group()[0] == "<" else unescape(match.group())
        parts += [text[done : match.start()], instead]
        offsets += [*range(done, match.start()), *[match.start()] * len(instead)]
        done = match.end()
    return "".join([*parts, text[done:]]), [*offsets, *range(done, len(text))]


def _whole(text: str, end: int) -> int:
    """The end of the entity that begins before ``end``, or ``end`` itself."""
    match = _MARKUP.match(text, end - 1)
    return match.end() if match and match.group()[0] == "&" else end


def _with_marks(text: str, start: int, end: int) -> Place:
    """A passage with the quotation marks, stops and brackets that belong to its words."""
    while start and text[start - 1] not in "<>;" and not text[start - 1].isspace() and not text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end] not in "<>&" and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return start, end


def _runs(words: Sequence[tuple[str, int, int]], wanted: Sequence[str]) -> Iterator[Place]:
    """Where these words follow one another."""
    length = len(wanted)
    for number in range(len(words) - length + 1):
        if words[number][0] == wanted[0] and all(words[number + n][0] == wanted[n] for n in range(1, length)):
            yield words[number][1], words[number + length - 1][2]


def _between(
    words: Sequence[tuple[str, int, int]], before: Sequence[str], after: Sequence[str], length: int
) -> Iterator[Place]:
    """What stands after the words ``before`` and, within the words of a name, before the words ``after``."""
    if not before and not after:
        yield 0, length
        return
    ends = [end for _, end in _runs(words, before)] if before else [0]
    starts = [start for start, _ in _runs(words, after)] if after else [length]
    for end in ends:
        for start in starts:
            between = sum(1 for _, first, last in words if first >= end and last <= start)
            if start >= end and 1 <= between <= WORDS:
                yield end, start
                break
