"""The addresses of comments."""

from django.urls import path

from comments import live, views
from comments.answers.views import comment_answer

urlpatterns = [
    path("comments/<int:pk>/", views.comment, name="comment"),
    path("comments/<int:pk>/reply/", views.comment_reply, name="comment-reply"),
    path("comments/<int:pk>/edit/", views.comment_edit, name="comment-edit"),
    path("comments/<int:pk>/delete/", views.comment_delete, name="comment-delete"),
    path("comments/<int:pk>/answer/", comment_answer, name="comment-answer"),
    path("posts/<int:pk>/comment/", views.comment_new, name="comment-new"),
    path("posts/<int:pk>/new-comments/", live.new_comments, name="new-comments"),
    path("replies/", views.replies, name="replies"),
]
