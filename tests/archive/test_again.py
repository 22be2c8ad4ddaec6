"""Importing again: a better copy adds what it has, and whatever people did here stands against it."""

import dataclasses
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import actions
from comments.models import Comment, Revision
from forum.archive import batches, corrections, items
from forum.archive.batches import Batch
from forum.archive.items import Moment
from forum.archive.limits import Refused
from forum.archive.load import load
from forum.archive.locking import alone
from forum.archive.models import Item, Run
from forum.archive.outcome import Outcome
from forum.archive.reporting import told
from forum.moderation import removals
from forum.states import State
from forum.text.redaction import Change
from forum.users.models import Person, User
from posts import actions as posts
from posts.models import Post, Tag
from tests.archive.pages import AFTER, BEFORE, plan
from tests.archive.test_batches import assert_right
from tests.archive.threads import Mill, said, talk

LONG = "They should keep the wheel turning, for the sake of the herons and of everybody who comes to look at them."


def bring(monkeypatch: pytest.MonkeyPatch, *comments: items.Comment, source: str = "mill", **more: Any) -> Outcome:
    update = more.pop("update", False)
    made = Mill(talk(comments, **more)).plan(monkeypatch, source, repr(comments).encode())
    return load(made, commit=True, update=update)


def bodies() -> list[str]:
    return list(Comment.objects.order_by("created_at", "position").values_list("body", flat=True))


def test_what_a_longer_copy_has_in_between_stands_in_between(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(2), said(5), said(8))
    outcome = bring(monkeypatch, *(said(n) for n in range(1, 11)))
    assert (outcome.created_comments, outcome.left) == (7, 4)
    assert bodies() == [f"Words of comment {n}." for n in range(1, 11)]
    assert_right()


def test_there_is_room_for_any_number_in_between(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    undated = [said(n, moment=Moment()) for n in range(40)]
    bring(monkeypatch, undated[0], undated[39])
    Comment.objects.filter(body=undated[39].body).update(position=1_005)
    Post.objects.update(last_position=1_005)
    bring(monkeypatch, *undated)
    assert bodies() == [comment.body for comment in undated]
    assert_right()


def test_room_is_made_after_one_that_is_known_under_another_key(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    undated = [said(n, moment=Moment()) for n in range(10)]
    bring(monkeypatch, dataclasses.replace(undated[0], key="old:0"), undated[9])
    for position, one in ((7_001, undated[0]), (7_005, undated[9])):
        Comment.objects.filter(body=one.body).update(position=position)
    Post.objects.update(last_position=7_005)
    assert bring(monkeypatch, *undated).recognised == 1
    assert bodies() == [comment.body for comment in undated]
    assert_right()


def test_a_better_copy_says_what_a_comment_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1), said(2))
    outcome = bring(monkeypatch, said(1), said(2, parent="talk:1", parent_basis="format"))
    assert outcome.attached == 1
    assert Comment.objects.get(body="Words of comment 2.").parent is not None
    assert_right()


def test_what_a_moderator_detached_is_not_attached_by_a_better_copy(
    db: None, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = said(2, parent="talk:1", parent_basis="format")
    bring(monkeypatch, said(1), answer)
    actions.set_parent(comment=Comment.objects.exclude(parent=None).get(), parent=None, by=mod)
    bring(monkeypatch, said(1), answer, said(3))
    assert not Comment.objects.exclude(parent=None).exists()
    assert_right()


def test_words_that_changed_in_the_source_alone_are_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1), said(2))
    outcome = bring(monkeypatch, said(1), said(2, body="Better words."))
    assert outcome.taken.first == [12]
    assert bodies() == ["Words of comment 1.", "Better words."]
    assert_right()
    assert not bring(monkeypatch, said(1), said(2, body="Better words.")).wrote


def edited_here() -> None:
    row = Comment.objects.get(body="Words of comment 2.")
    Comment.objects.filter(pk=row.pk).update(body="Put right here.", html="<p>Put right here.</p>")


def test_words_that_changed_on_both_sides_stay(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1), said(2))
    edited_here()
    outcome = bring(monkeypatch, said(1), said(2, body="Better words."))
    assert (outcome.changed, outcome.wrote) == ([12], False)
    assert bodies()[1] == "Put right here."


