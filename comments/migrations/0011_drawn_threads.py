import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0010_index_replies_by_what_reads_them"),
        ("posts", "0010_answers_that_are_there"),
    ]

    operations = [
        migrations.CreateModel(
            name="Drawing",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="posts.post",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("edition", models.PositiveIntegerField()),
                ("build", models.CharField(max_length=64)),
                ("html", models.TextField()),
                ("guest", models.TextField()),
                ("comments", models.TextField()),
            ],
            options={"indexes": [models.Index(fields=["edition", "build"], name="drawing_by_code")]},
        ),
    ]
