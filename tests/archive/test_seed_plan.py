"""The plan of the source article is what a person found who read it line by line."""

import json
from functools import cache

from forum.archive.items import Comment, Thread
from forum.archive.plan import as_json, as_text, counts, tally
from tests.archive.pages import SEED, seed_plan


@cache
def seed() -> Thread:
    return seed_plan().threads[0]


def comment(number: int) -> Comment:
    return seed().comments[number - 1]


def line_texts() -> list[str]:
    return SEED.read_bytes().decode().split("\n")


def test_the_numbers_are_those_of_the_page() -> None:
    found = counts(seed())
    assert found["comments"] == 41
    assert found["attribution_lines"] == 43
    assert found["quoted_attributions"] == 2
    assert found["authors"] == 29
    assert found["replies"] == {"quote": 3}
    assert found["quotations"] == 3
    assert found["zone"] is None


def test_three_quotations_prove_three_replies_and_no_other_is_set() -> None:
    number = {c.key: n for n, c in enumerate(seed().comments, 1)}
    answers = {number[c.key]: number[c.parent] for c in seed().comments if c.parent}
    assert answers == {23: 20, 28: 26, 35: 34}
    assert {c.parent_basis for c in seed().comments if c.parent} == {"quote"}


def test_a_quotation_without_attribution_ends_with_the_words_repeated() -> None:
    quote = comment(23).quotes[0]
    assert comment(23).body[quote.start : quote.end] == "\n".join(line_texts()[174:177])
    assert quote.attribution_start is None


def test_a_quotation_with_attribution_holds_both() -> None:
    quote, body = comment(28).quotes[0], comment(28).body
    assert body[quote.start : quote.end] == "When are we going to capture and torture Sadr?"
    assert body[quote.attribution_start : quote.attribution_end] == "Tim Burton on March 22, 2007 at 10:12 PM"


def test_an_attribution_alone_is_a_quotation_of_no_words() -> None:
    quote, body = comment(35).quotes[0], comment(35).body
    assert quote.start == quote.end
    assert body[quote.attribution_start : quote.attribution_end] == "Limerick on March 23, 2007 at 1:14 AM"


def test_the_remains_of_a_link_open_the_next_comment() -> None:
    assert comment(33).moment.local == "2007-03-23T00:41:00"
    assert comment(34).body.startswith(",14632,Soldiertech_M1028,,00.html\n\nMaybe this is why")
    assert comment(34).lines == (233, 237)


def test_bodies_are_the_lines_of_the_file() -> None:
    texts = line_texts()
    for number, found in enumerate(seed().comments, 1):
        first, last = found.lines
        own = "\n".join(texts[first - 1 : last - 1]).rstrip("\n")
        if number == 34:
            own = own.partition(" AM")[2]
        assert found.body == own


def test_spelling_and_single_line_breaks_stay() -> None:
    assert "for more then waterboarding.\nI don\u2019t care" in comment(8).body
    assert "Is thatt plausible" in seed().post.body


def test_the_article_has_its_title_byline_and_quotations() -> None:
    post = seed().post
    assert post.title == "Big news: U.S. arrests leader of breakaway Mahdi Army faction for Karbala raid"
    assert post.author == "Allahpundit"
    assert post.moment.printed == "posted at 6:54 pm on March 22, 2007"
    assert post.moment.local == "2007-03-22T18:54:00"
    assert len(post.body.split("\n\n")) == 22
    assert [(b.first_paragraph, b.last_paragraph, b.source) for b in post.blocks] == [
        (2, 5, "CNN"),
        (8, 8, "the Blotter"),
        (13, 15, None),
        (18, 20, "the Blotter"),
    ]


def test_every_line_is_accounted_for() -> None:
    assert seed().line_count == 272
    assert sum(tally(seed()).values()) == 272
    assert [stretch.lines[0] for stretch in seed().furniture] == [49, 51, 55]
    assert seed().leftover == ()


def test_what_is_odd_is_told_with_its_line() -> None:
    told = {anomaly.line: anomaly.what for anomaly in seed().anomalies}
    assert sorted(told) == [3, 175, 203, 233, 239]
    assert told[3] == "zone not stated"
    assert "remains of a stripped link" in told[233]


def test_the_json_has_the_form_that_score_programs_read() -> None:
    told = json.loads(as_json(seed_plan()))
    assert {"post", "comments", "anomalies", "leftover"} <= set(told)
    assert set(told["comments"][0]) == {
        *("key", "source_id", "anchor", "author", "posted_at", "body"),
        *("parent", "parent_basis", "quotes", "lines", "state", "kind"),
    }
    assert told["comments"][22]["quotes"] == [{"of": told["comments"][19]["key"]}]
    assert set(told["anomalies"][0]) == {"line", "what", "done"}


def test_the_text_says_what_a_person_checks_first() -> None:
    told = as_text(seed_plan())
    assert "Comments: 41" in told
    assert "Attribution lines: 43, of which 2 are quotations" in told
    assert "Authors of comments: 29" in told
    assert "23 answers 20" in told
    assert "Zone: not stated" in told
    assert "Remainder: nothing" in told
