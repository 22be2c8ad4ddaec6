"""The pages of members and of persons from archives, and what signing up adds to allauth."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment
from forum.drafts import carrying
from forum.errors import try_again_after
from forum.moderation import limits
from forum.paging import Capped, latest_first
from forum.refusals import Refusal, TooMany
from forum.states import State
from forum.text.excerpt import excerpt
from forum.users.forms import NamesForm, NameTaken, SignupForm
from forum.users.identicon import identicon
from forum.users.mentions import beginning_with, called, with_pages
from forum.users.models import Person, User
from forum.voices.listing import acts_about
from posts.lists import Way
from posts.models import STATES_WITH_A_PAGE, Post

PAGE = 30
OFFERED = 8  # names for an @
CONSIDERED = 30  # of those that begin alike: who speaks in the thread goes before the others of them
EXCERPT = 240
COUNTED = 1_000  # posts or comments of one member; of more it is said that they are more
WAIT = 300
"""Seconds after which it is worth trying again: how long a failed sign-in counts."""


@dataclass(frozen=True)
class Said:
    """A post or a comment as one entry of a list."""

    url: str
    title: str
    words: str
    html: SafeString
    archived: bool
    printed_date: str
    created_at: dt.datetime
    state: str


def member(request: HttpRequest, name: str) -> HttpResponse:
    """Show a member and what they wrote: comments, or posts with `?show=posts`; of a closed account only that it is."""
    known = list(_counted(with_pages()).filter(called(name))) or list(_closed(request.user).filter(called(name)))
    if not known:
        raise Http404("no such member")
    found = next((one for one in known if one.username == name), known[0])
    if found.username != name:
        # The key is wider than the name: only another spelling in capitals is this member's address.
        get_object_or_404(User, pk=found.pk, username__iexact=name)
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    if not found.is_active:
        return render(request, "users/closed.html", {"member": found})
    show_posts = request.GET.get("show") == "posts"
    said, next_url = _said_by(request, show_posts, author=found)
    context = {"member": found, "said": said, "next_url": next_url, "show_posts": show_posts}
    context["member_acts"] = acts_about(request.user, found)
    context |= {"identicon": identicon(found.username), "tabs": _tabs(found, show_posts)}
    return render(request, "users/member.html", context)


def _tabs(found: Any, show_posts: bool) -> list[Way]:
    """The ways to what the member said, each with its number."""
    here = found.get_absolute_url()
    kinds = (("comment", found.comments_said, here), ("post", found.posts_said, f"{here}?show=posts"))
    return [
        Way(
            f"more than {COUNTED:,} {kind}s" if number > COUNTED else f"{number:,} {kind}{'' if number == 1 else 's'}",
            url,
            show_posts is (kind == "post"),
        )
        for kind, number, url in kinds
    ]


def _counted(members: QuerySet[User]) -> QuerySet[User]:
    """With how much each of them said that everyone reads, up to ``COUNTED``, in the same query."""
    # The state of each post by its key: of a join PostgreSQL would make a walk through all posts.
    around = Subquery(Post.objects.filter(pk=OuterRef("post")).order_by().values("state"))
    comments = Comment.objects.filter(author=OuterRef("pk"), state=State.PUBLISHED)
    comments = comments.alias(around=around).filter(around__in=STATES_WITH_A_PAGE)
    posts = Post.objects.filter(author=OuterRef("pk"), state=State.PUBLISHED)
    return members.annotate(
        comments_said=Capped(comments.order_by().values("pk")[: COUNTED + 1]),
        posts_said=Capped(posts.order_by().values("pk")[: COUNTED + 1]),
    )


def _closed(reader: User | AnonymousUser) -> QuerySet[User]:
    """Closed accounts whose names stand above words that ``reader`` may read: each leads to a page that says so."""
    comments = Comment.objects.visible_to(reader).filter(author=OuterRef("pk"))
    posts = Post.objects.visible_to(reader).filter(author=OuterRef("pk"))
    return User.objects.filter(Exists(comments) | Exists(posts), is_active=False)


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an archive holds of one person, who is no member."""
    found = get_object_or_404(Person.objects.select_related("source"), pk=pk)
    comments, posts = (
        model.objects.visible_to(request.user).filter(person=found).exists() for model in (Comment, Post)
    )
    show_posts = request.GET.get("show") == "posts" or (posts and not comments)
    said, next_url = _said_by(request, show_posts, person=found)
    here = found.get_absolute_url()
    both = [Way("comments", here, not show_posts), Way("posts", f"{here}?show=posts", show_posts)]
    context = {
        "person": found,
        "said": said,
        "next_url": next_url,
        "show_posts": show_posts,
        "tabs": both if comments and posts else [],
    }
    return render(request, "users/person.html", context)


