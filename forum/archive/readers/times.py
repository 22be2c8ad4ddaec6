"""What the printed times of a page's comments say, all of them together, and what is odd about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from forum.archive import dates
from forum.archive.dates import Printed
from forum.archive.items import Anomaly, Comment, Moment, Post
from forum.archive.readers.page import WHOLE_FILE, Page


def moments(page: Page, printed: Sequence[Printed | None], *, near: str) -> list[Moment]:
    """The moment of each comment; `near` is the local time of the article, for days and years that are not printed."""
    months_first = dates.month_first(each for each in printed if each)
    days = _days_of_clocks(page, printed, near)
    return [
        dates.moment(_on(each, day), months_first=months_first, printed=each.text, near=near) if each else Moment()
        for each, day in zip(printed, days, strict=True)
    ]


def _days_of_clocks(page: Page, printed: Sequence[Printed | None], near: str) -> list[date | None]:
    """Where a page prints times of day alone, the day of each: the article's, and the next when the time goes back."""
    clocks = [(each.hour or 0, each.minute) for each in printed if each and each.is_clock]
    back = sum(later < earlier for earlier, later in pairwise(clocks))
    if not clocks or not near or back * 2 > len(clocks):
        return [None] * len(printed)
    page.say_of_all(
        f"{len(clocks)} times without a day", "counted from the article's day; a time that goes back is the next's"
    )
    day, last = date.fromisoformat(near[:10]), _clock(near)
    found: list[date | None] = []
    for each in printed:
        if each and each.is_clock:
            now = (each.hour or 0, each.minute)
            day, last = day + timedelta(days=now < last), now
        found.append(day if each and each.is_clock else None)
    return found


def _clock(near: str) -> tuple[int, int]:
    """The time of day of the article, or midnight when only its day is known."""
    return (int(near[11:13]), int(near[14:16])) if len(near) > len("2007-03-22") else (0, 0)


def _on(printed: Printed, day: date | None) -> Printed:
    return replace(printed, year=day.year, first=day.month, second=day.day) if day else printed


def say(page: Page, comments: Sequence[Comment], post: Post) -> None:
    """Note what is odd about the times of the comments, and that no zone is stated where none is."""
    if not any(comment.moment.zone for comment in comments):
        line = post.byline_lines[0] if post.byline_lines else WHOLE_FILE
        page.anomalies.append(Anomaly(line, "zone not stated", "times kept as printed, without an instant"))
    unread, early, latest = [], [], ""
    for comment in comments:
        local = comment.moment.local
        if not local:
            unread.append(comment.lines[1] - 1)
        elif local < latest[: len(local)]:
            early.append(comment.lines[1] - 1)
        else:
            latest = local
    page.say_of_each(unread, "a date that is none, or could be two", "dates that are none, or two", "kept as text")
    page.say_of_each(
        early,
        "earlier than what stands before it",
        "comments earlier than what stands before",
        "page order kept",
    )
