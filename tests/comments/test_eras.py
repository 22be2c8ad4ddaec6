"""A thread with two eras can be read as it was, as it goes on now, or whole; the years between them are said."""

import datetime as dt
import random
import re
from collections.abc import Iterator

import lxml.html
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from comments import eras, threads
from comments.models import SHELVED, Comment
from comments.threads import Thread
from forum.states import State
from forum.users.models import User
from posts import pulse
from posts.models import Post
from tests.comments.test_plans import check
from tests.making import LONG_AGO, NOON, Row, make_post, make_rows, say, take_stock

GUEST = AnonymousUser()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_held(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0


def grown(post: Post, rows: list[Row]) -> list[Comment]:
    """The rows with the figures of the post as the actions would leave them."""
    made = make_rows(post, rows)
    public = sorted((one for one in made if one.state == State.PUBLISHED), key=lambda one: one.created_at)
    moments = {era: [one.created_at for one in public if one.archived == (era == "then")] for era in eras.ERAS}
    post.pulse = pulse.build({era: times for era, times in moments.items() if times})
    post.comment_count, post.living_count = len(public), len(moments["now"])
    post.save()
    return made


def old(number: int, parent: int | None = None, **fields: object) -> Row:
    return Row(parent, LONG_AGO + dt.timedelta(minutes=number), archived=True, best=-1, **fields)


def new(number: int, author: User, parent: int | None = None, **fields: object) -> Row:
    return Row(parent, NOON + dt.timedelta(minutes=number), author=author, best=number % 5 / 10, **fields)


def archive(**fields: object) -> Post:
    return make_post(archived=True, created_at=LONG_AGO, **fields)


@pytest.fixture
def small(ann: User) -> tuple[Post, list[Comment]]:
    """Four old comments in two branches; one is answered now, and two speak now to all."""
    post = archive()
    rows = [old(0), old(1, 0), old(2), old(3, 2), new(0, ann, 1), new(1, ann), new(2, ann, 5)]
    return post, grown(post, rows)


def large(ann: User, *, then: int = 300, now: int = 40, seed: int = 1) -> tuple[Post, list[Comment]]:
    """A thread that no page holds, of random shape."""
    dice = random.Random(seed)  # noqa: S311
    rows = [old(n, dice.randrange(n) if n and dice.random() < 0.6 else None) for n in range(then)]
    for n in range(now):
        rows.append(new(n, ann, dice.randrange(then + n) if then + n and dice.random() < 0.8 else None))
    post = archive()
    return post, grown(post, rows)


def pages(post: Post, era: str, order: str, *, flat: bool = False) -> Iterator[Thread]:
    after = None
    for _ in range(100):
        if flat:
            page = eras.era_flat(post, GUEST, era=era, after=after)
        else:
            page = eras.era_page(post, GUEST, era=era, order=order, after=after)
        yield page
        after = page.after
        if after is None:
            return
    raise AssertionError("the pages never end")


def ids(page: Thread) -> list[int]:
    return [node.comment.pk for node in page.walk()]


def test_then_is_the_discussion_as_it_was(small) -> None:
    post, said = small
    page = eras.era_page(post, GUEST, era="then")
    assert ids(page) == [said[n].pk for n in (0, 1, 2, 3)]
    assert [node.depth for node in page.walk()] == [0, 1, 0, 1]
    assert [(node.rank, node.siblings) for node in page.roots] == [(1, 2), (2, 2)]
    assert all(node.hidden_replies == 0 for node in page.walk())


def test_now_is_what_is_said_today_under_what_it_answers(small) -> None:
    post, said = small
    page = eras.era_page(post, GUEST, era="now")
    assert ids(page) == [said[n].pk for n in (0, 1, 4, 5, 6)]
    assert [node.depth for node in page.walk()] == [0, 1, 2, 0, 1]


def test_flat_shows_the_eras_too_and_over_the_living_what_they_answer(small) -> None:
    post, said = small
    assert ids(eras.era_flat(post, GUEST, era="then")) == [said[n].pk for n in (0, 1, 2, 3)]
    assert ids(eras.era_flat(post, GUEST, era="now")) == [said[n].pk for n in (1, 4, 5, 6)]


@pytest.mark.parametrize("order", threads.ORDERS)
@pytest.mark.parametrize("seed", range(3))
def test_the_pages_of_then_hold_every_old_root_once_and_no_living_comment(ann, order, seed) -> None:
    post, said = large(ann, seed=seed)
    roots = [one.pk for one in said if one.archived and one.parent_id is None]
    read = []
    for page in pages(post, "then", order):
        assert all(node.comment.archived for node in page.walk())
        assert len(ids(page)) == len(set(ids(page))) <= threads.BUDGET
        read += [node.comment.pk for node in page.roots]
        for node in page.walk():
            replies = [one for one in said if one.archived and one.parent_id == node.comment.pk]
            assert {reply.comment.pk for reply in node.replies} <= {one.pk for one in replies}
            assert (node.hidden_replies != 0) == (len(replies) > len(node.replies))
    assert read == (roots[::-1] if order == "newest" else roots)


@pytest.mark.parametrize(("replies", "roots"), [(0, threads.ROOTS), (2, 36), (5, threads.PAGE)])
def test_a_page_of_then_has_more_roots_where_fewer_answer_them(ann, replies, roots) -> None:
    rows: list[Row] = []
    for number in range(300 // (replies + 1)):
        root = len(rows)
        rows += [old(number), *(old(number, root) for _ in range(replies))]
    post = archive()
    said = grown(post, [*rows, new(0, ann)])
    first, second, *_ = pages(post, "then", "oldest")
    assert len(first.roots) == roots
    assert second.roots[0].comment == said[roots * (replies + 1)]


@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize(("then", "now"), [(300, 40), (300, 150), (300, 350), (0, 250)])
def test_the_pages_of_now_hold_every_living_comment_under_its_parent(ann, order, then, now) -> None:
    post, said = large(ann, then=then, now=now)
    living: list[int] = []
    for page in pages(post, "now", order):
        shown = ids(page)
        assert len(shown) == len(set(shown)) <= eras.NOW_PAGE * (1 + eras.ABOVE)
        for node in page.walk():
            above = node.parent.comment.pk if node.parent else None
            assert above == node.comment.parent_id or (above is None and node.replies)
            assert not node.comment.archived or node.replies, "an old comment without an answer"
        living += shown
    assert {one.pk for one in said if not one.archived} <= set(living)


@pytest.mark.parametrize("era", eras.ERAS)
def test_flat_pages_hold_all_of_an_era_in_order(ann, era) -> None:
    post, said = large(ann, then=450, now=420)
    read: list[int] = []
    for page in pages(post, era, "oldest", flat=True):
        read += [node.comment.pk for node in page.walk() if node.comment.archived == (era == "then")]
    assert read == [one.pk for one in said if one.archived == (era == "then")]


def test_a_few_living_comments_of_a_large_thread_can_be_read_by_votes(ann) -> None:
    post, _ = large(ann, then=300, now=40)
    assert eras.order_for(post, "now", "best") == "best"
    (page,) = pages(post, "now", "best")
    for node in page.walk():
        living = [reply.comment.best for reply in node.replies if not reply.comment.archived]
        assert living == sorted(living, reverse=True)
    post.living_count = eras.NOW_PAGE + 1
    assert eras.order_for(post, "now", "best") == "oldest"


def test_eras_that_mix_lose_nothing_but_full_pages(ann) -> None:
    """A longer copy may bring old words that are younger than the first living ones."""
    post = archive()
    rows = [old(n) for n in range(150)] + [new(n * 10, ann) for n in range(60)]
    rows += [Row(None, NOON + dt.timedelta(minutes=5 + n * 10), archived=True, best=-1) for n in range(60)]
    said = grown(post, rows)
    for era in eras.ERAS:
        for flat in (False, True):
            read = {pk for page in pages(post, era, "oldest", flat=flat) for pk in ids(page)}
            assert {one.pk for one in said if one.archived == (era == "then")} == read


def test_what_waits_is_shown_to_its_author_now_and_not_then(small, ann, ben) -> None:
    post, said = small
    held = Comment.objects.create(
        post=post, author=ben, parent=said[0], branch=SHELVED, state=State.HELD, created_at=NOON, position=99
    )
    for reader, era, seen in ((ben, "now", True), (ben, "then", False), (ann, "now", False), (GUEST, "now", False)):
        assert (held.pk in ids(eras.era_page(post, reader, era=era))) is seen
        assert (held.pk in ids(eras.era_flat(post, reader, era=era))) is seen


def test_no_page_of_an_era_reads_through_the_other(ann) -> None:
    post = archive()
    rows = [old(n, n - n % 4 if n % 4 else None) for n in range(3_000)]
    said = grown(post, [*rows, *(new(n, ann, n % 30 if n % 3 else None) for n in range(600))])
    take_stock()
    middle = {"then": said[1_500], "now": said[3_300]}
    for era in eras.ERAS:
        for order in threads.ORDERS:
            some = next(one for one in said[said.index(middle[era]) :] if one.parent_id is None)
            for after in (None, some):
                shown = eras.order_for(post, era, order)
                check(lambda e=era, o=shown, a=after: eras.era_page(post, GUEST, era=e, order=o, after=a), few=True)
        check(lambda e=era: eras.era_flat(post, GUEST, era=e), few=True)
        check(lambda e=era: eras.era_flat(post, GUEST, era=e, after=middle[e]), few=True)


@pytest.mark.parametrize("view", ["tree", "flat"])
@pytest.mark.parametrize("era", eras.ERAS)
def test_a_page_of_an_era_costs_a_guest_the_same_in_a_larger_thread(client, ann, count_queries, view, era) -> None:
    costs = []
    for then, now in ((300, 150), (900, 450)):
        post, _ = large(ann, then=then, now=now)
        address = f"{post.get_absolute_url()}?view={view}&era={era}"
        client.get(address)
        costs.append(len(count_queries(lambda address=address: client.get(address))))
    assert costs[0] == costs[1] <= 13


def bar(client: Client, address: str) -> dict[str, str]:
    """The links of the choice of eras by their words; of the present one the address is empty."""
    page = lxml.html.fromstring(client.get(address).content.decode())
    (said,) = [one for one in page.xpath("//div[@class='bar']/p") if re.match(r"then \d", one.text_content())]
    return {one.text_content(): one.get("href") or "" for one in said}


def test_the_choice_is_three_plain_links_with_their_counts(client, small) -> None:
    post, _ = small
    here = post.get_absolute_url()
    assert bar(client, here) == {
        "then 4": f"{here}?era=then#comments",
        "now 3": f"{here}?era=now#comments",
        "both 7": "",
    }
    assert bar(client, f"{here}?era=then") == {
        "then 4": "",
        "now 3": f"{here}?era=now#comments",
        "both 7": f"{here}#comments",
    }
    assert not client.cookies


def test_the_choice_keeps_the_view_and_the_order_and_they_keep_it(client, small) -> None:
    post, _ = small
    here = post.get_absolute_url()
    assert bar(client, f"{here}?order=newest&era=now")["then 4"] == f"{here}?order=newest&era=then#comments"
    assert bar(client, f"{here}?view=flat")["now 3"] == f"{here}?view=flat&era=now#comments"
    page = client.get(f"{here}?era=now").content.decode()
    for link in (f"{here}?view=flat&amp;era=now#comments", f"{here}?order=newest&amp;era=now#comments"):
        assert link in page


def test_the_canonical_address_is_that_of_both(client, small) -> None:
    post, _ = small
    page = client.get(f"{post.get_absolute_url()}?era=then").content.decode()
    assert f'<link rel="canonical" href="http://localhost:8000{post.get_absolute_url()}">' in page
    assert '<meta name="robots" content="noindex, follow">' in page


def test_the_next_page_stays_in_the_era(client, ann) -> None:
    post = archive()
    grown(post, [old(0), *(old(n, 0) for n in range(1, 20)), *(old(n) for n in range(20, 250)), new(0, ann, 0)])
    page = client.get(f"{post.get_absolute_url()}?era=then&order=newest").content.decode()
    assert re.search(r'href="\?order=newest&amp;era=then&amp;after=\d+#comments" rel="next"', page)
    page = client.get(f"{post.get_absolute_url()}?era=then").content.decode()
    onward = re.search(r'<li class="onward"><a href="(/comments/\d+/\?[^"]*era=then)">More replies', page)
    assert onward
    branch = lxml.html.fromstring(client.get(onward[1].replace("&amp;", "&")).content.decode())
    assert branch.xpath("//li[contains(@class, 'comment then')]")
    assert not branch.xpath("//li[contains(@class, 'comment now')]")


def test_a_thread_of_one_era_offers_no_choice_and_says_what_is_missing(client, ann) -> None:
    post = make_post(ann)
    say(post, ann)
    assert "era=" not in client.get(post.get_absolute_url()).content.decode()
    page = client.get(f"{post.get_absolute_url()}?era=then").content.decode()
    assert "There are no comments of this time here." in page


@pytest.mark.parametrize("value", ["Then", "both", "then'", "1"])
def test_an_era_there_never_was_is_not_found(client, small, value) -> None:
    assert client.get(f"{small[0].get_absolute_url()}?era={value}").status_code == 404


def test_a_nul_is_no_era(client, small) -> None:
    assert client.get(f"{small[0].get_absolute_url()}?era=%00").status_code == 400


def test_new_comments_that_the_era_hides_stay_new(sign_in, small, ben, ann) -> None:
    post, _ = small
    browser = sign_in(ben)
    browser.get(post.get_absolute_url())
    say(Post.objects.get(pk=post.pk), ann, "Something new.")
    assert "<b>new</b>" not in browser.get(f"{post.get_absolute_url()}?era=then").content.decode()
    assert "<b>new</b>" in browser.get(f"{post.get_absolute_url()}?era=now").content.decode()


# The divider.


def dividers(client: Client, address: str) -> list[str]:
    page = lxml.html.fromstring(client.get(address).content.decode())
    return [" ".join(one.text_content().split()) for one in page.xpath("//li[@class='divider']")]


RESUMED = "The conversation resumed after 18 years: 2007 → 2026"
BEFORE = "Before 18 years of silence: 2026 → 2007"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["18 years later: 2007 → 2026", RESUMED]),
        ("?order=newest", [BEFORE, "18 years later: 2007 → 2026"]),
        ("?view=flat", [RESUMED]),
        ("?era=then", []),
        ("?era=now", ["18 years later: 2007 → 2026", RESUMED]),
        ("?view=flat&era=now", [RESUMED]),
        ("?view=flat&era=then", []),
    ],
)
def test_the_years_of_silence_stand_where_they_were(client, small, query, expected) -> None:
    post, _ = small
    assert dividers(client, post.get_absolute_url() + query) == expected


