"""Texts of exports become paragraphs, and whatever they hold, HTML that the sanitiser takes as it stands."""

import re
import time

import pytest

from forum.archive.readers.xml_words import bare, from_disqus, from_wordpress
from forum.text import html


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("One\nline\n\nTwo", "<p>One<br>\nline</p>\n<p>Two</p>"),
        ("One <em>two\n\nthree</em> four", "<p>One <em>two</em></p>\n<p><em>three</em> four</p>"),
        ("Mill<br />wheel\r\nriver", "<p>Mill<br>wheel<br>\nriver</p>"),
        ("<h2>Head <b>line</h2>\ntext", "<p><strong>Head <b>line</b></strong></p>\n<p>text</p>"),
        ("<blockquote>one\n\ntwo</blockquote>after", "<blockquote><p>one</p>\n<p>two</p></blockquote>\n<p>after</p>"),
        ("<ul>\n<li>a\n<li>b\n</ul>", "<ul><li>a</li>\n<li>b</li></ul>"),
        ("<pre>a\n\n  b < c</pre>", "<pre>a\n\n  b &lt; c</pre>"),
        ("<div class='x'>a</div><div>b</div>", "<p>a</p>\n<p>b</p>"),
        ("a < b & c <3", "<p>a &lt; b & c &lt;3</p>"),
        ("x<script>alert(1)</script><!-- more -->y", "<p>xy</p>"),
        ("<p></p><p><b></b></p>words", "<p>words</p>"),
        ("", ""),
        ("<img alt='A &amp; B' src='http://x.example/y.png'>", '<p><a href="http://x.example/y.png">A &amp; B</a></p>'),
        ("<a href='/y'><img src='/y.png' alt='Mill'></a>", '<p><a href="/y">Mill</a></p>'),
        ("</p></div>t</b>", "<p>t</p>"),
        ("<a href='x\"onclick=\"y'>z</a>", '<p><a href="x&quot;onclick=&quot;y">z</a></p>'),
    ],
)
def test_texts_of_wordpress_become_paragraphs(written: str, made: str) -> None:
    assert from_wordpress(written) == made


def test_what_the_block_editor_wrote_has_its_paragraphs_already() -> None:
    written = "<!-- wp:paragraph -->\n<p>One\nline</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list --><ul><li>a</li></ul>"
    assert from_wordpress(written) == "<p>One\nline</p>\n<ul><li>a</li></ul>"


def test_shortcodes_around_words_leave_the_words() -> None:
    written = '[caption id="a" width="3"]The mill[/caption] [gallery ids="1,2"] [sic]'
    assert from_wordpress(written, shortcodes=True) == '<p>The mill [gallery ids="1,2"] [sic]</p>'


def test_line_ends_in_messages_of_disqus_count_only_without_marks() -> None:
    assert from_disqus("One\nline") == "<p>One<br>\nline</p>"
    assert from_disqus("<p>One\nline</p>") == "<p>One\nline</p>"


def test_titles_and_names_are_bare_words() -> None:
    assert bare(" What&#8217;s <b>a</b>\n mill &amp; co? ") == "What\u2019s a mill & co?"


PIECES = ["<a '", "<!--", '<a "', "<", "<b>", '<a href="x">\n\n', "</b>", "\n\n", "<li>", "<p><b>", "[caption", "<ul>"]


@pytest.mark.parametrize(
    "piece", [*PIECES, "<blockquote>", "<pre>", "<a href", "<script>", "<div><p>", "&lt;b&gt;", "]"]
)
def test_whatever_comes_is_made_in_linear_time_and_taken_as_it_stands(piece: str) -> None:
    start = time.process_time()
    made = from_wordpress(piece * (60_000 // len(piece)) + "words", shortcodes=True)
    safe = html.sanitise(made, limit=html.MAX_GENERATED_BYTES)
    assert time.process_time() - start < 2
    assert re.sub(r' (?:dir|rel|href)="[^"]*"', "", safe) == re.sub(r' href="[^"]*"', "", made)


def test_what_is_dangerous_does_not_pass_the_sanitiser() -> None:
    written = (
        "<a href='javascript:alert(1)' onclick='x()'>a</a><svg onload=x()><img src=x onerror=y()>"
        "<iframe src='javascript:x()'></iframe><p style='x' onmouseover=y()>b</p><a href=' java\tscript:x()'>c</a>"
    )
    safe = html.sanitise(from_wordpress(written))
    for word in ("script", "onclick", "onload", "onerror", "onmouse", "style", "svg", "iframe"):
        assert word not in safe
