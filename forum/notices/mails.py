"""The mails of notices, made when they leave: of what may be shown at that moment, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from forum.notices import rules
from forum.notices.models import Choice, Kind, Mail, Notice, Way
from forum.notices.outbox import line
from forum.notices.tokens import Token, What
from forum.text import mail as texts
from forum.text.excerpt import excerpt

if TYPE_CHECKING:
    from forum.users.models import User

IN_A_DIGEST = 50  # notices; the rest is counted
LOT = 50  # notices that are read at once for a digest
LOOKED_THROUGH = 2_000  # of those that wait: what is muted must not keep the rest from being told
SHORT = 300  # characters of each comment in a digest


class NotNeeded(Exception):  # noqa: N818  an answer
    """There is nothing to send any more; the words say why."""


@dataclass(frozen=True)
class Letter:
    """A mail in words, and the ids of the notices it tells of."""

    message: EmailMessage
    notices: list[int] = field(default_factory=list)


def made(mail: Mail) -> Letter:
    """The mail as it leaves now; raises NotNeeded. A handful of queries, whatever the size of the thread."""
    if mail.kind == Mail.Kind.ACCOUNT:
        headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
        return Letter(EmailMessage(mail.subject, mail.body, None, [mail.address], headers=headers))
    if mail.member is None or not mail.member.is_active:
        raise NotNeeded("The account is closed.")
    address = address_of(mail.member)
    if mail.kind == Mail.Kind.DIGEST:
        notices = for_digest(mail.member)
        message = _digest(mail.member, notices, address, mail.key.rpartition(":")[2])
        return Letter(message, [notice.pk for notice in notices])
    notice = _still_wanted(mail)
    return Letter(_notice(notice, address), [notice.pk])


def address_of(member: User) -> str:
    """The member's confirmed address; raises NotNeeded when there is none."""
    confirmed = EmailAddress.objects.filter(user=member, verified=True).order_by("-primary", "pk").first()
    if confirmed is None:
        raise NotNeeded("The member has no confirmed address.")
    return str(confirmed.email)


def for_digest(member: User) -> list[Notice]:
    """What a digest tells of the news for a member."""
    choice = Choice.objects.filter(member=member).first() or Choice(member=member)
    return list(islice(news_for(choice), IN_A_DIGEST * 4))


def news_for(choice: Choice) -> Iterator[Notice]:
    """The unread notices of the kinds that a member wants daily and no mail has told of; nothing that was muted since.

    One query for ``LOT`` of them, of ``LOOKED_THROUGH`` at most, and those that ask whether each is heard.
    """
    kinds = [kind for kind in Kind if choice.way(kind) == Way.DAILY]
    waiting = Notice.objects.shown_to(choice.member).unread().filter(kind__in=kinds, mailed_at__isnull=True)
    found = _with_all(waiting).order_by("post_id", "made_at", "id")
    for start in range(0, LOOKED_THROUGH, LOT):
        lot = list(found[start : start + LOT])
        yield from filter(rules.is_heard, lot)
        if len(lot) < LOT:
            break


def _with_all(notices: Any) -> Any:
    return notices.select_related(
        "member", "post__author", "post__person", "comment__author", "comment__person", "action__rule"
    )


def _still_wanted(mail: Mail) -> Notice:
    member = mail.member
    if member is None:
        raise NotNeeded("The account is gone.")
    notice = _with_all(Notice.objects.shown_to(member).filter(mails=mail)).first()
    if notice is None:
        raise NotNeeded("The words it tells of are no longer shown.")
    if notice.read_at:
        raise NotNeeded("It was read on the site first.")
    choice = Choice.objects.filter(member=member).first() or Choice(member=member)
    if choice.way(notice.kind) != Way.ONCE:
        raise NotNeeded("The member does not want such mails at once any more.")
    if not rules.is_heard(notice):
        raise NotNeeded("The member has muted the thread, the branch or the author.")
    return notice  # type: ignore[no-any-return]


def _notice(notice: Notice, address: str) -> EmailMessage:
    words = notice.comment or notice.post
    column = Choice.COLUMNS[Kind(notice.kind)]
    # Whoever mutes a thread hears of decisions there all the same.
    stops = _stops(notice.member, column, post=0 if notice.action_id else notice.post_id)
    context = {
        "notice": notice,
        "title": "" if _is_of_untitled(notice) else line(notice.post.shown_title),
        "name": words.byline.name,
        "what": _what(notice),
        "words_text": "" if notice.action else texts.as_text(words.html, site=settings.SITE_URL),
        "words_html": mark_safe(  # noqa: S308  sanitised there
            "" if notice.action else texts.as_html(words.html, site=settings.SITE_URL)
        ),
        "url": settings.SITE_URL + words.get_absolute_url(),
        "why": _why(notice),
        "stops": stops,
        **_site(),
    }
    headers = _headers(notice.member, notice_id(notice))
    headers["References"] = " ".join(_above(notice))
    headers["In-Reply-To"] = _above(notice)[-1]
    if not notice.comment_id and not notice.action_id:  # the first of a thread answers nothing
        del headers["References"], headers["In-Reply-To"]
    return _mail(_subject(notice), "notices/mail", context, address, headers)


