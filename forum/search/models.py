"""The index of words, kept beside posts and comments: one row for each that everyone reads."""

from django.db import models


class Entry(models.Model):
    """The words of one post or comment as the index has them.

    ``key`` says what it is and when it was said (``forum.search.keys``). ``words`` are folded words parted by single
    spaces, with one space before the first and after the last; those that begin with § say what the words are
    (``forum.search.marks``). The database keeps its own index of them: FTS5 by triggers, or GIN.
    """

    key = models.BigIntegerField(primary_key=True)
    words = models.TextField()

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"entry {self.key}"
