"""What lists and pages of the desk show of words, people and decisions, so that they can be judged at a glance."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from django.db.models import Count, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.models import Comment
from forum.moderation.models import Action
from forum.paging import Capped
from forum.states import State
from forum.text.excerpt import excerpt
from forum.text.html import host_of
from forum.users.models import User
from posts.models import Post

NEW = dt.timedelta(days=7)
ENOUGH = 100  # published words of a member: of more it is said that they are more
EXCERPT = 400  # characters: most comments whole
HOSTS = 4  # named, of those that words link to
ADDRESS = 200  # characters of the address of a post: its host stands at the beginning
_HOST = re.compile(r'href="https?://([^/"?#]+)')
TAKEN = (State.HIDDEN, State.REMOVED)


@dataclass
class History:
    """How many posts and comments of a member stand (more than ``ENOUGH`` is only more), wait, and were taken away."""

    published: int = 0
    held: int = 0
    taken: int = 0

    def __str__(self) -> str:
        published = f"more than {ENOUGH}" if self.published > ENOUGH else self.published
        return f"{published} published, {self.held} held, {self.taken} hidden or removed"


def histories(members: Iterable[int | None]) -> dict[int, History]:
    """The history of each of these members. Three queries, each by an index that holds what it counts."""
    found = {pk: History() for pk in members if pk is not None}
    published = (
        Capped(model._default_manager.filter(author=OuterRef("pk"), state=State.PUBLISHED).values("pk")[: ENOUGH + 1])
        for model in (Comment, Post)
    )
    for pk, *counts in User.objects.filter(pk__in=found).values_list("pk", *published):
        found[pk].published = sum(counts)
    for model in (Comment, Post):
        rows = model._default_manager.filter(author__in=found).exclude(state=State.PUBLISHED).order_by()
        for author, state, count in rows.values_list("author", "state").annotate(count=Count("pk")):
            history = found[author]
            if state == State.HELD:
                history.held += count
            elif state in TAKEN:
                history.taken += count
    return found


def is_new(member: User) -> bool:
    """Whether the account is younger than a week."""
    return member.date_joined > timezone.now() - NEW


def words(thing: Post | Comment, length: int = EXCERPT) -> SafeString:
    """The words, cut after ``length`` characters, with the title of a post, where links lead, and an unusual state."""
    said = excerpt(thing.html, length) or "(no text)"
    return format_html("{}{}{}{}", head(thing), said, links_mark(thing), state_mark(thing))


def head(thing: Post | Comment) -> SafeString:
    """The title of a post, and its address where it is a link: of many such posts that is all there is to judge.

    The address is no link here, since what is judged may be a trap.
    """
    if not isinstance(thing, Post):
        return SafeString("")
    address = thing.url if len(thing.url) <= ADDRESS else f"{thing.url[:ADDRESS]}…"
    shown = format_html("<small>{}</small><br>", address) if address else ""
    return format_html("<strong>{}</strong><br>{}", thing.title, shown)


def links_mark(thing: Post | Comment) -> SafeString:
    """Says to which hosts a post and the words link: what spam is for, and a cut text does not show."""
    own = host_of(thing.url) if isinstance(thing, Post) else None
    words_link_to = (unescape(host) for host in _HOST.findall(thing.html))
    hosts = list(dict.fromkeys([*filter(None, [own]), *words_link_to]))
    if not hosts:
        return SafeString("")
    more = f" and {len(hosts) - HOSTS} more" if len(hosts) > HOSTS else ""
    return format_html("<br><small>links to {}{}</small>", ", ".join(hosts[:HOSTS]), more)


def state_mark(thing: Post | Comment) -> SafeString:
    """Says what became of it, unless everyone reads it."""
    if thing.state == State.PUBLISHED:
        return SafeString("")
    return format_html(' <span class="mark {}">{}</span>', thing.state, State(thing.state).label)


def author(thing: Post | Comment, known: dict[int, History]) -> SafeString:
    """Who wrote it, and what else of theirs stands or was taken away."""
    if thing.author is not None:
        return member(thing.author, known.get(thing.author.pk))
    if thing.person is not None:
        url = reverse("admin:users_person_change", args=[thing.person.pk])
        return format_html('<a href="{}">{}</a><br><small>from an archive</small>', url, thing.person.shown_name)
    return format_html("{}", thing.byline.name)


def member(user: User, history: History | None) -> SafeString:
    """A member with their history and the age of the account."""
    joined = f"joined {user.date_joined:%B %-d, %Y}"
    return format_html(
        '<a href="{}">{}</a>{}<br><small>{}{}</small>',
        reverse("admin:users_user_change", args=[user.pk]),
        user.username,
        member_marks(user),
        f"{history}; " if history else "",
        joined,
    )


def member_marks(user: User) -> SafeString:
    """What a moderator should know of an account at once."""
    marks = [
        (user.is_superuser, "administrator"),
        (user.is_staff and not user.is_superuser, "moderator"),
        (is_new(user), "new account"),
        (user.is_suspended, "suspended"),
        (not user.is_active, "closed"),
    ]
    shown = SafeString("")
    for holds, label in marks:
        if holds:
            shown += format_html(' <span class="mark">{}</span>', label)
    return shown


def spot(thing: Post | Comment) -> SafeString:
    """A link to where it stands."""
    return format_html('<a href="{}">see it in place</a>', thing.get_absolute_url())


def page_of(thing: Post | Comment) -> str:
    """The desk's own page of a post or a comment."""
    name = "comments_comment" if isinstance(thing, Comment) else "posts_post"
    return reverse(f"admin:{name}_change", args=[thing.pk])


def era(thing: Post | Comment) -> str:
    """Then or now."""
    return "then (archive)" if thing.archived else "now"


def recent_actions() -> QuerySet[Action]:
    """Decisions, the latest first, with everything that a line about them names. One query."""
    people = ("actor", "member", "person", "rule", "undone_by", "undoes")
    things = ("comment__author", "comment__person", "comment__post", "post")
    unread = ("comment__body", "comment__post__body", "comment__post__html", "post__body", "post__html")
    return Action.objects.select_related(*people, *things).defer(*unread)


def about(action: Action) -> SafeString:
    """What a decision was about, with a link to its page."""
    if action.comment is not None:
        name = action.comment.byline.name
        return format_html(
            '<a href="{}">comment by {}</a>: {}', page_of(action.comment), name, excerpt(action.comment.html, 80)
        )
    if action.post is not None:
        return format_html('<a href="{}">{}</a>', page_of(action.post), action.post.title)
    if action.member is not None:
        url = reverse("admin:users_user_change", args=[action.member.pk])
        return format_html('<a href="{}">{}</a>', url, action.member.username)
    if action.person is not None:
        url = reverse("admin:users_person_change", args=[action.person.pk])
        return format_html('<a href="{}">{}</a>', url, action.person.shown_name)
    if "run" in action.before:
        url = reverse("admin:archive_run_change", args=[action.before["run"]])
        return format_html('the file <a href="{}">{}</a>', url, action.before.get("file", ""))
    if "tag" in action.before:
        into = f" → {action.before['into']}" if "into" in action.before else ""
        return format_html("the tag “{}”{}", action.before["tag"], into)
    return SafeString("archived words")
