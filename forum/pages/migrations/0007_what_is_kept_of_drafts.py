"""Says under Privacy that drafts are kept, and under Rules what is left of a removed comment, where the text is ours."""

from django.db import migrations

SESSION = "- **A session cookie**"
DRAFTS = "- **Drafts**: what you type into a form is kept on the server while you type, before you post it, so that nothing is lost. [Your drafts](/drafts/) are shown to nobody else, moderators included. Each is kept until you post it, empty the form or throw the draft away, however long that is, or until your account is deleted.\n"
REMOVED = "A removed comment leaves one line in its place that says who removed it, in which role and under which rule; the replies to it stay."
LEAVES = "Of a hidden comment one line stays in its place, which says that a moderator hid it and under which rule. So it is with a removed comment that others have answered, and their replies stay; one without replies leaves nothing there, and has no page any more but for its author and the moderators."


def tell(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects.using(schema_editor.connection.alias)
    for page in pages.filter(slug="privacy", body__contains=SESSION):
        if "**Drafts**" not in page.body:
            pages.filter(pk=page.pk).update(body=page.body.replace(SESSION, DRAFTS + SESSION, 1))
    for page in pages.filter(slug="rules", body__contains=REMOVED):
        pages.filter(pk=page.pk).update(body=page.body.replace(REMOVED, LEAVES, 1))


class Migration(migrations.Migration):
    dependencies = [("pages", "0006_what_archives_hold")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
