from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0007_downloads_by_etag"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="suggestion",
            options={"verbose_name": "suggested reply", "verbose_name_plural": "suggested replies"},
        ),
    ]
