"""The app of users."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Registers ``forum.users`` under the label ``users``."""

    name = "forum.users"
    label = "users"
    default_auto_field = "django.db.models.BigAutoField"
