"""Disqus exports: comments that stand anywhere in the file, joined with their pages."""

import pytest

from forum.archive import readers, spool
from forum.archive.items import SavedFile
from forum.archive.limits import MAX_BODY_BYTES
from tests.archive.exports import disqus_file, page, read_disqus, said


def test_the_format_is_found_by_content() -> None:
    for text in (disqus_file(), "Notice: nothing\n" + disqus_file()):
        reader, guess = readers.choose(SavedFile("x.txt", text.encode()))
        assert (reader.key, guess.certainty) == ("disqus", 1.0)


@pytest.mark.parametrize("in_memory", [0, 100])
def test_comments_are_joined_with_their_pages_wherever_they_stand(
    in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    threads, _ = read_disqus(
        disqus_file(said(13, on=2), page(1), said(12), said(11, on=2, answers=13), page(2), said(10, answers=12))
    )
    found = [(t.post.key, [(c.key, c.parent, c.parent_basis) for c in t.comments], t.threaded) for t in threads]
    assert found == [
        (
            "disqus:thread:1",
            [
                ("disqus:comment:10", "disqus:comment:12", "format"),
                ("disqus:comment:12", None, "none"),
            ],
            True,
        ),
        (
            "disqus:thread:2",
            [
                ("disqus:comment:11", "disqus:comment:13", "format"),
                ("disqus:comment:13", None, "none"),
            ],
            True,
        ),
    ]


def test_a_page_and_a_comment_are_read_with_what_is_said_of_them() -> None:
    threads, _ = read_disqus(disqus_file(page(1), said(10)))
    post, comment = threads[0].post, threads[0].comments[0]
    assert (post.title, post.author, post.address) == ("The mill & the river", "Hanna", "https://mill.example/1/")
    assert (comment.author, comment.body, comment.format) == ("Mo", "<p>Keep it.</p>", "html")
    assert (comment.identity, comment.source_id) == ("mo@secret.example", "comment-10")
    assert (comment.moment.printed, comment.moment.zone) == ("2011-03-08T10:10:00Z", "UTC")
    assert comment.moment.instant == "2011-03-08T10:10:00+00:00"
    for source in (post.source, comment.source):
        assert "secret" not in source
        assert "203.0" not in source
        assert "<name>" in source


def test_deleted_comments_and_spam_are_marked() -> None:
    threads, _ = read_disqus(
        disqus_file(page(1), said(1, isDeleted="true"), said(2, isSpam="true", isDeleted="true"), said(3))
    )
    assert [c.state for c in threads[0].comments] == ["deleted", "spam", "published"]


def test_comments_on_a_page_that_is_missing_are_kept_for_moderators() -> None:
    threads, _ = read_disqus(disqus_file(page(1, isDeleted="true"), said(1), said(2, on=99)))
    assert [thread.post.state for thread in threads] == ["held", "held"]
    assert "thread 99" in threads[1].post.title
    assert [c.key for c in threads[1].comments] == ["disqus:comment:2"]
    assert all(thread.anomalies[0].done == "held for the moderators" for thread in threads)


def test_what_finds_no_place_is_listed() -> None:
    threads, rest = read_disqus(
        disqus_file(page(1), page(2), page(2), said(1), said(3, body="x" * MAX_BODY_BYTES), "<post></post>\n")
    )
    assert len(threads) == 1
    assert [stretch.what for stretch in rest.leftover] == [
        "a thread without comments",
        "a thread without an id of its own",
        "a comment that is too long",
        "a comment that names no thread",
    ]


def test_a_page_without_a_title_is_named_by_its_address() -> None:
    assert read_disqus(disqus_file(page(1, title=""), said(1)))[0][0].post.title == "mill.example/1/"


@pytest.mark.parametrize("date", ["2011-x9-30", "2999-01-01T00:00:00Z"])
def test_dates_that_are_none_and_missing_ids_are_told(date: str) -> None:
    odd = said(1, createdAt=date).replace(' dsq:id="1">', ">", 1)
    threads, _ = read_disqus(disqus_file(page(1), odd, odd))
    first, second = threads[0].comments
    assert (first.moment.printed, first.moment.local) == (date, "")
    assert first.key != second.key
    assert {a.what for a in threads[0].anomalies} == {"a date that is none", "no id"}


def test_every_line_is_in_exactly_one_place() -> None:
    text = disqus_file(page(1), "\n", said(1), page(3), said(2, on=9), "<!-- \n -->", said(4))
    threads, rest = read_disqus(text)
    seen: list[int] = []
    for thread in threads:
        pieces = [*(c.lines for c in thread.comments), *(stretch.lines for stretch in thread.furniture)]
        seen += [line for first, last in pieces for line in range(first, last + 1)]
    for stretch in (*rest.furniture, *rest.leftover):
        seen += range(stretch.lines[0], stretch.lines[1] + 1)
    assert sorted(seen) == list(range(1, rest.line_count + 1))
    assert rest.line_count == len(text.splitlines())
