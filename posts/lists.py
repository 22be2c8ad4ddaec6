"""The lists of threads, for one reader: by when they were spoken in, when they were posted, or how they were voted.

A list walks along the index of its order and stops when the page is full; that of a tag has indexes of its own
(``Bearing``). Where only few posts can be meant, those of a time or of a few small tags, it sorts these instead:
walking would pass all the others to find them. Which of both is said here and not left to the planner, because SQLite
knows nothing of how many there are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.paging import ListPage, Spot, SpotField
from forum.prepared import AnyMember, Given, Prepared
from forum.text import addresses
from forum.voices.models import Mark
from posts.models import Bearing, Post, PostQuerySet, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from forum.users.models import User

PAGE = 40
EARLIER = 5  # threads about the same page that are named
FEW = 5_000  # posts that are sooner sorted than searched for among all
BYLINES = ("author", "person", "last_author", "last_person")
OWN = (
    *("state", "kind", "title", "html", "archived", "created_at", "printed_date", "printed_at", "zone", "revised_at"),
    *("url", "comment_count", "last_comment_at", "pulse", "active_at", "score"),
)
NAMES = [f"{one}__{name}" for one in BYLINES for name in (["username"] if "author" in one else ["name", "removed_at"])]
ORDERS = {"active": "active_at", "new": "created_at", "top": "score"}
MOST_VOTES = 2**31 - 1  # that a column holds
WITHIN = {"day": 1, "week": 7, "month": 30, "year": 365}  # days


class ListForm(forms.Form):
    """What the address of a list may say."""

    order = forms.ChoiceField(choices=[(name, name) for name in ORDERS], required=False)
    within = forms.ChoiceField(choices=[(name, name) for name in WITHIN], required=False)
    show = forms.ChoiceField(choices=[("unanswered", "unanswered")], required=False)
    tags = forms.ChoiceField(choices=[("mine", "mine")], required=False)
    after = SpotField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see; what an address says wrongly is as if it said nothing."""

    order: str = "active"
    within: str = ""
    unanswered: bool = False
    mine: bool = False
    after: Spot | None = None

    @property
    def query(self) -> str:
        """The part of the address that says so, with its question mark."""
        said = {
            "order": "" if self.order == "active" else self.order,
            "within": self.within,
            "show": "unanswered" if self.unanswered else "",
            "tags": "mine" if self.mine else "",
            "after": self.after,
        }
        query = urlencode({name: value for name, value in said.items() if value})
        return f"?{query}" if query else "."


