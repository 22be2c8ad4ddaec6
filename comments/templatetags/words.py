"""Bylines, dates and excerpts for templates, in the same markup as in threads."""

import datetime as dt

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from comments.marks import byline_html, moment_html, time_html
from comments.models import Comment
from forum.reading.zones import zone_of
from forum.text import excerpt as excerpts
from posts.models import Post

register = template.Library()


@register.simple_tag(takes_context=True)
def when(context: Context, words: Comment | Post | dict[str, SafeString]) -> SafeString:
    """When it was said, in the time zone of whoever reads the page; a mould is given it ready."""
    if isinstance(words, dict):
        return words["when"]
    user = context.get("user")
    return mark_safe(time_html(words, zone_of(user) if user else None))  # noqa: S308  escaped there


@register.simple_tag(takes_context=True)
def moment(context: Context, at: dt.datetime) -> SafeString:
    """A moment in the time zone of whoever reads the page."""
    user = context.get("user")
    return mark_safe(moment_html(at, zone_of(user) if user else None))  # noqa: S308  nothing in it is of people


@register.filter
def signed(words: Comment | Post | dict[str, SafeString]) -> SafeString:
    """The name, linked to the page behind it, as microdata of its author; a mould is given it ready."""
    return words["signed"] if isinstance(words, dict) else mark_safe(byline_html(words.byline))  # noqa: S308  as above


@register.filter
def grouped(number: int) -> str:
    """A number with its thousands marked off, as on every page."""
    return f"{number:,}"


@register.filter
def excerpt(html: str, length: int) -> str:
    """The first ``length`` characters of the words, cut at a word, without what they quote."""
    return excerpts.excerpt(html, length)
