"""Says under Privacy what is kept of the files of an archive and who sees it, where the text is ours."""

from django.db import migrations

END = "and importing the page again does not bring it back.\n"
KEPT = """
Every imported comment can be seen as it stood in its file, with the lines around it. What was taken down, and names that
were taken off, are blacked out there. The file itself is for those who run the site. E-mail and network addresses in it are
shown to nobody else; of a commenter's address only a digest is kept, which tells two people of one name apart.
"""


def tell(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects.using(schema_editor.connection.alias)
    for page in pages.filter(slug="privacy", body__contains=END):
        if KEPT not in page.body:
            pages.filter(pk=page.pk).update(body=page.body.replace(END, END + KEPT, 1))


class Migration(migrations.Migration):
    dependencies = [("pages", "0005_votes_and_marks")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
