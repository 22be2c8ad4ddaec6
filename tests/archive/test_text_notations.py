"""Each notation that pages are written in, and variations of it that no page showed us, is read by rules."""

from dataclasses import replace

import pytest

from forum.archive.items import Thread
from forum.archive.plan import tally
from tests.archive.mill_talk import GAP, SAID, TIMES, Talk, parents, told
from tests.archive.pages import thread

TWO_LINES = {
    "name, date": Talk("{name}\n{us} at {at}"),
    "name, posted": Talk("{name}\nPosted {us} at {small}  "),
    "name, on date, threaded": Talk("{name}\non {us} at {small}", indented=True),
    "name, blank line, date": Talk("{name}\n\n{eu} {at}"),
    "name, weekday": Talk("{name}\n{weekday}, {us} at {points}"),
    "name, no year": Talk("{name}\n{bare} at {at}"),
    "name, time before date": Talk("{name}\nPosted at {at} on {us}"),
    "name says": Talk("{name} says:\t\n{us} at {small}\t"),
    "name says, threaded, with buttons": Talk("{name} says:\n{us} at {small}", indented=True, below="Reply\n"),
    "name wrote": Talk("{name} wrote:\non {num} at {h24}"),
    "running number above": Talk("{name} Says:\n{us} at {small}", before="{n}"),
    "running number at the name": Talk("{n}. {name}\n{us} at {at}"),
    "name twice": Talk("{name}\n{name}\n{us} at {at}"),
    "by name, on date": Talk("by {name}\non {us} at {at}"),
    "after the text": Talk(end="{name}\n{us} at {at}"),
    "posted by, after the text": Talk(end="Posted by {name}\n{us} at {at}"),
    "date, name says": Talk("{us} at {at}\n{name} says:"),
    "date, name": Talk("{us} at {at}\n{name}"),
    "buttons at the date": Talk("{name}\n{us} at {at} | Reply"),
    "buttons and counts below": Talk("{name}\n{us} at {at}", below="Like (3)\nReply\nReport abuse\n"),
    "votes above a name": Talk("{name}\n{us} at {at}", before="0\t\t", indented=True),
    "no blank lines between comments": Talk("{name}\n{us} at {at}", between=""),
    "footer": Talk("{name}\n{us} at {at}", footer="\n\nLeave a Reply\n\nName (required)\n\nCopyright 2004\n"),
    "heading instead of a gap": Talk("{name}\n{us} at {at}", gap="\n12 Responses to “The mill by the river”\n\n"),
    "heading below the gap": Talk("{name}\n{us} at {at}", gap=GAP + "Comments\n\n"),
    "dated byline": Talk("{name}\n{us} at {at}", byline="\nBy Hanna\nMay 9, 2004 at 9:00 AM\n"),
}
ONE_LINE = {
    "on": Talk("{name} on {us} at {at}"),
    "on, after the text": Talk(end="{name} on {us} at {at}"),
    "nothing between": Talk("{name} {us} at {at}", indented=True),
    "newest first": Talk("{name} {us} at {at}", newest_first=True),
    "dash": Talk("{name} - {us} {h24}"),
    "long dash, first indentation lost": Talk("{name} — {us} @ {at}", indented=True),
    "comma": Talk("{name}, {us}, {at}"),
    "number": Talk("{n} {name} {us} at {at}"),
    "number and no time": Talk("{n}. {name} - {eu}", text_indent=4),
    "number with #, brackets": Talk("#{n} {name} ({iso} {h24})"),
    "comment by": Talk("Comment by {name} — {us} @ {small}"),
    "posted by, bar": Talk(end="Posted by: {name} | {us} at {at}", footer="\nThe comments to this entry are closed.\n"),
    "posted by, close": Talk(end="Posted by {name} at {us} {at}", between=""),
    "by": Talk(end="by {name} on {us} at {small}."),
    "submitted by": Talk("Submitted by {name} on {weekday}, {num} - {h24}."),
    "left by": Talk(end="Left by {name} on {us}"),
    "date / name says": Talk("{day}. May, 2004 / {name} says:"),
    "on date name said": Talk("On {us} at {small}, {name} said:", indented=True),
    "posted on date by": Talk(end="posted on {weekday}, {us} at {at} by {name}"),
    "written by": Talk("written by {name}, {us}"),
    "on iso date name": Talk("on {iso} at {small} {name}"),
    "name said on": Talk("{name} said on {us} at {at}:"),
    "name on date said": Talk("{name} on {us} at {at} said:"),
    "numbers and points": Talk("{name} {dots} at {h24}"),
    "zone": Talk("{name} | {us} {at} EDT"),
    "iso": Talk("{name} {iso}T{h24}:00Z"),
    "bracket": Talk("[{iso} {h24}] {name}:"),
    "date | name": Talk("{us} {at} | {name}"),
    "German": Talk("{name} schrieb am {day}. Mai 2004 um {h24} Uhr:"),
    "French": Talk("{name} le {day} mai 2004 à {h24}"),
    "Spanish": Talk("{name} dijo el {day} de mayo de 2004 a las {h24}:"),
    "permalink": Talk("{name} | {us} {at} | Permalink"),
    "member's number, no year": Talk("by {name} ({uid}) * <x@y.z> on {bare}, @{at} (#{n}77) Journal", indented=True),
}
AROUND = {
    "said": Talk("{name} said...", "{us} {at}"),
    "said, indented texts": Talk("{name} said...", "    {us} {at}", text_indent=4, between=""),
    "wrote": Talk("{name} wrote:", "{weekday}, {us} at {small}  ", between=""),
    "writes, posted": Talk("{name} writes:", "Posted on {us} at {at}"),
    "buttons below": Talk("{name} said...", "{weekday}, {us} {at} Delete\nReply\n"),
    "name alone, buttons at the date": Talk("{name}", "Like · Reply · {us} at {at}"),
}
ODD = {
    "role below the name": Talk("{name}\nAuthor\n{us} at {at}"),
    "day and time on two lines": Talk("{name}\n{us}\nat {at}"),
    "time, date, name said": Talk("At {at}, {us}, {name} said..."),
    "bullets": Talk("• {name} - {us} {at}"),
    "name in brackets": Talk("[{name}] {us} {at}"),
    "address at the name": Talk("{name} (http://x{n}.example.org/) on {us} at {at}"),
    "picture text": Talk("{name}'s picture\n{name}\n{us} at {at}"),
    "name and date touch": Talk("{name}{us} at {at}"),
    "buttons that touch": Talk("{name}\n{us} at {at}", below="ReplyDelete\n"),
    "year last": Talk("{name} {bare} {h24}:22 2004"),
    "tilde": Talk("{name} ~ {us} {at}"),
    "zone in brackets": Talk("{name}\n{us} at {small} (UTC -5)"),
    "number on a line below": Talk("{name}\n{us} at {at}\nComment #{n}"),
    "number behind the date": Talk("{name} {us} at {at} #{n}"),
    "number before by": Talk("Comment {n} by {name} on {us} at {at}"),
    "posted by on a line of its own": Talk(end="Posted by:\n{name}\n{us} at {at}"),
    "said, posted below": Talk("{name} said:", "Posted on {us} {at} | Permalink"),
    "title above": Talk("Submitted by {name} on {us} - {small}.", below="reply\n"),
    "dashes before by": Talk(end="-- Posted by: {name} at {us} {at}"),
    "a row of buttons": Talk(end="by {name} on {short} {at} EDT   reply   rec   flag   0 recs"),
    "homepage behind the name": Talk(end="{name} | Homepage | {dots} - {small} | #"),
    "in reply to": Talk("{name} said in reply to the miller...", "{us} at {at}"),
    "no year, numbers": Talk("{name} on {slashed} at {at}"),
    "capitals": Talk("{name}\nMAY {day}, 2004 AT {at}"),
}
RELATIVE = {
    "one line": Talk("{name} {ago}"),
    "buttons": Talk("{name} · {ago}", below="Reply · Like"),
    "said": Talk("{name} said {ago}:"),
    "after": Talk(end="Posted by {name} {ago}"),
    "two lines": Talk("{name}\n{ago}"),
    "bullet, votes and buttons, threaded": Talk("{name} • {ago}", below="△\n▽\nReply\nShare\n", indented=True),
    "ago by": Talk("Posted {ago} by {name}"),
    "points, threaded": Talk("[-]{name} 3 points {ago}", indented=True),
}


