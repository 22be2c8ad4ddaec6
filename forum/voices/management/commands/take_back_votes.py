"""Takes back every vote of one member, such as an account that was made to vote."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.users.models import User
from forum.voices.actions import withdraw_votes


class Command(BaseCommand):
    """Names the member; the scores follow at once."""

    help = "Takes back every vote of a member and counts the scores anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes the member's name."""
        parser.add_argument("name", help="the member's name")

    def handle(self, *, name: str, **options: Any) -> None:
        """Says how many there were."""
        member = User.objects.filter(username=name).first()
        if member is None:
            raise CommandError(f"No member is called {name}.")
        count = withdraw_votes(member=member)
        self.stdout.write(f"{count} vote{'' if count == 1 else 's'} of {name} taken back.")
