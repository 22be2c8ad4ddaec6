import datetime as dt

import django.db.models.deletion
from django.db import migrations, models

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# What a post says of itself, on each of its tags.
REPEAT = """
    UPDATE posts_post_tags SET
        listed = (SELECT p.state = 'published' FROM posts_post p WHERE p.id = post_id),
        active_at = (SELECT p.active_at FROM posts_post p WHERE p.id = post_id),
        created_at = (SELECT p.created_at FROM posts_post p WHERE p.id = post_id),
        score = (SELECT p.score FROM posts_post p WHERE p.id = post_id)
"""


def _field(name, field):
    return migrations.AddField("bearing", name, field, preserve_default=False)


def _index(name, key):
    index = models.Index(fields=["tag", f"-{key}", "-post"], condition=models.Q(listed=True), name=f"bearing_{name}")
    return migrations.AddIndex("bearing", index)


class Migration(migrations.Migration):
    dependencies = [("posts", "0008_posts_that_are_not_published")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    "Bearing",
                    [
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="bearings", to="posts.post"
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="bearings", to="posts.tag"
                            ),
                        ),
                    ],
                    options={"db_table": "posts_post_tags", "unique_together": {("post", "tag")}},
                ),
                migrations.AlterField(
                    "post",
                    "tags",
                    models.ManyToManyField(blank=True, related_name="posts", through="posts.Bearing", to="posts.tag"),
                ),
            ]
        ),
        _field("listed", models.BooleanField(default=False, editable=False)),
        _field("active_at", models.DateTimeField(default=LONG_AGO, editable=False)),
        _field("created_at", models.DateTimeField(default=LONG_AGO, editable=False)),
        _field("score", models.IntegerField(default=0, editable=False)),
        migrations.RunSQL(REPEAT, migrations.RunSQL.noop),
        _index("active", "active_at"),
        _index("newest", "created_at"),
        _index("top", "score"),
    ]
