"""The order best on a page: by votes, replies too, with what takes no votes behind, and said so."""

import pytest

from comments.models import Comment
from forum.voices.actions import vote
from posts.models import Post
from tests.conftest import member
from tests.making import LONG_AGO, Row, make_post, make_rows, page_of, say, select

pytestmark = pytest.mark.django_db
NOTE = "Imported comments take none"


def shown(client, address: str) -> list[str]:
    return [body.text_content().strip() for body in select(page_of(client.get(address)), ".comment .body")]


@pytest.fixture
def voters(db) -> list:
    return [member(f"voter{number}") for number in range(4)]


def give(comment: Comment, voters: list, value: int) -> None:
    for voter in voters:
        vote(member=voter, target=comment, value=value)


def test_votes_bring_a_comment_and_a_reply_to_the_front(client, post, ben, voters):
    first, second, third = (say(post, ben, f"Top {number}.") for number in range(3))
    replies = [say(post, ben, f"Reply {number}.", second) for number in range(2)]
    give(third, voters[:3], 1)
    give(first, voters[:1], -1)
    give(replies[1], voters[:1], 1)
    assert shown(client, f"{post.get_absolute_url()}?order=best") == [
        "Top 2.",
        "Top 1.",
        "Reply 1.",
        "Reply 0.",
        "Top 0.",
    ]
    assert shown(client, f"{second.get_absolute_url()}?order=best")[-3:] == ["Top 1.", "Reply 1.", "Reply 0."]
    assert shown(client, post.get_absolute_url())[0] == "Top 0."


def test_old_comments_stand_behind_the_living_in_the_order_of_their_page(client, ann, ben, voters):
    post = make_post(ann)
    make_rows(post, [Row(moment=LONG_AGO, archived=True) for _ in range(3)])
    low, high = say(post, ben, "Low."), say(post, ben, "High.")
    give(low, voters, -1)
    give(high, voters, 1)
    address = f"{post.get_absolute_url()}?order=best"
    assert shown(client, address) == ["High.", "Low.", "Words 0.", "Words 1.", "Words 2."]
    page = page_of(client.get(address))
    [divider] = select(page, ".divider")
    assert "take no votes" in divider.text_content()
    assert NOTE in page.text_content()
    assert NOTE not in client.get(post.get_absolute_url()).content.decode()
    assert NOTE not in client.get(f"{address}&view=flat").content.decode()


def test_a_living_thread_needs_no_such_note_and_machines_keep_the_first_order(client, post, comment):
    page = client.get(f"{post.get_absolute_url()}?order=best").content.decode()
    assert NOTE not in page
    assert '<meta name="robots" content="noindex, follow">' in page


def test_the_pages_of_a_large_thread_go_on_in_the_order(client, ann):
    post = make_post(ann)
    made = make_rows(post, [Row(author=ann, best=number % 5 / 10) for number in range(250)])
    right = [c.body for c in sorted(made, key=lambda c: (-c.best, c.position))]
    address, read = f"{post.get_absolute_url()}?order=best", []
    for _ in range(20):
        page = page_of(client.get(address))
        read += [body.text_content() for body in select(page, ".comment .body")]
        more = select(page, ".more a")
        if not more:
            break
        assert "order=best" in more[0].get("href")
        address = post.get_absolute_url() + more[0].get("href")
    assert read == right


@pytest.mark.parametrize("value", [1, -1])
def test_the_next_page_goes_on_where_this_one_ended_though_its_last_comment_was_voted_on(client, ann, voters, value):
    post = make_post(ann)
    made = make_rows(post, [Row(author=ann, best=number % 5 / 10) for number in range(250)])
    right = [c.body for c in sorted(made, key=lambda c: (-c.best, c.position))]
    address = f"{post.get_absolute_url()}?order=best"
    first = shown(client, address)
    assert first == right[: len(first)]
    [more] = select(page_of(client.get(address)), ".more a")
    give(next(c for c in made if c.body == first[-1]), voters, value)
    second = shown(client, post.get_absolute_url() + more.get("href"))
    assert second[: len(first)] == right[len(first) : 2 * len(first)]


