from django.db import migrations, transaction

from forum.text import addresses

BATCH = 1_000


def fill(apps, schema_editor):
    """Gives the posts that were there before the key of their address, a batch in each transaction."""
    using = schema_editor.connection.alias
    posts = apps.get_model("posts", "Post").objects.using(using)
    linked, last = posts.exclude(url="").filter(url_key="").only("pk", "url", "url_key"), 0
    while batch := list(linked.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        for post in batch:
            post.url_key = addresses.key(post.url)
        with transaction.atomic(using=using):
            posts.bulk_update(batch, ["url_key"])


class Migration(migrations.Migration):
    atomic = False  # the site writes meanwhile

    dependencies = [("posts", "0005_tags_counted_and_orders")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
