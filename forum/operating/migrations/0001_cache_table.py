"""Makes the cache's table, so that nobody has to know of `createcachetable`."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    # Named here and not left to CACHES: the table must be there when a site gives up its cache server later.
    call_command("createcachetable", "forum_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop, elidable=False),
    ]
