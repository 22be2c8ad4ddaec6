"""What the only writers of comments do and refuse, apart from pages."""

import contextlib
import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from comments.actions import add_comment, change_state, delete_comment, edit_comment, set_parent
from comments.importing import ArchivedComment, ArchivedQuotation
from comments.models import Comment, Quotation
from forum.moderation.models import Action, Rule
from forum.refusals import Conflict, NotAllowed, TooMany, Unreadable
from forum.states import State
from forum.text.quotations import NOT_SHOWN
from posts.actions import change_post_state, lock_post
from posts.models import Post
from tests.making import LONG_AGO, NOON, Row, import_comments, make_person, make_post, make_rows, say, token

pytestmark = pytest.mark.django_db


def write(post: Post, author, body: str = "Words.", parent: Comment | None = None, form: str = "") -> Comment:
    return add_comment(post=post, author=author, body=body, parent=parent, token=form or token())


# One form


def test_a_form_posted_again_returns_its_comment(post, ben):
    form = token()
    made = write(post, ben, form=form)
    assert write(post, ben, form=form) == made
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("other", ["words", "parent", "post"])
def test_a_form_posted_again_with_anything_else_is_a_conflict(post, ann, ben, other):
    form = token()
    made = write(post, ben, form=form)
    changed = {"post": post, "body": "Words.", "parent": None}
    changed |= {"words": {"body": "Other."}, "parent": {"parent": made}, "post": {"post": make_post(ann)}}[other]
    with pytest.raises(Conflict):
        add_comment(author=ben, token=form, **changed)
    assert Comment.objects.count() == 1


def test_two_members_may_hold_the_same_token(post, ann, ben):
    form = token()
    assert write(post, ann, form=form) != write(post, ben, form=form)


# Where a comment may stand


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_only_what_everyone_reads_can_be_answered(post, ann, ben, root, state):
    parent = make_rows(post, [Row(author=ann, state=state)])[0]
    with pytest.raises(NotAllowed, match="no longer shown"):
        write(post, ben, parent=parent)
    with pytest.raises(NotAllowed):
        write(post, ann, parent=parent)


def test_a_comment_of_another_thread_cannot_be_answered_here(post, ann, ben):
    elsewhere = say(make_post(ann), ann)
    with pytest.raises(NotAllowed):
        write(post, ben, parent=elsewhere)


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nobody_comments_where_the_post_is_not_public(post, ann, ben, state):
    parent = say(post, ann)
    Post.objects.filter(pk=post.pk).update(state=state)
    for author in (ann, ben):
        with pytest.raises(NotAllowed, match="not public"):
            write(post, author)
        with pytest.raises(NotAllowed):
            write(post, author, parent=parent)


def test_a_thread_that_is_locked_takes_no_comment_and_no_edit_but_lets_authors_delete(post, ben, root):
    comment = say(post, ben)
    lock_post(post=post, by=root)
    with pytest.raises(NotAllowed, match="locked"):
        write(post, ben)
    with pytest.raises(NotAllowed):
        edit_comment(comment=comment, editor=ben, body="Other.", seen=None)
    assert delete_comment(comment=comment, by=ben)


