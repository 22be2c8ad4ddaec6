"""Replies that a page names: "Response to NAME, DATE TIME" is the comment of that author at that minute."""

import re
from collections.abc import Sequence
from typing import Final

from forum.archive import dates, keys
from forum.archive.readers.drafts import Draft
from forum.archive.readers.page import Page

_RESPONSE: Final = re.compile(
    r"[ \t]*(?:in[ \t]+)?(?:response|reply|replying|responding|answer|antwort)[ \t]+(?:to|an|auf)(?:[ \t]*:)?[ \t]+"
    r"(?P<name>\S[^\n]{0,160}?)(?:[ \t]*[,|(@\u2013\u2014-]|[ \t]+(?:on|at|from|of|am|vom))*[ \t]*$",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(r"[ \t.:;)\]]*")


def take_off_responses(page: Page, made: Sequence[Draft]) -> int:
    """Set the parent of each comment whose first line names another by author and minute; the number of them.

    The line is taken off the text. One that fits no comment, or two, stays in the text and is told.
    """
    said = _by_name_and_minute(made)
    found = 0
    for draft in made:
        number = _first_line(page, draft)
        named = _named(page.lines[number]) if number is not None else None
        if number is None or named is None:
            continue
        others = [other for other in said.get(named, []) if other is not draft]
        if len(others) != 1:
            page.say(number, "names a comment that is not on the page, or two", "left in the text")
            continue
        draft.parent, draft.basis = others[0], "named"
        draft.begin = min(page.starts[number] + len(page.lines[number]) + 1, draft.end)
        page.set_aside([number], "names the comment that is answered")
        found += 1
    return found


def _by_name_and_minute(made: Sequence[Draft]) -> dict[tuple[str, str], list[Draft]]:
    said: dict[tuple[str, str], list[Draft]] = {}
    for draft in made:
        if draft.told.precision in ("minute", "second"):
            said.setdefault((keys.normal_name(draft.attribution.name), draft.told.local[:16]), []).append(draft)
    return said


def _named(line: str) -> tuple[str, str] | None:
    date = dates.find(line)
    if date is None or date.hour is None or not _CLOSING.fullmatch(line[date.end :]):
        return None
    match = _RESPONSE.match(line[: date.start])
    local = dates.moment(date, months_first=None).local
    return (keys.normal_name(match["name"]), local[:16]) if match and local else None


def _first_line(page: Page, draft: Draft) -> int | None:
    text = page.text[draft.begin : draft.end]
    if not text.strip():
        return None
    return page.line_at(draft.begin + len(text) - len(text.lstrip()))
