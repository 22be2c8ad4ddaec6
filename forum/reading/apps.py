"""The app of reading."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    """Registers ``forum.reading`` under the label ``reading``."""

    name = "forum.reading"
    label = "reading"
    default_auto_field = "django.db.models.BigAutoField"
