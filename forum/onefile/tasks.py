"""What the worker does for those who take a large thread with them."""

from __future__ import annotations

from django_tasks import task


@task(priority=-5)
def make_file(pk: int) -> None:
    """Makes the one file of a post's thread."""
    from django.contrib.auth.models import AnonymousUser

    from forum.onefile.keeping import make

    make(pk, AnonymousUser())
