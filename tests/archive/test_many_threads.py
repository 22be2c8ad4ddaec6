"""The plan of a file with many threads is made thread by thread, and every line of it is accounted for."""

import dataclasses

import pytest

from forum.archive.items import Anomaly, Post, Rest, Stretch, Thread
from forum.archive.plan import as_text
from tests.archive.threads import Mill, as_told, said, talk


def ground(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> Thread:
    return Mill(thread).plan(monkeypatch).threads[0]


def parents(thread: Thread) -> list[str | None]:
    return [comment.parent for comment in thread.comments]


def two() -> Mill:
    second = talk([said(5, lines=(9, 12))])
    second = dataclasses.replace(second, post=dataclasses.replace(second.post, key="talk:two", lines=(8, 8)))
    first = talk([said(1, lines=(3, 3)), said(2, lines=(4, 5))], pings=(said(3, lines=(6, 6), kind="pingback"),))
    rest = Rest(
        16,
        furniture=(Stretch((1, 1), "the head"), Stretch((7, 7), "an end")),
        leftover=(Stretch((13, 13), "an option"),),
        anomalies=(Anomaly(13, "an option", "left out"),),
        blank_lines=frozenset({14, 16}),
    )
    return Mill(first, second, rest=rest)


def test_every_line_of_the_file_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = two().plan(monkeypatch)
    told = plan.account().tally
    assert sum(told.values()) == 16
    assert {name: n for name, n in told.items() if n} == {
        "article": 2,
        "comments": 7,
        "pings": 1,
        "furniture": 2,
        "remainder": 2,
        "blank": 2,
    }
    assert [(a.line, a.what) for a in plan.anomalies] == [(13, "an option"), (15, "lines that found no place")]
    assert as_told(plan)["counts"]["lines"] == {"file": 16, **told}
    assert "Lines: 16 in the file = 2 article + 7 comments + 1 pings + 2 furniture" in as_text(plan)


def test_threads_can_be_gone_through_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = two().plan(monkeypatch)
    assert [thread.post.key for thread in plan.threads] == ["talk:post", "talk:two"]
    assert [thread.post.key for thread in plan.threads] == ["talk:post", "talk:two"]
    assert (len(plan.threads), len(plan.anomalies)) == (2, 2)


def test_making_a_plan_of_a_large_file_reads_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mill = two()
    mill.plan(monkeypatch)
    assert mill.times == 0


def test_what_an_author_answers_may_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = ground(talk([said(1, parent="talk:2", parent_basis="format"), said(2)]), monkeypatch)
    assert parents(thread) == ["talk:2", None]
    assert thread.anomalies == ()


@pytest.mark.parametrize(
    ("comment", "what"),
    [
        (said(2, parent="talk:9", parent_basis="format"), "its parent is not in the file"),
        (said(2, parent="talk:2", parent_basis="format"), "its parent stands under it: a loop"),
        (said(2, parent="talk:7", parent_basis="format"), "it answers a pingback or trackback"),
        (said(2, parent="talk:8", parent_basis="format"), "its parent is spam, which is not imported"),
    ],
)
def test_what_answers_nothing_that_is_here_stands_alone(
    comment: object, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pings, spam = (said(7, kind="trackback"),), said(8, state="spam")
    thread = ground(talk([said(1), comment, spam], pings=pings), monkeypatch)  # type: ignore[list-item]
    assert parents(thread) == [None, None, None]
    assert [(a.line, a.what) for a in thread.anomalies] == [(12, what)]


def test_a_loop_is_broken_at_its_first_comment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    of = {1: 0, 2: 4, 3: 2, 4: 3, 5: 4}
    comments = [said(0)] + [said(n, parent=f"talk:{of[n]}", parent_basis="format") for n in range(1, 6)]
    thread = ground(talk(comments), monkeypatch)
    assert parents(thread) == [None, "talk:0", None, "talk:2", "talk:3", "talk:4"]
    assert len(thread.anomalies) == 1


def test_a_chain_of_a_hundred_thousand_is_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    down = [said(n, parent=f"talk:{n + 1}", parent_basis="format") for n in range(100_000)]
    thread = ground(talk([*down, said(100_000)]), monkeypatch)
    assert thread.anomalies == ()
    assert thread.comments[0].parent == "talk:1"


def test_an_id_that_comes_twice_is_two_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = ground(talk([said(1), said(1, body="Others."), said(2, parent="talk:1")]), monkeypatch)
    assert [comment.key for comment in thread.comments] == ["talk:1", "talk:1#2", "talk:2"]
    assert thread.comments[2].parent == "talk:1"
    assert [a.what for a in thread.anomalies] == ["its id is that of the comment at line 11"]


def test_quotations_set_no_parents_where_the_source_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "the wheel of that old mill turned once a day for the whole of the winter"
    thread = ground(talk([said(1, body=words), said(2, body=f"{words}\n\nIt never did.")]), monkeypatch)
    assert [len(comment.quotes) for comment in thread.comments] == [0, 1]
    assert parents(thread) == [None, None]


def test_no_quotation_is_sought_among_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.plan.QUOTES_SOUGHT", 2)
    thread = ground(talk([said(n) for n in range(3)]), monkeypatch)
    assert [a.done for a in thread.anomalies] == ["looked for no quotations among them"]


def test_held_deleted_and_spam_are_told_and_pings_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    comments = [said(1), said(2, state="held"), said(3, state="spam"), said(4, state="deleted")]
    pings = (said(5, kind="pingback"), said(6, kind="trackback"), said(7, kind="trackback"))
    text = as_text(Mill(talk(comments, pings=pings)).plan(monkeypatch))
    assert "of these 1 deleted, 1 held, 1 spam, not imported" in text
    assert "Kept apart from the comments: 1 pingback, 2 trackbacks" in text


def test_a_file_of_many_threads_can_hold_a_thread_without_a_post_text(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = talk([said(1)])
    bare = Post("talk:bare", "", "", thread.post.moment, "", (1, 1))
    assert ground(dataclasses.replace(thread, post=bare), monkeypatch).post.key == "talk:bare"
