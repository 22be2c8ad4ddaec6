from django.db import migrations, models


def first(apps, schema_editor):
    apps.get_model("pagecache", "Edition").objects.using(schema_editor.connection.alias).create(pk=1, number=1)


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.RunPython(first, migrations.RunPython.noop),
    ]
