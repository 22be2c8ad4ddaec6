from django.db import migrations, models

from forum.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("posts", "0010_answers_that_are_there")]

    operations = [
        migrations.AddField(
            model_name="post",
            name="to_draw",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        AddIndexMeanwhile(
            model_name="post",
            index=models.Index(condition=models.Q(("to_draw", True)), fields=["id"], name="post_to_draw"),
        ),
    ]
