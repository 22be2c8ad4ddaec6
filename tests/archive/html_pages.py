"""Small HTML pages of our own in the markup of many blogs: the same article, and a few comments each."""
# ruff: noqa: E501 - markup as blogs write it

from forum.archive import corrections
from forum.archive.items import Comment, SavedFile, Thread
from forum.archive.plan import Plan, make_plan

WORDS = (
    "<p>The harbour was quiet on the day the ferry came back, and nobody in the town had expected it to return.</p>"
    "<p>We walked down to see it, with the children and the dog.</p>"
)


def page(article: str, comments: str, *, title: str = "The ferry", head: str = "", lang: str = "en") -> str:
    """A page with a header, a sidebar that lists comments of other pages, and a footer."""
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head><meta charset="utf-8">
<title>{title} | The Lantern</title>
{head}</head>
<body>
<div id="header"><h1><a href="/">The Lantern</a></h1></div>
<div id="main">
{article}
{comments}
</div>
<div id="sidebar"><h3>Recent Comments</h3>
<ul class="recent"><li>Someone on <a href="/x">An older page</a></li></ul></div>
<div id="footer">Copyright 2009 The Lantern</div>
</body>
</html>
"""


def plan(text: str | bytes) -> Plan:
    """The plan of a page."""
    data = text if isinstance(text, bytes) else text.encode()
    return make_plan(SavedFile("page.html", data), corrections.for_file("page"))


def thread(text: str | bytes) -> Thread:
    """The one thread of a page."""
    (only,) = plan(text).threads
    return only


def comments(text: str | bytes) -> list[Comment]:
    """Its comments, without pingbacks."""
    return list(thread(text).comments)


def parents(found: list[Comment]) -> list[int | None]:
    """The number of the comment that each answers, counted from 1."""
    number = {comment.key: n for n, comment in enumerate(found, 1)}
    return [number[comment.parent] if comment.parent else None for comment in found]


PLAIN_ARTICLE = f'<article><h1 class="entry-title">The ferry</h1><div class="entry-content">{WORDS}</div></article>'

WORDPRESS = page(
    f"""<div class="post-9 post type-post hentry" id="post-9"><h2 class="entry-title">The ferry</h2>
<div class="entry-meta">Posted on <time class="entry-date published" datetime="2012-06-01T10:00:00+02:00">June 1, 2012
</time> by <span class="author vcard"><a class="url fn n" href="/author/ida">Ida Holm</a></span></div>
<div class="entry-content">{WORDS}<blockquote><p>It will sail again, said the mayor.</p></blockquote>
<div class="sharedaddy"><h3>Share this:</h3><a href="https://example.com/share">Tweet</a></div></div></div>""",
    """<h2 class="comments-title">5 thoughts on &ldquo;The ferry&rdquo;</h2>
<ol class="commentlist">
<li class="comment even thread-even depth-1 parent" id="li-comment-41">
 <article id="comment-41" class="comment"><footer class="comment-meta"><div class="comment-author vcard">
 <img class="avatar" src="http://gravatar.example/a.png" alt=""><cite class="fn"><a class="url" href="http://anna.example"
 rel="external nofollow">Anna</a></cite> <span class="says">says:</span></div>
 <div class="comment-metadata"><a href="http://lantern.example/ferry/#comment-41"><time
 datetime="2012-06-01T13:20:05+02:00">June 1, 2012 at 1:20 pm</time></a></div></footer>
 <div class="comment-content"><p>It was <b>green</b>, was it not?</p><p>Write to anna@lantern.example <img
 class="wp-smiley" src="s.gif" alt=":-)"></p></div>
 <div class="reply"><a class="comment-reply-link" href="/ferry/?replytocom=41#respond">Reply</a></div></article>
 <ul class="children">
 <li class="comment byuser odd alt depth-2 parent" id="li-comment-42">
  <article id="comment-42" class="comment"><footer class="comment-meta"><div class="comment-author vcard"><b
  class="fn">Ida Holm</b> <span class="says">says:</span></div><div class="comment-metadata"><a href="#comment-42"><time
  datetime="2012-06-01T14:00:00+02:00">June 1, 2012 at 2:00 pm</time></a></div></footer>
  <div class="comment-content"><p>Blue, <a href="/ferry/photo" onclick="steal()">see here</a>.</p></div></article>
  <ul class="children">
  <li class="comment even depth-3" id="li-comment-45"><article id="comment-45" class="comment"><footer><div
  class="comment-author vcard"><b class="fn">Anna</b></div><a href="#comment-45"><time
  datetime="2012-06-02T09:00:00+02:00">June 2, 2012 at 9:00 am</time></a></footer>
  <div class="comment-content"><p>Thank you.</p></div></article></li>
  </ul>
 </li>
 </ul>
