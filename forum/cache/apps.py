"""Tells Django of the cache's table."""

from django.apps import AppConfig


class CacheConfig(AppConfig):
    name = "forum.cache"
    label = "cache"
