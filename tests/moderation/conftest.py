"""What moderators decide about: a living thread, and an archived one whose people quote each other."""

import datetime as dt
import secrets
from dataclasses import dataclass

import pytest

from comments.actions import add_comment
from comments.importing import ArchivedComment, ArchivedQuotation
from comments.models import Comment
from forum.moderation.models import Rule
from forum.text.plain import render_article
from forum.users.models import Person, Source, User
from posts.actions import ArchivedPost, add_post
from posts.models import Post
from tests.making import import_comments, import_post


@pytest.fixture(autouse=True)
def _nothing_is_held(settings) -> None:
    """Most of these tests are not about new accounts."""
    settings.FIRST_COMMENTS_HELD = 0


@pytest.fixture
def spam(db: None) -> Rule:
    return Rule.objects.get(slug="spam")


@pytest.fixture
def post(ann: User) -> Post:
    return add_post(author=ann, kind="article", title="Fish and chips", body="Words of the post.", token=token())


@pytest.fixture
def comment(post: Post, ben: User) -> Comment:
    return say(post, ben, "Words of the comment.")


def token() -> str:
    return secrets.token_hex(16)


def say(post: Post, author: User, body: str, parent: Comment | None = None) -> Comment:
    return add_comment(post=post, author=author, body=body, parent=parent, token=token())


@dataclass
class Archive:
    post: Post
    source: Source
    driller: Person
    moe: Person
    said: list[Comment]


def person(source: Source, name: str) -> Person:
    return Person.objects.create(source=source, name=name, digest=Person.digest_of(name))


@pytest.fixture
def archive(db: None) -> Archive:
    return archived_thread()


def archived_thread() -> Archive:
    """Driller speaks, Moe quotes him with his name printed above, and a third mentions him."""
    source = Source.objects.create(key="blotter", name="The Blotter")
    driller, moe, third = (person(source, name) for name in ("driller", "B Moe", "Third <i>"))
    begin = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)
    body = "An article.\n\nIt names driller & others."
    post = import_post(
        found=ArchivedPost(
            title="What driller saw", person=moe, source=source, created_at=begin, body=body, html=render_article(body)
        )
    )
    quoted = "driller at 6:54 pm\nOil is where you drill.\n\nI agree with that, Driller."
    end = quoted.index("\n\n")
    first = quoted.index("\n") + 1
    found = [
        ArchivedComment(person=driller, created_at=begin, body="Oil is where you drill."),
        ArchivedComment(
            person=moe,
            created_at=begin,
            body=quoted,
            parent=0,
            parent_basis=Comment.Basis.QUOTE,
            quotations=(ArchivedQuotation(of=0, start=first, end=end, attribution_start=0, attribution_end=first - 1),),
        ),
        ArchivedComment(person=third, created_at=begin, body="A driller drills; the drillers do not. Ask driller."),
    ]
    return Archive(post, source, driller, moe, import_comments(post=post, found=found))
