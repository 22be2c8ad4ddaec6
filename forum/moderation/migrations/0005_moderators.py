"""The group of moderators, with only the permissions that the desk asks for."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = [
    ("moderation", "moderate"),
    ("moderation", "view_report"),
    ("moderation", "view_nameremoval"),
    ("moderation", "view_action"),
    ("moderation", "view_rule"),
    ("posts", "view_post"),
    ("posts", "lock_post"),
    ("comments", "view_comment"),
    ("users", "view_user"),
    ("users", "view_person"),
    ("users", "view_source"),
]


def make_group(apps, schema_editor):
    using = schema_editor.connection.alias
    for label in sorted({label for label, _ in PERMISSIONS}):
        _make_permissions(apps, label, using)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    group, _ = Group.objects.using(using).get_or_create(name="Moderators")
    for label, codename in PERMISSIONS:
        group.permissions.add(Permission.objects.using(using).get(content_type__app_label=label, codename=codename))


def _make_permissions(apps, label, using):
    """Django makes permissions after the last migration only, which is too late for a group made here."""
    config = apps.get_app_config(label)
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0, using=using)
    config.models_module = None


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0004_rules"),
        ("posts", "0002_initial"),
        ("comments", "0002_initial"),
        ("users", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
