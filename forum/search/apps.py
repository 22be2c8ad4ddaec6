"""The app that keeps the index of words."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding by words."""

    name = "forum.search"
    label = "search"
    verbose_name = "Search"