def asked(address: Mapping[str, Any]) -> Asked:
    """What the parameters of an address ask for."""
    if not address:
        return Asked()
    form = ListForm(address)
    form.is_valid()
    said = form.cleaned_data
    unanswered = bool(said.get("show"))
    order = "new" if unanswered else said.get("order") or "active"
    return Asked(
        order=order,
        within=(said.get("within") or "") if order == "top" else "",
        unanswered=unanswered,
        mine=bool(said.get("tags")),
        after=said.get("after"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What a member wants of tags: by their ids, those hidden from lists and those that are favourites."""

    hidden: frozenset[int] = frozenset()
    favourite: frozenset[int] = frozenset()


_TAGS = Prepared(lambda: Mark.objects.filter(member=Given("member"), tag__isnull=False).values_list("kind", "tag_id"))


def taste_of(viewer: User | AnonymousUser) -> Taste:
    """The tags that ``viewer`` hides and follows. One query; none for a guest."""
    if not viewer.is_authenticated:
        return Taste()
    marks = _TAGS(member=viewer.pk)
    return Taste(
        hidden=frozenset(tag for kind, tag in marks if kind == Mark.Kind.HIDDEN and tag is not None),
        favourite=frozenset(tag for kind, tag in marks if kind == Mark.Kind.FOLLOWED and tag is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What tells the query of one list from that of another; all else are values in it."""

    order: str
    signed_in: bool = False
    of_tag: bool = False  # the list of a tag, by its own indexes
    mine: bool = False  # of all posts those that bear a favourite
    within: bool = False
    brief: bool = False  # whether few posts fall into that time
    unanswered: bool = False
    rare: bool = False  # whether few posts bear one of these
    later: bool = False  # than the page that begins the list

    @property
    def few(self) -> bool:
        """Whether only few posts can be meant: to be sorted and not searched for among all."""
        return self.brief or self.rare


_GIVEN = {name: Given(name) for name in ("tag", "since", "until", "last", "after")}


def page(viewer: User | AnonymousUser, wanted: Asked, *, tag: Tag | None = None) -> ListPage[Post]:
    """One page of published threads, of all or of one tag. One query; one more for the cursor, and for the top of some
    time; two more for a member.
    """
    taste = taste_of(viewer)
    tags = frozenset([tag.pk]) if tag is not None else taste.favourite
    mine = tag is None and wanted.mine and viewer.is_authenticated
    key = ORDERS[wanted.order]
    last = _last(wanted.after, key) if wanted.after else None
    now = timezone.now()
    given = {
        "since": now - dt.timedelta(days=WITHIN.get(wanted.within, 0)),
        "until": now + dt.timedelta(days=1),  # another machine's clock may be ahead
        "last": last,
        "after": wanted.after and wanted.after.pk,
    }
    values = {"tag": tag and tag.pk, **{name: _moment(value) for name, value in given.items()}}
    shape = _Shape(
        order=wanted.order,
        signed_in=viewer.is_authenticated,
        of_tag=tag is not None,
        mine=mine,
        within=bool(wanted.within),
        brief=bool(wanted.within) and not _beyond(FEW, of_tag=tag is not None)(**values),
        unanswered=wanted.unanswered,
        rare=mine and _few_bear(Tag.objects.filter(pk__in=tags)),
        later=last is not None,
    )
    if mine or taste.hidden - tags:
        which = Q(tag=tag) if tag is not None else Q(tag__in=tags)
        found = list(_query(shape, viewer, given, which, taste.hidden - tags))
    else:
        found = _prepared(shape)(member=viewer.pk, **values)
    return _page(found, wanted)


def _last(after: Spot, key: str) -> dt.datetime | int | None:
    """What the last row of the page before was sorted by; None where that cannot be, and the list begins."""
    if after.key is None:  # published, or the page would tell where one stands that is not
        return Post.objects.published().filter(pk=after.pk).values_list(key, flat=True).first()
    if key == "score":
        return after.key if abs(after.key) <= MOST_VOTES else None
    return after.moment


@cache
def _prepared(shape: _Shape) -> Prepared[Post]:
    """The query of a list for all who hide no tag, written once."""
    viewer = AnyMember() if shape.signed_in else AnonymousUser()
    return Prepared(lambda: _query(shape, viewer, _GIVEN, Q(tag=_GIVEN["tag"])))


@cache
def _beyond(few: int, *, of_tag: bool) -> Prepared[tuple[int]]:
    """The query of what comes after so many posts of a time: nothing where they are few."""
    rows: QuerySet[Any] = Bearing.objects.filter(tag=_GIVEN["tag"], listed=True) if of_tag else Post.objects.published()
    rows = rows.filter(created_at__range=(_GIVEN["since"], _GIVEN["until"]))
    return Prepared(lambda: rows.order_by("created_at").values_list("pk")[few : few + 1])


def _moment(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value


def _few_bear(tags: Iterable[Tag]) -> bool:
    """Whether the posts that bear one of these are few: to be sorted and not searched for among all."""
    return sum(tag.post_count for tag in tags) <= FEW


def _bearing(rows: QuerySet[Any], which: Q, *, few: bool) -> QuerySet[Any]:
    """Those of the posts that bear a tag; ``which`` says so of ``Bearing``."""
    if few:
        return rows.filter(pk__in=Bearing.objects.filter(which).values("post"))
    return rows.filter(Exists(Bearing.objects.filter(which, post=OuterRef("pk"))))


def _query(
    shape: _Shape,
    viewer: User | AnonymousUser | AnyMember,
    given: Mapping[str, Any],
    which: Q,
    hidden_tags: frozenset[int] = frozenset(),
) -> PostQuerySet:
    """The page of a list and the one thread that tells of a next, with everything that a row shows."""
    rows: QuerySet[Any] = Post.objects.published()
    pk, waiting = "pk", Q(kind=Post.Kind.QUESTION, answer__isnull=True)
    if shape.of_tag:
        rows, pk = Bearing.objects.filter(which, listed=True), "post_id"
        waiting = Q(Exists(Post.objects.filter(waiting, pk=OuterRef("post_id"))))
    if shape.brief:
        # With no end PostgreSQL expects a third of all posts, and plans anew each time to know better.
        rows = rows.filter(created_at__range=(given["since"], given["until"]))
    elif shape.within:
        # So many that the best of all are walked along: no planner takes the index of time for this.
        rows = rows.annotate(moment=Coalesce("created_at", "created_at")).filter(moment__gte=given["since"])
    if shape.unanswered:
        rows = rows.filter(waiting)
    if shape.mine:
        rows = _bearing(rows, which, few=shape.rare)
    rows = _for(viewer, rows, pk, hidden_tags)
    key = sorted_by = ORDERS[shape.order]
    if shape.few:
        sorted_by = "sorted_by"
        rows = rows.annotate(sorted_by=Coalesce(key, key))  # a planner takes no index for this
    if shape.later:
        rows = rows.filter(_below((F(sorted_by), F(pk)), (given["last"], given["after"])))
    # The ids first, by what an index holds alone, and the rows then: SQLite sooner reads and sorts a whole table than
    # an index and its rows (0.7 s instead of 20 ms with 300,000 posts), and PostgreSQL plans it in a fifth of the time.
    ids = rows.order_by(f"-{sorted_by}", f"-{pk}").values(pk)[: PAGE + 1]
    # What is not published shows in no list, whatever that of a tag says.
    posts = Post.objects.published().filter(pk__in=ids).order_by(f"-{key}", "-pk")
    return posts.select_related(*BYLINES).with_finding().only(*OWN, *NAMES)[: PAGE + 1]


def _below(one: tuple[Any, Any], other: tuple[Any, Any]) -> Func:
    """That the one pair of values stands before the other, said in one: for databases a place to begin in an index."""
    pairs = [Func(*pair, template="(%(expressions)s)") for pair in (one, other)]
    return Func(*pairs, template="%(expressions)s", arg_joiner=" < ", output_field=BooleanField())


def _for(
    viewer: User | AnonymousUser | AnyMember, rows: QuerySet[Any], pk: str, hidden_tags: frozenset[int]
) -> QuerySet[Any]:
    """Without what a member has hidden, and without posts of members they have muted; ``pk``: the post of a row."""
    if not viewer.is_authenticated:
        return rows
    marks = Mark.objects.filter(member=viewer.pk)
    muted = marks.filter(kind=Mark.Kind.MUTED)
    if connection.vendor == "sqlite":  # for an author whom the index does not name it would leave the index
        by_muted = Exists(Post.objects.filter(Exists(muted.filter(about=OuterRef("author"))), pk=OuterRef(pk)))
    else:
        by_muted = Exists(muted.filter(about=OuterRef("author" if pk == "pk" else "post__author")))
    rows = rows.filter(
        ~Exists(marks.filter(kind=Mark.Kind.HIDDEN, post=OuterRef(pk))),
        ~by_muted,
    )
    if hidden_tags:
        rows = rows.filter(~Exists(Bearing.objects.filter(post=OuterRef(pk), tag__in=hidden_tags)))
    return rows


def _page(found: list[Post], wanted: Asked) -> ListPage[Post]:
    if len(found) <= PAGE:
        return ListPage(found, "")
    last = found[PAGE - 1]
    after = Spot.of(getattr(last, ORDERS[wanted.order]), last.pk)
    return ListPage(found[:PAGE], replace(wanted, after=after).query)


def posted_before(url: str, *, but: Q | None = None) -> list[Post]:
    """The published posts that link to the same page, however its address is spelt, the latest first. One query."""
    key = addresses.key(url)
    return list(_about_the_same(key, but or Q())) if key else []


def posted_besides(post: Post) -> list[Post]:
    """The other published posts that link to the same page as this one, the latest first. One query, if it links."""
    return _BESIDES(key=post.url_key, pk=post.pk) if post.url_key else []


def _about_the_same(key: Any, but: Q) -> QuerySet[Post]:
    # "Not empty" is said because SQLite takes an index of part of a table only where that part is named.
    rows = Post.objects.published().filter(~Q(url_key=""), url_key=key).exclude(but)
    shown = rows.only("pk", "title", "state", "archived", "printed_date", "created_at", "comment_count")
    return shown.order_by("-created_at", "-pk")[:EARLIER]


_BESIDES = Prepared(lambda: _about_the_same(Given("key"), Q(pk=Given("pk"))))


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways to look at a list: its words, the address, and whether this is the way it is looked at."""

    words: str
    url: str
    chosen: bool


def ways(wanted: Asked) -> dict[str, list[Way]]:
    """The orders, and within an order its own choices."""
    kept = Asked(mine=wanted.mine)
    orders = [
        Way(name, replace(kept, order=name).query, name == wanted.order and not wanted.unanswered) for name in ORDERS
    ]
    narrower: list[Way] = []
    if wanted.order == "top":
        top = replace(kept, order="top")
        narrower = [Way(name, replace(top, within=name).query, name == wanted.within) for name in WITHIN]
        narrower.append(Way("all time", top.query, not wanted.within))
    elif wanted.order == "new":
        unanswered = replace(kept, order="new", unanswered=True)
        narrower = [Way("unanswered questions", unanswered.query, wanted.unanswered)]
    return {"orders": orders, "narrower": narrower}
