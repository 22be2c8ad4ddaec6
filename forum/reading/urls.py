"""The addresses of reading: what is new, folds, and how one reads."""

from django.urls import path

from forum.reading import views

urlpatterns = [
    path("posts/<int:pk>/next-new/", views.next_new, name="next-new"),
    path("posts/<int:pk>/read/", views.read_all, name="read-all"),
    path("comments/<int:pk>/fold/", views.comment_fold, name="comment-fold"),
    path("reading/", views.remember, name="reading"),
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/order/", views.order, name="preferences-order"),
]
