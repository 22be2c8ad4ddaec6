"""The sanitiser lets nothing act, changes nothing twice, and costs time in proportion to the length."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from forum.text.html import MAX_BYTES, REL, TooLarge, may_link, sanitise
from tests.pace import slower

# Case 11: the classes of attack of DOMPurify's and ammonia's histories, not single strings.
MUTATIONS = [
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=a()&gt;">',
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=a()></style></annotation-xml></math>",
    "<svg></p><style><a id='</style><img src=1 onerror=a()>'>",
    "<svg><a><set attributeName=href to=javascript:a()></set><text>x</text></a></svg>",
    "<noscript><p title='</noscript><img src=x onerror=a()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=a()>",
    "<textarea><img title='</textarea><img src=x onerror=a()>'></textarea>",
    "<title><a title='</title><img src=x onerror=a()>'></title>",
    "<xmp><p title='</xmp><img src=x onerror=a()>'></xmp>",
    "<template><script>a()</script></template>",
    "<b><i></b><script>a()</script></i>",
    "<!--><img src=x onerror=a()>-->",
    "<!--!><img src=x onerror=a()>",
    "<![CDATA[><img src=x onerror=a()>]]>",
    '<p style="background:url(https://evil.example/x)" onclick=a()>x</p>',
    "<a href=x onclick=a() autofocus onfocus=a()>x</a>",
    "<blockquote cite='x\n onfocus=a() autofocus'>x</blockquote>",
    "<base href=//evil.example><meta http-equiv=refresh content=0><link rel=stylesheet href=//evil.example>",
    "<iframe srcdoc='<script>a()</script>'></iframe><object data=//evil.example></object>",
    "<img src=x onerror=a()><img srcset='//evil.example/x 2x'><picture><source srcset=//evil.example></picture>",
    "<p id=forms name=body class='quote evil'>x</p><form action=//evil.example><input name=nodeName></form>",
    "<a href='jav&#x09;ascript:a()'>x</a><a href='data:text/html,x'>y</a><a href='\x01javascript:a()'>z</a>",
    "<table><tr><td><a href='//evil.example'>x</a></table>",
    "<plaintext><script>a()",
    "<script>a()",
]  # fmt: skip

ALLOWED = {
    "a", "b", "blockquote", "br", "cite", "code", "dd", "del", "dl", "dt", "em", "figcaption", "figure", "hr",
    "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip


def assert_inert(safe: str) -> None:
    for element in parser.fragment_fromstring(safe, create_parent="main").iterdescendants():
        assert element.tag in ALLOWED
        assert set(element.attrib) <= {"href", "rel", "dir", "class", "start"}
        href = element.get("href")
        assert href is None or re.match(r"https?://|mailto:|/(?!/)|#", href, re.IGNORECASE)


@pytest.mark.parametrize("attack", MUTATIONS)
def test_no_attack_leaves_anything_that_acts(attack: str) -> None:
    safe = sanitise(attack)
    assert_inert(safe)
    assert sanitise(safe) == safe


TAGS = [
    "p",
    "b",
    "i",
    "a",
    "div",
    "blockquote",
    "li",
    "ul",
    "pre",
    "svg",
    "math",
    "style",
    "title",
    "td",
    "!--",
]
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
        st.sampled_from(['<a href="', "<a href=/x>", "<a href=http://e.example>", "<p title='", "-->", "&lt;", "&#0;"]),
        st.text(max_size=5),
        st.text(alphabet="<>\"'&=/ a", max_size=5),
    ),
    max_size=30,
).map("".join)


@given(MARKUP)
def test_sanitising_twice_is_sanitising_once(markup: str) -> None:
    safe = sanitise(markup)
    assert_inert(safe)
    assert sanitise(safe) == safe


@pytest.mark.parametrize(
    "address",
    [
        "javascript:a()", "JaVaScript:a()", "java\tscript:a()", "\x01javascript:a()", " javascript:a()",
        "vbscript:a()", "data:text/html,x", "file:///etc/passwd", "ftp://a.example", "//evil.example",
        "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "https:evil.example", "https:///evil.example",
        "https://", "https://bank.example@evil.example", "https://bank:x@evil.example", "https://a b.example",
        "https://evil%2eexample", "https://[::1", "http://a.example:99999999", "evil.example", "",
        "http://a.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_unfit_address_is_never_a_link(address: str) -> None:
    assert not may_link(address)
    assert "href" not in sanitise(f"<a href='{address}'>x</a>")


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example", "HTTP://a.example/x?y=1#z", "https://a.example:8080/", "http://[::1]:80/",
        "https://bücher.example/", "mailto:a@b.example",
    ],
)  # fmt: skip
def test_a_link_that_leads_outside_says_so_to_machines(address: str) -> None:
    assert sanitise(f'<a href="{address}" rel="follow">x</a>') == f'<a href="{address}" dir="auto" rel="{REL}">x</a>'


@pytest.mark.parametrize("address", ["/posts/1/", "/", "#c12"])
def test_a_link_within_the_site_needs_no_rel(address: str) -> None:
    outside = '<a href="https://a.example">x</a>'
    safe = sanitise(f'{outside}<a href="{address}" rel="x">x</a>{outside}')
    assert f'<a href="{address}" dir="auto">x</a>' in safe
    assert safe.count(REL) == 2


def test_the_direction_of_a_block_cannot_reach_the_next() -> None:
    assert sanitise("<p>\u202ex</p><ul><li>y</li></ul>").count('dir="auto"') == 2


def test_control_characters_go() -> None:
    assert sanitise("a\x00b\x0bc\ud800d\ufffee\x85f") == "abcdef"


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<b>",
        "<p>",
        "<b><i></b>",
        "<ul><li>",
        "<a ",
        "<a x=",
        '<p a="',
        "<!--",
        "<svg>",
        "<table>",
        "</p>",
    ],
)
def test_what_would_cost_too_much_is_refused_unparsed(unit: str) -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        sanitise(unit * (MAX_BYTES // len(unit)))
    assert time.process_time() - started < 0.1 * slower()


def test_faulty_markup_may_stand_at_the_end_of_a_long_text() -> None:
    words = "word " * 5_000
    assert sanitise(f"{words}<b><i>both</b></i>").startswith(f"{words}<b><i>both</i></b>")


@pytest.mark.parametrize(
    ("start", "kept"), [("7", True), ("1234567890", False), ("-1", False), ("x", False), ("", False)]
)
def test_a_list_begins_with_no_number_but_a_plain_one(start: str, kept: bool) -> None:
    assert ("start=" in sanitise(f'<ol start="{start}"><li>x</li></ol>')) is kept


def test_many_attributes_are_refused() -> None:
    attributes = " ".join(f"a{number}" for number in range(17))
    with pytest.raises(TooLarge, match="attributes"):
        sanitise(f"<p {attributes}>x</p>")


@pytest.mark.parametrize("character", ["a", "é", "😀"])
def test_a_text_is_taken_whole_or_refused_whole(character: str) -> None:
    width = len(character.encode())
    fits = character * (MAX_BYTES // width)
    assert sanitise(fits) == fits
    with pytest.raises(TooLarge, match="64 kilobytes"):
        sanitise(fits + character)


def test_a_reader_is_told_what_to_do() -> None:
    with pytest.raises(TooLarge, match=r"nested more than 64 levels deep\. Nest it less"):
        sanitise("<b>" * 65 + "</b>" * 65)
