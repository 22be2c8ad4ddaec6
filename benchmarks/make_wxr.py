"""Writes a WordPress export (WXR) of any size, the same each time: `python -m benchmarks.make_wxr FILE --comments N`.

The words are made up. A third of the comments answer an earlier one of the same post, some of them one that comes
later in the file, and a few are pingbacks, held or spam.
"""

import argparse
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

_SEED: Final = 20070322
_BEGIN: Final = datetime(2004, 5, 4, 9, 15)
_NAMES: Final = ("Mo", "Lena B", "Oskar", "hanna", "the miller", "A. Wheel", "Jørgen", "Σοφία", "driller", "weir")
_WORDS: Final = tuple(
    re.findall(
        r"\w+",
        "mill wheel river pond heron council meadow flour stone sluice water bridge autumn winter market baker "
        "they would have kept the old one and nobody asked why it stood there for so many years before",
    )
)
_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="benchmarks.make_wxr" -->
<rss version="2.0"
	xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
	<title>The mill</title>
	<link>http://mill.example</link>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[hanna]]></wp:author_login>\
<wp:author_email><![CDATA[hanna@mill.example]]></wp:author_email>\
<wp:author_display_name><![CDATA[Hanna]]></wp:author_display_name></wp:author>
"""
_POST: Final = """\
	<item>
		<title>The mill, part {number}</title>
		<link>http://mill.example/{number}/</link>
		<pubDate>Tue, 04 May 2004 07:15:00 +0000</pubDate>
		<dc:creator><![CDATA[hanna]]></dc:creator>
		<guid isPermaLink="false">http://mill.example/?p={number}</guid>
		<description></description>
		<content:encoded><![CDATA[{body}]]></content:encoded>
		<excerpt:encoded><![CDATA[]]></excerpt:encoded>
		<wp:post_id>{number}</wp:post_id>
		<wp:post_date>{local}</wp:post_date>
		<wp:post_date_gmt>{utc}</wp:post_date_gmt>
		<wp:status>publish</wp:status>
		<wp:post_type>post</wp:post_type>
		<wp:post_password></wp:post_password>
		<category domain="post_tag" nicename="mills"><![CDATA[Mills]]></category>
"""
_COMMENT: Final = """\
		<wp:comment>
			<wp:comment_id>{number}</wp:comment_id>
			<wp:comment_author><![CDATA[{author}]]></wp:comment_author>
			<wp:comment_author_email>{mail}@mill.example</wp:comment_author_email>
			<wp:comment_author_url></wp:comment_author_url>
			<wp:comment_author_IP>192.0.2.{host}</wp:comment_author_IP>
			<wp:comment_date>{local}</wp:comment_date>
			<wp:comment_date_gmt>{utc}</wp:comment_date_gmt>
			<wp:comment_content><![CDATA[{body}]]></wp:comment_content>
			<wp:comment_approved>{state}</wp:comment_approved>
			<wp:comment_type>{kind}</wp:comment_type>
			<wp:comment_parent>{parent}</wp:comment_parent>
			<wp:comment_user_id>0</wp:comment_user_id>
		</wp:comment>
"""


def main() -> None:
    """Write the file that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--comments", type=int, default=10_000, help="in the whole file")
    parser.add_argument("--posts", type=int, default=1, help="over which they are spread evenly")
    parser.add_argument("--bytes", type=int, default=0, help="about the size of the file: comments are made longer")
    asked = parser.parse_args()
    words = max(20, (asked.bytes // max(1, asked.comments) - len(_COMMENT) - 60) * 7 // 44)
    with asked.file.open("w", encoding="utf-8", buffering=1024 * 1024) as file:
        file.writelines(pieces(asked.comments, asked.posts, words=words))


def pieces(comments: int, posts: int, *, words: int = 40) -> Iterator[str]:
    """The text of an export with so many comments of about so many words, piece by piece."""
    chance = random.Random(_SEED)  # noqa: S311 - the same each time is what is wanted
    sentences = _sentences(chance)
    yield _HEAD
    number = 0
    for post in range(1, posts + 1):
        at = _BEGIN + timedelta(days=post)
        yield _POST.format(number=post, body="".join(chance.choices(sentences, k=40)), **_times(at))
        first, count = number + 1, comments // posts + (post <= comments % posts)
        for number in range(first, first + count):
            body = f"No. {number}: {''.join(chance.choices(sentences, k=words // 7))}"
            yield _comment(chance, number, first, first + count, at + timedelta(seconds=20 * (number - first)), body)
        yield "\t</item>\n"
    yield "</channel>\n</rss>\n"


def _comment(chance: random.Random, number: int, first: int, end: int, at: datetime, body: str) -> str:
    parent = 0
    if number > first and chance.random() < 0.33:
        parent = number + 1 if chance.random() < 0.01 and number + 1 < end else chance.randrange(first, number)
    author = chance.choice(_NAMES)
    return _COMMENT.format(
        number=number,
        author=author,
        mail=f"reader{chance.randrange(500)}",
        host=chance.randrange(1, 255),
        body=body,
        state=chance.choices(("1", "0", "spam"), (97, 2, 1))[0],
        kind="pingback" if chance.random() < 0.02 else "",
        parent=parent,
        **_times(at),
    )


def _times(at: datetime) -> dict[str, str]:
    return {"local": f"{at:%Y-%m-%d %H:%M:%S}", "utc": f"{at - timedelta(hours=2):%Y-%m-%d %H:%M:%S}"}


def _sentences(chance: random.Random) -> list[str]:
    """Sentences of seven words: so short that two comments with the same one do not look like a quotation."""
    made = []
    for number in range(5_000):
        said = chance.choices(_WORDS, k=7)
        if number % 9 == 0:
            said[3] = f'<a href="http://mill.example/{number}/">{said[3]}</a>' if number % 2 else f"<em>{said[3]}</em>"
        made.append(" ".join(said).capitalize() + (".\n\n" if number % 6 == 0 else ". "))
    return made


if __name__ == "__main__":
    main()
