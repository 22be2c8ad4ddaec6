"""A saved HTML page gives up its comments by what repeats in its markup, whatever blog it came from."""

import json
from itertools import pairwise

import pytest

from comments.models import Comment
from forum.archive import items
from forum.archive.limits import MAX_BODY_BYTES, Refused
from forum.archive.load import load
from forum.archive.plan import as_json, as_text, tally
from forum.archive.readers.html_tree import parse
from forum.text import html
from tests.archive import html_pages
from tests.archive.html_pages import PLAIN_ARTICLE, WORDPRESS, WORDS, comments, page, parents, plan, thread
from tests.archive.test_hostile_files import within

PAGES = sorted(name for name, text in vars(html_pages).items() if name.isupper() and str(text).startswith("<!DOCTYPE"))
READ = [name for name in PAGES if name != "FRONT"]

SAID = {
    "WORDPRESS": [("Anna", "41", None), ("Ida Holm", "42", 1), ("Anna", "45", 2), ("Old Tom", "44", None)],
    "KUBRICK": [("Zed", "31", None), ("Amy", "35", 1)],
    "BLOGGER": [
        ("Rosa", "100200300400500", None),
        ("Hedda", "100200300400600", 1),
        ("Anonymous", "100200300400800", None),
    ],
    "BLOGGER_OLD": [
        ("Anonymous", "111111111111", None),
        ("Old Tom", "222222222222", None),
        ("Hedda", "333333333333", None),
    ],
    "TYPEPAD": [("Marta", "131111111", None), ("pel", "131111112", None)],
    "TYPEPAD_OLD": [("Marta", "2000001", None), ("pel", "2000002", None)],
    "MOVABLE_TYPE_3": [("Ann-Lis", "", None), ("Karin", "", None)],
    "MOVABLE_TYPE": [("Karl", "501", None), ("Ida Holm", "502", 1)],
    "DRUPAL": [("otter", "11", None), ("Anonymous", "12", 1), ("otter", "13", 2), ("cat", "14", None)],
    "MICROFORMATS": [("Quinn", "", None), ("Rae", "", None)],
    "MICRODATA": [("Ole", "", None), ("Pia", "", None)],
    "UNKNOWN": [("Horst", "", None), ("Gerda", "", None), ("Uwe K.", "", None)],
    "TABLE": [("Bill", "1", None), ("Ben", "2", None), ("Bob", "3", None)],
    "DEPTHS": [("Ann", "10", None), ("Ben", "20", 1), ("Cay", "30", 2), ("Dan", "40", 1), ("Eva", "50", None)],
    "WORDS_ALONE": [("Ken", "", None), ("Kim", "", None), ("Kai", "", None), ("Kurt", "", None)],
    "WORDPRESS_15": [("Alex", "12", None), ("Bea", "15", None)],
    "SERENDIPITY": [("Isa", "31", None), ("Garv", "32", 1)],
    "DOTCLEAR": [("Nadège", "21", None), ("Jean-Luc", "22", None)],
    "NEVER_CLOSED": [("David Ingen", "1144", None), ("Spar Haak", "1145", None)],
    "CAPITALS_WITHIN": [("Scot", "", None), ("Omer", "", None)],
}
TIMES = {
    "WORDPRESS": "2012-06-01T13:20:05",
    "KUBRICK": "2006-06-02T15:33:00",
    "BLOGGER": "2013-05-02T07:41:00",
    "BLOGGER_OLD": "2007-03-25T12:13:00",
    "TYPEPAD": "2008-09-14T11:23:00",
    "TYPEPAD_OLD": "2004-09-14T11:23:00",
    "MOVABLE_TYPE_3": "2005-01-04T09:10:00",
    "MOVABLE_TYPE": "2009-02-03T11:00:00",
    "DRUPAL": "2010-02-04T17:00:00",
    "MICROFORMATS": "2018-01-02T10:00:00",
    "MICRODATA": "2014-01-03T10:00:00",
    "UNKNOWN": "2011-03-12T14:05:00",
    "TABLE": "2005-03-12T10:11:00",
    "DEPTHS": "2010-05-01T10:00:00",
    "WORDS_ALONE": "2006-05-04T10:11:00",
    "WORDPRESS_15": "2005-06-12T10:11:00",
    "SERENDIPITY": "2008-03-12T10:11:00",
    "DOTCLEAR": "2007-03-12T10:11:00",
    "NEVER_CLOSED": "2006-12-13T16:59:00",
    "CAPITALS_WITHIN": "2004-03-12T10:11:12",
}
FIRST = {
    "WORDPRESS": "<p>It was <b>green</b>, was it not?</p><p>Write to anna@lantern.example :-)</p>",
    "KUBRICK": "<p>Nice boat.</p>",
    "BLOGGER": "<p>Which one?</p><p>The red one?</p>",
    "BLOGGER_OLD": "<p>I saw it too.</p>",
    "TYPEPAD": "<p>Plums are late.</p><p>Very late.</p>",
    "TYPEPAD_OLD": "<p>Plums are late.</p><p>Very late.</p>",
    "MOVABLE_TYPE_3": "<p>Cold!</p>",
    "MOVABLE_TYPE": "<p>Nice lamps.</p>",
    "DRUPAL": "<p>The wheel turns and turns.</p>",
    "MICROFORMATS": "<p>I replied on my own page.</p>",
    "MICRODATA": "<p>First thing.</p>",
    "UNKNOWN": "<p>Meine Fähre ist rot.</p>",
    "TABLE": "<p>I have a cow.</p>",
    "DEPTHS": "<p>The words of Ann</p>",
    "WORDS_ALONE": "I like it.",
    "WORDPRESS_15": "<p>Some text.</p>",
    "SERENDIPITY": "<p>First text.</p>",
    "DOTCLEAR": "<p>Bonjour.</p>",
    "NEVER_CLOSED": "<p>Hi Stefan.</p>",
    "CAPITALS_WITHIN": "<p>Good stuff.</p>",
}


