"""Gives archived comments the rank below all others, for they take no votes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rank(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Writes what ``comments.ranking.UNRANKED`` says; the code before this never reads it."""
    apps.get_model("comments", "Comment").objects.filter(archived=True, best=0).update(best=-1.0)


class Migration(migrations.Migration):
    dependencies = [("voices", "0001_votes_and_marks"), ("comments", "0002_initial")]

    operations = [migrations.RunPython(rank, migrations.RunPython.noop)]
