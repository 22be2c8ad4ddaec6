"""An excerpt is plain text, cut at a word, in the writer's own words."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.excerpt import excerpt, is_seen, opening, paragraphs
from forum.text.markdown import Quoted, render


def test_tags_and_entities_become_plain_text() -> None:
    assert excerpt('<p dir="auto">a <b>b</b>c &lt;i&gt; &amp;amp;</p><p>d<br>e</p>', 99) == "a bc <i> &amp; d e"


def test_the_cut_is_at_a_word() -> None:
    assert excerpt("<p>one two three</p>", 13) == "one two three"
    assert excerpt("<p>one two, three</p>", 12) == "one two…"
    assert excerpt("<p>unbroken</p>", 5) == "unbr…"
    assert excerpt("<p>" + "e\u0301" * 9 + "</p>", 6) == "e\u0301e\u0301…"
    assert len(excerpt("<p>" + "word " * 99 + "</p>", 50)) <= 50


def test_quoted_words_are_left_out_unless_there_are_no_others() -> None:
    def resolve(_: int) -> Quoted | None:
        return Quoted("driller", "/comments/1/", True)

    assert excerpt(render("> #c1\n> theirs\n\nmine", resolve=resolve).html, 50) == "mine"
    assert excerpt(render("> #c1\n> theirs", resolve=resolve).html, 50) == "driller wrote theirs"
    assert excerpt("", 50) == ""


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>One. Two, still two! Three.</p>", "One. Two, still two!"),
        ("<p>One alone</p>", "One alone"),
        ("<p>He said “No.” Then left. And more.</p>", "He said “No.” Then left."),
        ("<p>One.</p><figure><blockquote>Theirs. Too.</blockquote><figcaption>CNN</figcaption></figure><p>Two. 3.</p>",
         "One. Two."),
    ],
)  # fmt: skip
def test_an_opening_is_the_writers_first_sentences(html: str, words: str) -> None:
    assert opening(html, 2, 400) == words


def test_an_opening_is_never_longer_than_asked() -> None:
    assert len(opening("<p>" + "word " * 500 + "</p>", 2, 100)) <= 100


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[1]: http://a.example/x",
        ">",
        "-",
        "1.",
        "#",
        "\u200b",
        "\u3164",
        "&#8203;",
        "&nbsp;",
        "\u2800",
        "[](/x)",
        "> - \u00ad",
    ],
)
def test_of_some_words_nothing_is_seen(source: str) -> None:
    assert not is_seen(render(source, resolve=None).html)


@pytest.mark.parametrize("source", ["a", ".", "---", "```\n```", "![](/x.png)", "<", "\u200ba", "ㅤ한"])
def test_a_letter_a_rule_a_picture_or_code_is_seen(source: str) -> None:
    assert is_seen(render(source, resolve=None).html)


INLINE = ["words ", "unbroken", "  \n", "&amp;", "&lt;i&gt;", "One. Two! ", "<b>", "</b>", "<br>", "e\u0301"]
pieces = st.sampled_from([*INLINE, "<p>", "</p>", "<blockquote>", "</blockquote>", "<figure>", "</figure>"])


@given(st.lists(pieces, max_size=60).map("".join), st.integers(1, 40))
def test_reading_the_beginning_alone_gives_what_reading_everything_gives(html: str, length: int) -> None:
    rest = "words" + " more words" * 50
    for cut in (excerpt, lambda text, most: opening(text, 2, most)):
        with patch("forum.text.excerpt._MARGIN", 10**9):
            everything = cut(f"{html}<p>{rest}</p>", length)
        assert cut(f"{html}<p>{rest}</p>", length) == everything


def test_each_piece_is_a_line_of_its_own_without_marks_and_captions() -> None:
    html = (
        "<p>One <b>two</b><br>three &amp; four</p><ul><li>five</li><li>\n six</li></ul>"
        "<figure><blockquote><p>seven</p></blockquote><figcaption>CNN</figcaption></figure><pre>eight</pre>"
    )
    assert paragraphs(html) == ["One two three & four", "five", "six", "seven", "eight"]
