"""Measures the sitemap of a million threads on a database of its own: `python -m benchmarks.sitemap`."""

from benchmarks.measuring import measure  # first: it sets Django up

from django.db import connection  # isort: skip
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from benchmarks.data import take_stock
from forum.users.models import User
from posts.models import Post
from tests.making import make_post

THREADS = 1_000_000


def copies(post: Post, count: int) -> None:
    """The post again and again, by the database itself."""
    names = [field.column for field in Post._meta.concrete_fields]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    values = ", ".join("p.id + n.n" if name == "id" else f"p.{connection.ops.quote_name(name)}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO posts_post ({columns}) WITH RECURSIVE n(n) AS "  # noqa: S608  names of our own columns
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %s)"
            f" SELECT {values} FROM posts_post p, n WHERE p.id = %s",
            [count, post.pk],
        )
    take_stock()


def main() -> None:
    """Makes the threads, then asks for the index and for parts at both ends."""
    ann = User.objects.create_user("ann", "ann@example.org")
    post = make_post(ann, title="What was said about the harvest of 2007")
    copies(post, THREADS - 1)
    guest = Client()
    print(f"{connection.vendor}, {Post.objects.count():,} threads\n")
    measure("sitemap index", lambda: guest.get("/sitemap.xml"))
    for part in (1, 100, 200):
        measure(f"sitemap, part {part}", lambda part=part: guest.get(f"/sitemap-{part}.xml"))
    measure("the feed of the site", lambda: guest.get("/feed/"))


if __name__ == "__main__":
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
