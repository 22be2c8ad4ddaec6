"""What is exported comes back, byte for byte; what a guest may not read is in no public export."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from comments.actions import change_state, delete_comment, edit_comment
from comments.answers.actions import set_answer
from comments.citing import rerender
from comments.models import Comment, Quotation
from comments.recounting import recount
from forum.moderation.removals import request_name_removal, take_name_off
from forum.states import State
from forum.users.models import Person, Source, User
from posts import actions as post_actions
from posts.models import Post, Tag
from tests.archive.moving import bring, counted, empty, export
from tests.making import NOON, Row, make_post, make_rows, say, token

pytestmark = pytest.mark.django_db


def test_the_seed_comes_back_byte_for_byte() -> None:
    call_command("load_fixture")
    before, rows = export(), counted()
    html = {comment.anchor + comment.body: comment.html for comment in Comment.objects.all()}
    article = Post.objects.get().html
    empty()
    outcome = bring(before)
    assert (outcome.created_posts, outcome.created_comments) == (1, 41)
    assert export() == before
    assert counted() == rows | {"archive.Run": 2, "users.Source": 2}
    assert Post.objects.get().html == article
    assert Comment.objects.filter(parent_basis="quote").count() == Quotation.objects.count() == 3
    assert len(html) == 41


def test_a_second_import_writes_nothing() -> None:
    call_command("load_fixture")
    text = export()
    empty()
    bring(text)
    before = counted()
    outcome = bring(text)
    assert not outcome.wrote
    assert outcome.left == 42
    assert counted() == before
    assert not bring(text, commit=False).created_comments


def test_an_address_that_an_import_would_refuse_is_not_in_the_file(ann: User) -> None:
    post = make_post(ann)
    Post.objects.update(url="https://user@example.org/")
    post_actions.edit_post(post=post, editor=ann, title="T", body="B", url="https://example.org/")
    Source.objects.create(key="old", name="Old", address="ftp://example.org/")
    Post.objects.update(source=Source.objects.get(key="old"))
    text = export(states="all")
    empty()
    bring(text)
    assert Post.objects.get().url == "https://example.org/"
    assert "user@" not in text
    assert "ftp:" not in text


SECRETS = ("canary-held", "canary-hidden", "canary-removed", "canary-deleted", "canary-draft", "canary-first")


@pytest.fixture
def living(ann: User, ben: User, mod: User, settings: Any) -> Post:
    """A question with everything that a thread can have."""
    settings.FIRST_COMMENTS_HELD = 0
    tag = Tag.objects.create(slug="maps", name="Maps", description="Of all kinds.")
    post = post_actions.add_post(
        author=ann, kind="question", title="Which map?", body="The *old* one, @ben?", tags=[tag], token=token()
    )
    first = say(post, ben, "The old one, says canary-first.\n\nIt has the river.")
    Comment.objects.filter(pk=first.pk).update(created_at=NOON, instant=NOON)
    first.refresh_from_db()
    edit_comment(comment=first, editor=ben, body="The *old* one.\n\nIt has the river.", seen=None)
    answer = say(post, ann, f"> #c{first.pk}\n> It has the river.\n\nAnd the mill. But #c{first.pk} is only a name.")
    say(post, ben, "> #post\n> The old one\n\nYes.", parent=answer)
    hidden = say(post, ben, "Words of canary-hidden that others repeat here.")
    quoting = f"> #c{hidden.pk}\n> canary-hidden that others\nrepeat here.\n\nNo.\n\n> > #c{first.pk}\n> > river"
    say(post, ann, quoting, hidden)
    removed = say(post, ben, "canary-removed")
    say(post, ann, "An answer to what is gone.", removed)
    change_state(comment=say(post, ben, "canary-held"), to=State.HELD, by=mod)
    delete_comment(comment=say(post, ben, "canary-deleted"), by=ben)
    change_state(comment=hidden, to=State.HIDDEN, by=mod)
    change_state(comment=removed, to=State.REMOVED, by=mod, reason="canary-draft")
    set_answer(post=post, comment=answer, by=ann)
    post_actions.lock_post(post=post, by=mod)
    return Post.objects.get(pk=post.pk)


@pytest.mark.parametrize("states", ["public", "all"])
def test_a_living_thread_comes_back_byte_for_byte(living: Post, states: str) -> None:
    before = export(states=states)
    html = [comment.html for comment in Comment.objects.order_by("created_at", "position")]
    empty()
    bring(before)
    assert export(states=states) == before
    post = Post.objects.get()
    assert not post.archived
    assert post.is_locked
    assert post.answer is not None
    assert [tag.post_count for tag in post.tags.all()] == [1]
    assert recount(post.pk) == []
    assert not User.objects.exists()
    if states == "all":
        moved = [comment.html for comment in Comment.objects.order_by("created_at", "position")]
        assert [re.sub(r"[0-9]+", "#", one) for one in moved] == [re.sub(r"[0-9]+", "#", one) for one in html]


def test_a_post_comes_back_under_the_tag_that_its_own_was_merged_into(living: Post) -> None:
    before = export()
    empty()
    into = Tag.objects.create(slug="charts", name="Charts")
    Tag.objects.create(slug="maps", name="Maps", active=False, merged_into=into)
    bring(before)
    assert list(Post.objects.get().tags.values_list("slug", "post_count")) == [("charts", 1)]


def test_no_hidden_word_is_in_a_public_export(living: Post) -> None:
    public = export()
    for secret in SECRETS[:-1]:
        assert secret not in public
    assert "canary-first" in public  # the history of a comment that was edited after the grace time is public
    assert "example.org" not in public
    everything = export(states="all")
    for secret in ("canary-held", "canary-hidden", "canary-removed", "canary-deleted"):
        assert secret in everything
    assert "canary-draft" not in everything
    assert "@example.org" not in everything
    assert "pbkdf2" not in everything


def test_the_command_writes_a_whole_file_or_none(living: Post, tmp_path: Path) -> None:
    call_command("export_archive", str(living.pk), "-o", str(tmp_path / "one.jsonl"), stdout=StringIO())
    assert (tmp_path / "one.jsonl").read_text() == export(posts=[living])
    printed = StringIO()
    call_command("export_archive", "--all", "--states", "all", stdout=printed)
    assert printed.getvalue() == export(states="all")
    with pytest.raises(CommandError, match="Name the ids of posts, or say --all"):
        call_command("export_archive")
    with pytest.raises(CommandError, match="There is no post 999"):
        call_command("export_archive", "999", "-o", str(tmp_path / "none.jsonl"))
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_archive", "--all", "-o", str(tmp_path / "one.jsonl"), stdout=StringIO())
    assert (tmp_path / "one.jsonl").read_text() == export(posts=[living])
    assert [path.name for path in tmp_path.iterdir()] == ["one.jsonl"]


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_file_that_cannot_be_there_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=r"^The file cannot be written: File name too long\.$") as raised:
        call_command("export_archive", "--all", "-o", str(tmp_path / ("x" * 300)))
    assert raised.value.returncode == 2
    monkeypatch.setattr("pathlib.Path.exists", refuse)
    with pytest.raises(CommandError, match=r"^The file cannot be written: Permission denied\.$"):
        call_command("export_archive", "--all", "-o", str(tmp_path / "one.jsonl"))


def test_markup_of_an_archive_comes_back_and_shows_no_hidden_passage(mod: User) -> None:
    post = make_post(archived=True, title="Old markup", format="plain", html='<p dir="auto">Words.</p>')
    rows = make_rows(post, [Row(archived=True), Row(archived=True, parent=0), Row(archived=True)])
    said = "<p onclick=x()>The <b>mill</b> canary-hidden by the river.</p><!-- canary-comment -->"
    quoting = "<blockquote>The mill canary-hidden by the river.</blockquote><p>So it is.</p>"
    for row, body in zip(rows, (said, quoting, "<p>Else.</p>"), strict=True):
        Comment.objects.filter(pk=row.pk).update(body=body, format="html")
    start = quoting.index("The mill")
    end = quoting.index("</blockquote>")
    Quotation.objects.create(comment_id=rows[1].pk, quoted_id=rows[0].pk, start=start, end=end)
    rerender(Comment.objects.filter(post=post))
    for hide in (False, True):
        if hide:
            change_state(comment=Comment.objects.get(pk=rows[0].pk), to=State.HIDDEN, by=mod)
        for states in ("public", "all"):
            text = export(states=states)
            html = list(Comment.objects.order_by("position").values_list("html", flat=True))
            if states == "public":
                assert ("canary-hidden" in text) is not hide
                assert "canary-comment" not in text
                assert "So it is." in text
            try:
                with transaction.atomic():
                    empty()
                    bring(text)
                    assert export(states=states) == text
                    assert Quotation.objects.count() == (0 if hide and states == "public" else 1)
                    if states == "all":
                        assert list(Comment.objects.order_by("position").values_list("html", flat=True)) == html
                    raise Undone
            except Undone:
                pass


class Undone(Exception):  # noqa: N818
    """Takes back what a test did."""


def test_hidden_passages_and_removed_names_of_an_archive_are_covered_and_come_back(mod: User) -> None:
    call_command("load_fixture")
    quotation = Quotation.objects.exclude(start=F("end")).select_related("quoted", "comment").first()
    assert quotation is not None
    assert quotation.quoted is not None
    passage = quotation.comment.body[quotation.start : quotation.end].split("\n")[0]
    assert passage in export()
    change_state(comment=quotation.quoted, to=State.HIDDEN, by=mod)
    person = Person.objects.exclude(pk=quotation.quoted.person_id).filter(comments__isnull=False).first()
    assert person is not None
    name = person.name
    asked = request_name_removal(person=person, name=name, who="stranger")
    take_name_off(removal=asked, name=name, persons=[person], by=mod)
    public, everything = export(), export(states="all")
    assert passage not in public
    assert passage in everything
    assert name not in public
    for states, text in (("all", everything), ("public", public)):
        empty()
        bring(text)
        assert export(states=states) == text
        assert Quotation.objects.count() == 3
        assert recount(Post.objects.get().pk) == []
