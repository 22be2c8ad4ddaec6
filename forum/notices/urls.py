"""The addresses of notices, of what a member wants by mail, and of the way to stop mails without signing in."""

from django.urls import path

from forum.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.notices_read, name="notices-read"),
    path("preferences/mail/", views.mail_preferences, name="mail-preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
