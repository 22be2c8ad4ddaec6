"""Comments in rows that a picture pushes to the right: who answers whom is read where the pictures are certain."""
# ruff: noqa: E501 - markup as sites write it

from collections.abc import Callable

import pytest

from tests.archive.html_pages import comments, parents, thread
from tests.archive.test_hostile_files import within

SAID = (
    ("mo", "They should keep the wheel turning, for the herons."),
    ("Lena", "I learnt to swim in the pond behind that mill."),
    ("Oskar", "So did I, and my father before me, in a cold spring."),
    ("Dora", "Keep it, or sell it to the museum in the valley."),
    ("Eli", "Nobody has said what will become of the house."),
    ("Fay", "The council meets on Monday, and will say so then."),
)
LEVELS = (0, 1, 2, 1, 0, 1)
TREE = [None, 1, 2, 1, None, 5]
Row = Callable[..., str]
UNKNOWN = "indented below a comment that is not on the page"


def named(n: int, level: int, picture: str = "", words: str = "") -> str:
    """A row as newer pages have it: the cell of the picture says the level too."""
    who, said = SAID[n - 1]
    picture = picture or f'<img src="s.gif" height="1" width="{level * 40}">'
    head = f'<a href="user?id={who}" class="hnuser">{who}</a> <span class="age"><a href="item?id=10{n}">on May {n}, 2016</a>'
    return (
        f'<tr class="athing comtr" id="10{n}"><td><table border="0"><tr><td class="ind" indent="{level}">{picture}</td>'
        f'<td class="votelinks"></td><td class="default"><div><span class="comhead">{"" if words else head}</span></span>'
        f'</div><br><div class="comment"><div class="commtext c00">{words or said}</div></div></td></tr></table></td></tr>'
    )


def drawn(n: int, level: int, picture: str = "", words: str = "") -> str:
    """A row as older pages have it: the picture alone shows the level."""
    who, said = SAID[n - 1]
    picture = picture or f'<img src="s.gif" height="1" width="{level * 40}">'
    head = f'<a href="user?id={who}">{who}</a> {n} days ago | <a href="item?id=10{n}">link</a>'
    return (
        f'<tr><td><table border="0"><tr><td>{picture}</td><td valign="top"></td><td class="default"><div><span '
        f'class="comhead">{"" if words else head}</span></div><br><span class="comment">{words or said}</span></td>'
        "</tr></table></td></tr>"
    )


def page(*rows: str) -> str:
    """A page of rows, with other small pictures in its head and foot."""
    return (
        '<html><head><meta charset="utf-8"><title>The old mill</title></head><body><center><table width="85%">'
        '<tr><td><img src="y.gif" width="18" height="18"></td><td><b><a href="news">The Lantern</a></b><img src="s.gif" '
        'height="1" width="10"><a href="newest">new</a></td></tr><tr><td colspan="2"><a href="http://mill.example/">The '
        f'old mill</a></td></tr><tr><td colspan="2"><table class="comment-tree" border="0">\n{chr(10).join(rows)}\n</table>'
        '</td></tr><tr><td><img src="s.gif" height="10" width="0"></td><td>Guidelines</td></tr></table></body></html>'
    )


def tree(row: Row, levels: tuple[int, ...] = LEVELS) -> str:
    text = page(*(row(n, level) for n, level in enumerate(levels, 1)))
    return text if row is named else text.replace(' class="comment-tree"', "")


@pytest.mark.parametrize("row", [named, drawn])
def test_the_pictures_show_who_answers_whom(row: Row) -> None:
    found = comments(tree(row))
    assert [one.author for one in found] == [who for who, _ in SAID]
    assert parents(found) == TREE
    assert {one.parent_basis for one in found} == {"none", "indentation"}
    assert thread(tree(row)).threaded


def test_a_row_that_is_called_indented_is_a_comment_with_its_id() -> None:
    found = comments(tree(named))
    assert [one.source_id for one in found] == [f"10{n}" for n in range(1, 7)]
    assert found[0].body == f"<p>{SAID[0][1]}</p>"
    assert found[0].moment.local == "2016-05-01"


@pytest.mark.parametrize("row", [named, drawn])
def test_what_stands_below_a_level_that_is_missing_answers_nobody_and_is_told(row: Row) -> None:
    told = thread(tree(row, (0, 2, 3, 1, 0, 2)))
    assert parents(list(told.comments)) == [None, None, 2, 1, None, None]
    assert [a.done for a in told.anomalies if a.what == UNKNOWN] == ["its parent is unknown"] * 2


def test_what_is_indented_below_words_that_are_gone_answers_none_that_is_there() -> None:
    """On a page that is read by its visible words, a comment without a name is no comment."""
    rows = [drawn(n, level) for n, level in enumerate(LEVELS, 1)]
    text = page(*rows[:1], drawn(2, 1, words="[deleted]"), *rows[2:]).replace(' class="comment-tree"', "")
    told = thread(text)
    assert [one.author for one in told.comments] == ["mo", "Oskar", "Dora", "Eli", "Fay"]
    assert parents(list(told.comments)) == [None, None, 1, None, 4]
    assert [a.what for a in told.anomalies].count(UNKNOWN) == 1


def test_a_deleted_comment_keeps_its_place_where_rows_are_comments() -> None:
    rows = [named(n, level) for n, level in enumerate(LEVELS, 1)]
    found = comments(page(*rows[:1], named(2, 1, words="[deleted]"), *rows[2:]))
    assert [one.state for one in found[:3]] == ["published", "deleted", "published"]
    assert parents(found) == TREE


