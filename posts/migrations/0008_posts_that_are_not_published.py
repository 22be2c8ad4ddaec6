from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0007_living_posts")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["state", "-id"], condition=~models.Q(state="published"), name="post_not_published"
            ),
        ),
    ]
