"""What a command cannot use is refused in one sentence, before it does anything."""

import pytest
from django.core.management import CommandError, call_command

BEYOND = str(2**63)


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("check_counters", BEYOND),
        ("suggest_replies", BEYOND),
        ("export_archive", BEYOND),
        ("undo_import", BEYOND),
        ("export_archive", "\u0661"),
        ("rebuild_search", "--batch=-5"),
        ("rebuild_search", "--batch=many"),
        ("work", "--interval=-1"),
        ("work", "--interval=0"),
        ("work", "--interval=nan"),
    ],
)
def test_a_number_that_is_none_is_refused(command: str, argument: str) -> None:
    arguments = [argument, "--once"] if command == "work" else [argument]
    with pytest.raises(CommandError, match=r"is no (whole )?number"):
        call_command(command, *arguments)
