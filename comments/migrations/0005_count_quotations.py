"""Counts the quotations there are, and says of what was edited before histories were kept that it was."""

from django.db import migrations
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    using = schema_editor.connection.alias
    Comment = apps.get_model("comments", "Comment")
    Post = apps.get_model("posts", "Post")
    Quotation = apps.get_model("comments", "Quotation")
    for model in (Comment, Post):
        model.objects.using(using).filter(edited_at__isnull=False).update(revised_at=F("edited_at"))
    quoted = Quotation.objects.using(using).filter(comment__state="published")
    counted = (
        quoted.filter(quoted=OuterRef("pk")).order_by().values("quoted").annotate(n=Count("comment", distinct=True))
    )
    number = Coalesce(Subquery(counted.values("n")), 0, output_field=IntegerField())
    Comment.objects.using(using).filter(pk__in=quoted.values("quoted")).update(quoted_count=number)


class Migration(migrations.Migration):
    dependencies = [("comments", "0004_revisions_and_passages_of_posts"), ("posts", "0004_revisions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
