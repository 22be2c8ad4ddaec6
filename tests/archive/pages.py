"""Small saved pages of our own, and the plan of one."""

from collections.abc import Sequence
from pathlib import Path

from forum.archive import corrections
from forum.archive.corrections import Corrections
from forum.archive.items import Comment, SavedFile, Thread
from forum.archive.plan import Plan, make_plan

FIXTURES = Path(__file__).parents[2] / "fixtures"
SEED = FIXTURES / "mahdi-army-arrests-2007.txt"

ARTICLE = """\
The mill by the river

posted at 9:15 am on May 4, 2004 by Hanna

The old mill closed today. Nobody has said what will become of the wheel.

The council meets on Monday.

Trackback URL


"""

AFTER = (
    ARTICLE
    + """\
They should keep the wheel turning.

mo on May 4, 2004 at 10:01 AM

I learnt to swim in the pond behind that mill, as did my father before me.

Lena B on May 4, 2004 at 10:20 AM

Keep it, or sell it to the museum.

Oskar on May 4, 2004 at 11:02 AM
"""
)

BEFORE = (
    ARTICLE
    + """\
mo on May 4, 2004 at 10:01 AM

They should keep the wheel turning.

Lena B on May 4, 2004 at 10:20 AM

I learnt to swim in the pond behind that mill, as did my father before me.

Oskar on May 4, 2004 at 11:02 AM

Keep it, or sell it to the museum.
"""
)


def saved(text: str | bytes, name: str = "mill.txt") -> SavedFile:
    """A file with this text."""
    return SavedFile(name, text if isinstance(text, bytes) else text.encode())


def plan(text: str | bytes, said: Corrections | None = None) -> Plan:
    """The plan of a file with this text."""
    return make_plan(saved(text), said or corrections.for_file("mill"))


def thread(text: str | bytes, said: Corrections | None = None) -> Thread:
    """The one thread in a file with this text."""
    return plan(text, said).threads[0]


def comments(text: str | bytes) -> Sequence[Comment]:
    """The comments in a file with this text."""
    return thread(text).comments


def seed_said() -> Corrections:
    """What the TOML beside the source article says."""
    return corrections.parse(SEED.with_suffix(".toml").read_text())


def seed_plan() -> Plan:
    """The plan of the source article."""
    return make_plan(SavedFile(SEED.name, SEED.read_bytes()), seed_said())
