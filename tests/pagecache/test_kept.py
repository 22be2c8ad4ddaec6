"""What a guest gets from a page that is kept: the same bytes and headers, by one query, and nothing of anybody else."""

import gzip
import re

import pytest
import time_machine
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import Client, RequestFactory

from comments.actions import add_comment, change_state, delete_comment, edit_comment
from comments.views import address
from forum.pagecache import keeping, store
from forum.pagecache.pages import LASTING, SETTLED, KeptPage
from forum.states import State
from posts.models import Post
from tests.making import NOON, make_post, say, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(ann, ben, settings) -> Post:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann, title="Of gardens", url="https://example.org/gardens")
    first = add_comment(post=post, author=ben, body="Which way? " * 60, token=token())
    add_comment(post=post, author=ann, body="This one.", parent=first, token=token())
    return Post.objects.get(pk=post.pk)


@pytest.fixture
def paths(thread: Post) -> list[str]:
    own = thread.get_absolute_url()
    comment = thread.comments.first().get_absolute_url()
    return ["/", own, f"{own}?view=flat", f"{own}?order=newest", comment, "/about/", "/rules/"]


def test_a_page_that_is_kept_costs_one_query_and_is_the_same(paths, count_queries, client):
    for path in paths:
        first = client.get(path)
        again: list[HttpResponse] = []
        queries = count_queries(lambda path=path, again=again: again.append(client.get(path)))
        assert len(queries) == 1, (path, queries)
        assert again[0].content == first.content
        assert again[0].headers == first.headers


def test_a_page_that_is_kept_says_that_it_must_be_asked_for_each_time(paths, client):
    for path in paths:
        for answer in (client.get(path), client.get(path)):
            assert answer["Cache-Control"] == "public, no-cache"
            assert answer["Vary"] == "Accept-Encoding, Cookie"
            assert not answer.cookies
            assert answer["Content-Length"] == str(len(answer.content))


def test_a_page_is_the_same_where_none_are_kept(paths, client, settings):
    kept = {path: client.get(path) for path in paths}
    settings.PAGE_CACHE = False
    for path, answer in kept.items():
        fresh = client.get(path)
        assert fresh.content == answer.content
        assert fresh["Cache-Control"] == "public, no-cache"
        assert not fresh.cookies


@pytest.mark.parametrize(
    ("accepts", "zipped"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.8", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
        ("gzip;q=0.01", True),
        ("xgzip", False),
        ("identity", False),
    ],
)
def test_a_page_is_compressed_for_whoever_takes_it(accepts, zipped, thread, client):
    for _ in range(2):
        answer = client.get(thread.get_absolute_url(), headers={"Accept-Encoding": accepts})
        assert (answer.headers.get("Content-Encoding") == "gzip") is zipped
        assert answer["Content-Length"] == str(len(answer.content))
        words = gzip.decompress(answer.content) if zipped else answer.content
        assert b"Of gardens" in words


def test_each_encoding_has_its_own_tag(thread, client):
    path = thread.get_absolute_url()
    plain, zipped = client.get(path)["ETag"], client.get(path, headers={"Accept-Encoding": "gzip"})["ETag"]
    assert plain != zipped
    assert re.fullmatch(r'"[0-9a-f]{24}"', plain)
    for sent, accepts, status in [(plain, "", 304), (zipped, "gzip", 304), (plain, "gzip", 200), (zipped, "", 200)]:
        answer = client.get(path, headers={"If-None-Match": sent, "Accept-Encoding": accepts})
        assert answer.status_code == status


def test_a_copy_that_is_right_is_confirmed_by_one_query(paths, client, count_queries):
    for path in paths:
        tag = client.get(path)["ETag"]
        found: list[HttpResponse] = []
        headers = {"If-None-Match": f'"other", W/{tag}'}
        queries = count_queries(lambda p=path, f=found, h=headers: f.append(client.get(p, headers=h)))
        assert len(queries) == 1
        assert found[0].status_code == 304
        assert found[0].content == b""
        assert found[0]["ETag"] == tag
        assert found[0]["Vary"] == "Accept-Encoding, Cookie"
        assert found[0]["Cache-Control"] == "public, no-cache"
        assert "Content-Security-Policy" in found[0]
        assert "Content-Length" not in found[0] or found[0]["Content-Length"] == "0"


