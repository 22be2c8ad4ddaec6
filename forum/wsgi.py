"""The door for a web server that speaks WSGI."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
django.setup(set_prefix=False)

from forum.door import Door  # noqa: E402  it reads the settings

application = Door()
