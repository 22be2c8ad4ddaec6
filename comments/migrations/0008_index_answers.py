from django.db import migrations, models

from forum.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("comments", "0007_fill_answers")]

    operations = [
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(fields=["answers", "-created_at", "-id"], name="comment_by_answered"),
        ),
    ]
