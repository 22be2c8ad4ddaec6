"""The addresses of members, of persons from archives, and of signing up."""

from django.urls import path

from forum.users import views

urlpatterns = [
    path("members/names/", views.member_names, name="member-names"),
    path("members/<str:name>/", views.member, name="member"),
    path("persons/<int:pk>/", views.person, name="person"),
    # Before allauth's own, whose name it takes.
    path("accounts/signup/", views.SignUp.as_view(), name="account_signup"),
]
