# The pages.

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Page",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("slug", models.SlugField(editable=False, max_length=20, unique=True)),
                ("title", models.CharField(max_length=100)),
                (
                    "body",
                    models.TextField(help_text="Markdown. A line “## Words” begins a section.", max_length=40000),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"ordering": ("id",)},
        ),
    ]
