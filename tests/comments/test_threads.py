"""The reader of threads against a naive model of the same tree, page by page."""

import datetime as dt
import random
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comments import threads
from comments.models import SHELVED, Comment
from comments.threads import BUDGET, WAITING, Node, Thread
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.making import NOON, Row, make_post, make_rows

GUEST = AnonymousUser()
SHAPES = [(0.1, 0.2), (0.9, 0.05), (0.02, 0.9), (0.0, 0.0), (0.3, 0.3), (0.0, 1.0)]  # shares of roots and of chains
MOSTLY_PUBLISHED = [State.PUBLISHED] * 7 + [State.HELD, State.HIDDEN, State.REMOVED, State.DELETED]

pytestmark = pytest.mark.django_db
drawn = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
sizes = st.sampled_from([0, 1, 2, 5, 30, 80, 199, 200, 201, 300, 700])
seeds = st.integers(0, 10**9)
orders = st.sampled_from(["oldest", "newest", "best"])


def grow(post: Post, size: int, seed: int, authors: list[User]) -> list[Comment]:
    """A random tree whose times tie and in which some replies are older than what they answer."""
    dice = random.Random(seed)  # noqa: S311
    roots, chains = dice.choice(SHAPES)
    old = dice.choice([0, 0, 0.5])
    states = dice.choice([[State.PUBLISHED], MOSTLY_PUBLISHED, list(State)])
    rows = []
    for number in range(size):
        throw = dice.random()
        parent = None
        if number and throw >= roots:
            parent = number - 1 if throw < roots + chains else dice.randrange(number)
        moment = NOON + dt.timedelta(seconds=dice.randrange(size // 2 + 1))
        # Few ranks, so that they tie; archived comments have the lowest.
        row = Row(parent, moment, dice.choice(states), dice.choice(authors), best=dice.choice([0, 0, 0.1, -0.1, 0.3]))
        row.archived = old > dice.random()
        rows.append(row)
    return make_rows(post, rows)


def key_of(order: str) -> Callable[[Comment], tuple[object, ...]]:
    """What a naive reading sorts by."""
    if order == "best":
        return lambda c: (c.archived, -c.best, c.position)
    return lambda c: (c.created_at, c.position)


class Model:
    """The same thread as plain lists."""

    def __init__(self, comments: list[Comment], order: str) -> None:
        self.placed = {comment.pk for comment in comments if comment.branch != SHELVED}
        self.replies: dict[int | None, list[int]] = {}
        for comment in sorted(comments, key=key_of(order), reverse=order == "newest"):
            if comment.pk in self.placed:
                self.replies.setdefault(comment.parent_id, []).append(comment.pk)

    def under(self, pk: int | None) -> list[int]:
        return self.replies.get(pk, [])


def pages(post: Post, viewer, order: str, top: Comment | None = None) -> Iterator[Thread]:
    after = None
    for _ in range(1_000):
        page = threads.thread_page(post, viewer, order=order, top=top, after=after)
        yield page
        after = page.after
        if after is None:
            return
    raise AssertionError("the pages never end")


def check_node(node: Node, model: Model, waiting: set[int]) -> None:
    placed = [reply.comment.pk for reply in node.replies if reply.comment.pk in model.placed]
    expected = model.under(node.comment.pk)
    assert placed == expected[: len(placed)]
    assert node.hidden_replies == len(expected) - len(placed)
    assert {reply.comment.pk for reply in node.replies} <= {*placed, *waiting}
    assert all(reply.depth == node.depth + 1 and reply.parent is node for reply in node.replies)


@drawn
@given(sizes, seeds, orders)
def test_every_page_is_what_a_naive_reading_of_the_tree_gives(ann, ben, count_queries, size, seed, order):
    post = make_post(ann)
    comments = grow(post, size, seed, [ann, ben])
    model = Model(comments, order)
    tops = [None, *random.Random(seed).sample(comments, min(2, size))]  # noqa: S311
    for top in tops:
        read = []
        whole = top is None and len(model.placed) <= threads.WHOLE
        for page in pages(post, GUEST, order, top):
            nodes = list(page.walk())
            assert len(nodes) <= (threads.WHOLE if whole else BUDGET)
            assert len({node.comment.pk for node in nodes}) == len(nodes)
            for node in nodes:
                check_node(node, model, set())
            read += [root.comment.pk for root in page.roots]
            if len(page.roots) * 2 < BUDGET:
                assert all(root.replies or not model.under(root.comment.pk) for root in page.roots)
        assert read == model.under(top.pk if top else None)


@pytest.mark.parametrize(("replies", "roots"), [(0, threads.ROOTS), (1, threads.ROOTS), (2, 36), (5, threads.PAGE)])
def test_a_page_has_more_roots_where_fewer_answer_them(ann, replies, roots):
    """In a thread where nobody answers anybody, a page of twenty comments would be a poor one."""
    post, rows = make_post(ann), []
    for number in range(300 // (replies + 1)):
        moment = NOON + dt.timedelta(seconds=number)
        root = len(rows)
        rows += [Row(author=ann, moment=moment), *(Row(root, moment, author=ann) for _ in range(replies))]
    make_rows(post, rows)
    page = threads.thread_page(Post.objects.get(pk=post.pk), GUEST)
    assert len(page.roots) == roots
    assert sum(1 for _ in page.walk()) == min(roots * (replies + 1), BUDGET)


@drawn
@given(sizes, seeds, orders)
def test_a_thread_that_fits_a_page_is_whole(ann, size, seed, order):
    post = make_post(ann)
    comments = grow(post, size, seed, [ann])
    model = Model(comments, order)
    if len(model.placed) > threads.WHOLE:
        return
    page = threads.thread_page(post, GUEST, order=order)
    assert {node.comment.pk for node in page.walk()} == model.placed
    assert page.after is None
    for node in page.walk():
        siblings = model.under(node.comment.parent_id)
        assert (node.rank, node.siblings) == (siblings.index(node.comment.pk) + 1, len(siblings))


@drawn
@given(sizes, seeds)
def test_the_flat_pages_hold_every_placed_comment_in_order_of_time(ann, size, seed):
    post = make_post(ann)
    comments = grow(post, size, seed, [ann])
    read, after = [], None
    while True:
        page = threads.flat_page(post, GUEST, after=after)
        assert len(page.roots) <= threads.FLAT_PAGE
        read += [node.comment.pk for node in page.walk()]
        after = page.after
        if after is None:
            break
    placed = [comment for comment in comments if comment.branch != SHELVED]
    assert read == [c.pk for c in sorted(placed, key=lambda c: (c.created_at, c.position))]


@drawn
@given(sizes, seeds, orders)
def test_what_waits_is_seen_by_its_author_alone_and_where_it_would_stand(ann, ben, eve, size, seed, order):
    post = make_post(ann)
    comments = grow(post, size, seed, [ann, ben])
    waiting = [c.pk for c in comments if c.state == State.HELD and c.branch == SHELVED and c.author_id == ben.pk]
    model = Model(comments, order)
    key = {c.pk: key_of(order)(c) for c in comments}
    shown: list[int] = []
    for page in pages(post, ben, order):
        for node in page.walk():
            check_node(node, model, set(waiting))
            keys = [key[reply.comment.pk] for reply in node.replies]
            assert keys == sorted(keys, reverse=order == "newest")
        shown += [node.comment.pk for node in page.walk() if node.comment.pk not in model.placed]
        keys = [key[root.comment.pk] for root in page.roots]
        assert keys == sorted(keys, reverse=order == "newest")
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(waiting)
    of_the_top = [c.pk for c in comments if c.pk in waiting and c.parent_id is None][:WAITING]
    if len(waiting) <= WAITING:
        assert set(of_the_top) <= set(shown)
    assert not {c.pk for page in pages(post, eve, order) for c in [n.comment for n in page.walk()]} - model.placed


def test_a_moderator_sees_what_waits_below_what_waits(ann, ben, root):
    post = make_post(ann)
    rows = [Row(state=State.HELD, author=ben), Row(0, state=State.HELD, author=ann)]
    upper, lower = make_rows(post, rows)
    [node] = threads.thread_page(post, root).roots
    assert node.comment == upper
    assert [reply.comment for reply in node.replies] == [lower]
    assert [n.comment for n in threads.flat_page(post, root).roots] == [upper, lower]
    assert [n.comment for n in threads.flat_page(post, ben).roots] == [upper]
    assert not threads.flat_page(post, GUEST).roots


def test_a_waiting_comment_stands_on_one_page_of_a_large_thread(ann, ben):
    post = make_post(ann)
    rows = [Row(moment=NOON + dt.timedelta(minutes=number), author=ann) for number in range(250)]
    rows[230] = Row(moment=NOON + dt.timedelta(minutes=230), state=State.HELD, author=ben)
    waiting = make_rows(post, rows)[230]
    for order in threads.ORDERS:
        counts = [sum(n.comment == waiting for n in page.walk()) for page in pages(post, ben, order)]
        assert sum(counts) == 1


@drawn
@given(st.sampled_from([5, 80]), seeds)
def test_the_context_of_a_comment_is_its_chain_of_parents(ann, size, seed):
    post = make_post(ann)
    comments = grow(post, size, seed, [ann])
    for comment in comments:
        chain, above = [], comment.parent
        while above is not None and len(chain) < threads.CONTEXT:
            chain.insert(0, above.pk)
            above = above.parent
        assert [parent.pk for parent in threads.context(comment)] == chain


@pytest.mark.parametrize("size", [150, 300, 3_000])
def test_a_page_is_as_many_queries_however_large_the_thread_is(ann, ben, count_queries, size):
    made = make_post(ann)
    rows = [Row(number - 1 if number % 5 else None, author=(ann, ben)[number % 2]) for number in range(size)]
    comments, post = make_rows(made, rows), Post.objects.get(pk=made.pk)
    for order in threads.ORDERS:
        read = count_queries(lambda order=order: threads.thread_page(post, GUEST, order=order))
        assert len(read) == (1 if size <= threads.WHOLE else 2)
    assert len(count_queries(lambda: threads.thread_page(post, GUEST, top=comments[0]))) == 2
    assert len(count_queries(lambda: threads.flat_page(post, GUEST))) == 1
    assert len(count_queries(lambda: threads.context(comments[-1]))) == 1
    above = threads.context(comments[-1])[-1]
    assert count_queries(lambda: (above.byline, above.get_absolute_url(), above.html)) == []


def test_a_thread_of_ten_thousand_a_thousand_deep_opens_in_two_queries(ann, count_queries):
    post = make_post(ann)
    rows = [Row(author=ann, moment=NOON + dt.timedelta(seconds=number)) for number in range(10_000)]
    for number in range(1, 1_000):
        rows[number].parent = number - 1
    for number in range(1_000, 9_000):
        rows[number].parent = number % 1_000
    comments = make_rows(post, rows)
    reads = [
        lambda: threads.thread_page(post, GUEST),
        lambda: threads.thread_page(post, GUEST, order="newest"),
        lambda: threads.thread_page(post, GUEST, order="best"),
        lambda: threads.thread_page(post, GUEST, top=comments[998]),
        lambda: threads.flat_page(post, GUEST, after=comments[5_000]),
    ]
    for read in reads:
        assert len(count_queries(read)) <= 2
    assert len(threads.context(comments[999])) == threads.CONTEXT


@pytest.mark.parametrize("waiting", [3, WAITING, WAITING + 1, 300])
def test_however_many_wait_a_small_thread_is_whole(ann, ben, root, waiting):
    """A flood of held comments leaves no other out, whether it stands before them or after."""
    post = make_post(ann)
    held = [Row(author=ben, state=State.HELD, moment=NOON) for _ in range(waiting)]
    said = [Row(author=ann, moment=NOON + dt.timedelta(hours=n)) for n in range(-5, 6)]
    made = make_rows(post, [*held, *said])
    placed = [one for one in made if one.state == State.PUBLISHED]
    for viewer, seen in ((GUEST, 0), (ann, 0), (ben, waiting), (root, waiting)):
        shown = [node.comment for node in threads.thread_page(post, viewer).walk()]
        assert [one for one in shown if one.state == State.PUBLISHED] == placed
        assert len(shown) == len(placed) + min(seen, WAITING)
