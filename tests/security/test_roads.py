"""Every address of the site, taken by whoever has no right to what it does: nothing changes, and no page fails."""

import pytest
from django.apps import apps
from django.test import Client

from comments.actions import change_state, edit_comment
from comments.models import Comment
from forum.drafts.models import Draft
from forum.notices.models import Choice, Notice
from forum.notices.tokens import Token
from forum.states import State
from forum.users.models import User
from forum.voices.models import Mark, Vote
from posts.models import Post, Tag
from tests.house.test_access import ACCESS, ALL_NAMES, World, new_world
from tests.making import make_post, say, token
from tests.security.test_odd_values import BUTTON, free, pages, saying

pytestmark = pytest.mark.django_db
__all__ = ["free", "pages", "saying"]

NEVER_SIGNED = {"unsubscribe"}  # its token is the proof
WORDS = {"title": "Other words", "body": "Other words.", "text": "Other words.", "name": "Ruth", "contact": ""}


@pytest.fixture
def world(ann, ben, eve, mod) -> World:
    return new_world(ann, ben, eve, mod)


def rows(*but: str) -> dict[str, list[dict[str, object]]]:
    """Everything that the database holds of this site's own, but for what a visit or a limit leaves."""
    left_out = {"session", "visit", "tally", "logentry", "choice" if "choice" in but else "", *but}
    own = ("forum", "posts", "comments", "auth")
    models = [model for model in apps.get_models() if model.__module__.split(".")[0] in own]
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name != "last_login"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
        if model._meta.model_name not in left_out
    }


@pytest.mark.parametrize("who", ["guest", "closed"])
def test_no_road_of_writing_is_open_without_an_account(world, pages, saying, who, sign_in, ann, eve):
    """A guest, and a member whose account was closed while three windows stood open."""
    viewer = Client() if who == "guest" else sign_in(ann)
    if who == "closed":
        User.objects.filter(pk=ann.pk).update(is_active=False)
    saying("POST", "Words.", **BUTTON | WORDS, token=token())
    before = rows("report", "nameremoval")  # which guests may send
    for name in ALL_NAMES:
        if not name.startswith("account") and not (name in NEVER_SIGNED and who == "guest"):
            assert viewer.post(pages[name]).status_code in (200, 301, 302, 303, 400, 403, 404, 405, 422), name
    assert rows("report", "nameremoval") == before


def test_a_suspended_member_writes_nothing_and_still_reads_as_they_like(world, pages, saying, sign_in, ann, ben, until):
    """Marks, drafts and what is wanted by mail are one's own; words, votes and answers are seen by others."""
    for member in (ann, ben):
        until(member)
    saying("POST", "Words.", **BUTTON | WORDS, token=token())
    own = ("mark", "draft", "choice", "report", "nameremoval", "user", "notice")
    before, names = rows(*own), [name for name in ALL_NAMES if not name.startswith("account")]
    for member in (ann, ben):
        browser = sign_in(member)
        for name in names:
            assert browser.post(pages[name]).status_code < 500, name
    assert rows(*own) == before
    browser = sign_in(ann)
    for name in ("comment-fold", "comment-save", "post-mute", "tag-follow"):
        assert browser.post(pages[name]).status_code in (204, 303)
    assert Mark.objects.filter(member=ann).count() >= 4
    assert browser.get("/members/names/?q=be").json() == {"names": ["ben"]}
    assert browser.post(pages["unsubscribe"]).status_code == 200
    assert Choice.objects.get(member=ann).replies == "site"


@pytest.fixture
def until():
    def suspend(member: User) -> None:
        User.objects.filter(pk=member.pk).update(suspended_until="2099-01-01T00:00Z", suspension_reason="Spam.")

    return suspend


def test_a_limit_that_is_reached_fails_no_page(world, pages, saying, sign_in, ann, ben, settings):
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 0)
    browser = sign_in(ben)
    for said in ({}, {"keep": "1"}, {"preview": "1"}):
        saying("POST", "Words.", **BUTTON | WORDS | said, token=token())
        for name in ALL_NAMES:
            if not name.startswith("account"):
                assert browser.post(pages[name]).status_code < 500, name
    thread = f"/unsubscribe/{Token(ann.pk, 'thread', world.post.pk)}/"
    assert Client().post(thread).status_code == 429


