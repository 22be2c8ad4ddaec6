"""The address of a thread as one file."""

from django.urls import path

from forum.onefile import views

urlpatterns = [path("posts/<int:pk>/thread.html", views.post_file, name="post-file")]
