"""The commands show a plan, write only when told, and say by their status how it went."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from comments.models import Comment
from forum.archive.models import Run
from forum.users.models import Source
from posts.models import Post
from tests.archive.pages import AFTER, SEED


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def page(folder: Path, text: str = AFTER) -> str:
    path = folder / "mill.txt"
    path.write_text(text)
    return str(path)


def test_the_fixture_is_loaded_once(db: None) -> None:
    assert "Loaded mahdi-army-arrests-2007.txt: 41 comments" in said("load_fixture")
    assert "is here already; nothing changed" in said("load_fixture")
    assert Comment.objects.count() == 41
    source = Source.objects.get()
    assert (source.key, source.name, source.address) == ("hot-air", "Hot Air", "")
    assert source.provenance_note.startswith("Saved copy of a blog page dated March 22, 2007;")
    assert source.content_note.endswith("the rules apply to new comments.")


def test_nothing_is_written_without_commit(db: None) -> None:
    shown = said("import_archive", str(SEED))
    assert "Comments: 41" in shown
    assert "Would create: 1 post, 41 comments, 30 persons." in shown
    assert not Post.objects.exists()


def test_commit_writes_what_was_shown(db: None) -> None:
    assert "Created: 1 post, 41 comments, 30 persons." in said("import_archive", str(SEED), "--commit")
    assert "all of it is here" in said("import_archive", str(SEED), "--commit")
    assert Comment.objects.count() == 41


def test_the_guide_shows_what_the_command_says(db: None) -> None:
    guide = (SEED.parents[1] / "docs" / "importing.md").read_text()
    lines = guide.partition("```\n$ ")[2].partition("```")[0].splitlines()[1:]
    shown = said("import_archive", str(SEED))
    assert [line for line in lines if "…" not in line and line not in shown.splitlines()] == []


def test_the_plan_is_printed_as_json_and_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OperationalError("no such table")

    command = "forum.archive.management.commands.import_archive"
    monkeypatch.setattr(f"{command}.load", unreachable)
    monkeypatch.setattr(f"{command}.connection.cursor", unreachable)
    told = json.loads(said("import_archive", str(SEED), "--json"))
    assert len(told["comments"]) == 41
    assert "outcome" not in told


def test_the_json_tells_what_would_be_written(db: None) -> None:
    told = json.loads(said("import_archive", str(SEED), "--json"))["outcome"]
    assert told["created"] == {"posts": 1, "comments": 41, "persons": 30, "pings": 0}
    assert not Post.objects.exists()
    json.loads(said("import_archive", str(SEED), "--json", "--commit"))
    told = json.loads(said("import_archive", str(SEED), "--json"))["outcome"]
    assert (told["left"], told["created"]["comments"]) == (42, 0)


def test_strict_stops_at_warnings_with_status_1(db: None) -> None:
    with pytest.raises(CommandError, match="5 warnings; nothing was written") as stopped:
        said("import_archive", str(SEED), "--strict", "--commit")
    assert stopped.value.returncode == 1
    assert not Post.objects.exists()


def test_strict_lets_a_clean_file_pass(db: None, tmp_path: Path) -> None:
    clean = AFTER.replace(" AM\n", " AM EDT\n")
    said("import_archive", page(tmp_path, clean), "--strict", "--commit")
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["/no/such/file"], "There is no file"),
        ([str(SEED), "--format", "papyrus"], "There is no format “papyrus”. Known formats: "),
        ([str(SEED), "--zone", "Mars/Olympus"], "time zone “Mars/Olympus” is not known"),
        ([str(SEED), "--corrections", "/no/such/toml"], "cannot be read"),
        ([str(Path(__file__))], "."),
    ],
)
def test_a_refusal_says_why_with_status_2(db: None, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as refused:
        said("import_archive", *arguments)
    assert refused.value.returncode == 2


def test_a_file_of_64_megabytes_is_refused_unread(db: None, tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.write(SEED.read_bytes())
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(CommandError, match="67,108,864 bytes; at most") as refused:
        said("import_archive", str(path))
    assert refused.value.returncode == 2


def test_a_file_whose_name_is_no_utf_8_is_imported(db: None, tmp_path: Path) -> None:
    path = tmp_path / "m\udcffll.txt"
    path.write_text(AFTER)
    said("import_archive", str(path), "--commit")
    assert Run.objects.get().file_name == "m?ll.txt"


def test_a_zone_given_by_the_operator_is_told(db: None, tmp_path: Path) -> None:
    shown = said("import_archive", page(tmp_path), "--zone", "Europe/London", "--commit")
    assert "took Europe/London, as the operator said" in shown
    assert Comment.objects.exclude(instant=None).count() == 3


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        (
            "From mo@example.org Tue May  4 09:15:00 2004\nMessage-Id: <1@example.org>\nDate: May 4, 2004\n\nHo.\n",
            "mbox",
        ),
        ("AUTHOR: Mo\nDATE: 05/04/2004 09:15:00 AM\n-----\nBODY:\nHo.\n-----\n", "Movable Type"),
    ],
)
def test_what_another_program_wrote_is_not_taken_for_a_page(db: None, tmp_path: Path, text: str, guess: str) -> None:
    path = tmp_path / "brought.txt"
    path.write_text(text * 9)
    with pytest.raises(CommandError, match=guess):
        said("import_archive", str(path))
