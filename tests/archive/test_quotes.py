"""Replies are inferred from words repeated, and from nothing less."""

from forum.archive.items import Comment
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
    first, second = comments(page(("mo", f"I know that {SAYING}."), ("Lena", f"“{SAYING}”\n\nAnd then?")))
    assert (second.parent, second.parent_basis) == (first.key, "quote")
    assert quoted(second) == [f"“{SAYING}”"]


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