def test_what_happened_while_an_import_ran_stands(db: None, mod: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, *(said(n, body=f"Hanna said {n}.") for n in range(1, 4)))
    first, second, _ = Comment.objects.order_by("position")
    write = Batch.write

    def meanwhile(batch: Batch) -> None:
        actions.redact_all(changes={first.pk: [Change(0, 5, "[name removed]")]})
        actions.change_state(comment=second, to=State.REMOVED, by=mod)
        posts.redact(post=Post.objects.get(), changes={"body": [Change(0, 3, "[]")], "html": []})
        write(batch)

    monkeypatch.setattr(Batch, "write", meanwhile)
    post = dataclasses.replace(talk([]).post, body="Let us talk, and listen.")
    outcome = bring(monkeypatch, *(said(n, body=f"Hanna said {n}, and more.") for n in range(1, 4)), post=post)
    assert bodies() == ["[name removed] said 1.", "Hanna said 2.", "Hanna said 3, and more."]
    assert Post.objects.get().body == "[] us talk."
    assert (outcome.changed, outcome.taken.first, outcome.updated_posts) == ([2, 11, 12], [13], 0)
    assert_right()


def test_update_takes_the_words_of_the_source_and_keeps_those_that_stood(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(monkeypatch, said(1), said(2))
    edited_here()
    bring(monkeypatch, said(1), said(2, body="Better words."), update=True)
    assert bodies()[1] == "Better words."
    assert Revision.objects.get().body == "Put right here."
    assert_right()


def test_an_article_that_changed_in_the_source_alone_is_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1))
    better = dataclasses.replace(talk([]).post, body="Let us talk, and listen.")
    assert bring(monkeypatch, said(1), post=better).updated_posts == 1
    assert Post.objects.get().body == "Let us talk, and listen."
    Post.objects.update(body="Ours.", html="<p>Ours.</p>")
    other = dataclasses.replace(better, body="Let us listen.")
    assert bring(monkeypatch, said(1), post=other).changed == [2]
    assert bring(monkeypatch, said(1), post=other, update=True).updated_posts == 1
    assert Post.objects.get().body == "Let us listen."


def test_a_comment_whose_key_changed_is_known_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1, key="a" * 64, body=LONG), said(2, key="b" * 64))
    outcome = bring(monkeypatch, said(1, key="c" * 64, body=f"{LONG} Always."), said(2, key="b" * 64))
    assert (outcome.recognised, outcome.created_comments) == (1, 0)
    assert bodies() == [f"{LONG} Always.", "Words of comment 2."]
    again = bring(monkeypatch, said(1, key="c" * 64, body=f"{LONG} Always."), said(2, key="b" * 64))
    assert (again.wrote, again.recognised) == (False, 0)
    assert_right()


def test_two_comments_of_one_minute_stay_two(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [said(1, key="a" * 64, body=LONG), said(1, key="b" * 64, body=LONG)]
    bring(monkeypatch, *twice)
    outcome = bring(monkeypatch, *twice, said(2))
    assert (outcome.created_comments, outcome.recognised) == (1, 0)


def test_other_ids_of_one_format_are_other_comments(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1, body=LONG))
    outcome = bring(monkeypatch, said(1, body=LONG), said(1, key="talk:99", body=LONG))
    assert (outcome.created_comments, outcome.recognised) == (1, 0)


def test_another_copy_of_a_page_joins_its_thread(db: None) -> None:
    said_of = corrections.parse('[source]\nkey = "valley-post"')
    load(plan(AFTER, said_of), commit=True)
    outcome = load(
        plan(BEFORE.replace("Nobody", "nobody") + "\nmo on May 4, 2004 at 11:30 AM\n\nSold!\n", said_of), commit=True
    )
    assert (Post.objects.count(), outcome.created_comments) == (1, 1)
    assert Comment.objects.count() == 4
    assert_right()


def hide(body: str, mod: User, to: State = State.REMOVED) -> None:
    actions.change_state(comment=Comment.objects.get(body=body), to=to, by=mod)