</li>
<li class="pingback odd depth-1" id="comment-43"><p>Pingback: <a href="http://other.example/x">Boats &raquo; A ferry</a>
</p></li>
<li class="comment even depth-1" id="li-comment-44"><article id="comment-44" class="comment"><footer><div
class="comment-author vcard"><b class="fn">Old Tom</b></div><a href="#comment-44"><time
datetime="2012-06-03T09:00:00+02:00">June 3, 2012 at 9:00 am</time></a>
<p class="comment-awaiting-moderation">Your comment is awaiting moderation.</p></footer>
<div class="comment-content"><p>In 1999 it was red.</p></div></article></li>
</ol>
<div id="respond"><h3>Leave a Reply</h3><form><textarea name="comment"></textarea></form></div>""",
    head='<link rel="canonical" href="http://www.lantern.example/ferry/">\n',
)

KUBRICK = page(
    f'<div class="post" id="post-9"><h2>The ferry</h2><div class="entry">{WORDS}</div></div>',
    """<h3 id="comments">3 Responses to &#8220;The ferry&#8221;</h3>
<ol class="commentlist">
<li class="alt" id="comment-31"><cite><a href="http://z.example" rel="external nofollow">Zed</a></cite> Says: <br />
<small class="commentmetadata"><a href="#comment-31" title="">June 2nd, 2006 at 3:33 pm</a> </small><p>Nice boat.</p></li>
<li id="comment-34"><cite><a href="http://t.example">A boat trackback</a></cite> trackbacked:<br /><small><a
href="#comment-34">June 3rd, 2006 at 4:33 pm</a></small><p>[...] a ferry [...]</p></li>
<li id="comment-35"><cite>Amy</cite> Says:<br /><small class="commentmetadata"><a href="#comment-35">June 4th, 2006 at
4:33 pm</a></small><p>@<a href="#comment-31">Zed</a>: yes. On June 1st, 2005 it was nicer.</p></li>
</ol>""",
).replace('<li id="comment-34">', '<li class="trackback" id="comment-34">')

BLOGGER = page(
    f"""<div class="post hentry"><h3 class="post-title entry-title">The ferry</h3><div class="post-body entry-content"
id="post-body-77">{WORDS}</div><div class="post-footer"><span class="post-author vcard">Posted by <span
class="fn">Hedda</span></span> <span class="post-timestamp">at <a href="#"><abbr class="published"
title="2013-05-01T20:10:00+02:00">5/01/2013</abbr></a></span></div></div>""",
    """<div class="comments" id="comments"><a name="comments"></a><h4>3 comments:</h4><div class="comments-content">
