"""Small exports of our own making, as WordPress and Disqus write them."""

from collections.abc import Iterable

from forum.archive.items import Comment, Rest, SavedFile, Thread
from forum.archive.readers import disqus, wxr

WXR_HEAD = """\
<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/4.2" created="2015-05-04 10:00" -->
<rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>The mill</title>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:author><wp:author_login>hanna</wp:author_login><wp:author_email>Hanna@mill.example</wp:author_email>\
<wp:author_display_name><![CDATA[Hanna of the Mill]]></wp:author_display_name></wp:author>
"""
WXR_END = "</channel>\n</rss>\n"


def wxr_file(*items: str) -> str:
    """An export with these items."""
    return WXR_HEAD + "".join(items) + WXR_END


def item(*comments: str, number: int = 7, body: str = "The old mill closed today.", **fields: str) -> str:
    """A post, with other fields in place of its own where they are given."""
    told = {
        "title": "The mill by the river",
        "link": "http://mill.example/?p=7",
        "dc__creator": "<![CDATA[hanna]]>",
        "content__encoded": f"<![CDATA[{body}]]>",
        "wp__post_id": str(number),
        "wp__post_date": "2004-05-04 09:15:00",
        "wp__post_date_gmt": "2004-05-04 07:15:00",
        "wp__status": "publish",
        "wp__post_type": "post",
        "wp__post_password": "",
        **fields,
    }
    return f"<item>\n{_fields(told)}{''.join(comments)}</item>\n"


def comment(number: int, body: str = "Keep the wheel turning.", *, parent: int = 0, **fields: str) -> str:
    """A comment, with other fields in place of its own where they are given."""
    told = {
        "wp__comment_id": str(number),
        "wp__comment_author": "<![CDATA[Mo &amp; Co]]>",
        "wp__comment_author_email": "mo@secret.example",
        "wp__comment_author_url": "http://mo.example/",
        "wp__comment_author_IP": "203.0.113.9",
        "wp__comment_date": f"2004-05-04 10:{number % 60:02}:00",
        "wp__comment_date_gmt": f"2004-05-04 08:{number % 60:02}:00",
        "wp__comment_content": f"<![CDATA[{body}]]>",
        "wp__comment_approved": "1",
        "wp__comment_type": "",
        "wp__comment_parent": str(parent),
        "wp__comment_user_id": "0",
        **fields,
    }
    return f"<wp:comment>\n{_fields(told)}</wp:comment>\n"


def read_wxr(text: str | bytes) -> tuple[list[Thread], Rest]:
    """The threads of a WordPress export, and the rest."""
    return _parted(wxr.read(_saved(text)))


def wxr_comments(*comments: str) -> list[Comment]:
    """The comments that stand under one post."""
    return list(read_wxr(wxr_file(item(*comments)))[0][0].comments)


DISQUS_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
	<category dsq:id="1">
		<title>General</title>
	</category>
"""


def disqus_file(*elements: str) -> str:
    """A Disqus export with these threads and posts."""
    return DISQUS_HEAD + "".join(elements) + "</disqus>\n"


def page(number: int, **fields: str) -> str:
    """A page that people commented on."""
    told = {
        "id": "",
        "link": f"https://mill.example/{number}/",
        "title": "The mill &amp; the river",
        "message": "",
        "createdAt": "2011-03-07T20:46:25Z",
        "author": "<email>hanna@secret.example</email><name>Hanna</name><username>hanna</username>",
        "ipAddress": "203.0.113.8",
        "isDeleted": "false",
        **fields,
    }
    return f'<thread dsq:id="{number}">\n{_fields(told)}</thread>\n'


def said(number: int, on: int = 1, body: str = "<p>Keep it.</p>", *, answers: int = 0, **fields: str) -> str:
    """A comment on a page."""
    told = {
        "message": f"<![CDATA[{body}]]>",
        "createdAt": f"2011-03-08T10:{number % 60:02}:00Z",
        "isDeleted": "false",
        "isSpam": "false",
        "author": "<email>mo@secret.example</email><name>Mo</name><username>mo1</username>",
        "ipAddress": "203.0.113.9",
        **fields,
    }
    parent = f'<parent dsq:id="{answers}"/>' if answers else ""
    return f'<post dsq:id="{number}">\n{_fields(told)}\t<thread dsq:id="{on}"/>{parent}\n</post>\n'


def read_disqus(text: str | bytes) -> tuple[list[Thread], Rest]:
    """The threads of a Disqus export, and the rest."""
    return _parted(disqus.read(_saved(text)))


def _saved(text: str | bytes) -> SavedFile:
    return SavedFile("export.xml", text if isinstance(text, bytes) else text.encode())


def _parted(found: Iterable[Thread | Rest]) -> tuple[list[Thread], Rest]:
    *threads, rest = found
    assert isinstance(rest, Rest)
    return [thread for thread in threads if isinstance(thread, Thread)], rest


def _fields(told: dict[str, str]) -> str:
    named = ((name.replace("__", ":"), text) for name, text in told.items())
    return "".join(f"\t<{name}>{text}</{name}>\n" for name, text in named)
