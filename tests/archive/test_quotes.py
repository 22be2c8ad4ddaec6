"""Replies are inferred from words repeated, and from nothing less."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.archive.items import Comment
from forum.text.plain import Span, render
from tests.archive.pages import ARTICLE, comments, thread

SAYING = "the miller kept a heron in the loft for nineteen winters and it never once complained"


def page(*said: tuple[str, str], article: str = ARTICLE) -> str:
    """A page on which these people say these words, a minute apart."""
    return article + "".join(
        f"{body}\n\n{name} on May 4, 2004 at 10:{minute:02} AM\n\n" for minute, (name, body) in enumerate(said)
    )


def quoted(comment: Comment) -> list[str]:
    return [comment.body[quote.start : quote.end] for quote in comment.quotes]


def test_words_of_another_are_a_quotation_and_make_a_reply() -> None:
    first, second = comments(page(("mo", f"I know that {SAYING}."), ("Lena", f"{SAYING}.\n\nAnd then?")))
    assert (second.parent, second.parent_basis) == (first.key, "quote")
    assert quoted(second) == [f"{SAYING}."]


@pytest.mark.parametrize(
    "said",
    [
        f"“{SAYING}”\n\nAnd then?",
        f'"{SAYING}\n\nAnd then?',
        f"You say {SAYING}, and then?",
        "Of other things first. " * 10 + f"\n\n{SAYING}\n\nAnd then?",
    ],
    ids=["in marks", "with one mark lost", "in a sentence", "far down"],
)
def test_words_of_another_that_are_not_set_apart_are_a_quotation_and_no_reply_yet(said: str) -> None:
    first, second = comments(page(("mo", f"I know that {SAYING}."), ("Lena", said)))
    assert [quote.of for quote in second.quotes] == [first.key]
    assert (second.parent, second.parent_basis) == (None, "none")


def test_the_marks_around_a_passage_go_with_it() -> None:
    for said, passage in [
        (f'@mo "{SAYING}." Really?', f'"{SAYING}."'),
        (f"You say ({SAYING}), but why?", f"({SAYING}),"),
        (f"You say “{SAYING}…”", f"“{SAYING}…”"),
        (f"You say '{SAYING}'s", SAYING),
    ]:
        _, second = comments(page(("mo", f"I know that {SAYING}."), ("Lena", said)))
        assert quoted(second) == [passage]


def test_too_few_words_prove_nothing() -> None:
    short = " ".join(SAYING.split()[:7])
    _, second = comments(page(("mo", f"I know that {SAYING}."), ("Lena", f"{short}\n\nAnd then?")))
    assert second.parent is None


def test_long_comments_need_longer_quotations() -> None:
    nine, rest = " ".join(SAYING.split()[:9]), " ".join(f"word{n}" for n in range(60))
    _, second = comments(page(("mo", f"{SAYING} {rest}"), ("Lena", f"{nine}\n\n{rest[::-1]}")))
    assert second.parent is None


def test_words_of_the_article_prove_nothing() -> None:
    article = ARTICLE.replace("The council", f"It is said that {SAYING}. The council")
    _, second = comments(page(("mo", f"{SAYING}? Ha."), ("Lena", f"{SAYING}\n\nWell."), article=article))
    assert second.parent is None


def test_words_of_ones_own_prove_nothing() -> None:
    _, second = comments(page(("mo", f"I know that {SAYING}."), ("Mo", f"{SAYING}\n\nAs I said.")))
    assert second.parent is None


def test_a_text_that_is_repeated_whole_is_a_comment_of_its_own() -> None:
    found = thread(page(("mo", f"I know that {SAYING}."), ("Lena", SAYING)))
    assert found.comments[1].parent is None
    assert any("whole text stands already" in anomaly.what for anomaly in found.anomalies)


def whole_texts(times: int) -> list[str]:
    """What is told of so many comments that say what the first one said."""
    said = page(("mo", f"I know that {SAYING}."), *[(f"Lena {n}", f"I know that {SAYING}.") for n in range(times)])
    return [anomaly.what for anomaly in thread(said).anomalies if "whole text" in anomaly.what]


def test_many_texts_that_stand_above_already_are_told_together() -> None:
    assert whole_texts(5) == ["the whole text stands already at line 12"] * 5
    assert whole_texts(6) == ["6 comments whose whole text stands above already, the first here"]


def test_the_reply_goes_to_whoever_said_it_first() -> None:
    first, second, third = comments(
        page(("mo", f"I know that {SAYING}."), ("Lena", f"{SAYING}\n\nNo."), ("Ida", f"{SAYING}\n\nYes."))
    )
    assert second.parent == third.parent == first.key


def test_a_quotation_ends_with_its_paragraph() -> None:
    first = f"I know that {SAYING}.\n\nAnd it sang."
    _, second = comments(page(("mo", first), ("Lena", f"{SAYING}.\n\nAnd I doubt it.")))
    assert quoted(second) == [f"{SAYING}."]


def test_a_comment_that_is_earlier_in_time_answers_nobody() -> None:
    text = page(("mo", f"I know that {SAYING}."), ("Lena", f"{SAYING}\n\nNo."))
    _, second = comments(text.replace("10:01 AM", "9:01 AM"))
    assert second.parent is None


def test_a_name_at_the_start_or_agreement_sets_no_parent() -> None:
    found = comments(page(("mo", "Keep the wheel."), ("Lena", "@mo I agree, keep the wheel.")))
    assert not any(comment.parent for comment in found)


PIECES = st.sampled_from(
    [SAYING, "no bird has ever paid rent so late and with such grace as that one did", "Yes.", '"', "”", "\n\n", ", "]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["mo", "Ida", "Bo"]), st.lists(PIECES, max_size=6)), min_size=2, max_size=7))
def test_whatever_is_quoted_can_be_shown(said: list[tuple[str, list[str]]]) -> None:
    """Passages are apart, in order, and of earlier comments."""
    text = "".join(
        f"{' '.join(pieces)}\n\n{name} on May 4, 2004 at 10:{len(pieces):02} AM\n\n" for name, pieces in said
    )
    found = comments(ARTICLE + "First words.\n\nmo on May 4, 2004 at 9:30 AM\n\n" + text)
    number = {comment.key: n for n, comment in enumerate(found)}
    for n, comment in enumerate(found):
        spans = [Span(q.start, q.end, q.attribution_start, q.attribution_end, number[q.of]) for q in comment.quotes]
        assert all(span.of < n for span in spans)
        render(comment.body, quotes=spans, resolve=lambda _: None)
