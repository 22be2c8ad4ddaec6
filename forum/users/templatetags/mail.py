"""Where the site's mail goes, for the pages that say "check your mail"."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def mail_folder() -> str:
    """Return the folder of mail files, or nothing when a mail server sends them."""
    return str(settings.EMAIL_FILE_PATH or "")
