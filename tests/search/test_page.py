"""The page of a search: what stands on it, for whom, and what it costs."""

import datetime as dt

import pytest
from django.db import OperationalError

from comments.importing import ArchivedComment
from forum.moderation.models import Tally
from forum.search import finding
from forum.search.rebuilding import rebuild
from posts.actions import add_post
from tests.making import LONG_AGO, Row, import_comments, make_person, make_post, make_rows, page_of, say, select, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(ann):
    return add_post(author=ann, kind="article", title="Of <b>gardens</b>", body="A long walk.", token=token())


def text_of(client, query: str = "", **more: object) -> str:
    answer = client.get("/search/", {"q": query, **more})
    assert answer.status_code == 200
    return " ".join(page_of(answer).text_content().split())


def test_an_empty_page_says_how_to_search(client, post):
    page = text_of(client)
    assert "How to search" in page
    assert "these words one after another" in page
    assert "found" not in page.lower().replace("nothing was found", "")


def test_nothing_found_says_what_to_do(client, post):
    assert "Nothing was found. All words of a search must stand in one post or comment" in text_of(client, "zebra")


def test_a_hit_shows_its_context_and_leads_to_the_spot(client, post, ann, ben):
    first = say(post, ben, "A zebra came by.")
    second = say(post, ann, "No zebra comes here.", parent=first)
    page = page_of(client.get("/search/", {"q": "zebra", "order": "time"}))
    [newest, oldest] = select(page, "ol.items > li")
    words = " ".join(newest.text_content().split())
    assert words.startswith("ann · ")
    assert "to ben" in words
    assert "in “Of <b>gardens</b>”" in words
    links = [link.get("href") for link in newest.iter("a")]
    assert second.get_absolute_url() in links
    assert post.get_absolute_url() in links
    assert "to ben" not in oldest.text_content()
    assert "2 found" in page.text_content()


def test_who_was_answered_is_not_named_when_the_answered_words_are_gone(client, post, ann, ben, mod):
    from comments.actions import change_state

    first = say(post, ben, "An elephant came by.")
    say(post, ann, "No zebra comes here.", parent=first)
    change_state(comment=first, to="hidden", by=mod)
    assert "to ben" not in text_of(client, "zebra")


def test_words_found_are_marked_and_everything_else_is_escaped(client, post, ann):
    say(post, ann, 'The <i>zebra</i>\'s "stripes" & <script>alert(1)</script> café zebras.')
    page = client.get("/search/", {"q": "zebra stripes"}).content.decode()
    assert "<mark>zebra&lt;/i&gt;" not in page
    assert "<mark>zebra</mark>" in page
    assert "<mark>zebras</mark>" in page
    assert "<mark>stripes</mark>" in page
    assert "<script>alert" not in page
    page = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "<mark>script&gt;alert(1)&lt;/script</mark>" in page
    assert "Of &lt;b&gt;<mark>gardens</mark>" in client.get("/search/", {"q": "garden"}).content.decode()


def test_a_long_text_is_cut_around_the_words(client, post, ann):
    say(post, ann, "word " * 300 + "zebra " + "more " * 300)
    [hit] = select(page_of(client.get("/search/", {"q": "zebra"})), "p.excerpt")
    assert 150 < len(hit.text_content()) < 320
    assert hit.text_content().startswith("…word")
    assert hit.text_content().endswith("more…")


def test_old_words_are_shown_whole_or_not_at_all(client, ann):
    post = make_post(ann, archived=True)
    person, long = make_person(), "zebra " * 600
    found = [ArchivedComment(person=person, created_at=LONG_AGO, body=body, printed_date="March 22") for body in
             ("A zebra, and so on. " + "Then more. " * 60, long)]  # fmt: skip
    rows = import_comments(post=post, found=found)
    page = page_of(client.get("/search/", {"q": "zebra", "order": "time"}))
    assert not select(page, "p.excerpt")
    items = {
        item.xpath(".//a[starts-with(@href,'/comments/')]")[0].get("href"): item for item in select(page, "li.then")
    }
    whole, much = (items[row.get_absolute_url()] for row in rows)
    assert "Then more. " * 59 in whole.text_content()
    assert "March 22" in whole.text_content()
    assert "Old words are shown uncut, in their place" in much.text_content()
    assert len(much.text_content()) < 400


