"""Counts the figures of every thread anew and compares."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from comments.recounting import recount
from posts.models import Post
from posts.tags.actions import recount_tags


class Command(BaseCommand):
    """Reports each figure that does not follow from the comments, thread by thread, and can put it right."""

    help = "Counts replies, places, latest comments, pulses and the posts of tags anew, and reports what is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes --repair."""
        parser.add_argument("--repair", action="store_true", help="put right what is wrong")

    def handle(self, *, repair: bool, **options: Any) -> None:
        """Ends with status 1 when something is wrong and was left so."""
        threads = wrong = 0
        for pk in list(Post.objects.order_by("pk").values_list("pk", flat=True)):
            threads += 1
            for item in recount(pk, repair=repair):
                wrong += 1
                self.stdout.write(str(item))
        for sentence in recount_tags(repair=repair):
            wrong += 1
            self.stdout.write(sentence)
        where = "1 thread" if threads == 1 else f"{threads:,} threads"
        if wrong and not repair:
            raise CommandError(f"{wrong} wrong in {where}. Run it with --repair to put them right.")
        self.stdout.write(f"{wrong} repaired in {where}." if wrong else f"All is right in {where}.")
