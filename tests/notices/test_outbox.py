"""Mails leave once: after the act, never in its way, whatever the mail server does."""

import datetime as dt
import socket
import time
from collections.abc import Iterator

import pytest
from django.core import mail as sent
from django.test import Client
from django.utils import timezone

from comments.actions import change_state, delete_comment, edit_comment
from forum.notices import delivery, outbox
from forum.notices.delivery import deliver_all
from forum.notices.models import Choice, Chore, Mail, Notice, Way
from forum.states import State
from forum.voices.actions import mark
from forum.voices.models import Mark
from tests.making import say, token
from tests.notices.conftest import confirm
from tests.notices.postman import Postman

pytestmark = pytest.mark.django_db


@pytest.fixture
def postman(settings) -> Iterator[Postman]:
    server = Postman()
    settings.EMAIL_BACKEND = "forum.notices.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
    yield server
    server.shutdown()
    server.server_close()


def states() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def later(**much: float) -> None:
    """Lets time pass for everything that waits."""
    much_later = timezone.now() - dt.timedelta(**much)
    Mail.objects.filter(state="waiting").update(due_at=much_later)
    Chore.objects.filter(name="server").update(next_at=much_later)


def test_a_server_that_never_answers_delays_nobody_and_gets_every_mail_once_when_it_is_back(
    settings, sign_in, confirmed, post, comment, ben, queue
):
    """X13: it takes the connection and says nothing."""
    settings.EMAIL_BACKEND = "forum.notices.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1.2
    queue()
    Mail.objects.all().delete()
    browser = sign_in(ben)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.EMAIL_PORT = silent.getsockname()[1]
        took = []
        for number in range(3):
            began = time.monotonic()
            form = {"body": f"Yes, {number}.", "token": token()}
            assert browser.post(f"/comments/{comment.pk}/reply/", form).status_code == 302
            took.append(time.monotonic() - began)
            assert Client().post("/accounts/password/reset/", {"email": f"x{number}@example.org"}).status_code == 302
        assert min(took) < 1
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has so much as called the server
            silent.accept()
        queue()
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # it was called once, not once for each mail
            silent.accept()
    assert states() == ["waiting"] * 6
    assert "timed out" in Mail.objects.first().reason
    server = Postman()
    settings.EMAIL_PORT = server.port
    queue()
    assert not server.taken, "the server is left alone for a while"
    later(hours=1)
    for _ in range(3):
        deliver_all()
    server.shutdown()
    server.server_close()
    assert states() == ["sent"] * 6
    assert sorted(to for [to] in server.to) == ["ann@example.org"] * 3 + [f"x{n}@example.org" for n in range(3)]


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        ({"RCPT": "550 no such box"}, "failed", "no such box"),
        ({"RCPT": "450 come again"}, "waiting", "come again"),
        ({".": "554 spam"}, "failed", "spam"),
        ({".": "451 full"}, "waiting", "full"),
        ({"MAIL": "550 who are you"}, "waiting", "who are you"),
        ({"MAIL": ""}, "waiting", "closed"),
        ({"DATA": ""}, "failed", "may have arrived"),
        ({".": ""}, "failed", "may have arrived"),
    ],
)
def test_what_a_server_refuses_is_tried_again_or_given_up_with_the_reason(postman, said, state, reason):
    postman.answers = said
    outbox.put_account_mail(address="x@example.org", subject="Hello", body="Words")
    [mail] = Mail.objects.all()
    assert (mail.state, mail.tries) == (state, 1)
    assert reason in mail.reason
    postman.answers = {}
    later(hours=1)
    deliver_all()
    mail.refresh_from_db()
    assert mail.state == ("sent" if state == "waiting" else "failed")
    assert len(postman.taken) == (state == "waiting")
    assert mail.body == ""


def test_one_bad_address_does_not_stop_the_others(postman):
    for address in ("good@example.org", "x" * 70 + "@example.org", "ü@example.org", "also@example.org"):
        outbox.put_account_mail(address=address, subject="Hello", body="Words")
    assert ["good@example.org"] in postman.to
    assert ["also@example.org"] in postman.to
    assert "waiting" not in states()


def test_what_was_on_its_way_when_the_worker_died_is_not_sent_again(postman):
    lost = Mail.objects.create(
        key="k", kind=Mail.Kind.ACCOUNT, address="x@example.org", body="Words", state="sending",
        due_at=timezone.now() - dt.timedelta(hours=1),
    )  # fmt: skip
    assert delivery.is_due()
    deliver_all()
    lost.refresh_from_db()
    assert (lost.state, lost.body) == ("failed", "")
    assert "may have arrived" in lost.reason
    assert not postman.taken


def test_a_clock_that_was_set_back_holds_no_mail_up(postman):
    """What was put off by the wrong clock would wait until the right one has caught up."""
    tomorrow = timezone.now() + dt.timedelta(days=1)
    Chore.objects.create(name="server", next_at=tomorrow, failures=3)
    Mail.objects.create(key="k", kind=Mail.Kind.ACCOUNT, address="x@example.org", body="Words", due_at=tomorrow)
    assert delivery.is_due()
    deliver_all()
    assert states() == ["sent"]


def test_of_two_workers_one_sends_a_mail(postman, queue):
    outbox.put_account_mail(address="x@example.org", subject="Hello", body="Words")
    [mail] = Mail.objects.all()
    assert delivery._claim(mail)
    assert not delivery._claim(mail)
    assert deliver_all() == 0


