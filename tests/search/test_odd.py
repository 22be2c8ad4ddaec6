"""Any text at all gives a page, and both databases find what a plain reading of every entry finds."""

import datetime as dt

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.search.finding import wanted_of
from forum.search.models import Entry
from forum.search.query import parse
from forum.search.rebuilding import rebuild
from forum.search.wanted import Wanted
from tests.conftest import cast
from tests.making import Row, make_person, make_post, make_rows
from tests.security import inert, payloads

pytestmark = pytest.mark.django_db

TEXTS = [
    "red apples and green pears", "Red, red wine; the wine's red", "green \"and\" red NEAR blue", "a well-known café",
    "漢字入門 and 東京", "O'Brien said: don't AND OR NOT", "blue * ^ blue-green (green)", "1,000 pears -- 2007-03-22",
    "STRASSE straße and ﬁne", "red",
]  # fmt: skip
WORDS = [
    "red",
    "green",
    "blue",
    "and",
    "wine",
    "well-known",
    "café",
    "漢字",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "don't",
    "pears",
    "1,000",
]
PIECES = st.sampled_from(
    [*WORDS, "fine", "strasse", "the", '"', '"red wine"', '-"and red"', "-red", "-", "*", "red*", "^red", "words:red",
     "{red}", "NEAR(red blue)", "(", ")", "author:ann", 'author:"Limerick"', "-author:ann", "tag:x", "in:1", "-in:1",
     "before:2007", "after:2007-03", "is:post", "-is:comment", "era:then", "'", "\\", "%", "_", "§e", "§t1", ";--",
     ":", "&", "|", "!", "<->"]
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus(lasting):
    with lasting():
        people = cast("ann"), cast("ben")
        post = make_post(people[0], title="Red and green")
        for number, text in enumerate(TEXTS):
            when = dt.datetime(2007, 1 + number, 3, tzinfo=dt.UTC)
            [row] = make_rows(post, [Row(author=people[number % 2], moment=when)])
            row.html = f"<p>{text.replace('&', '&amp;')}</p>"
            row.save(update_fields=["html"])
        make_person()
        rebuild(repair=True)


def read_through(wanted: Wanted) -> list[int]:
    """What fits, found by reading each entry."""

    def stands(phrase, line):
        words = line.split()
        return any(tuple(words[n : n + len(phrase)]) == phrase for n in range(len(words)))

    return [
        key
        for key, line in Entry.objects.order_by("-key").values_list("key", "words")
        if wanted.begin <= key < wanted.end
        and all(any(stands(phrase, line) for phrase in group) for group in wanted.every)
        and not any(stands(phrase, line) for phrase in wanted.none)
    ]


RELAXED = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@RELAXED
@given(pieces=st.lists(PIECES, min_size=1, max_size=5))
def test_both_databases_find_what_reading_everything_finds(corpus, pieces):
    from django.db import connection

    from forum.search import postgresql, sqlite

    wanted = wanted_of(parse(" ".join(pieces)))
    if wanted is None:
        return
    expected = read_through(wanted)
    if connection.vendor == "sqlite":
        assert sqlite.newest(wanted, 100) == expected
        assert sqlite.newest(wanted, 2) == expected[:2]
        return
    assert postgresql.newest(wanted, 100) == expected
    assert postgresql.newest(wanted, 2) == expected[:2]
    with connection.cursor() as cursor:
        cursor.execute(*postgresql.by_index(wanted, 100))
        assert [row[0] for row in cursor.fetchall()] == expected


@RELAXED
@given(text=st.one_of(st.lists(PIECES, max_size=20).map(" ".join), st.text(max_size=300)), more=st.text(max_size=10))
def test_no_text_fails_the_page(corpus, text, more):
    client = Client()
    for query in ({"q": text}, {"q": text, "order": "time", "era": more, "where": more, "after": more, "thread": more}):
        assert client.get("/search/", query).status_code in (200, 400)


@pytest.mark.parametrize(
    "text", [*payloads.ALL, "\x00", "a\x00b", "\ufffe", "\ud800", "x" * 1_000_000, '"' * 5_000, "-" * 5_000]
)
def test_hostile_text_is_only_text(client, corpus, text):
    answer = client.get("/search/", {"q": text.encode(errors="surrogatepass")})
    assert answer.status_code in (200, 400)
    inert.check(answer)


@pytest.mark.parametrize("name", ["order", "sort", "where", "era", "after", "thread"])
@pytest.mark.parametrize(
    "value", ["password", "author__password", "-id", "1' OR '1'='1", "0", str(2**70), "-1", "\u0661"]
)
def test_only_what_is_on_the_list_sorts_and_filters(client, corpus, name, value):
    plain = client.get("/search/", {"q": "red"})
    answer = client.get("/search/", {"q": "red", name: value})
    assert answer.status_code == 200
    if name != "after":
        assert answer.content.count(b"<mark>") == plain.content.count(b"<mark>") > 0
