"""What is covered: names known by their digest alone, and passages of words that may not be read."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from comments.models import Quotation
from forum.archive.blackout import (
    BAR,
    again,
    black_out,
    merged,
    name_places,
    passages_hidden_from,
    removed_names,
    taken_off,
)
from forum.states import State
from forum.users.models import Person
from tests.making import Row, make_person, make_post, make_rows


def digests(*names: str) -> frozenset[str]:
    """The names as they are known here once they were taken off."""
    return frozenset(Person.digest_of(name) for name in names)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Posted by Bo Ridge on May 1", f"Posted by {BAR} on May 1"),
        ("Bo Ridge", BAR),
        ("(Bo\nRidge's own “Bo \t Ridge”)", f"({BAR}'s own “{BAR}”)"),
        ("Bo\u00a0Ridge, Bo Ridges and Abo Ridge", f"{BAR}, Bo Ridges and Abo Ridge"),
        ("<b>Bo</b> Ridge<br>", f"<b>{BAR}<br>"),
        ('<a title="Bo Ridge" href="/u">', f'<a title="{BAR}" href="/u">'),
    ],
)
def test_a_name_is_covered_however_it_stands(text, shown):
    assert black_out(text, names=digests("Bo Ridge")) == shown


@pytest.mark.parametrize("name", ["Yahoo!", "[bob]", "T.J. O'Neil", "a b c d e f g h", "Mom  and Pop", "Ωμέγα", "@x"])
def test_names_of_every_shape_are_covered(name):
    assert black_out(f"Thus {name} spoke.", names=digests(name)) == f"Thus {BAR} spoke."


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("O&#8217;Neil &amp; Sons said", "O\u2019Neil & Sons", f"{BAR} said"),
        ("said Zo&euml;", "Zoë", f"said {BAR}"),
        ("said Zo&#xEB;.", "Zoë", f"said {BAR}."),
    ],
)
def test_a_name_written_with_entities_is_covered_whole(text, name, shown):
    assert black_out(text, names=digests(name)) == shown


def test_the_bar_tells_nothing_of_the_length():
    assert black_out("Al", names=digests("Al")) == black_out("Alexandra", names=digests("Alexandra")) == BAR


def test_passages_and_names_that_meet_become_one_bar():
    assert black_out("Bo said it all.", names=digests("Bo"), passages=[(0, 7), (5, 10)]) == f"{BAR} all."


def test_without_removed_names_nothing_is_searched():
    assert name_places("Bo Ridge", frozenset()) == []
    assert black_out("Bo Ridge", names=frozenset()) == "Bo Ridge"


def test_searching_64_kb_for_names_takes_no_more_than_a_blink():
    text = " ".join(f"word{number % 997}" for number in range(9_000))
    began = time.process_time()
    assert black_out(text, names=digests("Bo Ridge")) == text
    assert time.process_time() - began < 1


def test_places_are_joined_in_order():
    assert merged([(8, 9), (0, 3), (3, 5), (6, 6), (1, 2)]) == [(0, 5), (8, 9)]


def test_a_passage_is_found_again_in_its_markup():
    body, text = "He said: Never again, I swear!", "<p>He said:\n<i>Never again</i>, I&nbsp;swear!</p>"
    places = again([(9, 29)], body, text)
    assert [text[a:b] for a, b in places or []] == ["Never again</i>, I&nbsp;swear!"]


def test_a_passage_that_cannot_be_told_is_told_to_be_so():
    assert again([(0, 5)], "Never", "something else") is None
    assert again([(0, 0)], "Never", "something else") == []


def test_what_was_taken_off_in_a_body_is_found_in_its_source_whatever_its_case():
    body, text = "As [name removed] said before", "As BO ridge said before"
    assert [text[a:b].strip() for a, b in taken_off(body, text) or []] == ["BO ridge"]
    assert taken_off("Thus [name removed] spoke", "Something else") is None
    assert taken_off("No name here", "Something else") == []


@pytest.mark.django_db
def test_names_taken_off_in_any_source_are_known():
    gone, other = make_person("Bo Ridge"), make_person("Al", source="other")
    Person.objects.filter(pk=gone.pk).update(name="", removed_at=timezone.now())
    assert removed_names() == {gone.digest}
    assert other.digest not in removed_names()


@pytest.mark.django_db
def test_a_quotation_of_hidden_words_is_hidden_from_all_but_staff(mod):
    quoted, quoting = make_rows(make_post(archived=True), [Row(archived=True, state=State.HIDDEN), Row(archived=True)])
    Quotation.objects.create(comment=quoting, quoted=quoted, start=10, end=20, attribution_start=0, attribution_end=10)
    assert passages_hidden_from(quoting, AnonymousUser()) == [(0, 20)]
    assert passages_hidden_from(quoting, mod) == []
