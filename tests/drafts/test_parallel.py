"""Many windows write at one place at the same moment: one draft, one comment, nothing failed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from comments.models import Comment
from forum.drafts import actions
from forum.drafts.models import Draft, Place
from tests.making import token

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def together(act, times: int = 8) -> list[object]:
    def run(number: int) -> object:
        try:
            return act(number)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_many_windows_that_keep_at_once_leave_one_draft(ben):
    place = Place("post-new")
    together(lambda number: actions.keep(member=ben, place=place, words={"body": f"Words {number}."}))
    draft = Draft.objects.get()
    assert draft.words["body"] != draft.other["body"]


def test_one_form_posted_and_kept_at_once_makes_one_comment(ben, post):
    address, form = f"/posts/{post.pk}/comment/", token()
    session = Client()
    session.force_login(ben)

    def act(number: int) -> int:
        browser = Client()
        browser.cookies = session.cookies
        extra = {"keep": "1"} if number % 2 else {}
        headers = {"HX-Request": "true"} if number % 2 else {}
        words = {"body": "Once.", "token": form, "draft": "0123456789abcdef"}
        return browser.post(address, words | extra, headers=headers).status_code

    assert set(together(act)) == {200, 302}
    assert Comment.objects.count() == 1
