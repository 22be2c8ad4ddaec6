"""Turns a comment into the Markdown that quotes it, for the box of a reply."""

from __future__ import annotations

import re

from comments.models import Comment
from forum.states import Format
from forum.text.excerpt import excerpt

MARKS = re.compile(r"([\\`*_\[\]<>#])")
LIST = re.compile(r"(?m)^(\s*)([-+]|\d+[.)])(?=\s)")


def quotation_of(comment: Comment) -> str:
    """A Markdown quotation of the comment's own words, without what it quotes itself, and a line to write on.

    Its first line names the comment, so that the name shown is always the present one.
    """
    lines = [f"#c{comment.pk}", *_own_words(comment).splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def _own_words(comment: Comment) -> str:
    if comment.format == Format.MARKDOWN:
        own = [line for line in comment.body.splitlines() if not line.lstrip().startswith(">")]
        return "\n".join(own).strip()
    if comment.format == Format.HTML:
        return _escaped(excerpt(comment.html, len(comment.html)))
    words, begin = [], 0
    for quotation in comment.quotations.all():
        ends = [quotation.end or 0, quotation.attribution_end or 0]
        words.append(
            comment.body[begin : min(x for x in (quotation.start, quotation.attribution_start) if x is not None)]
        )
        begin = max(ends)
    return _escaped("".join([*words, comment.body[begin:]]).strip())


def _escaped(text: str) -> str:
    """Plain words as Markdown that shows just these words."""
    return LIST.sub(lambda found: f"{found[1]}{_marked(found[2])}", MARKS.sub(r"\\\1", text))


def _marked(mark: str) -> str:
    return f"{mark[:-1]}\\{mark[-1]}"
