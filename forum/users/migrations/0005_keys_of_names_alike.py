from django.db import IntegrityError, migrations, transaction

from forum.text import names

BATCH = 1_000


def renew(apps, schema_editor):
    """Gives each name the key that the table of look-alikes makes of it now, those of older members first.

    Where another member has that key, both stay as they are: the one who comes to it later keeps the key of old, which
    is unique as it was, and is found by the name itself. No further name like theirs can be chosen either way.
    """
    using = schema_editor.connection.alias
    members = apps.get_model("users", "User").objects.using(using)
    last = 0
    while batch := list(members.filter(pk__gt=last).order_by("pk").values_list("pk", "username", "name_key")[:BATCH]):
        last = batch[-1][0]
        for pk, name, key in batch:
            new = names.skeleton(name)
            if new == key:
                continue
            try:
                with transaction.atomic(using=using):
                    members.filter(pk=pk, username=name).update(name_key=new)
            except IntegrityError:
                continue


class Migration(migrations.Migration):
    atomic = False  # the site writes meanwhile

    dependencies = [("users", "0004_persons_by_identity")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
