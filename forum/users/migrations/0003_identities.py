from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0002_reading_preferences"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="identity",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="source",
            name="downloads",
            field=models.BooleanField(
                default=True,
                help_text="Whether readers may take threads of this source with them.",
                verbose_name="threads as one file",
            ),
        ),
    ]
