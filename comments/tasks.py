"""What the worker does later for comments: tasks that can be done twice without harm."""

from __future__ import annotations

from django_tasks import task


@task(priority=5)
def redraw(pks: list[int]) -> None:
    """Draws comments again of which more quote one source than an act can wait for."""
    from comments.citing import redraw as drawn_again

    drawn_again(pks)
