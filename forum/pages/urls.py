"""The addresses of the pages."""

from django.urls import re_path

from forum.pages import views

urlpatterns = [
    re_path(r"^(?P<slug>about|rules|privacy|contact)/$", views.page, name="page"),
]