<ol id="top-ra">
<li class="comment" id="c100200300400500"><div class="avatar-image-container"><img src="//x/a.png" alt=""/></div>
<div class="comment-block"><div class="comment-header"><cite class="user"><a href="http://r.example">Rosa</a></cite><span
class="icon user "></span><span class="datetime secondary-text"><a href="http://l.example/?showComment=1#c100200300400500">May
2, 2013 at 7:41 AM</a></span></div><p class="comment-content">Which one?<br /><br />The red one?</p><span
class="comment-actions secondary-text"><a class="comment-reply">Reply</a><a href="d">Delete</a></span></div>
<div class="comment-replies"><div id="c100200300400500-rt" class="comment-thread inline-thread"><ol
id="c100200300400500-ra"><div>
<li class="comment" id="c100200300400600"><div class="comment-block"><div class="comment-header"><cite
class="user blog-author">Hedda</cite><span class="datetime secondary-text"><a href="#c100200300400600">May 2, 2013 at 8:00
AM</a></span></div><p class="comment-content">The blue one.</p></div><div class="comment-replybox-single"
id="c100200300400600-ce"></div></li>
</div></ol></div></div></li>
<li class="comment" id="c100200300400800"><div class="comment-block"><div class="comment-header"><cite
class="user">Anonymous</cite><span class="datetime secondary-text"><a href="#c100200300400800">May 4, 2013 at 1:02
PM</a></span></div><p class="comment-content">On May 1, 2012 I said the same.</p></div></li>
</ol></div></div>""",
)

BLOGGER_OLD = page(
    f"""<h2 class="date-header">Sunday, March 25, 2007</h2><div class="post"><h3 class="post-title">The ferry</h3>
<div class="post-body">{WORDS}</div></div>""",
    """<div id="comments"><h4>3 comments:</h4><dl id="comments-block">
<dt class="comment-author" id="c111111111111"><a name="c111111111111"></a> Anonymous said...</dt>
<dd class="comment-body"><p>I saw it too.</p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="#c111111111111">March 25, 2007 12:13 PM</a></span></dd>
<dt class="comment-author" id="c222222222222"><a name="c222222222222"></a><a href="http://b.example">Old Tom</a> said...
<dd class="comment-body"><p>Green?<BR/>It went in 1999.
<dd class="comment-footer"><span class="comment-timestamp"><a href="#c222222222222">March 25, 2007 1:20 PM</a></span></dd>
<dt class="comment-author" id="c333333333333"><a name="c333333333333"></a><a href="http://h.example">Hedda</a> said...</dt>
<dd class="comment-body"><p><span class="deleted-comment">This comment has been removed by the author.</span></p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="#c333333333333">March 26, 2007 9:00 AM</a></span></dd>
</dl><p class="comment-footer"><a href="http://b.example/post">Post a Comment</a></p></div>""",
)

TYPEPAD = page(
    f"""<h3 class="entry-header">The ferry</h3><div class="entry-content"><div class="entry-body">{WORDS}</div></div>
<p class="entry-footer-info"><span class="post-footers">Posted by Lena on September 14, 2008 at 10:00 AM</span></p>""",
    """<h3 class="comments-header">Comments</h3><div class="comments-content">
<a id="comment-6a00e54ed3cc123400e554aa"></a><div class="comment" id="comment-131111111"><div class="comment-content">
<p>Plums are late.</p><p>Very late.</p></div><p class="comment-footer">Posted by: <a href="http://m.example">Marta</a> | <a
href="#comment-131111111">September 14, 2008 at 11:23 AM</a></p></div>
<div class="comment" id="comment-131111112"><div class="comment-content"><p>Here too.</p></div>
<p class="comment-footer">Posted by: pel | <a href="#comment-131111112">September 15, 2008 at 02:23 PM</a></p></div>
</div><p class="comments-closed">The comments to this entry are closed.</p>""",
)

TYPEPAD_OLD = page(
    f"""<h3>The ferry</h3>{WORDS}<p class="posted">Posted by Lena on September 14, 2004 at 10:00 AM | <a
href="p">Permalink</a></p><h2><a id="trackback"></a>TrackBack</h2><p>TrackBack URL for this entry: http://t.example/1</p>""",
    """<h2><a id="comments"></a>Comments</h2>
<a id="c2000001"></a>
<p>Plums are late.</p>
<p>Very late.</p>
<p class="posted">Posted by: <a href="http://m.example">Marta</a> | <a href="#c2000001">September 14, 2004 11:23 AM</a></p>
<a id="c2000002"></a>
<p>Here too.</p>
<p class="posted">Posted by: pel | <a href="#c2000002">September 15, 2004 02:23 PM</a></p>
<h2>Post a comment</h2><form action="x"><textarea></textarea></form>""",
)

