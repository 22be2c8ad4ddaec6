"""A moderator decides about words and members, and cannot become more by any address of the admin."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from comments.actions import edit_comment
from comments.models import Comment
from forum.moderation import actions, removals, versions
from forum.moderation.models import Action, NameRemoval, Report, Rule
from forum.moderation.undoing import undo
from forum.refusals import NotAllowed
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.conftest import PASSWORD
from tests.moderation.conftest import Archive, say, token

SignIn = Callable[[User], Client]


@pytest.mark.django_db
def test_the_migration_made_the_group_with_what_it_needs() -> None:
    permissions = Group.objects.get(name="Moderators").permissions.values_list("content_type__app_label", "codename")
    assert set(permissions) == {
        ("moderation", "moderate"),
        *[("moderation", f"view_{name}") for name in ("report", "nameremoval", "action", "rule")],
        ("posts", "view_post"),
        ("posts", "lock_post"),
        ("posts", "view_tag"),
        ("comments", "view_comment"),
        *[("users", f"view_{name}") for name in ("user", "person", "source")],
        *[("archive", name) for name in ("view_run", "view_item", "view_upload", "add_upload")],
    }


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every address of the admin, with something in the place of each argument."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry, route)


def admin_addresses(pk: int) -> list[str]:
    found = []
    for route in addresses(get_resolver()):
        if route.startswith("admin/"):
            for argument in ("<path:object_id>", "<int:content_type_id>", "<id>", "<int:pk>"):
                route = route.replace(argument, str(pk))
            for slug in ("appoint", "close"):
                found.append("/" + route.replace("<slug:slug>", slug).replace("<path:url>", "x").rstrip("$"))
    return sorted(set(found))


def secrets_of() -> list[object]:
    fields = ("pk", "username", "name_key", "email", "password", "is_staff", "is_superuser", "is_active")
    return [
        list(User.objects.order_by("pk").values_list(*fields)),
        list(User.groups.through.objects.order_by("pk").values_list("user", "group")),
        list(User.user_permissions.through.objects.values_list()),
        list(Group.objects.order_by("pk").values_list("name")),
        list(Group.permissions.through.objects.order_by("pk").values_list()),
        Permission.objects.count(),
        list(Rule.objects.order_by("pk").values()),
        list(Post.objects.order_by("pk").values("title", "body", "html", "author", "state")),
        list(Comment.objects.order_by("pk").values("body", "html", "author", "state", "score", "position")),
        Action.objects.count(),
    ]


@pytest.mark.parametrize("viewer", ["mod", "eve", "guest"])
def test_no_address_of_the_admin_makes_anybody_more(
    viewer: str, mod: User, eve: User, root: User, comment: Comment, archive: Archive, sign_in: SignIn
) -> None:
    browser = {"mod": sign_in(mod), "eve": sign_in(eve), "guest": Client()}[viewer]
    before = secrets_of()
    group = Group.objects.get().pk
    rows: dict[str, list[int]] = {}  # of each address, those that it names; of one that names none, all
    for pk in (mod.pk, root.pk, comment.pk, group):
        for path in admin_addresses(pk):
            rows.setdefault(path, []).append(pk)
    for path, pks in rows.items():
        form = {
            "is_staff": "on", "is_superuser": "on", "is_active": "on", "groups": group, "user_permissions": [1, 2, 3],
            "username": "taken", "email": "e@example.org", "password1": PASSWORD, "password2": PASSWORD,
            "body": "forged", "html": "forged", "title": "forged", "text": "forged", "name": "forged",
            "state": "removed",
            "author": mod.pk, "score": 9, "permissions": [1, 2, 3], "_saveasnew": "1", "_save": "1", "_continue": "1",
            "post": "yes", "reason": "because", "rule": "spam", "length": "7", "action": "delete_selected",
            "_selected_action": pks, "ids": pks, "key": "x", "slug": "x", "position": "1", "user": mod.pk,
            "password": "x", "verified": "on",
        }  # fmt: skip
        if "logout" in path or path == "/admin/posts/tag/add/":  # which makes a tag, and nobody more
            continue
        each = pks if "/decide/" in path else [",".join(map(str, pks))]
        for way in (path, *(f"{path}?ids={pk}" for pk in each if len(pks) > 1)):
            answer = browser.post(way, form)
            assert answer.status_code in (200, 302, 400, 403, 404, 405, 422), (way, answer.status_code)
    assert secrets_of() == before


def test_a_moderator_reads_no_hash_and_no_address(mod: User, eve: User, sign_in: SignIn) -> None:
    browser = sign_in(mod)
    pages = [reverse("admin:users_user_changelist"), reverse("admin:users_user_change", args=[eve.pk])]
    for page in pages:
        words = browser.get(page).content.decode()
        assert eve.password not in words
        assert eve.email not in words
    assert f"/users/user/{eve.pk}/" in browser.get(pages[0], {"q": "eve"}).content.decode()
    assert f"/users/user/{eve.pk}/" not in browser.get(pages[0], {"q": "eve@example.org"}).content.decode()


@pytest.mark.parametrize("model", ["users_user", "comments_comment", "posts_post", "moderation_report", "users_person"])
@pytest.mark.parametrize(
    "lookup",
    ["password__startswith", "email__startswith", "author__email__startswith", "author__password__startswith",
     "reporter__email", "is_superuser", "comment__author__password__regex", "groups__id__exact"],
)  # fmt: skip
def test_a_list_answers_no_question_but_its_filters(
    model: str, lookup: str, mod: User, eve: User, sign_in: SignIn
) -> None:
    assert sign_in(mod).get(reverse(f"admin:{model}_changelist"), {lookup: "m"}).status_code == 400


def test_other_peoples_lists_are_closed_to_moderators(mod: User, sign_in: SignIn) -> None:
    browser = sign_in(mod)
    for model in site._registry:
        label, name = model._meta.app_label, model._meta.model_name
        ours = label in ("moderation", "posts", "comments") or (label, name) in {
            ("users", "user"),
            ("users", "person"),
            ("users", "source"),
            *[("archive", one) for one in ("suggestion", "upload", "run", "item")],
        }
        status = browser.get(reverse(f"admin:{label}_{name}_changelist")).status_code
        assert status == (200 if ours else 403), model
        for page in ("add", "delete"):
            try:
                url = reverse(f"admin:{label}_{name}_{page}", args=[1] if page == "delete" else [])
            except NoReverseMatch:
                continue
            # Moderators keep the list of tags and bring archives; they never delete one.
            makes = page == "add" and name in ("tag", "upload")
            assert browser.get(url).status_code == (200 if makes else 403), url


def decide(browser: Client, slug: str, member: User, **form: object):
    url = reverse("admin:users_user_decide", args=[slug], query={"ids": member.pk})
    return browser.post(url, {"reason": "", **form}, follow=True)


def test_a_moderator_suspends_and_the_next_post_is_refused_with_its_text(
    mod: User, ben: User, post: Post, spam: Rule, sign_in: SignIn
) -> None:
    writer = sign_in(ben)
    decide(sign_in(mod), "suspend", ben, length="7", rule=spam.slug, reason="Fish")
    answer = writer.post(reverse("comment-new", args=[post.pk]), {"body": "My long text", "token": token()})
    words = answer.content.decode()
    assert answer.status_code == 403
    assert "My long text" in words
    assert "suspended until" in words
    assert "Spam. Fish" in words
    assert not Comment.objects.exists()


@pytest.mark.parametrize("how", ["suspended", "closed"])
def test_every_road_to_writing_closes_at_the_next_request(
    how: str, mod: User, root: User, ben: User, spam: Rule, sign_in: SignIn
) -> None:
    writer = sign_in(ben)
    writer.post(reverse("post-new"), {"kind": "article", "title": "Mine", "body": "Words", "token": token()})
    own = Post.objects.get()
    said = say(own, ben, "Mine too")
    if how == "suspended":
        decide(sign_in(mod), "suspend", ben, length="until", day="2099-01-01", rule=spam.slug)
        assert not User.objects.get(pk=ben.pk).is_suspended, "more than ten years away"
        decide(sign_in(mod), "suspend", ben, length="30", rule=spam.slug)
    else:
        decide(sign_in(root), "close", ben)
    before = secrets_of()[7:9]
    roads = {
        reverse("post-new"): {"kind": "article", "title": "More", "body": "Words", "token": token()},
        reverse("post-edit", args=[own.pk]): {"title": "Other", "body": "Other"},
        reverse("post-delete", args=[own.pk]): {},
        reverse("comment-new", args=[own.pk]): {"body": "More", "token": token()},
        reverse("comment-reply", args=[said.pk]): {"body": "More", "token": token()},
        reverse("comment-edit", args=[said.pk]): {"body": "Other", "seen": ""},
        reverse("comment-delete", args=[said.pk]): {},
    }
    for road, form in roads.items():
        assert writer.post(road, form).status_code in (302, 403), road
    assert secrets_of()[7:9] == before


def test_a_suspension_ends_by_decision_and_by_undo(mod: User, ben: User, spam: Rule, sign_in: SignIn) -> None:
    browser = sign_in(mod)
    decide(browser, "suspend", ben, length="1", rule=spam.slug, reason="First")
    decide(browser, "suspend", ben, length="30", rule=spam.slug, reason="Second")
    until = User.objects.get(pk=ben.pk).suspended_until
    url = reverse("admin:moderation_action_decide", args=["undo"], query={"ids": Action.objects.latest("pk").pk})
    browser.post(url, {"reason": ""})
    found = User.objects.get(pk=ben.pk)
    assert found.suspended_until is not None
    assert until is not None
    assert found.suspended_until < until
    assert found.suspension_reason == "Spam. First"
    decide(browser, "end-suspension", ben)
    assert User.objects.get(pk=ben.pk).may_write()


def test_moderators_decide_about_no_moderator_and_no_administrator(
    mod: User, root: User, eve: User, spam: Rule, sign_in: SignIn
) -> None:
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    browser = sign_in(mod)
    for member in (root, eve, mod):
        words = decide(browser, "suspend", member, length="1", rule=spam.slug).content.decode()
        assert "only an administrator can do this" in words or "Nobody decides about their own account" in words
        assert not User.objects.get(pk=member.pk).is_suspended
        for slug in ("appoint", "relieve", "close", "reopen"):
            assert decide(browser, slug, member).status_code == 403


def test_an_administrator_makes_a_moderator_who_moderates_at_once(
    root: User, ben: User, sign_in: SignIn, comment: Comment
) -> None:
    browser = sign_in(root)
    decide(browser, "appoint", ben)
    helper = sign_in(ben)
    assert helper.get(reverse("admin:comments_comment_changelist")).status_code == 200
    decide(browser, "relieve", ben)
    assert helper.get(reverse("admin:comments_comment_changelist")).status_code == 302
    ben.refresh_from_db()
    assert (ben.is_staff, ben.groups.count()) == (False, 0)


def test_an_administrator_who_moderates_no_longer_keeps_the_admin(root: User, mod: User) -> None:
    User.objects.filter(pk=mod.pk).update(is_superuser=True)
    assert actions.appoint(member=mod, moderates=False, by=root)
    mod.refresh_from_db()
    assert (mod.is_staff, mod.groups.count()) == (True, 0)


def test_what_an_administrator_decided_about_a_member_is_undone(root: User, ben: User) -> None:
    def now() -> tuple[bool, bool, bool]:
        found = User.objects.get(pk=ben.pk)
        return found.is_staff, found.groups.exists(), found.is_active

    for act, told, then in (
        (actions.appoint, {"moderates": True}, (True, True, True)),
        (actions.appoint, {"moderates": False}, (False, False, True)),
        (actions.set_open, {"is_open": False}, (False, False, False)),
        (actions.set_open, {"is_open": True}, (False, False, True)),
    ):
        before = now()
        assert act(member=ben, by=root, **told)
        assert now() == then
        assert not act(member=ben, by=root, **told)  # again changes nothing, and is on no record
        assert undo(action=Action.objects.latest("pk"), by=root)
        assert now() == before
        assert act(member=ben, by=root, **told)
    assert Action.objects.exclude(undoes=None).count() == 4


def test_staff_of_another_group_are_made_moderators(root: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(is_staff=True)
    ben.groups.add(Group.objects.create(name="Helpers"))
    assert actions.appoint(member=ben, moderates=True, by=root)
    assert ben.groups.filter(name="Moderators").exists()


DECISIONS = {
    "decide": lambda on, by: actions.decide(thing=on["comment"], to=State.HIDDEN, by=by),
    "decide_reports": lambda on, by: actions.decide_reports(thing=on["comment"], uphold=False, by=by),
    "set_lock": lambda on, by: actions.set_lock(post=on["comment"].post, lock=True, by=by),
    "detach": lambda on, by: actions.detach(comment=on["old"], by=by),
    "attach": lambda on, by: actions.attach(comment=on["old"], parent=on["comment"], by=by),
    "suspend": lambda on, by: actions.suspend(member=on["ben"], until=timezone.now() + dt.timedelta(days=1), by=by),
    "appoint": lambda on, by: actions.appoint(member=on["ben"], moderates=True, by=by),
    "set_open": lambda on, by: actions.set_open(member=on["ben"], is_open=False, by=by),
    "undo": lambda on, by: undo(action=on["held"], by=by),
    "refuse_name_removal": lambda on, by: removals.refuse_name_removal(removal=on["removal"], by=by),
    "take_name_off": lambda on, by: removals.take_name_off(
        removal=on["removal"], name="driller", persons=[on["old"].person], by=by
    ),
    "ask_again": lambda on, by: removals.ask_again(action=on["held"], by=by),
    "give_name_back": lambda on, by: removals.give_name_back(action=on["held"], name="driller", by=by),
    "set_hidden": lambda on, by: versions.set_hidden(revision=on["version"], hidden=True, by=by),
}


@pytest.mark.parametrize("who", ["member", "staff", "suspended", "closed", "suspended administrator"])
def test_no_decision_is_taken_for_whoever_does_not_moderate(
    who: str, comment: Comment, archive: Archive, ben: User, eve: User, mod: User, root: User, spam: Rule
) -> None:
    actions.file_report(thing=comment, reporter=eve, who="eve", rule=spam)
    edit_comment(comment=comment, editor=ben, body="Other words.", seen=None)
    actions.decide(thing=archive.post, to=State.HELD, by=mod)
    on = {
        "comment": comment,
        "old": archive.said[1],
        "ben": ben,
        "held": Action.objects.get(),
        "removal": NameRemoval.objects.create(name="driller"),
        "version": comment.revisions.get(),
    }
    by = {"member": eve, "staff": eve, "suspended administrator": root}.get(who, mod)
    User.objects.filter(pk=by.pk).update(
        is_staff=who != "member",
        is_active=who != "closed",
        suspended_until=timezone.now() + dt.timedelta(days=1) if "suspended" in who else None,
    )
    by = User.objects.get(pk=by.pk)
    for name, act in DECISIONS.items():
        with pytest.raises(NotAllowed):
            pytest.fail(f"{name}: {act(on, by)}")
    assert Action.objects.count() == 1


def test_staff_without_permissions_read_no_list_and_no_page(
    eve: User, comment: Comment, archive: Archive, mod: User, spam: Rule, sign_in: SignIn
) -> None:
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    actions.file_report(thing=comment, reporter=None, who="guest", rule=spam)
    actions.decide(thing=comment, to=State.HELD, by=mod)
    browser = sign_in(eve)
    for row in (comment, comment.post, comment.author, archive.moe, Report.objects.get(), Action.objects.get()):
        model = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        assert browser.get(reverse(f"{model}_changelist")).status_code == 403
        assert browser.get(reverse(f"{model}_change", args=[row.pk])).status_code == 403


def test_a_suspension_until_a_day_ends_when_that_day_begins(mod: User, ben: User, spam: Rule, sign_in: SignIn) -> None:
    day = timezone.now().date() + dt.timedelta(days=3)
    decide(sign_in(mod), "suspend", ben, length="until", day=day.isoformat(), rule=spam.slug)
    assert User.objects.get(pk=ben.pk).suspended_until == dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def test_a_suspended_moderator_has_no_desk(
    root: User, mod: User, comment: Comment, spam: Rule, sign_in: SignIn
) -> None:
    browser = sign_in(mod)
    decide(sign_in(root), "suspend", mod, length="1", rule=spam.slug)
    assert browser.get(reverse("admin:comments_comment_changelist")).status_code in (302, 403)
    with pytest.raises(NotAllowed):
        actions.decide(thing=comment, to=State.HIDDEN, by=User.objects.get(pk=mod.pk), rule=spam)


def test_staff_without_the_permission_decide_nothing(eve: User, comment: Comment, spam: Rule, sign_in: SignIn) -> None:
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    eve = User.objects.get(pk=eve.pk)
    url = reverse("admin:comments_comment_decide", args=["hide"], query={"ids": comment.pk})
    assert sign_in(eve).post(url, {"rule": spam.slug}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.decide(thing=comment, to=State.HIDDEN, by=eve, rule=spam)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"length": "until", "day": ""}, "Write the day on which it ends."),
        ({"length": "until", "day": "tomorrow"}, "Write the day as 2026-12-31."),
        ({"length": "until", "day": "2001-01-01"}, "The day must be in the future"),
        ({"length": "7", "rule": ""}, "Choose the rule"),
        ({"length": "7", "reason": "x" * 351}, "1 character over the limit of 350"),
    ],
)
def test_a_suspension_that_is_not_clear_is_asked_about_again(
    form: dict[str, str], words: str, mod: User, ben: User, spam: Rule, sign_in: SignIn
) -> None:
    answer = decide(sign_in(mod), "suspend", ben, **{"rule": spam.slug, "reason": "Kept words", **form})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert form.get("reason", "Kept words") in answer.content.decode()
    assert not User.objects.get(pk=ben.pk).is_suspended
