"""Looks for likely replies in archived threads that were loaded before."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.archive.suggesting import suggest
from forum.arguments import row_id
from posts.models import Post


class Command(BaseCommand):
    help = "Keeps what is likely in archived threads for moderators, as suggested replies. A second time adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Posts by their number; none: every archived thread."""
        parser.add_argument("post", nargs="*", type=row_id, help="the number of a post (all archived threads if none)")

    def handle(self, *args: Any, **options: Any) -> None:
        """One thread after the other, each a transaction of its own."""
        wanted = options["post"]
        posts = Post.objects.filter(archived=True).select_related("person").order_by("pk")
        if wanted:
            posts = posts.filter(pk__in=wanted)
            missing = sorted(set(wanted) - set(posts.values_list("pk", flat=True)))
            if missing:
                raise CommandError(f"Post {missing[0]} is not an archived thread. Nothing was looked for.")
        total = 0
        for post in posts.iterator(chunk_size=100):
            found = suggest(post)
            total += found
            if found:
                self.stdout.write(f"{post.title}: {found} new suggested {'reply' if found == 1 else 'replies'}.")
        self.stdout.write(f"{total} in all. They wait at /admin/archive/suggestion/ and set nothing by themselves.")
