"""A person corrects single comments, in a TOML that the command line and the admin share; each correction is told."""

from dataclasses import replace

import pytest

from forum.archive import corrections, fixes, toml
from forum.archive.corrections import Corrections
from forum.archive.fixes import Fix
from forum.archive.items import Comment, Moment, Post, SavedFile, Thread
from forum.archive.limits import Refused
from forum.archive.plan import make_plan, tally
from tests.archive import exports
from tests.archive.exports import item, wxr_file
from tests.archive.pages import AFTER, BEFORE, seed_said, thread

# In AFTER the three comments begin at lines 12, 16 and 20.


def fixed(*said: Fix, page: str = AFTER) -> Thread:
    return thread(page, replace(corrections.for_file("mill"), fixes=said))


def told(found: Thread) -> list[str]:
    return [f"{a.line}: {a.what}; {a.done}" for a in found.anomalies if a.what != "zone not stated"]


def test_an_author_is_corrected_and_the_key_stays_so_that_the_next_run_knows_the_comment() -> None:
    found, before = fixed(Fix(16, author="Lena Berg", by="mod")), thread(AFTER)
    assert [comment.author for comment in found.comments] == ["mo", "Lena Berg", "Oskar"]
    assert [comment.key for comment in found.comments] == [comment.key for comment in before.comments]
    assert told(found) == ["16: the author reads “Lena B”; took “Lena Berg”, as mod said"]


def test_a_parent_is_set_and_taken_away() -> None:
    found = fixed(Fix(20, parent=16))
    assert (found.comments[2].parent, found.comments[2].parent_basis) == (found.comments[1].key, "moderator")
    assert told(found) == ["20: whom it answers; the comment at line 16, as the operator said"]
    top = fixed(Fix(20, parent=0))
    assert (top.comments[2].parent, top.comments[2].parent_basis) == (None, "moderator")


def test_a_quotation_sets_no_parent_where_a_person_said_there_is_none() -> None:
    said = "I learnt to swim in the pond behind that mill, as did my father before me."
    page = AFTER.replace("Keep it, or", f"{said}\n\nSo keep it, or")
    assert fixed(page=page).comments[2].parent
    assert not fixed(Fix(20, parent=0), page=page).comments[2].parent


def test_a_comment_is_dropped_and_its_lines_are_in_the_remainder() -> None:
    before = thread(AFTER)
    found = fixed(Fix(16, drop=True, by="mod"), Fix(20, author="Oskar M"))
    assert [comment.author for comment in found.comments] == ["mo", "Oskar M"]
    assert [(s.lines, s.what) for s in found.leftover] == [((16, 18), "comment by “Lena B”, dropped by mod")]
    assert sum(tally(found).values()) == sum(tally(before).values()) == found.line_count
    assert "16: a comment by “Lena B”; dropped, as mod said; listed in the remainder" in told(found)


def test_what_answered_a_dropped_comment_stands_at_the_top_and_says_so() -> None:
    found = fixes.put(answers(), (Fix(2, drop=True),))
    assert [comment.parent for comment in found.comments] == [None, None]
    assert "3: the comment that it answers was dropped; kept at the top level" in told(found)


def test_a_comment_is_joined_to_the_one_before_it() -> None:
    found = fixed(Fix(20, merge=True), page=BEFORE)
    assert [comment.author for comment in found.comments] == ["mo", "Lena B"]
    joined = found.comments[1]
    assert joined.body.startswith("I learnt to swim")
    assert joined.body.endswith("sell it to the museum.")
    assert joined.lines == (16, 22)
    assert joined.key == thread(BEFORE).comments[1].key
    assert sum(tally(found).values()) == found.line_count


def comment(line: int, author: str, body: str, **more: object) -> Comment:
    return Comment(
        key=f"k{line}", author=author, moment=Moment(author), body=body, lines=(line, line), digest=str(line)
    )


def answers() -> Thread:
    """Three comments, each of which answers the one before it."""
    post = Post("post", "Title", "", Moment(), "", (1, 1))
    said = [comment(1, "a", "One."), comment(2, "b", "Two."), comment(3, "c", "Three.")]
    linked = [
        replace(one, parent=other, parent_basis="format") for one, other in zip(said, (None, "k1", "k2"), strict=True)
    ]
    return Thread(post, tuple(linked), threaded=True, line_count=3)


