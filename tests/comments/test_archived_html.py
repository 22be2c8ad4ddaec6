"""Markup of an archive stands as it was, save where it repeats words that are no longer shown."""

import pytest
from django.test import Client

from comments.actions import change_state
from comments.importing import ArchivedComment, ArchivedQuotation
from comments.models import Comment
from forum.search.models import Entry
from forum.states import Format, State
from forum.text.quotations import NOT_SHOWN
from forum.users.models import User
from tests.making import LONG_AGO, import_comments, make_person, make_post

SAID = "The wheel has to turn, whatever the council says."
PASSAGE = "The <b>wheel</b> has to turn, whatever the council says."
QUOTING = f"<p>lena wrote:</p><blockquote><p>{PASSAGE}</p></blockquote><p>Quite so.</p>"


@pytest.fixture
def thread(db: None) -> list[Comment]:
    """A comment, and one in HTML that quotes it between tags."""
    start, end = QUOTING.index(PASSAGE), QUOTING.index(PASSAGE) + len(PASSAGE)
    quotation = ArchivedQuotation(of=0, start=start, end=end, attribution_start=3, attribution_end=14)
    found = [
        ArchivedComment(person=make_person("lena"), created_at=LONG_AGO, body=SAID),
        ArchivedComment(
            person=make_person("mo"), created_at=LONG_AGO, body=QUOTING, format=Format.HTML, quotations=(quotation,)
        ),
    ]
    return import_comments(post=make_post(archived=True), found=found)


def html_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).html


def test_a_quotation_in_html_stands_as_it_was(thread: list[Comment]) -> None:
    assert "<b>wheel</b> has to turn" in html_of(thread[1])


def test_its_words_and_their_attribution_go_with_the_comment_they_repeat(thread: list[Comment], mod: User) -> None:
    for to in (State.HIDDEN, State.REMOVED):
        change_state(comment=thread[0], to=to, by=mod)
        html = html_of(thread[1])
        assert "wheel" not in html
        assert "lena" not in html
        assert NOT_SHOWN in html
        assert "Quite so." in html
        assert html.count("<blockquote") == html.count("</blockquote>") == 1
        assert "council" not in Client().get(thread[0].post.get_absolute_url()).content.decode()
        assert not Entry.objects.filter(words__icontains="wheel").exists()


def test_they_come_back_with_it(thread: list[Comment], mod: User) -> None:
    before = html_of(thread[1])
    change_state(comment=thread[0], to=State.HIDDEN, by=mod)
    change_state(comment=thread[0], to=State.PUBLISHED, by=mod)
    assert html_of(thread[1]) == before
