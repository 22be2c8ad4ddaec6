"""The upper part of a saved page: title, byline, article, and the furniture between article and comments."""

import re
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Final

from forum.archive import dates
from forum.archive.date_words import MONTHS
from forum.archive.items import Moment, Stretch
from forum.archive.limits import MAX_NAME, Refused
from forum.archive.readers import furniture, shapes
from forum.archive.readers.page import Page

_WITHIN: Final = 6
_LENGTH: Final = 150
_GAP: Final = 3
_NAME: Final = re.compile(
    r"\bby:?[ \t]+(?P<name>\S.*?)[ \t]*(?:\b(?:on|in|at|published|posted|updated|date)\b:?[ \t]*)*[|.,-]?[ \t]*$", re.I
)
_LEAF: Final = re.compile(r"(?:[^\W\d_]{3,10}|\d{1,2}(?:st|nd|rd|th)?|(?:19|20)\d\d)[.,]?")
_CLAIM: Final = re.compile(
    r"(?:^|[ \t]+|[ \t]*[|(\u2022\u00b7\u2013\u2014-][ \t]*)(?P<n>\d[\d,]{0,8})[ \t]+(?:comments|responses)[ \t)]*$",
    re.I,
)
_BEGINS_BY: Final = re.compile(r"[ \t]*(?:posted[ \t]+|written[ \t]+)?by[ \t]+\S", re.I)
_SAYS_POSTED: Final = re.compile(r"\b(?:by|posted|written|published)\b", re.I)


