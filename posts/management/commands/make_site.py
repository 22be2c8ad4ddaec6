"""Makes a site of made-up words, of as many threads and comments as asked for, to try out and to measure."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from comments.inventing.sites import make_site
from comments.management.commands.make_thread import add_common, put_in_search, refuse_in_use

SECONDS = 5  # between two lines of progress


class Command(BaseCommand):
    """Threads of all kinds over two years, a few with thousands of comments and most with a handful."""

    help = (
        "Makes so many threads with so many comments in all: made-up words by made-up members, the same for the same"
        " --seed. It is for trying out and measuring, and nothing takes it away again; a site that people use is"
        " refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes both sizes, the seed, and what is to be done besides."""
        parser.add_argument("--posts", type=int, required=True, help="how many threads")
        parser.add_argument("--comments", type=int, required=True, help="how many in all of them")
        parser.add_argument("--seed", default="1", help="another one gives another site (1)")
        add_common(parser)

    def handle(self, *, posts: int, comments: int, seed: str, **options: Any) -> None:
        """Tells how far it has come every few seconds."""
        if posts < 1 or comments < 0:
            raise CommandError("--posts must be 1 or more, and --comments 0 or more.")
        refuse_in_use(yes=options["yes"])
        self.began = self.told = time.monotonic()
        make_site(posts=posts, comments=comments, seed=seed, tell=self.tell)
        took = time.monotonic() - self.began
        self.stdout.write(f"{posts:,} threads with {comments:,} comments, made in {took:.1f} s.")
        put_in_search(self, search=options["search"])

    def tell(self, made: int) -> None:
        """One line every few seconds."""
        if time.monotonic() - self.told >= SECONDS:
            self.told = time.monotonic()
            self.stdout.write(f"{made:,} comments, {made / (self.told - self.began):,.0f} a second …")
            self.stdout.flush()
