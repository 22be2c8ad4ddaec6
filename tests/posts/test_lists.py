"""The front page by active, new and top, for everyone and as a member wants it."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.utils import timezone

from comments.actions import change_state
from forum.states import State
from forum.voices.actions import mark, vote
from forum.voices.models import Mark
from posts import lists
from posts.actions import change_post_state
from posts.models import Post, Tag
from posts.tags import bearing
from tests.making import NOON, make_post, out_of_step, page_of, say, select

DAY = dt.timedelta(days=1)


def titles(page) -> list[str]:
    return [link.text_content() for link in select(page, ".lead h2 a") + select(page, ".rows h3 a")]


def read(client, address: str) -> list[str]:
    """The titles of a list, page after page, as a reader goes on."""
    base, found = address.partition("?")[0], []
    while address:
        page = page_of(client.get(address))
        found += titles(page)
        onward = [a.get("href") for a in select(page, 'a[rel="next"]')]
        address = base + onward[0] if onward else ""
    return found


def make_tag(slug: str = "gardens", **fields: object) -> Tag:
    return Tag.objects.create(slug=slug, name=slug.title(), **fields)


def test_each_order_is_its_own_and_says_which_it_is(client, ann, ben):
    old = make_post(ann, title="Old, loved", created_at=NOON, score=9)
    make_post(ann, title="New", created_at=NOON + 2 * DAY, score=1)
    make_post(ann, title="Middle", created_at=NOON + DAY, score=-1)
    say(old, ben)
    for query, expected in (
        ("", ["Old, loved", "New", "Middle"]),
        ("?order=new", ["New", "Middle", "Old, loved"]),
        ("?order=top", ["Old, loved", "New", "Middle"]),
    ):
        page = page_of(client.get(f"/{query}"))
        assert titles(page) == expected
        chosen = [b.text_content() for b in select(page, ".bar b")]
        assert chosen[0] == (query.partition("=")[2] or "active")
        assert bool(select(page, ".lead")) is (query == "")


@pytest.mark.parametrize("few", [3, 5_000])
def test_top_of_a_time_is_the_same_whether_few_or_many_fall_into_it(client, ann, monkeypatch, few):
    monkeypatch.setattr(lists, "FEW", few)
    make_tag()
    now = timezone.now()
    made = [make_post(ann, title=f"T{n}", created_at=now - n * 5 * DAY, score=n * 7 % 11) for n in range(100)]
    for post in made:
        bearing.choose(post, Tag.objects.all())
    right = sorted((post for post in made[:73]), key=lambda post: (-post.score, -post.pk))
    for base in ("/", "/tags/gardens/"):
        read, address = [], f"{base}?order=top&within=year"
        while address:
            page = page_of(client.get(address))
            read += titles(page)
            onward = [a.get("href") for a in select(page, 'a[rel="next"]')]
            address = base + onward[0] if onward else ""
        assert read == [post.title for post in right]


@pytest.mark.parametrize(("order", "words"), [("active", "Older"), ("new", "Older"), ("top", "More")])
def test_the_way_on_says_what_follows(client, ann, order, words):
    """By votes, older threads may have stood on the first page."""
    for number in range(lists.PAGE + 2):
        make_post(ann, created_at=NOON + DAY * number)
    [onward] = select(page_of(client.get(f"/?order={order}")), 'a[rel="next"]')
    assert onward.text == f"{words} threads"


@pytest.mark.parametrize(("within", "count"), [("day", 1), ("week", 2), ("month", 3), ("year", 4), ("", 5)])
def test_top_is_of_a_time(client, ann, within, count):
    now = timezone.now()
    for number, days in enumerate((0.5, 3, 20, 200, 2_000)):
        make_post(ann, title=f"Post {number}", created_at=now - days * DAY, score=number)
    found = titles(page_of(client.get(f"/?order=top&within={within}")))
    assert found == [f"Post {number}" for number in reversed(range(count))]


@pytest.mark.parametrize("query", ["", "?order=new", "?order=top", "?order=top&within=year"])
def test_a_list_is_read_page_by_page_each_thread_once(client, ann, query):
    for number in range(95):
        moment = timezone.now() - dt.timedelta(minutes=number // 3)
        make_post(ann, title=f"Thread {number}", created_at=moment, score=number % 4)
    found = read(client, f"/{query}")
    assert sorted(found) == sorted(f"Thread {number}" for number in range(95))
    assert len(found) == 95


@pytest.mark.parametrize(
    "odd", ["?order=score", "?order=top&within=hour", "?show=all", "?tags=1", "?after=x&order=new"]
)
def test_an_odd_choice_is_as_none(client, ann, odd):
    make_post(ann, title="Thread")
    assert titles(page_of(client.get(f"/{odd}"))) == ["Thread"]


@pytest.mark.parametrize(
    "after",
    [
        *(
            "0",
            "-1",
            str(2**31),
            str(2**63),
            str(2**70),
            "1e9",
            "\u0661",
            "999999999",
            "x",
            "1.",
            ".1",
            "1.2.3",
            "1 .2",
        ),
        *(f"{2**70}.1", f"{2**40}.{2**63}", "9999999999999999.1"),  # the last is later, and more, than anything
    ],
)
def test_an_odd_cursor_begins_at_the_front(client, ann, after):
    make_tag()
    bearing.choose(make_post(ann, title="Thread", created_at=timezone.now()), Tag.objects.all())
    for base in ("/", "/tags/gardens/"):
        for order in ("order=active", "order=new", "order=top", "order=top&within=day"):
            assert titles(page_of(client.get(f"{base}?{order}&after={quote(after)}"))) == ["Thread"]


@pytest.mark.parametrize("order", ["active", "new", "top"])
@pytest.mark.parametrize("base", ["/", "/tags/gardens/"])
def test_a_list_goes_on_where_it_ended_whatever_becomes_of_its_last_thread(client, ann, ben, mod, base, order):
    make_tag()
    made = [make_post(ann, title=f"T{n}", created_at=NOON - n * DAY, score=-n) for n in range(50)]
    for post in made:
        bearing.choose(post, Tag.objects.all())
    first = page_of(client.get(f"{base}?order={order}"))
    [onward] = [a.get("href") for a in select(first, 'a[rel="next"]')]
    last = made[len(titles(first)) - 1]
    say(last, ben)
    vote(member=ben, target=last, value=1)
    rest = titles(page_of(client.get(base + onward)))
    assert rest == [post.title for post in made if post.title not in titles(first)]
    change_post_state(post=last, to=State.HIDDEN, by=mod)
    assert titles(page_of(client.get(base + onward))) == rest


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_a_post_that_is_on_no_list_is_no_cursor(client, ann, state):
    make_tag()
    for number in range(3):
        at = timezone.now() - number * dt.timedelta(hours=1)
        last = make_post(ann, title=f"Thread {number}", created_at=at, score=-number)
        bearing.choose(last, Tag.objects.all())
    gone = make_post(ann, created_at=timezone.now() - dt.timedelta(minutes=30), state=state)
    bearing.choose(gone, Tag.objects.all())
    for base in ("/", "/tags/gardens/"):
        for order in ("order=active", "order=new", "order=top", "order=top&within=day"):
            pages = [client.get(f"{base}?{order}&after={pk}").content for pk in (99999999, gone.pk)]
            assert pages[0] == pages[1]
            assert b"Thread 0" in pages[0]


def test_questions_without_an_answer_have_a_list(client, ann, ben):
    asked = make_post(ann, title="Asked", kind="question")
    answered = make_post(ann, title="Answered", kind="question")
    Post.objects.filter(pk=answered.pk).update(answer=say(answered, ben))
    make_post(ann, title="An article")
    assert titles(page_of(client.get("/?show=unanswered"))) == ["Asked"]
    row = " ".join(select(page_of(client.get("/?order=new")), ".rows")[0].text_content().split())
    assert "answered" in row
    Post.objects.filter(pk=asked.pk).delete()
    assert "No question waits" in page_of(client.get("/?show=unanswered")).text_content()


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_that_is_not_public_is_in_any_list(client, ann, state):
    tag = make_tag()
    post = make_post(ann, title="Marker", state=state, kind="question", created_at=timezone.now())
    bearing.bear(post, [tag])
    for query in ("", "?order=new", "?order=top", "?order=top&within=day", "?show=unanswered"):
        for base in ("/", "/tags/gardens/"):
            assert "Marker" not in client.get(base + query).content.decode()


def test_an_answer_that_is_taken_away_no_longer_counts(client, ann, ben):
    post = make_post(ann, kind="question")
    make_post(ann)
    comment = say(post, ben)
    Post.objects.filter(pk=post.pk).update(answer=comment)
    assert "answered" in client.get("/?order=new").content.decode()
    type(comment).objects.filter(pk=comment.pk).update(state=State.HIDDEN)
    assert "· answered" not in client.get("/?order=new").content.decode()


def test_what_a_member_hides_or_mutes_is_gone_for_them_alone(client, sign_in, ann, ben, eve):
    tag = make_tag()
    hidden, muted, tagged, left = (make_post(title=name, author=who) for name, who in (
        ("Hidden", ann), ("Muted", eve), ("Tagged", ann), ("Left", ann),
    ))  # fmt: skip
    for post in (hidden, muted, tagged):
        bearing.choose(post, [tag])
    make_post(title="By a former member")
    mark(member=ben, kind=Mark.Kind.HIDDEN, target=hidden)
    mark(member=ben, kind=Mark.Kind.MUTED, target=eve)
    browser = sign_in(ben)
    for query in ("/", "/?order=new", "/?order=top"):
        assert sorted(titles(page_of(browser.get(query)))) == ["By a former member", left.title, tagged.title]
    mark(member=ben, kind=Mark.Kind.HIDDEN, target=tag)
    for query in ("/", "/?order=new", "/?order=top"):
        assert sorted(titles(page_of(browser.get(query)))) == ["By a former member", left.title]
        assert len(titles(page_of(client.get(query)))) == 5
        assert len(titles(page_of(sign_in(ann).get(query)))) == 5
    for query in ("", "?order=new", "?order=top"):
        assert titles(page_of(browser.get(f"/tags/gardens/{query}"))) == ["Tagged"]  # it was asked for by name
        assert len(titles(page_of(client.get(f"/tags/gardens/{query}")))) == 3
    assert muted.author == eve


def test_the_list_of_a_tag_follows_what_is_said_voted_and_hidden(client, ann, ben, root):
    tag = make_tag()
    first, second = (make_post(ann, title=title) for title in ("First", "Second"))
    for post in (first, second):
        bearing.choose(post, [tag])

    def listed(query: str = "") -> list[str]:
        assert out_of_step() == []
        return titles(page_of(client.get(f"/tags/gardens/{query}")))

    assert listed() == listed("?order=new") == listed("?order=top") == ["Second", "First"]
    said = say(first, ben)
    assert (listed(), listed("?order=new")) == (["First", "Second"], ["Second", "First"])
    change_state(comment=said, to=State.HIDDEN, by=root)
    assert listed() == ["Second", "First"]
    vote(member=ben, target=first, value=1)
    assert listed("?order=top") == ["First", "Second"]
    assert listed("?order=top&within=day") == []
    change_post_state(post=second, to=State.HIDDEN, by=root)
    assert listed() == listed("?order=new") == listed("?order=top") == ["First"]
    change_post_state(post=second, to=State.PUBLISHED, by=root)
    assert listed("?order=new") == ["Second", "First"]


def test_favourite_tags_are_shown_alone(client, sign_in, ann, ben):
    browser, tags = sign_in(ben), [make_tag(slug) for slug in ("gardens", "walls", "paths")]
    assert "Choose some" in page_of(browser.get("/?tags=mine")).text_content()
    for tag in tags:
        bearing.choose(make_post(ann, title=f"Of {tag.name}"), [tag])
    both = make_post(ann, title="Of both")
    bearing.choose(both, tags[:2])
    for tag in tags[:2]:
        mark(member=ben, kind=Mark.Kind.FOLLOWED, target=tag)
    assert sorted(titles(page_of(browser.get("/?tags=mine&order=new")))) == ["Of Gardens", "Of Walls", "Of both"]
    assert len(titles(page_of(client.get("/?tags=mine")))) == 4


@pytest.mark.parametrize("viewer", ["guest", "member"])
@pytest.mark.parametrize("address", ["/", "/?order=new", "/?order=top", "/?order=top&within=week", "/?tags=mine"])
def test_a_list_asks_as_much_when_everything_doubles(client, sign_in, ann, ben, doubling, viewer, address):
    tag = make_tag()
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=tag)

    def double() -> None:
        for number in range(5):
            post = make_post(ann, kind="question", created_at=timezone.now())
            bearing.choose(post, [tag, make_tag(f"t{post.pk}-{number}")])
            mark(member=ben, kind=Mark.Kind.HIDDEN, target=make_post(ann))

    double()
    browser = client if viewer == "guest" else sign_in(ben)
    most = (1 if viewer == "guest" else 7) + ("within" in address)
    doubling(lambda: browser.get(address), double, at_most=most)
