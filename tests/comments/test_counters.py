"""The figures of a thread, after any sequence of acts, are those that a naive recount gives."""

import datetime as dt
import io
from dataclasses import replace

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comments import actions, counters, recounting
from comments.models import SHELVED, TOP, Comment
from comments.recounting import recount
from forum import storing
from forum.refusals import Refusal
from forum.states import State
from forum.voices.actions import vote
from posts import pulse
from posts.models import Bearing, Post, Tag
from posts.tags import bearing
from tests.making import LONG_AGO, NOON, Row, make_post, make_rows, say

pytestmark = pytest.mark.django_db

STEPS = [dt.timedelta(seconds=s) for s in (0, 1, 60, 90_000, -3_600, 40_000_000)]
acts = st.tuples(
    st.sampled_from(["add", "add", "add", "reply", "reply", "reply", "edit", "delete", "state", "state", "move"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(STEPS),
    st.sampled_from([state for state in State if state != State.DELETED]),
)


def is_placed(comment: Comment, replies: dict[int, list[Comment]]) -> bool:
    """What the table of states says, said once more in other words."""
    answered = any(is_placed(reply, replies) for reply in replies.get(comment.pk, []))
    return comment.state in (State.PUBLISHED, State.HIDDEN) or answered


def check(post: Post) -> None:
    post.refresh_from_db()
    comments = list(post.comments.order_by("created_at", "position"))
    replies: dict[int, list[Comment]] = {}
    for comment in comments:
        if comment.parent_id:
            replies.setdefault(comment.parent_id, []).append(comment)
    for comment in comments:
        assert comment.is_shelved is not is_placed(comment, replies)
        assert comment.reply_count == sum(is_placed(reply, replies) for reply in replies.get(comment.pk, []))
        assert comment.is_shelved or comment.branch == (comment.parent_id or 0)
    public = [comment for comment in comments if comment.state == State.PUBLISHED]
    assert post.comment_count == len(public)
    assert post.living_count == sum(not comment.archived for comment in public)
    assert post.last_comment_at == (public[-1].created_at if public else None)
    assert post.last_author_id == (public[-1].author_id if public else None)
    assert post.active_at == (public[-1].created_at if public else post.created_at)
    eras: dict[pulse.Era, list[dt.datetime]] = {
        "then": [c.created_at for c in public if c.archived],
        "now": [c.created_at for c in public if not c.archived],
    }
    assert pulse.fits(post.pulse, eras)
    assert recount(post.pk) == []


def act(post: Post, what: str, one: int, two: int, to: State, people: list) -> None:
    comments = list(post.comments.order_by("position").select_related("author"))
    chosen = comments[one % len(comments)] if comments else None
    if what == "add":
        say(post, people[one % len(people)], f"Words {two}.")
    elif chosen is None:
        return
    elif what == "reply":
        say(post, people[two % len(people)], f"Words {two}.", chosen)
    elif what == "edit":
        actions.edit_comment(comment=chosen, editor=chosen.author, body=f"Other {two}.", seen=chosen.edited_at)
    elif what == "delete":
        actions.delete_comment(comment=chosen, by=chosen.author)
    elif what == "state":
        actions.change_state(comment=chosen, to=to, by=people[0])
    else:
        parent = None if two % 3 == 0 else comments[two % len(comments)]
        actions.set_parent(comment=chosen, parent=parent, by=people[0])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(acts, max_size=25), st.integers(0, 4))
def test_figures_follow_from_the_comments_after_any_acts(ann, ben, sequence, old):
    with transaction.atomic():  # so that one example that fails leaves the next ones a database to work with
        follow(ann, ben, sequence, old)


def follow(ann, ben, sequence, old) -> None:
    post = make_post(ann, created_at=LONG_AGO if old else NOON)
    if old:
        rows = [Row(None if n % 2 else n - 1 if n else None, LONG_AGO, author=ben, archived=True) for n in range(old)]
        post.pulse = pulse.build({"then": [LONG_AGO] * old})
        make_rows(post, rows)
    with time_machine.travel(NOON, tick=False) as clock:
        for what, one, two, step, to in sequence:
            clock.shift(step)
            before = post.comments.count()
            version = Post.objects.get(pk=post.pk).version
            try:
                act(post, what, one, two, to, [ann, ben])
            except (Refusal, AttributeError):
                assert post.comments.count() == before
                assert Post.objects.get(pk=post.pk).version == version
            check(post)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**9), 10**10), st.booleans()), max_size=60))
