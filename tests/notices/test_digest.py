"""The digest: once a day, only for who asked, only with news, each notice in one mail."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone

from comments.actions import change_state
from forum.moderation.models import Tally
from forum.notices import chores, mails, tasks
from forum.notices.cleaning import clean_up
from forum.notices.digests import write_digests
from forum.notices.models import Choice, Chore, Mail, Notice, Way
from forum.states import State
from forum.voices.actions import mark
from forum.voices.models import Mark
from tests.making import make_post, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def daily(ann, confirmed) -> Choice:
    """Ann wants replies once a day."""
    return Choice.objects.create(member=ann, replies=Way.DAILY)


def test_what_is_wanted_daily_comes_in_one_mail_a_day(daily, post, comment, ann, ben, eve):
    other = make_post(ann, title="Of rivers")
    said = [say(post, ben, "First words.", parent=comment), say(other, eve, "Second words.")]
    assert not mail.outbox
    for _ in range(2):
        write_digests()
    [message] = mail.outbox
    assert message.to == ["ann@example.org"]
    assert message.subject == "2 notices on Rejoinder"
    for words in ("Of gardens", "Of rivers", "ben replied to your comment: First words.", "eve commented on your post"):
        assert words in message.body
    for comment_ in said:
        assert f"http://localhost:8000/comments/{comment_.pk}/" in message.body
    assert message.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "all mails about notices: http://localhost:8000/unsubscribe/" in message.body


def test_the_next_day_brings_only_what_is_new_and_nothing_without_news(daily, post, comment, ben):
    say(post, ben, "First words.", parent=comment)
    write_digests()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        write_digests()
        assert len(mail.outbox) == 1
        say(post, ben, "Second words.", parent=comment)
        write_digests()
    assert len(mail.outbox) == 2
    assert "First words" not in mail.outbox[1].body


def test_nobody_gets_a_digest_unasked(confirmed, post, ann, ben):
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=post)
    say(post, ann)
    write_digests()
    assert not mail.outbox


def test_what_was_read_or_taken_away_is_in_no_digest(daily, sign_in, post, comment, ann, ben, mod, queue):
    read = say(post, ben, "Read words.", parent=comment)
    hidden = say(post, ben, "Hidden marker.", parent=comment)
    say(post, ben, "Other words.", parent=comment)
    sign_in(ann).get(read.get_absolute_url())
    write_digests()
    change_state(comment=hidden, to=State.HIDDEN, by=mod)
    queue()
    [message] = [message for message in mail.outbox if message.to == ["ann@example.org"]]
    assert "Other words" in message.body
    assert "Hidden marker" not in message.body
    assert "Read words" not in message.body


@pytest.mark.parametrize("what", ["thread", "branch", "author"])
def test_what_was_muted_since_is_in_no_digest(daily, post, comment, ann, ben, eve, what, monkeypatch):
    monkeypatch.setattr(mails, "LOT", 2)
    for number in range(5):
        say(post, ben, f"Muted words {number}.", parent=comment)
    mark(member=ann, kind=Mark.Kind.MUTED, target={"thread": post, "branch": comment, "author": ben}[what])
    write_digests()
    assert not Mail.objects.filter(kind=Mail.Kind.DIGEST).exists()
    say(make_post(ann), eve, "Heard words.")
    write_digests()
    [message] = mail.outbox
    assert "Heard words." in message.body
    assert "Muted words" not in message.body


def test_what_is_muted_before_a_digest_leaves_is_not_in_it(daily, post, comment, ann, ben, queue):
    say(post, ben, "Muted words.", parent=comment)
    write_digests()
    mark(member=ann, kind=Mark.Kind.MUTED, target=ben)
    queue()
    assert not mail.outbox


def test_a_digest_with_nothing_left_to_tell_does_not_leave(daily, post, comment, ben, mod, queue):
    said = say(post, ben, "Words.", parent=comment)
    write_digests()
    change_state(comment=said, to=State.HIDDEN, by=mod)
    queue()
    assert [one.to for one in mail.outbox if one.to == ["ann@example.org"]] == []
    assert Mail.objects.get(kind=Mail.Kind.DIGEST).state == Mail.State.DROPPED


def test_digests_are_written_once_at_their_hour(settings, monkeypatch):
    done: list[str] = []
    for name in ("digests", "clean"):
        monkeypatch.setattr(
            tasks, name, type("Task", (), {"enqueue": staticmethod(lambda name=name: done.append(name))})
        )
    settings.DIGEST_HOUR = 6
    morning = dt.datetime(2026, 3, 1, 5, 59, tzinfo=dt.UTC)
    with time_machine.travel(morning, tick=False) as clock:
        chores.look_around()
        clock.move_to(morning + dt.timedelta(minutes=2))
        for _ in range(3):
            chores.look_around()
        assert done == ["digests"]
        clock.move_to(morning + dt.timedelta(days=3, minutes=2))  # the worker was away
        for _ in range(3):
            chores.look_around()
    assert sorted(done) == ["clean", "digests", "digests"]
    assert Chore.objects.get(name="digests").next_at == dt.datetime(2026, 3, 5, 6, tzinfo=dt.UTC)


def test_a_clock_that_was_set_back_leaves_no_day_without_its_chores(db, monkeypatch):
    done: list[str] = []
    monkeypatch.setattr(tasks, "clean", type("Task", (), {"enqueue": staticmethod(lambda: done.append("clean"))}))
    monkeypatch.setattr(tasks, "digests", type("Task", (), {"enqueue": staticmethod(lambda: None)}))
    wrong = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
    with time_machine.travel(wrong, tick=False) as clock:
        chores.look_around()
        clock.move_to(wrong - dt.timedelta(days=7))
        for _ in range(2):
            chores.look_around()
    assert done == ["clean"]


def test_what_nobody_needs_goes_after_a_while(settings, post, comment, ben, confirmed):
    for words in ("One.", "Two.", "Three."):
        say(post, ben, words, parent=comment)
    settings.NOTICES_KEPT_DAYS, settings.MAIL_KEPT_DAYS = 30, 7
    old, new, unread = Notice.objects.order_by("pk")
    long_ago = timezone.now() - dt.timedelta(days=31)
    Notice.objects.filter(pk=old.pk).update(read_at=long_ago)
    Notice.objects.filter(pk=new.pk).update(read_at=timezone.now())
    Notice.objects.filter(pk=unread.pk).update(made_at=long_ago)
    Mail.objects.filter(notice=new).update(done_at=timezone.now() - dt.timedelta(days=8))
    clean_up()
    assert set(Notice.objects.all()) == {new, unread}
    assert [one.notice for one in Mail.objects.all()] == [unread]


def test_sessions_that_ended_and_counts_of_hours_that_passed_go(db):
    now = timezone.now()
    for key, days in (("ended", -1), ("lasts", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(days=days))
    for key, hours in (("passed", 3), ("counts", 0)):
        Tally.objects.create(key=key, window=int(now.timestamp()) - hours * 3_600, count=1)
    clean_up()
    assert [session.session_key for session in Session.objects.all()] == ["lasts"]
    assert [tally.key for tally in Tally.objects.all()] == ["counts"]