def of(name: str) -> list[items.Comment]:
    """The comments of the page with that name."""
    return comments(getattr(html_pages, name))


def number(comment: items.Comment) -> str:
    """The number in the id on the old page."""
    return comment.source_id.rsplit("-", 1)[-1].lstrip("c")


@pytest.mark.parametrize("name", READ)
def test_names_ids_and_replies_are_those_of_the_page(name: str) -> None:
    found = of(name)
    assert list(zip([c.author for c in found], map(number, found), parents(found), strict=True)) == SAID[name]


@pytest.mark.parametrize("name", READ)
def test_the_first_comment_has_its_time_and_its_words_and_nothing_of_the_layout(name: str) -> None:
    first = of(name)[0]
    assert first.moment.local == TIMES[name]
    assert first.body == FIRST[name]


@pytest.mark.parametrize("name", READ)
def test_the_article_is_found_above_the_comments(name: str) -> None:
    post = thread(getattr(html_pages, name)).post
    assert post.title == ("Die Fähre" if name == "UNKNOWN" else "The ferry")
    assert "The harbour was quiet" in post.body
    assert post.body.count("with the children and the dog.") == 1
    assert "omment" not in post.body
    assert "Share" not in post.body


@pytest.mark.parametrize("name", READ)
def test_every_line_of_the_file_has_its_place(name: str) -> None:
    text = getattr(html_pages, name)
    found = thread(text)
    counted = tally(found)
    assert sum(counted.values()) == found.line_count == text.count("\n") + 1
    assert counted["remainder"] == 0
    spans = [c.lines for c in sorted([*found.comments, *found.pings], key=lambda c: c.lines)]
    assert all(first <= last for first, last in spans)
    if name not in ("BLOGGER", "TABLE"):
        assert all(a[1] < b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize("name", READ)
def test_a_second_reading_gives_the_same_keys_and_no_two_alike(name: str) -> None:
    found = of(name)
    assert [c.key for c in of(name)] == [c.key for c in found]
    assert len({c.key for c in found}) == len(found)


@pytest.mark.parametrize("name", READ)
def test_the_words_pass_the_sanitiser_whole(name: str) -> None:
    for comment in of(name):
        if comment.format == "html":
            assert html.sanitise(comment.body)


def test_wordpress_gives_everything_that_its_markup_says() -> None:
    found = thread(WORDPRESS)
    first, second, _, last = found.comments
    assert found.threaded
    assert first.source_id == "comment-41"
    assert first.element == "li#li-comment-41"
    assert (first.moment.printed, first.moment.zone) == ("June 1, 2012 at 1:20 pm", "+02:00")
    assert first.moment.instant == "2012-06-01T11:20:05+00:00"
    assert first.moment.precision == "second"
    assert (second.parent, second.parent_basis) == (first.key, "format")
    assert second.body == '<p>Blue, <a href="http://www.lantern.example/ferry/photo">see here</a>.</p>'
    assert [c.state for c in found.comments] == ["published", "published", "published", "held"]
    assert last.body == "<p>In 1999 it was red.</p>"


def test_the_article_of_wordpress_keeps_its_quotations_and_loses_its_buttons() -> None:
    post = thread(WORDPRESS).post
    assert post.body.endswith("<blockquote><p>It will sail again, said the mayor.</p></blockquote>")
    assert (post.author, post.moment.local, post.source_id) == ("Ida Holm", "2012-06-01T10:00:00", "post-9")
    assert post.address == "http://www.lantern.example/ferry/"
    assert post.claimed_comments == 5
    assert post.format == "html"


def test_pingbacks_and_trackbacks_are_kept_apart() -> None:
    (ping,) = thread(WORDPRESS).pings
    assert (ping.kind, ping.author, ping.source_id) == ("pingback", "Boats » A ferry", "comment-43")
    (track,) = thread(html_pages.KUBRICK).pings
    assert (track.kind, track.author) == ("trackback", "A boat trackback")
    assert track.body == "<p>[...] a ferry [...]</p>"


def test_the_source_shows_what_a_reader_saw_and_no_address_of_mail() -> None:
    first = comments(WORDPRESS)[0]
    assert "Anna" in first.source
    assert "says:" in first.source
    assert "anna@lantern.example" not in first.source
    assert "Ida Holm" not in first.source


def test_a_link_to_the_comment_answered_makes_a_reply() -> None:
    assert comments(html_pages.MOVABLE_TYPE)[1].parent_basis == "format"
    assert comments(html_pages.KUBRICK)[1].parent_basis == "named"


def test_a_block_quotation_that_names_its_comment_makes_a_reply() -> None:
    short = '<blockquote cite="http://x.example/#comment-131111111"><p>Plums</p></blockquote><p>Indeed.</p>'
    first, second = comments(html_pages.TYPEPAD.replace("<p>Here too.</p>", short))
    assert (second.parent, second.parent_basis) == (first.key, "quote")
    (quote,) = second.quotes
    assert (quote.of, second.body[quote.start : quote.end]) == (first.key, "<p>Plums</p>")


def test_running_numbers_are_no_part_of_a_name() -> None:
    text = html_pages.UNKNOWN.replace("<b>Horst</b>", "<b>1. Horst</b>").replace("<b>Gerda</b>", "<b>2. Gerda</b>")
    assert [c.author for c in comments(text)] == ["Horst", "Gerda", "Uwe K."]


def test_depths_alone_make_replies() -> None:
    assert {c.parent_basis for c in comments(html_pages.DEPTHS) if c.parent} == {"indentation"}


def test_a_comment_that_was_removed_says_so() -> None:
    assert [c.state for c in comments(html_pages.BLOGGER_OLD)] == ["published", "published", "deleted"]


def test_a_comment_knows_itself_in_another_copy_of_the_page() -> None:
    copy = WORDPRESS.replace("http://www.lantern.example/ferry/", "https://lantern.example/ferry/comment-page-1/")
    copy = copy.replace("li-comment-", "comment-item-").replace("<p>", "<p class='x'>")
    assert [c.key for c in comments(copy)] == [c.key for c in comments(WORDPRESS)]


def test_numbers_that_only_count_the_comments_of_a_page_are_no_keys() -> None:
    counted = html_pages.DEPTHS.replace('0"><span class="author">', '"><span class="author">')
    assert all(len(c.key) == 64 for c in comments(counted))


def test_a_class_that_names_another_depth_is_told() -> None:
    odd = [a for a in plan(WORDPRESS.replace("depth-3", "depth-2")).anomalies if "depth" in a.what or "deep" in a.what]
    assert [a.what for a in odd] == ["nested 3 deep, but its class says 2"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (page(PLAIN_ARTICLE, '<div id="disqus_thread"></div>'), "Disqus"),
        (page(PLAIN_ARTICLE, '<div class="fb-comments" data-href="x"></div>'), "Facebook"),
        (
            page(PLAIN_ARTICLE, '<div id="respond"><h3>Leave a Reply</h3><form><textarea></textarea></form></div>'),
            "No comments",
        ),
        (html_pages.FRONT, "No comments"),
        ("<html><body></body></html>", "No comments"),
    ],
)
def test_a_page_without_comments_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        plan(text)