def cases(*groups: dict[str, Talk]) -> list[object]:
    return [pytest.param(talk, id=name) for group in groups for name, talk in group.items()]


def read(talk: Talk) -> Thread:
    found = thread(talk.page())
    assert told(tuple(found.comments)) == talk.expected()
    assert sum(tally(found).values()) == found.line_count
    assert not [s for s in found.leftover if s.what == "not placed by the reader"]
    return found


@pytest.mark.parametrize("talk", cases(TWO_LINES, ONE_LINE, AROUND, ODD))
def test_authors_texts_times_and_parents_are_those_of_the_page(talk: Talk) -> None:
    found = read(talk)
    times = TIMES[::-1] if talk.newest_first else TIMES
    for comment, time in zip(found.comments, times, strict=True):
        local = time.isoformat()
        assert local.startswith(comment.moment.local[:16])
        assert len(comment.moment.local) >= len("2004-05-10")
    number = {comment.key: n for n, comment in enumerate(found.comments)}
    answers = [number[c.parent] if c.parent else None for c in found.comments]
    assert answers == (parents() if talk.indented else [None] * len(SAID))
    assert found.threaded == talk.indented
    assert {c.parent_basis for c in found.comments if c.parent} <= {"indentation"}


@pytest.mark.parametrize("talk", cases(RELATIVE))
def test_a_time_told_from_the_moment_of_saving_invents_no_date(talk: Talk) -> None:
    moments = [comment.moment for comment in read(talk).comments]
    assert {(m.local, m.precision, m.instant) for m in moments} == {("", "relative", "")}
    assert moments[0].printed == "24 hours ago"


