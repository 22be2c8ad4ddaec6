from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_keys_of_addresses")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["-created_at", "-id"],
                condition=models.Q(state="published", archived=False),
                name="post_living",
            ),
        ),
    ]
