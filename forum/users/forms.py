"""The forms of an account: allauth's, in the site's words and with a limit on every field."""

from typing import Any

from allauth.account import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.forms import BaseForm, CharField, EmailField, Form
from django.http import HttpRequest, HttpResponse  # noqa: TID251 - allauth hands requests to its forms

from forum.fields import Id
from forum.users.models import NAME_TAKEN, User

MAX_EMAIL = 254
MAX_PASSWORD = 1000
WHAT_IS_GOOD = "At least 10 characters. Not a common password, and nothing like your name or address."

NO_ADDRESS = "This is not an e-mail address. It looks like name@example.org."


class NameTaken(Exception):  # noqa: N818 - says what happened
    """Someone else took the name, or one that looks like it, between the check and the saving."""


class LoginForm(forms.LoginForm):
    """Signs in by name or e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", "Name or e-mail address", "Enter your name or your e-mail address.")
        self.fields["login"].widget.attrs |= {"autocomplete": "username"}
        _word(self, "password", "Password", "Enter your password.")

    def user_credentials(self) -> dict[str, Any]:
        """Return what to look for: an address is never tried as a name too, for that would take longer."""
        credentials: dict[str, Any] = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials


class SignupForm(forms.SignupForm):
    """Makes an account, or answers alike when the address has one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = "Shown beside all you write. 2 to 30 letters and digits, with - _ . ' between them."
        _word(self, "username", "Name", "Enter the name you want to be shown by.", shown)
        kept = "Never shown. A link to confirm it is sent there."
        _word(self, "email", "E-mail address", "Enter your e-mail address.", kept)
        _word(self, "password1", "Password", "Enter a password.", WHAT_IS_GOOD)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save the member; where the address has an account, take as long over it as for a new one."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def save(self, request: HttpRequest) -> User:
        """Save the member whole or not at all; raises NameTaken when two want one name at once."""
        try:
            with transaction.atomic():
                member: User = super().save(request)
                return member
        except IntegrityError:
            self.add_error("username", NAME_TAKEN)
            raise NameTaken from None


class AddEmailForm(forms.AddEmailForm):
    """Asks for another address, which counts when the link sent there is opened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", "New e-mail address", "Enter the new address.")


class ResetPasswordForm(forms.ResetPasswordForm):
    """Asks where to send the link that resets a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", "E-mail address", "Enter the address of your account.")


class ChangePasswordForm(forms.ChangePasswordForm):
    """Changes the password of a member who knows it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", "Password now", "Enter your password.")
        _word(self, "password1", "New password", "Enter a new password.", WHAT_IS_GOOD)
        _word(self, "password2", "New password again", "Enter the new password again.")


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):
    """Sets a password for whoever holds the mailed link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password1", "New password", "Enter a new password.", WHAT_IS_GOOD)
        _word(self, "password2", "New password again", "Enter the new password again.")


class ReauthenticateForm(forms.ReauthenticateForm):
    """Asks for the password once more before the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", "Password", "Enter your password.")


def _word(form: BaseForm, name: str, label: str, required: str, help_text: str = "") -> None:
    """Give a field its words and a longest length; no placeholder."""
    field = form.fields[name]
    field.label = label
    field.help_text = help_text or field.help_text
    field.error_messages["required"] = required
    if isinstance(field, EmailField):
        field.error_messages["invalid"] = NO_ADDRESS
    field.widget.attrs.pop("placeholder", None)
    if name == "username":
        return
    longest = MAX_PASSWORD if "password" in name else MAX_EMAIL
    field.validators = [*field.validators, MaxLengthValidator(longest)]
    field.widget.attrs["maxlength"] = str(longest)


class NamesForm(Form):
    """Which names are asked for: how they begin, and in which thread."""

    q = CharField(max_length=30, strip=False)
    post = Id()
