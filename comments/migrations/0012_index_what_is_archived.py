from django.db import migrations, models

from forum.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("comments", "0011_drawn_threads")]

    operations = [
        AddIndexMeanwhile(
            model_name="comment",
            index=models.Index(fields=["-id"], condition=models.Q(("archived", True)), name="comment_archived"),
        ),
    ]
