"""The app of drafts."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """Registers ``forum.drafts`` under the label ``drafts``."""

    name = "forum.drafts"
    label = "drafts"
    default_auto_field = "django.db.models.BigAutoField"
