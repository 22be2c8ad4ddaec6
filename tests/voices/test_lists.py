"""The lists of what a member saved, hid, follows and muted: the latest first, each with its undo."""

import pytest

from comments.models import Comment
from forum.paging import SpotForm
from forum.states import State
from forum.voices.listing import PAGE
from forum.voices.models import Mark
from posts.models import Post
from tests.making import Row, make_post, make_rows, page_of, say, select

pytestmark = pytest.mark.django_db
LISTS = {"saved": "/saved/", "hidden": "/hidden/", "followed": "/following/", "muted": "/following/?show=muted"}


def lines(client, address: str) -> list[str]:
    return [" ".join(line.text_content().split()) for line in select(page_of(client.get(address)), ".items > li")]


@pytest.mark.parametrize(("kind", "address"), LISTS.items())
def test_each_list_holds_what_was_marked_so_the_latest_first(sign_in, post, comment, ann, ben, eve, kind, address):
    client = sign_in(eve)
    targets = [{"post": post}] if kind == "hidden" else [{"post": post}, {"comment": comment}]
    targets += [{"about": ben}] if kind in ("followed", "muted") else []
    for target in targets:
        Mark.objects.create(member=eve, kind=kind, **target)
        Mark.objects.create(member=ann, kind=kind, **target)  # of somebody else
    for other in LISTS:
        if other != kind:
            Mark.objects.create(member=eve, kind=other, comment=say(post, ben, f"Not {kind}."))
    found = lines(client, address)
    assert len(found) == len(targets)
    assert found[-1].startswith("A thread ann")
    if kind != "hidden":
        assert found[-2].startswith("ben")
        assert "Which way?" in found[-2]
    if kind in ("followed", "muted"):
        assert found[0].startswith("ben Un")


@pytest.mark.parametrize(("kind", "address"), LISTS.items())
def test_the_undo_leads_back_to_the_list_without_the_line(sign_in, post, comment, ben, eve, kind, address):
    client = sign_in(eve)
    Mark.objects.create(member=eve, kind=kind, post=post)
    if kind != "hidden":
        Mark.objects.create(member=eve, kind=kind, comment=comment)
    for _ in range(Mark.objects.count()):
        page = page_of(client.get(address))
        [way_back] = [field.get("value") for field in select(page, "#act input") if field.get("name") == "next"]
        button = select(page, ".items button")[0]
        answer = client.post(button.get("formaction"), {"value": button.get("value"), "next": way_back})
        assert answer["Location"].startswith(address)
    assert not Mark.objects.exists()
    assert lines(client, address) == []


@pytest.mark.parametrize("address", LISTS.values())
def test_an_empty_list_says_what_would_be_here_and_how_to_start(sign_in, eve, address):
    [empty] = select(page_of(sign_in(eve).get(address)), ".empty")
    assert "stand here" in empty.text_content()
    assert [link.get("href") for link in empty.iter("a")] == ["/"]


@pytest.mark.parametrize("address", LISTS.values())
def test_a_list_is_for_its_owner_and_for_no_machine(client, sign_in, eve, address):
    assert client.get(address).status_code == 302
    page = sign_in(eve).get(address)
    assert "no-store" in page["Cache-Control"]
    assert select(page_of(page), 'meta[name="robots"]')[0].get("content") == "noindex"


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (State.REMOVED, "A comment removed by a moderator."),
        (State.HIDDEN, "A comment hidden by a moderator."),
        (State.DELETED, "A comment deleted by its author."),
        (State.HELD, "A comment that waits for a moderator."),
    ],
)
def test_a_saved_comment_that_is_gone_leaves_a_line_and_not_its_words(sign_in, comment, eve, state, line):
    Mark.objects.create(member=eve, kind="saved", comment=comment)
    Comment.objects.filter(pk=comment.pk).update(state=state)
    page = sign_in(eve).get("/saved/").content.decode()
    assert "Which way?" not in page
    assert line in page


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_a_saved_post_that_is_gone_leaves_a_line_and_not_its_title(sign_in, post, comment, eve, state):
    Mark.objects.create(member=eve, kind="saved", post=post)
    Mark.objects.create(member=eve, kind="saved", comment=comment)
    Post.objects.filter(pk=post.pk).update(state=state, title="Words nobody may read")
    page = sign_in(eve).get("/saved/").content.decode()
    assert "Words nobody may read" not in page
    assert "A post " in page
    assert ("Which way?" in page) == (state in (State.HIDDEN, State.DELETED))