def test_the_order_of_votes_says_why_the_old_ones_come_last(client, small) -> None:
    post, _ = small
    assert dividers(client, f"{post.get_absolute_url()}?order=best") == [
        "Imported comments, which take no votes, as on their page"
    ]


def test_a_reply_among_old_replies_is_divided_from_them_on_its_branch_page_too(client, ann) -> None:
    post = archive()
    said = grown(post, [old(0), old(1, 0), new(0, ann, 0)])
    assert dividers(client, said[0].get_absolute_url()) == ["18 years later: 2007 → 2026"]


@pytest.mark.parametrize("view", ["", "&view=flat"])
def test_a_page_that_begins_with_the_resumed_conversation_says_so(client, ann, view) -> None:
    post = archive()
    said = grown(post, [*(old(n) for n in range(250)), *(new(n, ann) for n in range(5))])
    last_old = said[249]
    assert dividers(client, f"{post.get_absolute_url()}?after={last_old.pk}{view}") == [RESUMED]
    assert dividers(client, f"{post.get_absolute_url()}?after={said[250].pk}{view}") == []


def test_the_next_page_of_a_branch_says_so(client, ann) -> None:
    post = archive()
    said = grown(post, [old(0), *(old(n, 0) for n in range(1, 30)), *(new(n, ann, 0) for n in range(3))])
    address = said[0].get_absolute_url()
    assert dividers(client, f"{address}?after={said[29].pk}") == ["18 years later: 2007 → 2026"]
    assert dividers(client, f"{address}?after={said[30].pk}") == []
