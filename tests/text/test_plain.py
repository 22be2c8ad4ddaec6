"""Imported words keep their lines and spelling; quotations in them are blocks of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.html import TooLarge, sanitise
from forum.text.plain import Block, Span, render, render_article
from forum.text.quotations import Quoted
from tests.text.test_html import MUTATIONS, assert_inert

BODY = "before\n\nold words\n\nsecond\n\ndriller on March 22, 2007\n\nmine"
START, END = BODY.index("old"), BODY.index("\n\ndriller")
LINE, LINE_END = BODY.index("driller"), BODY.index("\n\nmine")
SPAN = Span(START, END, LINE, LINE_END, of=7)


def resolve(number: int) -> Quoted | None:
    return Quoted("[name removed]", f"/comments/{number}/", True) if number == 7 else None


def test_a_blank_line_parts_paragraphs_and_a_line_break_stays() -> None:
    html = render("one\ntwo\n \nthree  thre\n", resolve=resolve).html
    assert html == '<p dir="auto">one<br>two</p>\n<p dir="auto">three  thre</p>'


def test_nothing_is_linked_or_read_as_markup() -> None:
    html = render("http://a.example *x* <b>&amp;</b> #c7", resolve=resolve).html
    assert html == '<p dir="auto">http://a.example *x* &lt;b&gt;&amp;amp;&lt;/b&gt; #c7</p>'


@pytest.mark.parametrize("attack", MUTATIONS)
def test_no_attack_survives(attack: str) -> None:
    assert_inert(render(attack, resolve=resolve).html)
    assert_inert(render_article(attack, blocks=[Block(0, 0, attack)]))


@given(st.text(max_size=60))
def test_every_word_is_kept(source: str) -> None:
    html = render(source, resolve=resolve).html
    assert sanitise(html) == html


def test_a_quotation_is_a_block_and_its_printed_name_is_replaced() -> None:
    rendered = render(BODY, quotes=[SPAN], resolve=resolve)
    assert rendered.quotes == (7,)
    assert rendered.html == (
        '<p dir="auto">before</p>\n<blockquote class="quote" dir="auto">\n'
        '<p class="quote-source" dir="auto"><a href="/comments/7/" dir="auto">[name removed] wrote</a></p>\n'
        '<p dir="auto">old words</p>\n<p dir="auto">second</p>\n</blockquote>\n<p dir="auto">mine</p>'
    )
    assert "driller" not in rendered.html


def test_a_quotation_of_what_is_not_shown_hides_words_and_name() -> None:
    html = render(BODY, quotes=[Span(START, END, LINE, LINE_END, of=8)], resolve=resolve).html
    assert "old words" not in html
    assert "driller" not in html
    assert "no longer shown" in html


def test_an_attribution_alone_still_names_what_it_answers() -> None:
    html = render(BODY, quotes=[Span(LINE, LINE, LINE, LINE_END, of=7)], resolve=resolve).html
    assert "driller" not in html
    assert html.count("quote-source") == 1
    assert '<p dir="auto">old words</p>' in html


def test_a_quotation_without_attribution_is_named() -> None:
    html = render(BODY, quotes=[Span(START, END, None, None, of=7)], resolve=resolve).html
    assert "[name removed] wrote" in html
    assert "driller on March 22, 2007" in html


@pytest.mark.parametrize(
    ("before", "left"), [("> ", ""), ("so > ", '<p dir="auto">so &gt;</p>\n'), ("so\n> ", '<p dir="auto">so</p>\n')]
)
def test_a_mark_is_one_of_mail_where_it_begins_a_line(before: str, left: str) -> None:
    quoted = Span(len(before), len(before) + len("old words"), None, None, of=7)
    head, _, passage = render(f"{before}old words", quotes=[quoted], resolve=resolve).html.partition("<blockquote")
    assert head == left
    assert '<p dir="auto">old words</p>' in passage


def test_the_marks_of_mail_before_a_quotation_are_not_words() -> None:
    body = "Well.\n> old words\n> > and\n\n> second\n\nmine > yours\n> kept"
    quoted = [Span(body.index("old"), body.index("\n\nmine"), None, None, of=7)]
    assert render(body, quotes=quoted, resolve=resolve).html == (
        '<p dir="auto">Well.</p>\n<blockquote class="quote" dir="auto">\n'
        '<p class="quote-source" dir="auto"><a href="/comments/7/" dir="auto">[name removed] wrote</a></p>\n'
        '<p dir="auto">old words<br>and</p>\n<p dir="auto">second</p>\n</blockquote>\n'
        '<p dir="auto">mine &gt; yours<br>&gt; kept</p>'
    )


@pytest.mark.parametrize("spans", [[SPAN, SPAN], [Span(0, 9999, None, None, 7)], [Span(-1, 3, None, None, 7)]])
def test_spans_that_overlap_or_leave_the_text_are_refused(spans: list[Span]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        render(BODY, quotes=spans, resolve=resolve)


def test_an_article_sets_its_quotations_apart_with_their_source() -> None:
    html = render_article("a\n\nb\n\nc\n\nd", blocks=[Block(1, 2, "the Blotter"), Block(3, 3, None)])
    assert html == (
        '<p dir="auto">a</p>\n<figure class="quotation"><blockquote dir="auto">\n<p dir="auto">b</p>\n'
        '<p dir="auto">c</p>\n</blockquote><figcaption dir="auto">the Blotter</figcaption></figure>\n'
        '<figure class="quotation"><blockquote dir="auto">\n<p dir="auto">d</p>\n</blockquote></figure>'
    )


def test_a_block_beyond_the_article_is_refused() -> None:
    with pytest.raises(ValueError, match="paragraph"):
        render_article("a\n\nb", blocks=[Block(1, 2, None)])


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(TooLarge):
        render("x" * 70_000, resolve=resolve)
    with pytest.raises(TooLarge):
        render_article("x" * 300_000)
