from django.db import migrations, models

from forum.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("comments", "0009_index_what_is_not_published")]

    operations = [
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("branch", -1), _negated=True),
                fields=["post", "branch", "created_at", "position"],
                name="comment_placed",
            ),
        ),
        migrations.RemoveIndex(model_name="comment", name="comment_by_time"),
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("branch", -2), _negated=True),
                fields=["post", "branch", "-best", "position"],
                name="comment_ranked",
            ),
        ),
        migrations.RemoveIndex(model_name="comment", name="comment_by_best"),
    ]
