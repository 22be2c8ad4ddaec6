"""A name is found in HTML as a reader would find it, and taken out without damage to what is around it."""

import pytest

from forum.text.html import sanitise
from forum.text.redaction import Change, change, instead_of, moved, places, places_in_html


def found(html: str, name: str) -> list[str]:
    return [html[start:end] for start, end in places_in_html(html, name)]


@pytest.mark.parametrize(
    ("html", "name", "places"),
    [
        ("<p>Bo Ridge said</p>", "bo ridge", ["Bo Ridge"]),
        ("<p>O&#8217;Neil &amp; Sons</p>", "O\u2019Neil & Sons", ["O&#8217;Neil &amp; Sons"]),
        ("<p>Zo&euml; and Zo&#xEB;!</p>", "Zoë", ["Zo&euml;", "Zo&#xEB;"]),
        ("<p><b>Bo</b> <i>Ridge</i></p>", "Bo Ridge", ["Bo</b> <i>Ridge"]),
        ("<p>Bo<br>Ridge</p>", "Bo Ridge", ["Bo<br>Ridge"]),
        ("<p>Bo&nbsp;Ridge</p>", "Bo Ridge", ["Bo&nbsp;Ridge"]),
        ("<p>Bo</p><p>Ridge</p>", "Bo Ridge", []),
        ('<a href="/Bo" title="Bo">Bobo</a>', "Bo", []),
        ("<p>Smith &amp Bo; &bogus; Bo</p>", "Bo", ["Bo", "Bo"]),
        ("a < b > Bo", "Bo", ["Bo"]),
    ],
)
def test_a_name_is_found_as_it_is_read(html, name, places):
    assert found(html, name) == places


def test_what_is_put_in_place_of_a_name_keeps_the_tags_within_it():
    html = sanitise("<p>So <b>Bo</b> Ridge spoke.</p>")
    [(start, end)] = places_in_html(html, "Bo Ridge")
    put = change(html, [Change(start, end, instead_of(html[start:end], "[gone]"))]).text
    assert put == sanitise(put) == html.replace("Bo</b> Ridge", "[gone]</b>")


def test_passages_are_replaced_in_any_order_and_it_is_said_where():
    changed = change("Bo met Al, Al", [Change(11, 13, "the other"), Change(0, 2, "He"), Change(2, 2, "w")])
    assert (changed.text, changed.starts) == ("Hew met Al, the other", [0, 2, 12])


@pytest.mark.parametrize("passages", [[(0, 2), (1, 3)], [(1, 6)], [(3, 2)], [(-1, 2)]])
def test_passages_that_overlap_or_leave_the_text_are_refused(passages):
    with pytest.raises(ValueError, match="overlap another passage or leave the text"):
        change("abcde", [Change(start, end, "x") for start, end in passages])


def test_an_offset_stays_at_its_letter_and_leaves_a_passage_by_the_side_it_is_of():
    changes = [Change(7, 9, "[gone]"), Change(0, 2, "[gone]")]  # in "Bo met Al, so"
    assert [moved(offset, changes) for offset in (0, 2, 3, 7, 9, 11)] == [0, 6, 7, 11, 17, 19]
    assert (moved(8, changes), moved(8, changes, closes=True)) == (11, 17)


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_no_name_stands_nowhere(name):
    assert places("Bo and Al", name) == []
