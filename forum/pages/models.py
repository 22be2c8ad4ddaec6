"""The pages that every site has, in the operator's own words."""

from django.db import models
from django.urls import reverse


class Page(models.Model):
    """One of About, Rules, Privacy and Contact; a line "## Words" in the body begins a section."""

    slug = models.SlugField(max_length=20, unique=True, editable=False)
    title = models.CharField(max_length=100)
    body = models.TextField(max_length=40_000, help_text="Markdown. A line “## Words” begins a section.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page."""
        return reverse("page", args=[self.slug])
