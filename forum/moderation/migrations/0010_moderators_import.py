from importlib import import_module

from django.db import migrations


def let_moderators_import(apps, schema_editor):
    using = schema_editor.connection.alias
    import_module("forum.moderation.migrations.0005_moderators")._make_permissions(apps, "archive", using)
    group = apps.get_model("auth", "Group").objects.using(using).get(name="Moderators")
    permissions = apps.get_model("auth", "Permission").objects.using(using).filter(content_type__app_label="archive")
    for codename in ("view_run", "view_item", "view_upload", "add_upload"):
        group.permissions.add(permissions.get(codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0009_verbs_about_imports"),
        ("archive", "0003_kinds"),
    ]

    operations = [migrations.RunPython(let_moderators_import, migrations.RunPython.noop)]
