"""Turns what a member answers into the Markdown that quotes it, for the box of a reply."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from comments.models import Comment
from forum.states import Format
from forum.text import excerpt
from forum.text.characters import clean
from forum.text.markdown import without_quotations
from forum.text.quotations import is_in

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

    from posts.models import Post

MARKS = re.compile(r"([\\`*_\[\]<>#~&])")
LIST = re.compile(r"(?m)^(\s*)(\d+)([.)])(?=\s)")
LINE = re.compile(r"(?m)^(\s*)([-+=])")
LONGEST = 2_000  # characters of a passage that an address may name


def asked_quotation(source: Comment | Post, asked: MultiValueDict[str, str]) -> str:
    """The Markdown that the address of a form asks for: a passage, paragraphs of a post, or a whole comment.

    A passage that the source does not hold, or that is too long for an address, becomes the whole comment.
    """
    passage = clean(asked.get("quote") or "")
    own = excerpt.own(source.html)
    if passage and len(passage) <= LONGEST and passage != "1" and is_in(_lines(passage), own):
        return _quotation(source, as_markdown(_by_blank_lines(passage)))
    if isinstance(source, Comment):
        return quotation_of(source) if passage else ""
    chosen = {number for number in asked.getlist("paragraph")[:LONGEST] if number.isascii()}
    paragraphs = enumerate(excerpt.paragraphs(source.html), 1)
    words = [text for number, text in paragraphs if str(number) in chosen]
    return _quotation(source, as_markdown("\n\n".join(words))) if words else ""


def quotation_of(comment: Comment) -> str:
    """A Markdown quotation of the comment's own words, without what it quotes itself, and a line to write on.

    Its first line names the comment, so that the name shown is always the present one.
    """
    return _quotation(comment, _own_words(comment))


def _quotation(source: Comment | Post, words: str) -> str:
    first = f"#c{source.pk}" if isinstance(source, Comment) else "#post"
    lines = [first, *words.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def _own_words(comment: Comment) -> str:
    if comment.format == Format.MARKDOWN:
        return without_quotations(comment.body)
    if comment.format == Format.HTML:
        return as_markdown(excerpt.excerpt(comment.html, len(comment.html)))
    words, begin = [], 0
    for quotation in comment.quotations.all():
        ends = [quotation.end or 0, quotation.attribution_end or 0]
        words.append(
            comment.body[begin : min(x for x in (quotation.start, quotation.attribution_start) if x is not None)]
        )
        begin = max(ends)
    return as_markdown("\n\n".join([*words, comment.body[begin:]]).strip())


def _lines(passage: str) -> list[str]:
    return [line for line in passage.splitlines() if line.strip()]


def _by_blank_lines(passage: str) -> str:
    """Each line as a paragraph of its own: a browser parts what it copies by line ends of either kind."""
    return "\n\n".join(_lines(passage))


def as_markdown(text: str) -> str:
    """Plain words as Markdown that shows just these words."""
    plain = "\n".join(_stripped(clean(text).splitlines()))
    return LINE.sub(r"\1\\\2", LIST.sub(r"\1\2\\\3", MARKS.sub(r"\\\1", plain)))


def _stripped(lines: Iterable[str]) -> Iterable[str]:
    """Without blanks at the begin of a line, which would make code of it, and at its end, which would break it."""
    return (line.strip() for line in lines)
