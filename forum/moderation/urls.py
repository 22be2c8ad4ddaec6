"""The addresses where anybody turns to the moderators."""

from django.urls import path

from forum.moderation import views

urlpatterns = [
    path("moderation/report/<slug:kind>/<int:pk>/", views.report, name="report"),
    path("moderation/report/<slug:kind>/<int:pk>/sent/", views.report_sent, name="report-sent"),
    path("moderation/name/", views.name_removal, name="name-removal"),
    path("moderation/name/sent/", views.name_removal_sent, name="name-removal-sent"),
]
