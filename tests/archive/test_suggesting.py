"""A reply that a page makes likely is proposed to the moderators, and never set by itself."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from comments.actions import change_state, set_parent
from comments.models import Comment
from forum.archive import suggesting
from forum.archive.likely import Likely, Said, likely_replies
from forum.archive.load import load
from forum.archive.models import Suggestion
from forum.archive.suggesting import suggest
from forum.moderation import undoing
from forum.moderation.models import Action
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.archive.pages import ARTICLE, plan, seed_plan
from tests.making import make_post

SURE = {(19, 17), (21, 20), (40, 39)}
PLAUSIBLE = {(7, 4), (8, 4), (32, 31), (33, 31), (37, 36)}  # as a reader of the thread judges


@pytest.fixture
def seed(db: None) -> Post:
    post = load(seed_plan(), operator="test", commit=True).posts[0]
    Suggestion.objects.all().delete()  # whatever loading did, each test begins before
    return post


def in_order() -> list[Comment]:
    return list(Comment.objects.order_by("position"))


def pairs() -> set[tuple[int, int]]:
    number = {comment.pk: n for n, comment in enumerate(in_order(), 1)}
    return {(number[row.comment_id], number[row.parent_id]) for row in Suggestion.objects.all()}


def found(*said: tuple[str, str], host: str = "", threaded: bool = False) -> list[tuple[int, int, str]]:
    """Comment, parent (counted from 1) and the telling passage, for comments given as name and words."""
    comments = [Said(name, name, body) for name, body in said]
    likely: list[Likely] = [*likely_replies(comments, host=host, threaded=threaded)]
    return [(one.comment + 1, one.parent + 1, comments[one.comment].body[one.start : one.end]) for one in likely]


MILL = ("Hanna", "The wheel of the mill was oak, and it turned until the flood.")
POND = ("Lena B", "I learnt to swim in that pond when I was six.")


def test_the_source_thread_has_its_likely_replies_and_no_others(seed: Post) -> None:
    assert suggest(seed) == len(SURE | PLAUSIBLE)
    assert pairs() == SURE | PLAUSIBLE


def test_a_quotation_that_is_not_set_apart_is_proposed(db: None) -> None:
    saying = "the miller kept a heron in the loft for nineteen winters and it never once complained"
    text = ARTICLE + "".join(
        f"{body}\n\n{name} on May 4, 2004 at 10:0{minute} AM\n\n"
        for minute, (name, body) in enumerate((("mo", f"I know that {saying}."), ("Lena", f"You say “{saying}”? Ha.")))
    )
    post = load(plan(text), operator="test", commit=True).posts[0]
    Suggestion.objects.all().delete()
    assert suggest(post) == 1
    proposed = Suggestion.objects.get()
    assert (proposed.why, proposed.comment.parent) == (Suggestion.Why.QUOTE, None)
    assert proposed.comment.body[proposed.start : proposed.end] == f"“{saying}”?"
    assert pairs() == {(2, 1)}


def test_nothing_is_set_by_itself(seed: Post) -> None:
    before = list(Comment.objects.order_by("pk").values_list("pk", "parent", "parent_basis"))
    version = seed.version
    suggest(seed)
    seed.refresh_from_db()
    assert list(Comment.objects.order_by("pk").values_list("pk", "parent", "parent_basis")) == before
    assert seed.version == version
    assert not Action.objects.exists()


def test_a_second_time_adds_nothing(seed: Post) -> None:
    suggest(seed)
    assert suggest(seed) == 0


def test_what_was_decided_is_never_opened_again(seed: Post, mod: User) -> None:
    suggest(seed)
    Suggestion.objects.update(outcome=Suggestion.Outcome.DISMISSED)
    assert suggest(seed) == 0
    assert not Suggestion.objects.filter(outcome=Suggestion.Outcome.WAITING).exists()


def test_nothing_is_proposed_for_what_a_moderator_detached(seed: Post, mod: User) -> None:
    reply, parent = in_order()[39], in_order()[38]
    set_parent(comment=reply, parent=parent, by=mod)
    set_parent(comment=reply, parent=None, by=mod)
    suggest(seed)
    assert not Suggestion.objects.filter(comment=reply).exists()


def test_nothing_is_proposed_again_after_an_acceptance_was_undone(seed: Post, mod: User) -> None:
    suggest(seed)
    one = Suggestion.objects.get(comment=in_order()[39])
    set_parent(comment=one.comment, parent=one.parent, by=mod)
    undoing.undo(action=Action.objects.get(), by=mod)
    assert suggest(seed) == 0


def test_hidden_comments_are_not_proposed_on_either_side(seed: Post, mod: User) -> None:
    for number in (40, 17):
        change_state(comment=in_order()[number - 1], to=State.REMOVED, by=mod)
    suggest(seed)
    assert not any({40, 17} & set(pair) for pair in pairs())


def test_living_threads_and_very_long_ones_are_left(seed: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    assert suggest(make_post()) == 0
    monkeypatch.setattr(suggesting, "MOST", 40)
    assert suggest(seed) == 0


def test_the_command_goes_through_what_was_loaded_before(seed: Post) -> None:
    out = StringIO()
    call_command("suggest_replies", stdout=out)
    assert f"{seed.title}: 8 new suggested replies." in out.getvalue()
    out = StringIO()
    call_command("suggest_replies", str(seed.pk), stdout=out)
    assert out.getvalue().startswith("0 in all.")
    with pytest.raises(CommandError, match=r"Post 999999 is not an archived thread"):
        call_command("suggest_replies", "999999")


@pytest.mark.parametrize(
    "opening",
    [
        "Hanna, when was that?",
        "hanna: when was that?",
        "@hanna when was that?",
        "Hana, when was that?",
        "Thanks Hanna, I had no idea.",
        "I had no idea. @Hanna when was that?",
        "I agree with Hanna here.",
        "Hanna said it all.",
        "Some other thing first.\n\nHanna: when was that?",
    ],
)
def test_a_name_at_the_start_or_after_an_at_sign_tells(opening: str) -> None:
    ((comment, parent, passage),) = found(MILL, POND, ("mo", opening))
    assert (comment, parent) == (3, 1)
    assert passage.casefold() in ("hanna", "hana")


def test_a_name_of_two_words_is_called_by_the_first_too() -> None:
    assert found(MILL, POND, ("mo", "Lena, who taught you?")) == [(3, 2, "Lena")]
    assert found(MILL, POND, ("mo", "@Lena B who taught you?")) == [(3, 2, "Lena B")]


def test_of_two_with_one_first_name_both_are_proposed_the_later_first() -> None:
    other = ("Lena Q", "Nobody asked the council about it.")
    assert [(c, p) for c, p, _ in found(POND, other, ("mo", "Lena, are you sure?"))] == [(3, 2), (3, 1)]


@pytest.mark.parametrize(
    "words",
    [
        "The Hanna I knew never came back.",  # no call
        "mo, I told myself.",  # too short, and of nobody
        "Well, that settles it.",
        "Hanover, that is where they went.",
        "write to me@hanna.example",
    ],
)
def test_other_words_are_no_call(words: str) -> None:
    assert found(MILL, ("Well", "Something else entirely."), ("mo", words)) == []


def test_the_author_of_the_article_is_no_addressee() -> None:
    assert found(MILL, POND, ("mo", "Hanna, what a page."), host="Hanna") == []


def test_one_who_names_himself_or_who_speaks_later_is_not_meant() -> None:
    assert found(("mo", "Hanna, when was that?"), MILL) == []
    assert found(MILL, POND, ("Hanna", "Hanna: that is how I sign.")) == []


def test_an_answer_takes_up_the_words_of_a_question() -> None:
    asked = ("Oskar", "Is there a ferryman left on the river?")
    assert found(MILL, asked, ("mo", "The last ferryman sold his boat in May.")) == [
        (3, 2, "The last ferryman sold his boat in May.")
    ]


def test_an_author_who_goes_on_at_once_is_proposed_and_a_placeholder_is_not() -> None:
    first, on = "The council meets on Monday.", "They will talk about parking."
    assert [(c, p) for c, p, _ in found(MILL, ("mo", first), ("mo", on))] == [(3, 2)]
    assert found(MILL, ("Anonymous", first), ("Anonymous", on)) == []


def test_words_said_twice_are_no_answer() -> None:
    assert found(MILL, POND, ("mo", MILL[1])) == []


def test_a_source_that_shows_its_replies_is_searched_for_names_alone() -> None:
    asked = ("Oskar", "Is there a ferryman left on the river?")
    answer = ("mo", "The last ferryman sold his boat in May.")
    assert found(MILL, asked, answer, threaded=True) == []
    assert found(MILL, asked, ("mo", "Oskar, ask at the inn."), threaded=True) == [(3, 2, "Oskar")]


def test_at_most_two_are_proposed_for_a_comment() -> None:
    crowd = [(f"Lena {letter}", f"Word{letter} alone.") for letter in "abcdef"]
    assert len(found(*crowd, ("mo", "Lena, yes. @Lena a @Lena b @Lena c"))) == 2
