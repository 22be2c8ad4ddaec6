"""What the mails say, to whom, and how mail programs put them in order."""

import re
from contextlib import suppress
from email import message_from_bytes
from email.policy import default as modern

import lxml.html
import pytest
from django.core import mail
from hypothesis import example, given
from hypothesis import strategies as st

from comments.actions import change_state
from forum.moderation.models import Rule
from forum.notices.models import Choice, Mail, Notice, Way
from forum.notices.outbox import line, put_account_mail
from forum.refusals import Refusal
from forum.states import State
from forum.text import mail as texts
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.actions import change_post_state
from tests.making import make_post, say
from tests.security import inert, payloads

pytestmark = pytest.mark.django_db


def read(message: mail.EmailMessage):
    """The mail as a mail program reads it."""
    return message_from_bytes(message.message().as_bytes(), policy=modern)


def test_a_mail_says_who_did_what_why_it_came_and_how_to_stop(confirmed, post, comment, ben):
    said = say(post, ben, "Which way?\n\n- left\n- right\n\nSee [this](/rules/).", parent=comment)
    [message] = mail.outbox
    assert message.subject == "Re: Of gardens"
    assert message.to == ["ann@example.org"]
    text = message.body
    assert text.startswith("ben replied to your comment in “Of gardens”:\n\nWhich way?\n- left\n- right\n\n")
    assert "See this (http://localhost:8000/rules/)." in text
    assert f"http://localhost:8000/comments/{said.pk}/" in text
    assert "This answers a comment of yours." in text
    assert re.findall(r"^Stop ([^:]*)", text, re.MULTILINE) == [
        "this thread",
        "mails about replies to you",
        "all mails about notices",
    ]
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    assert '<a href="http://localhost:8000/rules/"' in html
    for remote in ("<img", "src=", "<style", "style=", "<script"):
        assert remote not in html


def test_a_mail_about_ones_own_post_says_so(confirmed, post, ben):
    say(post, ben, "Which way?")
    [message] = mail.outbox
    assert message.body.startswith("ben commented on your post in “Of gardens”:")
    assert "You started this thread, and this answers your post. Replies to this mail" in message.body


def test_the_heads_of_a_mail_are_those_of_a_list(confirmed, post, comment, ann, ben):
    say(post, ben, parent=comment)
    heads = read(mail.outbox[0])
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://localhost:8000/unsubscribe/[\w.~-]+/>", heads["List-Unsubscribe"].strip())
    assert heads["List-Id"] == "<notices.localhost>"
    assert heads["Auto-Submitted"] == "auto-generated"
    assert heads["Precedence"] == "list"
    assert heads["Bcc"] is heads["Cc"] is None


def test_mails_of_a_thread_stand_in_a_thread_of_the_mail_program(confirmed, post, comment, ann, ben, eve):
    first = say(post, ben, parent=comment)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=post)
    Choice.objects.create(member=ann, follows=Way.ONCE)
    second = say(post, eve, parent=first)
    one, two = [read(message) for message in mail.outbox if message.to == ["ann@example.org"]]
    assert one["Message-ID"] == f"<comment-{first.pk}.{ann.pk}@localhost>"
    assert one["In-Reply-To"] == f"<comment-{comment.pk}.{ann.pk}@localhost>"
    assert one["References"].split()[0] == f"<post-{post.pk}.{ann.pk}@localhost>"
    assert two["Message-ID"] == f"<comment-{second.pk}.{ann.pk}@localhost>"
    assert two["In-Reply-To"] == one["Message-ID"]


BAD = [
    "A\nBcc: eve@evil.example",
    "A\r\n\r\nBody",
    "A\u2028Bcc: x@evil.example",
    "A\x85B\x1cC",
    "x" * 290,
    "é" * 290,
    "\x00\x1b]0;",
]


@pytest.mark.parametrize("title", BAD)
def test_a_title_breaks_no_head(confirmed, ann, ben, title):
    post = make_post(ann, title="A thread")
    type(post).objects.filter(pk=post.pk).update(title=title.replace("\x00", ""))
    post.refresh_from_db()
    say(post, ben)
    heads = read(mail.outbox[0])
    assert heads["Bcc"] is None
    assert mail.outbox[0].recipients() == ["ann@example.org"]
    assert len(heads["Subject"].strip()) <= 150
    assert heads["Subject"].isprintable()
    assert all(len(line) <= 998 for line in mail.outbox[0].message().as_bytes().split(b"\n"))
    assert "X" not in heads


@given(st.text(max_size=400))
@example("A\r\nBcc: x@evil.example")
@example("A\u2028B\x85C\x1cD\ud800")
def test_no_words_break_a_head(words):
    one = line(words)
    assert len(one) <= 150
    assert len(one.splitlines()) <= 1
    message = mail.EmailMessage(one, "", None, ["x@example.org"])
    assert read(message)["Bcc"] is None


@pytest.mark.parametrize("address", ["x@example.org\nBcc: y@evil.example", "x@example.org\r\n\r\ny", ""])
def test_an_address_that_breaks_a_head_gets_no_mail(address):
    put_account_mail(address=address, subject="A\nBcc: y@evil.example", body="Words")
    assert not [to for message in mail.outbox for to in message.recipients()]
    assert Mail.objects.get().state != Mail.State.WAITING


