"""The addresses of earlier versions and of quotations."""

from django.urls import path

from forum.history import views

urlpatterns = [
    path("comments/<int:pk>/history/", views.comment_history, name="comment-history"),
    path("posts/<int:pk>/history/", views.post_history, name="post-history"),
    path("comments/<int:pk>/quotations/", views.comment_quotations, name="comment-quotations"),
    path("posts/<int:pk>/quotations/", views.post_quotations, name="post-quotations"),
    path("posts/<int:pk>/quote/", views.post_quote, name="post-quote"),
]
