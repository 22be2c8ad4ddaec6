"""Saved pages as text: notation, direction, repeats, remains and furniture are found from the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.archive.limits import Refused
from forum.archive.plan import counts, tally
from tests.archive.pages import AFTER, ARTICLE, BEFORE, comments, plan, thread

BODIES = [
    "They should keep the wheel turning.",
    "I learnt to swim in the pond behind that mill, as did my father before me.",
    "Keep it, or sell it to the museum.",
]


@pytest.mark.parametrize("text", [AFTER, BEFORE])
def test_the_direction_is_found_from_the_page(text: str) -> None:
    found = comments(text)
    assert [c.body for c in found] == BODIES
    assert [c.author for c in found] == ["mo", "Lena B", "Oskar"]
    assert found[0].moment.local == "2004-05-04T10:01:00"


@pytest.mark.parametrize(
    "line",
    [
        "{name} on May {day}, 2004 at 10:01 AM",
        "Posted by: {name} | May {day}, 2004 at 10:01 AM",
        "Posted by: {name}  May {day}, 2004 10:01:00 AM",
        "by {name} on May {day}, 2004 at 10:01 am.",
        "{name} — May {day}th, 2004, 10:01 am",
        "{name} 2004-05-{day:02} 10:01",
        "on 2004-05-{day:02} at 10:01 am {name}",
        "posted on Tuesday, May {day}, 2004 at 10:01 AM by {name}",
    ],
)
@pytest.mark.parametrize("after", [True, False])
def test_one_line_notations_are_read_on_both_sides(line: str, after: bool) -> None:
    text = ARTICLE
    for day, (name, body) in enumerate(zip(["mo", "Lena B", "Oskar"], BODIES, strict=True), 5):
        own = line.format(name=name, day=day)
        text += f"{body}\n\n{own}\n\n" if after else f"{own}\n\n{body}\n\n"
    found = comments(text)
    assert [(c.author, c.body) for c in found] == list(zip(["mo", "Lena B", "Oskar"], BODIES, strict=True))
    assert [c.moment.local[:16] for c in found] == [f"2004-05-0{day}T10:01" for day in (5, 6, 7)]


def test_a_footer_after_the_last_attribution_does_not_turn_the_direction() -> None:
    found = thread(AFTER + "\nThe comments to this entry are closed.\n")
    assert [c.body for c in found.comments] == BODIES
    assert [s.what for s in found.furniture][-1] == "footer"


def test_a_footer_is_no_part_of_the_last_comment() -> None:
    found = thread(BEFORE + "\nComments are closed.\n\nCopyright 2004 The Valley Post\n")
    assert found.comments[-1].body == BODIES[-1]


def test_a_last_name_that_cannot_be_read_does_not_turn_the_direction() -> None:
    text = AFTER.replace("Trackback URL", "\n\n\n\n").replace(" on May 4, 2004", "\nMay 4, 2004")
    found = thread(text.replace("Oskar", "links for 2004-05-04 by Oskar"))
    assert [c.body for c in found.comments] == BODIES[:2]


def test_headings_between_article_and_comments_belong_to_neither() -> None:
    text = AFTER.replace("Trackback URL", "Related Posts:\n\nA walk along the river\n\n12 Comments")
    found = thread(text)
    assert found.post.body.endswith("Monday.")
    assert found.comments[0].body == BODIES[0]
    assert found.post.claimed_comments == 12
    assert "the page claims 12 comments, 3 were found" in [a.what for a in found.anomalies]


def test_day_month_and_year_on_lines_of_their_own_are_no_title() -> None:
    post = thread(f"11\nJuly\n2004\n{AFTER}").post
    assert (post.title, post.moment.local, post.byline_lines) == ("The mill by the river", "2004-07-11", (1, 2, 3, 6))


def test_a_number_of_comments_behind_the_title_is_a_claim() -> None:
    post = thread(AFTER.replace("by the river", "by the river | 3 Comments", 1)).post
    assert (post.title, post.claimed_comments) == ("The mill by the river", 3)


def test_a_footer_that_nobody_knows_is_told_by_the_space_above_it() -> None:
    found = thread(BEFORE + "\n\n\n\n\n\nAbout this paper\n\nIt is printed on Fridays.\n")
    assert found.comments[-1].body == BODIES[-1]
    assert [s.what for s in found.furniture][-1] == "footer"


@pytest.mark.parametrize(
    "heading",
    [
        "Comments",
        "12 Comments",
        "TrackBack URL for this entry: http://example.org/7",
        "Listed below are links to weblogs that reference The mill by the river:",
        "You can follow this conversation by subscribing to the comment feed for this post.",
        "RSS feed for comments on this post.",
    ],
)
def test_what_layouts_print_above_the_first_comment_is_not_its_text(heading: str) -> None:
    text = AFTER.replace("Trackback URL\n", f"\n\n\n\n\n{heading}\n")
    assert comments(text)[0].body == BODIES[0]


@pytest.mark.parametrize("words", ["Tag, you are it", "Category errors, all of it", "Feed for the cattle comes first"])
def test_words_that_begin_like_a_heading_are_none(words: str) -> None:
    assert comments(BEFORE + f"\n{words}\n")[-1].body.endswith(words)


def test_without_a_heading_a_wide_gap_parts_article_and_comments() -> None:
    found = thread(AFTER.replace("Trackback URL", "\n\n"))
    assert found.post.body.endswith("Monday.")
    assert found.comments[0].body == BODIES[0]


def test_without_any_mark_the_last_paragraph_is_taken_and_that_is_told() -> None:
    found = thread(AFTER.replace("Trackback URL\n\n\n", ""))
    assert found.comments[0].body == BODIES[0]
    assert "nothing marks where the article ends" in [a.what for a in found.anomalies]


def test_a_repeated_attribution_below_repeated_words_is_a_quotation() -> None:
    quoting = f"{BODIES[0]}\n\nmo on May 4, 2004 at 10:01 AM\n\nHow?\n\nPia on May 4, 2004 at 11:30 AM\n"
    found = thread(f"{AFTER}\n{quoting}")
    assert len(found.comments) == 4
    assert found.comments[3].parent == found.comments[0].key
    assert found.comments[3].body.endswith("How?")
    assert (found.attribution_lines, found.quoted_attributions) == (5, 1)


def test_a_repeated_attribution_above_repeated_words_is_a_quotation() -> None:
    quoting = f"Pia on May 4, 2004 at 11:30 AM\n\nmo on May 4, 2004 at 10:01 AM\n\n{BODIES[0]}\n\nHow?\n"
    found = thread(f"{BEFORE}\n{quoting}")
    assert len(found.comments) == 4
    assert found.comments[3].author == "Pia"
    assert found.comments[3].parent == found.comments[0].key
    quote = found.comments[3].quotes[0]
    assert found.comments[3].body[quote.start : quote.end] == BODIES[0]


def test_a_repeated_attribution_over_other_words_is_a_second_comment() -> None:
    second = "And paint it.\n\nmo on May 4, 2004 at 10:01 AM\n\nYes.\n\nIda on May 5, 2004 at 1:00 AM\n"
    found = thread(f"{AFTER}\n{second}")
    assert [c.author for c in found.comments] == ["mo", "Lena B", "Oskar", "mo", "Ida"]


def test_a_repeated_attribution_that_nobody_closes_is_a_second_comment() -> None:
    found = thread(f"{AFTER}\n{BODIES[2]}\n\nOskar on May 4, 2004 at 11:02 AM\n")
    assert len(found.comments) == 4
    assert len({c.key for c in found.comments}) == 4


@pytest.mark.parametrize("times", [3, 4])
@pytest.mark.parametrize("page", [AFTER, BEFORE])
def test_the_same_words_by_one_author_in_one_minute_are_as_many_comments(page: str, times: int) -> None:
    line, words = "Oskar on May 4, 2004 at 11:02 AM", BODIES[2]
    again = f"{words}\n\n{line}\n" if page is AFTER else f"{line}\n\n{words}\n"
    found = thread("\n".join([page, *[again] * (times - 1)]))
    assert [c.body for c in found.comments] == [*BODIES[:2], *[words] * times]
    assert len({c.key for c in found.comments}) == 2 + times
    assert found.quoted_attributions == 0
    assert not any(c.quotes or c.parent for c in found.comments)
    assert not [a for a in found.anomalies if "again" in a.what]
    assert sum(tally(found).values()) == found.line_count


def test_an_author_who_repeats_his_words_and_answers_them_in_one_minute_says_all_three() -> None:
    line = "Oskar on May 4, 2004 at 11:02 AM"
    found = thread(f"{AFTER}\n{BODIES[2]}\n\n{line}\n\nI say it again.\n\n{line}\n")
    assert [c.body for c in found.comments] == [*BODIES, BODIES[2], "I say it again."]


def test_an_author_who_quotes_himself_below_words_of_his_own_says_one_comment() -> None:
    line = "Oskar on May 4, 2004 at 11:02 AM"
    found = thread(f"{AFTER}\nAs I said:\n\n{BODIES[2]}\n\n{line}\n\nSo there.\n\n{line}\n")
    assert [c.body[:10] for c in found.comments] == [*(body[:10] for body in BODIES), "As I said:"]


def test_the_same_words_sent_a_minute_later_are_a_second_comment() -> None:
    found = thread(f"{AFTER}\n{BODIES[2]}\n\nOskar on May 4, 2004 at 11:03 AM\n")
    assert len(found.comments) == 4
    assert not any(c.parent for c in found.comments)


def test_remains_of_a_link_go_to_the_text_they_open() -> None:
    after = comments(AFTER.replace("10:01 AM", "10:01 AM,82,mill.html"))
    assert after[0].moment.printed == "May 4, 2004 at 10:01 AM"
    assert after[1].body == f",82,mill.html\n\n{BODIES[1]}"
    before = comments(BEFORE.replace("10:01 AM", "10:01 AM,82,mill.html"))
    assert before[0].body == f",82,mill.html\n\n{BODIES[0]}"


def test_a_sentence_that_begins_like_an_attribution_is_no_attribution() -> None:
    mention = "mo on May 4, 2004 at 10:01 AM was right about the wheel."
    found = thread(AFTER.replace(BODIES[2], mention))
    assert found.comments[2].body == mention
    assert "looks like an attribution, but is part of a sentence" in [a.what for a in found.anomalies]


POSTED = ARTICLE + "".join(
    f"{body}\n\nPosted by {name} | May 4, 2004 at 10:01 AM\n\n"
    for name, body in zip(["mo", "Lena B", "Oskar"], BODIES, strict=True)
)


@pytest.mark.parametrize(
    ("page", "line"),
    [
        (AFTER, "48 points by mo on May 4, 2004 at 10:01 AM | 12 comments"),
        (AFTER, "> mo on May 4, 2004 at 10:01 AM"),
        (
            POSTED,
            "Posted by Ida | May 4, 2004 at 10:01 AM | 3 comments",
        ),
    ],
)
def test_a_line_of_an_article_or_one_that_is_cited_is_no_attribution(page: str, line: str) -> None:
    found = thread(page.replace(BODIES[1], f"They had it there:\n\n{line}\n\n{BODIES[1]}"))
    assert [c.author for c in found.comments] == ["mo", "Lena B", "Oskar"]
    assert line in found.comments[1].body
    assert "looks like an attribution, but is part of a sentence" in [a.what for a in found.anomalies]


def test_a_number_of_answers_behind_a_date_is_a_comments() -> None:
    found = comments(POSTED.replace("10:01 AM\n", "10:01 AM | 3 responses\n", 1))
    assert [c.author for c in found] == ["mo", "Lena B", "Oskar"]


def test_names_behind_marks_of_quotation_are_names_where_all_are_written_so() -> None:
    text = AFTER.replace("mo on", "> mo on").replace("Lena B on", "> Lena B on").replace("Oskar on", "> Oskar on")
    assert [c.author for c in comments(text)] == ["mo", "Lena B", "Oskar"]


UNREAD = "dated like an attribution, but no name could be read beside it"


def unread(text: str) -> list[str]:
    """The lines that are told to be dated like attributions, and to name nobody."""
    lines = text.split("\n")
    return [lines[a.line - 1] for a in thread(text).anomalies if a.what == UNREAD]


@pytest.mark.parametrize("name", ["L" * 160, "Lena said", "Reply", "11:30"])
@pytest.mark.parametrize("page", [AFTER, BEFORE])
def test_a_line_dated_like_the_attributions_that_names_nobody_is_told(page: str, name: str) -> None:
    text = page.replace("Lena B on", f"{name} on")
    assert [c.author for c in comments(text)] == ["mo", "Oskar"]
    assert unread(text) == [f"{name} on May 4, 2004 at 10:20 AM"]


def test_a_date_first_and_a_name_that_no_form_holds_is_told() -> None:
    said = [
        (name, f"On May {day}, 2004 at 1:00 PM, {name} said:") for day, name in enumerate(("mo", "L" * 160, "x"), 5)
    ]
    text = ARTICLE + "".join(f"{line}\n\nYes.\n\n" for _, line in said)
    assert unread(text) == [said[1][1]]


def test_the_first_and_the_last_line_that_name_nobody_are_told_and_turn_no_direction() -> None:
    gap = AFTER.replace("Trackback URL\n", "\n" * 6)
    for name in ("mo", "Oskar"):
        text = gap.replace(f"{name} on", f"{'L' * 160} on")
        assert [c.author for c in comments(text)] == [each for each in ("mo", "Lena B", "Oskar") if each != name]
        assert len(unread(text)) == 1
    assert comments(text)[-1].body == BODIES[1]


@pytest.mark.parametrize(
    "words",
    [
        "I said so\n\non May 1, 2004",
        "She wrote:\nLena said on May 4, 2004 at 10:20 AM",
        "Lena said on May 4, 2004 at 10:20 AM\ntoo.",
    ],
)
def test_dates_of_another_manner_or_in_a_paragraph_are_not_told(words: str) -> None:
    assert unread(AFTER.replace(BODIES[1], words)) == []


def test_dates_in_texts_are_no_attributions() -> None:
    text = BEFORE.replace(BODIES[0], "UPDATE 05/04/04: it closed on May 3, 2004, see\n\nHer diary, May 1, 1931")
    assert len(comments(text)) == 3


def test_the_name_a_layout_prints_beside_the_text_is_no_text() -> None:
    text = AFTER
    for name, body in zip(["mo", "Lena B", "Oskar"], BODIES, strict=True):
        text = text.replace(body, f"{name}\n\n{body}")
    found = thread(text)
    assert [c.body for c in found.comments] == BODIES
    assert sum(s.what.startswith("the author's name") for s in found.furniture) == 3


def test_a_name_under_one_text_is_a_signature_and_stays() -> None:
    assert comments(AFTER.replace(BODIES[0], f"{BODIES[0]}\n\nmo"))[0].body == f"{BODIES[0]}\n\nmo"


def test_an_attribution_with_no_text_is_an_empty_comment() -> None:
    found = thread(AFTER.replace(BODIES[1] + "\n\n", ""))
    assert found.comments[1].body == ""
    assert "an attribution with no text" in [a.what for a in found.anomalies]


def test_names_that_differ_in_capitals_stay_two_and_are_told() -> None:
    found = thread(AFTER.replace("Oskar", "Mo"))
    assert counts(found)["authors"] == 3
    assert "“Mo” and “mo” differ in capitals alone" in [a.what for a in found.anomalies]


def test_a_page_where_no_line_names_an_author_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match=r"No line that names an author and a date repeats.*Save the page again"):
        plan(ARTICLE + "Nobody said anything.\n")


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        (b'[{"comment": 1}]', "a JSON file"),
        (b"Just a poem\nabout a mill.\n", "no line near its beginning bears a date"),
    ],
)
def test_an_unknown_format_is_refused_with_the_nearest_guesses(data: bytes, guess: str) -> None:
    with pytest.raises(Refused, match=guess):
        plan(data)


def test_a_page_without_any_date_is_known_by_the_lines_that_name_authors() -> None:
    text = "The mill\n\nIt closed.\n\n\n\n\n\n" + "".join(f"{name} says:\n\nYes.\n\n" for name in ("mo", "Ida", "Åsa"))
    assert [c.author for c in comments(text)] == ["mo", "Ida", "Åsa"]


def test_a_list_of_articles_with_their_numbers_of_comments_is_no_thread() -> None:
    articles = "".join(f"Posted by Lena on May {day}, 2004 | {day} comments\n\nIt rained.\n\n" for day in range(3, 8))
    with pytest.raises(Refused, match="No line that names an author"):
        plan("The mill\n\n" + articles)


WORDS = st.text(alphabet="ab \n.,:é0123456789", max_size=60)
NAMES = st.sampled_from(["mo", "Lena B", "Oskar", "mo on", "12"])
SAID = st.lists(st.tuples(NAMES, st.integers(0, 3), WORDS, st.sampled_from(["", ",x.html", " etc"])), max_size=12)


@settings(deadline=None)
@given(
    SAID,
    st.booleans(),
    st.sampled_from(["", "\n\nComments are closed.\n", "\nlast words\n"]),
)
def test_the_sum_of_the_lines_is_the_file(said: list[tuple[str, int, str, str]], after: bool, end: str) -> None:
    text = ARTICLE
    for name, minute, words, debris in said:
        line = f"{name} on May 4, 2004 at 10:0{minute} AM{debris}"
        text += f"{words}\n\n{line}\n\n" if after else f"{line}\n\n{words}\n\n"
    text += end
    try:
        found = thread(text)
    except Refused:
        return
    assert sum(tally(found).values()) == len(text.splitlines())
    assert not [s for s in found.leftover if s.what == "not placed by the reader"]
    lines = text.split("\n")
    for comment in found.comments:
        inside = "\n".join(lines[comment.lines[0] - 1 : comment.lines[1]])
        assert comment.body in inside
        for quote in comment.quotes:
            assert 0 <= quote.start <= quote.end <= len(comment.body)