@pytest.mark.parametrize("order", ["time", "relevance"])
def test_pages_follow_one_another_without_gap_or_double(client, monkeypatch, ann, order):
    monkeypatch.setattr(finding, "PAGE", 7)
    post = make_post(ann, title="Numbers")
    rows = make_rows(post, [Row(author=ann, moment=LONG_AGO + dt.timedelta(seconds=n // 3)) for n in range(30)])
    rebuild(repair=True)
    found, address = [], f"/search/?q=words&order={order if order == 'time' else ''}&where=comment"
    while address:
        page = page_of(client.get(address))
        hits = [item.xpath(".//a[starts-with(@href,'/comments/')]/@href")[0] for item in select(page, "ol.items > li")]
        assert 0 < len(hits) <= 7
        found += hits
        more = select(page, "p.more > a")
        address = f"/search/{more[0].get('href')}" if more else ""
    assert sorted(found) == sorted(row.get_absolute_url() for row in rows)
    assert len(found) == 30


def test_the_examples_name_nobody(client, db):
    tips = text_of(client, "")
    assert "author:name" in tips
    assert "limerick" not in tips.lower()


def test_only_the_latest_matches_are_ranked_and_that_is_told(client, monkeypatch, ann):
    monkeypatch.setattr(finding, "WINDOW", 10)
    make_rows(make_post(ann), [Row(author=ann) for _ in range(12)])
    rebuild(repair=True)
    assert "More than 10 found" in text_of(client, "words")
    assert "More than" not in text_of(client, "words", order="time")


def test_pages_are_full_although_a_thread_with_many_hits_has_no_page(client, monkeypatch, ann):
    monkeypatch.setattr(finding, "PAGE", 3)
    monkeypatch.setattr(finding, "WINDOW", 4)
    shown = make_rows(make_post(ann), [Row(author=ann) for _ in range(4)])
    gone = make_post(ann)
    make_rows(gone, [Row(author=ann, moment=LONG_AGO.replace(year=2026, month=5)) for _ in range(20)])
    rebuild(repair=True)
    type(gone).objects.filter(pk=gone.pk).update(state="removed")
    for order in ("", "time"):
        page = client.get("/search/", {"q": "words", "where": "comment", "order": order}).content.decode()
        assert sum(row.get_absolute_url() in page for row in shown) == 3


def test_a_thread_leads_to_a_search_of_it_alone(client, post, ann, ben):
    say(post, ben, "A zebra.")
    say(make_post(ann, title="Elsewhere"), ben, "A zebra.")
    page = page_of(client.get(post.get_absolute_url()))
    [link] = page.xpath("//a[starts-with(@href, '/search/?thread=')]/@href")
    [form] = [form for form in page_of(client.get(link)).forms if "thread" in form.fields]
    page = text_of(client, "zebra", thread=form.fields["thread"])
    assert "only in “Of <b>gardens</b>”" in page
    assert "Elsewhere" not in page
    assert "Elsewhere" in text_of(client, "zebra", thread="x")


def test_every_page_has_a_box_that_needs_no_script_and_sets_no_cookie(client, post, db):
    answer = client.get("/")
    [form] = [form for form in page_of(answer).forms if form.get("action") == "/search/"]
    assert form.method == "GET"
    answer = client.get("/search/", {"q": "garden"})
    assert not answer.cookies
    assert b"<script" not in answer.content
    assert answer["Cache-Control"] == "no-cache"


def test_no_machine_lists_searches(client, db):
    assert b'<meta name="robots" content="noindex">' in client.get("/search/").content
    assert "Disallow: /search/\n" in client.get("/robots.txt").content.decode()
    assert "/search/" not in client.get("/sitemap.xml").content.decode()


def test_too_many_searches_from_one_network_are_refused_with_the_words_kept(client, settings, post, sign_in, ben):
    settings.LIMITS = {**settings.LIMITS, "searches_per_hour": 2}
    for _ in range(2):
        assert client.get("/search/", {"q": "garden"}).status_code == 200
    answer = client.get("/search/", {"q": "garden"})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    page = answer.content.decode()
    assert "The limit is 2 searches an hour. Try again in" in page
    assert 'value="garden"' in page
    assert not answer.cookies
    assert client.get("/search/").status_code == 200
    assert client.get("/search/", {"q": "garden"}, REMOTE_ADDR="198.51.100.7").status_code == 200
    assert sign_in(ben).get("/search/", {"q": "garden"}).status_code == 200
    assert not any("garden" in tally.key for tally in Tally.objects.all())


def test_a_full_disk_stops_no_search(client, monkeypatch, post):
    def full(act: str, who: str) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("forum.search.views.limits.spend", full)
    assert client.get("/search/?q=words").status_code == 200


def test_a_search_costs_as_many_queries_when_there_is_twice_as_much(client, doubling, ann, ben):
    def double():
        for number in range(8):
            post = add_post(author=ann, kind="article", title="A zebra", body="Zebras.", token=token())
            say(post, ben, f"Zebra {number}.", parent=say(post, ann, f"A zebra {number}."))

    double()
    doubling(lambda: client.get("/search/", {"q": "zebra"}), double, at_most=13)
    doubling(lambda: client.get("/search/", {"q": "zebra author:ben", "order": "time"}), double, at_most=14)


def test_a_search_that_takes_too_long_is_stopped_and_told(client, monkeypatch, post):
    from forum.search import postgresql, sqlite
    from forum.search.wanted import TooSlow

    def slow(*_):
        raise TooSlow

    monkeypatch.setattr(sqlite, "newest", slow)
    monkeypatch.setattr(postgresql, "newest", slow)
    assert "This search was stopped after a second, because too much fits." in text_of(client, "garden")
