from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0006_quoted_suggestions"),
    ]

    operations = [
        migrations.RemoveField(model_name="download", name="version"),
        migrations.AddField(
            model_name="download",
            name="etag",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
    ]