@pytest.mark.either
@pytest.mark.parametrize("words", payloads.ALL)
def test_nothing_runs_in_a_mail(confirmed, ann, ben, words):
    name, title = (words.replace("\x00", "").replace("/", "")[:most] for most in (30, 200))
    ben.username = " ".join(name.split()) or "x"  # as an administrator could force it
    ben.save()
    post = make_post(ann, title=title)
    with suppress(Refusal):  # then there is nothing to send
        say(post, ben, words)
        [message] = mail.outbox
        [(html, _)] = message.alternatives
        inert.check_tree(lxml.html.document_fromstring(html), fed=True)
        assert read(message)["Bcc"] is None


def test_words_that_the_site_cleans_are_cleaned_for_mails_by_the_same(monkeypatch, confirmed, ann, ben, post):
    seen = []
    monkeypatch.setattr(texts, "sanitise", lambda html, limit: seen.append(html) or "<p>clean</p>")
    say(post, ben, "Words.")
    assert seen
    assert "<p>clean</p>" in mail.outbox[0].alternatives[0][0]


def test_a_quotation_of_hidden_words_is_not_in_the_mail(confirmed, post, comment, ben, eve, mod, queue):
    secret = say(post, eve, "The secret marker.", parent=comment)
    queue()
    mail.outbox.clear()
    say(post, ben, f"> #c{secret.pk}\n> The secret marker.\n\nIndeed.", parent=comment)
    change_state(comment=secret, to=State.HIDDEN, by=mod)
    queue()
    [message] = [message for message in mail.outbox if "Indeed." in message.body and "ann@example.org" in message.to]
    assert "marker" not in message.body + message.alternatives[0][0]


def test_a_decision_is_mailed_with_its_rule_and_reason_and_not_the_words(confirmed, post, ben, mod):
    said = say(post, ben, "Rude words.")
    mail.outbox.clear()
    rule = Rule.objects.create(slug="kind", title="Be kind")
    change_state(comment=said, to=State.REMOVED, by=mod, rule=rule, reason="Said <b>twice</b>.")
    [message] = mail.outbox
    assert message.to == ["ben@example.org"]
    assert message.subject == "Your comment in “Of gardens”: removed"
    assert "Rule: Be kind" in message.body
    assert "Said <b>twice</b>." in message.body
    assert "&lt;b&gt;" in message.alternatives[0][0]
    assert "Rude" not in message.body
    assert "mod" not in message.body.replace("moderator", "")


def test_a_mail_about_a_decision_offers_no_muting_that_would_not_stop_it(confirmed, post, ben, mod):
    said = say(post, ben, "Rude words.")
    mark(member=ben, kind=Mark.Kind.MUTED, target=post)
    mail.outbox.clear()
    change_state(comment=said, to=State.REMOVED, by=mod)
    [message] = mail.outbox
    stops = ["mails about decisions by moderators", "all mails about notices"]
    assert re.findall(r"^Stop ([^:]*)", message.body, re.MULTILINE) == stops
    assert all(f"Stop {words}</a>" in message.alternatives[0][0] for words in stops)


def test_a_decision_about_a_post_says_which_one_without_its_title(confirmed, sign_in, post, ann, mod):
    rule = Rule.objects.create(slug="kind", title="Be kind")
    change_post_state(post=post, to=State.REMOVED, by=mod, rule=rule, reason="Said twice.")
    [message] = mail.outbox
    assert message.subject == "Your post of March 1, 2026: removed"
    assert message.body.startswith("Your post of March 1, 2026 was removed by a moderator:\n\nRule: Be kind\n")
    html = lxml.html.document_fromstring(message.alternatives[0][0])
    assert html.findtext(".//title") == "Your post of March 1, 2026 was removed by a moderator"
    assert html.find(".//p").text_content() == "Your post of March 1, 2026 was removed by a moderator:"
    change_post_state(post=post, to=State.PUBLISHED, by=mod)
    assert mail.outbox[1].subject == "Your post in “Of gardens”: restored"
    change_post_state(post=post, to=State.HIDDEN, by=mod)
    page = sign_in(ann).get("/notices/").content.decode()
    assert "Of gardens" not in page
    assert re.search(r"Your post of <time[^>]*>Mar 1, 2026, 12:00 UTC</time> was hidden by a moderator", page)


def test_what_is_followed_comes_by_mail_only_if_asked_for(confirmed, post, ben, eve):
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=post)
    say(post, ben)
    assert Notice.objects.filter(member=eve).count() == 1
    assert not [message for message in mail.outbox if message.to == ["eve@example.org"]]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("<blockquote><p>A</p><blockquote><p>B</p></blockquote></blockquote><p>C</p>", "> A\n> >\n> > B\n\nC"),
        ('<p>See <a href="https://example.org/">this</a>.</p>', "See this (https://example.org/)."),
        ('<p><a href="https://example.org/">https://example.org/</a></p>', "https://example.org/"),
        ("<pre><code>a\n  b\n</code></pre>", "a\n  b"),
        ("<ul><li><p>a</p></li><li>b</li></ul>", "- a\n- b"),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html, text):
    assert texts.as_text(html, site="https://s.example") == text


def test_links_inside_the_site_lead_there_from_a_mail():
    html = texts.as_html('<p><a href="/comments/5/">a</a> <a href="//x.example/">b</a></p>', site="https://s.example")
    assert 'href="https://s.example/comments/5/"' in html
    assert "s.example//" not in html