def test_a_copy_is_confirmed_while_it_is_made_anew_too(thread, client):
    """What moderators decide about held words moves the version and may show nothing: the tag stays the same."""
    path = thread.get_absolute_url()
    tag = client.get(path)["ETag"]
    Post.objects.filter(pk=thread.pk).update(version=thread.version + 1)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path)["ETag"] == tag


def test_a_page_has_a_time_once_no_other_can_have_the_same(thread, client):
    path = thread.get_absolute_url()
    with time_machine.travel(NOON, tick=False) as clock:
        assert "Last-Modified" not in client.get(path)
        clock.shift(SETTLED)
        assert "Last-Modified" not in client.get(path)
        clock.shift(1)
        said = client.get(path)["Last-Modified"]
        assert said == "Sun, 01 Mar 2026 12:00:00 GMT"
        assert client.get(path, headers={"If-Modified-Since": said}).status_code == 304
        earlier = "Sun, 01 Mar 2026 11:59:59 GMT"
        assert client.get(path, headers={"If-Modified-Since": earlier}).status_code == 200
        Post.objects.filter(pk=thread.pk).update(version=thread.version + 1)
        assert client.get(path, headers={"If-Modified-Since": said}).status_code == 200


@pytest.mark.parametrize("then", ["waits", "is edited", "is removed", "is deleted"])
def test_neither_a_date_nor_a_tag_tells_what_becomes_of_a_comment_that_waits(
    thread, client, sign_in, ann, eve, mod, settings, then
):
    settings.FIRST_COMMENTS_HELD = 1
    reader, path, live = sign_in(ann), thread.get_absolute_url(), f"/posts/{thread.pk}/new-comments/?after=0"

    def told() -> list[str | None]:
        page = client.get(path)
        return [page.get("Last-Modified"), page["ETag"], reader.get(live)["ETag"]]

    with time_machine.travel(NOON, tick=False) as clock:
        client.get(path)
        clock.shift(SETTLED + 1)
        before = told()
        held = say(thread, eve, "Held.")
        assert (held.state, held.is_shelved) == (State.HELD, True)
        clock.shift(60)
        if then == "is edited":
            assert edit_comment(comment=held, editor=eve, body="Other words.", seen=None)
        elif then == "is removed":
            assert change_state(comment=held, to=State.REMOVED, by=mod)
        elif then == "is deleted":
            assert delete_comment(comment=held, by=eve)
        clock.shift(60)
        assert told() == before
        if then in ("waits", "is edited"):
            change_state(comment=held, to=State.PUBLISHED, by=mod)
            assert {*told()} & {*before} == set()


def test_a_page_is_made_anew_after_a_while_all_the_same(thread, client, count_queries):
    path = thread.get_absolute_url()
    with time_machine.travel(NOON, tick=False) as clock:
        client.get(path)
        clock.shift(LASTING - 1)
        assert len(count_queries(lambda: client.get(path))) == 1
        clock.shift(1)
        assert len(count_queries(lambda: client.get(path))) > 1


def test_a_look_without_the_words_is_answered_from_the_same_page(thread, client, count_queries):
    path = thread.get_absolute_url()
    whole = client.get(path)
    answer: list[HttpResponse] = []
    assert len(count_queries(lambda: answer.append(client.head(path)))) == 1
    assert answer[0].content == b""
    assert answer[0]["ETag"] == whole["ETag"]
    store.memory.clear()
    client.head(path)
    assert client.get(path).content == whole.content


# ── Whom it is for ───────────────────────────────────────────────────────────


