"""The addresses of signing up."""

from django.urls import path

from forum.users import views

urlpatterns = [
    # Before allauth's own, whose name it takes.
    path("accounts/signup/", views.SignUp.as_view(), name="account_signup"),
]
