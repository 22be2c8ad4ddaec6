"""What is read out of what people type: every text has a meaning, and what was left out is told."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum.search.folding import places, words
from forum.search.keys import END, Ref, begin_of, key, ref_of
from forum.search.query import LONGEST, MOST, Condition, parse
from forum.search.shown import text_of

ODD = [
    "",
    " ",
    "-",
    "--",
    '"',
    '""',
    '-"',
    "*",
    "^",
    "NEAR",
    "a NEAR b",
    "a AND NOT",
    "(",
    "a)",
    "col:",
    ":",
    "-:",
    "'",
]


@pytest.mark.parametrize("text", ODD)
def test_what_means_something_to_a_database_means_nothing_here(text):
    query = parse(text)
    assert query.told == []
    assert query.conditions == []
    assert all(word.isalnum() for phrase in query.phrases for word in phrase)


def test_words_phrases_and_minus():
    query = parse('Red "long walk" -blue -"deep water" foo:bar')
    assert query.phrases == [("red",), ("long", "walk"), ("foo", "bar")]
    assert query.against == [("blue",), ("deep", "water")]


def test_operators_take_values_with_and_without_quotation_marks():
    query = parse('AUTHOR:ann author:"John Smith" -tag:history in:#12 is:Questions era:THEN')
    assert query.conditions == [
        Condition("author", "ann"),
        Condition("author", "John Smith"),
        Condition("tag", "history", against=True),
        Condition("in", "12"),
        Condition("era", "then"),
    ]
    assert query.told == ["is: takes one of post, comment, question."]


def test_a_date_is_a_year_a_month_or_a_day():
    assert parse("after:2007 before:2007-4").begin == dt.date(2007, 1, 1)
    assert parse("after:2007 before:2007-4").end == dt.date(2007, 4, 1)
    assert parse("before:2007-03-22 before:2008").end == dt.date(2007, 3, 22)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("before:soon", "before: takes a date such as 2007, 2007-03 or 2007-03-22."),
        ("after:2007-13", "after: takes a date such as 2007, 2007-03 or 2007-03-22."),
        ("after:0000", "after: takes a date such as 2007, 2007-03 or 2007-03-22."),
        ("-after:2007", "after: takes a date such as 2007, 2007-03 or 2007-03-22."),
        ("before:\u0662\u0660\u0660\u0667", "before: takes a date such as 2007, 2007-03 or 2007-03-22."),
        ("in:garden", "in: takes the number of a thread, such as in:12, the first number in its address."),
        ("era:later", "era: takes one of then, now, both."),
        ("\U0001f600", "“\U0001f600” holds no letter or digit, so it was left out."),
        ("author:!!!", 'author: takes a name, such as author:name or author:"John Smith".'),
    ],
)
def test_what_was_not_understood_is_told(text, told):
    query = parse(f"garden {text}")
    assert query.told == [told]
    assert query.phrases == [("garden",)]


def test_a_long_search_is_cut_and_says_so():
    query = parse("w" * 1_000_000)
    assert query.told == [f"A search holds {LONGEST} characters. The rest was left out."]
    query = parse(" ".join(str(number) for number in range(30)))
    assert query.told == [f"A search holds {MOST} words and conditions. The rest was left out."]
    assert len(query.phrases) == MOST


def test_a_word_is_the_same_however_it_is_written():
    for text in ("Café", "CAFE", "cafe\u0301s", "\uff43\uff41\uff46\uff45"):
        assert words(text) == ["cafe"]
    assert words("Baghdad's parties' boxes, buses & glasses") == ["baghdad", "party", "box", "buse", "glass"]
    assert words("this is his bus") == ["this", "is", "his", "bus"]
    assert words("東京タワー") == ["東", "京", "タ", "ワ", "ー"]
    assert words("हिन्दी") == ["हिन्दी"]
    assert words("_under_score_ a.b@c") == ["under", "score", "a", "b", "c"]


@given(st.text(max_size=200))
def test_words_hold_nothing_that_a_database_reads(text):
    """Only letters, digits and marks that are no ASCII signs: FTS5 and PostgreSQL both part words at spaces alone."""
    for word in words(text):
        assert word
        assert all(not letter.isascii() or letter.isalnum() for letter in word)
        assert "§" not in word
        assert word == word.lower() or not word.isascii()
    found = list(places(text))
    assert [place.word for place in found] == words(text)
    assert all(0 <= place.start < place.end <= len(text) for place in found)


@given(st.text())
def test_any_text_is_read(text):
    parse(text)


@example(2**29 - 1, "comment", dt.datetime(2173, 1, 1, tzinfo=dt.UTC))
@given(st.integers(1, 2**29 - 1), st.sampled_from(["comment", "post"]), st.datetimes(timezones=st.just(dt.UTC)))
def test_a_key_says_what_it_is_and_when(pk, kind, at):
    made = key(kind, pk, at)
    assert 0 <= made < END
    assert ref_of(made) == Ref(kind, pk)
    assert begin_of(at) <= made < begin_of(at) + 2**30


def test_what_quotes_a_comment_is_not_indexed_and_what_quotes_another_page_is():
    quote = '<blockquote class="quote" dir="auto"><p class="quote-source"><a href="/comments/1/">ann wrote</a></p>'
    html = f"<p>One &amp; two<br>three</p>{quote}<p>four</p><blockquote><p>five</p></blockquote></blockquote><p>six</p>"
    assert text_of(html) == "One & two three six"
    assert text_of("<blockquote><p>five</p></blockquote><p>s<b>ix</b></p>") == "five six"