def test_mails_that_nobody_takes_for_days_are_given_up(settings):
    settings.EMAIL_BACKEND = "forum.notices.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    old = timezone.now() - dt.timedelta(days=4)
    Mail.objects.create(key="k", kind=Mail.Kind.ACCOUNT, address="x@example.org", body="Words", made_at=old)
    deliver_all()
    mail = Mail.objects.get()
    assert (mail.state, mail.body) == ("failed", "")
    assert "refused" in mail.reason


def test_a_link_to_sign_up_leaves_before_a_thousand_notices(postman, queue, confirmed, post, comment, ben):
    for number in range(3):
        say(post, ben, f"Yes, {number}.", parent=comment)
    outbox.put_account_mail(address="x@example.org", subject="Hello", body="Words")
    queue()
    assert postman.to[0] == ["x@example.org"]
    assert len(postman.to) == 1 + 3 + 0


def test_mails_of_accounts_leave_the_same_traces_whether_the_address_is_known_or_not(
    confirmed, ann, queue, count_queries
):
    costs = []
    for address in (ann.email, "nobody@example.org"):
        costs.append(
            [
                sql.split()[0]
                for sql in count_queries(lambda to=address: Client().post("/accounts/password/reset/", {"email": to}))
                if "notices_mail" in sql or "django_tasks" in sql
            ]
        )
    assert costs[0] == costs[1] == ["INSERT", "INSERT"]
    known, unknown = Mail.objects.order_by("pk")
    assert (known.kind, known.state, known.member) == (unknown.kind, unknown.state, unknown.member)
    assert not sent.outbox
    queue()
    assert [message.to for message in sent.outbox] == [[ann.email], ["nobody@example.org"]]


# ── Only what is still wanted and still to be shown leaves ───────────────────


@pytest.fixture
def waiting(confirmed, post, comment, ben, queue) -> Mail:
    """The mail to Ann about Ben's reply, before it leaves."""
    say(post, ben, "The secret marker.", parent=comment)
    from forum.notices.spreading import spread_comment

    spread_comment(Notice.objects.get(kind="reply").comment_id)
    assert not sent.outbox
    return Mail.objects.get(notice__kind="reply")


def test_a_reply_goes_by_mail(waiting, queue):
    queue()
    [message] = sent.outbox
    assert "The secret marker." in message.body
    assert waiting.notice.__class__.objects.get(pk=waiting.notice_id).mailed_at


@pytest.mark.parametrize("state", [State.HELD, State.HIDDEN, State.REMOVED, State.DELETED])
def test_what_is_taken_away_before_the_mail_leaves_is_in_no_mail(waiting, queue, ben, mod, state):
    said = waiting.notice.comment
    if state == State.DELETED:
        delete_comment(comment=said, by=ben)
    else:
        change_state(comment=said, to=state, by=mod)
    queue()
    assert not [message for message in sent.outbox if "marker" in message.body or message.to == ["ann@example.org"]]
    waiting.refresh_from_db()
    assert waiting.state == "dropped"


def test_a_mail_holds_the_words_as_they_are_when_it_leaves(waiting, queue, ben):
    edit_comment(comment=waiting.notice.comment, editor=ben, body="Other words.", seen=None)
    queue()
    assert "Other words." in sent.outbox[0].body
    assert "marker" not in sent.outbox[0].body


@pytest.mark.parametrize("why", ["read", "muted", "not wanted", "not confirmed", "closed"])
def test_a_mail_that_is_not_wanted_any_more_does_not_leave(waiting, queue, ann, ben, sign_in, why):
    if why == "read":
        sign_in(ann).get(waiting.notice.comment.get_absolute_url())
    elif why == "muted":
        mark(member=ann, kind=Mark.Kind.MUTED, target=ben)
    elif why == "not wanted":
        Choice.objects.create(member=ann, replies=Way.SITE)
    elif why == "not confirmed":
        ann.emailaddress_set.update(verified=False)
    else:
        ann.is_active = False
        ann.save()
    queue()
    assert not sent.outbox
    waiting.refresh_from_db()
    assert (waiting.state, bool(waiting.reason)) == ("dropped", True)


def test_without_a_confirmed_address_no_mail_is_written(post, comment, ben):
    say(post, ben, parent=comment)
    assert Notice.objects.count() == 1
    assert Mail.objects.count() == 0


def test_an_administrator_sees_what_was_given_up_and_sends_it_after_all(
    sign_in, root, confirmed, post, comment, ann, ben, mod, postman
):
    postman.answers = {"RCPT": "550 no such box"}
    say(post, ben, parent=comment)
    [failed] = Mail.objects.all()
    browser = sign_in(root)
    page = browser.get("/admin/notices/mail/").content.decode()
    assert "no such box" in page
    assert "given up" in page
    assert sign_in(mod).get("/admin/notices/mail/").status_code == 403
    postman.answers = {}
    form = {"action": "send_after_all", "_selected_action": [failed.pk]}
    assert browser.post("/admin/notices/mail/", form).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "sent"
    assert browser.get(f"/admin/notices/mail/{failed.pk}/change/").status_code == 200


def test_two_confirmed_addresses_get_one_mail(confirmed, post, comment, ann, ben):
    ann.emailaddress_set.create(email="other@example.org", verified=True)
    say(post, ben, parent=comment)
    assert [message.to for message in sent.outbox] == [["ann@example.org"]]


def test_confirming_later_brings_no_old_mails(post, comment, ann, ben):
    say(post, ben, parent=comment)
    confirm(ann)
    deliver_all()
    assert not sent.outbox
