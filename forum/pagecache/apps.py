"""The app of the page cache."""

from django.apps import AppConfig


class PageCacheConfig(AppConfig):
    """Registers ``forum.pagecache`` under the label ``pagecache``."""

    name = "forum.pagecache"
    label = "pagecache"
    default_auto_field = "django.db.models.BigAutoField"
