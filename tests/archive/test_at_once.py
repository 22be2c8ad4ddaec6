"""An import is loaded or taken back while others take names off, decide and read."""

import threading

import pytest

from comments.models import Comment
from forum.archive import batches
from forum.archive.items import Quote
from forum.archive.load import load
from forum.moderation import removals
from forum.refusals import Conflict
from forum.users.models import User
from tests.archive.threads import Mill, said, talk
from tests.comments.test_parallel import together, until_another_waits
from tests.making import make_person

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NAME = "Person 0"


@pytest.mark.postgresql_only
def test_a_name_that_is_taken_off_meanwhile_goes_from_the_words_that_quote_it(
    mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees what is being brought before it is there: who takes the name off has to wait for it."""
    person = make_person(NAME, source="mill")
    removal = removals.request_name_removal(person=person, name=NAME, who="guest:1")
    quoting = f"{NAME} wrote:\nWords of comment 0.\n\nSo it is."
    quote = Quote("talk:0", len(NAME) + 8, len(NAME) + 27, 0, len(NAME) + 7)
    plan = Mill(talk([said(0), said(1, body=quoting, quotes=(quote,))])).plan(monkeypatch)
    brings, add = threading.Event(), batches.add_comments

    def while_another_waits(threads: object) -> object:
        made = add(threads)  # type: ignore[arg-type]
        brings.set()
        until_another_waits()
        return made

    def take_off() -> bool:
        return removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)

    def meanwhile() -> bool:
        brings.wait(5)
        return take_off()

    monkeypatch.setattr(batches, "add_comments", while_another_waits)
    assert type(together([lambda: load(plan, commit=True), meanwhile])[1]) is Conflict
    assert take_off()
    assert not Comment.objects.filter(body__contains=NAME).exists()
