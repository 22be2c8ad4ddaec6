"""An excerpt is plain text, cut at a word, in the writer's own words."""

from forum.text.excerpt import excerpt
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
