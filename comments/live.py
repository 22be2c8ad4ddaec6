"""Tells whoever is reading a thread what others have said in it since; a page asks this every half minute."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from comments.models import Comment
from comments.muted import branches_of, within
from forum.states import State
from forum.users.models import User
from forum.voices.models import Mark
from posts.models import Post

MOST = 100  # told one by one; of more, only that there are more
LOTS = 10  # of as many and one that are looked through where a muted branch says the most


class AskForm(forms.Form):
    """The version of the thread that the page shows; without one, the present one."""

    after = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Comments that came since, by id, the earliest first; ``edited`` says whether old ones changed among them."""

    ids: list[int]
    edited: bool

    @property
    def words(self) -> str:
        """What is told of them."""
        count = f"{MOST}+" if len(self.ids) > MOST else str(len(self.ids))
        what = "new or edited comment" if self.edited else "new comment"
        return f"{count} {what}{'' if len(self.ids) == 1 else 's'}"


NOTHING = Arrived([], False)


@require_safe
def new_comments(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A line about the comments that others have published since: 204 for none, 304 for no more than was told before.

    One small query beside those for the member, two to four when the thread has changed. Writes nothing.
    """
    if not request.user.is_authenticated:
        raise Http404("only members are told")
    form = AskForm(request.GET)
    if not form.is_valid():
        raise Http404("no such version of the thread")
    found = get_object_or_404(Post.objects.placed_for(request.user).only("pk", "version", "state"), pk=pk)
    after = form.cleaned_data["after"]
    etag = _etag(request.user.pk, found, after)
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        since = found.version if after is None else after
        arrived = arrived_since(found, since, request.user) if found.has_thread_for(request.user) else NOTHING
        answer = HttpResponse(status=204)
        if arrived.ids:
            answer = render(request, "comments/_arrived.html", {"arrived": arrived, "ids": arrived.ids[:MOST]})
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-store"
    return answer


def arrived_since(post: Post, version: int, reader: User) -> Arrived:
    """What was said or changed after ``version``, but for the reader's own and what they muted: members, branches.

    One query; two when something came, three in a thread with branches that the reader has muted. Where these say
    the most, two more for each further lot: comments beyond ``LOTS`` of them wait until the page is opened again.
    """
    muted = Mark.objects.filter(member=reader, kind=Mark.Kind.MUTED, about__isnull=False).values("about")
    new = Comment.objects.filter(post=post, came_with__gt=version, archived=False, state=State.PUBLISHED)
    # Comments of persons have no author, and no author is in no list: said for the database's three-valued logic.
    others = new.exclude(author=reader.pk).exclude(author__isnull=False, author__in=muted)
    rest = others = others.order_by("came_with", "pk")
    branches: list[int] | None = None
    heard: list[tuple[int, dt.datetime | None]] = []
    for _ in range(LOTS):
        lot = list(rest.values_list("pk", "edited_at", "came_with")[: MOST + 1])
        if lot and branches is None:
            branches = branches_of(reader, post)
        silenced = within(branches or (), [pk for pk, _, _ in lot])
        heard += [(pk, edited_at) for pk, edited_at, _ in lot if pk not in silenced]
        if len(lot) <= MOST or len(heard) > MOST:
            break
        last, _, came = lot[-1]
        rest = others.filter(Q(came_with__gt=came) | Q(pk__gt=last), came_with__gte=came)
    heard = heard[: MOST + 1]
    return Arrived([pk for pk, _ in heard], any(edited_at for _, edited_at in heard))


def _etag(reader: int, post: Post, after: int | None) -> str:
    """Changes with the thread, and tells nobody by how much: what is decided about held comments moves it too."""
    value = f"{reader} {post.pk} {post.version} {after}"
    return quote_etag(salted_hmac("new-comments", value, secret=settings.SECRET_KEY).hexdigest()[:24])
