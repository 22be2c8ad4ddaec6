"""Says of what stands here already which of it are posts."""

from typing import Any

from django.db import migrations


def name_posts(apps: Any, schema_editor: Any) -> None:
    apps.get_model("archive", "Item").objects.filter(post__isnull=False).update(kind="post")


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0002_plans_and_items"),
    ]

    operations = [migrations.RunPython(name_posts, migrations.RunPython.noop, elidable=True)]