def test_a_pulse_holds_each_comment_once(steps):
    now: dict[str, pulse.Histogram] = {}
    moments: list[dt.datetime] = []
    for seconds, adds in steps:
        if adds or not moments:
            moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
            moments.append(moment)
            now = pulse.add(now, "now", moment)
        else:
            moment = moments.pop(seconds % len(moments))
            now = pulse.remove(now, "now", moment)
            now = pulse.span(now, "now", min(moments, default=None), max(moments, default=None))
        assert pulse.fits(now, {"then": [], "now": sorted(moments)})
        assert all(len(era["bins"]) <= pulse.BINS for era in now.values())
    shown = pulse.shown(now)
    assert (shown is None) == (not moments)


def grown(ann) -> list[Comment]:
    post = make_post(ann)
    comments = [say(post, ann, f"Words {number}.") for number in range(60)]
    comments += [say(post, ann, "A reply.", comment) for comment in comments]
    actions.change_state(comment=comments[0], to=State.REMOVED, by=ann)
    actions.change_state(comment=comments[70], to=State.REMOVED, by=ann)
    return comments


def test_the_check_finds_nothing_wrong_and_changes_nothing_on_a_healthy_site(ann, count_queries):
    grown(ann)
    out = io.StringIO()
    queries = count_queries(lambda: call_command("check_counters", "--repair", stdout=out))
    assert out.getvalue() == "All is right in 1 thread.\n"
    assert not [sql for sql in queries if sql.startswith(("UPDATE", "INSERT", "DELETE")) or "FOR UPDATE" in sql]


def test_the_check_asks_as_often_for_forty_threads_as_for_four(ann, doubling):
    def grow() -> None:
        for _ in range(4):
            actions.change_state(comment=say(make_post(ann), ann), to=State.HIDDEN, by=ann)

    def more() -> None:
        for _ in range(9):
            grow()

    grow()
    doubling(lambda: call_command("check_counters", stdout=io.StringIO()), more, at_most=8)


FIGURES = {
    Comment: {"branch": SHELVED, "reply_count": 7, "score": 7, "best": 0.7, "quoted_count": 7},
    Post: {
        **dict.fromkeys(("comment_count", "living_count", "quoted_count", "score"), 7),
        **dict.fromkeys(("active_at", "last_comment_at"), LONG_AGO),
        **{"last_author": None, "pulse": {}, "last_position": 0, "version": 0, "url_key": "elsewhere.example"},
    },
    Tag: {"post_count": 7},
    Bearing: {**dict.fromkeys(("active_at", "created_at"), LONG_AGO), "listed": False, "score": 7},
}
NO_FIGURES = {  # what else follows from other columns, and of what
    "came_with": "when the words came, which nothing else says",
    "html": "the words, and what they quote",
    "revised_at": "the edits that readers find in the history",
}


def figures() -> dict[tuple[str, int, str], object]:
    """Every column of every row, but for the version of pages."""
    return {
        (model.__name__, row["id"], name): value
        for model in FIGURES
        for row in model.objects.values()
        for name, value in row.items()
        if name != "version"
    }


