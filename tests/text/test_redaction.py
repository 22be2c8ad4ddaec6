"""A name is found in HTML as a reader would find it, and taken out without damage to what is around it."""

import pytest

from forum.text.html import sanitise
from forum.text.redaction import Change, change, instead_of, places_in_html


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
