"""Who is told of what: once, for the strongest reason, and never what is not theirs to know."""

import pytest

from comments.actions import add_comment, change_state, delete_comment, edit_comment
from forum.moderation.models import Rule
from forum.notices.models import Kind, Notice
from forum.states import State
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.actions import add_post, change_post_state, edit_post
from tests.conftest import member
from tests.making import make_post, say, token

pytestmark = pytest.mark.django_db


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(member=user).order_by("pk").values_list("kind", flat=True))


def test_a_reply_tells_the_author_of_the_comment_and_not_the_author_of_the_post(post, ann, ben, eve):
    comment = say(post, ben)
    say(post, eve, parent=comment)
    assert told(ben) == [Kind.REPLY]
    assert told(ann) == [Kind.COMMENT]  # of Ben's, which answers the post
    assert told(eve) == []


def test_nobody_is_told_of_their_own_acts(post, ann):
    comment = say(post, ann, "I, @ann, say this.")
    say(post, ann, f"> #c{comment.pk}\n> this\n\nQuite.", parent=comment)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=post)
    say(post, ann)
    assert told(ann) == []


def test_one_comment_tells_one_member_once_for_the_strongest_reason(post, comment, ann, ben):
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=post)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=comment)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=ben)
    say(post, ben, f"> #c{comment.pk}\n> walk\n\n@ann, yes.", parent=comment)
    assert told(ann) == [Kind.REPLY]


def test_a_quotation_tells_whoever_is_quoted(post, comment, ann, ben, eve):
    mine = say(post, ben)
    say(post, eve, f"> #c{comment.pk}\n> walk\n\nYes.", parent=mine)
    assert told(ann) == [Kind.COMMENT, Kind.QUOTATION]
    assert told(ben) == [Kind.REPLY]


def test_a_quotation_of_the_post_tells_its_author(post, ann, ben, eve):
    below = say(post, eve)
    Notice.objects.all().delete()
    say(post, ben, "> #post\n> Words\n\nYes.", parent=below)
    assert told(ann) == [Kind.QUOTATION]


@pytest.mark.parametrize("words", ["@ben, look.", "Look, @Ben!", "(@ben)", "**@ben**", "As @ben said."])
def test_a_mention_tells_whoever_is_named(post, ann, ben, words):
    say(post, ann, words)
    assert told(ben) == [Kind.MENTION]


@pytest.mark.parametrize(
    "words", ["mail@ben", "@benno", "`@ben`", "    @ben in code", "> @ben, quoted", "@be", "@", "@ben@example.org x"]
)
def test_what_only_looks_like_a_mention_tells_nobody(post, ann, ben, words):
    say(post, ann, f"Words.\n\n{words}")
    assert told(ben) == ([Kind.MENTION] if words.startswith("@ben@") else [])


def test_a_thousand_mentions_tell_ten(post, ann):
    members = [member(f"reader{number:04}") for number in range(25)]
    say(post, ann, " ".join(f"@{user.username}" for user in members) * 2)
    assert Notice.objects.count() == 10
    assert all(told(user) == [Kind.MENTION] for user in members[:10])


def test_an_edit_tells_those_it_names_for_the_first_time_and_never_again(post, ann, ben, eve):
    said = say(post, ann, "Hello @ben.")

    def edit(words: str) -> None:
        said.refresh_from_db()
        edit_comment(comment=said, editor=ann, body=words, seen=said.edited_at)

    for words in ("Hello @ben and @eve.", "Hello.", "Hello again @ben and @eve and @ann."):
        edit(words)
        assert told(ben) == told(eve) == [Kind.MENTION]
    assert told(ann) == []


def test_edits_together_tell_no_more_than_ten(post, ann):
    members = [member(f"reader{number:04}") for number in range(14)]
    said = say(post, ann, " ".join(f"@{user.username}" for user in members[:7]))
    edit_comment(comment=said, editor=ann, body=" ".join(f"@{user.username}" for user in members[7:]), seen=None)
    assert Notice.objects.count() == 10


def test_a_post_tells_whom_it_names_and_who_follows_its_author(ann, ben, eve):
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=ann)
    made = add_post(author=ann, kind="article", title="Paths", body="What says @ben?", token=token())
    assert (told(ben), told(eve)) == ([Kind.MENTION], [Kind.AUTHOR])
    edit_post(post=made, editor=ann, title="Paths", body="What say @ben and @eve?")
    assert (told(ben), told(eve)) == ([Kind.MENTION], [Kind.AUTHOR])


def test_followers_of_a_thread_a_branch_and_a_member_are_told(post, comment, ann, ben, eve, mod):
    below = say(post, ann, parent=comment)
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=post)
    mark(member=mod, kind=Mark.Kind.FOLLOWED, target=comment)
    friend = member("friend")
    mark(member=friend, kind=Mark.Kind.FOLLOWED, target=ben)
    say(post, ben, parent=below)
    say(post, ann)  # elsewhere, by somebody else
    assert told(eve) == [Kind.THREAD, Kind.THREAD]
    assert told(mod) == [Kind.BRANCH]
    assert told(friend) == [Kind.AUTHOR]


