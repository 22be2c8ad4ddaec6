"""Templates filled in from moulds show what Django would have rendered, letter by letter."""

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from forum import moulds
from forum.moulds import Choice, Parts, fill

words = st.one_of(st.sampled_from(["", "&", "<b>", "\ue0000\ue001", "8000000000000000001", "'\""]), st.text(max_size=8))
tags = st.lists(st.fixed_dictionaries({"name": words, "get_absolute_url": words}), max_size=4)
sources = st.none() | st.fixed_dictionaries({"provenance_note": words, "content_note": words})
numbers = st.sampled_from([0, 1, 2, 17, 2**40])
era_names = st.sampled_from(["then", "now", "both", ""]).map(Choice)
eras = st.lists(st.tuples(era_names, words, numbers), max_size=3)


@given(
    tags, sources, st.booleans(), numbers.filter(bool), eras, st.sampled_from(["then", "now", ""]).map(Choice), words
)
def test_a_filled_template_is_what_django_renders(tags, source, archived, pk, eras, era, url):
    post = {"shown_tags": tags, "source": source, "archived": archived, "pk": pk, "get_absolute_url": url}
    post |= {"shown_title": url, "comment_count": pk, "shown_pulse": None, "last_comment_at": False}
    shown = {"post": post, "eras": eras, "era": era, "next_url": url, "next_words": "More"}
    for template in ("posts/_tags.html", "posts/_notes.html", "reading/_eras.html", "_paging.html"):
        for _ in "twice":
            assert fill(template, shown).decode() == render_to_string(template, shown)


def test_words_are_escaped_and_html_is_not():
    assert fill("_paging.html", {"next_url": '"><script>', "next_words": mark_safe("<b>On</b>")}) == (
        b'\n<p class="more"><a href="&quot;&gt;&lt;script&gt;" rel="next"><b>On</b></a></p>\n'
    )


@given(st.lists(st.text(max_size=4), max_size=4), words)
def test_a_word_in_parts_is_the_html_that_they_make_together(parts, url):
    whole = {"next_url": url, "next_words": mark_safe("".join(parts))}  # noqa: S308  of this test
    in_parts = {"next_url": url, "next_words": Parts(parts)}
    expected = render_to_string("_paging.html", whole)
    assert fill("_paging.html", in_parts).decode() == expected == render_to_string("_paging.html", in_parts)


def test_a_mark_among_the_words_stays_a_word():
    shown = {"next_url": "\ue0001\ue001 8000000000000000001", "next_words": "secret"}
    assert fill("_paging.html", shown).count(b"secret") == 1


def test_nothing_but_plain_values_is_taken():
    with pytest.raises(TypeError, match="object"):
        fill("_paging.html", {"next_url": object()})


def test_no_more_shapes_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(moulds, "MOST", 3)
    monkeypatch.setattr(moulds, "_kept", {})
    for number in range(8):
        fill("posts/_tags.html", {"post": {"shown_tags": [{"name": "a", "get_absolute_url": "b"}] * number}})
        assert len(moulds._kept) <= 3


def test_while_debug_is_on_templates_may_change(monkeypatch, settings):
    monkeypatch.setattr(moulds, "_kept", {})
    settings.DEBUG = True
    fill("_paging.html", {"next_url": "a"})
    assert not moulds._kept
