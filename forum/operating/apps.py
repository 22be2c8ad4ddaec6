"""Tells Django of the operator's commands."""

from django.apps import AppConfig


class OperatingConfig(AppConfig):
    """Registers `forum.operating` under the label `operating`."""

    name = "forum.operating"
    label = "operating"