MOVABLE_TYPE_3 = page(
    f"""<div class="content"><h3>The ferry</h3><h2>January 3, 2005</h2>{WORDS}
<p class="posted">Posted by Sven at January 3, 2005 08:00 PM</p></div>""",
    """<div class="comments-head"><a name="comments"></a>Comments</div>
<div class="comments-body"><p>Cold!</p><span class="comments-post">Posted by: <a href="http://a.example">Ann-Lis</a> at
January 4, 2005 09:10 AM</span></div>
<div class="comments-body"><p>We had none on January 4, 2005 at all.</p><span class="comments-post">Posted by: Karin at
January 5, 2005 10:10 AM</span></div>""",
)

MOVABLE_TYPE = page(
    f"""<div id="entry-31" class="entry-asset hentry"><h1 class="entry-title">The ferry</h1><div class="asset-meta"><span
class="byline">By <span class="vcard author"><a class="fn url" href="x">Ida Holm</a></span> on <abbr class="published"
title="2009-02-03T10:00:00+01:00">February 3, 2009 10:00 AM</abbr></span></div><div class="asset-content entry-content">
<div class="asset-body">{WORDS}</div><div id="more" class="asset-more"><p>More of it in a second element.</p></div></div></div>""",
    """<div id="comments" class="comments"><h2 class="comments-header">2 Comments</h2><div class="comments-content">
<div id="comment-501" class="comment"><div class="inner"><div class="comment-header"><span class="byline"><span
class="vcard author"><a href="http://k.example">Karl</a></span> said:</span></div><div class="comment-content">
<p>Nice lamps.</p></div><div class="comment-footer"><a href="#comment-501"><abbr class="published"
title="2009-02-03T11:00:00+01:00">February 3, 2009 11:00 AM</abbr></a></div></div></div>
<div id="comment-502" class="comment"><div class="inner"><div class="comment-header"><span class="byline"><span
class="vcard author">Ida Holm</span> <a href="http://x.example/ferry.html#comment-501">replied to comment from Karl</a></span>
| <a href="#comment-502"><abbr class="published" title="2009-02-03T12:00:00+01:00">February 3, 2009 12:00 PM</abbr></a> | <a
href="x">Reply</a></div><div class="comment-content"><p>Thank you.</p></div></div></div>
</div></div>""",
)

DRUPAL = page(
    f"""<h2 class="title">The ferry</h2><div id="node-33" class="node"><span class="submitted">Submitted by wheel on Thu,
02/04/2010 - 16:22</span><div class="content clear-block">{WORDS}</div></div>""",
    """<div id="comments"><h2 class="comments">Comments</h2>
<a id="comment-11"></a><div class="comment"><h3 class="title"><a href="/node/33#comment-11">The wheel turns</a></h3>
<div class="submitted">Submitted by <a href="/user/1">otter</a> on Thu, 02/04/2010 - 17:00.</div><div class="content">
<p>The wheel turns and turns.</p></div><ul class="links"><li><a href="/comment/reply/33/11">reply</a></li></ul></div>
<div class="indented"><a id="comment-12"></a><div class="comment"><h3 class="title"><a href="#comment-12">Why?</a></h3>
<div class="submitted">Submitted by Anonymous (not verified) on Thu, 02/25/2010 - 18:00.</div><div class="content">
<p>Because of the water.</p></div></div>
<div class="indented"><a id="comment-13"></a><div class="comment"><h3 class="title"><a href="#comment-13">Water</a></h3>
<div class="submitted">Submitted by otter on Fri, 02/26/2010 - 18:00.</div><div class="content"><p>Right.</p></div></div>
</div></div>
<a id="comment-14"></a><div class="comment"><h3 class="title"><a href="#comment-14">Mills</a></h3><div
class="submitted">Submitted by cat on Sat, 02/27/2010 - 18:00.</div><div class="content"><p>I have two.</p></div></div>
</div>""",
)

