"""Markdown gives safe HTML, with quotations that hide what is hidden and links that hide nothing."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.html import MAX_BYTES, TooLarge, sanitise
from forum.text.markdown import MAX_BRACKETS, Quoted, quoted_in, render, without_hidden, without_quotations
from tests.pace import slower
from tests.text.test_html import MUTATIONS, assert_inert

DRILLER = Quoted("driller", "/comments/123/", True)


def resolve(number: int) -> Quoted | None:
    return {
        123: DRILLER,
        5: Quoted('<b>"x"', "/comments/5/", True),
        9: Quoted("gone", "/comments/9/", False),
    }.get(number)


def html(source: str) -> str:
    rendered = render(source, resolve=resolve).html
    assert_inert(rendered)
    assert sanitise(rendered, limit=10**7) == rendered
    return rendered


def test_common_markdown_is_rendered() -> None:
    assert html("a *b* **c** `d` ~~e~~\nf") == (
        '<p dir="auto">a <em>b</em> <strong>c</strong> <code>d</code> <s>e</s>\nf</p>\n'
    )


def test_a_heading_becomes_a_bold_paragraph() -> None:
    assert html("# a *b*") == '<p dir="auto"><strong>a <em>b</em></strong></p>\n'


def test_raw_html_and_tables_stay_text() -> None:
    assert html("<b>x</b>") == '<p dir="auto">&lt;b&gt;x&lt;/b&gt;</p>\n'
    assert "<table" not in html("|a|b|\n|-|-|\n|c|d|")


@pytest.mark.parametrize("attack", MUTATIONS)
def test_no_attack_survives_any_place(attack: str) -> None:
    for source in [
        attack,
        f"> {attack}",
        f"- {attack}",
        f"[{attack}](/x)",
        f"![{attack}](/x)",
        f"`{attack}`",
        f"# {attack}",
    ]:
        html(source)


@given(st.text(alphabet="[]()!<>#*_`~>-+. \n\\&:/@ahtps\"'|1c\u202e\u0301\ud800\x00", max_size=80))
def test_no_text_breaks_out(source: str) -> None:
    html(source)


@pytest.mark.parametrize(
    "address",
    [
        "JaVa&#x09;script:a()", "&#0000106avascript:a()", "data:text/html,x", "vbscript:a()", "\x01javascript:a()",
        "javascript:a()", "//evil.example", "https://bank@evil.example", "file:///x",
    ],
)  # fmt: skip
def test_an_unfit_address_is_no_link_however_it_is_written(address: str) -> None:
    for source in [
        f"[x]({address})",
        f"<{address}>",
        f"[x][1]\n\n[1]: {address}",
        f"![x]({address})",
        address,
        f"[x](<{address}>)",
    ]:
        assert "<a" not in html(source)


def test_a_bare_address_is_linked_without_the_sentences_marks() -> None:
    assert '(<a href="https://a.example/b_(c)_d?e=1" ' in html("(https://a.example/b_(c)_d?e=1).")
    assert ">https://a.example/b_(c)_d?e=1</a>)." in html("(https://a.example/b_(c)_d?e=1).")
    assert "<a" not in html("xhttps://a.example and https:// and `https://a.example`")
    assert html("[https://a.example/x](/y)").count("<a") == 1


@pytest.mark.parametrize(
    "words",
    ["“{}”.", "„{}“", "«{}»", "‘{}’", "{}…", "{}。次", "{}，", "({}…).", "「{}」", "（{}）", "{}?”"],
)
def test_a_bare_address_ends_before_the_marks_that_printers_use(words: str) -> None:
    before, after = words.split("{}")
    link = '<a href="https://a.example/x" dir="auto" rel="nofollow ugc noopener">https://a.example/x</a>'
    assert html(words.format("https://a.example/x")) == f'<p dir="auto">{before}{link}{after}</p>\n'


def test_a_bare_address_keeps_marks_within_a_word() -> None:
    assert ">https://a.example/L’Équipe…x</a>." in html("https://a.example/L’Équipe…x.")


def test_a_bare_address_keeps_the_brackets_of_its_question() -> None:
    for address in ("https://a.example/?q=[1]", "https://a.example/x?a[]=1;b[c][d]=2"):
        assert f">{address}</a>." in html(f"{address}.")
        assert f">{address}</a>]" in html(f"[{address}]")


def test_brackets_that_make_a_link_or_name_a_note_are_none_of_an_address() -> None:
    for source in (
        "https://a.example/?q=[x](/y)",
        "https://a.example/?q=[1]\n\n[1]: /y",
        "https://a.example/?q=[x][1]\n\n[1]: /y",
    ):
        assert '>https://a.example/?q=</a><a href="/y"' in html(source)
    assert ">https://a.example/x</a>[1]" in html("https://a.example/x[1]")
    assert html("[https://a.example/?q=[1]](/y)").count("<a") == 1
    assert '<a href="/y"' in html("[https://a.example/?q=[1]](/y)")


def test_a_picture_is_a_link_and_asks_nothing_of_other_sites() -> None:
    assert html("![a pie](https://p.example/x.png)") == (
        '<p dir="auto"><a href="https://p.example/x.png" dir="auto" rel="nofollow ugc noopener">a pie</a></p>\n'
    )
    assert html("[![pie](/pie.png)](https://p.example/)").count("<a") == 1
    assert ">https://p.example/x.png</a>" in html("![](https://p.example/x.png)")


@pytest.mark.parametrize(
    "words",
    [
        "https://bank.example", "bank.example", "www.bank.example/login", "BANK.example", "go to bank.example now",
        "https://ba**nk.exa**mple", "bank\u3002example", "\uff42ank.example", "ba\u200bnk.example", "\u202eelpmaxe.knab",
        "![bank.example](/x)", "192.168.0.1", "evil.example or bank.example", "me@bank.example", "x:https://bank.example/evil.example",
    ],
)  # fmt: skip
def test_a_link_that_names_another_host_shows_the_real_one(words: str) -> None:
    assert "</a> (evil.example)" in html(f"[{words}](https://evil.example/x)")


@pytest.mark.parametrize("words", ["evil.example", "https://www.evil.example/y.html", "here", "3.5 e.g. this", "a...b"])
def test_an_honest_link_is_left_alone(words: str) -> None:
    assert html(f"[{words}](https://evil.example/x)").endswith("</a></p>\n")


def test_an_international_host_is_shown_as_machines_read_it() -> None:
    assert "</a> (xn--80ak6aa92e.com)" in html("https://аррӏе.com")


def test_the_source_loses_the_words_that_may_not_be_read_and_no_others() -> None:
    source = "> #c123\n> old words\n\nmine\n\n> #c9\n> gone words\n\n> of nobody"
    gone = "> A quotation of a comment that is no longer shown."
    assert without_hidden(source, resolve=resolve) == source.replace("> #c9\n> gone words\n", f"{gone}\n")


def test_a_quotation_names_and_links_what_it_quotes() -> None:
    rendered = render("> #c123\n> old *words*\n\nmine", resolve=resolve)
    assert rendered.quotes == (123,)
    assert rendered.html == (
        '<blockquote class="quote" dir="auto">\n<p class="quote-source" dir="auto">'
        '<a href="/comments/123/" dir="auto">driller wrote</a></p>\n<p dir="auto">old <em>words</em></p>\n'
        '</blockquote>\n<p dir="auto">mine</p>\n'
    )


def test_a_quoted_name_is_only_text() -> None:
    assert "&lt;b&gt;&quot;x&quot; wrote" in html("> #c5\n> x") or '&lt;b&gt;"x" wrote' in html("> #c5\n> x")


@pytest.mark.parametrize("number", [9, 404])
def test_a_quotation_of_what_is_not_shown_hides_the_words(number: int) -> None:
    rendered = html(f"> #c{number}\n> secret\n>\n> - secret\n>\n> > #c123\n> > secret\n\nmine")
    assert "secret" not in rendered
    assert "A quotation of a comment that is no longer shown." in rendered
    assert '<p dir="auto">mine</p>' in rendered


def test_every_quoted_comment_is_reported_once_and_in_order() -> None:
    source = "> #c9\n> a\n> > #c5\n> > b\n\nx\n\n> #c123\n> c\n\ny\n\n> #c9\n> d"
    assert render(source, resolve=resolve).quotes == (9, 5, 123)


@pytest.mark.parametrize(
    "source", ["> see #c123", "> #c123 said", "#c123\nx", "> `#c123`\n> x", "> #c0\n> x", "> #c" + "9" * 30]
)
def test_what_is_no_reference_is_an_ordinary_quotation(source: str) -> None:
    rendered = render(source, resolve=resolve)
    assert rendered.quotes == ()
    assert "quote-source" not in rendered.html


@pytest.mark.parametrize(
    ("source", "own"),
    [
        ("> said\ngoing on\n\nmine", "mine"),
        ("mine\n\n> > said\n> deep\n\nmine too", "mine\n\n\nmine too"),
        ("mine\n> said\n---\nmine", "mine\n\n---\nmine"),
        ("- mine\n  > said\n- mine", "- mine\n\n- mine"),
        ("```\n>>> 1 + 1\n2\n```", "```\n>>> 1 + 1\n2\n```"),
        ("    > mine\r\n\r\n\\> mine", "    > mine\n\n\\> mine"),
        ("> said", ""),
        ("", ""),
    ],
)
def test_without_quotations_all_of_ones_own_words_stay_and_nothing_else(source: str, own: str) -> None:
    assert without_quotations(source) == own


def test_where_nothing_can_be_quoted_a_reference_is_only_words() -> None:
    rendered = render("> #c123\n> words", resolve=None)
    assert rendered.quotes == ()
    assert "#c123\nwords" in rendered.html


@pytest.mark.parametrize(
    "unit",
    [
        "![", "[", "[](", "*a ", "**a_ ", "`", "``a` ", "> ", "- ", "* - ", "<", "http://a", "http://a.b ", "://",
        "https://@", "http://a.b/(", "\\", "&", "&amp;", "![a](<", "[a]: b\n", "_", "~", "1. ", "http://a/?[", "http://a/?[]", "http://a/?[]…", "http://a…", "[a](", "[a][",
        "[a](http://b.c) ", "[a.b](http://b.c)", "a.", ".", "\n", "> #c1\n\n", "\u0301", "#", "\t", "|a", "```\n",
    ],
)  # fmt: skip
def test_the_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(length: int, enough: float = 0) -> float:
        """The least of three times, or the first that is below what is enough."""
        source = (unit * length)[:length]
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            render(source, resolve=resolve)
            best = min(best, time.process_time() - started)
            if best < enough:
                break
        return best

    # Four times the text: sixteen times the time would be quadratic.
    longest = min(16_000, MAX_BRACKETS * len(unit) // max(1, unit.count("[")))
    took = seconds(longest, enough=0.1)
    assert took < 0.1 or took < 8 * seconds(longest // 4)


def test_too_long_a_text_is_refused_before_it_is_parsed() -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        render("[" * (MAX_BYTES + 1), resolve=resolve)
    assert time.process_time() - started < 0.05 * slower()


@pytest.mark.parametrize(
    "source",
    [
        ">" * 19 + "[a\n" + "b\n" * 19_000,
        ">" * 6 + "a\r\n" + "b\r\n" * 12_000,
        "- > " * 6 + "a\r" + "b\r" * 19_000,
        "[![a](" * 6_600,
        "[a\n" * 13_000,
    ],
)
def test_a_text_that_would_take_seconds_is_refused_before_it_is_parsed(source: str) -> None:
    for read in (lambda: render(source, resolve=resolve), lambda: quoted_in(source)):
        started = time.process_time()
        with pytest.raises(TooLarge, match="try again"):
            read()
        assert time.process_time() - started < 0.1 * slower()


def test_what_people_quote_and_link_is_far_from_the_limits() -> None:
    quoted = "".join(f"{'> ' * (1 + number % 6)}{number} words of a line\n" for number in range(1_200))
    for source in (quoted, "[a](/b) and more words\n" * 1_700, "- [ ] to do\n" * 2_500, "b\n" * 19_000):
        assert len(source) < MAX_BYTES
        assert html(source)


def test_deep_nesting_is_drawn_flat_not_refused() -> None:
    assert "x" in html(">" * 500 + "x") or html("> " * 500 + "x")
    html("- " * 500 + "x")
    html("> - " * 300 + "x")


def test_a_shuffled_heap_of_markup_never_fails() -> None:
    pieces = [
        "> #c9\n",
        "> #c123\n",
        "> ",
        "- ",
        "\n",
        "\n\n",
        "[a](http://b.c)",
        "*",
        "**",
        "`",
        "```\n",
        "x",
        "![",
        "](",
    ]
    chooser = random.Random(7)  # noqa: S311 - the same heap on every run
    for _ in range(200):
        html("".join(chooser.choices(pieces, k=60)))
