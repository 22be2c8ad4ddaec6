from django.db import migrations, models

from forum.indexing import AddIndexMeanwhile

WITHHELD = models.Q(("state", "published"), _negated=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("comments", "0008_index_answers")]

    operations = [
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(fields=["state", "-id"], condition=WITHHELD, name="comment_not_published"),
        ),
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(fields=["author", "state"], condition=WITHHELD, name="comment_withheld"),
        ),
    ]
