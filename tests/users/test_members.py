"""A member's page lists what everyone may read of the member; a person's page says that it is no member's."""

import datetime as dt
import secrets
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from comments.importing import ArchivedComment
from comments.models import Comment
from forum.paging import Spot
from forum.states import State
from forum.users.mentions import addresses_of
from forum.users.models import Person, Source, User
from posts.actions import ArchivedPost
from posts.models import Post
from tests.conftest import Doubling
from tests.making import import_comments, import_post

SignIn = Callable[[User], Client]
THEN = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)


def post_by(author: User, title: str = "A title", **fields: object) -> Post:
    now = timezone.now()
    values = {"title": title, "html": "<p>words of a post</p>", "created_at": now, "active_at": now} | fields
    return Post.objects.create(author=author, **values)


def comment_by(author: User, post: Post, words: str, **fields: object) -> Comment:
    values = {"html": f"<p>{words}</p>", "created_at": timezone.now(), "token": secrets.token_hex(16)} | fields
    return Comment.objects.create(author=author, post=post, **values)


@pytest.fixture
def driller(db: None) -> Person:
    """A person whose words came with an archive of one thread."""
    source = Source.objects.create(
        key="hot-air", name="Hot Air", content_note="Some call for torture.", provenance_note="A saved copy."
    )
    person = Person.objects.create(source=source, name="driller", digest=Person.digest_of("driller"))
    found = ArchivedPost(title="Big news", person=None, source=source, created_at=THEN, body="x", html="<p>x</p>")
    comment = ArchivedComment(
        person=person, created_at=THEN, body="They pinched him.", printed_date="March 22, 2007 at 7:01 PM"
    )
    import_comments(post=import_post(found=found), found=[comment])
    return person


def test_a_member_page_lists_comments_and_posts(client: Client, ann: User, ben: User) -> None:
    post = post_by(ann, "Of pulses & pauses")
    comment_by(ann, post, "first words")
    comment_by(ben, post, "words of another")
    page = client.get("/members/ann/").content.decode()
    assert "first words" in page
    assert "Of pulses &amp; pauses" in page
    assert "words of another" not in page
    assert "Member since" in page
    page = client.get("/members/ann/?show=posts").content.decode()
    assert "words of a post" in page
    assert "first words" not in page


def test_a_member_without_words_has_a_page_that_says_so(client: Client, eve: User) -> None:
    assert "No comments yet." in client.get("/members/eve/").content.decode()
    assert "No posts yet." in client.get("/members/eve/?show=posts").content.decode()


@pytest.mark.parametrize("state", [State.HELD, State.HIDDEN, State.REMOVED, State.DELETED])
def test_what_is_not_public_is_not_listed(client: Client, ann: User, ben: User, state: State) -> None:
    post = post_by(ben)
    comment_by(ann, post, "marker-words", state=state)
    post_by(ann, "marker-title", state=state)
    comment_by(ann, post_by(ben, "marker-other", state=State.REMOVED), "marker-under")
    for address in ("/members/ann/", "/members/ann/?show=posts"):
        assert "marker" not in client.get(address).content.decode()


def test_a_post_that_waits_is_listed_by_its_title_for_whoever_may_read_it(
    sign_in: SignIn, ann: User, ben: User, mod: User
) -> None:
    post_by(ann, "Of mills", kind="link", url="https://example.org/", html="", state=State.HELD)
    comment_by(ann, post_by(ben, "Of gardens", state=State.HELD), "under the post of another")
    page = sign_in(ann).get("/members/ann/?show=posts").content.decode()
    assert "Of mills</a> · held for a moderator" in page
    assert "Of gardens" not in sign_in(ann).get("/members/ann/").content.decode()
    assert "Of mills</a> · held for a moderator" in sign_in(mod).get("/members/ann/?show=posts").content.decode()


def test_only_what_is_listed_is_counted(client: Client, ann: User, ben: User) -> None:
    comment_by(ann, post_by(ben), "listed")
    comment_by(ann, post_by(ben, state=State.REMOVED), "gone with its post")
    page = client.get("/members/ann/").content.decode()
    assert "1 comment<" in page
    assert "gone with its post" not in page


