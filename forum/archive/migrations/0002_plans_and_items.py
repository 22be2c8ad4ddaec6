import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0001_runs_and_items"),
        ("comments", "0005_count_quotations"),
        ("posts", "0006_keys_of_addresses"),
        ("users", "0003_identities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Download",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="Bytes of the file.")),
                ("raw", models.BinaryField(blank=True, help_text="The file, compressed with gzip.")),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[("name", "it begins with the name"), ("passing", "it takes up the words")],
                        max_length=7,
                    ),
                ),
                ("start", models.PositiveIntegerField(default=0)),
                ("end", models.PositiveIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("accepted", "accepted"), ("dismissed", "dismissed")],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveBigIntegerField(help_text="Bytes of the file.")),
                ("raw", models.BinaryField(help_text="The file, compressed with zlib.")),
                ("format", models.CharField(blank=True, help_text="Empty: found from the content.", max_length=40)),
                ("corrections", models.TextField(blank=True)),
                ("uploaded_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="body_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="item",
            name="element",
            field=models.CharField(blank=True, help_text="Where it stood in markup.", max_length=200),
        ),
        migrations.AddField(
            model_name="item",
            name="kind",
            field=models.CharField(
                choices=[
                    ("post", "post"),
                    ("comment", "comment"),
                    ("pingback", "pingback"),
                    ("trackback", "trackback"),
                ],
                default="comment",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="parent_key",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="item",
            name="raw",
            field=models.BinaryField(blank=True, help_text="Its text in the file, compressed with zlib."),
        ),
        migrations.AddField(
            model_name="item",
            name="words_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="run",
            name="report",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="run",
            name="rolled_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="rolled_back_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="run",
            name="state",
            field=models.CharField(
                choices=[("running", "not finished"), ("done", "done"), ("rolled-back", "rolled back")],
                default="done",
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="raw",
            field=models.BinaryField(
                blank=True, help_text="The file, compressed with zlib; empty when it was too large."
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["run", "first_line"], name="item_by_line"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("words_digest", ""), _negated=True), fields=["words_digest"], name="item_by_words"
            ),
        ),
        migrations.AddField(
            model_name="download",
            name="post",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="download", to="posts.post"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="suggestions", to="comments.comment"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="parent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="suggested_replies", to="comments.comment"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="uploads",
                to="archive.run",
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="uploaded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="uploads",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(fields=["outcome", "id"], name="suggestion_waiting"),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(fields=("comment", "parent"), name="suggestion_once"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["-uploaded_at"], name="upload_newest"),
        ),
    ]
