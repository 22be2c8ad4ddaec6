from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0003_identities"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("identity", ""), _negated=True),
                fields=["source", "identity"],
                name="person_by_identity",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", False)), fields=["digest"], name="person_taken_off"
            ),
        ),
    ]
