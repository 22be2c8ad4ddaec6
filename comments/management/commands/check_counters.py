"""Counts the figures of every thread anew and compares."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from comments.recounting import recount_all
from forum.arguments import row_id
from posts.models import Post
from posts.tags.actions import recount_tags

SECONDS = 5  # between two lines of progress


class Command(BaseCommand):
    """Reports each figure that does not follow from the comments, thread by thread, and can put it right."""

    help = (
        "Counts replies, places, scores, quotations, latest comments, pulses and the posts of tags anew, and reports"
        " what is wrong, while the site serves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes the threads, and --repair."""
        parser.add_argument("post", nargs="*", type=row_id, help="the id of a post: its thread alone; without any, all")
        parser.add_argument("--repair", action="store_true", help="put right what is wrong")

    def handle(self, *, post: list[int], repair: bool, **options: Any) -> None:
        """Ends with status 1 when something is wrong and was left so, or when there is no such post."""
        posts = Post.objects.filter(pk__in=post) if post else Post.objects.all()
        if missing := set(post) - set(posts.values_list("pk", flat=True) if post else ()):
            raise CommandError(f"There is no post {min(missing)}.")
        self.told = time.monotonic()
        threads = wrong = 0
        for number, found in recount_all(posts, repair=repair):
            threads += number
            wrong += len(found)
            for item in found:
                self.stdout.write(str(item))
            self._tell(threads)
        for sentence in recount_tags(repair=repair) if not post else ():
            wrong += 1
            self.stdout.write(sentence)
        where = "1 thread" if threads == 1 else f"{threads:,} threads"
        if wrong and not repair:
            raise CommandError(f"{wrong} wrong in {where}. Run it with --repair to put them right.")
        self.stdout.write(f"{wrong} repaired in {where}." if wrong else f"All is right in {where}.")

    def _tell(self, threads: int) -> None:
        """One line every few seconds, on a terminal."""
        if self.stdout.isatty() and time.monotonic() - self.told >= SECONDS:
            self.told = time.monotonic()
            self.stdout.write(f"{threads:,} threads looked at …")
            self.stdout.flush()