@pytest.mark.parametrize("talk", cases({"around": Talk("{name} said...", "{at}"), "above": Talk("{name}\n{at}")}))
def test_times_without_a_day_count_from_the_articles(talk: Talk) -> None:
    page = talk.page().replace("May 9, 2004", "May 10, 2004").replace("9:15 am", "9:00 am")
    found = thread(page)
    assert told(tuple(found.comments)) == talk.expected()
    assert [c.moment.local for c in found.comments] == [time.isoformat() for time in TIMES]
    assert found.comments[0].moment.printed == "9:01 AM"
    assert "12 times without a day" in [a.what for a in found.anomalies]


def test_a_title_of_another_page_is_a_name_where_names_stand() -> None:
    title = "Ten things worth reading this week about mills and wheels"
    for talk in (TWO_LINES["name, date"], ONE_LINE["on"]):
        found = thread(talk.page().replace("mo\nMay", f"{title}\nMay").replace("mo on May", f"{title} on May"))
        assert title in [c.author for c in found.comments]
        assert len(found.comments) == len(SAID)


def test_names_without_any_date_are_read_where_they_repeat() -> None:
    found = read(Talk("{name} says:"))
    assert {comment.moment.precision for comment in found.comments} == {"none"}


def test_a_number_of_a_comment_is_its_anchor() -> None:
    found = read(ONE_LINE["member's number, no year"])
    assert found.comments[0].source_id == "177"


def test_addresses_of_mail_are_in_no_name_and_no_source_line() -> None:
    found = read(ONE_LINE["member's number, no year"])
    assert not any("x@y" in comment.source or "x@y" in comment.author for comment in found.comments)


