"""Names after an @: linked where they are a member's, and only words in code, links and e-mail addresses."""

import time

import pytest
from lxml.html import fragment_fromstring

from forum.text.markdown import render
from forum.text.mentions import MOST, names_in

KNOWN = {"ann": "/members/ann/", "ben-x": "/members/ben-x/", "o'hara": "/members/o'hara/", "жанна": "/members/жанна/"}


def linked(words: str) -> list[str]:
    """The names that are links in the rendered words; only known ones may be."""
    return names_in(render(words, resolve=None, people=lambda names: {n: KNOWN[n] for n in names if n in KNOWN}).html)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("@ann", ["ann"]),
        ("Hello @ann, and @Ann!", ["ann", "Ann"]),
        ("(@ann) **@ben-x** _@ann_", ["ann", "ben-x"]),
        ("@ann's and @o'hara's, @ann. @ann-", ["ann", "o'hara"]),
        ("@жанна", ["жанна"]),
        ("# @ann\n\n- @ben-x", ["ann", "ben-x"]),
        ("`@ann` and\n\n    @ann\n\n```\n@ann\n```", []),
        ("[@ann](https://example.org/) ![@ann](https://example.org/x.png)", []),
        ("https://example.org/@ann me@ann.org x@ann @@ann /@ann \\@ann", []),
        ("@nobody @annabel @ann_b @a @", []),
        ("> @ann wrote\n\n@ben-x", ["ben-x"]),
        ("@" + "a" * 60, []),
    ],
)
def test_names_are_linked_where_they_name_somebody(words, expected):
    assert linked(words) == expected


@pytest.mark.parametrize("words", ["@ann's and @o'hara's, so", "@ann. @ann-", "@ann-marie, @nobody's @жанна."])
def test_what_stands_after_a_name_stays(words):
    html = render(words, resolve=None, people=lambda names: {n: KNOWN[n] for n in names if n in KNOWN}).html
    assert fragment_fromstring(html).text_content() == words


def test_names_nobody_has_stay_as_they_were_written():
    html = render("Mail <a@ann.org>, @nobody & `@x`.", resolve=None, people=lambda names: {}).html
    assert "@nobody" in html
    assert "/members/" not in html


def test_at_most_ten_names_are_looked_up_and_at_once():
    asked = []

    def people(names):
        asked.append(names)
        return {name: f"/members/{name}/" for name in names}

    html = render(" ".join(f"@member{n}" for n in range(1_000)), resolve=None, people=people).html
    assert len(asked) == 1
    assert len(asked[0]) == MOST
    assert len(names_in(html)) == MOST


@pytest.mark.parametrize("piece", ["@", "@a", "@ab ", "@ann.", "@ann'", "@ann-", "a@b", "@\u0301"])
def test_names_take_time_in_step_with_the_length(piece):
    def seconds(length: int) -> float:
        words, began = piece * (length // len(piece)), time.process_time()
        render(words, resolve=None, people=lambda names: {})
        return time.process_time() - began

    seconds(100)
    assert min(seconds(10_000) for _ in range(3)) < 0.5