@pytest.mark.parametrize("form", ["plain", "html"])
def test_words_taken_away_in_one_archive_come_as_removed_in_another(
    form: str, db: None, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(monkeypatch, said(1, body=LONG))
    hide(LONG, mod)
    body = f"<p>{LONG}</p>" if form == "html" else LONG.upper()
    again = said(7, body=body, format=form, key="other:7", author="Somebody else")
    outcome = bring(monkeypatch, again, said(8, key="other:8"), source="other")
    assert outcome.suppressed.number == 1
    assert [row.state for row in Comment.objects.filter(post__source__key="other").order_by("position")] == [
        "removed",
        "published",
    ]
    assert_right()


def test_words_that_are_gone_for_good_come_as_removed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1, body=LONG))
    Comment.objects.all().delete()
    bring(monkeypatch, said(7, body=LONG, key="other:7"), source="other")
    assert Comment.objects.get().state == State.REMOVED


def test_a_few_words_are_taken_away_of_one_person_alone(db: None, mod: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1, body="Well said.", author="Mo"))
    hide("Well said.", mod)
    others = [said(n, key=f"other:{n}", body="Well said.", author=name) for n, name in enumerate(("Mo", "Lena"))]
    bring(monkeypatch, *others, source="other")
    states = Comment.objects.filter(post__source__key="other").order_by("position").values_list("state", flat=True)
    assert list(states) == ["removed", "published"]


