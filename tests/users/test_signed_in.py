"""Who is signed in is found by two queries that are written once, and by nobody's session but a living one."""

import datetime as dt
import secrets

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.utils import timezone

from forum.users.models import User
from forum.users.sessions import SessionStore

pytestmark = pytest.mark.django_db


def signed_in(browser) -> bool:
    return browser.get("/preferences/").status_code == 200


def test_a_member_is_known_by_a_session_and_a_row(ann, sign_in, count_queries):
    browser = sign_in(ann)
    first, second, *_ = count_queries(lambda: browser.get("/preferences/"))
    assert "django_session" in first
    assert "users_user" in second
    assert browser.get("/preferences/").wsgi_request.user == ann


def test_a_session_that_has_run_out_is_none(ann, sign_in):
    browser = sign_in(ann)
    assert signed_in(browser)
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert not signed_in(browser)


def test_a_session_that_nobody_has_is_none(ann, sign_in, settings):
    browser = sign_in(ann)
    browser.cookies[settings.SESSION_COOKIE_NAME] = secrets.token_hex(16)
    assert not signed_in(browser)
    store = SessionStore("a" * 32)
    assert dict(store.items()) == {}
    assert store.session_key is None


def test_what_a_member_changes_shows_with_the_next_click(ann, sign_in):
    browser = sign_in(ann)
    User.objects.filter(pk=ann.pk).update(scheme="dark")
    assert 'data-scheme="dark"' in browser.get("/preferences/").content.decode()


@pytest.mark.parametrize("how", ["closed", "gone"])
def test_a_member_who_is_closed_out_is_signed_in_nowhere(how, ann, sign_in):
    browser = sign_in(ann)
    if how == "closed":
        User.objects.filter(pk=ann.pk).update(is_active=False)
    else:
        ann.delete()
    assert not signed_in(browser)


def test_a_password_signs_in_as_before(ann):
    assert authenticate(None, username="ann", password="correct horse battery staple") == ann
    assert authenticate(None, username="ann", password="wrong") is None
