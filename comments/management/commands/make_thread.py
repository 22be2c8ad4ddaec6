"""Makes a thread of made-up words, of any size and shape, to try things out on and to measure."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from comments.inventing.members import in_use
from comments.inventing.shapes import SHAPES
from comments.inventing.sites import MEMBERS, make_thread

NOT_SEARCHED = "The search does not find it: manage.py rebuild_search puts it in the index."


class Command(BaseCommand):
    """Writes the rows that as many comments would have left, said by made-up members who can never sign in."""

    help = (
        "Makes a thread with so many comments: made-up words by made-up members, the same for the same --seed. It is"
        " for trying out and measuring, and nothing takes it away again; a site that people use is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes the size, the shape, the seed, and what is to be done besides."""
        parser.add_argument("--comments", type=int, required=True, help="how many")
        parser.add_argument("--shape", choices=SHAPES, default="lifelike", help="how they answer each other (lifelike)")
        parser.add_argument("--seed", default="1", help="another one gives another thread (1)")
        parser.add_argument("--members", type=int, default=MEMBERS, help=f"who talk in it ({MEMBERS})")
        add_common(parser)

    def handle(self, *, comments: int, shape: str, seed: str, members: int, **options: Any) -> None:
        """Says where the thread is and how long it took."""
        if comments < 0 or members < 2:
            raise CommandError("--comments must be 0 or more, and --members 2 or more.")
        refuse_in_use(yes=options["yes"])
        began = time.monotonic()
        post = make_thread(comments=comments, shape=shape, seed=seed, members=members)
        took = time.monotonic() - began
        self.stdout.write(f"{post.get_absolute_url()} has {comments:,} comments, made in {took:.1f} s.")
        put_in_search(self, search=options["search"])


def add_common(parser: CommandParser) -> None:
    """What both commands take that make words up."""
    parser.add_argument("--search", action="store_true", help="put all words of the site in the search index after it")
    parser.add_argument("--yes", action="store_true", help="do it even though people use this site")


def refuse_in_use(*, yes: bool) -> None:
    """Ends with a sentence on a site that people use, unless they said ``yes``."""
    found = "" if yes else in_use()
    if found:
        raise CommandError(
            f"This site has {found}, and made-up threads would stand among theirs for good. Take a folder of its own"
            " (DATA_DIR=/tmp/try DATABASE_URL=), or say --yes if that is what you want."
        )


def put_in_search(command: BaseCommand, *, search: bool) -> None:
    """Makes the index of words anew, or says that it is not."""
    if search:
        call_command("rebuild_search", stdout=command.stdout)
    else:
        command.stdout.write(NOT_SEARCHED)
