"""The app of posts."""

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Registers ``posts``."""

    name = "posts"
    default_auto_field = "django.db.models.BigAutoField"
