"""A page about a mill in any notation one cares to write: names and texts that are hard on rules, and what they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from forum.archive.items import Comment

SAID = (
    ("Ruth K.", "That wheel has turned since my grandmother was a girl.\n\nLet it turn."),
    ("pond99", "First!"),
    ("Bob (Leeds)", "I was there on May 3, 2004 and the door stood open. It was 10:15 when a guard said: go home."),
    ("O'Brien, Pat", "Congratulations to all who worked on it."),
    ("9miles", "See the letter:\n\nFrom: clerk\nDate: May 2, 2004\n\nNothing was decided."),
    ("Ruth K.", "No.\n\nAnd again no: three years ago they promised the same, and what came of it? Nothing at all."),
    ("Anna-Lena Smith-Jones", "I agree with pond99, the wheel is what matters.\nMore so than the roof."),
    ("mo", "Who owns the land, does anybody know?"),
    ("the old miller", "Mine is a long story, and I keep it short.\n\nYours,\nThe Miller, May 5, 2004"),
    ("Åsa", "+1"),
    ("x", "Thanks"),
    ("Dr. Who?", "What would it cost?"),
)
LEVELS = (0, 1, 2, 1, 0, 0, 1, 1, 2, 3, 0, 1)
TIMES = tuple(datetime(2004, 5, 10, 9, 1) + timedelta(hours=8 * n, minutes=7 * n) for n in range(len(SAID)))
ARTICLE = """\
The mill by the river
{byline}
The old mill closed today. Nobody has said what will become of the wheel, or of the pond behind it.

The council meets on Monday, May 17, 2004 at 7:00 PM in the hall. Please come.
"""
BYLINE = "\nposted at 9:15 am on May 9, 2004 by Hanna\n"
GAP = "\n" * 8


@dataclass(frozen=True)
class Talk:
    """How a page is written. `top` stands before each text, `end` after it; both are filled in for each comment."""

    top: str = ""
    end: str = ""
    before: str = ""
    """Printed by the layout above a comment; `below` under its text."""
    below: str = ""
    gap: str = GAP
    byline: str = BYLINE
    footer: str = ""
    between: str = "\n"
    indented: bool = False
    first_lost: bool = False
    text_indent: int = 0
    newest_first: bool = False
    mo: str = "mo"
    """How the one is called who is called mo."""

    def page(self) -> str:
        """The page as text."""
        numbers = range(len(SAID))
        made = [self._comment(n) for n in (reversed(numbers) if self.newest_first else numbers)]
        if self.first_lost:
            made[0] = made[0].lstrip(" ")
        return ARTICLE.format(byline=self.byline) + self.gap + self.between.join(made) + self.footer

    def _comment(self, number: int) -> str:
        name, text = SAID[number]
        name = self.mo if name == "mo" else name
        words = _words(number, name)
        text = "\n".join(" " * self.text_indent + line if line else "" for line in text.split("\n"))
        parts = (self.before, self.top, "" if self.top else None, text, self.below, "" if self.end else None, self.end)
        lines = "\n".join(part.format(**words) if part is not text else part for part in parts if part or part == "")
        indent = "    " * LEVELS[number] if self.indented else ""
        return "".join(f"{indent}{line}\n" if line else "\n" for line in lines.strip("\n").split("\n"))

    def expected(self) -> list[tuple[str, str]]:
        """Author and text of each comment, blanks joined, in page order."""
        told = [(name, " ".join(text.split())) for name, text in SAID]
        return told[::-1] if self.newest_first else told


def told(comments: tuple[Comment, ...]) -> list[tuple[str, str]]:
    """The same of the comments that were found."""
    return [(comment.author, " ".join(comment.body.split())) for comment in comments]


def parents() -> list[int | None]:
    """The index of the comment that each answers where the page is indented."""
    last: dict[int, int] = {}
    found = []
    for number, level in enumerate(LEVELS):
        found.append(last[level - 1] if level else None)
        last[level] = number
    return found


def _words(number: int, name: str) -> dict[str, object]:
    time = TIMES[number]
    half = f"{time.hour % 12 or 12}:{time.minute:02}"
    noon = "AM" if time.hour < 12 else "PM"
    return {
        "name": name,
        "n": number + 1,
        "uid": 10_000 + 37 * number,
        "us": f"{time:%B} {time.day}, {time.year}",
        "short": f"{time:%b} {time.day}, {time.year}",
        "eu": f"{time.day} {time:%B} {time.year}",
        "iso": f"{time:%Y-%m-%d}",
        "num": f"{time:%m/%d/%Y}",
        "slashed": f"{time:%m/%d}",
        "dots": f"{time:%m.%d.%y}",
        "day": time.day,
        "weekday": f"{time:%A}",
        "bare": f"{time:%A} {time:%B} {time.day}",
        "at": f"{half} {noon}",
        "small": f"{half} {noon.lower()}",
        "points": f"{half} {noon[0].lower()}.m.",
        "h24": f"{time:%H:%M}",
        "ago": f"{24 - number} hours ago" if number < 11 else "yesterday at 5:11 pm",
    }