def test_one_page_follows_another(client: Client, ann: User) -> None:
    post = post_by(ann)
    for number in range(31):
        comment_by(ann, post, f"words-{number}.")
    first = client.get("/members/ann/").content.decode()
    assert "words-30." in first
    assert "words-0." not in first
    last = Comment.objects.order_by("created_at")[1]
    after = Spot.of(last.created_at, last.pk)
    assert f'href="?after={after}"' in first
    last.delete()
    second = client.get(f"/members/ann/?after={after}").content.decode()
    assert "words-0." in second
    assert "words-1." not in second
    for odd in ("-1", "x", "99999999999999999999", "1e9", "\u0661", "1.", ".1", f"-{'9' * 16}.1", f"{'9' * 16}.1"):
        assert client.get("/members/ann/", {"after": odd}).status_code == 200


def test_no_page_begins_after_what_is_not_on_the_list(client: Client, ann: User, ben: User) -> None:
    early = THEN
    for show, make in (("comments", comment_by), ("posts", None)):
        post = post_by(ben)
        for number in range(2):
            at = early + dt.timedelta(days=number)
            comment_by(ann, post, f"words-{number}", created_at=at) if make else post_by(ann, created_at=at)
        between = {"created_at": early + dt.timedelta(hours=1)}
        unlisted = [
            comment_by(ann, post, "x", state=state, **between) if make else post_by(ann, state=state, **between)
            for state in (State.HELD, State.HIDDEN, State.REMOVED, State.DELETED)
        ]
        unlisted.append(comment_by(ben, post, "x", **between) if make else post_by(ben, **between))
        pages = {
            client.get(f"/members/ann/?show={show}&after={pk}").content
            for pk in (99999999, *(thing.pk for thing in unlisted))
        }
        assert len(pages) == 1


def test_a_name_has_one_address(client: Client, ann: User) -> None:
    answer = client.get("/members/ANN/")
    assert answer.status_code == 301
    assert answer["Location"] == "/members/ann/"
    for unknown in ("zoe", "\u0430nn", "%20", "ann%00", "<script>", "x" * 300):
        assert client.get(f"/members/{unknown}/").status_code in {400, 404}


def test_members_from_before_get_the_keys_of_names_alike(client: Client, ben: User) -> None:
    """Also three who were called alike: the key is that of one, and each of them is found as before."""
    old = {"علي": "علي", "タロ": "タロ", "タ口": "タ口", "夕口": "夕口", "Zoë": "zoe"}
    for name, key in old.items():
        User.objects.create(username=name, name_key=key, email=f"{len(name)}{ord(name[0])}@example.org")
    migration = import_module("forum.users.migrations.0005_keys_of_names_alike")
    migration.BATCH = 2
    for _ in range(2):
        migration.renew(apps, SimpleNamespace(connection=connection))
        assert dict(User.objects.exclude(pk=ben.pk).values_list("username", "name_key")) == {**old, "علي": "علی"}
    for name in old:
        assert client.get(f"/members/{name}/").status_code == client.get(f"/members/{name}/feed/").status_code == 200
    assert set(addresses_of(list(old))) == {name.casefold() for name in old}
    assert client.get("/members/夕ロ/").status_code == 404
    User.objects.filter(username="夕口").update(username="夕山", name_key="夕山")
    migration.renew(apps, SimpleNamespace(connection=connection))
    assert User.objects.get(username="タロ").name_key == "夕口"
    assert User.objects.get(username="タ口").name_key == "タ口"
    assert client.get("/members/タ口/").content != client.get("/members/タロ/").content


def test_a_closed_account_without_words_to_read_has_no_page(
    client: Client, sign_in: SignIn, ann: User, ben: User, mod: User
) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert sign_in(mod).get("/members/ann/").status_code == 404
    comment_by(ann, post_by(ben), "hidden", state=State.HIDDEN)
    comment_by(ann, post_by(ben, state=State.REMOVED), "gone")
    assert client.get("/members/ann/").status_code == 404
    assert sign_in(mod).get("/members/ann/").status_code == 200