MICROFORMATS = page(
    f"""<article class="h-entry"><h1 class="p-name">The ferry</h1><p>by <a class="p-author h-card" href="/">Vera</a> <time
class="dt-published" datetime="2018-01-02T03:04:05+01:00">2 Jan 2018, 03:04</time></p><div class="e-content">{WORDS}</div>
</article>""",
    """<h2>Responses</h2>
<div class="u-comment h-cite"><a class="p-author h-card" href="http://q.example"><img class="u-photo" src="x.jpg"
alt="">Quinn</a> <time class="dt-published" datetime="2018-01-02T10:00:00Z">January 2</time><div class="p-content p-name">I
replied on my own page.</div></div>
<div class="u-comment h-cite"><span class="p-author h-card"><span class="p-name">Rae</span></span> <time
class="dt-published" datetime="2018-01-03T10:00:00Z">January 3</time><div class="e-content"><p>Me too.</p></div></div>""",
)

MICRODATA = page(
    f"""<div itemscope itemtype="http://schema.org/Article"><h1 itemprop="headline">The ferry</h1><div
itemprop="articleBody">{WORDS}</div></div>""",
    """<div itemprop="comment" itemscope itemtype="http://schema.org/UserComments"><span itemprop="creator" itemscope><span
itemprop="name">Ole</span></span><meta itemprop="commentTime" content="2014-01-03T10:00:00+01:00"><span>3 January
2014</span><div itemprop="commentText">First thing.</div></div>
<div itemprop="comment" itemscope itemtype="http://schema.org/UserComments"><span itemprop="creator" itemscope><span
itemprop="name">Pia</span></span><meta itemprop="commentTime" content="2014-01-04T10:00:00+01:00"><span>4 January
2014</span><div itemprop="commentText">Second thing.</div></div>""",
)

UNKNOWN = page(
    f'<div class="text"><h2>Die Fähre</h2>{WORDS}</div>',
    """<div class="kasten"><h3>Stimmen</h3>
<div class="stimme"><div class="kopf"><b>Horst</b>, 12. März 2011, 14:05 Uhr</div><div>Meine Fähre ist rot.</div></div>
<div class="stimme"><div class="kopf"><b>Gerda</b>, 13. März 2011, 09:12 Uhr</div><div>Am 1. Mai 2010 war sie grün.</div></div>
<div class="stimme"><div class="kopf"><b>Uwe K.</b>, 3. Dez. 2011, 10:12 Uhr</div><div>Wir haben keine.</div></div></div>""",
    title="Die Fähre",
    lang="de",
)

TABLE = page(
    f'<div class="text"><h2>The ferry</h2>{WORDS}</div>',
    """<table width="100%"><tr><td><a name="c1"></a><b>Bill</b> - 03/12/2005 10:11</td></tr><tr><td>I have a cow.</td></tr>
<tr><td><a name="c2"></a><b>Ben</b> - 03/13/2005 10:12<tr><td>I have two.
<tr><td><a name="c3"></a><b>Bob</b> - 03/14/2005 10:13</td></tr><tr><td>None.</td></tr></table>""",
)

DEPTHS = page(
    PLAIN_ARTICLE,
    "".join(
        f'<div class="comment depth-{depth}" id="comment-{number}0"><span class="author">{name}</span> <span class="date">'
        f'May {number}, 2010 at 10:00 am</span><div class="text">The words of {name}</div></div>\n'
        for number, depth, name in [(1, 1, "Ann"), (2, 2, "Ben"), (3, 3, "Cay"), (4, 2, "Dan"), (5, 1, "Eva")]
    ),
)

WORDS_ALONE = page(
    f'<div class="text"><h2>The ferry</h2><p>by Greta on May 4, 2006</p>{WORDS}</div>',
    """<p><b>Comments</b></p>I like it.<br>Posted by: Ken at May 4, 2006 10:11 AM<br><br>
I do not.<br>Posted by: Kim at May 4, 2006 11:11 AM<br><br>
It is tall.<br>Posted by: Kai at May 5, 2006 11:11 AM<br><br>
And wide.<br>Posted by: Kurt at May 6, 2006 11:11 AM<br>""",
)