def test_a_member_never_gets_the_page_of_guests_nor_leaves_them_one(thread, client, sign_in, ann):
    path, hers = thread.get_absolute_url(), sign_in(ann)
    own = hers.get(path)
    assert own["Cache-Control"] == "private, no-store"
    assert "ETag" not in own or own["ETag"] != client.get(path)["ETag"]
    guest = client.get(path)
    assert "Sign out" not in guest.content.decode()
    again = hers.get(path, headers={"If-None-Match": guest["ETag"]})
    assert again.status_code == 200
    assert "Sign out" in again.content.decode()


@pytest.mark.parametrize("name", ["SESSION_COOKIE_NAME", "READING_COOKIE_NAME"])
def test_whoever_brings_a_cookie_of_ours_goes_the_long_way(name, thread, client, settings, count_queries):
    path = thread.get_absolute_url()
    client.get(path)
    client.cookies[getattr(settings, name)] = "nonsense"
    assert len(count_queries(lambda: client.get(path))) > 1
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_a_message_is_shown_to_the_one_it_is_for(thread, client, settings):
    path = thread.get_absolute_url()
    client.get(path)
    request = RequestFactory().get("/")
    storage = CookieStorage(request)
    said = storage._encode([Message(constants.SUCCESS, "Your report was sent.")])
    client.cookies[CookieStorage.cookie_name] = said
    assert "Your report was sent." in client.get(path).content.decode()
    assert "Your report was sent." not in Client().get(path).content.decode()


def test_cookies_of_others_change_nothing(thread, client, count_queries):
    path = thread.get_absolute_url()
    client.get(path)
    client.cookies["_analytics"] = "1.2.3"
    assert len(count_queries(lambda: client.get(path))) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"HX-Request": "true"},
        {"Range": "bytes=0-10"},
        {"Accept-Language": "de"},
        {"X-Forwarded-Host": "evil.example"},
        {"Cookie": "theme=dark"},
    ],
)
def test_an_odd_header_makes_no_other_page(headers, thread, client):
    path = thread.get_absolute_url()
    odd = client.get(path, headers=headers)
    assert odd.status_code == 200
    assert client.get(path).content == odd.content
    store.memory.clear()
    assert client.get(path).content == odd.content


def test_an_address_that_says_what_nobody_reads_is_not_kept(thread, client):
    path = thread.get_absolute_url()
    usual = client.get(path).content
    for number in range(3):
        assert client.get(f"{path}?utm_source={number}").content == usual
    assert len(store.memory) == 1