@pytest.mark.parametrize("query", ["", "?show=posts"])
def test_the_byline_of_a_closed_account_leads_to_a_page_that_says_no_more(
    client: Client, sign_in: SignIn, ann: User, ben: User, query: str
) -> None:
    comment_by(ann, post_by(ben), "words of ann")
    User.objects.filter(pk=ann.pk).update(is_active=False)
    for browser in (client, sign_in(ben)):
        answer = browser.get(f"/members/ann/{query}")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "This account is closed." in page
        assert '<meta name="robots" content="noindex">' in page
        for private in ("Member since", "words of ann", "1 comment", "example.org", "Follow", "Feed"):
            assert private not in page.partition("<main")[2].partition("</main")[0]
        assert browser.get("/members/Ann/")["Location"] == "/members/ann/"


def test_only_the_member_sees_the_way_to_the_account(client: Client, ann: User) -> None:
    assert "/accounts/email/" not in client.get("/members/ann/").content.decode()
    client.force_login(ann)
    assert "/accounts/email/" in client.get("/members/ann/").content.decode()


def test_nobody_learns_an_address(client: Client, ann: User, ben: User) -> None:
    client.force_login(ben)
    assert "example.org" not in client.get("/members/ann/").content.decode()


def test_a_guest_gets_no_cookie(client: Client, ann: User, driller: Person) -> None:
    for address in ("/members/ann/", driller.get_absolute_url()):
        assert not client.get(address).cookies


def test_a_person_page_says_where_the_words_are_from(client: Client, driller: Person) -> None:
    page = client.get(driller.get_absolute_url()).content.decode()
    assert "<bdi>driller</bdi> is no member here" in page
    assert "Hot Air" in page
    assert "They pinched him." in page
    assert "March 22, 2007 at 7:01 PM" in page
    assert "Some call for torture." in page
    assert "A saved copy." in page
    assert '<meta name="robots" content="noindex">' in page
    assert f"/moderation/name/?person={driller.pk}" in page
    assert "2007-03-22" not in page  # the ordering key is not a date anybody printed
    assert client.get("/persons/999999/").status_code == 404
    assert client.get("/persons/99999999999999999999999/").status_code == 404


def test_old_words_are_shown_whole_and_never_cut(client: Client, driller: Person) -> None:
    long = "<p>" + "word " * 400 + "end.</p>"
    Comment.objects.filter(person=driller).update(html=long)
    assert "word end." in client.get(driller.get_absolute_url()).content.decode()


def test_a_name_taken_off_is_gone_from_the_page(client: Client, driller: Person) -> None:
    Person.objects.update(name="", removed_at=timezone.now())
    page = client.get(driller.get_absolute_url()).content.decode()
    assert "driller" not in page
    assert "[name removed]" in page
    assert "Ask to have it taken off" not in page


def test_a_person_without_words_has_a_page_that_says_so(client: Client, driller: Person) -> None:
    Comment.objects.all().delete()
    assert "No comments." in client.get(driller.get_absolute_url()).content.decode()
    assert "No posts." in client.get(f"{driller.get_absolute_url()}?show=posts").content.decode()


def test_the_page_of_a_person_begins_with_what_there_is(client: Client, driller: Person) -> None:
    Post.objects.update(person=driller, author=None, title="A post of theirs")
    here = driller.get_absolute_url()
    page = client.get(here).content.decode()
    assert f'<b aria-current="true">comments</b> | <a href="{here}?show=posts">posts</a>' in page
    Comment.objects.all().delete()
    page = client.get(here).content.decode()
    assert "<h2>Posts</h2>" in page
    assert "A post of theirs" in page
    assert "aria-current" not in page


def test_a_member_page_costs_as_much_with_twice_the_words(client: Client, ann: User, doubling: Doubling) -> None:
    def double() -> None:
        for _ in range(8):
            comment_by(ann, post_by(ann), "more words")

    double()
    doubling(lambda: client.get("/members/ann/"), double, at_most=4)
    doubling(lambda: client.get("/members/ann/?show=posts"), double, at_most=4)


def test_a_person_page_costs_as_much_with_twice_the_words(client: Client, driller: Person, doubling: Doubling) -> None:
    post = Post.objects.get()

    def double() -> None:
        for number in range(8):
            Comment.objects.create(
                person=driller, post=post, archived=True, created_at=THEN, position=number, html="<p>x</p>"
            )

    doubling(lambda: client.get(driller.get_absolute_url()), double, at_most=5)
