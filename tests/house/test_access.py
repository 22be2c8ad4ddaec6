"""Who may open what: every address of the site has its row, and a new one must join."""

import copy
import re
from collections.abc import Iterator
from typing import NamedTuple

import lxml.html
import pytest
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from comments.actions import add_comment
from comments.models import Comment
from forum.drafts.models import Draft
from forum.notices.models import Choice
from forum.users.models import Person, Source, User
from forum.voices.models import Mark, Vote
from posts.actions import add_post
from posts.models import ADDRESSES, Post, Tag
from posts.tags import bearing
from tests.conftest import Lasting, cast, moderator

TAG = "walks"


class World(NamedTuple):
    """What there is to look at: Ann's post, Ben's comment under it, and a person of an archive."""

    post: Post
    comment: Comment
    person: Person
    viewers: dict[str, Client]

    def __str__(self) -> str:
        return "world"


class Row(NamedTuple):
    """The statuses for a guest, a stranger, the owner and a moderator, and which address is meant."""

    guest: int
    stranger: int
    owner: int
    moderator: int
    of: str = ""
    sets_cookie: bool = False


OPEN = Row(200, 200, 200, 200)
MEMBERS = Row(302, 200, 200, 200)
POSTED = Row(405, 405, 405, 405)  # a button beside something; nobody looks at it
AWAY_WHEN_KNOWN = Row(200, 302, 302, 302, sets_cookie=True)

# To sign in: 302 for a guest. Not there: 404, alike for what is missing and for what is not yours.
ACCESS: dict[str, Row] = {
    "front": OPEN,
    "feed": OPEN,
    "robots": OPEN,
    "search": OPEN,
    "sitemap": OPEN,
    "sitemap-part": OPEN._replace(of="part"),
    "tag-feed": OPEN._replace(of="tag"),
    "member-feed": OPEN._replace(of="member"),
    "site-picture": OPEN,
    "post-picture": OPEN._replace(of="post"),
    "page": OPEN._replace(of="page"),
    "post": OPEN._replace(of="post-slug"),
    "post-short": Row(301, 301, 301, 301, of="post"),
    "post-feed": OPEN._replace(of="post"),
    "post-new": MEMBERS,
    "post-edit": Row(302, 404, 200, 404, of="post"),
    "post-delete": Row(302, 404, 200, 404, of="post"),
    "new-comments": Row(404, 204, 204, 204, of="post"),
    "tags": OPEN,
    "tag": OPEN._replace(of="tag"),
    "tag-follow": Row(405, 405, 405, 405, of="tag"),
    "tag-hide": Row(405, 405, 405, 405, of="tag"),
    "comment-new": MEMBERS._replace(of="post"),
    "comment": OPEN._replace(of="comment"),
    "comment-reply": MEMBERS._replace(of="comment"),
    "comment-edit": Row(302, 404, 200, 404, of="comment"),
    "comment-answer": Row(405, 405, 405, 405, of="comment"),
    "comment-delete": Row(302, 404, 200, 404, of="comment"),
    **{f"comment-{act}": POSTED._replace(of="comment") for act in ("vote", "save", "follow", "mute")},
    **{f"post-{act}": POSTED._replace(of="post") for act in ("vote", "save", "hide", "follow", "mute")},
    **{f"member-{act}": POSTED._replace(of="member") for act in ("follow", "mute")},
    "comment-history": OPEN._replace(of="comment"),
    "post-history": OPEN._replace(of="post"),
    "comment-quotations": OPEN._replace(of="comment"),
    "post-quotations": OPEN._replace(of="post"),
    "post-quote": MEMBERS._replace(of="post"),
    "comment-source": Row(404, 404, 404, 404, of="comment"),  # of what was written here; tests/archive opens others
    "post-file": Row(200, 200, 200, 200, of="post"),
    "post-source": Row(404, 404, 404, 404, of="post"),
    "saved": MEMBERS,
    "hidden": MEMBERS,
    "following": MEMBERS,
    "replies": MEMBERS,
    "next-new": Row(302, 302, 302, 302, of="post"),
    "read-all": POSTED._replace(of="post"),
    "comment-fold": POSTED._replace(of="comment"),
    "reading": Row(200, 302, 302, 302, sets_cookie=True),
    "preferences": MEMBERS,
    "preferences-order": POSTED,
    "notices": MEMBERS,
    "notices-read": Row(405, 405, 405, 405),
    "mail-preferences": MEMBERS,
    "unsubscribe": Row(404, 404, 404, 404, of="token"),  # without a token; with one in tests/notices
    "drafts": MEMBERS,
    "member-names": MEMBERS,
    "help-writing": OPEN,
    "draft-throw-away": Row(405, 405, 405, 405, of="draft"),
    "member": OPEN._replace(of="member"),
    "person": OPEN._replace(of="person"),
    "report": OPEN._replace(of="report", sets_cookie=True),
    "report-sent": OPEN._replace(of="report"),
    "name-removal": OPEN._replace(sets_cookie=True),
    "name-removal-sent": OPEN,
    "account_signup": AWAY_WHEN_KNOWN,
    "account_login": AWAY_WHEN_KNOWN,
    "account_logout": Row(302, 200, 200, 200),
    "account_inactive": OPEN,
    "account_reauthenticate": MEMBERS,
    "account_email": MEMBERS,
    "account_email_verification_sent": OPEN,
    "account_change_password": MEMBERS,
    "account_set_password": Row(302, 302, 302, 302),
    "account_reset_password": OPEN._replace(sets_cookie=True),
    "account_confirm_login_code": Row(302, 302, 302, 302),
    "account_confirm_email": OPEN._replace(of="key"),
    "account_reset_password_from_key": OPEN._replace(of="uidb36"),
    "account_reset_password_from_key_done": OPEN,
    "account_reset_password_done": OPEN,
}


