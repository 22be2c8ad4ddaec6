"""What the databases do for a page: they follow an index from where it begins and stop when the page is full."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client

from benchmarks.explaining import plan_of, settled_plan_of
from comments import eras, threads
from comments.models import Comment
from forum.moderation.models import Report, Rule
from forum.paging import latest_first
from forum.reading.news import new_in
from forum.states import State
from forum.users.models import User
from posts.models import Post, Tag
from posts.tags.bearing import borne
from tests.conftest import Lasting, cast, member
from tests.making import NOON, Row, make_post, make_rows, store, take_stock

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()
MANY = 4_000  # comments in the large thread: enough for a planner to prefer an index where it has one


Asked = list[tuple[str, Any]]


def asked_by(act: Callable[[], object]) -> Asked:
    """The queries that an act makes on posts or comments, with their values."""
    asked: Asked = []

    def note(execute, sql, params, many, context):
        few = "_prefetch_related_val" in sql or "notices_notice" in sql  # tags of a page; what one has not read
        if ("_comment" in sql or "posts_post" in sql) and not few:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return asked


def plans_of(act: Callable[[], object]) -> dict[str, str]:
    """The plan of each of them, as the database itself would run it."""
    return {sql: plan_of(sql, params) for sql, params in asked_by(act)}


def check(
    act: Callable[[], object], *, ordered_by: str = "", few: bool = False, of: str = "comments_comment|posts_post|k"
) -> dict[str, str]:
    """Holds that nothing sorts and nothing is read through, also where PostgreSQL keeps to a plan; returns the plans.

    A list may walk along its own index (``ordered_by``); what is ``few`` by its nature may be sorted. ``of`` says of
    which tables, for of one with few rows the planner of PostgreSQL takes all.
    """
    asked = asked_by(act)
    assert asked
    plans = {sql: plan_of(sql, params) for sql, params in asked}
    for sql, plan in [*plans.items(), *((sql, settled_plan_of(sql, params)) for sql, params in asked)]:
        walks = re.findall(rf"SCAN (?:{of}|[UV]\d)\b.*|Seq Scan on (?:{of})\b", plan)
        walks = [walk for walk in walks if not ordered_by or ordered_by not in walk]
        assert not walks, f"{sql}\n\n{plan}"
        assert few or not re.search(r"\bSort\b|TEMP B-TREE FOR ORDER BY", plan), f"{sql}\n\n{plan}"
    return plans


@pytest.fixture(scope="module")
def busy(lasting: Lasting) -> Post:
    """A large thread among many small ones, and what the planner knows of them."""
    with lasting():
        return busy_thread(cast("ann"), cast("ben"))


def busy_thread(ann: User, ben: User) -> Post:
    others = [member(f"member{number}") for number in range(20)]
    for number in range(300):
        small = make_post(others[number % 20], created_at=NOON + dt.timedelta(minutes=number))
        make_rows(small, [Row(author=others[(number + step) % 20]) for step in range(3)])
    # Without these a planner would sooner read all posts than look into an index of them.
    when = [NOON - dt.timedelta(minutes=number) for number in range(MANY // 2)]
    html = f"<p>{'Words. ' * 250}</p>"  # so long that reading all is no cheaper than looking up those of a page
    store(
        Post(author=others[number % 20], title="Quiet", html=html, created_at=moment, active_at=moment)
        for number, moment in enumerate(when)
    )
    large = make_post(ann)
    rows = []
    for number in range(MANY):
        state = State.HELD if number % 500 == 499 else State.PUBLISHED
        author = ben if number % 4 == 0 else others[number % 20]
        parent = None if number % 4 == 0 else number - number % 4
        best = number % 7 / 20 - 0.1
        rows.append(Row(parent, NOON + dt.timedelta(seconds=number), state, author, best=best))
    make_rows(large, rows)
    take_stock()
    return large


def test_no_list_or_thread_sorts_or_is_read_through(busy, ann, ben, root):
    some = Comment.objects.filter(post=busy, parent=None).order_by("position")[500]
    for order in threads.ORDERS:
        for where in ({}, {"after": some}, {"top": some}):
            plans = check(lambda order=order, where=where: threads.thread_page(busy, GUEST, order=order, **where))
            index = "comment_ranked" if order == "best" else "comment_placed"
            assert all(index in plan for plan in plans.values())
        check(lambda order=order: threads.thread_page(busy, ben, order=order, after=some), few=True)
    check(lambda: threads.flat_page(busy, GUEST))
    check(lambda: threads.flat_page(busy, GUEST, after=some))
    check(lambda: threads.flat_page(busy, root, after=some), few=True)
    check(lambda: threads.context(some), few=True)
    # With more before it, and after it, than is looked at for a page.
    middle = Comment.objects.filter(post=busy, parent=None).order_by("position")[450]
    ends = {"bins": [MANY], "first": int(NOON.timestamp()), "last": int(NOON.timestamp()) + MANY}
    busy.pulse = dict.fromkeys(eras.ERAS, ends)
    for era in eras.ERAS:
        check(lambda era=era: eras.era_flat(busy, GUEST, era=era, after=middle))
        for order in threads.ORDERS:
            check(lambda order=order, era=era: eras.era_page(busy, GUEST, era=era, order=order, after=middle))
    front = Post.objects.published().with_bylines()
    last = front.active()[150]
    check(lambda: latest_first(front, key="active_at", after=None, size=40), ordered_by="post_active")
    check(lambda: latest_first(front, key="active_at", after=last.pk, size=40), ordered_by="post_active")
    mine = Comment.objects.filter(author=ben).select_related("post")
    last = mine.order_by("-created_at")[300]
    check(lambda: latest_first(mine, key="created_at", after=None, size=10))
    check(lambda: latest_first(mine, key="created_at", after=last.pk, size=10))
    mine = Post.objects.filter(author=ben)
    check(lambda: latest_first(mine, key="created_at", after=None, size=10), few=True)
    check(lambda: Client().get(f"/posts/{busy.pk}/feed/"), few=True)


@pytest.mark.parametrize("viewer", ["guest", "member"])
def test_no_page_sorts_or_reads_through_what_it_lists(client, sign_in, busy, ann, viewer):
    browser = client if viewer == "guest" else sign_in(ann)
    last = Comment.objects.filter(author__username="ben").order_by("-created_at")[400]
    assert "post_active" in str(check(lambda: browser.get("/"), ordered_by="post_active", few=True))
    check(lambda: browser.get("/feed/"), ordered_by="posts_post USING INDEX post_living")
    check(lambda: browser.get("/members/ben/"))
    check(lambda: browser.get(f"/members/ben/?after={last.pk}"))
    check(lambda: browser.get(busy.get_absolute_url()), few=viewer == "member")
    check(lambda: browser.get(last.get_absolute_url()), few=True)


def test_replies_to_a_member_are_walked_along_their_own_index(busy, sign_in, ann, ben, eve):
    for who in (ann, ben):  # whose post has thousands, and who was answered most of all
        check(lambda who=who: sign_in(who).get("/replies/"))
    plans = check(lambda: sign_in(eve).get("/replies/"), few=True)  # nobody has answered her
    assert "comment_by_answered" in str(plans)


def test_lists_of_the_desk_find_what_is_not_published_by_its_own_indexes(busy, sign_in, ben, root):
    Report.objects.create(comment=Comment.objects.filter(author=ben)[0], rule=Rule.objects.all()[0])
    browser, address = sign_in(root), "/admin/comments/comment/"
    take_stock()
    for state in ("removed", "hidden", "held"):
        plans = plans_of(lambda state=state: browser.get(f"{address}?state={state}"))
        [plan] = [plan for sql, plan in plans.items() if "ORDER BY" in sql and "COUNT" not in sql]
        assert re.search("comment_not_published|comment_held", plan), plan
    plans = plans_of(lambda: browser.get(address))
    for sql, plan in plans.items():
        if "GROUP BY" in sql and "comments_comment" in sql:
            assert re.search("comment_withheld|comment_not_published", plan), plan
    check(lambda: browser.get("/admin/"), few=True, ordered_by="comment_held")
    for state in ("removed", "hidden", "held"):
        plans = check(lambda state=state: browser.get(f"/admin/posts/post/?state={state}"), few=True)
        [plan] = [plan for sql, plan in plans.items() if "ORDER BY" in sql and "COUNT" not in sql]
        assert "post_not_published" in plan
    plans = plans_of(lambda: browser.get(f"{address}?reported=open"))
    assert not re.search("SCAN comments_comment|Seq Scan on comments_comment", str(plans))


def test_the_feed_of_the_site_does_not_read_through_an_archive(client, busy, ann):
    moment = dt.datetime(2007, 3, 22, tzinfo=dt.UTC)
    archived = [Post(title="Old", archived=True, created_at=moment, active_at=moment) for _ in range(2_000)]
    store(archived)
    make_post(ann)
    take_stock()
    assert "post_living" in str(check(lambda: client.get("/feed/"), ordered_by="post_living", few=True))


def test_a_small_thread_is_read_by_its_index(busy, ben, root):
    small = Post.objects.filter(comment_count__lte=3).first()
    plans = {}
    for viewer in (GUEST, ben, root):
        read = plans_of(lambda viewer=viewer: threads.thread_page(small, viewer))
        assert len(read) == 1, "what waits for a moderator comes with the others"
        plans |= read
    assert len(plans) == 3
    for sql, plan in plans.items():
        assert not re.search(r"SCAN comments_comment|Seq Scan on comments_comment", plan), f"{sql}\n\n{plan}"


def test_what_is_new_in_a_large_thread_is_found_by_an_index(busy: Post, ben: User) -> None:
    Comment.objects.filter(pk__in=busy.comments.order_by("-position").values_list("pk")[:20]).update(came_with=9)
    plans = check(lambda: list(new_in(busy, 8, but={ben.pk})[:1_001]), few=True)
    assert all("comment_by_arrival" in plan for plan in plans.values())


@pytest.mark.parametrize("slug", ["rare", "common"])
def test_the_feed_of_a_tag_walks_along_the_index_of_its_list(client, busy, slug):
    rare, common = (Tag.objects.create(slug=slug, name=slug) for slug in ("rare", "common"))
    posts = list(Post.objects.order_by("pk"))
    for tag, some in ((rare, posts[::100]), (common, posts)):
        store(borne(post, tag.pk) for post in some)
        Tag.objects.filter(pk=tag.pk).update(post_count=len(some))
    take_stock()
    plans = plans_of(lambda: client.get(f"/tags/{slug}/feed/"))
    if slug == "common" or connection.vendor == "sqlite":  # PostgreSQL sooner sorts the few of the rare one
        assert "bearing_newest" in str(plans)
    assert not re.search(r"post_living|post_newest|SCAN posts_post\b|Seq Scan on posts_post\b", str(plans)), str(plans)
