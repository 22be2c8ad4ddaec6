"""Makes an administrator: asks, or takes ADMIN_EMAIL, ADMIN_NAME and ADMIN_PASSWORD from the environment."""

from collections.abc import Callable
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from forum.text import names
from forum.users.models import User


class Command(BaseCommand):
    help = "Makes an administrator, or makes a member one (ADMIN_EMAIL, ADMIN_NAME, ADMIN_PASSWORD)."

    def handle(self, *args: Any, **options: Any) -> None:
        environment = settings.ENVIRONMENT
        # Allauth looks addresses up in lower case.
        email = (environment.text("ADMIN_EMAIL") or self._ask("E-mail address: ")).lower()
        self._check(validate_email, email)  # before a name is made of it, and a password asked for
        user = User.objects.filter(email__iexact=email).first() or self._new(email)
        password = environment.secret("ADMIN_PASSWORD") or self._ask("Password: ", hidden=True)
        self._check(validate_password, password, user)
        self._make(user, password)
        self.stdout.write(f"{user.username} <{user.email}> is an administrator.")

    def _check(self, validate: Callable[..., None], *values: Any) -> None:
        """Raises CommandError with what is wrong."""
        try:
            validate(*values)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _new(self, email: str) -> User:
        """Gives a member not yet saved, named by ADMIN_NAME, else by the address; raises CommandError."""
        local = "".join(letter for letter in email.partition("@")[0] if letter.isalnum())
        name = names.clean(settings.ENVIRONMENT.text("ADMIN_NAME")) or local[: names.MAX_LENGTH]
        try:
            names.validate(name)
        except ValidationError as error:
            # "admin" is kept for those who have this terminal.
            if error.code != "reserved":
                raise CommandError(f"{name!r} cannot be a name: {error.message} Set ADMIN_NAME.") from None
        user = User(username=name, name_key=names.skeleton(name), email=email)
        if User.objects.filter(name_key=user.name_key).exists():
            raise CommandError(f"A member is called {name}, or like it, with another address. Set ADMIN_NAME.")
        return user

    def _ask(self, question: str, *, hidden: bool = False) -> str:
        try:
            return getpass(question) if hidden else input(question).strip()
        except EOFError:
            raise CommandError("There is nobody to ask: set ADMIN_EMAIL and ADMIN_PASSWORD.") from None

    @transaction.atomic
    def _make(self, user: User, password: str) -> None:
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(password)
        user.save()
        # Whoever has this terminal needs no mail to prove the address.
        EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
