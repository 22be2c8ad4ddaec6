"""The addresses of votes, of marks, and of the lists of what is marked."""

from django.urls import path

from forum.voices import views
from forum.voices.models import Mark

SAVED, HIDDEN, FOLLOWED, MUTED = Mark.Kind.SAVED, Mark.Kind.HIDDEN, Mark.Kind.FOLLOWED, Mark.Kind.MUTED

urlpatterns = [
    path("comments/<int:pk>/vote/", views.comment_vote, name="comment-vote"),
    path("comments/<int:pk>/save/", views.comment_mark, {"kind": SAVED}, name="comment-save"),
    path("comments/<int:pk>/follow/", views.comment_mark, {"kind": FOLLOWED}, name="comment-follow"),
    path("comments/<int:pk>/mute/", views.comment_mark, {"kind": MUTED}, name="comment-mute"),
    path("posts/<int:pk>/vote/", views.post_vote, name="post-vote"),
    path("posts/<int:pk>/save/", views.post_mark, {"kind": SAVED}, name="post-save"),
    path("posts/<int:pk>/hide/", views.post_mark, {"kind": HIDDEN}, name="post-hide"),
    path("posts/<int:pk>/follow/", views.post_mark, {"kind": FOLLOWED}, name="post-follow"),
    path("posts/<int:pk>/mute/", views.post_mark, {"kind": MUTED}, name="post-mute"),
    path("members/<str:name>/follow/", views.member_mark, {"kind": FOLLOWED}, name="member-follow"),
    path("members/<str:name>/mute/", views.member_mark, {"kind": MUTED}, name="member-mute"),
    path("saved/", views.saved, name="saved"),
    path("hidden/", views.hidden, name="hidden"),
    path("following/", views.following, name="following"),
]