def test_more_replies_go_on_where_they_ended_though_the_last_one_was_voted_on(client, ann, voters):
    post = make_post(ann)
    rows = [Row(author=ann, best=0.5), *(Row(0, author=ann, best=number % 3 / 10) for number in range(250))]
    top, *replies = make_rows(post, rows)
    right = [c.body for c in sorted(replies, key=lambda c: (-c.best, c.position))]
    page = page_of(client.get(f"{post.get_absolute_url()}?order=best"))
    here = [body.text_content() for body in select(page, f"#c{top.pk} .replies .body")]
    [more] = select(page, f"#c{top.pk} .onward a")
    give(next(c for c in replies if c.body == here[-1]), voters, 1)
    branch = page_of(client.get(more.get("href")))
    said = [body.text_content() for body in select(branch, f"#c{top.pk} .replies .body")]
    assert said[:5] == right[len(here) : len(here) + 5]


@pytest.mark.parametrize("order", ["best", "newest"])
def test_a_branch_leads_back_to_the_page_of_the_order_that_it_was_opened_from(client, ann, order):
    post = make_post(ann)
    rows = [Row(author=ann, best=number / 1000) for number in range(230)]
    for number in range(101, 120):
        rows[number].parent = 100
    top = make_rows(post, rows)[100]
    here, onward = f"{post.get_absolute_url()}?order={order}", []
    while not onward:
        page = page_of(client.get(here))
        onward = select(page, f"#c{top.pk} li.onward a")
        at, here = here, onward or post.get_absolute_url() + select(page, ".more a")[0].get("href")
    assert "after=" in at
    branch = page_of(client.get(onward[0].get("href")))
    ways = {link.get("href") for link in select(branch, "a")}
    [back] = [way for way in ways if way.endswith(f"#c{top.pk}") and way.startswith(post.get_absolute_url())]
    assert select(page_of(client.get(back)), f"#c{top.pk}")


@pytest.mark.parametrize(
    "after", ["1.", ".1", "1.0", "x.1", "9223372036854775808.1", f"{0x7FF0 << 48}.1", "1.2.3", "-.1"]
)
def test_what_is_the_end_of_no_page_is_no_page(client, post, comment, after):
    assert client.get(f"{post.get_absolute_url()}?order=best&after={after}").status_code == 404


@pytest.mark.parametrize("query", ["order=best", "view=flat", "order=newest"])
def test_the_way_to_the_beginning_keeps_to_the_order_and_the_view(client, ann, query):
    post = make_post(ann)
    last = make_rows(post, [Row(author=ann) for _ in range(250)])[100]
    page = page_of(client.get(f"{post.get_absolute_url()}?after={last.pk}&{query}"))
    [beginning] = [a for a in select(page, "p.quiet a") if a.text_content() == "Back to the beginning"]
    assert beginning.get("href") == f"{post.get_absolute_url()}?{query}"


def test_an_address_of_before_goes_on_by_the_comment_alone(client, ann):
    post = make_post(ann)
    made = make_rows(post, [Row(author=ann, best=-number / 1000) for number in range(250)])
    address = f"{post.get_absolute_url()}?order=best&after={made[99].pk}"
    assert shown(client, address)[:3] == [c.body for c in made[100:103]]


def test_an_import_ranks_below_everything_that_can_be_voted_on(db):
    from django.core.management import call_command

    call_command("load_fixture", verbosity=0)
    post = Post.objects.get()
    assert set(post.comments.values_list("best", flat=True)) == {-1.0}
    call_command("check_counters")


def test_the_privacy_page_says_what_is_kept(client):
    page = client.get("/privacy/").content.decode()
    assert "nobody sees who voted" in page
    assert "saved, hid, follow or mute" in page
