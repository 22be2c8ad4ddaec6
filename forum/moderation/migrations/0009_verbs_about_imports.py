from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0008_moderators_keep_tags"),
    ]

    operations = [
        migrations.AlterField(
            model_name="action",
            name="verb",
            field=models.CharField(
                choices=[
                    ("approve", "approved"),
                    ("hold", "held"),
                    ("hide", "hidden"),
                    ("remove", "removed"),
                    ("restore", "restored"),
                    ("lock", "locked"),
                    ("unlock", "unlocked"),
                    ("suspend", "suspended"),
                    ("unsuspend", "suspension ended"),
                    ("detach", "detached from its parent"),
                    ("attach", "attached to a parent"),
                    ("take_name_off", "name taken off"),
                    ("give_name_back", "name given back"),
                    ("uphold", "report upheld"),
                    ("dismiss", "report not upheld"),
                    ("reopen_reports", "reports opened again"),
                    ("appoint", "made a moderator"),
                    ("relieve", "no longer a moderator"),
                    ("close", "account closed"),
                    ("reopen", "account opened again"),
                    ("hide_revision", "earlier version hidden"),
                    ("show_revision", "earlier version shown again"),
                    ("retag", "tags changed"),
                    ("add_tag", "tag added"),
                    ("change_tag", "tag changed"),
                    ("merge_tag", "tag merged into another"),
                    ("mark_answer", "answer marked"),
                    ("unmark_answer", "answer no longer marked"),
                    ("import", "archive imported"),
                    ("roll_back", "import rolled back"),
                ],
                max_length=14,
            ),
        ),
    ]