# -- charsets and dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1252", "cp1252"),
        ("utf-8", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("utf-8", "cp1252"),
        ("utf-16", "utf-8"),
        ("no-such-charset", "utf-8"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_a_charset_is_honoured_where_it_is_right(said: str, written: str) -> None:
    word = "Лодка" if written == "koi8-r" else "“Fähre”"
    text = html_pages.UNKNOWN.replace("Meine Fähre", word).replace("Fähre", "Barke").replace("“Barke”", "“Fähre”")
    text = text.replace('charset="utf-8"', f'charset="{said}"').replace("grün", "rot").replace("März", "April")
    assert comments(text.encode(written))[0].body == f"<p>{word} ist rot.</p>"


@pytest.mark.parametrize(
    ("printed", "local"),
    [
        ("29. Mai 2019 um 17:39", "2019-05-29T17:39:00"),
        ("Juli 30, 2013 um 2:33 pm", "2013-07-30T14:33:00"),
        ("22 août 2012 à 14h33", "2012-08-22T14:33:00"),
        ("30 de julio de 2013 a las 14:33", "2013-07-30T14:33:00"),
        ("30 luglio 2013 alle 14:33", "2013-07-30T14:33:00"),
        ("30 maart 2013 om 14:33", "2013-03-30T14:33:00"),
        ("30 de dezembro de 2013 às 14:33", "2013-12-30T14:33:00"),
        ("30.07.2013 um 14.33 Uhr", "2013-07-30T14:33:00"),
        ("11-Mar-2012 11:22", "2012-03-11T11:22:00"),
        ("3 hours ago", ""),
        ("vor 3 Tagen", ""),
    ],
)
def test_dates_are_read_in_several_languages(printed: str, local: str) -> None:
    text = html_pages.UNKNOWN.replace("12. März 2011, 14:05 Uhr", printed)
    first = comments(text)[0]
    assert (first.author, first.moment.printed, first.moment.local) == ("Horst", printed, local)
    assert first.moment.precision == ("minute" if local else "relative")
    assert first.moment.instant == ""


def test_a_time_for_machines_without_an_offset_gives_no_instant() -> None:
    first = comments(WORDPRESS.replace("13:20:05+02:00", "13:20:05"))[0]
    assert (first.moment.local, first.moment.zone, first.moment.instant) == ("2012-06-01T13:20:05", "", "")


def test_the_printed_time_stays_where_machines_are_told_another() -> None:
    first = comments(WORDPRESS.replace("2012-06-01T13:20:05+02:00", "2012-06-01T11:20:05Z"))[0]
    assert (first.moment.local, first.moment.instant) == ("2012-06-01T13:20:00", "2012-06-01T11:20:05+00:00")


@pytest.mark.parametrize(
    ("stamp", "local", "precision"),
    [
        ("2012-06-01T13:20:05", "2012-06-01T13:20:05", "second"),
        ("2012-06-01 13:20", "2012-06-01T13:20:00", "minute"),
        ("2012-06-01", "2012-06-01", "day"),
        ("1338556805", "2012-06-01T13:20:05", "second"),
        ("2012-13-45T99:99", "", "none"),
    ],
)
def test_times_for_machines_alone_are_read_as_far_as_they_go(stamp: str, local: str, precision: str) -> None:
    text = WORDPRESS.replace("2012-06-01T13:20:05+02:00", stamp).replace("June 1, 2012 at 1:20 pm", "")
    first = comments(text)[0]
    assert (first.moment.local, first.moment.precision) == (local, precision)


def test_the_day_of_a_change_is_not_the_day_of_the_article() -> None:
    text = WORDPRESS.replace(
        '<time class="entry-date', '<time class="updated" datetime="2019-01-01T00:00:00Z">2019</time><time class="x'
    )
    assert thread(text).post.moment.local == "2012-06-01T10:00:00"


# -- traps -----------------------------------------------------------------------------------------------


def test_a_page_on_one_line_is_read_alike() -> None:
    joined = WORDPRESS.replace("\n", " ")
    assert [(c.author, c.body) for c in comments(joined)] == [(c.author, c.body) for c in comments(WORDPRESS)]
    assert sum(tally(thread(joined)).values()) == 1


def test_names_of_numbers_and_of_admins_are_names() -> None:
    text = WORDPRESS.replace("Old Tom", "1009").replace(">Ida Holm</b>", ">admin</b>")
    assert [c.author for c in comments(text)] == ["Anna", "admin", "Anna", "1009"]


def test_scripts_styles_and_handlers_leave_nothing() -> None:
    bad = (
        '<script>alert(1)</script><style>p{}</style><p onclick="x()" style="color:red">Hm</p>'
        '<a href="javascript:x">y</a><img src="data:image/png;base64,AAAA" alt="z">'
        '<a href="jav&#x09;ascript:x">q</a><iframe src="data:text/html,x"></iframe>'
    )
    body = comments(WORDPRESS.replace("<p>Thank you.</p>", bad))[2].body
    assert body == "<p>Hm</p><p>y[z]q[embedded page]</p>"


def test_pictures_become_links_and_faces_become_letters() -> None:
    picture = '<p>See <img src="http://p.example/a.jpg" alt="a boat"> <img class="emoji" src="e.png" alt="🙂"></p>'
    body = comments(WORDPRESS.replace("<p>Thank you.</p>", picture))[2].body
    assert body == '<p>See <a href="http://p.example/a.jpg">[a boat]</a> 🙂</p>'


def test_a_comment_over_the_limit_is_left_out_alone() -> None:
    long = WORDPRESS.replace("<p>Thank you.</p>", "<p>" + "so long " * (MAX_BODY_BYTES // 8 + 1) + "</p>")
    found = plan(long)
    assert [c.author for c in found.threads[0].comments] == ["Anna", "Ida Holm", "Old Tom"]
    assert any("not imported" in a.done for a in found.anomalies)


def test_a_base_and_a_refresh_have_no_effect() -> None:
    head = '<base href="http://evil.example/"><meta http-equiv="refresh" content="0;url=http://evil.example/">'
    assert "evil" not in repr(thread(WORDPRESS.replace("<title>", head + "<title>")))


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>" + "<div>" * 100_000,
        "<html><body>" + "<b>" * 100_000,
        "<html>" + "<" * 2_000_000,
        "<html>" + "<a " * 1_000_000,
        "<html>" + "<!--" * 500_000,
        "<html>" + "<p x='" * 200_000,
        "<html>" + "<p>" * 40_000,
        "<html>" + "&#9" + "9" * 100_000 + ";",
        "<html>" + "</" * 1_000_000,
        "<html>" + ('<div class="' + "a_" * 20_000 + '" id="' + "b-" * 20_000 + '">x</div>') * 20,
        "<html>" + ('<p class="comment" id="' + "comment" * 9_000 + '">' + "by " * 9_000 + "</p>") * 20,
    ],
)
def test_hostile_markup_is_refused_in_seconds(text: str) -> None:
    with within(5), pytest.raises(Refused):
        plan(text)


CUT = "the page ends before its markup does: it was cut off"


@pytest.mark.parametrize("name", READ)
def test_a_whole_page_is_not_told_to_be_cut_off(name: str) -> None:
    assert CUT not in [odd.what for odd in thread(getattr(html_pages, name)).anomalies]


@pytest.mark.parametrize(
    "end",
    [
        "Thank you.",
        "<p>Thank",
        '<div class="comment-author vca',
        "<!-- the foot",
        "<script>var a = 1;",
        "Tom</b></div>",
    ],
)
def test_a_page_that_was_cut_off_is_read_as_far_as_it_goes_and_told(end: str) -> None:
    whole = WORDPRESS[: WORDPRESS.index("Thank you.")]
    for text in (whole + end, f"{whole}{end}\n"):
        told = thread(text)
        assert (len(told.comments), [odd.line for odd in told.anomalies if odd.what == CUT]) == (
            3,
            [text.rstrip().count("\n") + 1],
        )


def test_a_page_without_its_last_ends_is_not_taken_for_cut_off() -> None:
    """Ends that may be left out, a page that ends with what it left open within, and a piece of a page."""
    for text in (
        "<html><body><h1>A</h1><ul><li>One<li>Two</ul><p>Three",
        "<html><body><div><table><tr><td>One</body></html>",
        "<div><ol><li>One",
    ):
        assert not parse(text).is_cut


def test_a_comment_with_odd_characters_is_read() -> None:
    odd = "<p>a&#xD800;b&#0;c\0d&#99999999;e&#x41;</p>" + "<p>" + "x" * 50 + "</p>"
    body = comments(WORDPRESS.replace("<p>Thank you.</p>", odd))[2].body
    assert body.startswith("<p>a\ufffdb\ufffdcd\ufffdeA</p>")
    body.encode()


def test_a_line_of_ten_megabytes_is_read_in_seconds() -> None:
    with within(10):
        text = WORDPRESS.replace('<div id="footer">', '<div id="footer">' + "lorem ipsum " * 900_000)
        assert len(comments(text)) == 4


def test_a_thousand_comments_are_read_in_seconds() -> None:
    one = (
        '<li class="comment depth-1" id="comment-{n}"><div class="comment-author"><cite class="fn">N{n}</cite></div>'
        '<div class="comment-meta"><a href="#comment-{n}">May 1, 2010 at 10:00 am</a></div><p>Words {n}</p></li>\n'
    )
    with within(8):
        found = comments(page(PLAIN_ARTICLE, "<ol>" + "".join(one.format(n=n + 7) for n in range(1_000)) + "</ol>"))
    assert len(found) == 1_000


def test_the_words_of_the_article_are_not_those_of_its_comments() -> None:
    inside = page(f'<div class="entry-content"><h1>The ferry</h1>{WORDS}', WORDPRESS.split("</div></div></div>")[1])
    assert "green" not in thread(inside).post.body


def test_an_element_around_everything_is_no_sidebar_whatever_it_is_called() -> None:
    text = WORDPRESS.replace('<div id="main">', '<div id="main" class="content-sidebar-wrap sidebar widget">')
    assert len(comments(text)) == 4


def test_comments_of_other_pages_in_a_sidebar_are_not_taken() -> None:
    other = "".join(
        f'<li class="comment" id="recent-comment-{n}"><cite class="fn">Other {n}</cite> '
        f'<span class="date">May {n}, 2012 at 10:00 am</span><p>Words of elsewhere.</p></li>'
        for n in range(1, 9)
    )
    text = WORDPRESS.replace('<ul class="recent">', f'<ul class="recentcomments">{other}')
    assert [c.author for c in comments(text)] == ["Anna", "Ida Holm", "Anna", "Old Tom"]


# -- with the plan around it -----------------------------------------------------------------------------


def test_the_plan_gives_the_id_in_the_blog_and_the_anchor_on_the_page() -> None:
    told = json.loads(as_json(plan(WORDPRESS)))
    assert [(c["source_id"], c["anchor"]) for c in told["comments"][:2]] == [("41", "comment-41"), ("42", "comment-42")]
    assert [c["source_id"] for c in told["pings"]] == ["43"]


def test_a_claim_that_counts_pingbacks_is_no_anomaly() -> None:
    assert not [a for a in plan(WORDPRESS).anomalies if "claims" in a.what]
    assert [a for a in plan(WORDPRESS.replace("5 thoughts", "6 thoughts")).anomalies if "claims" in a.what]


def test_tags_are_no_words_of_a_quotation() -> None:
    said = "<p>The <b>ferry</b> was green when I was a boy of six years, said he.</p>"
    answer = (
        "<blockquote><p>The ferry was green when I was a boy of six years</p></blockquote><p>No, it never was that.</p>"
    )
    text = html_pages.TYPEPAD.replace("<p>Plums are late.</p><p>Very late.</p>", said).replace(
        "<p>Here too.</p>", answer
    )
    (quote,) = comments(text)[1].quotes
    body = comments(text)[1].body
    assert body[quote.start : quote.end] == "The ferry was green when I was a boy of six years"
    assert comments(text)[1].parent_basis == "quote"


def test_an_article_without_any_element_around_it_is_read() -> None:
    bare = WORDPRESS[WORDPRESS.index('<h2 class="comments-title') : WORDPRESS.index("</ol>")]
    found = thread(f"<h1>The ferry</h1>{WORDS}{bare}")
    assert len(found.comments) == 4
    assert "harbour" in found.post.body


@pytest.mark.django_db
def test_a_page_is_loaded_once_and_a_second_run_writes_nothing() -> None:
    first = load(plan(WORDPRESS), commit=True)
    assert (first.created_posts, first.created_comments) == (1, 4)
    rows = list(Comment.objects.order_by("position"))
    assert [(row.anchor, row.state, row.format) for row in rows[:2]] == [
        ("comment-41", "published", "html"),
        ("comment-42", "published", "html"),
    ]
    assert rows[1].parent == rows[0]
    assert '<a href="http://www.lantern.example/ferry/photo"' in rows[1].html
    assert "<blockquote" in rows[0].post.html
    assert not load(plan(WORDPRESS), commit=True).wrote


@pytest.mark.django_db
def test_a_longer_copy_of_a_page_adds_only_what_is_new() -> None:
    load(plan(WORDPRESS), commit=True)
    more = WORDPRESS.replace(
        '</ol>\n<div id="respond">',
        '<li class="comment depth-1" id="li-comment-46"><article id="comment-46"><b class="fn">Late</b> <a '
        'href="#comment-46">June 9, 2012 at 9:00 am</a><div class="comment-content"><p>New.</p></div></article></li>'
        "</ol>"
        '<div id="respond">',
    )
    outcome = load(plan(more), commit=True)
    assert (outcome.created_posts, outcome.created_comments) == (0, 1)


def undated(*dates: str) -> str:
    """A page whose comments have these in the place of their dates."""
    made = "".join(
        f'<li class="comment" id="comment-{n}"><cite class="fn">Anna</cite> {date.format(link=f"#comment-{n}")}'
        f'<div class="comment-body"><p>Words <a href="#comment-{n}">of 5 or 6 people</a>.</p></div></li>'
        for n, date in enumerate(dates, 11)
    )
    return page(PLAIN_ARTICLE, f'<ol class="commentlist">{made}</ol>')


def test_a_date_in_a_language_that_is_not_read_is_kept_as_it_is_printed() -> None:
    found = thread(undated('<a href="{link}">3 марта 2006 в 10:15</a>', "<time>5 kwietnia</time>"))
    moments = [comment.moment for comment in found.comments]
    assert [moment.printed for moment in moments] == ["3 марта 2006 в 10:15", "5 kwietnia"]
    assert {(moment.local, moment.precision) for moment in moments} == {("", "none")}
    what = "2 dates that are not read, could be two, or count from the day of saving, the first here"
    assert what in [anomaly.what for anomaly in found.anomalies]


@pytest.mark.parametrize("date", ["", '<a href="{link}">3 of 12</a>', '<a href="#comment-99">3 марта 2006</a>'])
def test_comments_without_a_date_are_told(date: str) -> None:
    found = thread(undated(date, date, "<time>5 kwietnia</time>"))
    assert [comment.moment.printed for comment in found.comments] == ["", "", "5 kwietnia"]
    assert "2 comments without a date, the first here" in [anomaly.what for anomaly in found.anomalies]


def test_a_comment_without_name_or_date_is_told_so_among_the_first() -> None:
    text = undated("<time>5 kwietnia</time>", "", "<time>6 kwietnia</time>").replace("Anna", "", 1)
    told = as_text(plan(text))
    assert "  1. nobody named, 5 kwietnia\n" in told
    assert "  2. Anna, no date\n" in told
