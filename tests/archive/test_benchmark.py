"""The measure of imports counts what a person would count."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import archive, scoring
from tests.archive.mill_talk import SAID, TIMES, Talk
from tests.archive.pages import thread

PAGE = Talk("{name}\n{us} at {at}").page()


def labels(**changes: object) -> dict[str, Any]:
    """What a person would write of the page, with the first comment changed."""
    comments = [
        {
            "n": n,
            "author": name,
            "posted_at": time.isoformat(),
            "body_first_words": " ".join(text.split()[:6]),
            "body_last_words": " ".join(text.split()[-6:]),
            "reply_to": None,
        }
        for n, ((name, text), time) in enumerate(zip(SAID, TIMES, strict=True), 1)
    ]
    return {"parents_from": "indentation", "comments": [{**comments[0], **changes}, *comments[1:]]}


def scored(**changes: object) -> scoring.Score:
    return scoring.score("mill", "text", labels(**changes), thread(PAGE))


def test_a_page_read_rightly_has_all_points() -> None:
    told = scored()
    assert (told.found, told.imported, told.points) == (12, 12, 100.0)
    assert (told.author, told.time, told.body) == ((12, 12), (12, 12), (12, 12))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"author": "Eve"}, "author"),
        ({"posted_at": "2004-05-10T09:02:00"}, "time"),
        ({"body_last_words": "and so it ends at last"}, "body"),
    ],
)
def test_what_differs_is_not_right(changes: dict[str, object], field: str) -> None:
    told = scored(**changes)
    assert told.found == 12
    assert getattr(told, field) == (11, 12)
    assert told.points < 100


def test_what_is_not_labelled_is_not_scored() -> None:
    assert scored(posted_at=None, author=None).author == (11, 11)


def test_a_comment_that_is_not_in_the_file_is_not_found_and_another_is_invented() -> None:
    told = scored(author="Eve", posted_at="2001-01-01T00:00:00", body_first_words="Nothing of the kind")
    assert (told.found, told.imported, told.recall, told.precision) == (11, 12, 11 / 12, 11 / 12)


def test_a_parent_that_the_page_shows_and_the_import_does_not_is_missed() -> None:
    told = scoring.score("mill", "text", labels(reply_to=2), thread(PAGE))
    assert (told.parents_right, told.parents_wrong, told.parents_missed) == (0, 0, 1)


@pytest.mark.parametrize("parent", [2, "102"])
def test_a_parent_is_labelled_by_its_number_or_by_its_id(parent: int | str) -> None:
    labelled = labels()
    for comment in labelled["comments"]:
        comment |= {"source_id": str(100 + comment["n"]), "parent": parent if comment["n"] == 1 else None}
        del comment["reply_to"]
    assert scoring.score("mill", "text", labelled, thread(PAGE)).parents_missed == 1


def test_the_table_names_the_worst_and_the_status_says_whether_targets_are_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mill.txt").write_text(PAGE)
    (tmp_path / "mill.truth.json").write_text(json.dumps(labels()))
    assert archive.main(tmp_path) == 0
    assert "targets: all met" in capsys.readouterr().out
    (tmp_path / "poem.txt").write_text("A poem\n\nabout a mill\n")
    (tmp_path / "poem.truth.json").write_text(json.dumps(labels()))
    assert archive.main(tmp_path) == 1
    assert "worst: poem 0.0" in capsys.readouterr().out
    assert archive.main(tmp_path / "nothing") == 2
