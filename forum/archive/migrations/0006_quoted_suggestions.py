from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0005_carried_runs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="suggestion",
            name="why",
            field=models.CharField(
                choices=[
                    ("quote", "it quotes the words"),
                    ("name", "it begins with the name"),
                    ("passing", "it takes up the words"),
                ],
                max_length=7,
            ),
        ),
    ]
