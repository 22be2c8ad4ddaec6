"""WordPress exports: posts, comments, who answers whom, and an account of every line."""

import pytest

from forum.archive import corrections, readers
from forum.archive.items import SavedFile
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES
from forum.archive.plan import make_plan
from tests.archive.exports import WXR_HEAD, comment, item, read_wxr, wxr_comments, wxr_file


def test_the_format_is_found_by_content_in_any_charset() -> None:
    for text in (wxr_file(), "\n\n" + wxr_file(), wxr_file().replace("1.2", "1.0")):
        for charset in ("utf-8", "utf-8-sig", "utf-16"):
            reader, guess = readers.choose(SavedFile("x.txt", text.encode(charset)))
            assert (reader.key, guess.certainty) == ("wxr", 1.0)


def test_a_post_is_read_with_what_its_site_says_of_its_author() -> None:
    tags = '<category domain="post_tag" nicename="old-mill">Old mill</category>'
    tags += '<category domain="category" nicename="uncategorized">Uncategorized</category>'
    threads, _ = read_wxr(wxr_file(item(tags, body="One\nline\n\nTwo")))
    post = threads[0].post
    assert (post.key, post.source_id, post.address) == ("wxr:post:7", "post-7", "http://mill.example/?p=7")
    assert (post.title, post.author, post.identity) == (
        "The mill by the river",
        "Hanna of the Mill",
        "hanna@mill.example",
    )
    assert (post.body, post.format) == ("<p>One<br>\nline</p>\n<p>Two</p>", "html")
    assert (post.moment.printed, post.moment.local) == ("2004-05-04 09:15:00", "2004-05-04T09:15:00")
    assert (post.moment.zone, post.moment.instant) == ("UTC+02:00", "2004-05-04T07:15:00+00:00")
    assert post.tags == ("old-mill",)


def test_a_comment_is_read_with_its_parent_its_state_and_its_identity() -> None:
    first, second, third = wxr_comments(
        comment(1),
        comment(2, "Or <b>sell</b> it.", parent=1, wp__comment_approved="0", wp__comment_author_email=""),
        comment(3, wp__comment_approved="trash", wp__comment_author_email="", wp__comment_user_id="5"),
    )
    assert (first.key, first.source_id, first.author) == ("wxr:comment:1", "comment-1", "Mo & Co")
    assert (first.body, first.format) == ("<p>Keep the wheel turning.</p>", "html")
    assert (first.state, first.parent, first.parent_basis) == ("published", None, "none")
    assert (second.state, second.parent, second.parent_basis) == ("held", "wxr:comment:1", "format")
    assert (first.identity, second.identity, third.identity) == ("mo@secret.example", "", "user:5")
    assert third.state == "deleted"


def test_the_source_of_a_comment_holds_no_address_of_mail_or_network() -> None:
    meta = (
        "<wp:commentmeta><wp:meta_key>sent</wp:meta_key><wp:meta_value>by 203.0.113.9</wp:meta_value></wp:commentmeta>"
    )
    found = wxr_comments(comment(1, wp__comment_agent="Browser", wp__commentmeta=meta))[0]
    assert found.source.startswith("<wp:comment>\n\t<wp:comment_id>1<")
    assert found.source.endswith("\n</wp:comment>")
    assert "Keep the wheel" in found.source
    for secret in ("mo@", "203.0", "mo.example", "Browser"):
        assert secret not in found.source


def test_the_source_of_a_post_holds_neither_its_comments_nor_its_password() -> None:
    threads, _ = read_wxr(wxr_file(item(comment(1), wp__post_password="open")))
    source = threads[0].post.source
    assert "closed today" in source
    assert "wheel" not in source
    assert "open" not in source


def test_pingbacks_and_trackbacks_are_kept_apart() -> None:
    threads, _ = read_wxr(
        wxr_file(
            item(
                comment(1),
                comment(2, wp__comment_type="pingback"),
                comment(3, wp__comment_type="trackback"),
                comment(4, wp__comment_type="comment"),
                comment(5, wp__comment_type="order_note"),
            )
        )
    )
    assert [c.source_id for c in threads[0].comments] == ["comment-1", "comment-4"]
    assert [c.kind for c in threads[0].pings] == ["pingback", "trackback"]
    assert "order_note" in threads[0].leftover[0].what


def test_comments_stand_by_their_times_and_those_without_stay_where_they_are() -> None:
    undated = {"wp__comment_date": "", "wp__comment_date_gmt": ""}
    found = wxr_comments(comment(9), comment(3), comment(4, **undated), comment(5))
    assert [c.source_id for c in found] == ["comment-3", "comment-4", "comment-5", "comment-9"]


def test_whether_a_file_is_threaded_is_told() -> None:
    flat, _ = read_wxr(wxr_file(item(comment(1), comment(2))))
    deep, _ = read_wxr(wxr_file(item(comment(1), comment(2, parent=1))))
    assert (flat[0].threaded, deep[0].threaded) == (False, True)


@pytest.mark.parametrize(
    ("local", "utc", "told"),
    [
        ("2004-05-04 10:00:00", "0000-00-00 00:00:00", ("2004-05-04T10:00:00", "", "")),
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00", ("", "", "")),
        ("2004-05-04 10:00:00", "2004-05-01 10:00:00", ("2004-05-04T10:00:00", "", "")),
        (
            "2004-05-04 10:00:00",
            "2004-05-04 15:30:00",
            ("2004-05-04T10:00:00", "UTC-05:30", "2004-05-04T15:30:00+00:00"),
        ),
        ("1970-01-01 00:00:00", "", ("", "", "")),
        ("2999-01-01 00:00:00", "", ("", "", "")),
        ("yesterday", "", ("", "", "")),
    ],
)
def test_times_are_taken_as_far_as_they_can_be_trusted(local: str, utc: str, told: tuple[str, str, str]) -> None:
    moment = wxr_comments(comment(1, wp__comment_date=local, wp__comment_date_gmt=utc))[0].moment
    assert moment.printed == local
    assert (moment.local, moment.zone, moment.instant) == told