def names(resolver: URLResolver) -> Iterator[str]:
    """Gives the name of every address but the admin's, which has its own test below."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or f"{entry.pattern} has no name"
        elif entry.app_name != "admin":
            yield from names(entry)


ALL_NAMES = sorted(set(names(get_resolver())))


def address(name: str, world: World) -> str:
    arguments: dict[str, dict[str, object]] = {
        "": {},
        "part": {"part": 1},
        "draft": {"pk": 1},
        "page": {"slug": "about"},
        "post": {"pk": world.post.pk},
        "post-slug": {"pk": world.post.pk, "slug": world.post.slug},
        "comment": {"pk": world.comment.pk},
        "report": {"kind": "comment", "pk": world.comment.pk},
        "member": {"name": "ann"},
        "tag": {"slug": TAG},
        "person": {"pk": world.person.pk},
        "key": {"key": "no-such-key"},
        "token": {"token": "no-such-token"},
        "uidb36": {"uidb36": "1", "key": "no-such-key"},
    }
    return reverse(name, kwargs=arguments[ACCESS[name].of])


def new_world(ann: User, ben: User, eve: User, mod: User) -> World:
    with override_settings(FIRST_COMMENTS_HELD=0):
        post = add_post(author=ann, kind="article", title="Of gardens", body="A long walk.", token="1")
        comment = add_comment(post=post, author=ben, body="Which way?", token="2")
    bearing.bear(post, [Tag.objects.create(slug=TAG, name="Walks")])
    source = Source.objects.create(key="old", name="An old page")
    person = Person.objects.create(source=source, name="Ruth")
    viewers = {name: Client() for name in ("guest", "stranger", "ann", "ben", "moderator")}
    for name, user in (("stranger", eve), ("ann", ann), ("ben", ben), ("moderator", mod)):
        viewers[name].force_login(user)
    return World(post, comment, person, viewers)


@pytest.fixture(scope="module")
def standing(lasting: Lasting) -> World:
    """The world as each test finds it."""
    with lasting():
        return new_world(cast("ann"), cast("ben"), cast("eve"), moderator("mod"))


@pytest.fixture
def world(standing: World, db: None, settings: Settings) -> World:
    """One of its own for a test: rows as they are stored, and browsers that know nothing but who they are."""
    settings.FIRST_COMMENTS_HELD = 0
    viewers = {name: Client() for name in standing.viewers}
    for name, browser in viewers.items():
        browser.cookies = copy.deepcopy(standing.viewers[name].cookies)
    return World(*(type(row)._default_manager.get(pk=row.pk) for row in standing[:3]), viewers)


def everything() -> list[object]:
    models: tuple[type[Model], ...] = (Post, Comment, User, Person, Source, Vote, Mark, Draft, Choice)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_every_address_has_its_row() -> None:
    assert set(ALL_NAMES) == set(ACCESS)


def test_addresses_written_by_hand_are_those_of_the_patterns() -> None:
    names = ("ann", "zo\u00eb & co", "a%2Fb'\"+?#")
    written = {
        reverse("post", args=[7, "of-gardens-more"]): Post(pk=7, title="Of gardens & more"),
        reverse("comment", args=[8]): Comment(pk=8),
        reverse("person", args=[9]): Person(pk=9),
        reverse("tag", args=["walks-2"]): Tag(slug="walks-2"),
        **{reverse("member", args=[name]): User(pk=1, username=name) for name in names},
    }
    for address, thing in written.items():
        assert thing.get_absolute_url() == address


@pytest.mark.parametrize("name", ALL_NAMES)
def test_each_viewer_gets_what_the_table_says_and_changes_nothing_by_looking(name: str, world: World) -> None:
    row = ACCESS[name]
    owner = world.viewers["ben" if row.of == "comment" else "ann"]
    viewers = {**world.viewers, "owner": owner}
    before = everything()
    statuses = [
        viewers[viewer].get(address(name, world)).status_code for viewer in ("guest", "stranger", "owner", "moderator")
    ]
    assert statuses == list(row[:4])
    ignored = {"last_login"}
    assert without(everything(), ignored) == without(before, ignored)


def without(tables: list[object], columns: set[str]) -> list[list[dict[str, object]]]:
    return [[{k: v for k, v in row.items() if k not in columns} for row in rows] for rows in tables]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.guest == 200 and not row.sets_cookie])
def test_a_guest_who_reads_gets_no_cookie(name: str, world: World) -> None:
    assert not world.viewers["guest"].get(address(name, world)).cookies


@pytest.mark.parametrize("name", ALL_NAMES)
def test_a_form_from_elsewhere_is_refused(name: str, world: World, ben: User) -> None:
    """Each address, posted to by a signed-in browser without the form's token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ben)
    before = everything()
    status = client.post(address(name, world), {"body": "forged", "title": "forged"}).status_code
    assert status in (403, 404, 405)
    assert without(everything(), {"last_login"}) == without(before, {"last_login"})


