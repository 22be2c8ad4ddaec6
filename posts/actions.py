"""The only writer of posts: every change is one transaction that checks the rules and moves the page's version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from forum.moderation import holds, ledger, limits
from forum.moderation.models import Action, Rule
from forum.notices import tell
from forum.pagecache.models import hold_edition, move_edition
from forum.prepared import Given, Prepared
from forum.refusals import Conflict, NotAllowed, Unreadable
from forum.search import index
from forum.states import Format, Precision, State
from forum.text import addresses, excerpt, html, markdown
from forum.text.redaction import Change, change
from forum.users.mentions import addresses_of
from posts import revising, rules
from posts.models import Post, Tag
from posts.tags import bearing

if TYPE_CHECKING:
    from forum.users.models import Person, Source, User

_LOCKED = Prepared(lambda: Post.objects.select_for_update().filter(pk=Given("pk")))
EMPTY = "Write the text of the post."
GONE = "This thread is no longer there: the import that brought it was taken back."
TITLE_ROOM = 300  # characters, of the column
MANY = 10_000  # ids named in one statement: SQLite takes 250,000 at most


def add_post(
    *,
    author: User,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    tags: Sequence[Tag] = (),
    token: str,
) -> Post:
    """Publishes or holds a new post; the same ``token`` again returns the post it made.

    Raises NotAllowed, TooMany, Unreadable, or Conflict when the token was used for other words or a tag is gone.
    """
    safe = render_new(body, kind)  # before anybody who writes has to wait, as it would be in SQLite
    with transaction.atomic():
        made = Post.objects.filter(author=author, token=token).first()
        if made is not None:
            return _same_form(made, title=title, body=body, url=url)
        _check(rules.why_not_write(author))
        limits.spend("posts", f"member:{author.pk}")
        now = timezone.now()
        made = Post(
            author=author,
            kind=kind,
            title=title,
            url=url,
            url_key=addresses.key(url),
            body=body,
            html=safe,
            state=holds.first_state(author, published_by(author, holds.needed()), holds.needed()),
            created_at=now,
            active_at=now,
            instant=now,
            zone="UTC",
            token=token,
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:  # the same form, posted twice at the same moment
            return _same_form(Post.objects.get(author=author, token=token), title=title, body=body, url=url)
        bearing.choose(made, tags)
        tell.of_post(made)
        index.put_post(made.pk)
        show_beside([made])
    return made


def edit_post(
    *,
    post: Post,
    editor: User,
    title: str,
    body: str,
    url: str = "",
    tags: Sequence[Tag] | None = None,
    seen: dt.datetime | None = None,
) -> bool:
    """Changes the words of a post and, unless ``tags`` is None, its tags; returns whether anything changed.

    Other tags alone are no edit of the words. ``seen`` is when the words the editor started from were last edited:
    raises Conflict when they have changed since. Raises NotAllowed, TooMany or Unreadable.
    """
    safe = render_new(body, post.kind)  # as above; a post quotes nobody whose words could go meanwhile
    with transaction.atomic():
        post = locked(post.pk)
        if not rules.may_edit(editor, post):
            raise NotAllowed(rules.why_not_write(editor) or "Only its author can edit this post.")
        if (post.title, post.body, post.url) == (title, body, url):
            return tags is not None and _retag(post, tags)
        if post.edited_at != seen:
            raise Conflict(
                "This post was edited in another window since you opened it. Compare both texts below, then save."
            )
        limits.spend("edits", f"member:{editor.pk}")
        now = timezone.now()
        revised = {"revised_at": now} if revising.keep(post) else {}
        Post.objects.filter(pk=post.pk).update(
            title=title,
            body=body,
            url=url,
            url_key=addresses.key(url),
            html=safe,
            edited_at=now,
            **revised,
            **post.moved(),
        )
        _show_where_quoted(post.pk)
        if tags is not None:
            bearing.choose(post, tags)
        post.html = safe
        tell.of_edit(post)
        index.put_post(post.pk)
        show_beside([post], addresses.key(url))
    return True


def set_tags(
    *,
    post: Post,
    tags: Sequence[Tag],
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    undoes: Action | None = None,
) -> bool:
    """Gives a post other tags as a moderator, on the record; returns whether anything changed."""
    with transaction.atomic():
        post = locked(post.pk)
        before = list(post.tags.values_list("slug", flat=True))
        if not _retag(post, tags):
            return False
        verb, was = Action.Verb.RETAG, {"tags": before}
        ledger.record(verb, actor=by, post=post, rule=rule, reason=reason, before=was, undoes=undoes)
    return True


def _retag(post: Post, tags: Sequence[Tag]) -> bool:
    """Gives a post other tags, and says that its page has changed if they are others."""
    changed = bearing.choose(post, tags)
    if changed:
        touch([post.pk])
    return changed


def delete_post(*, post: Post, by: User) -> bool:
    """Deletes a post by its author; its thread stays. Returns whether anything changed."""
    with transaction.atomic():
        post = locked(post.pk)
        if post.state == State.DELETED and post.is_by(by):
            return False
        if not rules.may_delete(by, post):
            raise NotAllowed(rules.why_not_write(by) or "Only its author can delete this post.")
        Post.objects.filter(pk=post.pk).update(state=State.DELETED, **post.moved())
        _show_where_quoted(post.pk)
        bearing.count(post, was=post.state, now=State.DELETED)
        index.put_post(post.pk)
        show_beside([post])
    return True


def change_post_state(
    *, post: Post, to: State, by: User, rule: Rule | None = None, reason: str = "", undoes: Action | None = None
) -> bool:
    """Publishes, holds, hides or removes a post as a moderator, on the record; returns whether anything changed."""
    with transaction.atomic():
        post = locked(post.pk)
        if post.state == to:
            return False
        verb = ledger.verb(post.state, to)
        opens = ledger.opens(verb, post)
        Post.objects.filter(pk=post.pk).update(state=to, **post.moved())
        _show_where_quoted(post.pk)
        bearing.count(post, was=post.state, now=to)
        index.put_post(post.pk)
        decision = ledger.record(
            verb, actor=by, post=post, rule=rule, reason=reason, before={"state": post.state}, undoes=undoes
        )
        post.state = to
        tell.of_decision(decision)
        if opens:
            tell.of_post(post)
        show_beside([post])
    return True


def lock_post(
    *, post: Post, by: User, rule: Rule | None = None, reason: str = "", undoes: Action | None = None
) -> bool:
    """Closes a thread to new comments; returns whether anything changed."""
    return _set_lock(post, timezone.now(), Action.Verb.LOCK, by, rule, reason, undoes)


def unlock_post(
    *, post: Post, by: User, rule: Rule | None = None, reason: str = "", undoes: Action | None = None
) -> bool:
    """Opens a locked thread; returns whether anything changed."""
    return _set_lock(post, None, Action.Verb.UNLOCK, by, rule, reason, undoes)


def _set_lock(
    post: Post,
    at: dt.datetime | None,
    verb: Action.Verb,
    by: User,
    rule: Rule | None,
    reason: str,
    undoes: Action | None,
) -> bool:
    with transaction.atomic():
        post = locked(post.pk)
        if post.is_locked == (at is not None):
            return False
        Post.objects.filter(pk=post.pk).update(locked_at=at, **post.moved())
        ledger.record(verb, actor=by, post=post, rule=rule, reason=reason, undoes=undoes)
    return True


@dataclass(frozen=True, kw_only=True)
class ArchivedPost:
    """A post as a reader of archives found it; ``html`` is safe HTML made by ``forum.text``."""

    title: str
    person: Person | None
    source: Source
    created_at: dt.datetime
    body: str
    html: str
    format: Format = Format.PLAIN
    kind: str = Post.Kind.ARTICLE
    url: str = ""
    printed_date: str = ""
    printed_at: str = ""
    precision: Precision = Precision.NONE
    zone: str = ""
    instant: dt.datetime | None = field(default=None)
    state: State = State.PUBLISHED
    archived: bool = True
    tags: tuple[Tag, ...] = ()


def import_posts(found: Sequence[ArchivedPost]) -> list[Post]:
    """Adds posts from an archive, in their order; costs as much for a hundred as for one, but for those with tags."""
    made = []
    for item in found:
        fields: dict[str, Any] = {name: getattr(item, name) for name in item.__dataclass_fields__ if name != "tags"}
        made.append(Post(active_at=item.created_at, url_key=addresses.key(item.url), **fields))
    with transaction.atomic():
        Post.objects.bulk_create(made)
        index.write([index.entry_of_post(post) for post in made if post.is_public])
        for post, item in zip(made, found, strict=True):
            if item.tags:
                bearing.choose(post, item.tags)
        show_beside(made)
    return made


def update_imported_post(*, post: Post, html: str, words: Mapping[str, Any] | None = None, keep: bool = False) -> bool:
    """Gives an archived post the HTML of a better reading; returns whether it changed.

    ``words`` are the ``title``, ``body`` and ``format`` of a better copy; ``keep``: those that stand go into the
    history.
    """
    if post.html == html and not words:
        return False
    with transaction.atomic():
        if keep and revising.keep(post):
            now = timezone.now()
            words = {**(words or {}), "edited_at": now, "revised_at": now}
        Post.objects.filter(pk=post.pk).update(html=html, **(words or {}), **post.moved())
        _show_where_quoted(post.pk)
        index.put_post(post.pk)
        show_beside([post])
    return True


def take_back_post(*, post: Post) -> None:
    """Removes a post that an import made, and that nobody commented, quoted or did anything with."""
    with transaction.atomic():
        bearing.choose(post, ())
        index.drop(post)
        post.delete()
        show_beside([post])


def redact(*, post: Post, changes: Mapping[str, Sequence[Change]]) -> dict[str, list[int]]:
    """Puts other words in place of passages of ``title``, ``body`` and ``html``, for a name taken off or given back.

    Returns for each of them where the new words begin. The marks of quotations in an archived article are in its
    HTML alone, so that is changed too and not made again. Raises Conflict when it would not stay safe or fit.
    """
    with transaction.atomic():
        post = locked(post.pk)
        changed = {name: change(getattr(post, name), changes.get(name, ())) for name in ("title", "body", "html")}
        safe = html.sanitise(changed["html"].text, limit=html.MAX_GENERATED_BYTES)
        if safe != changed["html"].text or len(changed["title"].text) > TITLE_ROOM:
            raise Conflict(f"The words in “{post.title}” cannot be changed without damage to the rest. Hide the post.")
        taken = [(post.body[item.start : item.end], item.words) for item in changes.get("body", ())]
        revising.redact(
            post, taken + [(post.title[item.start : item.end], item.words) for item in changes.get("title", ())]
        )
        Post.objects.filter(pk=post.pk).update(**{name: found.text for name, found in changed.items()}, **post.moved())
        _show_where_quoted(post.pk)
        index.put_post(post.pk)
        show_beside([post])
    return {name: found.starts for name, found in changed.items()}


def touch(post_ids: list[int]) -> None:
    """Says that the pages of these threads have changed. One statement for each ``MANY`` of them."""
    for begin in range(0, len(post_ids), MANY):
        Post.objects.filter(pk__in=post_ids[begin : begin + MANY]).update(**Post.moved())


def locked(pk: int, query: Prepared[Post] = _LOCKED) -> Post:
    """The post, with its row locked until the transaction ends: all writing in one thread queues here.

    ``query`` is one that locks it and asks for more. Raises Conflict where the import that brought it was taken back
    meanwhile.
    """
    post = query.first(pk=pk)
    if post is None:
        raise Conflict(GONE)
    return post


def lock_all(pks: Iterable[int]) -> None:
    """Locks the rows of these posts, in the order in which everybody locks many. One statement for each ``MANY``."""
    ordered = sorted(set(pks))
    for begin in range(0, len(ordered), MANY):
        some = Post.objects.select_for_update().filter(pk__in=ordered[begin : begin + MANY])
        list(some.order_by("pk").values_list("pk"))  # a query that nobody reads would never be asked


def published_by(author: User, enough: int) -> int:
    """How many posts and comments by ``author`` everyone reads, counted no further than the rule needs to know."""
    if not enough:
        return 0
    posts = Post.objects.filter(author=author, state=State.PUBLISHED).order_by()[:enough].count()
    comments = author.comments.filter(state=State.PUBLISHED).order_by()[:enough].count()
    return posts + comments


def render(body: str) -> str:
    """The safe HTML of a post's Markdown. A post quotes no comment, so references stay words. Raises Unreadable."""
    try:
        return markdown.render(body, resolve=None, people=addresses_of).html
    except html.TooLarge as error:
        raise Unreadable(str(error)) from None