def test_what_is_no_post_or_not_public_is_accounted_for() -> None:
    threads, rest = read_wxr(
        wxr_file(
            item(wp__post_type="attachment", wp__status="inherit"),
            item(wp__post_type="attachment", wp__status="inherit"),
            item(wp__status="draft"),
            item(comment(1), wp__status="trash"),
            item(),
        )
    )
    assert [thread.post.key for thread in threads] == ["wxr:post:7"]
    assert "attachment (2 of them)" in [stretch.what for stretch in rest.furniture]
    assert ["draft" in rest.leftover[0].what, "trash" in rest.leftover[1].what] == [True, True]
    assert "with 1 comments" in rest.anomalies[0].what


def test_a_post_that_not_everybody_could_read_is_held() -> None:
    threads, _ = read_wxr(
        wxr_file(
            item(number=1, wp__post_password="mill"),
            item(comment(1), number=2, wp__status="private"),
            item(comment(2), number=3, wp__status="inherit", wp__post_type="attachment"),
        )
    )
    assert [thread.post.state for thread in threads] == ["held", "held", "published"]


def test_every_line_is_in_exactly_one_place() -> None:
    text = wxr_file(
        item(comment(1, "a\n\nb"), comment(2, wp__comment_type="pingback"), body="One\n\nTwo"),
        item(number=8, wp__status="draft"),
        "\n\n",
        item(comment(3, wp__comment_type="odd"), number=9),
    )
    threads, rest = read_wxr(text)
    seen: list[int] = []
    for thread in threads:
        pieces = [*(c.lines for c in (*thread.comments, *thread.pings)), thread.post.lines]
        pieces += [stretch.lines for stretch in (*thread.furniture, *thread.leftover)]
        for first, last in pieces:
            seen += range(first, last + 1)
    for stretch in (*rest.furniture, *rest.leftover):
        seen += range(stretch.lines[0], stretch.lines[1] + 1)
    assert sorted(seen) == list(range(1, rest.line_count + 1))
    assert rest.line_count == len(text.splitlines())


def test_the_plan_of_an_export_finds_a_place_for_each_line() -> None:
    bare = "<item>\n<title>No words</title>\n</item>\n"
    for text in (wxr_file(item(comment(1)), bare, item(body="<!-- more -->", number=9)), wxr_file(item(comment(1)))):
        for written in (text, text.replace("\n", "\r\n"), text.replace("\n", " ")):
            account = make_plan(SavedFile("x.xml", written.encode()), corrections.for_file("x")).account()
            assert account.strays == ()
            assert sum(account.tally.values()) == len(written.splitlines())


def test_the_lines_of_a_comment_are_those_of_its_element() -> None:
    text = wxr_file(item(comment(1), comment(2)))
    found = read_wxr(text)[0][0].comments[1]
    lines = text.split("\n")
    assert lines[found.lines[0] - 1] == "<wp:comment>"
    assert lines[found.lines[0]] == "\t<wp:comment_id>2</wp:comment_id>"
    assert lines[found.lines[1] - 1] == "</wp:comment>"


def test_numbers_that_come_twice_do_not_join_two_items() -> None:
    threads, _ = read_wxr(wxr_file(item(comment(1), comment(1, "Sell it.")), item(comment(2))))
    keys = [c.key for thread in threads for c in thread.comments] + [thread.post.key for thread in threads]
    assert len(set(keys)) == 5
    again, _ = read_wxr(wxr_file(item(comment(1), comment(1, "Sell it.")), item(comment(2))))
    assert keys == [c.key for t in again for c in t.comments] + [t.post.key for t in again]


def test_what_is_too_long_is_left_out_and_told() -> None:
    threads, rest = read_wxr(
        wxr_file(
            item(comment(1, "x" * MAX_BODY_BYTES), comment(2), comment(3, "x" * 2_000_000)),
            item(comment(4), number=8, body="y" * MAX_ARTICLE_BYTES),
            item(number=9, title="z" * 400),
        )
    )
    assert [c.source_id for c in threads[0].comments] == ["comment-2"]
    assert [stretch.what for stretch in threads[0].leftover] == ["a comment that is too long"] * 2
    assert "an article that is too long" in rest.leftover[0].what
    assert len(threads[1].post.title) == 300


def test_old_exports_without_kinds_and_states_are_read() -> None:
    bare = "<item><title>Mill</title><content:encoded>The &lt;b&gt;mill&lt;/b&gt;</content:encoded><wp:comment>"
    bare += "<wp:comment_id>3</wp:comment_id><wp:comment_content>Yes</wp:comment_content></wp:comment></item>"
    threads, _ = read_wxr((WXR_HEAD + bare + "</channel></rss>").replace("export/1.2", "export/1.0"))
    assert (threads[0].post.body, threads[0].post.author) == ("<p>The <b>mill</b></p>", "")
    assert (threads[0].comments[0].body, threads[0].comments[0].author) == ("<p>Yes</p>", "")
    assert threads[0].comments[0].state == "published"


def test_an_author_of_whom_nothing_is_said_is_a_commenter_of_that_name() -> None:
    told = {"dc__creator": "<![CDATA[mo]]>"}
    post = read_wxr(wxr_file(item(**told)))[0][0].post
    assert (post.author, post.identity) == ("mo", "")
