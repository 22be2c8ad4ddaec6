from importlib import import_module

from django.db import migrations


def let_moderators_see_tags(apps, schema_editor):
    using = schema_editor.connection.alias
    import_module("forum.moderation.migrations.0005_moderators")._make_permissions(apps, "posts", using)
    group = apps.get_model("auth", "Group").objects.using(using).get(name="Moderators")
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    group.permissions.add(permissions.get(content_type__app_label="posts", codename="view_tag"))


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0007_verbs_about_tags_and_answers"),
        ("posts", "0005_tags_counted_and_orders"),
    ]

    operations = [migrations.RunPython(let_moderators_see_tags, migrations.RunPython.noop)]