@dataclass
class Head:
    """Title and byline; lines are counted from 0."""

    title: int | None = None
    byline: list[int] = field(default_factory=list)
    author: str = ""
    moment: Moment = field(default_factory=Moment)
    claimed: int | None = None

    @property
    def end(self) -> int:
        """The line after the last of them."""
        return max([*self.byline, -1 if self.title is None else self.title]) + 1


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the article stands, the line with which the comments begin, and the number of them it claims."""

    article: range
    comments: int
    claimed: int | None


def find_head(page: Page) -> Head:
    """The title is the first line that is no byline; a byline bears a date or begins with "by"."""
    head = Head()
    first = page.filled(0, 200)[:_WITHIN]
    if not first:
        raise Refused("The file begins with 200 blank lines.")
    _read_calendar_leaf(page, head, first)
    for above, number in pairwise([first[0], *first]):
        if number in head.byline:
            continue
        if number - above > _GAP and above > first[0]:
            # Below a wide space under title and text the comments may begin already.
            break
        line = page.lines[number]
        if (claim := _CLAIM.search(line)) and head.claimed is None:
            head.claimed = int(claim["n"].replace(",", ""))
        if _is_byline(line):
            head.byline.append(number)
            _read_byline(head, line)
        elif head.title is None:
            head.title = number
        elif head.byline:
            break
    if not head.byline:
        page.say_of_all("no line under the title names an author or a date", "the post has neither")
    return head


def title(page: Page, head: Head) -> str:
    """The title on one line, without the number of comments that some pages print behind it."""
    return "" if head.title is None else " ".join(_CLAIM.sub("", page.lines[head.title]).split())


def _read_calendar_leaf(page: Page, head: Head, first: list[int]) -> None:
    """Where day, month and year stand on lines of their own above the title, they are the date and no title."""
    leaf = list(takewhile(lambda number: _LEAF.fullmatch(page.lines[number].strip()), first))
    words = [page.lines[number].strip(" \t.,") for number in leaf]
    months = [word for word in words if word.isalpha() and word.lower() in MONTHS]
    if len(leaf) == 1 or len(months) != 1:
        return
    head.byline = leaf
    others = sorted((word for word in words if word.isdigit()), key=len)
    date = dates.find(" ".join([*others[:1], *months, *others[1:]]))
    head.moment = dates.moment(date, months_first=None, printed=" ".join(words)) if date else Moment(" ".join(words))


def find_gap(page: Page, head: Head) -> int:
    """The line below the widest blank space, which mostly parts article and comments; 0 when none stands out."""
    filled = page.filled(head.end, len(page.lines))
    gaps = [(below - above, below) for above, below in zip([head.end - 1, *filled], filled, strict=False)]
    (next_widest, _), (widest, below) = sorted([(0, 0), (0, 0), *gaps])[-2:]
    return below if widest > max(_GAP, next_widest) else 0


def find_parts(page: Page, head: Head, attribution: int, *, after: bool, gap: int) -> Parts:
    """Between byline and first attribution: the article, page furniture, then perhaps the first comment."""
    if head.end < gap <= attribution and page.filled(head.end, gap):
        top, comments = _at_the_gap(page, head.end, gap, attribution)
    elif (heading := _last_heading(page, head.end, attribution, after=after)) is not None:
        top, comments = _top_of_furniture(page, head.end, heading), heading + 1
    elif after:
        top = comments = _where_comments_begin(page, head.end, attribution)
    else:
        top = comments = attribution
    between = page.filled(top, comments if after else attribution)
    strays = [] if after else [n for n in between if n >= comments and not _is_furniture(page.lines[n])]
    if strays:
        page.say(strays[0], "text above the first attribution that no attribution names", "listed in the remainder")
        page.leftover.extend(Stretch((n + 1, n + 1), "above the first attribution") for n in strays)
    between = [n for n in between if n not in strays]
    page.set_aside(between, lambda line: f"heading “{' '.join(line.split())[:60]}”")
    claims = [n for line in between if (n := furniture.claimed(page.lines[line])) is not None]
    return Parts(_article(page, head, top), comments, claims[-1] if claims else head.claimed)


def _at_the_gap(page: Page, first: int, gap: int, attribution: int) -> tuple[int, int]:
    """Where the furniture begins that stands right above a wide gap, and where the headings below it end."""
    top = gap
    for number in reversed(page.filled(first, gap)):
        if furniture.is_heading(page.lines[number]):
            top = _top_of_furniture(page, first, number)
            break
        if not furniture.could_be_title(page.lines[number]):
            break
    comments = gap
    for number in page.filled(gap, attribution):
        if not _is_furniture(page.lines[number]):
            break
        comments = number + 1
    return (top, comments) if page.filled(first, top) else (gap, comments)


def _is_furniture(line: str) -> bool:
    return furniture.is_heading(line) or shapes.is_layout(line)


def _is_byline(line: str) -> bool:
    if len(line) > _LENGTH:
        return False
    date = dates.find(line)
    if date is None:
        ends = line.rstrip().endswith((".", "!", "?"))
        return bool(_BEGINS_BY.match(line)) and len(line.split()) <= 8 and not ends
    rest = line[: date.start] + line[date.end :]
    return bool(_SAYS_POSTED.search(rest)) or not rest.strip(" \t.,|-")


def _read_byline(head: Head, line: str) -> None:
    date = dates.find(line)
    rest = line[: date.start] + " " + line[date.end :] if date else line
    name = _NAME.search(rest)
    if name and not head.author and len(name["name"]) <= MAX_NAME:
        head.author = name["name"]
    if date and not head.moment.printed:
        # "posted at" belongs to the date as printed; "by NAME on" does not.
        names_first = re.search(r"\bby\b", line[: date.start], re.I)
        printed = date.text if names_first else line[: date.end].strip()
        head.moment = dates.moment(date, months_first=dates.month_first([date]), printed=printed)


def _article(page: Page, head: Head, top: int) -> range:
    """The text below the byline, or above it where nothing else stands below."""
    below = page.filled(head.end, top)
    above = [n for n in page.filled((head.title or 0) + 1, head.end) if n not in head.byline]
    if below:
        page.set_aside(above, "between title and byline")
        return range(below[0], below[-1] + 1)
    return range(above[0], above[-1] + 1) if above else range(head.end, head.end)


def _last_heading(page: Page, first: int, attribution: int, *, after: bool) -> int | None:
    """The last heading with an article above it and, where attributions follow the text, a text below it."""
    headings = [n for n in page.filled(first, attribution) if furniture.is_heading(page.lines[n])]
    for heading in reversed(headings):
        below = page.filled(heading + 1, attribution)
        prose = [n for n in below if not furniture.could_be_title(page.lines[n])]
        has_article = bool(page.filled(first, _top_of_furniture(page, first, heading)))
        if has_article and (bool(below) if after else not prose):
            return heading
    return None


def _top_of_furniture(page: Page, first: int, heading: int) -> int:
    """The uppermost heading with nothing but headings and titles between it and this one."""
    top = heading
    for number in reversed(page.filled(first, heading)):
        line = page.lines[number]
        if furniture.is_heading(line):
            top = number
        elif not furniture.could_be_title(line):
            break
    return top


def _where_comments_begin(page: Page, first: int, attribution: int) -> int:
    """With no heading: below the longest run of blank lines, or else with the last paragraph."""
    filled = page.filled(first, attribution)
    if not filled:
        return attribution
    gaps = [(b - a, b) for a, b in zip([first - 1, *filled], filled, strict=False)]
    widest, begin = max(gaps)
    if widest > _GAP:
        return begin
    begin = next((b for gap, b in reversed(gaps) if gap > 1), filled[-1])
    page.say(begin, "nothing marks where the article ends", "took the last paragraph for the first comment")
    return begin
