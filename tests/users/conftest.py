"""What the tests of accounts share."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from forum.users.models import User
from tests.conftest import PASSWORD

SITE = "http://localhost:8000"
FORM = {"username": "Carol", "email": "carol@example.org", "password1": PASSWORD}

SignUp = Callable[..., HttpResponse]


def link_in(message: mail.EmailMessage) -> str:
    """Gives the path of the one link of the site that a mail asks to open."""
    links = [link for link in re.findall(rf"{SITE}(/\S+)", str(message.body)) if link != "/"]
    assert len(links) == 1, message.body
    return str(links[0])


@pytest.fixture
def confirmed(ann: User, ben: User) -> tuple[User, User]:
    """Ann and Ben, whose addresses are confirmed."""
    for user in (ann, ben):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return ann, ben


@pytest.fixture
def sign_up(db: None) -> SignUp:
    """Signs up, as Carol unless told otherwise."""

    def post(client: Client, **changes: str) -> HttpResponse:
        response: HttpResponse = client.post("/accounts/signup/", FORM | changes)  # type: ignore[assignment]
        return response

    return post


def is_signed_in(client: Client) -> bool:
    """Whether the pages know who asks."""
    return "_auth_user_id" in client.session
