"""The addresses of drafts."""

from django.urls import path

from forum.drafts import views

urlpatterns = [
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/<int:pk>/throw-away/", views.throw_away, name="draft-throw-away"),
]