def _digest(member: User, notices: list[Notice], address: str, day: str) -> EmailMessage:
    if not notices:
        raise NotNeeded("There was nothing left to tell.")
    shown = notices[:IN_A_DIGEST]
    threads: dict[int, dict[str, Any]] = {}
    for notice in shown:
        thread = threads.setdefault(notice.post_id, {"title": line(notice.post.shown_title), "entries": []})
        words = notice.comment or notice.post
        thread["entries"].append(
            {
                "what": _what(notice),
                "words": "" if notice.action else excerpt(words.html, SHORT),
                "url": settings.SITE_URL + words.get_absolute_url(),
            }
        )
    number = len(notices)
    context = {
        "threads": list(threads.values()),
        "number": number,
        "more": number - len(shown),
        "day": dt.date.fromisoformat(day),
        "notices_url": settings.SITE_URL + reverse("notices"),
        "stops": [stop for stop in _stops(member, "", post=0) if stop["words"] == "all mails about notices"],
        **_site(),
    }
    subject = f"{number} {'notice' if number == 1 else 'notices'} on {settings.SITE_NAME}"
    return _mail(subject, "notices/digest", context, address, _headers(member, f"digest-{day}"))


def _mail(subject: str, template: str, context: dict[str, Any], address: str, headers: dict[str, str]) -> EmailMessage:
    text = render_to_string(f"{template}.txt", context)
    message = EmailMultiAlternatives(line(subject), text, None, [address], headers=headers)
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def notice_id(notice: Notice) -> str:
    """What a mail is called in the threads of mail programs: the same for the same comment and member, always."""
    if notice.action_id:
        return f"decision-{notice.action_id}"
    return f"comment-{notice.comment_id}" if notice.comment_id else f"post-{notice.post_id}"


def _above(notice: Notice) -> list[str]:
    """The ids of what this answers, outermost first."""
    above = [f"post-{notice.post_id}"]
    if notice.action_id and notice.comment_id:
        above.append(f"comment-{notice.comment_id}")
    elif notice.comment and notice.comment.parent_id:
        above.append(f"comment-{notice.comment.parent_id}")
    return [_message_id(name, notice.member_id) for name in above]


def _message_id(name: str, member: int) -> str:
    return f"<{name}.{member}@{_host()}>"


def _headers(member: User, name: str) -> dict[str, str]:
    stop = _stop(member, "all")
    return {
        "Message-ID": _message_id(name, member.pk),
        "List-Id": f"<notices.{_host()}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "list",
    }


def _subject(notice: Notice) -> str:
    title = notice.post.shown_title
    if notice.action:
        where = "" if _is_of_untitled(notice) else f" in “{title}”"
        return f"Your {_thing(notice)}{where}: {notice.action.get_verb_display()}"
    return f"Re: {title}" if notice.comment_id else title


def _is_of_untitled(notice: Notice) -> bool:
    """Whether this tells of a decision about a post whose title no mail may say: its date says which it is."""
    return notice.action_id is not None and notice.comment_id is None and not notice.post.is_public


def _thing(notice: Notice) -> str:
    if notice.comment_id:
        return "comment"
    return f"post of {notice.post.created_at:%B %-d, %Y}" if _is_of_untitled(notice) else "post"


def _what(notice: Notice) -> str:
    """Who did what, as the beginning of the mail and of an entry says it."""
    if notice.action:
        return f"Your {_thing(notice)} was {notice.action.get_verb_display()} by a moderator"
    name = (notice.comment or notice.post).byline.name
    wrote = "wrote" if notice.comment_id else "started a thread"
    words = {
        Kind.REPLY: "replied to your comment",
        Kind.COMMENT: "commented on your post",
        Kind.QUOTATION: "quoted you",
        Kind.MENTION: "mentioned you",
    }
    return f"{name} {words.get(Kind(notice.kind), wrote)}"


WHY = {
    Kind.DECISION: "A moderator has decided about your words.",
    Kind.REPLY: "This answers a comment of yours.",
    Kind.COMMENT: "You started this thread, and this answers your post.",
    Kind.QUOTATION: "This quotes your words.",
    Kind.MENTION: "This names you with an @.",
    Kind.BRANCH: "You follow this branch.",
    Kind.THREAD: "You follow this thread.",
    Kind.AUTHOR: "You follow its author.",
}


def _why(notice: Notice) -> str:
    return WHY[Kind(notice.kind)]


STOPS: dict[str, str] = {
    "thread": "this thread: mute it",
    "replies": "mails about replies to you",
    "quotations": "mails about quotations of your words",
    "mentions": "mails about mentions of your name",
    "follows": "mails about what you follow",
    "decisions": "mails about decisions by moderators",
    "all": "all mails about notices",
}


def _stops(member: User, column: str, *, post: int) -> list[dict[str, str]]:
    """The ways to stop mails, the narrowest first."""
    whats: list[Any] = [*(["thread"] if post else []), *([column] if column else []), "all"]
    return [{"words": STOPS[what], "url": _stop(member, what, post if what == "thread" else 0)} for what in whats]


def _stop(member: User, what: What, post: int = 0) -> str:
    return settings.SITE_URL + reverse("unsubscribe", args=[str(Token(member.pk, what, post))])


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _site() -> dict[str, str]:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("mail-preferences"),
    }
