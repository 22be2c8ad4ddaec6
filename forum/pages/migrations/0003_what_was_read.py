"""Says under Privacy what is kept of what one has read, where the text is still the one of a new site."""

from django.db import migrations

REPORTS = "\n## If you report something"
GUESTS = """
If you [ask for it](/reading/), one cookie keeps how far you have read in the last 60 threads you opened, so that new comments are marked for you and old ones fold. It is kept in your browser alone, for a year, and you can have it forgotten on the same page.
"""
SESSION = "- **A session cookie**"
MEMBERS = "- **What you have read**: for each thread you open, how far you have read and when you last looked, so that new comments are marked; and what you folded. Only you see it.\n"


def tell(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects.using(schema_editor.connection.alias)
    for page in pages.filter(slug="privacy", body__contains=REPORTS).filter(body__contains=SESSION):
        body = page.body.replace(REPORTS, GUESTS + REPORTS, 1).replace(SESSION, MEMBERS + SESSION, 1)
        pages.filter(pk=page.pk).update(body=body)


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_first_texts")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
