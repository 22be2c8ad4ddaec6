"""Threads that are drawn ahead: every reader sees the page that would be drawn from the rows, to the byte."""

import datetime as dt
import logging
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from benchmarks.explaining import plan_of
from comments import drawing, drawn
from comments.actions import change_state, delete_comment, edit_comment, redact
from comments.answers.actions import set_answer
from comments.models import Comment, Drawing
from comments.threads import WHOLE
from forum.archive.load import load
from forum.pagecache.models import move_edition
from forum.states import State
from forum.text.redaction import Change
from forum.users.models import User
from forum.voices.actions import mark, vote
from forum.voices.models import Mark
from posts.actions import change_post_state
from posts.models import Post
from tests.archive.pages import seed_plan
from tests.making import LONG_AGO, NOON, Row, draw_threads, make_post, make_rows, say, take_stock

pytestmark = pytest.mark.django_db

TABLES = "comments_drawing|posts_post|d\\b"
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _free(settings: Settings) -> None:
    """Pages are made anew each time, and nothing that is said waits."""
    settings.PAGE_CACHE = False
    settings.FIRST_COMMENTS_HELD = settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = 0


def look(client: Client, post: Post, query: str = "") -> bytes:
    """The page, but for the token of its forms."""
    answer = client.get(post.get_absolute_url() + query)
    assert answer.status_code == 200
    return re.sub(rb'"[\w-]{64}"', b'"token"', answer.content)


def drawn_and_read(client: Client, post: Post, query: str = "") -> tuple[bytes, bytes]:
    """The page from the drawing, if one is right, and the page from the rows."""
    by_drawing = look(client, post, query)
    kept = list(Drawing.objects.all())
    Drawing.objects.all().delete()
    by_rows = look(client, post, query)
    Drawing.objects.bulk_create(kept)
    return by_drawing, by_rows


def asks_for_comments(client: Client, post: Post, query: str = "") -> bool:
    """Whether the page reads the rows of comments."""
    with CaptureQueriesContext(connection) as asked:
        look(client, post, query)
    return any("c.html" in query["sql"] for query in asked)


def lifelike(author: User, people: list[User], seed: int) -> Post:
    """A thread of both eras with tombstones in it, some of them deep, as no two are alike."""
    dice, post = random.Random(seed), make_post(author)  # noqa: S311  no secret
    rows: list[Row] = []
    for number in range(dice.randint(1, 60)):
        parent = dice.choice([None, *range(number)]) if number and dice.random() < 0.9 else None
        old = parent is not None and rows[parent].archived if parent is not None else dice.random() < 0.4
        old = old and dice.random() < 0.7
        rows.append(
            Row(
                parent=parent,
                moment=(LONG_AGO if old else NOON) + dt.timedelta(minutes=number),
                state=dice.choices(list(State), [20, 1, 1, 1, 1])[0],
                author=None if old or dice.random() < 0.1 else dice.choice(people),
                archived=old,
            )
        )
    make_rows(post, rows)
    return post


@pytest.mark.parametrize("seed", range(12))
def test_every_reader_sees_what_the_rows_say(
    seed: int, client: Client, ann: User, ben: User, mod: User, sign_in: SignIn
) -> None:
    post = lifelike(ann, [ann, ben], seed)
    draw_threads()
    assert Drawing.objects.filter(pk=post.pk).exists() == bool(drawn.find(Post.objects.get(), guest=True))
    for browser in (client, sign_in(ann), sign_in(ben), sign_in(mod)):
        for query in ("", "?order=newest", "?order=best", "?view=flat", "?era=then", "?fold=read"):
            by_drawing, by_rows = drawn_and_read(browser, post, query)
            assert by_drawing == by_rows