@pytest.mark.parametrize("muted", ["the member", "the thread", "the branch"])
def test_whoever_has_muted_is_not_told(post, comment, ann, ben, muted):
    target = {"the member": ben, "the thread": post, "the branch": comment}[muted]
    mark(member=ann, kind=Mark.Kind.MUTED, target=target)
    below = say(post, ben, f"> #c{comment.pk}\n> walk\n\n@ann", parent=comment)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=ben if muted != "the member" else post)
    say(post, ben, "@ann", parent=below)
    assert told(ann) == []


def test_muting_one_branch_leaves_the_others(post, comment, ann, ben):
    other = say(post, ann)
    mark(member=ann, kind=Mark.Kind.MUTED, target=other)
    say(post, ben, parent=comment)
    assert told(ann) == [Kind.REPLY]


def test_a_member_who_mutes_another_can_still_be_read_by_them(post, comment, ann, ben):
    """Muting says whom I will not hear, not who may hear me."""
    mark(member=ann, kind=Mark.Kind.MUTED, target=ben)
    say(post, ann, "@ben, once more.")
    assert told(ben) == [Kind.MENTION]


def test_held_words_tell_when_they_are_approved_and_only_then(post, comment, ann, ben, mod, settings):
    settings.FIRST_COMMENTS_HELD = 1
    held = say(post, ben, "@eve", parent=comment)
    assert held.state == State.HELD
    assert told(ann) == []
    change_state(comment=held, to=State.PUBLISHED, by=mod)
    assert told(ann) == [Kind.REPLY]
    assert told(ben) == [Kind.DECISION]
    change_state(comment=held, to=State.HIDDEN, by=mod)
    change_state(comment=held, to=State.PUBLISHED, by=mod)
    assert told(ann) == [Kind.REPLY]


def test_words_that_were_hidden_while_they_waited_tell_when_they_are_restored(post, comment, ann, ben, mod, settings):
    settings.FIRST_COMMENTS_HELD = 1
    held = say(post, ben, "@eve", parent=comment)
    asked = add_post(author=ben, kind="article", title="Paths", body="What says @ann?", token=token())
    for change, words in ((change_state, {"comment": held}), (change_post_state, {"post": asked})):
        change(**words, to=State.HIDDEN, by=mod)
        change(**words, to=State.PUBLISHED, by=mod)
    assert sorted(told(ann)) == [Kind.MENTION, Kind.REPLY]
    mark(member=mod, kind=Mark.Kind.FOLLOWED, target=post)
    change_state(comment=held, to=State.HIDDEN, by=mod)
    change_state(comment=held, to=State.PUBLISHED, by=mod)
    assert told(mod) == [], "who follows since is not told of what all could read before"


def test_a_held_post_tells_when_it_is_approved(ann, ben, mod, settings):
    settings.FIRST_COMMENTS_HELD = 1
    held = add_post(author=ann, kind="article", title="Paths", body="What says @ben?", token=token())
    assert told(ben) == []
    change_post_state(post=held, to=State.PUBLISHED, by=mod)
    assert told(ben) == [Kind.MENTION]


def test_what_was_hidden_meanwhile_is_not_spread(post, comment, ann, ben, eve, mod, queue):
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=post)
    said = say(post, ben)
    change_state(comment=said, to=State.HIDDEN, by=mod)
    queue()
    assert told(eve) == []


def test_an_author_is_told_what_was_decided_with_the_rule(post, ben, mod):
    said = say(post, ben)
    rule = Rule.objects.create(slug="kind", title="Be kind")
    change_state(comment=said, to=State.HIDDEN, by=mod, rule=rule, reason="Not so.")
    notice = Notice.objects.get(member=ben)
    assert (notice.kind, notice.comment, notice.action.rule) == (Kind.DECISION, said, rule)
    change_state(comment=said, to=State.REMOVED, by=mod)
    assert told(ben) == [Kind.DECISION] * 2


def test_nobody_is_told_of_what_was_never_seen_in_the_same_form_twice(post, comment, ann, ben):
    form = token()
    for _ in range(2):
        add_comment(post=post, author=ben, body="Yes.", parent=comment, token=form)
    assert told(ann) == [Kind.REPLY]


def test_ten_thousand_followers_cost_a_comment_nothing(post, comment, ann, ben, queue, count_queries):
    def reply() -> None:
        say(post, ben, f"Words {Notice.objects.count()}", parent=comment)

    reply()
    queue()
    before = len(count_queries(reply))
    crowd = User.objects.bulk_create(User(username=f"r{n}", name_key=f"r{n}") for n in range(1_200))
    Mark.objects.bulk_create(Mark(member=user, kind=Mark.Kind.FOLLOWED, post=post) for user in crowd)
    queue()
    told_before = Notice.objects.count()
    assert len(count_queries(reply)) == before
    assert Notice.objects.count() == told_before + 1
    queue()
    assert Notice.objects.count() == told_before + 1 + 1_200
    queue()
    assert Notice.objects.count() == told_before + 1 + 1_200


def test_what_an_author_deletes_is_shown_to_nobody(post, comment, ann, ben):
    said = say(post, ben, parent=comment)
    assert Notice.objects.shown_to(ann).count() == 1
    delete_comment(comment=said, by=ben)
    assert Notice.objects.shown_to(ann).count() == 0


def test_imported_words_tell_nobody(ann, ben):
    archived = make_post(None, archived=True, title="Old")
    say(archived, ben)
    assert Notice.objects.count() == 0
