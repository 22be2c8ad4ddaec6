"""The rows of the table: each measures one thing and says what is hoped of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from django.db import connection

from benchmarks.bench import GUEST, Bench, Held
from benchmarks.data import pages_of_large_threads, post_here, queries_of
from benchmarks.load import Poster, ask, middle, post_together, posting, slow_clients, times, wrk
from benchmarks.report import Row, Target, at_least, at_most, both
from benchmarks.sizes import LARGE, RUNS, SECONDS, SLOW, SMALL
from comments.models import Comment
from comments.recounting import recount
from posts.models import Post

_POSTED: Final = 100  # comments one after the other, to tell what one costs
_EACH: Final = 5
_WRITING: Final = 20  # members who write while others read
_ON_POSTGRESQL: Final = connection.vendor == "postgresql"


def guests(bench: Bench) -> Iterator[Row]:
    """Pages as guests get them from gunicorn, kept and made, and what is answered to those who have them already."""
    for name in ("guest, seed", "guest, 200 comments"):
        held = bench.against_floors(bench.kept, name)
        yield _row(name, held, at_least(held.of_gunicorn, 0.65, "≥ 65 % of gunicorn"))
    name = "guest, seed, has it already (304)"
    path, headers = bench.answers[name]
    if ask(bench.kept, path, headers).status != 304:
        yield Row(name, "answered whole: no ETag, or not heeded", target=Target("≥ 65 % of gunicorn", met=False))
    else:
        held = bench.against_floors(bench.kept, name)
        yield _row(name, held, at_least(held.of_gunicorn, 0.65, "≥ 65 % of gunicorn"), of_nginx=False)
    held = bench.against_floors(bench.bare, "guest, seed, uncached")
    yield _row("guest, seed, uncached", held, at_least(held.of_gunicorn, 0.25, "≥ 25 % of gunicorn"))
    name = "guest, seed, uncached and not drawn"
    yield _row(name, bench.against_floors(bench.bare, name))


def members(bench: Bench) -> Iterator[Row]:
    """Pages as members get them, each made for the one who asks."""
    held = bench.against_floors(bench.bare, "signed in, seed, uncached")
    yield _row("signed in, seed, uncached", held, at_least(held.of_gunicorn, 0.12, "≥ 12 % of gunicorn"))
    name = "signed in, seed, uncached and not drawn"
    yield _row(name, bench.against_floors(bench.bare, name))
    held = bench.against_floors(bench.bare, "signed in, 200 comments, uncached")
    most = 18 if _ON_POSTGRESQL else 12
    yield _row("signed in, 200 comments, uncached", held, at_most(held.page.processor, most, f"≤ {most} ms CPU"))


def large_threads(bench: Bench) -> Iterator[Row]:
    """The same pages in a large thread and in a small one."""
    for name, (large, small) in pages_of_large_threads(bench.site).items():
        bench.say(f"{name} of {LARGE:,} …")
        rates = [(wrk(bench.bare, large, GUEST), wrk(bench.bare, small, GUEST)) for _ in range(RUNS)]
        ratio = sorted(one.processor / other.processor for one, other in rates)[RUNS // 2]
        answer = ask(bench.bare, large, {})
        kilobytes = len(answer.body) / 1000
        asked, asked_there = _asked(large), _asked(small)
        figure = f"{ratio:.2f} times that of {SMALL:,}, {kilobytes:.0f} kB, {asked} queries ({asked_there} there)"
        alike = Target("as many queries", met=asked == asked_there)
        target = both(at_most(ratio, 1.5, "≤ 1.5 times"), at_most(kilobytes, 300, "< 300 kB"), alike)
        yield Row(f"{name} of {LARGE:,}, uncached", figure, middle([one for one, _ in rates]).processor, target=target)


def _asked(path: str) -> int:
    """How many queries a page is, but for the one that it asks only where a quotation stands on it."""
    return sum("comments_quotation" not in sql for sql, _ in queries_of(path))


def front_page(bench: Bench) -> Iterator[Row]:
    """The front page over everything that the site holds."""
    bench.say("the front page …")
    count = Comment.objects.count()
    rate = wrk(bench.bare, "/", GUEST)
    asked = len(queries_of("/"))
    target = both(at_most(rate.processor, 15, "≤ 15 ms"), at_most(asked, 6, "≤ 6 queries"))
    figure = f"{rate.per_second:,.0f} a second, {asked} queries"
    yield Row(f"front page over {count:,} comments, uncached", figure, rate.processor, target=target)


def behind_nginx(bench: Bench) -> Iterator[Row]:
    """A guest's page through the nginx of deploy/, which keeps it for a second."""
    held = bench.against_floors(bench.front, "guest, seed")
    yield _row("guest, seed, through nginx", held, at_least(held.of_nginx, 0.8, "≥ 80 % of nginx"))
    held = replace(bench, files=bench.open_files).against_floors(bench.front, "guest, seed")
    name = "the same, of nginx that keeps its files open"
    yield _row(name, held, at_least(held.of_nginx, 0.8, "≥ 80 % of nginx"))


