"""Shows in templates what the desk's lists show in cells."""

from django.template import Library

from forum.moderation.desk import showing

register = Library()
register.filter("about", showing.about)