@pytest.mark.parametrize("talk", cases(TWO_LINES, ONE_LINE, AROUND, ODD))
def test_the_source_of_a_comment_is_its_lines(talk: Talk) -> None:
    page = talk.page()
    lines = page.split("\n")
    for comment in thread(page).comments:
        own = "\n".join(lines[comment.lines[0] - 1 : comment.lines[1]])
        assert comment.source == own.replace("<x@y.z>", "…")
        assert comment.body in own


def test_windows_1252_is_read_in_every_notation() -> None:
    talk = TWO_LINES["name says"]
    found = thread(talk.page().replace("wheel", "“wheel”").encode("windows-1252"))
    assert [c.author for c in found.comments] == [name for name, _ in SAID]
    assert "“wheel”" in found.comments[0].body


def test_pingbacks_and_trackbacks_are_kept_apart() -> None:
    page = ONE_LINE["comment by"].page().replace("Comment by pond99", "Pingback by pond99")
    found = thread(page.replace("Comment by mo", "Trackback by mo"))
    assert len(found.comments) == len(SAID) - 2
    assert [(ping.author, ping.kind) for ping in found.pings] == [("pond99", "pingback"), ("mo", "trackback")]
    assert sum(tally(found).values()) == found.line_count


OWN_LEAD = {
    "says, on two lines": Talk("{name} says:\n{us} at {small}"),
    "said, around the text": Talk("{name} said...", "{us} {at}"),
    "one line, before": Talk("{name} on {us} at {at}"),
    "one line, after": Talk(end="{name} on {us} at {at}"),
    "date first": Talk("On {us} at {small}, {name} said:"),
}


def authors_with(talk: Talk, name: str) -> list[str]:
    """The authors of the page on which one who is called mo elsewhere is called so."""
    return [comment.author for comment in thread(replace(talk, mo=name).page()).comments]


@pytest.mark.parametrize("talk", cases(OWN_LEAD))
@pytest.mark.parametrize("name", ["Von Trapp", "By George", "Par Lager"])
def test_what_stands_before_few_names_like_by_is_a_part_of_them(talk: Talk, name: str) -> None:
    assert authors_with(talk, name) == [name if one == "mo" else one for one, _ in SAID]


@pytest.mark.parametrize("talk", cases(OWN_LEAD))
@pytest.mark.parametrize("name", ["7 of 9", "2 cents", "1984"])
def test_a_number_before_few_names_or_in_place_of_one_is_no_running_number(talk: Talk, name: str) -> None:
    assert authors_with(talk, name) == [name if one == "mo" else one for one, _ in SAID]


def test_a_number_with_a_mark_and_a_date_names_nobody() -> None:
    page = (
        Talk("{name} on {us} at {at}").page().replace("+1", "They met\n\n3. on May 4, 2004 at 9:15 AM\n\nand parted.")
    )
    assert [comment.author for comment in thread(page).comments] == [name for name, _ in SAID]


def test_a_name_that_begins_like_by_and_speaks_most_is_whole_all_the_same() -> None:
    names = ("Von Trapp", "Ida", "Von Trapp")
    said = "".join(f"{name} says:\nMay 9, 2004 at 9:1{n} am\n\nYes.\n\n" for n, name in enumerate(names))
    found = thread("The mill\n\nIt closed.\n" + GAP + said)
    assert tuple(comment.author for comment in found.comments) == names


def test_a_pingback_among_names_without_by_is_named_by_its_title() -> None:
    page = Talk("{name} on {us} at {at}").page().replace("\nmo on", "\nPingback by The weir on")
    assert [(ping.author, ping.kind) for ping in thread(page).pings] == [("The weir", "pingback")]


# -- threads by indentation ------------------------------------------------------------------------------