def test_a_line_that_was_wrongly_taken_for_an_attribution_is_words_again() -> None:
    """Whoever signs the whole is its author: the first on pages that sign before the words, the last on the others."""
    before, after = comment(1, "a", "One."), comment(2, "b", "Two.")
    first = fixes.join(replace(before, source="a, May 4\n\nOne."), replace(after, source="b, May 5\n\nTwo."))
    assert (first.author, first.key, first.body) == ("a", "k1", "One.\n\nb, May 5\n\nTwo.")
    last = fixes.join(replace(before, source="One.\n\na, May 4"), replace(after, source="Two.\n\nb, May 5"))
    assert (last.author, last.key, last.body) == ("b", "k2", "One.\n\na, May 4\n\nTwo.")


def test_answers_and_quotations_follow_a_joined_comment() -> None:
    found = fixes.put(answers(), (Fix(2, merge=True), Fix(3, author="d")))
    assert [(one.author, one.parent) for one in found.comments] == [("a", None), ("d", "k1")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Fix(17, author="x"), "No comment begins at line 17"),
        (Fix(3, drop=True), "No comment begins at line 3"),
        (Fix(12, merge=True), "no comment before the one at line 12"),
        (Fix(12, parent=20), "line 12 cannot answer the one at line 20, which is not before it"),
        (Fix(12, parent=12), "which is not before it"),
        (Fix(20, parent=13), "No comment begins at line 13"),
    ],
)
def test_what_fits_no_comment_is_refused(said: Fix, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        fixed(said)


def test_a_dropped_comment_is_nobodys_parent() -> None:
    with pytest.raises(Refused, match="line 16, which is dropped"):
        fixed(Fix(16, drop=True), Fix(20, parent=16))


def test_the_same_comment_corrected_twice_is_refused() -> None:
    with pytest.raises(Refused, match="line 16 is corrected twice"):
        fixed(Fix(16, drop=True), Fix(16, author="x"))


def test_comments_that_begin_at_one_line_are_told_apart_by_their_keys() -> None:
    crowd = replace(answers(), comments=tuple(replace(one, lines=(1, 1)) for one in answers().comments))
    with pytest.raises(Refused, match="3 comments begin at line 1"):
        fixes.put(crowd, (Fix(1, author="x"),))
    found = fixes.put(crowd, (Fix(1, key="k3", author="x", parent=1, parent_key="k1"),))
    assert [(one.author, one.parent) for one in found.comments] == [("a", None), ("b", "k1"), ("x", "k1")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("line = 0", "names the line"),
        ("author = 'x'", "names the line"),
        ("line = true", "names the line"),
        ("line = 5\nparent = '4'", "answers the one that begins at a line"),
        ("line = 5\ndrop = true\nmerge = true", "is dropped, drop = true, or joined"),
        ("line = 5\ndrop = 1", "is dropped"),
        ("line = 5\nauthors = 'x'", "nothing called authors"),
        (f"line = 5\nauthor = '{'x' * 151}'", "151 characters"),
    ],
)
def test_a_comments_table_that_is_not_understood_is_refused(said: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        corrections.parse(f'[source]\nkey = "a"\n[[comment]]\n{said}')


@pytest.mark.parametrize(
    "said",
    [
        corrections.for_file("mill"),
        seed_said(),
        Corrections(
            "a",
            'Quotes " and \\ and \x7f',
            "https://example.org/",
            "0" * 64,
            "T\u2028t",
            "A",
            "Europe/London",
            "Two\nlines",
            "“c”",
            fixes=(
                Fix(3, parent=0, by="mod"),
                Fix(5, "Ü\x01", 3, key="k", parent_key="j"),
                Fix(9, merge=True),
                Fix(10, drop=True),
            ),
        ),
    ],
    ids=["empty", "seed", "full"],
)
def test_what_is_written_as_toml_reads_the_same(said: Corrections) -> None:
    assert corrections.parse(toml.written(said)) == said


def test_a_line_between_the_threads_of_a_file_is_refused_too() -> None:
    many = wxr_file(item(exports.comment(1), number=7), item(exports.comment(2), number=8)).encode()
    said = replace(corrections.for_file("mill"), fixes=(Fix(2, drop=True),))
    with pytest.raises(Refused, match="No comment begins at line 2"):
        make_plan(SavedFile("mill.xml", many), said).account()
