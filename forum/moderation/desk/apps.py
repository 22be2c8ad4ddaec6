"""The admin's app, with the desk as its site."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Registers ``django.contrib.admin`` with our site in place of its own."""

    default_site = "forum.moderation.desk.site.Desk"
