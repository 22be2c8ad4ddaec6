"""The page of notices, the number in the head of every page, and what marks a notice as read."""

import pytest
from django.db import connection
from django.test import Client

from comments.actions import change_state, delete_comment
from forum.moderation.models import Rule
from forum.notices.models import Kind, Notice
from forum.notices.reading import MOST
from forum.states import State
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post
from tests.making import NOON, make_post, page_of, say, select, take_stock

pytestmark = pytest.mark.django_db


def number(client: Client) -> str:
    [link] = select(page_of(client.get("/about/")), "nav a[href='/notices/']")
    return link.text_content().removeprefix("Notices").strip()


def text_of(client: Client, address: str = "/notices/") -> str:
    return " ".join(select(page_of(client.get(address)), "main")[0].text_content().split())


def test_without_notices_the_page_says_what_would_stand_here(sign_in, ann):
    browser = sign_in(ann)
    assert "When somebody answers, quotes or mentions you" in text_of(browser)
    assert number(browser) == ""


def test_a_reply_is_counted_shown_and_read_by_opening_it(sign_in, post, comment, ann, ben):
    said = say(post, ben, "Which way?", parent=comment)
    browser = sign_in(ann)
    assert number(browser) == "(1)"
    shown = text_of(browser)
    assert "Of gardens 1 unread" in shown
    assert "new ben replied to you" in shown
    assert "Which way?" in shown
    assert "Under your comment" in shown
    assert number(browser) == "(1)", "the list alone marks nothing as read"
    [link] = select(page_of(browser.get("/notices/")), f".dateline a[href='/comments/{said.pk}/']")
    browser.get(link.get("href"))
    assert number(browser) == ""
    assert "new ben" not in text_of(browser)


def test_the_page_of_the_thread_reads_what_it_shows(sign_in, post, comment, ann, ben):
    say(post, ben, parent=comment)
    browser = sign_in(ann)
    assert "Notices (1)" not in browser.get(post.get_absolute_url()).content.decode()
    assert number(browser) == ""


def test_a_decision_leads_to_its_comment_as_long_as_that_has_a_page(sign_in, post, ben, mod):
    browser = sign_in(ben)
    gone, answered, hidden = (say(post, ben, words) for words in ("One.", "Two.", "Three."))
    say(post, mod, parent=answered)
    for comment in (gone, answered, hidden):
        change_state(comment=comment, to=State.HIDDEN, by=mod)
    for comment in (gone, answered):
        change_state(comment=comment, to=State.PUBLISHED, by=mod)
        delete_comment(comment=comment, by=ben)
    links = {link.get("href") for link in select(page_of(browser.get("/notices/")), ".items a")}
    assert links >= {f"/comments/{answered.pk}/", f"/comments/{hidden.pk}/"}
    assert all(browser.get(link).status_code == 200 for link in links)


def test_a_page_that_only_a_browser_asked_for_reads_nothing(sign_in, post, comment, ann, ben):
    said = say(post, ben, "Which way?", parent=comment)
    browser = sign_in(ann)
    for address in (post.get_absolute_url(), said.get_absolute_url()):
        browser.get(address, headers={"sec-purpose": "prefetch"})
        browser.head(address)
    assert number(browser) == "(1)"


def test_one_member_reads_nothing_for_another(sign_in, client, post, comment, ann, ben, eve):
    said = say(post, ben, parent=comment)
    for viewer in (client, sign_in(eve), sign_in(ben)):
        viewer.get(said.get_absolute_url())
        viewer.get(post.get_absolute_url())
    sign_in(eve).post("/notices/read/", {"up_to": Notice.objects.get().pk})
    assert number(sign_in(ann)) == "(1)"


def test_notices_stand_by_thread_and_branch(sign_in, post, comment, ann, ben, eve):
    other = make_post(ben, title="Of rivers")
    theirs = say(other, eve, "Water.")
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=other)
    say(post, ben, "First", parent=comment)
    say(other, ben, "Second", parent=theirs)
    say(post, eve, "Third", parent=comment)
    page = page_of(sign_in(ann).get("/notices/"))
    assert [head.text_content() for head in select(page, "main h2 a")] == ["Of gardens", "Of rivers"]
    assert [" ".join(p.text_content().split()) for p in select(page, ".under")] == [
        "Under your comment:",
        "Under the comment by eve:",
    ]
    words = [" ".join(item.text_content().split()) for item in select(page, ".items .excerpt")]
    assert words == ["Third", "First", "Second"]


def test_all_are_marked_as_read_but_those_that_came_since(sign_in, post, comment, ann, ben):
    say(post, ben, "First", parent=comment)
    browser = sign_in(ann)
    [button] = select(page_of(browser.get("/notices/")), "button[formaction='/notices/read/']")
    say(post, ben, "Second", parent=comment)
    answer = browser.post("/notices/read/", {button.get("name"): button.get("value"), "next": "/notices/"})
    assert (answer.status_code, answer["Location"]) == (303, "/notices/")
    assert "All that stood here is marked as read." in browser.get("/notices/").content.decode()
    assert number(browser) == "(1)"
    for odd in ("", "x", "0", str(2**70), "\u0661"):
        assert browser.post("/notices/read/", {"up_to": odd}).status_code == 303
    assert number(browser) == ""
    assert not select(page_of(browser.get("/notices/")), "button[formaction='/notices/read/']")