SPELLINGS = (
    *("?&", "?&&", "?view=flat&", "?&view=flat", "?view=flat&view=flat", "?view=%66lat", "?view=", "?view", "?order=&"),
    *("?order=newest&view=flat", "?after=0{after}", "?after=+{after}", "?after={after}&after={after}", "?start=1"),
    *("?start=2", "?start={after}&", "?%66old=read"),
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_address_that_the_site_never_writes_so_is_not_kept(spelling, thread, client):
    comment = thread.comments.first()
    for path in (thread.get_absolute_url(), comment.get_absolute_url(), "/", "/about/"):
        assert client.get(path + spelling.format(after=comment.pk)).status_code == 200
    assert len(store.memory) == 0


def test_a_number_with_zeros_before_it_is_not_kept(thread, client):
    for thing in (thread, thread.comments.first()):
        path = thing.get_absolute_url().replace(f"/{thing.pk}/", f"/00{thing.pk}/")
        assert client.get(path).status_code == 200
    assert len(store.memory) == 0


@pytest.mark.parametrize("era", ["", "now"])
@pytest.mark.parametrize("order", ["", "newest"])
@pytest.mark.parametrize("view", ["", "flat"])
def test_every_address_as_the_site_writes_it_is_kept(view, order, era, thread, client):
    first = thread.comments.order_by("pk").first()
    for after in ("", first.pk):
        path = address(thread.get_absolute_url(), era=era, after=after, order=order, view=view)
        assert client.get(path).status_code == 200
        assert store.memory.get(keeping.key_of(client.get(path).wsgi_request.META, thread.get_absolute_url())), path


def test_a_page_is_kept_once_for_all_names_and_ports_of_the_site(thread, client, count_queries):
    path = thread.get_absolute_url()
    client.get(path, headers={"Host": "localhost"})
    for host in ("localhost:8000", "localhost:1", "LocalHost:65000", "localhost.", "127.0.0.1", "testserver"):
        assert len(count_queries(lambda host=host: client.get(path, headers={"Host": host}))) == 1
    assert len(store.memory) == 1
    for host in ("localhost:x", "localhost:", "evil.example:8000", "localhost.evil.example", "http://localhost:8000"):
        assert client.get(path, headers={"Host": host}).status_code == 400


def test_another_host_is_refused_although_the_page_is_kept(thread, client):
    path = thread.get_absolute_url()
    client.get(path)
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert client.get(path, headers={"Host": "localhost"}).status_code == 200


def test_plain_http_is_led_to_https_although_the_page_is_kept(thread, client, settings):
    path = thread.get_absolute_url()
    settings.SECURE_SSL_REDIRECT = True
    fresh = Client()
    assert fresh.get(path, secure=True).status_code == 200
    assert fresh.get(path).status_code == 301


@pytest.mark.parametrize("path", ["/posts/999999/nothing/", "/comments/999999/", f"/posts/{2**70}/x/", "/nothing/"])
def test_what_is_not_there_is_not_kept(path, client):
    assert client.get(path).status_code == 404
    assert client.get(path).status_code == 404
    assert len(store.memory) == 0


def test_a_way_to_the_right_address_is_not_kept(thread, client):
    assert client.get(f"/posts/{thread.pk}/old-title/").status_code == 301
    assert len(store.memory) == 0


def test_the_database_away_is_said_as_everywhere(thread, client, monkeypatch):
    from django.db import OperationalError

    path = thread.get_absolute_url()
    client.get(path)
    client.raise_request_exception = False

    def away(*values: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("forum.pagecache.versions.connection.cursor", away)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "Content-Security-Policy" in answer


# ── How much is kept ─────────────────────────────────────────────────────────


def a_page(size: int) -> KeptPage:
    return KeptPage.of(b"x" * size, "text/html", version=(1,), began=0)


def test_the_pages_that_were_asked_for_longest_ago_leave_first():
    memory = store.Memory(room=3_000)
    for name in ("a", "b", "c"):
        memory.put((name,), a_page(400), lambda: None)
    assert memory.get(("a",))
    memory.room = 1_100
    memory.put(("d",), a_page(400), lambda: None)
    assert [name for name in "abcd" if memory.get((name,))] == ["a", "d"]


def test_a_page_larger_than_all_room_is_given_and_not_kept():
    memory = store.Memory(room=1_000)
    memory.put(("a",), a_page(400), lambda: None)
    memory.put(("b",), a_page(1_200), lambda: None)
    assert memory.get(("b",)) is None
    assert memory.get(("a",))


def test_a_page_that_is_kept_anew_takes_its_room_once():
    memory = store.Memory(room=1_000)
    for _ in range(10):
        memory.put(("a",), a_page(400), lambda: None)
    memory.put(("b",), a_page(400), lambda: None)
    assert len(memory) == 2


def test_only_pages_of_guests_are_ever_kept(thread, sign_in, ann):
    hers = sign_in(ann)
    for path in ("/", thread.get_absolute_url(), thread.comments.first().get_absolute_url()):
        hers.get(path)
    assert len(store.memory) == 0
    assert keeping.is_for_all(RequestFactory().get("/").META)
    assert not keeping.is_for_all(RequestFactory().post("/").META)


def test_a_comment_is_on_the_page_with_the_next_question(thread, client, ben):
    path = thread.get_absolute_url()
    assert "Suddenly here" not in client.get(path).content.decode()
    say(thread, ben, "Suddenly here.")
    assert "Suddenly here" in client.get(path).content.decode()
