"""The app of pages."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers ``forum.pages`` under the label ``pages``."""

    name = "forum.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"