def test_reading_all_asks_for_a_post_from_this_site(sign_in, ann):
    assert sign_in(ann).get("/notices/read/").status_code == 405
    assert Client().post("/notices/read/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)
    assert strict.post("/notices/read/").status_code == 403


@pytest.mark.parametrize("state", [State.HELD, State.HIDDEN, State.REMOVED, State.DELETED])
def test_of_what_is_not_shown_any_more_nothing_is_told(sign_in, post, comment, ann, ben, mod, state):
    said = say(post, ben, "The secret marker.", parent=comment)
    browser = sign_in(ann)
    assert "marker" in text_of(browser)
    if state == State.DELETED:
        delete_comment(comment=said, by=ben)
    else:
        change_state(comment=said, to=state, by=mod)
    assert "ben" not in text_of(browser)
    assert "marker" not in browser.get("/notices/").content.decode()
    assert number(browser) == ""
    change_state(comment=said, to=State.PUBLISHED, by=mod)
    assert number(browser) == "(1)"


def test_notices_of_a_post_that_is_gone_are_gone(sign_in, post, comment, ann, ben):
    say(post, ben, "The secret marker.", parent=comment)
    Post.objects.filter(pk=post.pk).update(state=State.REMOVED)
    assert "marker" not in text_of(sign_in(ann))
    Post.objects.filter(pk=post.pk).update(state=State.HIDDEN, title="The secret title")
    shown = text_of(sign_in(ann))
    assert "marker" in shown
    assert "secret title" not in shown


@pytest.mark.parametrize("to", [State.HELD, State.HIDDEN, State.REMOVED])
def test_an_author_reads_what_was_decided_under_which_rule_and_why(sign_in, post, ben, mod, to):
    said = say(post, ben, "My words.")
    rule = Rule.objects.create(slug="kind", title="Be kind")
    change_state(comment=said, to=to, by=mod, rule=rule, reason="You <i>shouted</i>.")
    browser = sign_in(ben)
    assert number(browser) == "(1)"
    shown = text_of(browser)
    assert "Your comment was" in shown
    assert "by a moderator" in shown
    assert "Be kind" in shown
    assert "You <i>shouted</i>." in shown
    assert "My words" not in shown
    assert "mod " not in shown, "which moderator is nobody's business"
    browser.get(said.get_absolute_url())
    assert number(browser) == ""


def test_more_than_ninety_nine_are_not_counted(sign_in, post, comment, ann, ben, count_queries):
    said = [say(post, ben, f"Words {n}.", parent=comment) for n in range(3)]
    Notice.objects.all().delete()
    posts = Post.objects.bulk_create(
        Post(title=f"T{n}", author=ben, created_at=post.created_at, active_at=post.created_at) for n in range(MOST + 5)
    )
    Notice.objects.bulk_create(Notice(member=ann, kind=Kind.AUTHOR, post=one) for one in posts)
    browser = sign_in(ann)
    assert number(browser) == "(99+)"
    asked = [sql for sql in count_queries(lambda: browser.get("/about/")) if "notices_" in sql]
    assert len(asked) == 1
    assert said


def test_the_list_goes_on_and_asks_as_much_when_it_doubles(sign_in, post, comment, ann, ben, doubling):
    browser = sign_in(ann)

    def double() -> None:
        for n in range(30):
            say(post, ben, f"Words {Notice.objects.count()} {n}.", parent=comment)

    double()
    doubling(lambda: browser.get("/notices/"), double, at_most=5)
    page = page_of(browser.get("/notices/"))
    [more] = select(page, "a[rel='next']")
    rest = page_of(browser.get(f"/notices/{more.get('href')}"))
    assert len(select(page, ".items > li")) == 50
    assert len(select(rest, ".items > li")) == 10
    assert browser.get("/notices/?after=x").status_code == browser.get("/notices/?after=99999999").status_code == 200


def test_a_guest_is_asked_to_sign_in_and_is_counted_nothing(client, post):
    assert client.get("/notices/").status_code == 302
    assert "/notices/" not in client.get(post.get_absolute_url()).content.decode()


def test_the_page_is_in_no_index(sign_in, ann):
    assert 'name="robots" content="noindex"' in sign_in(ann).get("/notices/").content.decode()


def test_counting_and_listing_follow_their_indexes(ann, ben, confirmed):
    """Among many notices of others and many read ones: what every page asks must stay cheap."""
    crowd = User.objects.bulk_create(User(username=f"r{n}", name_key=f"r{n}") for n in range(60))
    posts = Post.objects.bulk_create(
        Post(title=f"T{n}", author=ben, created_at=NOON, active_at=NOON) for n in range(60)
    )
    Notice.objects.bulk_create(
        Notice(member=user, kind=Kind.AUTHOR, post=one, read_at=NOON if n % 9 else None)
        for user in [ann, *crowd]
        for n, one in enumerate(posts)
    )
    take_stock()
    counted = Notice.objects.shown_to(ann).unread().order_by("-made_at").values_list("pk", "comment_id", "post_id")
    assert "notice_unread" in counted[:MOST].explain()
    listed = Notice.objects.shown_to(ann).order_by("-made_at", "-pk")[:51].explain()
    assert "notice_latest" in listed or connection.vendor == "postgresql"
    assert "SCAN notices_notice" not in listed
    assert "Seq Scan on notices_notice" not in listed