def talk_of(*said: tuple[int, str]) -> Thread:
    text = "The mill\nposted at 9:15 am on May 9, 2004 by Hanna\n\nIt closed.\n" + GAP
    for n, (blanks, name) in enumerate(said):
        text += f"{' ' * blanks}{name} — May 10, 2004, 9:{n:02} am\n\n{' ' * blanks}Words of {name}.\n\n"
    return thread(text)


def answers(found: Thread) -> dict[str, str | None]:
    name = {comment.key: comment.author for comment in found.comments}
    return {c.author: name[c.parent] if c.parent else None for c in found.comments}


def test_a_level_that_is_missing_leaves_the_parent_unknown() -> None:
    found = talk_of((0, "a"), (8, "b"), (12, "c"), (4, "d"), (0, "e"))
    assert answers(found) == {"a": None, "b": None, "c": "b", "d": "a", "e": None}
    assert "indented below a comment that is not on the page" in [x.what for x in found.anomalies]


def test_a_page_that_lost_the_indentation_of_its_first_line_is_flat() -> None:
    found = talk_of((0, "a"), (4, "b"), (4, "c"), (4, "d"))
    assert set(answers(found).values()) == {None}
    assert not found.threaded


def test_a_name_that_lost_its_indentation_has_an_unknown_parent() -> None:
    page = Talk("{name}\n{us} at {at}", indented=True).page().replace("\n    mo\n", "\nmo\n")
    lost = next(c for c in thread(page).comments if c.author == "mo")
    assert lost.parent is None


def test_tabs_are_levels() -> None:
    page = ONE_LINE["nothing between"].page()
    found = thread(page.replace("    ", "\t"))
    number = {comment.key: n for n, comment in enumerate(found.comments)}
    assert [number[c.parent] if c.parent else None for c in found.comments] == parents()


def test_indented_texts_under_names_that_are_not_are_no_replies() -> None:
    assert not read(Talk("{name}\n{us} at {at}", text_indent=4)).threaded


def test_where_a_page_shows_its_replies_a_quotation_sets_no_parent() -> None:
    long = "the miller kept a heron in the loft for nineteen winters and it never once complained"
    page = ONE_LINE["nothing between"].page().replace("First!", long).replace("Thanks", f"{long}\n\nThanks")
    found = next(c for c in thread(page).comments if c.author == "x")
    assert (len(found.quotes), found.parent) == (1, None)


# -- "Response to NAME, DATE TIME" -----------------------------------------------------------------------


def test_a_response_names_its_parent_by_author_and_minute() -> None:
    talk = Talk("{name}\n{eu} {at}")
    page = talk.page().replace("\nCongratulations", "\nResponse to Ruth K., 10 May 2004 9:01 AM\n\nCongratulations")
    page = page.replace("\nWhat would", "\nIn reply to mo on 12 May 2004 5:50 PM:\n\nWhat would")
    found = thread(page)
    assert answers(found)["O'Brien, Pat"] == "Ruth K."
    assert answers(found)["Dr. Who?"] == "mo"
    assert {c.parent_basis for c in found.comments if c.parent} == {"named"}
    assert told(tuple(found.comments)) == talk.expected()


def test_a_response_to_nobody_on_the_page_stays_in_the_text() -> None:
    page = Talk("{name}\n{eu} {at}").page().replace("\nThanks", "\nResponse to Eve, 1 May 2004 9:01 AM\n\nThanks")
    found = next(c for c in thread(page).comments if c.author == "x")
    assert found.parent is None
    assert found.body.startswith("Response to Eve")


# -- repeats ---------------------------------------------------------------------------------------------


def test_one_author_twice_on_a_day_or_hour_is_no_quotation() -> None:
    page = Talk("{name} - {eu}").page()
    again = page.replace("pond99 - 10 May", "Ruth K. - 10 May").replace("First!\n\n", "")
    found = thread(again)
    assert found.quoted_attributions == 0
    assert len(found.comments) == len(SAID)
