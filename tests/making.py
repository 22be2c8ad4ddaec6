"""Makes posts and comments for tests: by the actions where a test is about writing, by rows where it is about size."""

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import lxml.html
from django.db import connection, transaction
from django.db.models import Max, Model

from comments.actions import add_comment
from comments.drawing import draw_outdated, draw_waiting
from comments.importing import ArchivedComment, add_comments
from comments.models import SHELVED, TOP, Comment
from forum import inserting
from forum.states import STAYING, State
from forum.users.models import Person, Source, User
from posts.actions import ArchivedPost, import_posts, locked
from posts.models import Bearing, Post

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)


def take_stock() -> None:
    """Has PostgreSQL count what there is, as it does by itself on a site; SQLite has no figures to plan by on any."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def token() -> str:
    """The token of a form that nobody has posted yet."""
    return secrets.token_hex(16)


def make_post(author: User | None = None, **fields: object) -> Post:
    """A published post, without the rules that a member's own would meet."""
    moment = fields.get("created_at", NOON)
    given = {"title": "A thread", "body": "Words.", "html": "<p>Words.</p>", "created_at": moment, "active_at": moment}
    return Post.objects.create(author=author, **{**given, **fields})


def store(made: Iterable[Model]) -> None:
    """Stores many new rows as they are, each with its id. Takes a fifth of the time of ``bulk_create``."""
    rows = list(made)
    with transaction.atomic():
        for row, pk in zip(rows, inserting.reserve(type(rows[0]), len(rows)), strict=True):
            row.pk = pk
            if isinstance(row, Post):
                row.added_at = NOON
        inserting.insert(rows)


def out_of_step() -> list[Bearing]:
    """What the lists of tags go by and that is not as its post says."""
    keys = ("active_at", "created_at", "score")
    return [
        row
        for row in Bearing.objects.select_related("post")
        if row.listed != (row.post.state == State.PUBLISHED)
        or any(getattr(row, key) != getattr(row.post, key) for key in keys)
    ]


def say(post: Post, author: User, body: str = "Words.", parent: Comment | None = None) -> Comment:
    """A comment, written the way members write."""
    return add_comment(post=post, author=author, body=body, parent=parent, token=token())


def draw_threads() -> None:
    """Draws threads as the worker does until none waits."""
    while draw_waiting() or draw_outdated():
        pass


def import_post(*, found: ArchivedPost) -> Post:
    """A post from an archive, as an import adds it."""
    return import_posts([found])[0]


def import_comments(*, post: Post, found: Sequence[ArchivedComment]) -> list[Comment]:
    """Comments from an archive under a post that has none yet, in the order of their page."""
    with transaction.atomic():
        return add_comments([(locked(post.pk), found)])[0]


def make_person(name: str = "Limerick", *, source: str = "blotter", scope: str = "") -> Person:
    """A byline of an archive."""
    site = Source.objects.get_or_create(key=source, defaults={"name": source.title()})[0]
    return Person.objects.create(source=site, scope=scope, name=name, digest=Person.digest_of(name))


@dataclass
class Row:
    """A comment to be made as a row: ``parent`` is the index of another one in the same list."""

    parent: int | None = None
    moment: dt.datetime = NOON
    state: State = State.PUBLISHED
    author: User | None = None
    archived: bool = False
    best: float = 0


def make_rows(post: Post, rows: Sequence[Row]) -> list[Comment]:
    """Many comments at once with all that follows from parents and states; nothing here is the code under test."""
    first = max(Comment.objects.aggregate(last=Max("pk"))["last"] or 0, 10**6) + 1
    comment = inserting.maker(Comment)
    made = [
        comment(
            {
                "id": first + number,
                "archived": row.archived,
                "created_at": row.moment,
                "position": number + 1,
                "best": -1 if row.archived else row.best,
                "body": f"Words {number}.",
                "html": f"<p>Words {number}.</p>",
                "state": row.state,
            },
            {"post": post, "author": row.author},
        )
        for number, row in enumerate(rows)
    ]
    replies: list[list[int]] = [[] for _ in rows]
    for number, row in enumerate(rows):
        if row.parent is not None:
            made[number].parent = made[row.parent]
            replies[row.parent].append(number)
    _place(made, rows, replies)
    with transaction.atomic():  # at whose end the parents are looked at
        inserting.insert(made)
    _figures(post, made)
    return made


def _place(made: list[Comment], rows: Sequence[Row], replies: list[list[int]]) -> None:
    """Gives each comment its place, from the leaves upwards; rows may answer later rows."""
    waiting = [number for number, row in enumerate(rows) if row.parent is None]
    downwards: list[int] = []
    while waiting:
        number = waiting.pop()
        downwards.append(number)
        waiting.extend(replies[number])
    for number in reversed(downwards):
        comment = made[number]
        comment.reply_count = sum(made[reply].branch != SHELVED for reply in replies[number])
        placed = rows[number].state in STAYING or comment.reply_count > 0
        comment.branch = (comment.parent.pk if comment.parent else TOP) if placed else SHELVED
        answered = comment.parent.author if comment.parent else comment.post.author
        comment.answers = answered if answered != comment.author and not comment.archived else None


def _figures(post: Post, made: list[Comment]) -> None:
    published = [comment for comment in made if comment.state == State.PUBLISHED]
    post.comment_count = len(published)
    post.living_count = sum(not comment.archived for comment in published)
    post.last_position = len(made)
    if published:
        last = max(published, key=lambda comment: (comment.created_at, comment.position))
        post.last_comment_at = post.active_at = last.created_at
        post.last_author = last.author
    post.save()


def page_of(answer) -> lxml.html.HtmlElement:
    """The page of an answer as a tree; its text is that of the document."""
    return lxml.html.document_fromstring(answer.content.decode())


def form_on(page: lxml.html.HtmlElement, **words: str) -> dict[str, str]:
    """What a browser would send from the page's own form, with ``words`` typed into it."""
    [form] = [form for form in page.forms if "form" in form.get("class", "").split()]
    return {name: value or "" for name, value in form.form_values() if name != "preview"} | words


def select(page: lxml.html.HtmlElement, css: str) -> list[lxml.html.HtmlElement]:
    """What the selector finds: tags, #ids, .classes, [attributes], and the combinators " " and ">"."""
    path, step = "", "//"
    for word in css.split():
        if word == ">":
            step = "/"
            continue
        tag, rest = re.match(r"([a-z0-9]*)(.*)", word).groups()
        path += step + (tag or "*")
        for kind, name in re.findall(r"([#.])([\w-]+)", re.sub(r"\[.*?\]", "", rest)):
            path += f'[@id="{name}"]' if kind == "#" else f'[contains(concat(" ", @class, " "), " {name} ")]'
        path += "".join(f"[@{test}]" for test in re.findall(r"\[(.*?)\]", rest))
        step = "//"
    return page.xpath(path)
