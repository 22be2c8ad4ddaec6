"""The app of archives."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Registers ``forum.archive`` under the label ``archive``."""

    name = "forum.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"