def test_an_old_comment_stands_whole_and_a_living_one_is_cut(sign_in, ann, ben, eve):
    old = make_post(ann, archived=True)
    [then] = make_rows(old, [Row(archived=True)])
    Comment.objects.filter(pk=then.pk).update(html=f"<p>{'Old words. ' * 100}</p>")
    now = say(make_post(ann), ben, "New words. " * 100)
    for comment in (then, now):
        Mark.objects.create(member=eve, kind="saved", comment=comment)
    page = sign_in(eve).get("/saved/").content.decode()
    assert page.count("Old words.") == 100
    assert 5 < page.count("New words.") < 30


def test_a_list_goes_on_where_its_page_ends(sign_in, post, ben, eve):
    for comment in [say(post, ben, f"Words {number}.") for number in range(PAGE + 5)]:
        Mark.objects.create(member=eve, kind="muted", comment=comment)
    client = sign_in(eve)
    first = page_of(client.get("/following/?show=muted"))
    [more] = select(first, ".more a")
    assert SpotForm({"after": more.get("href").split("after=")[1].split("&")[0]}).is_valid()
    rest = page_of(client.get("/following/" + more.get("href")))
    found = [line.text_content() for page in (first, rest) for line in select(page, ".items .excerpt")]
    assert found == [f"Words {number}." for number in reversed(range(PAGE + 5))]
    assert not select(rest, ".more a")


@pytest.mark.parametrize("after", ["0", "x", "999999", "9" * 40, "\u0661"])
def test_a_cursor_that_names_nothing_begins_at_the_front(sign_in, comment, eve, after):
    Mark.objects.create(member=eve, kind="saved", comment=comment)
    assert len(lines(sign_in(eve), f"/saved/?after={after}")) == 1


def test_a_list_costs_as_many_queries_however_long(sign_in, doubling, ann, ben, eve):
    client = sign_in(eve)

    def add() -> None:
        for _ in range(4):
            post = make_post(ann)
            Mark.objects.create(member=eve, kind="followed", post=post)
            Mark.objects.create(member=eve, kind="followed", comment=say(post, ben))

    add()
    Mark.objects.create(member=eve, kind="followed", about=ben)
    doubling(lambda: client.get("/following/"), add, at_most=6)


def test_the_lists_are_one_step_from_the_own_page_and_nowhere_for_others(sign_in, client, ann, eve):
    own = sign_in(eve).get("/members/eve/").content.decode()
    others = sign_in(ann).get("/members/eve/").content.decode() + client.get("/members/eve/").content.decode()
    for address in LISTS.values():
        assert f'href="{address}"' in own
        assert f'href="{address}"' not in others


def test_a_members_page_of_a_thread_asks_as_often_however_much_is_marked(sign_in, doubling, post, ann, ben, eve, mod):
    """Votes and marks cost two queries a page, and a member's page at most 14 in all."""
    client = sign_in(eve)

    def grow() -> None:
        for _ in range(6):
            number = Comment.objects.count()  # the same words again would be the same comment
            comment = say(post, ben, f"Words {number}.", say(post, ann, f"Other {number}."))
            Mark.objects.create(member=eve, kind="saved", comment=comment)
            comment.votes.create(member=eve, value=1)

    grow()
    for about in (ann, mod):
        Mark.objects.create(member=eve, kind="muted", about=about)
    for kind in LISTS:
        Mark.objects.create(member=eve, kind=kind, post=post)
    for view in ("", "?view=flat", "?order=best"):
        doubling(lambda view=view: client.get(post.get_absolute_url() + view), grow, at_most=14)
