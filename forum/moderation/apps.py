"""The app of moderation."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Registers ``forum.moderation`` under the label ``moderation``."""

    name = "forum.moderation"
    label = "moderation"
    default_auto_field = "django.db.models.BigAutoField"
