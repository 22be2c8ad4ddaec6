"""How to write, shown by examples that the publishing code itself draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from forum.text.markdown import Quoted, render

HELP = "/help/writing/"
_WRITTEN = (
    ("Emphasis", "Some *emphasised* and some **strong** words, and ~~some taken back~~."),
    ("A link", "[What the words say](https://example.org/), or the bare address: https://example.org/"),
    ("The name of a member", "Ask @driller, who was there."),
    (
        "A quotation from elsewhere",
        "> Words of somebody else,\n> on as many lines as needed.\n\nYour answer.",
    ),
    (
        "A quotation of a comment",
        "> #c123\n> Words of that comment.\n\nThe link Quote below a comment writes this.",
    ),
    (
        "Paragraphs and lines",
        "An empty line begins a paragraph.\n\nA backslash at its end\\\nbreaks a line.",
    ),
    ("A list", "- One thing\n- Another thing"),
    ("A numbered list", "1. First\n2. Then"),
    ("Code", "`x = 1` within a line, or on lines of their own:\n\n```\nx = 1\n```"),
    ("The marks themselves", "A backslash before a mark shows it: \\*not emphasised\\*."),
)


class Example(NamedTuple):
    """What something is called, how it is written, and how it looks."""

    name: str
    written: str
    shown: SafeString


@cache
def examples() -> tuple[Example, ...]:
    """The examples, drawn once in the life of the process."""
    return tuple(Example(name, written, _shown(written)) for name, written in _WRITTEN)


def _shown(written: str) -> SafeString:
    html = render(written, resolve=lambda _: Quoted("driller", HELP, shown=True), people=_people).html
    return mark_safe(html)  # noqa: S308  sanitised by the renderer


def _people(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, HELP)
