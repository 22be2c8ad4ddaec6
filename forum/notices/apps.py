"""The app of notices and of the outbox."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices."""

    name = "forum.notices"
    label = "notices"
    verbose_name = "Notices and mail"
