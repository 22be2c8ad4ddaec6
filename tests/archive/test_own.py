"""An export is read whole or refused with its line; broken off and run again it gives the rows of one clean run."""

import datetime as dt
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comments.actions import change_state
from comments.models import Comment
from comments.recounting import recount
from comments.restoring import Restoring
from forum.archive import corrections, records, restoring
from forum.archive.items import SavedFile, Thread
from forum.archive.limits import Refused
from forum.archive.load import load
from forum.archive.models import Item, Run
from forum.archive.plan import make_plan
from forum.archive.readers import own
from forum.archive.rollback import roll_back
from forum.refusals import Unreadable
from forum.states import State
from forum.users.models import User
from posts.models import Post
from posts.restoring import restore_post
from tests.archive.moving import bring, counted, empty, export
from tests.conftest import member
from tests.making import NOON, Row, make_post, make_rows, say

HEAD = '{"rejoinder":1,"states":"public"}'
SOURCE = '{"type":"source","key":"old","name":"Old"}'
POST = '{"type":"post","source":"old","key":"p","title":"T","created_at":"2026-03-01T12:00:00.000000Z","body":"B"}'
COMMENT = '{"type":"comment","n":1,"key":"c1","created_at":"2026-03-01T12:00:00.000000Z","body":"C"}'
AT = '"2026-03-01T12:00:00.000000Z"'
WHEN = '"written_at":"2026-03-01T12:00:00.000000Z","replaced_at":"2026-03-01T13:00:00.000000Z"'
ODD_ADDRESSES = (
    *("javascript:alert(1)", "JavaScript://example.org/%0aalert(1)", "data:text/html,x", "mailto:ann@example.org"),
    *("/accounts/logout/", "//evil.example/", "ftp://example.org/", "https://bank.example@evil.example/", "https://"),
)
ODD_ROWS = ("1", "null", '"words"', '{"a":1}', "[1]", "[[1,2]]", '[["a","b","c"]]', "[[1,2,3]]", '[[1,2,"c",4]]')
RUN = f'{{"type":"run","number":1,"source":"old","file":"f","sha256":"{64 * "0"}","started_at":{AT},"ended_at":{AT}}}'
END = '{"type":"end","threads":1,"comments":1,"records":3}'


def lines(*given: str) -> bytes:
    return "".join(f"{line}\n" for line in given).encode("utf-8", "surrogatepass")


def beside(record: str, name: str, value: str) -> str:
    """The record with one thing more in it."""
    return record.replace('{"type"', f'{{"{name}":{value},"type"')


def ahead(**time: int) -> str:
    """A moment that is still to come, as an export writes it."""
    return str(records.moment(timezone.now() + dt.timedelta(**time)))


def read(data: bytes) -> list[Thread]:
    return [found for found in own.read(SavedFile("x", data)) if isinstance(found, Thread)]


def test_the_smallest_export_is_read() -> None:
    [thread] = read(lines(HEAD, SOURCE, POST, COMMENT, END))
    assert (thread.post.title, [comment.body for comment in thread.comments]) == ("T", ["C"])
    assert thread.comments[0].lines == (4, 4)
    assert thread.comments[-1:] == list(thread.comments)


