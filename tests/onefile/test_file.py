"""A thread as one file: the same for everyone, complete without a network, and able to come back."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import lxml.html
import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from comments.actions import change_state
from comments.models import Comment
from forum.archive.models import Download
from forum.moderation.actions import decide
from forum.moderation.models import Rule
from forum.onefile import keeping, page, views
from forum.states import State
from forum.users.models import Person, Source, User
from posts.models import Post
from tests.archive.moving import bring, counted, empty, export
from tests.comments.test_parallel import together
from tests.making import NOON, Row, make_post, make_rows, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed() -> Post:
    call_command("load_fixture")
    return Post.objects.get()


def taken(client: Client, post: Post, **headers: str) -> Any:
    return client.get(f"/posts/{post.pk}/thread.html", headers=headers)


def test_it_comes_back_as_the_same_rows(client: Client, seed: Post) -> None:
    answer = taken(client, seed)
    assert answer["Content-Disposition"] == f'attachment; filename="{seed.slug}.html"'
    before = export()
    empty()
    outcome = bring(answer.content.decode(), name="thread.html")
    assert outcome.created_comments == 41
    assert export() == before
    rows = counted()
    assert not bring(answer.content.decode(), name="another name.html").wrote
    assert counted() == rows


def test_it_needs_nothing_but_itself(client: Client, seed: Post) -> None:
    page = lxml.html.document_fromstring(taken(client, seed).content)
    ids = [node.get("id") for node in page.iter() if isinstance(node.tag, str) and node.get("id")]
    assert len(ids) == len(set(ids))
    for node in page.iter("a"):
        address = node.get("href")
        assert address.startswith("http") or address[1:] in ids, address
    assert not page.xpath("//@src | //link | //form | //button | //iframe | //script")
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert len(page.xpath("//li[contains(@class, 'comment ')]")) == 41
    assert not page.xpath("//*[contains(text(), 'Report') or contains(@class, 'actions')]")
    text = page.text_content()
    assert "Reply inferred from a quotation" in text
    assert seed.source is not None
    assert seed.source.content_note in text


def test_whoever_takes_it_gets_what_a_guest_may_read(
    client: Client, sign_in: Callable[[User], Client], ann: User, ben: User, mod: User, settings: Any
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann, body="</script><script>alert(1)</script> <!--")
    first = say(post, ben, "canary-hidden words")
    say(post, ann, f"> #c{first.pk}\n> canary-hidden words\n\nNo.", first)
    change_state(comment=say(post, ben, "canary-held"), to=State.HELD, by=mod)
    change_state(comment=first, to=State.HIDDEN, by=mod)
    files = {taken(one, post).content for one in (client, sign_in(mod), sign_in(ben))}
    assert len(files) == 1
    text = files.pop().decode()
    assert "canary" not in text
    assert "</script" not in text
    assert "</script><script>alert(1)" in export()  # and is in the file as data


def test_a_removed_name_is_in_no_file(client: Client, seed: Post) -> None:
    person = Person.objects.filter(comments__isnull=False).order_by("name").first()
    assert person is not None
    name = person.name
    assert name in taken(client, seed).content.decode()
    tag = taken(client, seed)["ETag"]
    Person.objects.filter(pk=person.pk).update(name="", removed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    answer = taken(client, seed, if_none_match=tag)
    assert answer.status_code == 200
    assert not re.search(rf"\b{re.escape(name)}\b", answer.content.decode())
    assert name not in export()


def test_who_has_it_already_is_told_so(client: Client, seed: Post, settings: Any) -> None:
    tag = taken(client, seed)["ETag"]
    settings.LIMITS = {**settings.LIMITS, "files_per_hour": 1}
    assert taken(client, seed, if_none_match=tag).status_code == 304
    refused = taken(client, seed)
    assert refused.status_code == 429
    assert "The limit is 1 threads as one file an hour" in refused.content.decode()
    assert int(refused["Retry-After"]) > 0


def test_the_operator_may_keep_a_source_to_the_site(client: Client, seed: Post) -> None:
    page = client.get(seed.get_absolute_url()).content.decode()
    assert f'href="/posts/{seed.pk}/thread.html"' in page
    Source.objects.update(downloads=False)
    assert "thread.html" not in client.get(seed.get_absolute_url()).content.decode()
    assert taken(client, seed).status_code == 404


@pytest.mark.parametrize(("state", "status"), [(State.HELD, 404), (State.REMOVED, 404), (State.HIDDEN, 200)])
def test_a_post_without_a_page_has_no_file(client: Client, ann: User, state: State, status: int) -> None:
    post = make_post(ann, title="canary-title", body="canary-body", html="<p>canary-body</p>", state=state)
    answer = taken(client, post)
    assert answer.status_code == status
    assert "canary" not in answer.content.decode()


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2_345, "This thread has 2,345 comments, so the file is being made."),
        (67_890, "This thread has 67,890 comments; one file holds 50,000 at most."),
    ],
)
def test_how_large_a_thread_is_has_its_thousands_marked_off(client: Client, ann: User, count: int, said: str) -> None:
    post = make_post(ann, comment_count=count)
    assert said in taken(client, post).content.decode()


def test_a_large_thread_is_made_once_and_kept(
    client: Client, ann: User, mod: User, monkeypatch: pytest.MonkeyPatch, queue: Callable[[], None]
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    post = make_post(ann)
    rows = make_rows(post, [Row(author=ann) for _ in range(4)])
    asked = taken(client, post)
    assert asked.status_code == 202
    assert "This thread has 4 comments, so the file is being made." in asked.content.decode()
    for _ in range(3):
        taken(client, post)
    made: list[int] = []
    monkeypatch.setattr(keeping, "page_of", lambda post: made.append(post.pk) or ["<p>the file</p>"])
    queue()
    assert made == [post.pk]
    assert taken(client, post).content == b"<p>the file</p>"
    change_state(comment=Comment.objects.get(pk=rows[0].pk), to=State.HIDDEN, by=mod)
    assert taken(client, post).status_code == 202  # nobody is given words that were hidden since
    queue()
    assert made == [post.pk]  # not again so soon
    Download.objects.update(asked_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    taken(client, post)
    queue()
    assert made == [post.pk, post.pk]
    assert taken(client, post).status_code == 200


@pytest.mark.parametrize("at_once", [0, 1_000])
def test_a_rule_that_is_renamed_is_renamed_in_the_file(
    client: Client,
    ann: User,
    mod: User,
    root: User,
    sign_in: Callable[[User], Client],
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
    queue: Callable[[], None],
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", at_once)
    post = make_post(ann, archived=False)
    rows = make_rows(post, [Row(author=ann), Row(author=ann, parent=0)])
    rule = Rule.objects.get(slug="spam")
    decide(thing=Comment.objects.get(pk=rows[0].pk), to=State.HIDDEN, by=mod, rule=rule)
    taken(client, post)
    queue()
    before = taken(client, post)
    assert rule.title in before.content.decode()
    words = {"title": "Advertising of all sorts", "text": "", "position": 0, "active": "on", "for_readers": "on"}
    assert sign_in(root).post(f"/admin/moderation/rule/{rule.pk}/change/", words).status_code == 302
    assert taken(client, post, if_none_match=before["ETag"]).status_code == (200 if at_once else 202)
    Download.objects.update(asked_at=NOON)
    taken(client, post)
    queue()
    assert "Advertising of all sorts" in taken(client, post, if_none_match=before["ETag"]).content.decode()


def test_a_large_thread_asked_for_again_after_a_month_is_made(
    client: Client, ann: User, ben: User, monkeypatch: pytest.MonkeyPatch, queue: Callable[[], None]
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 0)
    posts = [make_post(ann, comment_count=1) for _ in range(3)]
    for post in posts:
        assert taken(client, post).status_code == 202
    queue()
    month = timezone.now() - dt.timedelta(days=31)
    Download.objects.update(asked_at=month, made_at=month)
    Post.objects.update(version=F("version") + 1)
    for post in posts[:2]:
        assert taken(client, post).status_code == 202
    queue()
    assert [taken(client, post).status_code for post in posts] == [200, 200, 202]


def test_a_thread_of_any_size_asks_as_many_queries(client: Client, ann: User, doubling: Callable[..., int]) -> None:
    post = make_post(ann)
    make_rows(post, [Row(author=ann) for _ in range(20)])
    visit = lambda: taken(client, post)  # noqa: E731
    doubling(visit, lambda: make_rows(post, [Row(author=ann) for _ in range(20)]), at_most=40)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_thread_in_which_somebody_speaks_meanwhile_is_taken_as_it_was(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread is in the file twice: without the one moment for both, what came between was an error."""
    thread = make_post(ann)
    say(thread, ann, "Sooner.")
    real = page.exported

    def after_another(posts: list[Post]) -> Iterator[str]:
        together([lambda: say(thread, ann, "Later.")])
        return real(posts)

    monkeypatch.setattr(page, "exported", after_another)
    file = taken(client, thread).content.decode()
    assert (file.count("Sooner."), file.count("Later.")) == (2, 0)
    assert Comment.objects.count() == 2
