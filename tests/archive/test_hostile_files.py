"""A file may hold anything: it is refused with a reason or read, in bounded time, and never half."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from forum.archive import limits
from forum.archive.limits import Refused
from forum.archive.readers import shapes
from tests.archive import html_pages
from tests.archive.pages import AFTER, ARTICLE, BEFORE, comments, plan, thread
from tests.pace import slower


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails when what is inside takes more processor time than that on an idle core."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds * slower()


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    with within(1), pytest.raises(Refused, match="at most"):
        plan(b"a" * (64 * 1024 * 1024))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Refused, match="empty"):
        plan(b"")


@pytest.mark.parametrize("data", [b"\n" * 5000, b"\x00" * 5000, b" ", b"\xff\xfe\x00", b"\xef\xbb\xbf"])
def test_files_of_nothing_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        plan(data)


def test_bytes_that_are_no_utf_8_are_read_and_told() -> None:
    found = plan(AFTER.encode().replace(b"pond", b"pond\xff\x81\x00")).threads[0]
    assert found.comments[1].body.count("pondÿ\ufffd") == 1
    assert {"1 control characters", "1 characters already lost (U+FFFD)"} <= {a.what for a in found.anomalies}


# Below, as many lines and letters as take a second: what grows with their square would take several times the limit.


def test_a_page_of_twenty_thousand_lines_is_read_in_bounded_time() -> None:
    lines = (f"word{n} said\n\nmo{n % 999} on May 4, 2004 at 10:01 AM\n\n" for n in range(5_000))
    text = ARTICLE + "".join(lines)
    with within(3):
        assert len(comments(text)) == 5_000


def test_thousands_of_repeats_of_one_attribution_are_read_in_bounded_time() -> None:
    with within(3):
        found = thread(AFTER + "mo on May 4, 2004 at 10:01 AM\n\n" * 5_000)
    assert found.attribution_lines == 5_003


def test_too_many_comments_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.readers.text_page.MAX_COMMENTS", 2)
    with pytest.raises(Refused, match="3 comments; at most 2"):
        plan(AFTER)


@pytest.mark.parametrize("filler", ["x", " ", "a ", "May 4, ", "on ", "“", "\t\t", "1:"])
def test_a_line_of_a_megabyte_is_read_in_bounded_time(filler: str) -> None:
    long = filler * (1_000_000 // len(filler))
    for text in (AFTER, BEFORE):
        with within(1.5):
            found = thread(text.replace("Keep it,", f"Keep {long} it,"))
        assert len(found.comments) == 2
        assert "not imported" in [a.done for a in found.anomalies]
        assert [s.what for s in found.leftover if "a comment of" in s.what]


def test_a_long_line_after_an_attribution_is_read_in_bounded_time() -> None:
    for filler in (" ", "x", " said"):
        line = "2004-05-04 10:01 " + filler * (1_000_000 // len(filler))
        with within(20), pytest.raises(Refused):
            plan(f"{ARTICLE}{line}\n\n{line}\n")


DATE = "May 4, 2004 at 10:01 AM"


@pytest.mark.parametrize(
    "line",
    [
        "Bob" + " on:" * 21 + f" and {DATE}",
        "on:" * 27 + f"Bob {DATE}",
        "Response to Bob " + "-" * 24 + f" and {DATE}",
    ],
)
def test_a_line_that_may_be_read_in_many_ways_is_read_in_bounded_time(line: str) -> None:
    with within(5):
        found = comments(AFTER.replace("Keep it", f"{line}\n\nKeep it"))
    assert len(found) == 3


def test_buttons_that_may_be_told_apart_in_many_ways_are_read_in_bounded_time() -> None:
    buttons = "rate up. " * 5 + "5 recs " * 4  # each of them one button, or two, or a part of the one before
    with within(1):
        assert shapes.is_layout(buttons)
        assert not any(shapes.is_layout(f"{buttons}{mark}") for mark in "$%&=*")


def saved(*, title: str = "/the-ferry", link: str = "#comment-1", ident: str = "comment-1") -> str:
    """A page whose heading leads to ``title``, and whose first comment has the id ``ident`` and leads to ``link``."""
    said = '<li class="comment"{}><cite>{}</cite> <span>March 22, 2007 at 6:0{} pm</span>{}<p>That is so.</p></li>'
    first = said.format(f' id="{ident}"', "Mo", 1, f'<a href="{link}">#</a>')
    listed = first + said.format("", "Lena", 2, "") + said.format("", "Oskar", 3, "")
    article = html_pages.PLAIN_ARTICLE.replace("The ferry", f'<a href="{title}">The ferry</a>')
    return html_pages.page(article, f'<ol class="commentlist">{listed}</ol>')


@pytest.mark.parametrize("ident", ["a" * 27, "a-" * 50_000, "c" * 50_000, "c1" * 25_000, "1" * 50_000 + "-"])
def test_an_id_of_many_letters_is_read_in_bounded_time(ident: str) -> None:
    with within(5):
        assert len(html_pages.comments(saved(link=f"#{ident}"))) == 3
        assert len(html_pages.comments(saved(ident=ident))) == 3


@pytest.mark.parametrize("address", ["http://[gone/2007/", "http://[x]y/", "http://a:b@[/"])
def test_a_link_that_is_no_address_stands_in_no_way(address: str) -> None:
    found = html_pages.thread(saved(title=address, link=address))
    assert (found.post.title, len(found.comments)) == ("The ferry", 3)


def test_an_article_over_the_limit_is_refused() -> None:
    words = "The mill stood. " * (limits.MAX_ARTICLE_BYTES // 16 + 1)
    with pytest.raises(Refused, match="article has"):
        plan(AFTER.replace("The old mill", words + "The old mill"))


def test_markup_in_names_and_texts_is_only_text() -> None:
    evil = "<script>alert(1)</script>"
    found = comments(AFTER.replace("mo on", f"{evil} on").replace("Keep it", f"Keep {evil} it"))
    assert found[0].author == evil
    assert evil in found[2].body


def test_a_reply_to_what_was_not_imported_stands_at_the_top_level() -> None:
    saying = "the miller kept a heron in the loft for nineteen winters and it never once complained"
    long = saying + " x" * limits.MAX_BODY_BYTES
    text = AFTER.replace("They should", f"{long} They should").replace("Keep it", f"{saying}\n\nKeep it")
    assert [c.parent for c in comments(text)] == [None, None]