FRONT = page(
    "".join(
        f'<div class="post hentry" id="post-{n}"><h2 class="entry-title"><a href="/{n}">Post {n}</a></h2><div class="meta">'
        f'Posted by Lena on May {n}, 2008 | <a class="comments-link" href="/{n}#comments">3 comments</a></div>'
        f'<div class="entry">{WORDS}</div></div>\n'
        for n in range(3, 8)
    ),
    "",
)


PLAIN = f'<div class="post"><h2>The ferry</h2><div class="entry">{WORDS}</div></div>'

WORDPRESS_15 = page(
    PLAIN,
    """<h2 id="comments">3 Comments</h2><ol id="commentlist">
<li id="comment-12"><p>Some text.</p><p><cite>Comment by <a href="http://a.example">Alex</a> &#8212; June 12, 2005 @ <a
href="#comment-12">10:11 am</a></cite></p></li>
<li id="comment-13"><p>[...] this [...]</p><p><cite>Pingback by <a href="http://b.example">A Blog</a> &#8212; June 13, 2005 @ <a
href="#comment-13">10:11 am</a></cite></p></li>
<li id="comment-15"><p>Other text.</p><p><cite>Comment by Bea &#8212; June 15, 2005 @ <a
href="#comment-15">10:11 am</a></cite></p></li></ol>""",
)

SERENDIPITY = page(
    PLAIN,
    """<div class="serendipity_comments">
<a id="c31"></a><div id="serendipity_comment_31" class="serendipity_comment" style="padding-left: 0px"><div
class="serendipity_commentBody">First text.</div><div class="serendipity_comment_source"><a href="#c31">#1</a> <span
class="comment_source_author"><b>Isa</b> (<a href="http://i.example">Homepage</a>)</span> am <span
class="comment_source_date">12.03.2008 10:11</span> <a class="comment_reply" href="#r">(Antwort)</a></div></div>
<a id="c32"></a><div id="serendipity_comment_32" class="serendipity_comment" style="padding-left: 20px"><div
class="serendipity_commentBody">An answer.</div><div class="serendipity_comment_source"><a href="#c32">#1.1</a> <span
class="comment_source_author"><b>Garv</b></span> am <span class="comment_source_date">13.03.2008 10:11</span></div></div>
</div>""",
    lang="de",
)

DOTCLEAR = page(
    PLAIN,
    """<div id="comments"><h3>Commentaires</h3><dl>
<dt id="c21"><a href="#c21" class="comment-number">1.</a> Le lundi 12 mars 2007, 10:11 par <a href="http://n.example">Nadège</a>
<dd><p>Bonjour.</p></dd>
<dt id="c22"><a href="#c22" class="comment-number">2.</a> Le mardi 13 mars 2007, 11:11 par Jean-Luc</dt>
<dd><p>Bonjour aussi.</p><p>Encore.</p></dd></dl></div>""",
    lang="fr",
)

NEVER_CLOSED = page(
    PLAIN,
    """<section class="comments">
<div class="comment" id="comment-1144">
On <a href="#comment-1144">December 13, 2006  4:59 PM</a>, <a href="http://d.example" rel="nofollow">David Ingen</a>
said:
<p>Hi Stefan.</p>

<div class="comment" id="comment-1145">
On <a href="#comment-1145">December 14, 2006  5:44 AM</a>, Spar Haak
said:
<p>Very interesting.</p>
</section>""",
)

CAPITALS_WITHIN = page(
    PLAIN,
    """<div class="commentBoxStyle"><div class="commentDateStyle">Friday, March 12, 2004 10:11:12 AM (GMT Standard Time,
UTC+00:00)</div><div class="commentBodyStyle">Good stuff.</div><div class="commentBoxFooter"><a
href="#a1">#</a> <a href="http://s.example">Scot</a></div></div>
<div class="commentBoxStyle"><div class="commentDateStyle">Saturday, March 13, 2004 10:11:12 AM (GMT Standard Time,
UTC+00:00)</div><div class="commentBodyStyle">Thanks.</div><div class="commentBoxFooter"><a href="#a2">#</a> Omer</div></div>""",
)
