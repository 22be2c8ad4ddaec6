"""Says under Privacy what is kept of votes and of what one saves, hides, follows or mutes, where the text is ours."""

from django.db import migrations

SESSION = "- **A session cookie**"
VOICES = "- **Votes**: what you voted on. Everyone sees the score, nobody sees who voted.\n- **Marks**: the posts, comments and members you saved, hid, follow or mute. Only you see them; you take them back [in your lists](/saved/).\n"


def tell(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects.using(schema_editor.connection.alias)
    for page in pages.filter(slug="privacy", body__contains=SESSION):
        pages.filter(pk=page.pk).update(body=page.body.replace(SESSION, VOICES + SESSION, 1))


class Migration(migrations.Migration):
    dependencies = [("pages", "0004_what_comes_by_mail")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