def aged(row: str, ago: str, exact: str) -> str:
    """The row as the newest pages have it: counted from the day of saving, and exact where a pointer rests on it."""
    return row.replace('class="age"', f'class="age" title="{exact}"').replace("on May 1, 2016", ago)


@pytest.mark.parametrize(
    ("exact", "local", "precision"),
    [
        ("2016-05-01T12:30:11", "2016-05-01T12:30:11", "second"),
        ("2016-05-01T12:30:11 1462105811", "2016-05-01T12:30:11", "second"),
        ("Sunday, May 1, 2016 12:30 PM", "2016-05-01T12:30:00", "minute"),
        ("5/1/2016", "", "relative"),  # or the fifth of January
        ("Show this comment alone", "", "relative"),
    ],
)
def test_what_stands_over_a_time_told_from_the_day_of_saving_is_its_date(
    exact: str, local: str, precision: str
) -> None:
    rows = [named(n, level) for n, level in enumerate(LEVELS, 1)]
    first = comments(page(aged(rows[0], "3 hours ago", exact), *rows[1:]))[0]
    assert (first.author, first.moment.printed) == ("mo", "3 hours ago")
    assert (first.moment.local, first.moment.precision) == (local, precision)


def test_what_stands_over_other_words_is_no_date() -> None:
    rows = [named(n, level) for n, level in enumerate(LEVELS, 1)]
    rows[0] = rows[0].replace('class="hnuser"', 'class="hnuser" title="2001-01-01T10:00:00"')
    assert comments(page(*rows))[0].moment.local == "2016-05-01"


def test_a_deleted_comment_has_a_time_and_no_name() -> None:
    rows = [named(n, level) for n, level in enumerate(LEVELS, 1)]
    alone = (
        '<span class="age" title="2016-05-02T08:00:00"><a href="item?id=102">2 hours ago</a></span> <a>[&ndash;]</a>'
    )
    gone = named(2, 1, words="[deleted]").replace('<span class="comhead">', f'<span class="comhead">{alone}')
    second = comments(page(rows[0], gone, *rows[2:]))[1]
    assert (second.author, second.moment.local, second.state) == ("", "2016-05-02T08:00:00", "deleted")


def test_who_brought_a_link_and_when_is_read_from_beside_its_title() -> None:
    rows = (named(n, level) for n, level in enumerate(LEVELS, 1))
    link = '<tr><td colspan="2"><a href="http://mill.example/">The old mill</a></td></tr>'
    brought = (
        f'<tr><td><table class="fatitem">{link}<tr><td class="subtext"><span class="score">91 points</span> by <a '
        'href="user?id=frida">frida</a> <span class="age" title="2016-04-30T11:58:00"><a href="item?id=100">4 hours '
        'ago</a></span> | <a href="hide?id=100">hide</a> | <a href="past">past</a> | <a href="fave">favorite</a> | '
        '<a href="item?id=100">6 comments</a></td></tr></table></td></tr>'
    )
    post = thread(page(*rows).replace(link, brought)).post
    assert (post.title, post.author, post.moment.local) == ("The old mill", "frida", "2016-04-30T11:58:00")


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="s.gif" height="1" width="25">',
        '<img src="s.gif" height="1" width="4%">',
        '<img src="s.gif" height="1">',
        '<img src="s.gif" height="80" width="80">',
        '<img src="other.gif" height="1" width="80">',
        '<a href="/"><img src="s.gif" height="1" width="80"></a>',
        '<img src="s.gif" height="1" width="80">1',
    ],
)
def test_a_picture_that_shows_no_level_leaves_all_without_a_parent(picture: str) -> None:
    rows = [drawn(n, level, picture if n == 3 else "") for n, level in enumerate(LEVELS, 1)]
    found = comments(page(*rows).replace(' class="comment-tree"', ""))
    assert (len(found), any(one.parent for one in found)) == (6, False)


@pytest.mark.parametrize("width", ["25", "120", "4%"])
def test_a_picture_that_shows_another_level_than_its_cell_names_leaves_all_without_a_parent(width: str) -> None:
    found = comments(tree(named).replace('width="80"', f'width="{width}"'))
    assert (len(found), any(one.parent for one in found)) == (6, False)


def test_a_cell_that_names_its_level_needs_no_picture() -> None:
    rows = (named(n, level, "&nbsp;") for n, level in enumerate(LEVELS, 1))
    assert parents(comments(page(*rows))) == TREE


def test_portraits_of_one_width_are_no_levels() -> None:
    rows = (drawn(n, 0, '<img src="face.gif" width="40">') for n in range(1, 7))
    assert not thread(page(*rows).replace(' class="comment-tree"', "")).threaded


def test_rows_by_the_thousand_are_read_in_seconds() -> None:
    with within(2.5):
        empty = "<tr><td><img src='s.gif' width='0'></td><td></td></tr>" * 2_500
        assert parents(comments(tree(drawn).replace("</table>\n", f"{empty}</table>\n"))) == TREE
        around = "<table><tr><td><img src='s.gif' width='0'></td><td>"
        assert parents(comments(tree(drawn).replace("Guidelines", f"{around * 180}{empty}"))) == TREE
        deep = "<tr><td class='ind' indent='999'></td><td></td></tr>" * 2_500
        assert not any(one.parent for one in comments(tree(named).replace("Guidelines", f"<table>{deep}</table>")))