def test_every_line_is_accounted_for() -> None:
    page = b"<!doctype html>\n" + own.MARK + b"\n" + own.OPEN + b"\n" + lines(HEAD, SOURCE, POST, COMMENT, END)
    for data in (lines(HEAD, SOURCE, POST, COMMENT, "", END), page + own.CLOSE + b"\n</html>\n"):
        plan = make_plan(SavedFile("x", data), corrections.for_file("x"))
        found = plan.account().tally
        assert sum(found.values()) == data.count(b"\n")
        assert found["remainder"] == 0
        assert plan.format == "rejoinder"
        assert plan.certainty == 1.0


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lines(HEAD, SOURCE, POST, COMMENT), "ends at line 4 without the line that ends an export"),
        (lines(HEAD, SOURCE, POST, END), "Line 4 counts 3 records, here are 2"),
        (lines(HEAD, SOURCE, POST, COMMENT, END, COMMENT), "Line 6 stands after"),
        (
            lines('{"rejoinder":2,"states":"public"}'),
            "version 2; this forum reads up to 1. Bring this forum up to date",
        ),
        (lines('{"rejoinder":"1"}'), "names no version"),
        (lines('{"rejoinder":1}'), "does not say which states"),
        (lines(HEAD, '{"type":"vote"}'), "Line 2 is a record that is not known here: “vote”"),
        (lines(HEAD, '{"type":["post"]}'), "Line 2 is a record that is not known"),
        (lines(HEAD, SOURCE[:-5]), "Line 2 is not JSON"),
        (lines(HEAD, "[1]"), "Line 2 holds no record"),
        (lines(HEAD, SOURCE.replace('"Old"', "1")), "Line 2: “name” is no text"),
        (lines(HEAD, SOURCE.replace('"Old"', '"\\ud800"')), "Line 2: a text holds half of a surrogate pair"),
        (lines(HEAD, SOURCE.replace("Old", "\ud800")), "Line 2 is not UTF-8"),
        (lines(HEAD, SOURCE.replace("Old", "\\u0000")), "Line 2: a text holds a NUL character"),
        (lines(HEAD, SOURCE.replace('"Old"', '"Old","name":"New"')), "Line 2: a name stands twice"),
        (lines(HEAD, SOURCE.replace('"Old"', '"Old","votes":1')), "Line 2: nothing called “votes” is known"),
        (
            lines(HEAD, '{"type":"source","key":"old","name":' + "[" * 100_000),
            "Line 2 is nested too deeply|Line 2 is not",
        ),
        (
            lines(HEAD, '{"type":"source","key":"old","name":' + "[" * 50 + "]" * 50 + "}"),
            "Line 2: the record is nested",
        ),
        (lines(HEAD, SOURCE, POST.replace('"body":"B"', '"by":1')), "Line 3 is by person 1, who is not in the file"),
        (lines(HEAD, POST), "Line 2 is of the source old, which is not in the file"),
        (lines(HEAD, SOURCE, COMMENT), "Line 3 is a comment that stands under no post"),
        (lines(HEAD, SOURCE, POST, COMMENT.replace('"n":1', '"n":2')), "Line 4 is comment 2 of its thread, where 1"),
        (
            lines(HEAD, SOURCE, POST, COMMENT.replace('"n":1', '"n":1,"parent":1')),
            "Line 4 .* answers itself",
        ),
        (lines(HEAD, SOURCE, POST, COMMENT.replace('"n":1', '"n":' + "9" * 5000)), "Line 4: a number is too large"),
        (lines(HEAD, SOURCE, POST, COMMENT.replace('"n":1', '"n":NaN')), "Line 4: NaN is no number"),
        (lines(HEAD, SOURCE, POST, COMMENT.replace('"n":1', '"n":-1')), "Line 4: “n” is no whole number"),
        *(
            (lines(HEAD, *broken), f"Line {len(broken) + 1}: “address” is no address of a page, which begins with")
            for odd in ODD_ADDRESSES
            for address in [f'"address":{json.dumps(odd)}']
            for broken in (
                [SOURCE.replace('"name"', f'{address},"name"')],
                [SOURCE, POST.replace('"title"', f'{address},"title"')],
                [SOURCE, POST.replace('"title"', f'"earlier":[{{{address},{WHEN}}}],"title"')],
            )
        ),
        (
            lines(HEAD, SOURCE, POST.replace("2026-03-01T12:00:00.000000Z", "yesterday")),
            "Line 3: “created_at”",
        ),
        *(
            (lines(HEAD, SOURCE, POST.replace("2026-03-01T12:00:00.000000Z", moment)), f"Line 3: “created_at” {why}")
            for moment, why in (
                ("8999-12-31T00:00:00.000000Z", "is a moment that is still to come"),
                ("9999-12-31T23:59:59.999999Z", "is a moment that is still to come"),
                (ahead(hours=25), "is a moment that is still to come"),
                ("0999-12-31T00:00:00.000000Z", "is no moment in UTC"),
            )
        ),
        (
            lines(HEAD, SOURCE, POST, COMMENT.replace("2026-03-01T12:00:00.000000Z", ahead(days=2))),
            "Line 4: “created_at” is a moment that is still to come",
        ),
        (
            lines(HEAD, SOURCE, POST, COMMENT.replace('"C"', '"C","quotes":[{"of":1,"passage":[0,9]}]')),
            "Line 4: the quotation at characters 0 to 9 overlaps another or leaves the text",
        ),
        *(
            (lines(HEAD, SOURCE, POST, beside(COMMENT, "local", f'"{moment}"')), f"Line 4: “local” {why}")
            for moment, why in (
                ("May 4, 2004", "is no moment such as"),
                ("2004-05-04T10:01+01", "is no moment as a clock shows it"),
                ("0001-01-01T00:00:00", "is no moment as a clock shows it"),
                ("9999-12-31T23:59:59", "is a moment that is still to come"),
            )
        ),
        *(
            (lines(HEAD, SOURCE, beside(RUN, "report", f'{{"{name}":{told}}}')), f"Line 3: “report” tells of “{name}”")
            for name in ("furniture", "leftover", "anomalies")
            for told in ODD_ROWS
        ),
        *(
            (lines(HEAD, SOURCE, beside(RUN, "counts", f'{{"posts":{told}}}')), "Line 3: “counts” holds")
            for told in ("[1]", "null", '"1"', "-1", "1.5", "true")
        ),
        *(
            (lines(HEAD, SOURCE, RUN, beside(POST, "origin", f'{{"run":1,"lines":{told}}}')), f"Line 4: “lines” {why}")
            for told, why in (("[1,2147483648]", "ends at 2,147,483,648"), ("[2,1]", "is no"), ("[1]", "is no"))
        ),
    ],
)
def test_what_is_broken_is_refused_with_its_line(broken: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(broken)


def test_a_clock_may_be_some_hours_ahead() -> None:
    [thread] = read(lines(HEAD, SOURCE, POST.replace("2026-03-01T12:00:00.000000Z", ahead(hours=23)), COMMENT, END))
    assert thread.post.own is not None
    assert thread.post.own.values["created_at"] > timezone.now()


def test_a_line_without_end_is_refused_before_it_is_read() -> None:
    class Endless(SavedFile):
        def open(self) -> Any:
            return _Zeros()

    tracemalloc.start()
    with pytest.raises(Refused, match="Line 1 has more than 8,388,608 bytes"):
        list(own.read(Endless("x")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


class _Zeros:
    def __enter__(self) -> "_Zeros":
        return self

    def __exit__(self, *args: object) -> None: ...

    def seek(self, offset: int) -> None: ...

    def readline(self, most: int) -> bytes:
        return b"{" + b"0" * (most - 1)


# -- rows ------------------------------------------------------------------------------------------------


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "BATCH", 3)


def forest(ann: User, parents: list[int | None], states: list[State], quoting: set[int]) -> Post:
    """A thread of this shape; those in ``quoting`` quote the one before them."""
    post = make_post(ann, title="A <thread> & more")
    rows = [
        Row(parent=parent, state=state, author=ann, archived=number % 3 == 0, moment=NOON)
        for number, (parent, state) in enumerate(zip(parents, states, strict=True))
    ]
    made = make_rows(post, rows)
    for number in quoting:
        if 0 < number < len(made) and not rows[number].archived:
            Comment.objects.filter(pk=made[number].pk).update(
                body=f"> #c{made[number - 1].pk}\n> Words {number - 1}.\n\nQuite. \U0001f9ed {number}"
            )
    return post


@st.composite
def shapes(draw: Any) -> tuple[list[int | None], list[State], set[int]]:
    size = draw(st.integers(0, 14))
    parents = [draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None for number in range(size)]
    states = [draw(st.sampled_from(list(State))) for _ in range(size)]
    return parents, states, draw(st.sets(st.integers(0, 14)))


@pytest.mark.django_db
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(shape=shapes())
def test_a_thread_of_any_shape_comes_back(shape: Any, small_batches: None) -> None:
    empty()
    ann = User.objects.create(username="ann", name_key="ann")
    forest(ann, *shape)
    public, everything = export(), export(states="all")
    empty()
    bring(public)
    assert export() == public
    empty()
    bring(everything)
    assert export(states="all") == everything
    assert export().count('"type":"comment"') == public.count('"type":"comment"')


@pytest.mark.django_db
@pytest.mark.parametrize("broken_at", [1, 3])
def test_broken_off_anywhere_and_run_again_it_ends_as_one_clean_run(
    ann: User, broken_at: int, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parents = [None, 0, 1, 0, None, 4, 2, 6, None, 8]
    post = forest(ann, parents, [State.PUBLISHED] * 9 + [State.REMOVED], {1, 2, 4, 5, 7})
    first = Comment.objects.filter(post=post).order_by("position").first()
    last = Comment.objects.filter(post=post).order_by("position").last()
    assert first is not None
    assert last is not None
    Comment.objects.filter(pk=first.pk).update(parent=last, branch=last.pk)  # answers what came later
    Comment.objects.filter(pk=last.pk).update(parent=None, branch=0)
    text = export(states="all")
    empty()
    bring(text)
    clean = counted()
    empty()
    for broken in dying(monkeypatch, broken_at):
        with pytest.raises(KeyboardInterrupt):
            broken(text)
    assert bring(text).created_comments <= 10
    assert export(states="all") == text
    assert counted() == clean
    assert not bring(text).wrote


@pytest.mark.django_db
def test_people_go_on_in_a_thread_of_which_only_a_half_has_come(
    ann: User, small_batches: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    forest(ann, [None] * 9, [State.PUBLISHED] * 9, set())
    text = export()
    empty()
    for broken in dying(monkeypatch, 3):
        with pytest.raises(KeyboardInterrupt):
            broken(text)
    post, by = Post.objects.get(), member("ben")
    assert (post.comment_count, recount(post.pk)) == (6, [])
    change_state(comment=post.comments.earliest("position"), to=State.HIDDEN, by=by)
    said = say(post, by)
    assert post.comments.latest("position") == said
    bring(text)
    post.refresh_from_db()
    assert (post.comment_count, recount(post.pk)) == (9, [])


def dying(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[Callable[[str], object]]:
    """An import that dies before its batch number ``at``, or before the last pass."""
    real, calls = Restoring.add, iter(range(1, 100))

    def add(self: Restoring, found: Any) -> Any:
        if next(calls) == at:
            raise KeyboardInterrupt
        return real(self, found)

    with monkeypatch.context() as patch:
        patch.setattr(Restoring, "add", add)
        yield bring


@pytest.mark.django_db
def test_an_import_of_an_export_is_rolled_back(ann: User, root: User) -> None:
    make_rows(make_post(ann), [Row(author=ann), Row(author=ann, parent=0)])
    text = export()
    empty()
    run = bring(text).run
    assert run is not None
    assert roll_back(run, by="a test").removed == 3
    assert not Post.objects.exists()
    assert not Item.objects.exists()
    assert Run.objects.get(pk=run.pk).state == Run.State.ROLLED_BACK


@pytest.mark.django_db
def test_words_that_were_taken_away_here_come_in_as_removed(ann: User) -> None:
    words = "These seven words are not wanted here."
    post = make_post(ann)
    [row] = make_rows(post, [Row(author=ann)])
    Comment.objects.filter(pk=row.pk).update(body=words)
    text = export()
    empty()
    bring(text)
    Comment.objects.update(state=State.REMOVED, branch=-1)
    moved = text.replace('"key":"comment-', '"key":"another-').replace('"key":"post-', '"key":"another-post-')
    outcome = bring(moved)
    assert outcome.suppressed.number == 1
    assert {comment.state for comment in Comment.objects.all()} == {State.REMOVED}


@pytest.mark.django_db
def test_a_longer_export_adds_only_what_is_new(ann: User) -> None:
    post = make_post(ann)
    rows = make_rows(post, [Row(author=ann), Row(author=ann, parent=0)])
    text = export()
    Comment.objects.filter(pk=rows[1].pk).update(body="Edited there.")
    make_rows(post, [Row(author=ann)])
    longer = export()
    empty()
    bring(text)
    Comment.objects.filter(parent=None).update(body="Edited here.")
    outcome = bring(longer)
    assert (outcome.created_comments, outcome.left) == (1, 3)
    bodies = list(Comment.objects.order_by("created_at", "position").values_list("body", flat=True))
    assert bodies[:2] == ["Edited here.", "Words 1."]
    assert len(bodies) == 3


@pytest.mark.django_db
def test_corrections_of_an_export_are_refused(ann: User) -> None:
    make_post(ann)
    said = corrections.parse('[source]\nkey = "x"\n[page]\nauthor = "Somebody"\n')
    with pytest.raises(Refused, match="says everything itself"):
        load(make_plan(SavedFile("x", export().encode()), said), commit=True)


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD_ADDRESSES)
def test_no_post_is_written_with_an_address_that_leads_to_no_page(odd: str) -> None:
    fields = {"title": "T", "body": "B", "format": "plain", "created_at": NOON}
    for told in ({"fields": {**fields, "url": odd}}, {"fields": fields, "earlier": [{"url": odd}]}):
        with pytest.raises(Unreadable, match="not that of a page"):
            restore_post(shown="", **told)  # type: ignore[arg-type]
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_a_name_that_does_not_fit_its_digest_is_refused(ann: User) -> None:
    make_post(ann)
    changed = export().replace('"name":"ann"', '"name":"ben"')
    empty()
    with pytest.raises(Refused, match="Person 1 has a digest that is not that of the name"):
        bring(changed)
    assert json.loads(changed.splitlines()[0])["rejoinder"] == 1