def render_new(body: str, kind: str) -> str:
    """The same for words that somebody wants to post now. Raises Unreadable also where a post that needs words shows
    none: the form knows only whether something was typed."""
    safe = render(body)
    if kind != Post.Kind.LINK and not excerpt.is_seen(safe):
        raise Unreadable(EMPTY)
    return safe


def _show_where_quoted(pk: int) -> None:
    """Draws the comments again that quote this post: the one thing that a post knows of comments."""
    from comments.citing import rerender_quoting

    rerender_quoting(post=pk)


def show_beside(changed: Sequence[Post], *keys: str) -> None:
    """Says that the pages of other posts have changed that name these beside their own, for they link to the same page.

    ``keys`` are addresses that the posts have from now on. Last in a transaction, see ``move_edition``. One query where
    there is an address, two on PostgreSQL, and one more where others have it.

    Whoever changes a post with an address waits here for the others who do: of two at once neither would see the
    other's post.
    """
    linked = {key for key in (*keys, *(post.url_key for post in changed)) if key}
    if not linked:
        return
    hold_edition()
    # "Not empty" is said because SQLite takes an index of part of a table only where that part is named.
    others = Post.objects.filter(~Q(url_key=""), url_key__in=linked).exclude(pk__in=[post.pk for post in changed])
    if others.exists():
        move_edition()


def _same_form(made: Post, *, title: str, body: str, url: str) -> Post:
    if (made.title, made.body, made.url) == (title, body, url):
        return made
    raise Conflict("This form was already posted with other words. Copy what you need, then start a new post.")


def _check(why_not: str) -> None:
    if why_not:
        raise NotAllowed(why_not)
