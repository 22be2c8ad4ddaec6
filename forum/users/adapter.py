"""What allauth asks the site: who may be called what, where its mails point, and where a sign-in may lead."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse  # noqa: TID251 - allauth hands requests to its adapter
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from forum.errors import take_along
from forum.notices import outbox
from forum.text import names
from forum.users.models import NAME_TAKEN, User


class Adapter(DefaultAccountAdapter):
    """Fits allauth to the site."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Name or password is not right. Try again, or reset the password.",
        "email_password_mismatch": "Address or password is not right. Try again, or reset the password.",
        "enter_current_password": "This is not your password now. Type it again.",
        "incorrect_password": "This is not your password. Type it again.",
        "duplicate_email": "This is your address already.",
        "username_taken": NAME_TAKEN,
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the name as it will be kept; raises ValidationError when it can't be had."""
        name = names.clean(username)
        names.validate(name, reserved=[settings.SITE_NAME])
        if not shallow and User.objects.filter(name_key=names.skeleton(name)).exists():
            raise ValidationError(NAME_TAKEN, "username_taken")
        return name

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Save a new member together with the key of the name."""
        super().save_user(request, user, form, commit=False)
        user.name_key = names.skeleton(user.username)
        if commit:
            user.save()
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try to sign in; one too many is answered 429, not with one more form to fill in."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether `next` may be followed: a path on this site, never an address with a host."""
        if not url or not url.startswith("/") or not url.isprintable():
            return False
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        """Answer a sign-in; words that were given back to somebody signed out become a draft of theirs."""
        return take_along(request, user, super().post_login(request, user, **about))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a mail into the outbox: no answer waits for a mail server, and each takes as long as the next."""
        message = self.render_mail(template_prefix, email, self._mail_context(email) | context)
        outbox.put_account_mail(address=email, subject=str(message.subject), body=str(message.body))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link that confirms an address, on the configured site whatever Host was asked for."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link that resets a password, on the configured site."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that it has an account here; the one who typed it learns nothing."""
        self.send_mail("account/email/account_already_exists", email, {})

    def _mail_context(self, email: str) -> dict[str, Any]:
        return {
            "email": email,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "site_host": urlsplit(settings.SITE_URL).netloc,
        }