def test_a_name_taken_off_in_one_archive_stays_off_in_another(
    db: None, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(monkeypatch, said(1, author="Oskar"), said(2, author="Anonymous"))
    for name in ("Oskar", "Anonymous"):
        person = Person.objects.get(name=name)
        asked = removals.request_name_removal(person=person, name=name, who="stranger")
        removals.take_name_off(removal=asked, name=name, persons=[person], by=mod)
    outcome = bring(
        monkeypatch,
        said(5, author="Oskar", key="other:5"),
        said(6, author="Anonymous", key="other:6"),
        source="other",
    )
    names = [row.byline.name for row in Comment.objects.filter(post__source__key="other").order_by("position")]
    assert names == ["[name removed]", "Anonymous"]
    assert outcome.names_off == 1
    assert not Person.objects.filter(name="Oskar").exists()


def test_only_tags_that_there_are_here_are_given(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Tag.objects.create(slug="mills", name="Mills")
    post = dataclasses.replace(talk([]).post, tags=("mills", "Gossip"))
    outcome = bring(monkeypatch, said(1), post=post)
    assert [tag.slug for tag in Post.objects.get().tags.all()] == ["mills"]
    assert list(outcome.unknown_tags) == ["Gossip"]
    assert Tag.objects.get().post_count == 1


def test_a_tag_that_was_merged_gives_the_one_that_stands_for_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mills = Tag.objects.create(slug="mills", name="Mills")
    Tag.objects.create(slug="watermills", name="Watermills", active=False, merged_into=mills)
    Tag.objects.create(slug="gossip", name="Gossip", active=False)
    post = dataclasses.replace(talk([]).post, tags=("Watermills", "mills", "Gossip"))
    outcome = bring(monkeypatch, said(1), post=post)
    assert [tag.slug for tag in Post.objects.get().tags.all()] == ["mills"]
    assert list(outcome.unknown_tags) == ["Gossip"]


def test_a_tag_that_is_retired_meanwhile_is_told_like_one_that_there_is_not(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, add = Tag.objects.create(slug="mills", name="Mills"), batches.add_comments
    posts = [dataclasses.replace(talk([]).post, key=f"post:{n}", title=f"Talk {n}", tags=("mills",)) for n in (1, 2)]
    threads = [talk([said(n)], post=post) for n, post in enumerate(posts)]

    def before_it_is_retired(found: Any) -> Any:
        made = add(found)
        Tag.objects.update(active=False)
        return made

    monkeypatch.setattr(batches, "POSTS", 1)
    monkeypatch.setattr(batches, "add_comments", before_it_is_retired)
    outcome = load(Mill(*threads).plan(monkeypatch), commit=True)
    assert [post.title for post in tag.posts.all()] == ["Talk 1"]
    assert (Post.objects.count(), list(outcome.unknown_tags)) == (2, ["mills"])


def test_a_held_post_comes_as_held(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, said(1), post=dataclasses.replace(talk([]).post, state="held"))
    assert Post.objects.get().state == State.HELD
    assert_right()


def test_another_import_of_the_source_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.locking.WAIT", 0.0)
    monkeypatch.setattr("forum.archive.locking._advisory", _taken)
    monkeypatch.setattr("forum.archive.locking._file_lock", _taken)
    with pytest.raises(Refused, match="Another import of the source “mill” is running"):
        bring(monkeypatch, said(1))
    assert not Run.objects.exists()


def _taken(source_key: str) -> Any:
    raise Refused(f"Another import of the source “{source_key}” is running.")


def test_the_lock_of_a_source_keeps_others_out_and_is_given_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setattr("forum.archive.locking.WAIT", 0.0)
        with alone("mill"), pytest.raises(Refused, match="is running"), alone("mill"):
            pass
    with alone("mill"), alone("another"):
        pass
    with alone("mill"):
        pass


def test_a_large_file_is_not_kept_and_its_items_are(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.load.MAX_BYTES", 3)
    bring(monkeypatch, said(1, source="the words as they stood"))
    assert bytes(Run.objects.get().raw) == b""
    assert Item.objects.get(kind="comment").text == "the words as they stood"


def test_a_changed_file_asks_as_many_queries_however_many_it_leaves(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, *(said(n) for n in range(5)))
    bring(monkeypatch, *(said(n) for n in range(60)))
    with CaptureQueriesContext(connection) as few:
        bring(monkeypatch, *(said(n) for n in range(5)))
    with CaptureQueriesContext(connection) as many:
        bring(monkeypatch, *(said(n) for n in range(60)))
    assert len(few) == len(many)


TITLE = "The mill by the river"


def retold(text: str, *, commit: bool, title: str = "", source: str = "valley-post") -> Outcome:
    said_of = corrections.parse(f'[source]\nkey = "{source}"\n[page]\ntitle = "{title}"')
    return load(plan(text, said_of), commit=commit)


@pytest.mark.parametrize(
    ("copy", "source"),
    [
        (AFTER.replace(TITLE, TITLE.upper()), "valley-post"),
        (AFTER.replace(TITLE, "The mill at the pond").replace("Nobody", "NOBODY"), "valley-post"),
        (AFTER.replace(TITLE, "The mill at the pond").replace("The council meets", "It meets"), "valley-post"),
        (AFTER.replace("They should", "they should"), "valley-notes"),
    ],
)
def test_a_copy_under_another_title_or_source_is_told_before_it_is_here_twice(db: None, copy: str, source: str) -> None:
    assert not retold(AFTER, commit=True).doubles
    post = Post.objects.get()
    shown = retold(copy, commit=False, source=source)
    assert [(one.title, one.url) for one in shown.doubles] == [(TITLE, post.get_absolute_url())]
    assert shown.as_dict()["doubles"][0]["title"] == TITLE
    assert f"are here already, as “{TITLE}”" in " ".join(told(shown, done=False))
    written = retold(copy, commit=True, source=source)
    assert "it is here twice now" in " ".join(told(written, done=True))
    assert Post.objects.count() == 2


def test_a_copy_with_its_title_put_right_adds_only_what_is_new(db: None) -> None:
    retold(AFTER, commit=True)
    copy = AFTER.replace(TITLE, TITLE.upper()) + "\nSold!\n\nmo on May 4, 2004 at 11:30 AM\n"
    outcome = retold(copy, commit=True, title=TITLE)
    assert (Post.objects.count(), outcome.created_comments, outcome.doubles) == (1, 1, [])


def test_another_thread_in_which_some_say_the_same_is_no_copy(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, *(said(n) for n in range(1, 9)))
    other = dataclasses.replace(talk([]).post, key="talk:other", title="Another talk", body="Of other things.")
    few = [said(n, key=f"other:{n}") for n in range(1, 4)]
    more = [said(n, key=f"other:{n}", body=f"Other words, {n} of them.") for n in range(4, 9)]
    assert not bring(monkeypatch, *few, *more, post=other).doubles
    assert Post.objects.count() == 2


def test_looking_for_copies_asks_as_often_however_many_comments_there_are(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(number: int) -> int:
        made = Mill(talk([said(n) for n in range(number)])).plan(monkeypatch)
        with CaptureQueriesContext(connection) as captured:
            load(made, commit=False)
        return sum("words_digest" in query["sql"] for query in captured)

    assert asked(3) == asked(300) == 2
