"""Moves a site in a test: takes an export, empties the tables, and brings the export back."""

from django.db import connection

from comments.models import Comment, Quotation
from comments.models import Revision as CommentRevision
from forum.archive.corrections import for_file
from forum.archive.exporting import exported
from forum.archive.items import SavedFile
from forum.archive.load import Outcome, load
from forum.archive.models import Item, Run, Suggestion
from forum.archive.plan import make_plan
from forum.moderation.models import Action, NameRemoval
from forum.search.models import Entry
from forum.users.models import Person, Source, User
from posts.models import Post, Revision, Tag


def export(**options: object) -> str:
    """The export as one text."""
    return "".join(f"{line}\n" for line in exported(**options))  # type: ignore[arg-type]


def bring(text: str, *, name: str = "moved.jsonl", commit: bool = True) -> Outcome:
    """Import what was exported."""
    plan = make_plan(SavedFile(name, text.encode()), for_file("moved"))
    return load(plan, operator="a test", commit=commit)


def empty() -> None:
    """Leave a site without words and without people."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
    Post.objects.update(answer=None, last_author=None, last_person=None)
    Comment.objects.filter(parent__isnull=False).update(parent=None, branch=0)
    for model in (Suggestion, Item, Run, Quotation, CommentRevision, Revision, Action, NameRemoval, Entry):
        model._base_manager.all().delete()
    Comment.objects.all().delete()
    Post.objects.all().delete()
    for model in (Tag, Person, Source, User):  # type: ignore[assignment]
        model._base_manager.all().delete()


def counted() -> dict[str, int]:
    """How many rows there are of each kind."""
    models = (Post, Comment, Quotation, CommentRevision, Revision, Item, Run, Person, Source, Tag)
    return {model._meta.label: model._base_manager.count() for model in models}
