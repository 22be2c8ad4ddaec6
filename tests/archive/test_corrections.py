"""The TOML beside a file adds what the page cannot say, and nothing in it is passed over."""

import pytest

from forum.archive import corrections
from forum.archive.limits import Refused
from tests.archive.pages import AFTER, plan, thread

SAID = """
[source]
key = "valley-post"
name = "The Valley Post"
[page]
zone = "Europe/London"
title = "The mill"
[notes]
provenance = "From a disk."
[[quotation]]
lines = [7, 7]
source = "The Gazette"
"""


def test_what_is_said_is_put_in_its_place() -> None:
    said = corrections.parse(SAID)
    found = thread(AFTER, said)
    assert (said.source_key, said.source_name, said.provenance) == (
        "valley-post",
        "The Valley Post",
        "From a disk.",
    )
    assert found.post.title == "The mill"
    assert found.comments[0].moment.instant == "2004-05-04T09:01:00+00:00"
    assert [(b.first_paragraph, b.last_paragraph, b.source) for b in found.post.blocks] == [(1, 1, "The Gazette")]
    assert any("took Europe/London" in anomaly.done for anomaly in found.anomalies)


def test_a_file_without_corrections_is_a_source_of_its_own() -> None:
    assert corrections.for_file("The Mill (2004)").source_key == "the-mill-2004"
    assert corrections.for_file("粉屋").source_key == "file"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("[source", "not valid TOML"),
        ("", "need a source key"),
        (f'[source]\nkey = "a"\n[page]\ntitle = "{"t" * 301}"', "301 characters; at most 300"),
        ('[source]\nkey = "Valley Post"', "need a source key"),
        ('[source]\nkey = "a"\nnames = "b"', "nothing called names"),
        ('[source]\nkey = "a"\n[pages]', "nothing called pages"),
        ('source = "a"', "written as a table"),
        ("[source]\nkey = 1", "a text in quotation marks"),
        ('[source]\nkey = "a"\naddress = "javascript:x"', "begins with http"),
        ('[source]\nkey = "a"\naddress = "https://bank.example@evil.example/"', "begins with http"),
        ('[source]\nkey = "a"\n[[quotation]]\nlines = [9]', "first and last line"),
        ('[source]\nkey = "a"\n[[quotation]]\nlines = [9, 5]', "cannot run from"),
        (
            '[source]\nkey = "a"\n[[quotation]]\nlines = [5, 7]\n[[quotation]]\nlines = [7, 7]',
            "do not overlap",
        ),
        ("a = " + "[" * 50_000, "nested too deeply"),
        ("a = " + "{a = " * 20_000, "nested too deeply"),
        ("a" + ".a" * 50_000 + " = 1", "nested too deeply"),
        ("a" + ' . "b]"' * 25_000 + " = 1", "nested too deeply"),
        ('a = ["""b"""", ' + "[" * 50_000, "nested too deeply"),
        (f"a = {'9' * 5000}", "a number that is too long"),
        *(
            (f'[source]\nkey = "a"\n{said}', reason)
            for number in ("9" * 4000, f"0x{'f' * 5000}", "1_000_000_001", "-1")
            for said, reason in (
                (f"[[comment]]\nline = {number}", "the line at which it begins"),
                (f"[[comment]]\nline = 1\nparent = {number}", "answers the one that begins at a line"),
                (f"[[quotation]]\nlines = [1, {number}]", "first and last line"),
            )
        ),
    ],
)
def test_what_is_not_understood_is_refused(said: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        corrections.parse(said)


@pytest.mark.parametrize("quote", ['"', '"""', "'", "'''"])
def test_brackets_and_points_in_texts_and_remarks_count_for_nothing(quote: str) -> None:
    note = "[" * 50 + "{" * 50 + "." * 50 + "#"
    said = f'# {note}\n[notes]\nprovenance = {quote}{note}{quote} # {note}\n[source]\nkey = "a"'
    assert corrections.parse(said).provenance == note


@pytest.mark.parametrize("lines", ["[6, 7]", "[5, 6]", "[13, 14]", "[900, 901]"])
def test_a_quotation_that_is_not_of_whole_paragraphs_of_the_article_is_refused(lines: str) -> None:
    said = corrections.parse(f'[source]\nkey = "a"\n[[quotation]]\nlines = {lines}')
    with pytest.raises(Refused, match="begin and end with a paragraph"):
        plan(AFTER, said)


def test_corrections_written_for_another_file_are_refused() -> None:
    said = corrections.parse(f'sha256 = "{"0" * 64}"\n[source]\nkey = "a"')
    with pytest.raises(Refused, match="another file"):
        plan(AFTER, said)
