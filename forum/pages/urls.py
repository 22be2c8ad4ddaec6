"""The addresses of the pages."""

from django.conf import settings
from django.urls import path, re_path

from forum.pages import views

urlpatterns = [
    re_path(r"^(?P<slug>about|rules|privacy|contact)/$", views.page, name="page"),
    path("help/writing/", views.writing, name="help-writing"),
]
if settings.DEBUG:
    urlpatterns.append(path("patterns/", views.patterns, name="patterns"))
