"""Says under Privacy what mails there are now and what is kept of them, where the text is that of a new site."""

from django.db import migrations

ADDRESS = "to let you back in, and for nothing else."
NOW = "to let you back in, and to send you the notices you choose under [What comes by mail](/preferences/mail/)."
SESSION = "- **A session cookie**"
NOTICES = "- **Notices**: what you were told of, and whether you have read it. One that you have read is deleted after 90 days. Of a mail to you we keep for 14 days that it was sent, without its words.\n"


def tell(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects.using(schema_editor.connection.alias)
    for page in pages.filter(slug="privacy", body__contains=ADDRESS).filter(body__contains=SESSION):
        body = page.body.replace(ADDRESS, NOW, 1).replace(SESSION, NOTICES + SESSION, 1)
        pages.filter(pk=page.pk).update(body=body)


class Migration(migrations.Migration):
    dependencies = [("pages", "0003_what_was_read")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