@pytest.mark.parametrize("seed", range(12, 18))
def test_what_is_new_is_marked_in_what_is_drawn(seed: int, ann: User, ben: User, sign_in: SignIn) -> None:
    post, reader = lifelike(ann, [ann, ben], seed), sign_in(ben)
    draw_threads()
    look(reader, post)
    public = list(Comment.objects.filter(state=State.PUBLISHED).order_by("pk"))
    for parent in (None, public[0], public[-1], public[len(public) // 2]):
        say(post, ann, "New.", parent=parent)
    draw_threads()
    by_drawing, by_rows = drawn_and_read(reader, post)
    assert by_drawing == by_rows
    assert by_drawing.count(b"<b>new</b>") == 4
    own_waits = Comment.objects.filter(state=State.HELD, author=ben).exists()
    assert asks_for_comments(reader, post) == own_waits


def test_the_seed_is_drawn_with_its_evidence(client: Client, ann: User, sign_in: SignIn) -> None:
    post = load(seed_plan(), commit=True).posts[0]
    draw_threads()
    for browser in (client, sign_in(ann)):
        by_drawing, by_rows = drawn_and_read(browser, post)
        assert by_drawing == by_rows
        assert b"Reply inferred from a quotation" in by_drawing
        assert not asks_for_comments(browser, post)
    Drawing.objects.all().delete()
    assert asks_for_comments(client, post), "or this test sees nothing"


@dataclass
class Scene:
    """Ann's question with her own comment, Ben's reply to that, and the browser in which Ann reads it."""

    ann: User
    ben: User
    mod: User
    post: Post
    top: Comment
    reply: Comment
    reader: Client


def _voted(scene: Scene) -> None:
    vote(member=scene.ann, target=scene.reply, value=1)


def _saved(scene: Scene) -> None:
    mark(member=scene.ann, kind=Mark.Kind.SAVED, target=scene.reply)


def _folded(scene: Scene) -> None:
    mark(member=scene.ann, kind=Mark.Kind.FOLDED, target=scene.top)


def _branch_muted(scene: Scene) -> None:
    mark(member=scene.ann, kind=Mark.Kind.MUTED, target=scene.top)


def _author_muted(scene: Scene) -> None:
    mark(member=scene.ann, kind=Mark.Kind.MUTED, target=scene.ben)


def _zoned(scene: Scene) -> None:
    User.objects.filter(pk=scene.ann.pk).update(time_zone="Europe/Berlin")


def _newest_first(scene: Scene) -> None:
    User.objects.filter(pk=scene.ann.pk).update(thread_order="newest")


def _answered(scene: Scene) -> None:
    set_answer(post=scene.post, comment=scene.reply, by=scene.ann)


def _own_waits(scene: Scene) -> None:
    change_state(comment=say(scene.post, scene.ann, "Mine."), to=State.HELD, by=scene.mod)


def _own_waits_over_a_reply(scene: Scene) -> None:
    mine = say(scene.post, scene.ann, "Mine.")
    say(scene.post, scene.ben, "To it.", parent=mine)
    change_state(comment=mine, to=State.HELD, by=scene.mod)


def _others_wait(scene: Scene) -> None:
    change_state(comment=say(scene.post, scene.ben, "Not for all."), to=State.HELD, by=scene.mod)


def _something_new(scene: Scene) -> None:
    look(scene.reader, scene.post)
    say(scene.post, scene.ben, "New.", parent=scene.top)


@pytest.mark.parametrize(
    ("happens", "by_drawing"),
    [
        (_voted, True),
        (_saved, True),
        (_folded, False),
        (_branch_muted, False),
        (_author_muted, False),
        (_zoned, True),
        (_newest_first, False),
        (_answered, True),
        (_own_waits, False),
        (_own_waits_over_a_reply, False),
        (_others_wait, True),
        (_something_new, True),
    ],
)
def test_a_member_sees_their_own_page(
    happens: Callable[[Scene], None], by_drawing: bool, ann: User, ben: User, mod: User, sign_in: SignIn
) -> None:
    post = make_post(ann, kind=Post.Kind.QUESTION)
    top = say(post, ann, "Which?")
    reply = say(post, ben, "This.", parent=top)
    reader = sign_in(ann)
    happens(Scene(ann, ben, mod, post, top, reply, reader))
    draw_threads()
    first, from_rows = drawn_and_read(reader, post)
    assert first == from_rows
    assert asks_for_comments(reader, post) != by_drawing
    for_all, from_rows = drawn_and_read(Client(), post)
    assert for_all == from_rows
    assert not asks_for_comments(Client(), post)


def test_a_moderator_reads_what_waits_and_what_is_hidden(ann: User, ben: User, mod: User, sign_in: SignIn) -> None:
    post, reader = make_post(ann), sign_in(mod)
    say(post, ben, "Good.")
    draw_threads()
    assert not asks_for_comments(reader, post)
    waits, hidden = say(post, ben, "It waits."), say(post, ben, "It is hidden.")
    say(post, ann, "Under it.", parent=hidden)
    change_state(comment=hidden, to=State.HIDDEN, by=mod)
    draw_threads()
    assert b"It is hidden." in look(reader, post)
    change_state(comment=hidden, to=State.PUBLISHED, by=mod)
    change_state(comment=waits, to=State.HELD, by=mod)
    draw_threads()
    assert b"It waits." in look(reader, post)


def test_a_guest_whose_browser_keeps_what_was_read_sees_what_is_new(client: Client, ann: User, ben: User) -> None:
    post = make_post(ann)
    say(post, ben)
    client.post("/reading/remember/", {"post": post.pk, "keep": "1"})
    new = say(post, ben, "New.")
    draw_threads()
    by_drawing, by_rows = drawn_and_read(client, post)
    assert by_drawing == by_rows
    assert f'href="#c{new.pk}"'.encode() in by_drawing


def test_what_changes_is_drawn_again(ann: User, ben: User, mod: User, client: Client) -> None:
    post = make_post(ann)
    said = say(post, ben, "First words.")
    draw_threads()
    for change, word in (
        (lambda: say(post, ann, "Second words."), b"Second words."),
        (lambda: edit_comment(comment=said, editor=ben, body="Other words.", seen=None), b"Other words."),
        (lambda: vote(member=ann, target=said, value=1), b"Score 1"),
        (lambda: delete_comment(comment=said, by=ben), b"Second words."),
    ):
        before = look(client, post)
        change()
        assert Post.objects.get().to_draw
        assert asks_for_comments(client, post)
        draw_threads()
        assert not asks_for_comments(client, post)
        assert word in look(client, post) != before
        assert not Post.objects.get().to_draw


def test_a_thread_that_stands_on_no_one_page_has_no_drawing(ann: User, mod: User) -> None:
    empty, large, gone = make_post(ann), make_post(ann), make_post(ann)
    make_rows(large, [Row(author=ann)] * WHOLE)
    make_rows(gone, [Row(author=ann)])
    draw_threads()
    assert set(Drawing.objects.values_list("pk", flat=True)) == {large.pk, gone.pk}
    say(large, ann)
    change_post_state(post=gone, to=State.REMOVED, by=mod)
    assert len(drawing.draw_waiting()) == 2
    assert not Drawing.objects.exists()
    assert not Post.objects.filter(to_draw=True).exists()
    assert drawn.find(empty, guest=True) is drawn.find(Post.objects.get(pk=large.pk), guest=False) is None


def test_what_changes_while_it_is_drawn_is_left_for_the_next_turn(ann: User, ben: User, monkeypatch, client) -> None:
    post = make_post(ann)
    say(post, ben, "Before.")
    inner = drawing.inner_parts

    def slow(*args: object) -> list[str]:
        monkeypatch.undo()
        say(post, ben, "Meanwhile.")
        return inner(*args)

    monkeypatch.setattr(drawing, "inner_parts", slow)
    drawing.draw(post.pk)
    assert not Drawing.objects.exists()
    assert Post.objects.get().to_draw
    draw_threads()
    assert b"Meanwhile." in look(client, post)


@pytest.mark.parametrize("error", [ValueError, DataError])
def test_a_thread_that_cannot_be_drawn_is_told_and_left_to_its_pages(
    error: type[Exception], ann: User, monkeypatch, caplog, client
) -> None:
    bad, good = make_post(ann), make_post(ann)
    for post in (bad, good):
        say(post, ann, "Words.")
    inner = drawing.inner_parts

    def fail(thread, page):
        if page.post == bad:
            raise error("of this thread alone")
        return inner(thread, page)

    monkeypatch.setattr(drawing, "inner_parts", fail)
    with caplog.at_level(logging.ERROR):
        assert len(drawing.draw_waiting()) == 2
    assert [record.post for record in caplog.records] == [bad.pk]
    assert drawing.draw_waiting() == []
    assert [row.pk for row in Drawing.objects.all()] == [good.pk]
    assert b"Words." in look(client, bad)


def test_a_database_that_is_away_is_for_the_worker(ann: User, monkeypatch) -> None:
    say(make_post(ann), ann)

    def fail(thread, page):
        raise OperationalError("away")

    monkeypatch.setattr(drawing, "inner_parts", fail)
    with pytest.raises(OperationalError):
        drawing.draw_waiting()
    assert Post.objects.get().to_draw


def test_words_with_the_separator_in_them_are_not_drawn_ahead(ann: User, client: Client) -> None:
    post = make_post(ann)
    make_rows(post, [Row(author=ann)])
    Comment.objects.update(html=f"<p>One{drawn.GAP}two.</p>")
    draw_threads()
    assert not Drawing.objects.exists()
    assert b"One" in look(client, post)


def test_other_code_and_another_edition_take_no_drawing_and_draw_it_anew(ann: User, client: Client) -> None:
    post = make_post(ann)
    say(post, ann)
    draw_threads()
    for change in (lambda: Drawing.objects.update(build="a"), lambda: Drawing.objects.update(build="z"), move_edition):
        change()
        assert asks_for_comments(client, post)
        assert drawing.draw_waiting() == []
        assert len(drawing.draw_outdated()) == 1
        assert not asks_for_comments(client, post)
        assert drawing.draw_outdated() == []


def test_a_turn_draws_the_newest_first_and_not_all(ann: User, monkeypatch) -> None:
    monkeypatch.setattr(drawing, "MOST", 2)
    posts = [make_post(ann) for _ in range(3)]
    for post in posts:
        make_rows(post, [Row(author=ann)])
    assert len(drawing.draw_waiting()) == 2
    assert {row.pk for row in Drawing.objects.all()} == {post.pk for post in posts[1:]}
    assert len(drawing.draw_waiting()) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_draws(ann: User) -> None:
    say(make_post(ann), ann)
    call_command("work", once=True)
    assert Drawing.objects.exists()


def test_words_that_must_go_go_from_the_drawing_at_once(ann: User, ben: User) -> None:
    post = make_post(ann)
    said = say(post, ben, "Names somebody.")
    draw_threads()
    redact(comment=said, changes=[Change(0, 5, "Hides")])
    assert not Drawing.objects.exists()


def test_the_drawing_goes_with_its_post(ann: User) -> None:
    post = make_post(ann)
    make_rows(post, [Row(author=ann)])
    draw_threads()
    Comment.objects.all().delete()
    post.delete()
    assert not Drawing.objects.exists()


def test_what_is_asked_is_found_by_an_index(ann: User) -> None:
    made = [make_post(ann) for _ in range(400)]
    for post in made[:200]:
        make_rows(post, [Row(author=ann)])
    draw_threads()
    take_stock()
    with CaptureQueriesContext(connection) as asked:
        drawing.draw_waiting()
        drawing.draw_outdated()
        drawn.find(Post.objects.get(pk=made[0].pk), guest=True)
    plans = [plan_of(query["sql"], ()) for query in asked if re.search("_drawing|WHERE .*to_draw", query["sql"])]
    assert len(plans) == 3
    for plan, index in zip(plans, ("post_to_draw", "drawing_by_code", ""), strict=True):
        assert not re.search(rf"SCAN (?:{TABLES})(?! USING)|Seq Scan on (?:{TABLES})", plan), plan
        assert index in plan
