"""Every line of a text page finds a place, whatever is on it, and reading it takes bounded time."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.archive.limits import Refused
from forum.archive.plan import tally
from tests.archive.mill_talk import ARTICLE, BYLINE, GAP
from tests.archive.pages import thread

PIECES = st.sampled_from(
    [
        "mo",
        "Lena B",
        "mo says:",
        "Lena said...",
        "May 4, 2004 at 10:01 AM",
        "Posted May 5, 2004 at 11:02 AM",
        "mo on May 4, 2004 at 10:01 AM",
        "Posted by: Lena | May 5, 2004 at 9:00 PM",
        "by mo (12)",
        "by mo (12) on Tuesday May 4, @10:01AM (#7)",
        "3 hours ago",
        "mo · 3 hours ago",
        "10:01 PM",
        "12.",
        "Reply",
        "Like (3)",
        "Comments",
        "12 Comments",
        "Comments are closed.",
        "Response to mo, 4 May 2004 10:01 AM",
        "They should keep the wheel turning.",
        "",
        "",
        "    ",
        "\t",
    ]
)
LINES = st.lists(st.tuples(st.sampled_from(["", "    ", "\t", "        "]), PIECES), max_size=40)


@settings(deadline=None, max_examples=80)
@given(LINES, st.booleans())
def test_the_sum_of_the_lines_is_the_file_whatever_it_holds(lines: list[tuple[str, str]], gap: bool) -> None:
    text = ARTICLE.format(byline=BYLINE) + (GAP if gap else "\n") + "\n".join(a + b for a, b in lines)
    try:
        found = thread(text)
    except Refused:
        return
    assert sum(tally(found).values()) == found.line_count == len(text.removesuffix("\n").split("\n"))
    assert not [s for s in found.leftover if s.what == "not placed by the reader"]
    source = text.split("\n")
    keys = [comment.key for comment in found.comments]
    assert len(set(keys)) == len(keys)
    for comment in found.comments:
        assert comment.author
        assert comment.body in "\n".join(source[comment.lines[0] - 1 : comment.lines[1]])
        assert comment.parent is None or comment.parent in keys


FILLERS = [
    "x",
    " ",
    "a ",
    "said ",
    "by ",
    "1 ",
    "12:",
    "May 4, ",
    "4 May ",
    "3 hours ",
    "- ",
    "| ",
    "Reply ",
    "(1) ",
    "<x> ",
]


@pytest.mark.parametrize("filler", FILLERS)
def test_a_long_line_of_anything_is_read_in_bounded_time(filler: str) -> None:
    page = ARTICLE.format(byline=BYLINE) + GAP + "mo says:\nMay 4, 2004 at 10:01 AM\n\nYes.\n\n" * 3
    lines = [filler * (length // len(filler)) for length in (110, 190, 290, 200_000)]
    text = page + "\n".join(f"{line}\n{line}mo\nmo{line}\nby {line}\n{line} says:\n{line}May 4, 2004" for line in lines)
    began = time.process_time()
    with contextlib.suppress(Refused):
        thread(text)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "form",
    [
        "mo{n} says:\nMay 4, 2004 at 10:01 AM\n\nYes.\n\n",
        "mo{n} said...\n\nYes.\nMay 4, 2004 10:01 AM\n",
        "{n}\nmo{n}\n3 hours ago\nReply\n",
    ],
)
def test_a_page_of_many_lines_is_read_in_bounded_time(form: str) -> None:
    text = ARTICLE.format(byline=BYLINE) + GAP + "".join(form.format(n=n) for n in range(1_000))
    began = time.process_time()
    assert len(thread(text).comments) == 1_000
    assert time.process_time() - began < 10