def test_the_check_puts_right_a_hundred_figures_of_every_kind_and_nothing_else(ann, ben):
    grown(ann)
    asked = make_post(ann, url="https://example.org/", url_key="example.org")
    quoted = say(asked, ann, "To be quoted.")
    say(asked, ben, f"> #c{quoted.pk}\n> To be quoted.\n\n> #post\n> Words.")
    vote(member=ben, target=quoted, value=1)
    vote(member=ben, target=asked, value=-1)
    bearing.choose(Post.objects.get(pk=asked.pk), [Tag.objects.create(slug="one", name="One")])
    call_command("check_counters", stdout=io.StringIO())
    before = figures()
    wrong = {(Post, asked.pk): FIGURES[Post]}
    wrong |= {(model, model.objects.get().pk): FIGURES[model] for model in (Tag, Bearing)}
    for comment in Comment.objects.exclude(branch=SHELVED).order_by("-pk")[:15]:
        wrong[Comment, comment.pk] = {**FIGURES[Comment], "answers": ben}
    for (model, pk), values in wrong.items():
        model.objects.filter(pk=pk).update(**values)
    changed = {key for key, value in figures().items() if before[key] != value}
    out = io.StringIO()
    call_command("check_counters", "--repair", stdout=out)
    assert figures() == before
    told = out.getvalue().count("ought to be")
    assert told == len(changed) + 1 == 106  # the version is one, and nothing else was touched
    assert Post.objects.get(pk=asked.pk).version > max(asked.comments.values_list("came_with", flat=True))


def test_every_column_that_follows_from_others_is_counted(ann):
    for model in FIGURES:
        kept = {field.name for field in model._meta.fields if not field.editable and field.name not in ("id", "token")}
        told = FIGURES[model].keys() | NO_FIGURES.keys() | {"answers"}
        # Said by nothing else; the last person is told beside the last author. The worker asks what is to be drawn.
        own = {"position", "answer", "added_at", "last_person", "merged_into", "to_draw"}
        assert kept - told - own == set()


def test_a_tombstone_comes_back_with_its_first_reply_though_its_count_waits_with_others(ann):
    post = make_post(ann)
    gone, reply = make_rows(post, [Row(author=ann, state=State.DELETED), Row(0, author=ann)])
    Comment.objects.filter(pk=gone.pk).update(reply_count=0, branch=SHELVED)
    reply.parent = Comment.objects.get(pk=gone.pk)
    with storing.together():
        counters.count_reply(reply, 1)
    gone.refresh_from_db()
    assert (gone.reply_count, gone.branch) == (1, TOP)


def test_the_check_can_be_asked_of_one_thread(ann):
    comments = grown(ann)
    other = say(make_post(ann), ann)
    Comment.objects.filter(pk__in=[comments[5].pk, other.pk]).update(score=7)
    with pytest.raises(CommandError, match=r"^1 wrong in 1 thread"):
        call_command("check_counters", str(other.post_id), stdout=io.StringIO())
    call_command("check_counters", str(other.post_id), "--repair", stdout=io.StringIO())
    assert set(Comment.objects.filter(score=7).values_list("pk", flat=True)) == {comments[5].pk}
    with pytest.raises(CommandError, match="There is no post 999"):
        call_command("check_counters", "999", stdout=io.StringIO())


def test_a_thread_that_changes_while_it_is_looked_at_is_not_taken_for_wrong(ann, monkeypatch):
    comments = grown(ann)
    looked_at = recounting._read

    def meanwhile(lot: list[Post]) -> object:
        threads = list(looked_at(lot))
        if not comments[0].post.comments.filter(body="Meanwhile.").exists():
            say(comments[0].post, ann, "Meanwhile.")
            threads = [replace(thread, post=Post.objects.get(pk=thread.post.pk)) for thread in threads]
        return threads

    monkeypatch.setattr(recounting, "_read", meanwhile)
    assert [wrong for _, wrong in recounting.recount_all(Post.objects.all())] == [[]]


def test_the_check_changes_as_many_rows_as_were_corrupted(ann):
    comments = grown(ann)
    for comment in comments[10:60]:
        Comment.objects.filter(pk=comment.pk).update(reply_count=7)
    for comment in comments[75:120]:
        Comment.objects.filter(pk=comment.pk).update(branch=SHELVED)
    post = comments[0].post
    Post.objects.filter(pk=post.pk).update(
        comment_count=1, living_count=1, last_author=None, pulse={}, active_at=NOON, last_position=3
    )
    with pytest.raises(CommandError, match=r"^101 wrong in 1 thread"):
        call_command("check_counters", stdout=io.StringIO())
    out = io.StringIO()
    call_command("check_counters", "--repair", stdout=out)
    assert out.getvalue().count("ought to be") == 101
    assert out.getvalue().endswith("101 repaired in 1 thread.\n")
    call_command("check_counters", stdout=io.StringIO())
    check(post)