NUMBERED = [
    name
    for name in ALL_NAMES
    if ACCESS.get(name, OPEN).of in ("post", "post-slug", "comment", "person") and ACCESS[name].guest != 405
]


@pytest.mark.parametrize("name", NUMBERED)
def test_a_number_that_names_nothing_is_not_found(name: str, world: World) -> None:
    folder, _, rest = address(name, world)[1:].partition("/")
    ask = world.viewers["ann"].post if ACCESS[name].owner == 405 else world.viewers["ann"].get
    for number in ("0", "-1", "2147483648", "9223372036854775808", str(2**70), "1e9", "\u0661"):
        path = f"/{folder}/{number}/{rest.partition('/')[2]}"
        for client in world.viewers.values():
            assert client.get(path).status_code in (404, 302, 405), path
        assert ask(path).status_code == 404, path


def test_the_admin_is_for_staff_alone(world: World, admin_site: AdminSite) -> None:
    for model in admin_site._registry:
        for page in ("changelist", "add"):
            try:
                path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
            except NoReverseMatch:  # most records have no form to add one
                continue
            assert world.viewers["guest"].get(path).status_code == 302
            assert world.viewers["stranger"].get(path).status_code == 302


@pytest.fixture
def admin_site() -> AdminSite:
    from django.contrib import admin

    return admin.site


@pytest.mark.parametrize("viewer", ["guest", "stranger"])
def test_a_posted_form_tells_nothing_of_what_one_may_not_see(viewer: str, world: World) -> None:
    """The same answer for a post that is held as for one that never was."""
    Post.objects.filter(pk=world.post.pk).update(state="held")
    client = world.viewers[viewer]
    for path in (f"/posts/{world.post.pk}/comment/", f"/comments/{world.comment.pk}/reply/"):
        page = client.post(path, {"body": "Hello there", "token": "x"}).content.decode()
        assert "Of gardens" not in page
        assert "Which way?" not in page


def below_a_post(resolver: URLResolver, above: str = "") -> Iterator[str]:
    """The words that stand below a post in addresses."""
    for pattern in resolver.url_patterns:
        path = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from below_a_post(pattern, path)
        elif word := re.fullmatch(r"posts/<int:pk>/([a-z-]+)/", path):
            yield word[1]


def test_every_word_below_a_post_is_kept_out_of_titles() -> None:
    assert set(below_a_post(get_resolver())) == set(ADDRESSES)


@pytest.mark.parametrize("title", [word.replace("-", " ").capitalize() for word in ADDRESSES])
def test_a_title_cannot_take_the_place_of_another_page(title: str, world: World) -> None:
    Post.objects.filter(pk=world.post.pk).update(title=title)
    path = Post.objects.get(pk=world.post.pk).get_absolute_url()
    assert world.viewers["guest"].get(path).status_code == 200


def test_no_page_speaks_of_a_property_without_its_thing(world: World) -> None:
    """Microdata outside of an item say nothing to machines, and a checker of HTML refuses them."""
    reads = [address(name, world) for name in ALL_NAMES if not name.startswith("account")]
    stray = {}
    for path in [*reads, "/search/?q=way"]:
        answer = world.viewers["ann"].get(path, follow=True)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            properties = lxml.html.fromstring(answer.content).iterfind(".//*[@itemprop]")
            stray[path] = [p.tag for p in properties if not any("itemscope" in a.attrib for a in p.iterancestors())]
    assert len(stray) > 30
    assert not {path: tags for path, tags in stray.items() if tags}
