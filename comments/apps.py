"""The app of comments."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """Registers ``comments``."""

    name = "comments"
    default_auto_field = "django.db.models.BigAutoField"
