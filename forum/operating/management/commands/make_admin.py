"""Makes an administrator: asks, or takes ADMIN_EMAIL, ADMIN_NAME and ADMIN_PASSWORD from the environment."""

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
        email = environment.text("ADMIN_EMAIL") or self._ask("E-mail address: ")
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            name = environment.text("ADMIN_NAME") or email.partition("@")[0][:30]
            user = User(username=name, name_key=names.skeleton(name), email=email)
        password = environment.secret("ADMIN_PASSWORD") or self._ask("Password: ", hidden=True)
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self._make(user, password)
        self.stdout.write(f"{user.username} <{email}> is an administrator.")

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
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
