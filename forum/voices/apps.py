"""The app of voices."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    """Registers ``forum.voices`` under the label ``voices``."""

    name = "forum.voices"
    label = "voices"
    default_auto_field = "django.db.models.BigAutoField"