@pytest.mark.parametrize(
    "fields",
    [{"is_active": False}, {"suspended_until": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}],
    ids=["closed", "suspended"],
)
def test_a_member_who_may_not_write_changes_nothing(post, ben, fields):
    comment = say(post, ben)
    for name, value in fields.items():
        setattr(ben, name, value)
    ben.save()
    for act in (
        lambda: write(post, ben),
        lambda: edit_comment(comment=comment, editor=ben, body="Other.", seen=None),
        lambda: delete_comment(comment=comment, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()
    comment.refresh_from_db()
    assert (comment.body, comment.state, Comment.objects.count()) == ("Words.", State.PUBLISHED, 1)


def test_another_member_and_a_moderator_edit_and_delete_nothing(post, ann, ben, mod, root):
    comment = say(post, ben)
    for other in (ann, mod, root):
        with pytest.raises(NotAllowed):
            edit_comment(comment=comment, editor=other, body="Other.", seen=None)
        with pytest.raises(NotAllowed):
            delete_comment(comment=comment, by=other)


# Time


def test_a_clock_that_was_set_back_does_not_sort_a_reply_before_what_it_answers(post, ann, ben):
    with time_machine.travel(NOON + dt.timedelta(hours=2), tick=False):
        first = write(post, ann)
    with time_machine.travel(NOON + dt.timedelta(hours=1), tick=False):
        reply = write(post, ben, parent=first)
    assert (first.created_at, first.position) < (reply.created_at, reply.position)
    assert reply.instant == NOON + dt.timedelta(hours=1)
    post.refresh_from_db()
    assert (post.last_comment_at, post.last_author) == (first.created_at, ben)


def test_no_comment_is_older_than_its_post(ann, ben):
    post = make_post(ann, created_at=NOON)
    with time_machine.travel(NOON - dt.timedelta(hours=1), tick=False):
        assert write(post, ben).created_at == NOON


# Holds and limits


def test_the_first_comment_of_a_new_account_is_held_and_the_next_is_not(post, eve, root, settings):
    settings.FIRST_COMMENTS_HELD = 1
    first = write(post, eve)
    again = write(post, eve)
    assert (first.state, again.state) == (State.HELD, State.HELD)
    post.refresh_from_db()
    assert (post.comment_count, post.last_author, post.pulse) == (0, None, {})
    change_state(comment=first, to=State.PUBLISHED, by=root)
    assert write(post, eve).state == State.PUBLISHED
    assert Action.objects.get().verb == Action.Verb.APPROVE


def test_as_many_first_comments_are_held_as_the_setting_says(post, eve, settings):
    settings.FIRST_COMMENTS_HELD = 60
    make_rows(post, [Row(author=eve) for _ in range(59)])
    assert write(post, eve).state == State.HELD
    make_rows(post, [Row(author=eve)])
    assert write(post, eve, body="Other words.").state == State.PUBLISHED


def test_a_moderator_is_never_held(post, root, settings):
    settings.FIRST_COMMENTS_HELD = 5
    assert write(post, root).state == State.PUBLISHED


def test_a_limit_is_reached_by_what_is_written_and_not_by_what_is_refused(post, ben, settings):
    settings.LIMITS = settings.LIMITS | {"comments_per_hour": 2}
    with time_machine.travel(NOON + dt.timedelta(minutes=10), tick=False) as clock:
        forms = [token(), token()]
        write(post, ben, form=forms[0])
        for _ in range(5):
            write(post, ben, form=forms[0])
            with pytest.raises(Conflict):
                write(post, ben, body="Other.", form=forms[0])
        second = write(post, ben, body="Second.", form=forms[1])
        assert write(post, ben, body="Second.") == second  # of another form, by the back button
        with pytest.raises(TooMany, match=r"2 comments an hour\. Try again in 50 minutes") as refused:
            write(post, ben, body="Third.")
        assert refused.value.wait == 3_000
        clock.shift(3_000)
        write(post, ben, body="Third.")
    assert Comment.objects.count() == 3


# Edits


def test_an_edit_from_an_older_text_is_a_conflict(post, ben):
    comment = say(post, ben)
    assert edit_comment(comment=comment, editor=ben, body="Second.", seen=None)
    with pytest.raises(Conflict):
        edit_comment(comment=comment, editor=ben, body="Third.", seen=None)
    comment.refresh_from_db()
    assert comment.body == "Second."
    assert edit_comment(comment=comment, editor=ben, body="Third.", seen=comment.edited_at)
    assert not edit_comment(comment=comment, editor=ben, body="Third.", seen=None)


def test_an_edit_moves_the_version_of_the_page_and_a_vain_one_does_not(post, ben):
    comment = say(post, ben)
    version = Post.objects.get(pk=post.pk).version
    edit_comment(comment=comment, editor=ben, body="Words.", seen=None)
    assert Post.objects.get(pk=post.pk).version == version
    edit_comment(comment=comment, editor=ben, body="Other.", seen=None)
    assert Post.objects.get(pk=post.pk).version == version + 1


def test_deleting_twice_changes_nothing_the_second_time(post, ben):
    comment = say(post, ben)
    assert delete_comment(comment=comment, by=ben)
    assert not delete_comment(comment=comment, by=ben)


# Quotations


def quoting(post: Post, author, quoted: Comment, *, after: str = "\n\nIndeed.") -> Comment:
    return write(post, author, f"> #c{quoted.pk}\n> a marker word{after}")


def test_a_quotation_names_its_comment_and_links_to_it(post, ann, ben):
    first = write(post, ann, "This holds a marker word.")
    reply = quoting(post, ben, first)
    assert f'href="/comments/{first.pk}/#c{first.pk}' in reply.html
    assert "ann wrote" in reply.html
    assert Quotation.objects.get().quoted == first


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_what_is_not_shown_cannot_be_quoted(post, ann, ben, state):
    hidden = make_rows(post, [Row(author=ann, state=state)])[0]
    with pytest.raises(NotAllowed, match=f"#c{hidden.pk}"):
        quoting(post, ben, hidden)
    comment = say(post, ben)
    with pytest.raises(NotAllowed):
        edit_comment(comment=comment, editor=ben, body=f"> #c{hidden.pk}\n> words", seen=None)


@pytest.mark.parametrize("pk", [2**31, 10**17])
def test_a_comment_that_is_not_there_cannot_be_quoted(post, ben, pk):
    with pytest.raises(NotAllowed):
        write(post, ben, f"> #c{pk}\n> words")


def test_a_comment_of_another_thread_cannot_be_quoted(post, ann, ben):
    elsewhere = say(make_post(ann), ann)
    with pytest.raises(NotAllowed):
        quoting(post, ben, elsewhere)


@pytest.mark.parametrize("to", [State.HELD, State.HIDDEN, State.REMOVED])
def test_a_quotation_goes_with_the_comment_it_quotes_and_comes_back_with_it(post, ann, ben, root, to):
    first = write(post, ann, "This holds a marker word.")
    reply = quoting(post, ben, first)
    before = Comment.objects.get(pk=reply.pk).html
    change_state(comment=first, to=to, by=root)
    reply.refresh_from_db()
    assert NOT_SHOWN in reply.html
    assert "marker" not in reply.html
    assert "Indeed." in reply.html
    assert edit_comment(comment=reply, editor=ben, body=reply.body + " Still.", seen=None)
    reply.refresh_from_db()
    assert "marker" not in reply.html
    change_state(comment=first, to=State.PUBLISHED, by=root)
    reply.refresh_from_db()
    assert reply.html == before.replace("Indeed.", "Indeed. Still.")


def test_a_quotation_goes_with_a_comment_that_its_author_deletes(post, ann, ben):
    first = write(post, ann, "This holds a marker word.")
    reply = quoting(post, ben, first)
    delete_comment(comment=first, by=ann)
    reply.refresh_from_db()
    assert "marker" not in reply.html


def test_an_archived_quotation_goes_with_the_comment_it_quotes(ann, root):
    post = make_post(archived=True, created_at=LONG_AGO)
    words = "Limerick said: a marker word. I agree."
    found = [
        ArchivedComment(person=make_person(), created_at=LONG_AGO, body="Here is a marker word."),
        ArchivedComment(
            person=make_person("driller"),
            created_at=LONG_AGO,
            body=words,
            parent=0,
            parent_basis=Comment.Basis.QUOTE,
            quotations=(ArchivedQuotation(of=0, start=15, end=29, attribution_start=0, attribution_end=14),),
        ),
    ]
    first, reply = import_comments(post=post, found=found)
    assert "Limerick wrote" in reply.html
    assert "a marker word" in reply.html
    change_state(comment=first, to=State.HIDDEN, by=root)
    reply.refresh_from_db()
    assert "marker" not in reply.html
    assert "Limerick" not in reply.html
    assert "I agree." in reply.html


# Words that cannot be made into a page


DEEP = ["*a _b " * 200 + " b_ a*" * 200, "> " * 2_000 + "x", "- " * 3_000, "![" * 4_000, "[" * 5_000 + "](x)" * 900]


@pytest.mark.parametrize("words", DEEP)
def test_words_nested_too_deep_are_refused_or_stored_whole_never_cut(post, ben, words):
    with contextlib.suppress(Unreadable):
        write(post, ben, words)
    assert {comment.body for comment in Comment.objects.all()} <= {words}


def test_words_nested_too_deep_are_refused_with_a_sentence(post, ben):
    with pytest.raises(Unreadable, match=r"nested more than 64 levels deep\. Nest it less"):
        write(post, ben, DEEP[0])


@pytest.mark.parametrize("length", [9_999, 10_000])
def test_four_byte_characters_are_counted_as_one_and_kept_whole(post, ben, length):
    words = "\U0001f4ac" * (length - 3) + "<b>"
    made = write(post, ben, words)
    made.refresh_from_db()
    assert made.body == words
    assert made.html.count("\U0001f4ac") == length - 3
    assert "<b>" not in made.html


# Moves


def test_a_branch_moves_within_its_thread_and_never_under_itself(post, ann, root):
    top = say(post, ann)
    reply = say(post, ann, parent=top)
    deep = say(post, ann, parent=reply)
    other = say(post, ann, "Another top.")
    for parent in (reply, deep):
        with pytest.raises(Conflict):
            set_parent(comment=reply, parent=parent, by=root)
    with pytest.raises(Conflict):
        set_parent(comment=top, parent=deep, by=root)
    with pytest.raises(Conflict):
        set_parent(comment=top, parent=say(make_post(ann), ann), by=root)
    gone = say(post, ann, "Soon gone.")
    delete_comment(comment=gone, by=ann)
    with pytest.raises(Conflict, match="no place in the thread"):
        set_parent(comment=reply, parent=gone, by=root)
    assert set_parent(comment=reply, parent=other, by=root)
    assert not set_parent(comment=reply, parent=other, by=root)
    reply.refresh_from_db()
    assert (reply.parent, reply.parent_basis) == (other, Comment.Basis.MODERATOR)


def test_a_move_asks_as_much_at_any_depth(post, ann, root, count_queries):
    rows = make_rows(post, [Row(number - 1 if number else None, author=ann) for number in range(1_000)])
    other = say(post, ann)
    queries = count_queries(lambda: set_parent(comment=other, parent=rows[-1], by=root))
    assert len(queries) < 20


def test_a_decision_is_on_record_with_what_undoes_it(post, ben, root):
    comment = say(post, ben)
    rule = Rule.objects.create(slug="calm", title="Stay calm")
    assert change_state(comment=comment, to=State.HIDDEN, by=root, rule=rule, reason="Shouting.")
    assert not change_state(comment=comment, to=State.HIDDEN, by=root)
    action = Action.objects.get()
    assert (action.verb, action.rule, action.reason) == (Action.Verb.HIDE, rule, "Shouting.")
    assert action.before == {"state": "published"}


def test_a_reply_costs_the_same_at_any_depth(post, ann, ben, queue, count_queries):
    shallow = say(post, ann)
    costs = len(count_queries(lambda: say(post, ben, parent=shallow)))
    rows = make_rows(post, [Row(number - 1 if number else None, author=ann) for number in range(500)])
    assert len(count_queries(lambda: say(post, ben, parent=rows[-1]))) == costs
    assert costs <= 17


def test_a_comment_in_a_thread_whose_post_was_removed_is_still_judged(post, ann, root):
    comment = say(post, ann)
    change_post_state(post=post, to=State.REMOVED, by=root)
    assert change_state(comment=comment, to=State.HIDDEN, by=root)
    assert timezone.is_aware(Action.objects.first().created_at)