@login_required
def member_names(request: HttpRequest) -> HttpResponse:
    """Names that begin like ``?q=``, for what completes an @; those who speak in the thread ``?post=`` first."""
    form = NamesForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"names": []})
    try:
        limits.spend("names", f"member:{request.user.pk}")
    except TooMany as refusal:
        return try_again_after(refusal, JsonResponse({"names": []}, status=refusal.status))
    found = beginning_with(form.cleaned_data["q"])
    speaks = Exists(Comment.objects.published().filter(author=OuterRef("pk"), post=form.cleaned_data["post"]))
    known = found.annotate(speaks=speaks).values_list("username", "speaks")[:CONSIDERED]
    ordered = [name for name, _ in sorted(known, key=lambda one: (not one[1], one[0].casefold()))]
    return JsonResponse({"names": ordered[:OFFERED]})


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer whoever tried too often, and say when to try again."""
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(WAIT)
    return answer


class SignUp(account.SignupView):
    """Signs up; when two want one name at once, the second gets the form again.

    Words that were given back to somebody signed out come along from the form that signs in, and are a draft of the
    new member.
    """

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return what the form is made of: nothing was typed into it yet where only words came along."""
        given: dict[str, Any] = super().get_form_kwargs()
        if carrying.FIELD in self.request.POST and "username" not in self.request.POST:
            del given["data"], given["files"]
        return given

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Make the member and send the link."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except NameTaken:
            answer = self.form_invalid(form)
        else:
            if self.user:
                with suppress(Refusal):  # for a place that cannot be: the answer must not tell a new account from none
                    carrying.take(self.user, self.request.POST.get(carrying.FIELD, ""))
        return answer


def _said_by(request: HttpRequest, posts: bool, **who: User | Person) -> tuple[list[Said], str]:
    """Return one page of somebody's posts or comments, and the address of the next."""
    after = request.GET.get("after")
    if posts:
        found = Post.objects.visible_to(request.user).filter(**who)
        page = latest_first(found, key="created_at", after=after, size=PAGE)
        next_url = page.next_url and f"{page.next_url}&show=posts"
        return [_said(post, post, request.user) for post in page.rows], next_url
    comments = Comment.objects.visible_to(request.user).filter(**who).select_related("post")
    rows = latest_first(comments, key="created_at", after=after, size=PAGE)
    return [_said(comment, comment.post, request.user) for comment in rows.rows], rows.next_url


def _said(item: Post | Comment, post: Post, reader: User | AnonymousUser) -> Said:
    """Return an entry: living words cut short; old words whole, or not at all, for no machine may cut them."""
    whole = item.html if item.archived and isinstance(item, Comment) else ""
    return Said(
        url=item.get_absolute_url(),
        title=post.title_for(reader),
        words="" if item.archived else excerpt(item.html, EXCERPT),
        html=mark_safe(whole),  # noqa: S308  sanitised when it was written
        archived=item.archived,
        printed_date=item.printed_date,
        created_at=item.created_at,
        state="" if item.is_public else item.get_state_display(),
    )
