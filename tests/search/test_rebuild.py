"""The command that makes the index anew, and says whether it is right."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from forum.operating.management.commands import prepare
from forum.search.models import Entry
from forum.search.rebuilding import rebuild
from tests.making import Row, make_post, make_rows, say

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_search", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def unknown(ann):
    """A thread that was written past the index."""
    return make_rows(make_post(ann, title="Of numbers"), [Row(author=ann) for _ in range(25)])


def test_it_finds_what_was_written_before_there_was_an_index(look, unknown):
    assert look("numbers") == look("words") == []
    assert "26 missing" in said("--batch", "10")
    assert len(look("numbers")) == 1
    assert len(look("words", where="comment")) == 20
    assert "All 26 entries are right." in said()
    assert "All 26 entries are right." in said("--check")


def test_a_run_that_was_stopped_can_be_started_again(unknown):
    class StoppedError(Exception):
        pass

    def stop(found):
        if found.wrong > 10:
            raise StoppedError

    with pytest.raises(StoppedError):
        rebuild(repair=True, batch=5, tell=stop)
    half = Entry.objects.count()
    assert 10 < half < 26
    again = rebuild(repair=True, batch=5)
    assert (again.right, again.missing) == (half, 26 - half)


def test_a_check_tells_what_is_wrong_and_changes_nothing(look, ann, unknown):
    rebuild(repair=True)
    keys = list(Entry.objects.order_by("-key").values_list("key", flat=True))
    Entry.objects.filter(key=keys[0]).delete()
    Entry.objects.filter(key=keys[1]).update(words=" §e nonsense ")
    Entry.objects.create(key=keys[2] + 1000, words=" §e gone ")
    with pytest.raises(CommandError, match="24 entries are right; 1 missing, 1 with other words, 1 too many"):
        said("--check")
    assert "put right: 1 missing, 1 with other words, 1 too many" in said()
    assert "All 26" in said("--check")
    assert look("nonsense") == look("gone") == []


def test_an_entry_is_found_by_its_present_words_alone(look, ann):
    comment = say(make_post(ann), ann, "First words.")
    entry = Entry.objects.get(words__contains="first")
    Entry.objects.filter(pk=entry.pk).update(words=entry.words.replace("first", "second"))
    assert look("first") == []
    assert look("second") == [comment.get_absolute_url()]
    Entry.objects.all().delete()
    assert look("second") == []


@pytest.mark.sqlite_only
def test_fts5_finds_its_lists_in_order(unknown):
    rebuild(repair=True)
    Entry.objects.filter(words__contains=" 7 ").delete()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_words(search_words, rank) VALUES ('integrity-check', 1)")


def test_a_site_that_had_no_search_yet_is_indexed_before_it_serves(look, monkeypatch, unknown):
    monkeypatch.setattr(prepare.Command, "_collect_static_files", lambda self: None)
    out = StringIO()
    call_command("prepare", stdout=out)
    assert "Making the search index …" in out.getvalue()
    assert len(look("numbers")) == 1
    out = StringIO()
    call_command("prepare", stdout=out)
    assert "search" not in out.getvalue()
