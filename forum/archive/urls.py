"""The addresses of what an archive keeps beside its threads."""

from django.urls import path

from forum.archive import views

urlpatterns = [
    path("comments/<int:pk>/source/", views.comment_source, name="comment-source"),
    path("posts/<int:pk>/source/", views.post_source, name="post-source"),
]
