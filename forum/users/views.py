"""What signing up adds to allauth."""

from http import HTTPStatus

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forum.users.forms import NameTaken, SignupForm

WAIT = 300
"""Seconds after which it is worth trying again: how long a failed sign-in counts."""


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer whoever tried too often, and say when to try again."""
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(WAIT)
    return answer


class SignUp(account.SignupView):
    """Signs up; when two want one name at once, the second gets the form again."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Make the member and send the link."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except NameTaken:
            answer = self.form_invalid(form)
        return answer