def writing(bench: Bench) -> Iterator[Row]:
    """What one comment costs, and many who post to one thread at once."""
    for pk in (bench.site.quiet, bench.site.large):
        count = Post.objects.get(pk=pk).comment_count
        bench.say(f"posting at {count:,} …")
        poster = Poster(bench.bare, bench.members[0], pk)
        poster.post()
        before = bench.bare.processor_seconds()
        taken = sum(poster.post() == 302 for _ in range(_POSTED))
        spent = (bench.bare.processor_seconds() - before) * 1000 / _POSTED
        statements = len(post_here(bench.members[0], pk))
        target = at_most(spent, 8, "≤ 8 ms CPU") if taken == _POSTED else Target("all taken", met=False)
        yield Row(f"one comment posted at {count:,}", f"{statements} statements", spent, target=target)
    yield _together(bench)


def _together(bench: Bench) -> Row:
    many, post = len(bench.members), bench.site.busy
    bench.say(f"{many} post at once …")
    before = Comment.objects.filter(post=post).count()
    posted = post_together(bench.bare, bench.members, post, each=_EACH)
    stored, wanted = Comment.objects.filter(post=post).count() - before, many * _EACH
    wrong = recount(post)
    least = 200 if _ON_POSTGRESQL else 80
    rate = stored / posted.seconds
    figure = f"{rate:.0f} a second, {stored} of {wanted} stored, {len(wrong)} figures wrong"
    if posted.stored != wanted:
        figure += f", answers {dict(posted.statuses)}"
    target = both(at_least(rate, least, f"≥ {least} a second"), at_least(stored, wanted, "all"), _none(len(wrong)))
    return Row(f"{many} members post {_EACH} each at once", figure, target=target)


def _none(wrong: int) -> Target:
    return Target("none wrong", met=not wrong)


def reading_beside_writing(bench: Bench) -> Iterator[Row]:
    """What a member waits for a page while others write."""
    bench.say(f"reading beside {_WRITING} who write …")
    path, headers = bench.answers["signed in, 200 comments, uncached"]
    alone = wrk(bench.bare, path, headers, connections=1)
    with posting(bench.bare, bench.members[:_WRITING], bench.site.quiet) as statuses:
        beside = wrk(bench.bare, path, headers, connections=1)
    figure = f"p95 {beside.p95:.1f} ms, alone {alone.median:.1f} ms, {statuses[302] / SECONDS:.0f} posted a second"
    target = at_most(beside.p95, 3 * alone.median, "≤ 3 times alone")
    if set(statuses) != {302}:
        target, figure = Target("all taken", met=False), f"{figure}, answers {dict(statuses)}"
    yield Row("signed in, 200 comments, while 20 write", figure, target=target)


def slow(bench: Bench) -> Iterator[Row]:
    """What an honest visitor waits for while slow clients hold their connections."""
    bench.say(f"{SLOW} slow clients …")
    path = bench.site.path(bench.site.page)
    member = bench.members[0].headers

    def visits() -> None:
        for headers in (GUEST, member):
            if ask(bench.front, path, headers).status != 200:
                raise SystemExit(f"an honest request failed; see {bench.front.log}")

    alone = times(visits, 25)
    with slow_clients(bench.front, path, SLOW):
        beside = times(visits, 50)
    figure = f"worst {max(beside):.0f} ms for two pages, alone {max(alone):.0f} ms"
    yield Row(f"honest visits beside {SLOW} slow clients, through nginx", figure)


def _row(what: str, held: Held, target: Target | None = None, *, of_nginx: bool = True) -> Row:
    figure = f"{held.page.per_second:,.0f} a second, {held.by_processor:.0%} by CPU"
    return Row(what, figure, held.page.processor, held.of_gunicorn, held.of_nginx if of_nginx else None, target)


ALL: Final[dict[str, Callable[[Bench], Iterator[Row]]]] = {
    "guests": guests,
    "members": members,
    "nginx": behind_nginx,
    "large": large_threads,
    "front": front_page,
    "writing": writing,
    "reading": reading_beside_writing,
    "slow": slow,
}