MORE = {
    "is_staff": "1", "is_superuser": "1", "is_active": "1", "groups": "1", "user_permissions": "1",
    "state": "published", "score": "99", "best": "1", "author": "1",
    "author_id": "1", "user": "1", "user_id": "1", "member": "1",
    "member_id": "1", "created_at": "2000-01-01", "archived": "1", "html": "<b>x</b>", "living_count": "99",
    "suspended_until": "", "person": "1", "source": "1", "locked_at": "", "version": "99", "position": "1",
    "branch": "0", "depth": "0", "path": "0", "hidden": "1", "counts": "0", "email": "other@example.org",
    "name_key": "x",
}  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "reading-"])
def test_fields_that_no_form_has_change_nothing_anywhere(world, pages, sign_in, ben, eve, mod, prefix):
    more = {f"{prefix}{name}": value for name, value in MORE.items()}
    member = sign_in(ben)
    guarded = ("is_staff", "is_superuser", "is_active", "email", "name_key", "suspended_until", "username")
    before = list(User.objects.order_by("pk").values(*guarded)), Post.objects.values().get()
    posted = {**more, **WORDS, "kind": "question", "value": "1", "section": "reading", "name": "ben"}
    for name in ALL_NAMES:
        if name not in ("account_logout", "comment-delete", "unsubscribe"):
            member.post(pages[name], {**posted, "token": token(), "again": ""})
            member.post(pages[name], {**posted, "token": token(), "keep": "1"})
    assert list(User.objects.order_by("pk").values(*guarded)) == before[0]
    ignored = {"score", "version", "comment_count", "living_count", "last_comment_at", "last_author_id", "active_at"}
    ignored |= {"pulse", "last_position", "quoted_count"}
    kept = Post.objects.values().get(pk=world.post.pk)
    assert {k: v for k, v in kept.items() if k not in ignored} == {
        k: v for k, v in before[1].items() if k not in ignored
    }
    for made in (*Comment.objects.exclude(pk=world.comment.pk), *Post.objects.exclude(pk=world.post.pk)):
        assert (made.author, made.state, made.score, made.archived, made.person) == (
            ben,
            State.PUBLISHED,
            0,
            False,
            None,
        )
        assert made.created_at.year > 2000
        assert "<b>x" not in made.html
    assert Post.objects.count() == 2
    for model in (Vote, Mark, Draft, Choice):
        of_others = model._default_manager.exclude(member=ben)
        assert of_others.count() == (model is Draft)  # that of Ann, from before


@pytest.mark.parametrize("there", ["/\t/evil.example", "https://evil.example/"])
def test_no_act_leads_away_from_the_site(world, pages, saying, sign_in, ben, there):
    saying("POST", "Words.", **BUTTON | WORDS, token=token(), next=there, at=there)
    browser = sign_in(ben)
    for name in ALL_NAMES:
        if name.startswith("account"):
            continue
        answer = browser.post(f"{pages[name]}?at={there[:2]}&next=//evil.example")
        place = answer.headers.get("Location", "")
        assert not place or (place[0] == "/" and place[:2] not in ("//", "/\\") and "\n" not in place), name
        assert "evil.example" not in place.partition("?")[0], name


FROM_ELSEWHERE = {
    "another site": ({"csrfmiddlewaretoken": "a" * 32}, {"origin": "https://evil.example"}),
    "no site": ({"csrfmiddlewaretoken": "a" * 32}, {"origin": "null"}),
    "another session": ({"csrfmiddlewaretoken": "b" * 32}, {}),
    "a script": ({}, {"x-csrftoken": "b" * 32, "hx-request": "true"}),
}


