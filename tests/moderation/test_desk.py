"""The moderators' desk: what waits, lists that can be judged at a glance, and one page for every reason."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.actions import delete_comment
from comments.models import Comment
from forum.moderation import actions
from forum.moderation.models import Action, NameRemoval, Report, Rule
from forum.moderation.templatetags.desk import under
from forum.notices.models import Mail
from forum.refusals import Conflict
from forum.states import State
from forum.users.models import Person, Source, User
from posts.actions import add_post
from posts.models import Post
from tests.making import page_of, select
from tests.moderation.conftest import Archive, say, token

SignIn = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script><img src=x onerror=a()>'\"javascript:a()"


@pytest.fixture
def desk(sign_in: SignIn, mod: User) -> Client:
    return sign_in(mod)


def listing(model: str, **query: str) -> str:
    return reverse(f"admin:{model}_changelist", query=query or None)


def decide(browser: Client, model: str, slug: str, *things: object, **form: object):
    """Chooses rows in a list, and fills in the page that asks for the reason."""
    ids = [thing.pk for thing in things]  # type: ignore[attr-defined]
    asked = browser.post(listing(model), {"action": slug, "_selected_action": ids})
    assert asked.status_code == 302, asked.content.decode()
    assert browser.get(asked["Location"]).status_code == 200
    return browser.post(asked["Location"], {"reason": "", **form}, follow=True)


def state(thing: Comment | Post) -> str:
    return type(thing)._default_manager.get(pk=thing.pk).state


def report(thing: Comment | Post, rule: Rule, reporter: User | None = None, text: str = "") -> Report:
    return actions.file_report(thing=thing, reporter=reporter, who=f"test:{reporter}", rule=rule, text=text)


def desk_page(action: Action) -> str:
    return reverse("admin:moderation_action_change", args=[action.pk])


def test_the_first_page_counts_what_waits_and_leads_there(
    desk: Client, mod: User, comment: Comment, post: Post, ben: User, spam: Rule
) -> None:
    report(comment, spam)
    actions.decide(thing=say(post, ben, "Held."), to=State.HELD, by=mod)
    page = desk.get(reverse("admin:index")).content.decode()
    assert "<b>1</b> report</a>" in page
    assert "<b>1</b> comment held</a>" in page
    assert "<b>0</b> posts held</a>" in page
    assert "?state=held" in page
    assert "held for a moderator" not in page
    assert "Undo" in page


def test_the_first_page_costs_the_same_with_more_to_do(
    desk: Client, comment: Comment, spam: Rule, mod: User, post: Post, ben: User, doubling
) -> None:
    def more() -> None:
        for number in range(5):
            said = say(post, ben, f"nr {number}")
            report(said, spam)
            actions.decide(thing=said, to=State.HIDDEN, by=mod, rule=spam)

    more()
    doubling(lambda: desk.get(reverse("admin:index")), more, at_most=13)


def test_a_report_can_be_judged_from_the_list(desk: Client, comment: Comment, spam: Rule, eve: User) -> None:
    report(comment, spam, eve, "He sells fish")
    report(comment, spam, None, "Fish again")
    page = desk.get(listing("moderation_report")).content.decode()
    for words in ("Words of the comment.", "He sells fish", "ben", "1 published, 0 held", "new account", "eve", "Spam"):
        assert words in page
    assert '<td data-label="Reports" class="field-number">2</td>' in page
    assert comment.get_absolute_url() in page


def test_a_list_says_where_links_lead(desk: Client, post: Post, ben: User) -> None:
    say(post, ben, "Buy it in [my shop](https://pumps.example/x?a=1&b=2) or https://other.example")
    page = desk.get(listing("comments_comment")).content.decode()
    assert "links to pumps.example, other.example" in page
    assert "<h1>Comments</h1>" in page


def test_a_post_that_is_a_link_shows_where_it_leads_wherever_it_is_judged(
    desk: Client, ann: User, mod: User, spam: Rule
) -> None:
    address = "https://pumps.example/buy?a=1&b=2"
    made = add_post(author=ann, kind="link", title="A page about reading", url=address, token=token())
    report(made, spam)
    actions.decide(thing=made, to=State.HELD, by=mod)
    asked = reverse("admin:posts_post_decide", args=["approve"], query={"ids": made.pk})
    for page in (listing("posts_post", state="held"), asked, listing("moderation_report")):
        words = desk.get(page).content.decode()
        assert "<small>https://pumps.example/buy?a=1&amp;b=2</small>" in words, page
        assert "links to pumps.example<" in words, page


def test_of_a_long_address_the_beginning_is_shown_and_each_host_once(desk: Client, ann: User) -> None:
    address = f"https://pumps.example/{'x' * 300}"
    body = "See [this](https://pumps.example/) and [that](https://other.example/)."
    add_post(author=ann, kind="link", title="Long", url=address, body=body, token=token())
    page = desk.get(listing("posts_post")).content.decode()
    assert f"<small>{address[:200]}…</small>" in page
    assert "links to pumps.example, other.example<" in page


@pytest.mark.parametrize(
    "model", ["moderation_report", "comments_comment", "posts_post", "users_user", "moderation_action", "users_person"]
)
def test_a_list_costs_the_same_when_it_doubles(
    desk: Client, model: str, archive: Archive, post: Post, mod: User, spam: Rule, doubling
) -> None:
    made = iter(range(1000))

    def more() -> None:
        for _ in range(4):
            number = next(made)
            author = User.objects.create_user(f"member{number}", "", "x")
            said = say(post, author, f"nr {number}")
            report(said, spam)
            if number % 2:
                actions.decide(thing=said, to=State.HIDDEN, by=mod, rule=spam)
            actions.suspend(member=author, until=None, by=mod)

    more()
    doubling(lambda: desk.get(listing(model, outcome="all") if "report" in model else listing(model)), more, at_most=16)


def test_upholding_decides_all_reports_of_the_same_words(
    desk: Client, comment: Comment, spam: Rule, eve: User, mod: User
) -> None:
    reports = [report(comment, spam, eve), report(comment, spam)]
    answer = decide(desk, "moderation_report", "hide", *reports, reason="Sells fish")
    assert "1 hidden." in answer.content.decode()
    assert state(comment) == State.HIDDEN
    assert set(Report.objects.values_list("outcome", "decided_by")) == {("granted", mod.pk)}
    action = Action.objects.get()
    assert (action.verb, action.rule, action.reason, action.actor) == ("hide", spam, "Sells fish", mod)


def test_the_page_of_what_was_reported_leads_on_to_what_waits(desk: Client, comment: Comment, spam: Rule) -> None:
    page = reverse("admin:comments_comment_change", args=[comment.pk])
    assert listing("moderation_report") not in desk.get(page).content.decode()
    report(comment, spam)
    assert listing("moderation_report") in desk.get(page).content.decode()


def test_a_report_that_is_not_upheld_leaves_the_words(desk: Client, comment: Comment, spam: Rule) -> None:
    decide(desk, "moderation_report", "dismiss", report(comment, spam))
    assert state(comment) == State.PUBLISHED
    assert Report.objects.get().outcome == "refused"
    assert "Words of the comment." not in desk.get(listing("moderation_report")).content.decode()


def test_hiding_asks_for_a_rule_and_keeps_what_was_typed(desk: Client, comment: Comment) -> None:
    url = reverse("admin:comments_comment_decide", args=["hide"], query={"ids": comment.pk})
    answer = desk.post(url, {"reason": "My explanation"})
    assert answer.status_code == 422
    assert "My explanation" in answer.content.decode()
    assert "Choose the rule" in answer.content.decode()
    assert "Words of the comment." in answer.content.decode()
    assert state(comment) == State.PUBLISHED


@pytest.mark.parametrize(
    ("slug", "before", "after"),
    [
        ("approve", State.HELD, State.PUBLISHED),
        ("hold", State.PUBLISHED, State.HELD),
        ("hide", State.PUBLISHED, State.HIDDEN),
        ("remove", State.HIDDEN, State.REMOVED),
        ("restore", State.REMOVED, State.PUBLISHED),
    ],
)
def test_many_comments_and_posts_are_decided_at_once_and_undone(
    desk: Client, post: Post, ben: User, mod: User, spam: Rule, slug: str, before: State, after: State
) -> None:
    many = [say(post, ben, f"nr {number}") for number in range(3)]
    for model, things in (("comments_comment", many), ("posts_post", [post])):
        for thing in things:
            actions.decide(thing=thing, to=before, by=mod)
        done = Action.objects.count()
        decide(desk, model, slug, *things, rule=spam.slug)
        assert {state(thing) for thing in things} == {after}
        made = list(Action.objects.order_by("pk")[done:])
        assert len(made) == len(things)
        decide(desk, "moderation_action", "undo", *made)
        assert {state(thing) for thing in things} == {before}
        again = decide(desk, "moderation_action", "undo", *made).content.decode()
        assert "This was undone already, by mod" in again
        actions.decide(thing=things[0], to=State.PUBLISHED, by=mod)


def test_hiding_is_a_tombstone_at_once_and_undo_opens_the_reports_again(
    desk: Client, client: Client, comment: Comment, spam: Rule
) -> None:
    report(comment, spam)
    decide(desk, "comments_comment", "hide", comment, rule=spam.slug)
    assert Report.objects.get().outcome == "granted"
    assert "Words of the comment." not in client.get(comment.post.get_absolute_url()).content.decode()
    decide(desk, "moderation_action", "undo", Action.objects.get())
    assert "Words of the comment." in client.get(comment.post.get_absolute_url()).content.decode()
    assert Report.objects.get().outcome == "open"


def test_no_report_waits_again_beside_a_later_one_of_its_reporter(
    desk: Client, comment: Comment, post: Post, spam: Rule, eve: User, mod: User
) -> None:
    report(comment, spam, eve)
    of_a_guest = report(comment, spam)
    actions.decide_reports(thing=comment, uphold=False, by=mod)
    assert Action.objects.get().verb == Action.Verb.DISMISS
    later = report(comment, spam, eve)
    decide(desk, "moderation_action", "undo", Action.objects.get())
    assert set(Report.objects.filter(outcome="open")) == {of_a_guest, later}
    report(post, spam, eve)
    actions.decide_reports(thing=post, uphold=False, by=mod)
    report(post, spam, eve)
    page = decide(desk, "moderation_action", "undo", Action.objects.latest("pk")).content.decode()
    assert "their reporters have sent others since" in page


def test_only_the_last_decision_about_a_thing_is_undone(desk: Client, comment: Comment, mod: User, spam: Rule) -> None:
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    first = Action.objects.get()
    actions.decide(thing=comment, to=State.PUBLISHED, by=mod)
    page = decide(desk, "moderation_action", "undo", first).content.decode()
    assert "Something later was decided" in page
    assert state(comment) == State.PUBLISHED


def test_a_decision_that_cannot_be_taken_back_says_why_and_offers_no_undo(
    desk: Client, comment: Comment, ben: User, mod: User, spam: Rule
) -> None:
    actions.decide(thing=comment, to=State.HELD, by=mod)
    actions.decide(thing=comment, to=State.PUBLISHED, by=mod)
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    held, approved, hidden = (desk_page(action) for action in Action.objects.order_by("pk"))
    for page in (reverse("admin:index"), reverse("admin:comments_comment_change", args=[comment.pk])):
        listed = page_of(desk.get(page))
        offered = [cell.text_content().strip() for cell in select(listed, ".decisions tbody td")][5::6]
        assert offered == ["Undo", "why not", "why not"], page
        led = [link.get("href") for link in select(listed, ".decisions tbody td a")]
        assert led.count(approved) == led.count(held) == 2, page  # the moment leads to the same page
    last = Action.objects.latest("pk")
    for page in (held, approved):
        words = desk.get(page).content.decode()
        assert f"Something later was decided about the same thing (hidden, action {last.pk})" in words
        assert "decide/undo" not in words
    assert f"decide/undo/?ids={last.pk}" in desk.get(hidden).content.decode()
    chosen = desk.get(reverse("admin:moderation_action_decide", args=["undo"], query={"ids": last.pk - 1}))
    assert "Something later was decided about the same thing" in chosen.content.decode()


def offers(browser: Client, page: str, action: Action) -> bool:
    """Whether a page leads to undoing this decision."""
    return f"decide/undo/?ids={action.pk}&amp;page=1" in browser.get(page).content.decode()


def test_what_only_an_administrator_may_undo_is_offered_to_nobody_else_and_says_so(
    desk: Client, sign_in: SignIn, root: User, ben: User, eve: User, spam: Rule
) -> None:
    actions.appoint(member=ben, moderates=True, by=root)
    actions.suspend(member=ben, until=timezone.now() + dt.timedelta(days=7), by=root, rule=spam)
    actions.set_open(member=eve, is_open=False, by=root)
    made = list(Action.objects.all())
    assert {action.verb for action in made} == {"appoint", "suspend", "close"}
    for action in made:
        member = reverse("admin:users_user_change", args=[action.member_id])
        for page in (reverse("admin:index"), member, desk_page(action)):
            assert not offers(desk, page, action), page
            assert offers(sign_in(root), page, action), page
        [line] = select(page_of(desk.get(desk_page(action))), ".decide.quiet")
        assert line.text_content() == "Only an administrator can undo this."
        undo = reverse("admin:moderation_action_decide", args=["undo"], query={"ids": action.pk})
        assert "Only an administrator can undo this." in desk.get(undo).content.decode()
        assert "Only an administrator can undo this." in desk.post(undo, {"reason": ""}).content.decode()
    assert not Action.objects.filter(undoes__isnull=False).exists()


def test_a_moderator_is_offered_to_undo_the_suspension_of_a_member(
    desk: Client, mod: User, ben: User, spam: Rule
) -> None:
    actions.suspend(member=ben, until=timezone.now() + dt.timedelta(days=7), by=mod, rule=spam)
    action = Action.objects.get()
    for page in (reverse("admin:index"), reverse("admin:users_user_change", args=[ben.pk]), desk_page(action)):
        assert offers(desk, page, action), page


def test_who_may_not_lock_undoes_no_lock(sign_in: SignIn, post: Post, eve: User, mod: User) -> None:
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    eve.user_permissions.set(Permission.objects.filter(codename__in=["moderate", "view_action"]))
    actions.set_lock(post=post, lock=True, by=mod)
    action = Action.objects.get()
    assert not offers(sign_in(eve), desk_page(action), action)
    decide(sign_in(eve), "moderation_action", "undo", action)
    assert Post.objects.get(pk=post.pk).is_locked


def test_staff_who_only_read_are_offered_no_undo(
    sign_in: SignIn, comment: Comment, eve: User, mod: User, spam: Rule
) -> None:
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    eve.user_permissions.set(Permission.objects.filter(codename__in=["view_comment", "view_action"]))
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    action = Action.objects.get()
    for page in (reverse("admin:comments_comment_change", args=[comment.pk]), desk_page(action)):
        assert not offers(sign_in(eve), page, action), page
    assert "Only moderators can do this." in sign_in(eve).get(desk_page(action)).content.decode()


def test_the_page_of_a_comment_costs_the_same_with_more_decisions(
    desk: Client, comment: Comment, mod: User, spam: Rule, doubling
) -> None:
    def more() -> None:
        for to in (State.HIDDEN, State.PUBLISHED):
            actions.decide(thing=comment, to=to, by=mod, rule=spam)

    more()
    doubling(lambda: desk.get(reverse("admin:comments_comment_change", args=[comment.pk])), more, at_most=16)


def test_what_its_author_deleted_since_offers_no_undo(desk: Client, comment: Comment, ben: User, mod: User) -> None:
    actions.decide(thing=comment, to=State.HELD, by=mod)
    actions.decide(thing=comment, to=State.PUBLISHED, by=mod)
    delete_comment(comment=comment, by=ben)
    words = desk.get(desk_page(Action.objects.latest("pk"))).content.decode()
    assert "It has changed since" in words
    assert "decide/undo" not in words


def test_a_later_decision_about_something_else_leaves_the_undo(
    desk: Client, post: Post, comment: Comment, ben: User, mod: User
) -> None:
    actions.decide(thing=comment, to=State.HELD, by=mod)
    first = Action.objects.get()
    actions.decide(thing=say(post, ben, "Another."), to=State.HELD, by=mod)
    actions.decide(thing=post, to=State.HELD, by=mod)
    actions.set_lock(post=post, lock=True, by=mod)
    for action in Action.objects.all():
        assert f"decide/undo/?ids={action.pk}&amp;page=1" in desk.get(desk_page(action)).content.decode()
    decide(desk, "moderation_action", "undo", first)
    assert state(comment) == State.PUBLISHED


AUTHOR, RECORD = "The author reads it", "Kept in the record of decisions."


def test_the_page_of_the_reason_says_that_the_author_reads_it_only_where_one_does(
    desk: Client, archive: Archive, comment: Comment, mod: User, spam: Rule
) -> None:
    def says(model: str, slug: str, *things: Model) -> str:
        ids = ",".join(str(thing.pk) for thing in things)
        page = page_of(desk.get(reverse(f"admin:{model}_decide", args=[slug], query={"ids": ids})))
        return str(select(page, "#id_reason_helptext")[0].text_content())

    old = archive.said[1]
    for slug in ("approve", "hide", "remove", "restore", "hold"):
        assert says("comments_comment", slug, comment) == f"{AUTHOR} beside the rule."
        assert says("comments_comment", slug, old) == RECORD
        assert says("comments_comment", slug, old, comment) == f"{AUTHOR} beside the rule."
        assert says("posts_post", slug, comment.post) == f"{AUTHOR} beside the rule."
    for slug in ("dismiss", "detach", "attach"):
        assert says("comments_comment", slug, old) == RECORD
    assert says("comments_comment", "dismiss", comment) == RECORD
    assert says("posts_post", "tags", comment.post) == says("posts_post", "lock", comment.post) == RECORD
    of_both = [report(comment, spam), report(old, spam)]
    for slug in ("hide", "remove"):
        assert [says("moderation_report", slug, one) for one in of_both] == [f"{AUTHOR} beside the rule.", RECORD]
    assert {says("moderation_report", slug, of_both[0]) for slug in ("dismiss", "uphold")} == {RECORD}

    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    actions.decide(thing=old, to=State.HIDDEN, by=mod, rule=spam)
    actions.set_lock(post=comment.post, lock=True, by=mod)
    made = Action.objects.order_by("pk")
    assert [says("moderation_action", "undo", one) for one in made] == [f"{AUTHOR}.", RECORD, RECORD]


def test_a_refused_undo_keeps_what_was_typed(desk: Client, comment: Comment, post: Post, mod: User, spam: Rule) -> None:
    for thing in (comment, post):
        actions.decide(thing=thing, to=State.HELD, by=mod)
    held = list(Action.objects.all())
    for thing in (comment, post):
        actions.decide(thing=thing, to=State.PUBLISHED, by=mod)
    ids = ",".join(str(action.pk) for action in held)
    url = reverse("admin:moderation_action_decide", args=["undo"], query={"ids": ids, "filters": "verb=hold"})
    answer = desk.post(url, {"reason": "Both were spam"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert select(page, "#id_reason")[0].text_content().strip() == "Both were spam"
    assert len(select(page, ".errornote li")) == 2
    assert "Something later was decided" in select(page, ".errornote li")[0].text_content()
    assert Action.objects.filter(undoes__isnull=False).count() == 0


def test_of_several_undone_at_once_those_that_can_go_through(
    desk: Client, comment: Comment, post: Post, mod: User
) -> None:
    for thing, to in ((comment, State.HELD), (comment, State.PUBLISHED), (post, State.HELD)):
        actions.decide(thing=thing, to=to, by=mod)
    first, _, last = Action.objects.order_by("pk")
    words = decide(desk, "moderation_action", "undo", first, last, reason="A mistake").content.decode()
    assert "1 undone." in words
    assert "Something later was decided" in words
    assert state(post) == State.PUBLISHED


def test_an_undo_can_be_undone(comment: Comment, desk: Client, mod: User, spam: Rule) -> None:
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    decide(desk, "moderation_action", "undo", Action.objects.latest("pk"))
    decide(desk, "moderation_action", "undo", Action.objects.latest("pk"))
    assert state(comment) == State.HIDDEN


def test_what_its_author_deleted_stays_deleted(
    desk: Client, comment: Comment, ben: User, mod: User, spam: Rule
) -> None:
    delete_comment(comment=comment, by=ben)
    for slug in ("restore", "approve", "hide"):
        decide(desk, "comments_comment", slug, comment, rule=spam.slug)
    with pytest.raises(Conflict, match="stays so"):  # as who had the page open before it was deleted
        actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    assert state(comment) == State.DELETED
    assert not Action.objects.exists()


def test_a_thread_is_locked_and_unlocked(desk: Client, post: Post, ben: User, sign_in: SignIn) -> None:
    decide(desk, "posts_post", "lock", post)
    answer = sign_in(ben).post(reverse("comment-new", args=[post.pk]), {"body": "Hello", "token": "a" * 32})
    assert answer.status_code == 403
    decide(desk, "moderation_action", "undo", Action.objects.get())
    assert not Post.objects.get(pk=post.pk).is_locked


def test_an_inferred_reply_is_detached_and_the_undo_gives_its_evidence_back(desk: Client, archive: Archive) -> None:
    reply = archive.said[1]
    page = desk.get(reverse("admin:comments_comment_change", args=[reply.pk])).content.decode()
    assert "inferred from a quotation" in page
    assert "It repeats words of the comment by driller" in page
    decide(desk, "comments_comment", "detach", reply)
    found = Comment.objects.get(pk=reply.pk)
    assert (found.parent, found.parent_basis) == (None, "moderator")
    decide(desk, "moderation_action", "undo", Action.objects.get())
    found.refresh_from_db()
    assert (found.parent, found.parent_basis) == (archive.said[0], "quote")


def test_a_living_reply_cannot_be_detached(desk: Client, comment: Comment, ben: User) -> None:
    reply = say(comment.post, ben, "Reply", comment)
    decide(desk, "comments_comment", "detach", reply)
    assert Comment.objects.get(pk=reply.pk).parent == comment


def test_a_list_is_filtered_and_comes_back_so(desk: Client, comment: Comment, mod: User, spam: Rule) -> None:
    asked = desk.post(
        listing("comments_comment", state="published"), {"action": "hide", "_selected_action": comment.pk}
    )
    done = desk.post(asked["Location"], {"rule": spam.slug, "reason": ""})
    assert done["Location"] == listing("comments_comment", state="published")
    for query in ({"era": "then"}, {"account": "1"}, {"reported": "open"}, {"q": "Words ben"}, {"state": "nonsense"}):
        assert desk.get(listing("comments_comment", **query)).status_code == 200


def test_the_record_is_filtered_by_who_decided_and_by_what_still_stands(
    desk: Client, comment: Comment, post: Post, mod: User, root: User, spam: Rule
) -> None:
    actions.decide(thing=comment, to=State.HIDDEN, by=mod, rule=spam)
    decide(desk, "moderation_action", "undo", Action.objects.get())
    actions.decide(thing=post, to=State.HELD, by=root)
    undone, undoing, of_root = Action.objects.order_by("pk")
    for which, listed in (
        ("mine", {undone, undoing}),
        ("standing", {undoing, of_root}),
        ("undone", {undone}),
        ("odd", {undone, undoing, of_root}),
    ):
        shown = desk.get(listing("moderation_action", which=which)).context["cl"].result_list
        assert set(shown) == listed, which


@pytest.mark.parametrize("standing", ["suspended", "new", "staff", "closed"])
def test_members_are_filtered_by_what_they_are(
    desk: Client, standing: str, ann: User, ben: User, eve: User, mod: User
) -> None:
    now = timezone.now()
    User.objects.update(date_joined=now - dt.timedelta(days=8))
    User.objects.filter(pk=ann.pk).update(suspended_until=now + dt.timedelta(days=1))
    User.objects.filter(pk=ben.pk).update(suspended_until=now - dt.timedelta(days=1), is_active=False)
    User.objects.filter(pk=eve.pk).update(date_joined=now - dt.timedelta(days=6))
    shown = desk.get(listing("users_user", standing=standing)).context["cl"].result_list
    assert [member.username for member in shown] == {
        "suspended": ["ann"],
        "new": ["eve"],
        "staff": ["mod"],
        "closed": ["ben"],
    }[standing]


def test_persons_are_filtered_by_whether_their_name_was_taken_off(desk: Client, archive: Archive) -> None:
    Person.objects.filter(pk=archive.driller.pk).update(name="", removed_at=timezone.now())
    for name, off in (("off", {archive.driller}), ("shown", set(Person.objects.exclude(pk=archive.driller.pk)))):
        assert set(desk.get(listing("users_person", name=name)).context["cl"].result_list) == off, name


def chosen_on(page: lxml.html.HtmlElement) -> tuple[list[str], list[str]]:
    """Which rows of a list are ticked, and which action is chosen for them."""
    ticked = [box.get("value") for box in select(page, "input.action-select[checked]")]
    return ticked, [one.get("value") for one in select(page, "select[name='action'] option[selected]")]


def say_hundred_and_one(post: Post, author: User) -> list[str]:
    """The ids of so many comments, as the boxes of a list send them."""
    Comment.objects.bulk_create(
        Comment(post=post, author=author, created_at=post.created_at, body="x", html="x", token=f"{number}")
        for number in range(101)
    )
    return [str(pk) for pk in Comment.objects.order_by("-pk").values_list("pk", flat=True)]


@pytest.mark.parametrize("across", ["0", "1"])
def test_no_more_than_a_hundred_are_decided_at_once_and_what_was_ticked_stays(
    desk: Client, post: Post, ben: User, across: str
) -> None:
    """Whether a hundred boxes were sent, or the list was asked for all there are on its pages."""
    ids = say_hundred_and_one(post, ben)
    ticked = ids[:50] if across == "1" else ids
    go = {"action": "hold", "index": "0", "select_across": across, "_selected_action": ticked}
    answer = desk.post(listing("comments_comment"), go)
    page = page_of(answer)
    assert answer.status_code == 422
    assert chosen_on(page) == (ids[:50], ["hold"])
    [told] = [one.text_content() for one in select(page, ".messagelist li")]
    assert told.startswith("More than 100 were chosen, and nothing has changed: at most 100 are decided at a time.")
    assert not Action.objects.exists()
    Comment.objects.filter(pk=ids[0]).delete()
    leads = desk.post(listing("comments_comment"), {**go, "_selected_action": ticked[1:]})
    assert leads.status_code == 302
    assert len(parse_qs(urlsplit(leads["Location"]).query)["ids"][0].split(",")) == 100


@pytest.mark.parametrize(
    ("asked", "status"), [({"position": "first"}, 400), ({"id": "x"}, 400), ({"state": "x"}, 302), ({"p": "99"}, 302)]
)
def test_what_no_list_knows_is_answered_as_ever_where_all_are_chosen(
    desk: Client, comment: Comment, asked: dict[str, str], status: int
) -> None:
    go = {"action": "hold", "index": "0", "select_across": "1", "_selected_action": str(comment.pk)}
    assert desk.post(listing("comments_comment", **asked), go).status_code == status
    assert desk.get(listing("comments_comment", **asked)).status_code == (400 if status == 400 else 200)
    assert not Action.objects.exists()


@pytest.mark.parametrize("model", ["comments_comment", "notices_mail"])
def test_go_without_an_action_keeps_what_was_ticked_and_says_what_to_do(
    model: str, sign_in: SignIn, root: User, post: Post, ben: User
) -> None:
    made: list[Any] = [say(post, ben, f"nr {number}") for number in range(3)]
    if model == "notices_mail":
        made = [Mail.objects.create(key=f"{number}", kind=Mail.Kind.DIGEST, member=ben) for number in range(3)]
    ids = [str(one.pk) for one in made]
    answer = sign_in(root).post(listing(model), {"action": "", "index": "0", "_selected_action": ids[:2]})
    page = page_of(answer)
    assert answer.status_code == 422
    assert chosen_on(page) == (ids[1::-1], [""])
    [told] = [one.text_content() for one in select(page, ".messagelist li")]
    assert told.startswith("No action was chosen, and nothing has changed. What you ticked is still ticked: choose")
    again = page_of(sign_in(root).get(listing(model)))
    assert not select(again, ".messagelist li")
    assert len(select(again, "input.action-select")) == 3
    assert chosen_on(again)[0] == []


def test_go_without_a_tick_keeps_the_action_and_the_filters(desk: Client, comment: Comment) -> None:
    answer = desk.post(listing("comments_comment", state="published"), {"action": "hold", "index": "0"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert chosen_on(page) == ([], ["hold"])
    assert "Nothing is ticked, and nothing has changed. Tick at least one line" in page.text_content()
    assert select(page, "#changelist-filter [href='?state=held']")
    assert not Action.objects.exists()


def test_nobody_is_told_what_to_choose_in_a_list_they_may_not_read(sign_in: SignIn, mod: User) -> None:
    browser = sign_in(mod)
    assert browser.post(listing("notices_mail"), {"action": "", "_selected_action": "1"}).status_code == 403
    assert "was chosen" not in browser.get(listing("comments_comment")).content.decode()


def test_deciding_about_many_costs_the_same_for_each(
    desk: Client, post: Post, ben: User, mod: User, spam: Rule, count_queries
) -> None:
    def cost(number: int) -> int:
        ids = [say(post, ben, f"nr {n}").pk for n in range(number)]
        url = reverse("admin:comments_comment_decide", args=["hide"], query={"ids": ",".join(map(str, ids))})
        return len(count_queries(lambda: desk.post(url, {"rule": spam.slug, "reason": ""})))

    cost(1)
    one, ten = cost(1), cost(10)
    each = (ten - one) / 9
    assert each <= 30
    assert len(count_queries(lambda: None)) == 0


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "-1", "1" * 40, "²", ",".join(["1"] * 101)])
def test_ids_that_name_no_rows_are_refused(desk: Client, comment: Comment, ids: str) -> None:
    url = reverse("admin:comments_comment_decide", args=["hide"])
    assert desk.get(url, {"ids": ids}).status_code == 400
    chosen = desk.post(listing("comments_comment"), {"action": "hide", "_selected_action": ids or "x"})
    assert chosen.status_code in (302, 400)


def test_hostile_words_are_inert_on_every_page(
    root: User, sign_in: SignIn, post: Post, ben: User, spam: Rule, mod: User
) -> None:
    said = say(post, ben, HOSTILE)
    report(said, spam, None, HOSTILE)
    actions.decide(thing=say(post, ben, HOSTILE), to=State.HIDDEN, by=mod, rule=spam, reason=HOSTILE)
    removal = NameRemoval.objects.create(name=HOSTILE, address="javascript:a()", text=HOSTILE)
    Post.objects.filter(pk=post.pk).update(title=HOSTILE, url="javascript:a()")
    User.objects.filter(pk=ben.pk).update(username="<img src=x onerror=a()>", email="<script>@example.org")
    browser = sign_in(root)
    pages = [listing(model) for model in MODELS] + [
        reverse("admin:index"),
        reverse("admin:comments_comment_change", args=[said.pk]),
        reverse("admin:posts_post_change", args=[post.pk]),
        reverse("admin:users_user_change", args=[ben.pk]),
        reverse("admin:moderation_nameremoval_change", args=[removal.pk]),
        reverse("admin:moderation_action_change", args=[Action.objects.get().pk]),
        reverse("admin:comments_comment_decide", args=["hide"], query={"ids": said.pk}),
    ]
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        words = answer.content.decode()
        assert "<script>alert" not in words, page
        assert "<img src=x" not in words, page
        assert 'href="javascript:' not in words, page
        assert "'none'" in answer["Content-Security-Policy"]
        assert " style=" not in words, page


MODELS = [
    "moderation_report",
    "moderation_nameremoval",
    "moderation_action",
    "moderation_rule",
    "comments_comment",
    "posts_post",
    "users_user",
    "users_person",
    "users_source",
]


@pytest.mark.parametrize("address", ["ftp://example.org/", "javascript:alert(1)", "https://bank.example@evil.example/"])
def test_the_address_of_a_source_is_one_that_a_link_may_lead_to(sign_in, root, address):
    source = Source.objects.create(key="walks", name="Walks", address="https://walks.example/")
    path = reverse("admin:users_source_change", args=[source.pk])
    answer = sign_in(root).post(path, {"name": "Walks", "address": address})
    assert answer.status_code == 200
    assert "https:// or http://" in answer.content.decode()
    assert address in answer.content.decode()
    source.refresh_from_db()
    assert source.address == "https://walks.example/"
    assert sign_in(root).post(path, {"name": "Walks", "address": "walks.example/old"}).status_code == 302
    source.refresh_from_db()
    assert source.address == "https://walks.example/old"


def test_each_cell_of_a_list_names_its_column_and_the_box_does_not():
    headers = [{"text": '<input type="checkbox" id="action-toggle">'}, {"text": 'who & "when"'}]
    cells = ['<td class="action-checkbox">☐</td>', '<th class="field-who">Ann</th>']
    named = '<th data-label="Who &amp; &quot;when&quot;" class="field-who">Ann</th>'
    assert [*under(cells, headers)] == [cells[0], named]


@pytest.mark.parametrize(
    ("model", "name"), [("moderation_rule", "Rules"), ("users_source", "Sources"), ("moderation_report", "Reports")]
)
def test_a_list_is_called_by_what_is_in_it(desk: Client, model: str, name: str) -> None:
    page = page_of(desk.get(listing(model)))
    assert [it.text_content() for it in select(page, "h1")] == [name]
    assert select(page, "title")[0].text_content().startswith(f"{name} · ")
    assert select(page, ".breadcrumbs")[0].text_content().split()[-1] == name


def test_an_empty_list_says_so_and_a_search_that_fits_nothing_leads_back(
    desk: Client, comment: Comment, spam: Rule
) -> None:
    assert "There is nothing in this list now." in desk.get(listing("moderation_report")).content.decode()
    report(comment, spam)
    page = desk.get(listing("moderation_report", q="nowhere")).content.decode()
    assert 'Nothing fits what you asked for. <a href="?">' in page
    assert "There is nothing in this list now." not in page
    assert "Nothing fits" in desk.get(listing("comments_comment", state="removed")).content.decode()
    assert "Nothing fits" not in desk.get(listing("moderation_report")).content.decode()


def test_a_report_without_words_leaves_no_empty_line(desk: Client, comment: Comment, spam: Rule, eve: User) -> None:
    report(comment, spam)
    report(comment, spam, eve, "Sells <fish>")
    page = desk.get(listing("moderation_report")).content.decode()
    assert "<strong>Spam</strong><br><small>a guest" in page
    assert "<strong>Spam</strong><br>Sells &lt;fish&gt;<br><small>eve" in page


def test_a_choice_that_is_missing_is_led_to(desk: Client, ben: User, spam: Rule) -> None:
    page = page_of(decide(desk, "users_user", "suspend", ben, rule=spam.slug, days=""))
    [way] = select(page, ".errornote a")
    assert way.text_content() == "Choose for how long."
    assert select(page, way.get("href"))[0].get("type") == "radio"
    assert select(page, "fieldset")[0].get("aria-describedby") == select(page, ".errorlist")[0].get("id")


def test_the_list_of_persons_counts_in_words(desk: Client, archive: Archive) -> None:
    page = desk.get(listing("users_person")).content.decode()
    assert "1 comment, 0 posts" in page
    assert "1 comments" not in page