@pytest.mark.parametrize("place", FROM_ELSEWHERE)
def test_nothing_is_done_by_a_form_from_elsewhere(world, pages, ben, place):
    """For each address: with a token that would be good, but from another origin; and with the token of another."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)
    browser.cookies["csrftoken"] = "a" * 32
    token_of, headers = FROM_ELSEWHERE[place]
    before = rows()
    for name in ALL_NAMES:
        if name not in NEVER_SIGNED:
            answer = browser.post(pages[name], {**BUTTON_SENT, **WORDS, **token_of}, headers=headers)
            assert answer.status_code == 403, name
    assert rows() == before


BUTTON_SENT = {"value": "1", "kind": "question", "url": ""}


def test_what_a_member_sees_is_kept_by_nobody_and_no_guest_is_given_any_of_it(world, pages, sign_in, eve):
    """Whatever else the request says of itself; and no page can be read by the script of another site."""
    member, guest = sign_in(eve), world.viewers["guest"]
    asked = [{}, {"accept": "application/json"}, {"x-requested-with": "XMLHttpRequest"}, {"hx-request": "true"}]
    for name in ALL_NAMES:
        row = ACCESS[name]
        if row.owner == 405:
            continue
        own = member.get(pages[name], headers={"origin": "https://evil.example"})
        kept = own.headers.get("Cache-Control", "")
        if name.endswith("picture"):  # the same for everyone
            assert own.content == guest.get(pages[name]).content
        else:
            assert "no-store" in kept, name
            assert "public" not in kept, name
        for headers in asked if row.guest == 200 else asked[:1]:
            answer = guest.get(pages[name], headers=headers)
            assert "/members/eve/" not in answer.content.decode("latin-1"), name
            if not row.sets_cookie and name not in NEVER_SIGNED:
                assert "csrfmiddlewaretoken" not in answer.content.decode("latin-1"), name
            for said in (own, answer):
                assert not [head for head in said.headers if head.lower().startswith("access-control")], name
                assert said["X-Content-Type-Options"] == "nosniff"
                policy = "cross-origin" if name.endswith("picture") else "same-origin"
                assert said["Cross-Origin-Resource-Policy"] == policy, name


def test_nobody_finds_a_draft_of_somebody_else(world, sign_in, ann, ben, eve):
    kept = Draft.objects.create(
        member=ben,
        kind="comment-new",
        of=world.post.pk,
        words={"body": "secret marker"},
        other={"body": "secret marker"},
        other_at=world.post.created_at,
        updated_at=world.post.created_at,
    )
    ways = ["/drafts/", f"/posts/{world.post.pk}/comment/", world.post.get_absolute_url(), "/members/ben/"]
    assert "secret marker" in sign_in(ben).get("/drafts/").content.decode()
    for member in (ann, eve):
        for way in ways:
            assert "secret marker" not in sign_in(member).get(way).content.decode()
        for form in ({}, {"preview": "1", "body": "Mine."}, {"keep": "1", "body": "Mine."}):
            answer = sign_in(member).post(ways[1], {**form, "token": token(), "draft": f"{'a' * 16}@{kept.updated_at}"})
            assert "secret marker" not in answer.content.decode()
        sign_in(member).post(f"/drafts/{kept.pk}/throw-away/")
    assert Draft.objects.get(pk=kept.pk).words == {"body": "secret marker"}


def test_held_words_of_another_name_nobody_to_a_reader(sign_in, ann, ben, eve, mod):
    """Nor do the draft of an answer to them, the list of notices, search by author and thread, or the poll."""
    post = make_post(ann)
    held = say(post, ben, "A secret marker, @ann.")
    Notice.objects.all().delete()
    change_state(comment=held, to=State.HELD, by=mod)
    edit_comment(comment=Comment.objects.get(pk=held.pk), editor=ben, body="A secret marker again, @ann.", seen=None)
    for member in (ann, eve):
        Draft.objects.create(
            member=member, kind="comment-reply", of=held.pk, words={"body": "x"}, updated_at=post.created_at
        )
        Mark.objects.create(member=member, kind="saved", comment=held)
        browser = sign_in(member)
        for query in ("secret", "marker", "author:ben", f"in:{post.pk} author:ben", "author:ben is:comment"):
            page = browser.get("/search/", {"q": query}).content.decode()
            assert "secret marker" not in page.replace("<mark>", "").replace("</mark>", "")
            assert f"/comments/{held.pk}/" not in page
        for way in ("/drafts/", "/saved/", "/notices/", "/replies/", f"/posts/{post.pk}/new-comments/?after=0"):
            page = browser.get(way).content.decode()
            assert "secret marker" not in page
            assert "ben" not in page, way
        for way in ("history", "quotations", "reply", "edit", "delete"):
            assert browser.get(f"/comments/{held.pk}/{way}/").status_code == 404
        for way in ("vote", "save", "follow", "fold", "answer"):
            assert browser.post(f"/comments/{held.pk}/{way}/", {"value": "1"}).status_code == 404
    assert not Vote.objects.exists()
    assert not Tag.objects.exists()
